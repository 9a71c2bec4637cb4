//! TLS: whom the suite believes to be the deployment, and what it says of one that it does not believe.

use std::error::Error;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

/// The set-up of all connections: certificates are judged by what this machine trusts (on Linux the system's store, or
/// what `SSL_CERT_FILE` and `SSL_CERT_DIR` name in its place), and by `roots` besides.
///
/// # Errors
/// When a root is no certificate, or there is nothing at all to trust.
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

/// The set-up where no connection is made by TLS: a machine without a store of certificates can do without it.
///
/// # Errors
/// When the provider lacks what TLS needs.
pub(super) fn unused(provider: &Arc<CryptoProvider>) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty());
    Ok(of_http_1(config.with_no_client_auth()))
}

/// The one version that the suite speaks, by RFC 7301.
fn of_http_1(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// What is wrong with the deployment's certificate, and what to do about it, where that is why there is no connection.
pub(super) fn untrusted(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(rustls::Error::InvalidCertificate(problem)) = of_tls(current) {
            return Some(format!(
                "the certificate of the target is not trusted: {problem}. {}",
                remedy(problem)
            ));
        }
        cause = current.source();
    }
    None
}

/// The error of TLS that an error is, or that errors of reading and writing wrap: their `source` is not what they wrap,
/// but its source.
fn of_tls<'e>(mut error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
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
        // The rest means that nobody who is trusted has signed it; new kinds are most likely to be of that sort.
        _ => {
            "If a private authority issued it, name that in the profile (`[tls]`, `ca = \"ca.pem\"`) or by SSL_CERT_FILE."
        }
    }
}
