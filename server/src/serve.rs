//! `server serve`: from a configuration to a listening server and back to a closed store; and `server migrate`.

use std::io::Write;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::app::{AppState, app};
use crate::client::TrustedProxies;
use crate::config::{Migrate, Serve, Storage};
use crate::connections::{self, descriptors};
use crate::exit::Failure;
use crate::keys::{IfMissing, KeyError, KeyRing};
use crate::rate_limit::RateLimits;
use crate::store::{Location, Store, StoreError};

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve: of a SQLite file only one process at a time may.
    Serve,
    /// To do one thing, possibly beside a server.
    Administer,
}

/// Opens the store, migrated, and the key ring; creates both at first start. With PostgreSQL only an administering command
/// creates the key file: three replicas that start together would make three.
///
/// # Errors
///
/// [`Failure::Store`] or [`Failure::Keys`].
pub async fn open(storage: &Storage, purpose: Purpose) -> Result<AppState, Failure> {
    let (store, _) = open_migrated(storage.location(), purpose).await?;
    let tokens_exist = store
        .has_tokens()
        .await
        .map_err(|source| store_failed(storage.location(), source))?;
    let if_missing = match (tokens_exist, storage.location(), purpose) {
        (true, _, _) => IfMissing::Lost,
        (false, Location::Postgres(_), Purpose::Serve) => IfMissing::Missing,
        (false, Location::Sqlite(_), _) | (false, Location::Postgres(_), Purpose::Administer) => {
            IfMissing::Create
        }
    };
    let keys = KeyRing::open(&storage.key_file().ok_or(KeyError::Unnamed)?, if_missing)?;
    Ok(AppState::new(store, keys))
}

/// Migrates the database; returns what is to be printed.
///
/// # Errors
///
/// [`Failure::Store`].
pub async fn migrate(command: Migrate) -> Result<String, Failure> {
    let at = &command.at.database;
    let (store, applied) = open_migrated(at, Purpose::Administer).await?;
    if let Some(role) = &command.grant_to {
        let granted = store.grant(role).await;
        granted.map_err(|source| store_failed(at, source))?;
    }
    store.close().await;
    Ok(if applied.is_empty() {
        format!("{at} is up to date.\n")
    } else {
        applied
            .iter()
            .map(|migration| format!("{at}: applied {migration}\n"))
            .collect()
    })
}

/// Serves until SIGTERM or SIGINT, then stops accepting, finishes what has begun within the drain timeout, and closes the
/// store. When it accepts connections it prints `listening on http://ADDR:PORT`, with the real port, as the one line on
/// standard output.
///
/// # Errors
///
/// [`Failure`], before the first connection is accepted.
pub async fn serve(command: Serve) -> Result<(), Failure> {
    // Before anything is begun, so that no signal is missed that comes while it is.
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Runtime)?;

    let (callers, addresses) = command.rates();
    let limits = RateLimits::new(callers, addresses);
    let state = open(&command.storage, Purpose::Serve)
        .await?
        .with_rate_limits(limits);
    let bind = |source| Failure::Bind {
        address: command.listen,
        source,
    };
    let listener = TcpListener::bind(command.listen).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;

    let (stop, stopping) = watch::channel(Phase::Serving);
    let proxies = TrustedProxies::new(&command.limits.trusted_proxies);
    let router = app(state.clone(), command.timeouts.request_timeout, proxies);
    let limits = connections::Limits {
        connections: connections_that_fit(command.limits.max_connections),
        silence: command.timeouts.head_timeout,
    };
    let draining = reached(stopping.clone(), Phase::Draining);
    let serving = connections::serve(listener, router, limits, draining);
    let mut serving = tokio::spawn(serving);
    let forgetting = {
        let state = state.clone();
        tokio::spawn(async move { state.rate_limits().keep_small().await })
    };
    let writing = {
        let state = state.clone();
        async move {
            state
                .last_used()
                .keep_writing(state.store(), reached(stopping, Phase::Drained))
                .await;
        }
    };
    let writing = tokio::spawn(writing);

    announce(&format!("listening on http://{address}\n")).map_err(Failure::Stdout)?;
    tracing::info!(%address, database = %command.storage.location(), "listening");

    let name = tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    };
    tracing::info!(signal = name, "stopping: no new connections");
    stop.send_replace(Phase::Draining);
    drain(&mut serving, command.timeouts.drain_timeout).await;
    forgetting.abort();
    stop.send_replace(Phase::Drained);
    // An error says that the task panicked, which the log has told already.
    let _ = writing.await;
    state.store().close().await;
    tracing::info!("stopped");
    Ok(())
}

/// How far the server has come on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    Draining,
    Drained,
}

async fn reached(mut phases: watch::Receiver<Phase>, phase: Phase) {
    // An error says that the sender is gone, and with it the server.
    let _ = phases.wait_for(|current| *current >= phase).await;
}

async fn drain(serving: &mut tokio::task::JoinHandle<()>, limit: Duration) {
    if tokio::time::timeout(limit, &mut *serving).await.is_err() {
        tracing::warn!(
            seconds = limit.as_secs_f64(),
            "requests were still in progress when the drain timeout ended"
        );
        serving.abort();
    }
}

/// The most connections: as many as are configured, or as the system's limit of open files has room for.
fn connections_that_fit(configured: NonZeroU32) -> usize {
    let configured = usize::try_from(configured.get()).unwrap_or(usize::MAX);
    let fit = descriptors::raise();
    if fit < configured {
        tracing::warn!(
            configured,
            possible = fit,
            "the limit of open files allows fewer connections than are configured; raise it with `ulimit -n` or LimitNOFILE="
        );
    }
    configured.min(fit)
}

fn announce(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.flush()
}

async fn open_migrated(at: &Location, purpose: Purpose) -> Result<(Store, Vec<String>), Failure> {
    let failed = |source| store_failed(at, source);
    let store = Store::open(at).await.map_err(failed)?;
    match purpose {
        // Before the migration, which a running server would meet unprepared.
        Purpose::Serve => store.claim().map_err(failed)?,
        Purpose::Administer => {}
    }
    let applied = store.migrate().await.map_err(failed)?;
    Ok((store, applied))
}

fn store_failed(at: &Location, source: StoreError) -> Failure {
    Failure::Store {
        at: at.clone(),
        source,
    }
}
