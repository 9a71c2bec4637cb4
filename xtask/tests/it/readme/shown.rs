//! The outputs in README.md, compared with what is printed. A line `…` matches any number of lines, `…` within a line any text.
//! Times, and counts that grow with the project, match any other.

/// The words after counts that grow with the project.
const GROWING: &[&str] = &[
    "cases", "requests", "pass", "passed", "tests", "filtered", "s",
];

/// Asserts that a command printed what is shown.
pub(super) fn compare(command: &str, shown: &[String], printed: &str) {
    if shown.is_empty() {
        return;
    }
    let mut lines = printed.trim_end().lines().map(str::trim_end);
    let mut anything = false;
    for expected in shown {
        if expected == "…" {
            anything = true;
            continue;
        }
        let found = if anything {
            lines.any(|line| matches(expected, line))
        } else {
            lines.next().is_some_and(|line| matches(expected, line))
        };
        assert!(
            found,
            "README.md shows below `{command}`:\n  {expected}\nwhich it does not print, or not in this place:\n{printed}"
        );
        anything = false;
    }
    if !anything {
        let rest: Vec<&str> = lines.collect();
        assert!(rest.is_empty(), "`{command}` prints more: {rest:#?}");
    }
}

/// Returns whether a line is the expected one.
fn matches(expected: &str, line: &str) -> bool {
    let (expected, line) = (normalized(expected), normalized(line));
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|start| line.strip_prefix(start)) else {
        return false;
    };
    let mut open = false;
    for part in parts {
        open = true;
        if part.is_empty() {
            rest = "";
            continue;
        }
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
        open = false;
    }
    rest.is_empty() || open
}

/// Replaces what differs between runs: times, growing counts, ids.
fn normalized(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let normal = words.iter().enumerate().map(|(at, word)| {
        let next = words
            .get(at + 1)
            .map_or("", |next| next.trim_matches([':', ';', ',', '.']));
        let number = |text: &str| text.parse::<f64>().is_ok();
        if (number(word) && GROWING.contains(&next)) || word.strip_suffix('s').is_some_and(number) {
            "0"
        } else if word.len() == 36 && word.chars().filter(|sign| *sign == '-').count() == 4 {
            "(id)"
        } else {
            word
        }
    });
    normal.collect::<Vec<_>>().join(" ")
}

#[test]
fn printed_output_matches_shown_output_with_ellipses_and_counts() {
    let compared = |shown: &[&str], printed: &str| {
        let shown: Vec<String> = shown.iter().map(ToString::to_string).collect();
        let printed = printed.to_owned();
        std::panic::catch_unwind(move || compare("a command", &shown, &printed)).is_ok()
    };
    let printed = "begins\n3 cases: 3 pass in 1.5 s\nreports in /a/b/c.html\nends";
    for fits in [
        &[
            "begins",
            "9 cases: 8 pass in 2 s",
            "reports in …/c.html",
            "ends",
        ][..],
        &["…", "reports …", "ends"],
        &["begins", "…"],
    ] {
        assert!(compared(fits, printed), "{fits:?}");
    }
    for other in [
        &["begins"][..],
        &["begins", "9 cases: 8 pass, 1 fail in 2 s", "…"],
        &["reports in …", "…"],
        &["…", "reports in …/d.html", "…"],
        &["…", "ends", "…", "begins"],
    ] {
        assert!(!compared(other, printed), "{other:?}");
    }
}
