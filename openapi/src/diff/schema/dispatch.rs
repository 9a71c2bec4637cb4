//! Two schemas: layers are taken off, references are paired, objects and arrays are compared by keyword, and what
//! remains is judged by [`crate::relation`].

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::message::{Message, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::annotations::collected::collect;
use crate::diff::schema::annotations::texts;
use crate::diff::schema::assertions::assertions;
use crate::diff::schema::composition::parts::Parts;
use crate::diff::schema::layers::Layers;
use crate::diff::schema::references::compare_by_references;
use crate::diff::schema::{annotations, composition, contradictions, objects, scalar_keywords};
use crate::diff::walk::schema_findings::{record_difference, record_relation};
use crate::diff::walk::witness::Step;
use crate::diff::walk::{ANYTHING, Context, Node, Pair, Walk};
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::{Direction, Validator};

impl<'a> Walk<'a> {
    /// Compares two schemas, in every class.
    pub(crate) fn compare_schemas(&mut self, pair: &Pair<'a>, context: &Context<'a>) {
        if self.same(pair) {
            return;
        }
        self.once_at_a_time(pair, context.direction, |walk| {
            let context = context.rooted(pair);
            let count = walk.recorded();
            walk.compare_different(pair, &context);
            let is_unproven = |change: &Change| change.class == Class::Unproven;
            if let Some(root) = &context.root
                && walk.recorded_since(count).any(is_unproven)
            {
                contradictions::search(walk, &root.pair);
            }
        });
    }

    fn compare_different(&mut self, pair: &Pair<'a>, context: &Context<'a>) {
        let mut base = Layers::of(pair.base.clone());
        let mut revision = Layers::of(pair.revision.clone());
        loop {
            let refer = (base.is_reference(), revision.is_reference());
            if refer == (true, true) && base.null == revision.null {
                // What is beside the reference (JSON Schema 2020-12 Core section 8.2.3.1) is reported here, once for
                // each place that refers.
                own_annotations(self, &mut base, &mut revision, context);
                return components(self, &base, &revision, context);
            }
            let (old, new) = (&base.core, &revision.core);
            let is_among = (refer.0 && is_among(old, new)) || (refer.1 && is_among(new, old));
            if refer == (false, false) || is_among {
                break;
            }
            if refer.0 != refer.1 && self.options.component_names {
                component_written_out(self, &base, &revision, context);
            }
            if refer.0 {
                base = base.through(self.base);
            }
            if refer.1 {
                revision = revision.through(self.revision);
            }
        }
        own_annotations(self, &mut base, &mut revision, context);
        let may_differ =
            base.null != revision.null || base.may_reject_null || revision.may_reject_null;
        if may_differ && !null(self, pair, &base, &revision, context) {
            whole(self, pair, context);
            return;
        }
        core(self, pair, &base, &revision, context);
    }
}

/// Compares the annotations of both schemas, with those of the layers around them.
fn own_annotations<'a>(
    walk: &mut Walk<'a>,
    base: &mut Layers<'a>,
    revision: &mut Layers<'a>,
    context: &Context<'a>,
) {
    for layers in [&mut *base, &mut *revision] {
        collect(&layers.core, &mut layers.annotations);
    }
    annotations::compare(
        walk,
        &base.annotations,
        &revision.annotations,
        context.direction,
        &context.subject,
    );
}

/// Compares what both sides refer to: once, however many places refer to it.
fn components<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let references = Pair {
        base: base.core.clone(),
        revision: revision.core.clone(),
    };
    let pair = walk.followed_schemas(&references);
    let old = pointer::last(&pair.base.pointer);
    let new = pointer::last(&pair.revision.pointer);
    if old != new && walk.options.component_names {
        let message = message!(
            "the component `{}` of {} is now called `{}`",
            old.as_ref(),
            &context.subject,
            new.as_ref(),
        );
        note_name(walk, &references, message);
    }
    let inner = if old == new {
        Context::new(context.direction, message!("`{}`", new.as_ref()))
    } else {
        context.alone()
    };
    let target = pair.clone();
    walk.in_pair_in_turn(&references, &pair, context.direction, move |walk| {
        walk.compare_schemas(&target, &inner);
    });
}

fn component_written_out<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let name = |layers: &Layers<'a>| pointer::last(layers.core.text("$ref").unwrap_or_default());
    let message = if base.is_reference() {
        message!(
            "{} is written out in place; it was the component `{}`",
            &context.subject,
            name(base).as_ref(),
        )
    } else {
        message!(
            "{} is now the component `{}`; it was written out in place",
            &context.subject,
            name(revision).as_ref(),
        )
    };
    let cores = Pair {
        base: base.core.clone(),
        revision: revision.core.clone(),
    };
    note_name(walk, &cores, message);
}

fn note_name(walk: &mut Walk<'_>, cores: &Pair<'_>, message: Message) {
    let rule = Rule::new(Area::Component, Kind::Name, Action::Changed);
    walk.note(rule, Class::Docs, cores, message);
}

