//! The packages that a program is built from, as cargo resolves them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use openapi::cli::Failure;
use serde::Deserialize;

use super::platform::Platform;
use crate::cli::Installed;
use crate::programs;

/// A package's name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    pub(super) name: String,
    pub(super) version: String,
}

/// A package.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) id: Id,
    /// Whether its code is in the program: that of build scripts and macros is not.
    pub(super) is_linked: bool,
    /// The packages that it depends on.
    pub(super) uses: BTreeSet<Id>,
    pub(super) description: Option<String>,
    /// An SPDX expression, as the package has it.
    pub(super) license: Option<String>,
    pub(super) repository: Option<String>,
    /// The folder of its sources.
    pub(super) folder: PathBuf,
    /// The SHA-256 of the package in the registry.
    pub(super) checksum: Option<String>,
}

/// Returns the packages that a program is built from: first the program's own, then the others by name.
pub(super) fn of(program: Installed, platform: &Platform) -> Result<Vec<Dependency>, Failure> {
    let all = tree(program, platform, "normal,build")?;
    let linked = linked(&tree(program, platform, "normal")?);
    let mut uses: BTreeMap<&Id, BTreeSet<Id>> = BTreeMap::new();
    let mut above: Vec<&Id> = Vec::new();
    for line in &all {
        above.truncate(line.depth);
        if let Some(user) = above.last() {
            uses.entry(user).or_default().insert(line.id.clone());
        }
        uses.entry(&line.id).or_default();
        above.push(&line.id);
    }
    let described = metadata(platform)?;
    let checksums = checksums()?;
    let mut dependencies = Vec::new();
    for (id, uses) in &uses {
        let package = described.iter().find(|package| package.is(id));
        let package = package.ok_or_else(|| {
            let Id { name, version } = id;
            Failure::unreadable(format!("`cargo metadata` does not know {name} {version}"))
        })?;
        dependencies.push(Dependency {
            id: (*id).clone(),
            is_linked: linked.contains(*id),
            uses: uses.clone(),
            description: package.description.clone(),
            license: package.license.clone(),
            repository: package.repository.clone(),
            folder: package
                .manifest_path
                .parent()
                .unwrap_or(&package.manifest_path)
                .to_owned(),
            checksum: checksums.get(*id).cloned(),
        });
    }
    dependencies.sort_by_key(|one| (one.id.name != program.name(), one.id.clone()));
    Ok(dependencies)
}

/// A line of `cargo tree`.
struct Line {
    depth: usize,
    id: Id,
    is_macro: bool,
}

/// Runs `cargo tree` for the program.
fn tree(program: Installed, platform: &Platform, edges: &str) -> Result<Vec<Line>, Failure> {
    let output = programs::cargo_output(&[
        "tree",
        "--locked",
        "--package",
        program.name(),
        "--target",
        platform.triple(),
        "--edges",
        edges,
        "--prefix=depth",
        "--no-dedupe",
        "--format={p}",
    ])?;
    Ok(output.lines().filter_map(parse).collect())
}

/// Parses a line such as `2serde_derive v1.0.229 (proc-macro)`.
fn parse(line: &str) -> Option<Line> {
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let (depth, rest) = line.split_at(digits);
    let mut words = rest.split(' ');
    Some(Line {
        depth: depth.parse().ok()?,
        id: Id {
            name: words.next()?.to_owned(),
            version: words.next()?.strip_prefix('v')?.to_owned(),
        },
        is_macro: words.any(|word| word == "(proc-macro)"),
    })
}

/// Returns the packages outside of macros, which run in the compiler.
fn linked(lines: &[Line]) -> BTreeSet<Id> {
    let mut linked = BTreeSet::new();
    let mut of_macro: Option<usize> = None;
    for line in lines {
        if of_macro.is_some_and(|depth| line.depth > depth) {
            continue;
        }
        of_macro = line.is_macro.then_some(line.depth);
        if !line.is_macro {
            linked.insert(line.id.clone());
        }
    }
    linked
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

impl Package {
    fn is(&self, id: &Id) -> bool {
        self.name == id.name && self.version == id.version
    }
}

/// Returns what cargo knows of all packages.
fn metadata(platform: &Platform) -> Result<Vec<Package>, Failure> {
    let output = programs::cargo_output(&[
        "metadata",
        "--locked",
        "--format-version=1",
        "--filter-platform",
        platform.triple(),
    ])?;
    let metadata: Metadata = serde_json::from_str(&output)
        .map_err(|error| Failure::unreadable(format!("`cargo metadata`: {error}")))?;
    Ok(metadata.packages)
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Reads the checksums in Cargo.lock.
fn checksums() -> Result<BTreeMap<Id, String>, Failure> {
    let file = programs::workspace_root().join("Cargo.lock");
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
    let lock: Lock = text
        .and_then(|text| toml::from_str(&text).map_err(|error| error.to_string()))
        .map_err(|error| Failure::unreadable(format!("{}: {error}", file.display())))?;
    let locked = lock.package.into_iter();
    Ok(locked
        .filter_map(|one| {
            let (name, version) = (one.name, one.version);
            Some((Id { name, version }, one.checksum?))
        })
        .collect())
}
