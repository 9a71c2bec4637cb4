//! One entry for one edit: what is written out in many places, and was edited alike in all of them, is reported once,
//! with every place and all operations that they reach.
//!
//! The text before the edit must be the same in all places, and so must the text after it. For a header, a parameter,
//! or a property in an operation that is the text of the thing itself, without annotations where messages are
//! affected. For a property in a component it is the text of the object that owns the property, since components with
//! properties of one name are not copies of each other.

mod edits;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::finding::Finding;
use crate::diff::walk::graph::VertexId;
use crate::diff::walk::node::Pair;
use crate::document::{self, FILES, METHODS};
use crate::hashed::{HashMap, HashSet};
use crate::{keywords, pointer};

/// A finding with its place in the graph.
pub(crate) struct Placed<'a> {
    pub(crate) finding: Finding,
    /// The part of both documents in which it was found.
    pub(crate) place: Pair<'a>,
    /// The vertices of the operations that it reaches.
    pub(crate) operations: BTreeSet<VertexId>,
}

impl Placed<'_> {
    fn merge(&mut self, other: Self) {
        self.operations.extend(other.operations);
        let places = &mut self.finding.change.more_places;
        places.push(other.finding.change.location);
    }
}

/// Merges the findings of each edit into the first of them. `root` is the whole of both documents.
pub(crate) fn merged<'a>(findings: Vec<Placed<'a>>, root: &Pair<'a>) -> Vec<Placed<'a>> {
    let outlines = outlines(&findings);
    let mut alike: HashMap<&Outline, usize> = HashMap::default();
    for outline in outlines.iter().flatten() {
        *alike.entry(outline).or_default() += 1;
    }
    let mut texts = Texts::default();
    let mut edits: HashMap<Edit<'_>, usize> = HashMap::default();
    let mut causes: Vec<Placed<'a>> = Vec::new();
    for (placed, outline) in findings.into_iter().zip(&outlines) {
        let outline = outline.as_ref().filter(|outline| alike[outline] > 1);
        let edit = outline.and_then(|outline| {
            let texts = texts.around(&placed, root);
            // What has no text on either side equals nothing else, unless its edit is known.
            let is_known = texts != (None, None) || placed.finding.edit.is_some();
            is_known.then_some(Edit { outline, texts })
        });
        let first = edit.map_or(causes.len(), |edit| {
            *edits.entry(edit).or_insert(causes.len())
        });
        match causes.get_mut(first) {
            Some(cause) => cause.merge(placed),
            None => causes.push(placed),
        }
    }
    for Placed { finding, .. } in &mut causes {
        let mut seen = HashSet::from_iter([finding.change.location.clone()]);
        let places = &mut finding.change.more_places;
        places.retain(|place| seen.insert(place.clone()));
    }
    causes
}

/// What was edited, wherever it was.
#[derive(PartialEq, Eq, Hash)]
struct Edit<'o> {
    outline: &'o Outline,
    /// The texts before and after, by their numbers.
    texts: (Option<usize>, Option<usize>),
}

/// What is cheap to compare of an edit: texts are only compared where outlines are equal.
#[derive(PartialEq, Eq, Hash)]
struct Outline {
    rule: Rule,
    class: Class,
    /// The place within the text that must be the same, or within the operation.
    spot: String,
    /// The number of the finding among those of its rule at its location.
    ordinal: usize,
}

