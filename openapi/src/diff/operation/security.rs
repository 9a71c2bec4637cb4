//! Who may call: alternatives of requirements, and the schemes that they name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Node, Pair, Walk};
use crate::document::Document;
use crate::pointer;

/// One alternative: the schemes that must all be satisfied, by what they are rather than by their
/// names, each with its scopes.
type Alternative = BTreeMap<String, Vec<String>>;

/// Compares what an operation demands, its own or inherited from the document (OpenAPI 3.1 4.8.10).
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, operation: &Pair<'a>) {
    let base = alternatives(walk.base, &operation.base);
    let revision = alternatives(walk.revision, &operation.revision);
    let location = location(walk, operation);
    for demand in &base {
        if !revision.iter().any(|other| is_satisfied_by(other, demand)) {
            let message = format!("a caller with {} is no longer let in", described(demand));
            let rule = Rule::new(Area::Security, Kind::Requirement, Action::Narrowed);
            let witness = json!({ "credentials": demand.keys().collect::<Vec<_>>() });
            walk.decide(rule, &location, message, Some(witness));
        }
    }
    for demand in &revision {
        if !base.iter().any(|other| is_satisfied_by(other, demand)) {
            let message = format!("a caller with {} is now let in", described(demand));
            let rule = Rule::new(Area::Security, Kind::Requirement, Action::Widened);
            walk.decide(rule, &location, message, None);
        }
    }
}

/// Where it is said what the operation demands: of the document as a whole, where the operation itself
/// says nothing on either side.
fn location<'a>(walk: &Walk<'a>, operation: &Pair<'a>) -> Node<'a> {
    let own = operation.revision.get("security");
    let inherits = own.is_none() && operation.base.get("security").is_none();
    let root = Pair::of_documents(walk.base, walk.revision);
    let inherited = root
        .revision
        .get("security")
        .or_else(|| root.base.get("security"));
    own.or_else(|| inherited.filter(|_| inherits))
        .unwrap_or_else(|| operation.revision.clone())
}

fn alternatives(document: &Document, operation: &Node<'_>) -> Vec<Alternative> {
    let demanded = operation
        .value
        .get("security")
        .or_else(|| document.value().get("security"));
    let requirements = demanded.and_then(Value::as_array).into_iter().flatten();
    let mut alternatives: Vec<Alternative> = requirements
        .filter_map(Value::as_object)
        .flat_map(|requirement| ways_to_satisfy(document, requirement))
        .collect();
    if alternatives.is_empty() {
        alternatives.push(Alternative::new());
    }
    alternatives
}

/// A scheme of several flows is satisfied by what any of them gives (OpenAPI 3.1 section 4.8.27.2), so
/// that a requirement of it is one for each.
fn ways_to_satisfy(document: &Document, requirement: &Map<String, Value>) -> Vec<Alternative> {
    let mut ways = vec![Alternative::new()];
    for (name, scopes) in requirement {
        let schemes = schemes(document, name);
        let scopes = scopes_of(scopes);
        if ways.len() * schemes.len() > MOST_WAYS {
            let joined = schemes.join(" or ");
            for way in &mut ways {
                demand(way, &joined, &scopes);
            }
            continue;
        }
        let one_more = |way: &Alternative, scheme: &String| {
            let mut way = way.clone();
            demand(&mut way, scheme, &scopes);
            way
        };
        ways = (ways.iter())
            .flat_map(|way| schemes.iter().map(move |scheme| one_more(way, scheme)))
            .collect();
    }
    ways
}

/// Adds a scheme to what is demanded, with its scopes: schemes of several names may be one.
fn demand(way: &mut Alternative, scheme: &str, scopes: &[String]) {
    let demanded = way.entry(scheme.to_owned()).or_default();
    demanded.extend_from_slice(scopes);
    demanded.sort_unstable();
    demanded.dedup();
}

/// How many ways to satisfy one requirement are told apart.
const MOST_WAYS: usize = 64;

fn scopes_of(scopes: &Value) -> Vec<String> {
    let scopes = scopes.as_array().into_iter().flatten();
    let mut scopes: Vec<String> = scopes
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    scopes.sort_unstable();
    scopes
}

/// What a scheme is, in a word for each of its flows: its name in the document is only a name.
fn schemes(document: &Document, name: &str) -> Vec<String> {
    let pointer = pointer::join("/components/securitySchemes", name);
    let Some(scheme) = document.resolve(&pointer) else {
        return vec![name.to_owned()];
    };
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let only = match text("type") {
        "http" => format!("http {}", text("scheme").to_lowercase()),
        // Names of headers are the same in any case (RFC 9110 section 5.1).
        "apiKey" if text("in") == "header" => {
            format!("apiKey in header `{}`", text("name").to_lowercase())
        }
        "apiKey" => format!("apiKey in {} `{}`", text("in"), text("name")),
        "openIdConnect" => format!("openIdConnect {}", text("openIdConnectUrl")),
        // It has nothing but its type (OpenAPI 3.1 section 4.8.27).
        "mutualTLS" => "mutualTLS".to_owned(),
        // By its kinds of flow; where a flow begins is told to a reader, and may move.
        "oauth2" => {
            let flows = scheme.get("flows").and_then(Value::as_object);
            let kinds = flows.into_iter().flatten().map(|(kind, _)| kind);
            let kinds = kinds.filter(|kind| !kind.starts_with("x-"));
            let mut kinds: Vec<String> = kinds.map(|kind| format!("oauth2 {kind}")).collect();
            if kinds.is_empty() {
                kinds.push("oauth2".to_owned());
            }
            kinds.sort_unstable();
            return kinds;
        }
        other => format!("{other} {name}"),
    };
    vec![only]
}

/// Whether whoever satisfies `held` satisfies `demand` as well.
fn is_satisfied_by(demand: &Alternative, held: &Alternative) -> bool {
    demand.iter().all(|(scheme, scopes)| {
        held.get(scheme)
            .is_some_and(|held| scopes.iter().all(|scope| held.contains(scope)))
    })
}

fn described(alternative: &Alternative) -> String {
    if alternative.is_empty() {
        return "no credentials".to_owned();
    }
    let schemes = alternative.iter().map(|(scheme, scopes)| {
        if scopes.is_empty() {
            scheme.clone()
        } else {
            format!("{scheme} ({})", scopes.join(", "))
        }
    });
    schemes.collect::<Vec<_>>().join(" and ")
}
