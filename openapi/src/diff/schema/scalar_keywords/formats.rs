//! Formats that no validator asserts.

use serde_json::Value;

use crate::diff::message::{Part, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::scalar_keywords::inert::admits;
use crate::diff::walk::{Context, Pair, Walk};
use crate::schema::{is_asserted_format, is_numeric_format};

/// Compares formats that no validator asserts, on either side. That one was added or removed is a text. Of two different
/// formats, nothing is known of the texts that both allow, unless a value after the first `count` findings shows a break.
/// `alone` says that nothing else differs.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    (old, new): (&Value, &Value),
    cores: &Pair<'a>,
    context: &Context<'a>,
    (alone, count): (bool, usize),
) {
    let of = |scalars: &Value| Some(scalars.get("format")?.as_str()?.to_owned());
    let (was, is) = (of(old), of(new));
    let is_text = |format: &Option<String>| {
        let format = format.as_ref();
        format.is_some_and(|format| !is_asserted_format(format))
    };
    if was == is || !(is_text(&was) || is_text(&is)) {
        return;
    }
    let are_unrelated = match (&was, &is) {
        (Some(was), Some(is)) => are_unrelated((old, was), (new, is)),
        (Some(_) | None, _) => false,
    };
    let is_shown = |class: Class| class >= Class::Unproven;
    let is_decided = walk
        .recorded_since(count)
        .any(|change| is_shown(change.class));
    // A format of numbers is a range as well, and one edit.
    if alone && walk.recorded() > count && (is_decided || !are_unrelated) {
        return;
    }
    if alone {
        walk.forget_since(count, |_| true);
    }
    let class = if are_unrelated && !is_decided {
        Class::Unproven
    } else {
        Class::Docs
    };
    let name = |format: Option<String>| match format {
        Some(format) => Part::Name(format.into()),
        None => Part::Text("none"),
    };
    let message = message!(
        "the format of {} changed from {} to {}",
        &context.subject,
        name(was),
        name(is),
    );
    let rule = context.rule(Kind::Format, Action::Changed);
    walk.note(rule, class, cores, message);
}

/// Returns whether nothing is known of the values that two formats of schemas have in common.
fn are_unrelated((old, was): (&Value, &str), (new, is): (&Value, &str)) -> bool {
    // It only asks a form to hide the text (OpenAPI Format Registry).
    let hides = [was, is].contains(&"password");
    let are_texts = admits(old, "string") && admits(new, "string");
    let [was, is] = [was, is].map(is_numeric_format);
    !hides && if are_texts { !(was && is) } else { !was && !is }
}
