//! Random patterns, checked with the validator on every short string.

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::of;
use crate::schema::pattern::{Inclusion, inclusion};
use crate::{Validator, sample};

/// Characters of different kinds: some that the patterns below name, and others.
const CHARACTERS: [char; 5] = ['a', 'b', '1', ' ', 'é'];

/// Returns all strings of up to four of the characters.
fn short_strings() -> Vec<String> {
    let mut strings = vec![String::new()];
    let mut longest = 0;
    for _ in 0..4 {
        let grown: Vec<String> = strings[longest..]
            .iter()
            .flat_map(|string| CHARACTERS.map(|c| format!("{string}{c}")))
            .collect();
        longest = strings.len();
        strings.extend(grown);
    }
    strings
}

fn pattern(random: &mut SmallRng, depth: usize) -> String {
    let inner = |random: &mut SmallRng| pattern(random, depth - 1);
    match random.random_range(0..if depth == 0 { 6 } else { 14 }) {
        0 => "a".to_owned(),
        1 => "b".to_owned(),
        2 => ["[ab]", "[^a]", r"[\wé]", "[a-z1]", r"[^\d\s]"][random.random_range(0..5)].to_owned(),
        3 => [r"\w", r"\d", r"\s", r"\W", "."][random.random_range(0..5)].to_owned(),
        4 => ["^", "$", r"\b", r"\B", "(?i)A"][random.random_range(0..5)].to_owned(),
        5 => [r"\u00e9", r"\x61", "é", r"\p{Ll}"][random.random_range(0..4)].to_owned(),
        6 => format!("({})*", inner(random)),
        7 => format!("({})+", inner(random)),
        8 => format!("(?:{})?", inner(random)),
        9 => format!("(?:{}){{1,2}}", inner(random)),
        10 => format!("({}|{})", inner(random), inner(random)),
        11 => format!("^(?:{})$", inner(random)),
        _ => format!("{}{}", inner(random), inner(random)),
    }
}

fn schema(random: &mut SmallRng) -> Value {
    let depth = random.random_range(1..4);
    let mut schema = json!({"type": "string", "pattern": pattern(random, depth)});
    if random.random_ratio(1, 4) {
        schema["minLength"] = json!(random.random_range(0..3));
    }
    if random.random_ratio(1, 4) {
        schema["maxLength"] = json!(random.random_range(1..5));
    }
    schema
}

#[test]
fn no_string_contradicts_an_inclusion() {
    let mut random = SmallRng::seed_from_u64(0x0A11);
    let strings: Vec<Value> = short_strings().into_iter().map(Value::String).collect();
    let (mut included, mut not, mut unknown) = (0, 0, 0);
    for _ in 0..400 {
        let a = schema(&mut random);
        let mut b = schema(&mut random);
        if random.random_ratio(1, 2) {
            // Similar patterns, so that some pairs are included.
            let (first, second) = (a["pattern"].as_str(), b["pattern"].as_str());
            b["pattern"] = json!(format!("{}|{}", first.unwrap_or(""), second.unwrap_or("")));
        }
        let (Ok(sends), Ok(accepts)) = (Validator::new(&a), Validator::new(&b)) else {
            continue;
        };
        let breaks = |value: &Value| sends.accepts(value) && !accepts.accepts(value);
        let verdict = inclusion(&of(&a), &of(&b));
        let samples = sample::candidates(&a);
        let found = strings.iter().chain(&samples).find(|value| breaks(value));
        match verdict {
            Inclusion::Included => {
                included += 1;
                assert_eq!(found, None, "{a} in {b}");
            }
            Inclusion::Not(string) => {
                not += 1;
                assert!(
                    breaks(&json!(string)),
                    "{string:?} is in {a}, and not in {b}"
                );
                // No string that is as easy to read is shorter.
                let shorter = strings.iter().filter_map(Value::as_str).find(|other| {
                    other.is_ascii()
                        && other.len() < string.chars().count()
                        && breaks(&json!(other))
                });
                assert!(
                    shorter.is_none(),
                    "{shorter:?} is shorter than {string:?}: {a} in {b}"
                );
            }
            Inclusion::Unknown => unknown += 1,
        }
    }
    assert!(included > 100 && not > 100, "{included} and {not}");
    assert!(unknown < 30, "{unknown}");
}

#[test]
fn examples_are_strings_of_their_set() {
    let mut random = SmallRng::seed_from_u64(0xE8A);
    let strings: Vec<Value> = short_strings().into_iter().map(Value::String).collect();
    let mut shown = 0;
    for _ in 0..400 {
        let schema = schema(&mut random);
        let Ok(validator) = Validator::new(&schema) else {
            continue;
        };
        // Outside ASCII the word characters of the validator are not those of ECMA-262.
        let has_word_boundaries = schema.to_string().to_lowercase().contains(r"\\b");
        let examples = of(&schema).examples();
        shown += examples.len();
        for example in &examples {
            let is_accepted = validator.accepts(&json!(example));
            assert!(
                is_accepted || has_word_boundaries,
                "{example:?} of {schema}"
            );
        }
        if examples.is_empty() && !has_word_boundaries {
            let missed = strings.iter().find(|string| validator.accepts(string));
            assert_eq!(missed, None, "{schema}");
        }
    }
    assert!(shown > 800, "{shown}");
}
