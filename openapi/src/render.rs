//! A comparison as people and machines read it: pure functions from [`crate::diff::Diff`] onto a
//! writer. Colour is data here, and whoever owns the terminal decides whether it is shown.

pub mod json;
pub mod rules;
pub mod text;
