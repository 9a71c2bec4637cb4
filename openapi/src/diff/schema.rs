//! Two schemas: layers off, references paired, objects and arrays descended into by keyword, and
//! what is left at the bottom judged by the algebra.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::annotations;
use super::graph::{At, Both, Flow, Matched, Walk, follow};
use super::layers::{Layers, assertions};
use super::message::keywords_changed;
use super::operation::area_of;
use super::rule::{Action, Kind};
use super::witness::{self, Root, Step};
use super::{Change, Class, Rule, unions};
use crate::schema::{self, Relation};
use crate::{keywords, pointer};

/// What is known about the place of a schema.
#[derive(Debug, Clone)]
pub(super) struct Context<'a> {
    pub(super) flow: Flow,
    /// What a message calls it: `the 201 response body (application/json)`.
    pub(super) subject: String,
    /// The value that it is a part of; `None` before the first schema.
    root: Option<Root<'a>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(flow: Flow, subject: String) -> Self {
        Self {
            flow,
            subject,
            root: None,
        }
    }

    fn rooted(&self, both: &Both<'a>) -> Self {
        let mut context = self.clone();
        if context.root.is_none() {
            context.root = Some(Root {
                both: both.clone(),
                trail: Vec::new(),
            });
        }
        context
    }

    fn step(&self, step: Step) -> Self {
        let mut context = self.clone();
        context.subject = match &step {
            Step::Property(name) => format!("`{name}` of {}", self.subject),
            Step::Item => format!("an item of {}", self.subject),
        };
        if let Some(root) = &mut context.root {
            root.trail.push(step);
        }
        context
    }

    fn rule(&self, kind: Kind, action: Action) -> Rule {
        Rule::new(area_of(self.flow), kind, action)
    }
}

static ANYTHING: Value = Value::Bool(true);

/// Compares two schemas, in every class.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, both: &Both<'a>, context: &Context<'a>) {
    if walk.same(both) {
        return;
    }
    let context = &context.rooted(both);
    let mut base = Layers::of(both.base.clone());
    let mut revision = Layers::of(both.revision.clone());
    loop {
        let refer = (base.is_reference(), revision.is_reference());
        if refer == (true, true) && base.null == revision.null {
            texts(walk, &base, &revision, context);
            return components(walk, &base, &revision, context);
        }
        if refer == (false, false) {
            break;
        }
        if refer.0 != refer.1 && walk.options.component_names {
            component_written_out(walk, &base, &revision, context);
        }
        if refer.0 {
            base = base.through(walk.base);
        }
        if refer.1 {
            revision = revision.through(walk.revision);
        }
    }
    annotations::collect(&base.core, &mut base.annotations);
    annotations::collect(&revision.core, &mut revision.annotations);
    texts(walk, &base, &revision, context);
    if base.null != revision.null && !null(walk, both, &base, &revision, context) {
        whole(walk, both, context);
        return;
    }
    core(walk, both, &base, &revision, context);
}

fn texts<'a>(walk: &mut Walk<'a>, base: &Layers<'a>, revision: &Layers<'a>, context: &Context<'a>) {
    let (base, revision) = (&base.annotations, &revision.annotations);
    annotations::of_schema(
        walk,
        base,
        revision,
        area_of(context.flow),
        &context.subject,
    );
}

