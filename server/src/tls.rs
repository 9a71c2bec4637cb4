//! TLS for the listener: the certificate chain and the key in two PEM files, which are read again when they change.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
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

/// How often the files are checked for a change.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// How often the warning about the certificate's expiry is repeated.
const WARN_EVERY: Duration = Duration::from_secs(86_400);

/// Why TLS cannot be used. No message holds a part of a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Only one of the two files is given.
    #[error("--tls-cert and --tls-key belong together: give both, or neither to speak plain HTTP")]
    Half,
    /// A file cannot be read.
    #[error(
        "cannot read {path} for TLS: {source}. Give files that this user can read with --tls-cert and --tls-key"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A file does not hold the certificate or the key in PEM.
    #[error(
        "{path} does not hold a {what} in PEM. It must have a line such as `-----BEGIN {label}-----`"
    )]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What it should hold, in words.
        what: &'static str,
        /// What it should hold, as PEM's label.
        label: &'static str,
    },
    /// Others than its owner may use the key.
    #[error(
        "others than its owner may use the TLS key {path} (mode {mode:04o}). Run `chmod 600 {path}`"
    )]
    Exposed {
        /// The key's file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The certificate and the key do not belong together, or are not for TLS.
    #[error("the certificate {certificate} and the key {key} cannot be used together: {source}")]
    Unusable {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// The error of rustls.
        source: rustls::Error,
    },
}

/// The files of a certificate chain and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The modification time and length of each of the two files; nothing for a file whose metadata cannot be read.
type Stamps = [Option<(SystemTime, u64)>; 2];

/// The server's certificate and key, kept up to date with their files.
#[derive(Debug)]
pub(crate) struct Identity {
    files: Files,
    /// The stamps of the files when they were first read.
    stamps: Stamps,
    config: RwLock<Arc<ServerConfig>>,
    /// The validity of the certificate that was read first.
    validity: Option<Validity>,
}

impl Identity {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// [`TlsError`].
    pub(crate) fn read(files: Files) -> Result<Self, TlsError> {
        // Taken before the files are read, so that no later change is missed.
        let stamps = files.stamps();
        let (config, validity) = read(&files)?;
        Ok(Self {
            files,
            stamps,
            config: RwLock::new(config),
            validity,
        })
    }

    /// Returns the validity of the certificate that was read first; nothing if it cannot be determined.
    pub(crate) fn validity(&self) -> Option<Validity> {
        self.validity
    }

    /// Returns what accepts new connections, with the current certificate.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config.read()))
    }

    /// Reads the files again when they change, until this future is dropped. Files that cannot be used are logged, and the
    /// previous certificate stays in use: a renewal writes one file after the other.
    pub(crate) async fn keep_current(&self) {
        let mut ticks = interval(CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut stamps, mut validity) = (self.stamps, self.validity);
        let mut warned = Instant::now();
        self.files.warn_of_expiry(validity);
        loop {
            ticks.tick().await;
            let current = self.files.stamps();
            if current == stamps {
                if warned.elapsed() >= WARN_EVERY {
                    warned = Instant::now();
                    self.files.warn_of_expiry(validity);
                }
                continue;
            }
            stamps = current;
            match read(&self.files) {
                Ok((config, new_validity)) => {
                    *self.config.write() = config;
                    tracing::info!(certificate = %self.files.certificate.display(), "TLS certificate read again");
                    (validity, warned) = (new_validity, Instant::now());
                    self.files.warn_of_expiry(validity);
                }
                Err(error) => {
                    tracing::error!(%error, "the changed TLS files cannot be used; the previous certificate stays in use");
                }
            }
        }
    }
}

impl Files {
    /// Returns the current stamps, which show whether a file has changed.
    fn stamps(&self) -> Stamps {
        [&self.certificate, &self.key].map(|path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    /// Logs a warning if the certificate is not valid now, or expires soon.
    fn warn_of_expiry(&self, validity: Option<Validity>) {
        if let Some(warning) = validity.and_then(|validity| validity.warning(Timestamp::now())) {
            tracing::warn!(
                "the TLS certificate {} {warning}",
                self.certificate.display()
            );
        }
    }
}

/// Reads the files into a configuration of rustls, and determines the validity of the chain.
fn read(files: &Files) -> Result<(Arc<ServerConfig>, Option<Validity>), TlsError> {
    let Files { certificate, key } = files;
    let bytes = load(certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let chain = chain.map_err(|_| TlsError::not_a_certificate(certificate))?;
    if chain.is_empty() {
        return Err(TlsError::not_a_certificate(certificate));
    }
    let validity = Validity::of(&chain);
    require_private(key)?;
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
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((Arc::new(config), validity))
}

/// Checks that only its owner may use the key, as with the key file of tokens.
fn require_private(path: &Path) -> Result<(), TlsError> {
    let unreadable = |source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(TlsError::Exposed {
        path: path.to_owned(),
        mode,
    })
}

/// Reads a file.
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
