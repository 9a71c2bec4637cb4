//! TLS: the trusted authorities, and the explanation of a certificate that is not trusted.

use std::error::Error;
use std::sync::Arc;

use reqwest::Url;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::profile::Certificate;

/// Builds the configuration of the connections to a URL.
///
/// # Errors
/// As [`config`].
pub(super) fn of(
    url: &Url,
    roots: &[CertificateDer<'static>],
    identity: Option<&Certificate>,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    match url.scheme() == "http" && is_loopback(url) {
        true => unused(&provider),
        false => config(&provider, roots, identity),
    }
}

/// Returns whether a URL is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Builds the configuration of all connections: it trusts `roots` and the authorities of this machine (on Linux the
/// system's store, or in its place what `SSL_CERT_FILE` and `SSL_CERT_DIR` name).
///
/// # Errors
/// When a root is not a certificate, or there is no trusted authority at all.
fn config(
    provider: &Arc<CryptoProvider>,
    roots: &[CertificateDer<'static>],
    identity: Option<&Certificate>,
) -> Result<ClientConfig, rustls::Error> {
    let verifier = Named {
        certificates: roots.to_vec(),
        others: Verifier::new_with_extra_roots(roots.to_vec(), Arc::clone(provider))?,
    };
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    match identity {
        Some(Certificate { chain, key }) => {
            config.with_client_auth_cert(chain.clone(), key.clone_key())
        }
        None => Ok(config.with_no_client_auth()),
    }
}

/// A verifier that trusts the certificates that the profile names, also as those of the deployment itself. A self-signed one is
/// often that of an authority too, as `openssl req -x509` makes it, and may name no host.
#[derive(Debug)]
struct Named {
    certificates: Vec<CertificateDer<'static>>,
    others: Verifier,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::CertificateError as Problem;
        let verified = (self.others).verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            Err(rustls::Error::InvalidCertificate(
                Problem::Expired
                | Problem::ExpiredContext { .. }
                | Problem::NotValidYet
                | Problem::NotValidYetContext { .. }
                | Problem::Revoked
                | Problem::BadEncoding,
            )) => verified,
            Err(rustls::Error::InvalidCertificate(_)) if self.certificates.contains(end_entity) => {
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        (self.others).verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        (self.others).verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.others.supported_verify_schemes()
    }
}

/// Builds a configuration for targets without TLS, which works on a machine without a store of certificates.
///
/// # Errors
/// When the provider lacks what TLS needs.
fn unused(provider: &Arc<CryptoProvider>) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty());
    Ok(config.with_no_client_auth())
}

/// Returns a configuration that offers these versions of HTTP (RFC 7301), the best first.
pub(super) fn offering(config: &ClientConfig, versions: &[&[u8]]) -> ClientConfig {
    let mut config = config.clone();
    config.alpn_protocols = versions.iter().map(|version| version.to_vec()).collect();
    config
}

/// Explains what is wrong with the deployment's certificate and how to fix it, if that is why the connection failed.
pub(super) fn untrusted(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(rustls::Error::InvalidCertificate(problem)) = tls_error(current) {
            return Some(format!(
                "the certificate of the target is not trusted: {problem}. {}",
                remedy(problem)
            ));
        }
        cause = current.source();
    }
    None
}

/// Returns the TLS error in an error. I/O errors wrap it, and their `source` is not the wrapped error but its source.
fn tls_error<'e>(mut error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    while let Some(inner) =
        (error.downcast_ref::<std::io::Error>()).and_then(std::io::Error::get_ref)
    {
        error = inner;
    }
    error.downcast_ref()
}

fn remedy(problem: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Problem;
    match problem {
        Problem::Expired | Problem::ExpiredContext { .. } => "Renew it.",
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => {
            "Look at the clocks of both machines."
        }
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => {
            "Give --target the name that it was issued for."
        }
        // The rest means that no trusted authority has signed it; new kinds most likely mean the same.
        _ => {
            "If a private authority issued it, name that in the profile (`[tls]`, `ca = \"ca.pem\"`) or by SSL_CERT_FILE."
        }
    }
}
