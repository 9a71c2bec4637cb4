//! The command line of `dist`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Installed;

pub(crate) const DIST_HELP: &str = "\
For each program and target:
  archive  PROGRAM-vVERSION-TARGET.tar.gz, .zip for Windows: the program, manual
           pages, completions, licences and the notices of its dependencies;
           beside it an SBOM (CycloneDX 1.5)
  npm      a package with the program, and the one that users install
  wheel    a package for PyPI, by maturin
  deb      a package for Debian, by cargo-deb
And for this machine:
  image    an image of the server, by docker or podman

SHA256SUMS has the checksum of every file in the folder. A kind whose tool is
missing is left out, and said to be; with --only it is an error.

Exit codes:
  0  made, but for what is said to be left out
  2  wrong usage
  3  something does not build, or a tool that was asked for does not run

Examples:
  cargo xtask dist
  cargo xtask dist --only archive --only npm --program oasproof
  cargo xtask dist --target x86_64-unknown-linux-musl --out packages";

/// Options of `dist`.
#[derive(Debug, Args)]
pub(crate) struct Dist {
    /// An installed target to build for, any number of times [default: this machine's]
    #[arg(long = "target", value_name = "TRIPLE")]
    pub(crate) targets: Vec<String>,
    /// The folder for the packages [default: target/dist]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Make only this kind, any number of times
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) only: Vec<Kind>,
    /// Package only this program, any number of times
    #[arg(long = "program", value_enum, value_name = "PROGRAM")]
    pub(crate) programs: Vec<Installed>,
    /// The profile of cargo to build with
    #[arg(long, value_name = "NAME", default_value = "release")]
    pub(crate) profile: String,
    /// Package the programs in this folder, which are for this machine, instead of building them; maturin, which builds
    /// what it packages, is left out
    #[arg(long, value_name = "DIR", conflicts_with_all = ["targets", "profile"])]
    pub(crate) built: Option<PathBuf>,
}

/// A kind of package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Archive,
    Npm,
    Wheel,
    Deb,
    Image,
}
