//! Whether the time of a refusal tells a token that exists in another business from one that does not exist.
//!
//! The two are asked for in interleaved pairs, in an order drawn anew for each, over one connection: whatever else the machine
//! does befalls both alike. What is looked at is the difference within each pair.
//!
//! Where an id stands in an index, by chance, is worth some hundred nanoseconds to it each time: 16 ids that do not exist differ
//! from 16 others. So there are many ids, and the interval is that of a mean over them, not over their repetitions.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use testbed::postgres::{Cluster, StartError};

use crate::cli::Timing;
use crate::deployment::{Deployment, User};
use crate::programs;
use openapi::cli::{Exit, Failure, Outcome};

/// How many tokens of each kind are asked for, by chance: as many of either, so that caches hold both alike.
const TOKENS: usize = 256;

/// Pairs that are asked for before the first is counted.
const WARM_UP: usize = 2_000;

/// The fewest pairs of one token that say something of it.
const LEAST: usize = 10;

/// Of the standard normal distribution, the quantile of a two-sided confidence of 95 %.
const Z: f64 = 1.96;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the pairs of one store may take; fewer are then counted, and it is said how many.
const LIMIT: Duration = Duration::from_secs(110);

/// Measures on each store, and prints the differences with their confidence intervals. Fails when the answers differ in their
/// bytes; a time fails nothing.
pub(crate) fn run(arguments: &Timing) -> Outcome {
    let server = programs::build_release_server()?;
    let log = programs::target_directory().join("bench-timing.log");
    let same = compare("SQLite", Deployment::start(&server, &log)?, arguments)?;
    let cluster = match Cluster::start(&[]) {
        Ok(cluster) => Arc::new(cluster),
        Err(error @ StartError::Missing) => {
            anstream::println!("\nskipped: {error}");
            return Ok(exit(same));
        }
        Err(error @ (StartError::Failed(_) | StartError::Io(_))) => {
            return Err(Failure::unreadable(error.to_string()));
        }
    };
    let database = cluster.database();
    let deployment = Deployment::start_on(Some(database.url()), &server, &log)?;
    anstream::println!();
    Ok(exit(compare("PostgreSQL", deployment, arguments)? && same))
}

fn exit(same: bool) -> Exit {
    if same { Exit::Success } else { Exit::Failed }
}

/// Measures one deployment; gives whether all answers were the same bytes.
fn compare(store: &str, deployment: Deployment, arguments: &Timing) -> Result<bool, Failure> {
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
                anstream::println!(
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
        return Err(Failure::unreadable(format!(
            "{store}: {} pairs in {:.0} seconds are too few for an interval, which takes {LEAST} of each of {TOKENS} tokens: \
             ask for more, or take a faster machine",
            typical.len(),
            begun.elapsed().as_secs_f64()
        )));
    }
    anstream::println!(
        "{store}: {} interleaved pairs of {}, of {TOKENS} tokens of each kind, over one connection, release build, seed {}",
        typical.len(),
        arguments.pairs,
        arguments.seed
    );
    anstream::println!("the answers were the same bytes, but for the date");
    anstream::println!("a refusal took {:.0} ns (median)", median(&mut typical));
    anstream::println!("foreign − unknown, in ns, with 95 % confidence:");
    for (name, of_token) in FIGURES {
        let interval = Interval::of_mean(&each(&mut differences, of_token));
        anstream::println!("  {name:24} {interval}");
    }
    Ok(true)
}

