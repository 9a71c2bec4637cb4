//! The suite as its users run it: the real binary against the real server as a process, correct and broken.

mod browser;
mod cargo_test;
mod clean;
mod command;
mod compare;
mod deployment;
mod ends;
mod fixtures;
mod generated;
mod hostile;
mod local;
mod mistakes;
mod mutants;
mod node;
mod notes;
mod profile;
mod proxy;
mod publish;
mod render;
mod reports;
mod safety;
mod sample;
mod suite;
mod tls;
mod upstream;
