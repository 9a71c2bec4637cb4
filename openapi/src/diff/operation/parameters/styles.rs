//! How values of parameters and headers are written as text (OpenAPI 3.1 sections 4.8.12.2 to 4.8.12.4): in which
//! style, and with which flags.

use serde_json::{Value, json};

use crate::diff::message::{Message, Part, message};
use crate::diff::operation::bodies::media_types::Choice;
use crate::diff::operation::parameters::text_serialization;
use crate::diff::operation::parameters::writing::Writing;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Context, Matched, Node, Pair, Walk, fields, follow};
use crate::document::Document;
use crate::parameter_style::{default_style, explodes_by_default};
use crate::sample;
use crate::schema::{Direction, Validator, bundle_value};

/// What values may be besides scalars.
#[derive(Clone, Copy)]
struct Shape {
    /// Lists or objects.
    composed: bool,
    objects: bool,
}

impl Shape {
    fn of<'a>(document: &'a Document, schema: &Node<'a>) -> Self {
        Self {
            composed: text_serialization::may_be_composed(document, schema),
            objects: text_serialization::may_be_an_object(document, schema),
        }
    }
}

/// The fields of an encoding that say how a field of a form is written.
pub(crate) const STYLE: &[&str] = &["style", "explode", "allowReserved"];

impl<'a> Writing<'a> {
    /// Returns how a field of a form is written: an object is JSON unless a style is named (OpenAPI 3.1 section
    /// 4.8.15.1.2).
    fn of_field(encoding: &Node<'a>, shape: Shape) -> Self {
        if shape.objects && !STYLE.iter().any(|key| encoding.get(key).is_some()) {
            return Self::Content("application/json");
        }
        Self::in_style(encoding, "form", shape)
    }

    fn of(parameter: &Node<'a>, shape: Shape) -> Self {
        match parameter.members_of("content").as_slice() {
            [] => {}
            [(media_type, _)] => return Self::Content(media_type),
            // There must be one; any of several may be meant.
            _ => return Self::Content("*/*"),
        }
        Self::in_style(parameter, default_style(parameter.text_of("in")), shape)
    }

    fn in_style(parameter: &Node<'a>, default: &'a str, shape: Shape) -> Self {
        let style = parameter.text("style").unwrap_or(default);
        let explode = parameter.value.get("explode");
        let explode = explode.and_then(Value::as_bool);
        // A list in the style `simple` is joined either way.
        let matters = match style {
            "simple" => shape.objects,
            _ => shape.composed,
        };
        Self::Style {
            style,
            explode: matters.then(|| explode.unwrap_or(explodes_by_default(style))),
        }
    }
}

/// Compares the value of a parameter, or of the header of this name: how it is written, and what it may be.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    (direction, header): (Direction, Option<&str>),
    subject: &Message,
) {
    let area = match header {
        Some(_) => Area::Header,
        None => Area::Parameter,
    };
    if let Some(contents @ Matched::Pair(_)) = pair.get("content") {
        // A value with `content` has no style. A schema beside it is a mistake of the document.
        for key in ["style", "explode"] {
            if let Some(matched) = pair.get(key) {
                let subject = message!("`{}` of {}, which has `content`,", key, subject);
                fields::one(walk, &matched, area, Kind::Text, &subject);
            }
        }
        if let Some(matched) = pair.get("schema") {
            fields::field(walk, "schema", &matched, area, subject);
        }
        return walk.compare_content(&contents, (direction, Choice::Sender), subject);
    }
    let schemas = Pair {
        base: schema_of(walk.base, &pair.base),
        revision: schema_of(walk.revision, &pair.revision),
    };
    if is_written_alike(walk, pair, &schemas, (direction, header), subject) {
        let context = Context::new(direction, subject.clone());
        let place = match header {
            Some(_) => "header",
            None => pair.base.text_of("in"),
        };
        text_serialization::compare(walk, &schemas, &context, (area, place));
    }
}

/// Returns the schema of a value, by itself or in `content`.
pub(crate) fn schema_of<'a>(document: &'a Document, parameter: &Node<'a>) -> Node<'a> {
    let content = parameter.members_of("content").into_iter().next();
    let holder = content.map_or_else(
        || parameter.clone(),
        |(_, media_type)| follow(document, &media_type),
    );
    holder.get("schema").unwrap_or_else(|| holder.anything())
}

/// Compares how values are written: a list that was repeated and is now joined is read as something else. Returns
/// whether the texts are the same for one value, so that their schemas can be compared.
fn is_written_alike<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    schemas: &Pair<'a>,
    (direction, header): (Direction, Option<&str>),
    subject: &Message,
) -> bool {
    let (area, place, name) = match header {
        Some(name) => (Area::Header, "header", name),
        None => {
            let (place, name) = (pair.base.text_of("in"), pair.base.text_of("name"));
            (Area::Parameter, place, name)
        }
    };
    let old = Shape::of(walk.base, &schemas.base);
    let new = Shape::of(walk.revision, &schemas.revision);
    let shape = Shape {
        composed: old.composed || new.composed,
        objects: old.objects || new.objects,
    };
    let writings = [&pair.base, &pair.revision].map(|parameter| Writing::of(parameter, shape));
    let place = (area, place, name);
    are_alike(walk, writings, schemas, pair, (place, direction), subject)
}

