//! `openapi pull`: upstream's slice is shown, and written only with `--write`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Output;

use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use crate::xtask;

const SLICE: &str = "revoke-token.json";
const PATH: &str = "/api/v1/tokens/{token_id}/revoke";

/// A copy of the folder of the vendored slice.
struct Vendored(Folder);

impl Vendored {
    fn new() -> Self {
        let folder = Folder::new();
        for name in [SLICE, "README.md"] {
            folder.file(name, &published(name));
        }
        Self(folder)
    }

    fn pull(&self, arguments: &[&str]) -> Output {
        let into = self.0.path().to_str().expect("UTF-8");
        xtask(&[&["openapi", "pull", "--into", into], arguments].concat())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file of the copy")
    }

    #[track_caller]
    fn assert_untouched(&self) {
        for name in [SLICE, "README.md"] {
            assert!(self.text(name) == published(name), "{name} was written");
        }
        let files = std::fs::read_dir(self.0.path())
            .expect("the folder")
            .count();
        assert_eq!(files, 2, "a temporary file remains");
    }
}

fn published(name: &str) -> String {
    let path = workspace_root().join("openapi/published").join(name);
    std::fs::read_to_string(path).expect("a file of the published slices")
}

/// Returns the slice with another summary.
fn reworded() -> String {
    let text = published(SLICE);
    let reworded = text.replacen(
        "\"summary\": \"Revoke token\"",
        "\"summary\": \"Reworded\"",
        1,
    );
    assert_ne!(reworded, text);
    reworded
}

/// Starts a server that sends `answer` to every request and keeps the connection open. Returns its URL.
fn serving(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            // The client may have closed the connection.
            let _ = stream.write_all(&answer);
            open.push(stream);
        }
    });
    format!("http://{address}/openapi.json")
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    let text = stdout(output) + &stderr(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
}

#[test]
fn the_same_slice_is_not_written() {
    let vendored = Vendored::new();
    let url = serving(answer("200 OK", &published(SLICE)));
    let output = vendored.pull(&["--from", &url, "--write"]);
    assert_code(&output, 0);
    assert_eq!(stdout(&output), format!("{SLICE} is the same as {url}\n"));
    vendored.assert_untouched();
}

#[test]
fn another_slice_is_shown_and_not_written_without_the_option() {
    let vendored = Vendored::new();
    let folder = Folder::new();
    let file = folder.file("upstream.json", &reworded());
    let url = serving(answer("200 OK", &reworded()));
    for from in [&file, &url] {
        let output = vendored.pull(&["--from", from]);
        assert_code(&output, 1);
        let text = stdout(&output);
        assert!(text.contains("[operation-text-changed]"), "{text}");
        assert!(text.contains("Reworded"), "{text}");
        assert!(text.contains("nothing was written"), "{text}");
        vendored.assert_untouched();
    }
}

#[test]
fn another_slice_is_written_with_hash_date_and_source() {
    let vendored = Vendored::new();
    let url = serving(answer("200 OK", &reworded()));
    let before = std::fs::metadata(vendored.path(SLICE))
        .expect("a file")
        .permissions();
    let output = vendored.pull(&["--from", &url, "--write"]);
    assert_code(&output, 0);
    assert!(stdout(&output).contains("Reworded"), "{}", stdout(&output));
    assert_eq!(vendored.text(SLICE), reworded());
    let after = std::fs::metadata(vendored.path(SLICE))
        .expect("a file")
        .permissions();
    assert_eq!(after, before);

    let (old, new) = (published("README.md"), vendored.text("README.md"));
    let changed: Vec<(&str, &str)> = old
        .lines()
        .zip(new.lines())
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(old.lines().count(), new.lines().count());
    let [(_, row), (_, note)] = changed[..] else {
        panic!("not two lines: {changed:?}");
    };
    assert!(row.starts_with("| `revoke-token.json` | `POST "), "{row}");
    assert!(
        row.ends_with(&format!("| `{}` |", openapi::sha256_hex(&reworded()))),
        "{row}"
    );
    let date = note
        .strip_prefix("Pulled: ")
        .and_then(|note| note.strip_suffix(&format!(" from <{url}>")));
    let date = date.unwrap_or_else(|| panic!("{note}"));
    assert!(date.len() == 10 && date.starts_with("20"), "{note}");

    // Now it is the same; a further change can be written as well.
    assert_code(&vendored.pull(&["--from", &url]), 0);
    let folder = Folder::new();
    let file = folder.file("back.json", &published(SLICE));
    assert_code(&vendored.pull(&["--from", &file, "--write"]), 0);
    assert_eq!(vendored.text(SLICE), published(SLICE));
    assert!(
        vendored
            .text("README.md")
            .contains("from the file `back.json`\n")
    );
}

