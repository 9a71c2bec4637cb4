//! Numbers: their value counts, not their spelling, up to the last digit that is read.

use openapi::Document;
use openapi::diff::{Class, Verdict, compare};

use crate::schemas::{Body, assert_witnessed, changes};
use serde_json::{Value, json};

fn at_most(limit: &str) -> Value {
    let text = format!(r#"{{"type": "integer", "maximum": {limit}}}"#);
    serde_json::from_str(&text).expect("a schema")
}

#[test]
fn integers_of_64_bits_are_compared_exactly() {
    for (low, high) in [
        ("9007199254740992", "9007199254740993"),
        ("-9007199254740994", "-9007199254740993"),
        ("1000000000000000000", "1000000000000000001"),
    ] {
        let (low, high) = (at_most(low), at_most(high));
        let found = changes(Body::Request, &high, &low);
        assert_eq!(found.len(), 1, "{low} {high} {found:?}");
        assert_eq!(found[0].class, Class::Breaking, "{found:?}");
        assert_witnessed(Body::Request, &high, &low, &found);
        let found = changes(Body::Request, &low, &high);
        assert_eq!(found.len(), 1, "{low} {high} {found:?}");
        assert_eq!(found[0].class, Class::Additive, "{found:?}");
    }
}

#[test]
fn spellings_of_the_same_number_are_identical() {
    let document = |number: &str| {
        let text = format!(
            r#"{{"openapi": "3.1.0", "paths": {{}}, "x-number": {number},
            "components": {{"schemas": {{"A": {{"multipleOf": {number}, "enum": [{number}]}}}}}}}}"#
        );
        Document::parse("a.json", &text).expect("a document")
    };
    for spellings in [
        ["1", "1.0", "1e0", "10E-1"],
        ["0.1", "1e-1", "0.10", "0.1000000000000000055"],
        [
            "9007199254740992",
            "9007199254740992.0",
            "9.007199254740992e15",
            "9007199254740992e0",
        ],
    ] {
        for spelling in spellings {
            let diff = compare(&document(spellings[0]), &document(spelling));
            assert_eq!(diff.verdict(), Verdict::Identical, "{spelling}");
        }
    }
    let diff = compare(
        &document("9007199254740993"),
        &document("9007199254740992.0"),
    );
    assert_eq!(diff.verdict(), Verdict::Docs);
}

#[test]
fn numeric_formats_of_the_registry_are_ranges() {
    let of = |format: &str| json!({ "type": "integer", "format": format });
    for (wide, narrow) in [
        ("int32", "int8"),
        ("int64", "int16"),
        ("uint32", "uint8"),
        ("uint64", "uint32"),
        ("int32", "uint16"),
    ] {
        let (wide, narrow) = (of(wide), of(narrow));
        let found = changes(Body::Request, &wide, &narrow);
        assert_eq!(found.len(), 1, "{wide} {narrow} {found:?}");
        assert_eq!(found[0].class, Class::Breaking, "{found:?}");
        assert_witnessed(Body::Request, &wide, &narrow, &found);
        let found = changes(Body::Response, &wide, &narrow);
        assert_eq!(found[0].class, Class::Additive, "{wide} {narrow} {found:?}");
    }
    let found = changes(Body::Response, &of("int32"), &of("uint32"));
    let witness = found[0].witness.as_ref().and_then(Value::as_u64);
    assert_eq!(witness, Some(2_147_483_648), "{found:?}");
}

#[test]
fn integers_that_are_read_as_one_number_are_not_called_equal() {
    let document = |name: &str, schema: &str| {
        let text = if name.ends_with(".yaml") {
            format!(
                "openapi: 3.1.0\npaths: {{}}\nx-number: 1\ncomponents:\n  schemas:\n    A: {{{schema}}}\n"
            )
        } else {
            format!(
                r#"{{"openapi": "3.1.0", "paths": {{}}, "components": {{"schemas": {{"A": {{{schema}}}}}}}}}"#
            )
        };
        Document::parse(name, &text).expect("a document")
    };
    let pairs = [
        ("12345678901234567890123", "12345678901234567890124"),
        ("18446744073709551616", "18446744073709551617"),
        ("1e25", "10000000000000000000000001"),
    ];
    for (one, other) in pairs {
        for name in ["a.json", "a.yaml"] {
            let of =
                |numbers: &[&str]| document(name, &format!(r#""enum": [{}]"#, numbers.join(", ")));
            let verdict = |base, revision| compare(&base, &revision).verdict();
            assert_eq!(
                verdict(of(&[one]), of(&[other])),
                Verdict::Unproven,
                "{one} {name}"
            );
            assert_eq!(
                verdict(of(&[other]), of(&[one])),
                Verdict::Unproven,
                "{one} {name}"
            );
            assert_eq!(
                verdict(of(&[other]), of(&[other])),
                Verdict::Identical,
                "{one} {name}"
            );
            let zeros = format!("{other}.0");
            assert_eq!(
                verdict(of(&[other]), of(&[&zeros])),
                Verdict::Identical,
                "{one} {name}"
            );
            assert_eq!(
                verdict(of(&[other]), of(&[other, "7"])),
                Verdict::Docs,
                "{one} {name}"
            );
        }
    }
}
