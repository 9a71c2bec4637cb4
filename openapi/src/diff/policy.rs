//! Policies: what a team lets pass, and what it holds to more than was proven. What was proven stays in the report.

mod file;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use globset::GlobMatcher;

use crate::diff::change::{Change, Diff};
use crate::diff::level::{Level, Ruling};
use crate::diff::operations::Operations;
use crate::diff::rules::{Action, Class, Kind, Rule};
use crate::diff::stability::{STABILITY, Stability};
use crate::document::Document;
use crate::pointer;
use crate::text_error::TextError;

/// Why a text is not a policy.
pub type PolicyError = TextError;

/// The extension that names the last day on which something deprecated is served.
const SUNSET: &str = "x-sunset";

/// What one file says.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    name: String,
    fail_on: Option<Level>,
    rules: Vec<(Rule, Level)>,
    ignored_extensions: Vec<GlobMatcher>,
    promised_from: Option<Stability>,
    /// How many days ahead the end of something deprecated is announced, by the level of stability.
    grace_days: BTreeMap<Stability, u64>,
}

impl Policy {
    /// Returns the name of its file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the class from which on a comparison fails, if the policy says so; [`Level::Off`] where none does.
    #[must_use]
    pub fn fail_on(&self) -> Option<Level> {
        self.fail_on
    }

    /// Returns the level of stability from which on an operation is promised, if the policy says so.
    #[must_use]
    pub fn promised_from(&self) -> Option<Stability> {
        self.promised_from
    }

    /// Decides how each change of the comparison counts as of `today`. What the policy does not mention counts by its
    /// class.
    pub fn apply(
        &self,
        diff: &mut Diff,
        revision: &Document,
        operations: &Operations<'_>,
        today: NaiveDate,
    ) {
        for change in &mut diff.changes {
            change.policy = self
                .rule(change)
                .or_else(|| self.ignored(change))
                .or_else(|| self.too_soon(change, revision, operations, today));
        }
    }

    fn ruling(&self, level: Level, setting: &str, why: &str) -> Ruling {
        Ruling {
            level,
            why: format!("{setting} in {}{why}", self.name),
        }
    }

    /// Returns what the policy says of the change's rule.
    fn rule(&self, change: &Change) -> Option<Ruling> {
        let mut rules = self.rules.iter();
        let (rule, level) = rules.find(|(rule, _)| *rule == change.rule)?;
        (*level != Level::As(change.class))
            .then(|| self.ruling(*level, &format!("rules.{rule}"), ""))
    }

    /// Lets a change pass that is only in ignored extensions.
    fn ignored(&self, change: &Change) -> Option<Ruling> {
        let is_ignored = |place: &str| {
            pointer::tokens(place).any(|token| {
                let mut patterns = self.ignored_extensions.iter();
                token.starts_with("x-") && patterns.any(|pattern| pattern.is_match(&*token))
            })
        };
        (change.rule.kind == Kind::Extension && change.places().all(is_ignored))
            .then(|| self.ruling(Level::Off, "ignored-extensions", ""))
    }

    /// Holds the announcement of an end to the days that the policy grants.
    fn too_soon(
        &self,
        change: &Change,
        revision: &Document,
        operations: &Operations<'_>,
        today: NaiveDate,
    ) -> Option<Ruling> {
        let days = *self.grace_days.get(&stability(change, operations))?;
        let breaking = |why: String| {
            Some(self.ruling(
                Level::As(Class::Breaking),
                "deprecation.grace-days",
                &format!(": {days} days are granted, and {why}"),
            ))
        };
        let at = change.sides.revision.as_deref()?;
        match (change.rule.kind, change.rule.action) {
            (Kind::Deprecation, Action::Added) => {
                let (holder, _) = at.rsplit_once('/')?;
                let has_end = revision.at(&pointer::join(holder, SUNSET)).is_some();
                (!has_end).then(|| breaking(format!("no `{SUNSET}` says until when")))?
            }
            (Kind::Sunset, Action::Added) => {
                let end = revision.at(at)?.as_str()?;
                let end: NaiveDate = end.get(..10)?.parse().ok()?;
                let is_late = today.checked_add_days(Days::new(days))? <= end;
                let left = end.signed_duration_since(today).num_days();
                (!is_late).then(|| breaking(format!("{left} are left")))?
            }
            _ => None,
        }
    }
}

/// Returns the level of the most stable operation that a change reaches. What names no level is stable.
fn stability(change: &Change, operations: &Operations<'_>) -> Stability {
    let names = change.operations.iter();
    let levels = names.map(|name| {
        let labels = operations.labels(name).first();
        let level = labels.and_then(|labels| labels.extension(STABILITY));
        level.and_then(Stability::of).unwrap_or_default()
    });
    levels.max().unwrap_or_default()
}
