//! What a case about the life of things is about: the kind of its operation, and how things of it are made, read, updated and deleted.

use std::time::Duration;

use serde_json::Value;

use crate::case::{Outcome, Stop};
use crate::deployment::faults::deletes_another;
use crate::derived::effects::Reading;
use crate::derived::steps::is_documented;
use crate::resources::chosen::{Chosen, Made};
use crate::resources::graph::{Graph, Kind};
use crate::resources::make::make;
use crate::resources::members::{self, Members, with_all_members};
use crate::resources::request;
use crate::resources::scope::Bound;
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// How often a deletion that was accepted for later is looked at.
pub(super) const LOOKS: usize = 10;

/// The time between two looks.
pub(super) const BETWEEN: Duration = Duration::from_millis(200);

/// The kind that the operation of the case is about.
pub(super) struct Subject<'t> {
    pub(super) index: usize,
    pub(super) kind: &'t Kind,
    pub(super) operation: usize,
}

impl<'t> Subject<'t> {
    pub(super) fn of(t: &'t Trial) -> Result<Subject<'t>, Stop> {
        let operation = t.sample()?.operation;
        let graph: &Graph = &t.deployment().graph;
        let listed = graph
            .kinds
            .iter()
            .position(|kind| kind.list == Some(operation));
        let created = || graph.created_by(operation).next().map(|(index, _)| index);
        let one = |kind: &Kind| [kind.put, kind.patch, kind.delete].contains(&Some(operation));
        let index = (graph.kinds.iter().position(one))
            .or_else(created)
            .or(listed)
            .ok_or_else(|| {
                Stop::Broken("the case is about no kind: a defect of the suite".to_owned())
            })?;
        Ok(Subject {
            index,
            kind: &graph.kinds[index],
            operation,
        })
    }

    /// Makes one, which later requests name.
    pub(super) async fn make(&self, t: &'t Trial) -> Result<Made, Stop> {
        self.make_with(t, Members::Ordinary).await
    }

    /// Makes one with some members, which later requests name.
    pub(super) async fn make_with(&self, t: &'t Trial, members: Members) -> Result<Made, Stop> {
        t.scope().forget(&self.kind.key);
        make(t, self.index, members).await
    }

    /// Updates the one that is named, by the operation of the case: each member that a client may set gets another value than it
    /// was made with, where the deployment takes that. Returns what was sent, and the status of the answer.
    pub(super) async fn update(&self, t: &'t Trial, made: &Chosen) -> Result<(Chosen, u16), Stop> {
        let purpose = format!("update the {}", self.kind.noun);
        let chosen = request::choose(t, self.operation).await?;
        let earlier = made.body.as_ref().map_or(&Value::Null, |body| &body.value);
        let contract = &t.deployment().contract;
        if let Some(whole) = with_all_members(contract, &chosen, earlier) {
            let answer = t.send(&purpose, request::ordinary_of(t, &whole)?).await?;
            if answer.status() / 100 == 2 {
                return Ok((whole, answer.status()));
            }
            members::are_refused(t, &whole, &answer);
        }
        let answer = t.send(&purpose, request::ordinary_of(t, &chosen)?).await?;
        succeeded(&answer, &purpose)?;
        Ok((chosen, answer.status()))
    }

    /// Names another one in later requests.
    pub(super) fn name(&self, t: &Trial, bound: &Bound) {
        t.scope().bind(&self.kind.key, bound.clone());
    }

    /// Reads the one that is named.
    pub(super) async fn read(&self, t: &'t Trial, purpose: &str) -> Result<Answer<'t>, Stop> {
        let operation = self.read_operation()?;
        let request = request::ordinary(t, operation).await?;
        let answer = t.send(purpose, request).await?;
        is_documented(&answer, t, operation)?;
        Ok(answer)
    }

    pub(super) fn read_operation(&self) -> Result<usize, Stop> {
        self.kind
            .read
            .ok_or_else(|| Stop::Unproven("no operation reads one".to_owned()))
    }

    /// Returns what is read of the one that is named.
    pub(super) async fn reading(&self, t: &Trial) -> Result<(Request, Option<Reading>), Stop> {
        let request = request::ordinary(t, self.read_operation()?).await?;
        let reading = Reading::take(t, &request, true).await?;
        Ok((request, reading))
    }

    /// Sends the ordinary request of the case's operation.
    pub(super) async fn send(&self, t: &'t Trial, purpose: &str) -> Result<Answer<'t>, Stop> {
        let request = request::ordinary(t, self.operation).await?;
        let answer = t.send(purpose, request).await?;
        succeeded(&answer, purpose)?;
        Ok(answer)
    }

    /// Checks that a list shows nothing that the operation of the case has deleted; an id is that of what it shows, if it is another one
    /// than the case has deleted itself.
    pub(super) fn is_not_listed(&self, t: &Trial, list: &Answer<'_>, id: Option<&str>) -> Outcome {
        let found = match id {
            None => "not in the list".to_owned(),
            Some("") => "in the list".to_owned(),
            Some(id) => format!("{id} is in the list"),
        };
        let unlisted = list.expect("what was deleted", id.is_none(), "not in the list", found);
        let operation = &t.deployment().contract.operations()[self.operation].operation;
        t.name_cause(
            id.map(|_| format!("with what {operation} has deleted")),
            Some(deletes_another(operation)),
        );
        unlisted
    }

    /// Deletes the one that is named, by the operation of the case.
    pub(super) async fn delete(&self, t: &'t Trial) -> Result<Answer<'t>, Stop> {
        self.send(t, &format!("delete the {}", self.kind.noun))
            .await
    }
}

/// Checks that a request which is not about the promise succeeded: otherwise the promise was not looked at.
pub(super) fn succeeded(answer: &Answer<'_>, purpose: &str) -> Outcome {
    match answer.status() / 100 {
        2 => Ok(()),
        _ => Err(Stop::Unproven(format!(
            "{purpose}: answered {}: {}",
            answer.status(),
            answer.quote()
        ))),
    }
}

/// Says what was found: a success by its status, anything else with the beginning of its body.
pub(super) fn found(answer: &Answer<'_>) -> String {
    match answer.status() / 100 {
        2 => answer.status().to_string(),
        _ => format!("{}: {}", answer.status(), answer.quote()),
    }
}
