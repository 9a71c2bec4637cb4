//! The content of a message: whether a body is required, and in which media types.

mod binary;
mod encodings;
pub(crate) mod media_types;
mod xml;

use serde_json::{Value, json};

use crate::diff::message::{Message, Part, message};
use crate::diff::operation::bodies::media_types::{
    Choice, Entry, covering, entries, example_besides, same,
};
use crate::diff::operation::parameters::text_serialization;
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Context, Matched, Pair, Walk, fields, follow};
use crate::media_type::MediaType;
use crate::schema::Direction;

/// Compares the body of a request.
pub(crate) fn request<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, direction: Direction) {
    let is_request = direction == Direction::Request;
    match matched {
        Matched::Pair(pair) => walk.through_references(pair, direction, |walk, pair| {
            required(walk, pair, direction);
            let subject = message!("the request body");
            for (key, matched) in pair.members() {
                match key {
                    "required" => {}
                    "content" => {
                        walk.compare_content(&matched, (direction, Choice::Sender), &subject);
                    }
                    _ => fields::field(walk, key, &matched, Area::Request, &subject),
                }
            }
        }),
        Matched::Added(node) => {
            let required = follow(walk.revision, node).is_set("required");
            let message = match (required, is_request) {
                (true, true) => {
                    message!("a required request body was added: requests without one are refused")
                }
                (true, false) => message!("a request body was added"),
                (false, _) => message!("an optional request body was added"),
            };
            let rule = Rule::new(Area::Request, Kind::Body, Action::Added);
            let breaks = required && is_request;
            walk.decide(rule, node, message, breaks.then(without_body));
        }
        Matched::Removed(node) if is_request => {
            let message = message!(
                "the request body is no longer declared: requests that carry one are not covered"
            );
            let rule = Rule::new(Area::Request, Kind::Body, Action::Removed);
            let content = node.members_of("content");
            let media_type = content.first().map(|(media_type, _)| *media_type);
            let witness = json!({"headers": {"content-type": media_type}});
            walk.decide(rule, node, message, Some(witness));
        }
        Matched::Removed(node) => {
            let was_always_sent = follow(walk.base, node).is_set("required");
            let rule = Rule::new(Area::Request, Kind::Body, Action::Removed);
            let message = message!("the request body is no longer sent");
            walk.decide(rule, node, message, was_always_sent.then(without_body));
        }
    }
}

fn required(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction) {
    let (was, is) = pair.are_set("required");
    if was == is {
        return;
    }
    let (action, message) = if is {
        (Action::Added, message!("the request body is now required"))
    } else {
        (
            Action::Removed,
            message!("the request body is now optional"),
        )
    };
    // A sender may send more than it must; a receiver may not require more than it did.
    let breaks = is == (direction == Direction::Request);
    let rule = Rule::new(Area::Request, Kind::Required, action);
    walk.decide(rule, pair, message, breaks.then(without_body));
}

/// Returns a request that has no body.
fn without_body() -> Value {
    json!({"headers": {"content-length": "0"}})
}

fn content_type(media_type: &str) -> Value {
    json!({"headers": {"content-type": media_type}})
}

/// How a body is sent, and what messages call it.
#[derive(Clone, Copy)]
struct Body<'s> {
    direction: Direction,
    /// Whether the server sends it without being asked for a media type. It may then use any of the declared ones,
    /// while a client may ask for each of those of an answer.
    unasked: bool,
    subject: &'s Message,
}

impl<'a> Walk<'a> {
    /// Compares the media types of a body. Both an absent `content` and its entries are unordered.
    pub(crate) fn compare_content(
        &mut self,
        matched: &Matched<'a>,
        (direction, choice): (Direction, Choice),
        subject: &Message,
    ) {
        let unasked = direction == Direction::Response && choice == Choice::Sender;
        let body = Body {
            direction,
            unasked,
            subject,
        };
        let (base, revision) = match matched {
            Matched::Pair(pair) => (entries(&pair.base), entries(&pair.revision)),
            Matched::Added(node) => (Vec::new(), entries(node)),
            Matched::Removed(node) => (entries(node), Vec::new()),
        };
        for entry in &base {
            if let Some(other) = same(entry, &revision) {
                body.media_type_object(self, entry, other);
            } else if let Some(wider) = covering(entry, &revision) {
                let is_new = same(wider, &base).is_none();
                if is_new || (!wider.media_type.is_range() && direction == Direction::Response) {
                    body.widened(self, entry, wider);
                }
                body.media_type_object(self, entry, wider);
            } else {
                body.narrowed_or_removed(self, entry, &base, &revision);
            }
        }
        for entry in revision.iter().filter(|entry| same(entry, &base).is_none()) {
            if let Some(wider) = covering(entry, &base) {
                // What became of a removed range is reported with it.
                if same(wider, &revision).is_some() || covering(wider, &revision).is_some() {
                    body.media_type_object(self, wider, entry);
                }
                continue;
            }
            let covers_a_known_one = base.iter().any(|other| {
                entry.media_type.covers(&other.media_type) && same(other, &revision).is_none()
            });
            if !covers_a_known_one {
                let rule = Rule::new(Area::of(direction), Kind::MediaType, Action::Added);
                let message = message!("{} may now be `{}`", subject, entry.key);
                let witness = unasked.then(|| content_type(entry.key));
                self.decide(rule, &entry.node, message, witness);
            }
        }
    }
}

