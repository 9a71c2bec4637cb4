//! An answer, and the checks that a case makes on it.

use chrono::{DateTime, FixedOffset, Utc};
use openapi::media_type::MediaType;
use serde_json::Value;

use super::transcript::Transcript;
use crate::case::Stop;
use crate::contract::{JSON, NOT_JSON, kinds, repetition};
use crate::deployment::faults::{LIVE_REFUSED, REVOKED_WORKS, server_error, undocumented};
use crate::deployment::observation::{fault_of, fault_of_methods, fault_of_refusals};
use crate::profile::Policy;
use crate::wire::Response;

/// The statuses with which HTTP allows any server to answer before the operation is reached: for content negotiation (406,
/// 415), limits (408, 411, 413, 414, 429, 431), routing of another path or method (301, 307, 308, 405), and another version of
/// HTTP (505).
pub(crate) const GENERIC: &[u16] = &[
    301, 307, 308, 405, 406, 408, 411, 413, 414, 415, 429, 431, 505,
];

/// The maximum length of a quoted body in a message, in characters.
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

    /// Returns the status code.
    pub(crate) fn status(&self) -> u16 {
        self.response.status
    }

    /// Returns the time from sending the request to the last byte of the answer.
    pub(crate) fn duration(&self) -> std::time::Duration {
        (self.window.1 - self.window.0).to_std().unwrap_or_default()
    }

    /// Returns when the request was sent and when the answer was complete, by the suite's clock.
    pub(crate) fn window(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        self.window
    }

    /// Returns the whole answer.
    pub(crate) fn response(&self) -> &Response {
        &self.response
    }

    /// Returns the bytes of the body.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.response.body
    }

    /// Returns the values of a header, in the order of arrival.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        self.response.headers_of(name)
    }

    /// Returns the names of all headers, sorted.
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

    /// Returns the body as JSON, or `null` if it is not JSON.
    pub(crate) fn json(&self) -> &Value {
        self.response.json().unwrap_or(&Value::Null)
    }

    /// Returns the value at a JSON pointer in the body, or `null` if there is no such value.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    /// Returns the beginning of the body, for messages.
    pub(crate) fn quote(&self) -> String {
        let text = String::from_utf8_lossy(&self.response.body);
        self.transcript.deployment().secrets.excerpt(&text, QUOTED)
    }

    /// Checks an expectation of the answer.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass literals and temporary values"
    )]
    pub(crate) fn expect(
        &self,
        what: &str,
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        let held = self.transcript.step(
            format!("{}: {what}", self.purpose),
            held,
            expected.to_string(),
            actual.to_string(),
            Some(self.exchange),
        );
        self.name_check(format!("{} of the {}", self.deepest(what), self.status()));
        held
    }

    /// Returns, of a pointer into the body, as much as leads to what is missing or is no object; anything else as it is.
    fn deepest<'w>(&self, what: &'w str) -> &'w str {
        let holders = what.match_indices('/').skip(1).map(|(end, _)| &what[..end]);
        let mut holders = holders.filter(|_| what.starts_with('/'));
        let holds = |place: &str| {
            let value = self.json().pointer(place);
            value.is_some_and(|value| value.is_object() || value.is_array())
        };
        holders.find(|place| !holds(place)).unwrap_or(what)
    }

    /// Names what was wrong in the step that was recorded last, unless it held.
    pub(crate) fn name_check(&self, check: String) {
        let fault = fault_of(self.status(), &check);
        self.transcript.name_check(|| check);
        self.transcript.name_fault(fault);
    }

    /// Names an unexpected status. One that the contract does not document is the same fault wherever it is met.
    pub(crate) fn name_status(&self, expected: &[u16]) {
        let (status, contract) = (self.status(), &self.transcript.deployment().contract);
        let is_undocumented = contract.has_revoke() && !contract.documents(status);
        let redirects = is_undocumented && (300..400).contains(&status);
        let is_strange = is_undocumented && !GENERIC.contains(&status) && self.is_of_revoke();
        self.name_check(match redirects || is_strange {
            true => undocumented(status),
            false => format!("{status} in place of {}", crate::profile::one_of(expected)),
        });
        if redirects {
            return self.transcript.name_fault(Some(undocumented(status)));
        }
        if expected.contains(&401) && self.transcript.sent_a_revoked_token(self.exchange) {
            return self.transcript.name_fault(Some(REVOKED_WORKS.to_owned()));
        }
        if status == 401 && self.transcript.sent_a_live_token(self.exchange) {
            return self.transcript.name_fault(Some(LIVE_REFUSED.to_owned()));
        }
        if expected == [405] {
            let fault = fault_of_methods(&format!("{status} in place of 405"));
            return self.transcript.name_fault(Some(fault));
        }
        let is_of_credential =
            || expected == [401] || !self.transcript.sent_a_valid_token(self.exchange);
        if expected.contains(&401) && matches!(status, 400..=499) && is_of_credential() {
            let fault = fault_of_refusals(&format!("{status} in place of 401"));
            return self.transcript.name_fault(Some(fault));
        }
        let is_success = |status: u16| (200..300).contains(&status);
        if is_success(status) && !expected.iter().any(|status| is_success(*status)) {
            let fault = self.transcript.unrefused_fault(self.exchange);
            self.transcript.name_fault(fault.map(str::to_owned));
        }
    }

    /// Returns whether the operation that revokes gave the answer.
    fn is_of_revoke(&self) -> bool {
        let contract = &self.transcript.deployment().contract;
        let revoke = (contract.revoke_operation()).map(|index| &contract.operations()[index]);
        revoke.is_some_and(|revoke| {
            revoke.operation.to_string() == self.transcript.operation(self.exchange)
        })
    }

    /// Names that a revoked token works again, in the step that was recorded last, unless it held.
    pub(crate) fn name_revival(&self) {
        self.name_status(&[401]);
        self.transcript.name_fault(Some(REVOKED_WORKS.to_owned()));
    }

    /// Checks that a request with a revoked token is no success.
    pub(crate) fn is_not_accepted(&self) -> Result<(), Stop> {
        let status = self.status();
        let actual = match status / 100 {
            2 => format!("{status}: {}", self.quote()),
            _ => status.to_string(),
        };
        let held = !(200..300).contains(&status);
        let held = self.expect("the revoked token", held, "not accepted", actual);
        self.transcript.name_fault(Some(REVOKED_WORKS.to_owned()));
        held
    }

    /// Checks that the status is one of these.
    pub(crate) fn status_is(&self, statuses: &[u16]) -> Result<(), Stop> {
        let held = statuses.contains(&self.status());
        let actual = if held {
            self.status().to_string()
        } else {
            format!("{}: {}", self.status(), self.quote())
        };
        let expected = crate::profile::one_of(statuses);
        let outcome = self.expect("status", held, &expected, actual);
        if !held {
            self.name_status(statuses);
        }
        outcome
    }

    /// Checks that the JSON body has a value at a pointer.
    pub(crate) fn field_is(&self, pointer: &str, expected: &Value) -> Result<(), Stop> {
        let actual = self.at(pointer);
        self.field_holds(pointer, actual == *expected, expected, &actual)
    }

    /// Checks an expectation of the value at a pointer in the JSON body. Where it does not hold in a body that is not the documented
    /// one, that is the cause.
    pub(crate) fn field_holds(
        &self,
        pointer: &str,
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        let contract = &self.transcript.deployment().contract;
        if !held && contract.documents(self.status()) && self.is_of_revoke() {
            self.body_documented()?;
        }
        self.expect(pointer, held, expected, actual)
    }

    /// Checks that the media type and the body are JSON, and returns the body.
    pub(crate) fn is_json(&self) -> Result<Value, Stop> {
        let media_types = self.headers("content-type");
        let is_json = |value: &String| MediaType::of(value).essence() == JSON;
        let held = media_types.len() == 1 && media_types.iter().all(is_json);
        let actual = if media_types.is_empty() {
            "none".to_owned()
        } else {
            media_types.join(" and ")
        };
        let found = match media_types.len() {
            0 => "no media type".to_owned(),
            _ => format!("the media type {actual}"),
        };
        let outcome = self.expect("media type", held, JSON, actual);
        self.name_check(format!("{found} in the {}", self.status()));
        outcome?;
        match serde_json::from_slice::<Value>(self.bytes()) {
            Ok(value) => match repetition(self.bytes()) {
                Some(twice) => self.body_is_without(&[twice]).map(|()| value),
                None => Ok(value),
            },
            Err(error) => {
                let found = format!("{error}: {}", self.quote());
                let outcome = self.expect("body", false, "JSON", found);
                self.name_check(format!("{NOT_JSON} in the {}", self.status()));
                outcome.map(|()| Value::Null)
            }
        }
    }

    /// Checks that the answer has this status, and the media type and body that the slice documents for it. Returns the
    /// body.
    pub(crate) fn documented(&self, status: u16) -> Result<Value, Stop> {
        self.documented_as(&[status])
    }

    /// Checks the same as [`Answer::documented`] for one of several statuses. Returns the body.
    pub(crate) fn documented_as(&self, statuses: &[u16]) -> Result<Value, Stop> {
        self.status_is(statuses)?;
        self.body_documented()
    }

    /// Checks that the body is the one that the slice documents for the answer's status. Another body blocks a case that is
    /// not about bodies: its clause is not the one that is broken.
    pub(crate) fn body_documented(&self) -> Result<Value, Stop> {
        let outcome = self.judge_body();
        match self.transcript.judges_bodies() {
            true => outcome,
            false => outcome.map_err(Stop::on_the_way),
        }
    }

    /// Checks the same as [`Answer::body_documented`], for a case that is about bodies.
    pub(crate) fn judge_body(&self) -> Result<Value, Stop> {
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

    /// Checks that there are no problems with the body, which is compared with the one documented for the status.
    pub(crate) fn body_is_without(&self, problems: &[String]) -> Result<(), Stop> {
        let actual = if problems.is_empty() {
            "the documented body".to_owned()
        } else {
            format!("{} in {}", problems.join("; "), self.quote())
        };
        let expected = format!("the body documented for {}", self.status());
        let held = self.expect("body", problems.is_empty(), expected, actual);
        self.name_check(format!("{} in the {}", kinds(problems), self.status()));
        held
    }

    /// Checks that the answer is no server error, which no level of a case excuses.
    pub(crate) fn is_no_server_error(&self) -> Result<(), Stop> {
        let status = self.status();
        // 505 refuses the version of HTTP. Only a request with another version receives it.
        if status < 500 || status == 505 {
            return Ok(());
        }
        let failed = self.expect("no server error", false, "a status below 500", status);
        self.name_check(server_error(status));
        self.transcript.name_server_error(self.exchange);
        failed.map_err(|_| Stop::ServerError(format!("{}: server error {status}", self.purpose)))
    }

    /// Checks that the answer is the one that the profile's policy sets. If the policy is not set, checks that the
    /// contract documents the answer and that it is the same each time.
    pub(crate) fn follows(&self, policy: Policy) -> Result<u16, Stop> {
        let status = self.status_follows(policy)?;
        self.body_documented()?;
        Ok(status)
    }

    /// Checks the same as [`Answer::follows`] without the body, for operations that the contract does not contain.
    pub(crate) fn status_follows(&self, policy: Policy) -> Result<u16, Stop> {
        let status = self.status();
        self.transcript.deployment().answered(policy, status);
        if let Some(set) = self.transcript.deployment().profile.policy.get(policy) {
            let expected = format!("{set} (policy.{} of the profile)", policy.key());
            let actual = if status == set {
                status.to_string()
            } else {
                format!("{status}: {}", self.quote())
            };
            let outcome = self.expect("status", status == set, expected, actual);
            if status != set {
                self.name_status(&[set]);
            }
            outcome?;
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

    /// Checks that the JSON body has an RFC 3339 timestamp with an offset at a pointer, and returns it.
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
        parsed.ok_or_else(|| Stop::Failed(format!("{pointer} is not a timestamp")))
    }

    /// Checks that a moment is between the start of the request and the end of the answer, with the clock skew that the
    /// profile allows.
    pub(crate) fn happened_now(
        &self,
        what: &str,
        moment: DateTime<FixedOffset>,
    ) -> Result<(), Stop> {
        let (earliest, latest) = self.transcript.deployment().window(self.window);
        let held = earliest <= moment && moment <= latest;
        let expected = format!(
            "between {} and {}",
            earliest.to_rfc3339(),
            latest.to_rfc3339()
        );
        self.expect(what, held, expected, moment.to_rfc3339())
    }
}
