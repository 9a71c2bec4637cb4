//! The place of a change in both documents.

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The document in force.
    Base,
    /// The document that is to replace it.
    Revision,
}

/// The place of a change in both documents, by JSON pointers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    /// What changed, in the base; `None` for what was added.
    pub base: Option<String>,
    /// What changed, in the revision; `None` for what was removed.
    pub revision: Option<String>,
    /// On the side that lacks what was added or removed: what would contain it.
    pub holder: Option<String>,
    /// The references of the base and of the revision, where one was changed to refer to another component, and so
    /// made the change.
    pub references: Option<(String, String)>,
}

impl Sides {
    /// Returns the place of something that only one side has.
    pub(crate) fn of(side: Side, pointer: &str) -> Self {
        let pointer = Some(pointer.to_owned());
        match side {
            Side::Base => Self {
                base: pointer,
                ..Self::default()
            },
            Side::Revision => Self {
                revision: pointer,
                ..Self::default()
            },
        }
    }

    /// Returns the side that [`Self::location`] points into.
    #[must_use]
    pub fn side(&self) -> Side {
        match self.revision {
            Some(_) => Side::Revision,
            None => Side::Base,
        }
    }

    /// Returns the pointer into the revision, or into the base for what the revision lacks.
    #[must_use]
    pub fn location(&self) -> &str {
        let location = self.revision.as_deref().or(self.base.as_deref());
        location.unwrap_or_default()
    }

    /// Returns the pointer to show for a side: to what changed; where a reference was changed, to the reference; where
    /// the side lacks what changed, to what would contain it.
    #[must_use]
    pub fn shown(&self, side: Side) -> &str {
        let references = self.references.as_ref();
        let shown = match side {
            Side::Base => {
                let reference = references.map(|(base, _)| base);
                self.base.as_ref().or(reference)
            }
            Side::Revision => {
                let reference = references.map(|(_, revision)| revision);
                reference.or(self.revision.as_ref())
            }
        };
        let shown = shown.or(self.holder.as_ref()).map(String::as_str);
        shown.unwrap_or_default()
    }
}
