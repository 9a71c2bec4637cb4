//! Runs of public services from PyPI with their own documents, side by side with Schemathesis.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testbed::reaper::{self, How};

use crate::any_api::Run;
use crate::error::Error;
use crate::schemathesis::{self, Schemathesis};

/// The time limit for a service to answer after its start.
const PATIENCE: Duration = Duration::from_secs(120);

/// The most bytes of `report.html`.
const LARGEST: u64 = 5_000_000;

/// A public service.
struct Service {
    name: &'static str,
    package: &'static str,
    /// The program and its arguments; `{port}` and `{folder}` are filled in.
    command: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    /// The path of its document.
    document: &'static str,
    /// The path below which its operations are.
    base: &'static str,
    /// What the suite's profile gives.
    profile: &'static str,
    /// More options of the suite.
    options: &'static [&'static str],
    /// The credentials by scheme, each also the variable of that name.
    credentials: &'static [(&'static str, &'static str)],
}

const SERVICES: [Service; 3] = [
    Service {
        name: "Prefect",
        package: "prefect==3.9.1",
        // Its own tasks in the background lock its SQLite file now and then, and so do many requests at a time: it answers 503.
        command: &[
            "prefect",
            "server",
            "start",
            "--no-ui",
            "--no-services",
            "--port",
            "{port}",
        ],
        environment: &[
            ("PREFECT_HOME", "{folder}"),
            ("PREFECT_SERVER_ANALYTICS_ENABLED", "false"),
            ("DO_NOT_TRACK", "1"),
        ],
        document: "/api/openapi.json",
        base: "/api",
        profile: "",
        options: &["--jobs", "4"],
        credentials: &[],
    },
    Service {
        name: "Chroma",
        package: "chromadb==1.5.9",
        command: &["chroma", "run", "--path", "{folder}", "--port", "{port}"],
        environment: &[("ANONYMIZED_TELEMETRY", "False")],
        document: "/openapi.json",
        base: "",
        profile: "[callers.operator.security]\nApiKeyAuth = { env = \"ApiKeyAuth\" }\n[parameters]\ntenant = \"default_tenant\"\ndatabase = \"default_database\"\n",
        options: &[],
        credentials: &[("ApiKeyAuth", "a-key-that-chroma-ignores")],
    },
    Service {
        name: "Glances",
        package: "glances[web]==4.5.8",
        command: &[
            "glances",
            "--webserver",
            "--disable-webui",
            "--disable-check-update",
            "--disable-plugin",
            "ip,cloud",
            "--bind",
            "127.0.0.1",
            "--port",
            "{port}",
        ],
        environment: &[],
        document: "/openapi.json",
        base: "",
        profile: "[parameters]\nplugin = \"cpu\"\nitem = \"total\"\nsection = \"cpu\"\n",
        options: &[],
        credentials: &[],
    },
];

/// A service that runs until this value is dropped.
struct Started {
    child: Child,
    port: u16,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Started {
    /// Starts a service and waits for its document, which it returns.
    fn new(service: &Service, programs: &Path, folder: &Path) -> Result<(Self, Vec<u8>), Error> {
        let failed = |error| Error::Io("start a public service", error);
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(failed)?
            .port();
        let filled = |text: &str| {
            text.replace("{port}", &port.to_string())
                .replace("{folder}", &folder.join("data").display().to_string())
        };
        let arguments: Vec<String> = service.command.iter().map(|text| filled(text)).collect();
        let mut command = Command::new(programs.join(&arguments[0]));
        command
            .args(&arguments[1..])
            .envs((service.environment.iter()).map(|(name, value)| (name, filled(value))))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().map_err(failed)?;
        reaper::end(&child, How::Kill);
        let started = Self { child, port };
        let clock = Instant::now();
        while clock.elapsed() < PATIENCE {
            if let Some(document) = get(port, service.document) {
                return Ok((started, document));
            }
            thread::sleep(Duration::from_millis(200));
        }
        Err(Error::Silent(service.name))
    }
}

/// Reads what a path has, if it is there.
fn get(port: u16, path: &str) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let request = format!("GET {path} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let is_there = answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.0 200");
    is_there.then(|| answer.split_off(end + 4))
}

/// Prints a row for each service; returns whether the suite reaches as many operations as Schemathesis, and writes reports that
/// a browser opens.
pub(super) fn print(
    suite: &Path,
    schemathesis: &Schemathesis,
    folder: &Path,
) -> Result<bool, Error> {
    anstream::println!("public services from PyPI, with their own documents");
    let mut all = true;
    for service in &SERVICES {
        let folder = folder.join(service.name);
        let programs = schemathesis::install(&folder.join("packages"), &[service.package])?;
        let written = |path: &Path, bytes: &[u8]| {
            std::fs::write(path, bytes)
                .map_err(|error| Error::Io("write a file for a public service", error))
        };
        let (document, profile) = (folder.join("openapi.json"), folder.join("profile.toml"));
        let fresh = || -> Result<Started, Error> {
            let _ = std::fs::remove_dir_all(folder.join("data"));
            let (started, text) = Started::new(service, &programs, &folder)?;
            written(&document, &text)?;
            Ok(started)
        };
        let started = fresh()?;
        written(&profile, service.profile.as_bytes())?;
        let environment: Vec<(String, String)> = (service.credentials.iter())
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let url = format!("http://127.0.0.1:{}{}", started.port, service.base);
        let ours = Run::new(
            suite,
            &url,
            &document,
            (&profile, service.options),
            &environment,
        )?;
        drop(started);
        let started = fresh()?;
        let url = format!("http://127.0.0.1:{}{}", started.port, service.base);
        let theirs = schemathesis.run(service.name, &document, &url, service.credentials)?;
        drop(started);
        let html: PathBuf = folder.join("report").join("report.html");
        let size = std::fs::metadata(html).map_or(0, |metadata| metadata.len());
        let held = ours.reached.len() >= theirs.reached && (1..LARGEST).contains(&size);
        all &= held;
        anstream::println!(
            "  {:<8} {} of {} operations reached in {:.0} s, {} findings, report.html {:.1} MB; Schemathesis: {} reached in {:.0} s, {} failures{}",
            service.name,
            ours.reached.len(),
            ours.reached.len() + ours.unreached.len(),
            ours.seconds,
            ours.findings.len(),
            size as f64 / 1e6,
            theirs.reached,
            theirs.seconds,
            theirs.failures.len(),
            if held { "" } else { "  NO" },
        );
    }
    Ok(all)
}