/// Returns the outline of each finding; `None` for those that equal nothing else.
fn outlines(findings: &[Placed<'_>]) -> Vec<Option<Outline>> {
    let mut ordinals: HashMap<(Rule, &str, [*const Value; 2]), usize> = HashMap::default();
    let mut outlines = Vec::with_capacity(findings.len());
    for Placed { finding, place, .. } in findings {
        let change = &finding.change;
        let copy = [place.base.value, place.revision.value].map(std::ptr::from_ref);
        let ordinal = ordinals
            .entry((change.rule, &change.location, copy))
            .or_default();
        *ordinal += 1;
        outlines.push(spot(finding, place).map(|spot| Outline {
            rule: change.rule,
            class: change.class,
            spot,
            ordinal: *ordinal,
        }));
    }
    outlines
}

/// Returns the place of a finding within the text that must be the same wherever the edit was made.
fn spot(Finding { change, edit }: &Finding, place: &Pair<'_>) -> Option<String> {
    if let Some(edit) = edit {
        // What the document demands is one cause, what operations demand is another.
        let inherited = change.location == "/security";
        return Some(format!("{inherited} {edit}"));
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
    if let Some(length) = way.parameter {
        let parameter = way.beginning(length);
        let is_walked = [&place.base, &place.revision].map(|node| node.pointer == parameter);
        let which = if is_walked.contains(&true) {
            format!(
                "{} {}",
                place.base.text_of("in"),
                place.base.text_of("name")
            )
        } else if change.class == Class::Docs {
            String::new()
        } else {
            // A whole parameter: what its loss means depends on who sends it.
            way.tokens[0].to_string()
        };
        return Some(format!("{within_operation} {which}"));
    }
    // An operation is only itself.
    (!within_operation.is_empty()).then_some(within_operation)
}

/// Returns whether the change is of a component that no message needs. Its edits are not reported one by one, so all
/// of them must be the same.
fn is_unneeded(change: &Change) -> bool {
    let Rule { area, kind, action } = change.rule;
    (area, kind, action) == (Area::Component, Kind::Whole, Action::Changed)
}

/// Texts by numbers: equal texts have one number.
#[derive(Default)]
struct Texts<'a> {
    numbers: HashMap<Cow<'a, Value>, usize>,
    /// The numbers by the addresses of the texts and whether annotations count, so that each text is read once.
    known: HashMap<(*const Value, bool), usize>,
}

impl<'a> Texts<'a> {
    /// Returns the text that must be the same wherever the edit was made: before and after.
    fn around(&mut self, placed: &Placed<'a>, root: &Pair<'a>) -> (Option<usize>, Option<usize>) {
        let Placed { finding, place, .. } = placed;
        if finding.edit.is_some() {
            return (None, None);
        }
        let Change {
            rule,
            class,
            location,
            ..
        } = &finding.change;
        let way = Way::along(location);
        let whole = way.whole(*class);
        let (pair, rest) = pointer::below(whole, &place.revision.pointer)
            .or_else(|| pointer::below(whole, &place.base.pointer))
            .map_or((root, whole), |rest| (place, rest));
        let before = pair.base.value.pointer(rest);
        let after = pair.revision.value.pointer(rest);
        // At an index of a list the other side has another item.
        let is_item = whole.len() == location.len() && !rest.is_empty() && way.ends_in_index();
        let was_there = !(is_item && rule.action == Action::Added);
        let is_there = !(is_item && rule.action == Action::Removed);
        if is_unneeded(&finding.change) {
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

/// Returns a text without what affects no message. `named` says that the names of its members are the author's.
fn without_annotations(text: &Value, named: bool) -> Value {
    match text {
        Value::Object(members) => {
            let counts = |key: &str| named || !keywords::is_known_annotation(key);
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

/// The tokens of a location, and what they lead through.
struct Way<'l> {
    location: &'l str,
    /// Without what differs between copies in operations: statuses of responses that contain the change, indices of
    /// parameters.
    tokens: Vec<Cow<'l, str>>,
    /// How many tokens lead to the operation; 0 outside of operations.
    operation: usize,
    /// How many tokens lead to the innermost object schema that owns the property at or below which the change is.
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
            Some("paths" | "webhooks" | "x-webhooks") if tokens.get(2).is_some_and(is_method) => 3,
            Some("paths" | "webhooks" | "x-webhooks")
                if tokens.get(2).is_some_and(holds_operations) =>
            {
                tokens.len().min(4)
            }
            Some("paths" | "webhooks" | "x-webhooks") => tokens.len().min(2),
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
            // How many tokens the field takes: a field of names takes the name too.
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

    /// Returns the pointer to the text that must be the same wherever the edit was made.
    fn whole(&self, class: Class) -> &'l str {
        let length = match (self.owner, self.operation) {
            (Some(owner), 0) => owner,
            _ if class == Class::Docs => return self.location,
            (Some(owner), _) => owner + 2,
            (None, _) => self.parameter.unwrap_or(self.tokens.len()),
        };
        self.beginning(length)
    }

    /// Returns the pointer that the first `length` tokens are.
    fn beginning(&self, length: usize) -> &'l str {
        let end = self.location.match_indices('/').nth(length);
        end.map_or(self.location, |(end, _)| &self.location[..end])
    }
}
