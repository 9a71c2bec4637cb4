//! The files of a contract at a URL: fetched from one origin, without credentials.

use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::header::LOCATION;

use super::client::{ClientError, Way, no_answer};
use super::clients::Setup;
use super::coding;
use super::exchange::NoAnswer;
use super::tls;
use crate::profile::HttpVersion;

/// The most bytes of all files together: no public document has as many.
const MOST_BYTES: usize = 64 << 20;

/// The longest time for all files together.
const MOST_TIME: Duration = Duration::from_secs(60);

/// The most redirects from one file to the next place of it.
const MOST_REDIRECTS: usize = 5;

/// The files of one document, which are all on the origin of its URL.
#[derive(Debug)]
pub(crate) struct Download {
    http: reqwest::Client,
    /// The place of the document, to which the paths of the others are relative.
    document: Url,
    bytes_left: usize,
    until: Instant,
}

impl Download {
    /// Prepares to fetch the document at a URL. On another origin than the target's, the suite shows no certificate.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub(crate) fn new(way: &Way<'_>, document: Url) -> Result<Download, ClientError> {
        let is_targets =
            Url::parse(way.target).is_ok_and(|base| base.origin() == document.origin());
        let own = way.certificate.as_ref().filter(|_| is_targets);
        let version = match is_targets {
            true => way.version,
            false => HttpVersion::Auto,
        };
        let tls = tls::of(&document, &way.roots, own);
        let tls = tls.map_err(|source| ClientError::Tls {
            target: document.to_string(),
            source,
        })?;
        let setup = Setup {
            base: document.clone(),
            version,
            tls,
            connect_timeout: way.timeouts.connect(),
        };
        Ok(Download {
            http: setup.client().map_err(ClientError::Setup)?,
            document,
            bytes_left: MOST_BYTES,
            until: Instant::now() + MOST_TIME,
        })
    }

    /// Fetches the document itself. From then on, files are relative to where it really is.
    ///
    /// # Errors
    /// The reason why there is no text.
    pub(crate) async fn document(&mut self) -> Result<String, String> {
        let (place, text) = self.fetch(self.document.clone()).await?;
        self.document = place;
        Ok(text)
    }

    /// Fetches a file by its path from the document's folder.
    ///
    /// # Errors
    /// The reason why there is no text.
    pub(crate) async fn file(&mut self, path: &str) -> Result<String, String> {
        let mut url = self.document.clone();
        url.set_query(None);
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop().extend(path.split('/'));
        }
        Ok(self.fetch(url).await?.1)
    }

    /// Fetches a text, and returns where it was.
    async fn fetch(&mut self, mut url: Url) -> Result<(Url, String), String> {
        url.set_fragment(None);
        for _ in 0..=MOST_REDIRECTS {
            let left = self.until.saturating_duration_since(Instant::now());
            let answer = tokio::time::timeout(left, self.http.get(url.clone()).send());
            let answer = answer.await.map_err(|_| too_slow())?;
            let answer = answer.map_err(|error| no_answer(&error).to_string())?;
            let status = answer.status();
            if !status.is_redirection() {
                if !status.is_success() {
                    return Err(format!("{url} answers {}", status.as_u16()));
                }
                return Ok((url, self.text(answer, left).await?));
            }
            let next = answer.headers().get(LOCATION);
            let next = next.and_then(|value| url.join(value.to_str().ok()?).ok());
            let next = next.ok_or_else(|| format!("{url} answers {status} without a location"))?;
            if next.origin() != url.origin() {
                return Err(format!(
                    "{url} redirects to {next}, which is another origin"
                ));
            }
            url = next;
        }
        Err(format!(
            "{url} redirects again, after {MOST_REDIRECTS} redirects"
        ))
    }

    /// Reads the text of an answer.
    async fn text(
        &mut self,
        mut answer: reqwest::Response,
        left: Duration,
    ) -> Result<String, String> {
        let headers = answer.headers().iter();
        let headers: Vec<(String, Vec<u8>)> = headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        let status = answer.status().as_u16();
        let most = self.bytes_left;
        let too_large = || {
            format!(
                "it is too large: all files together may have {} MiB",
                MOST_BYTES >> 20
            )
        };
        let read = async {
            let mut body = Vec::new();
            while let Some(piece) = answer
                .chunk()
                .await
                .map_err(|error| no_answer(&error).to_string())?
            {
                if body.len() + piece.len() > most {
                    return Err(too_large());
                }
                body.extend_from_slice(&piece);
            }
            let decoded = coding::decoded(status, &headers, body, most).await;
            decoded.map_err(|problem| match problem {
                NoAnswer::TooLarge(..) => too_large(),
                problem => problem.to_string(),
            })
        };
        let body = tokio::time::timeout(left, read)
            .await
            .map_err(|_| too_slow())??;
        self.bytes_left -= body.len();
        String::from_utf8(body).map_err(|_| "it is not UTF-8 text".to_owned())
    }
}

fn too_slow() -> String {
    format!(
        "all files together took longer than {} s",
        MOST_TIME.as_secs()
    )
}
