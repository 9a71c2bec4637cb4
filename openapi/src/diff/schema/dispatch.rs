//! Two schemas: layers off, references paired, objects and arrays descended into by keyword, and
//! what is left at the bottom judged by the algebra.

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::annotations::collected::collect;
use crate::diff::schema::annotations::texts;
use crate::diff::schema::assertions::assertions;
use crate::diff::schema::layers::Layers;
use crate::diff::schema::references::compare_by_references;
use crate::diff::schema::{annotations, objects, scalar_keywords, unions};
use crate::diff::walk::finding::{finding, judged};
use crate::diff::walk::witness::Step;
use crate::diff::walk::{ANYTHING, Context, Matched, Node, Pair, Walk, follow};
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::{self, Direction};

impl<'a> Walk<'a> {
    /// Compares two schemas, in every class.
    pub(crate) fn compare_schemas(&mut self, pair: &Pair<'a>, context: &Context<'a>) {
        if self.same(pair) {
            return;
        }
        let context = &context.rooted(pair);
        let mut base = Layers::of(pair.base.clone());
        let mut revision = Layers::of(pair.revision.clone());
        loop {
            let refer = (base.is_reference(), revision.is_reference());
            if refer == (true, true) && base.null == revision.null {
                // What stands beside the reference (JSON Schema 2020-12 Core section 8.2.3.1) is told of here, once for
                // each place that refers.
                collect(&base.core, &mut base.annotations);
                collect(&revision.core, &mut revision.annotations);
                texts(self, &base, &revision, context);
                return components(self, &base, &revision, context);
            }
            if refer == (false, false) {
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
        collect(&base.core, &mut base.annotations);
        collect(&revision.core, &mut revision.annotations);
        texts(self, &base, &revision, context);
        if base.null != revision.null && !null(self, pair, &base, &revision, context) {
            whole(self, pair, context);
            return;
        }
        core(self, pair, &base, &revision, context);
    }
}

fn texts<'a>(walk: &mut Walk<'a>, base: &Layers<'a>, revision: &Layers<'a>, context: &Context<'a>) {
    let (base, revision) = (&base.annotations, &revision.annotations);
    annotations::compare(walk, base, revision, context.direction, &context.subject);
}

/// Both sides refer: what they refer to is compared once, whoever refers to it.
fn components<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let pair = Pair {
        base: follow(walk.base, &base.core),
        revision: follow(walk.revision, &revision.core),
    };
    let (old, new) = (
        pointer::last(&pair.base.pointer),
        pointer::last(&pair.revision.pointer),
    );
    if old != new && walk.options.component_names {
        let message = format!(
            "the component `{old}` of {} is now called `{new}`",
            context.subject
        );
        walk.note(
            Rule::new(Area::Component, Kind::Name, Action::Changed),
            Class::Docs,
            &revision.core,
            message,
        );
    }
    let subject = if old == new {
        format!("`{new}`")
    } else {
        context.subject.clone()
    };
    let inner = Context::new(context.direction, subject);
    let target = pair.clone();
    walk.in_pair_in_turn(&pair, context.direction, move |walk| {
        walk.compare_schemas(&target, &inner);
    });
}

fn component_written_out<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let name = |layers: &Layers<'_>| {
        pointer::last(layers.core.value["$ref"].as_str().unwrap_or_default()).into_owned()
    };
    let message = if base.is_reference() {
        format!(
            "{} is written out in place; it was the component `{}`",
            context.subject,
            name(base)
        )
    } else {
        format!(
            "{} is now the component `{}`; it was written out in place",
            context.subject,
            name(revision)
        )
    };
    walk.note(
        Rule::new(Area::Component, Kind::Name, Action::Changed),
        Class::Docs,
        &revision.core,
        message,
    );
}

/// One side's layers let null in and the other's do not. False when null is let in by both or by
/// neither after all, and only the whole can tell.
fn null<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) -> bool {
    let accepts = |bundle: Value| {
        crate::Validator::new(&bundle).is_ok_and(|validator| validator.accepts(&Value::Null))
    };
    let was = accepts(schema::bundle_value(
        walk.base,
        pair.base.value,
        Some(context.direction),
    ));
    let is = accepts(schema::bundle_value(
        walk.revision,
        pair.revision.value,
        Some(context.direction),
    ));
    if was != base.null || is != revision.null {
        return false;
    }
    let (action, word) = if is {
        (Action::Added, "may now be null")
    } else {
        (Action::Removed, "may no longer be null")
    };
    let breaks = is == (context.direction == Direction::Response);
    let location = pair.revision.clone();
    let message = format!("{} {word}", context.subject);
    finding(
        walk,
        context,
        (Kind::Null, action),
        &location,
        message,
        breaks.then_some(Value::Null),
    );
    true
}

