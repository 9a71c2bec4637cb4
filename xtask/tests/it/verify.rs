//! `verify`, end to end.

use serde_json::Value;
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use crate::xtask;

#[test]
fn the_main_job_passes_and_writes_its_reports() {
    let folder = Folder::new();
    let reports = folder.path().join("reports");
    let output = xtask(&["verify", "--report", reports.to_str().expect("UTF-8")]);
    let said = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("verify: verified in "), "{said}");

    let report = std::fs::read_to_string(reports.join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let cases = report["cases"].as_array().expect("a list");
    assert!(cases.iter().any(|case| case["level"] == "MUST"));
    for case in cases {
        assert_eq!(case["verdict"], "pass", "{case}");
    }
    assert!(reports.join("junit.xml").is_file());

    let profile = std::fs::read_to_string(reports.join("profile.toml")).expect("a profile");
    let log = std::fs::read_to_string(reports.join("server.log")).expect("a log");
    for text in [&profile, &log, &said] {
        assert!(
            !text.contains("dz_ey"),
            "a token is in a file or in the output: {text}"
        );
    }
}
