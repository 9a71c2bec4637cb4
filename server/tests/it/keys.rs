//! The keys that sign tokens: from a file or the environment, and their rotation.

use std::fs;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use testbed::postgres::Database;

use crate::harness::{
    Credential, Folder, PATIENCE, Server, at_once, binary, output, shared_cluster, text,
};

/// Returns a key with this name, whose secret repeats this byte.
fn key(kid: &str, byte: u8) -> Value {
    json!({ "kid": kid, "secret": URL_SAFE_NO_PAD.encode([byte; 32]) })
}

fn ring(active: &str, keys: &[Value]) -> String {
    json!({ "active": active, "keys": keys }).to_string()
}

/// Returns the `kid` in a token's header.
fn kid_of(credential: &Credential) -> String {
    let header = credential.token["dz_".len()..].split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// Replaces the key file of this folder.
fn replace(folder: &Folder, ring: &str) {
    let beside = folder.path().join("new");
    fs::copy(folder.key_file(), &beside).expect("the mode stays");
    fs::write(&beside, ring).unwrap();
    fs::rename(beside, folder.key_file()).unwrap();
}

#[tokio::test]
async fn rotation_keeps_tokens_valid_until_their_key_is_removed() {
    let server = Server::start();
    let old = server.admin();
    let folder = server.stop();
    let before: Value = serde_json::from_slice(&fs::read(folder.key_file()).unwrap()).unwrap();
    let (first, second) = (before["keys"][0].clone(), key("second", 2));

    replace(&folder, &ring("second", &[first.clone(), second.clone()]));
    let server = Server::start_on(folder, &[]);
    assert_eq!(server.probe(&old).await, 200);
    let new = server.create(&old, "after").await;
    assert_eq!(kid_of(&new), "second");
    assert_eq!(kid_of(&old), first["kid"]);
    let folder = server.stop();

    replace(&folder, &ring("second", &[second]));
    let server = Server::start_on(folder, &[]);
    assert_eq!(server.probe(&old).await, 401);
    assert_eq!(server.probe(&new).await, 200);
}

#[tokio::test]
async fn sighup_reads_the_keys_again_and_keeps_the_previous_ones_if_they_are_invalid() {
    let server = Server::start();
    let old = server.admin();
    let file = fs::read(server.folder().key_file()).unwrap();
    let before: Value = serde_json::from_slice(&file).unwrap();
    let (first, second) = (before["keys"][0].clone(), key("second", 2));
    let process = Pid::from_raw(server.pid().cast_signed()).unwrap();
    let reload = |ring: &str| {
        replace(server.folder(), ring);
        kill_process(process, Signal::HUP).unwrap();
    };

    reload(&ring("second", &[first, second.clone()]));
    let rotated = async {
        loop {
            let new = server.create(&old, "rotated").await;
            if kid_of(&new) == "second" {
                break new;
            }
            assert_eq!(server.revoke(&old, &new.token_id).await.status, 201);
        }
    };
    let new = tokio::time::timeout(PATIENCE, rotated)
        .await
        .expect("the keys are read");
    assert_eq!(server.probe(&old).await, 200);

    reload("nonsense");
    assert_eq!(server.probe(&old).await, 200);

    reload(&ring("second", &[second]));
    let removed = async { while server.probe(&old).await == 200 {} };
    tokio::time::timeout(PATIENCE, removed)
        .await
        .expect("the keys are read");
    assert_eq!(server.probe(&old).await, 401);
    assert_eq!(server.probe(&new).await, 200);
    assert_eq!(
        server
            .probe(&server.create(&new, "signed with the new key").await)
            .await,
        200
    );
}

#[tokio::test]
async fn replicas_that_are_rotated_one_after_the_other_accept_each_others_tokens() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let database = Arc::new(cluster.database());
    let replica = |database: &Arc<Database>, ring: &str| {
        let folder = Folder::on(Arc::clone(database)).with_key_ring(ring);
        let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
        (Server::start_on(folder, &[]), admin)
    };
    let (old, new) = (key("old", 1), key("new", 2));
    // Between the two steps: one replica signs with the new key, the other only verifies with it.
    let (rotated, from_rotated) = replica(&database, &ring("new", &[old.clone(), new.clone()]));
    let (waiting, from_waiting) = replica(&database, &ring("old", &[old, new]));
    assert_eq!(
        (kid_of(&from_rotated), kid_of(&from_waiting)),
        ("new".to_owned(), "old".to_owned())
    );
    for server in [&rotated, &waiting] {
        for credential in [&from_rotated, &from_waiting] {
            assert_eq!(server.probe(credential).await, 200);
        }
        assert!(!server.folder().key_file().exists(), "no file is created");
    }
    assert_eq!(
        rotated
            .revoke(&from_rotated, &from_waiting.token_id)
            .await
            .status,
        201
    );
    assert_eq!(waiting.probe(&from_waiting).await, 401);
}

