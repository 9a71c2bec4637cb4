//! HTTPS with curl, which trusts a given certificate.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::certificates::{certify, options};
use crate::harness::{Folder, PATIENCE, Server, binary, output, text};

fn start(folder: Folder, more: &[&str]) -> Server {
    certify(folder.path());
    let options = options(folder.path());
    let arguments: Vec<&str> = options
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    Server::start_on(folder, &arguments)
}

/// Runs curl for `/healthz`, trusting this certificate.
fn curl(server: &Server, certificate: &Path, more: &[&str]) -> Output {
    output(
        Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--noproxy",
                "*",
                "--max-time",
                "10",
            ])
            .arg("--cacert")
            .arg(certificate)
            .args(more)
            .arg(format!("{}/healthz", server.url)),
    )
}

#[tokio::test]
async fn curl_accepts_the_server_only_with_its_certificate() {
    let server = start(Folder::new(), &[]);
    assert!(
        server.url.starts_with("https://127.0.0.1:"),
        "{}",
        server.url
    );
    let certificate = server.folder().path().join("cert.pem");
    for version in [["--tlsv1.3", "--tls-max"], ["--tlsv1.2", "--tls-max"]] {
        let max = version[0].trim_start_matches("--tlsv");
        let answer = curl(&server, &certificate, &[version[0], version[1], max]);
        assert_eq!(
            text(&answer.stdout),
            r#"{"status":"ok"}"#,
            "{}",
            text(&answer.stderr)
        );
    }

    let another = Folder::new();
    certify(another.path());
    let answer = curl(&server, &another.path().join("cert.pem"), &[]);
    assert_eq!(answer.status.code(), Some(60), "{}", text(&answer.stderr));
    // At its default security level, curl's library would refuse TLS 1.1 before the server does.
    let offered = [
        "--tlsv1.1",
        "--tls-max",
        "1.1",
        "--ciphers",
        "DEFAULT@SECLEVEL=0",
    ];
    let old = curl(&server, &certificate, &offered);
    assert_eq!(old.status.code(), Some(35), "TLS 1.1 is refused");
    assert!(text(&old.stderr).contains("alert"), "{}", text(&old.stderr));
}

