//! The first business, user and token.

use crate::harness::{Credential, Folder, Server, at_once, binary, output, text};

fn bootstrap(folder: &Folder, arguments: &[&str]) -> std::process::Output {
    output(
        binary()
            .arg("bootstrap")
            .args(arguments)
            .args(folder.arguments()),
    )
}

#[tokio::test]
pub(crate) async fn bootstrap_works_before_and_while_a_server_runs_and_any_number_of_times() {
    let folder = Folder::new();
    let first = folder.bootstrap("Acme", "ada@acme.example", "admin");
    let server = Server::start_on(folder, &[]);
    let second = server.bootstrap("Acme", "ADA@acme.example", "admin");
    assert_eq!(
        (&first.business_id, &first.user_id),
        (&second.business_id, &second.user_id)
    );
    assert_ne!(first.token, second.token);
    for credential in [first, second] {
        assert_eq!(server.probe(&credential).await, 200);
    }
}

#[tokio::test]
pub(crate) async fn bootstrap_is_exempt_from_the_limit_of_active_tokens() {
    let server = Server::start();
    let admin = server.admin();
    for number in 2..=10 {
        server.create(&admin, &format!("{number}")).await;
    }
    assert_eq!(server.probe(&server.admin()).await, 200);
}

#[test]
fn bootstrap_prints_a_report_for_people_or_for_programs() {
    let folder = Folder::new();
    let arguments = ["--business", "Acme", "--email", "ada@acme.example"];
    let printed = bootstrap(&folder, &arguments);
    assert!(printed.status.success());
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "[uuid]",
    );
    settings.add_filter(r"dz_eyJ[\w-]+\.[\w-]+\.[\w-]{43}\b", "[token]");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z", "[instant]");
    settings.bind(|| {
        insta::assert_snapshot!(text(&printed.stdout), @r"
        ada@acme.example is admin of Acme.
        Business id:  [uuid]
        Token:        [token]
        Expires:      [instant]
        The token is shown once. Keep it like a password.
        ");
        let printed = bootstrap(&folder, &[&arguments[..], &["--json"]].concat());
        insta::assert_snapshot!(text(&printed.stdout), @r#"{"business_id":"[uuid]","business":"Acme","user_id":"[uuid]","email":"ada@acme.example","role":"admin","token_id":"[uuid]","jti":"[uuid]","token":"[token]","expires_at":"[instant]"}"#);
    });
}

#[tokio::test]
async fn token_has_the_requested_lifetime() {
    let server = Server::start();
    let with_lifetime = |lifetime: &str| {
        let mut arguments = vec!["--json", "--business", "Acme"];
        arguments.extend(["--email", "ada@acme.example", "--expires-in", lifetime]);
        let printed = bootstrap(server.folder(), &arguments);
        let report: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
        let expires_at: chrono::DateTime<chrono::Utc> =
            serde_json::from_value(report["expires_at"].clone()).unwrap();
        (Credential::from_report(&report), expires_at)
    };
    let before = chrono::Utc::now();
    let (long, expires_at) = with_lifetime("90d");
    // The expiry is cut to whole seconds, so that no lifetime is longer than requested.
    let lifetime = expires_at - before;
    assert!(
        lifetime > chrono::TimeDelta::days(90) - chrono::TimeDelta::seconds(1),
        "{lifetime}"
    );
    assert!(expires_at <= chrono::Utc::now() + chrono::TimeDelta::days(90));

    let (short, expires_at) = with_lifetime("1s");
    let left = (expires_at - chrono::Utc::now()).to_std();
    tokio::time::sleep(left.unwrap_or_default()).await;
    assert_eq!(server.probe(&short).await, 401);
    assert_eq!(server.probe(&long).await, 200);
}

#[test]
fn lifetime_that_no_token_may_have_is_refused_with_examples() {
    let folder = Folder::new();
    for wrong in [
        "0s",
        "366d",
        "8761h",
        "10",
        "5w",
        "-1d",
        "1.5d",
        "d",
        "",
        "é",
        "99999999999999999999d",
    ] {
        let refused = bootstrap(
            &folder,
            &[
                "--business",
                "Acme",
                "--email",
                "ada@acme.example",
                &format!("--expires-in={wrong}"),
            ],
        );
        assert_eq!(refused.status.code(), Some(2), "{wrong}");
        let said = text(&refused.stderr);
        assert!(
            said.contains("give a time from 1s to 365d, such as 90d, 12h, 30m or 2s"),
            "{wrong}: {said}"
        );
    }
}

#[test]
fn another_role_for_a_member_is_refused_with_a_remedy() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    let refused = bootstrap(
        &folder,
        &[
            "--business",
            "Acme",
            "--email",
            "ada@acme.example",
            "--role",
            "member",
        ],
    );
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    insta::assert_snapshot!(text(&refused.stderr), @"error: ada@acme.example is in Acme as admin already, and bootstrap changes no roles. Leave the role as it is with `--role admin`");
}

#[test]
pub(crate) fn first_starts_at_the_same_moment_agree_on_one_database_and_one_key() {
    let folder = Folder::new();
    let credentials = at_once(4, |number| {
        folder.bootstrap("Acme", &format!("u{number}@acme.example"), "member")
    });
    let headers: std::collections::HashSet<_> = credentials
        .iter()
        .map(|credential| credential.token.split('.').next())
        .collect();
    assert_eq!(headers.len(), 1, "all tokens name the same key");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
pub(crate) async fn business_may_be_named_by_its_id_and_no_business_is_named_like_an_id() {
    let server = Server::start();
    let admin = server.admin();
    let another = server.bootstrap(&admin.business_id, "bob@acme.example", "admin");
    assert_eq!(another.business_id, admin.business_id);
    assert_eq!(server.probe(&another).await, 200);
    let unknown = crate::harness::unknown_id();
    for command in [
        &["bootstrap", "--email", "eve@acme.example", "--business"][..],
        &["businesses", "add", "--name"],
    ] {
        let mut refused = binary();
        refused.args(command).arg(&unknown);
        let database = &server.folder().arguments()[..2];
        if command[0] == "bootstrap" {
            refused.args(server.folder().arguments());
        } else {
            refused.args(database);
        }
        let refused = output(&mut refused);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
        let users = output(binary().args(["users", "list"]).args(database));
        assert!(
            !text(&users.stdout).contains("eve@"),
            "{}",
            text(&users.stdout)
        );
    }
}
