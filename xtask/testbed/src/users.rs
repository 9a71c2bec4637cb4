//! The users of a deployment that the conformance suite needs, and the profile that names them.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::deployment::{Deployment, DeploymentError, User};

/// The users that the suite needs: one who may revoke, one who may not, and one of another business.
#[derive(Debug)]
pub struct Users {
    operator: User,
    member: User,
    outsider: User,
    /// The operator once more, with an expired token.
    expired: User,
}

/// The lifetime of the token that has expired when the suite starts, in seconds: the shortest possible.
const BRIEF: u32 = 1;

impl Users {
    /// Makes the users.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`].
    pub fn of(deployment: &Deployment) -> Result<Self, DeploymentError> {
        // Made first, so that it expires while the others are made.
        let expired =
            deployment.bootstrap_briefly("Acme", "operator@acme.example", "admin", BRIEF)?;
        let minted = Instant::now();
        let users = Self {
            operator: deployment.bootstrap("Acme", "operator@acme.example", "admin")?,
            member: deployment.bootstrap("Acme", "member@acme.example", "member")?,
            outsider: deployment.bootstrap("Globex", "outsider@globex.example", "admin")?,
            expired,
        };
        // The token was created earlier than `minted`, by the same clock, so it has expired afterwards.
        let over = minted + Duration::from_secs(BRIEF.into());
        std::thread::sleep(over.saturating_duration_since(Instant::now()));
        Ok(users)
    }

    /// Returns the command that runs this suite with `--strict` against a URL. Its profile is written to `folder`, as the
    /// reports are.
    ///
    /// # Errors
    ///
    /// [`DeploymentError::File`].
    pub fn suite(
        &self,
        conformance: &Path,
        target: &str,
        folder: &Path,
    ) -> Result<Command, DeploymentError> {
        let profile = folder.join("profile.toml");
        std::fs::write(&profile, self.profile()).map_err(|source| DeploymentError::File {
            path: profile.clone(),
            source,
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

    /// Returns the profile. It names tokens by environment variable, so that the file holds none.
    fn profile(&self) -> String {
        format!(
            r#"# Written for a server of this workspace on a fresh database.

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

# Shorter than by default: this profile is for the speed of our server, whose caches have no lifetime.
[timeouts]
forgetting_seconds = 2

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
days_as_fraction = 201
"#,
            self.operator.business_id,
            self.operator.email,
            self.member.email,
            self.outsider.business_id,
            self.outsider.email
        )
    }
}
