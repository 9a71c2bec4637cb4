//! Tokens: their listing and their revocation.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{done, events, listed, names_operator, revoke};
use crate::harness::{Credential, Folder, PATIENCE, Request, Server, binary, output, string, text};
use crate::metrics::{scrape, url_in, value};

#[tokio::test]
pub(crate) async fn tokens_are_listed_with_the_token_that_minted_each() {
    let server = Server::start();
    let (folder, admin) = (server.folder(), server.admin());
    let child = server.create(&admin, "child").await;
    let grandchild = server.create(&child, "grand\u{1b}child").await;
    assert_eq!(server.revoke(&admin, &child.token_id).await.status, 201);

    let tokens = listed(folder, &["--business", &admin.business_id]);
    let summary: Vec<_> = tokens
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
    assert!(names_operator(&tokens[0]));
    assert_eq!(tokens[1]["revoked_by"], "ada@acme.example");
    for arguments in [["--user", "ADA@acme.example"], ["--business", "Acme"]] {
        assert_eq!(listed(folder, &arguments).len(), 3, "{arguments:?}");
    }
    let table = done(folder, &["tokens", "list", "--business", "Acme"]);
    assert!(table.contains("grand\\u{1b}child"), "{table}");
    assert!(!table.contains('\u{1b}') && !table.contains(&admin.token[3..40]));

    // In a terminal that the table does not fit, each token has lines of its own.
    let mut narrow = binary();
    narrow.args(["tokens", "list", "--business", "Acme"]);
    let narrow = output(narrow.args(&folder.arguments()[..2]).env("COLUMNS", "80"));
    let records = text(&narrow.stdout);
    assert_eq!(records.matches("\nSTATE      ").count(), 3, "{records}");
    assert!(
        records.lines().all(|line| line.chars().count() <= 80),
        "{records}"
    );
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
             FROM tokens, generate_series(1, 5500) AS n WHERE jti = '{}'",
            admin.jti
        ));
    } else {
        let id = "lower(printf('00000000-0000-4000-8000-%012x', i))";
        let many = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5500)
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
    assert_eq!(listed(folder, &["--user", "ada@acme.example"]).len(), 5501);
    assert_eq!(revoke(folder, &["--business", "Acme"]).len(), 5501);
    assert_eq!(server.probe(&admin).await, 401);
    let recorded = events(folder, "token.revoked");
    assert_eq!(recorded.len(), 5501);
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
    let tokens = listed(server.folder(), &["--business", "Acme"]);
    assert!(
        tokens
            .iter()
            .all(|token| token["revoked_by"] == "operator" && token["state"] == "revoked"),
        "{tokens:?}"
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
