//! The credentials of a profile: by scheme, and as secrets.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use crate::contract::security::{Credential, Scheme};
use crate::percent::percent_encoded;
use crate::profile::{Credentials, Given, Profile, Role, variable};
use crate::redact::Secrets;

/// Returns the credential that `[callers]` gives a user for a scheme.
pub(super) fn held(
    credentials: &Credentials,
    schemes: &BTreeMap<String, Scheme>,
    role: Role,
    name: &str,
) -> Option<Credential> {
    let value = credentials.wallet.value(role, name)?;
    Some(Credential {
        name: name.to_owned(),
        scheme: schemes.get(name)?.clone(),
        secret: value.secret,
        prefix: value.prefix,
        variable: value.variable,
    })
}

/// Returns the environment variable by which reports name a user's token.
pub(super) fn token_variable(profile: &Profile, role: Role) -> String {
    let source = match role {
        Role::Operator => profile.operator.as_ref().map(|operator| &operator.token),
        Role::Member => profile.member.as_ref().map(|member| &member.token),
        Role::Outsider => profile.outsider.as_ref().map(|outsider| &outsider.token),
    };
    let env = source.and_then(|source| source.get_ref().env());
    variable(role.name(), env)
}

/// Registers the credentials of a profile as secrets, each by the environment variable that reports show in its place.
pub(super) fn register(
    secrets: &Secrets,
    profile: &Profile,
    credentials: &Credentials,
    schemes: &BTreeMap<String, Scheme>,
) {
    for role in Role::ALL {
        if let Some(identity) = credentials.of(role) {
            let token = identity.token.expose_secret();
            secrets.register(token, &token_variable(profile, role));
        }
    }
    if let Some(expired) = &credentials.expired {
        let source = profile.operator.as_ref();
        let source = source.and_then(|operator| operator.expired_token.as_ref());
        let env = source.and_then(|source| source.get_ref().env());
        secrets.conceal(expired.expose_secret(), &variable("expired_operator", env));
    }
    for Given {
        name,
        variable,
        value,
    } in &credentials.given
    {
        let value = value.expose_secret();
        // Only a credential must not come back in an answer.
        let is_credential = is_credential(schemes, name);
        let add = |text: &str, name: &str| match is_credential {
            true => secrets.register(text, name),
            false => secrets.conceal(text, name),
        };
        add(value, variable);
        let json = serde_json::Value::from(value).to_string();
        for (text, program) in [
            (percent_encoded(value), "jq -sRr @uri"),
            (
                json[1..json.len() - 1].to_owned(),
                "jq -sR . | sed 's/^.//; s/.$//'",
            ),
        ] {
            add(&text, &format!("(printf %s \"${variable}\" | {program})"));
        }
    }
    let by_name = profile
        .parameters
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?)));
    let by_operation = (profile.operations.values())
        .flat_map(|values| [&values.path, &values.query, &values.header, &values.cookie])
        .flatten()
        .filter_map(|(name, value)| Some((name, value.as_str()?)));
    for (name, text) in by_name.chain(by_operation) {
        if is_credential(schemes, name) {
            let word = |character: char| match character.is_ascii_alphanumeric() {
                true => character.to_ascii_uppercase(),
                false => '_',
            };
            let name: String = name.chars().map(word).collect();
            secrets.register(text, &format!("PARAMETER_{name}"));
        }
    }
    for (role, name) in credentials.wallet.names() {
        if let Some(credential) = held(credentials, schemes, role, name) {
            credential.register(secrets);
        }
    }
}

/// Returns whether a parameter carries a credential: it is that of a security scheme, or its name says so.
fn is_credential(schemes: &BTreeMap<String, Scheme>, name: &str) -> bool {
    let mut places = schemes.values().filter_map(Scheme::place);
    places.any(|(_, place)| place.eq_ignore_ascii_case(name)) || names_credential(name)
}

/// Returns whether a parameter or a member is a credential by its name.
pub(crate) fn names_credential(name: &str) -> bool {
    const WORDS: [&str; 8] = [
        "authorization",
        "apikey",
        "accesskey",
        "token",
        "secret",
        "password",
        "credential",
        "cookie",
    ];
    let letters: String = (name.chars().filter(char::is_ascii_alphanumeric))
        .map(|character| character.to_ascii_lowercase())
        .collect();
    WORDS.iter().any(|word| letters.ends_with(word))
}
