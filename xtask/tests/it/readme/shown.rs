//! What README.md shows of an output, beside what was printed. A line `…` stands for any number of lines, `…` within a line for
//! any text; times, and counts of what grows with the project, are shown as they were on some day.

/// What is counted differently from one day to the next.
const GROWING: &[&str] = &[
    "cases", "requests", "pass", "passed", "tests", "filtered", "s",
];

/// Demands that what is shown is what was printed.
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
            lines.any(|line| fits(expected, line))
        } else {
            lines.next().is_some_and(|line| fits(expected, line))
        };
        assert!(
            found,
            "README.md shows below `{command}`:\n  {expected}\nwhich is not there (or not in this place) in what it prints:\n{printed}"
        );
        anything = false;
    }
    if !anything {
        let rest: Vec<&str> = lines.collect();
        assert!(rest.is_empty(), "`{command}` prints more: {rest:#?}");
    }
}

fn fits(expected: &str, line: &str) -> bool {
    let (expected, line) = (steady(expected), steady(line));
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

/// A line without what differs from one run to the next: times, growing counts, ids.
fn steady(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let steady = words.iter().enumerate().map(|(at, word)| {
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
    steady.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_shown_is_what_is_printed() {
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
