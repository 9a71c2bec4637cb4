//! What the pages of reports have in common, also those of other crates: their policy, and the script of their search box.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

/// The first part of the script of a page with a search box. The second part calls its functions.
pub const SEARCH: &str = include_str!("page/search.js");

/// Returns the content security policy of a page: nothing is loaded and nothing else runs, whatever a text in it contains; its
/// one style and its script are allowed by their hashes.
#[must_use]
pub fn policy(style: &str, script: Option<&str>) -> String {
    let hash = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    let script = script.map(|script| format!(" script-src 'sha256-{}';", hash(script)));
    format!(
        "default-src 'none'; style-src 'sha256-{}';{} base-uri 'none'; form-action 'none'",
        hash(style),
        script.unwrap_or_default()
    )
}
