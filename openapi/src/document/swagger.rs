//! Documents of Swagger 2.0, lifted to OpenAPI 3.0 as the OpenAPI Initiative's guides to migrating have it.
//!
//! Where messages depend on it, what 3.0 cannot say is refused, or stays under its own name: no rule knows it, so that a
//! change of it is unproven. What has no effect becomes an extension.

mod bodies;
mod headers;
mod media_types;
mod parameters;
mod paths;
mod schemas;
mod security;
mod servers;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::moved::Moved;
use super::reference::{self, LONGEST_CHAIN};
use super::visit;
use crate::pointer;

use media_types::MediaTypes;
use written::{Written, Wrong, object, written};

/// What a reference leads to that has to be lifted where it is: in a file, or below an extension.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    PathItem,
    Parameter,
}

/// The state of lifting one document.
struct Lifting<'v> {
    root: &'v Value,
    moved: Moved,
    consumes: MediaTypes,
    produces: MediaTypes,
    /// The media types of the document that an operation has.
    used: BTreeSet<String>,
    /// The pointers to shared responses and bodies that were copied to where they are used.
    copied: BTreeSet<String>,
    /// What references lead to outside of the fields of Swagger.
    elsewhere: BTreeMap<String, Role>,
}

/// The sections of a document that become components.
const SECTIONS: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// Lifts a document.
pub(super) fn lift(root: &Value) -> Result<(Value, Moved), Wrong> {
    let written = Written {
        object: object(root, "")?,
        at: String::new(),
    };
    written.refuse(&["openapi", "components", "servers", "webhooks"])?;
    let mut lifting = Lifting {
        root,
        moved: Moved::default(),
        consumes: MediaTypes::of(&written, "consumes")?.unwrap_or_default(),
        produces: MediaTypes::of(&written, "produces")?.unwrap_or_default(),
        used: BTreeSet::new(),
        copied: BTreeSet::new(),
        elsewhere: BTreeMap::new(),
    };
    let mut lifted = lifting.document(&written)?;
    lifting.lift_elsewhere(&mut lifted)?;
    schemas::lift(&mut lifted, &mut lifting.moved);
    lifting.rewrite_references(&mut lifted);
    Ok((lifted, lifting.moved))
}

impl<'v> Lifting<'v> {
    fn document(&mut self, root: &Written<'v>) -> Result<Value, Wrong> {
        let mut lifted = Map::new();
        self.moved.note("/openapi", "/swagger");
        lifted.insert("openapi".to_owned(), "2.0".into());
        let mut components = Map::new();
        for (key, value) in root.object {
            let at = root.member(key);
            match key.as_str() {
                "swagger" | "host" | "basePath" | "schemes" | "consumes" | "produces" => {}
                "paths" | "x-webhooks" => {
                    lifted.insert(key.clone(), self.paths(value, &at)?);
                }
                "definitions" | "parameters" | "responses" | "securityDefinitions" => {
                    object(value, &at)?;
                }
                _ => {
                    lifted.insert(key.clone(), value.clone());
                }
            }
        }
        self.servers(root, &mut lifted)?;
        for (from, to) in SECTIONS {
            if let Some(Value::Object(section)) = root.object.get(from) {
                self.section(section, (from, to), &mut components)?;
            }
        }
        if !components.is_empty() {
            lifted.insert("components".to_owned(), Value::Object(components));
        }
        for types in [&self.consumes, &self.produces] {
            types.without(&self.used).put_aside(&mut lifted);
        }
        Ok(Value::Object(lifted))
    }

    /// Lifts the members of a section of the document.
    fn section(
        &mut self,
        section: &'v Map<String, Value>,
        (from, to): (&str, &str),
        components: &mut Map<String, Value>,
    ) -> Result<(), Wrong> {
        self.moved
            .note(format!("/components/{to}"), format!("/{from}"));
        for (name, value) in section {
            let at = pointer::join_all("", [from, name]);
            if self.copied.contains(&at) {
                continue;
            }
            let mut to = to;
            let is_reference = reference::target(value).is_some();
            if from == "parameters" && !is_reference {
                let is_in = object(value, &at)?.get("in");
                if is_in.is_some_and(|place| place == "body" || place == "formData") {
                    to = "requestBodies";
                }
            }
            let place = pointer::join_all("/components", [to, name]);
            let lifted = match to {
                _ if is_reference => value.clone(),
                "requestBodies" => self.shared_body(value, &at, &place)?,
                "parameters" => self.parameter(&written(value, &at)?, &place)?,
                "responses" => {
                    let produces = self.produces.clone();
                    self.response(&written(value, &at)?, &place, &produces)?
                }
                "securitySchemes" => self.security_scheme(&written(value, &at)?, &place)?,
                _ => value.clone(),
            };
            self.moved.note(place, at);
            let members = components.entry(to).or_insert_with(|| Map::new().into());
            if let Value::Object(members) = members {
                members.insert(name.clone(), lifted);
            }
        }
        Ok(())
    }

    /// Returns what a value is or refers to, with the pointer to it; `None` where the reference does not resolve, which is
    /// refused later.
    fn followed(&self, value: &'v Value, at: &str) -> Option<(&'v Value, String)> {
        let mut end = (value, at.to_owned());
        for _ in 0..LONGEST_CHAIN {
            let Some(target) = reference::target(end.0) else {
                let refers = end.0.get("$ref").is_some();
                return (!refers).then_some(end);
            };
            end = (pointer::find(self.root, &target)?, target);
        }
        None
    }

    /// Notes what a reference leads to, with all references on the way, so that it is lifted where it is.
    fn want(&mut self, value: &'v Value, role: Role) {
        let mut value = value;
        for _ in 0..LONGEST_CHAIN {
            let Some(target) = reference::target(value) else {
                break;
            };
            let Some(next) = pointer::find(self.root, &target) else {
                break;
            };
            self.elsewhere.insert(target, role);
            value = next;
        }
    }

    /// Lifts what references lead to outside of the fields of Swagger.
    fn lift_elsewhere(&mut self, lifted: &mut Value) -> Result<(), Wrong> {
        let mut done: Vec<String> = Vec::new();
        while let Some((at, role)) = self.elsewhere.pop_first() {
            let is_lifted = ["/paths", "/parameters", "/x-webhooks"]
                .into_iter()
                .chain(done.iter().map(String::as_str))
                .any(|place| at == place || pointer::below(&at, place).is_some());
            let Some(value) = pointer::find(self.root, &at).filter(|_| !is_lifted) else {
                continue;
            };
            let replacement = match role {
                Role::PathItem => self.path_item(value, &at)?,
                Role::Parameter if reference::target(value).is_some() => value.clone(),
                Role::Parameter => self.parameter(&written(value, &at)?, &at)?,
            };
            if let Some(place) = lifted.pointer_mut(&at) {
                *place = replacement;
            }
            done.push(at);
        }
        Ok(())
    }

    /// Makes the references to what was moved refer to its new place.
    fn rewrite_references(&self, lifted: &mut Value) {
        visit::objects_mut(lifted, &["$ref"], &mut |_, holder| {
            let reference = holder.get("$ref").and_then(Value::as_str);
            let target = reference.and_then(pointer::of_reference);
            if let Some(target) = target {
                let place = self.moved.place_of(&target);
                if place != target {
                    holder.insert("$ref".to_owned(), reference::to_place(&place).into());
                }
            }
        });
    }
}
