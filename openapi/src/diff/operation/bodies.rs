//! What a message carries: whether a body must be there, and in which media types.

mod encodings;
pub(crate) mod media_types;

use serde_json::{Value, json};

use crate::diff::operation::bodies::media_types::{Choice, Entry, covering, entries, same};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Context, Matched, Node, Pair, Walk, fields, follow};
use crate::schema::Direction;

/// The body of a request.
pub(crate) fn request<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, direction: Direction) {
    match matched {
        Matched::Pair(pair) => walk.through_references(pair, direction, |walk, pair| {
            let was = pair.base.is_set("required");
            let is = pair.revision.is_set("required");
            if was != is {
                required_body(walk, &pair.revision, is, direction);
            }
            for (key, matched) in pair.members() {
                match key {
                    "required" => {}
                    "content" => {
                        walk.compare_content(
                            &matched,
                            (direction, Choice::Sender),
                            "the request body",
                        );
                    }
                    _ => fields::field(walk, key, &matched, Area::Request, "the request body"),
                }
            }
        }),
        Matched::Added(node) => {
            let required = follow(walk.revision, node).is_set("required");
            let demanded = required && direction == Direction::Request;
            let message = if demanded {
                "a required request body was added: requests without one are refused"
            } else if required {
                "a request body was added"
            } else {
                "an optional request body was added"
            };
            let rule = Rule::new(Area::Request, Kind::Body, Action::Added);
            walk.decide(rule, node, message.to_owned(), demanded.then(without_body));
        }
        Matched::Removed(node) if direction == Direction::Response => {
            let was_always_there = follow(walk.base, node).is_set("required");
            let rule = Rule::new(Area::Request, Kind::Body, Action::Removed);
            let message = "the request body is no longer sent".to_owned();
            walk.decide(rule, node, message, was_always_there.then(without_body));
        }
        Matched::Removed(node) => {
            let message =
                "the request body is no longer declared: requests that carry one are not covered"
                    .to_owned();
            let rule = Rule::new(Area::Request, Kind::Body, Action::Removed);
            let media_type = node
                .members_of("content")
                .first()
                .map(|(media_type, _)| *media_type);
            let witness = json!({"headers": {"content-type": media_type}});
            walk.decide(rule, node, message, Some(witness));
        }
    }
}

fn required_body(walk: &mut Walk<'_>, node: &Node<'_>, required: bool, direction: Direction) {
    let (action, message) = if required {
        (Action::Added, "the request body is now required")
    } else {
        (Action::Removed, "the request body is now optional")
    };
    // Who sends may always send more than it must; who receives may not demand more than before.
    let breaks = required == (direction == Direction::Request);
    let rule = Rule::new(Area::Request, Kind::Required, action);
    walk.decide(rule, node, message.to_owned(), breaks.then(without_body));
}

/// The request that has no body.
fn without_body() -> Value {
    json!({"headers": {"content-length": "0"}})
}

impl<'a> Walk<'a> {
    /// The media types of a body. A body without any, and one with media types, are both unordered.
    pub(crate) fn compare_content(
        &mut self,
        matched: &Matched<'a>,
        (direction, choice): (Direction, Choice),
        subject: &str,
    ) {
        // What the server sends unasked it may send in any of them; to an answer the client may ask for each.
        let unasked = direction == Direction::Response && choice == Choice::Sender;
        let (base, revision) = match matched {
            Matched::Pair(pair) => (entries(&pair.base), entries(&pair.revision)),
            Matched::Added(node) => (Vec::new(), entries(node)),
            Matched::Removed(node) => (entries(node), Vec::new()),
        };
        for entry in &base {
            if let Some(other) = same(entry, &revision) {
                media_type_object(self, entry, other, direction, subject);
            } else if let Some(wider) = covering(entry, &revision) {
                if same(wider, &base).is_none() {
                    widened(self, entry, wider, (direction, unasked), subject);
                }
                media_type_object(self, entry, wider, direction, subject);
            } else {
                narrowed_or_removed(
                    self,
                    entry,
                    (&base, &revision),
                    (direction, unasked),
                    subject,
                );
            }
        }
        for entry in revision.iter().filter(|entry| same(entry, &base).is_none()) {
            if let Some(wider) = covering(entry, &base) {
                // What became of a range that is gone was told with it.
                if same(wider, &revision).is_some() || covering(wider, &revision).is_some() {
                    media_type_object(self, wider, entry, direction, subject);
                }
                continue;
            }
            let holds_a_known_one = base.iter().any(|other| {
                entry.media_type.covers(&other.media_type) && same(other, &revision).is_none()
            });
            if !holds_a_known_one {
                let rule = Rule::new(Area::of(direction), Kind::MediaType, Action::Added);
                let message = format!("{subject} may now be `{}`", entry.key);
                let witness = json!({"headers": {"content-type": entry.key}});
                self.decide(rule, &entry.node, message, unasked.then_some(witness));
            }
        }
    }
}

