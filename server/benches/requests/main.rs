//! Requests a second, beside a bare axum handler that gives the same answers: `cargo xtask bench server`.
//!
//! Server, database and clients share this machine, so that ratios say more than figures. Each server is the real program in a
//! process of its own; the clients are in this one, on connections that stay open. Answers are checked while they are counted.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use axum::Router;
use testbed::reaper;

mod bare;
mod clients;
mod data;
mod plain;
mod report;
mod revocations;
mod servers;

/// Seconds that a figure is measured for.
const SECONDS: &str = "DZ_BENCH_SECONDS";

/// Numbers of tokens, with commas between.
const TOKENS: &str = "DZ_BENCH_TOKENS";

fn main() -> std::process::ExitCode {
    match std::env::args().collect::<Vec<_>>().as_slice() {
        [_, mode, answer] if mode == "bare" => return bare::serve(answer),
        [_, mode, url] if mode == "plain" => return plain::serve(url),
        _ => {}
    }
    // `cargo test` builds and runs this as well, and has no use for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return std::process::ExitCode::SUCCESS;
    }
    let seconds = variable(SECONDS, "4").parse().unwrap_or(4.0);
    let sizes = variable(TOKENS, "1000,100000,1000000");
    let sizes = sizes.split(',').filter_map(|size| size.trim().parse().ok());
    report::run(Duration::from_secs_f64(seconds), &sizes.collect::<Vec<_>>())
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// Serves this until it is killed, and says where as the server does.
fn serve_on_a_free_port(router: impl Future<Output = Router>) -> std::process::ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let router = router.await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let mut out = std::io::stdout();
        writeln!(out, "listening on http://{address}").expect("stdout works");
        out.flush().expect("stdout works");
        axum::serve(listener, router).await.expect("it serves");
    });
    std::process::ExitCode::SUCCESS
}

/// Runs a command to its end.
fn output(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A process that serves; killed when this is dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    /// Starts it and waits until it says where it listens.
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        reaper::end(&child, reaper::How::Kill);
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("stdout is text");
        let address = line
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("{command:?} said {line:?}"));
        Self {
            address: address.trim().to_owned(),
            child,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
