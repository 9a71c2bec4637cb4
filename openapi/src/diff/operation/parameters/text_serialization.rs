//! Values that are written as text: those of parameters and headers. A receiver may read `5` as an integer or as a
//! text, so types that differ may still be compatible (OpenAPI 3.1 section 4.8.12.3).

use serde_json::{Value, json};

use crate::diff::change::Change;
use crate::diff::message::{Message, message};
use crate::diff::operation::parameters::listed_values::{self, Texts};
use crate::diff::operation::parameters::readings::{readings, text_of};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::annotations::texts;
use crate::diff::schema::layers::Layers;
use crate::diff::schema::scalar_keywords::changes::differences;
use crate::diff::walk::context::Compare;
use crate::diff::walk::schema_findings::{change_of, record_difference, record_embedded};
use crate::diff::walk::witness::Embedding;
use crate::diff::walk::{Context, Node, Pair, Walk, follow_schema};
use crate::document::{Document, LONGEST_CHAIN};
use crate::relation::{Relation, is_compatible, relate};
use crate::sample;
use crate::schema::{self, Direction, Validator};

/// Compares the schemas of two values that are written as text, of a parameter or of a header.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    context: &Context<'a>,
    (area, place): (Area, &str),
) {
    if walk.same(pair) {
        return;
    }
    let pair = &item_of_a_list(walk, pair, context.direction, area);
    as_texts(walk, pair, context, (area, place));
}

/// Compares the schemas of two bodies that are texts.
pub(crate) fn compare_text<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    if are_other_scalars(walk, pair) {
        as_texts(walk, pair, &context.rooted(pair), (Area::Request, ""));
    } else {
        walk.compare_schemas(pair, context);
    }
}

/// Compares the schemas of two forms, whose fields are texts.
pub(crate) fn compare_form<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let target = walk.followed_schemas(pair);
    let members = target.base.members_of("properties").into_iter();
    let pairs = members.filter_map(|(name, base)| {
        let revision = target.revision.get("properties")?.get(name)?;
        Some(Pair { base, revision })
    });
    let pairs: Vec<Pair<'a>> = pairs.collect();
    if !pairs.iter().any(|field| are_other_scalars(walk, field)) {
        return walk.compare_schemas(pair, context);
    }
    // A component that other media types have as well is compared here by itself.
    let mut context = context.clone();
    context.properties = Some(compare_text);
    walk.compare_schemas(&target, &context);
}

/// Returns whether both are scalars, of different types.
fn are_other_scalars<'a>(walk: &Walk<'a>, pair: &Pair<'a>) -> bool {
    let old = types(walk.base, &pair.base);
    let new = types(walk.revision, &pair.revision);
    old != new && are_scalar(&old) && are_scalar(&new)
}

/// Compares the schemas of two items of a list in a parameter.
fn item_of_parameter<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    as_texts(walk, pair, context, (Area::Parameter, ""));
}

/// Compares the schemas of two items of a list in a header.
fn item_of_header<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    as_texts(walk, pair, context, (Area::Header, ""));
}

