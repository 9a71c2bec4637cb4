//! Query parameters that are the fields of one object. In the style `form`, exploded, its name is not written, and each
//! field is written as a parameter of that name is (OpenAPI 3.1 section 4.8.12.3, RFC 6570 section 3.2.8).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diff::message::{Message, message};
use crate::diff::operation::parameters::parameter::{
    Field, Parameter, Presence, carrying, without,
};
use crate::diff::operation::parameters::styles;
use crate::diff::operation::parameters::{text_serialization, text_serialization::may_be_composed};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::composition::parts::Parts;
use crate::diff::schema::objects::carried::Carried;
use crate::diff::schema::unions::traits::Traits;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::document::Document;
use crate::keywords;
use crate::schema::Direction;

/// An object among the parameters of one side, whose name the other side does not have.
struct Object<'a> {
    index: usize,
    names: BTreeSet<String>,
    /// Its fields; `None` where they depend on each other.
    fields: Option<Vec<Parameter<'a>>>,
}

/// Gives parameters that are written alike on both sides the same identity: an object that was renamed, and the fields
/// of an object that are parameters of the other side.
pub(super) fn align<'a>(
    walk: &mut Walk<'a>,
    base: &mut Vec<Parameter<'a>>,
    revision: &mut Vec<Parameter<'a>>,
) {
    let old = objects(walk.base, base, revision, Direction::Request);
    let new = objects(walk.revision, revision, base, Direction::Response);
    let (old_names, new_names) = (names(base, revision, &old), names(revision, base, &new));
    let shares = |object: &Object<'a>, names: &BTreeSet<String>| {
        object.fields.is_some() && !object.names.is_disjoint(names)
    };
    let is_taken_apart = old.iter().any(|object| shares(object, &new_names))
        || new.iter().any(|object| shares(object, &old_names));
    if !is_taken_apart {
        return rename(&old, &new, base, revision);
    }
    let of_all = |objects: &[Object<'a>], names: &BTreeSet<String>| {
        let of_objects = objects.iter().flat_map(|object| object.names.clone());
        of_objects.chain(names.clone()).collect::<BTreeSet<_>>()
    };
    let (all_old, all_new) = (of_all(&old, &old_names), of_all(&new, &new_names));
    let old: Vec<_> = (old.into_iter())
        .filter(|object| shares(object, &all_new))
        .collect();
    let new: Vec<_> = (new.into_iter())
        .filter(|object| shares(object, &all_old))
        .collect();
    for (objects, others, action) in [
        (&old, &new_names, Action::Removed),
        (&new, &old_names, Action::Added),
    ] {
        let parameters = match action {
            Action::Removed => &*base,
            _ => &*revision,
        };
        for object in objects {
            note_described_otherwise(walk, &parameters[object.index], object, others, action);
        }
    }
    take_apart(base, old);
    take_apart(revision, new);
}

/// Records query parameters to a webhook or a callback that both sides have, and one of them as the fields of an object:
/// whether the same is sent is not compared.
pub(super) fn note_uncompared<'a>(
    walk: &mut Walk<'a>,
    base: &[Parameter<'a>],
    revision: &[Parameter<'a>],
) {
    let old = objects(walk.base, base, revision, Direction::Response);
    let new = objects(walk.revision, revision, base, Direction::Request);
    let fields = |objects: &[Object<'a>], names: BTreeSet<String>| -> BTreeSet<String> {
        let of_objects = objects.iter().flat_map(|object| object.names.clone());
        of_objects.chain(names).collect()
    };
    let were = fields(&old, names(base, revision, &old));
    let are = fields(&new, names(revision, base, &new));
    let object = (old.first().map(|object| &base[object.index]))
        .or_else(|| new.first().map(|object| &revision[object.index]));
    let shared = were.intersection(&are);
    let shared = Message::join(shared.map(|name| message!("`{}`", name)), ", ");
    let Some(object) = object.filter(|_| !were.is_disjoint(&are)) else {
        return;
    };
    let message = message!(
        "{} are fields of {}, and not in both documents: whether the same is sent was not found",
        &shared,
        &object.subject(),
    );
    let rule = Rule::new(Area::Parameter, Kind::Style, Action::Changed);
    walk.note(rule, Class::Unproven, &object.written, message);
}

/// Returns the exploded objects whose names the other side does not have.
fn objects<'a>(
    document: &'a Document,
    parameters: &[Parameter<'a>],
    others: &[Parameter<'a>],
    side: Direction,
) -> Vec<Object<'a>> {
    let lacks = |parameter: &Parameter<'a>| {
        (others.iter()).all(|other| other.identity != parameter.identity)
    };
    let objects = parameters
        .iter()
        .enumerate()
        .filter_map(|(index, parameter)| {
            let schema = parameter.schema().filter(|_| lacks(parameter))?;
            let parts = exploded_parts(document, parameter, &schema)?;
            let names = Traits::of(document, &schema).properties;
            let is_beside = |name: &String| {
                (parameters.iter()).any(|other| other.place() == "query" && other.name() == name)
            };
            let fields = fields(document, parameter, &parts, side);
            Some(Object {
                index,
                fields: fields.filter(|_| !names.iter().any(is_beside)),
                names,
            })
        });
    objects.collect()
}

