//! The record in the 201 of a revocation, compared with what the run knows: of the token by the answer that created it, of the
//! reason by the request, of the caller by the credential, and of the time by the exchange.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Deployment;
use crate::wire::{Exchange, Response};

/// The longest reason that every deployment keeps as it is, in characters. Others are what cases of their own are about.
const ORDINARY: usize = 100;

impl Deployment {
    /// Returns the place of the first member of a revocation's 201 that is not what the run knows, in the words of the cases that
    /// check it. Who revoked a token, when and why is known only if one request asked for it.
    pub(super) fn false_member(
        &self,
        exchange: &Exchange,
        response: &Response,
    ) -> Option<&'static str> {
        let path = &exchange.request.path;
        let (token, is_only_request) = self.ledger.live_at(&self.contract, path)?;
        let body = response.json()?;
        let at = |place: &str| body.pointer(place).cloned().unwrap_or_default();
        let is = |place: &str, known: &Option<String>| {
            (known.as_ref()).is_none_or(|known| at(place) == **known)
        };
        let members = [
            ("/data", at("/data").is_object()),
            ("/data/id", at("/data/id") == *token.id),
            ("/data/jti", is("/data/jti", &token.jti)),
            ("/data/name", is("/data/name", &token.name)),
            ("/success", at("/success") == true),
        ];
        let differs = |members: &[(&'static str, bool)]| {
            let member = members.iter().find(|(_, held)| !held);
            member.map(|(place, _)| *place)
        };
        differs(&members).or_else(|| {
            let reason = at("/data/revocation_reason");
            let times = (exchange.started_at, exchange.started_at + exchange.duration);
            let request = exchange.request.body.as_deref().unwrap_or_default();
            let members = [
                ("/data/revocation_reason", is_reason(request, &reason)),
                (
                    "/data/revoked_at",
                    self.is_within(times, &at("/data/revoked_at")),
                ),
                (
                    "/data/revoked_by",
                    self.is_caller(exchange, &at("/data/revoked_by")),
                ),
            ];
            differs(&members).filter(|_| is_only_request)
        })
    }

    /// Returns the times between which something happened that an answer is about, with the clock skew that the profile allows.
    pub(crate) fn window(
        &self,
        (sent, answered): (DateTime<Utc>, DateTime<Utc>),
    ) -> (DateTime<Utc>, DateTime<Utc>) {
        let skew = TimeDelta::seconds(self.profile.clock.skew_seconds.into());
        // A deployment may store whole seconds, so it may be up to one second before the request.
        (sent - skew - TimeDelta::seconds(1), answered + skew)
    }

    fn is_within(&self, times: (DateTime<Utc>, DateTime<Utc>), moment: &Value) -> bool {
        let (earliest, latest) = self.window(times);
        let moment = moment.as_str().map(DateTime::parse_from_rfc3339);
        moment
            .is_some_and(|moment| moment.is_ok_and(|moment| earliest <= moment && moment <= latest))
    }

    /// Returns whether `revoked_by` is the caller: the address of the profile, or what the first answer to the same user said.
    fn is_caller(&self, exchange: &Exchange, revoked_by: &Value) -> bool {
        let Some(role) = self.user_of(&exchange.request) else {
            return true;
        };
        let identity = self.credentials.of(role);
        if let Some(email) = identity.and_then(|identity| identity.email.as_ref()) {
            return *revoked_by == **email;
        }
        let mut revokers = (self.revokers.lock()).unwrap_or_else(PoisonError::into_inner);
        revokers.entry(role).or_insert_with(|| revoked_by.clone()) == revoked_by
    }
}

/// Returns whether a reason is the one that a request's body asks for. An unusual one may be refused or changed as other cases
/// say.
fn is_reason(request: &[u8], reason: &Value) -> bool {
    if request.is_empty() {
        return reason.is_null();
    }
    let asked = serde_json::from_slice::<Value>(request).unwrap_or_default();
    let is_ordinary = |text: &&str| {
        (1..=ORDINARY).contains(&text.len())
            && text.starts_with(|one: char| one.is_ascii_alphabetic())
            && text
                .chars()
                .all(|one| one == ' ' || one.is_ascii_alphanumeric())
            && !text.ends_with(' ')
    };
    let asked = asked["reason"].as_str().filter(is_ordinary);
    asked.is_none_or(|asked| *reason == json!(asked))
}
