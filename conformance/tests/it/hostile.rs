//! Targets that answer badly or not at all: the case says so, and the suite stays whole.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::deployment::Deployment;
use crate::local::Local;
use crate::suite::{amend, run};

/// A server that answers every request with these bytes and, where `ends`, closes the connection.
async fn answering(bytes: Vec<u8>, ends: bool) -> Local {
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

/// What a run against such a server says of a case; a bound on the answer's time is one second.
async fn told(bytes: impl Into<Vec<u8>>, ends: bool) -> (i32, String, String) {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    amend(&profile, "exchange_seconds = 5", "exchange_seconds = 1");
    let target = answering(bytes.into(), ends).await;
    let filter = ["--filter", "list.refuses_anonymous"];
    let run = run(&target.url, &profile, &filter).await;
    assert_eq!(run.report.as_ref().expect("a report")["complete"], true);
    let verdict = run.verdict("list.refuses_anonymous");
    (run.code, verdict, run.stdout)
}

#[tokio::test]
async fn target_that_is_silent_is_unreachable() {
    let (code, verdict, stdout) = told("", false).await;
    assert_eq!((code, verdict.as_str()), (3, "error"), "{stdout}");
    assert!(stdout.contains("no whole answer within 1 s"), "{stdout}");
}

#[tokio::test]
async fn target_that_does_not_speak_http_is_unreachable() {
    let (code, verdict, stdout) = told("SSH-2.0-OpenSSH_9.9\r\n", true).await;
    assert_eq!((code, verdict.as_str()), (3, "error"), "{stdout}");
}

#[tokio::test]
async fn answer_that_breaks_off_is_told() {
    let (code, _, stdout) = told(
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
    let (code, verdict, stdout) = told(bytes, false).await;
    assert_eq!((code, verdict.as_str()), (1, "fail"), "{stdout}");
    assert!(stdout.contains("not read further"), "{stdout}");
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (code, verdict, stdout) = told(redirect, true).await;
    assert_eq!((code, verdict.as_str()), (1, "fail"), "{stdout}");
    assert!(stdout.contains("302"), "{stdout}");
}

/// What some twenty cases make of a target, side by side; the most memory that the process held meanwhile, in bytes.
#[cfg(target_os = "linux")]
async fn remembered(url: &str, profile: &std::path::Path) -> (i32, serde_json::Value, u64) {
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
        // `VmHWM` is the most that was resident so far (proc_pid_status(5)).
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

/// Every way of answering badly: the report is complete, and memory stays bounded.
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
        ("a stream without an end", endless, false),
        ("large answers that are read", large, true),
        ("redirects", redirect, true),
    ] {
        let target = answering(bytes, ends).await;
        let (code, report, most) = remembered(&target.url, &profile).await;
        assert!([1, 3, 4].contains(&code), "{name}: exit {code}");
        assert_eq!(report["complete"], true, "{name}");
        assert_eq!(
            report["totals"]["cases"], report["run"]["selection"]["selected"],
            "{name}"
        );
        assert!(most > 0, "{name}: nobody looked at its memory");
        assert!(most < 64 * 1024 * 1024, "{name}: {most} bytes");
    }
}
