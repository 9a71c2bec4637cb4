//! `diff --all`: many documents at once.

use std::path::Path;

use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

use super::oasproof_in;

const FORMATS: [&str; 7] = [
    "text", "json", "markdown", "html", "junit", "github", "sarif",
];

/// Returns a document with one operation, whose response has a required property of this type.
fn document(path: &str, kind: &str) -> String {
    json!({"openapi": "3.1.0", "info": {"title": path, "version": "1.0.0"}, "paths": {path: {"get": {"responses": {"200": {
        "description": "ok", "content": {"application/json": {"schema": {"type": "object", "required": ["id"],
            "properties": {"id": {"type": kind}}}}}}}}}}})
    .to_string()
}

/// A repository with three documents, of which the working tree changes one, removes one and adds one.
struct Scene(Folder);

impl Scene {
    fn new() -> Self {
        let folder = Folder::new();
        let at = folder.path();
        for name in ["same", "changed", "removed"] {
            write(
                at,
                &format!("apis/{name}/openapi.json"),
                &document(&format!("/{name}"), "string"),
            );
        }
        write(at, ".gitignore", "node_modules\n");
        write(at, "apis/README.md", "These are no documents.\n");
        git::run(at, &["init", "--quiet", "--initial-branch", "main"]);
        git::run(at, &["add", "."]);
        git::run(at, &["commit", "--quiet", "--message", "apis"]);
        write(
            at,
            "apis/changed/openapi.json",
            &document("/changed", "integer"),
        );
        write(at, "apis/added/openapi.json", &document("/added", "string"));
        write(at, "node_modules/x/apis/ignored/openapi.json", "{}");
        std::fs::remove_dir_all(at.join("apis/removed")).expect("removed");
        Self(folder)
    }

    fn diff(&self, arguments: &[&str]) -> (i32, String, String) {
        let arguments = [&["diff"], arguments].concat();
        let output = oasproof_in(self.0.path(), &arguments);
        let code = output.status.code().expect("an exit code");
        (code, stdout(&output), stderr(&output))
    }

    fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, report, errors) = self.diff(&[arguments, &["--format", "json"]].concat());
        let report = serde_json::from_str(&report);
        (
            code,
            report.unwrap_or_else(|error| panic!("{error}: {errors}")),
        )
    }
}

fn write(at: &Path, file: &str, text: &str) {
    let path = at.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    std::fs::write(path, text).expect("a file");
}

/// Returns the revision's name and the verdict of each document of a report.
fn verdicts(report: &Value) -> Vec<(&str, &str)> {
    let documents = report["documents"].as_array().expect("documents").iter();
    let pairs = documents.map(|document| (&document["revision"], &document["verdict"]));
    pairs
        .map(|(name, verdict)| {
            (
                name.as_str().expect("a name"),
                verdict.as_str().expect("a word"),
            )
        })
        .collect()
}

const GLOB: &str = "apis/**/openapi.json";

#[test]
fn the_working_tree_is_compared_with_a_revision() {
    let scene = Scene::new();
    let (code, report) = scene.report(&["--all", GLOB, "main:"]);
    assert_eq!(code, 1);
    assert_eq!(report["verdict"], "breaking");
    assert_eq!(
        verdicts(&report),
        [
            ("apis/added/openapi.json", "additive"),
            ("apis/changed/openapi.json", "breaking"),
            ("apis/removed/openapi.json", "breaking"),
            ("apis/same/openapi.json", "identical"),
        ]
    );
    let documents = &report["documents"];
    let only = |index: usize| &documents[index]["changes"][0];
    assert_eq!(only(0)["rule"], "document-added");
    assert_eq!(only(0)["operations"], json!(["GET /added"]));
    assert_eq!(only(2)["rule"], "document-removed");
    assert_eq!(only(2)["operations"], json!(["GET /removed"]));
    assert_eq!(documents[2]["base"], "main:apis/removed/openapi.json");
    // Each is what the comparison of the one document is.
    let name = "apis/changed/openapi.json";
    let (_, single) = scene.report(&[&format!("main:{name}"), name]);
    assert_eq!(documents[1], single);
}

#[test]
fn every_format_is_one_report() {
    let scene = Scene::new();
    for format in FORMATS {
        let (code, report, errors) = scene.diff(&["--all", GLOB, "main:", "--format", format]);
        assert_eq!(code, 1, "{errors}");
        for name in ["added", "changed", "removed"] {
            let name = format!("apis/{name}/openapi.json");
            assert!(report.contains(&name), "{format}, {name}: {report}");
        }
        let last = "breaking: 4 documents: 2 breaking, 1 additive, 1 identical\n";
        match format {
            "text" => {
                let last = format!("{last}exit 1: 2 changes are breaking\n");
                assert!(report.ends_with(&last), "{report}");
            }
            "github" => assert!(report.ends_with(last), "{report}"),
            "markdown" => {
                assert!(
                    report.starts_with(
                        "# OpenAPI: breaking\n\n4 documents: 2 breaking, 1 additive, 1 identical.\n"
                    ),
                    "{report}"
                );
            }
            "html" => {
                assert_eq!(report.matches("<html").count(), 1);
                let ids: Vec<_> = report
                    .split(" id=\"")
                    .skip(1)
                    .map(|rest| rest.split('"').next())
                    .collect();
                let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
                assert_eq!(ids.len(), distinct.len(), "{ids:?}");
            }
            "junit" => assert_eq!(report.matches("<testsuite ").count(), 4, "{report}"),
            "sarif" => {
                let log: Value = serde_json::from_str(&report).expect("JSON");
                assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
                assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(3));
            }
            _ => {}
        }
    }
}

