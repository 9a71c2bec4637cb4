//! The largest real documents, found or downloaded, and kept below `target/bench`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use openapi::cli::Failure;
use testbed::{cargo, inputs};

/// Returns the folder that the variable names, or the usual one beside the workspace; `None` if neither is here.
pub(super) fn given(variable: &'static str, usual: &str) -> Result<Option<PathBuf>, Failure> {
    inputs::folder(variable, usual).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Makes the folder in which the inputs are kept.
pub(super) fn folder() -> Result<PathBuf, Failure> {
    let folder = cargo::target_directory().join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::unreadable(format!("cannot make {}: {error}", folder.display()))
    })?;
    Ok(folder)
}

/// Unpacks Stripe's pair. Prints that it is skipped and returns `None` if it is not here.
pub(super) fn stripe() -> Result<Option<(PathBuf, PathBuf)>, Failure> {
    let Some(packed) = given("OPENAPI_LARGE", "../shared/large")? else {
        return Ok(None);
    };
    let mut paths = Vec::new();
    for name in ["stripe.base.yaml", "stripe.revision.yaml"] {
        let to = folder()?.join(name);
        if !to.exists() {
            let from = packed.join(format!("{name}.xz"));
            let output = Command::new("xz")
                .args(["--decompress", "--stdout"])
                .arg(&from)
                .output();
            let text = match output {
                Ok(output) if output.status.success() => output.stdout,
                Ok(output) => {
                    let said = String::from_utf8_lossy(&output.stderr).into_owned();
                    return Err(Failure::unreadable(format!(
                        "cannot unpack {}: {said}",
                        from.display()
                    )));
                }
                Err(error) => {
                    anstream::println!(
                        "skipped: Stripe's pair needs xz (Debian's package xz-utils): {error}"
                    );
                    return Ok(None);
                }
            };
            write(&to, &text)?;
        }
        paths.push(to);
    }
    let [base, revision] = &paths[..] else {
        return Ok(None);
    };
    Ok(Some((base.clone(), revision.clone())))
}

/// Downloads GitHub's document from a version of its npm package. Prints that it is skipped and returns `None` if
/// npm does not deliver it.
pub(super) fn github(version: &str) -> Result<Option<PathBuf>, Failure> {
    let to = folder()?.join(format!("github-{version}.json"));
    if to.exists() {
        return Ok(Some(to));
    }
    let scratch = testbed::folder()
        .map_err(|error| Failure::unreadable(format!("cannot make a temporary folder: {error}")))?;
    let package = format!("@octokit/openapi@{version}");
    let packed = run(Command::new("npm")
        .args(["pack", "--silent", &package])
        .current_dir(scratch.path()));
    let Some(archive) = packed.as_deref().and_then(|out| out.lines().last()) else {
        anstream::println!(
            "skipped: GitHub's document {version} could not be obtained from npm as {package}"
        );
        return Ok(None);
    };
    let inside = "package/generated/api.github.com.json";
    let archive = scratch.path().join(archive);
    let unpacked = run(Command::new("tar")
        .arg("xzf")
        .arg(&archive)
        .arg(inside)
        .current_dir(scratch.path()));
    if unpacked.is_none() {
        anstream::println!("skipped: {package} could not be unpacked");
        return Ok(None);
    }
    let text = std::fs::read(scratch.path().join(inside))
        .map_err(|error| Failure::unreadable(format!("{package} has no {inside}: {error}")))?;
    write(&to, &text)?;
    Ok(Some(to))
}

/// Runs a command and returns its output if it succeeds.
fn run(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = path.with_extension("part");
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| Failure::unreadable(format!("cannot write {}: {error}", path.display())))
}

/// Returns a number of bytes in MiB.
#[allow(clippy::cast_precision_loss)]
pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
