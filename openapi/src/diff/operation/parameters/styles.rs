//! How values of parameters and headers are written as text (OpenAPI 3.1 sections 4.8.12.2 to 4.8.12.4):
//! in which style, and with which freedoms.

use serde_json::{Value, json};

use crate::diff::operation::parameters::text_serialization;
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Node, Pair, Walk, fields};
use crate::document::Document;
use crate::schema::Direction;

/// How a value is written, with what absence says.
#[derive(PartialEq, Eq)]
struct Style<'a> {
    style: &'a str,
    /// Whether the parts of a value are written one by one rather than joined; `None` where that makes no
    /// difference.
    explode: Option<bool>,
}

/// What values may be besides scalars.
#[derive(Clone, Copy)]
struct Shape {
    /// Lists or objects.
    composed: bool,
    objects: bool,
}

impl Shape {
    fn of<'a>(document: &'a Document, parameter: &Node<'a>) -> Self {
        let schema = parameter.get("schema");
        let of = |is: fn(&'a Document, &Node<'a>) -> bool| {
            schema.as_ref().is_some_and(|schema| is(document, schema))
        };
        Self {
            composed: of(text_serialization::may_be_composed),
            objects: of(text_serialization::may_be_an_object),
        }
    }
}

fn style<'a>(parameter: &Node<'a>, shape: Shape) -> Style<'a> {
    let text = |key: &str| parameter.value.get(key).and_then(Value::as_str);
    let usual = match text("in") {
        Some("query" | "cookie") => "form",
        _ => "simple",
    };
    let style = text("style").unwrap_or(usual);
    let explode = parameter.value.get("explode").and_then(Value::as_bool);
    // A list in the style `simple` is joined either way.
    let matters = match style {
        "simple" => shape.objects,
        _ => shape.composed,
    };
    let exploded_by_itself = matches!(style, "form" | "cookie");
    Style {
        style,
        explode: matters.then(|| explode.unwrap_or(exploded_by_itself)),
    }
}

/// Compares how values are written: a list that was repeated and is now joined is read as another. A
/// header, unlike a parameter, is named by who holds it.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    (direction, header): (Direction, Option<&str>),
    subject: &str,
) {
    let (old, new) = (
        Shape::of(walk.base, &pair.base),
        Shape::of(walk.revision, &pair.revision),
    );
    let shape = Shape {
        composed: old.composed || new.composed,
        objects: old.objects || new.objects,
    };
    let (old, new) = (style(&pair.base, shape), style(&pair.revision, shape));
    if old == new {
        return;
    }
    let name = |style: &Style<'_>| {
        let explode = style.explode.map(|explode| format!(", explode {explode}"));
        format!("{}{}", style.style, explode.unwrap_or_default())
    };
    let area = if header.is_some() {
        Area::Header
    } else {
        Area::Parameter
    };
    let rule = Rule::new(area, Kind::Style, Action::Changed);
    let message = format!(
        "{subject} is written in another style: {} → {}",
        name(&old),
        name(&new)
    );
    let (sender, sent) = match direction {
        Direction::Request => (&pair.base, &old),
        Direction::Response => (&pair.revision, &new),
    };
    let witness = match header {
        Some(name) => json!({"headers": {name: as_written("header", name, sent)}}),
        None => {
            let (place, name) = (sender.text_of("in"), sender.text_of("name"));
            json!({ place: as_written(place, name, sent) })
        }
    };
    walk.decide(rule, &pair.revision, message, Some(witness));
}

/// A value written in the style: a list of two, an object of one member, or a scalar, where no others may be.
fn as_written(place: &str, name: &str, style: &Style<'_>) -> String {
    match (style.style, style.explode) {
        // The style `cookie` leaves a comma as it is, `form` encodes it (OpenAPI 3.2).
        ("form", None) if place == "cookie" => format!("{name}=a%2Cb"),
        ("cookie", None) => format!("{name}=a,b"),
        ("form" | "spaceDelimited" | "pipeDelimited", None) => format!("{name}=a"),
        ("matrix", None) => format!(";{name}=a"),
        ("label", None) => ".a".to_owned(),
        ("deepObject", _) => format!("{name}[a]=b"),
        ("cookie", Some(true)) => format!("{name}=a; {name}=b"),
        ("form" | "spaceDelimited" | "pipeDelimited", Some(true)) => {
            format!("{name}=a&{name}=b")
        }
        ("form" | "cookie", Some(false)) => format!("{name}=a,b"),
        ("spaceDelimited", Some(false)) => format!("{name}=a%20b"),
        ("pipeDelimited", Some(false)) => format!("{name}=a|b"),
        ("matrix", Some(true)) => format!(";{name}=a;{name}=b"),
        ("matrix", Some(false)) => format!(";{name}=a,b"),
        ("label", Some(true)) => ".a.b".to_owned(),
        ("label", Some(false)) => ".a,b".to_owned(),
        ("simple", Some(true)) => "a=b".to_owned(),
        ("simple", Some(false)) => "a,b".to_owned(),
        (_, _) => "a".to_owned(),
    }
}

/// Compares the flags that let a parameter be written in more ways than one.
pub(crate) fn freedoms(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction, subject: &str) {
    for key in ["allowReserved", "allowEmptyValue"] {
        freedom(walk, pair, direction, key, subject);
    }
}

/// Absent, a flag is not set.
fn freedom(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction, key: &str, subject: &str) {
    let (was, is) = (pair.base.is_set(key), pair.revision.is_set(key));
    if was == is {
        return;
    }
    let place = pair.base.text_of("in");
    // Headers are not percent-encoded; an empty value is a query's matter (OpenAPI 3.2).
    let has_effect = match key {
        "allowReserved" => place != "header",
        _ => place == "query",
    };
    if !has_effect {
        for (_, matched) in pair
            .members()
            .into_iter()
            .filter(|(other, _)| *other == key)
        {
            let subject = format!("`{key}` of {subject}, where it has no effect,");
            fields::one(walk, &matched, Area::Parameter, Kind::Text, &subject);
        }
        return;
    }
    let (action, word) = if is {
        (Action::Widened, "is now allowed")
    } else {
        (Action::Narrowed, "is no longer allowed")
    };
    let rule = Rule::new(Area::Parameter, Kind::Style, action);
    let value = if key == "allowReserved" { "/" } else { "" };
    let written = match place {
        "path" => value.to_owned(),
        _ => format!("{}={value}", pair.base.text_of("name")),
    };
    let breaks = (is != (direction == Direction::Request)).then(|| json!({ place: written }));
    let message = format!("`{key}` of {subject} {word}");
    walk.decide(rule, &pair.revision, message, breaks);
}
