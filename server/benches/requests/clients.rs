//! Clients that do as little as possible: they write a request, read one answer, and repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections that ask at the same time.
pub(crate) const CLIENTS: usize = 64;

/// The parts of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads a whole answer that has a `Content-Length`.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let end = end_of_head(bytes)?;
        let head = std::str::from_utf8(&bytes[..end - 4]).ok()?;
        let (line, fields) = head.split_once("\r\n")?;
        let headers = fields
            .split("\r\n")
            .filter_map(|field| field.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Some(Self {
            status: line.split(' ').nth(1)?.parse().ok()?,
            headers,
            body: bytes[end..].to_vec(),
        })
    }
}

/// What the clients measured.
#[derive(Default)]
pub(crate) struct Measured {
    /// The time that each answer took, in microseconds, sorted.
    micros: Vec<u32>,
    pub(crate) elapsed: Duration,
}

impl Measured {
    /// Joins several turns.
    pub(crate) fn all(turns: Vec<Self>) -> Self {
        let mut all = Self::default();
        for turn in turns {
            all.micros.extend(turn.micros);
            all.elapsed += turn.elapsed;
        }
        all.micros.sort_unstable();
        all
    }

    pub(crate) fn requests(&self) -> usize {
        self.micros.len()
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.micros.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Returns the latency that this part of the requests stayed below, in milliseconds.
    pub(crate) fn percentile(&self, part: f64) -> f64 {
        let last = self.micros.len().saturating_sub(1);
        let at = (self.micros.len() as f64 * part) as usize;
        f64::from(self.micros.get(at.min(last)).copied().unwrap_or_default()) / 1e3
    }
}

/// When to stop.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// After this time; requests repeat.
    Time(Duration),
    /// When each request was sent once, or after this time.
    Once(Duration),
}

/// Sends the requests to this address over `clients` connections, each of which waits for its answer. All clients run on one
/// thread, as wrk's do with `-t1`: more threads would compete with what they measure.
///
/// # Panics
///
/// When an answer has another status than `expected`.
pub(crate) async fn send(
    address: &str,
    requests: &Arc<Vec<Vec<u8>>>,
    expected: u16,
    clients: usize,
    until: Until,
) -> Measured {
    let (address, requests) = (address.to_owned(), Arc::clone(requests));
    let sending = tokio::task::spawn_blocking(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(send_on_this_thread(
                &address, &requests, expected, clients, until,
            ))
    });
    sending.await.expect("every answer is the expected one")
}

async fn send_on_this_thread(
    address: &str,
    requests: &Arc<Vec<Vec<u8>>>,
    expected: u16,
    clients: usize,
    until: Until,
) -> Measured {
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let (address, requests, next) =
            (address.to_owned(), Arc::clone(requests), Arc::clone(&next));
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(address)
                .await
                .expect("the server accepts");
            stream.set_nodelay(true).expect("the socket is ours");
            let (mut buffer, mut micros) = (vec![0; 64 * 1024], Vec::new());
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let (limit, over) = match until {
                    Until::Time(limit) => (limit, false),
                    Until::Once(limit) => (limit, turn >= requests.len()),
                };
                if over || begun.elapsed() >= limit {
                    return micros;
                }
                let sent = Instant::now();
                stream
                    .write_all(&requests[turn % requests.len()])
                    .await
                    .expect("the server reads");
                let length = receive(&mut stream, &mut buffer).await;
                micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                let status = std::str::from_utf8(&buffer[9..12])
                    .ok()
                    .and_then(|s| s.parse().ok());
                assert_eq!(
                    status,
                    Some(expected),
                    "{}",
                    String::from_utf8_lossy(&buffer[..length])
                );
            }
        });
    }
    let mut micros: Vec<u32> = tasks.join_all().await.into_iter().flatten().collect();
    let elapsed = begun.elapsed();
    micros.sort_unstable();
    Measured { micros, elapsed }
}

/// Sends one request. Returns the whole answer.
pub(crate) async fn exchange(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server accepts");
    stream.write_all(request).await.expect("the server reads");
    let mut buffer = vec![0; 64 * 1024];
    let length = receive(&mut stream, &mut buffer).await;
    buffer.truncate(length);
    buffer
}

/// Reads one answer to the front of the buffer. Returns its length.
async fn receive(stream: &mut TcpStream, buffer: &mut [u8]) -> usize {
    let mut filled = 0;
    loop {
        let read = stream
            .read(&mut buffer[filled..])
            .await
            .expect("the server answers");
        assert!(read > 0, "the server closed the connection");
        filled += read;
        if let Some(end) = end_of_head(&buffer[..filled]) {
            let whole = end + content_length(&buffer[..end]);
            while filled < whole {
                let read = stream
                    .read(&mut buffer[filled..])
                    .await
                    .expect("the server answers");
                assert!(read > 0, "the server closed the connection");
                filled += read;
            }
            return whole;
        }
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length: ";
    let at = head
        .windows(NAME.len())
        .position(|part| part.eq_ignore_ascii_case(NAME))
        .expect("every answer has a length");
    head[at + NAME.len()..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
}
