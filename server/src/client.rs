//! The address of a request's client: the peer of the connection, or the address that a trusted proxy gives.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::connections::peer::Peer;

/// The header with the addresses that a request passed, the client's first. Each was added by the proxy that received it.
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The length of the IPv6 prefix that counts as one address. Every site has at least a /64 (RFC 6177, section 2), so a limit
/// on longer prefixes would have no effect.
const IPV6_PREFIX: u32 = 64;

/// The client's address, as an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The proxies whose `x-forwarded-for` is believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Trusts the proxies in these networks.
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// Returns whether this is the address of a trusted proxy.
    pub(crate) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the address of the client: the last entry of `x-forwarded-for` that is not a trusted proxy, or `peer` if that is
    /// not one. Entries further left were sent by that client, and prove nothing.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trust(peer) {
            return peer;
        }
        let lines: Vec<_> = headers.get_all(&FORWARDED_FOR).iter().collect();
        let entries = lines
            .iter()
            .rev()
            .flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        let mut nearest = peer;
        for entry in entries {
            // Entries left of one that is not an address cannot be trusted.
            let Some(address) = address_of(entry.trim()) else {
                break;
            };
            nearest = address.to_canonical();
            if !self.trust(nearest) {
                break;
            }
        }
        nearest
    }
}

/// Parses an entry: an address, which some proxies send with the client's port.
fn address_of(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    entry.parse().ok().or_else(with_port)
}

/// Adds the [`ClientAddress`] to the request and returns it; `None` for a request without a [`Peer`].
pub(crate) fn identify(proxies: &TrustedProxies, request: &mut Request) -> Option<IpAddr> {
    let Peer(peer) = request.extensions().get().copied()?;
    let client = proxies.client(peer, request.headers());
    request.extensions_mut().insert(ClientAddress(client));
    Some(client)
}

/// Returns the address by which a client is counted: an IPv4 address, or the first of an IPv6 network.
pub(crate) fn network(address: IpAddr) -> IpAddr {
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
    fn client_is_the_last_address_that_is_not_a_trusted_proxy() {
        let proxies =
            TrustedProxies::new(&["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let client = |peer: &str, forwarded: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append(&FORWARDED_FOR, line.parse().unwrap());
            }
            proxies.client(peer.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(
            client("192.0.2.1", &["198.51.100.7"]),
            "192.0.2.1",
            "not trusted"
        );
        assert_eq!(client("10.1.1.1", &[]), "10.1.1.1");
        assert_eq!(client("10.1.1.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            client("10.1.1.1", &["203.0.113.9, 198.51.100.7, 10.2.2.2"]),
            "198.51.100.7"
        );
        assert_eq!(
            client("::1", &["203.0.113.9", "198.51.100.7,10.2.2.2"]),
            "198.51.100.7"
        );
        assert_eq!(client("10.1.1.1", &["198.51.100.7, nonsense"]), "10.1.1.1");
        assert_eq!(client("10.1.1.1", &["::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.1.1.1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(client("10.1.1.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let network = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
