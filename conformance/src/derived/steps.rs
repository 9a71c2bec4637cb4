//! The steps of a derived case: send its request, compare the answer with the contract, and check that a refusal changed
//! nothing.

use super::{accepted, effects, neighbours, reach};
use crate::case::sample::{Change, Expects, Location};
use crate::case::{Outcome, Sample, Stop};
use crate::contract::Part;
use crate::deployment::faults::LIMITED;
use crate::deployment::reach::Reach;
use crate::profile::one_of;
use crate::resources::request;
use crate::trial::{Answer, Trial};

/// Runs the steps of a derived case.
pub(super) async fn steps(t: &Trial) -> Outcome {
    neighbours::judged(t, steps_alone(t)).await
}

/// Runs the steps of a derived case, as if no other case ran.
async fn steps_alone(t: &Trial) -> Outcome {
    let sample = t.sample()?;
    let contract = &t.deployment().contract;
    if contract.revoke_operation() == Some(sample.operation) {
        let request = request::of(t, sample).await?;
        let answer = t.send(&sample.purpose, request).await?;
        conforms(&answer, t, sample, &Reach::Elsewhere)?;
        return match (sample.expects, &sample.change) {
            (Expects::Refused, _) => t.lives(t.own(0), "after the refusal").await,
            // The request named another id than the token's, so the token must still work.
            (
                Expects::Documented | Expects::Taken,
                Change::Parameter {
                    location: Location::Path,
                    ..
                },
            ) => t.lives(t.own(0), "which was not named").await,
            (Expects::Documented | Expects::Taken, _) => Ok(()),
        };
    }
    if sample.is_ordinary() {
        let (answer, reach) = reach::ordinary(t, sample.operation, &sample.purpose).await?;
        conforms(&answer, t, sample, &reach)?;
        return reach.demanded();
    }
    // A fault counts at an operation that was not reached too, so this is demanded last.
    let reach = reach::of(t, sample.operation).await?;
    let request = request::of(t, sample).await?;
    if request.method.is_safe() {
        let answer = t.send(&sample.purpose, request).await?;
        conforms(&answer, t, sample, &reach)?;
        accepted::is_accepted(&answer, t, sample)?;
        return reach::ensure(t, sample.operation).await;
    }
    match sample.expects {
        Expects::Documented | Expects::Taken => {
            let answer = t.send(&sample.purpose, request).await?;
            conforms(&answer, t, sample, &reach)?;
            accepted::is_accepted(&answer, t, sample)?;
        }
        Expects::Refused => {
            let reader = effects::Reader::of(t, sample.operation).await?;
            let judge = |answer: &Answer<'_>| conforms(answer, t, sample, &reach);
            reader.none_of(t, &sample.purpose, request, judge).await?;
        }
    }
    reach::ensure(t, sample.operation).await
}

/// Checks that the contract documents the status of an answer.
pub(super) fn is_documented(answer: &Answer<'_>, t: &Trial, operation: usize) -> Outcome {
    let operation = &t.deployment().contract.operations()[operation];
    let status = answer.status();
    let documented = operation.documents(status);
    let expected = format!("one that the contract documents: {}", operation.statuses());
    let held = answer.expect("status", documented, expected, found(answer, documented));
    t.name_cause(
        (!documented).then(|| format!("{status}, which is not documented")),
        limited(status),
    );
    held
}

/// Returns the fault of a refusal that any request may get, by its status.
pub(super) fn limited(status: u16) -> Option<String> {
    (status == 429).then(|| LIMITED.to_owned())
}

/// Names the fault of a header whose value is refused as bad input with a status that is not documented: one place judges it for
/// all operations.
fn name_header(t: &Trial, change: &Change, status: u16) {
    if let Change::Parameter {
        location: Location::Header,
        name,
        ..
    } = change
        && t.deployment().profile.policy.bad_input().contains(&status)
    {
        t.name_fault(&format!("{status} for the header {name}"));
    }
}

/// Quotes an answer and names where it leads; of one that is as expected, gives the status alone.
pub(super) fn found(answer: &Answer<'_>, held: bool) -> String {
    let status = answer.status();
    let place = answer.headers("location").into_iter().next();
    match (held, place.filter(|_| status / 100 == 3)) {
        (true, _) => status.to_string(),
        (false, Some(place)) => format!("{status}, which leads to {place}: {}", answer.quote()),
        (false, None) => format!("{status}: {}", answer.quote()),
    }
}

