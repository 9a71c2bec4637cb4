//! The promises of a thing's life, each a case: what was created can be read, an update shows, what was deleted is gone, a
//! list shows what is there, and repetitions are harmless.
//!
//! Each case makes its own things and deletes them last.

pub(super) mod gone;
mod kept;
mod listed;
pub(super) mod looked_up;
mod others;
mod patched;
mod subject;

use super::neighbours;
use super::steps::conforms;
use crate::case::{Effect, Outcome, Steps, Stop};
use crate::deployment::faults::deletes_another;
use crate::deployment::reach::Reach;
use crate::resources::chosen::ChosenBody;
use crate::resources::graph::{How, Kind};
use crate::resources::members::{self, Members};
use crate::resources::request;
use crate::trial::{Answer, Trial};
use others::Other;
use subject::{BETWEEN, LOOKS, Subject, found, succeeded};

/// A promise of an operation.
pub(super) struct Promise {
    /// The index of the operation.
    pub(super) operation: usize,
    /// What it promises, for the id of the case.
    pub(super) what: &'static str,
    /// What it promises in words.
    pub(super) text: &'static str,
    pub(super) effect: Effect,
    /// Whether it is about all that the run has done, so that its case runs last.
    pub(super) is_of_all: bool,
    pub(super) steps: Steps,
}

/// Returns the promises that the operations of a kind make.
pub(super) fn promises(kind: &Kind) -> Vec<Promise> {
    let mut creators = kind.creators.iter().filter(|creator| creator.is_new);
    let Some(creator) = creators.next() else {
        return Vec::new();
    };
    let mut promises = Vec::new();
    let mut add = |operation, what, text, effect, steps: Steps| {
        promises.push(Promise {
            operation,
            what,
            text,
            effect,
            is_of_all: false,
            steps,
        });
    };
    let by_put = creator.how == How::Named;
    let creates = if by_put {
        Effect::Change
    } else {
        Effect::Create
    };
    if kind.read.is_some() {
        add(
            creator.operation,
            "created_can_be_read",
            "what was created can be read, as it was sent (RFC 9110, section 9.3.3)",
            creates,
            |t| Box::pin(neighbours::judged(t, created_can_be_read(t))),
        );
    }
    if let Some(list) = kind.list {
        add(
            list,
            "created_is_listed",
            "the list shows what was created",
            creates,
            |t| Box::pin(created_is_listed(t)),
        );
    }
    for update in [kind.put, kind.patch].into_iter().flatten() {
        if kind.read.is_some() {
            add(
                update,
                "update_shows",
                "an update shows, and nothing else changes (RFC 9110, section 9.3.4)",
                Effect::Change,
                |t| Box::pin(neighbours::judged(t, update_shows(t))),
            );
        } else if kind.list.is_some() {
            add(
                update,
                "update_shows",
                "an update shows in the list (RFC 9110, section 9.3.4)",
                Effect::Change,
                |t| Box::pin(update_shows_in_list(t)),
            );
        }
    }
    if let (Some(patch), Some(_)) = (kind.patch, kind.read) {
        add(
            patch,
            "patch_spares_other_members",
            "a change of one member leaves the others as they were (RFC 5789, section 2)",
            Effect::Change,
            |t| Box::pin(neighbours::judged(t, patched::spares_other_members(t))),
        );
    }
    if let (Some(put), Some(_)) = (kind.put, kind.read) {
        add(
            put,
            "repeated_put_is_harmless",
            "the same PUT twice has the effect of one (RFC 9110, section 9.2.2)",
            Effect::Change,
            |t| Box::pin(neighbours::judged(t, repeated_put_is_harmless(t))),
        );
    }
    if let Some(delete) = kind.delete {
        if kind.read.is_some() {
            add(
                delete,
                "deleted_cannot_be_read",
                "what was deleted is not found, and nothing else is deleted (RFC 9110, section 9.3.5)",
                Effect::Delete,
                |t| Box::pin(deleted_cannot_be_read(t)),
            );
        }
        add(
            delete,
            "repeated_delete_is_harmless",
            "the same DELETE twice has the effect of one (RFC 9110, section 9.2.2)",
            Effect::Delete,
            |t| Box::pin(repeated_delete_is_harmless(t)),
        );
        if kind.list.is_some() {
            promises.push(Promise {
                operation: delete,
                what: "deleted_is_not_listed",
                text: "the list does not show what was deleted",
                effect: Effect::Delete,
                is_of_all: true,
                steps: |t| Box::pin(deleted_is_not_listed(t)),
            });
        }
    }
    promises
}

