//! Values that a schema probably accepts.

mod objects;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::keyword_values::{count, list};
use super::numbers::{fractions, integers};
use super::strings;
use super::types::{ordinary, types_of};
use crate::hashed::{HashMap, HashSet};
use crate::pointer;
use crate::schema;

/// The most candidates of one schema.
pub(super) const MOST_CANDIDATES: usize = 24;
/// The most references and levels of nesting that are followed; deeper values are ordinary ones.
const DEPTH: usize = 12;
/// The most nodes of a value: the nodes that each level requires multiply.
const LARGEST: usize = 20_000;
/// The most nodes of all values that one sampler makes: the parts of a schema are merged in pairs, and what is merged
/// becomes a part.
const MOST_NODES: usize = 2_000_000;

/// The values of a schema.
type Samples = Rc<[Value]>;

/// Returns values that the self-contained `schema` probably accepts, simple ones first.
#[must_use]
pub fn candidates(schema: &Value) -> Vec<Value> {
    Sampler::new(schema).candidates()
}

/// Samples the schemas within one root.
pub(crate) struct Sampler<'a> {
    root: &'a Value,
    /// The values of a schema, by its address and the remaining depth. Without it, a schema would be sampled
    /// once for each path of references to it, of which there may be millions.
    cache: RefCell<HashMap<(*const Value, usize), Samples>>,
    /// The nodes that may still be made. Without any, schemas have no values.
    left: Cell<usize>,
    /// The most values of a schema.
    most: usize,
}

impl<'a> Sampler<'a> {
    pub(crate) fn new(root: &'a Value) -> Self {
        Self::of_few(root, MOST_CANDIDATES)
    }

    /// Builds a sampler of at most so many values of each schema.
    pub(crate) fn of_few(root: &'a Value, most: usize) -> Self {
        Self {
            root,
            cache: RefCell::new(HashMap::default()),
            left: Cell::new(MOST_NODES),
            most,
        }
    }

    /// Returns the values of the root.
    pub(crate) fn candidates(&self) -> Vec<Value> {
        self.values(self.root, DEPTH).to_vec()
    }

