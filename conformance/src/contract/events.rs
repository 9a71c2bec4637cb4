//! Streams of server-sent events (the HTML standard, section 9.2), judged event by event.

use std::sync::Arc;

use openapi::{Document, pointer};
use serde_json::{Map, Value};

use super::schema::{AnswerSchema, Schemas};

/// The schema of each event of a stream.
#[derive(Debug)]
pub(super) struct EventSchema {
    event: Arc<AnswerSchema>,
    /// That of the JSON in its data, as `contentSchema` says.
    data: Option<Arc<AnswerSchema>>,
}

impl EventSchema {
    /// Reads the schema of a stream's items, which is at a place in the document.
    pub(super) fn read(
        document: &Document,
        place: &str,
        schemas: &mut Schemas<'_>,
    ) -> Option<EventSchema> {
        let event = schemas.at(place)?;
        let data = pointer::join_all(&document.follow(place), ["properties", "data"]);
        let content = pointer::join(&document.follow(&data), "contentSchema");
        Some(EventSchema {
            event,
            data: schemas.at(&content),
        })
    }

    /// Lists what is wrong with the whole events at the beginning of a stream. An error says why a schema cannot be used.
    pub(super) fn problems(&self, body: &[u8]) -> Result<Vec<String>, String> {
        let Ok(text) = std::str::from_utf8(body) else {
            return Ok(vec![
                "the body: not UTF-8, which a stream of events is".to_owned(),
            ]);
        };
        let mut problems = Vec::new();
        for event in events(text) {
            problems.extend(self.event.problems(&Value::Object(event.clone()))?);
            let data = event.get("data").and_then(Value::as_str);
            if let (Some(schema), Some(data)) = (&self.data, data) {
                let found = match serde_json::from_str(data) {
                    Ok(value) => schema.problems(&value)?,
                    Err(_) => vec!["the body: not JSON".to_owned()],
                };
                let in_data = |found: String| format!("/data{}", found.replacen("the body", "", 1));
                problems.extend(found.into_iter().map(in_data));
            }
            if !problems.is_empty() {
                break;
            }
        }
        Ok(problems)
    }
}

/// Parses the whole events at the beginning of a stream. What has no data is none: the reader drops it.
fn events(text: &str) -> Vec<Map<String, Value>> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let blocks = text
        .split_inclusive("\n\n")
        .filter(|block| block.ends_with("\n\n"));
    let events = blocks.map(|block| {
        let mut event = Map::new();
        for line in block.lines().filter(|line| !line.starts_with(':')) {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match (name, event.get_mut(name)) {
                ("data", Some(Value::String(data))) => {
                    data.push('\n');
                    data.push_str(value);
                }
                ("data" | "event" | "id", _) => {
                    event.insert(name.to_owned(), value.into());
                }
                ("retry", _) => {
                    if let Ok(number) = value.parse::<u64>() {
                        event.insert(name.to_owned(), number.into());
                    }
                }
                (_, _) => {}
            }
        }
        event
    });
    events.filter(|event| event.contains_key("data")).collect()
}
