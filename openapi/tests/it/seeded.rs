//! No break passes: every edit of a place that operations reach, which a message shows to break, is breaking or
//! unproven. `cargo xtask bench seeded` does the same to real documents.

use std::collections::{BTreeMap, BTreeSet};

use openapi::Document;
use openapi::diff::{Verdict, compare};
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::Value;

use crate::random::{cases, once_in, only_case, pick, randomness, schema};
use crate::respellings::respelled;
use crate::schemas::{Body, document};

use seeding::messages::operations;
use seeding::{Names, Subject, operation_edits};

#[path = "../../benches/seeded/seeding.rs"]
mod seeding;

/// All names.
const EVERY: Names = Names {
    from: 0,
    most: usize::MAX,
};

/// The edits that a message showed to break, and those that passed, as `kind (detail) at pointer`.
#[derive(Debug, Default)]
struct Outcome {
    compared: BTreeSet<String>,
    /// With the message.
    passed: BTreeMap<String, Value>,
}

impl Outcome {
    fn compare(&mut self, base: &Document, revision: &Document, edit: String, witness: Value) {
        match compare(base, revision).verdict() {
            Verdict::Breaking | Verdict::Unproven => {}
            Verdict::Identical
            | Verdict::Waived
            | Verdict::LeftOut
            | Verdict::Docs
            | Verdict::Additive
            | Verdict::Warning => {
                self.passed.insert(edit.clone(), witness);
            }
        }
        self.compared.insert(edit);
    }

    /// Makes every edit of every place of the document's messages, each once.
    fn of_schemas(&mut self, value: &Value) {
        let mut compared = BTreeSet::new();
        for operation in operations(value) {
            let subject = Subject::of(value.clone(), &operation).expect("a document");
            for target in &subject.messages {
                for place in &target.places {
                    for (edit, seed) in subject.edits(target, place, EVERY).iter().zip(0..) {
                        let name = format!("{} ({}) at {}", edit.kind, edit.detail, place.pointer);
                        if !compared.contains(&name)
                            && let Some(seeded) = subject.seed(target, place, edit, seed)
                        {
                            compared.insert(name.clone());
                            self.compare(&subject.document, &seeded.revision, name, seeded.witness);
                        }
                    }
                }
            }
        }
    }

    /// Makes every edit of the document's operations.
    fn of_operations(&mut self, value: &Value) {
        let base = Document::parse("base", &value.to_string()).expect("a document");
        for operation in operations(value) {
            for edited in operation_edits::edits(value, &operation) {
                let text = edited.document.to_string();
                let revision = Document::parse("revision", &text).expect("a document");
                let name = format!("{} at {}", edited.kind, edited.pointer);
                self.compare(&base, &revision, name, Value::Null);
            }
        }
    }
}

#[test]
fn no_break_passes_in_a_document_that_uses_all_of_openapi() {
    assert_none_passes(include_str!("silence/rich.json"), 200);
}

#[test]
fn no_break_passes_below_unions_parts_references_and_recursion() {
    assert_none_passes(include_str!("seeded/reached.json"), 200);
}

/// Asserts that no edit of a document passes, of at least so many.
fn assert_none_passes(text: &str, least: usize) {
    let value: Value = serde_json::from_str(text).expect("JSON");
    let mut outcome = Outcome::default();
    outcome.of_schemas(&value);
    outcome.of_operations(&value);
    let count = outcome.compared.len();
    assert!(count >= least, "only {count} edits were compared");
    assert!(outcome.passed.is_empty(), "passed: {:#?}", outcome.passed);
}

/// Makes some edits of a document that is respelled, and compares the results with the document.
fn compare_respelled(outcome: &mut Outcome, random: &mut SmallRng, value: &Value, name: &str) {
    let base = Document::parse("base.json", &value.to_string()).expect("a document");
    let respelled = respelled(random, value, 4);
    for operation in operations(&respelled) {
        let subject = Subject::of(respelled.clone(), &operation).expect("a document");
        for target in &subject.messages {
            for place in &target.places {
                let edits = subject.edits(target, place, EVERY);
                if edits.is_empty() || !once_in(random, 4) {
                    continue;
                }
                let edit = pick(random, &edits);
                if let Some(seeded) = subject.seed(target, place, edit, random.random()) {
                    let (kind, detail, at) = (edit.kind, &edit.detail, &place.pointer);
                    let edit = format!("{name}: {kind} ({detail}) at {at} of {respelled}");
                    outcome.compare(&base, &seeded.revision, edit, seeded.witness);
                }
            }
        }
    }
}

#[test]
fn no_break_passes_beside_other_spellings() {
    let mut outcome = Outcome::default();
    let numbers = only_case().map_or(0..cases(5), |case| case..case + 1);
    let count = numbers.end - numbers.start;
    let texts = [
        include_str!("silence/rich.json"),
        include_str!("seeded/reached.json"),
    ];
    let documents = texts.map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    for case in numbers {
        let random = &mut randomness(8, case);
        let schema = schema(random);
        let own =
            [Body::Request, Body::Response].map(|body| document(body, &schema).value().clone());
        for value in own.iter().chain(&documents) {
            compare_respelled(&mut outcome, random, value, &format!("OPENAPI_CASE={case}"));
        }
        assert!(outcome.passed.is_empty(), "passed: {:#?}", outcome.passed);
    }
    let compared = outcome.compared.len();
    assert!(
        count < 5 || compared > 100,
        "only {compared} edits were compared"
    );
}

#[test]
fn no_break_passes_in_random_schemas() {
    let mut outcome = Outcome::default();
    let numbers = only_case().map_or(0..cases(30), |case| case..case + 1);
    let count = numbers.end - numbers.start;
    for case in numbers {
        let schema = schema(&mut randomness(3, case));
        for body in [Body::Request, Body::Response] {
            let value = document(body, &schema).value().clone();
            let before = outcome.passed.len();
            outcome.of_schemas(&value);
            assert_eq!(
                outcome.passed.len(),
                before,
                "OPENAPI_CASE={case}, {body:?}, {schema}: {:#?}",
                outcome.passed
            );
        }
    }
    let compared = outcome.compared.len();
    assert!(
        count < 10 || compared > 300,
        "only {compared} edits were compared"
    );
}