/// A random UUID of version 4 (RFC 9562, section 5.4), in its canonical form.
fn random_id(rng: &mut SmallRng) -> String {
    let bits: u128 = rng.random();
    let version = (bits & !(0xf << 76)) | (0x4 << 76);
    let variant = (version & !(0x3 << 62)) | (0x2 << 62);
    let hex = format!("{variant:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

/// A revocation of this token, which will be refused. Its own request id makes the answers the same.
fn request(caller: &User, id: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/tokens/{id}/revoke HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         X-Request-Id: bench\r\nContent-Length: 0\r\n\r\n",
        caller.token, caller.business_id
    )
    .into_bytes()
}

/// A connection that is kept.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(url: &str) -> Result<Self, Failure> {
        let address = url.trim_start_matches("http://");
        let open = || -> std::io::Result<Self> {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(Self {
                stream: BufReader::new(stream),
            })
        };
        open().map_err(|error| Failure::unreadable(format!("cannot connect to {url}: {error}")))
    }

    /// Sends a request; gives the nanoseconds until its whole answer is here, and the answer without its date.
    fn ask(&mut self, request: &[u8]) -> Result<(f64, Vec<u8>), Failure> {
        let begun = Instant::now();
        let answer = self.exchange(request);
        let elapsed = begun.elapsed();
        let answer = answer
            .map_err(|error| Failure::unreadable(format!("the server does not answer: {error}")))?;
        Ok((elapsed.as_secs_f64() * 1e9, answer))
    }

    fn exchange(&mut self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        self.stream.get_mut().write_all(request)?;
        let mut answer = Vec::with_capacity(512);
        let mut length = 0;
        loop {
            let begin = answer.len();
            if self.stream.read_until(b'\n', &mut answer)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = answer[begin..].to_ascii_lowercase();
            if line == b"\r\n" {
                break;
            }
            let line = String::from_utf8_lossy(&line);
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or_default();
            }
            if line.starts_with("date:") {
                answer.truncate(begin);
            }
        }
        let head = answer.len();
        answer.resize(head + length, 0);
        self.stream.read_exact(&mut answer[head..])?;
        Ok(answer)
    }
}

/// An estimate and the interval that it lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Interval {
    estimate: f64,
    low: f64,
    high: f64,
}

impl Interval {
    /// The mean, and its interval by the central limit theorem.
    #[allow(clippy::cast_precision_loss)]
    fn of_mean(values: &[f64]) -> Self {
        let mean = mean(values);
        let count = values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (count - 1.0) / count).sqrt() * Z;
        Self {
            estimate: mean,
            low: mean - error,
            high: mean + error,
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            estimate,
            low,
            high,
        } = self;
        let verdict = if (*low..=*high).contains(&0.0) {
            "no difference shown"
        } else {
            "a difference"
        };
        write!(
            formatter,
            "{estimate:+8.1}  [{low:+.1}, {high:+.1}]  {verdict}"
        )
    }
}

/// What sums up the differences of one token.
type Figure = fn(&mut [f64]) -> f64;

const FIGURES: [(&str, Figure); 3] = [
    ("mean", |values| mean(values)),
    ("mean of the middle 80 %", |values| mean(middle(values))),
    ("median", median),
];

/// The figure of each token.
fn each(differences: &mut [Vec<f64>], of_token: Figure) -> Vec<f64> {
    let of_token = |values: &mut Vec<f64>| of_token(values);
    differences.iter_mut().map(of_token).collect()
}

#[allow(clippy::cast_precision_loss)]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Without the lowest and the highest tenth, which are the machine's interruptions.
fn middle(values: &mut [f64]) -> &[f64] {
    values.sort_by(f64::total_cmp);
    let tenth = values.len() / 10;
    &values[tenth..values.len() - tenth]
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differences of each token around a shift, as noisy as those of a machine, which treats each token in a way of its own.
    fn shifted(by: f64, seed: u64) -> Vec<Vec<f64>> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut noise = move || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        (0..TOKENS)
            .map(|_| {
                let own = noise() * 300.0 + by;
                (0..400).map(|_| noise() * 5_000.0 + own).collect()
            })
            .collect()
    }

    fn shown(differences: &mut [Vec<f64>]) -> [bool; 3] {
        FIGURES.map(|(_, of_token)| {
            let interval = Interval::of_mean(&each(differences, of_token));
            !(interval.low..=interval.high).contains(&0.0)
        })
    }

    #[test]
    fn difference_is_shown_where_there_is_one() {
        assert_eq!(shown(&mut shifted(200.0, 1)), [true; 3]);
        let interval = Interval::of_mean(&each(&mut shifted(200.0, 1), |values| mean(values)));
        assert!((interval.estimate - 200.0).abs() < 50.0, "{interval}");
    }

    /// With intervals over all pairs, as if each were of a token of its own, it is nearly one in three.
    #[test]
    fn what_single_tokens_differ_by_is_no_difference_of_their_kinds() {
        let draws = 40;
        let mut found = [0; 3];
        for seed in 0..draws {
            for (found, shown) in found.iter_mut().zip(shown(&mut shifted(0.0, seed))) {
                *found += usize::from(shown);
            }
        }
        // One in twenty, as the confidence says, and no more than chance may add.
        assert!(
            found.iter().all(|&found| found <= 6),
            "{found:?} of {draws}"
        );
    }

    #[test]
    fn ids_are_canonical_uuids_of_version_4() {
        let id = random_id(&mut SmallRng::seed_from_u64(7));
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
    }
}
