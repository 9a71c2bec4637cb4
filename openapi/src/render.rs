//! A comparison as people and machines read it: pure functions from [`crate::diff::Diff`] onto a
//! writer. Colour is data here, and whoever owns the terminal decides whether it is shown.

mod counts;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod report;
pub mod rules;
pub mod sarif;
pub mod text;

pub use report::Report;

pub use crate::shown as visible;
pub use crate::shown::markdown as markup;
