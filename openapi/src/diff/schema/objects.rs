//! The properties of two objects: each pair compared, and which of them are required.

pub(crate) mod carried;

use serde_json::{Value, json};

use crate::diff::message::{Message, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::assertions::undeclared_are_compared;
use crate::diff::schema::composition::parts::Parts;
use crate::diff::schema::objects::carried::{Carried, compare_left_out};
use crate::diff::schema::scalar_keywords::changes::differences;
use crate::diff::sides::Sides;
use crate::diff::walk::schema_findings::{
    Axes, record_difference, record_embedded, record_relation,
};
use crate::diff::walk::witness::{Embedding, Step, embed_absence};
use crate::diff::walk::{ANYTHING, Context, Matched, Node, Pair, Walk, deprecation, within};
use crate::relation::{Relation, relate};
use crate::schema::{Direction, Validator};

/// Compares the declared properties of two objects, each of which may have several parts.
pub(crate) fn properties<'a>(
    walk: &mut Walk<'a>,
    (old_parts, new_parts): (&Parts<'a>, &Parts<'a>),
    wholes: &Pair<'a>,
    context: &Context<'a>,
) {
    let base = Carried::of(walk.base, old_parts, context.direction);
    let revision = Carried::of(walk.revision, new_parts, context.direction);
    compare_left_out(walk, &base, &revision, context);
    let (was, is) = (&base.required, &revision.required);
    let property = |name: &'a str, node: &Node<'a>| Property {
        parts: (old_parts, new_parts),
        wholes,
        context,
        name,
        node: node.clone(),
        was_required: was.contains(name),
        is_required: is.contains(name),
    };
    for (name, old) in &base.members {
        match revision.get(name) {
            Some(new) => {
                let pair = Pair {
                    base: old.clone(),
                    revision: new.clone(),
                };
                let inner = context.step(Step::Property((*name).to_owned()));
                compare_property(walk, &pair, context, &inner);
                declared_again(walk, (&base, &revision), name, &inner);
                if was.contains(*name) != is.contains(*name) {
                    required_changed(walk, context, name, is.contains(*name), &pair);
                }
            }
            None => property(name, old).removed(walk),
        }
    }
    for (name, new) in &revision.members {
        match base.get(name) {
            None => property(name, new).added(walk),
            Some(old) if base.inherits(name) => {
                let pair = Pair {
                    base: old,
                    revision: new.clone(),
                };
                let inner = context.step(Step::Property((*name).to_owned()));
                compare_property(walk, &pair, context, &inner);
                if was.contains(*name) != is.contains(*name) {
                    required_changed(walk, context, name, is.contains(*name), &pair);
                }
            }
            Some(_) => {}
        }
    }
    // Names that are required without being declared. What a component requires is compared with the component.
    let in_place = |name: &String| {
        base.required_in_place.contains(name) || revision.required_in_place.contains(name)
    };
    for name in was.symmetric_difference(is).filter(|name| in_place(name)) {
        if base.get(name).is_none_or(|_| base.inherits(name))
            && revision.get(name).is_none_or(|_| revision.inherits(name))
        {
            required_changed(walk, context, name, is.contains(name), wholes);
        }
    }
}

fn compare_property<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    context: &Context<'a>,
    inner: &Context<'a>,
) {
    match context.properties {
        Some(compare) => compare(walk, pair, inner),
        None => walk.compare_schemas(pair, inner),
    }
}

/// Compares what further parts say of a property that is declared more than once.
fn declared_again<'a>(
    walk: &mut Walk<'a>,
    (base, revision): (&Carried<'a>, &Carried<'a>),
    name: &str,
    context: &Context<'a>,
) {
    let (old, new) = (base.again(name), revision.again(name));
    if old.len() == new.len() {
        for (base, revision) in old.into_iter().zip(new) {
            walk.compare_schemas(&Pair { base, revision }, context);
        }
        return;
    }
    let (Some(old), Some(new)) = (base.get(name), revision.get(name)) else {
        return;
    };
    let together = |first: &Node<'a>, more: &[Node<'a>]| {
        let schemas = [first]
            .into_iter()
            .chain(more)
            .map(|node| node.value.clone());
        json!({ "allOf": schemas.collect::<Vec<_>>() })
    };
    let all = (
        together(&old, &base.again(name)),
        together(&new, &revision.again(name)),
    );
    let details = differences(&all.0, &all.1);
    let (sender, receiver) = walk.sides(&all.0, &all.1, context.direction);
    record_relation(
        walk,
        context,
        &Pair {
            base: old,
            revision: new,
        },
        (&sender, &receiver),
        Kind::Schema,
        Some(&details),
    );
}

