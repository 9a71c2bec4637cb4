//! The authorities that are trusted over TLS, in addition to those of this machine.

use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
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
}

impl Tls {
    /// Returns the path of the file.
    pub(crate) fn ca_file(&self, origin: Origin<'_>) -> Option<PathBuf> {
        Some(origin.beside(self.ca.as_ref()?))
    }

    /// Reads the certificates in the file; none where the profile names no file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no certificate.
    pub(crate) fn roots(
        &self,
        origin: Origin<'_>,
    ) -> Result<Vec<CertificateDer<'static>>, ProfileError> {
        let Some(file) = self.ca_file(origin) else {
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
