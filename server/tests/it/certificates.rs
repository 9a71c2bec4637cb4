//! Self-signed certificates for this machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};

/// The names and the validity of a certificate to be created.
pub(crate) struct Certificate<'a> {
    pub(crate) names: &'a [&'a str],
    /// The start and the end of its validity, in days from now.
    pub(crate) days: (i64, i64),
}

impl Default for Certificate<'_> {
    /// Returns a certificate for all names of this machine, valid for 90 days.
    fn default() -> Self {
        Self {
            names: &["localhost", "127.0.0.1"],
            days: (-1, 90),
        }
    }
}

/// Writes `cert.pem` and `key.pem` of the default certificate.
pub(crate) fn certify(folder: &Path) {
    Certificate::default().write(folder);
}

impl Certificate<'_> {
    /// Writes `cert.pem` and `key.pem`.
    pub(crate) fn write(&self, folder: &Path) {
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        let now = chrono::Utc::now().timestamp();
        let at = |days: i64| {
            let seconds = (now + days * 86_400).cast_unsigned();
            rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
        };
        (parameters.not_before, parameters.not_after) = (at(self.days.0), at(self.days.1));
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        // Written under another name and renamed, as ACME clients do it.
        for (name, pem) in [
            ("cert.pem", certificate.pem()),
            ("key.pem", key.serialize_pem()),
        ] {
            fs::write(folder.join("new"), pem).unwrap();
            fs::set_permissions(folder.join("new"), Permissions::from_mode(0o600)).unwrap();
            fs::rename(folder.join("new"), folder.join(name)).unwrap();
        }
    }
}

/// Returns the options that give both files to a server.
pub(crate) fn options(folder: &Path) -> [String; 4] {
    let path = |name: &str| folder.join(name).display().to_string();
    [
        "--tls-cert".to_owned(),
        path("cert.pem"),
        "--tls-key".to_owned(),
        path("key.pem"),
    ]
}
