//! What operators do on the store, beside a running server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::audit::audit;
use crate::harness::{
    Credential, Folder, PATIENCE, Request, Server, binary, output, string, text, unknown_id,
};
use crate::metrics::{scrape, url_in, value};

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
fn tokens(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let listed = done(folder, &[&["tokens", "list", "--json"], arguments].concat());
    listed
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
pub(crate) async fn tokens_are_listed_with_the_token_that_minted_each() {
    let server = Server::start();
    let (folder, admin) = (server.folder(), server.admin());
    let child = server.create(&admin, "child").await;
    let grandchild = server.create(&child, "grand\u{1b}child").await;
    assert_eq!(server.revoke(&admin, &child.token_id).await.status, 201);

    let listed = tokens(folder, &["--business", &admin.business_id]);
    let summary: Vec<_> = listed
        .iter()
        .map(|token| {
            let minted_by = token["minted_by"].as_str();
            (string(&token["jti"]), string(&token["state"]), minted_by)
        })
        .collect();
    let expected = [
        (admin.jti.clone(), "active".to_owned(), None),
        (
            child.jti.clone(),
            "revoked".to_owned(),
            Some(admin.token_id.as_str()),
        ),
        (
            grandchild.jti.clone(),
            "active".to_owned(),
            Some(child.token_id.as_str()),
        ),
    ];
    assert_eq!(summary, expected);
    assert!(names_operator(&listed[0]));
    assert_eq!(listed[1]["revoked_by"], "ada@acme.example");
    for arguments in [["--user", "ADA@acme.example"], ["--business", "Acme"]] {
        assert_eq!(tokens(folder, &arguments).len(), 3, "{arguments:?}");
    }
    let table = done(folder, &["tokens", "list", "--business", "Acme"]);
    assert!(table.contains("grand\\u{1b}child"), "{table}");
    assert!(!table.contains('\u{1b}') && !table.contains(&admin.token[3..40]));
}

#[tokio::test]
pub(crate) async fn listing_of_many_tokens_is_complete_over_several_pages() {
    let server = Server::start();
    let (folder, admin) = (server.folder(), server.admin());
    let insert = "INSERT INTO tokens (id, jti, business_id, user_id, name, token_prefix, token_sha256, created_at, expires_at)";
    if let Some(database) = folder.postgres() {
        database.execute(&format!(
            "{insert} SELECT gen_random_uuid(), gen_random_uuid(), business_id, user_id, 'many', '', sha256(n::text::bytea),
                             created_at, expires_at
             FROM tokens, generate_series(1, 2500) AS n WHERE jti = '{}'",
            admin.jti
        ));
    } else {
        let id = "lower(printf('00000000-0000-4000-8000-%012x', i))";
        let many = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
             {insert} SELECT {id}, {id}, business_id, user_id, 'many', '', CAST(printf('%032d', i) AS BLOB), created_at, expires_at
             FROM tokens, n WHERE jti = '{}'",
            admin.jti
        );
        let pool = folder.sqlite().await;
        sqlx::query(sqlx::AssertSqlSafe(many))
            .execute(&pool)
            .await
            .unwrap();
    }
    assert_eq!(tokens(folder, &["--user", "ada@acme.example"]).len(), 2501);
    assert_eq!(revoke(folder, &["--business", "Acme"]).len(), 2501);
    assert_eq!(server.probe(&admin).await, 401);
    let recorded = events(folder, "token.revoked");
    assert_eq!(recorded.len(), 2501);
    assert!(recorded.iter().all(|event| {
        names_operator(event)
            && event["reason"] == "leaked"
            && event["target_user_id"] == admin.user_id.as_str()
    }));
}

#[tokio::test]
pub(crate) async fn operator_revokes_a_token_a_user_or_a_business_while_a_server_runs() {
    let server = Server::start();
    let folder = server.folder();
    let (admin, member) = (server.admin(), server.member());
    let elsewhere = server.bootstrap("Other", "max@acme.example", "member");
    let [one, two] = [
        server.create(&member, "one").await,
        server.create(&member, "two").await,
    ];
    for token in [&one, &two, &member, &elsewhere, &admin] {
        assert_eq!(server.probe(token).await, 200);
    }

    // By its id or its jti.
    for (id, token) in [(&one.token_id, &one), (&two.jti, &two)] {
        assert_eq!(revoke(folder, &["--token", id]), [token.token_id.as_str()]);
        assert_eq!(server.probe(token).await, 401);
        assert_eq!(revoke(folder, &["--token", id]), [""; 0], "again");
    }
    assert_eq!(server.probe(&member).await, 200);

    let mut revoked = revoke(folder, &["--user", "MAX@acme.example"]);
    revoked.sort();
    let mut of_user = [member.token_id.clone(), elsewhere.token_id.clone()];
    of_user.sort();
    assert_eq!(revoked, of_user);
    for (token, status) in [(&member, 401), (&elsewhere, 401), (&admin, 200)] {
        assert_eq!(server.probe(token).await, status);
    }
    assert_eq!(revoke(folder, &["--business", &admin.business_id]).len(), 1);
    assert_eq!(server.probe(&admin).await, 401);
    assert_eq!(revoke(folder, &["--business", "Acme"]), [""; 0], "again");

    let recorded = events(folder, "token.revoked");
    assert_eq!(recorded.len(), 5, "one for each token");
    for event in &recorded {
        assert!(names_operator(event), "{event}");
        assert_eq!(event["reason"], "leaked");
        assert_eq!(event["actor_user_id"], Value::Null);
    }
    // The revocation stays with restarts, and the API shows no user of the operating system.
    let server = Server::start_on(server.kill(), &[]);
    assert_eq!(server.probe(&admin).await, 401);
    let listed = tokens(server.folder(), &["--business", "Acme"]);
    assert!(
        listed
            .iter()
            .all(|token| token["revoked_by"] == "operator" && token["state"] == "revoked"),
        "{listed:?}"
    );
}

