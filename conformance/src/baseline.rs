//! A baseline: the known failures of a deployment by their cause, each with a reason and a last day. They are listed, and do not
//! fail a run. One that no longer fails does, until it is removed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use openapi::waiver::{Waived, is_empty_reason};
use serde::Deserialize;

use crate::case::Case;
use crate::event::{CaseRecord, KnownFailure, KnownState, Verdict};
use crate::profile::{Origin, ProfileError, day, parse_toml};

/// The days from a run to the expiry of the known failures that it writes.
const KNOWN_DAYS: u64 = 90;

/// What a written baseline says about the cases that a cause blocks.
const BLOCKED: &str = "    # Blocked by it, so that nothing shows whether they hold. To accept that, remove the mark.\n";

/// The file of the known failures.
#[derive(Debug, Clone)]
pub struct Baseline {
    path: PathBuf,
    known: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Known>,
}

/// A cause that is known to fail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The cause, as reports have it.
    cause: toml::Spanned<String>,
    /// The cases that fail by it, or that it keeps from being decided: another one is not accepted. If all of them pass, the
    /// cause is gone.
    cases: Vec<toml::Spanned<String>>,
    /// Why it is accepted.
    reason: String,
    /// The last day on which it is accepted (UTC).
    #[serde(deserialize_with = "day")]
    expires: NaiveDate,
}

impl Known {
    fn waived(&self) -> Waived {
        Waived {
            reason: self.reason.clone(),
            expires: self.expires,
        }
    }

    /// Returns whether a case meets the cause. What blocks a case is the known fault itself, but one that fails may fail by
    /// another fault that is described in the same words.
    fn is_met_by(&self, id: &str, verdict: Verdict, cause: Option<&str>) -> bool {
        let counts = match verdict {
            Verdict::Blocked => true,
            Verdict::Fail | Verdict::Warn => self.names(id),
            Verdict::Pass
            | Verdict::Skip
            | Verdict::Inconclusive
            | Verdict::Unproven
            | Verdict::Error => false,
        };
        counts && cause == Some(self.cause.get_ref())
    }

    fn names(&self, id: &str) -> bool {
        self.cases.iter().any(|case| case.get_ref() == id)
    }
}

/// The verdicts of a run and their causes, by the id of the case.
pub(crate) type Verdicts = BTreeMap<String, (Verdict, Option<String>)>;

