//! Cases about who calls, for each operation that demands a credential: without one, with a wrong or a damaged one, with
//! that of another scheme or a part of what is demanded, as a user without the right, and as a user of another tenant.
//!
//! The request is an ordinary one, which only the credential makes one to refuse.

mod ask;
mod contract;
mod credentials;
mod enforced;
mod forged;
mod users;

use super::naming::Names;
use super::neighbours;
use crate::case::sample::{Change, Expects};
use crate::case::{Case, Sample, Steps};
use crate::contract::Contract;
use crate::contract::security::{Alternative, Scheme};
use crate::resources::graph::Graph;
use contract::{creating, others};

/// A kind of case: its name in ids, what it sends, and its steps.
struct Kind {
    name: &'static str,
    purpose: &'static str,
    /// Whether the clause is one of HTTP, and not of the contract.
    is_by_rfc: bool,
    /// The status that it is about.
    status: u16,
    steps: Steps,
}

const WITHOUT: Kind = Kind {
    name: "without_credential",
    purpose: "without a credential",
    is_by_rfc: false,
    status: 401,
    steps: |t| Box::pin(neighbours::judged(t, credentials::without(t))),
};
const WRONG: Kind = Kind {
    name: "wrong_credential",
    purpose: "with a wrong credential",
    steps: |t| Box::pin(neighbours::judged(t, credentials::wrong(t))),
    ..WITHOUT
};
const DAMAGED: Kind = Kind {
    name: "damaged_credential",
    purpose: "with a credential of which one character is changed",
    steps: |t| Box::pin(neighbours::judged(t, credentials::damaged(t))),
    ..WITHOUT
};
const OTHER: Kind = Kind {
    name: "other_scheme",
    purpose: "with the credential of a scheme that it does not take",
    steps: |t| Box::pin(neighbours::judged(t, credentials::other_scheme(t))),
    ..WITHOUT
};
const PART: Kind = Kind {
    name: "part_of_credentials",
    purpose: "without one of the credentials that it takes together",
    steps: |t| Box::pin(neighbours::judged(t, credentials::part(t))),
    ..WITHOUT
};
const EACH: Kind = Kind {
    name: "each_alternative",
    purpose: "with each of the credentials that it takes",
    status: 200,
    steps: |t| Box::pin(neighbours::judged(t, credentials::each(t))),
    ..WITHOUT
};
const CHALLENGE: Kind = Kind {
    name: "challenge",
    purpose: "without a credential, for the challenge",
    is_by_rfc: true,
    steps: |t| Box::pin(neighbours::judged(t, credentials::challenge(t))),
    ..WITHOUT
};
const MEMBER: Kind = Kind {
    name: "as_member",
    purpose: "as a user without the right",
    status: 403,
    steps: |t| Box::pin(neighbours::judged(t, users::member(t))),
    ..WITHOUT
};
const OUTSIDER: Kind = Kind {
    name: "as_outsider",
    purpose: "as a user of another tenant",
    status: 404,
    steps: |t| Box::pin(neighbours::judged(t, users::outsider(t))),
    ..WITHOUT
};

const LIST: Kind = Kind {
    name: "list_as_outsider",
    purpose: "as a user of another tenant, for what is not theirs",
    status: 200,
    steps: |t| Box::pin(neighbours::judged(t, users::list_as_outsider(t))),
    ..WITHOUT
};

/// Returns the cases about who calls an operation; none where anonymous callers are admitted, and none for the revoke
/// operation, for which the catalogue has them.
pub(super) fn cases(
    contract: &Contract,
    graph: &Graph,
    index: usize,
    names: &mut Names,
) -> Vec<&'static Case> {
    let documented = &contract.operations()[index];
    let Some(alternatives) = documented.security.demanded() else {
        return Vec::new();
    };
    if contract.revoke_operation() == Some(index) {
        return Vec::new();
    }
    let schemes = |alternative: &Alternative| {
        let named = alternative.iter();
        let carried = named.filter(|name| {
            (contract.schemes().get(*name)).is_some_and(|scheme| scheme.place().is_some())
        });
        carried.count()
    };
    let mut kinds = Vec::new();
    if alternatives.iter().any(|one| schemes(one) > 0) {
        kinds.extend([&WITHOUT, &WRONG, &DAMAGED]);
    }
    if !others(contract, alternatives).is_empty() {
        kinds.push(&OTHER);
    }
    if alternatives.iter().any(|one| schemes(one) > 1) {
        kinds.push(&PART);
    }
    if alternatives.len() > 1 {
        kinds.push(&EACH);
    }
    if documented.documents(401) && is_http(contract, alternatives) {
        kinds.push(&CHALLENGE);
    }
    if documented.names(403) {
        kinds.push(&MEMBER);
    }
    // Another tenant has lists of its own; what has an id belongs to one tenant.
    if documented.operation.path.contains('{') {
        kinds.push(&OUTSIDER);
    }
    if creating(contract, index).is_some() {
        kinds.push(&LIST);
    }
    let cases = kinds.into_iter().map(|kind| {
        let id = names.id(index, "security", kind.name);
        case(contract, graph, index, id, kind)
    });
    cases.collect()
}

/// Returns whether the operation takes a credential in the `authorization` header, for which HTTP defines challenges.
fn is_http(contract: &Contract, alternatives: &[Alternative]) -> bool {
    let named = alternatives.iter().flatten();
    let mut schemes = named.filter_map(|name| contract.schemes().get(name));
    schemes.any(|scheme| matches!(scheme, Scheme::Basic | Scheme::Token { .. }))
}

/// Builds a case, for as long as the process lives.
fn case(
    contract: &Contract,
    graph: &Graph,
    index: usize,
    id: String,
    kind: &'static Kind,
) -> &'static Case {
    let documented = &contract.operations()[index];
    let operation = &documented.operation;
    let schemes: Vec<String> = (documented.security.demanded().into_iter().flatten())
        .map(|alternative| alternative.join(" and "))
        .collect();
    let promise = match kind.status {
        200 if kind.name == LIST.name => {
            "a user of another tenant does not see there what the operator sees".to_owned()
        }
        200 => "each of them is enough".to_owned(),
        status => format!(
            "a request {} gets {status} or another documented refusal",
            kind.purpose
        ),
    };
    let (source, text) = match kind.is_by_rfc {
        true => (
            Some("RFC 9110, section 15.5.2"),
            "The server generating a 401 response MUST send a WWW-Authenticate header field (Section 11.6.1) containing at least one challenge applicable to the target resource.".to_owned(),
        ),
        false => (
            None,
            format!(
                "{operation} demands {}: {promise}, and has no effect",
                schemes.join(" or ")
            ),
        ),
    };
    let covered = match documented.names(kind.status) {
        true => format!("/responses/{}", kind.status),
        false => "/responses".to_owned(),
    };
    let expects = match kind.status {
        // Not the ordinary request itself.
        200 => Expects::Taken,
        _ => Expects::Refused,
    };
    let sample = Sample {
        operation: index,
        change: Change::Nothing,
        expects,
        purpose: format!("{operation} {}", kind.purpose),
        left_out: Vec::new(),
    };
    Box::leak(Box::new(Case {
        steps: kind.steps,
        ..super::case::case(
            contract,
            graph,
            (id, covered.as_str()),
            source,
            text,
            sample,
        )
    }))
}
