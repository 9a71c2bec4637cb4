//! A raw connection to the deployment, for requests that no HTTP client would send.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::exchange::{BODY_LIMIT, NoAnswer, Request, Response};
use super::tls::untrusted;

/// The longest head of an answer, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// The most header lines of an answer.
const HEADERS: usize = 128;

trait Stream: AsyncRead + AsyncWrite + Send {}
impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

/// The form in which a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The correct form.
    Sound,
    /// With the names of its headers in capitals, which mean the same (RFC 9110, section 5.1).
    Capitals,
    /// With two lengths, one of them wrong (RFC 9112, section 6.3).
    TwoLengths,
    /// By HTTP/1.0 (RFC 1945), which some servers still speak.
    Old,
    /// Without the second half of its body; the sender then closes its side.
    Half,
    /// With its body in two chunks, and no length (RFC 9112, section 7.1).
    Chunked,
}

/// How long the client waits for `100 Continue` before it sends the body without it (RFC 9110, section 10.1.1).
const CONTINUE: Duration = Duration::from_millis(500);

/// A request body that is not sent yet.
pub(crate) struct HeldBody {
    head_sent: oneshot::Receiver<()>,
    go: oneshot::Sender<()>,
}

impl HeldBody {
    /// Waits until the head is sent and read; returns whether the deployment waits for the body.
    pub(crate) async fn is_awaited(&mut self) -> bool {
        (&mut self.head_sent).await.is_ok()
    }

    /// Sends the body; returns whether the deployment still waited for it.
    pub(crate) fn send(self) -> bool {
        self.go.send(()).is_ok()
    }
}

/// The connection's end of a [`HeldBody`].
struct Hold {
    head_sent: oneshot::Sender<()>,
    go: oneshot::Receiver<()>,
}

