//! Tests of the real binary, over real HTTP, on a SQLite file or a PostgreSQL database.

mod harness;

mod audit;
mod authentication;
mod bootstrap;
mod certificates;
mod clients;
mod command_line;
mod companions;
mod configuration;
mod deploy;
mod doctor;
mod document;
mod documentation;
mod durability;
mod faults;
mod forger;
mod hostile;
mod http;
mod input;
mod keys;
mod metrics;
mod mistakes;
mod on_postgres;
mod operations;
mod operators;
mod postgres;
mod rate_limits;
mod revocation;
mod samples;
mod secrecy;
mod small_disk;
mod tenancy;
mod timing_sampling;
mod tls;
mod traces;
