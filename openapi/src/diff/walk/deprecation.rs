//! Promises about the future, by the extensions that the field uses: until when something
//! deprecated is served (`x-sunset`, a date), and how stable something is (`x-stability-level`:
//! draft, alpha, beta or stable). Who relied on a promise is let down when it is taken back, though
//! no message fails today.

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::graph::Walk;
use crate::diff::walk::message::shown;
use crate::diff::walk::node::{Matched, Node, follow};
use serde_json::Value;

/// Compares the extension if it is a promise; false when it is none.
pub(crate) fn compare(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    still_deprecated: bool,
    area: Area,
    subject: &str,
) -> bool {
    match key {
        "x-sunset" => sunset(walk, matched, still_deprecated, area, subject),
        "x-stability-level" => stability(walk, matched, area, subject),
        _ => return false,
    }
    true
}

/// Of what is gone from the base: that it was announced for a day which has come, when it was
/// deprecated with one. The promise was kept.
pub(crate) fn as_announced(walk: &Walk<'_>, gone: &Node<'_>) -> Option<String> {
    let today = walk.options.today?.to_string();
    let defined = follow(walk.base, gone);
    let of = |node: &Node<'_>| {
        let date = date_of(node.value.get("x-sunset")?)?;
        (node.is_set("deprecated") && date <= today.as_str()).then(|| date.to_owned())
    };
    let date = of(gone).or_else(|| of(&defined))?;
    Some(format!("as was announced for {date}"))
}

/// What was promised and what is, each with its place.
fn ends<'m, 'a>(
    matched: &'m Matched<'a>,
) -> (Option<&'m Node<'a>>, Option<&'m Node<'a>>, &'m Node<'a>) {
    match matched {
        Matched::Pair(pair) => (Some(&pair.base), Some(&pair.revision), &pair.revision),
        Matched::Removed(node) => (Some(node), None, node),
        Matched::Added(node) => (None, Some(node), node),
    }
}

fn sunset(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    still_deprecated: bool,
    area: Area,
    subject: &str,
) {
    let (was, is, node) = ends(matched);
    let old = was.and_then(|node| date_of(node.value));
    let new = is.and_then(|node| date_of(node.value));
    let (action, class, what) = match (was, is) {
        (Some(a), Some(b)) if a.value == b.value => return,
        (_, Some(_)) if new.is_none() => (Action::Changed, Class::Breaking, "is no date"),
        (Some(_), Some(_)) if new < old => (
            Action::Narrowed,
            Class::Breaking,
            "comes earlier than was promised",
        ),
        (Some(_), Some(_)) if old.is_none() => {
            (Action::Widened, Class::Docs, "is a date, which it was not")
        }
        (Some(_), Some(_)) if old == new => (
            Action::Widened,
            Class::Docs,
            "is the same day, written otherwise",
        ),
        (Some(_), Some(_)) => (Action::Widened, Class::Docs, "comes later"),
        (None, _) => (Action::Added, Class::Docs, "is announced"),
        (Some(_), None) if still_deprecated => (
            Action::Removed,
            Class::Breaking,
            "is no longer named, though it is still deprecated",
        ),
        (Some(_), None) => (Action::Removed, Class::Docs, "is called off"),
    };
    let shown =
        [was, is].map(|node| node.map_or_else(|| "none".to_owned(), |node| shown(node.value)));
    let message = format!(
        "the sunset of {subject} {what}: {} → {}",
        shown[0], shown[1]
    );
    record(
        walk,
        Rule::new(area, Kind::Sunset, action),
        class,
        node,
        message,
        was.or(is),
    );
}

fn stability(walk: &mut Walk<'_>, matched: &Matched<'_>, area: Area, subject: &str) {
    let (was, is, node) = ends(matched);
    // What says nothing of its stability is stable.
    let level =
        |node: Option<&Node<'_>>| node.map_or(Some(LEVELS.len() - 1), |node| level_of(node.value));
    let (old, new) = (level(was), level(is));
    let (action, class, what) = match (old, new) {
        (Some(old), Some(new)) if old == new => return,
        (None, None) if was.map(|node| node.value) == is.map(|node| node.value) => return,
        (_, None) => (
            Action::Changed,
            Class::Breaking,
            "is none of draft, alpha, beta and stable",
        ),
        (None, Some(_)) => (
            Action::Changed,
            Class::Breaking,
            "was none of draft, alpha, beta and stable",
        ),
        (Some(old), Some(new)) if new < old => (Action::Narrowed, Class::Breaking, "was lowered"),
        (Some(_), Some(_)) => (Action::Widened, Class::Docs, "was raised"),
    };
    let shown =
        [was, is].map(|node| node.map_or_else(|| "stable".to_owned(), |node| shown(node.value)));
    let message = format!(
        "the stability level of {subject} {what}: {} → {}",
        shown[0], shown[1]
    );
    record(
        walk,
        Rule::new(area, Kind::Stability, action),
        class,
        node,
        message,
        was.or(is),
    );
}

/// The witness of a broken promise is the promise.
fn record(
    walk: &mut Walk<'_>,
    rule: Rule,
    class: Class,
    node: &Node<'_>,
    message: String,
    promise: Option<&Node<'_>>,
) {
    walk.note(rule, class, node, message);
    if class == Class::Breaking
        && let Some(change) = walk.last()
    {
        change.witness = promise.map(|node| node.value.clone());
    }
}

const LEVELS: [&str; 4] = ["draft", "alpha", "beta", "stable"];

fn level_of(value: &Value) -> Option<usize> {
    LEVELS.iter().position(|level| value == level)
}

/// The date part of a full date or a date with a time (RFC 3339), which sort as text.
fn date_of(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    let date = text.get(..10)?;
    let is_date = date.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let rest = &text[10..];
    (is_date && (rest.is_empty() || rest.starts_with(['T', 't', ' ']))).then_some(date)
}
