//! The order of the cases of a run: groups that run one after the other.

use crate::case::{Case, Sample};

/// The cases that run first, one after the other, in this order. Without what they demand no other case can prove anything, and
/// the run stops. The first one notices a revocation that also revokes the token of its caller, before that blocks the others.
const PREREQUISITES: [&str; 3] = [
    "revocation.spares_others_of_the_user",
    "revocation.refused_at_once",
    "status.created",
];

/// The cases of a run, in the order of its groups.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Those without which nothing is proven, one after the other.
    pub(super) prerequisites: Vec<&'static Case>,
    /// Those that need all places, one after the other. Among the others, one would wait until all places are free, and all
    /// others behind it.
    pub(super) all_places: Vec<&'static Case>,
    /// Those that wait and have nothing to send meanwhile, several at a time, beside the others.
    pub(super) waiting: Vec<&'static Case>,
    /// The others, several at a time: first the ordinary requests, whose answers other cases about an operation wait for.
    pub(super) others: Vec<&'static Case>,
    /// Those that use the tokens of others last of all, one after the other.
    pub(super) last: Vec<&'static Case>,
    /// Those that judge all answers, several at a time.
    pub(super) judges: Vec<&'static Case>,
}

impl Order {
    /// Puts cases into their groups, each in the order that they have.
    pub(super) fn of(cases: &[&'static Case]) -> Order {
        let mut order = Order::default();
        for case in cases {
            let needs = case.needs;
            let group = match prerequisite(case) {
                Some(_) => &mut order.prerequisites,
                None if needs.others_done && needs.own > 0 => &mut order.last,
                None if needs.others_done => &mut order.judges,
                None if needs.all_places => &mut order.all_places,
                None if needs.waits => &mut order.waiting,
                None => &mut order.others,
            };
            group.push(case);
        }
        order.prerequisites.sort_by_key(|case| prerequisite(case));
        let is_ordinary = |case: &Case| case.needs.sample.is_some_and(Sample::is_ordinary);
        order.others.sort_by_key(|case| !is_ordinary(case));
        order
    }
}

/// Returns the place of a case among the prerequisites.
fn prerequisite(case: &Case) -> Option<usize> {
    PREREQUISITES.iter().position(|id| *id == case.id)
}
