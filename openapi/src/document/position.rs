//! Where in a text a JSON pointer leads, found when it is asked for: few pointers ever are.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser};
use serde_json::value::RawValue;

use super::{Format, Position};
use crate::pointer;

pub(super) fn of_pointer(text: &str, format: Format, pointer: &str) -> Option<Position> {
    match format {
        Format::Json => in_json(text, pointer),
        Format::Yaml => in_yaml(text, pointer),
    }
}

/// Descends one level at a time over slices of the text that the JSON parser leaves unparsed.
fn in_json(text: &str, pointer: &str) -> Option<Position> {
    let mut here = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    for token in pointer::tokens(pointer) {
        let member = if here.starts_with('{') {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(here).ok()?;
            members.get(token.as_ref()).copied()
        } else if here.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(here).ok()?;
            token
                .parse()
                .ok()
                .and_then(|index: usize| items.get(index).copied())
        } else {
            None
        };
        let Some(member) = member else { break };
        here = member.get();
    }
    let offset = here.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let before = text.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some(Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    })
}

/// One open collection of the event stream.
struct Level {
    /// For a mapping, the key just read, when the next node is its value.
    key: Option<String>,
    /// For a sequence, the index of the next item; `None` for a mapping.
    index: Option<usize>,
    /// Whether the path to this collection is a prefix of the pointer.
    on_path: bool,
}

/// Reads events until the deepest node on the pointer's path has been passed.
fn in_yaml(text: &str, pointer: &str) -> Option<Position> {
    let wanted: Vec<String> = pointer::tokens(pointer)
        .map(std::borrow::Cow::into_owned)
        .collect();
    let mut levels: Vec<Level> = Vec::new();
    let mut best: Option<(usize, Position)> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let position = Position {
            line: span.start.line(),
            column: span.start.col() + 1,
        };
        let (opens, scalar) = match &event {
            Event::MappingStart(..) => (Some(None), None),
            Event::SequenceStart(..) => (Some(Some(0)), None),
            Event::Scalar(value, ..) => (None, Some(value.as_ref())),
            Event::Alias(..) => (None, None),
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                if levels.is_empty() {
                    break;
                }
                continue;
            }
            _ => continue,
        };
        let depth = levels.len();
        let mut on_path = true;
        if let Some(level) = levels.last_mut() {
            let token = match (&mut level.index, level.key.take()) {
                (Some(index), _) => {
                    let token = index.to_string();
                    *index += 1;
                    token
                }
                (None, Some(key)) => key,
                (None, None) => {
                    // A key, not a value; a key that is a collection matches no pointer.
                    level.key = Some(scalar.unwrap_or_default().to_owned());
                    continue;
                }
            };
            on_path = level.on_path && wanted.get(depth - 1) == Some(&token);
        }
        if on_path && best.is_none_or(|(found, _)| depth >= found) {
            best = Some((depth, position));
            if depth == wanted.len() {
                break;
            }
        }
        if let Some(index) = opens {
            levels.push(Level {
                key: None,
                index,
                on_path,
            });
        }
    }
    best.map(|(_, position)| position)
}
