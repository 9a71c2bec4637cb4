//! TLS for the listener: the certificate and key that two PEM files hold, read again whenever they change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;

use crate::timestamp::Timestamp;

mod validity;

use validity::Validity;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often it is said again that the certificate should be renewed: it comes to its end while nothing changes.
const TELL_EVERY: Duration = Duration::from_secs(86_400);

/// Why there is no TLS. No message holds a part of a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of the two files is named and the other is not.
    #[error("--tls-cert and --tls-key belong together: give both, or neither to speak plain HTTP")]
    Half,
    /// A file cannot be read.
    #[error(
        "cannot read {path} for TLS: {source}. Name files of this user's with --tls-cert and --tls-key"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error(
        "{path} holds no {what} in PEM, which begins with a line such as `-----BEGIN {label}-----`"
    )]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// How that begins.
        label: &'static str,
    },
    /// The certificate and the key are no pair, or not for TLS.
    #[error("the certificate {certificate} and the key {key} cannot be used together: {source}")]
    Unusable {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        source: rustls::Error,
    },
}

/// Where the certificate, with the chain behind it, and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// When each of the two files was last written, and how long it is; nothing for one that cannot be asked.
type Stamps = [Option<(SystemTime, u64)>; 2];

/// What the server shows itself with, as the files have it now.
#[derive(Debug)]
pub(crate) struct Identity {
    files: Files,
    /// Those of the files as they were read first.
    stamps: Stamps,
    config: RwLock<Arc<ServerConfig>>,
    /// When the certificate that was read first is valid.
    validity: Option<Validity>,
}

impl Identity {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// [`TlsError`].
    pub(crate) fn read(files: Files) -> Result<Self, TlsError> {
        // Before the files are read, so that a change from then on is seen, however long it takes until anybody looks.
        let stamps = files.stamps();
        let (config, validity) = read(&files)?;
        Ok(Self {
            files,
            stamps,
            config: RwLock::new(config),
            validity,
        })
    }

    /// From when until when the certificate that was read first is valid, where that can be read.
    pub(crate) fn validity(&self) -> Option<Validity> {
        self.validity
    }

    /// What a new connection is accepted with.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config.read()))
    }

    /// Reads the files again when they change, until it is dropped. What cannot be used is logged, and what was read before
    /// stays: whoever renews a certificate writes one file after the other.
    pub(crate) async fn keep_current(&self) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut seen, mut validity) = (self.stamps, self.validity);
        let mut told = Instant::now();
        self.files.tell_concern(validity);
        loop {
            ticks.tick().await;
            let now = self.files.stamps();
            if now == seen {
                if told.elapsed() >= TELL_EVERY {
                    told = Instant::now();
                    self.files.tell_concern(validity);
                }
                continue;
            }
            seen = now;
            match read(&self.files) {
                Ok((config, valid)) => {
                    *self.config.write() = config;
                    tracing::info!(certificate = %self.files.certificate.display(), "TLS certificate read again");
                    (validity, told) = (valid, Instant::now());
                    self.files.tell_concern(validity);
                }
                Err(error) => {
                    tracing::error!(%error, "the changed TLS files cannot be used; the previous certificate stays");
                }
            }
        }
    }
}

impl Files {
    /// By what a change shows.
    fn stamps(&self) -> Stamps {
        [&self.certificate, &self.key].map(|path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    /// Logs what is wrong with the time for which the certificate is valid.
    fn tell_concern(&self, validity: Option<Validity>) {
        if let Some(concern) = validity.and_then(|validity| validity.concern(Timestamp::now())) {
            tracing::warn!(
                "the TLS certificate {} {concern}",
                self.certificate.display()
            );
        }
    }
}

fn read(files: &Files) -> Result<(Arc<ServerConfig>, Option<Validity>), TlsError> {
    let Files { certificate, key } = files;
    let bytes = load(certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let chain = chain.map_err(|_| TlsError::not_a_certificate(certificate))?;
    if chain.is_empty() {
        return Err(TlsError::not_a_certificate(certificate));
    }
    let validity = Validity::of(&chain);
    let private = PrivateKeyDer::from_pem_slice(&load(key)?).map_err(|error: pem::Error| {
        tracing::debug!(%error, "the TLS key is not PEM");
        TlsError::NotPem {
            path: key.clone(),
            what: "private key",
            label: "PRIVATE KEY",
        }
    })?;
    let unusable = |source| TlsError::Unusable {
        certificate: certificate.clone(),
        key: key.clone(),
        source,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), validity))
}

fn load(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

impl TlsError {
    fn not_a_certificate(path: &Path) -> Self {
        Self::NotPem {
            path: path.to_owned(),
            what: "certificate",
            label: "CERTIFICATE",
        }
    }
}
