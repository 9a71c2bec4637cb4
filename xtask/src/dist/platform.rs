//! A platform that programs are built for, and its names.

use std::fmt;
use std::process::Command;

use openapi::cli::{Exit, Failure};

/// A target of rustc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Platform {
    triple: String,
}

/// The names of a platform in npm: the fields `os`, `cpu` and `libc` of package.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeNames {
    pub(super) os: &'static str,
    pub(super) cpu: &'static str,
    pub(super) libc: Option<&'static str>,
}

impl NodeNames {
    /// The platforms of which a release has packages. The package that users install names no others: somebody else could
    /// publish what it names.
    pub(super) const ALL: &[Self] = &[
        Self::new("linux", "x64", Some("glibc")),
        Self::new("linux", "x64", Some("musl")),
        Self::new("linux", "arm64", Some("glibc")),
        Self::new("linux", "arm64", Some("musl")),
        Self::new("darwin", "x64", None),
        Self::new("darwin", "arm64", None),
        Self::new("win32", "x64", None),
    ];

    const fn new(os: &'static str, cpu: &'static str, libc: Option<&'static str>) -> Self {
        Self { os, cpu, libc }
    }

    /// Returns the end of the package's name, such as `linux-x64-musl`. `launcher.js` builds the same.
    pub(super) fn suffix(self) -> String {
        let musl = if self.libc == Some("musl") {
            "-musl"
        } else {
            ""
        };
        format!("{}-{}{musl}", self.os, self.cpu)
    }
}

impl Platform {
    /// Returns the platform of this machine, as rustc names it.
    pub(super) fn of_this_machine() -> Result<Self, Failure> {
        let described = rustc(&["-vV"])?;
        let triple = described
            .lines()
            .find_map(|line| line.strip_prefix("host: "));
        let triple =
            triple.ok_or_else(|| Failure::unreadable("`rustc -vV` names no host".to_owned()))?;
        Ok(Self {
            triple: triple.to_owned(),
        })
    }

    /// Returns a platform whose standard library is installed.
    pub(super) fn installed(triple: &str) -> Result<Self, Failure> {
        let folder = rustc(&["--print", "target-libdir", "--target", triple])?;
        if !std::path::Path::new(folder.trim()).is_dir() {
            return Err(Failure::new(
                Exit::Usage,
                format!("the target {triple} is not installed: run `rustup target add {triple}`"),
            ));
        }
        Ok(Self {
            triple: triple.to_owned(),
        })
    }

    pub(super) fn triple(&self) -> &str {
        &self.triple
    }

    pub(super) fn is_windows(&self) -> bool {
        self.triple.contains("-windows-")
    }

    pub(super) fn is_linux(&self) -> bool {
        self.triple.contains("-linux-")
    }

    /// Returns the file name of a program.
    pub(super) fn executable(&self, name: &str) -> String {
        format!("{name}{}", if self.is_windows() { ".exe" } else { "" })
    }

    /// Returns the names in npm; none if a release has no packages of this platform.
    pub(super) fn node(&self) -> Option<NodeNames> {
        let (architecture, system) = self.triple.split_once('-')?;
        let cpu = match architecture {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            _ => return None,
        };
        let (os, libc) = match system {
            "unknown-linux-gnu" => ("linux", Some("glibc")),
            "unknown-linux-musl" => ("linux", Some("musl")),
            "apple-darwin" => ("darwin", None),
            _ if self.is_windows() => ("win32", None),
            _ => return None,
        };
        let names = NodeNames { os, cpu, libc };
        NodeNames::ALL.iter().copied().find(|one| *one == names)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.triple)
    }
}

/// Runs rustc and returns what it printed.
fn rustc(arguments: &[&str]) -> Result<String, Failure> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| Failure::unreadable(format!("cannot run rustc: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(Exit::Usage, said.trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{NodeNames, Platform};

    fn node(triple: &str) -> Option<NodeNames> {
        let triple = triple.to_owned();
        Platform { triple }.node()
    }

    #[test]
    fn platforms_have_their_names_in_npm() {
        for (triple, suffix) in [
            ("x86_64-unknown-linux-gnu", Some("linux-x64")),
            ("aarch64-unknown-linux-musl", Some("linux-arm64-musl")),
            ("aarch64-apple-darwin", Some("darwin-arm64")),
            ("x86_64-pc-windows-gnu", Some("win32-x64")),
            ("aarch64-pc-windows-msvc", None),
            ("riscv64gc-unknown-linux-gnu", None),
        ] {
            let found = node(triple).map(NodeNames::suffix);
            assert_eq!(found.as_deref(), suffix, "{triple}");
        }
    }

    #[test]
    fn the_platforms_of_npm_are_those_of_a_release() {
        let workflow = include_str!("../../../.github/workflows/release.yml");
        let targets = workflow.lines().filter_map(|line| {
            let target = line.trim_start().strip_prefix("- target: ")?;
            Some(node(target).unwrap_or_else(|| panic!("npm has no {target}")))
        });
        let targets: Vec<NodeNames> = targets.collect();
        assert_eq!(targets.len(), NodeNames::ALL.len());
        assert!(NodeNames::ALL.iter().all(|one| targets.contains(one)));
    }
}
