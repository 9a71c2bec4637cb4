//! What makes schemas of a document self-contained, and remembers them: a component is read once, however many schemas
//! refer to it, and a schema that is compared with several others is bundled once.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::bundle::{Names, assertions_of};
use super::direction::Direction;
use crate::document::Document;
use crate::hashed::HashMap;
use crate::size::size;

/// Returns the schema at `pointer` as a self-contained JSON Schema 2020-12 with assertions only.
///
/// `int32` and its like become ranges (OpenAPI 3.1 section 4.4). A pointer that does not resolve becomes the schema
/// that accepts everything.
#[must_use]
pub fn bundle(document: &Document, pointer: &str) -> Value {
    let schema = document.at(pointer).unwrap_or(&Value::Bool(true));
    bundle_value(document, schema, None)
}

/// Bundles the schema at `pointer` as [`bundle`] does, for messages in one direction: what they do not have is not required, and
/// in responses it is forbidden.
#[must_use]
pub fn bundle_for(document: &Document, pointer: &str, direction: Direction) -> Value {
    let schema = document.at(pointer).unwrap_or(&Value::Bool(true));
    let bundler = Bundler {
        forbidden: direction == Direction::Response,
        ..Bundler::new(document, Some(direction))
    };
    Rc::unwrap_or_clone(bundler.bundle(schema)).schema
}

/// Bundles a schema that was made from parts of `document`, for messages in one direction.
pub(crate) fn bundle_value(
    document: &Document,
    schema: &Value,
    direction: Option<Direction>,
) -> Value {
    let bundler = Bundler::new(document, direction);
    Rc::unwrap_or_clone(bundler.bundle(schema)).schema
}

/// A self-contained schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bundle {
    pub(super) schema: Value,
    /// The number of nodes of the schema and of its definitions.
    pub(crate) size: usize,
}

impl Bundle {
    fn of(schema: Value) -> Self {
        let size = size(&schema);
        Self { schema, size }
    }
}

impl Deref for Bundle {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.schema
    }
}

/// Bundles schemas that were made from parts of a document, for messages in one direction or in any.
pub(crate) struct Bundler<'a> {
    document: &'a Document,
    direction: Option<Direction>,
    /// Whether what the direction does not have is forbidden there, and not only left out.
    forbidden: bool,
    /// The schemas that others refer to, by their pointers.
    definitions: RefCell<HashMap<String, Rc<Bundle>>>,
    /// The bundles with definitions, by their schemas.
    bundles: RefCell<HashMap<Value, Known>>,
    /// The number of nodes in those.
    nodes: Cell<usize>,
}

/// A bundle that was asked for before.
enum Known {
    Whole(Rc<Bundle>),
    /// It has more nodes than this.
    Larger(usize),
}

/// The most nodes in all bundles that are remembered.
const REMEMBERED: usize = 500_000;

impl<'a> Bundler<'a> {
    pub(crate) fn new(document: &'a Document, direction: Option<Direction>) -> Self {
        Self {
            document,
            direction,
            forbidden: false,
            definitions: RefCell::default(),
            bundles: RefCell::default(),
            nodes: Cell::new(0),
        }
    }

    /// Bundles a schema.
    pub(crate) fn bundle(&self, schema: &Value) -> Rc<Bundle> {
        let bundle = self.bundle_within(schema, usize::MAX);
        bundle.unwrap_or_else(|| Rc::new(Bundle::of(Value::Bool(true))))
    }

    /// Bundles a schema; `None` when the bundle has more than `limit` nodes.
    pub(crate) fn bundle_within(&self, schema: &Value, limit: usize) -> Option<Rc<Bundle>> {
        match self.bundles.borrow().get(schema) {
            Some(Known::Whole(bundle)) => {
                return (bundle.size <= limit).then(|| Rc::clone(bundle));
            }
            Some(Known::Larger(than)) if limit <= *than => return None,
            Some(Known::Larger(_)) | None => {}
        }
        let made = self.made(schema, limit).map(Rc::new);
        let (known, nodes) = match &made {
            // It costs little to make it again.
            Some(bundle) if bundle.get("$defs").is_none() => return made,
            Some(bundle) => (Known::Whole(Rc::clone(bundle)), bundle.size),
            None => (Known::Larger(limit), size(schema)),
        };
        let mut bundles = self.bundles.borrow_mut();
        self.nodes.update(|all| all + nodes);
        if self.nodes.get() > REMEMBERED {
            bundles.clear();
            self.nodes.set(nodes);
        }
        bundles.insert(schema.clone(), known);
        made
    }

    /// Makes a bundle; `None` as soon as it has more than `limit` nodes.
    fn made(&self, schema: &Value, limit: usize) -> Option<Bundle> {
        let mut names = Names::default();
        let mut bundle = Bundle::of(assertions_of(
            self.document,
            schema,
            self.direction,
            self.forbidden,
        ));
        names.rename_references(&mut bundle.schema);
        let mut definitions = Map::new();
        while let Some((pointer, name)) = names.pending.pop() {
            let definition = self.definition(pointer);
            bundle.size += definition.size;
            if bundle.size > limit {
                return None;
            }
            let mut schema = definition.schema.clone();
            names.rename_references(&mut schema);
            definitions.insert(name, schema);
        }
        definitions.sort_keys();
        if let Value::Object(object) = &mut bundle.schema
            && !definitions.is_empty()
        {
            object.insert("$defs".to_owned(), Value::Object(definitions));
        }
        (bundle.size <= limit).then_some(bundle)
    }

    /// Returns the assertions of the schema at a pointer.
    fn definition(&self, pointer: String) -> Rc<Bundle> {
        let mut definitions = self.definitions.borrow_mut();
        let definition = definitions.entry(pointer).or_insert_with_key(|pointer| {
            // No validator knows what a dangling reference accepts, so nothing is proven of it.
            let unknown = json!({"$dynamicRef": "#dangling"});
            let target = self.document.at(pointer).unwrap_or(&unknown);
            Rc::new(Bundle::of(assertions_of(
                self.document,
                target,
                self.direction,
                self.forbidden,
            )))
        });
        Rc::clone(definition)
    }
}
