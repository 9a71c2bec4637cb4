//! The schemas of answers. One is compiled when the first answer is judged by it: a large document has thousands, and a run
//! meets few of them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use openapi::schema::{Direction, bundle_for};
use openapi::{Document, Problem, Validator, pointer};
use serde_json::Value;

/// The schemas of a document that were asked for, each once.
pub(super) struct Schemas<'d> {
    document: &'d Arc<Document>,
    known: BTreeMap<String, Arc<AnswerSchema>>,
}

/// The schema of a body or of a header in an answer.
pub(crate) struct AnswerSchema {
    document: Arc<Document>,
    pointer: String,
    compiled: OnceLock<Result<Compiled, String>>,
}

impl std::fmt::Debug for AnswerSchema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AnswerSchema")
            .field("pointer", &self.pointer)
            .finish_non_exhaustive()
    }
}

struct Compiled {
    validator: Validator,
    /// The types that it names.
    types: Vec<String>,
}

impl<'d> Schemas<'d> {
    pub(super) fn of(document: &'d Arc<Document>) -> Schemas<'d> {
        Schemas {
            document,
            known: BTreeMap::new(),
        }
    }

    /// Returns the schema at a pointer, if there is one.
    pub(super) fn at(&mut self, pointer: &str) -> Option<Arc<AnswerSchema>> {
        self.document.at(pointer)?;
        // Annotations beside a reference do not matter to a validator, other keywords do.
        let refers_only = (self.document.at(pointer)?.as_object())
            .is_some_and(|schema| schema.len() == 1 && schema.contains_key("$ref"));
        let place = match refers_only {
            true => self.document.follow(pointer),
            false => pointer.to_owned(),
        };
        let known = self.known.entry(place.clone());
        let schema = known.or_insert_with(|| {
            Arc::new(AnswerSchema {
                document: Arc::clone(self.document),
                pointer: place,
                compiled: OnceLock::new(),
            })
        });
        Some(Arc::clone(schema))
    }
}

impl AnswerSchema {
    /// Lists what is wrong with a JSON value. An error says why the schema cannot be used.
    pub(crate) fn problems(&self, value: &Value) -> Result<Vec<String>, String> {
        let compiled = self.compiled()?;
        Ok(described(compiled.validator.precise_problems(value)))
    }

    /// Lists what is wrong with a text, which may be one of a number, a boolean, or a list separated by commas. A text says
    /// nothing of a schema of objects.
    pub(crate) fn problems_of_text(&self, text: &str) -> Result<Vec<String>, String> {
        let Compiled { validator, types } = self.compiled()?;
        let has = |name: &str| types.iter().any(|one| one == name);
        if types.is_empty() || has("object") {
            return Ok(Vec::new());
        }
        let scalar = |text: &str| {
            let value = serde_json::from_str::<Value>(text.trim()).ok();
            value.filter(|value| value.is_number() || value.is_boolean())
        };
        let mut readings = vec![Value::String(text.to_owned())];
        readings.extend(scalar(text));
        if has("array") {
            let items = || text.split(',').map(str::trim);
            let texts = items().map(Value::from).collect();
            let scalars = items().map(|item| scalar(item).unwrap_or_else(|| item.into()));
            readings.extend([texts, Value::Array(scalars.collect())]);
        }
        if readings.iter().any(|reading| validator.accepts(reading)) {
            return Ok(Vec::new());
        }
        let fewest = readings
            .iter()
            .rev()
            .map(|reading| validator.precise_problems(reading));
        Ok(described(fewest.min_by_key(Vec::len).unwrap_or_default()))
    }

    fn compiled(&self) -> Result<&Compiled, String> {
        let compiled = self.compiled.get_or_init(|| {
            let schema = bundle_for(&self.document, &self.pointer, Direction::Response);
            let validator = Validator::new(&schema);
            let validator =
                validator.map_err(|error| format!("the schema at {}: {error}", self.pointer))?;
            let types = types(&schema);
            Ok(Compiled { validator, types })
        });
        compiled.as_ref().map_err(Clone::clone)
    }
}

fn described(problems: Vec<Problem>) -> Vec<String> {
    let described = problems.into_iter().map(|problem| {
        let place = match problem.pointer.as_str() {
            "" => "the body",
            pointer => pointer,
        };
        format!("{place}: {}", problem.message)
    });
    described.collect()
}

/// Returns the types that a self-contained schema names, through references.
fn types(schema: &Value) -> Vec<String> {
    let mut inner = schema;
    // A longer chain is a circle.
    for _ in 0..16 {
        let target = inner["$ref"].as_str().and_then(pointer::of_reference);
        match target.and_then(|target| schema.pointer(&target)) {
            Some(next) => inner = next,
            None => break,
        }
    }
    match &inner["type"] {
        Value::String(name) => vec![name.clone()],
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
