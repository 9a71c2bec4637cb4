//! `oasproof`: compares OpenAPI documents by meaning.

fn main() -> std::process::ExitCode {
    openapi::cli::oasproof()
}
