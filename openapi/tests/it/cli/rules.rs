//! `rules`: every rule in each format.

use testbed::output::{stderr, stdout};

use super::oasproof;

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