/// Returns the names of the query parameters that are not among the objects and that the other side does not have.
fn names(
    parameters: &[Parameter<'_>],
    others: &[Parameter<'_>],
    objects: &[Object<'_>],
) -> BTreeSet<String> {
    let is_alone = |(index, parameter): &(usize, &Parameter<'_>)| {
        parameter.place() == "query"
            && objects.iter().all(|object| object.index != *index)
            && (others.iter()).all(|other| other.identity != parameter.identity)
    };
    let alone = parameters.iter().enumerate().filter(is_alone);
    alone.map(|(_, other)| other.name().to_owned()).collect()
}

/// Returns the parts of a parameter's schema if it is an object that is exploded in the style `form`.
pub(super) fn exploded_parts<'a>(
    document: &'a Document,
    parameter: &Parameter<'a>,
    schema: &Node<'a>,
) -> Option<Parts<'a>> {
    let defined = &parameter.defined;
    let is_exploded = parameter.place() == "query"
        && defined.get("content").is_none()
        && defined.text("style").is_none_or(|style| style == "form")
        && (defined.value.get("explode")).is_none_or(|explode| explode == true);
    let mut parts = Parts::of(schema.clone());
    for reference in std::mem::take(&mut parts.references) {
        let expanded = Parts::expanded(document, &reference);
        parts.inline.extend(expanded.inline);
    }
    let is_object = |kind: &Value| kind == "object" || kind == &json!(["object", "null"]);
    let mut types = parts
        .inline
        .iter()
        .filter_map(|part| part.value.get("type"));
    let are_objects = types.next().is_some_and(is_object) && types.all(is_object);
    (is_exploded && are_objects).then_some(parts)
}

/// Returns the fields of an object as parameters; `None` where the object says more than the fields do.
fn fields<'a>(
    document: &'a Document,
    object: &Parameter<'a>,
    parts: &Parts<'a>,
    side: Direction,
) -> Option<Vec<Parameter<'a>>> {
    let is_plain = |part: &Node<'a>| {
        part.members().into_iter().all(|(key, member)| match key {
            "type" | "properties" | "required" | "allOf" | "$ref" => true,
            // A receiver may read more than is sent. A part with `false` closes the others.
            "additionalProperties" => match member.value {
                Value::Bool(open) => *open || parts.inline.len() == 1,
                schema => side == Direction::Response || schema == &json!({}),
            },
            key => keywords::is_annotation(key),
        })
    };
    let carried = Carried::of(document, parts, Direction::Request);
    let is_declared_once = |(name, _): &(&'a str, Node<'a>)| carried.again(name).is_empty();
    let are_all_declared = (carried.required.iter())
        .all(|name| carried.members.iter().any(|(other, _)| other == name));
    if !parts.inline.iter().all(is_plain)
        || !carried.members.iter().all(is_declared_once)
        || !are_all_declared
    {
        return None;
    }
    let is_alone = carried.members.len() == 1;
    let field = |(name, property): &(&'a str, Node<'a>)| {
        let presence = match (carried.required.contains(*name), object.presence()) {
            (true, Presence::Always) => Presence::Always,
            (true, _) if !is_alone => Presence::WithOthers,
            (true | false, _) => Presence::Optional,
        };
        let mut parameter = object.clone();
        (*name).clone_into(&mut parameter.identity.name);
        parameter.written = property.clone();
        parameter.defined = property.clone();
        parameter.field = Some(Field {
            name,
            presence,
            object: object.defined.clone(),
        });
        parameter
    };
    Some(carried.members.iter().map(field).collect())
}

