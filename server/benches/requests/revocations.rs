//! Revocations a second, beside a service that writes each by itself.

use std::sync::Arc;
use std::time::Duration;

use crate::clients::{CLIENTS, Seen, Until, send};
use crate::plain;
use crate::report::request;
use crate::servers::Store;

/// How many times the two take turns.
const ROUNDS: usize = 4;

/// Revocations a second over HTTP by 64 clients: the server's, and those of a [`plain`] service. Every token is revoked once: a
/// second revocation would change nothing and cost less.
pub(crate) async fn compare(store: &Store, limit: Duration) -> (f64, f64) {
    let requests = requests(store);
    let turn = limit / u32::try_from(ROUNDS).unwrap_or(1);
    let parts = requests.len() / (2 * ROUNDS);
    let (mut served, mut alone) = (Vec::new(), Vec::new());
    for (nth, part) in requests.chunks(parts.max(1)).take(2 * ROUNDS).enumerate() {
        // One at a time: a SQLite file has one server.
        let (serving, seen) = if nth % 2 == 0 {
            (store.serve(), &mut served)
        } else {
            (plain::start(&store.url), &mut alone)
        };
        let part = Arc::new(part.to_vec());
        seen.push(send(&serving.address, &part, 201, CLIENTS, Until::Once(turn)).await);
    }
    (
        Seen::all(served).per_second(),
        Seen::all(alone).per_second(),
    )
}

fn requests(store: &Store) -> Vec<Vec<u8>> {
    let askers = &store.data.askers;
    let most = askers.iter().map(|asker| asker.others.len()).max();
    let mut requests = Vec::new();
    for nth in 0..most.unwrap_or_default() {
        for asker in askers {
            if let Some(id) = asker.others.get(nth) {
                let path = format!("/api/v1/tokens/{id}/revoke");
                requests.push(request("POST", &path, asker));
            }
        }
    }
    requests
}
