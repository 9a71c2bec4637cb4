//! `server serve`: from the configuration to a listening server, and from there to a closed store.

use std::future::pending;
use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::client::TrustedProxies;
use crate::config::{self, Command, Serve, Storage, Switch};
use crate::connections::{self, MostConnections, Slots, descriptors};
use crate::exit::Failure;
use crate::rate_limit::RateLimits;
use crate::router::router;
use crate::routes::metrics;
use crate::startup::{Purpose, open, read_keys};
use crate::state::AppState;
use crate::telemetry::metrics::METRICS;
use crate::tls::Identity;

/// The most connections of the listener for metrics: there are only a few scrapers.
const METRICS_CONNECTIONS: usize = 64;

/// Serves until SIGTERM or SIGINT; SIGHUP makes it read its keys and its limits again. Then it accepts no more connections, finishes the requests in progress within the drain timeout,
/// and closes the store. When it accepts connections it prints `listening on http://ADDR:PORT` (or https), with the real port, as
/// the only line on standard output.
///
/// # Errors
///
/// [`Failure`], before the first connection is accepted; [`Failure::Part`] afterwards.
pub async fn serve(mut command: Serve, mut signals: Signals) -> Result<(), Failure> {
    let location = &mut command.storage.database.location;
    *location = location.clone().limited(command.pool.limits());
    let tls = match command.tls.files()? {
        Some(files) => Some(Arc::new(Identity::read(files)?)),
        None => None,
    };
    let (callers, addresses) = command.rates();
    let limits = RateLimits::new(callers, addresses);
    let (store, keys) = tokio::select! {
        opened = open(&command.storage, Purpose::Serve) => opened?,
        // It may have to wait for another replica, which migrates for a long time.
        name = signals.end.next() => {
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

    let scheme = if tls.is_some() { "https" } else { "http" };
    let (stop, phases) = watch::channel(Phase::Serving);
    let proxies = TrustedProxies::new(&command.limits.trusted_proxies.concat());
    let slots = Slots::new(most_connections(&command), proxies);
    let mut tasks = Tasks::start(&command, &state, listener, tls, Arc::clone(&slots), &phases);
    tasks.others.spawn(reload(
        signals.hangups,
        command.storage.clone(),
        state.clone(),
        slots,
    ));
    if let Some((listener, address)) = metrics {
        tracing::info!(%address, "metrics at /metrics");
        tasks.serve_metrics(listener, command.timeouts.head_timeout);
    }
    announce(&format!("listening on {scheme}://{address}\n")).map_err(Failure::Stdout)?;
    tracing::info!(%address, database = %command.storage.location(), "listening");
    if command.docs == Switch::On {
        tracing::info!(
            docs = %format_args!("{scheme}://{address}/docs"),
            "to try it out, enter a token and its business under Authorize; `server bootstrap` prints the first ones"
        );
    }

    let ended = tokio::select! {
        name = signals.end.next() => {
            tracing::info!(signal = name, "stopping: no new connections");
            Ok(())
        }
        () = tasks.one_ended() => {
            tracing::error!("stopping: a part of the server has failed");
            Err(Failure::Part)
        }
    };
    stop.send_replace(Phase::Draining);
    tasks.drain(command.timeouts.drain_timeout).await;
    stop.send_replace(Phase::Drained);
    tasks.finish().await;
    state.store().close().await;
    tracing::info!("stopped");
    ended
}

/// Reads the keys and the limits again at each SIGHUP. What cannot be used is logged, and the previous one stays. The settings that
/// the database has are taken for those that are wanted.
async fn reload(mut hangups: Signal, storage: Storage, state: AppState, slots: Arc<Slots>) {
    while hangups.recv().await.is_some() {
        match read_keys(&storage) {
            Ok(keys) => {
                tracing::info!(keys = keys.summary(), "SIGHUP: keys are read again");
                state.replace_keys(keys);
            }
            Err(error) => tracing::error!(%error, "SIGHUP: the previous keys stay in use"),
        }
        match config::load_again(std::env::args_os()).map(|cli| cli.command) {
            Ok(Command::Serve(command)) => {
                let (callers, addresses) = command.rates();
                state.rate_limits().limit(callers, addresses);
                slots.limit(most_connections(&command));
                tracing::info!("SIGHUP: limits are read again");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(error, "SIGHUP: the previous limits stay in use"),
        }
        state.store().accept_settings();
    }
}

/// The signals of a server.
pub struct Signals {
    end: EndSignals,
    hangups: Signal,
}

impl Signals {
    /// Listens to the signals: from now on none is missed, and none ends the process by itself. Must be called within a runtime.
    ///
    /// # Errors
    ///
    /// [`Failure::Runtime`].
    pub fn listen() -> Result<Self, Failure> {
        let of = |kind| signal(kind).map_err(Failure::Runtime);
        Ok(Self {
            hangups: of(SignalKind::hangup())?,
            end: EndSignals {
                terminate: of(SignalKind::terminate())?,
                interrupt: of(SignalKind::interrupt())?,
            },
        })
    }
}

/// The signals that end a server.
struct EndSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl EndSignals {
    /// Waits for the next signal. Returns its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// The phases of a server that stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    Draining,
    Drained,
}

/// Waits until the server has reached this phase.
async fn reached(mut phases: watch::Receiver<Phase>, phase: Phase) {
    // An error says that the sender was dropped, with the rest of the server.
    let _ = phases.wait_for(|current| *current >= phase).await;
}

/// The tasks of a server. While it serves, none of them ends except by a panic, which the log shows.
struct Tasks {
    /// Serves requests.
    serving: JoinHandle<()>,
    /// Writes the uses of tokens.
    writing: JoinHandle<()>,
    others: JoinSet<()>,
}

impl Tasks {
    /// Starts the tasks of a server that listens here.
    fn start(
        command: &Serve,
        state: &AppState,
        listener: TcpListener,
        tls: Option<Arc<Identity>>,
        slots: Arc<Slots>,
        phases: &watch::Receiver<Phase>,
    ) -> Self {
        let proxies = TrustedProxies::new(&command.limits.trusted_proxies.concat());
        let with_docs = command.docs == Switch::On;
        let router = router(
            state.clone(),
            command.timeouts.request_timeout,
            proxies,
            with_docs,
        );
        let settings = connections::Settings {
            name: "api",
            tls: tls.clone(),
            slots,
            stall_timeout: command.timeouts.head_timeout,
            request_timeout: command.timeouts.request_timeout,
            clear_http2: command.clear_http2 == Switch::On,
        };
        let draining = reached(phases.clone(), Phase::Draining);
        let serving = connections::serve(listener, router, settings, draining);

        let drained = reached(phases.clone(), Phase::Drained).shared();
        let of_uses = state.clone();
        let writing = async move {
            let store = of_uses.store();
            let last = of_uses.last_used().keep_writing(store, drained.clone());
            let refused = of_uses.refused_uses().keep_writing(store, drained);
            tokio::join!(last, refused);
        };

        let mut others = JoinSet::new();
        if let Some(identity) = tls {
            others.spawn(async move { identity.keep_current().await });
        }
        let of_limits = state.clone();
        others.spawn(async move { of_limits.rate_limits().keep_small().await });
        Self {
            serving: tokio::spawn(serving),
            writing: tokio::spawn(writing),
            others,
        }
    }

    /// Also serves metrics, on this listener.
    fn serve_metrics(&mut self, listener: TcpListener, stall_timeout: Duration) {
        let settings = connections::Settings {
            name: "metrics",
            tls: None,
            slots: Slots::new(
                MostConnections {
                    all: METRICS_CONNECTIONS,
                    from_address: METRICS_CONNECTIONS,
                },
                TrustedProxies::default(),
            ),
            stall_timeout,
            request_timeout: stall_timeout,
            clear_http2: false,
        };
        let serving = connections::serve(listener, metrics::router(), settings, pending());
        self.others.spawn(serving);
    }

    /// Waits until one of the tasks has ended.
    async fn one_ended(&mut self) {
        tokio::select! {
            _ = &mut self.serving => {}
            _ = &mut self.writing => {}
            Some(_) = self.others.join_next() => {}
        }
    }

    /// Waits for the requests in progress, and aborts them after this time.
    async fn drain(&mut self, limit: Duration) {
        let serving = &mut self.serving;
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

    /// Waits until the last uses are written, and aborts the other tasks.
    async fn finish(mut self) {
        if !self.writing.is_finished() {
            // An error says that the task panicked, which the log shows already.
            let _ = self.writing.await;
        }
        self.others.shutdown().await;
    }
}

/// Listens on the address that this option asked for. Also returns the real address.
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

/// Returns the most connections of the API.
fn most_connections(command: &Serve) -> MostConnections {
    MostConnections {
        all: connections_that_fit(command.limits.max_connections),
        from_address: command.connections_from_address(),
    }
}

/// Returns the most connections: as many as are configured, or as the system's limit of open files allows.
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

/// Prints a line now.
fn announce(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    /// A test from outside cannot make a task panic.
    #[tokio::test]
    async fn task_that_ends_is_noticed_whichever_it_is() {
        let ended = || tokio::spawn(ready(()));
        let runs = || tokio::spawn(pending());
        let tasks = |serving, writing| Tasks {
            serving,
            writing,
            others: JoinSet::new(),
        };
        tasks(ended(), runs()).one_ended().await;
        tasks(runs(), ended()).one_ended().await;
        let mut tasks = tasks(runs(), runs());
        tasks.others.spawn(pending());
        tasks.others.spawn(ready(()));
        tasks.one_ended().await;

        let waited = tokio::time::timeout(Duration::from_millis(50), tasks.one_ended()).await;
        assert!(waited.is_err(), "all remaining tasks run");
    }
}
