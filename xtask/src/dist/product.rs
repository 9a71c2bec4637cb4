//! A program that is packaged for a platform, with the files that belong to it.

use std::path::{Path, PathBuf};

use openapi::cli::Failure;

use super::dependencies::{self, Dependency};
use super::entry::{self, Entry};
use super::notices;
use super::platform::Platform;
use crate::cli::Installed;
use crate::{folders, programs};

/// The version of all programs.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Completions: the shell's name, and those of files for a program.
const SHELLS: [(&str, &str, &str); 4] = [
    ("bash", "", ".bash"),
    ("zsh", "_", ""),
    ("fish", "", ".fish"),
    ("powershell", "_", ".ps1"),
];

/// A program for a platform.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) program: Installed,
    pub(super) platform: Platform,
    /// The program.
    pub(super) binary: PathBuf,
    /// What it is built from.
    pub(super) dependencies: Vec<Dependency>,
    /// Manual pages, completions and notices.
    pub(super) share: Vec<Entry>,
}

/// Returns whether a program runs on a platform.
pub(super) fn runs_on(program: Installed, platform: &Platform) -> bool {
    match program {
        Installed::Oasproof | Installed::Conformance => true,
        Installed::Server => !platform.is_windows(),
    }
}

impl Product {
    /// Builds a program, as `cargo install` does.
    pub(super) fn build(
        program: Installed,
        platform: Platform,
        host: &Platform,
        profile: &str,
    ) -> Result<Self, Failure> {
        let mut build = programs::cargo();
        build
            .args(["build", "--locked", "--profile", profile])
            .args(["--package", program.name(), "--bin", program.name()]);
        if platform == *host {
            let binary = programs::built_by(&mut build, program.name())?;
            return Self::new(program, platform, binary.clone(), &binary);
        }
        build.args(["--target", platform.triple()]);
        let binary = programs::built_by(&mut build, program.name())?;
        // The pages do not depend on the platform, but a program for another one may not run here.
        let mut here = programs::cargo();
        here.args(["build", "--locked", "--workspace", "--bin", program.name()]);
        let writer = programs::built_by(&mut here, program.name())?;
        Self::new(program, platform, binary, &writer)
    }

    /// Takes a program that was built for this machine.
    pub(super) fn of_built(
        program: Installed,
        platform: Platform,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let binary = folder.join(platform.executable(program.name()));
        Self::new(program, platform, binary.clone(), &binary)
    }

    /// Collects the files that belong to a program. `writer` is the same program for this machine.
    fn new(
        program: Installed,
        platform: Platform,
        binary: PathBuf,
        writer: &Path,
    ) -> Result<Self, Failure> {
        let dependencies = dependencies::of(program, &platform)?;
        let mut share = pages(writer)?;
        for (shell, before, after) in SHELLS {
            let script = programs::output(writer, &["completions", shell])?;
            let path = format!("completions/{before}{}{after}", program.name());
            share.push(Entry::text(path, script));
        }
        let notices = notices::text(program, &dependencies)?;
        share.push(Entry::text("NOTICES.txt", notices));
        Ok(Self {
            program,
            platform,
            binary,
            dependencies,
            share,
        })
    }

    /// Returns the name of its archive, without the ending.
    pub(super) fn archive_name(&self) -> String {
        let name = match self.program {
            Installed::Server => "dz-tokens",
            Installed::Oasproof | Installed::Conformance => self.program.name(),
        };
        format!("{name}-v{VERSION}-{}", self.platform)
    }

    /// Returns the folder of its package in the workspace.
    pub(super) fn folder(&self) -> PathBuf {
        programs::workspace_root().join(match self.program {
            Installed::Oasproof => "openapi",
            Installed::Conformance | Installed::Server => self.program.name(),
        })
    }

    /// Returns what its package says that it is.
    pub(super) fn description(&self) -> &str {
        let own = self
            .dependencies
            .iter()
            .find(|one| one.id.name == self.program.name());
        own.and_then(|own| own.description.as_deref())
            .unwrap_or_default()
    }

    /// Returns the file name of the program.
    pub(super) fn executable(&self) -> String {
        self.platform.executable(self.program.name())
    }

    /// Reads the licences and the README.
    pub(super) fn documents(&self) -> Result<Vec<Entry>, Failure> {
        let root = programs::workspace_root();
        Ok(vec![
            Entry::file("LICENSE-APACHE", &root.join("LICENSE-APACHE"))?,
            Entry::file("LICENSE-MIT", &root.join("LICENSE-MIT"))?,
            Entry::file("README.md", &self.folder().join("README.md"))?,
        ])
    }
}

/// Lets a program write its manual pages.
fn pages(writer: &Path) -> Result<Vec<Entry>, Failure> {
    let folder = folders::temporary()?;
    let path = folder.path().to_string_lossy();
    programs::output(writer, &["man", &path])?;
    entry::files(folder.path())?
        .iter()
        .map(|page| {
            let name = page.file_name().unwrap_or_default().to_string_lossy();
            Ok(Entry::text(format!("man/{name}"), entry::read(page)?))
        })
        .collect()
}
