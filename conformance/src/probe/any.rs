//! The probe of a deployment by any contract: which security schemes it has, and which operations answer. The profile that
//! it writes has a place for each missing value, with the reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::case::{Case, Effect};
use crate::cases;
use crate::contract::parameters::declared;
use crate::contract::security::Scheme;
use crate::contract::{Contract, DocumentedOperation};
use crate::deployment::reach::{Reach, Unreached};
use crate::event::Event;
use crate::exit::ExitCode;
use crate::profile::{Role, caller_variable};
use crate::runner::{self, Filters, Plan};
use crate::session::Session;

/// Returns a profile with the credentials of the operator that the environment has, for the probe.
#[must_use]
pub fn draft(contract: &Contract) -> String {
    let mut text = String::from("[callers.operator.security]\n");
    for name in contract.schemes().keys() {
        let variable = caller_variable(Role::Operator, name);
        if is_set(&variable) {
            let _ = writeln!(text, "{} = {{ env = \"{variable}\" }}", key(name));
        }
    }
    text
}

/// Sends the ordinary request of each operation as far as `allow` permits, and returns the profile.
///
/// # Errors
/// When nothing answers at the target, in words.
pub async fn probe(session: &Arc<Session>, allow: Effect) -> Result<String, String> {
    let contract = &session.deployment.contract;
    let catalogue = cases::of(contract);
    let is_ordinary = |case: &&&'static Case| {
        (case.needs.sample).is_some_and(crate::case::Sample::is_ordinary)
            && case.id.ends_with(".request.ordinary")
            && case.effect <= allow
    };
    let plan = Plan {
        catalogue: catalogue.len(),
        cases: catalogue.iter().filter(is_ordinary).copied().collect(),
        filters: Filters::default(),
        baseline: None,
        allow,
        strict: false,
        jobs: 4,
        seed: None,
        reach: 100,
    };
    let mut trouble = None;
    // Only the answers count here, not the verdicts.
    let code = runner::run(session, &plan, std::future::pending(), |event| {
        if let Event::RunFinished(footer) = event {
            trouble = Some(footer.exit.reason);
        }
    })
    .await;
    if code == ExitCode::Broken {
        return Err(trouble.unwrap_or_default());
    }
    let known = |index: usize| session.deployment.reaches.of(index).known();
    let reached = (0..contract.operations().len()).map(|index| match known(index) {
        Some(Reach::Reached | Reach::Elsewhere) => Found::Reached,
        Some(Reach::Not(why)) => Found::Not(Unreached::clone(&why)),
        None => Found::NotAsked,
    });
    Ok(profile(
        contract,
        session.deployment.target(),
        &reached.collect::<Vec<_>>(),
    ))
}

/// What the probe found about an operation.
enum Found {
    Reached,
    Not(Unreached),
    /// Its effect was not allowed.
    NotAsked,
}

/// Writes the profile.
fn profile(contract: &Contract, target: &str, found: &[Found]) -> String {
    let name = contract.name();
    let reached = (found.iter())
        .filter(|one| matches!(one, Found::Reached))
        .count();
    // Writing into a string cannot fail.
    let mut text = format!(
        "# A first profile of {target} for {} {}. Look through it, and add what only you know.\n\
         # {reached} of {} operations answered their ordinary request with a documented success.\n\n",
        name.title,
        name.version,
        found.len()
    );
    write_schemes(&mut text, contract);
    write_operations(&mut text, contract, found);
    text
}

