//! Schemas of one text whose references lead to different targets: the cause is there, and is reported there.

use crate::diff::message::message;
use crate::diff::rules::Kind;
use crate::diff::schema::assertions::assertions;
use crate::diff::walk::schema_findings::change_of;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::hashed::HashSet;
use crate::keywords;
use crate::relation::{Relation, relate};

/// Compares two schemas of one text by what they refer to. `texts` compares their annotations.
///
/// Where the whole breaks and nothing as grave is found in a target, the whole is reported as well: a part may accept
/// more and the whole less, as under `not`. Where the whole does not break, its parts are not blamed for what they
/// break elsewhere.
pub(crate) fn compare_by_references<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    context: &Context<'a>,
    texts: impl FnOnce(&mut Walk<'a>),
) {
    let references = references(pair);
    let each = |walk: &mut Walk<'a>| {
        for pair in &references {
            let inner = context.alone();
            if assertions(&pair.base).is_some_and(|keywords| keywords == ["$ref"]) {
                walk.compare_schemas(pair, &inner);
            } else {
                // With something beside the reference, the pair may be these two schemas themselves.
                walk.through_schema_references(pair, context.direction, |walk, target| {
                    walk.compare_schemas(target, &inner);
                });
            }
        }
    };
    if walk.same_assertions(pair) {
        return each(walk);
    }
    let (sender, receiver) = walk.sides(pair.base.value, pair.revision.value, context.direction);
    let relation = relate(&sender, &receiver);
    let breaks = match relation {
        Relation::Equal | Relation::Compatible => false,
        Relation::Breaking(_) | Relation::Unproven => true,
    };
    let details = message!("what it refers to changed");
    let details = Some(&details);
    let whole = change_of(walk, context, pair, relation, Kind::Schema, details);
    if !breaks {
        return walk.blaming_references(&references, context.direction, |walk| {
            if let Some(change) = whole {
                walk.record(change);
            }
            texts(walk);
        });
    }
    match whole {
        Some(change) => walk.with_stand_in(change, each),
        None => each(walk),
    }
}

/// Returns the references in two schemas of one text, each target once.
fn references<'a>(pair: &Pair<'a>) -> Vec<Pair<'a>> {
    let mut seen = HashSet::default();
    let mut references = Vec::new();
    let mut pending = vec![pair.clone()];
    while let Some(pair) = pending.pop() {
        if let Some(reference) = pair.base.text("$ref")
            && seen.insert(reference)
        {
            references.push(pair.clone());
        }
        for (key, base) in pair.base.members() {
            let Some(revision) = pair.revision.get(key) else {
                continue;
            };
            let member = Pair { base, revision };
            if keywords::SINGLE.contains(&key) {
                pending.push(member);
            } else if keywords::LISTS.contains(&key) {
                pending.extend(side_by_side(member.base.items(), member.revision.items()));
            } else if keywords::MAPS.contains(&key) {
                let values =
                    |node: &Node<'a>| node.members().into_iter().map(|(_, node)| node).collect();
                pending.extend(side_by_side(values(&member.base), values(&member.revision)));
            }
        }
    }
    references
}

fn side_by_side<'a>(
    base: Vec<Node<'a>>,
    revision: Vec<Node<'a>>,
) -> impl Iterator<Item = Pair<'a>> {
    base.into_iter()
        .zip(revision)
        .map(|(base, revision)| Pair { base, revision })
}
