//! The annotations of two schemas, each compared by its keyword.

pub(crate) mod collected;
pub(crate) mod discriminators;
pub(crate) mod open_enums;
pub(crate) mod string_content;
pub(crate) mod texts;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::message::{Message, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::annotations::collected::Annotations;
use crate::diff::walk::fields::annotation;
use crate::diff::walk::{Matched, Walk, deprecation};
use crate::schema::Direction;

/// Compares the annotations of a schema.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    base: &Annotations<'a>,
    revision: &Annotations<'a>,
    direction: Direction,
    subject: &Message,
) {
    let area = Area::of(direction);
    let keys: BTreeSet<&str> = base.keys().chain(revision.keys()).copied().collect();
    for key in keys {
        let Some(matched) = Matched::of(base.get(key).cloned(), revision.get(key).cloned()) else {
            continue;
        };
        if is_respelled_example(key, base, revision)
            || string_content::compare(walk, key, &matched, direction, subject)
            || (key == "x-extensible-enum" && open_enums::lists(walk, &matched, direction, subject))
        {
            continue;
        }
        if let ("discriminator", Matched::Pair(pair)) = (key, &matched) {
            discriminators::compare(walk, pair, direction, subject);
            continue;
        }
        if key == "discriminator" && discriminators::is_of_family(walk, &matched) {
            let rule = Rule::new(area, Kind::Discriminator, Action::Changed);
            let template = "{} has a discriminator, and has become a parent or is no longer one";
            walk.note(rule, Class::Docs, &matched, message!(template, subject));
            continue;
        }
        let deprecated = revision.get("deprecated");
        let deprecated = deprecated.is_some_and(|node| node.value == &Value::Bool(true));
        if !deprecation::compare(walk, key, &matched, deprecated, area, subject) {
            annotation(walk, key, &matched, area, subject);
        }
    }
}

/// Returns whether both sides have the same example in two spellings: as `example`, and as a list of one (OpenAPI 3.1
/// section 4.8.24).
fn is_respelled_example(key: &str, base: &Annotations<'_>, revision: &Annotations<'_>) -> bool {
    let only = |of: &Annotations<'_>| match (of.get("example"), of.get("examples")) {
        (Some(one), None) => Some(vec![one.value.clone()]),
        (None, Some(list)) => list.value.as_array().cloned(),
        (Some(_), Some(_)) | (None, None) => None,
    };
    matches!(key, "example" | "examples") && only(base).is_some() && only(base) == only(revision)
}
