mod random;

use serde_json::{Value, json};

use super::{Inclusion, Strings, inclusion};
use crate::Validator;

fn strings(pattern: &str) -> Strings {
    Strings::with_pattern(pattern)
}

fn of(schema: &Value) -> Strings {
    Strings::of(schema.as_object().expect("an object")).expect("well-formed keywords")
}

fn not(string: &str) -> Inclusion {
    Inclusion::Not(string.to_owned())
}

/// Pairs of patterns, and a string that the first matches and the second does not.
const PAIRS: &[(&str, &str, Option<&str>)] = &[
    // A pattern matches anywhere, unless it is anchored.
    ("a", "", None),
    ("", "a", Some("")),
    ("^a", "a", None),
    ("a", "^a", Some("ba")),
    ("^a$", "a", None),
    ("a$", "^a", Some("ba")),
    // Look-around at a fixed place.
    ("^(?!-)[a-z-]{1,3}$", "^(?!-)[a-z-]{1,4}$", None),
    ("^(?!-)[a-z-]{1,3}$", "^[a-z]", None),
    ("^[a-z-]{1,2}$", "^(?!-)[a-z-]{1,2}$", Some("-")),
    ("^(?=.*[a-z]).{2,}$", "^(?=.*[a-z]).{3,}$", Some("aa")),
    ("^(?=.*[a-z]).{3,}$", "^(?=.*[a-z]).{2,}$", None),
    ("^[a-z-]{2}$", "^[a-z-]+(?<!-)$", Some("a-")),
    ("^[a-z-]{2}(?<!-)$", "[a-z]$", None),
    ("^a|b$", "^(a|b)$", Some("aa")),
    ("^(a|b)$", "^a|b$", None),
    ("abc", "bc?", None),
    // Classes.
    (r"^\d+$", "^[0-9]+$", None),
    ("^[0-9]+$", r"^\d+$", None),
    (r"^\w+$", r"^[\w\s]+$", None),
    (r"^[\w\s]+$", r"^\w+$", Some(" ")),
    (r"^[^a]$", r"^[b-z]$", Some("0")),
    (r"^[\x00-\x1f]$", r"^\s$", Some("\u{0}")),
    (
        r"^\S$",
        r"^[^\t\n\v\f\r \u00a0\ufeff\u2028\u2029\p{Zs}]$",
        None,
    ),
    (r"^.$", r"^[^\n]$", None),
    (r"^[^\n]$", r"^.$", Some("\u{2028}")),
    // Alternation and repetition.
    ("^(cat|dog)$", "^[a-z]{3}$", None),
    ("^[a-z]{3}$", "^(cat|dog)$", Some("aaa")),
    ("^(ab)*$", "^(ab)+$", Some("")),
    ("^(ab)+$", "^(ab)*$", None),
    ("^(a*)*$", "^a*$", None),
    ("^a{2,4}$", "^a{2,}$", None),
    ("^a{2,}$", "^a{2,4}$", Some("aaaaa")),
    ("^(aa)*$", "^a*$", None),
    ("^(a{2}|a{3})+$", "^a{2,}$", None),
    ("^a{2,}$", "^(a{2}|a{3})+$", None),
    ("^(aaa|aa)*$", "^(aa)*$", Some("aaa")),
    // Case by classes and by flag.
    ("^[Aa][Bb]$", "^[A-Za-z]{2}$", None),
    ("(?i)^ab$", "^[Aa][Bb]$", None),
    ("^[A-Za-z]{2}$", "(?i)^ab$", Some("aa")),
    // Unicode.
    (r"^\p{Lu}$", r"^\p{L}$", None),
    (r"^\p{L}+$", r"^[A-Za-z]+$", Some("À")),
    (r"^[À-Öà-ö]$", r"^\p{L}$", None),
    (r"^[À-ɏ]$", r"^\p{L}$", Some("×")),
    (r"^\u0041\x42$", "^AB$", None),
    (r"^\cJ$", r"^\n$", None),
    (r"^😀$", r"^.$", None),
    // Escapes.
    (r"^\/v[1-9]\/", "^/v[0-9]+/", None),
    (r"^a\.b$", "^a.b$", None),
    ("^a.b$", r"^a\.b$", Some("aab")),
    // Word boundaries.
    (r"^\bab\b$", "^ab$", None),
    (r"\bab\b", r"(^|\W)ab(\W|$)", None),
    (r"ab", r"\bab\b", Some("aab")),
    (r"^a\Bb$", r"^ab$", None),
    (r"^a\bb$", "^c$", None),
    // Real identifiers.
    (
        "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        None,
    ),
    (
        "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        Some("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
    ),
    ("^(pi|pm)_[A-Za-z0-9]+$", "^[a-z]+_", None),
    (r"^\d{4}-\d{2}-\d{2}$", r"^[\d-]{10}$", None),
];

#[test]
fn inclusion_of_patterns_is_decided() {
    for &(a, b, counterexample) in PAIRS {
        let expected = counterexample.map_or(Inclusion::Included, not);
        assert_eq!(inclusion(&strings(a), &strings(b)), expected, "{a} in {b}");
    }
}

#[test]
fn counterexamples_are_confirmed_by_the_validator() {
    for &(a, b, counterexample) in PAIRS {
        let Some(string) = counterexample else {
            continue;
        };
        let accepts = |pattern: &str| {
            Validator::new(&json!({"type": "string", "pattern": pattern}))
                .expect("a valid schema")
                .accepts(&json!(string))
        };
        assert!(accepts(a) && !accepts(b), "{string:?} in {a}, not in {b}");
    }
}

