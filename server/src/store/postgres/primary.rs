//! The primary among the hosts that the URL names.
//!
//! After a failover an old primary may still run, and accept what was revoked on the new one. The promotion of a standby raises its
//! timeline (<https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES>). So of several primaries the one
//! with the highest timeline counts, and none with a lower one than was ever seen is used again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use sqlx::postgres::PgConnectOptions;
use tokio::time::timeout;

use super::super::error::StoreError;
use super::session::{self, Session};
use super::url::PostgresUrl;

/// How long the database may take to accept a connection.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// How long each of several hosts may take.
const EACH_WITHIN: Duration = Duration::from_secs(1);

/// How long the other hosts may take when one of them is a primary.
const OTHERS_WITHIN: Duration = Duration::from_millis(300);

/// The time between two looks at all hosts, where there are several.
const PERIOD: Duration = Duration::from_millis(500);

/// The hosts of the database, one of which is its primary.
#[derive(Debug)]
pub(super) struct Primary {
    hosts: Vec<PgConnectOptions>,
    accepts_standby: bool,
    /// The highest timeline that was seen.
    timeline: AtomicU32,
}

impl Primary {
    /// Builds the primary among these hosts, without a connection.
    pub(super) fn among(url: &PostgresUrl) -> Self {
        Self {
            hosts: url.hosts.clone(),
            accepts_standby: url.accepts_standby,
            timeline: AtomicU32::new(0),
        }
    }

    /// Begins a session on the primary.
    ///
    /// # Errors
    ///
    /// The error of the first host that refuses, if no host is a primary.
    pub(super) async fn connect(&self) -> Result<Session, StoreError> {
        let within = match self.hosts.len() {
            1 => CONNECT_WITHIN,
            _ => EACH_WITHIN,
        };
        let begun = self.hosts.iter().map(|host| async move {
            let begun = timeout(within, session::begin(host, self.accepts_standby)).await;
            begun.unwrap_or_else(|_| {
                Err(StoreError::Unavailable(
                    "it does not accept connections in time".to_owned(),
                ))
            })
        });
        let mut begun: FuturesUnordered<_> = begun.collect();
        let (mut newest, mut refusal) = (None::<Session>, None);
        loop {
            let next = match &newest {
                None => begun.next().await,
                // A host that does not answer now is asked again with the next session.
                Some(_) => timeout(OTHERS_WITHIN, begun.next()).await.unwrap_or(None),
            };
            match next {
                Some(Ok(session)) => match &newest {
                    Some(newest) if newest.timeline >= session.timeline => {}
                    Some(_) | None => newest = Some(session),
                },
                Some(Err(error)) => refusal = refusal.or(Some(error)),
                None => break,
            }
        }
        match (newest, refusal) {
            (Some(session), _) => {
                self.timeline.fetch_max(session.timeline, Ordering::AcqRel);
                self.require_newest(&session)?;
                Ok(session)
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(StoreError::Unavailable("the URL names no host".to_owned())),
        }
    }

    /// Checks that no promotion was seen since the session began.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: the session is on an old primary.
    pub(super) fn require_newest(&self, session: &Session) -> Result<(), StoreError> {
        let newest = self.timeline.load(Ordering::Acquire);
        if session.timeline >= newest {
            return Ok(());
        }
        Err(StoreError::Unavailable(format!(
            "it is an old primary, of timeline {}, and another one of timeline {newest} took its place. Stop it",
            session.timeline
        )))
    }

    /// Looks at all hosts again and again, so that a promotion is noticed while sessions on the old primary still work. Returns at
    /// once where there is one host.
    pub(super) async fn watch(&self) {
        while self.hosts.len() > 1 {
            tokio::time::sleep(PERIOD).await;
            // An error shows in the requests as well.
            let _ = self.connect().await;
        }
    }
}
