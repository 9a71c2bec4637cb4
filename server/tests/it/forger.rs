//! Forged tokens: signed by the server's own key, and recorded in the database where a test needs it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Credential, Folder, Server};

/// An attacker with the leaked key file, and in some tests with write access to the database.
pub(crate) struct Forger {
    pub(crate) kid: String,
    pub(crate) secret: Vec<u8>,
}

impl Forger {
    pub(crate) fn new(folder: &Folder) -> Self {
        let ring: Value =
            serde_json::from_slice(&std::fs::read(folder.key_file()).unwrap()).unwrap();
        let key = &ring["keys"][0];
        Self {
            kid: key["kid"].as_str().unwrap().to_owned(),
            secret: URL_SAFE_NO_PAD
                .decode(key["secret"].as_str().unwrap())
                .unwrap(),
        }
    }

    /// Returns the claims of a new token of this user that expires in this many seconds.
    pub(crate) fn claims(&self, user: &Credential, expires_in: i64) -> Value {
        let now = chrono::Utc::now().timestamp();
        json!({
            "jti": Uuid::new_v4(),
            "sub": user.user_id,
            "business": user.business_id,
            "iat": now,
            "exp": now + expires_in,
        })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "typ": "JWT", "alg": "HS256", "kid": self.kid });
        self.sign_with(&header, claims, hmac::HMAC_SHA256)
    }

    pub(crate) fn sign_with(
        &self,
        header: &Value,
        claims: &Value,
        algorithm: hmac::Algorithm,
    ) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = hmac::sign(&hmac::Key::new(algorithm, &self.secret), message.as_bytes());
        format!("dz_{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub(crate) async fn record(
        &self,
        server: &Server,
        user: &Credential,
        claims: &Value,
    ) -> String {
        let token = self.sign(claims);
        self.record_as(server, user, claims, &token).await;
        token
    }

    /// Inserts a token that expires in an hour, whatever the `exp` of its claims is.
    pub(crate) async fn record_as(
        &self,
        server: &Server,
        user: &Credential,
        claims: &Value,
        token: &str,
    ) -> u64 {
        let expires_at = chrono::Utc::now().timestamp_micros() + 3_600_000_000;
        sqlx::query(
            "INSERT INTO tokens (id, jti, business_id, user_id, name, token_prefix, token_sha256, created_at, expires_at)
             VALUES (?, ?, ?, ?, 'forged', 'dz_', ?, 0, ?)",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(claims["jti"].as_str().unwrap())
        .bind(&user.business_id)
        .bind(&user.user_id)
        .bind(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
        .bind(expires_at)
        .execute(&server.folder().sqlite().await)
        .await
        .unwrap()
        .rows_affected()
    }

    pub(crate) async fn forget(&self, server: &Server, token: &str) {
        sqlx::query("DELETE FROM tokens WHERE token_sha256 = ?")
            .bind(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
            .execute(&server.folder().sqlite().await)
            .await
            .unwrap();
    }

    pub(crate) async fn probe(&self, server: &Server, user: &Credential, token: &str) -> Answer {
        let user = Credential {
            token: token.to_owned(),
            ..user.clone()
        };
        server
            .request("GET", "/api/v1/tokens")
            .by(&user)
            .send()
            .await
    }
}
