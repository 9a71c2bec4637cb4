//! The files of Swagger UI, which are in this binary, compressed. The page names each with its hash, so that browsers keep it.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::GzDecoder;
use utoipa_swagger_ui::{Config, serve};

use crate::error::ApiError;

/// The name of the page.
pub(super) const PAGE: &str = "index.html";

/// Our own files: the script that starts Swagger UI on our document, in place of Swagger UI's, and what its style sheet lacks.
const OWN: [(&str, &str); 2] = [
    (
        "swagger-initializer.js",
        include_str!("swagger-initializer.js"),
    ),
    ("docs.css", include_str!("docs.css")),
];

/// The page, in which `{NAME}` stands for the name of a file with its hash.
const TEMPLATE: &str = include_str!("index.html");

/// The files of Swagger UI that the page loads.
const FILES: [&str; 6] = [
    "swagger-ui.css",
    "index.css",
    "favicon-32x32.png",
    "favicon-16x16.png",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
];

/// A file that the page loads, or the page.
struct File {
    name: &'static str,
    content_type: HeaderValue,
    bytes: Cow<'static, [u8]>,
    compressed: bool,
    /// The start of its SHA-256.
    hash: String,
}

/// All files; the page is the last one.
static ALL: LazyLock<Vec<File>> = LazyLock::new(|| {
    let own = OWN.map(|(name, text)| File::new(name, text.as_bytes().into(), false));
    let mut files: Vec<File> = FILES.into_iter().map(embedded).chain(own).collect();
    let page = files.iter().fold(TEMPLATE.to_owned(), |page, file| {
        let name = file.name;
        page.replace(&format!("{{{name}}}"), &format!("./{name}?v={}", file.hash))
    });
    files.push(File::new(PAGE, page.into_bytes().into(), false));
    files
});

impl File {
    fn new(name: &'static str, bytes: Cow<'static, [u8]>, compressed: bool) -> Self {
        let content_type = match name.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some(_) | None => "image/png",
        };
        let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
        Self {
            name,
            content_type: HeaderValue::from_static(content_type),
            hash: URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]),
            bytes,
            compressed,
        }
    }
}

/// Returns a file of Swagger UI.
fn embedded(name: &'static str) -> File {
    let file = serve(name, Arc::new(Config::from("/openapi.json")))
        .ok()
        .flatten()
        .unwrap_or_else(|| panic!("Swagger UI has no {name}"));
    File::new(name, file.bytes, file.gzpipped)
}

/// Answers with a file, or 404 for an unknown name. A browser that has the same file gets 304 (RFC 9110, section 15.4.5). It may
/// keep what it asked for by its hash for ever, and asks again for anything else.
pub(super) fn answer(
    name: &str,
    query: Option<&str>,
    asked: &HeaderMap,
) -> Result<Response, ApiError> {
    let file = (ALL.iter().find(|file| file.name == name)).ok_or(ApiError::NoSuchRoute)?;
    let by_hash = query.and_then(|query| query.strip_prefix("v=")) == Some(&file.hash);
    let lifetime = if by_hash {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let tag = format!("\"{}\"", file.hash);
    let known = lists(asked, header::IF_NONE_MATCH, &tag);
    let tag = HeaderValue::try_from(tag).map_err(|_| ApiError::Internal)?;
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(file, asked)?
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// Returns the content of a file, decompressed for a client that does not read gzip.
fn content(file: &'static File, asked: &HeaderMap) -> Result<Response, ApiError> {
    let kind = [(header::CONTENT_TYPE, file.content_type.clone())];
    if !file.compressed {
        return Ok((kind, file.bytes.as_ref()).into_response());
    }
    if lists(asked, header::ACCEPT_ENCODING, "gzip") {
        let coding = [(header::CONTENT_ENCODING, "gzip")];
        return Ok((kind, coding, file.bytes.as_ref()).into_response());
    }
    let mut bytes = Vec::new();
    GzDecoder::new(file.bytes.as_ref())
        .read_to_end(&mut bytes)
        .map_err(|_| ApiError::Internal)?;
    Ok((kind, bytes).into_response())
}

/// Returns whether the list in a header has this entry, without parameters.
fn lists(headers: &HeaderMap, name: header::HeaderName, entry: &str) -> bool {
    let values = headers.get_all(name);
    let mut texts = values.iter().filter_map(|value| value.to_str().ok());
    texts.any(|text| text.split(',').any(|one| one.trim() == entry))
}
