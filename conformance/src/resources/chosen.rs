//! What a request has that the suite chose: its parameters and its body.

use serde_json::Value;

use super::origin::Origin;
use super::scope::Bound;
use crate::case::sample::Location;

/// What an ordinary request of an operation has.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// The index of the operation in the contract's document.
    pub(crate) operation: usize,
    /// The parameters, in the contract's order; then those that only the profile names. A parameter that is not among them
    /// is left out, or set by the caller.
    pub(crate) parameters: Vec<ChosenParameter>,
    /// The body.
    pub(crate) body: Option<ChosenBody>,
}

/// The value of a parameter.
#[derive(Debug, Clone)]
pub(crate) struct ChosenParameter {
    pub(crate) location: Location,
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// The value of a body. Of a body that is not JSON it is what its schema describes: of a form an object, of a text a text.
#[derive(Debug, Clone)]
pub(crate) struct ChosenBody {
    pub(crate) media_type: String,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// A thing that a case made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) bound: Bound,
    /// What was sent to make it.
    pub(crate) chosen: Chosen,
}
