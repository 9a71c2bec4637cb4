//! The `curl` command of a request, with the credentials taken from the environment.

use super::exchange::{Request, To};
use crate::profile::HttpVersion;
use crate::redact::{Piece, Secrets};
use openapi::shown::visible_lines;

/// The longest body on a command line, in bytes.
const SHOWN: usize = 4096;

/// Writes the `curl` command that sends a request.
pub(crate) fn curl(to: To<'_>, request: &Request, secrets: &Secrets) -> String {
    let To {
        target,
        files,
        version,
    } = to;
    let mut parts = vec!["curl -sS -i --path-as-is".to_owned()];
    let options = [
        ("--cacert", &files.ca),
        ("--cert", &files.cert),
        ("--key", &files.key),
    ];
    for (option, file) in options {
        if let Some(file) = file {
            let file = word(&file.display().to_string(), secrets);
            parts.push(format!("{option} {file}"));
        }
    }
    match version {
        HttpVersion::Auto => {}
        HttpVersion::One => parts.push("--http1.1".to_owned()),
        HttpVersion::Two => parts.push("--http2-prior-knowledge".to_owned()),
    }
    let mut before = String::new();
    if request.method == reqwest::Method::HEAD {
        parts.push("--head".to_owned());
    } else {
        parts.push(format!("-X {}", request.method));
    }
    parts.push(word(&format!("{target}{}", request.path), secrets));
    for (name, value) in &request.headers {
        // curl drops a header without a value unless it ends in a semicolon.
        let line = if value.is_empty() {
            format!("{name};")
        } else {
            format!("{name}: {value}")
        };
        parts.push(format!("-H {}", word(&line, secrets)));
    }
    if let Some(body) = &request.body {
        if request.header("content-type").is_none() {
            parts.push("-H 'content-type:'".to_owned());
        }
        match std::str::from_utf8(body) {
            // Reports escape other texts, so that the line would not run as printed.
            Ok(text) if text.len() <= SHOWN && visible_lines(text) == text => {
                parts.push(format!("--data-binary {}", word(text, secrets)));
            }
            Ok(_) | Err(_) if body.len() <= SHOWN && !holds_secret(body, secrets) => {
                before = format!("printf '{}' | ", octal(body));
                parts.push("--data-binary @-".to_owned());
            }
            Ok(_) | Err(_) => {
                before = format!("head -c {} /dev/zero | tr '\\0' x | ", body.len());
                parts.push("--data-binary @-".to_owned());
                parts.push(format!("# {} bytes of another content", body.len()));
            }
        }
    }
    before + &parts.join(" ")
}

fn holds_secret(body: &[u8], secrets: &Secrets) -> bool {
    let text = String::from_utf8_lossy(body);
    secrets.redact(&text) != text
}

/// Writes a word of the shell. Text is in single quotes, where no character is special; a secret is a variable in
/// double quotes.
fn word(text: &str, secrets: &Secrets) -> String {
    let mut out = String::new();
    for piece in secrets.pieces(text) {
        match piece {
            Piece::Text("") => {}
            Piece::Text(text) => out.push_str(&format!("'{}'", text.replace('\'', r"'\''"))),
            Piece::Secret(name) => out.push_str(&format!("\"${name}\"")),
        }
    }
    if out.is_empty() { "''".to_owned() } else { out }
}

fn octal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| match byte {
            b'\\' | b'\'' | b'%' => format!("\\{byte:03o}"),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        })
        .collect()
}
