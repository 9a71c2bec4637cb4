//! Documents rewritten in another spelling: the comparison finds no change.

mod equivalents;
mod messages;
mod outside_schemas;
mod schema_pointers;
mod schemas;
mod yaml;

use std::collections::BTreeMap;

use openapi::Document;
use openapi::diff::{Area, Change, Class, Kind, compare};
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Value, json};
use testbed::inputs;

use crate::random::{cases, once_in, only_case, pick, randomness, schema};

/// A way to rewrite a part of a document. Returns the pointer to the rewritten part; `None`, with an unchanged
/// document, when it does not apply.
type Rewrite = fn(&mut SmallRng, &mut Value) -> Option<String>;

/// Returns all rewrites with their names.
fn rewrites() -> Vec<(&'static str, Rewrite)> {
    let mut all = schemas::REWRITES.to_vec();
    all.extend(equivalents::REWRITES);
    all.extend(outside_schemas::REWRITES);
    all.extend(messages::REWRITES);
    all
}

/// Respells a document some times.
pub(crate) fn respelled(random: &mut SmallRng, document: &Value, times: usize) -> Value {
    let all = rewrites();
    (0..times).fold(document.clone(), |current, _| {
        let (_, apply) = *pick(random, &all);
        let mut next = current.clone();
        match apply(random, &mut next) {
            Some(_) => next,
            None => current,
        }
    })
}

