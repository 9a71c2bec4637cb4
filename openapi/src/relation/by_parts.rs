//! The relation of schemas that contain a contradiction, by their parts: from the whole of a contradiction everything
//! follows, so each part must be related as well.

use serde_json::{Map, Value, json};

use super::conjunction::Located;
use super::contradictions::is_in;
use super::outcome::Relation;
use crate::keywords;

type Relate = fn(&Value, &Value) -> Relation;

/// The deepest nesting of parts.
const DEEPEST: usize = 64;

/// Returns how the parts of two schemas, of the sender and of the receiver, are related: equal, compatible or unproven. `relate`
/// relates parts without a contradiction.
pub(super) fn relate_by_parts(relate: Relate, sender: &Value, receiver: &Value) -> Relation {
    let root = |schema: &Value| json!({"$defs": schema.get("$defs")});
    let roots = [root(sender), root(receiver)];
    let without_definitions = |schema: &Value| {
        let mut schema = schema.clone();
        if let Some(object) = schema.as_object_mut() {
            object.shift_remove("$defs");
        }
        schema
    };
    let [sender, receiver] = [sender, receiver].map(without_definitions);
    let parts = Parts {
        relate,
        roots: &roots,
        depth: 0,
    };
    parts.keywords(&sender, &receiver)
}

#[derive(Clone, Copy)]
struct Parts<'r> {
    relate: Relate,
    /// What holds the definitions of the sender and of the receiver.
    roots: &'r [Value; 2],
    depth: usize,
}

impl Parts<'_> {
    /// Relates two parts: as they are where neither contains a contradiction, else by their keywords.
    fn schemas(self, sender: &Value, receiver: &Value) -> Relation {
        if self.depth == DEEPEST {
            return Relation::Unproven;
        }
        let [old, new] =
            [(sender, &self.roots[0]), (receiver, &self.roots[1])].map(|(schema, root)| match root
                .get("$defs")
                .filter(|defs| !defs.is_null())
            {
                Some(_) => Located::whole(&[Located { schema, root }]),
                None => schema.clone(),
            });
        if !is_in(&old) && !is_in(&new) {
            return (self.relate)(&old, &new);
        }
        let parts = Self {
            depth: self.depth + 1,
            ..self
        };
        parts.keywords(sender, receiver)
    }

    fn keywords(self, sender: &Value, receiver: &Value) -> Relation {
        let (Value::Object(old), Value::Object(new)) = (sender, receiver) else {
            return if sender == receiver {
                Relation::Equal
            } else {
                Relation::Unproven
            };
        };
        if old.len() != new.len() {
            return Relation::Unproven;
        }
        let related = old.iter().map(|(keyword, old)| match new.get(keyword) {
            Some(new) => self.keyword(keyword, old, new),
            None => Relation::Unproven,
        });
        together(related)
    }

    fn keyword(self, keyword: &str, old: &Value, new: &Value) -> Relation {
        let is_child = matches!(keyword, "properties" | "patternProperties" | "items")
            || matches!(keyword, "additionalProperties" | "prefixItems");
        let relation = match (old, new) {
            (Value::Array(old), Value::Array(new)) if keywords::LISTS.contains(&keyword) => {
                self.lists(old, new, keyword == "prefixItems")
            }
            (Value::Object(old), Value::Object(new)) if keywords::MAPS.contains(&keyword) => {
                self.maps(old, new)
            }
            (old, new) if keywords::SINGLE.contains(&keyword) => self.schemas(old, new),
            // A reference is to a definition that both have, and is compared as text.
            (old, new) if old == new && (keyword != "$ref" || self.roots[0] == self.roots[1]) => {
                Relation::Equal
            }
            _ => Relation::Unproven,
        };
        match relation {
            Relation::Compatible if !is_child => Relation::Unproven,
            relation => relation,
        }
    }

    /// Relates two lists; where the order does not matter, each schema with one that is equal.
    fn lists(self, old: &[Value], new: &[Value], is_ordered: bool) -> Relation {
        if old.len() != new.len() {
            return Relation::Unproven;
        }
        if is_ordered {
            let pairs = old.iter().zip(new);
            return together(pairs.map(|(old, new)| self.schemas(old, new)));
        }
        let mut rest: Vec<&Value> = new.iter().collect();
        let is_matched = |old: &Value| {
            let mut others = rest.iter();
            let equal = others.position(|new| self.schemas(old, new) == Relation::Equal);
            equal.map(|index| rest.remove(index)).is_some()
        };
        if old.iter().all(is_matched) {
            Relation::Equal
        } else {
            Relation::Unproven
        }
    }

    fn maps(self, old: &Map<String, Value>, new: &Map<String, Value>) -> Relation {
        if old.len() != new.len() {
            return Relation::Unproven;
        }
        together(old.iter().map(|(name, old)| match new.get(name) {
            Some(new) => self.schemas(old, new),
            None => Relation::Unproven,
        }))
    }
}

/// Returns the relation of a whole whose parts are related like this.
fn together(parts: impl Iterator<Item = Relation>) -> Relation {
    let mut whole = Relation::Equal;
    for part in parts {
        match part {
            Relation::Equal => {}
            Relation::Compatible => whole = Relation::Compatible,
            Relation::Breaking(_) | Relation::Unproven => return Relation::Unproven,
        }
    }
    whole
}
