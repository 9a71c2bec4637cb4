//! Connections: accepting them, limiting their number and how long one may stall, and closing them without cutting off a
//! request.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
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

/// The most requests of one HTTP/2 connection in progress.
const MAX_STREAMS: u32 = 64;

/// What names HTTP/2 in TLS (RFC 9113, section 3.2).
const HTTP2: &[u8] = b"h2";

/// What a client that speaks HTTP/2 without TLS sends first.
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The pause between two looks at a preface that is not complete.
const PEEK_AGAIN_AFTER: Duration = Duration::from_millis(5);

/// The most bytes of one connection that are buffered, read ahead of the handler or waiting to be written.
const MAX_BUFFERED_BYTES: usize = 64 * 1024;

/// A listener's name, TLS identity and limits.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The listener's name in metrics.
    pub(crate) name: &'static str,
    /// Whether clients may speak HTTP/2 without TLS, which they must know beforehand (RFC 9113, section 3.3).
    pub(crate) clear_http2: bool,
    /// The certificate and key for TLS; nothing for plain HTTP.
    pub(crate) tls: Option<Arc<Identity>>,
    /// The slots of its connections. One without a slot is answered with 503 and closed.
    pub(crate) slots: Arc<Slots>,
    /// The longest time that a connection may take to send the head of a request, to begin the next one, or to read some of a
    /// response. Without it a client could hold connections open for ever.
    pub(crate) stall_timeout: Duration,
    /// The longest time that a request may take.
    pub(crate) request_timeout: Duration,
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
    http2: http2::Builder<TokioExecutor>,
    clear_http2: bool,
    router: Router,
    tls: Option<Arc<Identity>>,
    stall_timeout: Duration,
    silence: Duration,
    open: IntGauge,
    /// Its sender is dropped when the server begins to stop.
    ending: watch::Receiver<()>,
}

impl Server {
    /// Serves HTTP/2 on one connection.
    async fn http2<S>(&self, stream: S, address: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.stall_timeout));
        // The client may never send the preface, or the end of a head.
        stream.set_read_timeout(Some(self.silence));
        let service = PeerService::new(self.router.clone(), address.ip());
        let connection = self
            .http2
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "connection ended early");
        }
    }

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
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            // A client that is alive answers these.
            .keep_alive_interval(settings.stall_timeout)
            .keep_alive_timeout(settings.stall_timeout)
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(MAX_HEAD_BYTES as u32)
            .initial_stream_window_size(MAX_BUFFERED_BYTES as u32)
            .initial_connection_window_size(4 * MAX_BUFFERED_BYTES as u32)
            .max_send_buf_size(MAX_BUFFERED_BYTES);
        Self {
            http,
            http2,
            clear_http2: settings.clear_http2,
            router,
            tls: settings.tls,
            stall_timeout: settings.stall_timeout,
            silence: 2 * settings.stall_timeout + settings.request_timeout,
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
            None if self.clear_http2 && begins_http2(&stream, self.stall_timeout).await => {
                self.http2(stream, address, watcher).await;
            }
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
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(HTTP2) => {
                self.http2(stream, address, watcher).await;
            }
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

    /// Serves HTTP/1.1 on one connection.
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

/// Returns whether the client begins with the preface of HTTP/2 (RFC 9113, section 3.4), which no request of HTTP/1.1 begins with.
/// The bytes stay unread.
async fn begins_http2(stream: &TcpStream, within: Duration) -> bool {
    let mut first = [0; HTTP2_PREFACE.len()];
    let looked = async {
        loop {
            match stream.peek(&mut first).await {
                Ok(read)
                    if read < first.len()
                        && read > 0
                        && HTTP2_PREFACE.starts_with(&first[..read]) =>
                {
                    // The rest is on its way: `peek` would return the same bytes at once.
                    tokio::time::sleep(PEEK_AGAIN_AFTER).await;
                }
                Ok(read) => break first[..read] == *HTTP2_PREFACE,
                Err(_) => break false,
            }
        }
    };
    tokio::time::timeout(within, looked).await.unwrap_or(false)
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