fn widened(
    walk: &mut Walk<'_>,
    entry: &Entry<'_>,
    wider: &Entry<'_>,
    (direction, unasked): (Direction, bool),
    subject: &str,
) {
    let rule = Rule::new(Area::of(direction), Kind::MediaType, Action::Widened);
    let message = format!(
        "{subject} may now be any of `{}`, not only `{}`",
        wider.key, entry.key
    );
    let breaks = unasked.then(|| {
        let other = wider
            .media_type
            .one_besides(std::slice::from_ref(&entry.media_type));
        json!({"headers": {"content-type": other}})
    });
    walk.decide(rule, &wider.node, message, breaks);
}

/// An entry that has no counterpart: a range of which some is left, or nothing.
fn narrowed_or_removed<'a>(
    walk: &mut Walk<'a>,
    entry: &Entry<'a>,
    (base, revision): (&[Entry<'a>], &[Entry<'a>]),
    (direction, unasked): (Direction, bool),
    subject: &str,
) {
    let left: Vec<&Entry<'a>> = revision
        .iter()
        .filter(|other| entry.media_type.covers(&other.media_type))
        .collect();
    // What the base names by itself, or by a narrower range, this entry did not speak for.
    let spoke_for = |other: &Entry<'a>| {
        same(other, base).is_none()
            && covering(other, base).is_some_and(|narrowest| narrowest.key == entry.key)
    };
    for other in left.iter().filter(|other| spoke_for(other)) {
        media_type_object(walk, entry, other, direction, subject);
    }
    let content_type = |name: String| json!({"headers": {"content-type": name}});
    if left.is_empty() || !entry.media_type.is_range() {
        let rule = Rule::new(Area::of(direction), Kind::MediaType, Action::Removed);
        let message = format!("{subject} is no longer offered as `{}`", entry.key);
        let witness = content_type(entry.key.to_owned());
        walk.decide(rule, &entry.node, message, (!unasked).then_some(witness));
        return;
    }
    let rule = Rule::new(Area::of(direction), Kind::MediaType, Action::Narrowed);
    let names: Vec<String> = left
        .iter()
        .map(|other| format!("`{}`", other.key))
        .collect();
    let message = format!(
        "{subject} is no longer any of `{}`, but {}",
        entry.key,
        names.join(", ")
    );
    let others: Vec<_> = revision
        .iter()
        .map(|other| other.media_type.clone())
        .collect();
    let breaks = (direction == Direction::Request)
        .then(|| content_type(entry.media_type.one_besides(&others)));
    walk.decide(rule, &left[0].node, message, breaks);
}

fn media_type_object<'a>(
    walk: &mut Walk<'a>,
    base: &Entry<'a>,
    revision: &Entry<'a>,
    direction: Direction,
    subject: &str,
) {
    let media_type = base.key;
    let pair = walk.followed(&Pair {
        base: base.node.clone(),
        revision: revision.node.clone(),
    });
    for (key, matched) in pair.members() {
        match key {
            // Of a body in parts, what each is (OpenAPI 3.2).
            "schema" | "itemSchema" => {
                let pair = matched.or_anything(&pair);
                let part = if key == "itemSchema" {
                    "an item of "
                } else {
                    ""
                };
                let context = Context::new(direction, format!("{part}{subject} ({media_type})"));
                walk.compare_schemas(&pair, &context);
            }
            "encoding" => {
                let subject = format!("{subject} ({media_type})");
                encodings::compare(walk, &pair, matched, direction, (media_type, &subject));
            }
            "examples" => {
                let subject = format!("{subject} ({media_type})");
                fields::examples(walk, &matched, Area::of(direction), &subject);
            }
            _ => fields::field(
                walk,
                key,
                &matched,
                Area::of(direction),
                &format!("{subject} ({media_type})"),
            ),
        }
    }
}
