//! Promises about the future, made by extensions: until when something deprecated is served (`x-sunset`, a date), and
//! how stable something is (`x-stability-level`: draft, alpha, beta or stable). Taking a promise back is breaking,
//! though no message fails today.

pub(crate) mod stability;

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::stability::{STABILITY, Stability};
use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::{Matched, Node, links};

/// Compares the extension if it is a promise, and returns whether it is one.
pub(crate) fn compare(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    still_deprecated: bool,
    area: Area,
    subject: &Message,
) -> bool {
    match key {
        "x-sunset" => sunset(walk, matched, still_deprecated, area, subject),
        STABILITY => stability(walk, matched, area, subject),
        _ => return false,
    }
    true
}

/// Returns the announcement of what was removed from the base, if it was deprecated with a sunset that has come: the
/// promise was kept.
pub(crate) fn announcement(walk: &Walk<'_>, removed: &Node<'_>) -> Option<Message> {
    let today = walk.options.today?.to_string();
    let of = |node: &Node<'_>| {
        let date = date_of(node.value.get("x-sunset")?)?;
        (node.is_set("deprecated") && date <= today.as_str()).then(|| date.to_owned())
    };
    let date = links(walk.base, removed).find_map(|node| of(&node))?;
    Some(message!("as announced for {}", &date))
}

/// Returns the node of each side.
fn ends<'m, 'a>(matched: &'m Matched<'a>) -> (Option<&'m Node<'a>>, Option<&'m Node<'a>>) {
    match matched {
        Matched::Pair(pair) => (Some(&pair.base), Some(&pair.revision)),
        Matched::Removed(node) => (Some(node), None),
        Matched::Added(node) => (None, Some(node)),
    }
}

fn sunset(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    still_deprecated: bool,
    area: Area,
    subject: &Message,
) {
    let (was, is) = ends(matched);
    let old = was.and_then(|node| date_of(node.value));
    let new = is.and_then(|node| date_of(node.value));
    let (action, class, template) = match (was, is) {
        (Some(a), Some(b)) if a.value == b.value => return,
        (_, Some(_)) if new.is_none() => (
            Action::Changed,
            Class::Breaking,
            "the sunset of {} is not a date: {} → {}",
        ),
        (Some(_), Some(_)) if new < old => (
            Action::Narrowed,
            Class::Breaking,
            "the sunset of {} is earlier than promised: {} → {}",
        ),
        (Some(_), Some(_)) if old.is_none() => (
            Action::Widened,
            Class::Docs,
            "the sunset of {} is now a date: {} → {}",
        ),
        (Some(_), Some(_)) if old == new => (
            Action::Widened,
            Class::Docs,
            "the sunset of {} is the same day in another spelling: {} → {}",
        ),
        (Some(_), Some(_)) => (
            Action::Widened,
            Class::Docs,
            "the sunset of {} is later: {} → {}",
        ),
        (None, _) => (
            Action::Added,
            Class::Docs,
            "the sunset of {} is announced: {} → {}",
        ),
        (Some(_), None) if still_deprecated => (
            Action::Removed,
            Class::Breaking,
            "the sunset of {} was removed, though it is still deprecated: {} → {}",
        ),
        (Some(_), None) => (
            Action::Removed,
            Class::Docs,
            "the sunset of {} was withdrawn: {} → {}",
        ),
    };
    let rule = Rule::new(area, Kind::Sunset, action);
    record(walk, rule, class, matched, (template, subject, "none"));
}

fn stability(walk: &mut Walk<'_>, matched: &Matched<'_>, area: Area, subject: &Message) {
    let (was, is) = ends(matched);
    let level = |node: Option<&Node<'_>>| {
        node.map_or(Some(Stability::default()), |node| {
            Stability::of(node.value.as_str()?)
        })
    };
    let (old, new) = (level(was), level(is));
    let (action, class, template) = match (old, new) {
        (Some(old), Some(new)) if old == new => return,
        (None, None) if was.map(|node| node.value) == is.map(|node| node.value) => return,
        (_, None) => (
            Action::Changed,
            Class::Breaking,
            "the stability level of {} is not one of draft, alpha, beta and stable: {} → {}",
        ),
        (None, Some(_)) => (
            Action::Changed,
            Class::Breaking,
            "the stability level of {} was not one of draft, alpha, beta and stable: {} → {}",
        ),
        (Some(old), Some(new)) if new < old => (
            Action::Narrowed,
            Class::Breaking,
            "the stability level of {} was lowered: {} → {}",
        ),
        (Some(_), Some(_)) => (
            Action::Widened,
            Class::Docs,
            "the stability level of {} was raised: {} → {}",
        ),
    };
    let rule = Rule::new(area, Kind::Stability, action);
    record(walk, rule, class, matched, (template, subject, "stable"));
}

/// Records a change of a promise. The witness of a broken promise is the promise.
fn record(
    walk: &mut Walk<'_>,
    rule: Rule,
    class: Class,
    matched: &Matched<'_>,
    (template, subject, absent): (&'static str, &Message, &'static str),
) {
    let (was, is) = ends(matched);
    let [old, new] = [was, is].map(|node| match node {
        Some(node) => Part::value(node.value),
        None => Part::Text(absent),
    });
    let promise = was.or(is).map(|node| node.value.clone());
    walk.record(Change {
        witness: promise.filter(|_| class == Class::Breaking),
        ..Change::new(rule, class, matched, message!(template, subject, old, new))
    });
}

/// Returns the date part of a full date or of a date with a time (RFC 3339). Dates sort as text.
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
