//! Which steps of the action run, by the documented rules of `if`: a condition without a function of the job's state has
//! `success()` before it, which is false after a step has failed; a step that does not run is `skipped`, and has no outputs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::job::action;

/// A job in which the action is used.
#[derive(Default)]
struct Job {
    inputs: Vec<(&'static str, &'static str)>,
    /// The steps that fail.
    failing: Vec<&'static str>,
    /// The outputs of steps, if they run: the step's id, a name and a value.
    outputs: Vec<(&'static str, &'static str, &'static str)>,
    is_pull_request: bool,
    is_cancelled: bool,
}

impl Job {
    /// Returns the steps that run.
    fn steps(&self) -> Vec<String> {
        let action = action();
        let steps = action["runs"]["steps"].as_array().expect("steps");
        let mut outcomes = BTreeMap::new();
        let mut ran = Vec::new();
        for step in steps {
            let id = step["id"].as_str().expect("an id");
            let condition = step["if"].as_str().unwrap_or("success()");
            let outcome = match self.holds(condition, &action, &outcomes) {
                false => "skipped",
                true if self.failing.contains(&id) => "failure",
                true => "success",
            };
            if outcome != "skipped" {
                ran.push(id.to_owned());
            }
            outcomes.insert(id.to_owned(), outcome);
        }
        ran
    }

    /// Evaluates a condition in the forms that the action has: terms joined by `&&`.
    fn holds(&self, condition: &str, action: &Value, outcomes: &BTreeMap<String, &str>) -> bool {
        let condition = condition.trim();
        let inner = condition
            .strip_prefix("${{")
            .and_then(|inner| inner.strip_suffix("}}"));
        let condition = inner.unwrap_or(condition);
        assert!(!condition.contains("||"), "{condition}");
        let has_failed = outcomes.values().any(|outcome| *outcome == "failure");
        let succeeds = !has_failed && !self.is_cancelled;
        let value = |operand: &str| self.value(operand, action, outcomes);
        let terms: Vec<&str> = condition.split("&&").map(str::trim).collect();
        let has_state = terms.iter().any(|term| term.ends_with("()"));
        (has_state || succeeds)
            && terms.iter().all(|term| match *term {
                "success()" => succeeds,
                "!cancelled()" => !self.is_cancelled,
                term => match (term.split_once(" == "), term.split_once(" != ")) {
                    (Some((one, other)), _) => value(one) == value(other),
                    (None, Some((one, other))) => value(one) != value(other),
                    (None, None) => !value(term).is_empty(),
                },
            })
    }

    /// Returns the value of a text or of a context; what is not there is empty.
    fn value(&self, operand: &str, action: &Value, outcomes: &BTreeMap<String, &str>) -> String {
        let text = operand
            .strip_prefix('\'')
            .and_then(|text| text.strip_suffix('\''));
        if let Some(text) = text {
            return text.to_owned();
        }
        match operand.split('.').collect::<Vec<_>>()[..] {
            ["inputs", name] => {
                let given = self.inputs.iter().find(|(input, _)| *input == name);
                let default = action["inputs"][name]["default"].as_str();
                let value = given.map(|(_, value)| *value).or(default);
                value.expect("an input").to_owned()
            }
            ["steps", id, "outcome"] => {
                let outcome = outcomes.get(id).expect("an earlier step");
                (*outcome).to_owned()
            }
            ["steps", id, "outputs", name] => {
                let has_run = *outcomes.get(id).expect("an earlier step") != "skipped";
                let mut outputs = self.outputs.iter();
                let output = outputs.find(|(step, output, _)| (*step, *output) == (id, name));
                let output = output.filter(|_| has_run).map(|(_, _, value)| *value);
                output.unwrap_or_default().to_owned()
            }
            ["github", "event", "pull_request", "number"] if self.is_pull_request => "7".to_owned(),
            ["github", "event", "pull_request", "number"] => String::new(),
            _ => panic!("an unknown form of expression: {operand}"),
        }
    }
}

const DOCUMENT: (&str, &str) = ("document", "openapi.yaml");
const TARGET: (&str, &str) = ("target", "https://staging.example.com");
const DOWNLOADED: (&str, &str, &str) = ("download", "done", "true");

#[test]
fn tools_are_built_and_cached_only_where_they_are_neither_downloaded_nor_cached() {
    let job = |outputs| Job {
        inputs: vec![DOCUMENT],
        outputs,
        ..Job::default()
    };
    let downloaded = job(vec![DOWNLOADED]);
    assert_eq!(downloaded.steps(), ["tools", "download", "compare", "keep"]);
    let cached = job(vec![("cache", "cache-hit", "true")]);
    assert_eq!(
        cached.steps(),
        ["tools", "download", "cache", "compare", "keep"]
    );
    let built = [
        "tools", "download", "cache", "install", "save", "compare", "keep",
    ];
    assert_eq!(job(Vec::new()).steps(), built);
    // A job that fails later keeps what it built, because that is saved before.
    let mut failing = job(Vec::new());
    failing.failing = vec!["compare"];
    assert_eq!(failing.steps(), built);
}

#[test]
fn a_breaking_change_keeps_neither_the_suite_nor_the_comment_nor_the_reports_from_the_job() {
    let mut job = Job {
        inputs: vec![DOCUMENT, TARGET, ("comment", "true")],
        failing: vec!["compare"],
        outputs: vec![DOWNLOADED, ("compare", "exit-code", "1")],
        is_pull_request: true,
        is_cancelled: false,
    };
    let all = ["tools", "download", "compare", "suite", "comment", "keep"];
    assert_eq!(job.steps(), all);
    job.failing.push("suite");
    assert_eq!(job.steps(), all);
    // A push has no pull request to comment on.
    job.is_pull_request = false;
    assert_eq!(
        job.steps(),
        ["tools", "download", "compare", "suite", "keep"]
    );
}

#[test]
fn nothing_runs_without_its_input_or_its_tools() {
    let mut job = Job {
        inputs: vec![TARGET, ("comment", "true")],
        outputs: vec![DOWNLOADED],
        is_pull_request: true,
        ..Job::default()
    };
    assert_eq!(job.steps(), ["tools", "download", "suite", "keep"]);
    job.inputs.push(DOCUMENT);
    // Neither input is set, a checksum differs, or the tools do not build.
    for (failing, ran) in [
        ("tools", &["tools"][..]),
        ("download", &["tools", "download", "keep"]),
        (
            "install",
            &["tools", "download", "cache", "install", "keep"],
        ),
    ] {
        job.failing = vec![failing];
        job.outputs.clear();
        assert_eq!(job.steps(), ran, "{failing}");
    }
}

#[test]
fn a_job_that_is_cancelled_runs_nothing_more() {
    let job = Job {
        inputs: vec![DOCUMENT, TARGET, ("comment", "true")],
        is_pull_request: true,
        is_cancelled: true,
        ..Job::default()
    };
    assert_eq!(job.steps(), Vec::<String>::new());
}
