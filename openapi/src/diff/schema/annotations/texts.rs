//! The texts anywhere within two schemas, for schemas that are not compared part by part.

use std::collections::HashSet;

use serde_json::Value;

use crate::diff::message::message;
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::collected::is_compared;
use crate::diff::schema::assertions::assertions;
use crate::diff::walk::{Context, Node, Pair, Walk, follow};
use crate::document::Document;
use crate::keywords;

/// Compares the texts of two schemas and those anywhere within them.
pub(crate) fn compare_every<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let old = every_text(walk.base, &pair.base);
    let new = every_text(walk.revision, &pair.revision);
    note_first_difference(walk, &old, &new, &pair.revision, context);
}

/// Compares the texts anywhere within two schemas, but not their own.
pub(crate) fn compare_below<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let old = texts_of(walk.base, &pair.base, false);
    let new = texts_of(walk.revision, &pair.revision, false);
    note_first_difference(walk, &old, &new, &pair.revision, context);
}

fn note_first_difference(
    walk: &mut Walk<'_>,
    old: &[String],
    new: &[String],
    location: &Node<'_>,
    context: &Context<'_>,
) {
    let removed = old.iter().find(|text| !new.contains(text));
    let added = new.iter().find(|text| !old.contains(text));
    let subject = &context.subject;
    let message = match (removed, added) {
        (Some(old), Some(new)) => {
            message!("texts within {} differ: {} → {}", subject, old, new)
        }
        (Some(old), None) => message!("texts within {} differ: {} removed", subject, old),
        (None, Some(new)) => message!("texts within {} differ: {} added", subject, new),
        (None, None) => return,
    };
    let rule = context.rule(Kind::Text, Action::Changed);
    walk.note(rule, Class::Docs, location, message);
}

/// Returns every annotation of a schema and of what is below it.
pub(crate) fn every_text(document: &Document, schema: &Node<'_>) -> Vec<String> {
    texts_of(document, schema, true)
}

/// Returns the annotations within a schema, sorted, since schemas that are compared as wholes may be composed
/// differently.
fn texts_of(document: &Document, schema: &Node<'_>, with_its_own: bool) -> Vec<String> {
    let mut texts = Vec::new();
    // A schema that is only a reference is a layer around its target, whose texts are its own.
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
            texts.extend(own_texts(&node));
        }
        // What is beside a reference is read together with its target.
        let target = follow(document, &node);
        if target.pointer != node.pointer {
            pending.push(target);
        }
        for (key, member) in node.members() {
            if is_compared(key) {
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
    texts.sort_unstable();
    texts
}

/// Returns the annotations of one schema object. A flag that is false means the same as its absence.
fn own_texts(schema: &Node<'_>) -> Vec<String> {
    let members = schema.members().into_iter();
    members
        .filter(|(key, member)| {
            is_compared(key) && (member.value != &Value::Bool(false) || *key == "default")
        })
        .map(|(key, member)| format!("{key}: {}", member.value))
        .collect()
}
