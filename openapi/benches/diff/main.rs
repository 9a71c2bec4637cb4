//! The comparison on real inputs: agreement with oasdiff over its corpus, what is found in real pairs, and the cost of
//! the largest documents.
//!
//! `cargo xtask bench diff` and `cargo xtask bench corpus` run it.

mod agreement;
mod documents;
mod edits;
mod large;
mod measure;
mod pairs;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use openapi::cli::{Outcome, conclude};

/// The allocator of `oasproof`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures the comparison.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// The flag that `cargo bench` adds
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

/// A part of the benchmark. Without one, agreement and cost are measured.
#[derive(Debug, Subcommand)]
enum Part {
    /// Agreement with oasdiff alone
    Agreement,
    /// What is found in real pairs, and its cost, alone
    Pairs,
    /// Compare two documents and print counts, as JSON
    #[command(hide = true)]
    Compare { base: PathBuf, revision: PathBuf },
    /// Parse two documents
    #[command(hide = true)]
    Parse { base: PathBuf, revision: PathBuf },
    /// Run a program and print what it cost, as JSON
    #[command(hide = true)]
    Measure {
        /// The file that takes the program's standard output
        #[arg(long)]
        stdout: PathBuf,
        /// The program and its arguments
        #[arg(trailing_var_arg = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    conclude(match Arguments::parse().part {
        None => whole(),
        Some(Part::Agreement) => agreement::run(),
        Some(Part::Pairs) => pairs::run(),
        Some(Part::Compare { base, revision }) => pairs::compare_pair(&base, &revision),
        Some(Part::Parse { base, revision }) => pairs::parse_pair(&base, &revision),
        Some(Part::Measure { stdout, command }) => measure::run(&stdout, &command),
    })
}

fn whole() -> Outcome {
    let agreement = agreement::run()?;
    anstream::println!();
    let pairs = pairs::run()?;
    anstream::println!();
    Ok(agreement.or_worse(pairs).or_worse(large::run()?))
}
