//! The identity of a token: only the whole token is a credential, only its id names it, and nothing but the named token is
//! revoked.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;
use serde_json::json;

use super::authentication::refused;
use super::clauses;
use crate::case::{Case, Outcome, Stop, steps};
use crate::percent::percent_encoded;
use crate::profile::Policy;
use crate::trial::Trial;

/// Returns a text in other letter cases, those that differ from it.
fn other_letter_cases(text: &str) -> Vec<String> {
    let swap = |letter: char| match letter.is_ascii_lowercase() {
        true => letter.to_ascii_uppercase(),
        false => letter.to_ascii_lowercase(),
    };
    let swapped = text.chars().map(swap).collect();
    let mut cases = vec![
        text.to_ascii_uppercase(),
        text.to_ascii_lowercase(),
        swapped,
    ];
    cases.retain(|other| other != text);
    cases.dedup();
    cases
}

/// Returns a token in codings that a server may undo by mistake.
fn other_codings(token: &str) -> Vec<String> {
    let hex = |byte: u8| format!("{byte:02x}");
    let mut letters = token.chars();
    let first = letters
        .next()
        .map_or_else(String::new, |first| format!("%{:02X}", u32::from(first)));
    vec![
        STANDARD.encode(token),
        URL_SAFE_NO_PAD.encode(token),
        token.bytes().map(hex).collect(),
        format!("{first}{}", letters.as_str()),
    ]
}

/// Returns the values of Basic that hold a token: as the name, as the password, and alone.
fn basic_with(token: &str) -> Vec<String> {
    let texts = [
        format!("{token}:"),
        format!(":{token}"),
        format!("user:{token}"),
        token.to_owned(),
    ];
    texts.iter().map(|text| STANDARD.encode(text)).collect()
}

/// Checks that the texts are refused as credentials in a request to revoke the case's first token.
async fn texts_refused(t: &Trial, what: &str, name: &str, texts: Vec<String>) -> Outcome {
    for (n, text) in texts.into_iter().enumerate() {
        t.conceal(&text, &format!("{name}_{}", n + 1));
        let purpose = format!("revoke with {what} as the credential");
        refused(t, &purpose, |request| request.set("authorization", text)).await?;
    }
    Ok(())
}

