//! The peer of a connection, as an extension of each of its requests.

use std::net::IpAddr;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

/// The address of the other end of the connection: a client, or a proxy in front of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The router for one connection: adds the [`Peer`] to each request.
pub(super) struct PeerService {
    router: TowerToHyperService<Router>,
    peer: Peer,
}

impl PeerService {
    /// Wraps the router for a connection with this address.
    pub(super) fn new(router: Router, address: IpAddr) -> Self {
        Self {
            router: TowerToHyperService::new(router),
            // An IPv4 client has the same address on a listener on [::] as on one on 0.0.0.0.
            peer: Peer(address.to_canonical()),
        }
    }
}

impl Service<Request<Incoming>> for PeerService {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}
