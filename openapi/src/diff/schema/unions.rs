//! Alternatives (`anyOf`, `oneOf`): matched one to one where that is possible, then compared pair by pair.

mod exclusivity;
mod naming;
pub(crate) mod traits;

use serde_json::Value;

use crate::diff::message::{Part, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::texts;
use crate::diff::schema::composition::compensation::{Of, compensating_root};
use crate::diff::schema::layers::is_null;
use crate::diff::schema::unions::naming::{Named, Naming, inherited};
use crate::diff::schema::unions::traits::Traits;
use crate::diff::walk::schema_findings::{record_difference, record_embedded};
use crate::diff::walk::witness::Embedding;
use crate::diff::walk::{Context, Node, Pair, Walk, follow_schema, within};
use crate::document::Document;
use crate::document::FAMILIES;
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::{Direction, Discriminator};

/// The most nodes of two alternatives that are proven to be equal.
const LIMIT: usize = 1_000;

/// The alternatives of a schema, without null.
pub(crate) struct Union<'a> {
    keyword: &'static str,
    branches: Vec<Node<'a>>,
    /// Whether it is a schema with those that inherit from it.
    is_family: bool,
    /// The schema that has the alternatives; `None` where a schema is the only alternative.
    holder: Option<Node<'a>>,
}

impl<'a> Union<'a> {
    /// Returns the unions of a schema object.
    pub(crate) fn of(node: &Node<'a>) -> Vec<Self> {
        let of_keyword = |keyword: &'static str| {
            let mut branches = node.get(keyword)?.items();
            branches.retain(|branch| !is_null(branch.value));
            Some(Self {
                keyword,
                branches,
                is_family: is_family(&node.pointer),
                holder: Some(node.clone()),
            })
        };
        ["anyOf", "oneOf"]
            .into_iter()
            .filter_map(of_keyword)
            .collect()
    }

    /// Returns a schema as the only alternative.
    pub(crate) fn of_one(node: &Node<'a>) -> Self {
        Self {
            keyword: "anyOf",
            branches: vec![node.clone()],
            is_family: false,
            holder: None,
        }
    }

    /// Returns its alternatives.
    pub(crate) fn alternatives(&self) -> &[Node<'a>] {
        &self.branches
    }

    /// Returns the alternatives with the discriminator that names them.
    fn named(&self, document: &'a Document) -> Option<Named<'a>> {
        let discriminator = if self.is_family {
            inherited(document, self.branches.first()?, 0)
        } else {
            self.holder.as_ref()?.value.get("discriminator")
        };
        Some(Named {
            document,
            discriminator: Discriminator::of(discriminator?)?,
            branches: self.branches.clone(),
            is_family: self.is_family,
        })
    }

    /// Returns whether a value may satisfy several alternatives.
    pub(crate) fn is_any_of(&self) -> bool {
        self.keyword == "anyOf"
    }

    /// Returns whether no value satisfies two alternatives: their types differ, or a property that all objects require
    /// has different constants.
    pub(crate) fn is_exclusive(&self, document: &Document) -> bool {
        let traits: Vec<Traits> = (self.branches.iter())
            .map(|branch| Traits::of(document, branch))
            .collect();
        let pairs = traits.iter().enumerate();
        let mut pairs =
            pairs.flat_map(|(index, one)| traits[..index].iter().map(move |other| (one, other)));
        pairs.all(|(one, other)| one.excludes(other))
    }
}

/// The alternatives of two unions.
pub(crate) struct Branches<'a> {
    pairs: Vec<Pair<'a>>,
    removed: Vec<Node<'a>>,
    added: Vec<Node<'a>>,
    are_families: bool,
    /// Whether the only alternative of each side is the whole schema.
    are_wholes: (bool, bool),
    /// How discriminators of both unions name the alternatives; `None` where one has none.
    naming: Option<Naming<'a>>,
}

