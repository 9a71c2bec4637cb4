//! `verify`, the main job: what the server emits is the contract, and what it does is as well.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::check;
use crate::cli::Verify;
use crate::deployment::{Deployment, User};
use crate::folders;
use crate::programs::{self, Program};
use openapi::cli::{Exit, Failure, Outcome};

pub(crate) fn run(arguments: &Verify) -> Outcome {
    let started = Instant::now();
    let built = programs::build(&[Program::Server, Program::Conformance])?;
    anstream::println!("verify: what the server emits, against the published slice");
    let contract = check::emitted_document(&built.server()?)?;

    let folder = arguments
        .report
        .clone()
        .unwrap_or_else(|| programs::target_directory().join("verify"));
    folders::make(&folder)?;
    anstream::println!("verify: what the server does, by the conformance suite");
    let deployment = Deployment::start(&built.server()?, &folder.join("server.log"))?;
    let suite = suite(&built.conformance()?, &deployment, &folder);
    let stopped = deployment.stop()?;
    let suite = suite?;

    let held = [
        (
            contract == Exit::Success,
            "the emitted document is the published contract",
        ),
        (suite, "the deployment is conformant"),
        (
            stopped.success(),
            "the server stopped when it was asked to, with exit code 0",
        ),
    ];
    for (holds, what) in held {
        anstream::println!("verify: {} {what}", if holds { "yes:" } else { "NO: " });
    }
    anstream::println!(
        "verify: {} in {:.1} s; reports in {}",
        if held.iter().all(|(holds, _)| *holds) {
            "verified"
        } else {
            "NOT verified"
        },
        started.elapsed().as_secs_f64(),
        folder.display()
    );
    Ok(if held.iter().all(|(holds, _)| *holds) {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// The users that the suite needs: who may revoke, who may not, and who belongs elsewhere.
pub(crate) struct Users {
    operator: User,
    member: User,
    outsider: User,
    /// The operator once more, with a token that has expired.
    expired: User,
}

/// How long the token lives that has expired when the suite starts, in seconds: as short as there is.
const BRIEF: u32 = 1;

impl Users {
    pub(crate) fn of(deployment: &Deployment) -> Result<Self, Failure> {
        // First, since its life passes while the others are made.
        let expired =
            deployment.bootstrap_briefly("Acme", "operator@acme.example", "admin", BRIEF)?;
        let minted = Instant::now();
        let users = Self {
            operator: deployment.bootstrap("Acme", "operator@acme.example", "admin")?,
            member: deployment.bootstrap("Acme", "member@acme.example", "member")?,
            outsider: deployment.bootstrap("Globex", "outsider@globex.example", "admin")?,
            expired,
        };
        // Its life began before it was printed, on the clock of this very machine.
        let over = minted + Duration::from_secs(BRIEF.into());
        std::thread::sleep(over.saturating_duration_since(Instant::now()));
        Ok(users)
    }

    /// The suite, to be run strictly against this URL. Its profile is written to `folder`, where the reports go.
    pub(crate) fn suite(
        &self,
        conformance: &Path,
        target: &str,
        folder: &Path,
    ) -> Result<Command, Failure> {
        let profile = folder.join("profile.toml");
        std::fs::write(&profile, self.profile()).map_err(|error| {
            Failure::unreadable(format!("cannot write {}: {error}", profile.display()))
        })?;
        let mut command = Command::new(conformance);
        command
            .env("VERIFY_OPERATOR", &self.operator.token)
            .env("VERIFY_MEMBER", &self.member.token)
            .env("VERIFY_OUTSIDER", &self.outsider.token)
            .env("VERIFY_EXPIRED", &self.expired.token)
            .args(["run", "--allow", "revokes", "--strict"])
            .args(["--target", target, "--profile"])
            .arg(profile)
            .arg("--report")
            .arg(folder);
        Ok(command)
    }

    /// What the suite is told of the deployment. Tokens stay out of it: they are named by variable.
    fn profile(&self) -> String {
        format!(
            r#"# Written by `cargo xtask verify` for a server on a fresh database.

[operator]
token = {{ env = "VERIFY_OPERATOR" }}
business_id = "{}"
email = "{}"
expired_token = {{ env = "VERIFY_EXPIRED" }}

[member]
token = {{ env = "VERIFY_MEMBER" }}
email = "{}"

[outsider]
token = {{ env = "VERIFY_OUTSIDER" }}
business_id = "{}"
email = "{}"

[fixtures]
mint = "api"

[companions]
active_tokens = 10

# What our server does where the contract leaves a choice.
[policy]
second_revoke = 201
malformed_token_id = 422
missing_business_id = 400
malformed_business_id = 400
foreign_token = 404
invalid_body = 422
broken_json = 422
duplicate_keys = 201
days_as_boolean = 422
days_as_text = 422
days_as_fraction = 422
"#,
            self.operator.business_id,
            self.operator.email,
            self.member.email,
            self.outsider.business_id,
            self.outsider.email
        )
    }
}

/// Runs the whole suite; whether the deployment is conformant.
fn suite(conformance: &Path, deployment: &Deployment, folder: &Path) -> Result<bool, Failure> {
    let users = Users::of(deployment)?;
    let mut command = users.suite(conformance, deployment.url(), folder)?;
    Ok(programs::run(&mut command)?.success())
}
