//! Members of JSON that appear twice. Parsers differ in which one they take (RFC 8259, section 4), so that two clients of one
//! answer may read two things.

use std::collections::BTreeSet;
use std::fmt;

use openapi::pointer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Says which member is the first whose name appears twice in its object; `None` also where a text is not JSON.
pub(crate) fn repetition(json: &[u8]) -> Option<String> {
    let mut found = None;
    let walk = Walk {
        place: String::new(),
        found: &mut found,
    };
    // What is not JSON is reported where it is read.
    let _ = walk.deserialize(&mut serde_json::Deserializer::from_slice(json));
    found.map(|place| format!("{place}: appears twice"))
}

/// A walk through a value at a place.
struct Walk<'f> {
    place: String,
    found: &'f mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let place = pointer::join(&self.place, &name);
            if !names.insert(name) {
                self.found.get_or_insert_with(|| place.clone());
            }
            let found = &mut *self.found;
            map.next_value_seed(Walk { place, found })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for index in 0.. {
            let place = pointer::join(&self.place, &format!("{index}"));
            let found = &mut *self.found;
            if list.next_element_seed(Walk { place, found })?.is_none() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::repetition;

    #[test]
    fn first_repeated_member_is_found_at_any_depth() {
        for (json, found) in [
            (r#"{"a": 1, "b": {"a": [true, null, 1.5, -1, "x"]}}"#, None),
            (r#"{"a": 1, "a": 1}"#, Some("/a: appears twice")),
            (
                r#"{"a": [{}, {"b": 1, "c": 2, "\u0062": 3}], "a": 2}"#,
                Some("/a/1/b: appears twice"),
            ),
            ("not JSON", None),
        ] {
            assert_eq!(repetition(json.as_bytes()).as_deref(), found, "{json}");
        }
    }
}
