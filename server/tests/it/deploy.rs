//! The files of `deploy/`, as far as one machine without a registry of images can try them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use testbed::reaper::{self, How};

use crate::harness::{
    Credential, Folder, PATIENCE, Request, Server, binary, output, own_cluster, revoke_path, text,
};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns whether a program is installed; otherwise reports that the test is skipped.
fn has(program: &str, package: &str) -> bool {
    let found = Command::new(program).arg("--help").output().is_ok();
    if !found {
        testbed::skip(&format!(
            "{program} is not installed: run `apt-get install {package}`"
        ));
    }
    found
}

#[test]
fn systemd_accepts_the_unit_and_finds_it_confined() {
    if !has("systemd-analyze", "systemd") {
        return;
    }
    let folder = testbed::folder().expect("a temporary folder");
    let unit = folder.path().join("dz-tokens.service");
    // `verify` looks whether the program is there.
    let installed = read("dz-tokens.service")
        .replace("/opt/dz-tokens/bin/server", env!("CARGO_BIN_EXE_server"));
    std::fs::write(&unit, installed).expect("the folder is ours");
    for check in [
        &["verify"][..],
        // Ten times the exposure, which is 0 to 10: `medium` begins at 4.
        &["security", "--offline=yes", "--threshold=15"],
    ] {
        let done = output(Command::new("systemd-analyze").args(check).arg(&unit));
        let said = text(&done.stdout) + &text(&done.stderr);
        assert!(done.status.success(), "{said}");
        assert!(!said.contains("Unknown"), "{said}");
    }
}

#[test]
fn containers_get_settings_that_the_server_has() {
    let compose: Value = serde_saphyr::from_str(&read("compose.yaml")).expect("YAML");
    let help = text(&output(binary().args(["serve", "--help"])).stdout);
    let services = compose["services"].as_object().expect("services");
    let mut servers = 0;
    for (name, service) in services {
        if service["image"] != "dz-tokens" {
            continue;
        }
        servers += 1;
        let environment: Vec<(&str, &str)> = (service["environment"].as_object().unwrap().iter())
            .map(|(variable, value)| (variable.as_str(), value.as_str().unwrap()))
            .collect();
        for (variable, _) in &environment {
            let known = ["=]", "]"].map(|end| help.contains(&format!("[env: {variable}{end}")));
            assert!(
                *variable == "PGPASSWORD" || known.contains(&true),
                "{name}: {variable}"
            );
        }
        let config = output(binary().arg("config").envs(environment));
        assert!(config.status.success(), "{name}: {}", text(&config.stderr));
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
    }
    assert_eq!(servers, 3, "two replicas, and the owner's commands");
}

/// The proxy, with the Caddyfile of the compose file. It is killed when this is dropped.
struct Proxy {
    process: Child,
    url: String,
}

impl Proxy {
    fn start(folder: &Path, upstreams: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let url = format!("http://{}", port.expect("a free port"));
        let process = Command::new("caddy")
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(file("Caddyfile"))
            // Without TLS: Caddy would install its certificate authority on this machine.
            .env("SITE", &url)
            .env("UPSTREAMS", upstreams)
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .env("XDG_CONFIG_HOME", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("caddy starts");
        reaper::end(&process, How::Kill);
        let address = url.trim_start_matches("http://").to_owned();
        let started = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(started.elapsed() < PATIENCE, "caddy does not listen");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self { process, url }
    }

    async fn list(&self, by: &Credential) -> u16 {
        let list = Request::new("GET", &format!("{}/api/v1/tokens", self.url));
        list.by(by).send().await.status
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The steps of the compose file on this machine: its script creates the role that serves, the owner makes schema and keys,
/// and two replicas serve behind the proxy.
#[tokio::test]
async fn replicas_behind_the_proxy_refuse_a_revoked_token_and_outlive_each_other() {
    if !has("caddy", "caddy") {
        return;
    }
    let Some(cluster) = own_cluster(&[]).map(Arc::new) else {
        return;
    };
    let database = Arc::new(cluster.database());
    let (_, port) = cluster.server_url().rsplit_once(':').expect("a port");
    let role = output(
        Command::new("sh")
            .arg(file("create-role.sh"))
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port)
            .env("POSTGRES_USER", "postgres")
            .env("POSTGRES_DB", database.name())
            .env("SERVER_PASSWORD", "it's a secret"),
    );
    assert!(role.status.success(), "{}", text(&role.stderr));
    let owner = Folder::on(Arc::clone(&database));
    let admin = owner.bootstrap("Acme", "ada@acme.example", "admin");
    let granted = output(
        (binary().args(["migrate", "--grant-to", "dz_server"])).args(&owner.arguments()[..2]),
    );
    assert!(granted.status.success(), "{}", text(&granted.stderr));
    let replica = || {
        let folder = Folder::on(Arc::clone(&database)).used_by("dz_server");
        std::fs::copy(owner.key_file(), folder.key_file()).expect("the keys are copied");
        Server::start_on(folder, &["--trusted-proxies", "127.0.0.1"])
    };
    let (one, two) = (replica(), replica());
    let upstreams = format!("{} {}", one.address(), two.address());
    let proxy = Proxy::start(owner.path(), &upstreams);

    let token = one.create(&admin, "ci").await;
    for _ in 0..10 {
        assert_eq!(proxy.list(&token).await, 200);
    }
    // A client with an address of its own, which claims another one
    let revoked = output(
        Command::new("curl")
            .args(["--silent", "--interface", "127.0.0.2", "--request", "POST"])
            .args(["--output", "/dev/null", "--write-out", "%{http_code}"])
            .args(["--header", "X-Forwarded-For: 203.0.113.9", "--header"])
            .arg(format!("Authorization: Bearer {}", admin.token))
            .args(["--header", &format!("x-business-id: {}", admin.business_id)])
            .arg(format!("{}{}", proxy.url, revoke_path(&token.token_id))),
    );
    assert_eq!(text(&revoked.stdout), "201");
    for _ in 0..10 {
        assert_eq!(proxy.list(&token).await, 401);
    }
    let client =
        database.execute("SELECT remote_address FROM audit_events WHERE action = 'token.revoked'");
    assert_eq!(client.trim(), "127.0.0.2");

    one.kill();
    for _ in 0..10 {
        assert_eq!(proxy.list(&admin).await, 200);
    }
}
