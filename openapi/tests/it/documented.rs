//! What is said of each rule: complete, once, and under ids that stay.

use std::collections::BTreeSet;

use openapi::diff::{Change, Class, rule_of, rules};
use openapi::render;

/// Whether the change is what the documentation of its rule says that it may be.
pub(crate) fn is_documented(change: &Change) -> bool {
    rules()
        .iter()
        .any(|known| known.rule == change.rule && known.classes.contains(&change.class))
}

#[test]
fn ids_of_rules_stay() {
    let lines: Vec<String> = rules()
        .iter()
        .map(|known| {
            let classes: Vec<&str> = known.classes.iter().copied().map(Class::name).collect();
            format!("{} {}", known.rule, classes.join(" "))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn each_rule_is_documented_once_and_found_by_its_id() {
    let mut seen = BTreeSet::new();
    for known in rules() {
        let id = known.rule.to_string();
        assert!(seen.insert(id.clone()), "{id} is documented twice");
        assert_eq!(rule_of(&id), Some(known.rule));
        let mut classes = known.classes.to_vec();
        classes.sort_unstable_by(|a, b| b.cmp(a));
        classes.dedup();
        assert_eq!(classes, known.classes, "{id}: the gravest class first");
        assert!(!classes.is_empty(), "{id} has no class");
        for text in [known.means.as_str(), known.why] {
            assert!(text.ends_with('.'), "{id}: no sentence: {text}");
            // A table of Markdown holds them as they are.
            assert!(!text.contains(['{', '|', '<', '\n']), "{id}: {text}");
        }
    }
    assert_eq!(rule_of("response-property-vanished"), None);
}

#[test]
fn each_format_lists_every_rule() {
    let rules = rules();
    let mut written = [Vec::new(), Vec::new(), Vec::new()];
    let [text, json, markdown] = &mut written;
    render::rules::text(text, &rules).expect("a write to memory");
    render::rules::json(json, &rules).expect("a write to memory");
    render::rules::markdown(markdown, &rules).expect("a write to memory");
    let [text, json, markdown] = written.map(|bytes| String::from_utf8(bytes).expect("text"));
    let json: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json.len(), rules.len());
    for (known, object) in rules.iter().zip(&json) {
        let id = known.rule.to_string();
        assert_eq!(object["id"], id);
        assert_eq!(object["classes"][0], known.classes[0].name());
        assert_eq!(object["means"], known.means);
        assert_eq!(object["why"], known.why);
        assert!(markdown.contains(&format!("| `{id}` |")), "{id}");
        assert!(text.contains(&id), "{id}");
    }
}
