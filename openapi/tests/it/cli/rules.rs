//! `rules`: every rule in each format.

use std::process::Command;

use testbed::output::{stderr, stdout};

use super::oasproof;

#[test]
fn single_rules_are_explained_by_their_names() {
    let output = oasproof(&["rules", "operation-removed"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("operation-removed breaking docs\n    An operation was removed.\n"));
    assert_eq!(text.trim_end().lines().count(), 3, "{text}");
    let two = ["rules", "operation-removed", "operation-added"];
    assert!(stdout(&oasproof(&two)).contains("operation-added "));

    let output = oasproof(&["rules", "operation-remove"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: no rule is called operation-remove: did you mean operation-removed?\n"
    );
}

#[test]
fn lines_are_broken_between_words_at_the_width_of_the_terminal() {
    let output = Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .arg("rules")
        .env("COLUMNS", "60")
        .output()
        .expect("oasproof runs");
    let narrow = stdout(&output);
    let wide: Vec<&str> = (narrow.lines())
        .filter(|line| line.chars().count() > 60)
        .collect();
    assert_eq!(wide, Vec::<&str>::new());
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    assert_eq!(words(&narrow), words(&stdout(&oasproof(&["rules"]))));
}

#[test]
fn the_rules_are_listed_in_each_format() {
    for (format, start) in [
        (
            "text",
            "operation-removed breaking docs\n    An operation was removed.\n",
        ),
        ("json", "[\n  {\n    \"id\": \"operation-removed\",\n"),
        ("markdown", "| Rule | Class | What it means | Why |\n| --- "),
    ] {
        let output = oasproof(&["rules", "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(
            stdout(&output).starts_with(start),
            "{format}: {}",
            stdout(&output)
        );
    }
}
