//! The texts anywhere within two schemas, for schemas that are not walked part by part.

use std::collections::HashSet;

use serde_json::Value;

use crate::Document;
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::collected::is_shown;
use crate::diff::schema::assertions::assertions;
use crate::diff::walk::{Context, Node, Pair, Walk, follow};
use crate::keywords;

/// The texts of two schemas, and those anywhere within them, where the schemas are not walked.
pub(crate) fn compare_every<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let old = every_text(walk.base, &pair.base);
    let new = every_text(walk.revision, &pair.revision);
    texts_differ(walk, &old, &new, &pair.revision, context);
}

/// The texts anywhere within two schemas that are judged as one thing.
pub(crate) fn compare_below<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let old = all_below(walk.base, &pair.base);
    let new = all_below(walk.revision, &pair.revision);
    texts_differ(walk, &old, &new, &pair.revision, context);
}

fn texts_differ(
    walk: &mut Walk<'_>,
    old: &[String],
    new: &[String],
    node: &Node<'_>,
    context: &Context<'_>,
) {
    if let Some(difference) = first_difference(old, new) {
        let rule = context.rule(Kind::Text, Action::Changed);
        let message = format!("texts within {} differ: {difference}", context.subject);
        walk.note(rule, Class::Docs, node, message);
    }
}

fn first_difference(old: &[String], new: &[String]) -> Option<String> {
    let gone = old.iter().find(|text| !new.contains(text));
    let come = new.iter().find(|text| !old.contains(text));
    match (gone, come) {
        (Some(gone), Some(come)) => Some(format!("{gone} → {come}")),
        (Some(gone), None) => Some(format!("{gone} removed")),
        (None, Some(come)) => Some(format!("{come} added")),
        (None, None) => None,
    }
}

/// Every annotation anywhere below a schema but its own, for parts that are compared as a whole: the
/// texts in any order, since such parts differ in how they are put together.
fn all_below(document: &Document, schema: &Node<'_>) -> Vec<String> {
    texts_of(document, schema, false)
}

/// Every annotation of a schema and of what is below it.
pub(crate) fn every_text(document: &Document, schema: &Node<'_>) -> Vec<String> {
    texts_of(document, schema, true)
}

fn texts_of(document: &Document, schema: &Node<'_>, with_its_own: bool) -> Vec<String> {
    let mut found = Vec::new();
    // What only refers is a layer around what it refers to, whose texts are its own.
    let only_refers = assertions(schema).is_some_and(|keys| keys == ["$ref"]);
    let whole = if only_refers && !with_its_own {
        follow(document, schema)
    } else {
        schema.clone()
    };
    let mut seen = HashSet::new();
    let mut pending = vec![whole];
    while let Some(node) = pending.pop() {
        if !seen.insert(node.pointer.clone()) {
            continue;
        }
        if with_its_own || seen.len() > 1 {
            found.extend(shown_texts(&node));
        }
        // What stands beside a reference is read with what it leads to.
        let target = follow(document, &node);
        if target.pointer != node.pointer {
            pending.push(target);
        }
        for (key, member) in node.members() {
            if is_shown(key) {
                continue;
            }
            if keywords::SINGLE.contains(&key) {
                pending.push(member);
            } else if keywords::LISTS.contains(&key) {
                pending.extend(member.items());
            } else if keywords::MAPS.contains(&key) && !keywords::is_container(key) {
                pending.extend(member.members().into_iter().map(|(_, node)| node));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The annotations of one schema object. A flag that is not set says what its absence says.
fn shown_texts(schema: &Node<'_>) -> Vec<String> {
    let members = schema.members().into_iter();
    members
        .filter(|(key, member)| {
            is_shown(key) && (member.value != &Value::Bool(false) || *key == "default")
        })
        .map(|(key, member)| format!("{key}: {}", member.value))
        .collect()
}
