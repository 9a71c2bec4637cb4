//! Connections: accepting them, bounding how long one may say nothing, and ending them without cutting off a request.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// How long to wait when the system has no file descriptor for one more connection, which others have to give back first.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Accepts connections until `stop` comes. Then closes the listener and the connections that are idle, and returns when the
/// requests that have begun are answered.
///
/// A connection that takes longer than `head_timeout` to send the head of a request, or to begin the next one, is closed:
/// otherwise a client could hold any number of them open for ever.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    head_timeout: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(head_timeout);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                wait_after(&error).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(router.clone());
        let connection =
            connections.watch(http.serve_connection(TokioIo::new(without_delay(stream)), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // The client's doing: it went away, was too slow, or spoke something else than HTTP.
                tracing::debug!(%error, "connection ended early");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// Answers are written whole: waiting for more to send with them only delays them.
fn without_delay(stream: TcpStream) -> TcpStream {
    // A socket that refuses is slower and works.
    let _ = stream.set_nodelay(true);
    stream
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
