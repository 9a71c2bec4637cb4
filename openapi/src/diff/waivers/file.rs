//! The file that waivers are read from: TOML, a `[[waiver]]` for each.

use std::borrow::Cow;
use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use crate::diff::rules::{rule_of, rules};
use crate::diff::waivers::{Location, Waiver, Waivers, WaiversError};
use crate::document::FILES;
use crate::pointer;
use crate::position::Position;
use crate::waiver::{self, Waived};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: Spanned<String>,
    location: Spanned<String>,
    operation: Option<Spanned<String>>,
    reason: Spanned<String>,
    expires: Spanned<toml::Value>,
}

impl Waivers {
    /// Reads waivers from `text`; errors call it `name`.
    ///
    /// Each `[[waiver]]` has `rule` (an id, as [`rules`](crate::diff::rules()) lists them), `location` (a change's
    /// JSON pointer as in the report, for the change in all its places; or a pointer with `/**` at its end, for that
    /// place and everything below it), `reason`, and `expires` (the last day on which it applies, `2027-01-31`). It
    /// may have `operation` (`POST /tokens`), which restricts it to changes that reach only this operation.
    ///
    /// # Errors
    ///
    /// When the text is not TOML, a key is unknown, missing or of the wrong type, a rule is unknown, a location is
    /// not a pointer, a reason is empty, a day is invalid, or two waivers are the same.
    pub fn parse(name: &str, text: &str) -> Result<Self, WaiversError> {
        let wrong = |span: Option<Range<usize>>, message: String| WaiversError {
            name: name.to_owned(),
            position: span.map(|span| position(text, span.start)),
            message,
        };
        let file: File = toml::from_str(text)
            .map_err(|error| wrong(error.span(), error.message().replace('\n', " ")))?;
        let mut waivers: Vec<Waiver> = Vec::new();
        for entry in file.waiver {
            let at = position(text, entry.span().start);
            let waiver = waiver(entry.into_inner(), at)
                .map_err(|(span, message)| wrong(Some(span), message))?;
            let same = |other: &&Waiver| {
                (other.rule, &other.location, &other.operation)
                    == (waiver.rule, &waiver.location, &waiver.operation)
            };
            if let Some(first) = waivers.iter().find(same) {
                return Err(WaiversError {
                    name: name.to_owned(),
                    position: Some(at),
                    message: format!(
                        "this waives the same as the waiver in line {}: remove one of them",
                        first.position.line
                    ),
                });
            }
            waivers.push(waiver);
        }
        Ok(Self {
            name: name.to_owned(),
            waivers,
        })
    }
}

/// Returns the rule that is probably meant, for a mistake of a few letters.
fn nearest(written: &str) -> Option<String> {
    let distance = |known: &str| strsim::damerau_levenshtein(known, written);
    rules()
        .into_iter()
        .map(|row| row.rule.to_string())
        .map(|id: String| (distance(&id), id))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, id)| id)
}

/// What is wrong, and where in the text.
type Wrong = (Range<usize>, String);

fn waiver(entry: Entry, position: Position) -> Result<Waiver, Wrong> {
    let Entry {
        rule,
        location,
        operation,
        reason,
        expires,
    } = entry;
    let Some(known) = rule_of(rule.get_ref()) else {
        let written = rule.get_ref();
        let remedy = nearest(written).map_or_else(
            || {
                "a report has the rule of each change in brackets, and `oasproof rules` lists all"
                    .to_owned()
            },
            |known| format!("did you mean `{known}`?"),
        );
        let message = format!("`rule`: there is no rule `{written}`: {remedy}");
        return Err((rule.span(), message));
    };
    if waiver::is_empty_reason(reason.get_ref()) {
        let message = "`reason` is empty: say why the change is waived".to_owned();
        return Err((reason.span(), message));
    }
    if let Some(operation) = &operation
        && !operation.get_ref().contains(' ')
    {
        let message = format!(
            "`operation`: `{}` is not an operation: write it as the report does, `POST /tokens`",
            operation.get_ref()
        );
        return Err((operation.span(), message));
    }
    Ok(Waiver {
        position,
        rule: known,
        location: location_of(&location)?,
        operation: operation.map(Spanned::into_inner),
        waived: Waived {
            reason: reason.get_ref().trim().to_owned(),
            expires: day_of(&expires)?,
        },
        used: false,
        misses_operation: false,
        misses_places: false,
    })
}

fn day_of(expires: &Spanned<toml::Value>) -> Result<NaiveDate, Wrong> {
    waiver::day(expires.get_ref()).map_err(|written| {
        let message = format!(
            "`expires`: `{written}` is not a day: give the last one on which the waiver applies, `2027-01-31`"
        );
        (expires.span(), message)
    })
}

fn location_of(location: &Spanned<String>) -> Result<Location, Wrong> {
    let written = location.get_ref();
    let (pointer, below) = match written.strip_suffix("/**") {
        Some(pointer) => (pointer, true),
        // A report calls the document itself `/`.
        None if written == "/" => ("", false),
        None => (written.as_str(), false),
    };
    let pointer = &into_files(pointer);
    let mut escapes = pointer.split('~').skip(1);
    let is_pointer = (pointer.is_empty() || pointer.starts_with('/'))
        && escapes.all(|rest| rest.starts_with(['0', '1']));
    if !is_pointer {
        let message = format!(
            "`location`: `{written}` is not a JSON pointer: copy the place from the report, \
             `/components/schemas/Token/properties/id`, with `/**` at its end for everything below"
        );
        return Err((location.span(), message));
    }
    let pointer = pointer.clone().into_owned();
    Ok(if below {
        Location::AtAndBelow(pointer)
    } else {
        Location::At(pointer)
    })
}

/// Returns the pointer to a place in a file that the document refers to, which a report calls `token.yaml#/Token`.
fn into_files(written: &str) -> Cow<'_, str> {
    match written.split_once('#') {
        Some((file, within)) if !file.starts_with('/') && !file.is_empty() => {
            Cow::Owned(format!("/{FILES}/{}{within}", pointer::escape(file)))
        }
        _ => Cow::Borrowed(written),
    }
}

/// Returns the position of a byte in a text.
fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
