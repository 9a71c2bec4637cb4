//! A composed schema taken apart: the keywords of the schema itself and of the parts that are written out in place, the
//! references among its parts, and its unions.
//!
//! A value must satisfy all of these. So where each is compatible the whole is, and what differs is reported by its
//! name. What one part no longer accepts, another may have rejected already: the proof over the wholes decides.

pub(crate) mod compensation;
mod declared;
mod first_items;
pub(crate) mod parts;

use crate::diff::message::message;
use crate::diff::rules::Kind;
use crate::diff::schema::annotations::texts;
use crate::diff::schema::assertions::assertions;
use crate::diff::schema::composition::parts::{Parts, pair_references};
use crate::diff::schema::layers::Layers;
use crate::diff::schema::scalar_keywords::changes::differences;
use crate::diff::schema::unions::traits::Traits;
use crate::diff::schema::unions::{Branches, Union};
use crate::diff::schema::{contradictions, objects, scalar_keywords};
use crate::diff::walk::schema_findings::change_of;
use crate::diff::walk::witness::Step;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::document::Document;
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// The most nodes of a schema that is judged as a whole; of a larger one that would cost more than it shows.
const LIMIT: usize = 1_000;

/// The keywords whose effect depends on everything beside them.
const DEPENDS_ON_THE_REST: &[&str] = &["unevaluatedItems", "unevaluatedProperties"];

/// Keywords that close an object to names that the same schema object does not declare.
const CLOSING: &[&str] = &["additionalProperties", "patternProperties"];

/// Keywords by which another part names properties.
const DECLARING: &[&str] = &["properties", "required", "anyOf", "oneOf"];

/// Returns the unions among the parts of a schema.
fn unions<'a>(parts: &Parts<'a>) -> Vec<Union<'a>> {
    parts.inline.iter().flat_map(Union::of).collect()
}

/// Returns whether a schema is one union, beside which it says at most the types that the other schema has anyway.
fn is_only_union<'a>(
    document: &'a Document,
    schema: &Node<'a>,
    (other_document, other): (&'a Document, &Node<'a>),
) -> bool {
    let mut keys = assertions(schema).unwrap_or_default();
    keys.retain(|key| *key != "type");
    if !matches!(keys[..], ["anyOf" | "oneOf"]) {
        return false;
    }
    // Traits count integers as numbers.
    let own = match schema.get("type") {
        None => return true,
        Some(types) if types.value.to_string().contains("integer") => return false,
        Some(_) => Traits::of(document, schema).types,
    };
    let others = Traits::of(other_document, other).types;
    own.zip(others)
        .is_some_and(|(own, others)| others.is_subset(&own))
}

/// Two composed schemas with their parts matched.
struct Composition<'a> {
    base: Parts<'a>,
    revision: Parts<'a>,
    /// The references among the parts, in pairs; the others are expanded.
    references: Vec<Pair<'a>>,
    unions: Vec<Alternatives<'a>>,
    /// Whether each union has a counterpart.
    are_unions_matched: bool,
}

/// Two unions with their alternatives matched.
struct Alternatives<'a> {
    base: Union<'a>,
    revision: Union<'a>,
    branches: Branches<'a>,
}

/// Compares two schemas of which at least one is composed.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let composition = Composition::matched(walk, base, revision);
    let whole = relation_of(walk, wholes, base, revision, context.direction);
    if whole == Relation::Equal {
        return composition.compare_as_equal(walk, wholes, context);
    }
    let each = |walk: &mut Walk<'a>| {
        composition.compare(walk, wholes, (base, revision), context, &whole);
    };
    if whole == Relation::Unproven && composition.is_decided_by_parts(walk, context.direction) {
        return each(walk);
    }
    if whole == Relation::Unproven {
        contradictions::search(walk, wholes);
    }
    let details = differences(base.core.value, revision.core.value);
    let (kind, details) = (Kind::Schema, Some(&details));
    match change_of(walk, context, wholes, whole.clone(), kind, details) {
        Some(change) => walk.with_stand_in(change, each),
        None => each(walk),
    }
}

