//! The addresses at which a client obtains credentials, as OAuth schemes name them (OpenAPI 3.1 section 4.8.29).

use std::collections::BTreeSet;

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::operation::security::requirements::{self, requirements};
use crate::diff::operation::security::scopes;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields, follow};
use crate::document::Document;
use crate::schema::Direction;

/// The fields of a scheme, and of one of its flows, that are addresses.
pub(crate) const ADDRESSES: &[&str] = &[
    "authorizationUrl",
    "tokenUrl",
    "refreshUrl",
    "deviceAuthorizationUrl",
    "oauth2MetadataUrl",
];

/// Compares the addresses of the schemes that an operation demands in both documents: of schemes of one name, or of
/// those that have a flow in common. `reported` are the kinds of schemes with which callers are no longer accepted, or now are.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, operation: &Pair<'a>, reported: &BTreeSet<&str>) {
    let base = demanded(walk.base, &operation.base);
    let revision = demanded(walk.revision, &operation.revision);
    for (name, scheme) in &base {
        let named = revision.iter().find(|(other, _)| other == name);
        let have_one_flow = |other: &Node<'_>| {
            let flows = scheme.get("flows");
            let has = |kind| {
                flows
                    .as_ref()
                    .is_some_and(|flows| flows.get(kind).is_some())
            };
            let others = other.members_of("flows");
            others.iter().any(|(kind, _)| has(kind))
        };
        let other = named.or_else(|| revision.iter().find(|(_, other)| have_one_flow(other)));
        let Some((_, other)) = other else { continue };
        let pair = Pair {
            base: scheme.clone(),
            revision: other.clone(),
        };
        if named.is_some() {
            scopes::compare(walk, operation, &pair, name);
            scopes::note_flows(walk, &pair, reported);
        }
        walk.in_pair(&pair, Direction::Request, |walk| {
            of_holder(walk, &pair, &message!("the security scheme `{}`", *name));
            let Some(Matched::Pair(flows)) = pair.get("flows") else {
                return;
            };
            for (kind, matched) in flows.members() {
                if let Matched::Pair(flow) = matched {
                    let subject =
                        message!("the flow `{}` of the security scheme `{}`", kind, *name);
                    of_holder(walk, &flow, &subject);
                }
            }
        });
    }
}

/// Returns the OAuth schemes that an operation demands, by their names.
fn demanded<'a>(document: &'a Document, operation: &Node<'a>) -> Vec<(&'a str, Node<'a>)> {
    let names = requirements(document, operation).flat_map(serde_json::Map::keys);
    let mut schemes: Vec<(&'a str, Node<'a>)> = Vec::new();
    for name in names {
        let pointer = requirements::scheme(name);
        if let Some(value) = document.at(&pointer)
            && !schemes.iter().any(|(other, _)| other == name)
        {
            let scheme = follow(
                document,
                &Node {
                    side: operation.side,
                    pointer,
                    value,
                },
            );
            if scheme.text("type") == Some("oauth2") {
                schemes.push((name, scheme));
            }
        }
    }
    schemes
}

/// Compares the addresses that a scheme or a flow names. One that is new replaces none.
fn of_holder(walk: &mut Walk<'_>, holder: &Pair<'_>, subject: &Message) {
    for key in ADDRESSES {
        let Some(matched) = holder.get(key) else {
            continue;
        };
        let (base, new) = match &matched {
            Matched::Pair(pair) if pair.base.value == pair.revision.value => continue,
            Matched::Pair(pair) => (pair.base.value, Part::value(pair.revision.value)),
            Matched::Removed(node) => (node.value, Part::Text("none")),
            added @ Matched::Added(_) => {
                fields::text_field(walk, key, added, Area::Component, subject);
                continue;
            }
        };
        let message = message!(
            "the address `{}` of {} changed: {} → {}",
            *key,
            subject,
            Part::value(base),
            new,
        );
        let rule = Rule::new(Area::Security, Kind::Server, Action::Changed);
        walk.record(Change {
            witness: Some(base.clone()),
            ..Change::new(rule, Class::Breaking, &matched, message)
        });
    }
}
