//! The command line: `serve`, what operators do on the store, and what prints something.

use std::io::Write;

use clap::CommandFactory;
use manual::Lines;
use mimalloc::MiMalloc;

use server::config::{self, Cli, Command, Configured, Tokens};
use server::exit::{Exit, Failure};
use server::operate::{audit, bootstrap, doctor, members, prune, tokens};
use server::serve::Signals;
use server::{document, migrate, serve, telemetry};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    let exit = run().unwrap_or_else(|failure| {
        manual::eprint_line(format_args!("error: {failure}"));
        failure.exit()
    });
    exit.into()
}

fn run() -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    // First of all: no signal is missed that arrives during the start, and SIGHUP does not end a server that reads its configuration.
    let signals = std::env::args_os()
        .any(|argument| argument == "serve")
        .then(|| {
            let _within = runtime.enter();
            Signals::listen()
        })
        .transpose()?;
    let Configured { cli, origins } = config::load(std::env::args_os())?;
    let traces = match &cli.command {
        Command::Serve(command) => command.traces(runtime.handle())?,
        Command::Bootstrap(_)
        | Command::Migrate(_)
        | Command::Audit(_)
        | Command::Tokens(_)
        | Command::Revoke(_)
        | Command::Users(_)
        | Command::Businesses(_)
        | Command::Prune(_)
        | Command::Doctor(_)
        | Command::Config(_)
        | Command::Openapi
        | Command::Manual(_) => None,
    };
    let _logs = telemetry::init(&cli.log.filter, cli.log.format(), traces.as_ref())?;
    let done = match cli.command {
        Command::Serve(command) => {
            let signals = signals.expect("the arguments name the command");
            runtime.block_on(serve::serve(command, signals))
        }
        Command::Bootstrap(command) => runtime
            .block_on(bootstrap::bootstrap(command))
            .and_then(|said| print(&said)),
        Command::Migrate(command) => runtime
            .block_on(migrate::migrate(command))
            .and_then(|said| print(&said)),
        Command::Audit(command) => runtime.block_on(audit::audit(command)),
        Command::Tokens(Tokens::List(command)) => runtime.block_on(tokens::list(command)),
        Command::Revoke(command) => runtime
            .block_on(tokens::revoke(command))
            .and_then(|said| print(&said)),
        Command::Users(command) => runtime
            .block_on(members::users(command))
            .and_then(|said| print(&said)),
        Command::Businesses(command) => runtime
            .block_on(members::businesses(command))
            .and_then(|said| print(&said)),
        Command::Prune(command) => runtime
            .block_on(prune::prune(command))
            .and_then(|said| print(&said)),
        Command::Doctor(command) => {
            let diagnosis = runtime.block_on(doctor::examine(&command));
            // Read by a person, unlike what most other commands print.
            print_within(manual::columns(&std::io::stdout()), &diagnosis.text)?;
            return Ok(diagnosis.exit);
        }
        Command::Config(_) => print(&config::effective(&origins)),
        Command::Openapi => print(document::json()),
        Command::Manual(manual) => manual.run(Cli::command()).map_err(Failure::from),
    };
    if let Some(traces) = traces {
        traces.finish();
    }
    done.map(|()| Exit::Ok)
}

fn print(text: &str) -> Result<(), Failure> {
    print_within(None, text)
}

/// Prints a text in lines of this width.
fn print_within(width: Option<usize>, text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut out = Lines::new(&mut out, width);
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Stdout)
}
