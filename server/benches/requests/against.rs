//! This build of the server and an older program, in turns: `cargo xtask bench server --against FILE`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::Serving;
use crate::clients::{CLIENTS, Until, send};
use crate::report::{ASKING, Bound, Pin, REVOKING, Request, TO_REVOKE};
use crate::revocations;
use crate::servers::{Kind, Store, cpu_of};

/// The number of turns of each. Pairs of turns that follow each other are compared, and the median of the pairs counts: a disk
/// or a machine that is busy for a while affects few of them.
const TURNS: usize = 15;

/// The least rate, as a part of the older program's.
const LEAST: f64 = 0.95;

/// A program on a store of its own.
struct Served {
    store: Store,
    serving: Serving,
    rates: Vec<f64>,
    sent: usize,
    used: Used,
}

/// The processor time of a server and of its database.
#[derive(Clone, Copy, Default)]
struct Used {
    server: Duration,
    database: Duration,
}

impl Served {
    async fn with(
        program: Option<&Path>,
        kind: Kind,
        tokens: usize,
        asking: usize,
    ) -> Option<Self> {
        let store = Store::of(program, kind, tokens, asking).await?;
        Some(Self {
            serving: store.serve(),
            store,
            rates: Vec::new(),
            sent: 0,
            used: Used::default(),
        })
    }

    fn used(&self) -> Used {
        Used {
            server: cpu_of(self.serving.process.id()),
            database: self.store.cpu(),
        }
    }

    async fn turn(&mut self, requests: &Arc<Vec<Vec<u8>>>, status: u16, until: Until) {
        let before = self.used();
        let seen = send(&self.serving.address, requests, status, CLIENTS, until).await;
        let after = self.used();
        self.rates.push(seen.per_second());
        self.sent += seen.requests();
        self.used.server += after.server.saturating_sub(before.server);
        self.used.database += after.database.saturating_sub(before.database);
    }

    /// Returns the median rate and the processor time of each request in microseconds, and forgets both.
    fn figures(&mut self) -> String {
        let each = |used: Duration| used.as_secs_f64() * 1e6 / self.sent.max(1) as f64;
        let figures = format!(
            "{:>7.0} {:>7.1} {:>8.1}",
            median(std::mem::take(&mut self.rates)),
            each(self.used.server),
            each(self.used.database)
        );
        (self.sent, self.used) = (0, Used::default());
        figures
    }
}

/// Measures every row with both programs, and prints the figures of each.
pub(crate) async fn measure(older: &Path, seconds: Duration, sizes: &[usize]) -> Vec<Pin> {
    println!(
        "{CLIENTS} clients, {TURNS} turns of {:.1} s for each program in each row; rates are medians; CPU in µs for each request",
        (seconds / 8).as_secs_f64()
    );
    println!(
        "{:<10} {:>8}  {:<14} {:>7} {:>7} {:>8}   {:>7} {:>7} {:>8}   {:>5}",
        "store",
        "tokens",
        "path",
        "req/s",
        "server",
        "database",
        "older",
        "server",
        "database",
        "ratio"
    );
    let mut pins = Vec::new();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for &size in sizes {
            let Some(mut both) = both(older, kind, size, ASKING).await else {
                continue;
            };
            for request in [Request::List, Request::RefusedRevoke] {
                let requests = (both.each_ref())
                    .map(|served| Arc::new(request.requests(&served.store.data.askers)));
                let until = Until::Time(seconds / 8);
                for nth in 0..TURNS {
                    for which in order(nth) {
                        both[which]
                            .turn(&requests[which], request.status(), until)
                            .await;
                    }
                }
                pins.push(compared(&mut both, kind, size, request.name()));
            }
        }
        let Some(mut both) = both(older, kind, TO_REVOKE, REVOKING).await else {
            continue;
        };
        let requests = (both.each_ref()).map(|served| revocations::requests(&served.store));
        let part = requests[0].len() / TURNS;
        for nth in 0..TURNS {
            for which in order(nth) {
                let part = Arc::new(requests[which][nth * part..][..part].to_vec());
                both[which].turn(&part, 201, Until::Once(seconds / 8)).await;
            }
        }
        pins.push(compared(&mut both, kind, TO_REVOKE, "revocations"));
    }
    pins
}

/// Starts this build's server and the older program.
async fn both(older: &Path, kind: Kind, tokens: usize, asking: usize) -> Option<[Served; 2]> {
    Some([
        Served::with(None, kind, tokens, asking).await?,
        Served::with(Some(older), kind, tokens, asking).await?,
    ])
}

/// Returns which of both goes first: each does as often as the other.
fn order(nth: usize) -> [usize; 2] {
    if nth.is_multiple_of(2) {
        [0, 1]
    } else {
        [1, 0]
    }
}

/// Prints a row, and returns its figure.
fn compared([new, older]: &mut [Served; 2], kind: Kind, size: usize, path: &str) -> Pin {
    let pairs = new.rates.iter().zip(&older.rates);
    let ratio = median(pairs.map(|(new, older)| new / older).collect());
    println!(
        "{:<10} {size:>8}  {path:<14} {}   {}   {ratio:>5.2}",
        kind.name(),
        new.figures(),
        older.figures()
    );
    let what = format!("{}, {size} tokens: {path} / the older program", kind.name());
    Pin::new(what, ratio, Bound::AtLeast(LEAST))
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}
