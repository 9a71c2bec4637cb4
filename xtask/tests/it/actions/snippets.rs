//! The documented scripts for other CI systems, with the variables that those set.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use testbed::cargo::workspace_root;
use testbed::git;
use testbed::output::{stderr, stdout};

use super::checkout;
use crate::oasproof;

/// Returns a block of the documentation that begins so.
fn snippet(begin: &str) -> String {
    let text = std::fs::read_to_string(workspace_root().join(".github/actions/contract/README.md"))
        .expect("docs");
    let mut blocks = text.split("```").skip(1).step_by(2);
    let block = blocks.find_map(|block| {
        let (_, block) = block.split_once('\n')?;
        block.starts_with(begin).then(|| block.to_owned())
    });
    block.unwrap_or_else(|| panic!("no block begins with {begin}"))
}

/// Returns the strings of a list in YAML.
fn lines(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Runs a script in a checkout, as CI systems do.
fn run(lines: &[String], work: &Path, variables: &[(&str, &str)]) -> Output {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    let program = oasproof().parent().expect("a folder");
    path = [program.as_os_str(), ":".as_ref(), &path]
        .into_iter()
        .collect();
    Command::new("bash")
        .args(["-e", "-u", "-o", "pipefail", "-c", &lines.join("\n")])
        .current_dir(work)
        .envs(variables.iter().copied())
        .env("PATH", path)
        .output()
        .expect("bash runs")
}

/// Asserts that a script ended with this exit code.
fn assert_code(output: &Output, code: i32) {
    let said = format!("{}{}", stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(code), "{said}");
}

fn fetch_main(work: &Path) {
    let refspec = "main:refs/remotes/origin/main";
    let depth = ["fetch", "--quiet", "--depth=1", "origin", refspec];
    git::run(work, &depth);
}

/// Runs GitLab's script for a document.
fn gitlab(work: &Path, base: &str, document: &str) -> Output {
    let snippet: Value = serde_saphyr::from_str(&snippet("contract:\n")).expect("YAML");
    let tools = work.join(".contract-tools/bin");
    std::fs::create_dir_all(&tools).expect("a folder");
    let tool = tools.join("oasproof");
    if !tool.exists() {
        std::os::unix::fs::symlink(oasproof(), tool).expect("a link");
    }
    let variables = [
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", base),
        ("DOCUMENT", document),
        ("TARGET", ""),
    ];
    run(&lines(&snippet["contract"]["script"]), work, &variables)
}

#[test]
fn the_script_for_gitlab_fails_for_a_breaking_change_and_leaves_its_reports() {
    for (most, code) in [(5, 0), (20, 1)] {
        let (_folder, work) = checkout(most);
        fetch_main(&work);
        assert_code(&gitlab(&work, "main", "api/openapi.yaml"), code);
        for report in ["contract.xml", "contract.html"] {
            assert!(work.join(report).is_file(), "{report}");
        }
    }
}

#[test]
fn the_script_for_gitlab_passes_for_a_new_document_alone() {
    let (folder, work) = checkout(9);
    fetch_main(&work);
    folder.file("work/new.yaml", &super::document(9));
    let output = gitlab(&work, "main", "new.yaml");
    assert_code(&output, 0);
    assert!(stdout(&output).contains("new.yaml is not in origin/main yet"));
    // Neither a branch nor a file that is not there is a new document.
    assert_code(&gitlab(&work, "no-branch", "new.yaml"), 3);
    assert_code(&gitlab(&work, "main", "no-file.yaml"), 3);
}

/// Returns the script of each of the other systems, with the variable in which it has the branch to compare with.
fn others() -> Vec<(&'static str, Vec<String>, &'static str)> {
    let bitbucket = snippet("# bitbucket-pipelines.yml");
    let bitbucket: Value = serde_saphyr::from_str(&bitbucket).expect("YAML");
    let bitbucket = &bitbucket["pipelines"]["pull-requests"]["**"][0]["step"]["script"];
    let azure: Value = serde_saphyr::from_str(&snippet("# azure-pipelines.yml")).expect("YAML");
    let azure = azure["steps"].as_array().expect("steps").iter();
    let azure = azure.filter_map(|step| step["script"].as_str());
    let jenkins = snippet("// Jenkinsfile");
    let jenkins = jenkins.lines().filter_map(|line| {
        let line = line.trim().strip_prefix("sh '")?;
        line.strip_suffix('\'')
    });
    vec![
        ("main", lines(bitbucket), "BITBUCKET_PR_DESTINATION_BRANCH"),
        (
            "refs/heads/main",
            azure.map(str::to_owned).collect(),
            "SYSTEM_PULLREQUEST_TARGETBRANCH",
        ),
        (
            "main",
            jenkins.map(str::to_owned).collect(),
            "CHANGE_TARGET",
        ),
    ]
}

#[test]
fn the_scripts_for_other_systems_fail_for_a_breaking_change_and_pass_for_a_new_document() {
    for (base, lines, variable) in others() {
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].starts_with("cargo install --locked --git URL oasproof"));
        for (document, most, code) in [
            ("api/openapi.yaml", 5, 0),
            ("api/openapi.yaml", 20, 1),
            ("new.yaml", 9, 0),
        ] {
            let (folder, work) = checkout(most);
            folder.file("work/new.yaml", &super::document(9));
            let script: Vec<String> = lines[1..]
                .iter()
                .map(|line| line.replace("openapi.yaml", document))
                .collect();
            assert_code(&run(&script, &work, &[(variable, base)]), code);
        }
    }
}
