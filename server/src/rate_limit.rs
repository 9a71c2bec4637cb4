//! How many requests one caller, and one address, may make in a second.
//!
//! The limits are of this process: with several replicas each counts for itself.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::time::interval;
use uuid::Uuid;

use crate::error::ApiError;
use crate::telemetry::metrics::METRICS;

/// How often what is no longer needed is forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// The bits of an IPv6 address that one customer has at least (RFC 6177, section 2): a limit on less would be none.
const IPV6_PREFIX: u32 = 64;

/// Requests a second, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// No limit.
    Off,
    /// So many, all of which may come at once.
    PerSecond(NonZeroU32),
}

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" | "0" => Ok(Self::Off),
            number => number
                .parse()
                .map(Self::PerSecond)
                .map_err(|_| "give requests a second, such as 50, or `off`".to_owned()),
        }
    }
}

/// The limits of a server.
#[derive(Debug)]
pub(crate) struct RateLimits {
    callers: Option<Limiter<Uuid>>,
    addresses: Option<Limiter<IpAddr>>,
}

impl RateLimits {
    /// Limits of so much.
    pub(crate) fn new(callers: Rate, addresses: Rate) -> Self {
        Self {
            callers: Limiter::of(callers),
            addresses: Limiter::of(addresses),
        }
    }

    /// Counts a request of this user.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyRequests`].
    pub(crate) fn caller(&self, user: Uuid) -> Result<(), ApiError> {
        self.callers
            .as_ref()
            .map_or(Ok(()), |limit| limit.count(&user, "caller"))
    }

    /// Whether addresses are limited.
    pub(crate) fn limit_addresses(&self) -> bool {
        self.addresses.is_some()
    }

    /// Counts a request from this address; addresses of one IPv6 network count as one.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyRequests`].
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.addresses
            .as_ref()
            .map_or(Ok(()), |limit| limit.count(&network(address), "address"))
    }

    /// Forgets whoever has not been seen for a while, until it is dropped: otherwise memory would grow with every address that
    /// ever came.
    pub(crate) async fn keep_small(&self) {
        let mut ticks = interval(FORGET_EVERY);
        loop {
            ticks.tick().await;
            if let Some(limit) = &self.callers {
                limit.forget();
            }
            if let Some(limit) = &self.addresses {
                limit.forget();
            }
        }
    }
}

#[derive(Debug)]
struct Limiter<K: Hash + Eq + Clone> {
    counts: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn of(rate: Rate) -> Option<Self> {
        match rate {
            Rate::Off => None,
            Rate::PerSecond(requests) => Some(Self {
                counts: RateLimiter::hashmap(Quota::per_second(requests)),
                clock: DefaultClock::default(),
            }),
        }
    }

    fn count(&self, key: &K, name: &'static str) -> Result<(), ApiError> {
        self.counts.check_key(key).map_err(|refusal| {
            METRICS.rate_limited(name);
            ApiError::TooManyRequests {
                wait: refusal.wait_time_from(self.clock.now()),
            }
        })
    }

    fn forget(&self) {
        self.counts.retain_recent();
        self.counts.shrink_to_fit();
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mask = u128::MAX << (Ipv6Addr::BITS - IPV6_PREFIX);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let network = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn what_is_not_seen_for_a_while_is_forgotten() {
        let limit = Limiter::of(Rate::PerSecond(NonZeroU32::new(1000).unwrap())).unwrap();
        for key in 0..500 {
            limit.count(&key, "test").unwrap();
        }
        assert_eq!(limit.counts.len(), 500);
        std::thread::sleep(Duration::from_millis(20));
        limit.forget();
        assert_eq!(limit.counts.len(), 0);
    }
}
