//! `server serve`: from a configuration to a listening server and back to a closed store.

use std::future::pending;
use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::client::TrustedProxies;
use crate::config::Serve;
use crate::connections::{self, descriptors};
use crate::exit::Failure;
use crate::rate_limit::RateLimits;
use crate::router::router;
use crate::routes::metrics;
use crate::startup::{Purpose, open};
use crate::state::AppState;
use crate::telemetry::metrics::METRICS;
use crate::tls::Identity;

/// The most connections of the listener for metrics. A few scrapers need a few.
const METRICS_CONNECTIONS: usize = 64;

/// Serves until SIGTERM or SIGINT, then stops accepting, finishes what has begun within the drain timeout, and closes the
/// store. When it accepts connections it prints `listening on http://ADDR:PORT` (or https), with the real port, as the one line on
/// standard output.
///
/// # Errors
///
/// [`Failure`], before the first connection is accepted; [`Failure::Part`] afterwards.
pub async fn serve(command: Serve) -> Result<(), Failure> {
    // Before anything is begun, so that no signal is missed that comes while it is.
    let mut signals = Signals::listen()?;

    let tls = match command.tls.files()? {
        Some(files) => Some(Arc::new(Identity::read(files)?)),
        None => None,
    };
    let (callers, addresses) = command.rates();
    let limits = RateLimits::new(callers, addresses);
    let (store, keys) = tokio::select! {
        opened = open(&command.storage, Purpose::Serve) => opened?,
        // It may have to wait for another replica, which migrates for as long as that takes.
        name = signals.next() => {
            tracing::info!(signal = name, "stopped before it served");
            return Ok(());
        }
    };
    let state = AppState::new(store, keys, limits);
    METRICS.ready(true);
    let (listener, address) = bind(command.listen, "--listen").await?;
    let metrics = match command.monitoring.metrics_listen {
        Some(asked) => Some(bind(asked, "--metrics-listen").await?),
        None => None,
    };

    let (stop, stopping) = watch::channel(Phase::Serving);
    let proxies = TrustedProxies::new(&command.limits.trusted_proxies.concat());
    let router = router(state.clone(), command.timeouts.request_timeout, proxies);
    let settings = connections::Settings {
        name: "api",
        tls: tls.clone(),
        max_connections: connections_that_fit(command.limits.max_connections),
        stall_timeout: command.timeouts.head_timeout,
    };
    let draining = reached(stopping.clone(), Phase::Draining);
    let serving = connections::serve(listener, router, settings, draining);
    let mut serving = tokio::spawn(serving);
    let mut beside = JoinSet::new();
    if let Some((listener, address)) = metrics {
        tracing::info!(%address, "metrics at /metrics");
        let settings = connections::Settings {
            name: "metrics",
            tls: None,
            max_connections: METRICS_CONNECTIONS,
            stall_timeout: command.timeouts.head_timeout,
        };
        let router = metrics::router();
        beside.spawn(connections::serve(listener, router, settings, pending()));
    }
    if let Some(identity) = tls.clone() {
        beside.spawn(async move { identity.keep_current().await });
    }
    let forgetting = state.clone();
    beside.spawn(async move { forgetting.rate_limits().keep_small().await });
    let writing = {
        let state = state.clone();
        async move {
            state
                .last_used()
                .keep_writing(state.store(), reached(stopping, Phase::Drained))
                .await;
        }
    };
    let mut writing = tokio::spawn(writing);

    let scheme = if tls.is_some() { "https" } else { "http" };
    announce(&format!("listening on {scheme}://{address}\n")).map_err(Failure::Stdout)?;
    tracing::info!(%address, database = %command.storage.location(), "listening");

    let ended = tokio::select! {
        name = signals.next() => {
            tracing::info!(signal = name, "stopping: no new connections");
            Ok(())
        }
        () = one_ended(&mut serving, &mut writing, &mut beside) => {
            tracing::error!("stopping: a part of the server has failed");
            Err(Failure::Part)
        }
    };
    stop.send_replace(Phase::Draining);
    drain(&mut serving, command.timeouts.drain_timeout).await;
    stop.send_replace(Phase::Drained);
    if !writing.is_finished() {
        // An error says that the task panicked, which the log has told already.
        let _ = writing.await;
    }
    beside.shutdown().await;
    state.store().close().await;
    tracing::info!("stopped");
    ended
}

/// The signals that end a server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on none is missed.
    fn listen() -> Result<Self, Failure> {
        let of = |kind| signal(kind).map_err(Failure::Runtime);
        Ok(Self {
            terminate: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
        })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Waits until one of these tasks has ended. While the server serves none does but by a panic, which the log tells.
async fn one_ended(
    serving: &mut JoinHandle<()>,
    writing: &mut JoinHandle<()>,
    beside: &mut JoinSet<()>,
) {
    tokio::select! {
        _ = serving => {}
        _ = writing => {}
        Some(_) = beside.join_next() => {}
    }
}

async fn bind(
    address: SocketAddr,
    option: &'static str,
) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |source| Failure::Bind {
        address,
        option,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
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

async fn drain(serving: &mut JoinHandle<()>, limit: Duration) {
    if serving.is_finished() {
        return;
    }
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

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    /// No part of ours can be made to panic from outside.
    #[tokio::test]
    async fn part_that_ends_is_noticed_whichever_it_is() {
        let ended = || tokio::spawn(ready(()));
        let runs = || tokio::spawn(pending());
        one_ended(&mut ended(), &mut runs(), &mut JoinSet::new()).await;
        one_ended(&mut runs(), &mut ended(), &mut JoinSet::new()).await;
        let mut beside = JoinSet::new();
        beside.spawn(pending());
        beside.spawn(ready(()));
        one_ended(&mut runs(), &mut runs(), &mut beside).await;

        let (mut serving, mut writing) = (runs(), runs());
        let none = one_ended(&mut serving, &mut writing, &mut beside);
        let waited = tokio::time::timeout(Duration::from_millis(50), none).await;
        assert!(waited.is_err(), "all that is left runs");
    }
}
