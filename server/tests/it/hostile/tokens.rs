//! Tokens with invalid headers and claims, signed by our key and on record where that is possible.

use ring::hmac;
use serde_json::{Value, json};

use super::Target;
use crate::authentication::assert_not_authenticated;
use crate::forger::Forger;

#[tokio::test]
async fn token_whose_header_names_another_algorithm_or_key_is_refused() {
    let target = Target::start(&[]).await;
    let (server, admin) = (&target.server, &target.admin);
    let forger = Forger::new(server.folder());
    let ours = json!({ "typ": "JWT", "alg": "HS256", "kid": forger.kid });
    let with = |name: &str, value: Value| {
        let mut header = ours.clone();
        header[name] = value;
        header
    };
    let mut headers = vec![json!([]), json!("HS256"), Value::Null, json!({})];
    for algorithm in [
        "none", "None", "NONE", "", "hs256", "HS256 ", "HS384", "RS256", "ES256", "EdDSA", "dir",
    ] {
        headers.push(with("alg", json!(algorithm)));
    }
    for algorithm in [
        json!(null),
        json!(["HS256"]),
        json!({ "alg": "HS256" }),
        json!(256),
        json!(true),
    ] {
        headers.push(with("alg", algorithm));
    }
    for kid in [
        json!(""),
        json!("../../../../dev/null"),
        json!("/dev/null"),
        json!("' OR '1'='1"),
        json!("' UNION SELECT 'AAAA' --"),
        json!(format!("{}\0", forger.kid)),
        json!(format!(" {}", forger.kid)),
        json!(forger.kid.to_uppercase() + "X"),
        json!("x".repeat(1000)),
        json!(null),
        json!(0),
        json!([forger.kid]),
        json!({ "kid": forger.kid }),
    ] {
        headers.push(with("kid", kid));
    }
    for header in headers {
        let claims = forger.claims(admin, 3600);
        let token = forger.sign_with(&header, &claims, hmac::HMAC_SHA256);
        forger.record_as(server, admin, &claims, &token).await;
        assert_not_authenticated(&forger.probe(server, admin, &token).await, true);
        forger.forget(server, &token).await;
    }
    // A key within the token is ignored: only our key verifies.
    let claims = forger.claims(admin, 3600);
    let jwk = json!({ "kty": "oct", "k": "AAAA" });
    let foreign = hmac_with(
        &[0; 32],
        &{
            let mut header = ours.clone();
            header["jwk"] = jwk;
            header["jku"] = json!("http://127.0.0.1:1/keys");
            header
        },
        &claims,
    );
    forger.record_as(server, admin, &claims, &foreign).await;
    assert_not_authenticated(&forger.probe(server, admin, &foreign).await, true);
    target.unharmed(16).await;
}

#[tokio::test]
async fn token_whose_claims_have_other_types_is_refused() {
    let target = Target::start(&[]).await;
    let (server, admin) = (&target.server, &target.admin);
    let forger = Forger::new(server.folder());
    let far = chrono::Utc::now().timestamp() + 3600;
    let mut wrong = Vec::new();
    for exp in [
        json!(far.to_string()),
        json!(-far),
        json!(-1),
        json!(0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(null),
        json!(true),
        json!([far]),
        json!({ "exp": far }),
        json!(""),
    ] {
        wrong.push(("exp", exp));
    }
    for name in ["sub", "business"] {
        for value in [
            json!(null),
            json!(1),
            json!([]),
            json!(""),
            json!("' OR 1=1 --"),
            json!(uuid::Uuid::new_v4()),
        ] {
            wrong.push((name, value));
        }
    }
    for (name, value) in wrong {
        let mut claims = forger.claims(admin, 3600);
        claims[name] = value.clone();
        let token = forger.sign(&claims);
        forger.record_as(server, admin, &claims, &token).await;
        let answer = forger.probe(server, admin, &token).await;
        assert_eq!(answer.status, 401, "{name}: {value}");
        forger.forget(server, &token).await;
    }
    for claims in [json!([]), json!("claims"), json!(null), json!(1)] {
        assert_eq!(
            forger
                .probe(server, admin, &forger.sign(&claims))
                .await
                .status,
            401
        );
    }
    target.unharmed(16).await;
}

fn hmac_with(secret: &[u8], header: &Value, claims: &Value) -> String {
    Forger {
        kid: String::new(),
        secret: secret.to_vec(),
    }
    .sign_with(header, claims, hmac::HMAC_SHA256)
}
