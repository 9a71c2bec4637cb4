//! The operations of both documents, by the names that changes give them.

use std::collections::BTreeMap;

use crate::criterion::{Criterion, Labels};
use crate::document::Document;

/// The operations of both documents, with what criteria ask of them.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    labels: BTreeMap<String, Vec<Labels>>,
}

impl Operations {
    /// Returns the operations of two documents, webhooks included.
    #[must_use]
    pub fn of(base: &Document, revision: &Document) -> Self {
        let mut operations = Self::default();
        for document in [base, revision] {
            for labels in Labels::all(document) {
                let name = labels.name().to_owned();
                operations.labels.entry(name).or_default().push(labels);
            }
        }
        operations
    }

    /// Returns whether the operation that a change names meets a criterion in one of the documents. Of a callback only the
    /// name is known.
    #[must_use]
    pub fn is_met(&self, criterion: &Criterion, name: &str) -> bool {
        match self.labels.get(name) {
            Some(labels) => labels.iter().any(|labels| criterion.is_met_by(labels)),
            None => criterion.is_met_by(&Labels::named(name)),
        }
    }

    /// Returns whether any operation meets a criterion.
    #[must_use]
    pub fn any_meets(&self, criterion: &Criterion) -> bool {
        let mut all = self.labels.values().flatten();
        all.any(|labels| criterion.is_met_by(labels))
    }

    /// Returns what each document says of the operation of this name.
    pub(crate) fn labels(&self, name: &str) -> &[Labels] {
        self.labels.get(name).map_or(&[], Vec::as_slice)
    }
}
