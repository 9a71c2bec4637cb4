//! Look-around at a place that is the same in every match: it is a pattern of its own, which is found or not.
//!
//! `^(?=.*[a-z])(?!-).{8,}$` matches where `^.*[a-z]` and `^.{8,}$` are found and `^-` is not.

use super::syntax;

/// A pattern that is found in a string, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conjunct {
    pub(super) pattern: String,
    pub(super) is_found: bool,
}

/// Returns the patterns that hold together where `pattern` matches. Look-around that cannot be separated stays in
/// them.
pub(super) fn conjuncts(pattern: &str) -> Vec<Conjunct> {
    let mut conjuncts = Vec::new();
    let mut rest = pattern.to_owned();
    while let Some((shorter, conjunct)) = without_look_around(&rest) {
        conjuncts.push(conjunct);
        rest = shorter;
    }
    conjuncts.push(Conjunct {
        pattern: rest,
        is_found: true,
    });
    conjuncts
}

/// Separates one look-around: a look-ahead after a beginning whose matches all have the same length, or a
/// look-behind at the end of the string.
fn without_look_around(pattern: &str) -> Option<(String, Conjunct)> {
    for group in outer_groups(pattern)? {
        let (before, after) = (&pattern[..group.start], &pattern[group.end..]);
        let text = &pattern[group];
        let is_found = text.starts_with("(?=") || text.starts_with("(?<=");
        let alone = if text.starts_with("(?=") || text.starts_with("(?!") {
            let is_quantified = after.starts_with(['*', '+', '?', '{']);
            if is_quantified || !is_fixed_beginning(before) {
                continue;
            }
            format!("{before}(?:{})", &text[3..text.len() - 1])
        } else if (text.starts_with("(?<=") || text.starts_with("(?<!")) && after == "$" {
            format!("(?:{})$", &text[4..text.len() - 1])
        } else {
            continue;
        };
        let conjunct = Conjunct {
            pattern: alone,
            is_found,
        };
        return Some((format!("{before}{after}"), conjunct));
    }
    None
}

/// Returns whether what matches `pattern` begins at the start of the string and always has the same length.
fn is_fixed_beginning(pattern: &str) -> bool {
    let parsed = syntax::parse(pattern).filter(|_| pattern.starts_with('^'));
    parsed.is_some_and(|hir| hir.properties().minimum_len() == hir.properties().maximum_len())
}

/// Returns where the groups are that are in no other group; `None` where a pattern has alternatives outside all
/// groups, or no balanced groups.
fn outer_groups(pattern: &str) -> Option<Vec<std::ops::Range<usize>>> {
    let mut groups = Vec::new();
    let mut open = Vec::new();
    let mut in_class = false;
    let mut characters = pattern.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => open.push(at),
            ')' => {
                let start = open.pop()?;
                if open.is_empty() {
                    groups.push(start..at + 1);
                }
            }
            '|' if open.is_empty() => return None,
            _ => {}
        }
    }
    open.is_empty().then_some(groups)
}

#[cfg(test)]
mod tests {
    use super::conjuncts;

    fn separated(pattern: &str) -> Vec<String> {
        let conjuncts = conjuncts(pattern).into_iter();
        let sign = |is_found| if is_found { "" } else { "not " };
        conjuncts
            .map(|conjunct| format!("{}{}", sign(conjunct.is_found), conjunct.pattern))
            .collect()
    }

    #[test]
    fn look_around_at_a_fixed_place_is_separated() {
        for (pattern, expected) in [
            (
                r"^(?=.*[a-z])(?!-).{8,}$",
                vec!["^(?:.*[a-z])", "not ^(?:-)", "^.{8,}$"],
            ),
            (
                r"^[a-z](?!.*--)[a-z-]*$",
                vec!["not ^[a-z](?:.*--)", "^[a-z][a-z-]*$"],
            ),
            (r"^[a-z-]+(?<!-)$", vec!["not (?:-)$", "^[a-z-]+$"]),
            (r"^(?=a|b)[(]\)c", vec!["^(?:a|b)", r"^[(]\)c"]),
        ] {
            assert_eq!(separated(pattern), expected);
        }
        for pattern in [
            "^(?=a)b|c",
            "^(?=a)*b",
            "(?=a)b",
            "^a*(?=b)c",
            "^(?:a(?=b)c)$",
            "^a(?<=a)b$",
            "^(?=a",
            "^(a)$",
        ] {
            assert_eq!(separated(pattern), [pattern], "{pattern}");
        }
    }
}
