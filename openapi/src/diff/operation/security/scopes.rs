//! The flows of OAuth schemes, and the scopes that a client can obtain from them (OpenAPI 3.1 section 4.8.29).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::operation::security::requirements::requirements;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk};
use crate::pointer;

/// Reports the scopes that an operation still demands and a flow no longer offers.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    operation: &Pair<'a>,
    scheme: &Pair<'a>,
    name: &str,
) {
    let Some(Matched::Pair(flows)) = scheme.get("flows") else {
        return;
    };
    let demanded: Vec<&str> = requirements(walk.revision, &operation.revision)
        .filter_map(|requirement| requirement.get(name)?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (kind, matched) in flows.members() {
        let Matched::Pair(flow) = matched else {
            continue;
        };
        let offers = |flow: &Node<'a>, scope: &str| {
            let scopes = flow.get("scopes");
            scopes.is_some_and(|scopes| scopes.value.get(scope).is_some())
        };
        let mut lost = demanded.iter();
        let lost = lost.find(|scope| offers(&flow.base, scope) && !offers(&flow.revision, scope));
        let Some(scope) = lost else {
            continue;
        };
        let message = message!(
            "the flow `{}` of the security scheme `{}` no longer offers the scope `{}`, which the operation demands",
            kind,
            name,
            *scope,
        );
        let place = Pair {
            base: within(&flow.base),
            revision: within(&flow.revision),
        };
        walk.told.insert(pointer::join(&place.base.pointer, scope));
        let rule = Rule::new(Area::Security, Kind::Requirement, Action::Narrowed);
        walk.record(Change {
            witness: Some(
                json!({ "credentials": [format!("oauth2 {kind} with the scope {scope}")] }),
            ),
            ..Change::new(rule, Class::Breaking, &place, message)
        });
    }
}

/// Notes the flows that came or left, where it is reported that callers with them now are accepted or no longer are.
pub(super) fn note_flows(walk: &mut Walk<'_>, scheme: &Pair<'_>, reported: &BTreeSet<&str>) {
    let Some(Matched::Pair(flows)) = scheme.get("flows") else {
        return;
    };
    for (kind, matched) in flows.members() {
        let (Matched::Removed(flow) | Matched::Added(flow)) = matched else {
            continue;
        };
        if reported.contains(format!("oauth2 {kind}").as_str()) {
            walk.told.insert(flow.pointer);
        }
    }
}

/// Returns the scopes of a flow.
fn within<'a>(flow: &Node<'a>) -> Node<'a> {
    flow.get("scopes").unwrap_or_else(|| flow.clone())
}