#[test]
fn lengths_are_compared_together_with_patterns() {
    let pairs = [
        // A length in the pattern and a length in a keyword mean the same.
        (
            json!({"pattern": "^[a-z]{1,8}$"}),
            json!({"maxLength": 8, "minLength": 1}),
            Inclusion::Included,
        ),
        (
            json!({"pattern": "^[a-z]{1,9}$"}),
            json!({"maxLength": 8}),
            not("aaaaaaaaa"),
        ),
        (
            json!({"pattern": "^[a-z]+$", "maxLength": 8}),
            json!({"pattern": "^[a-z]{1,8}$"}),
            Inclusion::Included,
        ),
        (
            json!({"pattern": "^[a-z]*$", "maxLength": 8}),
            json!({"pattern": "^[a-z]{1,8}$"}),
            not(""),
        ),
        (
            json!({"pattern": "^[a-z]+$", "maxLength": 64}),
            json!({"pattern": "^[a-z]+$"}),
            Inclusion::Included,
        ),
        (
            json!({"pattern": "^[a-z]+$"}),
            json!({"pattern": "^[a-z]+$", "maxLength": 3}),
            not("aaaa"),
        ),
        (
            json!({"pattern": "b", "minLength": 2.0}),
            json!({"pattern": "b", "minLength": 3}),
            not("ab"),
        ),
        (
            json!({"pattern": "^(aa)+$", "minLength": 5, "maxLength": 7}),
            json!({"pattern": "^a{6}$"}),
            Inclusion::Included,
        ),
        // Characters are counted, not bytes.
        (
            json!({"pattern": "^[é-ü]$"}),
            json!({"maxLength": 1}),
            Inclusion::Included,
        ),
        (
            json!({"pattern": "^😀+$"}),
            json!({"maxLength": 1}),
            not("😀😀"),
        ),
        // The empty set is within every set.
        (
            json!({"pattern": "^a{9}$", "maxLength": 8}),
            json!({"pattern": "b"}),
            Inclusion::Included,
        ),
        // Bounds that are too large to count to matter only where they differ.
        (
            json!({"pattern": "^[a-z]+$", "maxLength": 1_000_000}),
            json!({"pattern": r"^\w+$", "maxLength": 1_000_000}),
            Inclusion::Included,
        ),
        (
            json!({"pattern": r"^\w+$", "maxLength": 1_000_000}),
            json!({"pattern": "^[a-z]+$", "maxLength": 1_000_000}),
            not("0"),
        ),
        (
            json!({"pattern": "^[a-z]+$"}),
            json!({"pattern": "^[a-z]+$", "maxLength": 1_000_000}),
            Inclusion::Unknown,
        ),
    ];
    for (a, b, expected) in pairs {
        assert_eq!(inclusion(&of(&a), &of(&b)), expected, "{a} in {b}");
    }
}

#[test]
fn patterns_that_cannot_be_decided_are_unknown() {
    for (a, b) in [
        ("^a*(?=.*a)b", "b"),
        ("b", r"(.)\1"),
        ("(?m)^a$", "a"),
        ("[", "a"),
        // Every character, in ECMA-262; neither Rust nor the validator has such a class.
        ("a", "[^]"),
        (r"a\<b", "a"),
        // Outside ASCII, ECMA-262 and the validator disagree on word boundaries.
        (r"^é\b", "^x"),
        // These automata are too large.
        ("(a|b)*a(a|b){40}$", "(b|a)*a(a|b){40}$"),
        ("^(a{1,1000}){1,1000}$", "^b"),
    ] {
        assert_eq!(
            inclusion(&strings(a), &strings(b)),
            Inclusion::Unknown,
            "{a} in {b}"
        );
    }
    assert_eq!(
        inclusion(&strings("^a{1,1000}$"), &strings("^a{1,1001}$")),
        Inclusion::Included
    );
}

#[test]
fn examples_take_every_path_through_a_pattern() {
    for (schema, expected) in [
        (
            json!({"pattern": "^(cat|dog|horse)$"}),
            vec!["cat", "dog", "horse"],
        ),
        (
            json!({"pattern": "^a|b$"}),
            vec!["a", "b", "cb", "aa", "ab", "ac"],
        ),
        (
            json!({"pattern": "^[0-9a-f]{4}-[a-z]$"}),
            vec!["aaaa-a", "0000-g"],
        ),
        // They include the shortest and the longest.
        (
            json!({"pattern": "^a(bc)*$", "minLength": 3, "maxLength": 7}),
            vec!["abc", "abcbc", "abcbcbc"],
        ),
        (
            json!({"pattern": "^[ab]+$", "minLength": 4, "maxLength": 5}),
            vec!["aaaa", "aaaaa"],
        ),
        (json!({"pattern": "^a{9}$", "maxLength": 8}), vec![]),
        (json!({"pattern": "^b*(?=a)"}), vec![]),
    ] {
        assert_eq!(of(&schema).examples(), expected, "{schema}");
    }
}

#[test]
fn an_unmatched_string_has_an_allowed_length() {
    for (schema, expected) in [
        (json!({"pattern": "^[a-z]+$", "minLength": 2}), Some("a0")),
        (json!({"pattern": "^[^ ]*$", "maxLength": 1}), Some(" ")),
        (json!({"pattern": "a"}), Some("")),
        (json!({"pattern": "^"}), None),
        (json!({"minLength": 2}), None),
        (json!({"pattern": "^b*(?=a)"}), None),
    ] {
        assert_eq!(of(&schema).unmatched().as_deref(), expected, "{schema}");
    }
}
