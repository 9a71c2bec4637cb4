//! Retention: what is deleted, and what is not.

use std::time::Duration;

use serde_json::Value;

use super::{done, events, listed, names_operator, revoke};
use crate::harness::{Credential, Folder, Server, binary, output, string, text};

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
        let tokens = listed(folder, arguments);
        tokens.iter().map(|token| string(&token["jti"])).collect()
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
