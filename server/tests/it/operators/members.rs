//! Businesses and their members.

use serde_json::{Value, json};

use super::{done, events, listed, names_operator, run};
use crate::harness::{Server, binary, output, string, text};

#[tokio::test]
pub(crate) async fn deactivated_user_has_no_active_token_and_gets_none_until_added_again() {
    let server = Server::start();
    let (folder, admin, member) = (server.folder(), server.admin(), server.member());
    let elsewhere = server.bootstrap("Other", "max@acme.example", "admin");
    let deactivate = [
        "users",
        "deactivate",
        "--email",
        "Max@acme.example",
        "--reason",
        "left",
    ];
    let said = done(folder, &deactivate);
    assert!(said.contains("2 tokens revoked now, 0 before"), "{said}");
    for (token, status) in [(&member, 401), (&elsewhere, 401), (&admin, 200)] {
        assert_eq!(server.probe(token).await, status);
    }
    let said = done(folder, &deactivate);
    assert!(said.contains("was deactivated before"), "{said}");
    let users = done(folder, &["users", "list", "--json", "--business", "Acme"]);
    let max = users.lines().find(|line| line.contains("max@acme.example"));
    assert!(
        !max.unwrap().contains(r#""deactivated_at":null"#),
        "{users}"
    );

    // Neither this program nor an older one mints a token for the user.
    let refused = output(
        binary()
            .args(["bootstrap", "--business", "Acme", "--role", "member"])
            .args(["--email", "max@acme.example"])
            .args(folder.arguments()),
    );
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("max@acme.example is deactivated"), "{said}");
    let remedy = "`server users add --email max@acme.example --business 'Acme' --role member`";
    assert!(said.contains(remedy), "{said}");
    let copy = format!(
        "INSERT INTO tokens SELECT * FROM tokens WHERE jti = '{}'",
        member.jti
    );
    let problem = match folder.postgres() {
        Some(database) => database.try_execute(&copy).unwrap_err(),
        None => {
            let pool = folder.sqlite().await;
            let copied = sqlx::query(sqlx::AssertSqlSafe(copy)).execute(&pool).await;
            copied.unwrap_err().to_string()
        }
    };
    assert!(problem.contains("the user is deactivated"), "{problem}");

    // A refused command changes nothing.
    let as_admin = ["users", "add", "--email", "max@acme.example"];
    let as_admin = [&as_admin[..], &["--business", "Acme", "--role", "admin"]].concat();
    assert_eq!(run(folder, &as_admin).0, Some(2));
    let users = done(folder, &["users", "list", "--json", "--business", "Acme"]);
    assert_eq!(
        users.matches(r#""deactivated_at":null"#).count(),
        1,
        "{users}"
    );

    let add = ["users", "add", "--email", "max@acme.example"];
    let add = [&add[..], &["--business", "Acme", "--role", "member"]].concat();
    let said = done(folder, &add);
    assert!(said.contains("active again, as member of Acme"), "{said}");
    let again = server.member();
    assert_eq!(server.probe(&again).await, 200);
    assert_eq!(server.probe(&member).await, 401, "revoked for ever");
    for (action, reason) in [
        ("user.deactivated", json!("left")),
        ("user.activated", Value::Null),
    ] {
        let events = events(folder, action);
        assert_eq!(events.len(), 1, "{action}");
        assert_eq!(events[0]["target_user_id"], member.user_id.as_str());
        assert_eq!(events[0]["reason"], reason);
        assert!(names_operator(&events[0]));
    }
}

#[tokio::test]
pub(crate) async fn role_changes_at_the_next_request_and_the_trail_says_who_made_an_admin() {
    let server = Server::start();
    let (folder, admin, member) = (server.folder(), server.admin(), server.member());
    let mut targets = Vec::new();
    for name in ["a", "b", "c"] {
        targets.push(server.create(&admin, name).await.token_id);
    }
    let role = |role: &str| {
        let who = ["--email", "max@acme.example", "--business", "Acme"];
        done(
            folder,
            &[&["users", "role", "--role", role], &who[..]].concat(),
        )
    };
    assert_eq!(server.revoke(&member, &targets[0]).await.status, 403);
    assert!(role("admin").contains("is admin of Acme now, and was member"));
    assert_eq!(server.revoke(&member, &targets[1]).await.status, 201);
    assert!(role("admin").contains("was admin of Acme before"));
    role("member");
    assert_eq!(server.revoke(&member, &targets[2]).await.status, 403);

    let changes = events(folder, "user.role_changed");
    let roles: Vec<_> = changes.iter().map(|event| string(&event["role"])).collect();
    assert_eq!(roles, ["admin", "member"]);
    for event in &changes {
        assert!(names_operator(event));
        assert_eq!(event["target_user_id"], member.user_id.as_str());
        assert_eq!(event["business_id"], member.business_id.as_str());
    }
    // The first admins are in the trail as well.
    let mut added = events(folder, "user.added");
    added.retain(|event| event["business_id"] == admin.business_id.as_str());
    let roles: Vec<_> = added.iter().map(|event| string(&event["role"])).collect();
    assert_eq!(roles, ["admin", "member"]);
}

#[tokio::test]
pub(crate) async fn businesses_and_users_are_added_once_and_listed() {
    let server = Server::start();
    let folder = server.folder();
    let add = ["businesses", "add", "--name", "New"];
    let (first, second) = (done(folder, &add), done(folder, &add));
    assert!(first.contains("New added"), "{first}");
    assert!(second.contains("New exists already"), "{second}");
    assert_eq!(
        events(folder, "business.added")
            .iter()
            .filter(|event| names_operator(event))
            .count(),
        if folder.postgres().is_some() { 2 } else { 1 }
    );
    let listed = done(folder, &["businesses", "list", "--json"]);
    assert!(listed.contains(r#""name":"New""#), "{listed}");

    let user = [
        "--email",
        "eve@new.example",
        "--business",
        "New",
        "--role",
        "member",
    ];
    let add = [&["users", "add"], &user[..]].concat();
    assert!(done(folder, &add).contains("is member of New now"));
    assert!(done(folder, &add).contains("was member of New before"));
    let other = add
        .iter()
        .map(|word| if *word == "member" { "admin" } else { word });
    let (code, _, problem) = run(folder, &other.collect::<Vec<_>>());
    assert_eq!(code, Some(2));
    assert!(problem.contains("`server users role`"), "{problem}");
    let table = done(folder, &["users", "list", "--business", "New"]);
    assert!(table.contains("eve@new.example  member"), "{table}");
    // The new member gets a token of this role.
    let eve = folder.bootstrap("New", "eve@new.example", "member");
    assert_eq!(server.probe(&eve).await, 200);
}

/// On PostgreSQL the database's locale decides which letters are the same.
#[tokio::test]
async fn email_is_one_user_in_whatever_case_it_is_written() {
    let server = Server::start();
    let first = server.bootstrap("Acme", "Jürgen.ÖZ@acme.example", "member");
    let second = server.bootstrap("Acme", "JÜRGEN.öz@acme.example", "member");
    assert_eq!(first.user_id, second.user_id);
    assert_eq!(
        listed(server.folder(), &["--user", "jürgen.öz@ACME.example"]).len(),
        2
    );
    let deactivate = ["users", "deactivate", "--reason", "left", "--email"];
    let said = done(
        server.folder(),
        &[&deactivate[..], &["JÜRGEN.ÖZ@acme.example"]].concat(),
    );
    assert!(said.contains("2 tokens revoked now"), "{said}");
    for token in [&first, &second] {
        assert_eq!(server.probe(token).await, 401);
    }
    let other = server.bootstrap("Acme", "jurgen.oz@acme.example", "member");
    assert_ne!(other.user_id, first.user_id);
}
