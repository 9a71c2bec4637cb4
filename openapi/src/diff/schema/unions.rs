//! Alternatives (`anyOf`, `oneOf`) and parts (`allOf`): matched one to one where that is possible, then compared pair
//! by pair.

use serde_json::Value;

use crate::diff::message::{Part, message};
use crate::diff::rules::{Action, Kind};
use crate::diff::walk::schema_findings::{change_of, record_difference, record_embedded};
use crate::diff::walk::witness::{Embedding, Root};
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// The most nodes of a union that is judged as a whole; of a larger one that would cost more than it shows.
const LIMIT: usize = 1_000;

/// A keyword, its branches without null, and whether null was among them.
type Union<'a> = (&'static str, Vec<Node<'a>>, bool);

/// Compares two unions by their branches. Returns false, with nothing recorded, when they are composed differently
/// and only the wholes can be compared.
///
/// What a branch no longer accepts, another may. So the wholes are judged first, and the branches show where the
/// difference is.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    (keyword, base, base_null): Union<'a>,
    (other, revision, revision_null): Union<'a>,
    context: &Context<'a>,
) -> bool {
    if keyword != other || base_null != revision_null {
        return false;
    }
    let branches = Branches::matched(walk, base, revision);
    let is_matched = branches.removed.is_empty() && branches.added.is_empty();
    // A value that one more alternative of a `oneOf` accepts as well is no longer accepted.
    if !is_matched && (keyword == "allOf" || (keyword == "oneOf" && !are_exclusive(wholes))) {
        return false;
    }
    // What a changed discriminator breaks is reported separately.
    let (old, new) = (wholes.base.value, wholes.revision.value);
    let is_reported = old.get("discriminator") != new.get("discriminator");
    let same = |walk: &mut Walk<'a>| branches.pairs.iter().all(|pair| walk.same_assertions(pair));
    if is_matched && (is_reported || same(walk)) {
        by_branch(walk, wholes, keyword, branches, context);
        return true;
    }
    let whole = match walk.sides_within(wholes, context.direction, LIMIT) {
        Some((sender, receiver)) => relate(&sender, &receiver),
        None => Relation::Unproven,
    };
    match whole {
        // Nothing was removed and nothing added: the alternatives are only composed differently.
        Relation::Equal if !is_matched => false,
        Relation::Equal | Relation::Compatible => {
            let mut pairs = branches.pairs.iter();
            let agree = pairs.all(|pair| is_included(walk, pair, context.direction, &whole));
            if agree {
                by_branch(walk, wholes, keyword, branches, context);
            }
            agree
        }
        // Alternatives that do not exclude each other, or are too many, are judged one by one: what one accepts, the
        // whole accepts.
        Relation::Unproven if keyword != "oneOf" || are_exclusive(wholes) => {
            by_branch(walk, wholes, keyword, branches, context);
            true
        }
        Relation::Breaking(_) | Relation::Unproven => {
            let location = &wholes.revision;
            let stand_in = change_of(walk, context, location, whole, Kind::Schema, None);
            if let Some(change) = stand_in {
                walk.with_stand_in(change, |walk| {
                    by_branch(walk, wholes, keyword, branches, context);
                });
            }
            true
        }
    }
}

/// Returns whether what is proven of the wholes (one accepts what the other sends, or both are equal) is proven of
/// this pair of branches as well.
fn is_included(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    direction: Direction,
    whole: &Relation,
) -> bool {
    if walk.same_assertions(pair) {
        return true;
    }
    let Some((sender, receiver)) = walk.sides_within(pair, direction, LIMIT) else {
        return false;
    };
    match relate(&sender, &receiver) {
        Relation::Equal => true,
        Relation::Compatible => whole == &Relation::Compatible,
        Relation::Breaking(_) | Relation::Unproven => false,
    }
}

fn by_branch<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    keyword: &str,
    branches: Branches<'a>,
    context: &Context<'a>,
) {
    let template = if keyword == "allOf" {
        "a part of {}"
    } else {
        "an alternative of {}"
    };
    for pair in branches.pairs {
        let mut inner = context.clone();
        inner.subject = message!(template, &context.subject);
        if let Some(root) = compensating_root(walk, wholes, &pair, keyword, context.direction) {
            inner.root = Some(root);
        }
        walk.compare_schemas(&pair, &inner);
    }
    for branch in branches.removed {
        unmatched(walk, wholes, context, &branch, Action::Removed);
    }
    for branch in branches.added {
        unmatched(walk, wholes, context, &branch, Action::Added);
    }
}

