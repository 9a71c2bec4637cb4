//! Large numbers of tokens, written to the server's database.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use uuid::Uuid;

/// The number of tokens of each user.
const EACH: usize = 10;

/// The instants in the rows, which no request shows.
const THEN: i64 = 1_750_000_000;
const EXPIRY: i64 = 4_102_444_800;

/// The key that signs, as `server bootstrap` created it.
struct Key {
    kid: String,
    key: hmac::Key,
}

impl Key {
    /// Reads the active key from the key file.
    fn of(file: &Path) -> Self {
        let ring: Value = serde_json::from_slice(&fs::read(file).expect("there is a key file"))
            .expect("it is JSON");
        let secret = ring["keys"][0]["secret"].as_str().expect("it has a secret");
        let secret = URL_SAFE_NO_PAD.decode(secret).expect("it is base64url");
        Self {
            kid: ring["active"].as_str().expect("it has a kid").to_owned(),
            key: hmac::Key::new(hmac::HMAC_SHA256, &secret),
        }
    }

    fn sign(&self, jti: Uuid, user: Uuid, business: Uuid) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "HS256", "kid": self.kid }));
        let claims = part(
            json!({ "jti": jti, "sub": user, "business": business, "iat": THEN, "exp": EXPIRY }),
        );
        let signature = hmac::sign(&self.key, format!("{head}.{claims}").as_bytes());
        format!(
            "dz_{head}.{claims}.{}",
            URL_SAFE_NO_PAD.encode(signature.as_ref())
        )
    }
}

/// A user who sends requests: the token to send, and the ids of the user's other tokens.
pub(crate) struct Asker {
    pub(crate) token: String,
    pub(crate) business: Uuid,
    pub(crate) others: Vec<Uuid>,
}

impl Asker {
    /// Writes the bytes of a request of this user, on a connection that stays open.
    pub(crate) fn request(&self, method: &str, path: &str) -> Vec<u8> {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\nContent-Length: 0\r\n\r\n",
            self.token, self.business
        )
        .into_bytes()
    }
}

/// A row of `tokens`.
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) user: Uuid,
    pub(crate) digest: Vec<u8>,
    pub(crate) revoked: bool,
}

/// All rows of a store, a tenth of the tokens revoked, and some users who send requests.
pub(crate) struct Data {
    pub(crate) business: Uuid,
    pub(crate) users: Vec<Uuid>,
    pub(crate) rows: Vec<Row>,
    pub(crate) askers: Vec<Asker>,
}

impl Data {
    /// Builds `count` tokens. `asking` of their users, spread evenly over all, send requests.
    pub(crate) fn new(count: usize, asking: usize, business: Uuid, key_file: &Path) -> Self {
        let key = Key::of(key_file);
        let users: Vec<Uuid> = (0..count / EACH).map(|_| Uuid::new_v4()).collect();
        let every = (users.len() / asking).max(1);
        let (mut rows, mut askers) = (Vec::with_capacity(count), Vec::new());
        for (number, &user) in users.iter().enumerate() {
            let first = rows.len();
            for nth in 0..EACH {
                let (id, jti) = (Uuid::new_v4(), Uuid::new_v4());
                rows.push(Row {
                    id,
                    jti,
                    user,
                    // No token has this digest.
                    digest: [id.into_bytes(), jti.into_bytes()].concat(),
                    revoked: nth == EACH - 1,
                });
            }
            if number % every == 0 {
                let token = key.sign(rows[first].jti, user, business);
                rows[first].digest = digest::digest(&digest::SHA256, token.as_bytes())
                    .as_ref()
                    .to_vec();
                let others = rows[first + 1..first + EACH - 1]
                    .iter()
                    .map(|row| row.id)
                    .collect();
                askers.push(Asker {
                    token,
                    business,
                    others,
                });
            }
        }
        Self {
            business,
            users,
            rows,
            askers,
        }
    }

