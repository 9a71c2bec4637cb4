//! The steps of a derived case: send its request, compare the answer with the contract, and check that a refusal changed
//! nothing.

use openapi::media_type::MediaType;

use super::reach;
use crate::case::sample::{Change, Expects, Location};
use crate::case::{Outcome, Sample, Stop};
use crate::contract::JSON;
use crate::resources::request;
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// Runs the steps of a derived case.
pub(super) async fn steps(t: &Trial) -> Outcome {
    let sample = t.sample()?;
    let contract = &t.deployment().contract;
    if contract.revoke_operation() == Some(sample.operation) {
        let request = request::of(t, sample).await?;
        let answer = t.send(&sample.purpose, request).await?;
        conforms(&answer, t, sample)?;
        return match (sample.expects, &sample.change) {
            (Expects::Refused, _) => t.lives(t.own(0), "after the refusal").await,
            // The request named another id than the token's, so the token must still work.
            (
                Expects::Documented,
                Change::Parameter {
                    location: Location::Path,
                    ..
                },
            ) => t.lives(t.own(0), "which was not named").await,
            (Expects::Documented, _) => Ok(()),
        };
    }
    if sample.is_ordinary() {
        let (answer, reach) = reach::ordinary(t, sample.operation, &sample.purpose).await?;
        conforms(&answer, t, sample)?;
        return reach.demanded();
    }
    // A fault counts at an operation that was not reached too, so this is demanded last.
    reach::of(t, sample.operation).await?;
    let request = request::of(t, sample).await?;
    if request.method.is_safe() {
        let answer = t.send(&sample.purpose, request).await?;
        conforms(&answer, t, sample)?;
        return reach::ensure(t, sample.operation).await;
    }
    // One at a time: a change by another case must not look like an effect of this one.
    let _alone = t.deployment().alone().await;
    let before = match sample.expects {
        Expects::Refused => steady(t, sample).await?,
        Expects::Documented => None,
    };
    let answer = t.send(&sample.purpose, request).await?;
    conforms(&answer, t, sample)?;
    if let Some((reading, before)) = before {
        let after = t.send("read it after the refusal", reading).await?;
        let held = (after.status(), after.bytes()) == (before.0, before.1.as_slice());
        let expected = String::from_utf8_lossy(&before.1);
        after.expect("no effect", held, expected, after.quote())?;
    }
    reach::ensure(t, sample.operation).await
}

/// Checks that an answer is one that the contract documents for the operation.
fn conforms(answer: &Answer<'_>, t: &Trial, sample: &Sample) -> Outcome {
    let operation = &t.deployment().contract.operations()[sample.operation];
    let status = answer.status();
    let found = |held: bool| {
        if held {
            status.to_string()
        } else {
            format!("{status}: {}", answer.quote())
        }
    };
    let documented = operation.documents(status);
    let expected = format!("one that the contract documents: {}", operation.statuses());
    answer.expect("status", documented, expected, found(documented))?;
    if sample.expects == Expects::Refused {
        let refused = (400..500).contains(&status);
        let expected = "a refusal: the contract's schema does not allow this";
        answer.expect("status", refused, expected, found(refused))?;
    }
    let media_types = operation.media_types(status);
    if media_types.is_empty() {
        return Ok(());
    }
    let given = answer.headers("content-type");
    let media_type = MediaType::of(given.first().map_or("", String::as_str));
    let is_documented =
        (media_types.iter()).any(|documented| MediaType::of(documented).includes(&media_type));
    // Of several, a reader may take any (RFC 9110, section 5.3).
    let held = given.len() == 1 && is_documented;
    let found = if given.is_empty() {
        "none".to_owned()
    } else {
        given.join(" and ")
    };
    answer.expect("media type", held, media_types.join(" or "), found)?;
    if media_type.essence() == JSON {
        let body = answer.is_json()?;
        answer.body_is_without(&operation.problems(status, &body))?;
    }
    Ok(())
}

/// Reads where the sample's request would write: returns the request that reads, and what it got. `None` when no
/// operation of the contract reads there, or when its answer differs each time.
async fn steady(t: &Trial, sample: &Sample) -> Result<Option<(Request, (u16, Vec<u8>))>, Stop> {
    let operations = t.deployment().contract.operations();
    let path = &operations[sample.operation].operation.path;
    let reads = |candidate: &str| {
        path == candidate
            || path
                .strip_prefix(candidate)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let readers = operations.iter().enumerate().filter(|(_, documented)| {
        documented.operation.method == "GET" && reads(&documented.operation.path)
    });
    let Some((reader, _)) = readers.max_by_key(|(_, documented)| documented.operation.path.len())
    else {
        return Ok(None);
    };
    let request = request::ordinary(t, reader).await?;
    let first = t.send("read it before", request.clone()).await?;
    let second = t.send("read it once more before", request.clone()).await?;
    let same = first.status() == second.status() && first.bytes() == second.bytes();
    Ok(same.then(|| (request, (second.status(), second.bytes().to_vec()))))
}
