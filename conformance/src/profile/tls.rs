//! The authorities that are trusted over TLS, in addition to those of this machine.

use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::origin::{Origin, ProfileError};

/// The trust in the deployment's certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// A file of certificates (PEM) of authorities that are trusted in addition to those of this machine, relative to the
    /// profile's folder: for a deployment with a private authority, or with a self-signed certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// A file of the suite's own certificate (PEM), for a deployment that asks for one, with those of the authorities between
    /// it and the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert: Option<PathBuf>,
    /// The file of its private key (PEM). Unset: it is in the file of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

/// A certificate of the suite, with its private key.
#[derive(Debug)]
pub struct Certificate {
    /// The certificate, and those between it and the root.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub key: PrivateKeyDer<'static>,
}

/// The files of `[tls]`, for command lines that are printed.
#[derive(Debug, Clone, Default)]
pub struct TlsFiles {
    /// The trusted authorities.
    pub ca: Option<PathBuf>,
    /// The suite's own certificate.
    pub cert: Option<PathBuf>,
    /// Its private key, where it is another file.
    pub key: Option<PathBuf>,
}

impl Tls {
    /// Returns the paths of the files.
    pub(crate) fn files(&self, origin: Origin<'_>) -> TlsFiles {
        let beside = |file: &Option<PathBuf>| Some(origin.beside(file.as_ref()?));
        TlsFiles {
            ca: beside(&self.ca),
            cert: beside(&self.cert),
            key: beside(&self.key),
        }
    }

    /// Reads the suite's own certificate; `None` where the profile names none.
    ///
    /// # Errors
    /// When a file cannot be read, or holds no certificate or no private key.
    pub(crate) fn certificate(
        &self,
        origin: Origin<'_>,
    ) -> Result<Option<Certificate>, ProfileError> {
        let files = self.files(origin);
        let Some(cert) = &files.cert else {
            return match &self.key {
                Some(_) => Err(origin.error_in(
                    ("tls", "key"),
                    "there is no certificate for the key",
                    "Name the file of the certificate with `cert`.",
                )),
                None => Ok(None),
            };
        };
        let wrong = |key: &str, file: &Path, problem: String| {
            let remedy = "Name a file in PEM; the path is relative to the profile's folder.";
            origin.error_in(
                ("tls", key),
                format!("{} {problem}", file.display()),
                remedy,
            )
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
        let chain =
            chain.map_err(|error| wrong("cert", cert, format!("cannot be used: {error}")))?;
        if chain.is_empty() {
            return Err(wrong("cert", cert, "holds no certificate".to_owned()));
        }
        let (name, file) = match &files.key {
            Some(key) => ("key", key),
            None => ("cert", cert),
        };
        let key = PrivateKeyDer::from_pem_file(file)
            .map_err(|error| wrong(name, file, format!("holds no private key: {error}")))?;
        Ok(Some(Certificate { chain, key }))
    }

    /// Reads the certificates in the file; none where the profile names no file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no certificate.
    pub(crate) fn roots(
        &self,
        origin: Origin<'_>,
    ) -> Result<Vec<CertificateDer<'static>>, ProfileError> {
        let Some(file) = self.files(origin).ca else {
            return Ok(Vec::new());
        };
        let wrong = |problem: String| {
            let remedy = "Name a file with the authority's certificate in PEM, which begins with -----BEGIN CERTIFICATE-----; the path is relative to the profile's folder.";
            origin.error_in(("tls", "ca"), problem, remedy)
        };
        let bytes = std::fs::read(&file)
            .map_err(|error| wrong(format!("{} cannot be read: {error}", file.display())))?;
        let roots: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| wrong(format!("{} is not PEM: {error}", file.display())))?;
        // The certificates are parsed too, so that the message can name the file.
        let mut store = rustls::RootCertStore::empty();
        for root in &roots {
            (store.add(root.clone())).map_err(|error| {
                wrong(format!("{} holds no certificate: {error}", file.display()))
            })?;
        }
        if roots.is_empty() {
            return Err(wrong(format!("{} holds no certificate", file.display())));
        }
        Ok(roots)
    }
}
