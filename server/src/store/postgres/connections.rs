//! Connections to the database, each used by one statement or transaction at a time.
//!
//! sqlx's own pool asks the database whether a connection still works each time that one is returned, which is a second round
//! trip for every read. Here a connection is returned when its work has succeeded, and dropped otherwise.
//!
//! The database may go on with work that nobody waits for any more: a commit that waits for a standby does not notice that its
//! client is gone. Such a session is ended, and counts until it has ended, so that there are never more than the maximum.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::super::error::StoreError;
use super::limits::PostgresLimits;
use super::primary::Primary;
use super::session::Session;

/// How long a read may take on a session that was used before, whose connection may be dead, until another session is tried.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The time between two attempts to begin a session while the database has no room for one.
const BEGIN_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The time between two attempts to end a session.
const END_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How often a transaction is run at most while it and others wait for each other in a circle, of which the database ends one.
pub(super) const ATTEMPTS: usize = 4;

/// A piece of work on one connection.
pub(super) trait Work: Sync {
    type Output: Send;

    /// Runs it.
    fn run_on(
        &self,
        connection: &mut PgConnection,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Work in progress. It is boxed because it takes thousands of bytes, which every request that may do it would hold and move.
pub(super) type Working<'a, W> =
    Pin<Box<dyn Future<Output = Result<<W as Work>::Output, StoreError>> + Send + 'a>>;

/// The database, and the free connections to it.
pub(super) struct Connections {
    pub(super) primary: Arc<Primary>,
    max: usize,
    permits: Arc<Semaphore>,
    free: Mutex<Vec<Session>>,
    /// A session was put back.
    freed: Notify,
    /// The one session that ends others. Shared by all `Connections` to the database.
    ending: Arc<Semaphore>,
}

/// A session in use. Unless it is put back or closed, the work on it was given up.
struct InUse {
    primary: Arc<Primary>,
    ending: Arc<Semaphore>,
    session: Option<(Session, OwnedSemaphorePermit)>,
}

impl Drop for InUse {
    fn drop(&mut self) {
        if let (Some((session, permit)), Ok(runtime)) = (self.session.take(), Handle::try_current())
        {
            let process = session.process;
            drop(session);
            let (primary, ending) = (Arc::clone(&self.primary), Arc::clone(&self.ending));
            runtime.spawn(async move {
                end(&primary, &ending, process).await;
                drop(permit);
            });
        }
    }
}

/// Ends a process of the database. Returns when it has ended, or the database cannot be reached: then nothing begins there either.
async fn end(primary: &Primary, ending: &Semaphore, process: i32) {
    let PostgresLimits {
        answer_within,
        connect_within,
        ..
    } = primary.limits;
    loop {
        let Ok(_one) = ending.acquire().await else {
            return;
        };
        let Ok(Ok(mut session)) = timeout(connect_within, primary.connect()).await else {
            return;
        };
        let ended = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE pid = $1",
        )
        .bind(process)
        .fetch_optional(&mut session.connection);
        match timeout(answer_within, ended).await {
            // It has ended by itself, or now.
            Ok(Ok(None | Some(true))) => {
                let _ = timeout(connect_within, session.connection.close()).await;
                return;
            }
            Ok(Ok(Some(false))) => {}
            Ok(Err(_)) | Err(_) => return,
        }
        drop(session);
        sleep(END_AGAIN_AFTER).await;
    }
}

impl Connections {
    /// Builds the connections to a database, at most `max` at a time, without opening one.
    pub(super) fn to(primary: Arc<Primary>, ending: Arc<Semaphore>, max: usize) -> Self {
        Self {
            primary,
            max,
            permits: Arc::new(Semaphore::new(max)),
            free: Mutex::default(),
            freed: Notify::new(),
            ending,
        }
    }

    /// Runs `work` on a connection, again if others were in its way. When the connection fails meanwhile, it is unknown whether the
    /// work was done. When the database warns about it, it is done, and possibly not durable.
    ///
    /// When the caller stops waiting, the connection is closed, and what it did not commit never happened.
    pub(super) fn run<'a, W: Work>(&'a self, work: &'a W) -> Working<'a, W> {
        Box::pin(async {
            for _ in 1..ATTEMPTS {
                match self.run_once(work).await {
                    Err(StoreError::Conflict(_)) => {}
                    result => return result,
                }
            }
            self.run_once(work).await
        })
    }

    async fn run_once<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        let permit = self.permit().await?;
        let session = self.session().await?;
        let warnings = session.warnings.clone();
        let working = self.work_on(session, permit, work, self.primary.limits.answer_within);
        match warnings.of(working).await {
            (Ok(_), Some(warning)) => Err(StoreError::Unconfirmed(warning)),
            (result, _) => result,
        }
    }

