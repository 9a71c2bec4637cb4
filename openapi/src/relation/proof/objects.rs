//! Properties of objects.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Proof;
use super::type_schemas::text;
use crate::keywords;
use crate::relation::conjunction::{Conjunction, InPlace, Located, Part, count};
use crate::schema::{Inclusion, Strings, inclusion};

/// A schema for all properties but those that other keywords are about.
struct Rest<'a> {
    /// The schemas with those keywords.
    parts: Vec<Part<'a>>,
    schema: Located<'a>,
}

impl<'a> Rest<'a> {
    fn names(&self) -> impl Iterator<Item = &'a str> {
        let members = self
            .parts
            .iter()
            .flat_map(|part| part.members("properties"));
        members.map(|(name, _)| name)
    }

    fn patterns(&self) -> impl Iterator<Item = &'a str> {
        let parts = self.parts.iter();
        let members = parts.flat_map(|part| part.members("patternProperties"));
        members.map(|(pattern, _)| pattern)
    }
}

/// Returns the schemas for the properties that no other keyword of the schema is about. For `InPlace::Possible` these
/// hold for all properties but those that another keyword may be about, for `InPlace::Certain` for all but those that
/// one certainly is about.
fn rests<'a>(part: Part<'a>, which: InPlace) -> Vec<Rest<'a>> {
    let additional = part.get("additionalProperties").into_iter();
    let additional = additional.map(|schema| Rest {
        parts: vec![part],
        schema,
    });
    let mut rests: Vec<Rest<'a>> = additional.collect();
    if let Some(schema) = part.get("unevaluatedProperties") {
        let evaluating = part.in_place(which);
        let covers_all = |other: &Part<'_>| {
            let is_other = !std::ptr::eq(other.object, part.object);
            other.get("additionalProperties").is_some()
                || (which == InPlace::Possible && other.get("$dynamicRef").is_some())
                || (is_other && other.get("unevaluatedProperties").is_some())
        };
        if !evaluating.iter().any(covers_all) {
            rests.push(Rest {
                parts: evaluating,
                schema,
            });
        }
    }
    rests
}

/// Returns all names that the sender's keywords mention.
fn names<'a>(sender: &Conjunction<'a>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for part in &sender.parts {
        names.extend(part.members("properties").map(|(name, _)| name));
        for rest in rests(*part, InPlace::Possible) {
            names.extend(rest.names());
        }
    }
    names
}

/// Returns whether each name in which the first pattern is found has the second one.
fn is_pattern_within(pattern: &str, other: &str) -> bool {
    pattern == other
        || inclusion(
            &Strings::with_pattern(pattern),
            &Strings::with_pattern(other),
        ) == Inclusion::Included
}