/// A raw connection.
pub(crate) struct Wire {
    stream: Pin<Box<dyn Stream>>,
    host: String,
    /// The path of the target's own URL, which precedes every path.
    prefix: String,
    /// The bytes that were read and belong to no answer yet.
    buffer: Vec<u8>,
    /// Whether the connection is closed after the last answer.
    closed: bool,
    /// Whether no request was sent yet.
    unused: bool,
    /// Delays the body of the next request.
    hold: Option<Hold>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Wire")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// Opens a connection straight to the target, through no proxy.
    pub(super) async fn open(base: &Url, tls: &Arc<ClientConfig>) -> Result<Wire, NoAnswer> {
        let connect = |error: &dyn std::fmt::Display| NoAnswer::Connect(error.to_string());
        let host = base.host_str().unwrap_or_default();
        let port = base.port_or_known_default().unwrap_or(80);
        let address = (host.trim_matches(['[', ']']), port);
        let tcp = TcpStream::connect(address)
            .await
            .map_err(|error| connect(&error))?;
        // Some requests are sent in small pieces, and none may wait for the next.
        tcp.set_nodelay(true).map_err(|error| connect(&error))?;
        let stream: Pin<Box<dyn Stream>> = if base.scheme() == "https" {
            let name = rustls::pki_types::ServerName::try_from(address.0.to_owned())
                .map_err(|error| connect(&error))?;
            let connector = tokio_rustls::TlsConnector::from(Arc::clone(tls));
            Box::pin(connector.connect(name, tcp).await.map_err(|error| {
                match untrusted(&error) {
                    Some(problem) => NoAnswer::Connect(problem),
                    None => connect(&error),
                }
            })?)
        } else {
            Box::pin(tcp)
        };
        let host = match base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Wire {
            stream,
            host,
            prefix: base.path().trim_end_matches('/').to_owned(),
            buffer: Vec::new(),
            closed: false,
            unused: true,
            hold: None,
        })
    }

    /// Returns whether the deployment closes the connection.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Returns whether no request was sent on the connection yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.unused
    }

    /// Returns whether the body of the next request is delayed.
    pub(crate) fn holds_body(&self) -> bool {
        self.hold.is_some()
    }

    /// Delays the body of the next request after its head is sent.
    pub(crate) fn hold_body(&mut self) -> HeldBody {
        let (head_sent, is_sent) = oneshot::channel();
        let (send, go) = oneshot::channel();
        self.hold = Some(Hold { head_sent, go });
        HeldBody {
            head_sent: is_sent,
            go: send,
        }
    }

    /// Waits until a body may be sent; returns `false` when the answer comes first.
    async fn may_go(&mut self, hold: Hold) -> Result<bool, NoAnswer> {
        if let Ok(head) = tokio::time::timeout(CONTINUE, self.head()).await
            && head?.0 >= 200
        {
            return Ok(false);
        }
        // Without a holder the body is sent at once.
        let _ = hold.head_sent.send(());
        tokio::select! {
            biased;
            head = self.last_head() => head.map(|_| false),
            _ = hold.go => Ok(true),
        }
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn exchange(
        &mut self,
        request: &Request,
        form: Form,
    ) -> Result<Response, NoAnswer> {
        self.unused = false;
        let broken = |error: std::io::Error| NoAnswer::Broken(error.to_string());
        let (head, body) = serialize(request, form, &self.host, &self.prefix);
        let bytes = match self.hold.take() {
            None => [&head[..], &body].concat(),
            Some(hold) => {
                self.stream.write_all(&head).await.map_err(broken)?;
                self.stream.flush().await.map_err(broken)?;
                match self.may_go(hold).await? {
                    true => body.into_owned(),
                    false => Vec::new(),
                }
            }
        };
        self.stream.write_all(&bytes).await.map_err(broken)?;
        self.stream.flush().await.map_err(broken)?;
        if form == Form::Half {
            self.stream.shutdown().await.map_err(broken)?;
        }
        self.answer(request.method == reqwest::Method::HEAD).await
    }

    /// Reads what the deployment sends after its last answer, until it closes the connection or the time is over.
    pub(crate) async fn excess(&mut self, longest: Duration) -> Vec<u8> {
        let reading =
            async { while self.buffer.len() < BODY_LIMIT && self.more().await.is_ok() {} };
        let _ = tokio::time::timeout(longest, reading).await;
        std::mem::take(&mut self.buffer)
    }

    async fn answer(&mut self, headless: bool) -> Result<Response, NoAnswer> {
        let (status, headers, length) = self.last_head().await?;
        self.buffer.drain(..length);
        let header = |wanted: &str| {
            let mut named = headers.iter().filter(|(name, _)| name == wanted);
            named
                .next()
                .map(|(_, value)| String::from_utf8_lossy(value).to_ascii_lowercase())
        };
        self.closed = header("connection").is_some_and(|value| value.contains("close"));
        let body = if headless || matches!(status, 204 | 304) {
            Vec::new()
        } else if header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            self.chunks(status).await?
        } else if let Some(length) = header("content-length") {
            let length: usize = length
                .trim()
                .parse()
                .map_err(|_| NoAnswer::Broken(format!("content-length: {length}")))?;
            self.exactly(length, status).await?
        } else {
            self.closed = true;
            self.rest(status).await?
        };
        Ok(Response::new(status, headers, body))
    }

    /// Reads until the buffer begins with a whole head, and leaves it there.
    async fn head(&mut self) -> Result<Head, NoAnswer> {
        loop {
            if let Some(head) = head(&self.buffer)? {
                return Ok(head);
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(NoAnswer::TooLarge(0, HEAD_LIMIT));
            }
            self.more().await?;
        }
    }

    /// Reads until the buffer begins with the head of an answer, which 1xx are not yet.
    async fn last_head(&mut self) -> Result<Head, NoAnswer> {
        loop {
            let head = self.head().await?;
            if head.0 >= 200 {
                return Ok(head);
            }
            self.buffer.drain(..head.2);
        }
    }

    /// Reads the next bytes into the buffer.
    async fn more(&mut self) -> Result<(), NoAnswer> {
        let mut piece = [0; 8192];
        match self.stream.read(&mut piece).await {
            Ok(0) => Err(NoAnswer::Broken(
                "it was closed before the answer was whole".to_owned(),
            )),
            Ok(length) => {
                self.buffer.extend_from_slice(&piece[..length]);
                Ok(())
            }
            Err(error) => Err(NoAnswer::Broken(error.to_string())),
        }
    }

    async fn exactly(&mut self, length: usize, status: u16) -> Result<Vec<u8>, NoAnswer> {
        if length > BODY_LIMIT {
            return Err(NoAnswer::TooLarge(status, BODY_LIMIT));
        }
        while self.buffer.len() < length {
            self.more().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn rest(&mut self, status: u16) -> Result<Vec<u8>, NoAnswer> {
        let mut piece = [0; 8192];
        loop {
            match self.stream.read(&mut piece).await {
                Ok(0) => return Ok(std::mem::take(&mut self.buffer)),
                Ok(length) => self.buffer.extend_from_slice(&piece[..length]),
                Err(error) => return Err(NoAnswer::Broken(error.to_string())),
            }
            if self.buffer.len() > BODY_LIMIT {
                return Err(NoAnswer::TooLarge(status, BODY_LIMIT));
            }
        }
    }

    async fn chunks(&mut self, status: u16) -> Result<Vec<u8>, NoAnswer> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16)
                .map_err(|_| NoAnswer::Broken(format!("{line:?} is not the size of a chunk")))?;
            if body.len().saturating_add(size) > BODY_LIMIT {
                return Err(NoAnswer::TooLarge(status, BODY_LIMIT));
            }
            if size == 0 {
                // Trailers end with an empty line.
                while !self.line().await?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.exactly(size, status).await?);
            self.line().await?;
        }
    }

    async fn line(&mut self) -> Result<String, NoAnswer> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(NoAnswer::Broken("a line without an end".to_owned()));
            }
            self.more().await?;
        }
    }
}

