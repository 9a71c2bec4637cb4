//! Documents at URLs, which are read with `--allow-network` only.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};
use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

/// A server on this machine. It ends with the test's process.
struct Server {
    url: String,
    /// The heads of the requests.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves these paths, with TLS if there is a configuration for it.
    fn of(
        tls: Option<Arc<ServerConfig>>,
        answers: impl Fn(&str) -> Vec<(String, Vec<u8>)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let answers = answers(&url);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let (answers, heads, tls) = (answers.clone(), Arc::clone(&heads), tls.clone());
                // A client that refuses the certificate or the rest of an answer closes the connection.
                thread::spawn(move || match tls {
                    None => serve(&mut stream, &answers, &heads),
                    Some(tls) => {
                        let mut tls = ServerConnection::new(tls).expect("a connection");
                        serve(&mut Stream::new(&mut tls, &mut stream), &answers, &heads)
                    }
                });
            }
        });
        Self { url, seen }
    }

    fn plain(answers: &[(&str, Vec<u8>)]) -> Self {
        let owned = |(path, answer): &(&str, Vec<u8>)| ((*path).to_owned(), answer.clone());
        Self::of(None, |_| answers.iter().map(owned).collect())
    }

    fn paths(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic");
        let path = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
        seen.iter().map(path).collect()
    }
}

/// Answers one request.
fn serve(
    stream: &mut (impl Read + Write),
    answers: &[(String, Vec<u8>)],
    heads: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    heads.lock().expect("no panic").push(head);
    let known = answers.iter().find(|(known, _)| *known == path);
    let none = || answer("404 Not Found", "", "");
    let answer = known.map_or_else(none, |(_, answer)| answer.clone());
    if path == "/endless" {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
        loop {
            stream.write_all(&[b' '; 1 << 16]).ok()?;
        }
    }
    stream.write_all(&answer).ok()?;
    stream.flush().ok()
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

fn ok(body: &Value) -> Vec<u8> {
    answer("200 OK", "", &body.to_string())
}

fn redirect(to: &str) -> Vec<u8> {
    answer("302 Found", &format!("location: {to}\r\n"), "")
}

fn document(schema: &Value) -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {"responses": {"200": {
        "description": "ok", "content": {"application/json": {"schema": schema}}}}}}}})
}

/// Returns the exit code, the report and the errors of a comparison of what is at a URL with itself or another.
fn diff(folder: &Path, arguments: &[&str], authority: &str) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .arg("diff")
        .args(arguments)
        .current_dir(folder)
        .env("SSL_CERT_FILE", authority)
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .output()
        .expect("oasproof runs");
    let code = output.status.code().expect("an exit code");
    (code, stdout(&output), stderr(&output))
}

const ALLOWED: &str = "--allow-network";

/// Returns the address of a server that has a document at a path.
pub(super) fn serving(path: &str, document: &Value) -> String {
    Server::plain(&[(path, ok(document))]).url
}

#[test]
fn nothing_is_fetched_unless_it_is_allowed() {
    let server = Server::plain(&[("/openapi.json", ok(&document(&json!({}))))]);
    let folder = Folder::new();
    let url = format!("{}/openapi.json", server.url);
    let (code, report, errors) = diff(folder.path(), &[&url, &url], "");
    assert_eq!((code, report.as_str()), (3, ""));
    assert!(errors.contains("`--allow-network`"), "{errors}");
    assert_eq!(server.paths(), Vec::<String>::new());
    let (code, report, errors) = diff(folder.path(), &[&url, &url, ALLOWED], "");
    assert_eq!(code, 0, "{errors}");
    assert_eq!(
        report,
        format!("identical: {url} and {url} mean the same\nexit 0: no change is breaking\n")
    );
    let seen = server
        .seen
        .lock()
        .expect("no panic")
        .join("")
        .to_lowercase();
    for header in ["authorization", "cookie", "referer"] {
        assert!(!seen.contains(header), "{seen}");
    }
    let (code, _, errors) = diff(folder.path(), &["-", &url], "");
    assert_eq!(code, 3, "{errors}");
}

#[test]
fn files_come_from_the_same_origin() {
    let refers = document(&json!({"$ref": "../common/a b.json#/Thing"}));
    let away = document(&json!({"$ref": "away.json#/Thing"}));
    let other = Server::plain(&[("/thing.json", ok(&json!({"Thing": {}})))]);
    let elsewhere = format!("{}/thing.json", other.url);
    let named = document(&json!({"$ref": elsewhere}));
    let server = Server::plain(&[
        ("/apis/openapi.json?v=1/2", ok(&refers)),
        (
            "/common/a%20b.json",
            ok(&json!({"Thing": {"type": "string"}})),
        ),
        ("/apis/away.json", redirect(&elsewhere)),
        ("/apis/leaves.json", ok(&away)),
        ("/apis/names.json", ok(&named)),
        ("/moved.json", redirect("/apis/openapi.json?v=1/2")),
    ]);
    let folder = Folder::new();
    let local = folder.file(
        "local.json",
        &document(&json!({"type": "string"})).to_string(),
    );
    for path in ["/apis/openapi.json?v=1/2", "/moved.json"] {
        let url = format!("{}{path}", server.url);
        let (code, report, errors) = diff(folder.path(), &[&url, &local, ALLOWED], "");
        assert_eq!(code, 0, "{path}: {report}{errors}");
    }
    for (path, message) in [
        ("/apis/leaves.json", "redirects to"),
        ("/apis/names.json", "is a URL, and URLs are not fetched"),
    ] {
        let url = format!("{}{path}", server.url);
        let (code, _, errors) = diff(folder.path(), &[&local, &url, ALLOWED], "");
        assert_eq!(code, 3, "{path}: {errors}");
        assert!(errors.contains(message), "{path}: {errors}");
    }
    assert_eq!(other.paths(), Vec::<String>::new());
}