/// Gives objects that have names in common, or none at all, the same identity.
fn rename<'a>(
    old: &[Object<'a>],
    new: &[Object<'a>],
    base: &[Parameter<'a>],
    revision: &mut [Parameter<'a>],
) {
    let mut new: Vec<&Object<'a>> = new.iter().collect();
    for object in old {
        let shared = |other: &Object<'a>| object.names.intersection(&other.names).count();
        let are_alike = |other: &Object<'a>| {
            shared(other) > 0 || (object.names.is_empty() && other.names.is_empty())
        };
        let likest = (0..new.len()).filter(|&index| are_alike(new[index]));
        if let Some(index) = likest.max_by_key(|&index| shared(new[index])) {
            let renamed = &mut revision[new.remove(index).index];
            renamed.identity = base[object.index].identity.clone();
        }
    }
}

/// Replaces objects by their fields.
fn take_apart<'a>(parameters: &mut Vec<Parameter<'a>>, objects: Vec<Object<'a>>) {
    for object in objects.into_iter().rev() {
        parameters.remove(object.index);
        parameters.extend(object.fields.into_iter().flatten());
    }
}

/// Records that parameters of the other side are the fields of an object, or the reverse: readers see it.
fn note_described_otherwise<'a>(
    walk: &mut Walk<'a>,
    parameter: &Parameter<'a>,
    object: &Object<'a>,
    others: &BTreeSet<String>,
    action: Action,
) {
    let names: Vec<&String> = object.names.intersection(others).collect();
    if names.is_empty() {
        return;
    }
    let names = Message::join(names.into_iter().map(|name| message!("`{}`", name)), ", ");
    let template = match action {
        Action::Removed => {
            "the fields {} of {} are now described as parameters, which are written alike"
        }
        _ => {
            "the query parameters {} are now described as the fields of {}, which are written alike"
        }
    };
    let message = message!(template, &names, &parameter.subject());
    let rule = Rule::new(Area::Parameter, Kind::Style, Action::Changed);
    walk.note(rule, Class::Docs, &parameter.written, message);
}

/// Compares a parameter that is a field of an object on one side or on both. `base` and `revision` are all parameters.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    (old, new): (&Parameter<'a>, &Parameter<'a>),
    (base, revision): (&[Parameter<'a>], &[Parameter<'a>]),
) {
    let (direction, subject) = (Direction::Request, new.subject());
    let (was, is) = (old.presence(), new.presence());
    let refused = lacking(walk.base, (Some(old), new), base, revision);
    if refused.is_some() || (was != is && was != Presence::Optional) {
        let (action, template) = match &refused {
            Some(_) => (Action::Added, "{} is now required"),
            None => (Action::Removed, "{} is now optional"),
        };
        let rule = Rule::new(Area::Parameter, Kind::Required, action);
        walk.decide(rule, &new.written, message!(template, &subject), refused);
    }
    let holders = Pair {
        base: old.holder().clone(),
        revision: new.holder().clone(),
    };
    styles::flags(walk, &holders, ("query", new.name()), direction, &subject);
    let schema = |document: &'a Document, parameter: &Parameter<'a>| match &parameter.field {
        Some(_) => parameter.defined.clone(),
        None => styles::schema_of(document, &parameter.defined),
    };
    let schemas = Pair {
        base: schema(walk.base, old),
        revision: schema(walk.revision, new),
    };
    let is_nested = may_be_composed(walk.base, &schemas.base)
        || may_be_composed(walk.revision, &schemas.revision);
    if is_nested && (old.field.is_none() || new.field.is_none()) {
        let message = message!(
            "{} may be a list or an object within an object, and OpenAPI does not define its text",
            &subject
        );
        let rule = Rule::new(Area::Parameter, Kind::Style, Action::Changed);
        walk.note(rule, Class::Unproven, &new.written, message);
    }
    if is_nested || styles::is_field_written_alike(walk, &holders, &schemas, new.name(), &subject) {
        let context = Context::new(direction, subject);
        text_serialization::compare(walk, &schemas, &context, (Area::Parameter, "query"));
    }
}

/// Returns a request that worked and lacks the parameter, which is now required; `None` where there is none.
pub(super) fn lacking<'a>(
    document: &Document,
    (old, new): (Option<&Parameter<'a>>, &Parameter<'a>),
    base: &[Parameter<'a>],
    revision: &[Parameter<'a>],
) -> Option<Value> {
    let was = old.map_or(Presence::Optional, Parameter::presence);
    match new.presence() {
        _ if was == Presence::Always => None,
        Presence::Optional => None,
        Presence::Always => Some(without(new)),
        Presence::WithOthers => {
            let mut others = (revision.iter())
                .filter(|other| other.is_beside(new) && other.identity != new.identity);
            let sent =
                |other: &Parameter<'a>| base.iter().find(|sent| sent.identity == other.identity);
            let comes_with = |sent: &Parameter<'a>| {
                was == Presence::WithOthers && old.is_some_and(|old| old.is_beside(sent))
            };
            let sent = others.find_map(|other| sent(other).filter(|sent| !comes_with(sent)))?;
            Some(carrying(document, sent))
        }
    }
}