async fn created_can_be_read(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let made = subject.make_with(t, Members::All).await?;
    let purpose = format!("read the {} that was created", subject.kind.noun);
    let read = subject.read(t, &purpose).await?;
    let held = read.status() / 100 == 2;
    read.expect("status", held, "2xx: it was created", found(&read))?;
    kept::keeps(t, subject.read_operation()?, &read, &made.chosen)
}

async fn created_is_listed(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let made = subject.make(t).await?;
    let (mut answer, mut is_listed) = listed::shows(t, subject.kind, &made.bound).await?;
    if !is_listed {
        // What other cases create and delete moves between the pages, and out of a list of the newest; and a draft may not be listed.
        let _alone = t.alone().await;
        let made = subject.make_with(t, Members::All).await?;
        (answer, is_listed) = listed::shows(t, subject.kind, &made.bound).await?;
    }
    let listed = answer.expect(
        "what was created",
        is_listed,
        "in the list",
        "not in the list",
    );
    let operation = &t.deployment().contract.operations()[made.chosen.operation].operation;
    t.name_cause(
        (!is_listed).then(|| format!("without what {operation} has created")),
        None,
    );
    match listed {
        // Another case may have deleted something meanwhile.
        Err(Stop::Failed(reason)) => {
            Err(neighbours::blamed(t, std::iter::once(subject.index), reason).await)
        }
        listed => listed,
    }
}

async fn update_shows(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let other = Other::make(t, &subject).await?;
    let mine = subject.make_with(t, Members::All).await?;
    let (sent, status) = subject.update(t, &mine.chosen).await?;
    let noun = &subject.kind.noun;
    let purpose = format!("read the {noun} after the update");
    let mut read = subject.read(t, &purpose).await?;
    let looks = if status == 202 { LOOKS } else { 1 };
    for _ in 1..looks {
        if kept::has(t, subject.read_operation()?, &read, &sent) {
            break;
        }
        tokio::time::sleep(BETWEEN).await;
        read = subject.read(t, &purpose).await?;
    }
    let held = read.status() / 100 == 2;
    read.expect("status", held, "2xx: it was updated", found(&read))?;
    kept::keeps(t, subject.read_operation()?, &read, &sent)?;
    let purpose = format!("read another {noun} after the update");
    other.stays(t, &subject, &purpose).await?;
    subject.name(t, &mine.bound);
    match kept::is_other(&sent, &mine.chosen) {
        true => Ok(()),
        false => Err(Stop::Unasked(format!(
            "no value was found that the update takes and that the creation did not have: give `body` in [operations.\"{}\"] of the profile",
            t.deployment().contract.operations()[subject.operation].operation
        ))),
    }
}

async fn update_shows_in_list(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let made = subject.make_with(t, Members::All).await?;
    let item = async || {
        let item = listed::item(t, subject.kind, &made.bound).await?;
        let why = "the list does not show what is updated";
        item.ok_or_else(|| Stop::Unproven(why.to_owned()))
    };
    let (_, before) = item().await?;
    let (sent, status) = subject.update(t, &made.chosen).await?;
    if status == 202 {
        let why = "the update was accepted for later";
        return Err(Stop::Inapplicable(why.to_owned()));
    }
    let (answer, after) = item().await?;
    let list = subject.kind.list.unwrap_or(subject.operation);
    kept::shows_in_item(t, (list, &answer), (&before, &after), &sent)
}

async fn repeated_put_is_harmless(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    subject.make(t).await?;
    let chosen = request::choose(t, subject.operation).await?;
    let request = request::ordinary_of(t, &chosen)?;
    let first = t.send("update it", request.clone()).await?;
    succeeded(&first, "update it")?;
    let (reading, before) = subject.reading(t).await?;
    let counts = |body: &ChosenBody| {
        let mut members = body.value.as_object().into_iter().flatten();
        members.any(|(name, _)| members::counts(name))
    };
    let is_conditional =
        request.header("if-match").is_some() || chosen.body.as_ref().is_some_and(counts);
    let second = t.send("update it once more", request).await?;
    // The first one has changed the state that it names (RFC 9110, section 13.1.1), by its header or by its version.
    let held = second.status() / 100 == 2 || is_conditional && matches!(second.status(), 409 | 412);
    second.expect(
        "status",
        held,
        "2xx, as of the same request before",
        found(&second),
    )?;
    match before {
        Some(before) => {
            let purpose = "read it after the second update";
            before
                .is_unchanged(t, reading, purpose, &kept::counts_changes)
                .await
        }
        None => Ok(()),
    }
}