impl Body<'_> {
    fn rule(self, action: Action) -> Rule {
        Rule::new(Area::of(self.direction), Kind::MediaType, action)
    }

    fn widened(self, walk: &mut Walk<'_>, entry: &Entry<'_>, wider: &Entry<'_>) {
        let message = message!(
            "{} may now be any of `{}`, not only `{}`",
            self.subject,
            wider.key,
            entry.key,
        );
        let known = std::slice::from_ref(&entry.media_type);
        // A reader may ask for a media type in a range, and for a charset, but not that it be named.
        let is_sent = match self.direction {
            Direction::Request => false,
            Direction::Response => self.unasked || !wider.media_type.is_range(),
        };
        let breaks =
            is_sent.then(|| content_type(&example_besides(wider.key, &wider.media_type, known)));
        walk.decide(self.rule(Action::Widened), &wider.node, message, breaks);
    }

    /// Compares an entry without a counterpart, of which a part remains, or nothing.
    fn narrowed_or_removed<'a>(
        self,
        walk: &mut Walk<'a>,
        entry: &Entry<'a>,
        base: &[Entry<'a>],
        revision: &[Entry<'a>],
    ) {
        let remaining: Vec<&Entry<'a>> = revision
            .iter()
            .filter(|other| entry.media_type.covers(&other.media_type))
            .collect();
        // This entry was not for what the base declares itself, or by a narrower range.
        let was_for = |other: &Entry<'a>| {
            same(other, base).is_none()
                && covering(other, base).is_some_and(|narrowest| narrowest.key == entry.key)
        };
        for other in remaining.iter().filter(|other| was_for(other)) {
            self.media_type_object(walk, entry, other);
        }
        let Some(first) = remaining.first() else {
            let message = message!("{} is no longer offered as `{}`", self.subject, entry.key);
            let breaks = (!self.unasked).then(|| content_type(entry.key));
            return walk.decide(self.rule(Action::Removed), &entry.node, message, breaks);
        };
        let names = remaining.iter().map(|other| Part::code(other.key));
        let message = message!(
            "{} is no longer any of `{}`, but {}",
            self.subject,
            entry.key,
            &Message::list(names),
        );
        let others = revision.iter().map(|other| other.media_type.clone());
        let others: Vec<MediaType> = others.collect();
        let breaks = (self.direction == Direction::Request)
            .then(|| content_type(&example_besides(entry.key, &entry.media_type, &others)));
        walk.decide(self.rule(Action::Narrowed), &first.node, message, breaks);
    }

    fn media_type_object<'a>(self, walk: &mut Walk<'a>, base: &Entry<'a>, revision: &Entry<'a>) {
        let Self {
            direction, subject, ..
        } = self;
        let media_type = base.key;
        let pair = walk.followed(&Pair {
            base: base.node.clone(),
            revision: revision.node.clone(),
        });
        let subject = message!("{} ({})", subject, media_type);
        for (key, matched) in pair.members() {
            match key {
                // Of a body in parts, what each part is (OpenAPI 3.2).
                "schema" | "itemSchema" => {
                    let schemas = matched.or_anything(&pair);
                    let subject = match key {
                        "itemSchema" => message!("an item of {}", &subject),
                        _ => subject.clone(),
                    };
                    if binary::are_bytes(walk, &schemas, &base.media_type) {
                        binary::compare_texts(walk, &schemas, &Context::new(direction, subject));
                        continue;
                    }
                    if base.media_type.is_xml() {
                        xml::compare(walk, &schemas, direction, &subject);
                    }
                    let context = Context::new(direction, subject);
                    let is_json = pair.get("encoding").is_some();
                    match base.media_type.essence().as_str() {
                        "application/x-www-form-urlencoded" | "multipart/form-data" if !is_json => {
                            text_serialization::compare_form(walk, &schemas, &context);
                        }
                        essence if essence.starts_with("text/") && !base.media_type.is_json() => {
                            text_serialization::compare_text(walk, &schemas, &context);
                        }
                        _ => walk.compare_schemas(&schemas, &context),
                    }
                }
                "encoding" => {
                    let body = (media_type, &subject);
                    encodings::compare(walk, &pair, matched, direction, body);
                }
                "examples" => fields::examples(walk, &matched, Area::of(direction), &subject),
                _ => fields::field(walk, key, &matched, Area::of(direction), &subject),
            }
        }
    }
}
