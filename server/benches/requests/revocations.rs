//! Revocations per second, compared with services that handle each one separately.

use std::sync::Arc;
use std::time::Duration;

use crate::Serving;
use crate::clients::{CLIENTS, Measured, Until, send};
use crate::servers::{Store, cpu_of};
use crate::{plain, singly};

/// The number of turns of each.
const ROUNDS: usize = 4;

/// The turns of one service.
#[derive(Default)]
pub(crate) struct Revoked {
    turns: Vec<Measured>,
    of_service: Duration,
    of_database: Duration,
}

impl Revoked {
    /// Sends each request once to this service, or as many as fit into `limit`.
    async fn turn(&mut self, store: &Store, serving: &Serving, part: &[Vec<u8>], limit: Duration) {
        let part = Arc::new(part.to_vec());
        let process = serving.process.id();
        let before = (cpu_of(process), store.cpu());
        let seen = send(&serving.address, &part, 201, CLIENTS, Until::Once(limit)).await;
        self.turns.push(seen);
        self.of_service += cpu_of(process).saturating_sub(before.0);
        self.of_database += store.cpu().saturating_sub(before.1);
    }

    /// Computes the figures of all turns.
    fn figures(self) -> Figures {
        let seen = Measured::all(self.turns);
        let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / seen.requests() as f64;
        Figures {
            per_second: seen.per_second(),
            of_service: each(self.of_service),
            of_database: each(self.of_database),
        }
    }
}

/// Revocations per second, and the processor time of each in microseconds.
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) of_service: f64,
    pub(crate) of_database: f64,
}

/// Revocations over HTTP by 64 clients.
pub(crate) struct Compared {
    /// The server's.
    pub(crate) served: Figures,
    /// Those of the service in [`singly`], which does the same for each revocation separately.
    pub(crate) singly: Figures,
    /// Those of the service in [`plain`], which only writes each revocation.
    pub(crate) plain: Figures,
}

/// Measures the services in turns. Every token is revoked once: a second revocation would change nothing and cost less.
pub(crate) async fn compare(store: &Store, limit: Duration) -> Compared {
    let requests = requests(store);
    let turn = limit / u32::try_from(ROUNDS).unwrap_or(1);
    let parts = requests.len() / (3 * ROUNDS);
    let mut parts = requests.chunks(parts.max(1));
    let mut part = || parts.next().unwrap_or_default();
    let mut revoked: [Revoked; 3] = Default::default();
    for _ in 0..ROUNDS {
        // One at a time: a SQLite file has one server.
        let [served, singly, plain] = &mut revoked;
        served.turn(store, &store.serve(), part(), turn).await;
        let service = singly::start(&store.url);
        singly.turn(store, &service, part(), turn).await;
        drop(service);
        plain
            .turn(store, &plain::start(&store.url), part(), turn)
            .await;
    }
    let [served, singly, plain] = revoked.map(Revoked::figures);
    Compared {
        served,
        singly,
        plain,
    }
}

/// Returns a revocation of each token that may be revoked.
pub(crate) fn requests(store: &Store) -> Vec<Vec<u8>> {
    let askers = &store.data.askers;
    let most = askers.iter().map(|asker| asker.others.len()).max();
    let mut requests = Vec::new();
    for nth in 0..most.unwrap_or_default() {
        for asker in askers {
            if let Some(id) = asker.others.get(nth) {
                let path = format!("/api/v1/tokens/{id}/revoke");
                requests.push(asker.request("POST", &path));
            }
        }
    }
    requests
}
