//! Parameters other than those of bodies.

use serde_json::{Map, Value};

use super::written::{Written, Wrong, written};
use super::{Lifting, Role};
use crate::document::reference;
use crate::pointer;

/// A list of parameters, by what becomes of them.
#[derive(Default, Clone)]
pub(super) struct Parameters<'v> {
    /// Those that stay parameters, lifted, with the pointers to their texts.
    pub(super) plain: Vec<(Value, String)>,
    pub(super) bodies: Vec<Written<'v>>,
    /// The fields of a form.
    pub(super) fields: Vec<Written<'v>>,
}

/// The fields of a parameter or a header that are not those of its schema.
pub(super) const OWN: &[&str] = &[
    "name",
    "in",
    "description",
    "required",
    "allowEmptyValue",
    "deprecated",
    "example",
    "examples",
    "schema",
];

/// How a list is written as a text.
pub(super) enum Writing {
    /// In a style of OpenAPI 3, and exploded or not.
    Style(&'static str, Option<bool>),
    /// In a way for which OpenAPI 3 has no style. No side reads it as a known one.
    Other(String),
}

impl<'v> Lifting<'v> {
    /// Lifts a list of parameters, which are to be at `place`, in the order of the list.
    pub(super) fn parameters(
        &mut self,
        list: Option<&'v Value>,
        place: &str,
    ) -> Result<Parameters<'v>, Wrong> {
        let mut parameters = Parameters::default();
        let Some(list) = list else {
            return Ok(parameters);
        };
        let wrong = || (place.to_owned(), format!("`{place}` must be a list"));
        for (index, item) in list.as_array().ok_or_else(wrong)?.iter().enumerate() {
            let at = pointer::join(place, &index.to_string());
            let Some((target, target_at)) = self.followed(item, &at) else {
                parameters.plain.push((item.clone(), at));
                continue;
            };
            let target = written(target, &target_at)?;
            let here = pointer::join(place, &parameters.plain.len().to_string());
            match target.place()? {
                "body" => parameters.bodies.push(target),
                "formData" => parameters.fields.push(target),
                _ if reference::target(item).is_some() => {
                    self.want(item, Role::Parameter);
                    self.moved.note(here, at.clone());
                    parameters.plain.push((item.clone(), at));
                }
                _ => {
                    self.moved.note(&here, &at);
                    let lifted = self.parameter(&target, &here)?;
                    parameters.plain.push((lifted, at));
                }
            }
        }
        Ok(parameters)
    }

    /// Lifts a parameter that stays one.
    pub(super) fn parameter(
        &mut self,
        parameter: &Written<'v>,
        place: &str,
    ) -> Result<Value, Wrong> {
        parameter.refuse(&["content", "style", "explode"])?;
        let mut lifted = Map::new();
        let mut schema = self.described(parameter, place, &mut lifted)?;
        let at = parameter.member("collectionFormat");
        for key in ["style", "explode"] {
            self.moved.note(pointer::join(place, key), at.clone());
        }
        match writing(&mut schema, parameter, parameter.place()?)? {
            Some(Writing::Style(style, explode)) => {
                lifted.insert("style".to_owned(), style.into());
                if let Some(explode) = explode {
                    lifted.insert("explode".to_owned(), explode.into());
                }
            }
            Some(Writing::Other(style)) => {
                lifted.insert("style".to_owned(), style.into());
            }
            None => {}
        }
        lifted.insert("schema".to_owned(), schema);
        Ok(Value::Object(lifted))
    }

    /// Copies the fields of a parameter or a header to `lifted`, and returns its schema.
    pub(super) fn described(
        &mut self,
        holder: &Written<'v>,
        place: &str,
        lifted: &mut Map<String, Value>,
    ) -> Result<Value, Wrong> {
        self.moved.note(place, &holder.at);
        let mut schema = Map::new();
        for (key, value) in holder.object {
            let is_own = OWN.contains(&key.as_str()) || key.starts_with("x-");
            match is_own && key != "x-nullable" {
                true => lifted.insert(key.clone(), value.clone()),
                false => schema.insert(key.clone(), value.clone()),
            };
        }
        match lifted.shift_remove("schema") {
            // As 3.0 has it: a common mistake, and its meaning is plain.
            Some(own) if !schema.contains_key("type") => Ok(own),
            Some(_) => Err((
                holder.member("schema"),
                "`schema` beside `type`: only one of them can say what the value is".to_owned(),
            )),
            None => {
                self.moved.note(pointer::join(place, "schema"), &holder.at);
                Ok(Value::Object(schema))
            }
        }
    }
}

impl Written<'_> {
    /// Returns where a parameter is.
    pub(super) fn place(&self) -> Result<&str, Wrong> {
        match self.text("in") {
            Some(place @ ("path" | "query" | "header" | "body" | "formData")) => Ok(place),
            found => {
                let found = found.map_or_else(String::new, |found| format!(", not `{found}`"));
                let message = format!(
                    "`in` of a parameter must be `path`, `query`, `header`, `body` or `formData`{found}"
                );
                Err((self.member("in"), message))
            }
        }
    }
}

/// Returns how the lists of a parameter, header or field of a form in `place` are written, and removes what says so from
/// its schema; `None` where there is no list.
pub(super) fn writing(
    schema: &mut Value,
    holder: &Written<'_>,
    place: &str,
) -> Result<Option<Writing>, Wrong> {
    let Some(members) = schema.as_object_mut() else {
        return Ok(None);
    };
    let format = members.shift_remove("collectionFormat");
    if members.get("type").is_none_or(|kind| kind != "array") {
        if let Some(format) = format {
            members.insert("x-unused-collectionFormat".to_owned(), format);
        }
        return Ok(None);
    }
    let format = name_of(format.as_ref(), holder)?;
    let mut inner = Vec::new();
    let mut items = members.get_mut("items");
    while let Some(Value::Object(nested)) = items {
        let format = nested.shift_remove("collectionFormat");
        if nested.get("type").is_some_and(|kind| kind == "array") {
            inner.push(name_of(format.as_ref(), holder)?);
        } else if let Some(format) = format {
            nested.insert("x-unused-collectionFormat".to_owned(), format);
        }
        items = nested.get_mut("items");
    }
    // Lists within lists have no meaning in OpenAPI 3, whatever their style.
    if inner.iter().any(|inner| *inner != "csv") {
        let all: Vec<_> = std::iter::once(format).chain(inner).collect();
        return Ok(Some(Writing::Other(all.join(" of "))));
    }
    Ok(Some(match (place, format) {
        ("path" | "header", "csv") => Writing::Style("simple", None),
        ("query" | "formData", "csv") => Writing::Style("form", Some(false)),
        ("query" | "formData", "multi") => Writing::Style("form", Some(true)),
        ("query" | "formData", "ssv") => Writing::Style("spaceDelimited", Some(false)),
        ("query" | "formData", "pipes") => Writing::Style("pipeDelimited", Some(false)),
        _ => Writing::Other(format.to_owned()),
    }))
}

/// Returns the name of a format of lists.
fn name_of(format: Option<&Value>, holder: &Written<'_>) -> Result<&'static str, Wrong> {
    const FORMATS: [&str; 5] = ["csv", "ssv", "tsv", "pipes", "multi"];
    let Some(format) = format else {
        return Ok("csv");
    };
    let known = FORMATS.into_iter().find(|known| format == known);
    known.ok_or_else(|| {
        let known = FORMATS.map(|name| format!("`{name}`")).join(", ");
        let message = format!("`collectionFormat` is {format}, and must be one of {known}");
        (holder.member("collectionFormat"), message)
    })
}
