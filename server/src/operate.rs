//! The commands of an operator, which may run beside a server.

pub mod audit;
pub mod bootstrap;
pub mod doctor;
