//! The packages for Debian, unpacked by dpkg below another root.

use std::path::Path;
use std::process::Command;

use super::tools::{cargo_deb, path_with};
use super::{assert_compares, file};
use crate::dist::{VERSION, dist, stripped, succeed};

/// Lets dpkg install a package below a folder.
fn dpkg(root: &Path, action: &str, package: &Path) {
    let database = root.join("var/lib/dpkg");
    for folder in ["info", "updates", "triggers"] {
        std::fs::create_dir_all(database.join(folder)).expect("the folder is ours");
    }
    std::fs::write(database.join("status"), "").expect("the folder is ours");
    let mut dpkg = Command::new("dpkg");
    dpkg.arg("--root")
        .arg(root)
        .arg("--log=/dev/null")
        // Another user than root may run the test; nothing that it depends on is in that database.
        .args(["--force-not-root", "--force-depends", action])
        .arg(package);
    succeed(&mut dpkg);
}

#[test]
#[ignore = "cargo xtask test --clients"]
fn dpkg_installs_a_program_with_pages_and_completions_and_the_service_with_its_unit() {
    let out = testbed::folder().expect("a folder");
    let out = out.path();
    let (_programs, programs) = stripped();
    let programs = programs.to_str().expect("UTF-8");
    let arguments = [
        "--only=deb",
        "--program=oasproof",
        "--program=server",
        "--built",
        programs,
    ];
    let mut dist = dist(out, &arguments);
    succeed(dist.env("PATH", path_with(cargo_deb())));

    let root = testbed::folder().expect("a folder");
    let root = root.path();
    let package = |name: &str| file(out, &format!("{name}_{VERSION}"), ".deb");
    dpkg(root, "--install", &package("oasproof"));
    assert_compares(&mut Command::new(root.join("usr/bin/oasproof")));
    for installed in [
        "usr/share/man/man1/oasproof.1",
        "usr/share/man/man1/oasproof-diff.1",
        "usr/share/bash-completion/completions/oasproof",
        "usr/share/zsh/vendor-completions/_oasproof",
        "usr/share/fish/vendor_completions.d/oasproof.fish",
    ] {
        assert!(root.join(installed).is_file(), "{installed}");
    }
    let notices = std::fs::read_to_string(root.join("usr/share/doc/oasproof/copyright"));
    assert!(notices.expect("a text").contains("Apache License"));

    // The script that makes its user would not find a shell below this root.
    dpkg(root, "--unpack", &package("dz-tokens"));
    let program = root.join("opt/dz-tokens/bin/server");
    let version = succeed(Command::new(program).arg("--version"));
    assert!(version.contains(VERSION), "{version}");
    let script = std::fs::read_to_string(root.join("var/lib/dpkg/info/dz-tokens.postinst"));
    let script = script.expect("a script");
    assert!(script.contains("systemd-sysusers"), "{script}");
    assert!(!script.contains("deb-systemd-invoke start"), "{script}");
    let users = std::fs::read_to_string(root.join("usr/lib/sysusers.d/dz-tokens.conf"));
    assert!(users.expect("users").contains("\nu dz-tokens "));
    let unit = std::fs::read_to_string(root.join("usr/lib/systemd/system/dz-tokens.service"));
    let unit = unit.expect("a unit");
    let (_, command) = unit.split_once("ExecStart=").expect("a command");
    let program = command.split(' ').next().expect("a program");
    assert!(
        root.join(program.trim_start_matches('/')).is_file(),
        "{program}"
    );
}