pub(super) const CASES: &[Case] = &[
    Case::must(
        "authentication.id_is_no_credential",
        clauses::AUTHENTICATION,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.own(0);
        let secret = token.secret.expose_secret();
        let prefix = secret.split_once('_').map_or("", |(prefix, _)| prefix);
        // Deployments store the hash, and may compare what is sent with what is stored.
        let hash = openapi::sha256_hex(secret);
        t.conceal(&hash, "HASH_OF_TOKEN");
        for (what, id) in [
            ("the id", Some(&token.id)),
            ("the jti", token.jti.as_ref()),
            ("the name", token.name.as_ref()),
            ("the SHA-256", Some(&hash)),
        ] {
            let Some(id) = id else { continue };
            for given in [id.clone(), format!("{prefix}_{id}")] {
                let purpose = format!("revoke with {what} of a live token as the credential");
                refused(t, &purpose, |request| {
                    request.set("authorization", format!("Bearer {given}"))
                })
                .await?;
            }
        }
        Ok(())
    })),
    Case::must(
        "authentication.token_in_another_letter_case",
        clauses::AUTHENTICATION,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.deployment().credentials.operator.token.expose_secret();
        let texts = other_letter_cases(token);
        texts
            .iter()
            .for_each(|text| t.conceal(text, "TOKEN_IN_ANOTHER_CASE"));
        let bearer = texts.iter().map(|text| format!("Bearer {text}")).collect();
        texts_refused(
            t,
            "a token in another letter case",
            "HEADER_IN_ANOTHER_CASE",
            bearer,
        )
        .await
    })),
    Case::must(
        "authentication.basic_with_the_token",
        clauses::AUTHENTICATION,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.deployment().credentials.operator.token.expose_secret();
        let basic = basic_with(token);
        basic
            .iter()
            .for_each(|text| t.conceal(text, "BASIC_CREDENTIAL"));
        let basic = basic.iter().map(|text| format!("Basic {text}")).collect();
        texts_refused(
            t,
            "the token in Base64 and the scheme Basic",
            "BASIC_HEADER",
            basic,
        )
        .await
    })),
    Case::must(
        "authentication.token_in_another_coding",
        clauses::AUTHENTICATION,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.deployment().credentials.operator.token.expose_secret();
        let texts = other_codings(token);
        texts
            .iter()
            .for_each(|text| t.conceal(text, "ENCODED_TOKEN"));
        let bearer = texts.iter().map(|text| format!("Bearer {text}")).collect();
        texts_refused(t, "a token in another coding", "ENCODED_HEADER", bearer).await
    })),
    Case::must("revocation.refused_in_another_coding", clauses::REJECTED)
        .covers(&["/parameters/1", "/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let token = t.own(0).secret.expose_secret();
            for (scheme, texts) in [
                ("Bearer", other_codings(token)),
                ("Basic", basic_with(token)),
            ] {
                for text in texts {
                    t.conceal(&text, "ENCODED_REVOKED_TOKEN");
                    let request = t.operator().revoke(&t.own(1).id);
                    let request = request.set("authorization", format!("{scheme} {text}"));
                    let purpose = format!(
                        "revoke another token with the revoked one in another coding, by {scheme}"
                    );
                    let answer = t.send(&purpose, request).await?;
                    answer.documented_as(&[400, 401])?;
                }
            }
            t.lives(t.own(1), "after the refusals").await
        })),
    Case::must(
        "revocation.refused_in_another_letter_case",
        clauses::REJECTED,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(2)
    .steps(steps!(|t| {
        t.revoke(t.own(0)).await?;
        for text in other_letter_cases(t.own(0).secret.expose_secret()) {
            t.conceal(&text, "REVOKED_TOKEN_IN_ANOTHER_CASE");
            let request = t.operator().with_token(&text).revoke(&t.own(1).id);
            let purpose = "revoke another token with the revoked one in another letter case";
            t.send(purpose, request).await?.documented(401)?;
        }
        t.lives(t.own(1), "after the refusals").await
    })),
    Case::must(
        "revocation.spares_the_twin_of_its_name",
        clauses::NAMED_TOKEN,
    )
    .covers(&["/responses/201"])
    .room(2)
    .create()
    .steps(steps!(|t| {
        let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
        let (first, _) = t.create("create a token", &body).await?;
        let purpose = "create another token with the same name";
        let answer = t.send(purpose, t.operator().create(&body)).await?;
        let Some(second) = t.deployment().ledger.created(answer.json()) else {
            answer.status_is(&[400, 409, 422])?;
            let why = "the deployment refuses two live tokens of one name";
            return Err(Stop::Inapplicable(why.to_owned()));
        };
        t.lives(&first, "after another token of its name was created")
            .await?;
        t.revoke(&first)
            .await?
            .field_is("/data/id", &json!(first.id))?;
        t.is_dead(&first, "the revoked one of two tokens of one name")
            .await?;
        t.lives(&second, "the other token of that name").await
    })),
    Case::must(
        "revocation.spares_what_the_token_minted",
        clauses::NAMED_TOKEN,
    )
    .covers(&["/responses/201"])
    .own(1)
    .room(1)
    .create()
    .steps(steps!(|t| {
        let parent = t.own(0);
        let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
        let request = t.using(parent)?.create(&body);
        let answer = t
            .send("create a token with a minted token", request)
            .await?;
        let Some(child) = t.deployment().ledger.created(answer.json()) else {
            answer.status_is(&[400, 403])?;
            let why = "the deployment lets no minted token mint another";
            return Err(Stop::Inapplicable(why.to_owned()));
        };
        t.revoke(parent).await?;
        t.is_dead(parent, "immediately after the 201").await?;
        t.lives(&child, "the token that the revoked one had minted")
            .await
    })),
    Case::must("token_id.name_names_no_token", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.own(0);
            let Some(name) = token.name.as_ref().filter(|name| **name != token.id) else {
                let why = "the deployment does not show the name of a new token";
                return Err(Stop::Inapplicable(why.to_owned()));
            };
            let request = t.operator().revoke(&percent_encoded(name));
            let answer = t
                .send("revoke with the name in place of the id", request)
                .await?;
            answer.status_is(Policy::MalformedTokenId.documented())?;
            t.lives(token, "after the refusal").await
        })),
    Case::must("token_id.part_of_a_live_one", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(1)
        .steps(steps!(|t| {
            let id = &t.own(0).id;
            let parts =
                [8, 13, id.len() - 1].map(|length| id.get(..length).unwrap_or(id).to_owned());
            let begin = id.get(..id.len() - 1).unwrap_or(id);
            // More than the id, and patterns of SQL, of a shell and of a regular expression that only this id matches.
            let others = [
                format!("{id}0"),
                format!("{id}*"),
                format!("{id}%00"),
                format!("{id}%0A"),
                format!("{begin}_"),
                format!("{begin}%25"),
                format!("{begin}%3F"),
                format!("{begin}."),
            ];
            for part in parts.into_iter().chain(others) {
                if part == *id {
                    continue;
                }
                let purpose = format!("revoke with an id of {} characters", part.len());
                let answer = t.send(&purpose, t.operator().revoke(&part)).await?;
                answer.status_is(Policy::MalformedTokenId.documented())?;
            }
            t.lives(t.own(0), "after the refusals").await
        })),
];
