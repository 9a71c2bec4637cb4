//! An answer, and what can be demanded of it.

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::Value;

use super::transcript::Transcript;
use crate::case::Stop;
use crate::contract::JSON;
use crate::profile::Policy;
use crate::wire::Response;

/// The most of a body that a message quotes, in characters.
const QUOTED: usize = 300;

/// An answer of the deployment. Each expectation becomes a step of the report.
#[derive(Debug)]
pub struct Answer<'t> {
    transcript: &'t Transcript,
    exchange: usize,
    purpose: String,
    response: Response,
    window: (DateTime<Utc>, DateTime<Utc>),
}

impl<'t> Answer<'t> {
    pub(super) fn new(
        transcript: &'t Transcript,
        exchange: usize,
        purpose: String,
        response: Response,
        window: (DateTime<Utc>, DateTime<Utc>),
    ) -> Answer<'t> {
        Answer {
            transcript,
            exchange,
            purpose,
            response,
            window,
        }
    }

    /// The status code.
    pub(crate) fn status(&self) -> u16 {
        self.response.status
    }

    /// How long it took from sending the request to the last byte of the answer.
    pub(crate) fn duration(&self) -> std::time::Duration {
        (self.window.1 - self.window.0).to_std().unwrap_or_default()
    }

    /// The body, byte for byte.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.response.body
    }

    /// The values of a header, in the order of arrival.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let named = self
            .response
            .headers
            .iter()
            .filter(|(present, _)| present == name);
        named
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    /// The names of all headers, sorted.
    pub(crate) fn header_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .response
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names
    }

    /// The body as JSON; `null` when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.response.body).unwrap_or_default()
    }

    /// A value of the JSON body by JSON pointer; `null` when it is not there.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    /// The beginning of the body, for messages.
    pub(crate) fn quote(&self) -> String {
        let text = String::from_utf8_lossy(&self.response.body);
        self.transcript.deployment().secrets.excerpt(&text, QUOTED)
    }

    /// Holds the answer to an expectation.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over literals and values made for this"
    )]
    pub(crate) fn expect(
        &self,
        what: &str,
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        let what = format!("{}: {what}", self.purpose);
        self.transcript.step(
            what,
            held,
            expected.to_string(),
            actual.to_string(),
            Some(self.exchange),
        )
    }

    /// Demands one of these statuses.
    pub(crate) fn status_is(&self, statuses: &[u16]) -> Result<(), Stop> {
        let held = statuses.contains(&self.status());
        let actual = if held {
            self.status().to_string()
        } else {
            format!("{}: {}", self.status(), self.quote())
        };
        self.expect("status", held, crate::profile::one_of(statuses), actual)
    }

    /// Demands a value in the JSON body.
    pub(crate) fn field_is(&self, pointer: &str, expected: &Value) -> Result<(), Stop> {
        let actual = self.at(pointer);
        self.expect(pointer, actual == *expected, expected, &actual)
    }

    /// Demands JSON by its media type and by its text; gives the value.
    pub(crate) fn is_json(&self) -> Result<Value, Stop> {
        let media_types = self.headers("content-type");
        let essence = |value: &String| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
        };
        let held = media_types.len() == 1 && media_types.iter().all(|value| essence(value) == JSON);
        let actual = if media_types.is_empty() {
            "none".to_owned()
        } else {
            media_types.join(" and ")
        };
        self.expect("media type", held, JSON, actual)?;
        match serde_json::from_slice::<Value>(self.bytes()) {
            Ok(value) => Ok(value),
            Err(error) => {
                let found = format!("{error}: {}", self.quote());
                self.expect("body", false, "JSON", found)?;
                Ok(Value::Null)
            }
        }
    }

    /// Demands an answer just as the slice documents it for a status: that status, the media type, and a body of the
    /// schema. Gives the body.
    pub(crate) fn documented(&self, status: u16) -> Result<Value, Stop> {
        self.documented_as(&[status])
    }

    /// Demands an answer just as the slice documents it for one of several statuses. Gives the body.
    pub(crate) fn documented_as(&self, statuses: &[u16]) -> Result<Value, Stop> {
        self.status_is(statuses)?;
        self.body_documented()
    }

    /// Demands a body just as the slice documents it for the status that the answer has.
    pub(crate) fn body_documented(&self) -> Result<Value, Stop> {
        let status = self.status();
        let contract = &self.transcript.deployment().contract;
        let documented = contract.documents(status);
        self.expect(
            "status",
            documented,
            "a status that the slice documents",
            status,
        )?;
        let body = self.is_json()?;
        self.body_is_without(&contract.problems(status, &body))?;
        Ok(body)
    }

    /// Demands that nothing keeps the body from being the one documented for the status that the answer has.
    pub(crate) fn body_is_without(&self, problems: &[String]) -> Result<(), Stop> {
        let actual = if problems.is_empty() {
            "that".to_owned()
        } else {
            format!("{} in {}", problems.join("; "), self.quote())
        };
        let expected = format!("the body documented for {}", self.status());
        self.expect("body", problems.is_empty(), expected, actual)
    }

    /// Demands the answer that the deployment's policy fixes, or, where it fixes none, any that the contract documents
    /// and the same one each time.
    pub(crate) fn follows(&self, policy: Policy) -> Result<u16, Stop> {
        let status = self.status_follows(policy)?;
        self.body_documented()?;
        Ok(status)
    }

    /// As [`Answer::follows`], without a word about the body: for operations that are not the contract's.
    pub(crate) fn status_follows(&self, policy: Policy) -> Result<u16, Stop> {
        let status = self.status();
        if let Some(set) = self.transcript.deployment().profile.policy.get(policy) {
            let expected = format!("{set}, by policy.{} of the profile", policy.key());
            let actual = if status == set {
                status.to_string()
            } else {
                format!("{status}: {}", self.quote())
            };
            self.expect("status", status == set, expected, actual)?;
        } else {
            self.status_is(policy.documented())?;
            if let Some((other, case)) =
                self.transcript
                    .deployment()
                    .chose(policy, status, self.transcript.case())
            {
                let expected = format!(
                    "{other} as in {case}, since policy.{} is not set",
                    policy.key()
                );
                self.expect("the same answer each time", false, expected, status)?;
            }
        }
        Ok(status)
    }

    /// Demands an RFC 3339 timestamp with an offset in the JSON body; gives it.
    pub(crate) fn timestamp(&self, pointer: &str) -> Result<DateTime<FixedOffset>, Stop> {
        let value = self.at(pointer);
        let parsed = value
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        self.expect(
            pointer,
            parsed.is_some(),
            "an RFC 3339 timestamp with an offset",
            &value,
        )?;
        parsed.ok_or_else(|| Stop::Failed(format!("{pointer} is no timestamp")))
    }

    /// Demands that a moment lies between the request's start and the answer's end, give or take the skew that the
    /// profile allows the deployment's clock.
    pub(crate) fn happened_now(
        &self,
        what: &str,
        moment: DateTime<FixedOffset>,
    ) -> Result<(), Stop> {
        let skew = chrono::TimeDelta::seconds(
            self.transcript
                .deployment()
                .profile
                .clock
                .skew_seconds
                .into(),
        );
        // A deployment may keep whole seconds only, and then the moment lies up to one before the request's start.
        let earliest = self.window.0 - skew - chrono::TimeDelta::seconds(1);
        let latest = self.window.1 + skew;
        let held = earliest <= moment && moment <= latest;
        self.expect(
            what,
            held,
            format!(
                "between {} and {}",
                earliest.to_rfc3339(),
                latest.to_rfc3339()
            ),
            moment.to_rfc3339(),
        )
    }
}
