//! Lengths, patterns and formats of strings.

use serde_json::{Map, Value};

use crate::relation::conjunction::{Conjunction, count};
use crate::relation::formats::{pattern_of, strings_of};
use crate::schema::{Inclusion, Strings, inclusion};

/// Returns whether the sender's strings satisfy a keyword of the receiver.
pub(super) fn imply(sender: &Conjunction<'_>, keyword: &str, value: &Value) -> bool {
    let bound = count(value);
    match keyword {
        "minLength" if bound.is_some_and(|bound| sender.highest(keyword) >= bound) => return true,
        "maxLength" if bound.is_some_and(|bound| sender.lowest(keyword) <= bound) => return true,
        "format" | "pattern" if sender.all(keyword).any(|other| other == value) => return true,
        _ => {}
    }
    let wanted = match keyword {
        "format" => match pattern_of(value) {
            Some((pattern, true)) => Some(Strings::with_pattern(pattern)),
            Some((_, false)) | None => None,
        },
        _ => Strings::of(&Map::from_iter([(keyword.to_owned(), value.clone())])),
    };
    let sent = strings_of(&sender.parts);
    let is_described = !sent.patterns.is_empty();
    wanted.is_some_and(|wanted| {
        (is_described || !wanted.patterns.is_empty())
            && inclusion(&sent, &wanted) == Inclusion::Included
    })
}
