//! Hostile input ends in a documented status or a closed connection: never in a 5xx, a panic or growing memory.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::harness::{Credential, Folder, PATIENCE, Server, text};

mod connections;
mod sizes;
mod slow;
mod smuggling;
mod texts;
mod tokens;

/// A server under attack, whose log and memory are checked at the end.
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
        // The first request makes the allocations that happen only once.
        assert_eq!(server.probe(&admin).await, 200);
        let resident_before = resident_bytes(server.pid());
        Self {
            server,
            admin,
            log,
            resident_before,
        }
    }

    /// Returns the head of an authenticated request, without the empty line after it.
    fn head(&self, request_line: &str) -> String {
        format!(
            "{request_line}\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n",
            self.admin.token, self.admin.business_id
        )
    }

    /// Sends bytes, and returns everything that the server sends until it closes, which it must do.
    async fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let exchange = async {
            let mut stream = TcpStream::connect(self.server.address()).await.unwrap();
            // The server may close before it has read everything.
            let _ = stream.write_all(bytes.as_ref()).await;
            rest(&mut stream).await
        };
        timeout(PATIENCE, exchange)
            .await
            .expect("the server closes the connection")
    }

    /// Returns the log with everything that was logged before this call. Another thread writes it, in order.
    async fn logged(&self) -> String {
        let mark = Uuid::new_v4().to_string();
        let request = self.server.request("GET", "/api/v1/tokens").by(&self.admin);
        let answer = request.header("x-request-id", &mark).send().await;
        assert_eq!(answer.status, 200, "it still serves");
        let written = async {
            loop {
                let log = fs::read_to_string(&self.log).unwrap();
                let after = log.split_once(&mark).map(|(_, after)| after);
                if after.is_some_and(|after| after.contains('\n')) {
                    break log;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, written)
            .await
            .expect("the line of a request is written")
    }

    /// Asserts that the server works, logged no panic and no error, and uses at most `mebibytes` more memory than at first.
    async fn unharmed(&self, mebibytes: u64) {
        let log = self.logged().await;
        let grown = resident_bytes(self.server.pid()).saturating_sub(self.resident_before);
        assert!(
            grown <= mebibytes << 20,
            "memory has grown by {} KiB",
            grown >> 10
        );
        let bad = log
            .lines()
            .find(|line| line.contains(r#""level":"ERROR""#) || line.contains("panic"));
        assert_eq!(bad, None);
        assert!(!log.contains(r#""status":5"#), "no answer was a 5xx");
    }
}

/// Reads until the connection is closed or reset.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
    }
    text(&answer)
}

/// Returns the statuses of all answers in a text.
fn statuses(answers: &str) -> Vec<u16> {
    answers
        .split("HTTP/1.")
        .skip(1)
        .filter_map(|answer| answer.get(2..5)?.parse().ok())
        .collect()
}

/// Returns the resident memory of a process (`VmRSS`).
fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("Linux reports it");
    let kibibytes: u64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    kibibytes * 1024
}
