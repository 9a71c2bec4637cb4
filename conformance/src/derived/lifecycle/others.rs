//! Another thing than the one that a case changes or deletes: it stays as the client has set it. What else it shows, such as the
//! progress of a job, may go on.

use serde_json::{Map, Value};

use super::kept;
use super::subject::Subject;
use crate::case::{Outcome, Stop};
use crate::deployment::faults::CHANGED;
use crate::resources::chosen::Made;
use crate::resources::members::Members;
use crate::resources::request;
use crate::trial::{Answer, Trial};

/// Another thing, and what is read of it before: not the members that say yes or no, of which one thing alone may have yes, such as
/// the default of an address.
pub(super) struct Other {
    made: Made,
    status: u16,
    shown: Map<String, Value>,
    text: String,
}

impl Other {
    /// Makes one with all that a client may set, and reads it.
    pub(super) async fn make(t: &Trial, subject: &Subject<'_>) -> Result<Other, Stop> {
        let made = subject.make_with(t, Members::All).await?;
        let answer = read(t, subject, "read another one before").await?;
        let mut shown = kept::shown(t, subject.read_operation()?, &answer, &made.chosen);
        shown.retain(|_, value| !value.is_boolean());
        Ok(Other {
            status: answer.status(),
            shown,
            text: answer.quote(),
            made,
        })
    }

    /// Reads it again, and checks that it is as the client has set it. Later requests name it.
    pub(super) async fn stays(self, t: &Trial, subject: &Subject<'_>, purpose: &str) -> Outcome {
        subject.name(t, &self.made.bound);
        let answer = read(t, subject, purpose).await?;
        let shown = kept::shown(t, subject.read_operation()?, &answer, &self.made.chosen);
        let held = answer.status() == self.status && differing(&self.shown, &shown).is_none();
        let unchanged = answer.expect("no effect", held, self.text, answer.quote());
        let cause = format!("{CHANGED}a request that must not change it");
        t.name_cause(Some(cause), None);
        t.transcript().note_own_effect();
        unchanged
    }
}

/// Reads the one that is named.
async fn read<'t>(t: &'t Trial, subject: &Subject<'_>, purpose: &str) -> Result<Answer<'t>, Stop> {
    let request = request::ordinary(t, subject.read_operation()?).await?;
    t.send(purpose, request).await
}

/// Returns the first of some members that differs in others.
pub(super) fn differing<'b>(
    before: &'b Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<(&'b String, &'b Value)> {
    before
        .iter()
        .find(|(name, value)| after.get(*name) != Some(value))
}
