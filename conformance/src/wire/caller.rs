//! A caller: a user with a credential, and the requests that they can send.

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::Value;
use uuid::Uuid;

use super::exchange::Request;
use crate::contract::{Contract, JSON};
use crate::profile::Identity;

/// A user with a credential in a business. Its `Debug` does not show the credential.
#[derive(Clone)]
pub struct Caller<'c> {
    contract: &'c Contract,
    authorization: String,
    business_id: Option<String>,
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
            contract,
            authorization: format!("Bearer {token}"),
            business_id: business_id.as_ref().map(Uuid::to_string),
        }
    }

    /// Builds the caller of a user of the profile.
    pub(crate) fn of(contract: &'c Contract, identity: &Identity) -> Caller<'c> {
        let token = identity.token.expose_secret();
        Caller::new(contract, token, identity.business_id)
    }

    /// Returns the same user in the same business with another token.
    pub(crate) fn with_token(&self, token: &str) -> Caller<'c> {
        Caller {
            authorization: format!("Bearer {token}"),
            ..self.clone()
        }
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

    /// Builds any request with the caller's credential and business.
    pub(crate) fn request(&self, method: Method, path: String) -> Request {
        let mut headers = vec![("authorization".into(), self.authorization.clone())];
        if let Some(business_id) = &self.business_id {
            headers.push(("x-business-id".into(), business_id.clone()));
        }
        headers.push(("accept".into(), JSON.to_owned()));
        Request {
            method,
            path,
            headers,
            body: None,
        }
    }
}
