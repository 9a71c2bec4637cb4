//! Two schemas, compared part by part.

pub(crate) mod annotations;
mod assertions;
mod dispatch;
pub(crate) mod layers;
mod objects;
mod references;
mod scalar_keywords;
mod unions;
