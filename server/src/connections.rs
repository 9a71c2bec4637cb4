//! Connections: accepting them, bounding how many there are and how long one may say or read nothing, and ending them without
//! cutting off a request.

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
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

pub(crate) mod descriptors;
pub(crate) mod peer;
mod refusal;

use peer::PeerService;
use refusal::Refusals;

use crate::telemetry::metrics::METRICS;
use crate::tls::Identity;

/// How long to wait when the system has no file descriptor for one more connection, which others have to give back first.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// The most header fields of a request. One more is answered with 431 (RFC 6585, section 5).
const MAX_HEADERS: usize = 64;

/// The most bytes of a request's head, its target included. More are answered with 431. A token has about 400 bytes, and no
/// browser and no proxy adds cookies here.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// How many bytes of one connection are read before the handler asks for them, or wait to be written.
const MAX_BUFFERED_BYTES: usize = 64 * 1024;

/// A listener, and what its connections may take.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// What metrics call the listener.
    pub(crate) name: &'static str,
    /// With what TLS is spoken, if it is.
    pub(crate) tls: Option<Arc<Identity>>,
    /// The most that are open at the same time. One more is answered with 503 and closed.
    pub(crate) connections: usize,
    /// The longest that a connection may take to send the head of a request, to begin the next one, or to take some of an
    /// answer: otherwise a client could hold any number of them open for ever.
    pub(crate) silence: Duration,
}

/// Accepts connections until `stop` comes. Then closes the listener and the connections that are idle or still shake hands, and
/// returns when the requests that have begun are answered.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: Settings,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(settings.connections));
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
                wait_after(&error).await;
                continue;
            }
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                let connection =
                    server
                        .clone()
                        .connection(stream, address, graceful.watcher(), place);
                tokio::spawn(connection);
            }
            Err(_) => {
                refused.inc();
                // What a client that speaks TLS would have to hear first is not worth a handshake.
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

/// What every connection needs.
#[derive(Clone)]
struct Server {
    http: http1::Builder,
    router: Router,
    tls: Option<Arc<Identity>>,
    silence: Duration,
    open: IntGauge,
    /// Its sender is dropped when no more requests are to begin.
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
            .header_read_timeout(settings.silence)
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(MAX_BUFFERED_BYTES)
            // Answers are short: putting head and body together costs less than sending the two as a vector.
            .writev(false);
        Self {
            http,
            router,
            tls: settings.tls,
            silence: settings.silence,
            open,
            ending,
        }
    }

    /// One connection from its beginning to its end, which gives its place to another.
    async fn connection(
        self,
        stream: TcpStream,
        address: SocketAddr,
        watcher: Watcher,
        place: OwnedSemaphorePermit,
    ) {
        // Answers are written whole: waiting for more to send with them only delays them. A socket that refuses is slower
        // and works.
        let _ = stream.set_nodelay(true);
        let open = Open::counted_by(&self.open);
        match &self.tls {
            None => self.http(stream, address, watcher).await,
            Some(identity) => self.tls(identity, stream, address, watcher).await,
        }
        drop(open);
        drop(place);
    }

    async fn tls(
        &self,
        identity: &Identity,
        stream: TcpStream,
        address: SocketAddr,
        watcher: Watcher,
    ) {
        let handshake = identity.acceptor().accept(stream);
        let handshake = tokio::time::timeout(self.silence, handshake);
        let mut ending = self.ending.clone();
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            // Its client has asked for nothing yet, and can ask elsewhere.
            _ = ending.changed() => return,
        };
        match shaken {
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

    async fn http<S>(&self, stream: S, address: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.silence));
        let service = PeerService::new(self.router.clone(), address.ip());
        let connection = self
            .http
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        if let Err(error) = watcher.watch(connection).await {
            // The client's doing: it went away, was too slow, or spoke something else than HTTP.
            tracing::debug!(%error, "connection ended early");
        }
    }
}

/// A connection that is open, counted until this is dropped, also by a panic.
struct Open<'a>(&'a IntGauge);

impl<'a> Open<'a> {
    fn counted_by(gauge: &'a IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

async fn wait_after(error: &io::Error) {
    match error.kind() {
        // The client went away while it was waiting to be accepted.
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionRefused => {}
        _ => {
            tracing::error!(%error, "a connection could not be accepted");
            tokio::time::sleep(OUT_OF_DESCRIPTORS).await;
        }
    }
}
