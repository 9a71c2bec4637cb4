//! A comparison as people and machines read it: pure functions from [`crate::diff::Diff`] onto a
//! writer. Colour is data here, and whoever owns the terminal decides whether it is shown.

mod counts;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod markup;
mod report;
pub mod rules;
pub mod sarif;
mod sentence;
pub mod text;
pub mod visible;

pub use report::Report;
