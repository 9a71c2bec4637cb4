//! Limits on the requests per second of one caller and of one address. Each replica counts its own requests.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use parking_lot::{Mutex, RwLock};
use tokio::time::interval;
use uuid::Uuid;

use crate::client::network;
use crate::error::ApiError;
use crate::telemetry::metrics::METRICS;

/// How often counts that have no effect any more are removed.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(10);

/// A number of requests per second, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// No limit.
    Off,
    /// At most this many, which may arrive at once.
    PerSecond(NonZeroU32),
}

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            number => number.parse().map(Self::PerSecond).map_err(|_| {
                "give requests a second, such as 50, or `off` for no limit".to_owned()
            }),
        }
    }
}

/// The limits of a server.
#[derive(Debug)]
pub(crate) struct RateLimits {
    callers: RwLock<Option<Limiter<Uuid>>>,
    addresses: RwLock<Option<Limiter<IpAddr>>>,
    /// The rates in effect, of callers and of addresses.
    rates: Mutex<[Rate; 2]>,
}

impl RateLimits {
    /// Builds the limits from their rates.
    pub(crate) fn new(callers: Rate, addresses: Rate) -> Self {
        Self {
            callers: RwLock::new(Limiter::of(callers)),
            addresses: RwLock::new(Limiter::of(addresses)),
            rates: Mutex::new([callers, addresses]),
        }
    }

    /// Changes the rates. The counts of a rate that stays are kept.
    pub(crate) fn limit(&self, callers: Rate, addresses: Rate) {
        let mut rates = self.rates.lock();
        if rates[0] != callers {
            *self.callers.write() = Limiter::of(callers);
        }
        if rates[1] != addresses {
            *self.addresses.write() = Limiter::of(addresses);
        }
        *rates = [callers, addresses];
    }

    /// Counts a request of this user.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyRequests`].
    pub(crate) fn caller(&self, user: Uuid) -> Result<(), ApiError> {
        self.callers
            .read()
            .as_ref()
            .map_or(Ok(()), |limit| limit.count(&user, "caller"))
    }

    /// Counts a request from this address; addresses of one IPv6 network count as one.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyRequests`].
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.addresses
            .read()
            .as_ref()
            .map_or(Ok(()), |limit| limit.count(&network(address), "address"))
    }

    /// Removes the counts that are not needed any more, again and again until this future is dropped. Without it memory would
    /// grow with every new address.
    pub(crate) async fn keep_small(&self) {
        let mut ticks = interval(CLEANUP_INTERVAL);
        loop {
            ticks.tick().await;
            if let Some(limit) = &*self.callers.read() {
                limit.cleanup();
            }
            if let Some(limit) = &*self.addresses.read() {
                limit.cleanup();
            }
        }
    }
}

/// The counts of one limit, by key.
#[derive(Debug)]
struct Limiter<K: Hash + Eq + Clone> {
    counts: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// Builds the limiter of a rate; nothing for no limit.
    fn of(rate: Rate) -> Option<Self> {
        match rate {
            Rate::Off => None,
            Rate::PerSecond(requests) => Some(Self {
                counts: RateLimiter::hashmap(Quota::per_second(requests)),
                clock: DefaultClock::default(),
            }),
        }
    }

    /// Counts a request, or refuses it.
    fn count(&self, key: &K, name: &'static str) -> Result<(), ApiError> {
        self.counts.check_key(key).map_err(|refusal| {
            METRICS.rate_limited(name);
            ApiError::TooManyRequests {
                wait: refusal.wait_time_from(self.clock.now()),
            }
        })
    }

    /// Removes the counts that have no effect any more.
    fn cleanup(&self) {
        self.counts.retain_recent();
        self.counts.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_removed_when_they_have_no_effect() {
        let limit = Limiter::of(Rate::PerSecond(NonZeroU32::new(1000).unwrap())).unwrap();
        for key in 0..500 {
            limit.count(&key, "test").unwrap();
        }
        assert_eq!(limit.counts.len(), 500);
        std::thread::sleep(Duration::from_millis(20));
        limit.cleanup();
        assert_eq!(limit.counts.len(), 0);
    }
}
