//! Tokens that were never issued: altered, re-signed and unsigned variants of a real one.
//!
//! Most cases apply to deployments whose tokens are JSON Web Tokens, and are inapplicable to others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::authentication::refused;
use super::clauses;
use crate::case::{Case, Outcome, Stop, steps};
use crate::trial::Trial;

/// The parts of a token: the prefix before the JWT (such as `dz_`), and the three encoded parts of the JWT.
struct Parts {
    prefix: String,
    header: String,
    payload: String,
    signature: String,
}

impl Parts {
    /// Splits the operator's token into its parts.
    fn of_operator(t: &Trial) -> Result<Parts, Stop> {
        let token = t.deployment().credentials.operator.token.expose_secret();
        let not_a_jwt =
            || Stop::Inapplicable("the deployment's tokens are not JSON Web Tokens".to_owned());
        let start = token.find("eyJ").ok_or_else(not_a_jwt)?;
        let parts: Vec<&str> = token[start..].split('.').collect();
        let [header, payload, signature] = parts.as_slice() else {
            return Err(not_a_jwt());
        };
        Ok(Parts {
            prefix: token[..start].to_owned(),
            header: (*header).to_owned(),
            payload: (*payload).to_owned(),
            signature: (*signature).to_owned(),
        })
    }

    /// Decodes a part of the JWT.
    fn decode(encoded: &str) -> Result<Value, Stop> {
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok();
        let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        value.ok_or_else(|| {
            Stop::Inapplicable("the deployment's tokens are not JSON Web Tokens".to_owned())
        })
    }

    /// Encodes a part of the JWT.
    fn encode(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    /// Returns the encoded header with another algorithm.
    fn header_with_alg(&self, alg: &str) -> Result<String, Stop> {
        let mut header = Parts::decode(&self.header)?;
        header["alg"] = json!(alg);
        Ok(Parts::encode(&header))
    }

    /// Joins the prefix and three encoded parts to a token.
    fn assemble(&self, header: &str, payload: &str, signature: &str) -> String {
        format!("{}{header}.{payload}.{signature}", self.prefix)
    }
}

/// Returns the text with its middle character replaced.
fn altered(text: &str) -> String {
    altered_at(text, text.len() / 2)
}

/// Returns the text with a character replaced by one that differs in its highest bit in Base64, since the low bits of the last
/// character may be padding.
fn altered_at(text: &str, at: usize) -> String {
    // The first 32 characters of the alphabet are A to Z and a to f.
    let is_low =
        (text.as_bytes().get(at)).is_some_and(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'f'));
    let other = if is_low { '9' } else { 'A' };
    let characters = text.char_indices();
    characters
        .map(|(index, character)| if index == at { other } else { character })
        .collect()
}

/// Checks that a forged token is refused. Reports show the name in place of the token.
async fn forged_refused(t: &Trial, name: &str, what: &str, token: String) -> Outcome {
    t.conceal(&token, name);
    refused(t, &format!("revoke with {what}"), |request| {
        request.set("authorization", format!("Bearer {token}"))
    })
    .await
}

pub(super) const CASES: &[Case] = &[
    Case::must("authentication.truncated", clauses::AUTHENTICATION)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            let half = token[..token.len() / 2].to_owned();
            forged_refused(t, "HALF_A_TOKEN", "the first half of a token", half).await?;
            for (name, fewer, what) in [
                (
                    "TRUNCATED_TOKEN",
                    6,
                    "a token without its last six characters",
                ),
                ("SHORTER_TOKEN", 1, "a token without its last character"),
            ] {
                let short = token[..token.len() - fewer].to_owned();
                forged_refused(t, name, what, short).await?;
            }
            Ok(())
        })),
    Case::must("authentication.extended", clauses::AUTHENTICATION)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            forged_refused(
                t,
                "EXTENDED_TOKEN",
                "a token with four more characters",
                format!("{token}AAAA"),
            )
            .await
        })),
    Case::must("authentication.altered", clauses::AUTHENTICATION)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            let first = token.find('_').map_or(0, |prefix| prefix + 1);
            for at in [first, token.len() / 2, token.len() - 1] {
                let what = format!("a token with another character {}", at + 1);
                forged_refused(
                    t,
                    &format!("ALTERED_TOKEN_{at}"),
                    &what,
                    altered_at(token, at),
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.bad_signature", clauses::SIGNATURES)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let parts = Parts::of_operator(t)?;
            let altered = parts.assemble(&parts.header, &parts.payload, &altered(&parts.signature));
            forged_refused(t, "BADLY_SIGNED_TOKEN", "an altered signature", altered).await?;
            let none = parts.assemble(&parts.header, &parts.payload, "");
            forged_refused(t, "UNSIGNED_TOKEN", "an empty signature", none).await
        })),
    Case::must("authentication.altered_claims", clauses::SIGNATURES)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let parts = Parts::of_operator(t)?;
            let mut claims = Parts::decode(&parts.payload)?;
            claims["exp"] = json!(4_102_444_800_u64);
            let payload = Parts::encode(&claims);
            let token = parts.assemble(&parts.header, &payload, &parts.signature);
            forged_refused(
                t,
                "ALTERED_TOKEN",
                "a later expiry and the old signature",
                token,
            )
            .await
        })),
    Case::must("authentication.alg_none", clauses::ALGORITHMS)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let parts = Parts::of_operator(t)?;
            for alg in ["none", "None", "NONE"] {
                let header = parts.header_with_alg(alg)?;
                let name = format!("ALG_{alg}_TOKEN");
                let unsigned = parts.assemble(&header, &parts.payload, "");
                forged_refused(t, &name, &format!("alg {alg} and no signature"), unsigned).await?;
                let signed = parts.assemble(&header, &parts.payload, &parts.signature);
                forged_refused(
                    t,
                    &format!("SIGNED_{name}"),
                    &format!("alg {alg} and the signature"),
                    signed,
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.another_algorithm", clauses::ALGORITHMS)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let parts = Parts::of_operator(t)?;
            for alg in ["HS384", "HS512", "RS256", "ES256"] {
                let header = parts.header_with_alg(alg)?;
                if header == parts.header {
                    continue;
                }
                let token = parts.assemble(&header, &parts.payload, &parts.signature);
                forged_refused(
                    t,
                    &format!("{alg}_TOKEN"),
                    &format!("alg {alg} in the header"),
                    token,
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.guessable_key", clauses::KEYS)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let parts = Parts::of_operator(t)?;
            let header = parts.header_with_alg("HS256")?;
            let signed = format!("{header}.{}", parts.payload);
            for (n, key) in ["", "secret", "changeme", "password", "your-256-bit-secret"]
                .into_iter()
                .enumerate()
            {
                let key_bytes = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
                let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key_bytes, signed.as_bytes()));
                let token = parts.assemble(&header, &parts.payload, &signature);
                let what = format!("a token signed with the key {key:?}");
                forged_refused(t, &format!("WEAKLY_SIGNED_TOKEN_{n}"), &what, token).await?;
            }
            Ok(())
        })),
];
