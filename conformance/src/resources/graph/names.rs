//! Names of things, of their ids and of actions, as people write them.

use crate::case::Effect;

/// Returns what one thing of a kind is called, by the last literal segment before its parameter: `order` of `/orders/{}`.
pub(super) fn noun(key: &str) -> String {
    let mut segments = key.rsplit('/').skip(1);
    let literal = segments.find(|segment| !segment.contains('{'));
    singular(&plain(literal.unwrap_or_default()))
}

/// Writes a name in lower case with letters and digits alone: `orderId`, `order_id` and `Order-ID` are one name.
pub(super) fn plain(name: &str) -> String {
    (name.chars())
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

/// Returns the singular of an English noun in lower case.
fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes", "zes", "uses"] {
        if plural.ends_with(ending) {
            return plural[..plural.len() - 2].to_owned();
        }
    }
    match plural.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u']) && stem.len() > 1 => stem.to_owned(),
        Some(_) | None => plural.to_owned(),
    }
}

/// The words in the last part of a path that say that something is deleted.
const DELETING: [&str; 13] = [
    "delete", "remove", "purge", "clear", "destroy", "wipe", "truncate", "drop", "erase", "flush",
    "prune", "expunge", "empty",
];

/// The words that say that something is changed.
const CHANGING: [&str; 20] = [
    "set",
    "reset",
    "update",
    "patch",
    "replace",
    "cancel",
    "stop",
    "kill",
    "terminate",
    "disable",
    "archive",
    "revoke",
    "suspend",
    "restore",
    "rollback",
    "restart",
    "shutdown",
    "migrate",
    "rename",
    "merge",
];

/// Returns what a `POST` does by the last part of its path, such as `bulk_delete` of `/orders/bulk_delete`.
pub(super) fn effect_of_action(path: &str) -> Effect {
    let last = path.rsplit('/').find(|part| !part.is_empty());
    let mut words = vec![String::new()];
    for character in last.unwrap_or_default().chars() {
        let is_border = !character.is_ascii_alphanumeric() || character.is_ascii_uppercase();
        if is_border {
            words.push(String::new());
        }
        if let Some(word) = words
            .last_mut()
            .filter(|_| character.is_ascii_alphanumeric())
        {
            word.push(character.to_ascii_lowercase());
        }
    }
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    match (has(&DELETING), has(&CHANGING)) {
        (true, _) => Effect::Delete,
        (false, true) => Effect::Change,
        (false, false) => Effect::Create,
    }
}

/// Returns the names under which an answer may show the id of a thing, the surest first. All are [`plain`].
pub(super) fn of_id(parameter: &str, noun: &str) -> Vec<String> {
    let ends = [
        "id", "uuid", "guid", "key", "name", "slug", "code", "number", "ref",
    ];
    let mut names = vec![plain(parameter)];
    names.extend(["id".to_owned(), format!("{noun}id"), "uuid".to_owned()]);
    names.extend(ends.iter().map(|end| format!("{noun}{end}")));
    names.extend(ends.iter().skip(2).map(|end| (*end).to_owned()));
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

/// Returns whether a member names things by their ids.
pub(crate) fn names_things(member: &str) -> bool {
    matches!(plain(member).as_str(), "id" | "ids" | "uuid") || referred(member).is_some()
}

/// Returns the noun of a member that names a thing by its id: `customer` of `customer_id`.
pub(super) fn referred(member: &str) -> Option<String> {
    let name = plain(member);
    let stem = ["uuid", "guid", "ids", "id"]
        .iter()
        .find_map(|end| name.strip_suffix(end))?;
    (stem.len() > 1).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{effect_of_action, noun, referred};
    use crate::case::Effect;

    #[test]
    fn nouns_are_singular() {
        let nouns = [
            ("/orders/{}", "order"),
            ("/api/companies/{}", "company"),
            ("/boxes/{}", "box"),
            ("/status/{}", "status"),
            ("/addresses/{}", "address"),
            ("/flow_runs/{}", "flowrun"),
            ("/pet/{}", "pet"),
        ];
        for (key, expected) in nouns {
            assert_eq!(noun(key), expected);
        }
    }

    #[test]
    fn actions_say_what_they_do() {
        for (path, effect) in [
            ("/orders/bulk_delete", Effect::Delete),
            ("/orders/deleteAll", Effect::Delete),
            ("/cache/flush/", Effect::Delete),
            ("/runs/bulk_set_state", Effect::Change),
            ("/orders/filter", Effect::Create),
            ("/datasets", Effect::Create),
        ] {
            assert_eq!(effect_of_action(path), effect, "{path}");
        }
    }

    #[test]
    fn members_refer_by_the_ends_of_their_names() {
        assert_eq!(referred("customer_id").as_deref(), Some("customer"));
        assert_eq!(referred("flowRunId").as_deref(), Some("flowrun"));
        assert_eq!(referred("id"), None);
    }
}
