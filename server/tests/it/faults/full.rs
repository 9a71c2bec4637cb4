//! A disk that is full.

use std::fs;

use serde_json::json;

use crate::harness::{Credential, Folder, Server};
use crate::small_disk::Mount;

/// Creates a token that takes some space. Returns the status if it is refused.
async fn create(server: &Server, by: &Credential, number: usize) -> Result<Credential, u16> {
    let body = json!({ "name": format!("{number}"), "description": "d".repeat(900) });
    let answer = server.create_with(by, &body).await;
    match answer.status {
        201 => Ok(Credential::created(&answer.json()["data"], by)),
        status => Err(status),
    }
}

#[tokio::test]
async fn full_disk_means_503_for_writes_and_loses_no_acknowledged_revocation() {
    let folder = Folder::new();
    let place = folder.path().to_owned();
    let Some(mount) = Mount::of(&place, "1m") else {
        return;
    };
    let server = Server::start_on(folder, &[]);
    let admin = server.admin();
    let victim = server.create(&admin, "victim").await;

    // Revocations until one is refused for lack of space.
    let (mut revoked, mut refused) = (Vec::new(), Vec::new());
    for number in 0..2000 {
        let token = match create(&server, &admin, number).await {
            Ok(token) => token,
            Err(status) => {
                assert_eq!(status, 503);
                break;
            }
        };
        let reason = json!({ "reason": "r".repeat(490) }).to_string();
        match server
            .revoke_with(&admin, &token.token_id, reason)
            .await
            .status
        {
            201 => revoked.push(token),
            status => {
                assert_eq!(status, 503);
                refused.push(token);
                break;
            }
        }
    }
    assert!(
        !revoked.is_empty() && revoked.len() < 2000,
        "the disk is full: {}",
        revoked.len()
    );
    // Fill the space that remains.
    let filler = place.join("filler");
    let _ = fs::write(&filler, vec![0; 1 << 20]);

    assert_eq!(server.request("GET", "/readyz").send().await.status, 503);
    // Requests that need no space still work, with correct answers. SQLite may have freed space in its log for one more write.
    match server.revoke(&admin, &victim.token_id).await.status {
        201 => revoked.push(victim.clone()),
        status => {
            assert_eq!(status, 503);
            assert_eq!(server.probe(&victim).await, 200, "it was not acknowledged");
        }
    }
    assert_eq!(server.probe(&admin).await, 200);
    for token in &revoked {
        assert_eq!(server.probe(token).await, 401);
    }

    let _ = fs::remove_file(&filler);
    mount.resize("8m");
    assert_eq!(
        server.revoke(&admin, &victim.token_id).await.status,
        201,
        "the server recovers by itself"
    );
    assert_eq!(server.probe(&victim).await, 401);

    // The same after a crash.
    let server = Server::start_on(server.kill(), &[]);
    for token in revoked.iter().chain([&victim]) {
        assert_eq!(server.probe(token).await, 401);
    }
    assert_eq!(server.probe(&admin).await, 200);
    println!(
        "a full disk: {} revocations acknowledged, {} not, none lost",
        revoked.len() + 1,
        refused.len() + 1
    );
    drop(server);
    drop(mount);
}
