//! The parts of the contract that a run exercised and observed, by JSON pointer.
//!
//! A part of a request is *exercised* when a request carried it and *observed* when such a request got an answer of a
//! documented status. A part of an answer is *exercised* when a case ran that covers it and *observed* when an answer
//! showed it.

mod parts;
mod tracker;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deployment::reach::Unreached;

pub(crate) use tracker::{Tracker, matches};

/// How much of the contract a run reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// How many parts the contract declares.
    pub declared: usize,
    /// How many of them the run exercised.
    pub exercised: usize,
    /// How many of them the run observed.
    pub observed: usize,
    /// The operations, in the document's order.
    #[serde(default)]
    pub operations: Vec<CoveredOperation>,
    /// The parts, in the document's order.
    pub parts: Vec<CoveredPart>,
    /// Answers to the contract's operations whose status the contract does not name.
    pub undocumented: Vec<Undocumented>,
}

/// What a run reached of an operation. Statuses are written as the contract names them: `404`, `4XX`, `default`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredOperation {
    /// The operation, such as `POST /api/v1/tokens/{token_id}/revoke`.
    pub operation: String,
    /// Whether it succeeded at least once: its ordinary request, if a case asked for it.
    pub reached: bool,
    /// Why it was not reached, although a case about it was selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreached: Option<Unreached>,
    /// The statuses that the contract documents.
    pub documented: Vec<String>,
    /// Those of them that a case tried to cause.
    pub provoked: Vec<String>,
    /// Those of them that were answered.
    pub observed: Vec<String>,
    /// Where the values of its ordinary requests came from, by place: `path.order_id`, `body`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueOrigin>,
    /// What the derived cases leave out: `12 of 24 values of the body are tested`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Where a value of an operation's ordinary requests came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValueOrigin {
    /// The place in the request: `path.order_id`, `query.limit`, `body`.
    pub place: String,
    /// Where the value came from: the profile, a link, an answer, an example, a default, or a sample.
    pub origin: String,
}

/// A part of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredPart {
    /// The operation, such as `POST /api/v1/tokens/{token_id}/revoke`.
    pub operation: String,
    /// The JSON pointer into the contract's document. A component's property appears once for each answer that has it.
    pub pointer: String,
    /// What it is.
    pub kind: PartKind,
    /// A name for people: `201`, `path token_id`, `201 data.revoked_at`.
    pub name: String,
    /// Whether the run did something that concerns it.
    pub exercised: bool,
    /// Whether the deployment showed it.
    pub observed: bool,
}

/// What a part of the contract is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// A parameter in path, query, header or cookie.
    Parameter,
    /// A media type of the request's body.
    RequestBody,
    /// A property somewhere in the request's body.
    RequestProperty,
    /// A status of an answer.
    Status,
    /// A media type of an answer.
    MediaType,
    /// A property somewhere in an answer's body.
    ResponseProperty,
}

/// A status that was answered and that the contract does not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undocumented {
    /// The operation.
    pub operation: String,
    /// The status.
    pub status: u16,
    /// How often.
    pub times: u64,
}

impl PartKind {
    pub(crate) fn is_of_answers(self) -> bool {
        match self {
            PartKind::Status | PartKind::MediaType | PartKind::ResponseProperty => true,
            PartKind::Parameter | PartKind::RequestBody | PartKind::RequestProperty => false,
        }
    }
}