/// Keywords that put schemas together, or look at the whole.
const COMPOSED: &[&str] = &[
    "$ref",
    "$dynamicRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "prefixItems",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The texts of schemas that are judged with what holds them.
fn judged_with_the_shell<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>) {
    let mut parts = Vec::new();
    if let Some(Matched::Pair(patterns)) = cores.get("patternProperties") {
        parts.extend(patterns.members().into_iter().map(|(_, part)| part));
    }
    parts.extend(cores.get("propertyNames"));
    for part in parts {
        if let Matched::Pair(pair) = part
            && pair.base.value != pair.revision.value
        {
            texts::compare_every(walk, &pair, context);
        }
    }
}

fn is_plain(core: &Node<'_>) -> bool {
    match assertions(core) {
        Some(keys) => !keys.iter().any(|key| COMPOSED.contains(key)),
        None => core.value == &ANYTHING,
    }
}

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
    if is_plain(&cores.base) && is_plain(&cores.revision) {
        let before = walk.recorded();
        scalar_keywords::compare(walk, base, revision, context);
        judged_with_the_shell(walk, &cores, context);
        if admits(&cores, "object") {
            objects::properties(walk, &cores, context);
            objects::additional(walk, &cores, context);
        }
        if admits(&cores, "array") {
            items(walk, &cores, context);
        }
        compensated(walk, &cores, context, before);
        return;
    }
    if let (Some(a), Some(b)) = (base.union(), revision.union())
        && unions::compare(walk, pair, a, b, context)
    {
        return;
    }
    whole(walk, pair, context);
}

/// The most nodes of a schema that is judged once more as a whole.
const SMALL: usize = 200;

/// The kinds of a change that speaks of the values which a schema takes in.
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

/// Keywords that were judged apart may make up for each other, as `maxItems: 0` for `items: false`: of
/// schemas that are equal as wholes, what was recorded of their own values since `before` says nothing. A property
/// that is now declared is told of all the same, and so are promises.
fn compensated<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>, before: usize) {
    let here = &cores.revision.pointer;
    let items = pointer::join(here, "items");
    let speaks_of_values = |change: &Change| {
        change.class != Class::Docs
            && KINDS_OF_VALUES.contains(&change.rule.kind)
            && (change.location == *here || change.location == items)
    };
    if !walk.recorded_since(before).iter().any(speaks_of_values) {
        return;
    }
    let Some((sender, receiver)) = walk.sides_within(cores, context.direction, SMALL) else {
        return;
    };
    if relate(&sender, &receiver) == Relation::Equal {
        walk.forget_since(before, speaks_of_values);
    }
}

/// Whether values of the type are among those of both schemas: else there is nothing to descend
/// into, and what differs is the type.
fn admits(cores: &Pair<'_>, kind: &str) -> bool {
    scalar_keywords::admits(cores.base.value, kind)
        && scalar_keywords::admits(cores.revision.value, kind)
}

/// Judges two schemas by the algebra alone, as one thing.
pub(crate) fn whole<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    if pair.base.value == pair.revision.value {
        return compare_by_references(walk, pair, context, |walk| {
            texts::compare_below(walk, pair, context);
        });
    }
    let (old, new) = without_told(pair);
    let base = schema::bundle_value(walk.base, &old, Some(context.direction));
    let revision = schema::bundle_value(walk.revision, &new, Some(context.direction));
    let message = |what: &str| format!("{} {what}", context.subject);
    judged(
        walk,
        context,
        &pair.revision,
        (&base, &revision),
        Kind::Schema,
        message,
    );
    texts::compare_below(walk, pair, context);
}

/// Both schemas; without their discriminators where those differ, which was told of by itself.
fn without_told(pair: &Pair<'_>) -> (Value, Value) {
    let (mut old, mut new) = (pair.base.value.clone(), pair.revision.value.clone());
    if old.get("discriminator") != new.get("discriminator") {
        for schema in [&mut old, &mut new] {
            if let Some(schema) = schema.as_object_mut() {
                schema.shift_remove("discriminator");
            }
        }
    }
    (old, new)
}

fn items<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>) {
    if let Some(items) = cores.get("items") {
        walk.compare_schemas(&items.or_anything(cores), &context.step(Step::Item));
    }
}