#[test]
fn a_redirect_is_followed() {
    let vendored = Vendored::new();
    let target = serving(answer("200 OK", &published(SLICE)));
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
    let url = serving(redirect.into_bytes());
    assert_code(&vendored.pull(&["--from", &url]), 0);
}

#[test]
fn another_document_is_refused_and_nothing_is_written() {
    let vendored = Vendored::new();
    let page = "<!doctype html><title>Moved</title>".to_owned();
    let elsewhere = published(SLICE).replace(PATH, "/api/v2/tokens/{token_id}/revoke");
    let other = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}"#;
    let swagger = r#"{"swagger": "2.0", "paths": {}}"#;
    let undescribed = {
        let mut document: serde_json::Value =
            serde_json::from_str(&published(SLICE)).expect("JSON");
        let response = document["paths"][PATH]["post"]["responses"]["404"].as_object_mut();
        response.expect("a response").shift_remove("description");
        document.to_string()
    };
    for (body, expected) in [
        (page.as_str(), "is not JSON, as a published slice is"),
        ("openapi: 3.1.0\n", "is not JSON, as a published slice is"),
        (swagger, "is a document of Swagger 2.0"),
        (other, "does not have POST /api/v1/tokens/{token_id}/revoke"),
        (
            &elsewhere,
            "does not have POST /api/v1/tokens/{token_id}/revoke",
        ),
        (&undescribed, "has no `description`"),
    ] {
        let url = serving(answer("200 OK", body));
        let output = vendored.pull(&["--from", &url, "--write"]);
        assert_code(&output, 3);
        assert!(
            stderr(&output).contains(expected),
            "{expected}: {}",
            stderr(&output)
        );
        assert!(stderr(&output).contains(&url), "{}", stderr(&output));
        vendored.assert_untouched();
    }
}

#[test]
fn a_source_that_is_too_large_is_not_read_to_its_end() {
    let vendored = Vendored::new();
    let large = format!("{{\"x\": \"{}\"}}", " ".repeat(5 << 20));
    let folder = Folder::new();
    let file = folder.file("large.json", &large);
    // The same for a body without a declared length.
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), large.as_bytes()].concat();
    for from in [file, serving(answer("200 OK", &large)), serving(endless)] {
        let output = vendored.pull(&["--from", &from, "--write"]);
        assert_code(&output, 3);
        assert!(
            stderr(&output).contains("more than 4 MiB"),
            "{}",
            stderr(&output)
        );
        vendored.assert_untouched();
    }
}

#[test]
fn a_failed_download_is_reported_with_an_alternative() {
    let vendored = Vendored::new();
    let closed = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        format!("http://{}/", listener.local_addr().expect("an address"))
    };
    let silent = serving(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec());
    let missing = serving(answer("404 Not Found", "{}"));
    for (url, expected) in [
        (&closed, "Failed to connect"),
        (&silent, "no complete response within 1 s"),
        (&missing, "returned error: 404"),
    ] {
        let output = vendored.pull(&["--from", url, "--timeout", "1"]);
        assert_code(&output, 3);
        let text = stderr(&output);
        assert!(text.contains(&format!("cannot fetch {url}: ")), "{text}");
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("--from FILE"), "{text}");
        assert_eq!(stdout(&output), "");
    }
    // 0 would mean no limit to curl.
    assert_code(&vendored.pull(&["--from", &silent, "--timeout", "0"]), 2);
    let output = vendored.pull(&["--from", "nowhere.json"]);
    assert_code(&output, 3);
    assert!(
        stderr(&output).contains("cannot read nowhere.json"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn only_http_without_credentials_is_fetched() {
    let vendored = Vendored::new();
    for (from, expected) in [
        ("ftp://127.0.0.1/slice.json", "only http and https"),
        ("file:///etc/hostname", "only http and https"),
        (
            "http://user:secret@127.0.0.1/",
            "--from contains credentials",
        ),
        ("http://", "is not a URL"),
    ] {
        let output = vendored.pull(&["--from", from]);
        assert_code(&output, 2);
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert!(!stderr(&output).contains("secret"), "{}", stderr(&output));
    }
}

#[test]
fn a_readme_without_the_expected_lines_stops_the_writing() {
    let vendored = Vendored::new();
    vendored.0.file("README.md", "# Slices\n");
    let url = serving(answer("200 OK", &reworded()));
    let output = vendored.pull(&["--from", &url, "--write"]);
    assert_code(&output, 3);
    assert!(
        stderr(&output).contains("0 rows for revoke-token.json"),
        "{}",
        stderr(&output)
    );
    assert_eq!(vendored.text(SLICE), published(SLICE));
}