/// Both sides refer: what they refer to is compared once, whoever refers to it.
fn components<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let both = Both {
        base: follow(walk.base, &base.core),
        revision: follow(walk.revision, &revision.core),
    };
    let (old, new) = (
        pointer::last(&both.base.pointer),
        pointer::last(&both.revision.pointer),
    );
    if old != new && walk.options.component_names {
        let message = format!(
            "the component `{old}` of {} is now called `{new}`",
            context.subject
        );
        walk.note(
            Rule::new(super::Area::Component, Kind::Name, Action::Changed),
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
    let inner = Context::new(context.flow, subject);
    let target = both.clone();
    walk.pair(&both, context.flow, |walk| compare(walk, &target, &inner));
}

fn component_written_out<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let (at, message) = if base.is_reference() {
        let name = pointer::last(base.core.value["$ref"].as_str().unwrap_or_default()).into_owned();
        (
            &revision.core,
            format!(
                "{} is written out in place; it was the component `{name}`",
                context.subject
            ),
        )
    } else {
        let name =
            pointer::last(revision.core.value["$ref"].as_str().unwrap_or_default()).into_owned();
        (
            &revision.core,
            format!(
                "{} is now the component `{name}`; it was written out in place",
                context.subject
            ),
        )
    };
    walk.note(
        Rule::new(super::Area::Component, Kind::Name, Action::Changed),
        Class::Docs,
        at,
        message,
    );
}

/// One side's layers let null in and the other's do not. False when null is let in by both or by
/// neither after all, and only the whole can tell.
fn null<'a>(
    walk: &mut Walk<'a>,
    both: &Both<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) -> bool {
    let accepts = |bundle: Value| {
        crate::Validator::new(&bundle).is_ok_and(|validator| validator.accepts(&Value::Null))
    };
    let was = accepts(schema::bundle_value(walk.base, both.base.value));
    let is = accepts(schema::bundle_value(walk.revision, both.revision.value));
    if was != base.null || is != revision.null {
        return false;
    }
    let (action, word) = if is {
        (Action::Added, "may now be null")
    } else {
        (Action::Removed, "may no longer be null")
    };
    let breaks = is == (context.flow == Flow::Response);
    let location = both.revision.clone();
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

/// Records a difference of the schema at hand: breaking with a value that shows it at the spot,
/// which is lifted into a whole message, or additive without.
pub(super) fn finding<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    (kind, action): (Kind, Action),
    location: &At<'a>,
    message: String,
    witness: Option<Value>,
) {
    let class = if witness.is_some() {
        Class::Breaking
    } else {
        Class::Additive
    };
    let found = match (witness, &context.root) {
        (Some(local), Some(root)) => Some(witness::lift(walk, root, context.flow, local, location)),
        (Some(local), None) => Some((local, location.pointer.clone())),
        (None, _) => None,
    };
    record(
        walk,
        context,
        (kind, action),
        class,
        location,
        message,
        found,
    );
}

fn record<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    (kind, action): (Kind, Action),
    class: Class,
    location: &At<'a>,
    message: String,
    found: Option<witness::Found>,
) {
    let (witness, witness_schema) = found.unzip();
    walk.record(Change {
        rule: context.rule(kind, action),
        class,
        location: location.pointer.clone(),
        operations: Vec::new(),
        message,
        witness,
        witness_schema,
        base: None,
        revision: None,
    });
}

/// Keywords that are compared member by member; a schema with only these and with keywords that
/// concern one value alone is plain.
const DESCENDED: &[&str] = &["properties", "required", "items"];

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

fn is_plain(core: &At<'_>) -> bool {
    match assertions(core) {
        Some(keys) => !keys.iter().any(|key| COMPOSED.contains(key)),
        None => core.value == &ANYTHING,
    }
}

fn core<'a>(
    walk: &mut Walk<'a>,
    both: &Both<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let cores = Both {
        base: base.core.clone(),
        revision: revision.core.clone(),
    };
    if is_plain(&cores.base) && is_plain(&cores.revision) {
        shell(walk, base, revision, context);
        properties(walk, &cores, context);
        items(walk, &cores, context);
        return;
    }
    if let (Some(a), Some(b)) = (base.union(), revision.union())
        && unions::compare(walk, both, a, b, context)
    {
        return;
    }
    whole(walk, both, context);
}