/// The results of the rewrites.
#[derive(Default)]
struct Tally {
    /// The first failure of each rewrite with each rule.
    failures: BTreeMap<(&'static str, String), String>,
    /// The number of rewrites that were tried.
    tried: usize,
    /// The number of rewrites that applied.
    applied: usize,
}

impl Tally {
    fn assert_no_failures(&self) {
        let failures: Vec<&str> = self.failures.values().map(String::as_str).collect();
        assert!(
            failures.is_empty(),
            "{} kinds of failures; OPENAPI_CASE runs one random case alone\n{}",
            failures.len(),
            failures.join("\n")
        );
        // To one document few may apply, to many documents enough do.
        assert!(
            self.tried < 100 || self.applied * 10 > self.tried,
            "only {} of {} rewrites applied",
            self.applied,
            self.tried
        );
    }
}

#[test]
fn a_respelled_random_document_is_identical() {
    let numbers = only_case().map_or(0..cases(60), |case| case..case + 1);
    let mut tally = Tally::default();
    for case in numbers {
        let mut random = randomness(3, case);
        let document = document(&mut random);
        respell(
            &mut random,
            &format!("case {case}"),
            &document,
            12,
            &mut tally,
        );
    }
    tally.assert_no_failures();
}

#[test]
fn our_respelled_documents_are_identical() {
    let emitted = include_str!("../../emitted/server.json");
    let texts = [
        openapi::published::REVOKE_TOKEN.text,
        openapi::published::REVOKE_TOKEN_EARLIER.text,
        emitted,
    ];
    let mut tally = Tally::default();
    for (index, text) in texts.into_iter().enumerate() {
        let value: Value = serde_json::from_str(text).expect("JSON");
        for case in 0..cases(6) {
            let mut random = randomness(4, case);
            let name = format!("document {index}, case {case}");
            respell(&mut random, &name, &value, 12, &mut tally);
        }
    }
    tally.assert_no_failures();
}

#[test]
fn respelled_documents_of_the_corpus_are_identical() {
    let folder = inputs::folder("OPENAPI_CORPUS", "../shared/specdiff-corpus");
    let Some(corpus) = folder.expect("a folder") else {
        return;
    };
    let corpus = corpus.join("data");
    let times = usize::try_from(cases(3)).unwrap_or(usize::MAX);
    let mut tally = Tally::default();
    let mut tried = 0;
    for path in files_below(&corpus) {
        let name = path.display().to_string();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if text.len() > 20_000 {
            continue;
        }
        let Ok(document) = Document::parse(&name, &text) else {
            continue;
        };
        let mut random = randomness(5, tried);
        respell(&mut random, &name, document.value(), times, &mut tally);
        tried += 1;
    }
    tally.assert_no_failures();
    assert!(
        tried > 100,
        "only {tried} documents of the corpus were read"
    );
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}

#[test]
fn an_added_or_removed_unused_component_is_docs() {
    let mut random = randomness(6, 0);
    let base = document(&mut random);
    let mut revision = base.clone();
    revision["components"]["schemas"]["Unused"] = json!({"type": "string"});
    for (base, revision) in [(&base, &revision), (&revision, &base)] {
        let changes = compare(&parsed(base), &parsed(revision)).changes;
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(changes[0].class, Class::Docs);
    }
}

/// Respells a document some times, and compares each spelling with the previous one, and the last with the
/// first.
fn respell(random: &mut SmallRng, name: &str, document: &Value, times: usize, tally: &mut Tally) {
    let all = rewrites();
    let mut current = document.clone();
    let mut done = Vec::new();
    for _ in 0..times {
        let (rewrite, apply) = *pick(random, &all);
        let before = current.clone();
        tally.tried += 1;
        let Some(place) = apply(random, &mut current) else {
            current = before;
            continue;
        };
        tally.applied += 1;
        let as_yaml = once_in(random, 4);
        if let Some((rule, message)) = difference(&before, &current, as_yaml) {
            let at = |document: &Value| document.pointer(&place).cloned().unwrap_or_default();
            tally.failures.entry((rewrite, rule)).or_insert_with(|| {
                let (before, after) = (at(&before), at(&current));
                format!(
                    "{name}: {rewrite} at {place}\n  from {before}\n  to   {after}\n  {message}"
                )
            });
            // All later spellings would fail in the same way.
            return;
        }
        done.push(rewrite);
    }
    if let Some((rule, message)) = difference(document, &current, true) {
        let way = done.join(", then ");
        let all = tally.failures.entry(("several in a row", rule));
        all.or_insert_with(|| {
            format!("{name}: {way}\n  from {document}\n  to   {current}\n  {message}")
        });
    }
}

/// Returns the rule and the message of the first difference that is found.
fn difference(base: &Value, revision: &Value, as_yaml: bool) -> Option<(String, String)> {
    let text = if as_yaml {
        yaml::to_yaml(revision)
    } else {
        revision.to_string()
    };
    let name = if as_yaml {
        "revision.yaml"
    } else {
        "revision.json"
    };
    let revision = match Document::parse(name, &text) {
        Ok(revision) => revision,
        Err(error) => return Some(("not read".to_owned(), error.to_string())),
    };
    let base = parsed(base);
    for (base, revision) in [(&base, &revision), (&revision, &base)] {
        let changes = compare(base, revision).changes;
        if let Some(change) = changes.iter().find(|change| !affects_no_message(change)) {
            let class = change.class.name();
            let message = format!("{class} at {}: {}", change.location, change.message);
            return Some((change.rule.to_string(), message));
        }
    }
    None
}

/// Returns whether a change is of an unused component, or of a keyword without effect in its place: both are
/// compared as texts, which differ between spellings.
fn affects_no_message(change: &Change) -> bool {
    let is_text = change.rule.area == Area::Component || change.rule.kind == Kind::Inert;
    change.class == Class::Docs && is_text
}

fn parsed(value: &Value) -> Document {
    Document::parse("document.json", &value.to_string())
        .unwrap_or_else(|error| panic!("{error}\n{value}"))
}

/// Returns a document with random schemas in its operations, and texts of all kinds.
fn document(random: &mut SmallRng) -> Value {
    let mut body = schema(random);
    let components = body
        .as_object_mut()
        .and_then(|body| body.shift_remove("components"))
        .unwrap_or_default();
    let mut one = || {
        let mut schema = schema(random);
        if let Some(object) = schema.as_object_mut() {
            object.shift_remove("components");
            if random.random_bool(0.3) {
                object.insert("description".to_owned(), json!("a text"));
            }
            if random.random_bool(0.2) {
                object.insert("example".to_owned(), json!({"$ref": "#/nowhere"}));
            }
        }
        schema
    };
    let parameters: Vec<Value> = ["id", "limit", "X-Trace"]
        .iter()
        .zip(["path", "query", "header"])
        .map(|(name, place)| {
            json!({"name": name, "in": place, "required": place == "path",
                "description": name, "schema": {"type": "string", "minLength": 1}})
        })
        .collect();
    let (answer, other, problem, header) = (one(), one(), one(), one());
    let (path_level, operation_level) = parameters.split_at(random.random_range(0..4));
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things/{id}": {
            "parameters": path_level,
            "post": {
                "operationId": "make",
                "parameters": operation_level,
                "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
                "responses": {
                    "200": {"description": "ok",
                        "headers": {"X-Count": {"schema": header}},
                        "content": {"application/json": {"schema": answer}, "text/plain": {"schema": other}}},
                    "default": {"description": "not ok", "content": {"application/json": {"schema": problem}}}
                }
            },
            "get": {
                "parameters": operation_level,
                "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": answer}}}}
            }
        }},
        "components": {"schemas": components}
    })
}
