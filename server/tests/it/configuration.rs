//! The layers of configuration: defaults, the file, the environment, flags.

use std::fs;
use std::process::Command;

use crate::harness::{Folder, binary, output, text};

/// Returns `server config` in this folder, with this configuration file.
fn config(folder: &Folder, file: Option<&str>) -> Command {
    let mut command = binary();
    command.arg("config").current_dir(folder.path());
    if let Some(file) = file {
        fs::write(folder.path().join("server.toml"), file).unwrap();
        command.args(["--config", "server.toml"]);
    }
    command
}

fn printed(command: &mut Command) -> String {
    let output = output(command);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(command: &mut Command) -> String {
    let output = output(command);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    text(&output.stderr)
}

fn line<'a>(text: &'a str, key: &str) -> &'a str {
    text.lines()
        .find(|line| line.starts_with(&format!("{key} = ")))
        .unwrap_or_else(|| panic!("no {key} in {text}"))
}

#[test]
fn each_layer_overrides_the_weaker_one_and_is_named() {
    let folder = Folder::new();
    let file = "# a comment\nhead_timeout = 4\ndrain_timeout = 5\nrequest_timeout = 6.5\n";
    let shown = printed(
        config(&folder, Some(file))
            .env("DZ_DRAIN_TIMEOUT", "7")
            .env("DZ_REQUEST_TIMEOUT", "8")
            .args(["--request-timeout", "9"]),
    );
    assert_eq!(
        line(&shown, "listen"),
        "listen = \"127.0.0.1:8080\"  # default"
    );
    assert_eq!(
        line(&shown, "head_timeout"),
        "head_timeout = 4  # server.toml:2"
    );
    assert_eq!(
        line(&shown, "drain_timeout"),
        "drain_timeout = 7  # environment DZ_DRAIN_TIMEOUT"
    );
    assert_eq!(
        line(&shown, "request_timeout"),
        "request_timeout = 9  # flag"
    );
}

#[test]
fn output_of_config_is_a_file_with_the_same_configuration() {
    let folder = Folder::new();
    let values = |shown: &str| -> Vec<String> {
        shown
            .lines()
            .map(|line| line.split("  # ").next().unwrap().to_owned())
            .collect()
    };
    let first =
        printed(config(&folder, None).args(["--listen", "[::1]:81", "--head-timeout", "0.5"]));
    let second = printed(&mut config(&folder, Some(&first)));
    assert_eq!(values(&first), values(&second));
    assert!(line(&second, "listen").contains("server.toml:"), "{second}");
}

#[test]
fn file_applies_to_every_command_that_has_the_option() {
    let folder = Folder::new();
    fs::write(
        folder.path().join("server.toml"),
        "database = \"sqlite:named-by-file.db\"\nlisten = \"127.0.0.1:0\"\n",
    )
    .unwrap();
    printed(
        binary()
            .arg("migrate")
            .env("DZ_CONFIG", "server.toml")
            .current_dir(folder.path()),
    );
    assert!(folder.path().join("named-by-file.db").exists());
}

#[test]
fn mistakes_in_the_file_are_named_with_line_and_key() {
    let folder = Folder::new();
    let refusals: Vec<String> = [
        "\nlisen = \"127.0.0.1:0\"",
        "frobnicate = 1",
        "\n\nrequest_timeout = \"never\"",
        "log_format = \"xml\"",
        "listen = { port = 80 }",
        "listen = [",
        "listen = \"127.0.0.1:0\"\nlisten = \"127.0.0.1:1\"",
        "config = \"another.toml\"",
    ]
    .iter()
    .map(|file| refused(&mut config(&folder, Some(file))))
    .collect();
    insta::assert_snapshot!(refusals.concat());

    let missing = refused(config(&folder, None).args(["--config", "nowhere.toml"]));
    insta::assert_snapshot!(missing, @"error: cannot read the configuration file nowhere.toml: No such file or directory (os error 2). Give a TOML file with --config");
}

#[test]
fn empty_list_overrides_the_list_of_a_weaker_layer() {
    let folder = Folder::new();
    let proxies = |command: &mut Command| {
        let shown = printed(command);
        line(&shown, "trusted_proxies").to_owned()
    };
    assert_eq!(
        proxies(&mut config(&folder, Some("trusted_proxies = []"))),
        "trusted_proxies = \"\"  # server.toml:1"
    );
    let two = r#"trusted_proxies = ["10.0.0.0/8", "192.0.2.1"]"#;
    assert_eq!(
        proxies(&mut config(&folder, Some(two))),
        "trusted_proxies = \"10.0.0.0/8,192.0.2.1\"  # server.toml:1"
    );
    assert_eq!(
        proxies(config(&folder, Some(two)).env("DZ_TRUSTED_PROXIES", "")),
        "trusted_proxies = \"\"  # environment DZ_TRUSTED_PROXIES"
    );
    let half = refused(&mut config(
        &folder,
        Some(r#"trusted_proxies = ["10.0.0.0/8", ""]"#),
    ));
    assert!(
        half.contains("server.toml:1: `trusted_proxies`: give addresses or networks"),
        "{half}"
    );
}

#[test]
fn mistake_in_the_environment_names_the_variable() {
    let folder = Folder::new();
    let refusal = refused(config(&folder, None).env("DZ_LISTEN", "nowhere"));
    assert!(
        refusal.starts_with("in the environment variable DZ_LISTEN:\n"),
        "{refusal}"
    );
    let refusal = refused(
        config(&folder, None)
            .env("DZ_LISTEN", "127.0.0.1:0")
            .args(["--listen", "nowhere"]),
    );
    assert!(!refusal.contains("DZ_LISTEN"), "{refusal}");
}

#[test]
fn help_shows_no_value_of_the_database_variable() {
    let help = printed(
        binary()
            .args(["serve", "--help"])
            .env("DZ_DATABASE", "sqlite:canary-of-a-url"),
    );
    assert!(!help.contains("canary"), "{help}");
}