fn as_texts<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    context: &Context<'a>,
    (area, place): (Area, &str),
) {
    if walk.same(pair) {
        return;
    }
    // A client leaves a parameter out rather than write null (RFC 6570 section 2.3). A path with an empty segment is
    // another path.
    let has_null = area == Area::Header || context.direction == Direction::Response;
    let mut unwritten = Vec::new();
    unwritten.extend((!has_null).then_some(Value::Null));
    if place == "path" {
        unwritten.extend([json!(""), json!([""])]);
    }
    if !place.is_empty() {
        // A list or an object without members is undefined, and its parameter left out (RFC 6570 section 2.3).
        unwritten.extend([json!([]), json!({})]);
    }
    let is_written = |value: &Value| !unwritten.contains(value);
    let types = |document, schema| {
        let mut types = types(document, schema);
        types.retain(|kind| has_null || *kind != "null");
        types
    };
    let (old, new) = (
        types(walk.base, &pair.base),
        types(walk.revision, &pair.revision),
    );
    let (sender, receiver) = walk.sides(pair.base.value, pair.revision.value, context.direction);
    let texts = listed_values::compare(&sender, &receiver, is_written);
    if texts == Texts::Same {
        return texts::compare_every(walk, pair, context);
    }
    let are_compatible = || {
        let relation = relate(&sender, &receiver);
        matches!(relation, Relation::Equal | Relation::Compatible)
    };
    let are_types_compared = old != new && are_scalar(&old) && are_scalar(&new);
    if !(are_types_compared || texts == Texts::Read) || are_compatible() {
        let before = walk.recorded();
        // What differs by null or by items is another thing in a body, which may refer to the same component.
        let accepts_null =
            |schema| Validator::new(schema).is_ok_and(|schema| schema.accepts(&Value::Null));
        let loses_null = !has_null && accepts_null(&sender) && !accepts_null(&receiver);
        let are_lists = old == ["array"] && new == ["array"];
        let pair = &if loses_null || (are_lists && !are_compatible()) {
            walk.followed(pair)
        } else {
            pair.clone()
        };
        let items = match area {
            Area::Header => item_of_header as Compare<'a>,
            _ => item_of_parameter as Compare<'a>,
        };
        let mut in_list = context.clone();
        in_list.items = are_lists.then_some(items);
        walk.compare_schemas(pair, &in_list);
        return forget_unwritten(
            walk,
            before,
            pair,
            context,
            (&sender, &receiver),
            &unwritten,
        );
    }
    let (accepts_more, accepts_less) = match context.direction {
        Direction::Request => (Action::Widened, Action::Narrowed),
        Direction::Response => (Action::Narrowed, Action::Widened),
    };
    let names = |types: &[&str]| match types {
        [] => message!("one of few values"),
        types => Message::join(types.iter().map(|kind| message!("{}", *kind)), " or "),
    };
    let message = message!(
        "{}, written as text, was {} and is {}",
        &context.subject,
        &names(&old),
        &names(&new),
    );
    if texts == Texts::Read || accepts_any_text(&receiver) {
        let axes = (Kind::Type, accepts_more);
        record_difference(walk, context, axes, pair, message, None);
    } else if let Some(value) = misread(&sender, &receiver, is_written) {
        let axes = (Kind::Type, accepts_less);
        record_difference(walk, context, axes, pair, message, Some(value));
    } else {
        let axes = (Kind::Type, Action::Changed);
        record_embedded(walk, context, axes, pair, message, Embedding::Unknown);
    }
    texts::compare_every(walk, pair, context);
}

/// Reconsiders what was recorded after the first `before` findings and only a value shows that is not written: null, or an
/// empty segment of a path.
fn forget_unwritten<'a>(
    walk: &mut Walk<'a>,
    before: usize,
    pair: &Pair<'a>,
    context: &Context<'a>,
    (sender, receiver): (&Value, &Value),
    unwritten: &[Value],
) {
    let is_of_null = |change: &Change| {
        let is_whole = change.location == pair.revision.pointer;
        change.rule.kind == Kind::Null && is_whole && unwritten.contains(&Value::Null)
    };
    let is_void = |change: &Change| {
        let witness = change.witness.as_ref();
        is_of_null(change) || witness.is_some_and(|witness| unwritten.contains(witness))
    };
    let void: Vec<Change> = walk
        .recorded_since(before)
        .filter(|change| is_void(change))
        .cloned()
        .collect();
    walk.forget_since(before, is_void);
    let void: Vec<Change> = void
        .into_iter()
        .filter(|change| !is_of_null(change))
        .collect();
    let is_of_members =
        |change: &Change| matches!(change.witness, Some(Value::Array(_) | Value::Object(_)));
    let Some(first) = void.first() else { return };
    let written = |schema: &Value| {
        let mut schema = schema.clone();
        let definitions = (schema.as_object_mut()).and_then(|schema| schema.shift_remove("$defs"));
        let definitions = definitions.unwrap_or_else(|| json!({}));
        let is_scalar = |value: &&Value| !value.is_array() && !value.is_object();
        let scalars: Vec<&Value> = unwritten.iter().filter(is_scalar).collect();
        let mut written = json!({});
        if scalars.len() < unwritten.len() {
            written = json!({"minItems": 1, "minProperties": 1});
        }
        if !scalars.is_empty() {
            written["not"] = json!({ "enum": scalars });
        }
        json!({"allOf": [written, schema], "$defs": definitions})
    };
    let relation = relate(&written(sender), &written(receiver));
    let (class, witness) = match &relation {
        Relation::Breaking(value) => (Class::Breaking, Some(value.clone())),
        Relation::Unproven => (Class::Unproven, None),
        // What differs is in no text.
        Relation::Equal => (Class::Additive, None),
        Relation::Compatible => {
            let kind = first.rule.kind;
            let target = walk.followed(pair);
            let details = differences(target.base.value, target.revision.value);
            if let Some(change) = change_of(walk, context, pair, relation, kind, Some(&details)) {
                walk.record(change);
            }
            return;
        }
    };
    let is_equal = relation == Relation::Equal;
    for change in void {
        if is_equal && !is_of_members(&change) {
            continue;
        }
        walk.record(Change {
            class,
            witness: witness.clone(),
            ..change
        });
    }
}

