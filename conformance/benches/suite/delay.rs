//! A proxy that forwards requests after a delay, as if the deployment were far away.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// A running proxy. Its threads end with the process, or when both sides of their connection have closed.
pub(super) struct Proxy {
    url: String,
}

impl Proxy {
    /// Starts a proxy in front of a URL.
    pub(super) fn start(upstream: &str, latency: Duration) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Proxy(error.to_string());
        let upstream: SocketAddr = upstream
            .trim_start_matches("http://")
            .parse()
            .map_err(|error: std::net::AddrParseError| failed(&error))?;
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A connection that cannot be opened is closed, which the suite reports.
                let _ = connect(client, upstream, latency);
            }
        });
        Ok(Self {
            url: format!("http://{address}"),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// Forwards one connection: requests in order and after the latency, responses at once. So each exchange takes longer by the
/// latency once, as over a network with that round-trip time.
fn connect(client: TcpStream, upstream: SocketAddr, latency: Duration) -> std::io::Result<()> {
    let server = TcpStream::connect(upstream)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    let mut from_client = client.try_clone()?;
    let mut to_server = server.try_clone()?;
    thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut bytes) {
            if sender
                .send((Instant::now() + latency, bytes[..length].to_vec()))
                .is_err()
            {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to_server.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let (mut from_server, mut to_client) = (server, client);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Write);
    });
    Ok(())
}
