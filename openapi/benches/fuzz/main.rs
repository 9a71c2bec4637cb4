//! Fuzzing of the comparison: malformed and hostile documents by the million. An input has a number, and is made
//! from the seed and that number.
//!
//! A separate process with limits on time and memory tries the inputs, so that a stack overflow, a hang or a
//! runaway allocation is a finding as a panic is, after which the next input is tried.
//!
//! `cargo xtask bench fuzz` runs it.

mod grammar;
mod input;
mod mutation;
mod trial;
mod wild;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};
use nix::sys::resource::{Resource, setrlimit};
use openapi::cli::{Exit, Failure, Outcome, conclude};
use testbed::inputs;
use testbed::reaper::{self, How};

use input::{Real, input};
use trial::Trial;

/// The time after which an input counts as a hang, and its process is ended.
const HANG: Duration = Duration::from_secs(20);
/// The address space of a process that tries inputs, in bytes.
const MEMORY: u64 = 3 << 30;

/// Compares malformed and hostile documents; fails if the comparison does not survive one.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many inputs to try
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    inputs: u64,
    /// The seed from which, with its number, each input is made
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first input
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    from: u64,
    /// Print the two documents of one input, and try none
    #[arg(long, value_name = "NUMBER")]
    show: Option<u64>,
    #[command(subcommand)]
    portion: Option<Hidden>,
    /// The flag that `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Hidden {
    /// Try some of the inputs in this process
    #[command(hide = true)]
    Portion(Portion),
}

/// The inputs that one process tries.
#[derive(Debug, Args)]
struct Portion {
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    from: u64,
    #[arg(long)]
    to: u64,
    #[arg(long)]
    corpus: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    conclude(match &arguments.portion {
        None => run(&arguments),
        Some(Hidden::Portion(portion)) => try_portion(portion),
    })
}

/// Tries the inputs, and prints each kind of finding with the numbers of its first inputs.
fn run(arguments: &Arguments) -> Outcome {
    let corpus = inputs::folder("OPENAPI_CORPUS", "../shared/specdiff-corpus")
        .map_err(|error| Failure::unreadable(error.to_string()))?;
    let real = Real::read(corpus.as_deref())?;
    if let Some(number) = arguments.show {
        let input = input(&real, arguments.seed, number);
        for text in [&input.base, &input.revision] {
            anstream::println!("# {}\n{}", text.name, text.text);
        }
        return Ok(Exit::Success);
    }
    let (seed, end) = (
        arguments.seed,
        arguments.from.saturating_add(arguments.inputs),
    );
    anstream::println!(
        "seed {seed}, inputs {} to {}, from {} real documents and from scratch; \
         `--seed {seed} --show NUMBER` prints one",
        arguments.from,
        end.saturating_sub(1),
        real.count()
    );
    let mut tally = Tally::default();
    let mut next = arguments.from;
    while next < end {
        next = portion(seed, next..end, corpus.as_deref(), &mut tally)?;
    }
    tally.print();
    Ok(if tally.findings.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// Tries inputs in a separate process until either ends; returns the next number.
fn portion(
    seed: u64,
    numbers: std::ops::Range<u64>,
    corpus: Option<&Path>,
    tally: &mut Tally,
) -> Result<u64, Failure> {
    let failed = |error| Failure::unreadable(format!("cannot run this program again: {error}"));
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command
        .args(["portion", "--seed", &seed.to_string()])
        .args(["--from", &numbers.start.to_string()])
        .args(["--to", &numbers.end.to_string()]);
    if let Some(corpus) = corpus {
        command.arg("--corpus").arg(corpus);
    }
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = Ending(child.map_err(failed)?);
    reaper::end(&child.0, How::Kill);
    let lines = lines_of(&mut child.0);
    let mut current = numbers.start;
    loop {
        match lines.recv_timeout(HANG) {
            Ok(line) => match serde_json::from_str::<(u64, Trial)>(&line) {
                Ok((number, trial)) => {
                    tally.count(number, trial);
                    current = number + 1;
                }
                Err(_) => {
                    return Err(Failure::unreadable(format!(
                        "the process that tries inputs printed `{line}`"
                    )));
                }
            },
            Err(RecvTimeoutError::Timeout) => {
                tally.add(current, "hang", &format!("more than {HANG:?}"));
                return Ok(current + 1);
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.0.wait().map_err(failed)?;
                if current < numbers.end {
                    tally.add(current, "the process ended", &status.to_string());
                    return Ok(current + 1);
                }
                return Ok(current);
            }
        }
    }
}

/// A process that is killed when this is dropped.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // Both fail if it has ended by itself, which is fine here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads the lines that a process prints on a separate thread.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = channel();
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let lines = output.map(|output| BufReader::new(output).lines());
        for line in lines.into_iter().flatten().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// The stack of a trial, in bytes: the default of a thread. Without optimisation a call needs several times as much.
const STACK: usize = if cfg!(debug_assertions) {
    16 << 20
} else {
    2 << 20
};

/// Tries inputs in this process, and prints a line for each.
fn try_portion(arguments: &Portion) -> Outcome {
    setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)
        .map_err(|error| Failure::unreadable(format!("cannot limit the memory: {error}")))?;
    trial::keep_panics();
    let real = Real::read(arguments.corpus.as_deref())?;
    let mut out = std::io::stdout().lock();
    for number in arguments.from..arguments.to {
        let input = input(&real, arguments.seed, number);
        // On a thread, as callers may: its stack is a quarter of the main thread's.
        let trial = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || trial::trial(&input))?;
            Ok(thread.join())
        });
        let trial = trial.map_err(|error: std::io::Error| {
            Failure::unreadable(format!("cannot start a thread: {error}"))
        })?;
        let trial = trial.unwrap_or_else(|_| Trial::Finding {
            what: "a panic within a panic".to_owned(),
            detail: String::new(),
        });
        let line = serde_json::to_string(&(number, trial)).unwrap_or_default();
        writeln!(out, "{line}")
            .map_err(|error| Failure::unreadable(format!("cannot write: {error}")))?;
    }
    Ok(Exit::Success)
}

/// The results so far.
struct Tally {
    started: Instant,
    refused: u64,
    compared: u64,
    /// For each kind of finding its count, and number and detail of the first few.
    findings: BTreeMap<String, (u64, Vec<String>)>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            refused: 0,
            compared: 0,
            findings: BTreeMap::new(),
        }
    }
}

impl Tally {
    fn count(&mut self, number: u64, trial: Trial) {
        match trial {
            Trial::Refused => self.refused += 1,
            Trial::Compared => self.compared += 1,
            Trial::Finding { what, detail } => self.add(number, &what, &detail),
        }
    }

    fn add(&mut self, number: u64, what: &str, detail: &str) {
        let (count, shown) = self.findings.entry(what.to_owned()).or_default();
        *count += 1;
        if shown.len() < 3 {
            let detail: String = detail.chars().take(300).collect();
            // Printed at once as well: the run may take an hour.
            anstream::println!("finding in input {number}: {what}: {detail}");
            shown.push(format!("input {number}: {detail}"));
        }
    }

    fn print(&self) {
        let findings: u64 = self.findings.values().map(|(count, _)| count).sum();
        anstream::println!(
            "{} inputs in {:.0?}: {} compared, {} refused, {findings} findings of {} kinds",
            self.compared + self.refused + findings,
            self.started.elapsed(),
            self.compared,
            self.refused,
            self.findings.len()
        );
        for (what, (count, shown)) in &self.findings {
            anstream::println!("{count:>8} × {what}");
            for line in shown {
                anstream::println!("           {line}");
            }
        }
    }
}