/// Relates both schemas as wholes, but for what is reported separately: a changed discriminator, and null.
fn relation_of<'a>(
    walk: &Walk<'a>,
    wholes: &Pair<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    direction: Direction,
) -> Relation {
    let (mut old, mut new) = if base.null == revision.null {
        (wholes.base.value.clone(), wholes.revision.value.clone())
    } else {
        (base.without_null(), revision.without_null())
    };
    let changed = match (old.get("discriminator"), new.get("discriminator")) {
        (Some(was), Some(is)) => was != is,
        (Some(_) | None, _) => false,
    };
    if changed {
        for schema in [&mut old, &mut new] {
            if let Some(schema) = schema.as_object_mut() {
                schema.shift_remove("discriminator");
            }
        }
    }
    match walk.sides_within(&old, &new, direction, LIMIT) {
        Some((sender, receiver)) => relate(&sender, &receiver),
        None => Relation::Unproven,
    }
}

impl<'a> Composition<'a> {
    fn matched(walk: &mut Walk<'a>, base: &Layers<'a>, revision: &Layers<'a>) -> Self {
        let mut old = Parts::of(base.core.clone());
        let mut new = Parts::of(revision.core.clone());
        let references = pair_references(walk, &mut old, &mut new);
        let (mut olds, mut news) = (unions(&old), unions(&new));
        // A schema beside which the other side has alternatives is the only alternative.
        if news.is_empty() && is_only_union(walk.base, &base.core, (walk.revision, &revision.core))
        {
            news = vec![Union::of_one(&revision.core)];
            (old, new) = (Parts::default(), Parts::default());
        } else if olds.is_empty()
            && is_only_union(walk.revision, &revision.core, (walk.base, &base.core))
        {
            olds = vec![Union::of_one(&base.core)];
            (old, new) = (Parts::default(), Parts::default());
        }
        let are_unions_matched = olds.len() == news.len();
        let unions = if are_unions_matched {
            let pairs = olds.into_iter().zip(news);
            let matched = pairs.map(|(base, revision)| Alternatives {
                branches: Branches::matched(walk, &base, &revision),
                base,
                revision,
            });
            matched.collect()
        } else {
            Vec::new()
        };
        Self {
            base: old,
            revision: new,
            references,
            unions,
            are_unions_matched,
        }
    }

