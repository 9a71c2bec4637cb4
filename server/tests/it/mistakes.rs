//! The most likely mistakes of an operator: each message says what, where, why and what to do.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Folder, binary, output, own_cluster, text};

/// Returns what the server prints in this folder for these arguments, and its exit code.
fn said(folder: &Folder, arguments: &[&str]) -> String {
    let output = output(binary().args(arguments).current_dir(folder.path()));
    let folder = folder.path().display().to_string();
    format!(
        "{}{}exit code {}",
        text(&output.stdout),
        text(&output.stderr).replace(&folder, "FOLDER"),
        output.status.code().expect("an exit code")
    )
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn each_mistake_is_reported_with_place_reason_and_remedy() {
    let mut reports = Vec::new();
    let mut report = |mistake: &str, said: String| reports.push(format!("# {mistake}\n{said}"));
    let folder = Folder::new();
    let serve = |options: &[&str]| said(&folder, &[&SERVE, options].concat());
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    };

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said_of_port = said(&folder, &["serve", "--listen", &address]);
    report(
        "a port that is taken",
        said_of_port.replace(&address, "ADDRESS"),
    );
    report(
        "a port without an address",
        said(&folder, &["serve", "--listen", "8080"]),
    );
    report(
        "a name in place of an address",
        said(&folder, &["serve", "--listen", "localhost:8080"]),
    );

    file(
        "notes.txt",
        "this is not a database, and long enough to have a header of a hundred bytes, so that it is recognised.\n",
        0o600,
    );
    report(
        "a file that is not a database",
        serve(&["--database", "sqlite:notes.txt"]),
    );
    report(
        "a folder that does not exist",
        serve(&["--database", "sqlite:missing/tokens.db"]),
    );
    report(
        "a path in place of a URL",
        serve(&["--database", "tokens.db"]),
    );
    report(
        "another kind of database",
        serve(&["--database", "mysql://db/tokens"]),
    );

    file("open.json", "{}", 0o644);
    report(
        "a key file that others may read",
        serve(&["--keys", "open.json"]),
    );
    file("empty.json", "", 0o600);
    report("an empty key file", serve(&["--keys", "empty.json"]));
    fs::create_dir(folder.path().join("keys")).unwrap();
    fs::set_permissions(folder.path().join("keys"), Permissions::from_mode(0o700)).unwrap();
    report(
        "a folder in place of the key file",
        serve(&["--keys", "keys"]),
    );
    report(
        "a certificate without its key",
        serve(&["--tls-cert", "cert.pem"]),
    );
    report(
        "a certificate that does not exist",
        serve(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]),
    );

    file("server.toml", "# Ours\nlistn = \"127.0.0.1:8080\"\n", 0o600);
    report(
        "a typing error in the configuration file",
        serve(&["--config", "server.toml"]),
    );
    file("server.toml", "request_timeout = \"soon\"\n", 0o600);
    report(
        "a value of another type",
        serve(&["--config", "server.toml"]),
    );
    file("server.toml", "log = info\n", 0o600);
    report(
        "a string without quotes",
        serve(&["--config", "server.toml"]),
    );
    report(
        "a configuration file that does not exist",
        serve(&["--config", "missing.toml"]),
    );
    report("a typing error in a command", said(&folder, &["srve"]));
    report(
        "a typing error in an option",
        said(&folder, &["serve", "--lisen", "127.0.0.1:0"]),
    );
    let wrong = output(
        binary()
            .arg("serve")
            .env("DZ_LISTEN", "8080")
            .current_dir(folder.path()),
    );
    report("an invalid environment variable", text(&wrong.stderr));
    insta::assert_snapshot!("mistakes", reports.join("\n\n"));
}

#[test]
fn wrong_password_of_postgresql_is_reported_and_not_shown() {
    let folder = Folder::new();
    let rules = folder.path().join("hba.conf");
    fs::write(
        &rules,
        "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
    )
    .unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&rules, Permissions::from_mode(0o644)).unwrap();
    let Some(cluster) = own_cluster(&[&format!("hba_file={}", rules.display())]) else {
        return;
    };
    let url = cluster.url("postgres").replace("postgres@", "dz:s3cret@");
    let said = said(
        &folder,
        &[&SERVE[..], &["--database", &url, "--keys", "keys.json"]].concat(),
    );
    let authority = url.split('@').nth(1).expect("a host");
    let said = said.replace(authority, "HOST/postgres");
    // The line number is one of PostgreSQL's source code.
    insta::with_settings!({filters => [(r" at line \d+", " at line LINE")]}, {
        insta::assert_snapshot!(said, @r#"
        error: the store is not available: error returned from database: password authentication failed for user "dz" at line LINE
          while using postgres://dz@HOST/postgres. Is the role there, and its password right? Both are part of the URL in --database or DZ_DATABASE
        exit code 3
        "#);
    });
}
