//! Connections: accepting them, limiting their number and how long one may stall, and closing them without cutting off a
//! request.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use prometheus::IntGauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;

pub(crate) mod descriptors;
pub(crate) mod peer;
mod refusal;
mod slots;

use peer::PeerService;
use refusal::Refusals;
use slots::Slot;
pub(crate) use slots::{MostConnections, Slots};

use crate::telemetry::metrics::METRICS;
use crate::tls::Identity;

/// How long to wait when a connection cannot be accepted, for example because the system has no free file descriptor.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// The most header fields of a request. hyper answers more with 431 (RFC 6585, section 5).
const MAX_HEADERS: usize = 64;

/// The most bytes of a request's head, its target included. hyper answers more with 431. A token has about 400 bytes, and
/// neither browsers nor proxies add cookies here.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// The most bytes of one connection that are buffered, read ahead of the handler or waiting to be written.
const MAX_BUFFERED_BYTES: usize = 64 * 1024;

/// A listener's name, TLS identity and limits.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The listener's name in metrics.
    pub(crate) name: &'static str,
    /// The certificate and key for TLS; nothing for plain HTTP.
    pub(crate) tls: Option<Arc<Identity>>,
    /// The slots of its connections. One without a slot is answered with 503 and closed.
    pub(crate) slots: Arc<Slots>,
    /// The longest time that a connection may take to send the head of a request, to begin the next one, or to read some of a
    /// response. Without it a client could hold connections open for ever.
    pub(crate) stall_timeout: Duration,
}

/// Accepts connections until `stop` is ready. Then closes the listener and the connections that are idle or in a TLS handshake,
/// and returns when the requests that have begun are answered.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: Settings,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::clone(&settings.slots);
    let refusals = Refusals::default();
    let (open, refused) = METRICS.connections(settings.name);
    let (ending, ended) = watch::channel(());
    let server = Server::new(router, settings, open, ended);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                back_off(&error).await;
                continue;
            }
        };
        match slots.take(address.ip()) {
            Some(slot) => {
                let connection =
                    server
                        .clone()
                        .connection(stream, address, graceful.watcher(), slot);
                tokio::spawn(connection);
            }
            None => {
                refused.inc();
                // With TLS the connection is only closed: an answer would cost a handshake.
                if server.tls.is_none() {
                    refusals.refuse(stream);
                }
            }
        }
    }
    drop(listener);
    drop(ending);
    graceful.shutdown().await;
}

/// What the connections of a listener share.
#[derive(Clone)]
struct Server {
    http: http1::Builder,
    router: Router,
    tls: Option<Arc<Identity>>,
    stall_timeout: Duration,
    open: IntGauge,
    /// Its sender is dropped when the server begins to stop.
    ending: watch::Receiver<()>,
}

impl Server {
    fn new(
        router: Router,
        settings: Settings,
        open: IntGauge,
        ending: watch::Receiver<()>,
    ) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(settings.stall_timeout)
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(MAX_BUFFERED_BYTES)
            // Responses are short: copying head and body together costs less than a vectored write.
            .writev(false);
        Self {
            http,
            router,
            tls: settings.tls,
            stall_timeout: settings.stall_timeout,
            open,
            ending,
        }
    }

    /// Serves one connection to its end, and then releases its slot.
    async fn connection(
        self,
        stream: TcpStream,
        address: SocketAddr,
        watcher: Watcher,
        slot: Slot,
    ) {
        // Responses are written whole: Nagle's algorithm would only delay them. A socket on which this fails still works.
        let _ = stream.set_nodelay(true);
        let open = OpenConnection::counted_by(&self.open);
        match &self.tls {
            None => self.http(stream, address, watcher).await,
            Some(identity) => self.tls(identity, stream, address, watcher).await,
        }
        drop(open);
        drop(slot);
    }

    /// Serves one connection with TLS.
    async fn tls(
        &self,
        identity: &Identity,
        stream: TcpStream,
        address: SocketAddr,
        watcher: Watcher,
    ) {
        let handshake = identity.acceptor().accept(stream);
        let handshake = tokio::time::timeout(self.stall_timeout, handshake);
        let mut ending = self.ending.clone();
        let accepted = tokio::select! {
            accepted = handshake => accepted,
            // The client has not sent a request yet.
            _ = ending.changed() => return,
        };
        match accepted {
            Ok(Ok(stream)) => self.http(stream, address, watcher).await,
            Ok(Err(error)) => {
                METRICS.handshakes_failed.inc();
                tracing::debug!(%error, "TLS handshake failed");
            }
            Err(_) => {
                METRICS.handshakes_failed.inc();
                tracing::debug!("TLS handshake took too long");
            }
        }
    }

    /// Serves HTTP on one connection.
    async fn http<S>(&self, stream: S, address: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.stall_timeout));
        let service = PeerService::new(self.router.clone(), address.ip());
        let connection = self
            .http
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        if let Err(error) = watcher.watch(connection).await {
            // The client disconnected, was too slow, or did not speak HTTP.
            tracing::debug!(%error, "connection ended early");
        }
    }
}

/// An open connection. It is counted until this is dropped, also by a panic.
struct OpenConnection<'a>(&'a IntGauge);

impl<'a> OpenConnection<'a> {
    /// Counts a connection.
    fn counted_by(gauge: &'a IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Waits after a connection could not be accepted, unless the cause was that connection alone.
async fn back_off(error: &io::Error) {
    match error.kind() {
        // The client disconnected before it was accepted.
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionRefused => {}
        _ => {
            tracing::error!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_RETRY).await;
        }
    }
}
