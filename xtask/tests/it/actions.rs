//! CI: the shell of each step of the composite action, with the variables and files that a runner sets, in a repository with
//! a remote. A step that needs a server gets the real one.

mod comment;
mod conditions;
mod download;
mod github;
mod job;
mod server;
mod snippets;

use std::path::{Path, PathBuf};

use serde_json::Value;
use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

use crate::oasproof;
use job::{Job, action};
use server::Server;

/// Returns a document whose only response is a string of at most `most` characters.
fn document(most: u32) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema: {{type: string, maxLength: {most}}}\n"
    )
}

/// Makes a clone of one commit, as on a runner: `origin` has `main`, whose `api/openapi.yaml` limits strings to
/// 9, and the checked-out branch limits them to `most`.
fn checkout(most: u32) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let origin = folder.path().join("origin");
    std::fs::create_dir_all(origin.join("api")).expect("a folder");
    git::run(&origin, &["init", "--quiet", "--initial-branch", "main"]);
    folder.file("origin/README.md", "before there is a document\n");
    git::run(&origin, &["add", "."]);
    git::run(&origin, &["commit", "--quiet", "--message", "first"]);
    git::run(&origin, &["tag", "empty"]);
    folder.file("origin/api/openapi.yaml", &document(9));
    git::run(&origin, &["add", "."]);
    git::run(&origin, &["commit", "--quiet", "--message", "nine"]);
    git::run(&origin, &["switch", "--quiet", "--create", "change"]);
    folder.file("origin/api/openapi.yaml", &document(most));
    let all = [
        "commit",
        "--quiet",
        "--all",
        "--allow-empty",
        "--message",
        "change",
    ];
    git::run(&origin, &all);
    let url = format!("file://{}", origin.display());
    let clone = [
        "clone",
        "--quiet",
        "--depth=1",
        "--branch=change",
        &url,
        "work",
    ];
    git::run(folder.path(), &clone);
    let work = folder.path().join("work");
    (folder, work)
}

/// The result of the step that compares.
struct Compared {
    code: Option<i32>,
    said: String,
    job: Job,
    _checkout: Folder,
}

/// Runs the step that compares, on a branch that limits strings to `most`.
fn compared(most: u32, inputs: &[(&str, &str)], base_ref: &str) -> Compared {
    let (folder, work) = checkout(most);
    let mut job = Job::new(&work, inputs);
    job.variable("GITHUB_BASE_REF", base_ref);
    assert_eq!(job.step("tools").status.code(), Some(0));
    assert_eq!(job.output("tools", "tools"), "oasproof");
    job.link_tool("oasproof", oasproof());
    let output = job.step("compare");
    Compared {
        code: output.status.code(),
        said: stdout(&output),
        job,
        _checkout: folder,
    }
}

const DOCUMENT: (&str, &str) = ("document", "./api/openapi.yaml");

#[test]
fn a_change_that_breaks_no_client_passes_with_a_summary() {
    let Compared {
        code, job, said, ..
    } = compared(5, &[DOCUMENT], "main");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(job.output("compare", "exit-code"), "0");
    assert!(
        job.summary().starts_with("## OpenAPI: additive\n"),
        "{}",
        job.summary()
    );
    assert!(
        said.contains("::notice file=api/openapi.yaml,line="),
        "{said}"
    );
    assert!(!said.contains("::error"), "{said}");
}

#[test]
fn a_breaking_change_fails_the_job_with_an_annotation_and_a_summary() {
    let Compared {
        code,
        job,
        said,
        _checkout,
    } = compared(20, &[DOCUMENT], "main");
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(job.output("compare", "exit-code"), "1");
    assert!(
        said.contains("::error file=api/openapi.yaml,line=11,col="),
        "{said}"
    );
    let summary = job.summary();
    assert!(summary.starts_with("## OpenAPI: breaking\n"), "{summary}");
    assert!(
        summary.contains("`origin/main:api/openapi.yaml`"),
        "{summary}"
    );
    for (report, part) in [
        ("contract.md", "## OpenAPI: breaking"),
        ("contract.html", "<!DOCTYPE html>"),
        ("contract.json", "\"verdict\": \"breaking\""),
    ] {
        let text = std::fs::read_to_string(job.path("contract-reports").join(report))
            .unwrap_or_else(|error| panic!("{report}: {error}"));
        assert!(
            text.to_lowercase().contains(&part.to_lowercase()),
            "{report}: {text}"
        );
    }
}