impl<'a> Branches<'a> {
    /// Pairs alternatives: equal ones, those of one name, of one constant, of one type, with the same required
    /// properties, of one title, those that are alike, and a last pair that remains.
    pub(crate) fn matched(walk: &mut Walk<'a>, base: &Union<'a>, revision: &Union<'a>) -> Self {
        let mut branches = Self {
            pairs: Vec::new(),
            removed: base.branches.clone(),
            added: revision.branches.clone(),
            are_families: base.is_family && revision.is_family,
            are_wholes: (base.holder.is_none(), revision.holder.is_none()),
            naming: base
                .named(walk.base)
                .zip(revision.named(walk.revision))
                .map(|(base, revision)| Naming { base, revision }),
        };
        // The name of a member of a family is its value in messages.
        if !branches.are_families {
            branches.pair_by(|a, b| walk.same_values(a.value, b.value));
        }
        branches.pair_by(have_one_name);
        if branches.are_families {
            return branches;
        }
        let (old, new) = (walk.base, walk.revision);
        let mut by_traits = |alike: fn(&Traits, &Traits) -> bool| {
            branches.pair_by(|a, b| alike(&Traits::of(old, a), &Traits::of(new, b)));
        };
        by_traits(|a, b| a.values.is_some() && a.values == b.values);
        by_traits(Traits::shares_constant);
        by_traits(|a, b| a.types.is_some() && a.types == b.types && a.properties.is_empty());
        by_traits(|a, b| !a.required.is_empty() && a.required == b.required);
        by_traits(|a, b| a.title.is_some() && a.title == b.title);
        by_traits(Traits::is_like);
        if branches.removed.len() == 1 && branches.added.len() == 1 {
            branches.pair_by(|_, _| true);
        }
        branches
    }

    fn pair_by(&mut self, mut alike: impl FnMut(&Node<'a>, &Node<'a>) -> bool) {
        let mut index = 0;
        while index < self.removed.len() {
            let branch = &self.removed[index];
            let naming = self.naming.as_ref();
            let mut is_counterpart = |other: &Node<'a>| {
                alike(branch, other) && naming.is_none_or(|naming| naming.is_same(branch, other))
            };
            match self.added.iter().position(&mut is_counterpart) {
                Some(other) => self.pairs.push(Pair {
                    base: self.removed.remove(index),
                    revision: self.added.remove(other),
                }),
                None => index += 1,
            }
        }
    }

    /// Compares the alternatives of two unions, of which `whole` is the relation.
    pub(crate) fn compare(
        &self,
        walk: &mut Walk<'a>,
        wholes: &Pair<'a>,
        context: &Context<'a>,
        whole: &Relation,
    ) {
        for pair in &self.pairs {
            let mut inner = context.called(message!("an alternative"));
            if let Some(root) =
                compensating_root(walk, wholes, pair, context.direction, Of::Alternatives)
            {
                inner.root = Some(root);
            }
            walk.compare_schemas(pair, &inner);
        }
        // Where nothing else differs, the alternative is what makes the whole break.
        let is_cause = self.unmatched().count() == 1
            && self.pairs.iter().all(|pair| walk.same_assertions(pair));
        for (branch, action) in self.unmatched() {
            let witness = match whole {
                Relation::Breaking(value) if is_cause => Some(value.clone()),
                _ => None,
            };
            let naming = self.naming.as_ref();
            record_unmatched(walk, wholes, context, (branch, action, naming), witness);
        }
    }

    fn unmatched(&self) -> impl Iterator<Item = (&Node<'a>, Action)> {
        let removed = self.removed.iter().map(|branch| (branch, Action::Removed));
        removed.chain(self.added.iter().map(|branch| (branch, Action::Added)))
    }

    /// Compares what alternatives of equal unions refer to, and reports those that changed without effect.
    pub(crate) fn compare_as_equal(
        &self,
        walk: &mut Walk<'a>,
        wholes: &Pair<'a>,
        context: &Context<'a>,
    ) {
        let texts = |document, branches: &[Node<'a>], is_whole| -> Vec<String> {
            let branches = branches.iter();
            let texts = branches.flat_map(|branch| match is_whole {
                true => texts::texts_below(document, branch),
                false => texts::every_text(document, branch),
            });
            texts.collect()
        };
        // The texts of an only alternative are those of the whole.
        let (base_is_whole, revision_is_whole) = self.are_wholes;
        let old = texts(walk.base, &self.removed, base_is_whole);
        let new = texts(walk.revision, &self.added, revision_is_whole);
        texts::note_differences(walk, &old, &new, wholes, context);
        for (branch, action) in self.unmatched() {
            let naming = self.naming.as_ref();
            let is_named = naming.is_some_and(|naming| naming.unmatched(branch, action).is_some());
            if self.are_families || is_named {
                record_unmatched(walk, wholes, context, (branch, action, naming), None);
            }
        }
        for pair in &self.pairs {
            let refer =
                pair.base.referred_name().is_some() && pair.revision.referred_name().is_some();
            // Equal alternatives may be paired crosswise.
            let mut counterparts = self.pairs.iter().map(|other| Pair {
                base: pair.base.clone(),
                revision: other.revision.clone(),
            });
            let counterpart = if refer {
                Some(pair.clone())
            } else {
                counterparts.find(|pair| is_equal(walk, pair, context.direction))
            };
            if let Some(pair) = counterpart {
                let inner = context.called(message!("an alternative"));
                walk.compare_schemas(&pair, &inner);
                continue;
            }
            // The whole, but for null.
            if self.are_wholes != (false, false) && self.unmatched().next().is_none() {
                texts::compare_below(walk, pair, context);
                continue;
            }
            let message = message!(
                "an alternative of {}, which all together accept the same values, changed from {} to {}",
                &context.subject,
                pair.base.value,
                pair.revision.value,
            );
            let rule = context.rule(Kind::Alternative, Action::Changed);
            walk.note(rule, Class::Docs, pair, message);
        }
    }
}

