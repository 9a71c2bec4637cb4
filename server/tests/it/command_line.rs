//! The command line: arguments, environment, files, exit codes.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::Connection;
use sqlx::migrate::Migrate;
use sqlx::postgres::PgConnection;
use testbed::reaper::{self, How};

use crate::harness::{Folder, PATIENCE, Server, binary, output, shared_cluster, text};

/// Runs a command that fails without printing anything to standard output; returns its exit code and standard error.
fn failure(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let output = output(
        binary()
            .args(arguments)
            .args(folder.arguments())
            .current_dir(folder.path()),
    );
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    let stderr = text(&output.stderr).replace(&folder.path().display().to_string(), "FOLDER");
    (output.status.code(), stderr)
}

const BOOTSTRAP: [&str; 5] = [
    "bootstrap",
    "--business",
    "Acme",
    "--email",
    "ada@acme.example",
];

#[test]
fn help_shows_commands_defaults_and_exit_codes() {
    for (command, snapshot) in [
        (None, "help"),
        (Some("serve"), "help_serve"),
        (Some("bootstrap"), "help_bootstrap"),
    ] {
        let output = output(binary().args(command).arg("--help"));
        assert_eq!(output.status.code(), Some(0));
        insta::assert_snapshot!(snapshot, text(&output.stdout));
    }
}

#[test]
fn help_of_every_command_has_exit_codes_and_examples_and_fits_a_terminal() {
    let commands = testbed::help::assert_complete(Path::new(binary().get_program()));
    for command in ["serve", "tokens list", "users deactivate", "man"] {
        assert!(commands.iter().any(|one| one == command), "{commands:?}");
    }
}

#[test]
fn version_prints_the_hash_of_the_emitted_contract() {
    let document = output(binary().arg("openapi")).stdout;
    let digest = ring::digest::digest(&ring::digest::SHA256, &document);
    let hash: String = (digest.as_ref().iter())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        text(&output(binary().arg("--version")).stdout),
        format!("server {version}\ncontract openapi.json sha256 {hash}\n")
    );
    assert_eq!(
        text(&output(binary().arg("-V")).stdout),
        format!("server {version}\n")
    );
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let script = text(&output(binary().args(["completions", "bash"])).stdout);
    let folder = Folder::new();
    let written = output(binary().arg("man").arg(folder.path().join("man1")));
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    for command in ["serve", "bootstrap", "migrate", "audit", "doctor", "config"] {
        assert!(script.contains(&format!("server,{command})")), "{command}");
        let page = folder.path().join(format!("man1/server-{command}.1"));
        let page = fs::read_to_string(page).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
}

#[test]
fn database_and_keys_are_created_for_their_owner_alone() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    for file in [folder.database(), folder.key_file()] {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn key_file_that_others_may_read_is_refused() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(folder.key_file(), Permissions::from_mode(mode)).unwrap();
        let (code, stderr) = failure(&folder, &["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(code, Some(2));
        assert!(
            stderr.contains(&format!("has mode {mode:04o}")) && stderr.contains("chmod 600"),
            "{stderr}"
        );
    }
}

#[test]
fn lost_key_file_is_not_replaced_while_tokens_exist() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    fs::remove_file(folder.key_file()).unwrap();
    let (code, stderr) = failure(&folder, &BOOTSTRAP);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(stderr, @"error: the key file FOLDER/tokens.db.keys.json does not exist, but the database holds tokens that only its keys can verify. Restore the file, or name the right one with --keys");
    assert!(!folder.key_file().exists());
}

