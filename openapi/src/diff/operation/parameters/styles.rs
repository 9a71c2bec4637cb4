//! How values of parameters and headers are written as text (OpenAPI 3.1 sections 4.8.12.2 to 4.8.12.4): in which
//! style, and with which flags.

use serde_json::json;

use crate::diff::message::{Message, Part, message};
use crate::diff::operation::parameters::text_serialization;
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Node, Pair, Walk, fields};
use crate::document::Document;
use crate::schema::Direction;

/// How a value is written; what is absent has its default.
#[derive(PartialEq, Eq)]
struct Style<'a> {
    style: &'a str,
    /// Whether the parts of a value are written one by one rather than joined; `None` where that makes no difference.
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

impl<'a> Style<'a> {
    fn of(parameter: &Node<'a>, shape: Shape) -> Self {
        let default = match parameter.text("in") {
            Some("query" | "cookie") => "form",
            _ => "simple",
        };
        let style = parameter.text("style").unwrap_or(default);
        let explode = parameter.value.get("explode");
        let explode = explode.and_then(serde_json::Value::as_bool);
        // A list in the style `simple` is joined either way.
        let matters = match style {
            "simple" => shape.objects,
            _ => shape.composed,
        };
        let by_default = matches!(style, "form" | "cookie");
        Self {
            style,
            explode: matters.then(|| explode.unwrap_or(by_default)),
        }
    }

    fn name(&self) -> Message {
        match self.explode {
            Some(true) => message!("{}, explode true", self.style),
            Some(false) => message!("{}, explode false", self.style),
            None => message!("{}", self.style),
        }
    }
}

/// Compares how values are written: a list that was repeated and is now joined is read as something else. A header,
/// unlike a parameter, does not contain its name.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    (direction, header): (Direction, Option<&str>),
    subject: &Message,
) {
    let old = Shape::of(walk.base, &pair.base);
    let new = Shape::of(walk.revision, &pair.revision);
    let shape = Shape {
        composed: old.composed || new.composed,
        objects: old.objects || new.objects,
    };
    let (old, new) = (
        Style::of(&pair.base, shape),
        Style::of(&pair.revision, shape),
    );
    if old == new {
        return;
    }
    let message = message!(
        "{} is written in another style: {} → {}",
        subject,
        &old.name(),
        &new.name(),
    );
    let (sender, sent) = match direction {
        Direction::Request => (&pair.base, &old),
        Direction::Response => (&pair.revision, &new),
    };
    let (area, witness) = match header {
        Some(name) => {
            let text = example("header", name, sent);
            (Area::Header, json!({"headers": {name: text}}))
        }
        None => {
            let (place, name) = (sender.text_of("in"), sender.text_of("name"));
            (
                Area::Parameter,
                json!({ place: example(place, name, sent) }),
            )
        }
    };
    let rule = Rule::new(area, Kind::Style, Action::Changed);
    walk.decide(rule, &pair.revision, message, Some(witness));
}

/// Returns a value written in the style: a list of two, an object of one member, or a scalar where nothing else may be.
fn example(place: &str, name: &str, style: &Style<'_>) -> String {
    match (style.style, style.explode) {
        // The style `cookie` leaves a comma as is, `form` encodes it (OpenAPI 3.2).
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

/// Compares the flags that allow more spellings of a parameter. An absent flag is not set.
pub(crate) fn flags(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction, subject: &Message) {
    let (place, name) = (pair.base.text_of("in"), pair.base.text_of("name"));
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
        walk.decide(rule, &pair.revision, message, witness);
    }
}