/// Compares the schemas of undeclared properties, where both sides have one.
pub(crate) fn additional<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>) {
    if !undeclared_are_compared(&cores.base, &cores.revision) {
        return;
    }
    if let Some(Matched::Pair(pair)) = cores.get("additionalProperties") {
        let declares = |core: &Node<'_>, name: &str| {
            let properties = core.value.get("properties");
            properties.is_some_and(|properties| properties.get(name).is_some())
        };
        let is_free =
            |name: &String| !declares(&cores.base, name) && !declares(&cores.revision, name);
        let name = (0..).map(|n| format!("key{n}")).find(is_free);
        let step = Step::Property(name.unwrap_or_default());
        let inner = context.step_called(step, message!("an undeclared property"));
        walk.compare_schemas(&pair, &inner);
    }
}

/// Records that a property became required, or is no longer.
fn required_changed<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    name: &str,
    is_required: bool,
    at: impl Into<Sides>,
) {
    let (action, template) = if is_required {
        (Action::Added, "the property `{}` of {} is now required")
    } else {
        (
            Action::Removed,
            "the property `{}` of {} is no longer required",
        )
    };
    let axes = (Kind::Required, action);
    let message = message!(template, name, &context.subject);
    if is_required == (context.direction == Direction::Request) {
        absent(walk, context, axes, at, message, name);
    } else {
        record_difference(walk, context, axes, at, message, None);
    }
}

/// Records a difference where the sender may leave out a property that the receiver requires.
fn absent<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: Axes,
    at: impl Into<Sides>,
    message: Message,
    name: &str,
) {
    let sides = at.into();
    let Some(root) = &context.root else { return };
    let embedding = embed_absence(walk, root, context.direction, name, &sides);
    record_embedded(walk, context, axes, sides, message, embedding);
}

/// A property that one side declares.
struct Property<'c, 'a> {
    parts: (&'c Parts<'a>, &'c Parts<'a>),
    wholes: &'c Pair<'a>,
    context: &'c Context<'a>,
    name: &'a str,
    node: Node<'a>,
    was_required: bool,
    is_required: bool,
}