/// Returns what a difference within a pair of branches is judged against, where that is proven to break nothing: of
/// alternatives, the receiver's whole accepts all that the sender's alternative sends; of parts, the receiver's part
/// accepts all that the sender's whole does.
fn compensating_root<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    pair: &Pair<'a>,
    keyword: &str,
    direction: Direction,
) -> Option<Root<'a>> {
    if walk.same_assertions(pair) {
        return None;
    }
    let base_is_sender = direction == Direction::Request;
    let whole_is_sender = keyword == "allOf";
    let (base, revision) = if base_is_sender == whole_is_sender {
        (&wholes.base, &pair.revision)
    } else {
        (&pair.base, &wholes.revision)
    };
    let pair = Pair {
        base: base.clone(),
        revision: revision.clone(),
    };
    let (sender, receiver) = walk.sides_within(&pair, direction, LIMIT)?;
    match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => Some(Root {
            pair,
            trail: Vec::new(),
        }),
        Relation::Breaking(_) | Relation::Unproven => None,
    }
}

/// Returns whether discriminators tell the alternatives of both unions apart.
fn are_exclusive(wholes: &Pair<'_>) -> bool {
    wholes.base.value.get("discriminator").is_some()
        && wholes.revision.value.get("discriminator").is_some()
}

/// The branches of two unions.
struct Branches<'a> {
    pairs: Vec<Pair<'a>>,
    removed: Vec<Node<'a>>,
    added: Vec<Node<'a>>,
}

impl<'a> Branches<'a> {
    /// Pairs branches: equal ones, those of one name, those of one type, and a last pair that remains.
    fn matched(walk: &mut Walk<'a>, base: Vec<Node<'a>>, revision: Vec<Node<'a>>) -> Self {
        let mut branches = Self {
            pairs: Vec::new(),
            removed: base,
            added: revision,
        };
        branches.pair_by(|a, b| walk.same_values(a.value, b.value));
        branches.pair_by(|a, b| name(a).is_some() && name(a) == name(b));
        branches.pair_by(|a, b| {
            a.value.get("type").is_some()
                && a.value.get("type") == b.value.get("type")
                && a.value.get("type") != Some(&Value::from("object"))
        });
        if branches.removed.len() == 1 && branches.added.len() == 1 {
            branches.pair_by(|_, _| true);
        }
        branches
    }

    fn pair_by(&mut self, mut alike: impl FnMut(&Node<'a>, &Node<'a>) -> bool) {
        let mut index = 0;
        while index < self.removed.len() {
            let branch = &self.removed[index];
            match self.added.iter().position(|other| alike(branch, other)) {
                Some(other) => self.pairs.push(Pair {
                    base: self.removed.remove(index),
                    revision: self.added.remove(other),
                }),
                None => index += 1,
            }
        }
    }
}

/// Returns the name of the component that a branch refers to.
fn name(branch: &Node<'_>) -> Option<String> {
    Some(pointer::last(branch.text("$ref")?).into_owned())
}

/// Judges a branch that only one side has. It matters when it is sent: then the other side's whole must accept all of
/// it.
fn unmatched<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    context: &Context<'a>,
    branch: &Node<'a>,
    action: Action,
) {
    let which = match name(branch) {
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
    if !is_sent {
        return record_difference(walk, context, axes, branch, message, None);
    }
    let (base, revision) = match context.direction {
        Direction::Request => (branch, &wholes.revision),
        Direction::Response => (&wholes.base, branch),
    };
    let (sender, receiver) = walk.sides(base.value, revision.value, context.direction);
    match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => {
            record_difference(walk, context, axes, branch, message, None);
        }
        Relation::Breaking(value) => {
            record_difference(walk, context, axes, branch, message, Some(value));
        }
        Relation::Unproven => {
            let unknown = Embedding::Unknown;
            record_embedded(walk, context, axes, branch, message, unknown);
        }
    }
}