impl<'a> Proof<'a> {
    /// Returns the schemas of a property that count for a proof: that one is required and forbidden is a mistake, from
    /// which nothing follows.
    fn of_name(&mut self, sender: &Conjunction<'a>, name: &str) -> Vec<Located<'a>> {
        let mut schemas = self.all_of_name(sender, name);
        if sender.required().contains(name) {
            schemas.retain(|located| located.schema != &Value::Bool(false));
        }
        schemas
    }

    /// Returns all schemas of a property.
    pub(super) fn all_of_name(&mut self, sender: &Conjunction<'a>, name: &str) -> Vec<Located<'a>> {
        let mut schemas = Vec::new();
        for part in &sender.parts {
            let declared =
                keywords::get(part.object, "properties").and_then(|members| members.get(name));
            schemas.extend(declared.map(|schema| part.at(schema)));
            for (pattern, schema) in part.members("patternProperties") {
                if self.is_found(pattern, name) {
                    schemas.push(schema);
                }
            }
            for rest in rests(*part, InPlace::Possible) {
                if !self.is_excepted(&rest, name) {
                    schemas.push(rest.schema);
                }
            }
        }
        schemas
    }

    fn is_excepted(&mut self, rest: &Rest<'a>, name: &str) -> bool {
        let declares = |part: &Part<'a>| {
            let properties = keywords::get(part.object, "properties");
            properties.is_some_and(|properties| properties.get(name).is_some())
        };
        rest.parts.iter().any(declares)
            || rest.patterns().any(|pattern| self.is_found(pattern, name))
    }

    /// Returns whether the sender's objects satisfy a keyword of the receiver.
    pub(super) fn objects_imply(
        &mut self,
        sender: &Conjunction<'a>,
        keyword: &str,
        receiver: Located<'a>,
        level: usize,
    ) -> bool {
        let Some(part) = Part::of(receiver) else {
            return false;
        };
        let Some(value) = part.get(keyword) else {
            return true;
        };
        match keyword {
            "required" => {
                let required = sender.required();
                let is_required =
                    |name: &Value| name.as_str().is_some_and(|name| required.contains(name));
                let wanted = value.schema.as_array();
                wanted.is_some_and(|wanted| wanted.iter().all(is_required))
            }
            "minProperties" => count(value.schema).is_some_and(|least| {
                sender.highest(keyword).max(sender.required().len() as u64) >= least
            }),
            "maxProperties" => {
                let most = count(value.schema);
                most.is_some_and(|most| sender.lowest(keyword) <= most)
            }
            "properties" => part.members(keyword).all(|(name, schema)| {
                let sent = self.of_name(sender, name);
                self.includes(&sent, schema, level + 1)
            }),
            "patternProperties" => part
                .members(keyword)
                .all(|(pattern, schema)| self.pattern_is(sender, pattern, schema, level)),
            "additionalProperties" | "unevaluatedProperties" => {
                let rests = rests(part, InPlace::Certain).into_iter();
                let mut rests = rests.filter(|rest| std::ptr::eq(rest.schema.schema, value.schema));
                rests.all(|rest| self.rest_is(sender, &rest, level))
            }
            "propertyNames" => self.names_are(sender, value, level),
            "dependentRequired" => self.dependents_are_required(sender, &part),
            "dependentSchemas" => part.members(keyword).all(|(name, schema)| {
                let all: Vec<Located<'a>> = sender.parts.iter().map(|part| part.located).collect();
                let own = sender.parts.iter().flat_map(|part| part.members(keyword));
                let own = own
                    .filter(|(other, _)| *other == name)
                    .map(|(_, schema)| schema);
                let with_own: Vec<Located<'a>> = all.into_iter().chain(own).collect();
                self.is_never_sent(sender, name) || self.includes(&with_own, schema, level)
            }),
            _ => false,
        }
    }

    fn is_never_sent(&mut self, sender: &Conjunction<'a>, name: &str) -> bool {
        Conjunction::of(&self.of_name(sender, name)).is_refused
    }

    /// Returns whether all properties in whose names the pattern is found satisfy a schema.
    fn pattern_is(
        &mut self,
        sender: &Conjunction<'a>,
        pattern: &'a str,
        schema: Located<'a>,
        level: usize,
    ) -> bool {
        for name in names(sender) {
            if self.is_found(pattern, name) {
                let sent = self.of_name(sender, name);
                if !self.includes(&sent, schema, level + 1) {
                    return false;
                }
            }
        }
        let sent = with_pattern(sender, pattern);
        if self.includes(&sent, schema, level + 1) {
            return true;
        }
        // Each of the other names has one of the sender's patterns, or none.
        let (all, patterns) = undeclared(sender);
        let mut patterns = patterns
            .into_iter()
            .filter(|own| !are_exclusive(own, pattern));
        let sent: Vec<Located<'a>> = all.iter().map(|rest| rest.schema).collect();
        self.includes(&sent, schema, level + 1)
            && patterns.all(|own| self.includes(&with_pattern(sender, own), schema, level + 1))
    }

    /// Returns whether all properties but the excepted ones satisfy a schema.
    fn rest_is(&mut self, sender: &Conjunction<'a>, rest: &Rest<'a>, level: usize) -> bool {
        for name in names(sender) {
            if !self.is_excepted(rest, name) {
                let sent = self.of_name(sender, name);
                if !self.includes(&sent, rest.schema, level + 1) {
                    return false;
                }
            }
        }
        let (all, patterns) = undeclared(sender);
        for pattern in patterns {
            let mut excepted = rest.patterns();
            if !excepted.any(|other| is_pattern_within(pattern, other)) {
                let sent = with_pattern(sender, pattern);
                if !self.includes(&sent, rest.schema, level + 1) {
                    return false;
                }
            }
        }
        // All other names.
        let sent: Vec<Located<'a>> = all.iter().map(|rest| rest.schema).collect();
        self.includes(&sent, rest.schema, level + 1)
    }

    /// Returns whether all names satisfy a schema.
    fn names_are(&mut self, sender: &Conjunction<'a>, schema: Located<'a>, level: usize) -> bool {
        let own = sender
            .parts
            .iter()
            .filter_map(|part| part.get("propertyNames"));
        let own: Vec<Located<'a>> = own.chain([text()]).collect();
        if self.includes(&own, schema, level + 1) {
            return true;
        }
        let all = sender
            .parts
            .iter()
            .flat_map(|part| rests(*part, InPlace::Possible));
        let closed = all.into_iter().find(|rest| {
            rest.patterns().next().is_none() && rest.schema.schema == &Value::Bool(false)
        });
        let (Some(closed), Some(validator)) = (closed, self.validator(schema)) else {
            return false;
        };
        let mut sent = closed.names();
        sent.all(|name| validator.accepts(&Value::from(name)) || self.is_never_sent(sender, name))
    }

    fn dependents_are_required(&mut self, sender: &Conjunction<'a>, receiver: &Part<'a>) -> bool {
        let wanted = receiver.members("dependentRequired");
        let required = sender.required();
        for (name, dependents) in wanted {
            let own = sender
                .all("dependentRequired")
                .filter_map(|own| own.get(name)?.as_array());
            let own: Vec<&Value> = own.flatten().collect();
            let is_required = |dependent: &Value| {
                own.contains(&dependent)
                    || dependent
                        .as_str()
                        .is_some_and(|dependent| required.contains(dependent))
            };
            let dependents = dependents.schema.as_array();
            let are_required =
                dependents.is_some_and(|dependents| dependents.iter().all(is_required));
            if !are_required && !self.is_never_sent(sender, name) {
                return false;
            }
        }
        true
    }
}

/// Returns the sender's schemas for the properties that no keyword mentions, and the patterns of names that keywords
/// mention.
fn undeclared<'a>(sender: &Conjunction<'a>) -> (Vec<Rest<'a>>, BTreeSet<&'a str>) {
    let parts = sender.parts.iter();
    let all: Vec<Rest<'a>> = parts
        .flat_map(|part| rests(*part, InPlace::Possible))
        .collect();
    let own = sender
        .parts
        .iter()
        .flat_map(|part| part.members("patternProperties"));
    let own = own.map(|(pattern, _)| pattern);
    let patterns = own.chain(all.iter().flat_map(Rest::patterns)).collect();
    (all, patterns)
}

/// Returns whether both patterns are found in no name together.
fn are_exclusive(pattern: &str, other: &str) -> bool {
    let both = Strings {
        patterns: vec![pattern.to_owned(), other.to_owned()],
        ..Strings::default()
    };
    let mut none = Strings::default();
    none.lengths.most = 0;
    none.lengths.least = 1;
    inclusion(&both, &none) == Inclusion::Included
}

/// Returns schemas that hold for all properties that no keyword mentions by name and in whose names the pattern is
/// found.
fn with_pattern<'a>(sender: &Conjunction<'a>, pattern: &str) -> Vec<Located<'a>> {
    let mut schemas = Vec::new();
    for part in &sender.parts {
        for (other, schema) in part.members("patternProperties") {
            if is_pattern_within(pattern, other) {
                schemas.push(schema);
            }
        }
        let rests = rests(*part, InPlace::Possible).into_iter();
        schemas.extend(
            rests
                .filter(|rest| rest.patterns().next().is_none())
                .map(|rest| rest.schema),
        );
    }
    schemas
}
