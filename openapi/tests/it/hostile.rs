//! Hostile documents: deep, circular, large. Each is compared or refused, in time and without a crash.

use openapi::Document;
use openapi::diff::{Diff, Verdict, compare};
use serde_json::{Map, Value, json};

/// The length of long chains of components: recursion over them would overflow the default stack of a thread.
const THOUSANDS: usize = 4_000;

/// The length of chains in which each component is compared together with all that follow: the cost is quadratic.
const MANY: usize = 70;

/// Returns a chain of components. `link` makes each from the reference to the next; the last one has the type.
fn chain(length: usize, link: impl Fn(Value) -> Value, last: &str) -> Map<String, Value> {
    let reference = |index: usize| json!({"$ref": format!("#/components/schemas/A{index}")});
    let mut components: Map<String, Value> = (0..length)
        .map(|index| (format!("A{index}"), link(reference(index + 1))))
        .collect();
    components.insert(format!("A{length}"), json!({"type": last}));
    components
}

fn document(schema: &Value, schemas: Map<String, Value>) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": {
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"description": "ok"}}
        }}},
        "components": {"schemas": Value::Object(schemas)}
    })
}

fn parsed(value: &Value) -> Document {
    Document::parse("test.json", &value.to_string()).expect("a valid document")
}

fn compared(base: &Value, revision: &Value) -> Diff {
    compare(&parsed(base), &parsed(revision))
}

#[test]
fn a_chain_of_components_is_followed_to_its_end() {
    let first = json!({"$ref": "#/components/schemas/A0"});
    type Link = fn(Value) -> Value;
    let links: [(usize, Link); 4] = [
        (
            THOUSANDS,
            |next| json!({"type": "object", "properties": {"next": next}}),
        ),
        (THOUSANDS, |next| json!({"type": "array", "items": next})),
        (MANY, |next| json!({"allOf": [next, {"type": "string"}]})),
        (MANY, |next| json!({"anyOf": [next, {"type": "boolean"}]})),
    ];
    for (length, link) in links {
        let base = document(&first, chain(length, link, "string"));
        let revision = document(&first, chain(length, link, "integer"));
        let diff = compared(&base, &revision);
        assert_ne!(diff.verdict(), Verdict::Identical);
        assert_eq!(compared(&base, &base.clone()).verdict(), Verdict::Identical);
    }
}

#[test]
fn references_that_multiply_pass_no_break() {
    // Each component refers to the next one six times, in eight levels: 1.7 million paths.
    let six = |next: &Value| vec![next.clone(); 6];
    let named = |next: &Value| -> Value {
        let names = ["a", "b", "c", "d", "e", "f"].into_iter();
        let members = names.map(|name| (name.to_owned(), next.clone()));
        Value::Object(members.collect())
    };
    let links: [&dyn Fn(Value) -> Value; 12] = [
        &|next| json!({"allOf": six(&next)}),
        &|next| json!({"anyOf": six(&next)}),
        &|next| json!({"oneOf": six(&next)}),
        &|next| json!({"not": {"allOf": six(&next)}}),
        &|next| json!({"$ref": next["$ref"], "allOf": six(&next), "anyOf": six(&next)}),
        &|next| json!({"if": next, "then": {"if": next, "then": next}, "else": {"if": next, "then": next}}),
        &|next| json!({"allOf": six(&next), "unevaluatedProperties": false}),
        &|next| json!({"dependentSchemas": named(&next)}),
        &|next| json!({"type": "object", "properties": named(&next)}),
        &|next| json!({"type": "object", "properties": named(&next), "required": ["a", "b", "c", "d", "e", "f"]}),
        &|next| json!({"allOf": [{"properties": named(&next)}, {"properties": named(&next), "required": ["a", "b", "c"]}]}),
        &|next| json!({"type": "array", "prefixItems": six(&next), "minItems": 6}),
    ];
    let first = json!({"$ref": "#/components/schemas/A0"});
    for (index, link) in links.iter().enumerate() {
        let base = document(&first, chain(8, link, "string"));
        let revision = document(&first, chain(8, link, "integer"));
        let diff = compared(&base, &revision);
        let is_seen = matches!(diff.verdict(), Verdict::Breaking | Verdict::Unproven);
        assert!(is_seen, "{index}: {:?}", diff.verdict());
    }
}

