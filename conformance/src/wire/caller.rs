//! A caller: a user with a credential, and the requests that they can send.

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::Value;
use uuid::Uuid;

use super::exchange::Request;
use crate::case::sample::Location;
use crate::contract::security::Placed;
use crate::contract::{Contract, JSON};
use crate::profile::Identity;

/// A user with a credential in a business. Its `Debug` does not show the credential.
#[derive(Clone)]
pub struct Caller<'c> {
    contract: &'c Contract,
    /// The credentials, as each request carries them.
    credentials: Vec<Placed>,
    business_id: Option<String>,
    /// The media types that the caller accepts.
    accept: String,
}

impl std::fmt::Debug for Caller<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Caller")
            .field("business_id", &self.business_id)
            .finish_non_exhaustive()
    }
}

impl<'c> Caller<'c> {
    /// Builds a caller with a token.
    pub(crate) fn new(
        contract: &'c Contract,
        token: &str,
        business_id: Option<Uuid>,
    ) -> Caller<'c> {
        Caller {
            credentials: vec![bearer(token)],
            business_id: business_id.as_ref().map(Uuid::to_string),
            ..Caller::anonymous(contract)
        }
    }

    /// Builds a caller without a credential.
    pub(crate) fn anonymous(contract: &'c Contract) -> Caller<'c> {
        Caller {
            contract,
            credentials: Vec::new(),
            business_id: None,
            accept: JSON.to_owned(),
        }
    }

    /// Builds the caller of a user of the profile.
    pub(crate) fn of(contract: &'c Contract, identity: &Identity) -> Caller<'c> {
        let token = identity.token.expose_secret();
        Caller::new(contract, token, identity.business_id)
    }

    /// Returns the same user in the same business with another token.
    pub(crate) fn with_token(&self, token: &str) -> Caller<'c> {
        self.clone().with(vec![bearer(token)])
    }

    /// Returns the same user in the same business with other credentials.
    pub(crate) fn with(self, credentials: Vec<Placed>) -> Caller<'c> {
        Caller {
            credentials,
            ..self
        }
    }

    /// Returns the caller in the business of another one.
    pub(crate) fn in_business_of(self, other: Option<&Caller<'_>>) -> Caller<'c> {
        let business_id = other.and_then(|other| other.business_id.clone());
        Caller {
            business_id,
            ..self
        }
    }

    /// Returns the caller, who accepts other media types.
    pub(crate) fn accepting(self, accept: String) -> Caller<'c> {
        Caller { accept, ..self }
    }

    /// Returns the credentials, as each request carries them.
    pub(crate) fn credentials(&self) -> &[Placed] {
        &self.credentials
    }

    /// Returns whether a header, a query parameter or a cookie carries a credential of the caller.
    pub(crate) fn provides(&self, location: Location, name: &str) -> bool {
        let is_header = location == Location::Header;
        let is_given = |placed: &Placed| {
            placed.location == location
                && match is_header {
                    true => placed.name.eq_ignore_ascii_case(name),
                    false => placed.name == name,
                }
        };
        self.credentials.iter().any(is_given)
    }

    /// Returns the business that the caller names; empty where the profile gives none, which only derived cases meet.
    pub(crate) fn business_id(&self) -> &str {
        self.business_id.as_deref().unwrap_or_default()
    }

    /// Builds `POST /api/v1/tokens/{token_id}/revoke` without a body.
    pub(crate) fn revoke(&self, token_id: &str) -> Request {
        self.request(Method::POST, self.contract.revoke_path(token_id))
    }

    /// Builds `GET /api/v1/tokens` with a query, which may be empty.
    pub(crate) fn list(&self, query: &str) -> Request {
        let question = if query.is_empty() { "" } else { "?" };
        self.request(
            Method::GET,
            format!("{}{question}{query}", self.contract.tokens_path()),
        )
    }

    /// Builds `POST /api/v1/tokens`.
    pub(crate) fn create(&self, body: &Value) -> Request {
        self.request(Method::POST, self.contract.tokens_path().to_owned())
            .json(body)
    }

    /// Builds any request with the caller's credentials and business.
    pub(crate) fn request(&self, method: Method, path: String) -> Request {
        let mut request = Request {
            method,
            path,
            headers: Vec::new(),
            body: None,
            is_ordinary: false,
        };
        request = request.carrying(&[], &self.credentials);
        if let Some(business_id) = &self.business_id {
            request = request.and("x-business-id", business_id.clone());
        }
        request.and("accept", self.accept.clone())
    }
}

/// Returns a bearer token as a request carries it.
fn bearer(token: &str) -> Placed {
    Placed {
        location: Location::Header,
        name: "authorization".to_owned(),
        text: format!("Bearer {token}"),
    }
}
