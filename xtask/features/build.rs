//! Makes cargo take the build dependencies of the manifest into account.

fn main() {}
