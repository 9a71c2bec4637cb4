//! What changed between two documents, by meaning: each difference in one class, each cause once.
//!
//! The walk goes through both documents side by side. Parts with equal text under equal references
//! are equal and are passed over; parts that differ are paired and descended into; what differs in
//! spelling at the bottom is judged by [`crate::relation`]. A pair of components is walked
//! once however many operations reach it; which ones do is found at the end, over the graph of who
//! refers to what.

mod change;
mod operation;
mod options;
mod rules;
mod schema;
mod waivers;
mod walk;

pub use change::{Change, Diff, Waived};
pub use options::Options;
pub use rules::{Action, Area, Class, Documented, Kind, Rule, Verdict, rule_of, rules};
pub use waivers::{Stale, Waivers, WaiversError};

use operation::document;
use walk::Walk;

use crate::document::Document;

/// Compares `revision` with `base`, everything in both.
#[must_use]
pub fn compare(base: &Document, revision: &Document) -> Diff {
    compare_with(base, revision, Options::default())
}

/// Compares `revision` with `base` as `options` say.
#[must_use]
pub fn compare_with(base: &Document, revision: &Document, options: Options) -> Diff {
    if base.has_text_of(revision) {
        return Diff::default();
    }
    let mut changes = on_a_large_stack(|| {
        let mut walk = Walk::new(base, revision, options);
        document::compare(&mut walk);
        walk.into_changes()
    });
    changes.sort_by_key(|change| {
        let most_affected = (change.class, change.operations.len());
        std::cmp::Reverse(most_affected)
    });
    Diff { changes }
}

/// The stack of a comparison, in bytes; what is not used is never there.
const STACK: usize = 256 << 20;

/// Schemas nest within schemas, and whoever judges them calls itself: the caller's stack, of which a
/// thread may have little, does not suffice for documents that nest by the thousand.
fn on_a_large_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    let on_a_thread = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, &work);
        thread.ok().map(std::thread::ScopedJoinHandle::join)
    });
    match on_a_thread {
        Some(Ok(done)) => done,
        Some(Err(panic)) => std::panic::resume_unwind(panic),
        // The system grants no such stack; most documents do without.
        None => work(),
    }
}