/// Compares how two scalars are written of which one or both are fields of exploded objects: `holders` are the
/// parameters.
pub(super) fn is_field_written_alike<'a>(
    walk: &mut Walk<'a>,
    holders: &Pair<'a>,
    schemas: &Pair<'a>,
    name: &str,
    subject: &Message,
) -> bool {
    let scalar = Shape {
        composed: false,
        objects: false,
    };
    let writings = [&holders.base, &holders.revision].map(|holder| Writing::of(holder, scalar));
    let place = (Area::Parameter, "query", name);
    are_alike(
        walk,
        writings,
        schemas,
        schemas,
        (place, Direction::Request),
        subject,
    )
}

/// Compares how a field of a form is written, of which both sides describe the encoding. Returns whether that is known.
pub(crate) fn field_of_form<'a>(
    walk: &mut Walk<'a>,
    encodings: &Pair<'a>,
    schemas: &Pair<'a>,
    (name, direction): (&str, Direction),
    subject: &Message,
) -> bool {
    if encodings.are_set("allowReserved") != (false, false) {
        return false;
    }
    let old = Shape::of(walk.base, &schemas.base);
    let new = Shape::of(walk.revision, &schemas.revision);
    let shape = Shape {
        composed: old.composed || new.composed,
        objects: old.objects || new.objects,
    };
    let writings =
        [&encodings.base, &encodings.revision].map(|encoding| Writing::of_field(encoding, shape));
    let place = (Area::of(direction), "form", name);
    let place = (place, direction);
    are_alike(walk, writings, schemas, encodings, place, subject);
    true
}

fn are_alike<'a>(
    walk: &mut Walk<'a>,
    [old, new]: [Writing<'_>; 2],
    schemas: &Pair<'a>,
    location: &Pair<'a>,
    ((area, place, name), direction): ((Area, &str, &str), Direction),
    subject: &Message,
) -> bool {
    if old == new {
        return true;
    }
    let moved = matches!(old, Writing::Content(_)) != matches!(new, Writing::Content(_));
    let rule = Rule::new(area, Kind::Style, Action::Changed);
    let message = |template| message!(template, subject, &old.name(), &new.name());
    let are_plain = [
        (walk.base, &schemas.base),
        (walk.revision, &schemas.revision),
    ]
    .into_iter()
    .all(|(document, schema)| {
        let types = text_serialization::types(document, schema);
        old.is_plain_for(&types, place) && new.is_plain_for(&types, place)
    });
    if are_plain {
        let message = message("{} is described in another way and written alike: {} → {}");
        walk.note(rule, Class::Docs, location, message);
        return true;
    }
    let message = message("{} is written in another style: {} → {}");
    let ((sender, schema), sent, read) = match direction {
        Direction::Request => ((walk.base, &schemas.base), &old, &new),
        Direction::Response => ((walk.revision, &schemas.revision), &new, &old),
    };
    let schema = bundle_value(sender, schema.value, Some(direction));
    let witness = values_to_write(&schema).into_iter().find_map(|value| {
        let text = sent.text(&value, place, name)?;
        let is_misread = !text.is_empty() && read.text(&value, place, name).as_ref() != Some(&text);
        is_misread.then_some(text)
    });
    match witness {
        Some(text) if area == Area::Header => {
            let witness = json!({ "headers": { name: text } });
            walk.decide(rule, location, message, Some(witness));
        }
        Some(text) => walk.decide(rule, location, message, Some(json!({ place: text }))),
        None => walk.note(rule, Class::Unproven, location, message),
    }
    !moved
}

/// Returns values of the schema that styles may write differently: lists of two, objects with members, texts with a
/// comma.
pub(super) fn values_to_write(schema: &Value) -> Vec<Value> {
    let Ok(validator) = Validator::new(schema) else {
        return Vec::new();
    };
    let mut values = vec![json!(["a", "b"]), json!({"a": "b"}), json!("a,b")];
    let candidates = sample::candidates(schema);
    let lists = candidates.iter().filter_map(Value::as_array);
    let of_two = lists.map(|items| Value::from([&items[..], items].concat()));
    values.splice(0..0, of_two.collect::<Vec<_>>());
    values.splice(0..0, candidates);
    values.retain(|value| validator.accepts(value));
    values
}

/// Compares the flags that allow more spellings of a parameter. An absent flag is not set.
pub(crate) fn flags(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    (place, name): (&str, &str),
    direction: Direction,
    subject: &Message,
) {
    for (key, value) in [("allowReserved", "/"), ("allowEmptyValue", "")] {
        let (was, is) = pair.are_set(key);
        if was == is {
            continue;
        }
        // Headers are not percent-encoded; only a query may have empty values (OpenAPI 3.2).
        let has_effect = match key {
            "allowReserved" => place != "header",
            _ => place == "query",
        };
        if !has_effect {
            if let Some(matched) = pair.get(key) {
                let subject = message!("`{}` of {}, where it has no effect,", key, subject);
                fields::one(walk, &matched, Area::Parameter, Kind::Text, &subject);
            }
            continue;
        }
        let (action, word) = if is {
            (Action::Widened, "is now allowed")
        } else {
            (Action::Narrowed, "is no longer allowed")
        };
        let rule = Rule::new(Area::Parameter, Kind::Style, action);
        let written = match place {
            "path" => value.to_owned(),
            _ => format!("{name}={value}"),
        };
        let breaks = is != (direction == Direction::Request);
        let message = message!("`{}` of {} {}", key, subject, Part::Text(word));
        let witness = breaks.then(|| json!({ place: written }));
        walk.decide(rule, pair, message, witness);
    }
}