    /// Runs `work`, which only reads, on a connection. Runs it again on a new one when the connection fails, as all free ones do
    /// after a restart of the database, or does not answer.
    pub(super) fn read<'a, W: Work>(&'a self, work: &'a W) -> Working<'a, W> {
        Box::pin(async {
            let permit = self.permit().await?;
            let permit = match self.take_free() {
                None => permit,
                Some(session) => {
                    let again = READ_AGAIN_AFTER.min(self.primary.limits.answer_within);
                    let done = self.work_on(session, permit, work, again).await;
                    match done {
                        Err(StoreError::Disconnected(_)) => self.permit().await?,
                        result => return result,
                    }
                }
            };
            let session = self.session().await?;
            self.work_on(session, permit, work, self.primary.limits.answer_within)
                .await
        })
    }

    /// Opens a connection, unless one is free.
    pub(super) async fn warm(&self) -> Result<(), StoreError> {
        let _permit = self.permit().await?;
        let session = self.session().await?;
        self.put_back(session);
        Ok(())
    }

    /// Takes a free session, or begins one. Waits for a session that becomes free while the database has no room for another one.
    async fn session(&self) -> Result<Session, StoreError> {
        let begun = Instant::now();
        loop {
            // Before the attempt, so that no session is missed that becomes free meanwhile.
            let freed = self.freed.notified();
            if let Some(session) = self.take_free() {
                return Ok(session);
            }
            match self.primary.connect().await {
                Err(StoreError::Full(_)) if begun.elapsed() < self.primary.limits.answer_within => {
                    let _ = timeout(BEGIN_AGAIN_AFTER, freed).await;
                }
                begun => return begun,
            }
        }
    }

    fn put_back(&self, session: Session) {
        self.free().push(session);
        self.freed.notify_one();
    }

    /// Closes the free connections, and refuses more work.
    pub(super) async fn close(&self) {
        self.permits.close();
        let free = std::mem::take(&mut *self.free());
        for session in free {
            // It is dropped whether or not the database answers.
            let _ = timeout(
                self.primary.limits.connect_within,
                session.connection.close(),
            )
            .await;
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let permit = timeout(
            self.primary.limits.answer_within,
            Arc::clone(&self.permits).acquire_owned(),
        )
        .await;
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(StoreError::Unavailable("it is closed".to_owned())),
            Err(_) => Err(StoreError::Unavailable(format!(
                "none of the {} connections became free",
                self.max
            ))),
        }
    }

    async fn work_on<W: Work>(
        &self,
        session: Session,
        permit: OwnedSemaphorePermit,
        work: &W,
        within: Duration,
    ) -> Result<W::Output, StoreError> {
        let mut used = InUse {
            primary: Arc::clone(&self.primary),
            ending: Arc::clone(&self.ending),
            session: None,
        };
        let (session, _) = used.session.insert((session, permit));
        let Ok(result) = timeout(within, work.run_on(&mut session.connection)).await else {
            // The free ones most likely do not answer either.
            self.free().clear();
            return Err(StoreError::Disconnected(
                "it does not answer in time".to_owned(),
            ));
        };
        let result = match self.primary.require_newest(session) {
            Ok(()) => result,
            Err(old) => Err(old),
        };
        let Some((session, _permit)) = used.session.take() else {
            return result;
        };
        match &result {
            Ok(_) => self.put_back(session),
            // The free ones are most likely broken as well.
            Err(StoreError::Disconnected(_)) => self.free().clear(),
            // It may be within a transaction or an answer.
            Err(
                StoreError::Unavailable(_)
                | StoreError::Full(_)
                | StoreError::Locked(_)
                | StoreError::Conflict(_)
                | StoreError::Unconfirmed(_)
                | StoreError::Missing(_)
                | StoreError::NotADatabase(_)
                | StoreError::WrongPassword(_)
                | StoreError::Claimed { .. }
                | StoreError::CallerRevoked
                | StoreError::Refused(_)
                | StoreError::Inconsistent(_)
                | StoreError::Migration(_),
            ) => {}
        }
        result
    }

    /// Takes a free connection, unless all are too old or on a primary that was replaced.
    fn take_free(&self) -> Option<Session> {
        let mut free = self.free();
        free.retain(|session| !session.is_old() && self.primary.require_newest(session).is_ok());
        free.pop()
    }

    fn free(&self) -> MutexGuard<'_, Vec<Session>> {
        self.free.lock()
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connections")
            .finish_non_exhaustive()
    }
}
