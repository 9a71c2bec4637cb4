//! Whether an operation makes something new each time: some answer with what was there before.

use serde_json::{Value, json};
use uuid::Uuid;

use super::building::ordinary_of;
use super::graph::{How, Kind};
use super::ledger::answered;
use super::makes::Makes;
use super::origin::Origin;
use super::scope::Bound;
use super::values::{Things, choose_unrecorded};
use crate::asked::is_busy;
use crate::case::Stop;
use crate::trial::Trial;
use crate::wire::Request;

/// The name of the exchanges that find it out.
const NAME: &str = "ownership";

/// Finds out once in a run, before any other request of an operation, whether it makes something new each time. Nothing is sent
/// where no operation changes or deletes such things.
///
/// # Errors
/// When the deployment was busy.
pub(super) async fn find_out(t: &Trial, operation: usize, supply: &dyn Things) -> Result<(), Stop> {
    let deployment = t.deployment();
    let graph = &deployment.graph;
    let mut created = graph.created_by(operation);
    let changed =
        created.find(|(kind, _)| graph.makes_new(operation, *kind) && graph.is_changed(*kind));
    let Some((kind, how)) = changed.filter(|_| graph.effect(operation) <= t.allowed()) else {
        return Ok(());
    };
    let makes = deployment.made.makes(operation);
    let apart = Trial::apart(deployment.clone(), NAME, t);
    let looking = Look {
        t: &apart,
        operation,
        kind,
        how,
        supply,
    };
    let look = async |may_wait: bool| {
        let found = looking.look().await;
        match may_wait.then(|| t.blocked_by(&apart)).flatten() {
            Some(stop) => Err(stop),
            None => Ok(found),
        }
    };
    if t.is_alone() {
        // Another case that is asking may wait for this one.
        if makes.known().is_none() {
            makes.answer(look(true).await?);
        }
        return Ok(());
    }
    makes.once(look).await.map(drop)
}

/// Returns an id of a kind that nothing has, for a thing that the client names. A number is looked up first.
pub(super) async fn unused(t: &Trial, kind: &Kind, supply: &dyn Things) -> Result<Bound, Stop> {
    let id = Uuid::new_v4();
    let token = &id.simple().to_string()[..8];
    let number = 1_000_000 + id.as_u128() % 1_000_000_000;
    let candidates = [
        json!(format!("conformance-{token}")),
        json!(id.to_string()),
        json!(format!("conformance{token}")),
        json!(token),
        json!(u64::try_from(number).unwrap_or_default()),
    ];
    let value = candidates.into_iter().find(|value| kind.takes(value));
    let value =
        value.ok_or_else(|| Stop::Unproven(format!("no unused {} was found", kind.parameter)))?;
    let bound = Bound {
        value,
        origin: Origin::Sample,
        ours: true,
    };
    if let (true, Some(read)) = (bound.value.is_number(), kind.read) {
        t.scope().bind(&kind.key, bound.clone());
        let chosen = choose_unrecorded(t, read, supply).await?;
        let request = ordinary_of(t, &chosen)?;
        let answer = t.ask("look whether the id is unused", request).await?;
        t.scope().forget(&kind.key);
        if answer.status() / 100 == 2 {
            return Err(Stop::Unproven(format!(
                "no unused {} was found",
                kind.parameter
            )));
        }
    }
    Ok(bound)
}

/// An operation that creates things of a kind.
struct Look<'t> {
    t: &'t Trial,
    operation: usize,
    kind: usize,
    how: &'t How,
    supply: &'t dyn Things,
}

impl Look<'_> {
    /// Asks for the same twice, and, where both answers are alike, once for something else.
    async fn look(&self) -> Makes {
        self.judge().await.unwrap_or_else(|stop| {
            Makes::Unknown(format!(
                "whether it was there before could not be seen: {}",
                stop.reason()
            ))
        })
    }

    async fn judge(&self) -> Result<Makes, Stop> {
        let request = self.fresh().await?;
        if let Some(list) = self.t.deployment().graph.kinds[self.kind].list {
            // What it shows was there before.
            if let Ok(chosen) = choose_unrecorded(self.t, list, self.supply).await {
                let request = ordinary_of(self.t, &chosen)?;
                let _ = self.t.look("see what is there", request).await?;
            }
        }
        let (first, made) = self.ask("make one", &request).await?;
        let Some(made) = made else {
            return Err(Stop::Unproven(format!(
                "the ordinary request was answered with {first}"
            )));
        };
        let (status, again) = self.ask("ask for the same once more", &request).await?;
        match again {
            Some(again) if again != made => return Ok(Makes::New),
            Some(_) if status == first => {}
            None if status == first || matches!(status, 401 | 403 | 408 | 425 | 429) => {
                return Err(Stop::Unproven(format!(
                    "the same request got {status} the second time"
                )));
            }
            // What is there is refused, and so it is not answered with.
            None if status >= 400 => return Ok(Makes::New),
            Some(_) | None => return Ok(Makes::NewWith(first)),
        }
        let (_, other) = self.ask("make another one", &self.fresh().await?).await?;
        match other {
            Some(other) if other != made => Ok(Makes::NewWhereFresh),
            Some(_) | None => Ok(Makes::Unknown(
                "different requests of the operation are answered with the same one".to_owned(),
            )),
        }
    }

    /// Builds an ordinary request that differs from all earlier ones.
    async fn fresh(&self) -> Result<Request, Stop> {
        let (t, deployment) = (self.t, self.t.deployment());
        if *self.how == How::Named {
            let kind = &deployment.graph.kinds[self.kind];
            let named = unused(t, kind, self.supply).await?;
            t.scope().bind(&kind.key, named);
        }
        let chosen = choose_unrecorded(t, self.operation, self.supply).await?;
        let request = ordinary_of(t, &chosen)?;
        if *self.how == How::Named {
            deployment.made.differs(&request);
        }
        Ok(request)
    }

    /// Sends a request. Returns the status, and the id that the answer shows.
    async fn ask(&self, purpose: &str, request: &Request) -> Result<(u16, Option<Value>), Stop> {
        let graph = &self.t.deployment().graph;
        let outcome = self.t.look(purpose, request.clone()).await?;
        let answer = outcome.map_err(|(_, problem)| Stop::Unproven(problem.to_string()))?;
        if is_busy(answer.status()) {
            answer.is_no_server_error()?;
        }
        let path = request.path.split('?').next().unwrap_or_default();
        let shown = answered(request, path, answer.response());
        let id = shown.id(&graph.kinds[self.kind], self.how);
        let contract = &self.t.deployment().contract;
        let succeeded = contract.operations()[self.operation].has_done(answer.status());
        Ok((answer.status(), id.filter(|_| succeeded)))
    }
}
