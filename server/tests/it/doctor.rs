//! `server doctor`: its findings and remedies, and that it changes nothing.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use std::process::Command;

use crate::certificates::{Certificate, certify, options};
use crate::harness::{Folder, Server, binary, output, shared_cluster, text};
use crate::small_disk::Mount;

/// Runs `server doctor`; returns its exit code and its output, with the folder's path replaced.
fn doctor(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    // An option that the test gives must not be given twice.
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

/// Returns the line about a subject.
fn line<'a>(diagnosis: &'a str, subject: &str) -> &'a str {
    diagnosis
        .lines()
        .find(|line| line.split_whitespace().nth(1) == Some(subject))
        .unwrap_or_else(|| panic!("nothing about {subject} in\n{diagnosis}"))
}

/// Replaces what differs between machines.
fn of_any_machine(diagnosis: &str) -> String {
    diagnosis
        .lines()
        .map(|line| match line.split_whitespace().nth(1) {
            Some("clock") => "ok       clock     NOW",
            Some("disk") if line.contains(" free in ") => "ok       disk      ROOM free in FOLDER",
            Some(_) | None => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn doctor_before_the_first_start_finds_no_problem_and_creates_nothing() {
    let folder = Folder::new();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(of_any_machine(&said));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn doctor_beside_a_running_server_finds_no_problem() {
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
    assert!(
        taken.1.contains("another process listens on"),
        "{}",
        taken.1
    );
    assert!(
        said.ends_with("0 warnings, 0 failures: a server would start\n"),
        "{said}"
    );
}

#[tokio::test]
async fn each_problem_is_reported_with_a_remedy_and_the_exit_code_of_serve() {
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
    assert!(!folder.key_file().exists(), "doctor creates no keys");
    fs::rename(folder.path().join("elsewhere"), folder.key_file()).unwrap();

    fs::set_permissions(folder.database(), Permissions::from_mode(0o644)).unwrap();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0), "`serve` starts nevertheless");
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
    assert!(line(&said, "clock").contains("was set back"), "{said}");

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
    assert!(!said.contains("writable"), "{said}");
}

#[test]
fn store_that_cannot_be_reached_is_a_failure() {
    let folder = Folder::new();
    fs::write(
        folder.database(),
        "not a database, and long enough to be recognised as such".repeat(100),
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

    let unreachable = ["--database", "postgres://dz:canary@127.0.0.1:1/dz"];
    let (code, said) = doctor(&folder, &unreachable);
    assert_eq!(code, Some(3), "{said}");
    assert!(line(&said, "keys").contains("--keys"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn certificate_that_is_not_valid_now_or_not_for_its_key_is_reported() {
    let folder = Folder::new();
    let options = options(folder.path());
    let of_tls = |from, until| {
        let days = (from, until);
        Certificate {
            days,
            ..Default::default()
        }
        .write(folder.path());
        let (code, said) = doctor(&folder, &options.each_ref().map(String::as_str));
        (code, line(&said, "tls").to_owned())
    };
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "[instant]");
    let all: Vec<String> = [(-1, 90), (-90, -1), (1, 90), (-80, 10)]
        .into_iter()
        .map(|(from, until)| {
            let (code, said) = of_tls(from, until);
            assert_eq!(code, Some(0), "`serve` starts nevertheless: {said}");
            said
        })
        .collect();
    settings.bind(|| {
        insta::assert_snapshot!(all.join("\n"));
    });

    let other = Folder::new();
    certify(other.path());
    fs::copy(other.path().join("key.pem"), folder.path().join("key.pem")).unwrap();
    let (code, said) = doctor(&folder, &options.each_ref().map(String::as_str));
    assert_eq!(code, Some(2));
    assert!(
        line(&said, "tls").contains("cannot be used together"),
        "{said}"
    );
}

#[test]
fn tls_key_that_others_may_use_is_refused() {
    let folder = Folder::new();
    certify(folder.path());
    let options = options(folder.path());
    for (mode, reported) in [(0o640, true), (0o604, true), (0o600, false), (0o400, false)] {
        let key = folder.path().join("key.pem");
        fs::set_permissions(key, Permissions::from_mode(mode)).unwrap();
        let (code, said) = doctor(&folder, &options.each_ref().map(String::as_str));
        assert_eq!(code, Some(if reported { 2 } else { 0 }), "{mode:o}: {said}");
        assert_eq!(
            said.contains("Run `chmod 600 FOLDER/key.pem`"),
            reported,
            "{mode:o}: {said}"
        );
    }
}

#[test]
fn two_listeners_on_one_address_are_a_failure() {
    let folder = Folder::new();
    let found = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = found.local_addr().unwrap();
    drop(found);
    for listen in [free.to_string(), format!("0.0.0.0:{}", free.port())] {
        let (code, said) = doctor(
            &folder,
            &["--listen", &listen, "--metrics-listen", &free.to_string()],
        );
        assert_eq!(code, Some(3), "{said}");
        let why = format!(
            "cannot listen on {free}: --listen takes {listen}. Choose another address with --metrics-listen"
        );
        assert!(said.contains(&why), "{said}");
    }
}

#[test]
fn limit_of_open_files_below_the_connections_is_reported() {
    let folder = Folder::new();
    let doctor = format!(
        "ulimit -n 300; exec {} doctor --listen 127.0.0.1:0 --max-connections 200",
        env!("CARGO_BIN_EXE_server")
    );
    let said = output(
        Command::new("sh")
            .args(["-c", &doctor])
            .env_clear()
            .current_dir(folder.path()),
    );
    assert_eq!(said.status.code(), Some(0));
    let said = text(&said.stdout);
    assert!(
        line(&said, "system")
            .contains("room for 108 connections of 200. Raise it with `ulimit -n`"),
        "{said}"
    );
}

#[test]
fn disk_that_is_nearly_full_or_read_only_is_reported() {
    let folder = Folder::new();
    let place = folder.path().to_owned();
    let Some(mount) = Mount::of(&place, "2m") else {
        return;
    };
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0));
    assert!(
        line(&said, "disk").starts_with("warning ") && said.contains("that is little. Make room"),
        "{said}"
    );
    mount.remount("ro");
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(3));
    assert!(line(&said, "disk").contains("mounted read-only"), "{said}");
    // `serve` fails as predicted.
    let refused = output(
        binary()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(folder.arguments()),
    );
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    drop(mount);
}

#[test]
fn database_on_the_network_whose_certificate_is_not_verified_is_reported() {
    let folder = Folder::new();
    for (parameters, is_reported) in [
        ("", true),
        ("?sslmode=require", true),
        ("?sslmode=verify-full", false),
    ] {
        let url = format!("postgres://dz@db.invalid/dz{parameters}");
        let (code, said) = doctor(&folder, &["--database", &url, "--keys", "none"]);
        assert_eq!(code, Some(3), "{said}");
        let reported = said.contains("Add sslmode=verify-full");
        assert_eq!(reported, is_reported, "{parameters}: {said}");
    }
}

#[tokio::test]
async fn schema_and_clock_of_postgresql_are_checked() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let database = std::sync::Arc::new(cluster.database());
    let folder = Folder::on(std::sync::Arc::clone(&database));
    let url = database.url();
    let keys = folder.key_file().display().to_string();
    let look = || {
        let (code, said) = doctor(&folder, &["--database", &url, "--keys", &keys]);
        (code, of_any_machine(&said.replace(&url, "URL")))
    };
    let before = look();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    let after = look();
    assert_eq!((before.0, after.0), (Some(2), Some(0)));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"key [0-9a-f]{8} signs", "key [kid] signs");
    settings.bind(|| {
        insta::assert_snapshot!(format!("{}\n{}", before.1, after.1));
    });
}

#[tokio::test]
async fn postgresql_that_acknowledges_no_write_is_reported() {
    let Some(cluster) = crate::harness::own_cluster(&[]) else {
        return;
    };
    let database = std::sync::Arc::new(std::sync::Arc::new(cluster).database());
    let folder = Folder::on(std::sync::Arc::clone(&database));
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    let arguments = folder.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let cluster = database.cluster();
    cluster.reload_with("synchronous_standby_names = 'absent'");
    let (code, said) = doctor(&folder, &arguments);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("commits wait for a standby, and none follows"),
        "{said}"
    );
    assert!(!said.contains("full_page_writes"), "{said}");
    cluster.reload_with("full_page_writes = off");
    let (code, said) = doctor(&folder, &arguments);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("full_page_writes is off"), "{said}");
    cluster.reload_with("default_transaction_read_only = on");
    let (code, said) = doctor(&folder, &arguments);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("it takes no writes"), "{said}");
}
