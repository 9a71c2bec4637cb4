//! What stands in an address: variables, each with its values and the one that holds unless another is
//! chosen (OpenAPI 3.1 section 4.8.6).

use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::message::shown;
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use serde_json::{Value, json};

/// Compares the variables of one server; `url` is its address, as it is written.
pub(crate) fn compare(walk: &mut Walk<'_>, variables: &Pair<'_>, area: Area, url: &str) {
    for (name, matched) in variables.members() {
        match matched {
            Matched::Pair(pair) => variable(walk, &pair, area, (url, name)),
            matched => fields::field(
                walk,
                name,
                &matched,
                area,
                &format!("the variables of the server `{url}`"),
            ),
        }
    }
}

fn variable(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area, (url, name): (&str, &str)) {
    let subject = format!("the variable `{name}` of the server `{url}`");
    for (key, matched) in pair.members() {
        match key {
            "enum" => {}
            "default" => {
                fields::one(
                    walk,
                    &matched,
                    area,
                    Kind::Default,
                    &format!("the default of {subject}"),
                );
            }
            _ => fields::field(walk, key, &matched, area, &subject),
        }
    }
    values(walk, pair, area, &subject, |value| {
        Value::from(url.replace(&format!("{{{name}}}"), value))
    });
}

/// The values that may stand there: no list is every value.
fn values(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    area: Area,
    subject: &str,
    address: impl Fn(&str) -> Value,
) {
    let (old, new) = (listed(&pair.base), listed(&pair.revision));
    let is_among = |list: &Option<Vec<&str>>, value: &str| {
        list.as_ref().is_none_or(|list| list.contains(&value))
    };
    let besides = |list: &Option<Vec<&str>>, other: &Option<Vec<&str>>| -> Vec<String> {
        match list {
            Some(list) => list
                .iter()
                .filter(|value| !is_among(other, value))
                .map(|value| (*value).to_owned())
                .collect(),
            // Of all values one that the other side does not list.
            None => other
                .iter()
                .map(|other| format!("not-{}", other.concat()))
                .collect(),
        }
    };
    let (gone, come) = (besides(&old, &new), besides(&new, &old));
    let found: [(&[String], bool, Action, &str); 2] = [
        (&gone, old.is_some(), Action::Narrowed, "may no longer be"),
        (&come, new.is_some(), Action::Widened, "may now be"),
    ];
    for (values, is_listed, action, word) in found {
        let Some(first) = values.first() else {
            continue;
        };
        let rule = Rule::new(area, Kind::Server, action);
        let which = if is_listed {
            shown(&json!(values))
        } else {
            "any value".to_owned()
        };
        let message = format!("{subject} {word} {which}");
        let breaks = (action == Action::Narrowed).then(|| address(first));
        walk.decide(rule, &pair.revision, message, breaks);
    }
}

fn listed<'a>(variable: &Node<'a>) -> Option<Vec<&'a str>> {
    let values = variable.value.get("enum")?.as_array()?;
    Some(values.iter().filter_map(Value::as_str).collect())
}
