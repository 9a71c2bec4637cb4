//! Where an API is served.

use serde_json::{Value, json};

use super::graph::{At, Both, Walk};
use super::rule::{Action, Area, Kind};
use super::{Rule, annotations};

/// The address, in which a slash at the end says nothing: paths begin with one.
fn url(server: &At<'_>) -> String {
    let url = server.value.get("url").and_then(Value::as_str);
    let url = url.unwrap_or("/");
    match url.trim_end_matches('/') {
        "" => "/".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// Whether one names no server and the other just what that means (OpenAPI 3.1 section 4.8.1).
fn is_the_default(none: &[At<'_>], one: &[At<'_>]) -> bool {
    none.is_empty()
        && one
            .iter()
            .all(|server| server.value == &json!({"url": "/"}))
}

/// The servers of a document, a path or an operation, matched by URL.
pub(super) fn compare(walk: &mut Walk<'_>, both: &Both<'_>, area: Area) {
    let (base, revision) = (
        both.base.items_of("servers"),
        both.revision.items_of("servers"),
    );
    if area == Area::Document
        && (is_the_default(&base, &revision) || is_the_default(&revision, &base))
    {
        return;
    }
    for server in &base {
        match revision.iter().find(|other| url(other) == url(server)) {
            Some(other) => {
                let pair = Both {
                    base: server.clone(),
                    revision: other.clone(),
                };
                for (key, matched) in pair.members() {
                    if key == "url" {
                        continue;
                    }
                    annotations::field(
                        walk,
                        key,
                        &matched,
                        area,
                        &format!("the server `{}`", url(server)),
                    );
                }
            }
            None => {
                let rule = Rule::new(area, Kind::Server, Action::Removed);
                let message = format!("the server `{}` is no longer named", url(server));
                walk.decide(rule, server, message, Some(Value::String(url(server))));
            }
        }
    }
    for server in revision
        .iter()
        .filter(|server| !base.iter().any(|other| url(other) == url(server)))
    {
        let rule = Rule::new(area, Kind::Server, Action::Added);
        walk.decide(
            rule,
            server,
            format!("the server `{}` is new", url(server)),
            None,
        );
    }
}
