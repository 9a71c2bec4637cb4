//! From when until when a certificate is valid (RFC 5280, section 4.1.2.5).

use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage};

use crate::timestamp::Timestamp;

/// How long before its end a certificate should have been renewed: those who renew by ACME do it at 30 days of 90.
const SOON: i64 = 14 * DAY;

/// Microseconds of a day.
const DAY: i64 = 86_400 * 1_000_000;

/// Behind every instant that a certificate can name: 10000-01-01.
const AFTER_ALL: u64 = 253_402_300_800;

/// When a certificate, and every one of the chain behind it, is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// From then on.
    pub(crate) not_before: Timestamp,
    /// Until then.
    pub(crate) not_after: Timestamp,
}

impl Validity {
    /// That of all certificates together; nothing when one of them is beyond reading.
    pub(super) fn of(chain: &[CertificateDer<'_>]) -> Option<Self> {
        let each: Option<Vec<Self>> = chain.iter().map(Self::of_one).collect();
        each?.into_iter().reduce(|one, other| Self {
            not_before: one.not_before.max(other.not_before),
            not_after: one.not_after.min(other.not_after),
        })
    }

    /// webpki tells the two instants when it refuses a certificate for them, before it looks at anything else; so it is asked
    /// at an instant before and one behind all that a certificate can name.
    fn of_one(certificate: &CertificateDer<'_>) -> Option<Self> {
        let certificate = EndEntityCert::try_from(certificate).ok()?;
        let refused_at = |seconds| {
            let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
            let usage = KeyUsage::server_auth();
            certificate
                .verify_for_usage(&[], &[], &[], at, usage, None, None)
                .err()
        };
        let (Some(Error::CertExpired { not_after, .. }), earliest) =
            (refused_at(AFTER_ALL), refused_at(0))
        else {
            return None;
        };
        let not_before = match earliest {
            Some(Error::CertNotValidYet { not_before, .. }) => instant(not_before)?,
            // Valid since before 1970.
            Some(_) | None => Timestamp::from_micros(0),
        };
        Some(Self {
            not_before,
            not_after: instant(not_after)?,
        })
    }

    /// What an operator should know at this instant, if anything: to be said behind the certificate's name.
    pub(crate) fn concern(&self, now: Timestamp) -> Option<String> {
        let Self {
            not_before,
            not_after,
        } = self;
        let left = not_after.as_micros() - now.as_micros();
        if now < *not_before {
            Some(format!(
                "is not valid before {not_before}: clients will refuse it. Is the clock right?"
            ))
        } else if left < 0 {
            Some(format!(
                "has expired at {not_after}: clients refuse it. Renew it; a running server reads the new one by itself"
            ))
        } else if left < SOON {
            Some(format!(
                "expires at {not_after}, in {} days. Renew it; a running server reads the new one by itself",
                left / DAY
            ))
        } else {
            None
        }
    }
}

fn instant(time: UnixTime) -> Option<Timestamp> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)?))
}
