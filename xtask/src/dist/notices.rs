//! The notices of a program: its own licences, and those of the packages that it is built from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use openapi::cli::Failure;

use super::dependencies::Dependency;
use super::entry;
use crate::cli::Installed;
use crate::programs;

/// The beginnings of the names of files with licences and notices, in lower case.
const NAMES: [&str; 6] = [
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

const LINE: &str =
    "--------------------------------------------------------------------------------";

/// Builds the text. Each licence is there once, below the packages that have it.
pub(super) fn text(program: Installed, dependencies: &[Dependency]) -> Result<String, Failure> {
    let name = program.name();
    let mut text = format!(
        "{name} is licensed under MIT or Apache-2.0, at your choice. It is built from the packages below, some of which take \
         part in the build alone.\n"
    );
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let own = read(&programs::workspace_root().join(file))?;
        section(&mut text, file, &own);
    }
    let mut packages_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut without = Vec::new();
    for dependency in dependencies.iter().filter(|one| one.checksum.is_some()) {
        let files = files(&dependency.folder)?;
        let shown = shown(dependency);
        if files.is_empty() {
            without.push(shown.clone());
        }
        for file in files {
            let packages = packages_of.entry(read(&file)?).or_default();
            if !packages.contains(&shown) {
                packages.push(shown.clone());
            }
        }
    }
    if !without.is_empty() {
        let list = without.join("\n");
        section(&mut text, "Packages without a file of their licence", &list);
    }
    for (licence, packages) in packages_of {
        section(&mut text, &packages.join("\n"), &licence);
    }
    Ok(text)
}

/// Shows a package: `serde 1.0.229, MIT OR Apache-2.0, https://…`.
fn shown(dependency: &Dependency) -> String {
    let Dependency { id, .. } = dependency;
    let mut shown = format!("{} {}", id.name, id.version);
    let parts = [&dependency.license, &dependency.repository];
    for part in parts.into_iter().flatten() {
        shown.push_str(", ");
        shown.push_str(part);
    }
    shown
}

fn section(text: &mut String, title: &str, content: &str) {
    text.push_str(&format!("\n{LINE}\n{title}\n{LINE}\n\n{content}\n"));
}

/// Returns the files with licences and notices in a folder and those below it: packages contain code of others.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::unreadable(format!("cannot read {}: {error}", folder.display()))
    };
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).map_err(unreadable)? {
        let file = file.map_err(unreadable)?;
        let name = file.file_name().to_string_lossy().to_lowercase();
        let kind = file.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            found.extend(files(&file.path())?);
        } else if kind.is_file()
            && NAMES.iter().any(|begin| name.starts_with(begin))
            && !name.ends_with(".rs")
        {
            found.push(file.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a text without spaces at the ends of lines and empty lines around it, so that equal licences are equal.
fn read(file: &Path) -> Result<String, Failure> {
    let bytes = entry::read(file)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_matches('\n').to_owned())
}