    /// Returns whether the whole is compatible if each part is: then the parts decide where the wholes cannot be
    /// related.
    fn is_decided_by_parts(&self, walk: &mut Walk<'a>, direction: Direction) -> bool {
        let sides = [(&self.base, walk.base), (&self.revision, walk.revision)];
        let says = |part: &Node<'a>, keywords: &[&str]| {
            keywords.iter().any(|key| part.value.get(key).is_some())
        };
        let depends = |(parts, document): &(&Parts<'a>, &'a Document)| {
            let expanded = (parts.references.iter())
                .flat_map(|reference| Parts::expanded(document, reference).inline);
            let all: Vec<Node<'a>> = parts.inline.iter().cloned().chain(expanded).collect();
            let closing = all.iter().filter(|part| says(part, CLOSING));
            let others = |closing: &Node<'a>| {
                let mut others = all.iter().filter(|part| part.pointer != closing.pointer);
                others.any(|part| says(part, DECLARING))
            };
            all.iter().any(|part| says(part, DEPENDS_ON_THE_REST))
                || closing.into_iter().any(others)
        };
        self.are_unions_matched
            && !sides.iter().any(depends)
            && self.unions.iter().all(|alternatives| {
                let (document, receiver) = match direction {
                    Direction::Request => (walk.revision, &alternatives.revision),
                    Direction::Response => (walk.base, &alternatives.base),
                };
                let sender = match direction {
                    Direction::Request => &alternatives.base,
                    Direction::Response => &alternatives.revision,
                };
                receiver.is_any_of()
                    || receiver.is_exclusive(document)
                    || (!sender.is_any_of()
                        && alternatives.branches.stay_exclusive(walk, direction))
            })
    }

    /// Compares what equal wholes refer to, and reports alternatives that changed without effect.
    fn compare_as_equal(&self, walk: &mut Walk<'a>, wholes: &Pair<'a>, context: &Context<'a>) {
        let count = walk.recorded();
        walk.within_wholes(&Relation::Equal, |walk| {
            self.compare_references(walk, context);
        });
        for alternatives in &self.unions {
            alternatives
                .branches
                .compare_as_equal(walk, wholes, context);
        }
        // What has no counterpart was not compared.
        let compared = match self.are_unions_matched {
            true => ["allOf", "anyOf", "oneOf"].as_slice(),
            false => &["allOf"],
        };
        texts::compare_parts(
            walk,
            (&self.base.inline, &self.revision.inline),
            context,
            Some(compared),
        );
        declared::compare(walk, wholes, context, count);
    }

    /// Returns what one part of each side says by this keyword, if no other part and no reference can say it as well.
    fn compared_once(&self, keyword: &str) -> Option<Pair<'a>> {
        let only = |parts: &Parts<'a>| {
            let mut said = parts.inline.iter().filter_map(|part| part.get(keyword));
            said.next().filter(|_| said.next().is_none())
        };
        let are_items_alike = |parts: &Parts<'a>| {
            keyword != "items"
                || parts
                    .inline
                    .iter()
                    .all(|part| part.get("prefixItems").is_none())
        };
        let sides = [&self.base, &self.revision];
        if !self.references.is_empty() || !sides.into_iter().all(are_items_alike) {
            return None;
        }
        let [base, revision] = sides.map(only);
        Some(Pair {
            base: base?,
            revision: revision?,
        })
    }

    fn compare_references(&self, walk: &mut Walk<'a>, context: &Context<'a>) {
        for pair in &self.references {
            let direction = context.direction;
            // With something beside the reference, the pair may be these two schemas themselves.
            walk.through_schema_references(pair, context.direction, |walk, target| {
                let name = pointer::last(&target.revision.pointer);
                let inner = Context::new(direction, message!("`{}`", name.as_ref()));
                walk.compare_schemas(target, &inner);
            });
        }
    }

    fn compare(
        &self,
        walk: &mut Walk<'a>,
        wholes: &Pair<'a>,
        (base, revision): (&Layers<'a>, &Layers<'a>),
        context: &Context<'a>,
        whole: &Relation,
    ) {
        walk.within_wholes(whole, |walk| self.compare_references(walk, context));
        let parts = (&self.base, &self.revision);
        scalar_keywords::compare_parts(walk, (base, revision), parts, wholes, context);
        objects::properties(walk, parts, wholes, context);
        let has_first_items = [&self.base, &self.revision]
            .into_iter()
            .flat_map(|parts| &parts.inline)
            .any(|part| part.get("prefixItems").is_some());
        let are_lists = [base, revision]
            .into_iter()
            .all(|layers| scalar_keywords::admits(layers.core.value, "array"));
        let are_compared =
            has_first_items && are_lists && first_items::compare(walk, parts, context);
        let items = self.compared_once("items");
        if let Some(items) = &items {
            walk.compare_schemas(items, &context.step(Step::Item));
        }
        let is_only_union = self.unions.len() == 1 && self.references.is_empty();
        for alternatives in &self.unions {
            let whole = if is_only_union {
                whole
            } else {
                &Relation::Unproven
            };
            alternatives.branches.compare(walk, wholes, context, whole);
        }
        let cores = Pair {
            base: base.core.clone(),
            revision: revision.core.clone(),
        };
        let is_judged = |key: &str| key != "prefixItems" || !are_compared;
        texts::compare_judged(walk, &cores, context, is_judged);
        texts::compare_parts(
            walk,
            (&self.base.inline, &self.revision.inline),
            context,
            None,
        );
    }
}
