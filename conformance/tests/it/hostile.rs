//! Targets that send bad responses or none: the case reports it, and the suite does not break.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::deployment::Deployment;
use crate::local::Local;
use crate::suite::{amend, run};

/// Starts a server that answers every request with these bytes, and closes the connection if `ends`.
async fn serve_bytes(bytes: Vec<u8>, ends: bool) -> Local {
    Local::start(move |listener| async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&bytes).await;
                if !ends {
                    std::future::pending::<()>().await;
                }
            });
        }
    })
    .await
}

/// Runs one case against such a server, with a timeout of one second. Returns exit code, verdict and standard output.
async fn run_one_case(bytes: impl Into<Vec<u8>>, ends: bool) -> (i32, String, String) {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    amend(&profile, "exchange_seconds = 5", "exchange_seconds = 1");
    let target = serve_bytes(bytes.into(), ends).await;
    let filter = ["--filter", "list.refuses_anonymous"];
    let run = run(&target.url, &profile, &filter).await;
    assert_eq!(run.report.as_ref().expect("a report")["complete"], true);
    let verdict = run.verdict("list.refuses_anonymous");
    (run.code, verdict, run.stdout)
}

#[tokio::test]
async fn target_that_is_silent_is_unreachable() {
    let (code, verdict, stdout) = run_one_case("", false).await;
    assert_eq!((code, verdict.as_str()), (3, "error"), "{stdout}");
    assert!(stdout.contains("no whole answer within 1 s"), "{stdout}");
}

#[tokio::test]
async fn target_that_does_not_speak_http_is_unreachable() {
    let (code, verdict, stdout) = run_one_case("SSH-2.0-OpenSSH_9.9\r\n", true).await;
    assert_eq!((code, verdict.as_str()), (3, "error"), "{stdout}");
}

#[tokio::test]
async fn response_that_breaks_off_is_reported() {
    let (code, _, stdout) = run_one_case(
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\n{\"detail\"",
        true,
    )
    .await;
    assert_eq!(code, 3, "{stdout}");
    assert!(stdout.contains("the connection broke"), "{stdout}");
}

#[tokio::test]
async fn endless_body_is_not_read_to_its_end() {
    let mut bytes = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 10000000\r\n\r\n".to_vec();
    bytes.resize(3 * 1024 * 1024, b'x');
    let (code, verdict, stdout) = run_one_case(bytes, false).await;
    assert_eq!((code, verdict.as_str()), (1, "fail"), "{stdout}");
    assert!(stdout.contains("not read further"), "{stdout}");
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (code, verdict, stdout) = run_one_case(redirect, true).await;
    assert_eq!((code, verdict.as_str()), (1, "fail"), "{stdout}");
    assert!(stdout.contains("302"), "{stdout}");
}

/// Runs some twenty cases concurrently. Returns exit code, report, and the most memory of the process in bytes.
#[cfg(target_os = "linux")]
async fn run_and_measure_memory(
    url: &str,
    profile: &std::path::Path,
) -> (i32, serde_json::Value, u64) {
    let report = profile.with_file_name("report");
    let mut child = crate::suite::command()
        .args([
            "run",
            "--target",
            url,
            "--allow",
            "revokes",
            "--jobs",
            "16",
            "--filter",
            "list.",
            "--filter",
            "http.",
            "--profile",
        ])
        .arg(profile)
        .arg("--report")
        .arg(&report)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the command runs");
    let status = format!("/proc/{}/status", child.id().expect("it runs"));
    let mut most = 0;
    let code = loop {
        // `VmHWM` is the peak resident set size (proc_pid_status(5)).
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes =
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kibibytes.unwrap_or_default() * 1024);
        match tokio::time::timeout(std::time::Duration::from_millis(5), child.wait()).await {
            Ok(ended) => break ended.expect("ended").code().expect("it exits by itself"),
            Err(_) => continue,
        }
    };
    let report = std::fs::read(report.join("report.json")).expect("a report");
    (code, serde_json::from_slice(&report).expect("JSON"), most)
}

/// Checks for every kind of bad response that the report is complete and memory stays bounded.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_stays_bounded_whatever_a_target_answers() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    amend(&profile, "exchange_seconds = 5", "exchange_seconds = 2");
    let head = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\n";
    let mut ten_megabytes = format!("{head}content-length: 10000000\r\n\r\n").into_bytes();
    ten_megabytes.resize(ten_megabytes.len() + 10_000_000, b'x');
    let endless = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let chunk = format!("40000\r\n{}\r\n", "y".repeat(0x40000));
    let endless = [endless.as_bytes(), chunk.repeat(8).as_bytes()].concat();
    let large = format!(
        "{head}content-length: 200000\r\n\r\n[\"{}\"]",
        "z".repeat(199_996)
    )
    .into_bytes();
    let redirect =
        b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
            .to_vec();
    for (name, bytes, ends) in [
        ("ten megabytes", ten_megabytes, true),
        ("an endless stream", endless, false),
        ("large responses that are read", large, true),
        ("redirects", redirect, true),
    ] {
        let target = serve_bytes(bytes, ends).await;
        let (code, report, most) = run_and_measure_memory(&target.url, &profile).await;
        assert!([1, 3, 4].contains(&code), "{name}: exit {code}");
        assert_eq!(report["complete"], true, "{name}");
        assert_eq!(
            report["totals"]["cases"], report["run"]["selection"]["selected"],
            "{name}"
        );
        assert!(most > 0, "{name}: its memory was not measured");
        assert!(most < 64 * 1024 * 1024, "{name}: {most} bytes");
    }
}
