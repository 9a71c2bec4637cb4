//! The HTTP clients of a deployment. Each carries one request at a time, on a connection of its own.
//!
//! Servers close the connection after an error that they did not expect, often without saying so. In a pool that is shared,
//! another request may be waiting for a connection at that moment, get this one, and break.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;

use super::tls::{self, is_loopback};
use crate::profile::HttpVersion;

/// The names of the versions of HTTP (RFC 7301, section 6).
pub(super) const HTTP_1: &[u8] = b"http/1.1";
const HTTP_2: &[u8] = b"h2";

/// The longest that an idle connection is used again.
const IDLE: Duration = Duration::from_secs(1);

/// How to connect to the host of a URL.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) base: Url,
    pub(super) version: HttpVersion,
    pub(super) tls: rustls::ClientConfig,
    pub(super) connect_timeout: Duration,
}

impl Setup {
    /// Creates an HTTP client without open connections.
    pub(super) fn client(&self) -> reqwest::Result<reqwest::Client> {
        let (http, versions): (_, &[&[u8]]) = match self.version {
            HttpVersion::Auto => (reqwest::Client::builder(), &[HTTP_2, HTTP_1]),
            HttpVersion::One => (reqwest::Client::builder().http1_only(), &[HTTP_1]),
            HttpVersion::Two => (
                reqwest::Client::builder().http2_prior_knowledge(),
                &[HTTP_2],
            ),
        };
        let http = http
            .tls_backend_preconfigured(tls::offering(&self.tls, versions))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // Servers close connections that are idle for some seconds (five is common), and a request on a connection
            // that is just being closed gets no answer.
            .pool_idle_timeout(IDLE)
            .connect_timeout(self.connect_timeout);
        // A proxy of the network would answer in place of a deployment on this machine.
        let http = if is_loopback(&self.base) {
            http.no_proxy()
        } else {
            http
        };
        http.build()
    }
}

/// The clients that carry no request now.
#[derive(Debug)]
pub(super) struct Clients {
    setup: Setup,
    free: Mutex<Free>,
}

#[derive(Debug, Default)]
struct Free {
    clients: Vec<reqwest::Client>,
    /// How often all were retired.
    retired: u64,
}

/// A client for one request.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) client: reqwest::Client,
    retired: u64,
}

impl Clients {
    /// Creates the first client.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub(super) fn new(setup: Setup) -> reqwest::Result<Clients> {
        let free = Free {
            clients: vec![setup.client()?],
            retired: 0,
        };
        Ok(Clients {
            setup,
            free: Mutex::new(free),
        })
    }

    /// Takes a free client, or creates one.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub(super) fn take(&self) -> reqwest::Result<Taken> {
        let (free, retired) = {
            let mut free = self.free();
            (free.clients.pop(), free.retired)
        };
        let client = free.map_or_else(|| self.setup.client(), Ok)?;
        Ok(Taken { client, retired })
    }

    /// Gives a client back after a whole answer, unless all were retired meanwhile.
    pub(super) fn give_back(&self, taken: Taken) {
        let mut free = self.free();
        if free.retired == taken.retired {
            free.clients.push(taken.client);
        }
    }

    /// Retires all clients, those that carry a request included, so that no connection that is open now is used again.
    pub(super) fn retire(&self) {
        let mut free = self.free();
        free.clients.clear();
        free.retired += 1;
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