impl<'a> Property<'_, 'a> {
    /// Records a property that the revision does not declare.
    fn removed(&self, walk: &mut Walk<'a>) {
        let (was, is) = (self.was_required, self.is_required);
        if self.context.direction == Direction::Request && is && !was {
            // It is no longer declared, and required all the same.
            required_changed(walk, self.context, self.name, true, self.wholes);
        }
        let axes = (Self::kind(was), Action::Removed);
        let message = message!(
            "the property `{}` of {} was removed",
            self.name,
            &self.context.subject
        );
        if let Some(announcement) = deprecation::announcement(walk, &self.node) {
            let message = message!("{}, {}", &message, &announcement);
            let rule = self.context.rule(axes.0, axes.1);
            return walk.note(rule, Class::Docs, self.place(), message);
        }
        match self.context.direction {
            Direction::Response if was && !is => {
                self.removed_where_required(walk, message);
            }
            Direction::Response if !is && !is_meant(self.parts.1, self.name) => {
                record_difference(walk, self.context, axes, self.place(), message, None);
            }
            Direction::Request | Direction::Response => {
                self.compare_with_undeclared(walk, axes, message);
            }
        }
    }

    /// Records a property that the base does not declare.
    fn added(&self, walk: &mut Walk<'a>) {
        let (was, is) = (self.was_required, self.is_required);
        if self.context.direction == Direction::Response && was && !is {
            // It was required without being declared.
            required_changed(walk, self.context, self.name, false, self.place());
        }
        let axes = (Self::kind(is), Action::Added);
        let message = message!(
            "the property `{}` of {} was added",
            self.name,
            &self.context.subject
        );
        match self.context.direction {
            Direction::Request if is && !was => {
                let message = message!("{} and is required", &message);
                absent(walk, self.context, axes, self.place(), message, self.name);
            }
            Direction::Request if !was && !is_meant(self.parts.0, self.name) => {
                record_difference(walk, self.context, axes, self.place(), message, None);
            }
            Direction::Request | Direction::Response => {
                self.compare_with_undeclared(walk, axes, message);
            }
        }
    }

    /// Records that a required property may now be absent. Where messages without it were to be expected anyway, as by
    /// another alternative, it was optional.
    fn removed_where_required(&self, walk: &mut Walk<'a>, message: Message) {
        let Some(root) = &self.context.root else {
            return;
        };
        let direction = self.context.direction;
        let embedding = embed_absence(walk, root, direction, self.name, &self.place());
        let was_required = !matches!(embedding, Embedding::Harmless);
        let axes = (Self::kind(was_required), Action::Removed);
        record_embedded(walk, self.context, axes, self.place(), message, embedding);
    }

    /// Returns where it is, in what contains it on both sides.
    fn place(&self) -> Sides {
        within(&self.node, self.wholes)
    }

    fn kind(required: bool) -> Kind {
        if required {
            Kind::RequiredProperty
        } else {
            Kind::Property
        }
    }

    /// Compares the property with what the other side accepts, or sends, under its name without declaring it.
    fn compare_with_undeclared(&self, walk: &mut Walk<'a>, axes: Axes, message: Message) {
        let (context, node, place) = (self.context, &self.node, self.place());
        let (of_base, of_revision) = match axes.1 {
            Action::Removed => (Some(node), None),
            Action::Added | Action::Changed | Action::Widened | Action::Narrowed => {
                (None, Some(node))
            }
        };
        let base = schema_of(self.parts.0, self.name, of_base);
        let revision = schema_of(self.parts.1, self.name, of_revision);
        let (sender, receiver) = walk.sides(&base, &revision, context.direction);
        match relate(&sender, &receiver) {
            Relation::Equal | Relation::Compatible => {
                record_difference(walk, context, axes, place, message, None);
            }
            Relation::Breaking(value) => {
                let inner = context.step(Step::Property(self.name.to_owned()));
                let message = message!(
                    "{}, and the other side does not accept what is sent",
                    &message
                );
                record_difference(walk, &inner, axes, place, message, Some(value));
            }
            Relation::Unproven => {
                record_embedded(walk, context, axes, place, message, Embedding::Unknown);
            }
        }
    }
}

/// Returns the schema that an object has for a property of this name: what it is declared as, together with the
/// patterns that match the name; where there is neither, that of undeclared properties.
fn schema_of(parts: &Parts<'_>, name: &str, declared: Option<&Node<'_>>) -> Value {
    let declared = declared.map(|node| node.value);
    let patterned = patterned(parts, name).into_iter().map(|node| node.value);
    let mut schemas: Vec<Value> = declared.into_iter().chain(patterned).cloned().collect();
    if schemas.is_empty() {
        let undeclared =
            (parts.inline.iter()).filter_map(|part| part.value.get("additionalProperties"));
        schemas = undeclared.cloned().collect();
    }
    match schemas.len() {
        0 => ANYTHING.clone(),
        1 => schemas.remove(0),
        _ => json!({ "allOf": schemas }),
    }
}

/// Returns the schemas in `patternProperties` whose patterns match the name.
fn patterned<'a>(parts: &Parts<'a>, name: &str) -> Vec<Node<'a>> {
    let matches = |pattern: &str| {
        Validator::new(&json!({ "pattern": pattern }))
            .is_ok_and(|pattern| pattern.accepts(&Value::from(name)))
    };
    let patterns = (parts.inline.iter()).flat_map(|part| part.members_of("patternProperties"));
    patterns
        .filter(|(pattern, _)| matches(pattern))
        .map(|(_, schema)| schema)
        .collect()
}

/// Returns whether an object has a schema for a property that it does not declare, so that the property is meant to
/// be sent. Otherwise a sender that follows the object's schema sends no property that only the other side knows.
fn is_meant(parts: &Parts<'_>, name: &str) -> bool {
    let is_schema = |schema: &Value| schema != &json!(true) && schema != &json!({});
    let mut undeclared =
        (parts.inline.iter()).filter_map(|part| part.value.get("additionalProperties"));
    !patterned(parts, name).is_empty() || undeclared.any(is_schema)
}
