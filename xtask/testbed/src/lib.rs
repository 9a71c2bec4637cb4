//! What tests and benchmarks start: a PostgreSQL, servers, deployments, a browser, processes, folders. All of it ends when
//! the process that started it ends, also when that process is killed.
//!
//! ```
//! let folder = testbed::folder()?;
//! let file = folder.path().join("openapi.json");
//! std::fs::write(&file, "{}")?;
//! drop(folder);
//! assert!(!file.exists());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The feature `chromium`, off by default, adds a browser that a test drives.

use std::fmt::Display;
use std::io::Write as _;

pub mod cargo;
#[cfg(feature = "chromium")]
pub mod chromium;
pub mod deployment;
pub mod files;
pub mod git;
pub mod help;
pub mod inputs;
pub mod installed;
pub mod listening;
pub mod output;
pub mod postgres;
pub mod reaper;
pub mod shop;
pub mod users;

/// Makes a temporary folder, which is removed when this is dropped or the process ends.
///
/// # Errors
///
/// The system's error.
pub fn folder() -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::TempDir::new()?;
    reaper::remove(folder.path());
    Ok(folder)
}

/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";

/// Makes the same kind of folder in memory, where the system has such: what is measured there waits for no disk.
///
/// # Errors
///
/// The system's error.
pub fn folder_in_memory() -> std::io::Result<tempfile::TempDir> {
    let folder = match std::path::Path::new(MEMORY).is_dir() {
        true => tempfile::TempDir::new_in(MEMORY)?,
        false => tempfile::TempDir::new()?,
    };
    reaper::remove(folder.path());
    Ok(folder)
}

/// The environment variable under which a test fails if something that it needs is not installed. `cargo xtask test`, which
/// installs what the tests need, sets it.
pub const COMPLETE: &str = "DZ_TEST_COMPLETE";

/// Prints that a test is skipped because something is not installed.
///
/// # Panics
///
/// If [`COMPLETE`] is set.
pub fn skip(missing: &dyn Display) {
    let complete = std::env::var_os(COMPLETE).is_some();
    assert!(!complete, "{COMPLETE} is set, and {missing}");
    print_skipped(missing);
}

/// Prints why a test is skipped, directly to standard output: libtest shows what a test prints only if it fails, and
/// `cargo xtask test` counts these lines.
pub fn print_skipped(why: &dyn Display) {
    let thread = std::thread::current();
    // libtest gives a test's thread the name of the test.
    let test = thread.name().filter(|name| *name != "main");
    let test = test.map(|name| format!("{name}: ")).unwrap_or_default();
    let _ = std::io::stdout().write_all(format!("skipped: {test}{why}\n").as_bytes());
}