/// Returns whether both refer to components of one name.
fn have_one_name(base: &Node<'_>, revision: &Node<'_>) -> bool {
    base.referred_name().is_some() && base.referred_name() == revision.referred_name()
}

/// Returns whether both schemas are proven to accept the same values.
fn is_equal(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction) -> bool {
    walk.same_assertions(pair)
        || (walk.sides_within(pair.base.value, pair.revision.value, direction, LIMIT))
            .is_some_and(|(sender, receiver)| relate(&sender, &receiver) == Relation::Equal)
}

/// Records an alternative that only one side has. It matters when it is sent: then the other side's whole must accept
/// all of it. Of a `oneOf`, a `witness` shows that it matters all the same.
fn record_unmatched<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    context: &Context<'a>,
    (branch, action, naming): (&Node<'a>, Action, Option<&Naming<'a>>),
    witness: Option<Value>,
) {
    // A family is not in the text of the document, and its members are.
    let member = match action {
        Action::Removed => follow_schema(walk.base, branch),
        _ => follow_schema(walk.revision, branch),
    };
    let location = if is_family(&branch.pointer) {
        within(&member, wholes)
    } else {
        within(branch, wholes)
    };
    let which = match branch.referred_name() {
        Some(name) => Part::code(&name),
        None => Part::value(branch.value),
    };
    let message = message!(
        "the alternative {} of {} was {}",
        which,
        &context.subject,
        Part::Text(action.name()),
    );
    let axes = (Kind::Alternative, action);
    let is_sent = match context.direction {
        Direction::Request => action == Action::Removed,
        Direction::Response => action == Action::Added,
    };
    if !is_sent || witness.is_some() {
        return record_difference(walk, context, axes, location, message, witness);
    }
    let named = naming.and_then(|naming| naming.unmatched(branch, action));
    let sent = named.as_ref().map_or(branch.value, |named| &named.schema);
    let (base, revision) = match context.direction {
        Direction::Request => (sent, wholes.revision.value),
        Direction::Response => (wholes.base.value, sent),
    };
    let (sender, receiver) = walk.sides(base, revision, context.direction);
    match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => match named.and_then(|named| named.unread) {
            // No validator refuses it, and a reader that chooses by the value does not know it.
            Some(unread) => walk.decide(
                context.rule(Kind::Discriminator, Action::Changed),
                location,
                message,
                Some(unread),
            ),
            None => record_difference(walk, context, axes, location, message, None),
        },
        Relation::Breaking(value) => {
            record_difference(walk, context, axes, location, message, Some(value));
        }
        Relation::Unproven => {
            let unknown = Embedding::Unknown;
            record_embedded(walk, context, axes, location, message, unknown);
        }
    }
}

/// Returns whether a schema is one of the families, or within one.
fn is_family(place: &str) -> bool {
    pointer::below(place, &format!("/{FAMILIES}")).is_some()
}
