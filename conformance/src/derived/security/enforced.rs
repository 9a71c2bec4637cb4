//! Whether the deployment enforces a scheme at all. One that no operation enforces is one fault, and not one of each operation.

use std::sync::Arc;

use crate::case::Stop;
use crate::profile::Role;
use crate::resources::request;
use crate::trial::Trial;

/// The most operations that are asked.
const MOST: usize = 12;

/// Returns the schemes that an operation demands, if each operation that reads and demands the same answers a caller without a
/// credential. `None` where one refuses, or where fewer than two can be asked.
pub(super) async fn unenforced(t: &Trial, operation: usize) -> Result<Option<String>, Stop> {
    let operations = t.deployment().contract.operations();
    let Some(demanded) = operations[operation].security.demanded() else {
        return Ok(None);
    };
    let names: Vec<String> = demanded.iter().map(|one| one.join(" and ")).collect();
    let names = names.join(" or ");
    let cell = Arc::clone(
        (t.deployment().unenforced.lock())
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .entry(names.clone())
            .or_default(),
    );
    let found = cell.get_or_try_init(|| async {
        let peers = operations.iter().enumerate().filter(|(_, documented)| {
            documented.operation.method == "GET" && documented.security.demanded() == Some(demanded)
        });
        let mut answered = 0;
        for (peer, _) in peers.take(MOST) {
            let ordinary = match request::ordinary(t, peer).await {
                Ok(ordinary) => ordinary,
                Err(Stop::Lacking(_)) => continue,
                Err(other) => return Err(other),
            };
            let operator = t.caller_for(Role::Operator, peer)?;
            let request = ordinary.carrying(operator.credentials(), &[]);
            let purpose = "see whether another operation enforces the scheme";
            match t.send(purpose, request).await.map(|answer| answer.status()) {
                Ok(200..=299) => answered += 1,
                Ok(401 | 403) => return Ok(false),
                Ok(_) | Err(_) => {}
            }
        }
        Ok::<_, Stop>(answered > 1)
    });
    Ok(found.await?.then_some(names))
}
