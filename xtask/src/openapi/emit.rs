//! `openapi emit`: what the server emits, into the committed file.

use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure, Outcome};
use crate::programs::{self, Program};

/// The committed file, from the workspace's folder: a review shows the change of the contract beside the
/// change of the code.
pub(crate) const FILE: &str = "openapi/emitted/server.json";

/// The committed file, from wherever this runs.
pub(crate) fn committed() -> PathBuf {
    programs::workspace_root().join(FILE)
}

/// The document that this server emits, as text.
pub(crate) fn emitted(server: &Path) -> Result<String, Failure> {
    programs::output(server, &["openapi"])
}

pub(crate) fn run() -> Outcome {
    let text = emitted(&programs::build(&[Program::Server])?.server()?)?;
    super::parse_own("what the server emits", &text)?;
    let path = committed();
    let unchanged = std::fs::read_to_string(&path).is_ok_and(|old| old == text);
    if unchanged {
        anstream::println!("{FILE} is fresh");
        return Ok(Exit::Success);
    }
    std::fs::write(&path, text).map_err(|error| {
        Failure::unreadable(format!("cannot write {}: {error}", path.display()))
    })?;
    anstream::println!("{FILE} written");
    Ok(Exit::Success)
}
