//! What a test of one fault has seen, as `cargo xtask bench faults` prints it.

use std::fmt;
use std::time::Duration;

/// The figures of one case. What a case does not measure is left out.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) case: &'static str,
    /// Revocations that were acknowledged.
    pub(super) acknowledged: usize,
    /// Requests with a revoked token.
    pub(super) probes: usize,
    /// Those of them that were accepted.
    pub(super) accepted: usize,
    /// Tokens minted by a token after its revocation was acknowledged.
    pub(super) minted: Option<usize>,
    /// The time until the next good answer.
    pub(super) good_after: Option<Duration>,
    /// The most sessions of the database at the same time.
    pub(super) sessions: Option<u32>,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            acknowledged,
            probes,
            accepted,
            ..
        } = self;
        write!(
            formatter,
            "{case}: {acknowledged} acknowledged, {probes} probes, {accepted} accepted"
        )?;
        if let Some(minted) = self.minted {
            write!(
                formatter,
                ", {minted} tokens minted after an acknowledgement"
            )?;
        }
        if let Some(after) = self.good_after {
            write!(
                formatter,
                ", {:.1} s until the next good answer",
                after.as_secs_f64()
            )?;
        }
        if let Some(sessions) = self.sessions {
            write!(formatter, ", {sessions} sessions at most")?;
        }
        Ok(())
    }
}