    /// Adds all rows to a SQLite file that `server bootstrap` has created.
    pub(crate) fn add_to_sqlite(&self, file: &Path) {
        let mut connection = Connection::open(file).expect("the file opens");
        connection
            .pragma_update(None, "synchronous", "OFF")
            .expect("a setting");
        // All indexes fit into memory, and all referenced rows exist.
        connection
            .pragma_update(None, "cache_size", -1_000_000)
            .expect("a setting");
        connection
            .pragma_update(None, "foreign_keys", false)
            .expect("a setting");
        let business = self.business.to_string();
        let micros = THEN * 1_000_000;
        let transaction = connection.transaction().expect("a transaction");
        {
            let mut user = transaction
                .prepare("INSERT INTO users (id, email, created_at) VALUES (?, ?, ?)")
                .expect("SQL");
            let mut member = transaction
                .prepare("INSERT INTO memberships (business_id, user_id, role, created_at) VALUES (?, ?, 'member', ?)")
                .expect("SQL");
            for id in &self.users {
                let id = id.to_string();
                user.execute(params![id, format!("{id}@bench.example"), micros])
                    .expect("a user");
                member
                    .execute(params![business, id, micros])
                    .expect("a member");
            }
            let mut token = transaction
                .prepare(
                    "INSERT INTO tokens (id, jti, business_id, user_id, name, description, token_prefix, token_sha256,
                     created_at, expires_at) VALUES (?, ?, ?, ?, 'bench', NULL, 'dz_eyJhbGciO', ?, ?, ?)",
                )
                .expect("SQL");
            let mut revocation = transaction
                .prepare(
                    "INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES (?, ?, 'bench')",
                )
                .expect("SQL");
            for row in &self.rows {
                let jti = row.jti.to_string();
                token
                    .execute(params![
                        row.id.to_string(),
                        jti,
                        business,
                        row.user.to_string(),
                        row.digest,
                        micros,
                        EXPIRY * 1_000_000
                    ])
                    .expect("a token");
                if row.revoked {
                    revocation
                        .execute(params![jti, micros])
                        .expect("a revocation");
                }
            }
        }
        transaction.commit().expect("a commit");
    }

    /// Adds all rows to a PostgreSQL database that `server bootstrap` has prepared.
    pub(crate) async fn add_to_postgres(&self, url: &str) {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(url).await.expect("it accepts");
        // All referenced rows exist: checking that for each row takes longer than everything else.
        for setting in [
            "SET session_replication_role = replica",
            "SET synchronous_commit = off",
        ] {
            let set = sqlx::query(setting).execute(&mut connection).await;
            set.expect("a setting");
        }
        let then = chrono::DateTime::from_timestamp(THEN, 0).expect("an instant");
        let expiry = chrono::DateTime::from_timestamp(EXPIRY, 0).expect("an instant");
        for users in self.users.chunks(20_000) {
            for sql in [
                "INSERT INTO users (id, email, created_at) SELECT id, id || '@bench.example', $2 FROM unnest($1::uuid[]) AS u (id) WHERE $3::uuid IS NOT NULL",
                "INSERT INTO memberships (business_id, user_id, role, created_at) SELECT $3, id, 'member', $2 FROM unnest($1::uuid[]) AS u (id)",
            ] {
                sqlx::query(sql)
                    .bind(users)
                    .bind(then)
                    .bind(self.business)
                    .execute(&mut connection)
                    .await
                    .expect("users");
            }
        }
        for rows in self.rows.chunks(20_000) {
            let column = |of: fn(&Row) -> Uuid| rows.iter().map(of).collect::<Vec<_>>();
            sqlx::query(
                "INSERT INTO tokens (id, jti, business_id, user_id, name, token_prefix, token_sha256, created_at, expires_at)
                 SELECT id, jti, $4, owner, 'bench', 'dz_eyJhbGciO', digest, $6, $7
                 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::bytea[]) AS t (id, jti, owner, digest)",
            )
            .bind(column(|row| row.id))
            .bind(column(|row| row.jti))
            .bind(column(|row| row.user))
            .bind(self.business)
            .bind(rows.iter().map(|row| row.digest.clone()).collect::<Vec<_>>())
            .bind(then)
            .bind(expiry)
            .execute(&mut connection)
            .await
            .expect("tokens");
            let revoked: Vec<Uuid> = rows
                .iter()
                .filter(|row| row.revoked)
                .map(|row| row.jti)
                .collect();
            sqlx::query(
                "INSERT INTO revocations (jti, revoked_at, revoked_by) SELECT jti, $2, 'bench' FROM unnest($1::uuid[]) AS r (jti)",
            )
            .bind(revoked)
            .bind(then)
            .execute(&mut connection)
            .await
            .expect("revocations");
        }
        sqlx::query("ANALYZE")
            .execute(&mut connection)
            .await
            .expect("it analyses");
    }
}
