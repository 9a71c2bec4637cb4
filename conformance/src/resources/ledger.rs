//! The ledger of created things: what a run created, and what became of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use openapi::media_type::MediaType;
use serde_json::Value;

use super::graph::answers::{Answered, text_of};
use super::graph::{Graph, filled};
use crate::contract::Contract;
use crate::percent::percent_encoded;
use crate::wire::{Exchange, Request, Response};

/// The things that a run created.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Mutex<Vec<Entry>>,
}

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
}

/// What became of a created thing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    There,
    Deleted,
    /// It could not be deleted, for this reason.
    Left(String),
}

/// How many things a run created and deleted, and those that are left behind.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) created: usize,
    pub(crate) deleted: usize,
    pub(crate) left: Vec<(Created, String)>,
}

impl Ledger {
    /// Learns from an answer of 2xx what an operation created or deleted. Returns how many entries were added, and how many are
    /// done with.
    pub(crate) fn learn(
        &self,
        graph: &Graph,
        case: &'static str,
        operation: usize,
        exchange: &Exchange,
        response: &Response,
    ) -> (usize, usize) {
        if response.status / 100 != 2 {
            return (0, 0);
        }
        let path = exchange.request.path.split('?').next().unwrap_or_default();
        let mut done = 0;
        if let Some(kind) = graph.deleted_by(operation)
            && let Some(ids) = filled(&graph.kinds[kind].key, path)
        {
            done = self.mark_deleted(graph, kind, &ids);
        }
        let answered = answered(&exchange.request, path, response);
        let mut added = 0;
        for (kind, how) in graph.created_by(operation) {
            if !graph.is_new(operation, kind, response.status) {
                continue;
            }
            let ids = answered.id(&graph.kinds[kind], how);
            let ids = ids.and_then(|id| graph.ids(operation, kind, path, &text_of(&id)?));
            added += usize::from(self.enter(case, kind, operation, ids.unwrap_or_default()));
        }
        (added, done)
    }

    /// Enters a thing, unless it is there already.
    fn enter(&self, case: &'static str, kind: usize, by: usize, ids: Vec<String>) -> bool {
        let mut entries = self.entries();
        let is = |entry: &Entry| {
            entry.created.kind == kind && entry.created.ids == ids && entry.state == State::There
        };
        if !ids.is_empty() && entries.iter().any(is) {
            return false;
        }
        let state = match ids.is_empty() {
            true => State::Left("the answer that created it does not show its id".to_owned()),
            false => State::There,
        };
        let known = state == State::There;
        let created = Created {
            number: entries.len(),
            kind,
            ids,
            by,
        };
        entries.push(Entry {
            created,
            case,
            state,
        });
        known
    }

    /// Marks a thing as deleted, with all that was within it. Returns how many were there.
    fn mark_deleted(&self, graph: &Graph, kind: usize, ids: &[String]) -> usize {
        let key = &graph.kinds[kind].key;
        let mut count = 0;
        for entry in self.entries().iter_mut() {
            let other = &graph.kinds[entry.created.kind].key;
            let within = other == key || other.starts_with(&format!("{key}/"));
            let named = entry.created.ids.starts_with(ids);
            if within && named && entry.state != State::Deleted && !entry.created.ids.is_empty() {
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

    /// Records why a thing could not be deleted, or with `None` that it is deleted. Returns whether it was there until then.
    pub(crate) fn settle(&self, created: &Created, left: Option<String>) -> bool {
        let state = match left {
            Some(reason) => State::Left(reason),
            None => State::Deleted,
        };
        let earlier = std::mem::replace(&mut self.entries()[created.number].state, state);
        earlier == State::There
    }

    /// Returns what was created, deleted and left behind.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for entry in self.entries().iter() {
            totals.created += 1;
            match &entry.state {
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
