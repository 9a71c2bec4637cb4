//! `dist`: archives with all that belongs to a program. What users install with other programs is in `clients`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use testbed::cargo::{self, workspace_root};
use testbed::output::{stderr, stdout};

use crate::{built, oasproof};

/// The version of all programs, which is also xtask's.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns a command of `dist` that writes to a folder.
pub(crate) fn dist(out: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["dist", "--out"])
        .arg(out)
        .args(arguments)
        .current_dir(workspace_root());
    command
}

/// Runs a command, which must succeed; returns what it printed.
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = format!("{}{}", stdout(&output), stderr(&output));
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// Makes a folder with this checkout's programs, without what only debuggers read.
pub(crate) fn stripped() -> (tempfile::TempDir, PathBuf) {
    let folder = testbed::folder().expect("a folder");
    let [server, conformance] = built();
    for program in [oasproof(), &server, &conformance] {
        let name = program.file_name().expect("a name");
        let mut strip = Command::new("strip");
        strip.arg(program).arg("-o").arg(folder.path().join(name));
        succeed(&mut strip);
    }
    let path = folder.path().to_owned();
    (folder, path)
}

/// Returns the platform of this machine, as rustc names it.
fn host() -> String {
    let described = succeed(Command::new("rustc").arg("-vV"));
    let host = described
        .lines()
        .find_map(|line| line.strip_prefix("host: "));
    host.expect("a host").to_owned()
}

/// Returns what `cargo tree` names for a program as `NAME VERSION`, without packages of this workspace.
fn tree(program: &str) -> BTreeSet<String> {
    let mut tree = cargo::command();
    tree.current_dir(workspace_root())
        .args(["tree", "--locked", "--edges=normal,build", "--prefix=none"])
        .args(["--format={p}", "--package", program]);
    let output = tree.output().expect("cargo runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let listed = stdout(&output);
    let packages = listed.lines().filter(|line| !line.contains(" (/"));
    let packages = packages.filter_map(|line| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        Some(format!("{name} {version}"))
    });
    packages.collect()
}

#[test]
fn an_archive_has_a_program_that_runs_with_all_that_belongs_to_it() {
    let out = testbed::folder().expect("a folder");
    let out = out.path();
    let (_programs, programs) = stripped();
    let programs = programs.to_str().expect("UTF-8");
    let arguments = [
        "--only=archive",
        "--program=oasproof",
        "--program=server",
        "--built",
        programs,
    ];
    let said = succeed(&mut dist(out, &arguments));
    let name = format!("oasproof-v{VERSION}-{}", host());
    let service = format!("dz-tokens-v{VERSION}-{}", host());
    for file in [&name, &service] {
        let archive = format!("{file}.tar.gz");
        assert!(said.contains(&archive), "{said}");
        let mut unpack = Command::new("tar");
        unpack.current_dir(out).args(["-xzf", &archive]);
        succeed(&mut unpack);
    }
    let folder = out.join(&name);
    let version = succeed(Command::new(folder.join("oasproof")).arg("--version"));
    assert!(version.contains(VERSION), "{version}");
    for file in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "man/oasproof.1",
        "man/oasproof-diff.1",
        "completions/oasproof.fish",
        "completions/_oasproof",
        "completions/_oasproof.ps1",
    ] {
        let text = std::fs::read_to_string(folder.join(file));
        let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.len() > 500, "{file}: {text}");
    }
    let completions = folder.join("completions/oasproof.bash");
    succeed(Command::new("bash").arg("-n").arg(completions));
    let notices = std::fs::read_to_string(folder.join("NOTICES.txt")).expect("notices");
    for package in tree("oasproof") {
        assert!(notices.contains(&package), "{package} has no notice");
    }
    // BSD's licence asks for its text with the name of the holder.
    assert!(notices.contains("The Regents of the University") || notices.contains("Copyright"));
    let unit = out.join(&service).join("dz-tokens.service");
    assert!(unit.is_file(), "{}", unit.display());
    assert_bill_of_materials(out, &name, &folder.join("oasproof"));
    assert_checksums(out);
}

/// Asserts that the SBOM names the program, and each package with its part in it.
fn assert_bill_of_materials(out: &Path, name: &str, program: &Path) {
    let text = std::fs::read_to_string(out.join(format!("{name}.cdx.json"))).expect("an SBOM");
    let bill: Value = serde_json::from_str(&text).expect("JSON");
    let hash = succeed(Command::new("sha256sum").arg(program));
    let hash = hash.split(' ').next();
    let own = &bill["metadata"]["component"];
    assert_eq!(own["hashes"][0]["content"].as_str(), hash);
    assert_eq!(own["version"], VERSION);
    let components = bill["components"].as_array().expect("components");
    let of = |name: &str| {
        let mut components = components.iter();
        let found = components.find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name} is no component"))
    };
    for package in tree("oasproof") {
        let (name, version) = package.split_once(' ').expect("a version");
        let found = components
            .iter()
            .any(|one| one["name"] == name && one["version"] == version);
        assert!(found, "{package} is no component");
    }
    assert_eq!(of("serde_json")["scope"], "required");
    assert_eq!(
        of("serde_json")["licenses"][0]["expression"],
        "MIT OR Apache-2.0"
    );
    // A macro, and what only it depends on.
    for name in ["serde_derive", "quote"] {
        assert_eq!(of(name)["scope"], "excluded", "{name}");
    }
    let mut edges = bill["dependencies"].as_array().expect("edges").iter();
    let edges = edges
        .find(|one| one["ref"] == own["bom-ref"])
        .expect("ours");
    let serde = of("serde_json")["bom-ref"].as_str().expect("a reference");
    let uses = edges["dependsOn"].as_array().expect("references");
    assert!(uses.iter().any(|one| one == serde), "{uses:?}");
}

/// Asserts that each file has a checksum, which is right.
fn assert_checksums(out: &Path) {
    let sums = std::fs::read_to_string(out.join("SHA256SUMS")).expect("checksums");
    let named: Vec<&str> = sums
        .lines()
        .filter_map(|line| line.split("  ").nth(1))
        .collect();
    let files = std::fs::read_dir(out).expect("a folder");
    for file in files {
        let file = file.expect("an entry");
        let name = file.file_name().into_string().expect("UTF-8");
        let is_package = file.path().is_file() && name != "SHA256SUMS";
        assert_eq!(named.contains(&name.as_str()), is_package, "{name}");
    }
    let mut check = Command::new("sha256sum");
    succeed(
        check
            .current_dir(out)
            .args(["--check", "--strict", "SHA256SUMS"]),
    );
}

/// Runs `dist` with no program on the path.
fn dist_without_tools(arguments: &[&str]) -> Output {
    let out = testbed::folder().expect("a folder");
    let mut command = dist(out.path(), arguments);
    command.env("PATH", out.path());
    command.output().expect("xtask runs")
}

#[test]
fn a_kind_whose_tool_is_missing_is_an_error_that_names_the_tool_before_anything_is_built() {
    for (kind, install) in [
        ("wheel", "pip install maturin=="),
        ("image", "neither docker nor podman runs here"),
    ] {
        let output = dist_without_tools(&["--only", kind]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(install), "{said}");
    }
}

#[test]
fn a_target_that_is_not_installed_is_an_error_that_says_how_to_install_it() {
    let out = testbed::folder().expect("a folder");
    // A target of which rustup has no standard library.
    let arguments = ["--only=archive", "--target=x86_64-unknown-haiku"];
    let output = dist(out.path(), &arguments).output().expect("xtask runs");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let install = "run `rustup target add x86_64-unknown-haiku`";
    assert!(said.contains(install), "{said}");
}
