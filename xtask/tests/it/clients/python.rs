//! The wheel, and the SBOM as its own project's library reads it.

use std::process::Command;

use super::tools::{path_with, python};
use super::{assert_compares, file};
use crate::dist::{dist, stripped, succeed};

#[test]
#[ignore = "cargo xtask test --clients"]
fn pip_and_uvx_install_the_wheel_and_run_the_program() {
    let out = testbed::folder().expect("a folder");
    let out = out.path();
    let arguments = ["--only=wheel", "--program=oasproof", "--profile=dev"];
    succeed(dist(out, &arguments).env("PATH", path_with(python())));
    let wheel = file(out, "oasproof-", ".whl");

    let environment = testbed::folder().expect("a folder");
    let environment = environment.path();
    let mut create = Command::new("python3");
    succeed(create.args(["-m", "venv"]).arg(environment));
    let mut install = Command::new(environment.join("bin/pip"));
    succeed(install.args(["install", "--no-index"]).arg(wheel));
    assert_compares(&mut Command::new(environment.join("bin/oasproof")));

    let cache = testbed::folder().expect("a folder");
    let mut uvx = Command::new(python().join("uvx"));
    uvx.args(["--offline", "--no-index", "--find-links"])
        .arg(out)
        .arg("oasproof")
        .env("UV_CACHE_DIR", cache.path())
        .env("UV_TOOL_DIR", cache.path().join("tools"));
    assert_compares(&mut uvx);
}

const VALIDATE: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(sys.stdin.read())
sys.exit(str(error) if error else 0)
";

#[test]
#[ignore = "cargo xtask test --clients"]
fn bills_of_materials_follow_their_schema() {
    let out = testbed::folder().expect("a folder");
    let (_programs, programs) = stripped();
    let programs = programs.to_str().expect("UTF-8");
    succeed(&mut dist(
        out.path(),
        &["--only=archive", "--built", programs],
    ));
    let validate = |text: &str| {
        let mut python = Command::new(python().join("python"));
        let file = out.path().join("bill");
        std::fs::write(&file, text).expect("the folder is ours");
        let input = std::fs::File::open(file).expect("it is there");
        let output = python.args(["-c", VALIDATE]).stdin(input).output();
        let output = output.expect("Python runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    for program in ["oasproof", "conformance", "dz-tokens"] {
        let bill = file(out.path(), program, ".cdx.json");
        let text = std::fs::read_to_string(bill).expect("a text");
        let (is_valid, said) = validate(&text);
        assert!(is_valid, "{program}: {said}");
        let (is_valid, said) =
            validate(&text.replace("\"scope\": \"required\"", "\"scope\": \"used\""));
        assert!(!is_valid && said.contains("scope"), "{program}: {said}");
    }
}
