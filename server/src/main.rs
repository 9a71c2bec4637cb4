//! The command line: `server serve`, `server bootstrap`, `server migrate`, `server openapi`.

use std::io::Write;

use clap::Parser;
use server::config::{Cli, Command};
use server::exit::{Exit, Failure};
use server::{bootstrap, openapi, serve, telemetry};

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            // Nothing is left to tell about a stderr that is gone.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            failure.exit().into()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    telemetry::init(&cli.log.filter, cli.log.format())?;
    match cli.command {
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
