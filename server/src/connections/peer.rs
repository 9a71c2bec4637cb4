//! Whom a connection is with, told to every request on it.

use std::net::IpAddr;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

/// The address at the other end of the connection, as an extension of each request: a client, or a proxy in front of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The router, for one connection.
pub(super) struct PeerService {
    router: TowerToHyperService<Router>,
    peer: Peer,
}

impl PeerService {
    pub(super) fn new(router: Router, address: IpAddr) -> Self {
        Self {
            router: TowerToHyperService::new(router),
            // An IPv4 client of a listener on [::] is the same client as on 0.0.0.0.
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
