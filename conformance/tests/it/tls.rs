//! Deployments over TLS with certificates of a private authority.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use crate::deployment::Deployment;
use crate::suite::{command, run};

/// Writes the authority's `ca.pem`, and `cert.pem` and `key.pem` for this machine, issued by that authority.
fn write_certificates(folder: &Path) {
    let authority = || {
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority
            .distinguished_name
            .push(DnType::CommonName, "a private authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        authority
    };
    let key = KeyPair::generate().expect("a key");
    let ca = authority().self_signed(&key).expect("a certificate");
    let issuer = Issuer::new(authority(), key);
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let own = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(names).expect("names");
    let certificate = certificate.signed_by(&own, &issuer).expect("a certificate");
    for (name, pem) in [
        ("ca.pem", ca.pem()),
        ("cert.pem", certificate.pem()),
        ("key.pem", own.serialize_pem()),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, pem).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let owners = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&path, owners).expect("set");
        }
    }
}

/// Starts a server with TLS. Its folder contains the authority's `ca.pem`.
pub(crate) fn start() -> Deployment {
    let deployment = Deployment::start_with(|folder| {
        write_certificates(folder);
        let path = |name: &str| folder.join(name).display().to_string();
        vec![
            "--tls-cert".to_owned(),
            path("cert.pem"),
            "--tls-key".to_owned(),
            path("key.pem"),
        ]
    });
    assert!(deployment.url.starts_with("https://"), "{}", deployment.url);
    deployment
}

/// Writes the profile with a file of trusted authorities.
pub(crate) fn profile_with_ca(deployment: &Deployment, file: &str) -> std::path::PathBuf {
    let profile = deployment.profile();
    let text = std::fs::read_to_string(&profile).expect("readable");
    let text = format!("{text}\n[tls]\nca = \"{file}\"\n");
    std::fs::write(&profile, text).expect("written");
    profile
}

#[tokio::test]
async fn whole_catalogue_passes_over_tls() {
    let deployment = start();
    let profile = profile_with_ca(&deployment, "ca.pem");
    let run = run(
        &deployment.url,
        &profile,
        &["--allow", "revokes", "--strict"],
    )
    .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    let cases = report["cases"].as_array().expect("cases");
    assert_eq!(run.with_verdict("pass").len(), cases.len());
    // A printed curl command runs as printed, so it names the trusted authority.
    let curl = cases[0]["exchanges"][0]["curl"].as_str().expect("a line");
    assert!(curl.contains("ca.pem'"), "{curl}");
    let printed = tokio::process::Command::new("sh")
        .args(["-c", curl])
        .env("OPERATOR_TOKEN", &deployment.operator.token)
        .kill_on_drop(true)
        .output()
        .await
        .expect("it runs");
    assert!(
        String::from_utf8_lossy(&printed.stdout).starts_with("HTTP/"),
        "{curl}: {}",
        String::from_utf8_lossy(&printed.stderr)
    );
}

#[tokio::test]
async fn certificate_of_an_unknown_authority_is_reported_with_a_remedy() {
    let deployment = start();
    let run = run(&deployment.url, &deployment.profile(), &[]).await;
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    for message in [
        "the certificate of the target is not trusted",
        "`[tls]`, `ca = \"ca.pem\"`",
        "SSL_CERT_FILE",
    ] {
        assert!(run.stdout.contains(message), "{message} in {}", run.stdout);
    }
}

#[tokio::test]
async fn authority_may_be_named_by_ssl_cert_file() {
    let deployment = start();
    let profile = deployment.profile();
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let output = command()
        .args([
            "run",
            "--target",
            &deployment.url,
            "--profile",
            &path(&profile),
        ])
        .args(["--report", &path(&profile.with_file_name("report"))])
        .args(["--filter", "http.", "--allow", "revokes"])
        .env("SSL_CERT_FILE", deployment.folder.path().join("ca.pem"))
        .output()
        .await
        .expect("the command runs");
    let message = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{message}");
}

#[tokio::test]
async fn file_without_an_authority_is_an_error_in_the_profile() {
    let deployment = Deployment::start();
    let folder = deployment.folder.path();
    std::fs::write(folder.join("empty.pem"), "nothing\n").expect("written");
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(folder.join("bad.pem"), bad).expect("written");
    for (file, message) in [
        ("none.pem", "cannot be read"),
        ("empty.pem", "holds no certificate"),
        ("bad.pem", "holds no certificate"),
    ] {
        let run = run(&deployment.url, &profile_with_ca(&deployment, file), &[]).await;
        assert_eq!(run.code, 2, "{file}: {}", run.stderr);
        assert!(run.stderr.contains(": tls.ca: "), "{file}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{file}: {}", run.stderr);
    }
}

/// `openssl req -x509` makes a certificate of an authority, here without any name of a host.
#[tokio::test]
async fn self_signed_certificate_is_trusted_where_the_profile_names_it() {
    let openssl = |folder: &Path, name: &str| {
        let made = std::process::Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            ])
            .args(["-subj", "/CN=localhost"])
            .args(["-keyout", &format!("{name}.key")])
            .args(["-out", &format!("{name}.pem")])
            .current_dir(folder)
            .output()
            .expect("openssl runs");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
    };
    let deployment = Deployment::start_with(|folder| {
        openssl(folder, "own");
        openssl(folder, "other");
        let path = |name: &str| folder.join(name).display().to_string();
        vec![
            "--tls-cert".to_owned(),
            path("own.pem"),
            "--tls-key".to_owned(),
            path("own.key"),
        ]
    });
    let cases = ["--filter", "status.created", "--allow", "revokes"];
    let named = run(
        &deployment.url,
        &profile_with_ca(&deployment, "own.pem"),
        &cases,
    )
    .await;
    assert_eq!(named.code, 0, "{}{}", named.stdout, named.stderr);
    let other = run(
        &deployment.url,
        &profile_with_ca(&deployment, "other.pem"),
        &cases,
    )
    .await;
    assert_eq!(other.code, 3, "{}{}", other.stdout, other.stderr);
}

/// Without TLS, a deployment speaks HTTP/2 to a client that knows it.
#[tokio::test]
async fn profile_asks_for_http_2() {
    for (clear, code) in [("on", 0), ("off", 3)] {
        let deployment =
            Deployment::start_with(|_| vec!["--clear-http2".to_owned(), clear.to_owned()]);
        let profile = deployment.profile();
        let text = std::fs::read_to_string(&profile).expect("readable");
        std::fs::write(&profile, format!("{text}\n[http]\nversion = \"2\"\n")).expect("written");
        let cases = ["--filter", "status.", "--allow", "revokes"];
        let run = run(&deployment.url, &profile, &cases).await;
        assert_eq!(run.code, code, "{clear}: {}{}", run.stdout, run.stderr);
    }
}
