//! The inputs by their numbers. Each is made from the seed and its number alone.

use std::path::{Path, PathBuf};

use openapi::cli::Failure;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use testbed::cargo::workspace_root;

use crate::{grammar, mutation, wild};

/// Two texts that are read as documents and compared.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) base: Text,
    pub(super) revision: Text,
}

/// A text with the name of a file, which decides its format.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// Real documents, from which inputs are made.
pub(super) struct Real {
    texts: Vec<String>,
    values: Vec<Value>,
}

/// The size limit of real documents, in bytes: a million inputs are to be tried.
const LARGEST: usize = 40_000;

impl Real {
    /// Reads our own documents, and those of the corpus if it is here, always in the same order.
    pub(super) fn read(corpus: Option<&Path>) -> Result<Self, Failure> {
        let mut paths = Vec::new();
        for folder in ["openapi/published", "openapi/emitted"] {
            files_below(&workspace_root().join(folder), &mut paths)?;
        }
        if let Some(corpus) = corpus {
            files_below(&corpus.join("data"), &mut paths)?;
        }
        paths.sort();
        let is_document = |path: &PathBuf| {
            let extension = path.extension().and_then(std::ffi::OsStr::to_str);
            matches!(extension, Some("json" | "yaml" | "yml"))
        };
        let mut texts = Vec::new();
        let mut values = Vec::new();
        for path in paths.iter().filter(|path| is_document(path)) {
            let Ok(text) = std::fs::read_to_string(path) else {
                continue;
            };
            if text.len() > LARGEST {
                continue;
            }
            // A document of several files cannot be read alone, but its text is an input all the same.
            let name = path.display().to_string();
            if let Ok(document) = openapi::Document::parse(&name, &text) {
                values.push(document.value().clone());
            }
            texts.push(text);
        }
        Ok(Self { texts, values })
    }

    /// Returns the number of documents.
    pub(super) fn count(&self) -> usize {
        self.texts.len()
    }
}

/// Collects the files below a folder.
fn files_below(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error| Failure::unreadable(format!("cannot read {}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            files_below(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Makes the input with this number.
pub(super) fn input(real: &Real, seed: u64, number: u64) -> Input {
    // Neighbouring seeds give unrelated streams: the generator mixes its seed.
    let mut random = SmallRng::seed_from_u64(seed.rotate_left(32) ^ number);
    let random = &mut random;
    match random.random_range(0..100) {
        0..4 => two(random, arbitrary),
        4..10 => two(random, tokens),
        10..55 => {
            let wildness = *wild::pick(random, &[0, 5, 20, 100]);
            let mut base = grammar::document(random, wildness);
            mutation::repair(random, &mut base);
            let mut revision = base.clone();
            mutation::of_value(random, &mut revision, &base);
            values(random, &base, &revision)
        }
        55..85 => {
            let mut base = wild::pick(random, &real.values).clone();
            let donor = wild::pick(random, &real.values);
            if random.random_bool(0.3) {
                mutation::of_value(random, &mut base, donor);
            }
            let mut revision = base.clone();
            mutation::of_value(random, &mut revision, donor);
            values(random, &base, &revision)
        }
        _ => {
            let base = wild::pick(random, &real.texts).clone();
            let mut revision = base.clone();
            mutation::of_text(random, &mut revision);
            let name = name_for(&base);
            Input {
                base: Text { name, text: base },
                revision: Text {
                    name,
                    text: revision,
                },
            }
        }
    }
}

/// Returns a file name for a text by its format.
fn name_for(text: &str) -> &'static str {
    if text.trim_start().starts_with('{') {
        "document.json"
    } else {
        "document.yaml"
    }
}

fn two(random: &mut SmallRng, text: fn(&mut SmallRng) -> String) -> Input {
    let mut one = || {
        let text = text(random);
        Text {
            name: name_for(&text),
            text,
        }
    };
    Input {
        base: one(),
        revision: one(),
    }
}

/// Makes a text of random bytes, with replacement characters where they are not UTF-8.
fn arbitrary(random: &mut SmallRng) -> String {
    let length = random.random_range(0..300);
    let bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Makes a text of pieces of YAML and JSON in random order.
fn tokens(random: &mut SmallRng) -> String {
    const PIECES: &[&str] = &[
        "openapi: 3.1.0\n",
        "openapi: 3.0.3\n",
        "paths:\n",
        "  /a:\n",
        "    get:\n",
        "      responses:\n",
        "        200:\n",
        "          description: ok\n",
        "components:\n",
        "  schemas:\n",
        "    A: &a\n",
        "      type: object\n",
        "      properties:\n",
        "        b: *a\n",
        "      <<: *a\n",
        "    B: {$ref: '#/components/schemas/A'}\n",
        "    ? [a, b]\n    : c\n",
        "    1: 2\n",
        "    null: ~\n",
        "\t",
        "- ",
        "|\n",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "'b'",
        "&a ",
        "*a ",
        "# c\n",
        "---\n",
        "%YAML 1.2\n",
        "!!str ",
    ];
    let length = random.random_range(0..40);
    let mut text = String::new();
    if random.random_bool(0.5) {
        text.push_str("openapi: 3.1.0\n");
    }
    text.extend((0..length).map(|_| *wild::pick(random, PIECES)));
    text
}

fn values(random: &mut SmallRng, base: &Value, revision: &Value) -> Input {
    Input {
        base: serialized(random, base),
        revision: serialized(random, revision),
    }
}

/// Serializes a value in one of several ways.
fn serialized(random: &mut SmallRng, value: &Value) -> Text {
    let (name, text) = match random.random_range(0..4) {
        0 => ("document.json", serde_json::to_string_pretty(value)),
        // JSON is YAML as well.
        1 => ("document.yaml", serde_json::to_string(value)),
        2 => {
            let mut text = String::new();
            yaml(value, 0, &mut text);
            return Text {
                name: "document.yaml",
                text,
            };
        }
        _ => ("document.json", serde_json::to_string(value)),
    };
    Text {
        name,
        text: text.unwrap_or_default(),
    }
}

/// Writes a value in YAML's block style; scalars and empty collections as in JSON.
fn yaml(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                text.push_str(&" ".repeat(indent));
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                nested(member, indent, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&" ".repeat(indent));
                text.push('-');
                nested(item, indent, text);
            }
        }
        scalar => {
            text.push_str(&scalar.to_string());
            text.push('\n');
        }
    }
}

fn nested(value: &Value, indent: usize, text: &mut String) {
    let holds_more = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if holds_more {
        text.push('\n');
        yaml(value, indent + 1, text);
    } else {
        text.push(' ');
        yaml(value, 0, text);
    }
}
