//! Requests per second, compared with a bare axum handler that gives the same answers: `cargo xtask bench server`.
//!
//! Server, database and clients share this machine, so that ratios mean more than absolute figures. Each server is the real
//! program in a separate process; the clients are in this process, on connections that stay open. Answers are checked while
//! they are counted.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::str::FromStr;
use std::time::Duration;

use axum::Router;
use testbed::listening::Listening;

mod against;
mod bare;
mod clients;
mod data;
mod plain;
mod report;
mod revocations;
mod servers;
mod singly;

/// The variable with the seconds that each figure is measured for.
const SECONDS: &str = "DZ_BENCH_SECONDS";

/// The variable with the numbers of tokens, separated by commas.
const TOKENS: &str = "DZ_BENCH_TOKENS";

/// The variable with the path of an older server program to measure against.
const AGAINST: &str = "DZ_BENCH_AGAINST";

fn main() -> std::process::ExitCode {
    match std::env::args().collect::<Vec<_>>().as_slice() {
        [_, mode, answer] if mode == "bare" => return bare::serve(answer),
        [_, mode, url] if mode == "plain" => return plain::serve(url),
        [_, mode, url] if mode == "singly" => return singly::serve(url),
        _ => {}
    }
    // `cargo test` builds and runs this as well: then each path is only tried for a moment, so that the benchmark still fits the
    // server when it is needed.
    if !std::env::args().any(|argument| argument == "--bench") {
        report::try_reads();
        return std::process::ExitCode::SUCCESS;
    }
    match parameters() {
        Ok((seconds, sizes)) => report::run(
            seconds,
            &sizes,
            std::env::var_os(AGAINST).as_deref().map(Path::new),
        ),
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::from(2)
        }
    }
}

/// Reads how long to measure each figure, and with how many tokens.
fn parameters() -> Result<(Duration, Vec<usize>), String> {
    let Seconds(seconds) = variable(SECONDS, "4", "a number of seconds")?;
    let Sizes(sizes) = variable(TOKENS, "1000,100000,1000000", "a list of numbers of tokens")?;
    Ok((seconds, sizes))
}

/// A time, in seconds and fractions of them.
struct Seconds(Duration);

impl FromStr for Seconds {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = text.parse().ok().map(Duration::try_from_secs_f64);
        let lasting = seconds
            .and_then(Result::ok)
            .filter(|lasting| !lasting.is_zero());
        lasting.map(Self).ok_or(())
    }
}

/// Numbers, separated by commas.
struct Sizes(Vec<usize>);

impl FromStr for Sizes {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sizes = text.split(',').map(|size| size.trim().parse());
        sizes.collect::<Result<_, _>>().map(Self)
    }
}

/// Parses a variable, or the default if it is not set.
fn variable<T: FromStr>(name: &str, default: &str, what: &str) -> Result<T, String> {
    let given = std::env::var_os(name);
    let text = given.map_or(default.into(), |given| given.to_string_lossy().into_owned());
    text.parse()
        .map_err(|_| format!("{name}={text} is not {what}; give one, such as {default}"))
}

/// Serves this until it is killed, and prints its address as the server does.
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

/// Runs a command until it ends.
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
    process: Listening,
    address: String,
}

impl Serving {
    /// Starts it and waits until it prints its address.
    fn start(command: &mut Command) -> Self {
        let process = Listening::start(command.stderr(Stdio::null()))
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let address = process.url().trim_start_matches("http://").to_owned();
        Self { process, address }
    }
}
