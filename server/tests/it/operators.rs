//! What operators do on the store, beside a running server.

use serde_json::Value;

use crate::audit::audit;
use crate::harness::{Folder, Server, binary, output, string, text, unknown_id};

pub(crate) mod members;
pub(crate) mod retention;
pub(crate) mod tokens;

/// Runs a command on the data of this folder. Returns its exit code, standard output and standard error.
fn run(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = output(binary().args(arguments).args(&folder.arguments()[..2]));
    let (said, problem) = (text(&output.stdout), text(&output.stderr));
    (output.status.code(), said, problem)
}

/// Runs a command that must succeed. Returns its standard output.
fn done(folder: &Folder, arguments: &[&str]) -> String {
    let (code, said, problem) = run(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {problem}");
    said
}

/// Revokes what is selected. Returns the ids of the tokens that were not revoked before.
fn revoke(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let command = ["revoke", "--reason", "leaked", "--json"];
    let report: Value =
        serde_json::from_str(&done(folder, &[&command, arguments].concat())).unwrap();
    let revoked = report["revoked"].as_array().unwrap();
    revoked.iter().map(string).collect()
}

/// Lists the tokens of a user or business.
fn listed(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let lines = done(folder, &[&["tokens", "list", "--json"], arguments].concat());
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Returns the events with this action.
fn events(folder: &Folder, action: &str) -> Vec<Value> {
    let mut events = audit(folder, &[]);
    events.retain(|event| event["action"] == action);
    events
}

/// Returns whether the text names the user who runs the tests.
fn names_operator(event: &Value) -> bool {
    let uid = rustix::process::getuid().as_raw();
    string(&event["operator"]).contains(&format!("uid {uid}"))
}

#[tokio::test]
pub(crate) async fn what_does_not_exist_is_refused_and_nothing_changes() {
    let server = Server::start();
    let (folder, admin) = (server.folder(), server.admin());
    let unknown = unknown_id();
    let reason = ["--reason", "x"];
    for (arguments, problem) in [
        (
            vec!["revoke", "--token", &unknown, reason[0], reason[1]],
            "there is no token",
        ),
        (
            vec!["revoke", "--user", "no@acme.example", reason[0], reason[1]],
            "there is no user",
        ),
        (
            vec!["revoke", "--business", "Nowhere", reason[0], reason[1]],
            "there is no business",
        ),
        (vec!["revoke", "--token", &admin.jti], "--reason"),
        (vec!["revoke", reason[0], reason[1]], "--token"),
        (
            vec![
                "revoke",
                "--token",
                &admin.jti,
                "--business",
                "Acme",
                reason[0],
                reason[1],
            ],
            "cannot be used with",
        ),
        (
            vec!["tokens", "list", "--user", "no@acme.example"],
            "there is no user",
        ),
        (
            vec!["users", "list", "--business", "Nowhere"],
            "there is no business",
        ),
        (
            vec![
                "users",
                "deactivate",
                "--email",
                "no@acme.example",
                reason[0],
                reason[1],
            ],
            "there is no user",
        ),
        (
            vec![
                "users",
                "role",
                "--email",
                "ada@acme.example",
                "--business",
                "Nowhere",
                "--role",
                "admin",
            ],
            "there is no business",
        ),
        (
            vec![
                "users",
                "add",
                "--email",
                "e@x.example",
                "--business",
                "Nowhere",
                "--role",
                "admin",
            ],
            "there is no business",
        ),
        (vec!["prune", "--older-than", "yesterday"], "400d"),
    ] {
        let (code, _, said) = run(folder, &arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(problem), "{arguments:?}: {said}");
    }
    assert_eq!(server.probe(&admin).await, 200);
    assert_eq!(events(folder, "token.revoked"), [Value::Null; 0]);
}

#[tokio::test]
pub(crate) async fn commands_wait_for_migrate_and_create_nothing() {
    let folder = Folder::new();
    if folder.postgres().is_none() {
        for command in [
            &["users", "list"][..],
            &["businesses", "add", "--name", "Acme"],
        ] {
            let (code, _, said) = run(&folder, command);
            assert_eq!(code, Some(3));
            assert!(said.contains("there is no file"), "{said}");
            assert!(said.contains("`server bootstrap` creates it"), "{said}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    } else {
        let (code, _, said) = run(&folder, &["users", "list"]);
        assert_eq!(code, Some(3));
        assert!(said.contains("server migrate"), "{said}");
    }
}
