//! What tests and benchmarks start — a PostgreSQL of their own, servers, processes, folders — and what ends it again, also when
//! whoever started it is killed.

pub mod cargo;
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