/// Writes a line for each scheme, as a comment where its credential is missing.
fn write_schemes(text: &mut String, contract: &Contract) {
    let mut users: BTreeMap<&str, usize> = BTreeMap::new();
    for documented in contract.operations() {
        for name in documented
            .security
            .demanded()
            .into_iter()
            .flatten()
            .flatten()
        {
            *users.entry(name).or_default() += 1;
        }
    }
    text.push_str("[callers.operator.security]             # who may use every operation; or { file = … }, { command = [\"…\"] }\n");
    if contract.schemes().is_empty() {
        text.push_str("# The contract declares no security scheme.\n");
    }
    for (name, scheme) in contract.schemes() {
        let variable = caller_variable(Role::Operator, name);
        let line = format!("{} = {{ env = \"{variable}\" }}", key(name));
        let used = match users.get(name.as_str()) {
            Some(1) => "1 operation demands it".to_owned(),
            Some(count) => format!("{count} operations demand it"),
            None => "no operation demands it".to_owned(),
        };
        let what = described(scheme);
        let _ = match scheme {
            Scheme::MutualTls => writeln!(
                text,
                "# {name}: {what}; {used}: name the files in [tls], cert and key"
            ),
            Scheme::Unsupported { .. } => writeln!(text, "# {name}: {what}; {used}: not supported"),
            Scheme::ApiKey { .. } | Scheme::Basic | Scheme::Token { .. } if is_set(&variable) => {
                writeln!(text, "{line}  # {what}; {used}")
            }
            Scheme::ApiKey { .. } | Scheme::Basic | Scheme::Token { .. } => {
                writeln!(text, "# {line}  # {what}; {used}: {variable} is not set")
            }
        };
    }
    let count = |wanted: fn(&DocumentedOperation) -> bool| {
        let operations = contract.operations().iter();
        operations
            .filter(|one| one.security.demanded().is_some() && wanted(one))
            .count()
    };
    let (refusing, tenants) = (
        count(|one| one.names(403)),
        count(|one| one.operation.path.contains('{')),
    );
    for (role, what) in [
        (
            "member",
            format!("a user without some rights, for each documented 403 ({refusing})"),
        ),
        (
            "outsider",
            format!("a user of another tenant, for each path with an id ({tenants})"),
        ),
    ] {
        let _ = writeln!(text, "\n# [callers.{role}.security]  # {what}");
        let carried = contract
            .schemes()
            .iter()
            .filter(|(_, scheme)| scheme.place().is_some());
        for (name, _) in carried {
            let role = if role == "member" {
                Role::Member
            } else {
                Role::Outsider
            };
            let _ = writeln!(
                text,
                "# {} = {{ env = \"{}\" }}",
                key(name),
                caller_variable(role, name)
            );
        }
    }
}

/// Writes a place for the values of each operation that was not reached, with the reason.
fn write_operations(text: &mut String, contract: &Contract, found: &[Found]) {
    for (documented, found) in contract.operations().iter().zip(found) {
        let operation = &documented.operation;
        let why = match found {
            Found::Reached => continue,
            Found::Not(why) => format!("{}; {}", why.reason, why.needs),
            Found::NotAsked => {
                "its ordinary request was not sent, since --allow does not permit its effect"
                    .to_owned()
            }
        };
        let _ = writeln!(
            text,
            "\n# [operations.\"{operation}\"]  # {}",
            why.replace('\n', " ")
        );
        for parameter in declared(contract.document(), operation) {
            let (Some(name), Some(place)) = (
                parameter.value["name"].as_str(),
                parameter.value["in"].as_str(),
            ) else {
                continue;
            };
            if place == "path" || parameter.value["required"] == true {
                let _ = writeln!(text, "# {place}.{} = \"…\"", key(name));
            }
        }
        if contract
            .document()
            .resolve(&format!("{}/requestBody", operation.pointer))
            .is_some()
        {
            text.push_str("# body = { … }\n");
        }
    }
}

/// Describes a scheme in words.
fn described(scheme: &Scheme) -> String {
    match scheme {
        Scheme::ApiKey { location, name } => format!("a key in the {} {name}", location.name()),
        Scheme::Basic => "a name and a password, as name:password".to_owned(),
        Scheme::Token { word } => format!("a token after {word:?}"),
        Scheme::MutualTls => "a certificate of the client".to_owned(),
        Scheme::Unsupported { kind } => kind.clone(),
    }
}

/// Writes a key of TOML, in quotes where it must be.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match !name.is_empty() && name.bytes().all(is_bare) {
        true => name.to_owned(),
        false => format!("{name:?}"),
    }
}

fn is_set(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|value| !value.trim().is_empty())
}
