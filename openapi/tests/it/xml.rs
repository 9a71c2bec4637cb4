//! XML bodies: what `xml` says is part of the message, and in JSON only a text (OpenAPI 3.1 section 4.8.26).

use serde_json::{Value, json};

use crate::schemas::changed;

fn document(media_type: &str, schema: &Value, components: &Value) -> Value {
    let content = json!({media_type: {"schema": schema}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": {
            "requestBody": {"content": content},
            "responses": {"200": {"description": "ok", "content": content}}
        }}},
        "components": {"schemas": components}
    })
}

fn with(xml: &Value) -> Value {
    json!({"type": "object", "properties": {"list": {"type": "array", "xml": xml, "items": {"type": "string"}}}})
}

const XML: [&str; 3] = [
    "application/xml",
    "text/xml; charset=utf-8",
    "application/atom+xml",
];

fn grave(changes: &[String]) -> Vec<&str> {
    let changes = changes.iter().map(String::as_str);
    changes
        .filter(|change| !change.starts_with("docs"))
        .collect()
}

#[test]
fn what_changes_in_xml_breaks_messages_in_xml() {
    let nothing = json!({});
    let none = json!({});
    for (base, revision) in [
        (json!({"name": "a"}), json!({"name": "b"})),
        (none.clone(), json!({"name": "b"})),
        (json!({"namespace": "urn:a"}), json!({"namespace": "urn:b"})),
        (none.clone(), json!({"attribute": true})),
        (json!({"wrapped": true}), json!({"wrapped": false})),
        (json!({"nodeType": "cdata"}), json!({"nodeType": "text"})),
    ] {
        let (base, revision) = (with(&base), with(&revision));
        for media_type in XML {
            let found = changed(
                &document(media_type, &base, &nothing),
                &document(media_type, &revision, &nothing),
            );
            let expected = [
                "breaking request-xml-changed",
                "breaking response-xml-changed",
            ];
            assert_eq!(grave(&found), expected, "{media_type} {base} {revision}");
        }
        let json = "application/json";
        let found = changed(
            &document(json, &base, &nothing),
            &document(json, &revision, &nothing),
        );
        assert_eq!(grave(&found), [""; 0], "{base} {revision}");
        assert!(!found.is_empty());
    }
}

#[test]
fn xml_is_compared_below_references_parts_and_recursion() {
    let refer = json!({"$ref": "#/components/schemas/A"});
    let of = |name: &str| {
        json!({"A": {"allOf": [{"type": "object", "properties": {
            "self": {"$ref": "#/components/schemas/A"},
            "a": {"type": "string", "xml": {"name": name}}}}]}})
    };
    let found = changed(
        &document(XML[0], &refer, &of("x")),
        &document(XML[0], &refer, &of("y")),
    );
    let expected = [
        "breaking request-xml-changed",
        "breaking response-xml-changed",
    ];
    assert_eq!(grave(&found), expected);
}

#[test]
fn xml_is_compared_however_its_schema_is_composed() {
    let refer = json!({"$ref": "#/components/schemas/A"});
    let of = |name: &str| json!({"A": {"type": "object", "properties": {"a": {"type": "string", "xml": {"name": name}}}}});
    let expected = [
        "breaking request-xml-changed",
        "breaking response-xml-changed",
    ];
    for same in [
        json!({"allOf": [refer]}),
        json!({"description": "d", "anyOf": [refer]}),
        json!({"oneOf": [refer, {"type": "null"}]}),
        json!({"allOf": [{"oneOf": [refer]}]}),
        json!({"oneOf": [{"type": "string"}, refer]}),
    ] {
        for (base, revision) in [(&refer, &same), (&same, &refer)] {
            let found = changed(
                &document(XML[0], base, &of("x")),
                &document(XML[0], revision, &of("y")),
            );
            let found = found.iter().filter(|change| change.contains("xml"));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{base} {revision}");
        }
    }
}

#[test]
fn alternatives_in_xml_are_those_of_the_same_component() {
    let components = json!({
        "A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "xml": {"name": "x"}}}},
        "B": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
        "C": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
    });
    let refer = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let union = |names: [&str; 2]| json!({"oneOf": names.map(refer)});
    let base = document(XML[0], &union(["A", "B"]), &components);
    let found = changed(&base, &document(XML[0], &union(["B", "A"]), &components));
    assert_eq!(grave(&found), [""; 0]);
    let found = changed(&base, &document(XML[0], &union(["A", "C"]), &components));
    let expected = [
        "breaking request-xml-changed",
        "breaking response-xml-changed",
    ];
    assert_eq!(grave(&found), expected);
}

