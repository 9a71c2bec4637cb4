//! The measurements in their order, and the limits of their figures.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::clients::{CLIENTS, Measured, Until, exchange, send};
use crate::data::Asker;
use crate::servers::{Kind, Store, cpu_of, peak_of};
use crate::{Serving, against, bare, revocations, text};

/// The number of turns of a server and of the bare handler, so that other load on the machine affects both.
const ROUNDS: u32 = 4;

/// The number of turns of two servers whose tail latencies are compared.
const TAILS: usize = 9;

/// The number of users who send requests.
pub(crate) const ASKING: usize = 2000;

/// The number of users who revoke: all users of a store with [`TO_REVOKE`] tokens.
pub(crate) const REVOKING: usize = 15_000;

/// The number of tokens that revocations are measured with: enough to revoke one for each request.
pub(crate) const TO_REVOKE: usize = 150_000;

/// The time between two writes while reads are measured: each commit ends the read transactions of SQLite.
const WRITE_EVERY: Duration = Duration::from_millis(20);

/// A figure and its limit.
pub(crate) struct Pin {
    what: String,
    figure: f64,
    bound: Bound,
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// Reported without a limit.
    None,
}

impl Pin {
    pub(crate) fn new(what: String, figure: f64, bound: Bound) -> Self {
        Self {
            what,
            figure,
            bound,
        }
    }

    fn holds(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => self.figure >= least,
            Bound::AtMost(most) => self.figure <= most,
            Bound::None => true,
        }
    }
}

/// Measures everything and prints it; the exit code says whether all pins hold.
pub(crate) fn run(seconds: Duration, sizes: &[usize], older: Option<&Path>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let begun = Instant::now();
    let pins = runtime.block_on(async {
        match older {
            Some(older) => against::measure(older, seconds, sizes).await,
            None => measure(seconds, sizes).await,
        }
    });
    println!("\n{:<64} {:>9} {:>10}", "", "measured", "limit");
    for pin in &pins {
        let (sign, bound) = match pin.bound {
            Bound::AtLeast(least) => ("≥", format!("{least:.2}")),
            Bound::AtMost(most) => ("≤", format!("{most:.2}")),
            Bound::None => (" ", String::new()),
        };
        let verdict = match (pin.bound, pin.holds()) {
            (Bound::None, _) => "",
            (_, true) => "held",
            (_, false) => "MISSED",
        };
        println!(
            "{:<64} {:>9.2} {sign} {bound:>8}  {verdict}",
            pin.what, pin.figure
        );
    }
    println!("\nin {:.0} s", begun.elapsed().as_secs_f64());
    if pins.iter().all(Pin::holds) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Sends requests to every path for a moment, and holds no figure to its limit.
///
/// # Panics
///
/// If a store cannot be filled, or if an answer is not as expected.
pub(crate) fn try_reads() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            of_reads(kind, &[1000], Duration::from_millis(100)).await;
        }
    });
}

async fn measure(seconds: Duration, sizes: &[usize]) -> Vec<Pin> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{CLIENTS} clients on the same {cores} cores, {:.1} s for each figure; CPU in µs for each request, by the bare handler, the \
         server and its database; `writes`: another client commits 50 times a second beside it",
        seconds.as_secs_f64()
    );
    println!(
        "{:<10} {:>8}  {:<14} {:>7} {:>7} {:>6} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "store",
        "tokens",
        "path",
        "req/s",
        "bare",
        "ratio",
        "p50 ms",
        "p99 ms",
        "bare p99",
        "CPU bare",
        "server",
        "database"
    );
    let mut pins = Vec::new();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        pins.extend(of_reads(kind, sizes, seconds).await);
    }
    for kind in [Kind::Sqlite, Kind::Postgres] {
        pins.extend(of_revocations(kind, seconds).await);
    }
    pins
}

/// A store with tokens, and a server on it.
struct Served {
    size: usize,
    store: Store,
    serving: Serving,
}

