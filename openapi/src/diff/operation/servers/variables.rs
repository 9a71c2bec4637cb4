//! The variables of an address, each with its values and its default (OpenAPI 3.1 section 4.8.6).

use serde_json::{Value, json};

use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};

/// Compares the variables of one server; `url` is its address, as written.
pub(crate) fn compare(walk: &mut Walk<'_>, variables: &Pair<'_>, area: Area, url: &str) {
    for (name, matched) in variables.members() {
        match matched {
            Matched::Pair(pair) => variable(walk, &pair, area, (url, name)),
            matched => {
                let subject = message!("the variables of the server `{}`", url);
                fields::unproven(walk, name, &matched, area, &subject);
            }
        }
    }
}

/// Compares the variables of an address with their defaults, which the other side has written out.
pub(crate) fn written_out(walk: &mut Walk<'_>, variables: &Matched<'_>, area: Area, url: &str) {
    let (Matched::Removed(node) | Matched::Added(node)) = variables else {
        return;
    };
    let action = match variables {
        Matched::Removed(_) => Action::Narrowed,
        _ => Action::Widened,
    };
    for (name, variable) in node.members() {
        let subject = message!("the variable `{}` of the server `{}`", name, url);
        let mut values = listed(&variable).unwrap_or_default();
        values.retain(|value| variable.text("default") != Some(value));
        let Some(first) = values.first() else {
            let subject = message!("{}, which is written out with its default,", &subject);
            fields::one(walk, variables, area, Kind::Text, &subject);
            continue;
        };
        let template = match action {
            Action::Narrowed => "{} may no longer be {}",
            _ => "{} may now be {}",
        };
        let message = message!(template, &subject, Part::value(&json!(values)));
        let witness = Value::from(url.replace(&format!("{{{name}}}"), first));
        let breaks = (action == Action::Narrowed).then_some(witness);
        walk.decide(
            Rule::new(area, Kind::Server, action),
            &variable,
            message,
            breaks,
        );
    }
}

fn variable(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area, (url, name): (&str, &str)) {
    let subject = message!("the variable `{}` of the server `{}`", name, url);
    for (key, matched) in pair.members() {
        match key {
            "enum" => {}
            "default" => {
                let subject = message!("the default of {}", &subject);
                fields::one(walk, &matched, area, Kind::Default, &subject);
            }
            _ => fields::field(walk, key, &matched, area, &subject),
        }
    }
    values(walk, pair, area, &subject, |value| {
        Value::from(url.replace(&format!("{{{name}}}"), value))
    });
}

/// Compares the values of a variable; without a list it may have any value.
fn values(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    area: Area,
    subject: &Message,
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
            // One of all values that the other side does not list.
            None => other
                .iter()
                .map(|other| format!("not-{}", other.concat()))
                .collect(),
        }
    };
    let changes = [
        (
            besides(&old, &new),
            old.is_some(),
            Action::Narrowed,
            "{} may no longer be {}",
        ),
        (
            besides(&new, &old),
            new.is_some(),
            Action::Widened,
            "{} may now be {}",
        ),
    ];
    for (values, is_listed, action, template) in changes {
        let Some(first) = values.first() else {
            continue;
        };
        let rule = Rule::new(area, Kind::Server, action);
        let which = if is_listed {
            Part::value(&json!(values))
        } else {
            Part::Text("any value")
        };
        let message = message!(template, subject, which);
        let breaks = (action == Action::Narrowed).then(|| address(first));
        walk.decide(rule, pair, message, breaks);
    }
}

fn listed<'a>(variable: &Node<'a>) -> Option<Vec<&'a str>> {
    let values = variable.value.get("enum")?.as_array()?;
    Some(values.iter().filter_map(Value::as_str).collect())
}
