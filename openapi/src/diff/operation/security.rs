//! Who may call: alternative requirements, and the schemes that they name.

pub(crate) mod addresses;
pub(crate) mod requirements;
mod scopes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};

use crate::diff::change::Change;
use crate::diff::message::{Message, message};
use crate::diff::operation::security::requirements::{requirements, scheme};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::Sides;
use crate::diff::walk::finding::Finding;
use crate::diff::walk::{Node, Pair, Walk};
use crate::document::Document;

/// One alternative: the schemes that must all be satisfied.
type Alternative = BTreeMap<Scheme, Scopes>;

type Scopes = BTreeSet<String>;

/// What a security scheme is, for one of its flows; its name in the document does not matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Scheme {
    kind: String,
    /// The name of the header, cookie or query parameter with an API key.
    key: Option<String>,
}

impl Scheme {
    fn of(kind: String) -> Self {
        Self { kind, key: None }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.kind)?;
        match &self.key {
            Some(key) => write!(formatter, " `{key}`"),
            None => Ok(()),
        }
    }
}

/// Compares what an operation demands, by itself or inherited from the document (OpenAPI 3.1 section 4.8.10).
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, operation: &Pair<'a>) {
    let base = alternatives(walk.base, &operation.base);
    let revision = alternatives(walk.revision, &operation.revision);
    let place = place(walk, operation);
    let (narrowed, widened) = (beside(&base, &revision), beside(&revision, &base));
    for demand in &narrowed {
        let credentials = demand.iter().map(|(scheme, scopes)| {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            match scopes.join(" ") {
                scopes if scopes.is_empty() => scheme.to_string(),
                scopes => format!("{scheme} with the scope {scopes}"),
            }
        });
        let credentials: Vec<String> = credentials.collect();
        let witness = json!({ "credentials": credentials });
        record(walk, place.clone(), Action::Narrowed, demand, Some(witness));
    }
    let reported = narrowed
        .iter()
        .chain(&widened)
        .flat_map(|demand| demand.keys());
    let reported: BTreeSet<&str> = reported.map(|scheme| scheme.kind.as_str()).collect();
    addresses::compare(walk, operation, &reported);
    for demand in &widened {
        record(walk, place.clone(), Action::Widened, demand, None);
    }
}

/// Returns the alternatives whose credentials satisfy none of the others.
fn beside<'d>(demands: &'d [Alternative], others: &[Alternative]) -> Vec<&'d Alternative> {
    let is_accepted =
        |demand: &Alternative| others.iter().any(|other| is_satisfied_by(other, demand));
    demands
        .iter()
        .filter(|demand| !is_accepted(demand))
        .collect()
}

/// Records that callers with the credentials of an alternative are no longer accepted, or now are.
fn record(
    walk: &mut Walk<'_>,
    place: Sides,
    action: Action,
    demand: &Alternative,
    witness: Option<Value>,
) {
    let template = match action {
        Action::Narrowed => "a caller with {} is no longer accepted",
        _ => "a caller with {} is now accepted",
    };
    let class = match witness {
        Some(_) => Class::Breaking,
        None => Class::Additive,
    };
    let rule = Rule::new(Area::Security, Kind::Requirement, action);
    walk.record(Finding {
        change: Change {
            witness,
            ..Change::new(rule, class, place, message!(template, &described(demand)))
        },
        edit: Some(format!("{demand:?}")),
    });
}

/// Returns where the demand is written: at the operation, or in the document where the operation has none on either
/// side.
fn place<'a>(walk: &Walk<'a>, operation: &Pair<'a>) -> Sides {
    let root = Pair::of_documents(walk.base, walk.revision);
    let own = operation.get("security");
    let Some(matched) = own.or_else(|| root.get("security")) else {
        return operation.into();
    };
    Sides::from(&matched)
}

fn alternatives(document: &Document, operation: &Node<'_>) -> Vec<Alternative> {
    let mut alternatives: Vec<Alternative> = requirements(document, operation)
        .flat_map(|requirement| ways_to_satisfy(document, requirement))
        .collect();
    if alternatives.is_empty() {
        alternatives.push(Alternative::new());
    }
    alternatives
}