#[test]
fn only_https_and_this_machine_are_read_without_credentials() {
    let folder = Folder::new();
    let local = folder.file("local.json", &document(&json!({})).to_string());
    for (url, message) in [
        (
            "http://example.com/openapi.json",
            "http is only read on this machine",
        ),
        ("ftp://127.0.0.1/openapi.json", "only https URLs are read"),
        ("file:///etc/passwd", "only https URLs are read"),
        (
            "http://olga:secret@127.0.0.1/openapi.json",
            "credentials do not belong in its URL",
        ),
        ("https://", "only https URLs are read"),
        ("https://a b/", "it is not a URL"),
    ] {
        let (code, _, errors) = diff(folder.path(), &[&local, url, ALLOWED], "");
        assert_eq!(code, 3, "{url}: {errors}");
        assert!(errors.contains(message), "{url}: {errors}");
    }
    let target = Server::plain(&[("/openapi.json", ok(&document(&json!({}))))]);
    let server = Server::plain(&[
        ("/other", redirect(&format!("{}/openapi.json", target.url))),
        ("/http", redirect("http://example.com/openapi.json")),
        ("/secret", redirect("https://olga:secret@127.0.0.1/")),
        ("/circle", redirect("/circle")),
        ("/nowhere", answer("302 Found", "", "")),
        ("/page", answer("200 OK", "", "<!doctype html>")),
        (
            "/short",
            b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}".to_vec(),
        ),
    ]);
    for (path, message) in [
        ("/other", "and not to https"),
        ("/http", "http is only read on this machine"),
        ("/secret", "credentials do not belong in its URL"),
        ("/circle", "redirects again, after 5 redirects"),
        ("/nowhere", "answers 302 without a location"),
        ("/none", "answers 404"),
        ("/page", "an HTML or XML page"),
        ("/short", "cannot read"),
        (
            "/endless",
            "it is too large: a document and its files may have 64 MiB together",
        ),
    ] {
        let url = format!("{}{path}", server.url);
        let (code, _, errors) = diff(folder.path(), &[&local, &url, ALLOWED], "");
        assert_eq!(code, 3, "{path}: {errors}");
        assert!(errors.contains(message), "{path}: {errors}");
    }
    assert_eq!(target.paths(), Vec::<String>::new());
}

/// Returns a server's configuration, and the certificate of the authority that signed its certificate.
fn tls() -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("a certificate");
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let leaf = leaf
        .expect("names")
        .signed_by(&key, &issuer)
        .expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        );
    (Arc::new(config.expect("a configuration")), authority.pem())
}

#[test]
fn https_is_read_if_the_certificate_is_trusted() {
    let (config, pem) = tls();
    let folder = Folder::new();
    let authority = folder.file("authority.pem", &pem);
    let local = folder.file("local.json", &document(&json!({})).to_string());
    let plain = Server::plain(&[("/openapi.json", ok(&document(&json!({}))))]);
    let to_plain = redirect(&format!("{}/openapi.json", plain.url));
    let server = Server::of(Some(config), |_| {
        vec![
            ("/openapi.json".to_owned(), ok(&document(&json!({})))),
            ("/plain".to_owned(), to_plain.clone()),
        ]
    });
    let url = format!("{}/openapi.json", server.url);
    let from_http = Server::plain(&[("/moved", redirect(&url))]);
    for url in [&url, &format!("{}/moved", from_http.url)] {
        let (code, _, errors) = diff(folder.path(), &[url, &local, ALLOWED], &authority);
        assert_eq!(code, 0, "{url}: {errors}");
    }
    let (_, another) = tls();
    let another = folder.file("another.pem", &another);
    let (code, _, errors) = diff(folder.path(), &[&url, &local, ALLOWED], &another);
    assert_eq!(code, 3, "{errors}");
    assert!(
        errors.contains("UnknownIssuer") || errors.contains("certificate"),
        "{errors}"
    );
    // Nobody on the way can change what comes over TLS: a redirect does not leave it.
    let leaves = format!("{}/plain", server.url);
    let (code, _, errors) = diff(folder.path(), &[&leaves, &local, ALLOWED], &authority);
    assert_eq!(code, 3, "{errors}");
    assert!(errors.contains("and not to https"), "{errors}");
    assert_eq!(plain.paths(), Vec::<String>::new());
}
