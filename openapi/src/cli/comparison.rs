//! Two documents compared as the command line says: what `diff`, `suggest` and `changelog` have in common.

use std::mem::ManuallyDrop;
use std::path::Path;

use super::exit::{Exit, Failure};
use super::input::{Access, Network};
use super::options::Documents;
use super::waivers::ActiveWaivers;
use super::{input, place, policy};
use crate::diff::{Diff, Operations, Options, Policy, Selection, compare_with};
use crate::render::Report;
use crate::shown::visible;
use crate::{DanglingReferences, Document};

/// A finished comparison.
pub(super) struct Comparison {
    pub(super) diff: Diff,
    pub(super) policy: Option<Policy>,
    pub(super) waivers: ActiveWaivers,
    // The program ends after the report is written. Dropping documents of many megabytes would take as long as comparing
    // them.
    base: ManuallyDrop<Document>,
    revision: ManuallyDrop<Document>,
    /// The revision's file.
    file: Option<String>,
}

impl Comparison {
    /// Compares two documents: what was not selected is left out, and the policy and the waivers decide what counts.
    ///
    /// # Errors
    ///
    /// [`Failure`], when a document, the policy, the waivers or the command line is invalid.
    pub(super) fn of(arguments: &Documents) -> Result<Self, Failure> {
        let standard_input = Path::new(place::STANDARD_INPUT);
        if arguments.base == standard_input && arguments.revision == standard_input {
            return Err(Failure::new(
                Exit::Usage,
                "standard input (-) can be the base or the revision, not both: give one as a file",
            ));
        }
        let mut waivers = ActiveWaivers::read(arguments.waivers.as_deref())?;
        let policy = policy::read(arguments.config.as_deref(), &arguments.revision)?;
        let access = Access {
            root: arguments.root.as_deref(),
            network: match arguments.allow_network {
                true => Network::Allowed,
                false => Network::Refused,
            },
        };
        let read = |document, dangling| input::read_with(access, document, dangling);
        let base = ManuallyDrop::new(read(&arguments.base, DanglingReferences::Kept)?);
        let revision = ManuallyDrop::new(read(&arguments.revision, DanglingReferences::Refused)?);
        let promised_from = policy.as_ref().and_then(Policy::promised_from);
        let options = Options {
            today: Some(waivers.today()),
            promised_from: promised_from.unwrap_or(Options::default().promised_from),
            ..Options::default()
        };
        let mut diff = compare_with(&base, &revision, options);
        let operations = Operations::of(&base, &revision);
        select(arguments, &operations, &mut diff)?;
        if let Some(policy) = &policy {
            policy.apply(&mut diff, &revision, &operations, waivers.today());
        }
        waivers.apply(&mut diff, &operations);
        Ok(Self {
            diff,
            policy,
            waivers,
            base,
            revision,
            file: place::file_of(&arguments.revision),
        })
    }

    /// Returns the comparison with its documents.
    pub(super) fn report(&self) -> Report<'_> {
        Report {
            diff: &self.diff,
            base: &self.base,
            revision: &self.revision,
            file: self.file.as_deref(),
            policy: self.policy.as_ref(),
        }
    }
}

/// Removes what was not selected.
fn select(arguments: &Documents, operations: &Operations, diff: &mut Diff) -> Result<(), Failure> {
    let selection = Selection {
        include: arguments.include.clone(),
        exclude: arguments.exclude.clone(),
    };
    if let Some(unmet) = selection.unmet(operations).next() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{}: no operation of either document meets it: `*` stands for any text, as in path=/v1/*",
                visible(&unmet.to_string())
            ),
        ));
    }
    selection.apply(diff, operations);
    Ok(())
}
