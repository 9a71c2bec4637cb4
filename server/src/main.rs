//! The command line: `server serve`, `server bootstrap`, `server migrate`, `server config`,
//! `server openapi`.

use std::io::Write;

use server::config::{self, Command, Configured};
use server::exit::{Exit, Failure};
use server::{bootstrap, openapi, serve, telemetry};

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            // Nothing is left to tell about a stderr that is gone.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            failure.exit().into()
        }
    }
}

fn run() -> Result<(), Failure> {
    let Configured { cli, origins } = config::load(std::env::args_os())?;
    telemetry::init(&cli.log.filter, cli.log.format())?;
    match cli.command {
        Command::Config(_) => print(&config::effective(&origins)),
        Command::Openapi => print(openapi::json()),
        Command::Serve(command) => in_runtime(serve::serve(command)),
        Command::Bootstrap(command) => print(&in_runtime(bootstrap::bootstrap(command))?),
        Command::Migrate(command) => print(&in_runtime(serve::migrate(command))?),
    }
}

fn in_runtime<T>(task: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    runtime.block_on(task)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Stdout)
}