impl Baseline {
    /// Reads a baseline. With `new`, a file that does not exist is an empty one.
    ///
    /// # Errors
    /// When the file cannot be read, is not a baseline, names no case of the catalogue, or gives no reason.
    pub fn load(path: &Path, new: bool, catalogue: &[&Case]) -> Result<Baseline, ProfileError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if new && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(ProfileError {
                    file: path.to_owned(),
                    place: String::new(),
                    problem: format!("cannot be read: {error}"),
                    remedy: "Name a file with --baseline; --write-baseline writes it.".to_owned(),
                });
            }
        };
        let origin = Origin { path, text: &text };
        let help = ("conformance/README.md", "a baseline");
        let File { known } = parse_toml(origin, help)?;
        for (index, one) in known.iter().enumerate() {
            let cause = one.cause.get_ref();
            let wrong = |at: &toml::Spanned<String>, key: &str, problem: String, remedy: &str| {
                origin.error_at(at.span().start, key, problem, remedy)
            };
            if is_empty_reason(&one.reason) {
                let problem = format!("the known failure `{cause}` gives no reason");
                let remedy = "Say why it is accepted until then.";
                return Err(wrong(&one.cause, "known.reason", problem, remedy));
            }
            let twice = |other: &Known| {
                other.cause == one.cause && one.cases.iter().any(|case| other.names(case.get_ref()))
            };
            if known[..index].iter().any(twice) {
                let problem = format!("the known failure `{cause}` appears twice with one case");
                return Err(wrong(
                    &one.cause,
                    "known.cause",
                    problem,
                    "Remove one of them.",
                ));
            }
            if one.cases.is_empty() {
                let problem = format!("the known failure `{cause}` names no case");
                return Err(wrong(
                    &one.cause,
                    "known.cases",
                    problem,
                    "Name those that fail by it.",
                ));
            }
            for case in &one.cases {
                let id = case.get_ref();
                if !catalogue.iter().any(|known| known.id == id) {
                    let problem = format!("`{id}` names no case");
                    let remedy =
                        "Name one that `conformance list` shows and that fails by the cause.";
                    return Err(wrong(case, "known.cases", problem, remedy));
                }
            }
        }
        Ok(Baseline {
            path: path.to_owned(),
            known,
        })
    }

    /// Returns the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns why a failure is accepted; `None` if it is not, or not any more. A case that is blocked proves nothing, so it is
    /// accepted only where it is named, too.
    pub(crate) fn accepts(&self, case: &CaseRecord, today: NaiveDate) -> Option<Waived> {
        let mut known = self.known.iter().filter(|known| known.names(&case.id));
        let known =
            known.find(|known| known.is_met_by(&case.id, case.verdict, case.cause.as_deref()))?;
        Some(known.waived()).filter(|waived| !waived.has_expired(today))
    }

    /// Returns whether a case is blocked by a failure that is accepted.
    pub(crate) fn blocks(&self, case: &CaseRecord, today: NaiveDate) -> bool {
        case.verdict == Verdict::Blocked
            && (self.known.iter()).any(|known| {
                !known.waived().has_expired(today)
                    && case.cause.as_ref() == Some(known.cause.get_ref())
            })
    }

    /// Returns what a run shows about each known failure.
    pub(crate) fn shown_by(&self, verdicts: &Verdicts, today: NaiveDate) -> Vec<KnownFailure> {
        let shown = self.known.iter().map(|known| {
            let met = verdicts
                .iter()
                .filter(|(id, (verdict, cause))| known.is_met_by(id, *verdict, cause.as_deref()));
            let met = met.count();
            let passed = |case: &toml::Spanned<String>| {
                matches!(verdicts.get(case.get_ref()), Some((Verdict::Pass, _)))
            };
            let state = match met {
                1.. if known.waived().has_expired(today) => KnownState::Expired,
                1.. => KnownState::Fails,
                0 if known.cases.iter().all(passed) => KnownState::Gone,
                0 => KnownState::NotDecided,
            };
            KnownFailure {
                cause: known.cause.get_ref().clone(),
                cases: known
                    .cases
                    .iter()
                    .map(|case| case.get_ref().clone())
                    .collect(),
                waived: known.waived(),
                state,
                met,
            }
        });
        shown.collect()
    }

    /// Writes the text of a baseline for the failures of a run. Those that are known keep their reason and their last day, new
    /// ones get an empty reason for a person to fill in, and those that are gone are left out.
    #[must_use]
    pub fn written(
        &self,
        cases: &[CaseRecord],
        known: &[KnownFailure],
        today: NaiveDate,
    ) -> String {
        let mut text = String::from(
            "# Known failures by cause. They are listed and do not fail a run until their last day.\n\
             # Each needs a reason. Another case that fails by the same cause is a new failure, and one that it blocks is unproven.\n",
        );
        let new = Waived {
            reason: String::new(),
            expires: today + Days::new(KNOWN_DAYS),
        };
        let mut entries: Vec<Entry<'_>> = (known.iter())
            .filter(|known| known.state != KnownState::Gone)
            .map(|known| Entry {
                cause: &known.cause,
                cases: known.cases.iter().map(String::as_str).collect(),
                blocked: Vec::new(),
                waived: &known.waived,
            })
            .collect();
        let by = |verdict: Verdict| {
            let cases = cases.iter().filter(move |case| case.verdict == verdict);
            cases.filter_map(|case| Some((case.id.as_str(), case.cause.as_deref()?)))
        };
        for (case, cause) in by(Verdict::Fail) {
            // A new case of a known cause needs a reason, too.
            let is_alike = |entry: &&mut Entry<'_>| {
                let is_new = entry.waived.reason.is_empty();
                entry.cause == cause && (is_new || entry.cases.contains(&case))
            };
            match entries.iter_mut().find(is_alike) {
                Some(entry) if entry.cases.contains(&case) => {}
                Some(entry) => entry.cases.push(case),
                None => entries.push(Entry::new(cause, vec![case], &new)),
            }
        }
        for (case, cause) in by(Verdict::Blocked) {
            let mut of_cause = entries.iter_mut().filter(|entry| entry.cause == cause);
            match of_cause.next() {
                Some(entry) if entry.cases.contains(&case) => {}
                Some(entry) => entry.blocked.push(case),
                None => entries.push(Entry {
                    blocked: vec![case],
                    ..Entry::new(cause, Vec::new(), &new)
                }),
            }
        }
        entries.iter().for_each(|entry| entry.write(&mut text));
        text
    }
}

/// An entry of a baseline that is written.
struct Entry<'a> {
    cause: &'a str,
    cases: Vec<&'a str>,
    /// The cases that it blocks and does not name. A person has to accept that they prove nothing.
    blocked: Vec<&'a str>,
    waived: &'a Waived,
}

impl<'a> Entry<'a> {
    fn new(cause: &'a str, cases: Vec<&'a str>, waived: &'a Waived) -> Entry<'a> {
        Entry {
            cause,
            cases,
            blocked: Vec::new(),
            waived,
        }
    }

    fn write(&self, text: &mut String) {
        let quoted = |text: &str| toml::Value::String(text.to_owned());
        let (cause, reason) = (quoted(self.cause), quoted(&self.waived.reason));
        let listed = |mark: &str, cases: &[&str]| -> String {
            let lines = cases.iter().map(|case| format!("    {mark}\"{case}\",\n"));
            lines.collect()
        };
        let blocked = match self.blocked.is_empty() {
            true => String::new(),
            false => format!("{BLOCKED}{}", listed("# ", &self.blocked)),
        };
        let cases = listed("", &self.cases);
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "\n[[known]]\ncause = {cause}\ncases = [\n{cases}{blocked}]\nreason = {reason}\nexpires = {}\n",
            self.waived.expires
        );
    }
}
