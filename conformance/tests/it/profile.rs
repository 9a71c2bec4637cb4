//! Errors in profiles: each message gives file, line, key and remedy, and nothing is sent.

use crate::suite::conformance;

const VALID: &str = r#"[operator]
token = { env = "PATH" }
business_id = "7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249"
"#;

/// Runs the command with an invalid profile, and returns its message. The exit code is 2.
async fn message(profile: &str) -> String {
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("profile.toml");
    std::fs::write(&path, profile).expect("written");
    let (path, report) = (path.to_str().expect("UTF-8"), folder.path().join("report"));
    let report = report.to_str().expect("UTF-8");
    let arguments = [
        "run",
        "--target",
        "http://127.0.0.1:1",
        "--profile",
        path,
        "--report",
        report,
    ];
    let output = conformance(&arguments).await;
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(
        !std::path::Path::new(report).exists(),
        "nothing ran, so there is no report"
    );
    message.replace(&format!("{}/", folder.path().display()), "")
}

#[tokio::test]
async fn unknown_key() {
    insta::assert_snapshot!(message(&VALID.replace("token", "tokne")).await, @r#"
    conformance: profile.toml:2: operator.tokne: unknown field `tokne`, expected one of `token`, `business_id`, `email`, `expired_token`
      Did you mean `token`?
    "#);
}

#[tokio::test]
async fn unknown_table() {
    insta::assert_snapshot!(message(&format!("{VALID}[operater]\nx = 1\n")).await, @r#"
    conformance: profile.toml:4: operater: unknown field `operater`, expected one of `hosts`, `operator`, `member`, `outsider`, `callers`, `fixtures`, `companions`, `policy`, `clock`, `timeouts`, `answers`, `tls`, `http`, `latency`, `parameters`, `operations`, `waiver`
      Did you mean `operator`?
    "#);
}

#[tokio::test]
async fn missing_key() {
    insta::assert_snapshot!(message("[operator]\ntoken = { env = \"PATH\" }\n").await, @r#"
    conformance: profile.toml:1: operator.business_id: the business is missing, and the revoke operation of the contract acts in one
      Add the id that `x-business-id` names, such as business_id = "7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249".
    "#);
}

#[tokio::test]
async fn missing_operator() {
    insta::assert_snapshot!(message("[fixtures]\nmint = \"api\"\n").await, @r#"
    conformance: profile.toml:1: operator: missing field `operator`
      Add the key; `conformance schema profile` describes it.
    "#);
}

#[tokio::test]
async fn wrong_type() {
    insta::assert_snapshot!(message(&format!("{VALID}[clock]\nskew_seconds = \"5\"\n")).await, @r#"
    conformance: profile.toml:5: clock.skew_seconds: invalid type: a string, expected a whole number
      Write a value of the expected type; `conformance schema profile` describes it.
    "#);
}

#[tokio::test]
async fn out_of_bounds() {
    insta::assert_snapshot!(message(&format!("{VALID}[fixtures]\nmax_live = 0\n")).await, @r#"
    conformance: profile.toml:5: fixtures.max_live: 0 is out of bounds
      Write a number from 1 to 1000.
    "#);
}

#[tokio::test]
async fn policy_that_the_contract_does_not_document() {
    insta::assert_snapshot!(message(&format!("{VALID}[policy]\nsecond_revoke = 500\n")).await, @r#"
    conformance: profile.toml:5: policy.second_revoke: 500 is not an answer that the contract documents for this situation
      Write 201 or 400, or leave the key out to accept any of them.
    "#);
}

#[tokio::test]
async fn unknown_way_to_mint() {
    insta::assert_snapshot!(message(&format!("{VALID}[fixtures]\nmint = \"magic\"\n")).await, @r#"
    conformance: profile.toml:5: fixtures.mint: unknown variant `magic`, expected one of `api`, `command`, `pool`
      Write one of those.
    "#);
}

#[tokio::test]
async fn business_that_is_not_a_uuid() {
    insta::assert_snapshot!(message(&VALID.replace("7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249", "acme")).await, @r#"
    conformance: profile.toml:3: operator.business_id: UUID parsing failed: invalid character: found `m` at 2
      Write the business id as a UUID, such as "7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249".
    "#);
}

#[tokio::test]
async fn broken_toml() {
    insta::assert_snapshot!(message("[operator\ntoken = 1\n").await, @r#"
    conformance: profile.toml:1: operator: unclosed table, expected `]`
      Fix the TOML syntax there; `conformance schema profile` describes what a profile holds.
    "#);
}

#[tokio::test]
async fn inline_credential_is_refused_and_not_repeated() {
    let message =
        message(&VALID.replace("{ env = \"PATH\" }", "\"dz_canary_of_a_credential\"")).await;
    assert!(!message.contains("canary"), "{message}");
    insta::assert_snapshot!(message, @r#"
    conformance: profile.toml:2: operator.token: a credential must not be in the profile itself
      Write { env = "NAME" }, { file = "path" } or { command = ["…"] }, so that the profile can be shared and committed.
    "#);
}

#[tokio::test]
async fn credential_in_place_of_a_table_is_not_repeated() {
    let message = message("operator = \"dz_canary_of_a_credential\"\n").await;
    assert!(!message.contains("canary"), "{message}");
    insta::assert_snapshot!(message, @r#"
    conformance: profile.toml:1: operator: invalid type: a string, expected a table
      Write a value of the expected type; `conformance schema profile` describes it.
    "#);
}

#[tokio::test]
async fn credential_from_an_unknown_source() {
    insta::assert_snapshot!(message(&VALID.replace("{ env = \"PATH\" }", "{ vault = \"x\" }")).await, @r#"
    conformance: profile.toml:2: operator.token: name exactly one of `env`, `file` and `command`
      Write { env = "NAME" }, { file = "path" } or { command = ["…"] }, so that the profile can be shared and committed.
    "#);
}

#[tokio::test]
async fn variable_that_is_not_set() {
    insta::assert_snapshot!(message(&VALID.replace("PATH", "CONFORMANCE_NO_SUCH_VARIABLE")).await, @r#"
    conformance: profile.toml:2: operator.token: the environment variable CONFORMANCE_NO_SUCH_VARIABLE is not set
      Set it to the token, or name another variable or a file.
    "#);
}

#[tokio::test]
async fn waiver_without_a_reason() {
    let waiver = "[[waiver]]\ncase = \"tenancy.*\"\nreason = \" \"\nexpires = 2099-01-01\n";
    insta::assert_snapshot!(message(&format!("{VALID}{waiver}")).await, @r#"
    conformance: profile.toml:5: waiver.case: the waiver of `tenancy.*` gives no reason
      Say why the case may be skipped.
    "#);
}

#[tokio::test]
async fn waiver_that_has_expired() {
    let waiver =
        "[[waiver]]\ncase = \"tenancy.*\"\nreason = \"one business\"\nexpires = 2020-01-01\n";
    insta::assert_snapshot!(message(&format!("{VALID}{waiver}")).await, @r#"
    conformance: profile.toml:5: waiver.case: the waiver of `tenancy.*` expired after 2020-01-01
      Make the case run, or decide again: a later day, with a reason that still holds.
    "#);
}

#[tokio::test]
async fn waiver_of_an_unknown_case() {
    let waiver =
        "[[waiver]]\ncase = \"tenancy.nothing\"\nreason = \"one business\"\nexpires = 2099-01-01\n";
    insta::assert_snapshot!(message(&format!("{VALID}{waiver}")).await, @r#"
    conformance: profile.toml:5: waiver.case: `tenancy.nothing` names no case
      Name one that `conformance list` shows, or an area: `tenancy.*`.
    "#);
}

#[tokio::test]
async fn waiver_that_is_not_used() {
    let waiver = "[[waiver]]\ncase = \"list.refuses_anonymous\"\nreason = \"no list\"\nexpires = 2099-01-01\n";
    insta::assert_snapshot!(message(&format!("{VALID}{waiver}")).await, @r#"
    conformance: profile.toml:5: waiver.case: the waiver of `list.refuses_anonymous` is not used: nothing that it names is skipped
      Remove it.
    "#);
}

#[tokio::test]
async fn waiver_with_an_invalid_day() {
    let waiver =
        "[[waiver]]\ncase = \"tenancy.*\"\nreason = \"one business\"\nexpires = \"soon\"\n";
    insta::assert_snapshot!(message(&format!("{VALID}{waiver}")).await, @r#"
    conformance: profile.toml:7: waiver.expires: invalid value: expected a day such as 2027-01-31
      Write a value of the expected type; `conformance schema profile` describes it.
    "#);
}

#[tokio::test]
async fn empty_command() {
    insta::assert_snapshot!(message(&format!("{VALID}[fixtures]\nmint = {{ command = [] }}\n")).await, @r#"
    conformance: profile.toml:5: fixtures.mint: the command is empty
      Write the program and its arguments: { command = ["./mint", "--json"] }.
    "#);
}

#[tokio::test]
async fn missing_credential_file() {
    let profile = VALID.replace("env = \"PATH\"", "file = \"no-such.token\"");
    insta::assert_snapshot!(message(&profile).await, @r#"
    conformance: profile.toml:2: operator.token: the file no-such.token cannot be read: No such file or directory (os error 2)
      Write the token into it; the path is relative to the profile's folder.
    "#);
}

#[tokio::test]
async fn credential_file_without_a_token() {
    // The profile itself is a file that exists and is not a token.
    let profile = VALID.replace("env = \"PATH\"", "file = \"profile.toml\"");
    insta::assert_snapshot!(message(&profile).await, @r#"
    conformance: profile.toml:2: operator.token: the file profile.toml holds no token: a token is at least 8 printable ASCII characters, no spaces
      Put the bare token there, without `Bearer`.
    "#);
}

#[tokio::test]
async fn missing_profile() {
    let arguments = [
        "run",
        "--target",
        "http://127.0.0.1:1",
        "--profile",
        "no-such.toml",
        "--report",
        "no-such",
    ];
    let output = conformance(&arguments).await;
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @r#"
    conformance: no-such.toml: cannot be read: No such file or directory (os error 2)
      Name a file with --profile; `conformance schema profile` describes what it holds.
    "#);
}

#[test]
fn profile_of_the_readme_is_valid() {
    let readme = include_str!("../../README.md");
    let profile = readme
        .split("```toml")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("a profile");
    conformance::profile::Profile::parse(std::path::Path::new("README.md"), profile)
        .expect("a valid profile");
}

#[tokio::test]
async fn email_that_is_none() {
    insta::assert_snapshot!(message(&format!("{VALID}email = \"olga\"\n")).await, @r#"
    conformance: profile.toml:4: operator.email: "olga" is not an e-mail address
      Write the address that `revoked_by` shows, or leave the key out.
    "#);
}

#[tokio::test]
async fn business_in_a_variable_that_holds_none() {
    let profile = VALID.replace(
        "\"7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249\"",
        "{ env = \"PATH\" }",
    );
    insta::assert_snapshot!(message(&profile).await, @r"
    conformance: profile.toml:3: operator.business_id: the environment variable PATH holds no UUID
      Set it to the id of the business.
    ");
}

#[tokio::test]
async fn place_of_the_list_that_is_not_a_pointer() {
    insta::assert_snapshot!(message(&format!("{VALID}[companions]\nlist_items = \"tokens\"\n")).await, @r#"
    conformance: profile.toml:5: companions.list_items: "tokens" is not a JSON pointer
      Write the path of the tokens in the list's answer, such as "/tokens", or "" for a JSON array.
    "#);
}
