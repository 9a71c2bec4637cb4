//! `oasproof`: the comparison of OpenAPI documents as a program of its own.

fn main() -> std::process::ExitCode {
    xtask::standalone()
}