/// An answer's status, headers, and length in bytes.
type Head = (u16, Vec<(String, Vec<u8>)>, usize);

/// Parses the head of an answer, if it is whole.
fn head(bytes: &[u8]) -> Result<Option<Head>, NoAnswer> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(length)) => {
            let headers = (response.headers.iter())
                .map(|header| (header.name.to_ascii_lowercase(), header.value.to_vec()))
                .collect();
            Ok(Some((response.code.unwrap_or_default(), headers, length)))
        }
        Err(error) => Err(NoAnswer::Broken(format!("what came is not HTTP: {error}"))),
    }
}

/// Writes a body of at least two bytes in two chunks.
fn chunked(body: &[u8]) -> Vec<u8> {
    let (first, second) = body.split_at(body.len() / 2);
    let mut written = Vec::new();
    for chunk in [first, second, &[]] {
        written.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        written.extend(chunk);
        written.extend(b"\r\n");
    }
    written
}

/// Writes a request: returns its head, and what is sent as its body.
fn serialize<'r>(
    request: &'r Request,
    form: Form,
    host: &str,
    prefix: &str,
) -> (Vec<u8>, Cow<'r, [u8]>) {
    let version = match form {
        Form::Old => "1.0",
        Form::Sound | Form::Capitals | Form::TwoLengths | Form::Half | Form::Chunked => "1.1",
    };
    let mut head = format!(
        "{} {prefix}{} HTTP/{version}\r\n",
        request.method, request.path
    );
    let mut line = |name: &str, value: &str| {
        let name = match form {
            Form::Capitals => name.to_ascii_uppercase(),
            Form::Sound | Form::TwoLengths | Form::Old | Form::Half | Form::Chunked => {
                name.to_owned()
            }
        };
        head.push_str(&format!("{name}: {value}\r\n"));
    };
    line("host", host);
    for (name, value) in &request.headers {
        line(name, value);
    }
    let body = request.body.as_deref().unwrap_or_default();
    if form == Form::TwoLengths {
        line("content-length", &(body.len() + 7).to_string());
    }
    match form {
        Form::Chunked => line("transfer-encoding", "chunked"),
        Form::Sound | Form::Capitals | Form::TwoLengths | Form::Old | Form::Half => {
            line("content-length", &body.len().to_string());
        }
    }
    head.push_str("\r\n");
    let sent = match form {
        Form::Half => Cow::Borrowed(&body[..body.len() / 2]),
        Form::Sound | Form::Capitals | Form::TwoLengths | Form::Old => Cow::Borrowed(body),
        Form::Chunked => Cow::Owned(chunked(body)),
    };
    (head.into_bytes(), sent)
}