/// Judges two schemas by the algebra alone, as one thing.
pub(super) fn whole<'a>(walk: &mut Walk<'a>, both: &Both<'a>, context: &Context<'a>) {
    let base = schema::bundle_value(walk.base, both.base.value);
    let revision = schema::bundle_value(walk.revision, both.revision.value);
    let message = |what: &str| format!("{} {what}", context.subject);
    judged(
        walk,
        context,
        &both.revision,
        (&base, &revision),
        Kind::Schema,
        message,
    );
    let old = annotations::all_below(walk.base, &both.base);
    let new = annotations::all_below(walk.revision, &both.revision);
    if let Some(difference) = first_difference(&old, &new) {
        let rule = context.rule(Kind::Text, Action::Changed);
        let message = format!("texts within {} differ: {difference}", context.subject);
        walk.note(rule, Class::Docs, &both.revision, message);
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

/// Relates two self-contained schemas and records what comes of it.
fn judged<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    location: &At<'a>,
    (base, revision): (&Value, &Value),
    kind: Kind,
    message: impl Fn(&str) -> String,
) {
    let relation = match context.flow {
        Flow::Request => schema::relation(base, revision),
        Flow::Response => schema::relation(revision, base),
    };
    let request = context.flow == Flow::Request;
    match relation {
        Relation::Equal => {}
        Relation::Compatible => {
            let (action, word) = if request {
                (Action::Widened, "accepts more")
            } else {
                (Action::Narrowed, "sends less")
            };
            finding(walk, context, (kind, action), location, message(word), None);
        }
        Relation::Breaking(value) => {
            let (action, word) = if request {
                (Action::Narrowed, "accepts less")
            } else {
                (Action::Widened, "sends more")
            };
            finding(
                walk,
                context,
                (kind, action),
                location,
                message(word),
                Some(value),
            );
        }
        Relation::Unproven => {
            let text = message("differs, and neither compatibility nor a breaking value was found");
            record(
                walk,
                context,
                (kind, Action::Changed),
                Class::Unproven,
                location,
                text,
                None,
            );
        }
    }
}

/// What two plain schemas say of a value apart from its declared properties and its items.
fn shell<'a>(walk: &mut Walk<'a>, base: &Layers<'a>, revision: &Layers<'a>, context: &Context<'a>) {
    let declared: BTreeSet<&str> = [&base.core, &revision.core]
        .iter()
        .filter_map(|core| core.value.get("properties").and_then(Value::as_object))
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect();
    let of = |layers: &Layers<'_>| shell_of(layers, &declared);
    let (old, new) = (of(base), of(revision));
    if old == new {
        return;
    }
    format(walk, &old, &new, &revision.core, context);
    let old_bundle = schema::bundle_value(walk.base, &old);
    let new_bundle = schema::bundle_value(walk.revision, &new);
    if old_bundle == new_bundle {
        return;
    }
    let (names, what) = keywords_changed(&old, &new);
    let message = |word: &str| format!("{} {word}: {what}", context.subject);
    judged(
        walk,
        context,
        &revision.core,
        (&old_bundle, &new_bundle),
        kind_of(&names),
        message,
    );
}

