//! Paths of a contract, and the parameters that fill their segments.

/// A parameter of a path that fills one of its segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The key of its kind.
    pub(crate) key: String,
    /// Its name.
    pub(crate) name: String,
}

/// Returns the keys of the kinds that a key names, from the outermost.
pub(crate) fn slots_of(key: &str) -> Vec<String> {
    slots(key).into_iter().map(|slot| slot.key).collect()
}

/// Writes a path with `{}` for each parameter and without a slash at its end.
pub(super) fn normal(path: &str) -> String {
    let segments: Vec<&str> = (path.trim_end_matches('/').split('/'))
        .map(|segment| match parameter(segment) {
            Some(_) => "{}",
            None => segment,
        })
        .collect();
    segments.join("/")
}

/// Returns the parameters of a path that fill one segment each.
pub(super) fn slots(path: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut key = String::new();
    for segment in path.trim_end_matches('/').split('/').skip(1) {
        key.push('/');
        match parameter(segment) {
            Some(name) => {
                key.push_str("{}");
                slots.push(Slot {
                    key: key.clone(),
                    name: name.to_owned(),
                });
            }
            None => key.push_str(segment),
        }
    }
    slots
}

/// Returns the name of the parameter that is the whole of a segment.
fn parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

/// Returns the concrete segments of a path that fill the parameters of a template, in its order. `None` where the end of
/// the path does not fit the template: its beginning may be that of the deployment's base URL.
pub(crate) fn filled(template: &str, path: &str) -> Option<Vec<String>> {
    let wanted: Vec<&str> = template.trim_matches('/').split('/').collect();
    let given: Vec<&str> = path.trim_matches('/').split('/').collect();
    let start = given.len().checked_sub(wanted.len())?;
    let mut values = Vec::new();
    for (wanted, given) in wanted.iter().zip(&given[start..]) {
        match parameter(wanted) {
            Some(_) if !given.is_empty() => {
                let text = percent_encoding::percent_decode_str(given);
                values.push(text.decode_utf8().ok()?.into_owned());
            }
            None if wanted == given => {}
            Some(_) | None => return None,
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::{filled, normal, slots};

    #[test]
    fn paths_name_kinds_by_their_beginning() {
        let found: Vec<(String, String)> = slots("/orders/{order_id}/items/{id}/")
            .into_iter()
            .map(|slot| (slot.key, slot.name))
            .collect();
        let expected = [("/orders/{}", "order_id"), ("/orders/{}/items/{}", "id")];
        assert_eq!(
            found,
            expected.map(|(key, name)| (key.to_owned(), name.to_owned()))
        );
        assert_eq!(normal("/files/{name}.json"), "/files/{name}.json");
        assert!(slots("/files/{name}.json").is_empty());
    }

    #[test]
    fn paths_fill_templates_from_their_end() {
        let values = |path| filled("/orders/{}/items/{}", path);
        let both = vec!["1".to_owned(), "a b".to_owned()];
        assert_eq!(values("/api/v1/orders/1/items/a%20b"), Some(both));
        assert_eq!(values("/orders/1/items"), None);
        assert_eq!(values("/orders/1/parts/2"), None);
    }
}
