//! `oasproof`: compares OpenAPI documents by meaning.

use mimalloc::MiMalloc;

/// A document is some hundred thousand small values.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    openapi::cli::oasproof()
}
