//! Reports of a comparison for people and programs: pure functions from [`crate::diff::Diff`] to a writer. Colour is
//! data here; the owner of the terminal decides whether it is shown.

pub mod changelog;
mod counts;
pub mod github;
mod grouping;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod page;
mod report;
pub mod rules;
pub mod sarif;
pub mod text;
pub mod version;

pub use report::{Grouping, Report};