#[test]
fn the_base_is_the_previous_commit_without_a_pull_request() {
    let Compared { code, said, .. } = compared(20, &[DOCUMENT], "");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("from HEAD^:api/openapi.yaml"), "{said}");
}

#[test]
fn the_base_can_be_chosen() {
    let Compared { code, said, .. } = compared(20, &[DOCUMENT, ("base", "main")], "");
    assert_eq!(code, Some(1), "{said}");
    let Compared { code, said, .. } =
        compared(20, &[DOCUMENT, ("base", "main"), ("fail-on", "none")], "");
    assert_eq!(code, Some(0), "{said}");

    let Compared {
        code, job, said, ..
    } = compared(20, &[DOCUMENT, ("base", "published")], "main");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("::error file=api/openapi.yaml,"), "{said}");
    assert!(
        job.summary().contains("`revoke-token.json`"),
        "{}",
        job.summary()
    );
}

#[test]
fn a_new_document_is_not_compared() {
    let Compared {
        code, job, said, ..
    } = compared(20, &[DOCUMENT, ("base", "empty")], "");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("::notice title=OpenAPI contract::api/openapi.yaml is not in "));
    assert!(job.summary().contains("nothing to compare it with"));
}

#[test]
fn a_previous_commit_that_cannot_be_fetched_is_an_error_and_a_first_commit_is_not() {
    let step = |work: &Path| {
        let mut job = Job::new(work, &[DOCUMENT]);
        job.variable("GITHUB_BASE_REF", "");
        assert_eq!(job.step("tools").status.code(), Some(0));
        job.link_tool("oasproof", oasproof());
        let output = job.step("compare");
        (output.status.code(), stdout(&output))
    };
    let (_folder, work) = checkout(20);
    git::run(&work, &["remote", "set-url", "origin", "nowhere"]);
    let (code, said) = step(&work);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("git has no revision `HEAD^`"), "{said}");

    git::run(&work, &["checkout", "--quiet", "--orphan", "new"]);
    // A line `parent 1` in the commit's message does not name a parent.
    git::run(
        &work,
        &["commit", "--quiet", "--message", "first\n\nparent 1"],
    );
    let (code, said) = step(&work);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("is not in HEAD^ yet"), "{said}");
}

#[test]
fn a_comparison_that_fails_is_an_error_that_says_why() {
    for (inputs, why) in [
        (vec![("document", "api/opneapi.yaml")], "api/opneapi.yaml"),
        (vec![DOCUMENT, ("base", "no-such-branch")], "no-such-branch"),
        (vec![DOCUMENT, ("waivers", "none.toml")], "none.toml"),
    ] {
        let Compared {
            code, job, said, ..
        } = compared(9, &inputs, "main");
        assert_eq!(code, Some(3), "{said}");
        assert_eq!(job.output("compare", "exit-code"), "3");
        let annotation = said
            .lines()
            .find(|line| line.starts_with("::error title=OpenAPI contract::"));
        assert!(annotation.is_some_and(|line| line.contains(why)), "{said}");
        assert!(job.summary().contains(why), "{}", job.summary());
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_that_says_why() {
    let (_folder, work) = checkout(20);
    let mut job = Job::new(&work, &[DOCUMENT]);
    job.variable("GITHUB_BASE_REF", "main");
    job.step("tools");
    job.link_tool("oasproof", oasproof());
    let report = "contract-reports/contract.html";
    std::fs::create_dir_all(job.path(report)).expect("a folder instead of the report");
    let output = job.step("compare");
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{said}{}", stderr(&output));
    assert_eq!(job.output("compare", "exit-code"), "3");
    let why = format!("cannot write the differences to {report}");
    for text in [&said, &stderr(&output), &job.summary()] {
        assert!(text.contains(&why), "{text}");
    }
    assert!(
        said.contains(&format!("::error title=OpenAPI contract::{why}")),
        "{said}"
    );
    assert!(
        job.summary().contains("## OpenAPI: breaking\n"),
        "{}",
        job.summary()
    );
    assert!(!job.path("contract-reports/contract.err").exists());
}

#[test]
fn inputs_are_not_run_as_shell_commands() {
    let name = "x$(touch owned)`touch owned`;touch owned;'\"";
    let (_folder, work) = checkout(9);
    let inputs = [
        ("document", name),
        ("base", name),
        ("target", name),
        ("profile", name),
    ];
    let mut job = Job::new(&work, &inputs);
    job.variable("GITHUB_BASE_REF", name);
    job.step("tools");
    job.link_tool("oasproof", oasproof());
    job.link_tool("conformance", Path::new("/bin/false"));
    assert_ne!(job.step("compare").status.code(), Some(0));
    assert_ne!(job.step("suite").status.code(), Some(0));
    assert!(!work.join("owned").exists());
    for step in action()["runs"]["steps"].as_array().expect("steps") {
        let body = step["run"].as_str().unwrap_or_default();
        assert!(!body.contains("${{"), "{body}");
    }
}

#[test]
fn a_job_with_neither_document_nor_target_fails() {
    let (_folder, work) = checkout(9);
    let output = Job::new(&work, &[]).step("tools");
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).starts_with("::error "));
}

