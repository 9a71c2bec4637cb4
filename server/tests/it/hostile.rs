//! Whatever is sent ends in a documented status or a closed connection: never in a 5xx, a panic or growing memory.

use std::fs;
use std::io;
use std::path::PathBuf;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{Credential, Folder, PATIENCE, Server, text};

mod connections;
mod sizes;
mod slow;
mod smuggling;
mod texts;
mod tokens;

/// What a refusal of hostile input may be: the contract's statuses, and those by which HTTP refuses a head.
const REFUSALS: [u16; 11] = [400, 401, 403, 404, 405, 408, 413, 414, 422, 429, 431];

/// A server under attack: its log and its memory are looked at in the end.
struct Target {
    server: Server,
    admin: Credential,
    log: PathBuf,
    resident_before: u64,
}

impl Target {
    async fn start(arguments: &[&str]) -> Self {
        let arguments = [&["--log-format", "json"], arguments].concat();
        let (server, log) = Server::start_logging(Folder::new(), &arguments);
        let admin = server.admin();
        // Once through, so that what is allocated once is allocated.
        assert_eq!(server.probe(&admin).await, 200);
        let resident_before = resident_bytes(server.pid());
        Self {
            server,
            admin,
            log,
            resident_before,
        }
    }

    /// The lines of a good request's head, up to `Authorization` and `X-Business-Id`, without the empty line behind it.
    fn head(&self, request_line: &str) -> String {
        format!(
            "{request_line}\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n",
            self.admin.token, self.admin.business_id
        )
    }

    /// Sends bytes and returns what comes back until the server closes, which it must.
    async fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let exchange = async {
            let mut stream = TcpStream::connect(self.server.address()).await.unwrap();
            // A server that has heard enough may close while we are still talking.
            let _ = stream.write_all(bytes.as_ref()).await;
            rest(&mut stream).await
        };
        timeout(PATIENCE, exchange)
            .await
            .expect("the server closes the connection")
    }

    /// Sends a request that must be refused.
    async fn refused(&self, what: &str, bytes: impl AsRef<[u8]>) {
        let answer = self.send(bytes).await;
        for status in statuses(&answer) {
            assert!(REFUSALS.contains(&status), "{what}: {answer}");
        }
    }

    /// The server is well, logged no panic and no error, and holds no more memory than `mebibytes` above its beginning.
    async fn unharmed(&self, mebibytes: u64) {
        assert_eq!(self.server.probe(&self.admin).await, 200, "it still serves");
        let grown = resident_bytes(self.server.pid()).saturating_sub(self.resident_before);
        assert!(
            grown <= mebibytes << 20,
            "memory has grown by {} KiB",
            grown >> 10
        );
        let log = fs::read_to_string(&self.log).unwrap();
        let bad = log
            .lines()
            .find(|line| line.contains(r#""level":"ERROR""#) || line.contains("panic"));
        assert_eq!(bad, None);
        assert!(!log.contains(r#""status":5"#), "no answer was a 5xx");
    }
}

/// What comes until the connection ends, in whichever way.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
    }
    text(&answer)
}

/// The statuses of all answers in a text.
fn statuses(answers: &str) -> Vec<u16> {
    answers
        .split("HTTP/1.")
        .skip(1)
        .filter_map(|answer| answer.get(2..5)?.parse().ok())
        .collect()
}

/// Memory that a process has in RAM (`VmRSS`).
fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("Linux tells it");
    let kibibytes: u64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    kibibytes * 1024
}
