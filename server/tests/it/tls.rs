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
