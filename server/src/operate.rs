//! What an operator does beside a server.

pub mod audit;
pub mod bootstrap;
pub mod doctor;
