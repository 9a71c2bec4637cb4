//! Acknowledged revocations survive restarts, kills, replaced files and commits of other processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::harness::{
    Credential, Folder, PATIENCE, Request, Server, binary, output, revoke_path, text,
};

#[tokio::test]
pub(crate) async fn revoked_token_is_refused_after_a_restart() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    let first = server.revoke(&admin, &token.token_id).await.json();

    let server = Server::start_on(server.stop(), &[]);
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.probe(&admin).await, 200);
    assert_eq!(
        server.revoke(&admin, &token.token_id).await.json()["data"],
        first["data"]
    );
}

#[tokio::test]
pub(crate) async fn revoked_token_is_refused_after_a_kill_right_after_the_201() {
    let mut folder = Folder::new();
    for round in 0..3 {
        let server = Server::start_on(folder, &[]);
        let (admin, token) = (server.admin(), server.member());
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        folder = server.kill();

        let server = Server::start_on(folder, &[]);
        assert_eq!(server.probe(&token).await, 401, "round {round}");
        assert_eq!(server.probe(&admin).await, 200, "round {round}");
        folder = server.kill();
    }
}

#[tokio::test]
async fn sigterm_finishes_a_request_that_has_begun_and_exits_0() {
    let mut server = Server::start();
    let admin = server.admin();
    let body = r#"{"reason": "half sent"}"#;
    let (sent, unsent) = body.split_at(5);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        revoke_path(&admin.token_id),
        admin.token,
        admin.business_id,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once the handler reads it: from here on the request is in progress.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(text(&asked).starts_with("HTTP/1.1 100"), "{}", text(&asked));
    stream.write_all(sent.as_bytes()).await.unwrap();

    server.terminate();
    let refused = async {
        while TcpStream::connect(server.address()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, refused)
        .await
        .expect("new connections are refused");

    stream.write_all(unsent.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("an answer")
        .unwrap();
    assert!(
        text(&answer).starts_with("HTTP/1.1 201"),
        "{}",
        text(&answer)
    );
    assert!(text(&answer).contains("half sent"));
    assert_eq!(server.wait().code(), Some(0));
}

#[tokio::test]
async fn drain_timeout_bounds_the_wait_for_a_request_that_never_ends() {
    let mut server = Server::start_on(Folder::new(), &["--drain-timeout", "0.2"]);
    let admin = server.admin();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
        revoke_path(&admin.token_id),
        admin.token,
        admin.business_id,
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();

    let begun = Instant::now();
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
    // Less than the default.
    assert!(begun.elapsed() < Duration::from_secs(8));
}

/// Returns the paths of the SQLite database in a folder: the file, its write-ahead log and the log's index.
fn parts(folder: &Path) -> Vec<PathBuf> {
    ["", "-wal", "-shm"]
        .map(|end| folder.join(format!("tokens.db{end}")))
        .to_vec()
}

#[tokio::test]
async fn revocation_is_503_after_the_file_is_deleted_and_the_tokens_are_refused_after_a_restart() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    for part in parts(server.folder().path()) {
        fs::remove_file(part).unwrap();
    }
    tokio::time::sleep(NOTICED).await;
    assert_eq!(server.probe(&admin).await, 503);
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 503);
    assert_eq!(server.request("GET", "/readyz").send().await.status, 503);

    // Started again, the server has an empty database and does not know the tokens.
    let server = Server::start_on(server.kill(), &[]);
    for credential in [&admin, &token] {
        assert_eq!(server.probe(credential).await, 401);
    }
}

#[tokio::test]
async fn revocation_is_503_after_the_file_is_replaced_by_a_backup_and_the_server_is_not_ready() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    let folder = server.stop();
    let (path, backup) = (folder.database(), folder.path().join("backup.db"));
    fs::copy(&path, &backup).unwrap();

    let server = Server::start_on(folder, &[]);
    let other = server.create(&admin, "acknowledged before").await;
    assert_eq!(server.revoke(&admin, &other.token_id).await.status, 201);
    fs::rename(&backup, &path).unwrap();
    // A write to the replaced file, which no path names any more, is not acknowledged.
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 503);
    tokio::time::sleep(NOTICED).await;
    let many = (0..64).map(|_| server.probe(&other));
    for status in futures_util::future::join_all(many).await {
        assert_eq!(status, 503);
    }
    assert_eq!(server.probe(&admin).await, 503);
    assert_eq!(server.request("GET", "/readyz").send().await.status, 503);
}

/// The time after which reads notice that a file was removed or replaced. Writes notice it at once.
const NOTICED: Duration = Duration::from_millis(10);

