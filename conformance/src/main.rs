//! Runs any deployment of a published operation through its contract, and through the promise behind it.
fn main() {}
