//! The operations. A handler reads: who calls, in which business, may it; one call to the store; wrap in the envelope.

pub(crate) mod create;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod list;
pub(crate) mod metrics;
pub(crate) mod revoke;
