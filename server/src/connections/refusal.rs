//! What a connection gets for which there is no place.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// The most connections that are told why at the same time; more are closed without a word.
const MAX_TOLD: usize = 64;

/// How long a client may take to read that it is refused.
const PATIENCE: Duration = Duration::from_secs(1);

/// The contract's 503. It is the same for every request, so none is read.
const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    content-length: 62\r\n\
    cache-control: no-store\r\n\
    retry-after: 1\r\n\
    connection: close\r\n\
    \r\n\
    {\"detail\":\"The service has too many connections; try later\"}\r\n";

/// Tells clients that there are too many of them, a bounded number at a time.
pub(super) struct Refusals(Arc<Semaphore>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_TOLD)))
    }
}

impl Refusals {
    /// Answers and closes the connection, without waiting for either.
    pub(super) fn refuse(&self, stream: TcpStream) {
        let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() else {
            return;
        };
        tokio::spawn(async move {
            // A client that does not take its answer has no more to lose.
            let _ = tokio::time::timeout(PATIENCE, answer(stream)).await;
            drop(permit);
        });
    }
}

/// Writes the answer, then reads until the client closes: a close with unread bytes would reset the connection, and the answer
/// could be lost with it (RFC 9112, section 9.6).
async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ANSWER;

    #[test]
    fn length_that_is_announced_is_the_body_s() {
        let text = std::str::from_utf8(ANSWER).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
    }
}