/// The newest commits are in the log alone.
#[tokio::test]
async fn nothing_is_answered_after_the_log_or_its_index_is_removed_or_replaced() {
    for part in ["tokens.db-wal", "tokens.db-shm"] {
        for replaced in [false, true] {
            let server = Server::start();
            let admin = server.admin();
            let path = server.folder().path().join(part);
            let (aside, copy) = (path.with_extension("aside"), path.with_extension("copy"));
            fs::copy(&path, &copy).unwrap();
            fs::rename(&path, &aside).unwrap();
            if replaced {
                fs::rename(&copy, &path).unwrap();
            }
            tokio::time::sleep(NOTICED).await;
            assert_eq!(server.probe(&admin).await, 503, "{part} {replaced}");
            let revoked = server.revoke(&admin, &admin.token_id).await;
            assert_eq!(revoked.status, 503, "{part} {replaced}");
            assert_eq!(server.request("GET", "/readyz").send().await.status, 503);
            fs::rename(&aside, &path).unwrap();
            // It was refused before it was written.
            assert_eq!(server.probe(&admin).await, 200, "{part} {replaced}");
        }
    }
}

/// The link leads to the same file, beside which other programs keep another log.
#[tokio::test]
async fn nothing_is_answered_after_the_database_is_moved_and_linked() {
    let server = Server::start();
    let admin = server.admin();
    let (path, moved) = (
        server.folder().database(),
        server.folder().path().join("moved.db"),
    );
    fs::rename(&path, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &path).unwrap();
    tokio::time::sleep(NOTICED).await;
    assert_eq!(server.probe(&admin).await, 503);
    let revoked = server.revoke(&admin, &admin.token_id).await;
    assert_eq!(revoked.status, 503);
    fs::rename(&moved, &path).unwrap();
    assert_eq!(server.probe(&admin).await, 200);
}

#[test]
fn one_server_uses_a_file_whatever_its_name() {
    let server = Server::start();
    let folder = server.folder();
    let (file, link) = (folder.database(), folder.path().join("link.db"));
    let serve = |path: &Path| {
        let database = format!("sqlite:{}", path.display());
        let keys = folder.key_file();
        let serve = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database",
            &database,
            "--keys",
        ];
        output(binary().args(serve).arg(keys))
    };
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let refused = serve(&link);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("another server"), "{said}");

    fs::remove_file(&link).unwrap();
    fs::hard_link(&file, &link).unwrap();
    let refused = serve(&link);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("hard link"), "{said}");

    // Moved with its log, it is the same database, with which the other server goes on when it is put back.
    fs::remove_file(&link).unwrap();
    let moved = folder.path().join("moved");
    fs::create_dir(&moved).unwrap();
    for path in parts(folder.path()) {
        fs::rename(&path, moved.join(path.file_name().unwrap())).unwrap();
    }
    let refused = serve(&moved.join(file.file_name().unwrap()));
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("another server"), "{said}");

    let refused = serve(Path::new("/dev/null"));
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("is not a file"), "{said}");
    assert!(!Path::new("/dev/null-journal").exists());
}

#[tokio::test]
async fn log_that_remains_after_a_kill_is_read_by_the_next_command() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    let folder = server.kill();
    let log = fs::metadata(&parts(folder.path())[1]).unwrap().len();
    assert!(log > 0, "the revocation is in the log alone");
    folder.bootstrap("Acme", "another@acme.example", "member");
    let server = Server::start_on(folder, &[]);
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.probe(&admin).await, 200);
}