#[test]
fn what_a_property_refers_to_has_its_own_name_in_xml_from_3_2_on() {
    let of = |version: &str, component: &str, holder: fn(Value) -> Value| {
        let property = holder(json!({"$ref": format!("#/components/schemas/{component}")}));
        let schema = json!({"type": "object", "properties": {"a": property}});
        let mut document = document(XML[0], &schema, &json!({component: {"type": "string"}}));
        document["openapi"] = json!(version);
        document
    };
    let holders: [fn(Value) -> Value; 2] = [
        |schema| schema,
        |schema| json!({"type": "array", "items": schema}),
    ];
    for holder in holders {
        let found = changed(&of("3.1.0", "A", holder), &of("3.1.0", "B", holder));
        assert_eq!(found, [""; 0]);
        let found = changed(&of("3.2.0", "A", holder), &of("3.2.0", "B", holder));
        let expected = [
            "breaking request-xml-changed",
            "breaking response-xml-changed",
        ];
        assert_eq!(grave(&found), expected);
    }
}

#[test]
fn the_name_of_a_component_is_that_of_the_root_in_xml() {
    let of = |media_type: &str, name: &str, xml: &Value| {
        let component = json!({name: {"type": "object", "xml": xml}});
        let refer = json!({"$ref": format!("#/components/schemas/{name}")});
        document(media_type, &refer, &component)
    };
    let (none, named) = (json!({}), json!({"name": "thing"}));
    let found = changed(&of(XML[0], "A", &none), &of(XML[0], "B", &none));
    let expected = [
        "breaking request-xml-changed",
        "breaking response-xml-changed",
    ];
    assert_eq!(found, expected);
    let found = changed(&of(XML[0], "A", &named), &of(XML[0], "B", &named));
    assert_eq!(found, [""; 0]);
    let json = "application/json";
    let found = changed(&of(json, "A", &none), &of(json, "B", &none));
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_root_without_a_name_in_xml_is_unproven_to_have_that_of_a_component() {
    let component = json!({"A": {"type": "object"}});
    let named = document(
        XML[0],
        &json!({"$ref": "#/components/schemas/A"}),
        &component,
    );
    let unnamed = document(XML[0], &json!({"type": "object"}), &component);
    for (base, revision) in [(&named, &unnamed), (&unnamed, &named)] {
        let found = changed(base, revision);
        let expected = [
            "unproven request-xml-changed",
            "unproven response-xml-changed",
        ];
        assert_eq!(grave(&found), expected);
    }
    // All else still breaks.
    let qualified = json!({"type": "object", "xml": {"namespace": "urn:a"}});
    let found = changed(&named, &document(XML[0], &qualified, &component));
    let expected = [
        "breaking request-xml-changed",
        "breaking response-xml-changed",
    ];
    assert_eq!(grave(&found), expected);
}

#[test]
fn what_is_the_default_in_xml_changes_nothing() {
    let nothing = json!({});
    for same in [
        json!({"name": "list"}),
        json!({"attribute": false}),
        json!({"wrapped": false}),
    ] {
        let found = changed(
            &document(XML[0], &with(&nothing), &nothing),
            &document(XML[0], &with(&same), &nothing),
        );
        assert_eq!(grave(&found), [""; 0], "{same}");
    }
    let found = changed(
        &document(XML[0], &with(&json!({"prefix": "a"})), &nothing),
        &document(XML[0], &with(&json!({"prefix": "b"})), &nothing),
    );
    let expected = [
        "unproven request-xml-changed",
        "unproven response-xml-changed",
    ];
    assert_eq!(grave(&found), expected);
    let bound = |prefix: &str| with(&json!({"namespace": "urn:a", "prefix": prefix}));
    let found = changed(
        &document(XML[0], &bound("a"), &nothing),
        &document(XML[0], &bound("b"), &nothing),
    );
    assert_eq!(grave(&found), [""; 0]);
    assert_ne!(found, [""; 0]);
}
