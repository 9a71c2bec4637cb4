//! One entry for one edit: what stands written out in many places, and was edited alike in all of
//! them, is told once, with every place and all operations that they reach.
//!
//! Its text before must be the same in all places, and its text after. Of a header, a parameter, or
//! a property in an operation that is the text of the thing itself, at its place, without annotations
//! where messages are affected; of a property in a component it is the text of the object that owns it,
//! since components with properties of one name are not copies of each other.

mod edits;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::graph::VertexId;
use crate::diff::walk::node::Pair;
use crate::document::{self, FILES, METHODS};
use crate::{keywords, pointer};

/// A change as the walk found it.
pub(crate) struct Found<'a> {
    pub(crate) change: Change,
    /// The part of both documents in which it was found.
    pub(crate) place: Pair<'a>,
    /// The nodes of the operations that it reaches.
    pub(crate) operations: BTreeSet<VertexId>,
}

impl Found<'_> {
    fn take_in(&mut self, other: Self) {
        self.operations.extend(other.operations);
        self.change.more_places.push(other.change.location);
    }
}

/// Puts changes that are one edit together: the first of them stands for all. `root` is the whole of
/// both documents.
pub(crate) fn together<'a>(found: Vec<Found<'a>>, root: &Pair<'a>) -> Vec<Found<'a>> {
    let outlines = outlines(&found);
    let mut alike: HashMap<&Outline, usize> = HashMap::new();
    for outline in outlines.iter().flatten() {
        *alike.entry(outline).or_default() += 1;
    }
    let mut texts = Texts::default();
    let mut edits: HashMap<Edit<'_>, usize> = HashMap::new();
    let mut causes: Vec<Found<'a>> = Vec::new();
    for (found, outline) in found.into_iter().zip(&outlines) {
        let outline = outline.as_ref().filter(|outline| alike[outline] > 1);
        let edit = outline.and_then(|outline| {
            let texts = texts.around(&found, root);
            // What has no text on either side is like no other, unless its outline says all.
            let is_known = texts != (None, None) || found.change.rule.area == Area::Security;
            is_known.then_some(Edit { outline, texts })
        });
        let first = edit.map_or(causes.len(), |edit| {
            *edits.entry(edit).or_insert(causes.len())
        });
        match causes.get_mut(first) {
            Some(cause) => cause.take_in(found),
            None => causes.push(found),
        }
    }
    for Found { change, .. } in &mut causes {
        let mut seen = HashSet::from([change.location.clone()]);
        change
            .more_places
            .retain(|place| seen.insert(place.clone()));
    }
    causes
}

/// What was done, wherever it was done.
#[derive(PartialEq, Eq, Hash)]
struct Edit<'o> {
    outline: &'o Outline,
    /// The texts before and after, by their numbers.
    texts: (Option<usize>, Option<usize>),
}

/// What is cheap to know of an edit: only where all of this is the same, texts are looked at.
#[derive(PartialEq, Eq, Hash)]
struct Outline {
    rule: Rule,
    class: Class,
    /// The place within the text that must be the same, or within the operation.
    spot: String,
    /// Which one it is of several changes with this rule at one location.
    ordinal: usize,
}

/// The outline of each change; `None` of those that are like no other.
fn outlines(found: &[Found<'_>]) -> Vec<Option<Outline>> {
    let mut ordinals: HashMap<(Rule, &str, [*const Value; 2]), usize> = HashMap::new();
    let mut outlines = Vec::with_capacity(found.len());
    for Found { change, place, .. } in found {
        let copy = [place.base.value, place.revision.value].map(std::ptr::from_ref);
        let ordinal = ordinals
            .entry((change.rule, &change.location, copy))
            .or_default();
        *ordinal += 1;
        outlines.push(spot(change).map(|spot| Outline {
            rule: change.rule,
            class: change.class,
            spot,
            ordinal: *ordinal,
        }));
    }
    outlines
}

/// The place of a change within the text that must be the same wherever the edit was done.
fn spot(change: &Change) -> Option<String> {
    if change.rule.area == Area::Security {
        // The message says all: which credentials are let in, or are no longer. What the document
        // demands is one thing, what operations demand is another.
        let inherited = change.location == "/security";
        return Some(format!("{inherited} {}", change.message));
    }
    if is_unneeded(change) {
        return Some(String::new());
    }
    let way = Way::along(&change.location);
    if let Some(owner) = way.owner {
        let owned = way.tokens[owner..].join("/");
        return Some(format!("{} {owned}", way.operation > 0));
    }
    let within_operation = way.tokens[way.operation..].join("/");
    if way.parameter.is_some() {
        // The message names the parameter.
        return Some(format!("{within_operation} {}", change.message));
    }
    // An operation is only itself.
    (!within_operation.is_empty()).then_some(within_operation)
}

/// Whether the change is of a component that no message needs: its edits are not told one by one, so
/// that all of them must be the same.
fn is_unneeded(change: &Change) -> bool {
    let Rule { area, kind, action } = change.rule;
    (area, kind, action) == (Area::Component, Kind::Whole, Action::Changed)
}

/// Texts, numbered: equal ones have one number.
#[derive(Default)]
struct Texts<'a> {
    numbers: HashMap<Cow<'a, Value>, usize>,
    /// The numbers by where the texts are and whether annotations count, so that each is read once.
    known: HashMap<(*const Value, bool), usize>,
}