/// Returns the item of the revision's list in place of the list, where a request's single value has become a list:
/// the value is also the list of that one value, which the list's other keywords must allow.
fn item_of_a_list<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    direction: Direction,
    area: Area,
) -> Pair<'a> {
    let old = types(walk.base, &pair.base);
    let new = types(walk.revision, &pair.revision);
    let is_list =
        new.contains(&"array") && new.iter().all(|kind| matches!(*kind, "array" | "null"));
    if direction != Direction::Request || !are_scalar(&old) || !is_list {
        return pair.clone();
    }
    let list = core(walk.revision, &pair.revision);
    let Some(items) = list.get("items") else {
        return pair.clone();
    };
    let one = json!({"type": "array", "items": items.value, "minItems": 1, "maxItems": 1});
    let [one, all] = [&one, list.value]
        .map(|schema| schema::bundle_value(walk.revision, schema, Some(direction)));
    if !is_compatible(&one, &all) {
        return pair.clone();
    }
    let rule = Rule::new(area, Kind::Type, Action::Widened);
    let message = message!("a single value has become a list, of which it is one");
    walk.decide(rule, pair, message, None);
    Pair {
        base: pair.base.clone(),
        revision: items,
    }
}

/// Returns whether values of the schema may be lists or objects.
pub(crate) fn may_be_composed<'a>(document: &'a Document, schema: &Node<'a>) -> bool {
    !are_scalar(&types(document, schema))
}

/// Returns whether values of the schema may be objects.
pub(crate) fn may_be_an_object<'a>(document: &'a Document, schema: &Node<'a>) -> bool {
    let types = types(document, schema);
    types.is_empty() || types.contains(&"object")
}

/// Returns a schema without its layers, references followed.
fn core<'a>(document: &'a Document, schema: &Node<'a>) -> Node<'a> {
    let mut layers = Layers::of(schema.clone());
    for _ in 0..32 {
        if !layers.is_reference() {
            break;
        }
        layers = layers.through(document);
    }
    layers.core
}

/// Returns the types of a schema, sorted; none where it does not restrict them.
pub(super) fn types<'a>(document: &'a Document, schema: &Node<'a>) -> Vec<&'a str> {
    let mut core = core(document, schema);
    // Beside a reference there may be keywords, and the type is what it refers to.
    for _ in 0..LONGEST_CHAIN {
        if core.get("type").is_some() || core.text("$ref").is_none() {
            break;
        }
        core = self::core(document, &follow_schema(document, &core));
    }
    let mut types = match core.value.get("type") {
        Some(Value::String(kind)) => vec![kind.as_str()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    types.sort_unstable();
    types
}

fn are_scalar(types: &[&str]) -> bool {
    let is_scalar =
        |kind: &&str| matches!(*kind, "string" | "number" | "integer" | "boolean" | "null");
    !types.is_empty() && types.iter().all(is_scalar)
}

/// Returns whether the schema accepts every text.
fn accepts_any_text(schema: &Value) -> bool {
    matches!(
        relate(&json!({"type": "string"}), schema),
        Relation::Equal | Relation::Compatible
    )
}

/// Returns a value that may be sent and that, written as text, the receiver does not accept.
fn misread(sender: &Value, receiver: &Value, is_written: impl Fn(&Value) -> bool) -> Option<Value> {
    let sends = Validator::new(sender).ok()?;
    let accepts = Validator::new(receiver).ok()?;
    sample::candidates(sender)
        .into_iter()
        .filter(|value| is_written(value) && sends.accepts(value))
        .filter_map(|value| Some((text_of(&value)?, value)))
        .filter(|(text, _)| !readings(text).iter().any(|value| accepts.accepts(value)))
        .map(|(_, value)| value)
        .min_by_key(|value| value.to_string().len())
}
