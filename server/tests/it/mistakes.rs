//! The likeliest mistakes in front of the server: each message says what, where, why and what to do.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Folder, binary, output, own_cluster, text};

/// What the server says in this folder to these arguments, and its exit code.
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
fn each_is_told_with_its_place_its_reason_and_a_remedy() {
    let mut told = Vec::new();
    let mut tell = |mistake: &str, said: String| told.push(format!("# {mistake}\n{said}"));
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
    tell(
        "a port that is taken",
        said_of_port.replace(&address, "ADDRESS"),
    );
    tell(
        "a port without an address",
        said(&folder, &["serve", "--listen", "8080"]),
    );
    tell(
        "a name in place of an address",
        said(&folder, &["serve", "--listen", "localhost:8080"]),
    );

    file(
        "notes.txt",
        "this is no database, and long enough to have a header of a hundred bytes: see it is left as it was.\n",
        0o600,
    );
    tell(
        "a file that is no database",
        serve(&["--database", "sqlite:notes.txt"]),
    );
    tell(
        "a folder that is not there",
        serve(&["--database", "sqlite:gone/tokens.db"]),
    );
    tell(
        "a path in place of a URL",
        serve(&["--database", "tokens.db"]),
    );
    tell(
        "another kind of database",
        serve(&["--database", "mysql://db/tokens"]),
    );

    file("open.json", "{}", 0o644);
    tell(
        "a key file that others may read",
        serve(&["--keys", "open.json"]),
    );
    file("empty.json", "", 0o600);
    tell("an empty key file", serve(&["--keys", "empty.json"]));
    fs::create_dir(folder.path().join("keys")).unwrap();
    fs::set_permissions(folder.path().join("keys"), Permissions::from_mode(0o700)).unwrap();
    tell(
        "a folder in place of the key file",
        serve(&["--keys", "keys"]),
    );
    tell("half of TLS", serve(&["--tls-cert", "cert.pem"]));
    tell(
        "no such certificate",
        serve(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]),
    );

    file("server.toml", "# Ours\nlistn = \"127.0.0.1:8080\"\n", 0o600);
    tell(
        "a slip in the configuration file",
        serve(&["--config", "server.toml"]),
    );
    file("server.toml", "request_timeout = \"soon\"\n", 0o600);
    tell(
        "a value of another kind",
        serve(&["--config", "server.toml"]),
    );
    file("server.toml", "log = info\n", 0o600);
    tell("a text without quotes", serve(&["--config", "server.toml"]));
    tell(
        "no such configuration file",
        serve(&["--config", "gone.toml"]),
    );
    tell("a slip in a command", said(&folder, &["srve"]));
    tell(
        "a slip in an option",
        said(&folder, &["serve", "--lisen", "127.0.0.1:0"]),
    );
    let wrong = output(
        binary()
            .arg("serve")
            .env("DZ_LISTEN", "8080")
            .current_dir(folder.path()),
    );
    tell("a wrong environment variable", text(&wrong.stderr));
    insta::assert_snapshot!("mistakes", told.join("\n\n"));
}

#[test]
fn a_wrong_password_of_postgresql_is_told_without_it() {
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
    // The line is one of PostgreSQL's own sources.
    insta::with_settings!({filters => [(r" at line \d+", " at line LINE")]}, {
        insta::assert_snapshot!(said, @r#"
        error: the store is not available: error returned from database: password authentication failed for user "dz" at line LINE
          while using postgres://dz@HOST/postgres. Is the role there, and its password right? Both are part of the URL in --database or DZ_DATABASE
        exit code 3
        "#);
    });
}