impl<'a> Texts<'a> {
    /// The text that must be the same wherever the edit was done: before and after.
    fn around(&mut self, found: &Found<'a>, root: &Pair<'a>) -> (Option<usize>, Option<usize>) {
        let Change {
            rule,
            class,
            location,
            ..
        } = &found.change;
        if rule.area == Area::Security {
            return (None, None);
        }
        let way = Way::along(location);
        let whole = way.whole(*class);
        let place = &found.place;
        let (pair, rest) = pointer::below(whole, &place.revision.pointer)
            .or_else(|| pointer::below(whole, &place.base.pointer))
            .map_or((root, whole), |rest| (place, rest));
        let before = pair.base.value.pointer(rest);
        let after = pair.revision.value.pointer(rest);
        // At an index of a list the other side has another item.
        let is_item = whole.len() == location.len() && !rest.is_empty() && way.ends_in_index();
        let was_there = !(is_item && rule.action == Action::Added);
        let is_there = !(is_item && rule.action == Action::Removed);
        if is_unneeded(&found.change) {
            let edits = before.zip(after).map(|(was, is)| edits::between(was, is));
            return (edits.map(|edits| self.number_of(Cow::Owned(edits))), None);
        }
        let annotations_count = *class == Class::Docs || way.operation == 0;
        (
            self.number(before.filter(|_| was_there), annotations_count),
            self.number(after.filter(|_| is_there), annotations_count),
        )
    }

    fn number(&mut self, text: Option<&'a Value>, annotations_count: bool) -> Option<usize> {
        let text = text?;
        let place = (std::ptr::from_ref(text), annotations_count);
        if let Some(&known) = self.known.get(&place) {
            return Some(known);
        }
        let number = self.number_of(if annotations_count {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(without_annotations(text, false))
        });
        self.known.insert(place, number);
        Some(number)
    }

    fn number_of(&mut self, text: Cow<'a, Value>) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(text).or_insert(next)
    }
}

/// A text without what affects no message; `named` says that its members are named by the writer.
fn without_annotations(text: &Value, named: bool) -> Value {
    match text {
        Value::Object(members) => {
            let counts = |key: &str| named || !keywords::is_annotation(key);
            let members = members.iter().filter(|(key, _)| counts(key));
            let bare = members.map(|(key, member)| {
                let bare = if named || !keywords::holds_data(key) {
                    without_annotations(member, !named && keywords::holds_names(key))
                } else {
                    member.clone()
                };
                (key.clone(), bare)
            });
            Value::Object(bare.collect())
        }
        Value::Array(items) => {
            let bare = items.iter().map(|item| without_annotations(item, false));
            Value::Array(bare.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.clone(),
    }
}

/// A location's tokens, and what they lead through.
struct Way<'l> {
    location: &'l str,
    /// Without what differs between copies in operations: statuses of responses that hold the change,
    /// indices of parameters.
    tokens: Vec<Cow<'l, str>>,
    /// How many tokens lead to the operation; none where there is none.
    operation: usize,
    /// How many tokens lead to the innermost object schema that owns the property at which or below
    /// which the change is.
    owner: Option<usize>,
    /// How many tokens lead to the parameter that is written out in place.
    parameter: Option<usize>,
}

impl<'l> Way<'l> {
    fn along(location: &'l str) -> Self {
        let tokens: Vec<Cow<'l, str>> = pointer::tokens(location).collect();
        let is_method = |token: &Cow<'_, str>| METHODS.contains(&token.as_ref());
        let holds_operations = |token: &Cow<'_, str>| document::holds_operations(token.as_ref());
        let operation = match tokens.first().map(AsRef::as_ref) {
            Some("paths" | "webhooks") if tokens.get(2).is_some_and(is_method) => 3,
            Some("paths" | "webhooks") if tokens.get(2).is_some_and(holds_operations) => {
                tokens.len().min(4)
            }
            Some("paths" | "webhooks") => tokens.len().min(2),
            _ => 0,
        };
        let mut way = Self {
            location,
            tokens,
            operation,
            owner: None,
            parameter: None,
        };
        way.read();
        way
    }

    fn read(&mut self) {
        let in_file = self.tokens.first().is_some_and(|first| first == FILES);
        let mut index = if in_file { 2 } else { self.operation };
        let mut in_schema = false;
        while index < self.tokens.len() {
            let token = self.tokens[index].as_ref();
            let last = index + 2 >= self.tokens.len();
            // How many tokens the field takes: those of a field that holds names take the name too.
            let mut taken = 1;
            if token == "properties" {
                self.owner = Some(index);
                (in_schema, taken) = (true, 2);
            } else if keywords::MAPS.contains(&token) || keywords::LISTS.contains(&token) {
                taken = 2;
            } else if in_schema && !keywords::SINGLE.contains(&token) {
                return;
            } else if token == "parameters" && self.operation > 0 {
                self.parameter.get_or_insert(index + 2);
                self.forget(index + 1);
                taken = 2;
            } else if keywords::holds_names(token) {
                in_schema = token == "schemas";
                if token == "responses" && !last {
                    self.forget(index + 1);
                }
                taken = 2;
            } else {
                in_schema = token == "schema";
            }
            index += taken;
        }
    }

    fn forget(&mut self, index: usize) {
        if let Some(token) = self.tokens.get_mut(index) {
            *token = Cow::Borrowed("*");
        }
    }

    fn ends_in_index(&self) -> bool {
        let last = self.location.rsplit('/').next().unwrap_or_default();
        !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The pointer to the text that must be the same wherever the edit was done.
    fn whole(&self, class: Class) -> &'l str {
        let length = match (self.owner, self.operation) {
            (Some(owner), 0) => owner,
            _ if class == Class::Docs => return self.location,
            (Some(owner), _) => owner + 2,
            (None, _) => self.parameter.unwrap_or(self.tokens.len()),
        };
        let end = self.location.match_indices('/').nth(length);
        end.map_or(self.location, |(end, _)| &self.location[..end])
    }
}
