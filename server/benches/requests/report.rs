//! What is measured, in which order, and what it is held against.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::bare;
use crate::clients::{CLIENTS, Seen, Until, exchange, send};
use crate::data::Asker;
use crate::revocations;
use crate::servers::{Kind, Store, cpu_of, peak_of};

/// How many times a server and its limit take turns, so that what disturbs the machine disturbs both.
const ROUNDS: u32 = 2;

/// The number of tokens that revocations are measured with: there have to be enough to revoke.
const TO_REVOKE: usize = 100_000;

/// A figure and the least or most that it should be.
struct Pin {
    what: String,
    figure: f64,
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Pin {
    fn holds(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => self.figure >= least,
            Bound::AtMost(most) => self.figure <= most,
        }
    }
}

/// The bytes of a request of this user, on a connection that stays open.
pub(crate) fn request(method: &str, path: &str, by: &Asker) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\nContent-Length: 0\r\n\r\n",
        by.token, by.business
    )
    .into_bytes()
}

/// Measures everything and prints it; the exit code says whether all pins hold.
pub(crate) fn run(seconds: Duration, sizes: &[usize]) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let pins = runtime.block_on(measure(seconds, sizes));
    println!("\n{:<58} {:>9} {:>10}", "pinned", "measured", "bound");
    for pin in &pins {
        let (sign, bound) = match pin.bound {
            Bound::AtLeast(least) => ('≥', least),
            Bound::AtMost(most) => ('≤', most),
        };
        let verdict = if pin.holds() { "" } else { "  missed" };
        println!(
            "{:<58} {:>9.2} {sign} {bound:>8.2}{verdict}",
            pin.what, pin.figure
        );
    }
    if pins.iter().all(Pin::holds) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn measure(seconds: Duration, sizes: &[usize]) -> Vec<Pin> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{CLIENTS} clients on the same {cores} cores; {:.1} s for each figure",
        seconds.as_secs_f64()
    );
    println!(
        "{:<11} {:>8}  {:<16} {:>9} {:>9} {:>6} {:>8} {:>8} {:>9} {:>9}",
        "store",
        "tokens",
        "path",
        "req/s",
        "bare",
        "ratio",
        "p50 ms",
        "p99 ms",
        "µs CPU",
        "µs CPU db"
    );
    let mut pins = Vec::new();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let mut tails: Vec<(usize, f64)> = Vec::new();
        let mut ratios: Vec<f64> = Vec::new();
        for &size in sizes {
            let Some(store) = Store::with(kind, size).await else {
                break;
            };
            let serving = store.serve();
            for path in [Path::List, Path::RefusedRevoke] {
                let (ratio, seen) = compare(&store, &serving, kind, size, path, seconds).await;
                ratios.push(ratio);
                if path == Path::List {
                    tails.push((size, seen.percentile(0.99)));
                }
            }
            if size >= 1_000_000 {
                let what = format!("{}: MiB resident at most, with {size} tokens", kind.name());
                let figure = peak_of(serving.child.id()) as f64;
                pins.push(Pin {
                    what,
                    figure,
                    bound: Bound::AtMost(300.0),
                });
            }
        }
        let least = match kind {
            Kind::Sqlite => 0.60,
            Kind::Postgres => 0.40,
        };
        if let Some(worst) = ratios.iter().copied().reduce(f64::min) {
            let what = format!("{}: requests a second, of the bare handler's", kind.name());
            pins.push(Pin {
                what,
                figure: worst,
                bound: Bound::AtLeast(least),
            });
        }
        if let (Some(first), Some(last)) = (tails.first(), tails.last())
            && first.0 < last.0
        {
            let what = format!(
                "{}: p99 with {} tokens, of that with {}",
                kind.name(),
                last.0,
                first.0
            );
            pins.push(Pin {
                what,
                figure: last.1 / first.1,
                bound: Bound::AtMost(1.2),
            });
        }
    }
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(store) = Store::with(kind, TO_REVOKE).await else {
            break;
        };
        let served = revocations::served(&store, seconds).await;
        let alone = revocations::one_by_one(kind, &store, seconds).await;
        println!(
            "{:<11} {:>8}  {:<16} {served:>9.0} {:>9} {:>6.2}  (one commit each: {alone:.0} a second)",
            kind.name(),
            TO_REVOKE,
            "revoke",
            "",
            served / alone
        );
        let least = match kind {
            Kind::Sqlite => 4.0,
            Kind::Postgres => 3.0,
        };
        let what = format!("{}: revocations a second, of one commit each", kind.name());
        pins.push(Pin {
            what,
            figure: served / alone,
            bound: Bound::AtLeast(least),
        });
    }
    pins
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    /// The caller's first token.
    List,
    /// A revocation of a token that is not there.
    RefusedRevoke,
}

impl Path {
    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::RefusedRevoke => "refused revoke",
        }
    }

    fn status(self) -> u16 {
        match self {
            Self::List => 200,
            Self::RefusedRevoke => 404,
        }
    }

    fn requests(self, askers: &[Asker]) -> Vec<Vec<u8>> {
        let one = |by: &Asker| match self {
            Self::List => request("GET", "/api/v1/tokens?limit=1", by),
            Self::RefusedRevoke => request(
                "POST",
                &format!("/api/v1/tokens/{}/revoke", Uuid::new_v4()),
                by,
            ),
        };
        askers.iter().map(one).collect()
    }
}

/// Measures one path beside the bare handler; prints a line, and gives the ratio and what was seen of the server.
async fn compare(
    store: &Store,
    serving: &crate::Serving,
    kind: Kind,
    size: usize,
    path: Path,
    seconds: Duration,
) -> (f64, Seen) {
    let requests = Arc::new(path.requests(&store.data.askers));
    let answer = exchange(&serving.address, &requests[0]).await;
    let bare = bare::start(&answer);
    let turn = Until::Time(seconds / ROUNDS);
    let warm = Until::Time(seconds / 8);
    for address in [&bare.address, &serving.address] {
        send(address, &requests, path.status(), CLIENTS, warm).await;
    }
    let (mut limit, mut seen) = (Vec::new(), Vec::new());
    let process = serving.child.id();
    let (mut cpu, mut database) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        limit.push(send(&bare.address, &requests, path.status(), CLIENTS, turn).await);
        let before = (cpu_of(process), store.cpu());
        seen.push(send(&serving.address, &requests, path.status(), CLIENTS, turn).await);
        cpu += cpu_of(process) - before.0;
        database += store.cpu().saturating_sub(before.1);
    }
    let (limit, seen) = (Seen::all(limit), Seen::all(seen));
    let ratio = seen.per_second() / limit.per_second();
    let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / seen.requests() as f64;
    println!(
        "{:<11} {size:>8}  {:<16} {:>9.0} {:>9.0} {ratio:>6.2} {:>8.2} {:>8.2} {:>9.1} {:>9.1}",
        kind.name(),
        path.name(),
        seen.per_second(),
        limit.per_second(),
        seen.percentile(0.5),
        seen.percentile(0.99),
        each(cpu),
        each(database),
    );
    (ratio, seen)
}