#[test]
fn the_job_passes_or_fails_as_the_suite_does() {
    let server = Server::start();
    let (folder, work) = checkout(9);
    for (second_revoke, code, verdict) in [("201", 0, "0"), ("400", 1, "1")] {
        folder.file("work/profile.toml", &server.profile(second_revoke));
        let inputs = [
            ("target", server.url()),
            ("profile", "profile.toml"),
            ("allow", "revokes"),
        ];
        let mut job = Job::new(&work, &inputs);
        for (name, token) in &server.credentials {
            job.variable(name, token);
        }
        job.step("tools");
        assert_eq!(job.output("tools", "tools"), "conformance");
        job.link_tool("conformance", &server.conformance);
        let output = job.step("suite");
        let said = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(job.output("suite", "exit-code"), verdict);
        assert_eq!(said.contains("::error "), code == 1, "{said}");
        assert!(job.summary().contains("MUST"), "{}", job.summary());
        let report = job.path("contract-reports/conformance/report.json");
        let report: Value =
            serde_json::from_str(&std::fs::read_to_string(report).expect("a report"))
                .expect("JSON");
        assert_eq!(report["end"]["exit"]["code"], code);
        for (_, token) in &server.credentials {
            assert!(!said.contains(token) && !job.summary().contains(token));
        }
    }
}

#[test]
fn actions_of_others_are_pinned_by_commit() {
    let action = action();
    let mut steps: Vec<&Value> = action["runs"]["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .collect();
    let workflows =
        ["ci", "release"].map(|name| job::yaml(&format!(".github/workflows/{name}.yml")));
    for job in workflows.iter().flat_map(jobs) {
        steps.extend(job["steps"].as_array().expect("steps"));
    }
    let uses: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["uses"].as_str())
        .collect();
    assert!(!uses.is_empty());
    for used in uses.iter().filter(|used| !used.starts_with("./")) {
        let commit = used.split_once('@').map(|(_, commit)| commit);
        assert!(
            commit.is_some_and(|text| text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit())),
            "{used}"
        );
    }
    for workflow in &workflows {
        let reading = serde_json::json!({"contents": "read"});
        assert_eq!(workflow["permissions"], reading);
    }
}

/// Returns the jobs of a workflow.
fn jobs(workflow: &Value) -> impl Iterator<Item = &Value> {
    workflow["jobs"].as_object().expect("jobs").values()
}

#[test]
fn the_action_downloads_what_the_release_builds() {
    let workflow = job::yaml(".github/workflows/release.yml");
    let built = &workflow["jobs"]["packages"]["strategy"]["matrix"]["include"];
    let built = built.as_array().expect("targets").iter();
    let built: Vec<&str> = built.filter_map(|one| one["target"].as_str()).collect();
    let action = action();
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let download = steps.iter().find(|step| step["id"] == "download");
    let body = download.and_then(|step| step["run"].as_str());
    let words = body.expect("a step").split([' ', '\n']);
    let wanted: Vec<&str> = words
        .filter_map(|word| word.strip_prefix("target="))
        .collect();
    assert!(wanted.len() > 2, "{wanted:?}");
    for target in wanted {
        assert!(built.contains(&target), "{target} is not in {built:?}");
    }
}

#[test]
fn the_workflow_runs_ci_with_the_declared_version_of_rust() {
    let workflow = job::yaml(".github/workflows/ci.yml");
    let job = &workflow["jobs"]["ci"];
    let versions = &job["strategy"]["matrix"]["toolchain"];
    assert_eq!(versions[0], env!("CARGO_PKG_RUST_VERSION"));
    let bodies = job["steps"].as_array().expect("steps").iter();
    let mut bodies = bodies.filter_map(|step| step["run"].as_str());
    assert!(bodies.any(|body| body.trim() == ".ci/run"));
    let run = std::fs::read_to_string(workspace_root().join(".ci/run")).expect(".ci/run");
    assert!(run.contains("\nexec cargo xtask ci\n"), "{run}");
}
