//! The positions of JSON pointers in a text. They are found on demand, since few pointers are ever asked
//! for; those of one report are found together, in one pass over the text.

use std::collections::{BTreeMap, HashMap};

use granit_parser::{Event, Parser};
use serde_json::value::RawValue;

use super::source::{Format, Source};
use crate::pointer;
use crate::position::Position;

/// Returns, for each pointer, where it or its nearest ancestor in the text begins.
pub(super) fn positions(source: &Source, pointers: &[&str]) -> Vec<Option<Position>> {
    if pointers.is_empty() {
        return Vec::new();
    }
    let tree = PointerTree::new(pointers);
    let found = match source.format {
        Format::Json => in_json(&source.text, &tree),
        Format::Yaml => in_yaml(&source.text, &tree),
    };
    (tree.ends.iter())
        .map(|&end| tree.nearest(end, &found))
        .collect()
}

/// The pointers that are looked for, as a tree of their tokens. Node 0 is the root.
struct PointerTree {
    nodes: Vec<Node>,
    /// The node of each pointer.
    ends: Vec<usize>,
}

#[derive(Default)]
struct Node {
    parent: Option<usize>,
    children: HashMap<String, usize>,
}

impl PointerTree {
    fn new(pointers: &[&str]) -> Self {
        let mut nodes = vec![Node::default()];
        let ends = pointers.iter().map(|pointer| {
            pointer::tokens(pointer).fold(0, |parent, token| {
                if let Some(&child) = nodes[parent].children.get(token.as_ref()) {
                    return child;
                }
                let child = nodes.len();
                nodes.push(Node {
                    parent: Some(parent),
                    children: HashMap::new(),
                });
                nodes[parent].children.insert(token.into_owned(), child);
                child
            })
        });
        let ends = ends.collect();
        Self { nodes, ends }
    }

    /// Returns the position of a node or of its nearest ancestor that was found.
    fn nearest(&self, end: usize, found: &[Option<Position>]) -> Option<Position> {
        let mut node = Some(end);
        while let Some(id) = node {
            if found[id].is_some() {
                return found[id];
            }
            node = self.nodes[id].parent;
        }
        None
    }
}

/// Finds positions in JSON: descends one level at a time over slices that the parser leaves unparsed.
fn in_json(text: &str, tree: &PointerTree) -> Vec<Option<Position>> {
    let root = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut pending = vec![(0, root)];
    while let Some((id, here)) = pending.pop() {
        if let Some(start) = here.as_ptr().addr().checked_sub(text.as_ptr().addr()) {
            starts.push((start, id));
        }
        let children = &tree.nodes[id].children;
        if children.is_empty() {
            continue;
        }
        if here.starts_with('{') {
            let members: BTreeMap<String, &RawValue> =
                serde_json::from_str(here).unwrap_or_default();
            for (token, &child) in children {
                pending.extend(members.get(token).map(|member| (child, member.get())));
            }
        } else if here.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(here).unwrap_or_default();
            for (token, &child) in children {
                let item = token.parse().ok().and_then(|index: usize| items.get(index));
                pending.extend(item.map(|item| (child, item.get())));
            }
        }
    }
    let mut found = vec![None; tree.nodes.len()];
    count_lines(text, starts, &mut found);
    found
}

/// Turns byte offsets into lines and columns. They are counted on from one offset to the next, so that a
/// document of one long line is read once and not once for each pointer.
fn count_lines(text: &str, mut starts: Vec<(usize, usize)>, found: &mut [Option<Position>]) {
    starts.sort_unstable();
    let (mut at, mut line, mut column) = (0, 1, 1);
    for (start, id) in starts {
        let between = text.get(at..start).unwrap_or_default();
        line += between.matches('\n').count();
        column = match between.rfind('\n') {
            Some(newline) => between[newline + 1..].chars().count() + 1,
            None => column + between.chars().count(),
        };
        at = start;
        found[id] = Some(Position { line, column });
    }
}

/// An open collection of the event stream.
struct Level {
    /// In a mapping: the key just read, when the next node is its value.
    key: Option<String>,
    /// In a sequence: the index of the next item; `None` in a mapping.
    index: Option<usize>,
    /// The node of the tree that this collection is, if it is one.
    node: Option<usize>,
}

/// Finds positions in YAML: reads events until every pointer was found or the text ends.
fn in_yaml(text: &str, tree: &PointerTree) -> Vec<Option<Position>> {
    let mut found = vec![None; tree.nodes.len()];
    let mut missing = found.len();
    let mut levels: Vec<Level> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
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
        let mut node = Some(0);
        if let Some(level) = levels.last_mut() {
            let token = match (&mut level.index, level.key.take()) {
                (Some(index), _) => {
                    let token = index.to_string();
                    *index += 1;
                    Some(token)
                }
                (None, Some(key)) => Some(key),
                (None, None) => {
                    // This node is a key; a key that is a collection matches no pointer.
                    level.key = Some(scalar.unwrap_or_default().to_owned());
                    if opens.is_none() {
                        continue;
                    }
                    None
                }
            };
            node = level
                .node
                .zip(token)
                .and_then(|(node, token)| tree.nodes[node].children.get(&token).copied());
        }
        if let Some(id) = node
            && found[id].is_none()
        {
            found[id] = Some(Position {
                line: span.start.line(),
                column: span.start.col() + 1,
            });
            missing -= 1;
            if missing == 0 {
                break;
            }
        }
        if let Some(index) = opens {
            levels.push(Level {
                key: None,
                index,
                node,
            });
        }
    }
    found
}