    /// Returns false when the nodes are used up.
    fn spend(&self, nodes: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(nodes));
        self.left.get() > 0
    }

    pub(crate) fn root(&self) -> &'a Value {
        self.root
    }

    /// Returns values that all of the schemas, which are within the root, probably accept.
    pub(crate) fn of_all(&self, schemas: impl IntoIterator<Item = &'a Value>) -> Vec<Value> {
        let mut schemas = schemas.into_iter().map(|schema| self.values(schema, DEPTH));
        let first = schemas.next().unwrap_or_else(|| ordinary().into());
        let more: Vec<Samples> = schemas.collect();
        let mut values = self.copied(&first);
        for more in &more {
            values = self.merged(values, more, |_| true);
            keep_distinct(&mut values, 2 * self.most);
        }
        values
    }

    fn values(&self, schema: &Value, depth: usize) -> Samples {
        let key = (std::ptr::from_ref(schema), depth);
        if let Some(values) = self.cache.borrow().get(&key) {
            return Rc::clone(values);
        }
        let mut values = match schema {
            Value::Bool(false) => Vec::new(),
            _ if self.left.get() == 0 => Vec::new(),
            Value::Object(object) if depth > 0 => self.of_object(object, depth - 1),
            _ => ordinary(),
        };
        keep_distinct(&mut values, self.most);
        values.retain(|value| {
            let size = schema::size(value);
            size <= LARGEST && self.spend(size)
        });
        let values: Samples = values.into();
        self.cache.borrow_mut().insert(key, Rc::clone(&values));
        values
    }

    fn first_value(&self, schema: &Value, depth: usize) -> Option<Value> {
        self.values(schema, depth).first().cloned()
    }

    fn of_object(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        if let Some(value) = schema.get("const") {
            return vec![value.clone()];
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return values.clone();
        }
        let composed = self.of_composition(schema, depth);
        let own = self.of_own_keywords(schema, depth, composed.is_some());
        match composed {
            Some(composed) if own.is_empty() => composed,
            Some(composed) => {
                let declares = |name: &str| {
                    let properties = schema.get("properties");
                    properties.is_some_and(|properties| properties.get(name).is_some())
                };
                self.merged(composed, &own, declares)
            }
            None => own,
        }
    }

    /// Returns the values of what a schema is composed of; `None` when it is not composed.
    fn of_composition(&self, schema: &Map<String, Value>, depth: usize) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        let mut is_composed = false;
        if let Some(target) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.target(reference))
        {
            is_composed = true;
            values.extend_from_slice(&self.values(target, depth));
        }
        for keyword in ["anyOf", "oneOf"] {
            for branch in list(schema, keyword) {
                is_composed = true;
                values.extend(self.values(branch, depth).iter().take(6).cloned());
            }
        }
        for branch in list(schema, "allOf") {
            is_composed = true;
            let own = self.values(branch, depth);
            let declared = self.declared(branch);
            values = self.merged(values, &own, |name| declared.contains(name));
        }
        is_composed.then_some(values)
    }

    /// Returns the properties that a schema, or one that it is composed of, declares.
    fn declared<'s>(&'s self, schema: &'s Value) -> HashSet<&'s str> {
        let mut names = HashSet::default();
        let mut seen: HashSet<*const Value> = HashSet::default();
        let mut pending = vec![schema];
        while let Some(schema) = pending.pop() {
            let Value::Object(object) = schema else {
                continue;
            };
            if !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            let properties = object.get("properties").and_then(Value::as_object);
            names.extend(
                properties
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str()),
            );
            let reference = object.get("$ref").and_then(Value::as_str);
            pending.extend(reference.and_then(|reference| self.target(reference)));
            let branches = ["allOf", "anyOf", "oneOf"].into_iter();
            pending.extend(branches.flat_map(|keyword| list(object, keyword)));
        }
        names
    }

    /// Merges the values of two parts of one schema: objects are merged pairwise, other values are kept. A member that
    /// the right part requires without declaring it keeps the value that the left part has for it.
    fn merged(
        &self,
        left: Vec<Value>,
        right: &[Value],
        declares: impl Fn(&str) -> bool,
    ) -> Vec<Value> {
        if left.is_empty() {
            return self.copied(right);
        }
        let mut values = Vec::new();
        for a in left.iter().take(6) {
            for b in right.iter().take(6) {
                if let (Value::Object(one), Value::Object(other)) = (a, b)
                    && self.spend(schema::size(a) + schema::size(b))
                {
                    let mut merged = one.clone();
                    for (name, member) in other {
                        if !merged.contains_key(name) || declares(name) {
                            merged.insert(name.clone(), member.clone());
                        }
                    }
                    values.push(Value::Object(merged));
                }
            }
        }
        values.extend(left);
        values.extend(self.copied(right));
        values
    }

    /// Copies values, as long as there are nodes left.
    fn copied(&self, values: &[Value]) -> Vec<Value> {
        let affordable = (values.iter()).take_while(|value| self.spend(schema::size(value)));
        affordable.cloned().collect()
    }

    fn target(&self, reference: &str) -> Option<&Value> {
        pointer::find(self.root, &pointer::of_reference(reference)?)
    }

    /// Returns the values of the keywords beside any composition: none for a composed schema whose other keywords
    /// assert nothing.
    fn of_own_keywords(
        &self,
        schema: &Map<String, Value>,
        depth: usize,
        is_composed: bool,
    ) -> Vec<Value> {
        let types = types_of(schema);
        if types.is_empty() {
            return if is_composed { Vec::new() } else { ordinary() };
        }
        // One value of each type first, so that the values of one type do not displace the others.
        let mut by_type: Vec<std::vec::IntoIter<Value>> = types
            .iter()
            .map(|kind| self.of_type(kind, schema, depth).into_iter())
            .collect();
        let mut values = Vec::new();
        loop {
            let count = values.len();
            values.extend(by_type.iter_mut().filter_map(Iterator::next));
            if values.len() == count {
                return values;
            }
        }
    }

    fn of_type(&self, kind: &str, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        match kind {
            "null" => vec![Value::Null],
            "boolean" => vec![json!(true), json!(false)],
            "integer" => integers(schema),
            "number" => {
                let mut values = integers(schema);
                values.extend(fractions(schema));
                values
            }
            "string" => strings::of_schema(schema)
                .into_iter()
                .map(Value::String)
                .collect(),
            "array" => self.arrays(schema, depth),
            "object" => self.objects(schema, depth),
            _ => Vec::new(),
        }
    }

    fn arrays(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        let minimum = count(schema, "minItems").unwrap_or(0);
        let maximum = count(schema, "maxItems").unwrap_or(usize::MAX);
        let fixed: Vec<Value> = list(schema, "prefixItems")
            .iter()
            .map_while(|item| self.first_value(item, depth))
            .collect();
        let mut items = match schema.get("items") {
            Some(item) => self.values(item, depth).to_vec(),
            None => ordinary(),
        };
        if let Some(wanted) = schema.get("contains") {
            items.splice(0..0, self.values(wanted, depth).iter().cloned());
        }
        let most = most_items(&items);
        let filled = |length: usize, first: usize| {
            let mut array: Vec<Value> = fixed.iter().take(length).cloned().collect();
            let rest = (first..items.len()).chain(0..first).cycle();
            if !items.is_empty() {
                array.extend(
                    rest.take(length.saturating_sub(fixed.len()).min(most))
                        .map(|i| items[i].clone()),
                );
            }
            Value::Array(array)
        };
        let contained = schema
            .get("contains")
            .map(|_| count(schema, "minContains").unwrap_or(1));
        let least = minimum.max(contained.unwrap_or(0));
        let mut values = vec![filled(least, 0)];
        let one = least.max(fixed.len() + 1).min(maximum);
        values.extend((0..items.len().min(8)).map(|first| filled(one, first)));
        values.push(filled(least.max(fixed.len()).min(maximum), 0));
        if maximum <= 1_000.min(most) {
            values.push(filled(maximum, 0));
        }
        values
    }
}

/// Returns the most items of an array, given the values of its items: nested arrays would not fit in memory.
pub(super) fn most_items(items: &[Value]) -> usize {
    let largest = items.iter().map(schema::size).max().unwrap_or(1);
    (2_000 / largest.max(1)).max(1)
}

/// Keeps the first of equal values, and at most so many.
fn keep_distinct(values: &mut Vec<Value>, most: usize) {
    let mut seen = HashSet::with_capacity_and_hasher(most, Default::default());
    let is_kept: Vec<bool> = (values.iter())
        .map(|value| seen.len() < most && seen.insert(value))
        .collect();
    let mut is_kept = is_kept.into_iter();
    values.retain(|_| is_kept.next().unwrap_or(true));
}
