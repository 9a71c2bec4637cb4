//! The time of a refusal: whether it differs between a token of another business and a token that does not exist.
//!
//! The two are requested in interleaved pairs, each in random order, over one connection, so that disturbances of the machine
//! affect both alike. The figures are of the differences within pairs.
//!
//! The position of an id in an index, which is random, changes its time by some hundred nanoseconds: 16 ids that do not exist
//! differ from 16 others. So there are many ids, and the interval is that of a mean over ids, not over their repetitions.
//!
//! `cargo xtask bench timing` runs it.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use testbed::cargo::target_directory;
use testbed::deployment::{Deployment, User};
use testbed::postgres::{Cluster, StartError};

mod connection;
mod error;
mod sampling;

use connection::Connection;
use error::Error;
use sampling::{FIGURES, Interval, each, median, random_id};

/// The number of tokens of each kind. It is the same for both kinds, so that caches treat them alike.
const TOKENS: usize = 256;

/// The number of pairs before the first that is counted.
const WARM_UP: usize = 2_000;

/// The least number of pairs of one token.
const LEAST: usize = 10;

/// The time limit for the pairs of one store. Fewer are counted if it is reached, and the output says how many.
const LIMIT: Duration = Duration::from_secs(110);

/// Measures whether the time of a refusal differs between tokens of others and tokens that do not exist.
#[derive(Debug, Parser)]
struct Arguments {
    /// The number of pairs of a foreign and an unknown token
    #[arg(long, default_value_t = 100_000)]
    pairs: usize,
    /// The seed of the order within pairs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The flag that `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

/// Measures on each store, and prints the differences with their confidence intervals. Returns whether the answers were the
/// same bytes; no time fails anything.
fn run(arguments: &Arguments) -> Result<bool, Error> {
    let server = Path::new(env!("CARGO_BIN_EXE_server"));
    let log = target_directory().join("bench-timing.log");
    let same = compare("SQLite", Deployment::start(server, &log)?, arguments)?;
    let cluster = match Cluster::start(&[]) {
        Ok(cluster) => Arc::new(cluster),
        Err(error @ StartError::Missing) => {
            println!("\nskipped: {error}");
            return Ok(same);
        }
        Err(error @ (StartError::Failed(_) | StartError::Io(_))) => {
            return Err(Error::Postgres(error));
        }
    };
    let database = cluster.database();
    let deployment = Deployment::start_on(Some(database.url()), server, &log)?;
    println!();
    Ok(compare("PostgreSQL", deployment, arguments)? && same)
}

/// Measures one deployment; returns whether all answers were the same bytes.
fn compare(
    store: &'static str,
    deployment: Deployment,
    arguments: &Arguments,
) -> Result<bool, Error> {
    let caller = deployment.bootstrap("Own", "caller@own.example", "admin")?;
    let mut foreign = Vec::new();
    for number in 0..TOKENS {
        let email = format!("user{number}@foreign.example");
        foreign.push(deployment.bootstrap("Foreign", &email, "admin")?.token_id);
    }
    let mut rng = SmallRng::seed_from_u64(arguments.seed);
    let unknown: Vec<String> = (0..TOKENS).map(|_| random_id(&mut rng)).collect();

    let requests =
        |ids: &[String]| -> Vec<Vec<u8>> { ids.iter().map(|id| request(&caller, id)).collect() };
    let (foreign, unknown) = (requests(&foreign), requests(&unknown));
    let mut connection = Connection::open(deployment.url())?;
    let expected = connection.ask(&unknown[0])?.1;
    let mut differences = vec![Vec::new(); TOKENS];
    let mut typical = Vec::with_capacity(arguments.pairs);
    let begun = Instant::now();
    for pair in 0..WARM_UP + arguments.pairs {
        if begun.elapsed() > LIMIT {
            break;
        }
        let place = rng.random_range(0..TOKENS);
        let foreign_first: bool = rng.random();
        let (first, second) = if foreign_first {
            (&foreign[place], &unknown[place])
        } else {
            (&unknown[place], &foreign[place])
        };
        let (first, first_answer) = connection.ask(first)?;
        let (second, second_answer) = connection.ask(second)?;
        for answer in [first_answer, second_answer] {
            if answer != expected {
                println!(
                    "{store}: the answers differ:\n{}\n---\n{}",
                    String::from_utf8_lossy(&expected),
                    String::from_utf8_lossy(&answer)
                );
                return Ok(false);
            }
        }
        if pair >= WARM_UP {
            let (foreign, unknown) = if foreign_first {
                (first, second)
            } else {
                (second, first)
            };
            differences[place].push(foreign - unknown);
            typical.push(unknown);
        }
    }
    drop(connection);
    deployment.stop()?;
    if differences.iter().any(|of_token| of_token.len() < LEAST) {
        return Err(Error::TooFew {
            store,
            pairs: typical.len(),
            seconds: begun.elapsed().as_secs_f64(),
            least: LEAST,
            tokens: TOKENS,
        });
    }
    println!(
        "{store}: {} interleaved pairs of {}, of {TOKENS} tokens of each kind, over one connection, release build, seed {}",
        typical.len(),
        arguments.pairs,
        arguments.seed
    );
    println!("the answers were the same bytes, except for the date");
    println!("a refusal took {:.0} ns (median)", median(&mut typical));
    println!("foreign − unknown, in ns, with 95 % confidence:");
    for (name, of_token) in FIGURES {
        let interval = Interval::of_mean(&each(&mut differences, of_token));
        println!("  {name:24} {interval}");
    }
    Ok(true)
}

/// Returns a request to revoke a token, which will be refused. The request id is given, so that the answers are the same.
fn request(caller: &User, id: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/tokens/{id}/revoke HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         X-Request-Id: bench\r\nContent-Length: 0\r\n\r\n",
        caller.token, caller.business_id
    )
    .into_bytes()
}
