//! What changed between two documents, by meaning: each difference in one class, each cause once.
//!
//! The walk goes through both documents side by side. Parts with equal text under equal references
//! are equal and are passed over; parts that differ are paired and descended into; what differs in
//! spelling at the bottom is judged by [`crate::relation`]. A pair of components is walked
//! once however many operations reach it; which ones do is found at the end, over the graph of who
//! refers to what.

mod annotations;
mod bodies;
mod callbacks;
mod causes;
mod change;
mod components;
mod context;
mod discriminators;
mod document;
mod edits;
mod encodings;
mod equality;
mod extensible;
mod finding;
mod graph;
mod held;
mod layers;
mod media_types;
mod message;
mod objects;
mod operation;
mod parameters;
mod paths;
mod place;
mod promises;
mod referred;
mod responses;
mod rule;
mod rules;
mod schema;
mod security;
mod servers;
mod shell;
mod styles;
mod unions;
mod waivers;
mod witness;
mod written;

pub use change::{Change, Class, Verdict, Waived};
pub use rule::{Action, Area, Kind, Rule};
pub use rules::{Documented, rule_of, rules};
pub use waivers::{Stale, Waivers, WaiversError};

use crate::document::Document;

/// What a comparison takes into account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Only the operations that the base holds, and what they reach: for a slice against the whole
    /// document that it was cut from. What stands around the operations is not compared.
    pub only_operations_of_base: bool,
    /// The names of components count: readers and generated clients see them. A component renamed
    /// or written out in place is then a difference (docs), else it is only spelling.
    pub component_names: bool,
    /// The day on which the comparison is made. What is gone, was deprecated, and had a sunset
    /// (`x-sunset`) that has come by then, is gone as was announced, which breaks nothing (docs). Without
    /// a day nothing has come.
    pub today: Option<chrono::NaiveDate>,
}

/// The differences between two documents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// Each cause once: the gravest class first, within a class what reaches most operations, then in
    /// the order of the documents.
    pub changes: Vec<Change>,
}

impl Diff {
    /// The gravest class among the changes that count, as the one word for the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.counted().map(|change| change.class).max() {
            Some(gravest) => Verdict::from(gravest),
            None if self.changes.is_empty() => Verdict::Identical,
            None => Verdict::Waived,
        }
    }

    /// The changes that nobody has waived.
    pub fn counted(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.waived.is_none())
    }
}

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
        let mut walk = graph::Walk::new(base, revision, options);
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