/// Compares what the layers of two schemas say of null. Returns false, with nothing recorded, when they do not decide
/// whether null is accepted, and only the wholes can be compared.
fn null<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) -> bool {
    let accepts = |schema: &Value| {
        Validator::new(schema).is_ok_and(|validator| validator.accepts(&Value::Null))
    };
    let direction = context.direction;
    let (sender, receiver) = walk.sides(pair.base.value, pair.revision.value, direction);
    let (sends, takes) = (accepts(&sender), accepts(&receiver));
    let (was, is) = match direction {
        Direction::Request => (sends, takes),
        Direction::Response => (takes, sends),
    };
    if was != base.null || is != revision.null {
        return false;
    }
    if was == is {
        return true;
    }
    let (action, template) = if is {
        (Action::Added, "{} may now be null")
    } else {
        (Action::Removed, "{} may no longer be null")
    };
    let breaks = is == (direction == Direction::Response);
    record_difference(
        walk,
        context,
        (Kind::Null, action),
        pair,
        message!(template, &context.subject),
        breaks.then_some(Value::Null),
    );
    true
}

/// Keywords that combine schemas, or depend on what is beside them.
const COMPOSED: &[&str] = &[
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Returns whether a reference is among the parts or alternatives of a schema, by its name.
fn is_among(reference: &Node<'_>, schema: &Node<'_>) -> bool {
    let branches = ["allOf", "anyOf", "oneOf"].into_iter();
    let mut branches = branches.flat_map(|keyword| schema.items_of(keyword));
    branches.any(|branch| {
        branch.referred_name() == reference.referred_name() || is_among(reference, &branch)
    })
}

fn is_plain(core: &Node<'_>) -> bool {
    match assertions(core) {
        Some(keys) => !keys.iter().any(|key| COMPOSED.contains(key)),
        None => core.value == &ANYTHING,
    }
}

/// Compares two schemas without their layers.
fn core<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let cores = Pair {
        base: base.core.clone(),
        revision: revision.core.clone(),
    };
    contradictions::compare(walk, &cores, context.direction);
    if is_plain(&cores.base) && is_plain(&cores.revision) {
        let count = walk.recorded();
        scalar_keywords::compare(walk, base, revision, context);
        texts::compare_judged(walk, &cores, context, |_| true);
        if admit(&cores, "object") {
            let parts = [&cores.base, &cores.revision].map(|core| Parts::of(core.clone()));
            objects::properties(walk, (&parts[0], &parts[1]), &cores, context);
            objects::additional(walk, &cores, context);
        }
        if admit(&cores, "array") {
            items(walk, &cores, context);
        }
        forget_compensated(walk, &cores, context, count);
        return;
    }
    let is_object = |core: &Node<'_>| core.value.is_object();
    if is_object(&cores.base) && is_object(&cores.revision) {
        return composition::compare(walk, pair, base, revision, context);
    }
    whole(walk, pair, context);
}

/// Returns whether values of the type are among those of both schemas. If not, there are no parts to compare, and what
/// differs is the type, or the listed values.
fn admit(cores: &Pair<'_>, kind: &str) -> bool {
    let [base, revision] = [cores.base.value, cores.revision.value];
    scalar_keywords::admits(base, kind)
        && scalar_keywords::admits(revision, kind)
        && scalar_keywords::lists_none_of(base, kind)
            == scalar_keywords::lists_none_of(revision, kind)
}

fn items<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>) {
    if let Some(items) = cores.get("items") {
        let (items, inner) = (items.or_anything(cores), context.step(Step::Item));
        match context.items {
            Some(compare) => compare(walk, &items, &inner),
            None => walk.compare_schemas(&items, &inner),
        }
    }
}

/// The most nodes of a schema that is judged once more as a whole.
const SMALL: usize = 200;

/// The kinds of changes to the set of values of a schema itself.
const KINDS_OF_VALUES: &[Kind] = &[
    Kind::Type,
    Kind::Null,
    Kind::Enum,
    Kind::Range,
    Kind::Length,
    Kind::Pattern,
    Kind::Format,
    Kind::AdditionalProperties,
    Kind::Required,
    Kind::Schema,
];

/// Removes what was recorded after the first `count` findings where keywords that were judged separately compensate
/// each other, as `maxItems: 0` and `items: false` do: schemas that are equal as wholes have equal sets of values. A
/// property that is now declared is reported all the same, and so are promises.
fn forget_compensated<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    context: &Context<'a>,
    count: usize,
) {
    let here = &cores.revision.pointer;
    let items = pointer::join(here, "items");
    let is_about_values = |change: &Change| {
        change.class != Class::Docs
            // No validator knows these.
            && (change.rule.kind, change.rule.action) != (Kind::Format, Action::Changed)
            && KINDS_OF_VALUES.contains(&change.rule.kind)
            && (change.location == *here || change.location == items)
    };
    if !walk.recorded_since(count).any(is_about_values) {
        return;
    }
    let Some((sender, receiver)) = walk.sides_within(
        cores.base.value,
        cores.revision.value,
        context.direction,
        SMALL,
    ) else {
        return;
    };
    if relate(&sender, &receiver) == Relation::Equal {
        walk.forget_since(count, is_about_values);
    }
}

/// Judges two schemas by their relation alone, as one thing.
fn whole<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    if pair.base.value == pair.revision.value {
        return compare_by_references(walk, pair, context, |walk| {
            texts::compare_below(walk, pair, context);
        });
    }
    let (old, new) = (pair.base.value, pair.revision.value);
    let (sender, receiver) = walk.sides(old, new, context.direction);
    let sides: (&Value, &Value) = (&sender, &receiver);
    let details = scalar_keywords::changes::differences(old, new);
    record_relation(walk, context, pair, sides, Kind::Schema, Some(&details));
    texts::compare_below(walk, pair, context);
}
