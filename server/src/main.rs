//! The command line: `server serve`, `server bootstrap`, `server migrate`, `server audit`, `server doctor`,
//! `server config`, `server openapi`.

use std::io::Write;

use server::config::{self, Command, Configured};
use server::exit::{Exit, Failure};
use server::{audit, bootstrap, doctor, openapi, serve, telemetry};

fn main() -> std::process::ExitCode {
    let exit = run().unwrap_or_else(|failure| {
        // Nothing is left to tell about a stderr that is gone.
        let _ = writeln!(std::io::stderr(), "error: {failure}");
        failure.exit()
    });
    exit.into()
}

fn run() -> Result<Exit, Failure> {
    let Configured { cli, origins } = config::load(std::env::args_os())?;
    telemetry::init(&cli.log.filter, cli.log.format())?;
    match cli.command {
        Command::Serve(command) => in_runtime(serve::serve(command))?,
        Command::Bootstrap(command) => print(&in_runtime(bootstrap::bootstrap(command))?)?,
        Command::Migrate(command) => print(&in_runtime(serve::migrate(command))?)?,
        Command::Audit(command) => in_runtime(audit::audit(command))?,
        Command::Doctor(command) => {
            let diagnosis = in_runtime(async { Ok(doctor::examine(&command).await) })?;
            print(&diagnosis.text)?;
            return Ok(diagnosis.exit);
        }
        Command::Config(_) => print(&config::effective(&origins))?,
        Command::Openapi => print(openapi::json())?,
    }
    Ok(Exit::Ok)
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