/// A format that nobody is held to, on either side, is a text; the others are the algebra's.
fn format<'a>(walk: &mut Walk<'a>, old: &Value, new: &Value, at: &At<'a>, context: &Context<'a>) {
    let of = |shell: &Value| {
        shell
            .get("format")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let (old, new) = (of(old), of(new));
    let only_told = |format: &Option<String>| {
        format
            .as_ref()
            .is_some_and(|format| !schema::is_asserted_format(format))
    };
    if old != new && (only_told(&old) || only_told(&new)) {
        let name = |format: Option<String>| format.unwrap_or_else(|| "none".to_owned());
        let message = format!(
            "the format of {} changed from {} to {}",
            context.subject,
            name(old),
            name(new)
        );
        walk.note(
            context.rule(Kind::Format, Action::Changed),
            Class::Docs,
            at,
            message,
        );
    }
}

fn shell_of(layers: &Layers<'_>, declared: &BTreeSet<&str>) -> Value {
    let Some(core) = layers.core.value.as_object() else {
        return layers.core.value.clone();
    };
    let mut shell: Map<String, Value> = core
        .iter()
        .filter(|(key, _)| !keywords::is_annotation(key) && !keywords::is_container(key))
        .filter(|(key, _)| !DESCENDED.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let closes = ["additionalProperties", "patternProperties", "propertyNames"];
    if closes.iter().any(|key| shell.contains_key(*key)) && !declared.is_empty() {
        let any = declared
            .iter()
            .map(|name| ((*name).to_owned(), json!(true)));
        shell.insert("properties".to_owned(), Value::Object(any.collect()));
    }
    if layers.types_without_null
        && let Some(Value::Array(types)) = shell.get_mut("type")
    {
        types.retain(|kind| kind != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            shell.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = shell.get_mut("enum") {
        values.sort_by_key(Value::to_string);
    }
    Value::Object(shell)
}

/// The kind of a difference by the keywords that differ.
fn kind_of(names: &[String]) -> Kind {
    let kind = |name: &str| match name {
        "type" => Kind::Type,
        "enum" | "const" => Kind::Enum,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            Kind::Range
        }
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            Kind::Length
        }
        "pattern" => Kind::Pattern,
        "format" => Kind::Format,
        "additionalProperties" | "patternProperties" | "propertyNames" => {
            Kind::AdditionalProperties
        }
        _ => Kind::Schema,
    };
    let mut kinds = names
        .iter()
        .filter(|name| *name != "properties")
        .map(|name| kind(name));
    let Some(first) = kinds.next() else {
        return Kind::Schema;
    };
    if kinds.all(|other| other == first) {
        first
    } else if names.iter().any(|name| name == "type") {
        Kind::Type
    } else {
        Kind::Schema
    }
}

fn required(core: &At<'_>) -> BTreeSet<String> {
    let names = core
        .value
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn properties<'a>(walk: &mut Walk<'a>, cores: &Both<'a>, context: &Context<'a>) {
    let (base, revision) = (
        cores.base.members_of("properties"),
        cores.revision.members_of("properties"),
    );
    let (was, is) = (required(&cores.base), required(&cores.revision));
    for (name, old) in &base {
        match revision.iter().find(|(other, _)| other == name) {
            Some((_, new)) => {
                let both = Both {
                    base: old.clone(),
                    revision: new.clone(),
                };
                let inner = context.step(Step::Property((*name).to_owned()));
                compare(walk, &both, &inner);
                if was.contains(*name) != is.contains(*name) {
                    required_changed(walk, context, name, is.contains(*name), new);
                }
            }
            None => removed(
                walk,
                cores,
                context,
                name,
                old,
                (was.contains(*name), is.contains(*name)),
            ),
        }
    }
    for (name, new) in &revision {
        if !base.iter().any(|(other, _)| other == name) {
            added(
                walk,
                cores,
                context,
                name,
                new,
                (was.contains(*name), is.contains(*name)),
            );
        }
    }
    // Names that are required without being declared.
    for name in was.symmetric_difference(&is) {
        let declared = |members: &[(&str, At<'_>)]| members.iter().any(|(other, _)| other == name);
        if !declared(&base) && !declared(&revision) {
            let at = if is.contains(name) {
                &cores.revision
            } else {
                &cores.base
            };
            required_changed(walk, context, name, is.contains(name), at);
        }
    }
}

/// A property that both know is required on one side only.
fn required_changed<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    name: &str,
    is_required: bool,
    at: &At<'a>,
) {
    let (action, word) = if is_required {
        (Action::Added, "now required")
    } else {
        (Action::Removed, "no longer required")
    };
    let breaks = is_required == (context.flow == Flow::Request);
    let message = format!("the property `{name}` of {} is {word}", context.subject);
    if breaks {
        absent(walk, context, (Kind::Required, action), at, message, name);
    } else {
        finding(walk, context, (Kind::Required, action), at, message, None);
    }
}

/// A property that the base declares and the revision does not.
fn removed<'a>(
    walk: &mut Walk<'a>,
    cores: &Both<'a>,
    context: &Context<'a>,
    name: &str,
    old: &At<'a>,
    (was, is): (bool, bool),
) {
    let message = format!("the property `{name}` of {} was removed", context.subject);
    let kind = if was {
        Kind::RequiredProperty
    } else {
        Kind::Property
    };
    match context.flow {
        Flow::Response if was && !is => {
            absent(walk, context, (kind, Action::Removed), old, message, name)
        }
        Flow::Response => finding(walk, context, (kind, Action::Removed), old, message, None),
        Flow::Request => {
            let accepts = undeclared(&cores.revision);
            sent_as(
                walk,
                context,
                (kind, Action::Removed),
                name,
                (old, &accepts),
                message,
            );
        }
    }
}

/// A property that the revision declares and the base does not.
fn added<'a>(
    walk: &mut Walk<'a>,
    cores: &Both<'a>,
    context: &Context<'a>,
    name: &str,
    new: &At<'a>,
    (was, is): (bool, bool),
) {
    let message = format!("the property `{name}` of {} was added", context.subject);
    let kind = if is {
        Kind::RequiredProperty
    } else {
        Kind::Property
    };
    match context.flow {
        Flow::Request if is && !was => {
            let message = format!("{message} and is required");
            absent(walk, context, (kind, Action::Added), new, message, name);
        }
        Flow::Request => finding(walk, context, (kind, Action::Added), new, message, None),
        Flow::Response => {
            let accepts = undeclared(&cores.base);
            sent_as(
                walk,
                context,
                (kind, Action::Added),
                name,
                (new, &accepts),
                message,
            );
        }
    }
}

/// What a schema says of a property that it does not declare.
fn undeclared<'a>(core: &At<'a>) -> At<'a> {
    core.get("additionalProperties").unwrap_or_else(|| At {
        pointer: core.pointer.clone(),
        value: &ANYTHING,
    })
}