/// Checks that an answer is one that the contract documents for the operation, and of the kind that the sample expects. The
/// kind of a refusal counts where the ordinary request succeeds: otherwise it may be about something else.
pub(super) fn conforms(answer: &Answer<'_>, t: &Trial, sample: &Sample, reach: &Reach) -> Outcome {
    let status = answer.status();
    // HTTP itself has these for a request without a body, which is refused before the operation is reached.
    let is_of_http = sample.change == Change::Body(None)
        && sample.expects == Expects::Refused
        && matches!(status, 411 | 415);
    if !is_of_http {
        is_documented(answer, t, sample.operation)
            .inspect_err(|_| name_header(t, &sample.change, status))?;
    }
    let found = |held| found(answer, held);
    match (sample.expects, reach) {
        (Expects::Refused, Reach::Reached) => {
            let kinds = refusals(t, sample);
            let held = kinds.contains(&status);
            let expected = format!(
                "a refusal, since the contract's schema does not allow this: {}",
                one_of(&kinds)
            );
            let refused = answer.expect("status", held, expected, found(held));
            let what = sample.change.part();
            t.name_cause(
                (!held).then(|| match status / 100 {
                    4 => format!(
                        "{status} for {what} that is not allowed, in place of {}",
                        one_of(t.deployment().profile.policy.bad_input())
                    ),
                    _ => format!("{status} for {what} that is not allowed"),
                }),
                limited(status),
            );
            refused?;
        }
        (Expects::Refused, Reach::Not(_) | Reach::Elsewhere) => {
            let refused = (400..500).contains(&status);
            let expected = "a refusal: the contract's schema does not allow this";
            answer.expect("status", refused, expected, found(refused))?;
        }
        (Expects::Taken, Reach::Reached) => {
            let is_of_type = status == 415 && matches!(sample.change, Change::In(_));
            let bad_input = t.deployment().profile.policy.bad_input();
            let taken = !(is_of_type || bad_input.contains(&status));
            let expected = "no refusal: the contract's schema allows this";
            let held = answer.expect("status", taken, expected, found(taken));
            let what = sample.change.part();
            t.name_cause(
                (!taken).then(|| format!("{status} for {what} that is allowed")),
                // Operations share the schemas of members.
                matches!(sample.change, Change::Member { .. })
                    .then(|| format!("{status} for {what} that is allowed")),
            );
            held?;
        }
        (Expects::Taken | Expects::Documented, _) => {}
    }
    is_as_documented(answer, t, sample.operation)
}

/// Checks that the headers, the media type and the body of an answer are those that the contract documents for its status.
pub(super) fn is_as_documented(answer: &Answer<'_>, t: &Trial, operation: usize) -> Outcome {
    let documented = &t.deployment().contract.operations()[operation];
    let parts = documented.parts(answer.status(), |name| answer.headers(name), answer.bytes());
    let unusable = |why: String| Stop::Inconclusive(format!("an answer cannot be judged: {why}"));
    for part in parts.map_err(unusable)? {
        let held = match &part {
            Part::Headers(problems) => {
                answer.expect("headers", false, "those documented", problems.join("; "))
            }
            Part::MediaType {
                is_documented,
                documented,
                found,
            } => answer.expect("media type", *is_documented, documented, found),
            Part::Body(problems) => answer.body_is_without(problems),
        };
        if let Some(fault) = part.fault(answer.status()) {
            answer.name_check(fault);
        }
        if let Some(fault) = part.shared_fault().filter(|_| answer.status() / 100 == 2) {
            t.name_fault(&fault);
        }
        held?;
    }
    Ok(())
}

/// Returns the statuses that refuse what a sample changed: those for bad input, and those that HTTP has for such a place.
fn refusals(t: &Trial, sample: &Sample) -> Vec<u16> {
    let more: &[u16] = match &sample.change {
        Change::Nothing | Change::In(_) | Change::Method(_) => &[],
        Change::MediaType(_) => &[415],
        // Without a body there is no media type either.
        Change::Body(None) => &[411, 415],
        Change::Body(Some(_))
        | Change::Text { .. }
        | Change::Member { .. }
        | Change::Escaped { .. } => &[413],
        // Nothing is identified by such a path.
        Change::Parameter {
            location: Location::Path,
            ..
        } => &[404, 410, 414],
        Change::Parameter {
            location: Location::Query,
            ..
        } => &[414],
        Change::Parameter {
            location: Location::Header | Location::Cookie,
            name,
            ..
        } => match name.to_ascii_lowercase().as_str() {
            "authorization" => &[401, 403, 431],
            "accept" => &[406, 431],
            "content-type" => &[415, 431],
            "range" => &[416, 431],
            name if name.starts_with("if-") => &[412, 428, 431],
            _ => &[431],
        },
    };
    [t.deployment().profile.policy.bad_input(), more].concat()
}
