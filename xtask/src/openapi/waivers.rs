//! The file of waivers that a comparison is given, and what becomes of the comparison by it.

use std::path::Path;

use chrono::{NaiveDate, Utc};

use ::openapi::diff::{Diff, Waivers};

use crate::exit::{Exit, Failure};

/// Waivers as of today; none where no file is given.
pub(crate) struct Waiving {
    waivers: Option<Waivers>,
    today: NaiveDate,
}

impl Waiving {
    /// Nothing is waived.
    pub(crate) fn nothing() -> Self {
        Self {
            waivers: None,
            // One day for everybody who runs this, wherever they are.
            today: Utc::now().date_naive(),
        }
    }

    /// What the file waives, if one is given.
    pub(crate) fn by(path: Option<&Path>) -> Result<Self, Failure> {
        let mut waiving = Self::nothing();
        if let Some(path) = path {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| {
                let hint = super::input::hint(path, &error);
                Failure::unreadable(format!("cannot read the waivers in {name}: {error}{hint}"))
            })?;
            let waivers = Waivers::parse(&name, &text)
                .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
            waiving.waivers = Some(waivers);
        }
        Ok(waiving)
    }

    /// The day of the comparison.
    pub(crate) fn today(&self) -> NaiveDate {
        self.today
    }

    /// Marks what is waived.
    pub(crate) fn apply(&mut self, diff: &mut Diff) {
        if let Some(waivers) = &mut self.waivers {
            waivers.apply(diff, self.today);
        }
    }

    /// What all comparisons come to: a stale waiver fails, whatever was found.
    pub(crate) fn conclude(&self, exit: Exit) -> Exit {
        let stale = self
            .waivers
            .iter()
            .flat_map(|waivers| waivers.stale(self.today));
        let mut exit = exit;
        for stale in stale {
            anstream::eprintln!("error: {stale}");
            exit = Exit::Failed;
        }
        exit
    }
}
