//! The operations that a run reached: those whose ordinary request got a documented success.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::case::{Outcome, Stop};

/// Whether an operation was reached.
#[derive(Debug, Clone)]
pub(crate) enum Reach {
    /// Its ordinary request got a documented success.
    Reached,
    /// It is not asked for: the operation of the catalogue, whose success uses up a token.
    Elsewhere,
    /// It did not.
    Not(Arc<Unreached>),
}

/// The reason why an operation was not reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unreached {
    /// The status that its ordinary request got; absent where there was no answer, or no request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<u16>,
    /// What happened in place of a documented success.
    pub reason: String,
    /// What the profile, the command line or the deployment has to give.
    pub needs: String,
}

/// The questions whether each operation is reached.
#[derive(Debug)]
pub(crate) struct Reaches(Vec<Asked<Reach>>);

impl Reach {
    /// Demands that the operation was reached: otherwise what held in a case about it proves nothing.
    pub(crate) fn demanded(&self) -> Outcome {
        match self {
            Reach::Reached | Reach::Elsewhere => Ok(()),
            Reach::Not(why) => Err(Stop::Unproven(format!(
                "the operation was not reached: {}; {}",
                why.reason, why.needs
            ))),
        }
    }

    /// Returns whether the operation was reached.
    pub(crate) fn is_reached(&self) -> bool {
        matches!(self, Reach::Reached)
    }
}

impl Reaches {
    pub(super) fn new(operations: usize) -> Reaches {
        Reaches((0..operations).map(|_| Asked::default()).collect())
    }

    /// Returns the question of an operation.
    pub(crate) fn of(&self, operation: usize) -> &Asked<Reach> {
        &self.0[operation]
    }

    /// Returns why an operation was not reached; `None` where it was, or where no case asked.
    pub(super) fn unreached(&self, operation: usize) -> Option<Unreached> {
        match self.0.get(operation)?.known()? {
            Reach::Reached | Reach::Elsewhere => None,
            Reach::Not(why) => Some(Unreached::clone(&why)),
        }
    }
}
