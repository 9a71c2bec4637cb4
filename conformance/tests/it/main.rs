//! The suite as its users run it: the real binary, against the real server as a process, sound and broken.

mod clean;
mod command;
mod deployment;
mod hostile;
mod mutants;
mod profile;
mod proxy;
mod reports;
mod suite;
