//! `bench fuzz`: documents that nobody should write, by the million, and what the comparison does
//! not survive. Every input has a number, and is made again from it and the seed.
//!
//! The inputs are tried by a process of their own with limits on time and memory, so that a stack
//! overflow, a hang and a runaway allocation are finds like a panic, after which the next input is
//! tried.

mod grammar;
mod input;
mod mutation;
mod trial;
mod wild;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, setrlimit};
use testbed::reaper::{self, How};

use self::input::{Real, input};
use self::trial::Trial;
use crate::cli::{Fuzz, FuzzPortion};
use crate::programs;
use openapi::cli::{Exit, Failure, Outcome};

/// An input that takes longer hangs: its process is ended.
const HANG: Duration = Duration::from_secs(20);
/// The address space of a process that tries inputs, in bytes.
const MEMORY: u64 = 3 << 30;

/// Tries the inputs, and prints each kind of find with the numbers of inputs that show it.
pub(crate) fn run(arguments: &Fuzz) -> Outcome {
    let corpus = super::folder("OPENAPI_CORPUS", "../shared/specdiff-corpus")?;
    let real = Real::read(corpus.as_deref())?;
    if let Some(number) = arguments.show {
        let input = input(&real, arguments.seed, number);
        for text in [&input.base, &input.revision] {
            anstream::println!("# {}\n{}", text.name, text.text);
        }
        return Ok(Exit::Success);
    }
    let program = if arguments.as_built {
        std::env::current_exe()
            .map_err(|error| Failure::unreadable(format!("cannot name this program: {error}")))?
    } else {
        programs::build_release_xtask()?
    };
    let (seed, end) = (
        arguments.seed,
        arguments.from.saturating_add(arguments.inputs),
    );
    anstream::println!(
        "seed {seed}, inputs {} to {}, of {} real documents and out of nothing; \
         `--seed {seed} --show NUMBER` prints one",
        arguments.from,
        end.saturating_sub(1),
        real.count()
    );
    let mut tally = Tally::default();
    let mut next = arguments.from;
    while next < end {
        next = portion(&program, seed, next..end, corpus.as_deref(), &mut tally)?;
    }
    tally.print();
    Ok(if tally.finds.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// Tries inputs in a process of its own until they or it come to an end; gives the next number.
fn portion(
    program: &Path,
    seed: u64,
    numbers: std::ops::Range<u64>,
    corpus: Option<&Path>,
    tally: &mut Tally,
) -> Result<u64, Failure> {
    let failed = |error| Failure::unreadable(format!("cannot run {}: {error}", program.display()));
    let mut command = Command::new(program);
    command
        .args(["bench", "fuzz-portion", "--seed", &seed.to_string()])
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
                        "the process that tries inputs said `{line}`"
                    )));
                }
            },
            Err(RecvTimeoutError::Timeout) => {
                tally.find(current, "hang", &format!("more than {HANG:?}"));
                return Ok(current + 1);
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.0.wait().map_err(failed)?;
                if current < numbers.end {
                    tally.find(current, "the process ended", &status.to_string());
                    return Ok(current + 1);
                }
                return Ok(current);
            }
        }
    }
}

/// A process that ends with this value.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // It may have ended by itself, and there is nothing left to do about it here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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

/// Tries inputs in this process, and prints a line for each.
pub(crate) fn try_portion(arguments: &FuzzPortion) -> Outcome {
    setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)
        .map_err(|error| Failure::unreadable(format!("cannot limit the memory: {error}")))?;
    trial::keep_panics();
    let real = Real::read(arguments.corpus.as_deref())?;
    let mut out = std::io::stdout().lock();
    for number in arguments.from..arguments.to {
        let input = input(&real, arguments.seed, number);
        // On a thread, since callers do: its stack is a quarter of what the first one has.
        let trial = std::thread::scope(|scope| scope.spawn(|| trial::trial(&input)).join());
        let trial = trial.unwrap_or_else(|_| Trial::Find {
            what: "a panic out of a panic".to_owned(),
            detail: String::new(),
        });
        let line = serde_json::to_string(&(number, trial)).unwrap_or_default();
        writeln!(out, "{line}")
            .map_err(|error| Failure::unreadable(format!("cannot write: {error}")))?;
    }
    Ok(Exit::Success)
}

/// What came of the inputs so far.
struct Tally {
    started: Instant,
    refused: u64,
    compared: u64,
    /// By what was found: how often, and the numbers and details of the first few.
    finds: BTreeMap<String, (u64, Vec<String>)>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            refused: 0,
            compared: 0,
            finds: BTreeMap::new(),
        }
    }
}

impl Tally {
    fn count(&mut self, number: u64, trial: Trial) {
        match trial {
            Trial::Refused => self.refused += 1,
            Trial::Compared => self.compared += 1,
            Trial::Find { what, detail } => self.find(number, &what, &detail),
        }
    }

    fn find(&mut self, number: u64, what: &str, detail: &str) {
        let (count, shown) = self.finds.entry(what.to_owned()).or_default();
        *count += 1;
        if shown.len() < 3 {
            let detail: String = detail.chars().take(300).collect();
            // At once, too: the run may take an hour.
            anstream::println!("find in input {number}: {what}: {detail}");
            shown.push(format!("input {number}: {detail}"));
        }
    }

    fn print(&self) {
        let finds: u64 = self.finds.values().map(|(count, _)| count).sum();
        anstream::println!(
            "{} inputs in {:.0?}: {} compared, {} refused, {finds} finds of {} kinds",
            self.compared + self.refused + finds,
            self.started.elapsed(),
            self.compared,
            self.refused,
            self.finds.len()
        );
        for (what, (count, shown)) in &self.finds {
            anstream::println!("{count:>8} × {what}");
            for line in shown {
                anstream::println!("           {line}");
            }
        }
    }
}
