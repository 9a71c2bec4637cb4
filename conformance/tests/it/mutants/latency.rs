//! Answers that are correct and slow.

use std::time::Duration;

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "slow revocations",
    killed_by: "latency.revocation_is_within_the_bound",
    breaks: |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            if exchange.revokes().is_some() && answer.status == 201 {
                // The profile of the tests sets a bound of 2.5 s.
                tokio::time::sleep(Duration::from_millis(2600)).await;
            }
            answer
        })
    },
}];
