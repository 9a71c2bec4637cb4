//! A job on a runner, as far as the shell of a composite action depends on one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use testbed::cargo::workspace_root;

const ACTION: &str = ".github/actions/contract/action.yml";

/// This machine's architecture, as runners name it.
const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") {
    "ARM64"
} else {
    "X64"
};

/// Parses a YAML file of the workspace.
pub(super) fn yaml(file: &str) -> Value {
    let text = std::fs::read_to_string(workspace_root().join(file)).expect("the file");
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Parses the composite action.
pub(super) fn action() -> Value {
    yaml(ACTION)
}

/// One use of the action in a job.
pub(super) struct Job {
    action: Value,
    workspace: PathBuf,
    temp: TempDir,
    inputs: BTreeMap<String, String>,
    variables: Vec<(String, String)>,
    /// Values of the context `github`.
    github: BTreeMap<String, String>,
    /// The values that each step wrote to `GITHUB_OUTPUT`.
    outputs: BTreeMap<(String, String), String>,
}

impl Job {
    /// Makes a job with this folder checked out, in which the action is used with these inputs.
    pub(super) fn new(workspace: &Path, given: &[(&str, &str)]) -> Self {
        let action = action();
        let declared = action["inputs"].as_object().expect("inputs");
        let mut inputs: BTreeMap<String, String> = declared
            .iter()
            .map(|(name, input)| {
                let default = input["default"].as_str().unwrap_or_default();
                (name.clone(), default.to_owned())
            })
            .collect();
        for (name, value) in given {
            let known = inputs.insert((*name).to_owned(), (*value).to_owned());
            assert!(known.is_some(), "the action has no input {name}");
        }
        Self {
            action,
            workspace: workspace.to_owned(),
            temp: testbed::folder().expect("a temporary folder"),
            inputs,
            variables: Vec::new(),
            github: BTreeMap::new(),
            outputs: BTreeMap::new(),
        }
    }

    /// Sets an environment variable of the job.
    pub(super) fn variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Sets a value of the context `github`, such as `action_ref`.
    pub(super) fn github(&mut self, name: &str, value: &str) {
        self.github.insert(name.to_owned(), value.to_owned());
    }

    /// Puts a program where the action would have installed it.
    pub(super) fn link_tool(&self, name: &str, program: &Path) {
        let folder = Path::new(self.output("tools", "folder")).join("bin");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::os::unix::fs::symlink(program, folder.join(name)).expect("a link");
    }

    /// Runs a step with the runner's command line for `shell: bash`.
    pub(super) fn step(&mut self, id: &str) -> Output {
        let steps = self.action["runs"]["steps"].as_array().expect("steps");
        let step = steps
            .iter()
            .find(|step| step["id"] == id)
            .unwrap_or_else(|| panic!("no step {id}"));
        assert_eq!(step["shell"], "bash");
        let script = self.temp.path().join("step.sh");
        std::fs::write(&script, step["run"].as_str().expect("shell")).expect("a file");
        let written = self.temp.path().join("output");
        std::fs::write(&written, "").expect("a file");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
            .arg(&script)
            .current_dir(&self.workspace)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.temp.path())
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("GITHUB_OUTPUT", &written)
            .env("GITHUB_STEP_SUMMARY", self.temp.path().join("summary.md"))
            .env("RUNNER_TEMP", self.temp.path())
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", ARCHITECTURE)
            .env(
                "GITHUB_ACTION_PATH",
                workspace_root().join(ACTION).parent().expect("a folder"),
            )
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, self.evaluated(value.as_str().expect("text")));
        }
        let output = command.output().expect("bash runs");
        for line in std::fs::read_to_string(&written).expect("outputs").lines() {
            let (name, value) = line.split_once('=').expect("name=value");
            let key = (id.to_owned(), name.to_owned());
            self.outputs.insert(key, value.to_owned());
        }
        output
    }

    /// Evaluates an expression in one of the forms that the action uses: `${{ inputs.NAME }}`, `${{ github.NAME }}` and
    /// `${{ steps.ID.outputs.NAME }}`.
    fn evaluated(&self, text: &str) -> String {
        let Some(expression) = text
            .strip_prefix("${{ ")
            .and_then(|text| text.strip_suffix(" }}"))
        else {
            return text.to_owned();
        };
        match expression.split('.').collect::<Vec<_>>()[..] {
            ["inputs", name] => self.inputs[name].clone(),
            ["github", ..] => {
                let name = expression.trim_start_matches("github.");
                self.github.get(name).cloned().unwrap_or_default()
            }
            ["steps", id, "outputs", name] => self.output(id, name).to_owned(),
            _ => panic!("an unknown form of expression: {expression}"),
        }
    }

    /// Returns an output of a step.
    pub(super) fn output(&self, id: &str, name: &str) -> &str {
        let key = (id.to_owned(), name.to_owned());
        self.outputs
            .get(&key)
            .unwrap_or_else(|| panic!("{id} has no output {name}"))
    }

    /// Returns the folder of the tools.
    pub(super) fn tools(&self) -> PathBuf {
        self.temp.path().join("contract-tools")
    }

    /// Returns the job's summary so far.
    pub(super) fn summary(&self) -> String {
        std::fs::read_to_string(self.temp.path().join("summary.md")).unwrap_or_default()
    }

    /// Returns a path in the checked-out folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.workspace.join(path)
    }
}
