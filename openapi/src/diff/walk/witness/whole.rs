//! A whole message as both sides describe it: the schemas, their validators, and values that are sent.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use serde_json::Value;

use crate::diff::walk::node::Pair;
pub(crate) use crate::relation::Step;
use crate::schema::{Bundle, Direction, Validator};
use crate::{pointer, sample};

/// Both schemas of a whole by their addresses in the documents, and the direction of the message.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct WholeId<'a>(Address<'a>, Address<'a>, Direction);

impl<'a> WholeId<'a> {
    pub(crate) fn of(pair: &Pair<'a>, direction: Direction) -> Self {
        Self(
            Address(pair.base.value),
            Address(pair.revision.value),
            direction,
        )
    }
}

/// A value by its address. It outlives the comparison, so that no other value gets that address.
struct Address<'a>(&'a Value);

impl PartialEq for Address<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Address<'_> {}

impl Hash for Address<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

/// What both sides say of a whole message.
pub(crate) struct Whole {
    pub(super) sender: Rc<Bundle>,
    pub(super) receiver: Rc<Bundle>,
    sends: Validator,
    accepts: Validator,
    /// Values that are probably sent, and whether each is accepted.
    pub(super) sent: Vec<(Value, bool)>,
}

impl Whole {
    /// Compiles both schemas; `None` where one is not valid.
    pub(crate) fn of((sender, receiver): (Rc<Bundle>, Rc<Bundle>)) -> Option<Self> {
        let sends = Validator::new(&sender).ok()?;
        let accepts = Validator::new(&receiver).ok()?;
        let sent = sample::candidates(&sender).into_iter();
        let sent = sent.map(|value| {
            let is_accepted = accepts.accepts(&value);
            (value, is_accepted)
        });
        Some(Self {
            sent: sent.collect(),
            sender,
            receiver,
            sends,
            accepts,
        })
    }

    /// Returns whether the value is sent and not accepted.
    pub(super) fn breaks(&self, value: &Value) -> bool {
        self.sends.accepts(value) && !self.accepts.accepts(value)
    }

    /// Returns whether the value is rejected for something at the end of the trail, on the way there or below.
    pub(super) fn rejects_at(&self, value: &Value, trail: &[Step]) -> bool {
        let problems = self.accepts.problems(value);
        let mut places = problems.iter().map(|problem| problem.pointer.as_str());
        places.any(|place| is_along(trail, place))
    }

    /// Returns the pointer to the innermost part along the trail for which the value is rejected.
    pub(super) fn rejected_part(&self, value: &Value, trail: &[Step]) -> Option<String> {
        let places = self.accepts.rejected_parts(value).into_iter();
        let along = places.filter(|place| is_along(trail, place));
        let mut part = along.max_by_key(|place| pointer::tokens(place).count())?;
        // Alternatives are rejected as a whole: the trail leads further.
        let length = pointer::tokens(&part).count();
        for step in trail.iter().skip(length) {
            let further = match step {
                Step::Property(name) => pointer::join(&part, name),
                Step::Item => pointer::join(&part, "0"),
                Step::Position(index) => pointer::join(&part, &index.to_string()),
            };
            if value.pointer(&further).is_none() {
                break;
            }
            part = further;
        }
        Some(part)
    }
}

/// Returns whether a place in a value is on the way to the end of the trail, or below that.
fn is_along(trail: &[Step], place: &str) -> bool {
    let leads_there = |(step, token): (&Step, std::borrow::Cow<'_, str>)| match step {
        Step::Property(name) => *name == token,
        Step::Item => token.parse::<usize>().is_ok(),
        Step::Position(index) => token.parse() == Ok(*index),
    };
    trail.iter().zip(pointer::tokens(place)).all(leads_there)
}
