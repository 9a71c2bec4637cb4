//! One connection that stays open, and how long each exchange on it takes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::error::Error;

/// The time limit for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects to the server at this base URL.
    pub(crate) fn open(url: &str) -> Result<Self, Error> {
        let address = url.trim_start_matches("http://");
        let open = || -> std::io::Result<Self> {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(Self {
                stream: BufReader::new(stream),
            })
        };
        open().map_err(|source| Error::Connect {
            url: url.to_owned(),
            source,
        })
    }

    /// Sends a request; returns the nanoseconds until its whole answer has arrived, and the answer without its date.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<(f64, Vec<u8>), Error> {
        let begun = Instant::now();
        let answer = self.exchange(request);
        let elapsed = begun.elapsed();
        let answer = answer.map_err(Error::NoAnswer)?;
        Ok((elapsed.as_secs_f64() * 1e9, answer))
    }

    fn exchange(&mut self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        self.stream.get_mut().write_all(request)?;
        let mut answer = Vec::with_capacity(512);
        let mut length = 0;
        loop {
            let begin = answer.len();
            if self.stream.read_until(b'\n', &mut answer)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = answer[begin..].to_ascii_lowercase();
            if line == b"\r\n" {
                break;
            }
            let line = String::from_utf8_lossy(&line);
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or_default();
            }
            if line.starts_with("date:") {
                answer.truncate(begin);
            }
        }
        let head = answer.len();
        answer.resize(head + length, 0);
        self.stream.read_exact(&mut answer[head..])?;
        Ok(answer)
    }
}
