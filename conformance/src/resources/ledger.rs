//! The ledger of created things: what a run created, and what became of it. What may have been there before is not the run's
//! own, and is neither changed nor deleted.

mod sightings;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use openapi::media_type::MediaType;
use serde_json::Value;

use super::graph::answers::{Answered, id_of_item, items, text_of};
use super::graph::{Graph, How, filled};
use super::makes::Makes;
use crate::asked::Asked;
use crate::contract::Contract;
use crate::percent::percent_encoded;
use crate::wire::{Exchange, Request, Response};
use sightings::{Sightings, Thing};

/// The things that a run created, and what it knows of those that were there.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Mutex<Vec<Entry>>,
    sightings: Mutex<Sightings>,
    /// The requests that differ from all earlier ones, each until it is answered.
    fresh: Mutex<HashSet<Sent>>,
    /// The operations that have created something of which nothing more is known.
    unknown: Mutex<BTreeSet<usize>>,
    /// For each operation that creates something, what its success says.
    makes: Mutex<HashMap<usize, Arc<Asked<Makes>>>>,
}

/// What tells one creating request from another: its path and its body.
type Sent = (String, Option<Vec<u8>>);

/// A created thing.
#[derive(Debug, Clone)]
pub(crate) struct Created {
    /// Its number in the ledger.
    pub(crate) number: usize,
    /// The index of its kind.
    pub(crate) kind: usize,
    /// The ids in its path, in order. Empty where its id is unknown.
    pub(crate) ids: Vec<String>,
    /// The index of the operation that created it.
    pub(crate) by: usize,
}

#[derive(Debug)]
struct Entry {
    created: Created,
    case: &'static str,
    state: State,
    /// The status of the answer, and when it was complete.
    status: u16,
    answered_at: DateTime<Utc>,
    /// Whether the request differed from all earlier ones.
    is_fresh: bool,
    /// Whether an answer had shown it before the request was sent.
    was_before: bool,
}

/// What became of a created thing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    There,
    Deleted,
    /// It could not be deleted, for this reason.
    Left(String),
    /// It may have been there before the run, for this reason.
    Kept(String),
}

/// How many things a run created and deleted, and those that are left behind.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) created: usize,
    pub(crate) deleted: usize,
    pub(crate) left: Vec<(Created, String)>,
    /// Those that may have been there before the run.
    pub(crate) kept: Vec<(Created, String)>,
}

impl Ledger {
    /// Learns from a success what an operation created or deleted. Returns how many entries were added, and how many are
    /// done with.
    pub(crate) fn learn(
        &self,
        graph: &Graph,
        case: &'static str,
        operation: usize,
        exchange: &Exchange,
        response: &Response,
    ) -> (usize, usize) {
        let path = exchange.request.path.split('?').next().unwrap_or_default();
        let answered_at = exchange.started_at + exchange.duration;
        let mut shown = graph.named_by(operation, path);
        let mut done = 0;
        if let Some(deleted) = deleted_by(graph, operation, path) {
            let times = (exchange.started_at, answered_at);
            done = self.mark_deleted(graph, &deleted, times);
            shown.retain(|thing| *thing != deleted);
        }
        let answered = answered(&exchange.request, path, response);
        let is_fresh = self.fresh().remove(&sent(&exchange.request));
        let mut added = 0;
        for (kind, how) in graph.created_by(operation) {
            let id = answered.id(&graph.kinds[kind], how);
            let ids = id.and_then(|id| graph.ids(operation, kind, path, &text_of(&id)?));
            let thing = (kind, ids.unwrap_or_default());
            // The run has made up such a name, whatever the status says.
            let is_named = *how == How::Named && is_fresh;
            if is_named || graph.is_new(operation, kind, response.status) {
                let was_before = self.sightings().were_before(&thing, exchange.started_at);
                added += usize::from(self.enter(Entry {
                    created: Created {
                        number: 0,
                        kind,
                        ids: thing.1.clone(),
                        by: operation,
                    },
                    case,
                    state: State::There,
                    status: response.status,
                    answered_at,
                    is_fresh,
                    was_before,
                }));
            }
            shown.push(thing);
        }
        shown.extend(listed(graph, operation, path, &answered));
        let mut sightings = self.sightings();
        for thing in shown {
            sightings.show(thing, exchange.started_at, answered_at);
        }
        (added, done)
    }

    /// Enters a thing, unless it is there already. Returns whether the run may have to delete it.
    fn enter(&self, mut entry: Entry) -> bool {
        let thing = (entry.created.kind, entry.created.ids.clone());
        let may_be_another = self.sightings().are_deleting(&thing);
        let mut entries = self.entries();
        let is = |other: &Entry| {
            (other.created.kind, &other.created.ids) == (thing.0, &thing.1)
                && matches!(other.state, State::There | State::Kept(_))
        };
        if entry.created.ids.is_empty() {
            entry.state = State::Left("the answer that created it does not show its id".to_owned());
        } else if entries.iter().any(is) && !may_be_another {
            return false;
        }
        entry.created.number = entries.len();
        let known = entry.state == State::There;
        entries.push(entry);
        known
    }

