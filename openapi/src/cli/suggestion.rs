//! What was probably meant by a name that is not there.

/// Returns the name that differs from the given one by a typing error or two, if there is one.
pub(super) fn nearest(given: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let distance = |name: &str| strsim::damerau_levenshtein(name, given);
    names
        .map(|name| (distance(&name), name))
        .filter(|(distance, _)| *distance <= given.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}