async fn deleted_cannot_be_read(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let noun = &subject.kind.noun;
    // What a creation needs is found out while others may still change something.
    subject.make(t).await?;
    // Another case may make one that gets the same id, or one that is next to these.
    let _alone = t.alone().await;
    let earlier = Other::make(t, &subject).await?;
    let mine = subject.make(t).await?.bound;
    let later = Other::make(t, &subject).await?;
    subject.name(t, &mine);
    let purpose = format!("read the {noun} before its deletion");
    succeeded(&subject.read(t, &purpose).await?, &purpose)?;
    let deleted = subject.delete(t).await?;
    let looks = if deleted.status() == 202 { LOOKS } else { 1 };
    let purpose = format!("read the {noun} after its deletion");
    let mut read = subject.read(t, &purpose).await?;
    for _ in 1..looks {
        if is_gone(&read) {
            break;
        }
        tokio::time::sleep(BETWEEN).await;
        read = subject.read(t, &purpose).await?;
    }
    finds_it_deleted(t, &read, is_gone(&read), subject.operation)?;
    let purpose = format!("read another {noun} after the deletion");
    for other in [earlier, later] {
        let stays = other.stays(t, &subject, &purpose).await;
        stays.inspect_err(|_| neighbours::name(t, subject.operation, noun))?;
    }
    Ok(())
}

async fn repeated_delete_is_harmless(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    subject.make(t).await?;
    let request = request::ordinary(t, subject.operation).await?;
    // Another case may make one that gets the same id, which the second request would delete.
    let _alone = t.alone().await;
    let first = t.send("delete it", request.clone()).await?;
    succeeded(&first, "delete it")?;
    let second = t.send("delete it once more", request).await?;
    conforms(&second, t, t.sample()?, &Reach::Elsewhere)?;
    if subject.kind.read.is_none() || first.status() == 202 {
        return Ok(());
    }
    let read = subject.read(t, "read it after the second deletion").await?;
    finds_it_deleted(t, &read, is_gone(&read), subject.operation)
}

async fn deleted_is_not_listed(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    // A draft may not be listed.
    let made = subject.make_with(t, Members::All).await?;
    let (_, is_listed) = listed::shows(t, subject.kind, &made.bound).await?;
    if !is_listed {
        return Err(Stop::Unproven(
            "the list did not show it before its deletion".to_owned(),
        ));
    }
    // Another case may make one that gets the same id.
    let _alone = t.alone().await;
    let deleted = subject.delete(t).await?;
    let looks = if deleted.status() == 202 { LOOKS } else { 1 };
    let (mut answer, mut is_listed) = listed::shows(t, subject.kind, &made.bound).await?;
    for _ in 1..looks {
        if !is_listed {
            break;
        }
        tokio::time::sleep(BETWEEN).await;
        (answer, is_listed) = listed::shows(t, subject.kind, &made.bound).await?;
    }
    subject.is_not_listed(t, &answer, is_listed.then_some(""))?;
    let (graph, ledger) = (&t.deployment().graph, &t.deployment().made);
    if deleted.status() == 202 || ledger.reuses_ids(subject.index) {
        return Ok(());
    }
    // Whatever else the run has deleted, which is much: this case runs after all others.
    let list = subject.kind.list.unwrap_or(subject.operation);
    let was_deleted = |path: &str, id: &str| {
        let ids = graph.ids(list, subject.index, path, id);
        ids.is_some_and(|ids| ledger.is_there_yet(subject.index, &ids) == Some(false))
    };
    let (answer, still) = listed::first(t, subject.kind, &was_deleted).await?;
    subject.is_not_listed(t, &answer, still.as_deref())
}

/// Checks that an answer says that the thing was deleted which an operation has deleted.
fn finds_it_deleted(t: &Trial, answer: &Answer<'_>, held: bool, delete: usize) -> Outcome {
    let outcome = answer.expect("status", held, "404 or 410: it was deleted", found(answer));
    if answer.status() / 100 == 2 {
        let operation = &t.deployment().contract.operations()[delete].operation;
        t.name_fault(&deletes_another(operation));
    }
    outcome
}

fn is_gone(answer: &Answer<'_>) -> bool {
    matches!(answer.status(), 404 | 410)
}
