//! Where a request comes from: the connection's other end, or what a trusted proxy says of it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::connections::peer::Peer;

/// Holds the addresses that a request came through, the client's first, each added by the proxy that saw it.
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address, as an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// Proxies whose `x-forwarded-for` is believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// These networks.
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of the client behind `peer`: from the right, the first one that is no trusted proxy. Whatever stands
    /// further left was sent by that client and proves nothing.
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
            // What is no address ends what can be followed.
            let Ok(address) = entry.trim().parse::<IpAddr>() else {
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

/// Adds the [`ClientAddress`] to the request, and gives it; `None` for one that came over no connection of ours.
pub(crate) fn identify(proxies: &TrustedProxies, request: &mut Request) -> Option<IpAddr> {
    let Peer(peer) = request.extensions().get().copied()?;
    let client = proxies.client(peer, request.headers());
    request.extensions_mut().insert(ClientAddress(client));
    Some(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_is_the_first_address_from_the_right_that_is_no_trusted_proxy() {
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
    }
}
