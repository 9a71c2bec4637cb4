//! What changed between two documents, by meaning: each difference in one class, each cause once.
//!
//! The walk goes through both documents side by side. Parts with equal text under equal references are equal and are
//! skipped. Parts that differ are paired and compared part by part; the smallest differing schemas are judged by
//! [`crate::relation`]. A pair of components is walked once, however many operations reach it. Which operations do is
//! computed at the end, over the graph of references.
//!
//! The wings, each of which imports only those before it: `rules` (what a change can be), `walk` (what the walk
//! remembers), `schema`, `operation`. What counts of a finished comparison is decided beside them: `selection`, `policy`,
//! `waivers`.

mod bump;
mod change;
mod level;
mod message;
mod operation;
mod operations;
mod options;
mod policy;
mod rules;
mod schema;
mod selection;
mod settings;
mod sides;
mod stability;
mod waivers;
mod walk;
mod whole;

pub use bump::{Bump, parse_version};
pub use change::{Change, Diff};
pub use level::{Level, Ruling};
pub use message::{Message, Part};
pub use operations::Operations;
pub use options::Options;
pub use policy::{Policy, PolicyError};
pub use rules::{Action, Area, Class, Documented, Kind, Rule, Verdict, rule_of, rules};
pub use selection::Selection;
pub use sides::{Side, Sides};
pub use stability::Stability;
pub use waivers::{Stale, Waivers, WaiversError};
pub use whole::{added, removed};

use operation::document;
use walk::Walk;

use crate::document::Document;
use crate::relation::begin_comparison;

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
        begin_comparison();
        let mut walk = Walk::new(base, revision, options);
        document::compare(&mut walk);
        walk.into_changes()
    });
    if !changes.is_empty() && !options.only_operations_of_base {
        changes.extend(document::misplaced_references(revision));
    }
    for change in &mut changes {
        change.name_places(base, revision);
    }
    changes.sort_by_key(|change| {
        let most_affected = (change.class, change.operations.len());
        std::cmp::Reverse(most_affected)
    });
    Diff {
        changes,
        left_out: 0,
    }
}

/// The stack of a comparison, in bytes. The system commits only the pages that are used.
const STACK: usize = 256 << 20;

/// Runs `work` on a thread with a large stack. Schemas nest within schemas and the comparison is recursive, so the
/// caller's stack may be too small for documents with thousands of levels.
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
        // The system grants no such stack; most documents do not need it.
        None => work(),
    }
}
