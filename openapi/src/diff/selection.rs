//! The selection of changes by the operations that they reach.

use crate::criterion::Criterion;
use crate::diff::change::{Change, Diff};
use crate::diff::operations::Operations;

/// Which changes are reported.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only changes that reach an operation that meets, for each kind that is given, one criterion of that kind. Empty
    /// selects all, also what belongs to no operation.
    pub include: Vec<Criterion>,
    /// No changes that reach only operations that meet one of these.
    pub exclude: Vec<Criterion>,
}

impl Selection {
    /// Returns the criteria that no operation of either document meets: they do not do what their author means.
    pub fn unmet<'s>(
        &'s self,
        operations: &'s Operations<'_>,
    ) -> impl Iterator<Item = &'s Criterion> {
        let all = self.include.iter().chain(&self.exclude);
        all.filter(|criterion| !operations.any_meets(criterion))
    }

    /// Removes the changes that are not selected, and counts them.
    pub fn apply(&self, diff: &mut Diff, operations: &Operations<'_>) {
        let before = diff.changes.len();
        diff.changes
            .retain(|change| self.selects(change, operations));
        diff.left_out += before - diff.changes.len();
    }

    fn selects(&self, change: &Change, operations: &Operations<'_>) -> bool {
        let mut reached = change.operations.iter();
        if self.include.is_empty() && change.operations.is_empty() {
            return true;
        }
        reached.any(|name| {
            let meets = |criterion: &&Criterion| operations.is_met(criterion, name);
            let is_included = self.include.iter().all(|one| {
                let mut of_kind = self
                    .include
                    .iter()
                    .filter(|other| other.kind() == one.kind());
                of_kind.any(|criterion| meets(&criterion))
            });
            is_included && !self.exclude.iter().any(|criterion| meets(&criterion))
        })
    }
}
