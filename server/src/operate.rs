//! The commands of an operator, which may run beside a server.

pub mod audit;
pub mod bootstrap;
pub mod doctor;
pub mod members;
pub mod prune;
pub mod tokens;

mod operator;
mod output;
