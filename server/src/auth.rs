//! Who is calling, and in which business: a bearer token becomes a [`Caller`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use secrecy::SecretString;
use uuid::Uuid;

use crate::client::ClientAddress;
use crate::domain::token;
use crate::error::ApiError;
use crate::extract::credential::Credential;
use crate::extract::header::{business_id, claimed_email};
use crate::extract::path::TokenId;
use crate::state::AppState;
use crate::store::{Actor, Snapshot, Target, TargetKey, TokenUse};
use crate::telemetry::metrics::METRICS;
use crate::telemetry::outage::OUTAGE;
use crate::timestamp::Timestamp;

/// The authenticated user of a request.
///
/// As an extractor it makes the first two checks of the contract: 401 without a valid credential, 429 when the caller asks too
/// often, then 400 without a valid `x-business-id`. Only [`business`](Self::business) returns which business the request is in.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The user and the token, as the audit trail records them.
    actor: Actor,
    named_business: Uuid,
    snapshot: Snapshot,
}

impl Caller {
    /// Returns the business that the request is in.
    ///
    /// # Errors
    ///
    /// [`ApiError::NotFound`] when `x-business-id` names another business than the one of the caller's token: the answer does not
    /// show whether such a business exists.
    pub(crate) fn business(&self) -> Result<Uuid, ApiError> {
        if self.named_business == self.actor.business_id {
            Ok(self.named_business)
        } else {
            Err(ApiError::NotFound)
        }
    }

    /// Returns the caller's user id.
    pub(crate) fn user_id(&self) -> Uuid {
        self.actor.user_id
    }

    /// Returns the snapshot of the store at which the caller's token was good.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Returns the actor that the audit trail records.
    pub(crate) fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let (caller, _) = counted(authenticate(parts, state, None).await)?;
        Ok(caller)
    }
}

/// The authenticated user of a request about one token, which its path names.
///
/// As an extractor it makes [`Caller`]'s checks, then the one of the path: 422.
#[derive(Debug)]
pub(crate) struct CallerOnToken {
    pub(crate) caller: Caller,
    /// The token, if it exists in the business of the caller's token.
    pub(crate) token: Option<Target>,
}

impl FromRequestParts<AppState> for CallerOnToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let id = TokenId::from_request_parts(parts, state).await;
        let target = id.as_ref().ok().map(|TokenId(id)| *id);
        let (caller, token) = counted(authenticate(parts, state, target).await)?;
        id?;
        Ok(Self { caller, token })
    }
}

/// Counts whether the caller was authenticated.
fn counted<T>(caller: Result<T, ApiError>) -> Result<T, ApiError> {
    match &caller {
        Err(ApiError::NotAuthenticated { .. }) => METRICS.authenticated(false),
        // The store did not answer.
        Err(ApiError::Unavailable | ApiError::Internal) => {}
        // Any other refusal is of an authenticated caller.
        Ok(_) | Err(_) => METRICS.authenticated(true),
    }
    caller
}

/// Authenticates the caller, and reads the token with this id that the request is about in the same snapshot.
async fn authenticate(
    parts: &mut Parts,
    state: &AppState,
    target: Option<Uuid>,
) -> Result<(Caller, Option<Target>), ApiError> {
    let refused = ApiError::NotAuthenticated { token_sent: true };
    let token = bearer(&parts.headers, &parts.uri)?;
    let now = Timestamp::now();
    let Some((claims, digest)) = token::verify(&state.keys(), &token, now) else {
        return Err(refused);
    };
    // The target is only used if the caller's token turns out to be good.
    let target = target.map(|id| TargetKey {
        business_id: claims.business,
        id,
        asker: claims.sub,
    });
    let found = state.store().authentication(claims.jti, target).await?;
    OUTAGE.answered();
    let Some(found) = found else {
        return Err(refused);
    };

    let token = found.token;
    let genuine = token.digest.matches(&digest)
        && token.user_id == claims.sub
        && token.business_id == claims.business;
    if !genuine {
        return Err(refused);
    }
    let actor = Actor {
        user_id: token.user_id,
        token_id: token.token_id,
        jti: claims.jti,
        business_id: token.business_id,
        remote_address: parts
            .extensions
            .get()
            .map(|ClientAddress(address)| *address),
        claimed_email: claimed_email(&parts.headers),
    };
    if token.revoked {
        state.refused_uses().note(actor, now);
        return Err(refused);
    }
    if !token.is_active(now) {
        return Err(refused);
    }
    if !parts.method.is_safe() {
        let jti = claims.jti;
        parts.extensions.insert(Credential { jti, target });
    }

    state.rate_limits().caller(token.user_id)?;
    let last = TokenUse {
        owner: token.user_id,
        at: now,
    };
    state.last_used().note(claims.jti, last, token.last_used_at);
    let span = tracing::Span::current();
    let mut buffer = Uuid::encode_buffer();
    span.record(
        "user_id",
        &*token.user_id.hyphenated().encode_lower(&mut buffer),
    );
    if let Some(claimed) = &actor.claimed_email {
        span.record("claimed_email", crate::redact::text(claimed));
    }
    let caller = Caller {
        actor,
        named_business: business_id(&parts.headers)?,
        snapshot: found.snapshot,
    };
    Ok((caller, found.target))
}

/// Reads the token of `Authorization: Bearer …` (RFC 6750, section 2.1; the scheme's name in any case, RFC 9110, section 11.1).
///
/// # Errors
///
/// [`ApiError::NotAuthenticated`] when there is none, more than one, another scheme, or when the request carries a token in
/// its query (RFC 6750, section 2.3), where other parties' logs and proxies have seen it already.
fn bearer(headers: &HeaderMap, uri: &Uri) -> Result<SecretString, ApiError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let in_query = has_token_in_query(uri);
    let (value, further) = (values.next(), values.next());
    let Some(value) = value else {
        return Err(ApiError::NotAuthenticated {
            token_sent: in_query,
        });
    };
    if in_query || further.is_some() {
        return Err(ApiError::NotAuthenticated { token_sent: true });
    }

    let (scheme, credential) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .unwrap_or_default();
    let credential = credential.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || credential.is_empty() {
        return Err(ApiError::NotAuthenticated { token_sent: false });
    }
    Ok(SecretString::from(credential))
}

/// Returns whether the query has a token.
fn has_token_in_query(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| {
        // Decoded, as other readers of the query do it.
        url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "access_token")
    })
}
