//! The answer to a connection beyond the limit.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// The most refusals that are answered at the same time; more connections are closed without an answer.
const MAX_ANSWERS: usize = 64;

/// How long a client may take to read the answer.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The contract's 503. It is the same for every request, so the request is not read.
const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    content-length: 62\r\n\
    cache-control: no-store\r\n\
    retry-after: 1\r\n\
    connection: close\r\n\
    \r\n\
    {\"detail\":\"The service has too many connections; try later\"}\r\n";

/// The refusals in progress, whose number is limited.
pub(super) struct Refusals(Arc<Semaphore>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_ANSWERS)))
    }
}

impl Refusals {
    /// Starts to answer and close the connection, and returns at once.
    pub(super) fn refuse(&self, stream: TcpStream) {
        let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() else {
            return;
        };
        tokio::spawn(async move {
            // A client that does not read the answer is cut off.
            let _ = tokio::time::timeout(TIMEOUT, answer(stream)).await;
            drop(permit);
        });
    }
}

/// Writes the answer, then reads until the client closes: closing with unread bytes would reset the connection, and the answer
/// could be lost (RFC 9112, section 9.6).
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
    fn content_length_is_that_of_the_body() {
        let text = std::str::from_utf8(ANSWER).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
    }
}
