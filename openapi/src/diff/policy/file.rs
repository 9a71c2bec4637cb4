//! The file that a policy is read from, in TOML.

use std::collections::BTreeMap;

use globset::Glob;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use crate::diff::level::Level;
use crate::diff::policy::{Policy, PolicyError};
use crate::diff::settings::{Settings, Wrong, known_rule, suggestion};
use crate::diff::stability::Stability;

/// The keys of the file, and of its tables.
const KEYS: &[&str] = &[
    "fail-on",
    "ignored-extensions",
    "rules",
    "stability",
    "deprecation",
];
const TABLES: [(&str, &[&str]); 2] = [
    ("stability", &["promised-from"]),
    ("deprecation", &["grace-days"]),
];

/// What a threshold may be: a level, or `none`.
const NONE: &str = "none";

/// Unknown keys are refused earlier, with the nearest known one.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    fail_on: Option<Spanned<String>>,
    #[serde(default)]
    ignored_extensions: Vec<Spanned<String>>,
    #[serde(default)]
    rules: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    stability: StabilityTable,
    #[serde(default)]
    deprecation: DeprecationTable,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct StabilityTable {
    promised_from: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct DeprecationTable {
    grace_days: Option<Spanned<Value>>,
}

impl Policy {
    /// Reads a policy from `text`; errors and reports call it `name`.
    ///
    /// All keys are optional: `fail-on` (a class or `none`), `ignored-extensions` (names with `*` for any text),
    /// `[rules]` (a class or `off` for each rule), `[stability] promised-from` (a level), and `[deprecation] grace-days`
    /// (a number of days, or a table of them by level).
    ///
    /// # Errors
    ///
    /// When the text is not TOML, or a key, a rule or a value is unknown or of the wrong type: with its place and, where
    /// one is near, the known name that is probably meant.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let settings = Settings { name, text };
        check_keys(settings.table()?.get_ref()).map_err(|wrong| settings.error(wrong))?;
        let file: File = settings.parse()?;
        policy(name, &file).map_err(|wrong| settings.error(wrong))
    }
}

fn check_keys(table: &DeTable<'_>) -> Result<(), Wrong> {
    known_keys(table, "", KEYS)?;
    for (name, keys) in TABLES {
        if let Some(DeValue::Table(inner)) = table.get(name).map(Spanned::get_ref) {
            known_keys(inner, &format!("{name}."), keys)?;
        }
    }
    Ok(())
}

fn known_keys(table: &DeTable<'_>, within: &str, known: &[&str]) -> Result<(), Wrong> {
    for key in table.keys() {
        let written = key.get_ref().as_ref();
        if !known.contains(&written) {
            let message = format!(
                "there is no setting `{within}{written}`: {}",
                suggestion(written, known)
            );
            return Err((key.span(), message));
        }
    }
    Ok(())
}

fn policy(name: &str, file: &File) -> Result<Policy, Wrong> {
    let mut policy = Policy {
        name: name.to_owned(),
        ..Policy::default()
    };
    if let Some(class) = &file.fail_on {
        policy.fail_on = Some(match class.get_ref().as_str() {
            NONE => Level::Off,
            _ => level("fail-on", class, NONE)?,
        });
    }
    for pattern in &file.ignored_extensions {
        let glob = Glob::new(pattern.get_ref());
        let is_extension = pattern.get_ref().starts_with("x-");
        match glob {
            Ok(glob) if is_extension => policy.ignored_extensions.push(glob.compile_matcher()),
            _ => {
                let message = format!(
                    "`ignored-extensions`: `{}` is not the name of extensions: write `x-internal`, or `x-internal-*`",
                    pattern.get_ref()
                );
                return Err((pattern.span(), message));
            }
        }
    }
    for (id, class) in &file.rules {
        let level = level(&format!("rules.{id}"), class, Level::Off.name())?;
        policy.rules.push((known_rule("rules", id)?, level));
    }
    if let Some(written) = &file.stability.promised_from {
        policy.promised_from = Some(stability("stability.promised-from", written)?);
    }
    if let Some(written) = &file.deprecation.grace_days {
        policy.grace_days = grace_days(written)?;
    }
    Ok(policy)
}

/// Reads a class, or the word for none.
fn level(setting: &str, written: &Spanned<String>, none: &str) -> Result<Level, Wrong> {
    let word = written.get_ref().as_str();
    let mut levels = Level::NAMED.into_iter();
    let known = levels.find(|level| level.name() == word && (*level != Level::Off || none == word));
    known.ok_or_else(|| {
        let mut words = Level::NAMED.map(Level::name);
        if let Some(last) = words.last_mut() {
            *last = none;
        }
        let message = format!(
            "`{setting}`: there is no class `{word}`: {}",
            suggestion(word, &words)
        );
        (written.span(), message)
    })
}

fn stability(setting: &str, written: &Spanned<String>) -> Result<Stability, Wrong> {
    let word = written.get_ref();
    Stability::of(word).ok_or_else(|| {
        let levels = Stability::ALL.map(Stability::name);
        let message = format!(
            "`{setting}`: there is no level `{word}`: {}",
            suggestion(word, &levels)
        );
        (written.span(), message)
    })
}

/// Reads a number of days for all levels, or a table of them.
fn grace_days(written: &Spanned<Value>) -> Result<BTreeMap<Stability, u64>, Wrong> {
    let wrong = |message: String| (written.span(), message);
    let days = |value: &Value| {
        let days = value.as_integer().and_then(|days| u32::try_from(days).ok());
        days.map(u64::from).ok_or_else(|| {
            wrong("`deprecation.grace-days` is a number of days, or a table of them by level of stability: `{ beta = 30, stable = 180 }`".to_owned())
        })
    };
    match written.get_ref() {
        Value::Table(table) => (table.iter())
            .map(|(name, value)| {
                let setting = "deprecation.grace-days";
                let level = stability(setting, &Spanned::new(written.span(), name.clone()))?;
                Ok((level, days(value)?))
            })
            .collect(),
        value => {
            let days = days(value)?;
            Ok(Stability::ALL.map(|level| (level, days)).into())
        }
    }
}
