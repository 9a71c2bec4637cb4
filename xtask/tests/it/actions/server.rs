//! The real server and the real suite, as cargo builds them for `cargo xtask verify`.

use std::path::PathBuf;

use testbed::deployment::{Deployment, User};

use crate::built;

/// A running server with users.
pub(super) struct Server {
    /// The tokens, each with the variable that the profile names.
    pub(super) credentials: Vec<(&'static str, String)>,
    /// The suite's program.
    pub(super) conformance: PathBuf,
    businesses: [String; 2],
    deployment: Deployment,
    _folder: tempfile::TempDir,
}

impl Server {
    pub(super) fn start() -> Self {
        let [server, conformance] = built();
        let folder = testbed::folder().expect("a temporary folder");
        let log = folder.path().join("server.log");
        let deployment = Deployment::start(&server, &log).expect("the server listens");
        let user = |business: &str, email: &str, role: &str| -> User {
            let user = deployment.bootstrap(business, email, role);
            user.expect("the server makes a user")
        };
        let operator = user("Acme", "ada@acme.example", "admin");
        let member = user("Acme", "bob@acme.example", "member");
        let outsider = user("Other", "eve@other.example", "admin");
        Self {
            credentials: vec![
                ("OPERATOR_TOKEN", operator.token),
                ("MEMBER_TOKEN", member.token),
                ("OUTSIDER_TOKEN", outsider.token),
            ],
            conformance,
            businesses: [operator.business_id, outsider.business_id],
            deployment,
            _folder: folder,
        }
    }

    pub(super) fn url(&self) -> &str {
        self.deployment.url()
    }

    /// Returns the profile, with the status that it expects of a second revocation.
    pub(super) fn profile(&self, second_revoke: &str) -> String {
        let [business, other] = &self.businesses;
        format!(
            r#"
[operator]
token = {{ env = "OPERATOR_TOKEN" }}
business_id = "{business}"
[member]
token = {{ env = "MEMBER_TOKEN" }}
[outsider]
token = {{ env = "OUTSIDER_TOKEN" }}
business_id = "{other}"
[fixtures]
mint = "api"
[policy]
second_revoke = {second_revoke}
[[waiver]]
case = "authentication.expired"
reason = "there is no expired token here"
expires = 2999-12-31
"#
        )
    }
}
