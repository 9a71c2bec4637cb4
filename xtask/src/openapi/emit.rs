//! `openapi emit`: what the server emits, into the committed file.

use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure, Outcome};
use crate::programs::{self, Program};

/// The committed file: a review shows the change of the contract beside the change of the code.
pub(crate) fn committed() -> PathBuf {
    programs::workspace_root().join("openapi/emitted/server.json")
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
        anstream::println!("openapi/emitted/server.json is fresh");
        return Ok(Exit::Success);
    }
    std::fs::write(&path, text).map_err(|error| {
        Failure::unreadable(format!("cannot write {}: {error}", path.display()))
    })?;
    anstream::println!("openapi/emitted/server.json written");
    Ok(Exit::Success)
}
