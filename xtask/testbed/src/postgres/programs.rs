//! PostgreSQL's programs, as Debian installs them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use super::error::StartError;

/// The environment variable with the URL of a server for tests, with a role that may create databases.
pub const GIVEN: &str = "DZ_TEST_POSTGRES";

/// The user that Debian's package creates.
const USER: &str = "postgres";

/// Returns the folder with the programs of the newest version.
///
/// # Errors
///
/// [`StartError::Missing`].
pub(super) fn folder() -> Result<PathBuf, StartError> {
    let versions = fs::read_dir("/usr/lib/postgresql").map_err(|_| StartError::Missing)?;
    versions
        .flatten()
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let programs = version.path().join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((number, programs))
        })
        .max()
        .map(|(_, programs)| programs)
        .ok_or(StartError::Missing)
}

/// Returns a program, to be run as the user of Debian's package if this process is root: it refuses to run as root.
pub(super) fn unprivileged(name: &str) -> Result<Command, StartError> {
    let path = folder()?.join(name);
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command
            .arg(format!("--reuid={USER}"))
            .arg(format!("--regid={USER}"))
            .arg("--clear-groups")
            .arg(path);
        command
    } else {
        Command::new(path)
    };
    // Without the terminal's signals: it must end after its clients.
    command.env_remove(GIVEN).current_dir("/").process_group(0);
    Ok(command)
}

/// Gives files to the user that the programs run as.
pub(super) fn hand_over(files: &[PathBuf]) -> Result<(), StartError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let given = Command::new("chown").arg(USER).args(files).output();
    match given {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(StartError::Failed(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}
