//! The command line: documents from files, git and standard input; options, reports and exit codes.
//!
//! The program `oasproof` is [`oasproof()`]. `cargo xtask openapi` has the same commands, made from the same parts.

mod all;
pub mod changelog;
pub mod check;
mod comparison;
pub mod diff;
mod exit;
mod git;
pub mod help;
mod input;
pub mod list;
#[cfg(feature = "network")]
mod network;
mod oasproof;
pub mod options;
mod output;
mod place;
mod policy;
pub mod rules;
pub mod suggest;
mod suggestion;
mod threshold;
mod waivers;

pub use exit::{Ending, Exit, Failure, Outcome, conclude};
pub use input::{parse, read, refuse_defects};
pub use oasproof::{command, oasproof, version};
pub use output::{print, write_to};
pub use waivers::ActiveWaivers;