#[tokio::test]
pub(crate) async fn descendants_of_a_token_are_revoked_with_it_when_asked_for() {
    let server = Server::start();
    let (folder, admin) = (server.folder(), server.admin());
    let parent = server.create(&admin, "parent").await;
    let child = server.create(&parent, "child").await;
    let grandchild = server.create(&child, "grandchild").await;
    let sibling = server.create(&admin, "sibling").await;
    // A revoked one in between does not end the search.
    assert_eq!(server.revoke(&admin, &child.token_id).await.status, 201);

    assert_eq!(revoke(folder, &["--token", &parent.jti]).len(), 1);
    assert_eq!(server.probe(&grandchild).await, 200);
    let with = ["--descendants", "--token", &parent.jti];
    assert_eq!(revoke(folder, &with), [grandchild.token_id.as_str()]);
    assert_eq!(server.probe(&grandchild).await, 401);
    for token in [&sibling, &admin] {
        assert_eq!(server.probe(token).await, 200);
    }
}

/// Each token mints the next one as fast as it can, so that one is minted while its ancestors are being revoked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn token_that_is_minted_during_the_revocation_of_its_ancestors_is_revoked_too() {
    let server = Server::start();
    for round in 0..5 {
        let root = server.bootstrap("Acme", &format!("user{round}@acme.example"), "member");
        let url = format!("{}/api/v1/tokens", server.url);
        let mint = async |by: &Credential| {
            let body = json!({ "name": "next" }).to_string();
            let answer = Request::new("POST", &url).by(by).json(body).send().await;
            match answer.status {
                201 => Some(Credential::created(&answer.json()["data"], by)),
                401 | 400 => None,
                status => panic!("{status}: {}", answer.body),
            }
        };
        let minting = async {
            let mut chain = vec![root.clone()];
            while let Some(next) = mint(chain.last().unwrap()).await {
                chain.push(next);
            }
            chain
        };
        let revoking = async {
            tokio::time::sleep(Duration::from_millis(20 * round)).await;
            let arguments = ["--descendants", "--token", &root.token_id];
            tokio::task::block_in_place(|| revoke(server.folder(), &arguments))
        };
        let (chain, revoked) = tokio::join!(minting, revoking);
        assert_eq!(chain.len(), revoked.len(), "round {round}");
        for token in &chain {
            assert_eq!(server.probe(token).await, 401, "round {round}");
        }
    }
}

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
pub(crate) async fn use_of_a_revoked_token_is_counted_logged_and_recorded_once_an_hour() {
    let (server, log) = Server::start_logging(
        Folder::new(),
        &["--log-format", "json", "--metrics-listen", "127.0.0.1:0"],
    );
    let metrics = url_in(&log);
    let (folder, admin) = (server.folder(), server.admin());
    let token = server.create(&admin, "leaked").await;
    revoke(folder, &["--token", &token.token_id]);
    for _ in 0..3 {
        assert_eq!(server.probe(&token).await, 401);
    }
    let begun = Instant::now();
    let logged = loop {
        let log = std::fs::read_to_string(&log).unwrap();
        if let Some(line) = log
            .lines()
            .find(|line| line.contains("a revoked token was used"))
        {
            break serde_json::from_str::<Value>(line).unwrap();
        }
        assert!(begun.elapsed() < PATIENCE, "{log}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(logged["jti"], token.jti.as_str());
    assert_eq!(logged["reason"], "leaked");
    assert_eq!(logged["client"], "127.0.0.1");
    assert_eq!(logged["level"], "WARN");
    assert_eq!(
        value(&scrape(&metrics).await, "dz_revoked_token_uses_total"),
        3.0
    );

    // Neither another use nor a restart adds another event within the hour.
    let server = Server::start_on(server.stop(), &[]);
    assert_eq!(server.probe(&token).await, 401);
    let folder = server.stop();
    let used = events(&folder, "token.used_after_revocation");
    assert_eq!(used.len(), 1, "{used:?}");
    assert_eq!(used[0]["target_token_id"], token.token_id.as_str());
    assert_eq!(used[0]["actor_user_id"], token.user_id.as_str());
    assert_eq!(used[0]["remote_address"], "127.0.0.1");
    assert_eq!(used[0]["reason"], "leaked");
}

/// Runs a statement in the data of this folder. Returns the database's refusal.
async fn refusal(folder: &Folder, statement: &'static str) -> String {
    match folder.postgres() {
        Some(database) => database.try_execute(statement).expect_err(statement),
        None => {
            let pool = folder.sqlite().await;
            let done = sqlx::query(statement).execute(&pool).await;
            done.expect_err(statement).to_string()
        }
    }
}

#[tokio::test]
pub(crate) async fn pruning_deletes_expired_tokens_and_old_events_and_no_revocation_that_is_needed()
{
    let server = Server::start();
    let folder = server.folder();
    let admin = server.admin();
    let bootstrap_for_a_second = |email: &str| {
        let printed = output(
            binary()
                .args([
                    "bootstrap",
                    "--json",
                    "--business",
                    "Acme",
                    "--email",
                    email,
                ])
                .args(["--role", "member", "--expires-in", "2s"])
                .args(folder.arguments()),
        );
        assert!(printed.status.success(), "{}", text(&printed.stderr));
        Credential::from_report(&serde_json::from_slice(&printed.stdout).unwrap())
    };
    let (short, minter) = (
        bootstrap_for_a_second("short@acme.example"),
        bootstrap_for_a_second("minter@acme.example"),
    );
    let minted = server.create(&minter, "lasts longer").await;
    let live = server.create(&admin, "revoked and not expired").await;
    for token in [&short.token_id, &live.token_id] {
        assert_eq!(server.revoke(&admin, token).await.status, 201);
    }
    // Nothing is so old.
    let said = done(folder, &["prune", "--older-than", "1d"]);
    assert!(said.contains("0 tokens, 0 revocations, 0 events"), "{said}");
    tokio::time::sleep(Duration::from_secs(5)).await;

    let said = done(folder, &["prune", "--older-than", "2s"]);
    // The minter stays, since its own minter would not lead to what it has minted otherwise.
    assert!(said.contains(" 1 tokens, 1 revocations, "), "{said}");
    let jtis = |arguments: &[&str]| -> Vec<String> {
        let listed = tokens(folder, arguments);
        listed.iter().map(|token| string(&token["jti"])).collect()
    };
    assert_eq!(jtis(&["--user", "short@acme.example"]), [""; 0]);
    let both = [minter.jti.clone(), minted.jti.clone()];
    assert_eq!(jtis(&["--user", "minter@acme.example"]), both);
    for (token, status) in [(&short, 401), (&live, 401), (&minted, 200), (&admin, 200)] {
        assert_eq!(server.probe(token).await, status);
    }
    assert_eq!(events(folder, "token.revoked"), [Value::Null; 0]);
    let origins = events(folder, "token.bootstrapped");
    assert!(
        origins
            .iter()
            .any(|event| event["target_token_id"] == minter.token_id.as_str())
    );
    let pruned = events(folder, "store.pruned");
    assert_eq!(pruned.len(), 2, "one in each transaction: {pruned:?}");
    assert!(pruned.iter().all(names_operator), "{pruned:?}");
    let descendants = ["--descendants", "--token", &minter.jti];
    assert_eq!(revoke(folder, &descendants).len(), 2);

    // Nobody else deletes, and nothing that is needed is deleted with a row in `pruning`.
    for statement in ["DELETE FROM revocations", "DELETE FROM audit_events"] {
        let said = refusal(folder, statement).await;
        assert!(said.contains("append-only"), "{statement}: {said}");
    }
    if let Some(database) = folder.postgres() {
        let said = database.try_execute(
            "BEGIN; INSERT INTO pruning VALUES ('infinity'); DELETE FROM revocations; COMMIT",
        );
        assert!(said.unwrap_err().contains("append-only"));
    } else {
        let mut transaction = folder.sqlite().await.begin().await.unwrap();
        sqlx::query("INSERT INTO pruning VALUES (9223372036854775807)")
            .execute(&mut *transaction)
            .await
            .unwrap();
        let deleted = sqlx::query("DELETE FROM revocations")
            .execute(&mut *transaction)
            .await;
        assert!(deleted.unwrap_err().to_string().contains("append-only"));
    }
    assert_eq!(server.probe(&live).await, 401);
}

#[tokio::test]
pub(crate) async fn commands_wait_for_migrate_and_create_nothing() {
    let folder = Folder::new();
    if folder.postgres().is_none() {
        let (code, _, said) = run(&folder, &["users", "list"]);
        assert_eq!(code, Some(3));
        assert!(said.contains("there is no file"), "{said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    } else {
        let (code, _, said) = run(&folder, &["users", "list"]);
        assert_eq!(code, Some(3));
        assert!(said.contains("server migrate"), "{said}");
    }
}
