//! The OpenAPI document that the handlers emit, as text: the whole document, its hash, and the published operation alone.

use std::sync::LazyLock;

use serde_json::Value;

use crate::openapi::{self, slice};
use crate::routes;

/// Returns the document as pretty-printed JSON with a newline at its end. The bytes are the same on every call.
pub fn json() -> &'static str {
    static JSON: LazyLock<String> =
        LazyLock::new(|| pretty(&openapi::finish(routes::operations().into_openapi())));
    &JSON
}

/// Returns the SHA-256 of [`json`] in lower-case hexadecimal, as `sha256sum` prints it.
pub fn sha256() -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, json().as_bytes());
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the published operation alone, `POST /api/v1/tokens/{token_id}/revoke`, in the form of [`json`].
///
/// It is cut out of [`json`]: this server cannot read the published contract.
pub(crate) fn revoke_token() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| {
        let whole = serde_json::from_str(json()).expect("the document is JSON");
        pretty(&slice::operation(
            whole,
            "/api/v1/tokens/{token_id}/revoke",
            "post",
        ))
    });
    &JSON
}

/// Returns JSON with indentation, and a newline at its end.
fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a value can be written");
    text.push('\n');
    text
}
