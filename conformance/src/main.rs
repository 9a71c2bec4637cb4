//! The program `conformance`; the module `cli` has its commands.

mod cli;

use mimalloc::MiMalloc;

/// A run allocates some hundred times for each request.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
