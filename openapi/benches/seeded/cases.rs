//! The cases by their numbers: a document, an operation, a place, an edit.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use openapi::Document;
use openapi::cli::Failure;
use openapi::diff::{Verdict, compare};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use testbed::inputs::Pair;

use crate::seeding::messages::{Operation, operations};
use crate::seeding::{Names, Subject, operation_edits};
use crate::slice::slice;

/// The documents that are edited.
pub(crate) struct Documents(Vec<Whole>);

struct Whole {
    name: String,
    value: Value,
    operations: Vec<Operation>,
}

impl Documents {
    /// Reads every document of the pairs whose name contains `only`, once.
    pub(crate) fn read(pairs: &[Pair], only: &str) -> Result<Self, Failure> {
        let paths: BTreeSet<&PathBuf> = (pairs.iter())
            .flat_map(|pair| [&pair.base, &pair.revision])
            .collect();
        let mut documents = Vec::new();
        for path in paths {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if !name.contains(only) {
                continue;
            }
            let unreadable = |error: &dyn std::fmt::Display| {
                Failure::unreadable(format!("cannot read {}: {error}", path.display()))
            };
            let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
            let value = plain(&text).map_err(|error| unreadable(&error))?;
            documents.push(Whole {
                name,
                operations: operations(&value),
                value,
            });
        }
        documents.retain(|document| !document.operations.is_empty());
        if documents.is_empty() {
            return Err(Failure::unreadable(
                "no document has an operation".to_owned(),
            ));
        }
        Ok(Self(documents))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Parses a document as its text is; 3.0 is not read as 3.1.
fn plain(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let options =
        serde_saphyr::options! { budget: None, with_snippet: false, strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// The result of a case.
pub(crate) enum Case {
    /// No edit was made, or no message shows that it breaks.
    Skipped,
    Compared(Compared),
}

/// An edit that was compared.
pub(crate) struct Compared {
    pub(crate) kind: String,
    /// The document, the operation, and where and what was edited.
    pub(crate) edit: String,
    /// The message that shows the break; `None` for an edit that breaks without a schema.
    pub(crate) witness: Option<Value>,
    pub(crate) verdict: Verdict,
    pub(crate) entries: Vec<String>,
    pub(crate) took: Duration,
}

/// The edit of a case before it is compared.
struct Prepared {
    kind: String,
    edit: String,
    witness: Option<Value>,
    revision: Document,
    value: Value,
}

/// An operation that is edited, in a document that holds no other.
struct Slice<'d> {
    whole: &'d Whole,
    operation: &'d Operation,
    subject: Subject,
}

/// Runs cases. The slice that was cut last is kept: several cases in a row edit it.
pub(crate) struct Cases<'d> {
    documents: &'d Documents,
    seed: u64,
    current: Option<(u64, Option<Slice<'d>>)>,
}

/// The cases in a row that edit the same operation.
const PER_OPERATION: u64 = 8;
/// The size limit of an operation with everything that it refers to, in bytes.
const LARGEST: usize = 400_000;
/// One case in so many edits the operation itself in place of a schema.
const OPERATION_ONE_IN: u32 = 8;

impl<'d> Cases<'d> {
    pub(crate) fn new(documents: &'d Documents, seed: u64) -> Self {
        Self {
            documents,
            seed,
            current: None,
        }
    }

    pub(crate) fn run(&mut self, number: u64) -> Case {
        let Some((slice, prepared)) = self.prepare(number) else {
            return Case::Skipped;
        };
        let started = Instant::now();
        let diff = compare(&slice.subject.document, &prepared.revision);
        let entries = diff.changes.iter();
        let entries = entries.map(|change| {
            format!(
                "{} {}: {}",
                change.class.name(),
                change.rule,
                change.message
            )
        });
        Case::Compared(Compared {
            kind: prepared.kind,
            edit: prepared.edit,
            witness: prepared.witness,
            verdict: diff.verdict(),
            entries: entries.take(3).collect(),
            took: started.elapsed(),
        })
    }

    /// Returns the edit of a case and the texts of its two documents.
    pub(crate) fn documents_of(&mut self, number: u64) -> Option<(String, String, String)> {
        let (slice, prepared) = self.prepare(number)?;
        let witness = prepared
            .witness
            .map_or_else(String::new, |witness| format!("\n{witness}"));
        let edit = format!("{}: {}{witness}", prepared.edit, prepared.kind);
        Some((
            edit,
            slice.subject.value.to_string(),
            prepared.value.to_string(),
        ))
    }

    fn prepare(&mut self, number: u64) -> Option<(&Slice<'d>, Prepared)> {
        let group = number / PER_OPERATION;
        if self
            .current
            .as_ref()
            .is_none_or(|(current, _)| *current != group)
        {
            let mut random = self.random(u64::MAX - group);
            let slice = cut(self.documents, &mut random);
            self.current = Some((group, slice));
        }
        let mut random = self.random(number);
        let slice = self
            .current
            .as_ref()
            .and_then(|(_, slice)| slice.as_ref())?;
        let prepared = if random.random_ratio(1, OPERATION_ONE_IN) {
            edited_operation(slice, &mut random)
        } else {
            edited_schema(slice, &mut random)
        };
        Some((slice, prepared?))
    }

    fn random(&self, number: u64) -> SmallRng {
        SmallRng::seed_from_u64((self.seed << 40) ^ number)
    }
}

/// Cuts an operation out of a document; `None` if it is too large or refused.
fn cut<'d>(documents: &'d Documents, random: &mut SmallRng) -> Option<Slice<'d>> {
    let whole = pick(random, &documents.0)?;
    let operation = pick(random, &whole.operations)?;
    let value = slice(&whole.value, operation);
    if value.to_string().len() > LARGEST {
        return None;
    }
    Some(Slice {
        whole,
        operation,
        subject: Subject::of(value, operation)?,
    })
}

fn edited_operation(slice: &Slice<'_>, random: &mut SmallRng) -> Option<Prepared> {
    let edits = operation_edits::edits(&slice.subject.value, slice.operation);
    let edited = pick(random, &edits)?;
    Some(Prepared {
        kind: edited.kind.to_owned(),
        edit: slice.describe(&edited.pointer),
        witness: None,
        revision: Document::parse("revision.json", &edited.document.to_string()).ok()?,
        value: edited.document.clone(),
    })
}

fn edited_schema(slice: &Slice<'_>, random: &mut SmallRng) -> Option<Prepared> {
    let target = pick(random, &slice.subject.messages)?;
    let place = pick(random, &target.places)?;
    let names = Names {
        from: random.random_range(0..1_000),
        most: 1,
    };
    let edits = slice.subject.edits(target, place, names);
    let edit = pick(random, &edits)?;
    let seeded = slice.subject.seed(target, place, edit, random.random())?;
    Some(Prepared {
        kind: edit.kind.to_owned(),
        edit: format!("{} ({})", slice.describe(&place.pointer), edit.detail),
        witness: Some(seeded.witness),
        revision: seeded.revision,
        value: slice.subject.edited(place, edit)?,
    })
}

impl Slice<'_> {
    fn describe(&self, pointer: &str) -> String {
        let method = self.operation.method.to_uppercase();
        format!(
            "{}, {method} {}, {pointer}",
            self.whole.name, self.operation.path
        )
    }
}

/// Picks one of the items; `None` of none.
fn pick<'t, T>(random: &mut SmallRng, from: &'t [T]) -> Option<&'t T> {
    (!from.is_empty()).then(|| &from[random.random_range(0..from.len())])
}
