//! The record of an exchange: redacted, and no longer than a reader needs.

use std::time::Duration;

use base64::Engine as _;

use super::curl::curl;
use super::exchange::{Exchange, To};
use crate::event::{BodyRecord, ExchangeRecord, HeaderRecord, RequestRecord, ResponseRecord};
use crate::redact::Secrets;

/// The longest body in a report, in bytes.
const KEPT: usize = 16 * 1024;

impl Exchange {
    /// Builds the record of the exchange for reports.
    #[must_use]
    pub(crate) fn record(&self, to: To<'_>, secrets: &Secrets) -> ExchangeRecord {
        let headers = self
            .request
            .headers
            .iter()
            .map(|(name, value)| header(name, value.as_bytes(), secrets));
        let (response, problem) = match &self.outcome {
            Ok(response) => {
                let headers = response
                    .headers
                    .iter()
                    .map(|(name, value)| header(name, value, secrets))
                    .collect();
                let body = body(&response.body, secrets);
                let body = BodyRecord {
                    bytes: body.bytes + response.dropped,
                    truncated: body.truncated || response.dropped > 0,
                    ..body
                };
                (
                    Some(ResponseRecord {
                        status: response.status,
                        headers,
                        body,
                    }),
                    None,
                )
            }
            Err(problem) => (None, Some(secrets.redact(&problem.to_string()))),
        };
        ExchangeRecord {
            purpose: secrets.redact(&self.purpose),
            started_at: self.started_at,
            duration_ms: milliseconds(self.duration),
            wait_ms: self.wait.map(milliseconds),
            retries: self.retries,
            request: RequestRecord {
                method: self.request.method.to_string(),
                url: secrets.redact(&format!("{}{}", to.target, self.request.path)),
                headers: headers.collect(),
                body: self
                    .request
                    .body
                    .as_deref()
                    .map(|bytes| body(bytes, secrets)),
            },
            response,
            problem,
            curl: curl(to, &self.request, secrets),
        }
    }
}

/// Converts to milliseconds, rounded to the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn header(name: &str, value: &[u8], secrets: &Secrets) -> HeaderRecord {
    HeaderRecord {
        name: name.to_owned(),
        value: secrets.redact(&String::from_utf8_lossy(value)),
    }
}

fn body(bytes: &[u8], secrets: &Secrets) -> BodyRecord {
    let (text, base64, truncated) = match std::str::from_utf8(bytes) {
        // Redacted first and cut afterwards, so that the cut cannot leave half a secret.
        Ok(text) => {
            let text = secrets.redact(text);
            let end = text.floor_char_boundary(KEPT);
            (Some(text[..end].to_owned()), None, end < text.len())
        }
        Err(_) => {
            // Base64 would hide a secret from redaction, so a body that holds one is shown as text after all.
            let lossy = String::from_utf8_lossy(bytes);
            if secrets.redact(&lossy) == lossy {
                let kept = &bytes[..bytes.len().min(KEPT)];
                let encoded = base64::engine::general_purpose::STANDARD.encode(kept);
                (None, Some(encoded), kept.len() < bytes.len())
            } else {
                let text = secrets.redact(&lossy);
                let end = text.floor_char_boundary(KEPT);
                (Some(text[..end].to_owned()), None, end < text.len())
            }
        }
    };
    BodyRecord {
        bytes: bytes.len(),
        truncated,
        text,
        base64,
    }
}
