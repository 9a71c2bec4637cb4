//! Edits of one place of a document that break by the letter, each with a message that shows it.
//!
//! `tests/it/seeded.rs` uses it as the benchmark does: by `#[path]`, so its modules have theirs as well.

#[path = "seeding/edits.rs"]
mod edits;
#[path = "seeding/instance.rs"]
mod instance;
#[path = "seeding/merging.rs"]
mod merging;
#[path = "seeding/messages.rs"]
pub(crate) mod messages;
#[path = "seeding/object_edits.rs"]
mod object_edits;
#[path = "seeding/operation_edits.rs"]
pub(crate) mod operation_edits;
#[path = "seeding/oracle.rs"]
mod oracle;
#[path = "seeding/places.rs"]
mod places;
#[path = "seeding/value_edits.rs"]
mod value_edits;

use std::cell::OnceCell;

use openapi::Document;
use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use serde_json::Value;

pub(crate) use edits::{Edit, Names};
pub(crate) use places::Place;

use edits::Leaf;
use instance::Sampler;
use messages::{Direction, Message, Operation, messages};
use places::Effect;

/// A document whose messages are edited.
pub(crate) struct Subject {
    /// As its text says; 3.0 is not read as 3.1.
    pub(crate) value: Value,
    pub(crate) document: Document,
    /// The messages of one operation.
    pub(crate) messages: Vec<Target>,
    is_3_0: bool,
}

/// A message with its places and the validator of the document's own schema.
pub(crate) struct Target {
    pub(crate) message: Message,
    pub(crate) places: Vec<Place>,
    validator: OnceCell<Option<jsonschema::Validator>>,
}

/// An edit that was made, and a message that shows the break.
pub(crate) struct Seeded {
    pub(crate) revision: Document,
    pub(crate) witness: Value,
}

/// How often a message is looked for.
const ATTEMPTS: u64 = 12;

impl Subject {
    /// Prepares an operation of a document; `None` if the document is refused.
    pub(crate) fn of(value: Value, operation: &Operation) -> Option<Self> {
        let document = Document::parse("base.json", &value.to_string()).ok()?;
        let is_3_0 = value["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.0"));
        let messages = messages(&value, operation)
            .into_iter()
            .map(|message| Target {
                places: places::places(&value, &message, !is_3_0),
                message,
                validator: OnceCell::new(),
            });
        Some(Self {
            messages: messages.collect(),
            value,
            document,
            is_3_0,
        })
    }

    /// Returns the edits of a place.
    pub(crate) fn edits(&self, target: &Target, place: &Place, names: Names) -> Vec<Edit> {
        match self.value.pointer(&place.pointer) {
            Some(schema) => {
                let direction = target.message.direction;
                let directions = match place.effect {
                    Effect::Same => vec![direction],
                    Effect::Reversed => vec![direction.reversed()],
                    Effect::Either => vec![direction, direction.reversed()],
                };
                (directions.into_iter())
                    .flat_map(|direction| edits::edits(schema, direction, self.is_3_0, names))
                    .collect()
            }
            None => Vec::new(),
        }
    }

    /// Returns the document after an edit.
    pub(crate) fn edited(&self, place: &Place, edit: &Edit) -> Option<Value> {
        let mut value = self.value.clone();
        *value.pointer_mut(&place.pointer)? = edit.schema.clone();
        Some(value)
    }

    /// Makes an edit; `None` if no message shows that it breaks, or the revision is no document.
    pub(crate) fn seed(
        &self,
        target: &Target,
        place: &Place,
        edit: &Edit,
        seed: u64,
    ) -> Option<Seeded> {
        let value = self.edited(place, edit)?;
        let revision = Document::parse("revision.json", &value.to_string()).ok()?;
        let message = &target.message;
        let of_document = |document: &Document| {
            oracle::validator(document.value(), &message.schema, message.direction)
        };
        let own = target
            .validator
            .get_or_init(|| of_document(&self.document))
            .as_ref()?;
        let edited = of_document(&revision)?;
        let (sent, sender, receiver) = match message.direction {
            Direction::Request => (&self.value, own, &edited),
            Direction::Response => (&value, &edited, own),
        };
        let root = sent.pointer(&message.schema)?;
        let steps: Vec<_> = place.steps.iter().chain(&edit.steps).cloned().collect();
        for attempt in 0..ATTEMPTS {
            let random = (attempt > 0).then(|| SmallRng::seed_from_u64(seed ^ (attempt << 48)));
            let mut sampler = Sampler::new(sent, message.direction, !self.is_3_0, random);
            let leaves = match &edit.leaf {
                Leaf::Of(schema) => sampler.part(schema).map(|leaf| vec![leaf]),
                Leaf::Items(count) => sampler
                    .array(sent.pointer(&place.pointer)?, *count)
                    .map(|leaf| vec![leaf]),
                Leaf::These(leaves) => Ok(leaves.clone()),
            };
            for leaf in leaves.unwrap_or_default() {
                let Some(readings) = oracle::readings(&leaf, message.carrier) else {
                    continue;
                };
                let mut whole = |leaf: &Value| sampler.whole(root, &steps, leaf);
                let Ok(witness) = whole(&leaf) else {
                    continue;
                };
                let refused = |value: &Value| !receiver.is_valid(value);
                if sender.is_valid(&witness)
                    && refused(&witness)
                    && readings
                        .iter()
                        .skip(1)
                        .all(|leaf| whole(leaf).is_ok_and(|value| refused(&value)))
                {
                    return Some(Seeded { revision, witness });
                }
            }
        }
        None
    }
}
