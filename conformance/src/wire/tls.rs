//! TLS: the trusted authorities, and the explanation of a certificate that is not trusted.

use std::error::Error;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

/// Builds the configuration of all connections: it trusts `roots` and the authorities of this machine (on Linux the
/// system's store, or in its place what `SSL_CERT_FILE` and `SSL_CERT_DIR` name).
///
/// # Errors
/// When a root is not a certificate, or there is no trusted authority at all.
pub(super) fn config(
    provider: &Arc<CryptoProvider>,
    roots: &[CertificateDer<'static>],
) -> Result<ClientConfig, rustls::Error> {
    let verifier = Verifier::new_with_extra_roots(roots.to_vec(), Arc::clone(provider))?;
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(of_http_1(config.with_no_client_auth()))
}

/// Builds a configuration for targets without TLS, which works on a machine without a store of certificates.
///
/// # Errors
/// When the provider lacks what TLS needs.
pub(super) fn unused(provider: &Arc<CryptoProvider>) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty());
    Ok(of_http_1(config.with_no_client_auth()))
}

/// Limits a configuration to HTTP/1.1, the one version that the suite speaks (RFC 7301).
fn of_http_1(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
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