/// Measures the paths with each number of tokens; then the tails with the least and the most tokens, in turns; then memory.
async fn of_reads(kind: Kind, sizes: &[usize], seconds: Duration) -> Vec<Pin> {
    let (mut pins, mut ratios) = (Vec::new(), Vec::new());
    let mut smallest: Option<Served> = None;
    for &size in sizes {
        let begun = Instant::now();
        let Some(store) = Store::with(kind, size, ASKING).await else {
            return pins;
        };
        let (filled, serving) = (begun.elapsed(), store.serve());
        let served = Served {
            size,
            store,
            serving,
        };
        for path in [
            Request::List,
            Request::RefusedRevoke,
            Request::ListBesideWrites,
        ] {
            let ratio = compare(&served, kind, path, seconds).await;
            ratios.push((path, size, ratio));
        }
        if let Some(smallest) = &smallest {
            let tail = compare_tails(smallest, &served, seconds).await;
            let what = format!(
                "{}: p99 with {size} tokens, relative to {}",
                kind.name(),
                smallest.size
            );
            pins.push(Pin::new(what, tail, Bound::AtMost(1.2)));
        }
        let resident = peak_of(served.serving.process.id()) as f64;
        let bound = if size >= 1_000_000 {
            Bound::AtMost(300.0)
        } else {
            Bound::None
        };
        let what = format!(
            "{}: peak resident MiB, {size} tokens, a tenth revoked",
            kind.name()
        );
        pins.push(Pin::new(what, resident, bound));
        println!(
            "{:<10} {size:>8}  filled in {:.1} s; at most {resident:.0} MiB resident",
            kind.name(),
            filled.as_secs_f64()
        );
        if smallest.is_none() {
            smallest = Some(served);
        }
    }
    let least = match kind {
        Kind::Sqlite => 0.60,
        Kind::Postgres => 0.40,
    };
    for path in [Request::List, Request::RefusedRevoke] {
        let of_path = ratios.iter().filter(|(of, _, _)| *of == path);
        let worst = of_path.min_by(|one, other| one.2.total_cmp(&other.2));
        if let Some((_, size, ratio)) = worst {
            let what = format!(
                "{}: {} / bare handler, lowest with {size} tokens",
                kind.name(),
                path.name()
            );
            pins.push(Pin::new(what, *ratio, Bound::AtLeast(least)));
        }
    }
    pins
}

async fn of_revocations(kind: Kind, seconds: Duration) -> Vec<Pin> {
    let Some(store) = Store::with(kind, TO_REVOKE, REVOKING).await else {
        return Vec::new();
    };
    let compared = revocations::compare(&store, seconds).await;
    let (least, singly) = match kind {
        Kind::Sqlite => (4.0, "one commit each"),
        Kind::Postgres => (3.0, "one statement each"),
    };
    let of = compared.served.per_second;
    for (who, figures) in [
        ("the server", &compared.served),
        (singly, &compared.singly),
        ("one write each, no reads", &compared.plain),
    ] {
        println!(
            "{:<10} {TO_REVOKE:>8}  revocations, {who:<27} {:>7.0}   {:>5.2} {:>35.1} {:>8.1}",
            kind.name(),
            figures.per_second,
            of / figures.per_second,
            figures.of_service,
            figures.of_database,
        );
    }
    let what = format!("{}: revocations per second / {singly}", kind.name());
    let ratio = of / compared.singly.per_second;
    vec![Pin::new(what, ratio, Bound::AtLeast(least))]
}

/// The kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// The caller's first token.
    List,
    /// A revocation of a token that does not exist.
    RefusedRevoke,
    /// The caller's first token, while another client writes every [`WRITE_EVERY`]. Reported without a limit.
    ListBesideWrites,
}

impl Request {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::RefusedRevoke => "refused revoke",
            Self::ListBesideWrites => "list, writes",
        }
    }

    pub(crate) fn status(self) -> u16 {
        match self {
            Self::List | Self::ListBesideWrites => 200,
            Self::RefusedRevoke => 404,
        }
    }

    pub(crate) fn requests(self, askers: &[Asker]) -> Vec<Vec<u8>> {
        let one = |by: &Asker| match self {
            Self::List | Self::ListBesideWrites => by.request("GET", "/api/v1/tokens?limit=1"),
            Self::RefusedRevoke => {
                by.request("POST", &format!("/api/v1/tokens/{}/revoke", Uuid::new_v4()))
            }
        };
        askers.iter().map(one).collect()
    }
}

