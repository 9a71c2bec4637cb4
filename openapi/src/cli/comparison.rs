//! Two documents compared as the command line says: what `diff`, `suggest` and `changelog` have in common.

use std::collections::HashSet;
use std::mem::ManuallyDrop;
use std::path::Path;

use super::exit::{Exit, Failure};
use super::git::Objects;
use super::input::{Access, Network};
use super::options::{Documents, Settings};
use super::waivers::ActiveWaivers;
use super::{input, place, policy};
use crate::criterion::Criterion;
use crate::diff::{Diff, Operations, Options, Policy, Selection, compare_with};
use crate::render::{Grouping, Report};
use crate::shown::visible;
use crate::{DanglingReferences, Document};

/// What the comparisons of one command have in common.
pub(super) struct Session<'a> {
    settings: &'a Settings,
    selection: Selection,
    pub(super) waivers: ActiveWaivers,
    git: Objects,
    /// The criteria that an operation of some document meets.
    met: HashSet<String>,
}

/// A finished comparison.
pub(super) struct Comparison {
    pub(super) diff: Diff,
    pub(super) policy: Option<Policy>,
    // The program ends after the report is written. Dropping documents of many megabytes would take as long as comparing
    // them.
    base: ManuallyDrop<Document>,
    revision: ManuallyDrop<Document>,
    /// The revision's file.
    file: Option<String>,
}

/// Refuses standard input as both documents.
///
/// # Errors
///
/// [`Exit::Usage`].
pub(super) fn refuse_standard_input_twice(base: &Path, revision: &Path) -> Result<(), Failure> {
    let standard_input = Path::new(place::STANDARD_INPUT);
    if base == standard_input && revision == standard_input {
        return Err(Failure::new(
            Exit::Usage,
            "standard input (-) can be the base or the revision, not both: give one as a file",
        ));
    }
    Ok(())
}

impl<'a> Session<'a> {
    /// Reads the waivers.
    ///
    /// # Errors
    ///
    /// [`Failure`], when their file is invalid.
    pub(super) fn of(settings: &'a Settings) -> Result<Self, Failure> {
        Ok(Self {
            settings,
            selection: Selection {
                include: settings.include.clone(),
                exclude: settings.exclude.clone(),
            },
            waivers: ActiveWaivers::read(settings.waivers.as_deref())?,
            git: Objects::default(),
            met: HashSet::new(),
        })
    }

    /// Compares the two documents that a command line names.
    ///
    /// # Errors
    ///
    /// [`Failure`], when a document, the policy, the waivers or the command line is invalid.
    pub(super) fn pair(documents: &'a Documents) -> Result<(Self, Comparison), Failure> {
        let mut session = Self::of(&documents.settings)?;
        let comparison = session.compare(&documents.base, &documents.revision)?;
        session.refuse_unmet()?;
        Ok((session, comparison))
    }

    /// Compares two documents: what was not selected is left out, and the policy and the waivers decide what counts.
    ///
    /// # Errors
    ///
    /// [`Failure`], when a document or the policy is invalid.
    pub(super) fn compare(&mut self, base: &Path, revision: &Path) -> Result<Comparison, Failure> {
        refuse_standard_input_twice(base, revision)?;
        let policy = self.policy(revision)?;
        let documents = (self.base(base)?, self.revision(revision)?);
        let promised_from = policy.as_ref().and_then(Policy::promised_from);
        let options = Options {
            today: Some(self.waivers.today()),
            promised_from: promised_from.unwrap_or(Options::default().promised_from),
            ..Options::default()
        };
        let diff = compare_with(&documents.0, &documents.1, options);
        Ok(self.settle(diff, policy, documents, revision))
    }

    /// Reads the policy for a document.
    ///
    /// # Errors
    ///
    /// [`Failure`], when it is invalid.
    pub(super) fn policy(&self, revision: &Path) -> Result<Option<Policy>, Failure> {
        policy::read(self.settings.config.as_deref(), revision)
    }

    /// Reads a document in force, whose references may dangle.
    ///
    /// # Errors
    ///
    /// [`Failure`], when it is invalid.
    pub(super) fn base(&mut self, document: &Path) -> Result<Document, Failure> {
        self.read(document, DanglingReferences::Kept)
    }

    /// Reads a document that is to replace another.
    ///
    /// # Errors
    ///
    /// [`Failure`], when it is invalid.
    pub(super) fn revision(&mut self, document: &Path) -> Result<Document, Failure> {
        self.read(document, DanglingReferences::Refused)
    }

    fn read(&mut self, document: &Path, dangling: DanglingReferences) -> Result<Document, Failure> {
        let access = Access {
            root: self.settings.root.as_deref(),
            network: match self.settings.allow_network {
                true => Network::Allowed,
                false => Network::Refused,
            },
        };
        input::read_with(access, &mut self.git, document, dangling)
    }

    /// Decides what counts of a comparison. `name` is the revision's on the command line.
    pub(super) fn settle(
        &mut self,
        mut diff: Diff,
        policy: Option<Policy>,
        (base, revision): (Document, Document),
        name: &Path,
    ) -> Comparison {
        let operations = Operations::of(&base, &revision);
        let unmet: HashSet<_> = (self.selection.unmet(&operations))
            .map(ToString::to_string)
            .collect();
        let names: HashSet<_> = self.criteria().map(ToString::to_string).collect();
        self.met.extend(names.difference(&unmet).cloned());
        self.selection.apply(&mut diff, &operations);
        if let Some(policy) = &policy {
            policy.apply(&mut diff, &revision, &operations, self.waivers.today());
        }
        self.waivers.apply(&mut diff, &operations);
        Comparison {
            diff,
            policy,
            base: ManuallyDrop::new(base),
            revision: ManuallyDrop::new(revision),
            file: place::file_of(name),
        }
    }

    fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        let selection = &self.selection;
        selection.include.iter().chain(&selection.exclude)
    }

    /// Refuses a criterion that no operation of any document meets.
    ///
    /// # Errors
    ///
    /// [`Exit::Usage`].
    pub(super) fn refuse_unmet(&self) -> Result<(), Failure> {
        let mut names = self.criteria().map(ToString::to_string);
        match names.find(|name| !self.met.contains(name)) {
            None => Ok(()),
            Some(unmet) => Err(Failure::new(
                Exit::Usage,
                format!(
                    "{}: no operation of either document meets it: `*` stands for any text, as in path=/v1/*",
                    visible(&unmet)
                ),
            )),
        }
    }
}

impl Comparison {
    /// Returns the comparison with its documents.
    pub(super) fn report(&self) -> Report<'_> {
        Report {
            diff: &self.diff,
            base: &self.base,
            revision: &self.revision,
            file: self.file.as_deref(),
            policy: self.policy.as_ref(),
            grouping: Grouping::default(),
        }
    }
}
