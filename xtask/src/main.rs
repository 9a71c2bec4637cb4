//! The project's commands: emit, check and compare contracts, verify the whole, run the tests.
fn main() {}
