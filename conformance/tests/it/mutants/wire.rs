//! Connections that are broken below HTTP: a proxy that forwards changed bytes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::deployment::Deployment;
use crate::local::Local;

/// One way to break connections.
pub(super) struct WireMutant {
    pub(super) name: &'static str,
    pub(super) killed_by: &'static str,
    /// The change of the bytes to the server.
    requests: fn(Vec<u8>) -> Vec<u8>,
    /// The beginning of an answer after which the connection is closed without `Connection: close`.
    cut_after: Option<&'static str>,
}

fn unchanged(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

/// Changes bytes if they are UTF-8.
fn change_text(bytes: Vec<u8>, change: impl FnOnce(String) -> String) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) => change(text).into_bytes(),
        Err(other) => other.into_bytes(),
    }
}

/// Removes the first line that begins with `start`.
fn without_line(text: &str, start: &str) -> String {
    match text.find(start) {
        Some(begin) => {
            let end = text[begin..]
                .find("\r\n")
                .map_or(text.len(), |end| begin + end + 2);
            format!("{}{}", &text[..begin], &text[end..])
        }
        None => text.to_owned(),
    }
}

pub(super) const MUTANTS: &[WireMutant] = &[
    WireMutant {
        name: "the connection is cut after a refused body",
        killed_by: "http.same_connection_after_an_error",
        requests: unchanged,
        cut_after: Some("HTTP/1.1 422"),
    },
    WireMutant {
        name: "the connection is cut after a refused credential",
        killed_by: "http.same_connection_after_an_error",
        requests: unchanged,
        cut_after: Some("HTTP/1.1 401"),
    },
    WireMutant {
        name: "header names are case-sensitive",
        killed_by: "http.header_names_in_capitals",
        requests: |bytes| change_text(bytes, |text| without_line(&text, "AUTHORIZATION")),
        cut_after: None,
    },
    WireMutant {
        name: "the last of two lengths is used",
        killed_by: "http.two_lengths_are_refused",
        requests: |bytes| {
            change_text(bytes, |text| {
                if text.matches("content-length").count() > 1 {
                    without_line(&text, "content-length")
                } else {
                    text
                }
            })
        },
        cut_after: None,
    },
    WireMutant {
        name: "half a body is accepted as no body",
        killed_by: "http.half_a_body_does_nothing",
        requests: |bytes| {
            change_text(bytes, |text| match text.split_once("\r\n\r\n") {
                Some((head, body)) if body.contains("a client that goes") => {
                    let head = without_line(&format!("{head}\r\n"), "content-length");
                    let head = without_line(&head, "content-type");
                    format!("{head}\r\n")
                }
                Some(_) | None => text,
            })
        },
        cut_after: None,
    },
];

/// A proxy of bytes in front of a deployment. It is stopped when this value is dropped.
pub(super) struct WireProxy {
    pub(super) url: String,
    _service: Local,
}

impl WireProxy {
    pub(super) async fn start(deployment: &Deployment, mutant: &'static WireMutant) -> WireProxy {
        let upstream = deployment.url.trim_start_matches("http://").to_owned();
        let service = Local::start(|listener| async move {
            while let Ok((client, _)) = listener.accept().await {
                let upstream = upstream.clone();
                tokio::spawn(async move {
                    // An error means that one side closed the connection.
                    let _ = forward(client, &upstream, mutant).await;
                });
            }
        })
        .await;
        WireProxy {
            url: service.url.clone(),
            _service: service,
        }
    }
}

/// Forwards a connection with the changes of a mutant, until one side closes it.
async fn forward(client: TcpStream, upstream: &str, mutant: &WireMutant) -> std::io::Result<()> {
    let server = TcpStream::connect(upstream).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let length = from_client.read(&mut bytes).await?;
            if length == 0 {
                // The client has closed its side. The connection to the server stays open until the answer is complete.
                return std::future::pending::<std::io::Result<()>>().await;
            }
            let changed = (mutant.requests)(bytes[..length].to_vec());
            to_server.write_all(&changed).await?;
        }
    };
    let answers = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let length = from_server.read(&mut bytes).await?;
            to_client.write_all(&bytes[..length]).await?;
            let cut = mutant
                .cut_after
                .is_some_and(|start| bytes.starts_with(start.as_bytes()));
            if length == 0 || cut {
                return to_client.shutdown().await;
            }
        }
    };
    tokio::select! {
        ended = answers => ended,
        ended = requests => ended,
    }
}