#[test]
fn alternatives_with_the_same_recursive_properties_pass_no_break() {
    // What the alternatives say of a property together is sampled in pairs, at each level of nesting.
    let property = json!({"$ref": "#/components/schemas/Property"});
    let map = json!({"type": "object", "additionalProperties": property});
    let named = |index: usize| {
        json!({"type": "object", "required": ["type"], "properties": {
            "type": {"enum": [format!("t{index}")]}, "properties": map, "fields": map,
            "meta": {"type": "object", "additionalProperties": {"type": "string"}}}})
    };
    let of = |last: Value| {
        let mut alternatives: Vec<Value> = (0..20).map(named).collect();
        alternatives.push(last);
        let schemas = json!({"Property": {"oneOf": alternatives}});
        let schema =
            json!({"properties": {"mappings": {"type": "object", "properties": {"all": map}}}});
        document(&schema, schemas.as_object().cloned().unwrap_or_default())
    };
    let other = json!({"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}, "properties": map}});
    let diff = compared(&of(named(20)), &of(other));
    assert_eq!(diff.verdict(), Verdict::Breaking);
}

#[test]
fn an_all_of_with_many_parts_is_compared() {
    // The difference is at the top, so that the whole chain is compared.
    let link = |next| json!({"allOf": [next, {"type": "object"}]});
    let chain = chain(MANY, link, "object");
    let first = json!({"$ref": "#/components/schemas/A0"});
    let base = document(
        &json!({"anyOf": [first, {"type": "string"}]}),
        chain.clone(),
    );
    let revision = document(
        &json!({"anyOf": [first, {"type": "integer"}, {"type": "null"}]}),
        chain,
    );
    assert_ne!(compared(&base, &revision).verdict(), Verdict::Identical);
}

#[test]
fn a_chain_of_bare_references_is_refused() {
    let first = json!({"$ref": "#/components/schemas/A0"});
    let value = document(&first, chain(THOUSANDS, |next| next, "string"));
    let error = Document::parse("test.json", &value.to_string()).expect_err("refused");
    assert!(error.position.is_some());
    assert!(
        error
            .message
            .contains("goes through more than 100 other references"),
        "{error}"
    );
}

#[test]
fn components_that_all_refer_to_each_other_are_sampled_in_time() {
    // Twenty components of twenty properties each: 20^12 paths of references.
    let names: Vec<String> = (0..20).map(|index| format!("A{index}")).collect();
    let properties = |last: &str| -> Value {
        let mut properties: Map<String, Value> = names
            .iter()
            .map(|name| {
                (
                    name.clone(),
                    json!({"$ref": format!("#/components/schemas/{name}")}),
                )
            })
            .collect();
        properties.insert("last".to_owned(), json!({"type": last}));
        json!({"type": "object", "properties": properties})
    };
    let all = |last: &str| {
        names
            .iter()
            .map(|name| (name.clone(), properties(last)))
            .collect()
    };
    let first = json!({"$ref": "#/components/schemas/A0"});
    let diff = compared(
        &document(&first, all("string")),
        &document(&first, all("integer")),
    );
    assert_eq!(diff.verdict(), Verdict::Breaking);
    assert!(diff.changes.iter().all(|change| change.witness.is_some()));
}

#[test]
fn examples_that_refer_to_each_other_are_compared_in_time() {
    let document = |summary: &str| {
        parsed(&json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/things": {"get": {"responses": {"200": {"description": "ok", "content": {
                "application/json": {"examples": {"a": {"$ref": "#/components/examples/a"},
                    "b": {"summary": summary}}}
            }}}}}},
            "components": {"examples": {
                "a": {"$ref": "#/components/examples/b"},
                "b": {"$ref": "#/components/examples/a"}
            }}
        }))
    };
    let diff = compare(&document("one"), &document("another"));
    assert_eq!(diff.verdict(), Verdict::Docs);
}