/// Measures one path and the bare handler in turns. Prints a line, and returns the ratio of the rates.
async fn compare(served: &Served, kind: Kind, path: Request, seconds: Duration) -> f64 {
    let Served {
        size,
        store,
        serving,
    } = served;
    let requests = Arc::new(path.requests(&store.data.askers));
    let answer = exchange(&serving.address, &requests[0]).await;
    let bare = bare::start(&answer);
    let (turn, warm) = (Until::Time(seconds / ROUNDS), Until::Time(seconds / 8));
    let status = path.status();
    for address in [&bare.address, &serving.address] {
        send(address, &requests, status, CLIENTS, warm).await;
    }
    let writing = (path == Request::ListBesideWrites).then(|| keep_writing(served));
    let (mut limit, mut seen) = (Vec::new(), Vec::new());
    let (of_bare, of_server) = (bare.process.id(), serving.process.id());
    let before = (cpu_of(of_bare), cpu_of(of_server), store.cpu());
    for _ in 0..ROUNDS {
        limit.push(send(&bare.address, &requests, status, CLIENTS, turn).await);
        seen.push(send(&serving.address, &requests, status, CLIENTS, turn).await);
    }
    if let Some(writing) = writing {
        assert!(!writing.is_finished(), "the client that writes has failed");
        writing.abort();
    }
    let (limit, seen) = (Measured::all(limit), Measured::all(seen));
    let ratio = seen.per_second() / limit.per_second();
    let each = |cpu: Duration, before: Duration, seen: &Measured| {
        cpu.saturating_sub(before).as_secs_f64() * 1e6 / seen.requests() as f64
    };
    println!(
        "{:<10} {size:>8}  {:<14} {:>7.0} {:>7.0} {ratio:>6.2} {:>7.2} {:>7.2} {:>8.2} {:>8.1} {:>6.1} {:>8.1}",
        kind.name(),
        path.name(),
        seen.per_second(),
        limit.per_second(),
        seen.percentile(0.5),
        seen.percentile(0.99),
        limit.percentile(0.99),
        each(cpu_of(of_bare), before.0, &limit),
        each(cpu_of(of_server), before.1, &seen),
        each(store.cpu(), before.2, &seen),
    );
    ratio
}

/// Revokes one token again and again, until it is aborted: each revocation adds an event to the audit trail, and is a commit.
fn keep_writing(served: &Served) -> tokio::task::JoinHandle<()> {
    let address = served.serving.address.clone();
    let by = &served.store.data.askers[0];
    let revoke = by.request("POST", &format!("/api/v1/tokens/{}/revoke", by.others[0]));
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(WRITE_EVERY);
        loop {
            ticks.tick().await;
            let answer = exchange(&address, &revoke).await;
            assert!(answer.starts_with(b"HTTP/1.1 201"), "{}", text(&answer));
        }
    })
}

/// Returns the p99 of authenticated requests with many tokens, relative to that with few. It compares the median turns, since
/// other load on the machine spoils the tail of single turns.
async fn compare_tails(few: &Served, many: &Served, seconds: Duration) -> f64 {
    let path = Request::List;
    let turn = Until::Time(seconds / ROUNDS);
    let mut tails = [[0.0; TAILS]; 2];
    for nth in 0..TAILS {
        for (served, tails) in [few, many].into_iter().zip(&mut tails) {
            let requests = Arc::new(path.requests(&served.store.data.askers));
            let address = &served.serving.address;
            let seen = send(address, &requests, path.status(), CLIENTS, turn).await;
            tails[nth] = seen.percentile(0.99);
        }
    }
    let [few, many] = tails.map(|mut tails| {
        tails.sort_by(f64::total_cmp);
        tails[TAILS / 2]
    });
    many / few
}
