//! The users and tokens of the second deployment.

use std::sync::{Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// A user of a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    pub(super) email: &'static str,
    pub(super) business: Uuid,
    pub(super) admin: bool,
}

/// A token with its state.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) id: Uuid,
    pub(super) jti: Uuid,
    pub(super) token: String,
    pub(super) name: String,
    description: Option<String>,
    pub(super) owner: User,
    pub(super) created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
    pub(super) revoked_by: Option<&'static str>,
    pub(super) reason: Option<String>,
}

impl Token {
    pub(super) fn is_active(&self) -> bool {
        !self.is_revoked() && self.expires_at > Utc::now()
    }

    pub(super) fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }

    /// Returns the token as lists show it.
    pub(super) fn info(&self) -> Value {
        json!({
            "id": self.id, "jti": self.jti, "name": self.name, "description": self.description,
            "created_at": self.created_at, "expires_at": self.expires_at, "revoked_at": self.revoked_at,
            "revocation_reason": self.reason,
        })
    }
}

/// The users and tokens.
pub(super) struct Store {
    users: [User; 3],
    tokens: Mutex<Vec<Token>>,
}

impl Store {
    pub(super) fn new() -> Store {
        let (ours, theirs) = (Uuid::new_v4(), Uuid::new_v4());
        let user = |email, business, admin| User {
            email,
            business,
            admin,
        };
        Store {
            users: [
                user("ann@north.example", ours, true),
                user("ben@north.example", ours, false),
                user("cleo@south.example", theirs, true),
            ],
            tokens: Mutex::default(),
        }
    }

    /// Returns the operator, the member and the outsider.
    pub(super) fn users(&self) -> [User; 3] {
        self.users
    }

    fn tokens(&self) -> MutexGuard<'_, Vec<Token>> {
        self.tokens.lock().expect("not poisoned")
    }

    pub(super) fn issue(
        &self,
        owner: &User,
        name: &str,
        description: Option<String>,
        days: i64,
    ) -> Token {
        let created_at = Utc::now();
        let token = Token {
            id: Uuid::new_v4(),
            jti: Uuid::new_v4(),
            token: format!("svc_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
            name: name.to_owned(),
            description,
            owner: *owner,
            created_at,
            expires_at: created_at + TimeDelta::days(days),
            revoked_at: None,
            revoked_by: None,
            reason: None,
        };
        self.tokens().push(token.clone());
        token
    }

    /// Returns the owner of an active token.
    pub(super) fn user_of(&self, token: &str) -> Option<User> {
        let tokens = self.tokens();
        let known = tokens.iter().find(|known| known.token == token)?;
        known.is_active().then_some(known.owner)
    }

    pub(super) fn find(&self, id: Uuid) -> Option<Token> {
        self.tokens().iter().find(|token| token.id == id).cloned()
    }

    /// Revokes a token. Returns `None` if it is already revoked.
    pub(super) fn revoke(&self, id: Uuid, by: &User, reason: Option<String>) -> Option<Token> {
        let mut tokens = self.tokens();
        let token = tokens.iter_mut().find(|token| token.id == id)?;
        if token.is_revoked() {
            return None;
        }
        token.revoked_at = Some(Utc::now());
        token.revoked_by = Some(by.email);
        token.reason = reason;
        Some(token.clone())
    }

    /// Returns all tokens of a user, in any state.
    pub(super) fn of(&self, owner: &User) -> Vec<Token> {
        let tokens = self.tokens();
        tokens
            .iter()
            .filter(|token| token.owner == *owner)
            .cloned()
            .collect()
    }

    pub(super) fn active_of(&self, owner: &User) -> usize {
        let tokens = self.tokens();
        let theirs = tokens.iter().filter(|token| token.owner == *owner);
        theirs.filter(|token| token.is_active()).count()
    }

    pub(super) fn active(&self) -> usize {
        self.tokens()
            .iter()
            .filter(|token| token.is_active())
            .count()
    }
}
