//! The connections that are open: their number, and the number from each address, both limited.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::client::{TrustedProxies, network};

/// The most connections that are open at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MostConnections {
    /// From all addresses.
    pub(crate) all: usize,
    /// From one address, or from one IPv6 network, unless it is a trusted proxy.
    pub(crate) from_address: usize,
}

/// The slots of a listener.
#[derive(Debug)]
pub(crate) struct Slots {
    proxies: TrustedProxies,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    most: MostConnections,
    all: usize,
    from: HashMap<IpAddr, usize>,
}

/// The slot of an open connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    address: IpAddr,
}

impl Slots {
    /// Builds the slots of a listener, which clients reach directly or through these proxies.
    pub(crate) fn new(most: MostConnections, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self {
            proxies,
            state: Mutex::new(State {
                most,
                all: 0,
                from: HashMap::new(),
            }),
        })
    }

    /// Changes the limits. Connections that are open stay.
    pub(crate) fn limit(&self, most: MostConnections) {
        self.state.lock().most = most;
    }

    /// Takes a slot for a connection from this address, if there is one.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let address = address.to_canonical();
        let is_limited = !self.proxies.trust(address);
        let address = network(address);
        let mut state = self.state.lock();
        let State { most, all, from } = &mut *state;
        let open = from.get(&address).copied().unwrap_or_default();
        if *all >= most.all || is_limited && open >= most.from_address {
            return None;
        }
        *all += 1;
        from.insert(address, open + 1);
        Some(Slot {
            slots: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state.lock();
        state.all -= 1;
        if let Some(open) = state.from.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                state.from.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_has_as_many_slots_as_allowed_and_a_trusted_proxy_all() {
        let most = MostConnections {
            all: 5,
            from_address: 2,
        };
        let proxies = TrustedProxies::new(&["10.0.0.0/8".parse().unwrap()]);
        let slots = Slots::new(most, proxies);
        let take = |address: &str| slots.take(address.parse().unwrap());
        let one = [take("192.0.2.1"), take("::ffff:192.0.2.1")];
        assert!(one.iter().all(Option::is_some));
        assert!(take("192.0.2.1").is_none());
        let proxy = [take("10.0.0.1"), take("10.0.0.1"), take("10.0.0.1")];
        assert!(proxy.iter().all(Option::is_some));
        assert!(take("10.0.0.1").is_none(), "all are taken");
        drop(one);
        assert!(take("2001:db8::1").is_some(), "and given back at once");
        slots.limit(MostConnections {
            all: 3,
            from_address: 2,
        });
        assert!(take("192.0.2.1").is_none(), "fewer than are open");
        drop(proxy);
        assert!(take("192.0.2.1").is_some());
        assert!(slots.state.lock().from.is_empty(), "nothing is kept");
    }
}
