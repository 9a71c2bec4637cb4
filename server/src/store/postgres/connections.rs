//! Connections to the database, each used by one statement or transaction at a time.
//!
//! sqlx's own pool asks the database whether a connection still works each time that one is returned, which is a second round
//! trip for every read. Here a connection is returned when its work has succeeded, and dropped otherwise.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::super::error::StoreError;
use super::session;

/// How long the database may take to accept a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// How long a statement or transaction may take, and how long one may wait for a connection.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

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
    options: PgConnectOptions,
    max: usize,
    permits: Semaphore,
    free: Mutex<Vec<PgConnection>>,
}

impl Connections {
    /// Builds the connections to a database, at most `max` at a time, without opening one.
    pub(super) fn to(options: PgConnectOptions, max: usize) -> Self {
        Self {
            options,
            max,
            permits: Semaphore::new(max),
            free: Mutex::default(),
        }
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Runs `work` once on a connection. When the connection fails meanwhile, it is unknown whether the work was done.
    ///
    /// When the caller stops waiting, the connection is closed, and what it did not commit never happened.
    pub(super) fn run<'a, W: Work>(&'a self, work: &'a W) -> Working<'a, W> {
        Box::pin(async {
            let _permit = self.permit().await?;
            let connection = match self.take_free() {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            self.work_on(connection, work).await
        })
    }

    /// Runs `work`, which only reads, on a connection. Runs it again on a new one when the connection fails, as all free ones do
    /// after a restart of the database.
    pub(super) fn read<'a, W: Work>(&'a self, work: &'a W) -> Working<'a, W> {
        Box::pin(async {
            let _permit = self.permit().await?;
            if let Some(connection) = self.take_free() {
                match self.work_on(connection, work).await {
                    Err(StoreError::Disconnected(_)) => {}
                    result => return result,
                }
            }
            let connection = self.connect().await?;
            self.work_on(connection, work).await
        })
    }

    /// Opens a connection, unless one is free.
    pub(super) async fn warm(&self) -> Result<(), StoreError> {
        let _permit = self.permit().await?;
        let connection = match self.take_free() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        self.free().push(connection);
        Ok(())
    }

    /// Closes the free connections, and refuses more work.
    pub(super) async fn close(&self) {
        self.permits.close();
        let free = std::mem::take(&mut *self.free());
        for connection in free {
            // It is dropped whether or not the database answers.
            let _ = timeout(CONNECT_WITHIN, connection.close()).await;
        }
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, StoreError> {
        let permit = timeout(ANSWER_WITHIN, self.permits.acquire()).await;
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(StoreError::Unavailable("it is closed".to_owned())),
            Err(_) => Err(StoreError::Unavailable(format!(
                "none of the {} connections became free",
                self.max
            ))),
        }
    }

    async fn connect(&self) -> Result<PgConnection, StoreError> {
        timeout(CONNECT_WITHIN, session::begin(&self.options))
            .await
            .unwrap_or_else(|_| {
                Err(StoreError::Unavailable(
                    "it does not accept connections in time".to_owned(),
                ))
            })
    }

    async fn work_on<W: Work>(
        &self,
        mut connection: PgConnection,
        work: &W,
    ) -> Result<W::Output, StoreError> {
        let result = match timeout(ANSWER_WITHIN, work.run_on(&mut connection)).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::Unavailable(
                "it does not answer in time".to_owned(),
            )),
        };
        match &result {
            Ok(_) => self.free().push(connection),
            // The free ones are most likely broken as well.
            Err(StoreError::Disconnected(_)) => self.free().clear(),
            // It may be within a transaction or an answer.
            Err(
                StoreError::Unavailable(_)
                | StoreError::NotADatabase(_)
                | StoreError::WrongPassword(_)
                | StoreError::Claimed { .. }
                | StoreError::Inconsistent(_)
                | StoreError::Migration(_),
            ) => {}
        }
        result
    }

    fn take_free(&self) -> Option<PgConnection> {
        self.free().pop()
    }

    fn free(&self) -> MutexGuard<'_, Vec<PgConnection>> {
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
