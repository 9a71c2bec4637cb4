//! What the success of an operation that creates things says.

/// What an operation's success says of the thing that its answer names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Makes {
    /// It is new.
    New,
    /// It is new where the answer has this status.
    NewWith(u16),
    /// It is new where the request differs from all earlier ones.
    NewWhereFresh,
    /// It may have been there before, for this reason.
    Unknown(String),
}

impl Makes {
    /// Returns why what an answer names may have been there before.
    pub(super) fn why_not_new(&self, status: u16, is_fresh: bool) -> Option<String> {
        match self {
            Makes::New => None,
            Makes::NewWith(wanted) if status == *wanted => None,
            Makes::NewWith(_) => Some(format!(
                "the operation also answers with {status} where it was there before"
            )),
            Makes::NewWhereFresh if is_fresh => None,
            Makes::NewWhereFresh => Some(
                "the operation answers the same request twice with the same one and the same status"
                    .to_owned(),
            ),
            Makes::Unknown(why) => Some(why.clone()),
        }
    }
}