#[test]
fn revisions_and_folders_are_compared() {
    let scene = Scene::new();
    let at = scene.0.path();
    git::run(at, &["checkout", "--quiet", "-b", "feature"]);
    git::run(at, &["add", "."]);
    git::run(at, &["commit", "--quiet", "--message", "changed"]);
    let expected = scene.report(&["--all", GLOB, "main:", "feature:"]).1;
    assert_eq!(verdicts(&expected).len(), 4);
    let (_, below) = scene.report(&["--all", "*/openapi.json", "main:apis", "feature:apis"]);
    assert_eq!(below["documents"], expected["documents"]);
    let (code, same) = scene.report(&["--all", GLOB, "feature:", "feature:"]);
    assert_eq!((code, &same["verdict"]), (0, &json!("identical")));
    let (code, report) = scene.report(&["--all", "openapi.json", "apis/same", "apis/added"]);
    assert_eq!(
        (code, verdicts(&report)),
        (1, vec![("apis/added/openapi.json", "breaking")])
    );
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error() {
    let scene = Scene::new();
    for (arguments, message) in [
        (&["--all", "apis/*.yaml", "main:"][..], "no file matches"),
        // A star does not leave its folder.
        (&["--all", "*/openapi.json", "main:"], "no file matches"),
        (&["--all", "apis/[", "main:"], "--all: "),
        (
            &["--all", GLOB, "apis"],
            "name the folder of the revision as well",
        ),
        (&["--all", GLOB, "none", "apis"], "none is neither"),
        (&["--all", GLOB, "-", "apis"], "- is neither"),
        (
            &["main:", "apis/same/openapi.json"],
            "main: names a revision, and no file in it",
        ),
        (&["main:apis/same/openapi.json"], "required arguments"),
    ] {
        let (code, report, errors) = scene.diff(arguments);
        assert_eq!(code, 2, "{arguments:?}: {report}{errors}");
        assert!(errors.contains(message), "{arguments:?}: {errors}");
    }
    let (code, _, errors) = scene.diff(&["--all", GLOB, "mian:"]);
    assert_eq!(code, 3, "{errors}");
    assert!(errors.contains("did you mean `main`?"), "{errors}");
    // What cannot be read is never passed over.
    write(scene.0.path(), "apis/same/openapi.json", "{");
    let (code, report, errors) = scene.diff(&["--all", GLOB, "main:"]);
    assert_eq!((code, report.as_str()), (3, ""), "{errors}");
    assert!(errors.contains("apis/same/openapi.json"), "{errors}");
}

#[test]
fn policy_waivers_and_filters_apply_to_each() {
    let scene = Scene::new();
    let at = scene.0.path();
    let all = ["--all", GLOB, "main:"];
    write(
        at,
        "apis/changed/oasproof.toml",
        "[rules]\nresponse-type-widened = \"off\"\n",
    );
    write(
        at,
        "apis/removed/oasproof.toml",
        "[rules]\ndocument-removed = \"warning\"\n",
    );
    let (code, report) = scene.report(&all);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("warning")),
        "{report:#}"
    );
    assert_eq!(
        report["documents"][1]["policy_file"],
        "apis/changed/oasproof.toml"
    );
    std::fs::remove_file(at.join("apis/changed/oasproof.toml")).expect("removed");
    std::fs::remove_dir_all(at.join("apis/removed")).expect("removed");
    let waiver = |rule: &str, location: &str| {
        format!(
            "[[waiver]]\nrule = \"{rule}\"\nlocation = \"{location}\"\nreason = \"agreed\"\nexpires = 2999-12-31\n"
        )
    };
    let both = waiver("document-removed", "") + &waiver("response-type-widened", "/paths/**");
    write(at, "waivers.toml", &both);
    let (code, report) = scene.report(&[&all[..], &["--waivers", "waivers.toml"]].concat());
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("additive")),
        "{report:#}"
    );
    let (code, report) = scene.report(&[&all[..], &["--include", "path=/added"]].concat());
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("additive")),
        "{report:#}"
    );
    assert_eq!(report["documents"][2]["left_out"], 1);
    let (code, _, errors) = scene.diff(&[&all[..], &["--include", "path=/none"]].concat());
    assert_eq!(code, 2, "{errors}");
}
