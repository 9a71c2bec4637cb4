//! The validity of a certificate chain (RFC 5280, section 4.1.2.5), and the warnings about it.

use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage};

use crate::timestamp::Timestamp;

/// The remaining validity, in microseconds, below which a certificate should have been renewed. ACME clients renew a
/// certificate of 90 days when 30 remain.
const SOON: i64 = 14 * DAY;

/// The microseconds of a day.
const DAY: i64 = 86_400 * 1_000_000;

/// An instant later than any that a certificate can name, in seconds since the Unix epoch: 10000-01-01.
const AFTER_ANY_EXPIRY: u64 = 253_402_300_800;

/// The time in which every certificate of a chain is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// The first instant of it.
    pub(crate) not_before: Timestamp,
    /// The last instant of it.
    pub(crate) not_after: Timestamp,
}

impl Validity {
    /// Determines the validity of a chain; nothing when one of its certificates cannot be read.
    pub(super) fn of(chain: &[CertificateDer<'_>]) -> Option<Self> {
        let each: Option<Vec<Self>> = chain.iter().map(Self::of_one).collect();
        each?.into_iter().reduce(|one, other| Self {
            not_before: one.not_before.max(other.not_before),
            not_after: one.not_after.min(other.not_after),
        })
    }

    /// Determines the validity of one certificate.
    ///
    /// webpki has no accessor for it, but its errors for expired and not yet valid certificates hold the two instants, and it
    /// checks them first. So it verifies the certificate at two instants: the Unix epoch, and [`AFTER_ANY_EXPIRY`].
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
            (refused_at(AFTER_ANY_EXPIRY), refused_at(0))
        else {
            return None;
        };
        let not_before = match earliest {
            Some(Error::CertNotValidYet { not_before, .. }) => instant(not_before)?,
            // It is valid at the epoch.
            Some(_) | None => Timestamp::from_micros(0),
        };
        Some(Self {
            not_before,
            not_after: instant(not_after)?,
        })
    }

    /// Returns the warning that an operator should get at this instant, if any: a sentence whose subject is the certificate.
    pub(crate) fn warning(&self, now: Timestamp) -> Option<String> {
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
                "expired at {not_after}: clients refuse it. Renew it; a running server reads the new one by itself"
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

/// Converts an instant of webpki; nothing when it is too late for a [`Timestamp`].
fn instant(time: UnixTime) -> Option<Timestamp> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)?))
}
