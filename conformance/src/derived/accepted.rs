//! The check that the operator's credential is still accepted.

use crate::case::sample::{Change, Expects, Location};
use crate::case::{Outcome, Sample, Stop};
use crate::trial::{Answer, Trial};

/// Checks that an answer to the operator does not refuse the credential, which may have expired in the middle of the run. A
/// case that changes the credential itself is none of these.
pub(super) fn is_accepted(answer: &Answer<'_>, t: &Trial, sample: &Sample) -> Outcome {
    let changes_credential = match &sample.change {
        Change::Parameter { location, name, .. } => {
            *location == Location::Header && name.eq_ignore_ascii_case("authorization")
        }
        Change::Nothing
        | Change::Body(_)
        | Change::Text { .. }
        | Change::In(_)
        | Change::MediaType(_)
        | Change::Method(_)
        | Change::Member { .. }
        | Change::Escaped { .. } => false,
    };
    let documented = &t.deployment().contract.operations()[sample.operation];
    let is_refused = answer.status() == 401
        && documented.security.demanded().is_some()
        && sample.expects != Expects::Refused;
    if !is_refused || changes_credential {
        return Ok(());
    }
    Err(Stop::Inconclusive(format!(
        "{}: 401 to the operator, whose credential this request does not change. If it expires in the middle of a run, give it by a command: {{ command = [\"…\"] }}",
        sample.purpose
    )))
}