/// The most ways to satisfy one requirement that are listed one by one.
const MOST_WAYS: usize = 64;

/// Returns the ways to satisfy a requirement. A scheme with several flows is satisfied by any of them (OpenAPI 3.1
/// section 4.8.27.2), so a requirement of it is one for each.
fn ways_to_satisfy(document: &Document, requirement: &Map<String, Value>) -> Vec<Alternative> {
    let mut ways = vec![Alternative::new()];
    for (name, scopes) in requirement {
        let schemes = schemes(document, name);
        let scopes = scopes_of(scopes);
        if ways.len() * schemes.len() > MOST_WAYS {
            let names: Vec<String> = schemes.iter().map(Scheme::to_string).collect();
            let joined = Scheme::of(names.join(" or "));
            for way in &mut ways {
                demand(way, &joined, &scopes);
            }
            continue;
        }
        let one_more = |way: &Alternative, scheme: &Scheme| {
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

/// Adds a scheme with its scopes to what is demanded: schemes of several names may be the same.
fn demand(way: &mut Alternative, scheme: &Scheme, scopes: &Scopes) {
    let demanded = way.entry(scheme.clone()).or_default();
    demanded.extend(scopes.iter().cloned());
}

fn scopes_of(scopes: &Value) -> Scopes {
    let scopes = scopes.as_array().into_iter().flatten();
    scopes
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Returns what a scheme is, once for each of its flows.
fn schemes(document: &Document, name: &str) -> Vec<Scheme> {
    let pointer = scheme(name);
    let Some(scheme) = document.resolve(&pointer) else {
        return vec![Scheme::of(name.to_owned())];
    };
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let only = match text("type") {
        "http" => format!("http {}", text("scheme").to_lowercase()),
        // Names of headers are equal in any case (RFC 9110 section 5.1).
        "apiKey" => {
            let (place, name) = (text("in"), text("name"));
            let key = match place {
                "header" => name.to_lowercase(),
                _ => name.to_owned(),
            };
            return vec![Scheme {
                kind: format!("apiKey in {place}"),
                key: Some(key),
            }];
        }
        "openIdConnect" => format!("openIdConnect {}", text("openIdConnectUrl")),
        // It has nothing but its type (OpenAPI 3.1 section 4.8.27).
        "mutualTLS" => "mutualTLS".to_owned(),
        // By its kinds of flow, whose addresses are compared in `addresses`.
        "oauth2" => {
            let flows = scheme.get("flows").and_then(Value::as_object);
            let kinds = flows.into_iter().flatten().map(|(kind, _)| kind);
            let kinds = kinds.filter(|kind| !kind.starts_with("x-"));
            let mut kinds: Vec<String> = kinds.map(|kind| format!("oauth2 {kind}")).collect();
            if kinds.is_empty() {
                kinds.push("oauth2".to_owned());
            }
            kinds.sort_unstable();
            return kinds.into_iter().map(Scheme::of).collect();
        }
        other => format!("{other} {name}"),
    };
    vec![Scheme::of(only)]
}

/// Returns whether credentials for `offered` satisfy `demand` as well.
fn is_satisfied_by(demand: &Alternative, offered: &Alternative) -> bool {
    demand.iter().all(|(scheme, scopes)| {
        let offered = offered.get(scheme);
        offered.is_some_and(|offered| scopes.is_subset(offered))
    })
}

fn described(alternative: &Alternative) -> Message {
    if alternative.is_empty() {
        return message!("no credentials");
    }
    let schemes = alternative.iter().map(|(scheme, scopes)| {
        let scheme = match &scheme.key {
            Some(key) => message!("{} `{}`", &scheme.kind, key),
            None => message!("{}", &scheme.kind),
        };
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        match scopes.join(", ") {
            scopes if scopes.is_empty() => scheme,
            scopes => message!("{} ({})", &scheme, &scopes),
        }
    });
    Message::join(schemes, " and ")
}
