//! The program `conformance`; the module `cli` has its commands.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
