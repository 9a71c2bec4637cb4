//! Lengths, patterns and formats of strings.

use serde_json::{Map, Value};

use crate::relation::conjunction::{Conjunction, count};
use crate::relation::formats::{pattern_of, strings_of};
use crate::relation::types::Types;
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

/// The most listed strings that a pattern is compared with.
const MOST_LISTED: usize = 64;

/// Returns whether the sender sends only strings that are among the values, as its patterns say.
pub(super) fn are_among(sender: &Conjunction<'_>, values: &[Value]) -> bool {
    let sent = strings_of(&sender.parts);
    if sender.types != Types::STRING || sent.patterns.is_empty() || values.len() > MOST_LISTED {
        return false;
    }
    let texts = values.iter().filter_map(Value::as_str);
    let texts: Vec<String> = texts.map(escaped).collect();
    let wanted = Strings::with_pattern(&format!("^(?:{})$", texts.join("|")));
    !texts.is_empty() && inclusion(&sent, &wanted) == Inclusion::Included
}

/// Returns the pattern that only this text matches.
fn escaped(text: &str) -> String {
    let escape = |sign: char| match sign {
        sign if sign.is_alphanumeric() || sign == ' ' || sign == '_' => sign.to_string(),
        sign => format!("\\u{{{:x}}}", u32::from(sign)),
    };
    text.chars().map(escape).collect()
}
