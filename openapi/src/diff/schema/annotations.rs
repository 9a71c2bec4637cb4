//! The annotations of two schemas, each compared by its keyword.

pub(crate) mod collected;
pub(crate) mod discriminators;
pub(crate) mod open_enums;
pub(crate) mod string_content;
pub(crate) mod texts;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::rules::Area;
use crate::diff::schema::annotations::collected::Annotations;
use crate::diff::walk::fields::field;
use crate::diff::walk::{Matched, Walk, deprecation};
use crate::schema::Direction;

/// Compares the annotations of a schema.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    base: &Annotations<'a>,
    revision: &Annotations<'a>,
    direction: Direction,
    subject: &str,
) {
    let keys: BTreeSet<&str> = base.keys().chain(revision.keys()).copied().collect();
    for key in keys {
        let Some(matched) = Matched::of(base.get(key).cloned(), revision.get(key).cloned()) else {
            continue;
        };
        if is_said_otherwise(key, base, revision)
            || string_content::compare(walk, key, &matched, direction, subject)
            || (key == "x-extensible-enum" && open_enums::lists(walk, &matched, direction, subject))
        {
            continue;
        }
        if let ("discriminator", Matched::Pair(pair)) = (key, &matched) {
            discriminators::compare(walk, pair, direction, subject);
            continue;
        }
        let deprecated = revision
            .get("deprecated")
            .is_some_and(|node| node.value == &Value::Bool(true));
        if !deprecation::compare(
            walk,
            key,
            &matched,
            deprecated,
            Area::of(direction),
            subject,
        ) {
            field(walk, key, &matched, Area::of(direction), subject);
        }
    }
}

/// Whether the annotation and its counterpart say the same in two spellings: one example as `example`
/// and as a list of one (OpenAPI 3.1 section 4.8.24).
fn is_said_otherwise(key: &str, base: &Annotations<'_>, revision: &Annotations<'_>) -> bool {
    match key {
        "example" | "examples" => {
            let only = |of: &Annotations<'_>| match (of.get("example"), of.get("examples")) {
                (Some(one), None) => Some(vec![one.value.clone()]),
                (None, Some(list)) => list.value.as_array().cloned(),
                (Some(_), Some(_)) | (None, None) => None,
            };
            only(base).is_some() && only(base) == only(revision)
        }
        _ => false,
    }
}
