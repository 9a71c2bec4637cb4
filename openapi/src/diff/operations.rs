//! The operations of both documents, by the names that changes give them.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::criterion::{Criterion, Labels};
use crate::document::Document;

/// The operations of both documents, with what criteria ask of them: read when the first one is asked for, since most
/// comparisons ask for none.
#[derive(Debug, Clone, Default)]
pub struct Operations<'d> {
    documents: Vec<&'d Document>,
    labels: OnceCell<BTreeMap<String, Vec<Labels>>>,
}

impl<'d> Operations<'d> {
    /// Returns the operations of two documents, webhooks included.
    #[must_use]
    pub fn of(base: &'d Document, revision: &'d Document) -> Self {
        Self {
            documents: vec![base, revision],
            labels: OnceCell::new(),
        }
    }

    fn all(&self) -> &BTreeMap<String, Vec<Labels>> {
        self.labels.get_or_init(|| {
            let mut all: BTreeMap<String, Vec<Labels>> = BTreeMap::new();
            for labels in self.documents.iter().copied().flat_map(Labels::all) {
                all.entry(labels.name().to_owned())
                    .or_default()
                    .push(labels);
            }
            all
        })
    }

    /// Returns whether the operation that a change names meets a criterion in one of the documents. Of a callback only the
    /// name is known.
    #[must_use]
    pub fn is_met(&self, criterion: &Criterion, name: &str) -> bool {
        match self.all().get(name) {
            Some(labels) => labels.iter().any(|labels| criterion.is_met_by(labels)),
            None => criterion.is_met_by(&Labels::named(name)),
        }
    }

    /// Returns whether any operation meets a criterion.
    #[must_use]
    pub fn any_meets(&self, criterion: &Criterion) -> bool {
        let mut all = self.all().values().flatten();
        all.any(|labels| criterion.is_met_by(labels))
    }

    /// Returns what each document says of the operation of this name.
    pub(crate) fn labels(&self, name: &str) -> &[Labels] {
        self.all().get(name).map_or(&[], Vec::as_slice)
    }
}
