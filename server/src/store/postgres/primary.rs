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
use super::limits::PostgresLimits;
use super::session::{self, Session};
use super::url::PostgresUrl;

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
    pub(super) limits: PostgresLimits,
    /// The highest timeline that was seen.
    timeline: AtomicU32,
    /// The timeline on which commits waited for a standby when a session began; 0 if they never did.
    synchronous: AtomicU32,
}

impl Primary {
    /// Builds the primary among these hosts, without a connection.
    pub(super) fn among(url: &PostgresUrl) -> Self {
        Self {
            hosts: url.hosts.clone(),
            accepts_standby: url.accepts_standby,
            limits: url.limits,
            timeline: AtomicU32::new(0),
            synchronous: AtomicU32::new(0),
        }
    }

    /// Begins a session on the primary.
    ///
    /// # Errors
    ///
    /// The error of the first host that refuses, if no host is a primary.
    pub(super) async fn connect(&self) -> Result<Session, StoreError> {
        let within = match self.hosts.len() {
            1 => self.limits.connect_within,
            _ => EACH_WITHIN.min(self.limits.connect_within),
        };
        let begun = self.hosts.iter().map(|host| async move {
            let begun = timeout(
                within,
                session::begin(host, self.accepts_standby, self.limits),
            )
            .await;
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
                if session.is_synchronous {
                    self.synchronous
                        .fetch_max(session.timeline, Ordering::AcqRel);
                }
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

    /// Checks that commits still wait for a standby, if they did so on this timeline: `synchronous_standby_names` may have been
    /// emptied by a reload, and what is only on the primary is lost with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], until [`accept_settings`](Self::accept_settings).
    pub(super) fn require_synchronous(&self, is_synchronous: bool) -> Result<(), StoreError> {
        let synchronous = self.synchronous.load(Ordering::Acquire);
        if is_synchronous || synchronous == 0 || synchronous < self.timeline.load(Ordering::Acquire)
        {
            return Ok(());
        }
        Err(StoreError::Unavailable(
            "synchronous_standby_names was emptied, so that a failover could lose revocations. Set it again; if it shall be \
             empty, send SIGHUP to the server"
                .to_owned(),
        ))
    }

    /// Takes the settings that the database has now for those that are wanted.
    pub(super) fn accept_settings(&self) {
        self.synchronous.store(0, Ordering::Release);
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