/// A property that one side sends and the other takes as an undeclared one.
fn sent_as<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    name: &str,
    (sent, accepted): (&At<'a>, &At<'a>),
    message: String,
) {
    let (sender, receiver) = match context.flow {
        Flow::Request => (
            schema::bundle_value(walk.base, sent.value),
            schema::bundle_value(walk.revision, accepted.value),
        ),
        Flow::Response => (
            schema::bundle_value(walk.revision, sent.value),
            schema::bundle_value(walk.base, accepted.value),
        ),
    };
    match schema::relation(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => finding(walk, context, axes, sent, message, None),
        Relation::Breaking(value) => {
            let inner = context.step(Step::Property(name.to_owned()));
            let message = format!("{message}, and the other side does not accept it");
            finding(walk, &inner, axes, sent, message, Some(value));
        }
        Relation::Unproven => record(walk, context, axes, Class::Unproven, sent, message, None),
    }
}

/// The sender may leave a property out that the receiver cannot do without.
fn absent<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    at: &At<'a>,
    message: String,
    name: &str,
) {
    let Some(root) = &context.root else { return };
    let found = witness::without_member(walk, root, context.flow, name);
    let class = if found.is_some() {
        Class::Breaking
    } else {
        Class::Unproven
    };
    let schema = if at.pointer.starts_with(&root.both.revision.pointer) {
        &root.both.revision
    } else {
        &root.both.base
    };
    let found = found.map(|value| (value, schema.pointer.clone()));
    record(walk, context, axes, class, at, message, found);
}

fn items<'a>(walk: &mut Walk<'a>, cores: &Both<'a>, context: &Context<'a>) {
    let anything = |at: &At<'a>| At {
        pointer: at.pointer.clone(),
        value: &ANYTHING,
    };
    let both = match cores.get("items") {
        None => return,
        Some(Matched::Both(both)) => both,
        Some(Matched::Removed(base)) => Both {
            revision: anything(&cores.revision),
            base,
        },
        Some(Matched::Added(revision)) => Both {
            base: anything(&cores.base),
            revision,
        },
    };
    compare(walk, &both, &context.step(Step::Item));
}
