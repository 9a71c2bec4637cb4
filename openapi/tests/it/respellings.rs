//! Documents written in another way that means the same: comparing the two finds nothing.

mod around;
mod schemas;
mod spots;
mod yaml;

use std::collections::BTreeMap;

use openapi::Document;
use openapi::diff::{Area, Change, Class, Kind, compare};
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Value, json};

use crate::random::{cases, once_in, only_case, pick, randomness, schema};

/// A way to write a part of a document otherwise. Gives the pointer to what it wrote; `None`, with the
/// document as it was, when there is nothing to apply it to.
type Rewrite = fn(&mut SmallRng, &mut Value) -> Option<String>;

/// Every way, by its name.
fn rewrites() -> Vec<(&'static str, Rewrite)> {
    let mut all = schemas::REWRITES.to_vec();
    all.extend(around::REWRITES);
    all
}

/// What came of the rewrites.
#[derive(Default)]
struct Tally {
    /// The first failure of each rewrite with each rule.
    failures: BTreeMap<(&'static str, String), String>,
    /// How many rewrites were tried.
    tried: usize,
    /// How many of them had something to apply to.
    applied: usize,
}

impl Tally {
    fn assert_no_failures(&self) {
        let told: Vec<&str> = self.failures.values().map(String::as_str).collect();
        assert!(
            told.is_empty(),
            "{} of their kind; OPENAPI_CASE tries one random case alone\n{}",
            told.len(),
            told.join("\n")
        );
        // One document may have nothing to apply them to; many have.
        assert!(
            self.tried < 100 || self.applied * 10 > self.tried,
            "only {} of {} rewrites applied",
            self.applied,
            self.tried
        );
    }
}

#[test]
fn a_random_document_respelled_is_the_same() {
    let numbers = only_case().map_or(0..cases(60), |case| case..case + 1);
    let mut tally = Tally::default();
    for case in numbers {
        let mut random = randomness(3, case);
        let document = document(&mut random);
        hold(
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
fn our_documents_respelled_are_the_same() {
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
            hold(&mut random, &name, &value, 12, &mut tally);
        }
    }
    tally.assert_no_failures();
}

#[test]
fn documents_of_the_corpus_respelled_are_the_same() {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specdiff-corpus");
    let given = std::env::var_os("OPENAPI_CORPUS").map(std::path::PathBuf::from);
    let corpus = given.unwrap_or(root).join("data");
    if !corpus.is_dir() {
        eprintln!(
            "skipped: no corpus at {}; OPENAPI_CORPUS names another place",
            corpus.display()
        );
        return;
    }
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
        hold(&mut random, &name, document.value(), times, &mut tally);
        tried += 1;
    }
    tally.assert_no_failures();
    assert!(
        tried > 100,
        "of the corpus only {tried} documents were read"
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
fn a_component_that_nothing_needs_is_for_readers() {
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

/// Respells a document some times, and holds each spelling against the one before, and the last
/// against the first.
fn hold(random: &mut SmallRng, name: &str, document: &Value, times: usize, tally: &mut Tally) {
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
        if let Some((rule, told)) = difference(&before, &current, as_yaml) {
            let at = |document: &Value| document.pointer(&place).cloned().unwrap_or_default();
            tally.failures.entry((rewrite, rule)).or_insert_with(|| {
                let (before, after) = (at(&before), at(&current));
                format!("{name}: {rewrite} at {place}\n  from {before}\n  to   {after}\n  {told}")
            });
            // What comes after would only tell of it again.
            return;
        }
        done.push(rewrite);
    }
    if let Some((rule, told)) = difference(document, &current, true) {
        let way = done.join(", then ");
        let all = tally.failures.entry(("several in a row", rule));
        all.or_insert_with(|| {
            format!("{name}: {way}\n  from {document}\n  to   {current}\n  {told}")
        });
    }
}

/// The rule and the text of the first difference that is found where there is none.
fn difference(base: &Value, revision: &Value, as_yaml: bool) -> Option<(String, String)> {
    let text = if as_yaml {
        yaml::written(revision)
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
        if let Some(change) = changes.iter().find(|change| !is_of_no_message(change)) {
            let class = change.class.name();
            let told = format!("{class} at {}: {}", change.location, change.message);
            return Some((change.rule.to_string(), told));
        }
    }
    None
}

/// Whether a change is of a component that no message needs, or of a keyword without effect where it
/// stands: both are read as texts, and texts differ when they are spelled otherwise.
fn is_of_no_message(change: &Change) -> bool {
    let is_text = change.rule.area == Area::Component || change.rule.kind == Kind::Inert;
    change.class == Class::Docs && is_text
}

fn parsed(value: &Value) -> Document {
    Document::parse("document.json", &value.to_string())
        .unwrap_or_else(|error| panic!("{error}\n{value}"))
}

/// A document with operations around random schemas, and texts of all kinds.
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
