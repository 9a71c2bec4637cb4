//! Alternatives (`anyOf`, `oneOf`) and parts (`allOf`): matched one to one where that is possible,
//! then compared pair by pair.

use serde_json::Value;

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::finding::{finding, verdict};
use crate::diff::walk::message::shown;
use crate::diff::walk::witness::Root;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// Beyond this many nodes a union is not judged as a whole: that would cost more than it tells.
const LIMIT: usize = 1_000;

type Union<'a> = (&'static str, Vec<Node<'a>>, bool);

/// Compares two unions by their branches. False, with nothing recorded, when they are not put
/// together alike, and only the whole can tell.
///
/// What a branch no longer takes in, another may. So the whole is judged first; its branches tell
/// where the difference is.
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
    let branches = matched(walk, base, revision);
    let (pairs, gone, come) = &branches;
    let is_matched = gone.is_empty() && come.is_empty();
    // A value that one more alternative of a `oneOf` accepts as well is accepted no longer.
    if !is_matched && (keyword == "allOf" || (keyword == "oneOf" && !excludes(wholes))) {
        return false;
    }
    // What a discriminator that changed breaks is told of by itself.
    let is_told =
        wholes.base.value.get("discriminator") != wholes.revision.value.get("discriminator");
    if is_matched && (is_told || pairs.iter().all(|pair| walk.same_assertions(pair))) {
        by_branch(walk, wholes, keyword, branches, context);
        return true;
    }
    let whole = match walk.sides_within(wholes, context.direction, LIMIT) {
        Some((sender, receiver)) => relate(&sender, &receiver),
        None => Relation::Unproven,
    };
    match whole {
        // Nothing is gone and nothing is new: the alternatives are only put together otherwise.
        Relation::Equal if !is_matched => false,
        Relation::Equal | Relation::Compatible => {
            let agree = pairs
                .iter()
                .all(|pair| is_taken_in(walk, pair, context.direction, &whole));
            if agree {
                by_branch(walk, wholes, keyword, branches, context);
            }
            agree
        }
        // Of alternatives that do not exclude each other, or are too many to ask, each is judged
        // by itself: whatever it takes in, the whole does.
        Relation::Unproven if keyword != "oneOf" || excludes(wholes) => {
            by_branch(walk, wholes, keyword, branches, context);
            true
        }
        Relation::Breaking(_) | Relation::Unproven => {
            let message = |what: &str| format!("{} {what}", context.subject);
            let kind = Kind::Schema;
            let stand_in = verdict(walk, context, &wholes.revision, whole, kind, message);
            if let Some(change) = stand_in {
                walk.with_stand_in(change, |walk| {
                    by_branch(walk, wholes, keyword, branches, context);
                });
            }
            true
        }
    }
}

/// Whether what is proven of the whole, that one takes in what the other sends or that both are
/// equal, is proven of this pair of branches as well.
fn is_taken_in(
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
    (pairs, gone, come): Matching<'a>,
    context: &Context<'a>,
) {
    let part = if keyword == "allOf" {
        "a part"
    } else {
        "an alternative"
    };
    for pair in pairs {
        let mut inner = context.clone();
        inner.subject = format!("{part} of {}", context.subject);
        if let Some(root) = made_up_for(walk, wholes, &pair, keyword, context.direction) {
            inner.root = Some(root);
        }
        walk.compare_schemas(&pair, &inner);
    }
    for branch in gone {
        leftover(walk, wholes, context, &branch, Action::Removed);
    }
    for branch in come {
        leftover(walk, wholes, context, &branch, Action::Added);
    }
}

/// What a difference within a pair of branches is held against, where it is proven to break nothing: of
/// alternatives, the receiver's whole takes in all that the sender's sends; of parts, the receiver's takes in
/// all that the sender's whole does.
fn made_up_for<'a>(
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
    let is_taken_in = match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => true,
        Relation::Breaking(_) | Relation::Unproven => false,
    };
    is_taken_in.then_some(Root {
        pair,
        trail: Vec::new(),
    })
}

/// Whether the alternatives say by which value of which property they are told apart.
fn excludes(wholes: &Pair<'_>) -> bool {
    wholes.base.value.get("discriminator").is_some()
        && wholes.revision.value.get("discriminator").is_some()
}

type Matching<'a> = (Vec<Pair<'a>>, Vec<Node<'a>>, Vec<Node<'a>>);

/// Pairs branches: equal ones, those of one name, those of one type, and a last pair left over.
fn matched<'a>(
    walk: &mut Walk<'a>,
    mut base: Vec<Node<'a>>,
    mut revision: Vec<Node<'a>>,
) -> Matching<'a> {
    let mut pairs = Vec::new();
    take_pairs(&mut base, &mut revision, &mut pairs, |a, b| {
        walk.same_values(a.value, b.value)
    });
    take_pairs(&mut base, &mut revision, &mut pairs, |a, b| {
        name(a).is_some() && name(a) == name(b)
    });
    take_pairs(&mut base, &mut revision, &mut pairs, |a, b| {
        a.value.get("type").is_some()
            && a.value.get("type") == b.value.get("type")
            && a.value.get("type") != Some(&Value::from("object"))
    });
    if base.len() == 1 && revision.len() == 1 {
        take_pairs(&mut base, &mut revision, &mut pairs, |_, _| true);
    }
    (pairs, base, revision)
}

fn take_pairs<'a>(
    base: &mut Vec<Node<'a>>,
    revision: &mut Vec<Node<'a>>,
    pairs: &mut Vec<Pair<'a>>,
    mut alike: impl FnMut(&Node<'a>, &Node<'a>) -> bool,
) {
    let mut index = 0;
    while index < base.len() {
        match revision.iter().position(|other| alike(&base[index], other)) {
            Some(other) => pairs.push(Pair {
                base: base.remove(index),
                revision: revision.remove(other),
            }),
            None => index += 1,
        }
    }
}

fn name(branch: &Node<'_>) -> Option<String> {
    let reference = branch.value.get("$ref")?.as_str()?;
    Some(pointer::last(reference).into_owned())
}

/// A branch that only one side has. It matters when it is what is sent: then the other side's
/// whole must accept all of it.
fn leftover<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    context: &Context<'a>,
    branch: &Node<'a>,
    action: Action,
) {
    let called = name(branch).map_or_else(|| shown(branch.value), |name| format!("`{name}`"));
    let message = format!(
        "the alternative {called} of {} was {}",
        context.subject,
        action.name()
    );
    let axes = (Kind::Alternative, action);
    let is_sent = match context.direction {
        Direction::Request => action == Action::Removed,
        Direction::Response => action == Action::Added,
    };
    if !is_sent {
        finding(walk, context, axes, branch, message, None);
        return;
    }
    let (base, revision) = match context.direction {
        Direction::Request => (branch, &wholes.revision),
        Direction::Response => (&wholes.base, branch),
    };
    let (sender, receiver) = walk.sides(base.value, revision.value, context.direction);
    match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => {
            finding(walk, context, axes, branch, message, None);
        }
        Relation::Breaking(value) => finding(walk, context, axes, branch, message, Some(value)),
        Relation::Unproven => {
            let rule = Rule::new(Area::of(context.direction), Kind::Alternative, action);
            walk.note(rule, Class::Unproven, branch, message);
        }
    }
}