    /// Records that a request to delete something is on its way.
    pub(crate) fn begin_deletion(&self, graph: &Graph, operation: usize, path: &str) {
        if let Some(thing) = deleted_by(graph, operation, path) {
            self.sightings().begin_deletion(thing);
        }
    }

    /// Records that such a request was answered, or was not.
    pub(crate) fn end_deletion(&self, graph: &Graph, operation: usize, path: &str) {
        if let Some(thing) = deleted_by(graph, operation, path) {
            self.sightings().end_deletion(&thing);
        }
    }

    /// Records that a request differs from all earlier ones.
    pub(crate) fn differs(&self, request: &Request) {
        self.fresh().insert(sent(request));
    }

    /// Returns the question what the success of an operation says.
    pub(crate) fn makes(&self, operation: usize) -> Arc<Asked<Makes>> {
        let mut makes = self.makes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(makes.entry(operation).or_default())
    }

    /// Returns why a thing that an answer showed as created may have been there before; `None` where the run created it.
    pub(crate) fn why_not_own(&self, kind: usize, ids: &[String]) -> Option<String> {
        let entries = self.entries();
        let mut entries = entries.iter().rev();
        let entry = entries.find(|entry| entry.created.kind == kind && entry.created.ids == ids);
        let Some(entry) = entry else {
            return Some("no answer says that it was created".to_owned());
        };
        if entry.was_before {
            return Some("an earlier answer of this run had shown it already".to_owned());
        }
        match self.makes(entry.created.by).known() {
            Some(makes) => makes.why_not_new(entry.status, entry.is_fresh),
            None => Some("whether it was there before was not looked at".to_owned()),
        }
    }

    /// Marks a thing as deleted, with all that was within it. Returns how many were there.
    fn mark_deleted(
        &self,
        graph: &Graph,
        (kind, ids): &Thing,
        (sent, answered): (DateTime<Utc>, DateTime<Utc>),
    ) -> usize {
        let key = &graph.kinds[*kind].key;
        let is_within = |(other, others): &Thing| {
            let other = &graph.kinds[*other].key;
            (other == key || other.starts_with(&format!("{key}/"))) && others.starts_with(ids)
        };
        self.sightings().delete(is_within, answered);
        let mut count = 0;
        for entry in self.entries().iter_mut() {
            let thing = (entry.created.kind, entry.created.ids.clone());
            // One that was created meanwhile may have got the id of the deleted one.
            let is_older = entry.answered_at < sent && !thing.1.is_empty();
            if is_older && is_within(&thing) && entry.state != State::Deleted {
                count += usize::from(entry.state == State::There);
                entry.state = State::Deleted;
            }
        }
        count
    }

    /// Returns what a case created and is there, the newest first; with `None`, what all cases created.
    pub(crate) fn there(&self, case: Option<&str>) -> Vec<Created> {
        let entries = self.entries();
        let mine = entries.iter().rev().filter(|entry| {
            entry.state == State::There && case.is_none_or(|case| entry.case == case)
        });
        mine.map(|entry| entry.created.clone()).collect()
    }

    /// Returns whether a thing is still there, as far as the ledger knows.
    pub(crate) fn is_there(&self, created: &Created) -> bool {
        self.entries()[created.number].state == State::There
    }

    /// Returns whether a thing that the run created was not deleted yet; `None` where it created no such thing.
    pub(crate) fn is_there_yet(&self, kind: usize, ids: &[String]) -> Option<bool> {
        let entries = self.entries();
        let mut entries = entries.iter().rev();
        let entry = entries.find(|entry| entry.created.kind == kind && entry.created.ids == ids)?;
        Some(entry.state != State::Deleted)
    }

    /// Returns whether things of a kind that the run created one after the other have got the same ids.
    pub(crate) fn reuses_ids(&self, kind: usize) -> bool {
        let mut seen = HashSet::new();
        let entries = self.entries();
        let mut ids = entries.iter().filter(|entry| entry.created.kind == kind);
        ids.any(|entry| !entry.created.ids.is_empty() && !seen.insert(&entry.created.ids))
    }

    /// Records that an operation has created something of which nothing more is known.
    pub(crate) fn creates_unknown(&self, operation: usize) {
        self.unknown().insert(operation);
    }

    /// Returns the operations that have created something of which nothing more is known.
    pub(crate) fn unknown_creators(&self) -> BTreeSet<usize> {
        self.unknown().clone()
    }

