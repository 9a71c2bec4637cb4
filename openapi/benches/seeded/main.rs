//! Breaks that must not pass: real documents with one edit at a random place, each of which breaks by the letter. An
//! edit of a schema counts if a message shows that it breaks: the sender's schema accepts it, the receiver's refuses it.
//!
//! `cargo xtask bench seeded` runs it. A case has a number, and is made from the seed and that number.

mod cases;
mod seeding;
mod slice;
mod tally;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use openapi::cli::{Exit, Failure, Outcome, conclude};
use testbed::{cargo, inputs};

use cases::{Cases, Documents};
use tally::Tally;

/// Edits real documents, each edit a break; fails if the comparison lets one pass.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many edits to compare
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    edits: u64,
    /// The seed from which, with its number, each case is made
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first case
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    from: u64,
    /// Write base and revision of one case to target/bench, and run no other
    #[arg(long, value_name = "NUMBER")]
    show: Option<u64>,
    /// Only documents whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// The flag that `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// The cases that the threads share before their results are counted.
const ROUND: u64 = 512;
/// The most cases for one edit that is compared: most edits of some documents break nothing.
const MOST_CASES: u64 = 50;

fn main() -> ExitCode {
    conclude(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Outcome {
    let pairs = inputs::pairs().map_err(|error| Failure::unreadable(error.to_string()))?;
    let Some(pairs) = pairs else {
        return Ok(Exit::Success);
    };
    let documents = Documents::read(&pairs, &arguments.only)?;
    if let Some(number) = arguments.show {
        return show(&documents, arguments.seed, number);
    }
    anstream::println!(
        "seed {}, cases from {}, {} documents; `--seed {} --show NUMBER` writes one",
        arguments.seed,
        arguments.from,
        documents.count(),
        arguments.seed
    );
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut cases: Vec<Cases<'_>> = (0..threads)
        .map(|_| Cases::new(&documents, arguments.seed))
        .collect();
    let mut tally = Tally::new();
    let mut next = arguments.from;
    while tally.compared() < arguments.edits && next < arguments.from + MOST_CASES * arguments.edits
    {
        let share = ROUND / threads as u64;
        let results = std::thread::scope(|scope| {
            let running: Vec<_> = (cases.iter_mut().zip(0_u64..))
                .map(|(cases, index)| {
                    let first = next + index * share;
                    scope.spawn(move || {
                        (first..first + share)
                            .map(|number| cases.run(number))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            let joined = running.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.collect::<Result<Vec<_>, _>>()
        });
        let results =
            results.map_err(|_| Failure::unreadable("a comparison panicked".to_owned()))?;
        for (number, case) in (next..).zip(results.into_iter().flatten()) {
            if tally.compared() < arguments.edits {
                tally.count(number, case);
            }
        }
        next += share * threads as u64;
    }
    tally.print();
    Ok(if tally.has_passed() {
        Exit::Failed
    } else {
        Exit::Success
    })
}

/// Writes the two documents of a case, and prints its result.
fn show(documents: &Documents, seed: u64, number: u64) -> Outcome {
    let mut cases = Cases::new(documents, seed);
    let Some((edit, base, revision)) = cases.documents_of(number) else {
        anstream::println!("case {number} breaks nothing");
        return Ok(Exit::Success);
    };
    let folder = cargo::target_directory().join("bench");
    for (name, text) in [("base", base), ("revision", revision)] {
        let path = folder.join(format!("seeded-{number}.{name}.json"));
        write(&path, &text)?;
        anstream::println!("{}", path.display());
    }
    anstream::println!("{edit}");
    Ok(Exit::Success)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::unreadable(format!("cannot write {}: {error}", path.display())))
}
