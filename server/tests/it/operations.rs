//! Health and readiness, also when the store fails.

use std::fs;
use std::time::Duration;

use crate::harness::{Folder, Server};

#[tokio::test]
pub(crate) async fn healthy_and_ready_while_the_store_answers() {
    let server = Server::start();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            server.request("GET", path).send().await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn outage_is_logged_once_and_clients_are_asked_to_wait() {
    let (server, log) = Server::start_logging(Folder::new(), &[]);
    let admin = server.admin();
    fs::remove_file(server.folder().database()).unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    for _ in 0..20 {
        let answer = server
            .request("GET", "/api/v1/tokens")
            .by(&admin)
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (503, Some("1"))
        );
    }
    let _folder = server.kill();
    let lines = fs::read_to_string(log).unwrap();
    assert_eq!(
        lines.matches("the store does not answer").count(),
        1,
        "{lines}"
    );
}

#[tokio::test]
async fn failing_store_means_503_and_no_accepted_request() {
    let server = Server::start();
    let admin = server.admin();
    let pool = server.folder().sqlite().await;
    sqlx::query("ALTER TABLE tokens RENAME TO elsewhere")
        .execute(&pool)
        .await
        .unwrap();

    let unavailable = (
        503,
        "The service is not available; try again shortly".to_owned(),
    );
    assert_eq!(
        server.request("GET", "/readyz").send().await.refusal(),
        unavailable
    );
    assert_eq!(
        server
            .request("GET", "/api/v1/tokens")
            .by(&admin)
            .send()
            .await
            .refusal(),
        unavailable
    );
    assert_eq!(
        server.revoke(&admin, &admin.token_id).await.refusal(),
        unavailable
    );
    assert_eq!(
        server.request("GET", "/healthz").send().await.status,
        200,
        "the process is up"
    );

    sqlx::query("ALTER TABLE elsewhere RENAME TO tokens")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(server.request("GET", "/readyz").send().await.status, 200);
    assert_eq!(server.probe(&admin).await, 200);
}
