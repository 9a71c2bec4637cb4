//! What tests and benchmarks start — a PostgreSQL of their own, servers, processes, folders — and what ends it again, also when
//! whoever started it is killed.

use std::fmt::Display;
use std::io::Write as _;

pub mod cargo;
#[cfg(feature = "chromium")]
pub mod chromium;
pub mod listening;
pub mod postgres;
pub mod reaper;

/// A temporary folder, removed when this is dropped or the process ends.
///
/// # Errors
///
/// What the system answered.
pub fn folder() -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::TempDir::new()?;
    reaper::remove(folder.path());
    Ok(folder)
}

/// The environment variable under which no test may be left out because something is not installed: set by whoever has
/// installed what the tests need, as `cargo xtask test` does.
pub const COMPLETE: &str = "DZ_TEST_COMPLETE";

/// Says that a test is left out because this is not installed.
///
/// # Panics
///
/// Where [`COMPLETE`] is set.
pub fn skip(missing: &dyn Display) {
    let complete = std::env::var_os(COMPLETE).is_some();
    assert!(!complete, "{COMPLETE} is set, and {missing}");
    say_skipped(missing);
}

/// Says why a test is left out: past libtest, which shows what a test prints only where it fails.
pub fn say_skipped(why: &dyn Display) {
    let thread = std::thread::current();
    // libtest calls a test's thread as it calls the test.
    let test = thread.name().filter(|name| *name != "main");
    let test = test.map(|name| format!("{name}: ")).unwrap_or_default();
    let _ = writeln!(std::io::stderr(), "skipped: {test}{why}");
}