#[test]
fn a_pattern_that_repeats_a_hundred_thousand_times_is_compared_in_time() {
    let base = document(&json!({"type": "string", "maxLength": 100_000}), Map::new());
    let revision = document(
        &json!({"type": "string", "maxLength": 100_000, "pattern": "(a|b){99999}c"}),
        Map::new(),
    );
    assert_ne!(compared(&base, &revision).verdict(), Verdict::Identical);
}

#[test]
fn a_reference_with_keywords_beside_it_breaks_with_its_target() {
    let document = |kind: &str| {
        let schemas = json!({"A": {"type": kind}});
        let schema = json!({"$ref": "#/components/schemas/A", "not": {"const": "b"}});
        document(&schema, schemas.as_object().cloned().unwrap_or_default())
    };
    let diff = compared(&document("string"), &document("integer"));
    assert_eq!(diff.verdict(), Verdict::Breaking, "{:?}", diff.changes);
}

#[test]
fn patterns_with_huge_repetitions_are_unproven() {
    let pattern = |pattern: &str| {
        document(
            &json!({"type": "string", "pattern": pattern, "maxLength": 100_000}),
            Map::new(),
        )
    };
    let diff = compared(&pattern("a{99999}"), &pattern("b{99999}"));
    assert_eq!(diff.verdict(), Verdict::Unproven);
}

#[test]
fn a_schema_that_only_refers_to_itself_is_compared_in_time() {
    let text = json!({"type": "string"});
    let way_back = json!({"allOf": [{"$ref": "#/components/schemas/A"}]});
    let of = |schema: &Value| {
        let schemas = json!({"A": schema, "B": {"anyOf": [{"$ref": "#/components/schemas/A"}]}});
        document(
            &json!({"allOf": [{"$ref": "#/components/schemas/B"}]}),
            schemas.as_object().cloned().unwrap_or_default(),
        )
    };
    let written_out = document(&text, Map::new());
    for (base, revision) in [
        (of(&way_back), written_out.clone()),
        (written_out, of(&way_back)),
        (of(&way_back), of(&text)),
        (of(&text), of(&way_back)),
    ] {
        assert_ne!(compared(&base, &revision).verdict(), Verdict::Identical);
    }
    assert_eq!(
        compared(&of(&way_back), &of(&way_back)).verdict(),
        Verdict::Identical
    );
}

#[test]
fn a_deeply_nested_alternative_is_compared_in_time() {
    let thing = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let deep = (0..47).fold(
        thing.clone(),
        |inner, _| json!({"properties": {"a": inner}}),
    );
    let of = |first: &Value| {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let breed = json!({"type": "object", "oneOf": [reference("First"), reference("Second")]});
        let schemas = json!({"First": first, "Second": thing, "Cat": thing,
            "Dog": {"type": "object", "properties": {"breed": breed, "name": {"type": "string"}}}});
        document(
            &json!({"oneOf": [reference("Dog"), reference("Cat")]}),
            schemas.as_object().cloned().unwrap_or_default(),
        )
    };
    for (base, revision) in [(of(&thing), of(&deep)), (of(&deep), of(&thing))] {
        assert_ne!(compared(&base, &revision).verdict(), Verdict::Identical);
    }
}

#[test]
fn nested_arrays_that_exceed_memory_are_sampled_in_time() {
    let list = |items: &Value, at_least: u64| json!({"type": "array", "items": items, "minItems": at_least});
    let nested = |last: &str| {
        let innermost = list(&json!({"type": last}), 9_007_199_254_740_993);
        document(&list(&list(&innermost, u64::MAX), 5_000), Map::new())
    };
    let diff = compared(&nested("string"), &nested("integer"));
    assert_ne!(diff.verdict(), Verdict::Identical);
}
