//! `server doctor`: what is wrong, what to do, and that nothing is changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Folder, Server, binary, output, text};

/// Exit code and diagnosis, with what differs from run to run replaced.
fn doctor(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    // Of an option that a test gives itself there must be no other.
    let usual = |option: &str, values: &[String]| {
        let given = arguments.contains(&option);
        if given { Vec::new() } else { values.to_vec() }
    };
    let output = output(
        binary()
            .args(["doctor", "--max-connections", "10"])
            .args(usual("--listen", &["--listen=127.0.0.1:0".to_owned()]))
            .args(usual("--database", &folder.arguments()))
            .args(arguments)
            .current_dir(folder.path()),
    );
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let said = text(&output.stdout).replace(&folder.path().display().to_string(), "FOLDER");
    (output.status.code(), said)
}

/// The line about a subject.
fn line<'a>(diagnosis: &'a str, subject: &str) -> &'a str {
    diagnosis
        .lines()
        .find(|line| line.split_whitespace().nth(1) == Some(subject))
        .unwrap_or_else(|| panic!("nothing about {subject} in\n{diagnosis}"))
}

fn without_instant(diagnosis: &str) -> String {
    diagnosis
        .lines()
        .map(|line| {
            if line.contains(" clock ") {
                "ok       clock     NOW"
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn before_the_first_start_all_is_well_and_nothing_is_made() {
    let folder = Folder::new();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(without_instant(&said));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn beside_a_running_server_all_is_well() {
    let server = Server::start();
    server.admin();
    let (code, said) = doctor(server.folder(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(line(&said, "store").starts_with("ok "), "{said}");
    assert!(line(&said, "schema").contains("up to date"), "{said}");
    assert!(
        line(&said, "keys").contains("signs, 0 more verify"),
        "{said}"
    );
    let taken = doctor(server.folder(), &["--metrics-listen", server.address()]);
    assert_eq!(taken.0, Some(0));
    assert!(taken.1.contains("somebody listens on"), "{}", taken.1);
    assert!(
        said.ends_with("0 warnings, 0 failures: a server would start\n"),
        "{said}"
    );
}

#[tokio::test]
async fn each_trouble_is_told_with_what_to_do_and_the_exit_code_of_serve() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");

    fs::set_permissions(folder.key_file(), Permissions::from_mode(0o644)).unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(2));
    assert!(line(&said, "keys").contains("chmod 600"), "{said}");
    fs::set_permissions(folder.key_file(), Permissions::from_mode(0o600)).unwrap();

    fs::rename(folder.key_file(), folder.path().join("elsewhere")).unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(2));
    assert!(line(&said, "keys").contains("Restore the file"), "{said}");
    assert!(!folder.key_file().exists(), "doctor makes no keys");
    fs::rename(folder.path().join("elsewhere"), folder.key_file()).unwrap();

    fs::set_permissions(folder.database(), Permissions::from_mode(0o644)).unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0), "it serves all the same");
    assert!(
        line(&said, "store").starts_with("warning ") && said.contains("chmod 600"),
        "{said}"
    );

    let (code, said) = doctor(
        &folder,
        &["--tls-cert", "none.pem", "--tls-key", "none.pem"],
    );
    assert_eq!(code, Some(2));
    assert!(
        line(&said, "tls").contains("cannot read none.pem"),
        "{said}"
    );

    let (code, said) = doctor(&folder, &["--listen", "192.0.2.1:80"]);
    assert_eq!(code, Some(3), "an address of another machine: {said}");
    assert!(line(&said, "network").contains("--listen"), "{said}");

    let (code, said) = doctor(
        &folder,
        &["--listen", "0.0.0.0:0", "--rate-per-address", "off"],
    );
    assert_eq!(code, Some(0));
    assert!(line(&said, "tls").starts_with("warning "), "{said}");
    assert!(line(&said, "limits").starts_with("warning "), "{said}");
    let (_, said) = doctor(&folder, &["--listen", "0.0.0.0:0"]);
    assert!(
        said.contains("a caller: 50 requests a second; an address: 100"),
        "{said}"
    );
}

#[tokio::test]
async fn schema_and_clock_are_compared() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    let pool = folder.sqlite().await;
    let later = chrono::Utc::now().timestamp_micros() + 3_600_000_000;
    sqlx::query("INSERT INTO audit_events (at, action) VALUES (?, 'token.created')")
        .bind(later)
        .execute(&pool)
        .await
        .unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0));
    assert!(line(&said, "clock").contains("has gone back"), "{said}");

    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 2")
        .execute(&pool)
        .await
        .unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0));
    assert!(
        line(&said, "schema").contains("to be applied: 0002 audit events"),
        "{said}"
    );

    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(3));
    assert!(
        line(&said, "schema").contains("9999") && said.contains("newer version"),
        "{said}"
    );
}

#[test]
fn store_that_cannot_be_reached_is_a_failure() {
    let folder = Folder::new();
    fs::write(
        folder.database(),
        "no database, and long enough to be seen as none".repeat(100),
    )
    .unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(line(&said, "store").starts_with("failed "), "{said}");

    let (code, said) = doctor(&folder, &["--database", "sqlite:no/such/folder/t.db"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        line(&said, "store").contains("there is no folder"),
        "{said}"
    );

    let nobody = ["--database", "postgres://dz:canary@127.0.0.1:1/dz"];
    let (code, said) = doctor(&folder, &nobody);
    assert_eq!(code, Some(3), "{said}");
    assert!(line(&said, "keys").contains("--keys"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}