/// Revokes a token without the server, as an operator with a shell can, at this time in microseconds.
async fn revoke_by_hand(pool: &sqlx::SqlitePool, token: &Credential, at: i64) {
    sqlx::query("INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES (?, ?, 'by hand')")
        .bind(&token.jti)
        .bind(at)
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn revocation_holds_for_any_time_that_the_clock_showed() {
    let server = Server::start();
    let (admin, early, late) = (server.admin(), server.member(), server.member());
    let pool = server.folder().sqlite().await;
    let far = chrono::Utc::now().timestamp_micros() + 86_400_000_000;
    // A clock that had been set back to the epoch, and one that was a day ahead.
    for (token, at) in [(&early, 0), (&late, far)] {
        revoke_by_hand(&pool, token, at).await;
        assert_eq!(server.probe(token).await, 401);
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        assert_eq!(server.probe(token).await, 401);
    }
    assert_eq!(server.probe(&admin).await, 200);
}

/// Lists the tokens repeatedly, so that the server's connections stay in use, until [`still_reading`].
fn keep_reading(server: &Server, credential: &Credential, tasks: usize) -> JoinSet<()> {
    let mut reading = JoinSet::new();
    for _ in 0..tasks {
        let (url, credential) = (format!("{}/api/v1/tokens", server.url), credential.clone());
        reading.spawn(async move {
            loop {
                let request = Request::new("GET", &url).by(&credential);
                assert_eq!(request.send().await.status, 200);
            }
        });
    }
    reading
}

/// Fails if a reader has stopped, which it does after a wrong answer. Then ends all readers.
pub(crate) fn still_reading(mut reading: JoinSet<()>) {
    if let Some(stopped) = reading.try_join_next() {
        stopped.expect("every answer is 200");
    }
}

/// Returns whether the caller's list contains the token.
pub(crate) async fn lists(server: &Server, by: &Credential, token: &Credential) -> bool {
    let answer = server.request("GET", "/api/v1/tokens").by(by).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.contains(&token.token_id)
}

#[tokio::test]
async fn commit_of_another_process_is_seen_by_the_next_request() {
    let server = Server::start();
    let admin = server.admin();
    let pool = server.folder().sqlite().await;
    let reading = keep_reading(&server, &admin, 4);
    for round in 0..60 {
        let token = server.create(&admin, "revoked by hand").await;
        assert_eq!(server.probe(&token).await, 200, "round {round}");
        assert!(lists(&server, &admin, &token).await, "round {round}");
        revoke_by_hand(&pool, &token, 0).await;
        assert!(!lists(&server, &admin, &token).await, "round {round}");
        assert_eq!(server.probe(&token).await, 401, "round {round}");
    }
    still_reading(reading);
}

/// The server's own commits keep the cache valid. A commit of another process between them must not stay unnoticed.
#[tokio::test]
async fn commit_of_another_process_is_seen_between_commits_of_the_server() {
    let server = Server::start();
    let (admin, noise) = (server.admin(), server.member());
    let pool = server.folder().sqlite().await;
    let mut committing = JoinSet::new();
    for _ in 0..3 {
        let (url, admin) = (
            format!("{}{}", server.url, revoke_path(&noise.token_id)),
            admin.clone(),
        );
        committing.spawn(async move {
            loop {
                let request = Request::new("POST", &url).by(&admin);
                assert_eq!(request.send().await.status, 201);
            }
        });
    }
    for round in 0..60 {
        let token = server.create(&admin, "revoked by hand").await;
        for _ in 0..5 {
            assert_eq!(server.probe(&token).await, 200, "round {round}");
            assert!(lists(&server, &admin, &token).await, "round {round}");
        }
        revoke_by_hand(&pool, &token, 0).await;
        if round % 2 == 0 {
            assert_eq!(server.revoke(&admin, &noise.token_id).await.status, 201);
        }
        assert_eq!(server.probe(&token).await, 401, "round {round}");
        assert!(!lists(&server, &admin, &token).await, "round {round}");
    }
    still_reading(committing);
}

#[tokio::test]
async fn write_ahead_log_is_reused_while_requests_never_stop() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    let reading = keep_reading(&server, &admin, 4);
    let log = parts(server.folder().path())[1].clone();
    let (mut commits, mut largest) = (0, 0);
    // Each revocation after the first still adds a line to the audit trail: some 10,000 pages in all.
    while commits < 6000 {
        let eight = (0..8).map(|_| server.revoke(&admin, &token.token_id));
        for answer in futures_util::future::join_all(eight).await {
            assert_eq!(answer.status, 201);
        }
        commits += 8;
        largest = largest.max(fs::metadata(&log).unwrap().len());
    }
    still_reading(reading);
    let pages = largest / 4096;
    assert!(
        (1000..5000).contains(&pages),
        "{pages} pages after {commits} revocations"
    );
}

#[tokio::test]
async fn operator_can_empty_the_write_ahead_log_of_a_server_that_has_nothing_to_write() {
    let server = Server::start();
    let admin = server.admin();
    assert_eq!(server.probe(&admin).await, 200);
    let pool = server.folder().sqlite().await;
    let emptied = async {
        loop {
            // Its first column says whether another connection prevented it.
            let checkpoint = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)");
            if checkpoint.fetch_one(&pool).await.unwrap() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, emptied)
        .await
        .expect("no reader holds the log for long");
    let log = &parts(server.folder().path())[1];
    assert_eq!(fs::metadata(log).unwrap().len(), 0);
    assert_eq!(server.probe(&admin).await, 200);
}
