//! The waivers file of a comparison, as of today.

use std::path::Path;

use chrono::{NaiveDate, Utc};

use super::exit::{Ending, Exit, Failure};
use super::input;
use crate::diff::{Diff, Operations, Stale, Waivers};

/// The waivers of a comparison, and today's date, by which they expire.
#[derive(Debug)]
pub struct ActiveWaivers {
    waivers: Option<Waivers>,
    today: NaiveDate,
}

impl ActiveWaivers {
    /// Builds an empty set.
    #[must_use]
    pub fn none() -> Self {
        Self {
            waivers: None,
            // In UTC, so that a waiver expires on the same day wherever this runs.
            today: Utc::now().date_naive(),
        }
    }

    /// Reads the waivers file, if one is given.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] for a file that cannot be read, [`Exit::Usage`] for one that is invalid.
    pub fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let mut active = Self::none();
        if let Some(path) = path {
            let (name, text) = input::settings(path, "waivers")?;
            let waivers = Waivers::parse(&name, &text)
                .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
            active.waivers = Some(waivers);
        }
        Ok(active)
    }

    /// Returns the date of the comparison.
    pub(super) fn today(&self) -> NaiveDate {
        self.today
    }

    /// Marks the changes that are waived.
    pub(super) fn apply(&mut self, diff: &mut Diff, operations: &Operations<'_>) {
        if let Some(waivers) = &mut self.waivers {
            waivers.apply(diff, operations, self.today);
        }
    }

    /// Returns the stale waivers.
    fn stale(&self) -> Vec<Stale> {
        let waivers = self.waivers.iter();
        waivers
            .flat_map(|waivers| waivers.stale(self.today))
            .collect()
    }

    /// Prints each stale waiver. Returns an ending with [`Exit::Failed`] if there is one, else the given ending.
    pub(super) fn report_stale(&self, ending: Ending) -> Ending {
        let stale = self.stale();
        for one in &stale {
            manual::eprint_line(format_args!("error: {one}"));
        }
        let reason = ending.reason;
        let reason = match stale.len() {
            0 => return Ending { reason, ..ending },
            1 => format!("{reason}; 1 waiver is stale"),
            many => format!("{reason}; {many} waivers are stale"),
        };
        Ending {
            exit: Exit::Failed,
            reason,
        }
    }
}
