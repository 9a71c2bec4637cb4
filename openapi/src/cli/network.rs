//! Documents at URLs: fetched without credentials, over https or, on this machine, over http.

use std::io::Read as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fluent_uri::{Uri, UriRef};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Proxy, http};

/// The most bytes of a document and its files together: no public document has as many.
const MOST_BYTES: u64 = 64 << 20;

/// The longest time for a document and its files together.
const MOST_TIME: Duration = Duration::from_secs(60);

/// The most redirects from one file to the next place of it.
const MOST_REDIRECTS: usize = 5;

/// What is encoded in a segment of a path (RFC 3986 section 3.3, the unreserved characters are not).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The files of one document, which are all on the origin of its URL.
pub(super) struct Download {
    agent: Agent,
    /// The place of the document, to which the paths of the others are relative.
    document: Uri<String>,
    bytes_left: u64,
    until: Instant,
}

impl Download {
    /// Prepares to fetch the document at a URL.
    ///
    /// # Errors
    ///
    /// The reason why nothing is fetched from there.
    pub(super) fn of(url: &str) -> Result<Self, String> {
        let document = Uri::parse(url.to_owned()).map_err(|_| "it is not a URL".to_owned())?;
        let document = document.normalize();
        check(&document)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider);
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("oasproof/", env!("CARGO_PKG_VERSION")))
            // A proxy for the network would answer instead of this machine.
            .proxy(
                (!is_loopback(&document))
                    .then(Proxy::try_from_env)
                    .flatten(),
            );
        Ok(Self {
            agent: agent.build().new_agent(),
            document,
            bytes_left: MOST_BYTES,
            until: Instant::now() + MOST_TIME,
        })
    }

    /// Returns the path of the document's folder on its origin.
    pub(super) fn folder(&self) -> String {
        let path = self.document.path().as_str();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folder.trim_start_matches('/').to_owned()
    }

    /// Fetches the document itself. From then on, files are relative to where it really is.
    ///
    /// # Errors
    ///
    /// The reason why there is no text.
    pub(super) fn document(&mut self) -> Result<Vec<u8>, String> {
        let (place, bytes) = self.fetch(self.document.clone(), |_| true)?;
        self.document = place;
        Ok(bytes)
    }

    /// Fetches a file of the same origin by its path from the document's folder.
    ///
    /// # Errors
    ///
    /// The reason why there is no text.
    pub(super) fn file(&mut self, path: &str) -> Result<String, String> {
        let segments = path.split('/');
        let segments: Vec<_> = segments
            .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string())
            .collect();
        let url = self.resolved(&self.document, &format!("./{}", segments.join("/")))?;
        let own = origin(&self.document);
        let (_, bytes) = self.fetch(url, |next| origin(next) == own)?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
    }

    /// Returns the URL of a reference in the text at `base`.
    fn resolved(&self, base: &Uri<String>, reference: &str) -> Result<Uri<String>, String> {
        let wrong = || format!("`{reference}` is not a URL");
        let reference = UriRef::parse(reference).map_err(|_| wrong())?;
        reference.resolve_against(base).map_err(|_| wrong())
    }

    /// Fetches a text, and returns where it was. `is_allowed` says where redirects may lead.
    fn fetch(
        &mut self,
        mut url: Uri<String>,
        is_allowed: impl Fn(&Uri<String>) -> bool,
    ) -> Result<(Uri<String>, Vec<u8>), String> {
        url.set_fragment(None);
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.answer(&url)?;
            let status = answer.status();
            if status.is_success() {
                let bytes = self.bytes(answer)?;
                return Ok((url, bytes));
            }
            if !status.is_redirection() {
                return Err(format!("{url} answers {}", status.as_u16()));
            }
            let location = answer.headers().get(http::header::LOCATION);
            let location = location.and_then(|location| location.to_str().ok());
            let location = location
                .ok_or_else(|| format!("{url} answers {} without a location", status.as_u16()))?;
            let mut next = self.resolved(&url, location)?.normalize();
            next.set_fragment(None);
            let redirects = format!("{url} redirects to {next}");
            check(&next).map_err(|reason| format!("{redirects}: {reason}"))?;
            if next.scheme().as_str() != "https" && origin(&next) != origin(&url) {
                return Err(format!("{redirects}, and not to https"));
            }
            if !is_allowed(&next) {
                return Err(format!("{redirects}, which is another origin"));
            }
            url = next;
        }
        Err(format!(
            "{url} redirects again, after {MOST_REDIRECTS} redirects"
        ))
    }

    fn answer(&self, url: &Uri<String>) -> Result<http::Response<Body>, String> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(too_slow());
        }
        let request = self
            .agent
            .get(url.as_str())
            .config()
            .timeout_global(Some(left));
        request.build().call().map_err(|error| match error {
            ureq::Error::Timeout(_) => too_slow(),
            error => format!("{url}: {error}"),
        })
    }

    fn bytes(&mut self, answer: http::Response<Body>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let body = answer.into_body().into_reader();
        let read = body.take(self.bytes_left + 1).read_to_end(&mut bytes);
        read.map_err(|error| match error.kind() {
            std::io::ErrorKind::TimedOut => too_slow(),
            _ if Instant::now() >= self.until => too_slow(),
            _ => error.to_string(),
        })?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.bytes_left = self.bytes_left.checked_sub(length).ok_or_else(|| {
            let most = MOST_BYTES >> 20;
            format!("it is too large: a document and its files may have {most} MiB together")
        })?;
        Ok(bytes)
    }
}

/// Refuses what is not fetched.
fn check(url: &Uri<String>) -> Result<(), String> {
    let authority = url.authority();
    let host = authority.map_or("", |authority| authority.host());
    if host.is_empty() || !matches!(url.scheme().as_str(), "http" | "https") {
        return Err("only https URLs are read, and http on this machine".to_owned());
    }
    if authority.is_some_and(|authority| authority.has_userinfo()) {
        return Err("credentials do not belong in its URL, and none are sent".to_owned());
    }
    if url.scheme().as_str() == "http" && !is_loopback(url) {
        return Err(
            "http is only read on this machine, since anybody on the way could change it: use https"
                .to_owned(),
        );
    }
    Ok(())
}

/// Returns whether a URL is on this machine.
fn is_loopback(url: &Uri<String>) -> bool {
    let host = url.authority().map_or("", |authority| authority.host());
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Returns the scheme, the host and the port (RFC 6454 section 4).
fn origin(url: &Uri<String>) -> (String, String, String) {
    let scheme = url.scheme().as_str().to_ascii_lowercase();
    let authority = url.authority();
    let host = authority.map_or("", |authority| authority.host());
    let port = authority.and_then(|authority| authority.port());
    let port = port
        .map(fluent_uri::pct_enc::EStr::as_str)
        .filter(|port| !port.is_empty());
    let default = if scheme == "https" { "443" } else { "80" };
    let port = port.unwrap_or(default).to_owned();
    (scheme, host.to_ascii_lowercase(), port)
}

fn too_slow() -> String {
    let most = MOST_TIME.as_secs();
    format!("a document and its files took longer than {most} s together")
}
