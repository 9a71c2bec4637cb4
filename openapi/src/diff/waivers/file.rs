//! The file that waivers are read from: TOML, a `[[waiver]]` for each.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use crate::criterion::{Criterion, Kind};
use crate::diff::settings::{Settings, Wrong, known_rule};
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
    path: Option<Spanned<String>>,
    method: Option<Spanned<String>>,
    tag: Option<Spanned<String>>,
    extension: Option<Spanned<String>>,
    reason: Spanned<String>,
    expires: Spanned<toml::Value>,
}

impl Waivers {
    /// Reads waivers from `text`; errors call it `name`.
    ///
    /// Each `[[waiver]]` has `rule` (an id, as [`rules`](crate::diff::rules()) lists them), `location` (a change's
    /// JSON pointer as in the report, for the change in all its places; or a pointer with `/**` at its end, for that
    /// place and everything below it), `reason`, and `expires` (the last day on which it applies, `2027-01-31`). It
    /// may have `operation` (`POST /tokens`), `path`, `method`, `tag` and `extension`, which restrict it to changes that
    /// reach only operations that meet all of these; `*` in them stands for any text.
    ///
    /// # Errors
    ///
    /// When the text is not TOML, a key is unknown, missing or of the wrong type, a rule is unknown, a location is
    /// not a pointer, a reason is empty, a day is invalid, or two waivers are the same.
    pub fn parse(name: &str, text: &str) -> Result<Self, WaiversError> {
        let settings = Settings { name, text };
        let file: File = settings.parse()?;
        let mut waivers: Vec<Waiver> = Vec::new();
        for entry in file.waiver {
            let span = entry.span();
            let waiver = waiver(entry.into_inner(), settings.position(span.start))
                .map_err(|wrong| settings.error(wrong))?;
            let same = |other: &&Waiver| {
                (other.rule, &other.location, &other.criteria)
                    == (waiver.rule, &waiver.location, &waiver.criteria)
            };
            if let Some(first) = waivers.iter().find(same) {
                let line = first.position.line;
                let message = format!(
                    "this waives the same as the waiver in line {line}: remove one of them"
                );
                return Err(settings.error((span, message)));
            }
            waivers.push(waiver);
        }
        Ok(Self {
            name: name.to_owned(),
            waivers,
        })
    }
}

fn waiver(entry: Entry, position: Position) -> Result<Waiver, Wrong> {
    let Entry {
        rule,
        location,
        operation,
        path,
        method,
        tag,
        extension,
        reason,
        expires,
    } = entry;
    let known = known_rule("rule", &rule)?;
    if waiver::is_empty_reason(reason.get_ref()) {
        let message = "`reason` is empty: say why the change is waived".to_owned();
        return Err((reason.span(), message));
    }
    if let Some(operation) = &operation
        && !operation.get_ref().contains([' ', '*'])
    {
        let message = format!(
            "`operation`: `{}` is not an operation: write it as the report does, `POST /tokens`",
            operation.get_ref()
        );
        return Err((operation.span(), message));
    }
    let criteria = [
        (Kind::Operation, operation),
        (Kind::Path, path),
        (Kind::Method, method),
        (Kind::Tag, tag),
        (Kind::Extension, extension),
    ];
    let criteria = criteria.into_iter().filter_map(|(kind, written)| {
        let written = written?;
        let criterion = Criterion::new(kind, written.get_ref());
        Some(criterion.map_err(|message| (written.span(), message)))
    });
    Ok(Waiver {
        position,
        rule: known,
        location: location_of(&location)?,
        criteria: criteria.collect::<Result<_, Wrong>>()?,
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