    /// Records that a thing is there again which the run created and deleted. Returns whether there is one.
    pub(crate) fn found_again(&self, kind: usize, ids: &[String]) -> bool {
        let mut entries = self.entries();
        let mut entries = entries.iter_mut().rev();
        let entry = entries.find(|entry| entry.created.kind == kind && entry.created.ids == ids);
        let entry = entry.filter(|entry| entry.state == State::Deleted);
        entry.map(|entry| entry.state = State::There).is_some()
    }

    /// Records why a thing could not be deleted, or with `None` that it is deleted. Returns whether it was there until then.
    pub(crate) fn settle(&self, created: &Created, left: Option<String>) -> bool {
        self.becomes(created, left.map_or(State::Deleted, State::Left))
    }

    /// Records that a thing is not deleted, since it may not be the run's own. Returns whether it was there until then.
    pub(crate) fn keep(&self, created: &Created, reason: String) -> bool {
        self.becomes(created, State::Kept(reason))
    }

    fn becomes(&self, created: &Created, state: State) -> bool {
        let earlier = std::mem::replace(&mut self.entries()[created.number].state, state);
        earlier == State::There
    }

    /// Returns what was created, deleted and left behind.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for entry in self.entries().iter() {
            totals.created += usize::from(!matches!(entry.state, State::Kept(_)));
            match &entry.state {
                State::Kept(reason) => totals.kept.push((entry.created.clone(), reason.clone())),
                State::Deleted => totals.deleted += 1,
                State::There => {
                    let reason = "the run ended before it was deleted".to_owned();
                    totals.left.push((entry.created.clone(), reason));
                }
                State::Left(reason) => totals.left.push((entry.created.clone(), reason.clone())),
            }
        }
        totals
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unknown(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sightings(&self) -> MutexGuard<'_, Sightings> {
        (self.sightings.lock()).unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> MutexGuard<'_, HashSet<Sent>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what tells a request from another one.
fn sent(request: &Request) -> Sent {
    (request.path.clone(), request.body.clone())
}

impl Created {
    /// Returns its path: `/orders/17`, or that of its collection where its id is unknown.
    pub(crate) fn path(&self, contract: &Contract, graph: &Graph) -> String {
        if self.ids.is_empty() {
            return contract.operations()[self.by].operation.path.clone();
        }
        let mut path = graph.kinds[self.kind].key.clone();
        for id in &self.ids {
            path = path.replacen("{}", &percent_encoded(id), 1);
        }
        path
    }
}

/// Returns the thing that a request to an operation deletes.
fn deleted_by(graph: &Graph, operation: usize, path: &str) -> Option<Thing> {
    let kind = graph.deleted_by(operation)?;
    Some((kind, filled(&graph.kinds[kind].key, path)?))
}

/// Returns what the answer of a list shows.
fn listed(graph: &Graph, operation: usize, path: &str, answered: &Answered<'_>) -> Vec<Thing> {
    let body = answered.body.as_ref();
    let Some((kind, shown)) = body.and_then(|body| things(graph, operation, path, body)) else {
        return Vec::new();
    };
    let ids = shown.into_iter().filter_map(|(_, ids)| ids);
    ids.map(|ids| (kind, ids)).collect()
}

/// The items of a list, each with the ids in the path of the thing that it shows, where they are known.
type Items<'v> = Vec<(&'v Value, Option<Vec<String>>)>;

/// Returns the kind that an operation lists, and the items of its answer at a path. `None` where it lists none, or shows no items.
pub(crate) fn things<'v>(
    graph: &Graph,
    list: usize,
    path: &str,
    body: &'v Value,
) -> Option<(usize, Items<'v>)> {
    let kind = graph.listed_by(list)?;
    let ids = |item: &Value| {
        let id = text_of(&id_of_item(item, &graph.kinds[kind])?)?;
        graph.ids(list, kind, path, &id)
    };
    let shown = items(body)?.iter().map(|item| (item, ids(item)));
    Some((kind, shown.collect()))
}

/// Returns what an answer and its request show.
pub(crate) fn answered<'a>(
    request: &'a Request,
    path: &'a str,
    response: &'a Response,
) -> Answered<'a> {
    let header = |name: &str| {
        let mut headers = response.headers.iter();
        let (_, value) = headers.find(|(present, _)| present == name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    };
    let json = |media_type: Option<String>, body: &[u8]| -> Option<Value> {
        let is_json = MediaType::of(&media_type?).is_json();
        is_json.then(|| serde_json::from_slice(body).ok())?
    };
    let sent = request.header("content-type").map(str::to_owned);
    Answered {
        path,
        sent: json(sent, request.body.as_deref().unwrap_or_default()),
        location: header("location"),
        headers: &response.headers,
        body: json(header("content-type"), &response.body),
    }
}
