//! The cases of bodies: their boundaries and minimal violations, their texts, and their other media types.

use serde_json::Value;

use super::derivation::{Derivation, NUL, Variant, brief, expected, is_of_tokens};
use super::values::Values;
use super::{naming, values};
use crate::case::sample::{Change, Expects};
use crate::resources::graph::names_things;
use crate::resources::inputs::Body;
use crate::resources::writing::Form;

/// The most fields of a form that are tested at their bounds: large documents have forms alone, with dozens of fields.
const FIELDS: usize = 8;

/// Half of a pair, which stands for no character: readers of JSON do not agree on it (RFC 8259, section 8.2).
const LONE_SURROGATE: &str = "a\\ud800b";

impl Derivation<'_> {
    /// Adds the cases of a body.
    pub(super) fn add_body(&mut self, index: usize, body: &Body<'_>) {
        let missing = Variant::of_body("missing", expected(!body.required));
        self.add(index, &missing, Change::Body(None), "without a body");
        let Some(schema) = &body.schema else {
            return;
        };
        let Some(values) = self.values(schema, "the body") else {
            return;
        };
        let bodies = match body.form() {
            Form::Json => values.bodies(),
            Form::Fields | Form::Parts => values.forms(
                |value| body.written(self.contract, value).is_some(),
                &body.files,
            ),
            // Bytes and other texts have no violation that every reader of them would see.
            Form::Plain => {
                self.left_out.push(format!(
                    "no value of the body in {} is tested but the ordinary one",
                    body.media_type
                ));
                return;
            }
        };
        self.count("the body", bodies.len(), values.found());
        for (value, valid) in bodies {
            let what = naming::of_value(&value, valid);
            let purpose = format!("with {} for a body", brief(&value));
            let change = Change::Body(Some(value));
            self.add(
                index,
                &Variant::of_body(&what, expected(valid)),
                change,
                &purpose,
            );
        }
        if is_of_tokens(self.contract, index) {
            return;
        }
        if body.form() == Form::Json {
            self.add_texts(index, &values);
        }
        self.add_bounds(index, body, &values);
    }

    /// Adds the case of the ordinary body in another media type than that of the other cases.
    pub(super) fn add_other_media_type(&mut self, index: usize, body: &Body<'_>) {
        let name = body.media_type;
        if body.form() == Form::Plain || is_of_tokens(self.contract, index) {
            let why = format!("no value of the body in {name} is tested");
            self.left_out.push(why);
            return;
        }
        let why = format!("no value of the body in {name} is tested but the ordinary one");
        self.left_out.push(why);
        let part = format!("body in {name}");
        let variant = Variant {
            part: &part,
            ..Variant::of_body("ordinary", Expects::Taken)
        };
        let purpose = format!("with its body in {name}");
        self.add(index, &variant, Change::In(name.to_owned()), &purpose);
    }

    /// Adds the cases of the texts in a body of JSON, with characters that not all programs expect.
    fn add_texts(&mut self, index: usize, values: &Values<'_>) {
        for name in values
            .free_texts()
            .into_iter()
            .filter(|name| !is_of_thing(name))
        {
            let part = format!("body {name}");
            let variant = Variant {
                part: &part,
                ..Variant::of_body("nul", Expects::Documented)
            };
            let purpose = format!("with the character NUL in the member {name}");
            let value = Value::from(NUL);
            let change = Change::Member {
                name: name.clone(),
                value,
            };
            self.add(index, &variant, change, &purpose);
            let variant = Variant {
                part: &part,
                ..Variant::of_body("lone_surrogate", Expects::Documented)
            };
            let purpose = format!("with half of a surrogate pair in the member {name}");
            let text = LONE_SURROGATE;
            self.add(index, &variant, Change::Escaped { name, text }, &purpose);
        }
    }

    /// Adds the cases of the members of a body that may have each value that their own schemas allow, unless they name things.
    fn add_bounds(&mut self, index: usize, body: &Body<'_>, values: &Values<'_>) {
        let is_json = body.form() == Form::Json;
        // The fields of a form are its outermost members.
        let (depth, most) = if is_json {
            (values::DEPTH, usize::MAX)
        } else {
            (1, FIELDS)
        };
        let (bounded, all) = values.bounded_members(depth, most);
        if all > most {
            let why = format!("{most} of {all} fields of the body are tested at their bounds");
            self.left_out.push(why);
        }
        for (name, mut values) in bounded {
            if is_of_thing(&name) {
                continue;
            }
            // Readers of forms take a field without a text for one that is not there.
            values.retain(|value| {
                is_json || !(value.is_null() || value.is_array() || value.as_str() == Some(""))
            });
            for value in values {
                let part = format!("body {name}");
                let what = naming::of_value(&value, true);
                let variant = Variant {
                    part: &part,
                    ..Variant::of_body(&what, Expects::Taken)
                };
                let purpose = format!("with {} for the member {name}", brief(&value));
                let name = name.clone();
                self.add(index, &variant, Change::Member { name, value }, &purpose);
            }
        }
    }
}

/// Returns whether a member, by its keys, names a thing.
fn is_of_thing(keys: &str) -> bool {
    names_things(keys.rsplit('/').next().unwrap_or(keys))
}