#[tokio::test]
async fn renewed_certificate_is_used_without_a_restart_and_a_broken_one_is_not() {
    let server = start(Folder::new(), &[]);
    let folder = server.folder().path();
    let first = folder.join("first.pem");
    fs::copy(folder.join("cert.pem"), &first).unwrap();

    // A certificate without its key changes nothing.
    fs::write(folder.join("cert.pem"), "no certificate").unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert!(curl(&server, &first, &[]).status.success());

    certify(folder);
    let begun = Instant::now();
    while !curl(&server, &folder.join("cert.pem"), &[])
        .status
        .success()
    {
        assert!(
            begun.elapsed() < PATIENCE,
            "the new certificate is not used"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(curl(&server, &first, &[]).status.code(), Some(60));
}

#[tokio::test]
async fn connection_without_a_handshake_is_closed() {
    let server = start(Folder::new(), &["--head-timeout", "0.5"]);
    let address = server.url.trim_start_matches("https://").to_owned();
    for bytes in ["", "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let closed = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer);
        let _ = tokio::time::timeout(PATIENCE, closed)
            .await
            .expect("the server closes");
        assert!(
            !text(&answer).contains("HTTP"),
            "no plain text is sent: {answer:?}"
        );
    }
}

#[tokio::test]
async fn connection_without_a_handshake_does_not_delay_the_end() {
    let mut server = start(Folder::new(), &["--drain-timeout", "15"]);
    let address = server.url.trim_start_matches("https://").to_owned();
    let silent = TcpStream::connect(&address).await.unwrap();
    // Connections are accepted in the order in which they come.
    let certificate = server.folder().path().join("cert.pem");
    assert!(curl(&server, &certificate, &[]).status.success());

    let begun = Instant::now();
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
    // The drain timeout is for requests only.
    assert!(begun.elapsed() < Duration::from_secs(10));
    drop(silent);
}

#[test]
fn unusable_tls_files_are_reported_before_anything_is_created() {
    let folder = Folder::new();
    certify(folder.path());
    let refused = |arguments: &[&str]| {
        let output = output(
            binary()
                .args(["serve", "--listen", "127.0.0.1:0"])
                .args(arguments)
                .args(folder.arguments())
                .current_dir(folder.path()),
        );
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    insta::assert_snapshot!(refused(&["--tls-cert", "cert.pem"]), @"error: --tls-cert and --tls-key belong together: give both, or neither to speak plain HTTP");
    insta::assert_snapshot!(refused(&["--tls-cert", "none.pem", "--tls-key", "key.pem"]), @"error: cannot read none.pem for TLS: No such file or directory (os error 2). Give files that this user can read with --tls-cert and --tls-key");
    insta::assert_snapshot!(refused(&["--tls-cert", "key.pem", "--tls-key", "key.pem"]), @"error: key.pem does not hold a certificate in PEM. It must have a line such as `-----BEGIN CERTIFICATE-----`");
    insta::assert_snapshot!(refused(&["--tls-cert", "cert.pem", "--tls-key", "cert.pem"]), @"error: cert.pem does not hold a private key in PEM. It must have a line such as `-----BEGIN PRIVATE KEY-----`");

    fs::copy(folder.path().join("key.pem"), folder.path().join("old.pem")).unwrap();
    certify(folder.path());
    let mismatch = refused(&["--tls-cert", "cert.pem", "--tls-key", "old.pem"]);
    assert!(mismatch.contains("cannot be used together"), "{mismatch}");
    assert!(!folder.database().exists());
}

/// Sends a request with curl, which prints the version of HTTP that was spoken.
fn version(server: &Server, arguments: &[&str]) -> String {
    let certificate = server.folder().path().join("cert.pem");
    let print = ["--write-out", " %{http_version} %{http_code}"];
    let answer = curl(server, &certificate, &[&print[..], arguments].concat());
    text(&answer.stdout)
}

#[tokio::test]
async fn http_2_is_spoken_with_tls_and_without_only_where_it_is_switched_on() {
    let ok = r#"{"status":"ok"}"#;
    let with_tls = start(Folder::new(), &[]);
    assert_eq!(version(&with_tls, &[]), format!("{ok} 2 200"));
    assert_eq!(version(&with_tls, &["--http1.1"]), format!("{ok} 1.1 200"));

    let known = ["--http2-prior-knowledge"];
    let folder = || {
        let folder = Folder::new();
        certify(folder.path());
        folder
    };
    let clear = Server::start_on(folder(), &["--clear-http2", "on"]);
    assert_eq!(version(&clear, &known), format!("{ok} 2 200"));
    assert_eq!(version(&clear, &["--http1.1"]), format!("{ok} 1.1 200"));
    let off = Server::start_on(folder(), &[]);
    assert!(!version(&off, &known).contains("200"));
    assert_eq!(version(&off, &[]), format!("{ok} 1.1 200"));
}

#[tokio::test]
async fn requests_are_checked_in_http_2_as_in_http_1_1() {
    let server = start(Folder::new(), &[]);
    let admin = server
        .folder()
        .bootstrap("Acme", "ada@acme.example", "admin");
    let authorization = format!("authorization: Bearer {}", admin.token);
    let business = format!("x-business-id: {}", admin.business_id);
    let list = server.url.clone() + "/api/v1/tokens";
    let certificate = server
        .folder()
        .path()
        .join("cert.pem")
        .display()
        .to_string();
    let ask = |more: &[&str]| {
        let answer = output(
            Command::new("curl")
                .args([
                    "--silent",
                    "--noproxy",
                    "*",
                    "--max-time",
                    "10",
                    "--output",
                    "/dev/null",
                ])
                .args([
                    "--write-out",
                    "%{http_version} %{http_code}",
                    "--cacert",
                    &certificate,
                ])
                .args(more),
        );
        text(&answer.stdout)
    };
    let by = ["-H", &authorization, "-H", &business];
    let with = |more: &[&str]| ask(&[&by[..], more, &[&list]].concat());
    assert_eq!(with(&[]), "2 200");
    assert_eq!(ask(&[&list]), "2 401");
    assert_eq!(with(&["-H", "host: me@elsewhere"]), "2 400");
    let body = ["-H", "content-type: application/json", "--data"];
    assert_eq!(with(&[&body[..], &[r#"{"name": "ci"}"#]].concat()), "2 201");
    let large = format!(r#"{{"name": "{}"}}"#, "a".repeat(70_000));
    let file = server.folder().path().join("large");
    fs::write(&file, large).unwrap();
    let file = format!("@{}", file.display());
    assert_eq!(with(&[&body[..], &[&file]].concat()), "2 413");
    let long = format!("x-long: {}", "a".repeat(40_000));
    let refused = with(&["-H", &long]);
    assert!(!refused.ends_with("200"), "{refused}");
    // The connection that is refused does no harm to others.
    assert_eq!(with(&[]), "2 200");
    let path = format!("{}/api/v1/tokens/{}/revoke", server.url, admin.token_id);
    assert_eq!(ask(&[&by[..], &["-X", "POST", &path]].concat()), "2 201");
    assert_eq!(with(&[]), "2 401");
}

/// A client that completes the handshake and sends no preface, or a part of it.
#[tokio::test]
async fn silent_http_2_client_is_disconnected() {
    let timeouts = [
        "--clear-http2",
        "on",
        "--head-timeout",
        "0.5",
        "--request-timeout",
        "1",
    ];
    let server = Server::start_on(Folder::new(), &timeouts);
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for sent in [
        "",
        "PRI",
        preface,
        &format!("{preface}\0\0\0\u{4}\0\0\0\0\0"),
    ] {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let closed = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer);
        let closed = tokio::time::timeout(PATIENCE, closed).await;
        assert!(closed.is_ok(), "{sent:?}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{sent:?}");
    }
}
