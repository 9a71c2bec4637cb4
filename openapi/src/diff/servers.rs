//! Where an API is served.

use serde_json::Value;

use super::graph::{At, Both, Walk};
use super::rule::{Action, Area, Kind};
use super::{Rule, annotations};

/// The servers of a document, a path or an operation, matched by URL.
pub(super) fn compare(walk: &mut Walk<'_>, both: &Both<'_>, area: Area) {
    let (base, revision) = (
        both.base.items_of("servers"),
        both.revision.items_of("servers"),
    );
    let url = |server: &At<'_>| {
        server
            .value
            .get("url")
            .and_then(Value::as_str)
            .unwrap_or("/")
            .to_owned()
    };
    for server in &base {
        match revision.iter().find(|other| url(other) == url(server)) {
            Some(other) => {
                let pair = Both {
                    base: server.clone(),
                    revision: other.clone(),
                };
                for (key, matched) in pair.members() {
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