#[tokio::test]
async fn replicas_that_are_started_together_on_an_empty_database_all_serve() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let database = Arc::new(cluster.database());
    let keys = ring("one", &[key("one", 1)]);
    let servers = at_once(3, |_| {
        Server::start_on(Folder::on(Arc::clone(&database)).with_key_ring(&keys), &[])
    });
    let admin = servers[0].bootstrap("Acme", "ada@acme.example", "admin");
    for server in &servers {
        assert_eq!(server.probe(&admin).await, 200);
    }
}

#[tokio::test]
async fn keys_from_the_environment_are_in_no_file_and_shown_nowhere() {
    let given = ring("given", &[key("given", 0xA5)]);
    let secret = URL_SAFE_NO_PAD.encode([0xA5; 32]);
    let folder = Folder::new().with_key_ring(&given);
    let (server, log) = Server::start_logging(folder, &["--log", "trace"]);
    let admin = server.bootstrap("Acme", "ada@acme.example", "admin");
    assert_eq!(kid_of(&admin), "given");
    assert_eq!(server.probe(&admin).await, 200);
    assert!(!server.folder().key_file().exists());

    let folder = server.folder();
    let file = folder.path().join("server.toml");
    fs::write(&file, "keys = \"overridden.json\"\n").unwrap();
    let said = |command: &str| {
        let output = output(
            binary()
                .args([command, "--config", &file.display().to_string()])
                .args(folder.arguments())
                .env("DZ_KEY_RING", &given),
        );
        text(&output.stdout) + &text(&output.stderr)
    };
    let config = said("config");
    assert!(
        config.contains("# keys is not used: the environment variable DZ_KEY_RING holds the keys"),
        "{config}"
    );
    let doctor = said("doctor");
    assert!(
        doctor.contains("DZ_KEY_RING: key given signs, 0 more verify"),
        "{doctor}"
    );
    let help = text(
        &output(
            binary()
                .args(["serve", "--help"])
                .env("DZ_KEY_RING", &given),
        )
        .stdout,
    );
    for (what, text) in [
        ("log", fs::read_to_string(&log).unwrap()),
        ("config", config),
        ("doctor", doctor),
        ("help", help),
    ] {
        assert!(!text.contains(&secret), "{what}: {text}");
    }
}

#[test]
fn keys_in_the_environment_that_are_invalid_or_given_twice_are_refused() {
    let folder = Folder::new();
    let bootstrap = |ring: &str, more: &[(&str, &str)], flags: &[&str]| {
        let output = output(
            binary()
                .args([
                    "bootstrap",
                    "--business",
                    "Acme",
                    "--email",
                    "ada@acme.example",
                ])
                .args(folder.arguments())
                .args(flags)
                .env("DZ_KEY_RING", ring)
                .envs(more.iter().copied()),
        );
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        text(&output.stderr)
    };
    let good = ring("one", &[key("one", 1)]);
    let refusals = [
        bootstrap("", &[], &[]),
        bootstrap("canary-of-a-secret", &[], &[]),
        bootstrap(&ring("two", &[key("one", 1)]), &[], &[]),
        bootstrap(&good, &[], &["--keys", "keys.json"]),
        bootstrap(&good, &[("DZ_KEYS", "keys.json")], &[]),
    ];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn name_of_a_key_is_refused_if_its_tokens_would_be_too_long() {
    let named = |letter: &str, bytes: usize| {
        let kid = letter.repeat(bytes);
        ring(&kid, &[key(&kid, 1)])
    };
    // JSON writes this character in six bytes.
    let longest = Folder::new().with_key_ring(&named("\u{1}", 128));
    let server = Server::start_on(longest, &[]);
    assert_eq!(server.probe(&server.admin()).await, 200);

    let folder = Folder::new();
    let refused = output(
        binary()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(folder.arguments())
            .env("DZ_KEY_RING", named("k", 129)),
    );
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(
        said.contains("the name of a key (`kid`) has 129 bytes") && said.contains("at most 128"),
        "{said}"
    );
}

#[tokio::test]
async fn key_file_that_is_removed_while_the_server_runs_is_reported_at_the_next_start() {
    let server = Server::start();
    let admin = server.admin();
    fs::remove_file(server.folder().key_file()).unwrap();
    let other = server.create(&admin, "meanwhile").await;
    assert_eq!(server.probe(&other).await, 200);
    let folder = server.stop();
    let refused = output(binary().arg("serve").args(folder.arguments()));
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("Restore the file"), "{said}");
    assert!(!folder.key_file().exists());
}