#[test]
fn damaged_key_file_is_refused_without_showing_it() {
    let folder = Folder::new();
    for (contents, problem) in [
        ("", "line 1, column 0"),
        (
            r#"{"active": "k", "keys": [{"kid": "k", "secret": 5}]}"#,
            "and has another at line 1",
        ),
        (r#"{"active": "k", "keys": []}"#, "not among its keys"),
        (
            r#"{"active": "k", "keys": [{"kid": "k", "secret": "c2VjcmV0"}]}"#,
            "shorter than 32 bytes",
        ),
        (
            r#"{"active": "k", "keys": [{"kid": "k", "secret": "*secret*"}]}"#,
            "not base64url",
        ),
    ] {
        fs::write(folder.key_file(), contents).unwrap();
        fs::set_permissions(folder.key_file(), Permissions::from_mode(0o600)).unwrap();
        let (code, stderr) = failure(&folder, &BOOTSTRAP);
        assert_eq!(code, Some(2));
        assert!(
            stderr.contains(problem)
                && !stderr.contains("c2VjcmV0")
                && !stderr.contains("*secret*"),
            "{stderr}"
        );
    }
}

#[test]
fn wrong_arguments_exit_2_and_say_what_to_do() {
    let folder = Folder::new();
    for (arguments, remedy) in [
        (vec!["serve", "--listen", "nowhere"], "--listen"),
        (
            vec!["serve", "--database", "mysql://host/db"],
            "sqlite:PATH",
        ),
        (
            vec!["serve", "--database", "sqlite::memory:"],
            "name a file",
        ),
        (vec!["serve", "--drain-timeout=-1"], "such as 10"),
        (vec!["serve", "--log", "=nonsense="], "info"),
        (
            vec!["bootstrap", "--business", "Acme", "--email", "nobody"],
            "ada@acme.example",
        ),
        (
            vec!["bootstrap", "--business", " ", "--email", "a@b"],
            "not empty",
        ),
        (vec!["frobnicate"], "--help"),
        (vec![], "Usage"),
    ] {
        let output = output(binary().args(&arguments).current_dir(folder.path()));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(remedy),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing was created"
    );
}

#[tokio::test]
async fn unavailable_resources_exit_3() {
    let server = Server::start();
    let elsewhere = Folder::new();
    let (code, stderr) = failure(&elsewhere, &["serve", "--listen", server.address()]);
    assert_eq!(code, Some(3));
    assert!(
        stderr.contains("cannot listen on") && stderr.contains("--listen"),
        "{stderr}"
    );

    let folder = Folder::new();
    let database = format!("sqlite:{}/no/such/folder/t.db", folder.path().display());
    let output = output(binary().args(["migrate", "--database", &database]));
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("--database"),
        "{}",
        text(&output.stderr)
    );

    fs::write(
        folder.database(),
        "this is not a database, and long enough to be recognised as such".repeat(100),
    )
    .unwrap();
    let (code, stderr) = failure(&folder, &["migrate"]);
    assert_eq!(code, Some(3), "{stderr}");
}

#[tokio::test]
async fn second_server_on_a_sqlite_file_is_refused_until_the_first_has_ended() {
    let server = Server::start();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let (code, stderr) = failure(server.folder(), &serve);
    assert_eq!(code, Some(3));
    let said = format!("error: another server (process {}) uses", server.pid());
    assert!(stderr.starts_with(&said), "{stderr}");
    assert!(stderr.contains("PostgreSQL"), "{stderr}");

    // The system releases the lock however the process ends.
    let server = Server::start_on(server.kill(), &[]);
    assert_eq!(server.probe(&server.admin()).await, 200);
}

#[test]
fn migrate_prints_what_it_applied() {
    let folder = Folder::new();
    let migrate = || {
        let output = output(binary().arg("migrate").args(folder.arguments()));
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).replace(&folder.path().display().to_string(), "FOLDER")
    };
    insta::assert_snapshot!(migrate(), @r"
    sqlite:FOLDER/tokens.db: applied 0001 tokens and revocations
    sqlite:FOLDER/tokens.db: applied 0002 audit events
    sqlite:FOLDER/tokens.db: applied 0003 tokens of business
    sqlite:FOLDER/tokens.db: applied 0004 indexes of reads
    sqlite:FOLDER/tokens.db: applied 0005 tokens within business
    sqlite:FOLDER/tokens.db: applied 0006 administration
    ");
    insta::assert_snapshot!(migrate(), @"sqlite:FOLDER/tokens.db is up to date.");
}

/// A roll-out can be stopped: the step of a newer version only adds.
#[tokio::test]
pub(crate) async fn program_runs_on_a_schema_that_is_one_step_newer() {
    let folder = Folder::new();
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    let newer = "ALTER TABLE tokens ADD COLUMN colour TEXT;
         CREATE INDEX tokens_by_colour ON tokens (colour);
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT MAX(version) + 1, 'colours', TRUE, CHECKSUM, 0 FROM _sqlx_migrations";
    match folder.postgres() {
        Some(database) => {
            database.execute(&newer.replace("CHECKSUM", r"'\x00'"));
        }
        None => {
            let newer = newer.replace("CHECKSUM", "x'00'");
            let pool = folder.sqlite().await;
            let newer = sqlx::raw_sql(sqlx::AssertSqlSafe(newer));
            newer.execute(&pool).await.unwrap();
        }
    }
    let run = |command: &str| {
        let storage = folder.arguments();
        let with_keys = command == "doctor";
        let storage = if with_keys {
            &storage[..]
        } else {
            &storage[..2]
        };
        let output = output(binary().arg(command).args(storage));
        assert!(
            output.status.success(),
            "{command}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    };
    assert!(run("migrate").contains("is up to date"));
    assert!(run("audit").contains("token.bootstrapped"));
    let said = run("doctor");
    assert!(said.contains("one step newer than this program"), "{said}");
    let server = Server::start_on(folder, &[]);
    let token = server.create(&admin, "on a newer schema").await;
    assert_eq!(server.probe(&token).await, 200);
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.probe(&server.member()).await, 200);
}

#[tokio::test]
async fn database_of_a_newer_program_is_not_changed() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&folder.sqlite().await)
    .await
    .unwrap();
    let (code, stderr) = failure(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(3));
    assert!(
        stderr.contains("9999") && stderr.contains("newer version"),
        "{stderr}"
    );
    assert!(
        stderr.contains("It is left as it is. Or choose another file with --database"),
        "{stderr}"
    );
}

#[test]
fn environment_configures_and_flags_override_it() {
    let folder = Folder::new();
    let output = output(
        binary()
            .args(BOOTSTRAP)
            .env("DZ_DATABASE", "sqlite://from-environment.db")
            .env("DZ_KEYS", "from-environment.json")
            .current_dir(folder.path()),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(folder.path().join("from-environment.db").exists());
    assert!(folder.path().join("from-environment.json").exists());

    let flags = crate::harness::output(
        binary()
            .args(["migrate", "--database", "sqlite:from-flag.db"])
            .env("DZ_DATABASE", "sqlite:from-environment-2.db")
            .current_dir(folder.path()),
    );
    assert!(flags.status.success());
    assert!(folder.path().join("from-flag.db").exists());
    assert!(!folder.path().join("from-environment-2.db").exists());
}

#[test]
fn serve_prints_one_line_and_ends_with_0_on_sigint_and_sigterm() {
    for signal in ["-INT", "-TERM"] {
        let folder = Folder::new();
        let mut child = KilledOnDrop(
            binary()
                .args(["serve", "--listen", "127.0.0.1:0"])
                .args(folder.arguments())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
        reaper::end(&child.0, How::Kill);
        let mut stdout = child.0.stdout.take().unwrap();
        let mut printed = vec![0; "listening on http://127.0.0.1:".len()];
        stdout.read_exact(&mut printed).unwrap();
        let kill = std::process::Command::new("kill")
            .args([signal, &child.0.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        stdout.read_to_end(&mut printed).unwrap();
        assert_eq!(child.0.wait().unwrap().code(), Some(0));
        let printed = text(&printed);
        let port = printed
            .strip_prefix("listening on http://127.0.0.1:")
            .unwrap()
            .strip_suffix('\n')
            .unwrap();
        assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{printed}");
    }
}

#[tokio::test]
async fn signal_ends_a_server_that_waits_for_the_migration_of_another() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let folder = Folder::on(Arc::new(cluster.database()));
    let database = folder.postgres().expect("it is on PostgreSQL");
    let mut other = PgConnection::connect(&database.url()).await.unwrap();
    other.lock().await.unwrap();

    let log = folder.path().join("log");
    let mut child = KilledOnDrop(
        binary()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(folder.arguments())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap(),
    );
    reaper::end(&child.0, How::Kill);
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let begun = Instant::now();
    while database.execute(waiting) != "1" {
        assert!(begun.elapsed() < PATIENCE, "the server does not wait");
        std::thread::sleep(Duration::from_millis(50));
    }

    kill_process(Pid::from_child(&child.0), Signal::TERM).unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < PATIENCE, "the server does not end");
        std::thread::sleep(Duration::from_millis(10));
    };
    let log = fs::read_to_string(&log).unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(
        log.contains("stopped before it served") && log.contains("SIGTERM"),
        "{log}"
    );
    other.close().await.unwrap();
}

/// A child that does not outlive the test.
struct KilledOnDrop(Child);

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
