//! Paths and operations matched with their counterparts, whatever the parameters of a path are called.

use std::collections::VecDeque;
use std::hash::Hash;

use crate::hashed::HashMap;

/// What the base has, each with its counterpart in the revision, and what only the revision has.
pub(crate) struct Matches<'t, T> {
    pub(crate) pairs: Vec<(&'t T, Option<&'t T>)>,
    pub(crate) added: Vec<&'t T>,
}

/// Matches by name, and what no name matches by shape: several paths may have one shape.
pub(crate) fn matches<'t, T, K: Eq + Hash>(
    base: &'t [T],
    revision: &'t [T],
    name: impl Fn(&'t T) -> K,
    shape: impl Fn(&'t T) -> K,
) -> Matches<'t, T> {
    let by_name: HashMap<K, usize> = (revision.iter().enumerate())
        .map(|(index, other)| (name(other), index))
        .collect();
    let mut free = vec![true; revision.len()];
    let named: Vec<Option<usize>> = base
        .iter()
        .map(|one| by_name.get(&name(one)).copied())
        .collect();
    for index in named.iter().flatten() {
        free[*index] = false;
    }
    let mut by_shape: HashMap<K, VecDeque<usize>> = HashMap::default();
    for (index, other) in revision
        .iter()
        .enumerate()
        .filter(|(index, _)| free[*index])
    {
        by_shape.entry(shape(other)).or_default().push_back(index);
    }
    let mut pairs = Vec::with_capacity(base.len());
    for (one, named) in base.iter().zip(named) {
        let index = named.or_else(|| by_shape.get_mut(&shape(one))?.pop_front());
        if let Some(index) = index {
            free[index] = false;
        }
        pairs.push((one, index.map(|index| &revision[index])));
    }
    let added = revision.iter().zip(free).filter(|(_, free)| *free);
    Matches {
        pairs,
        added: added.map(|(other, _)| other).collect(),
    }
}

/// Returns a path with the names of its parameters removed: paths of one shape are the same path.
pub(crate) fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => {
                inside = false;
                shape.push_str("{}");
            }
            _ if inside => {}
            _ => shape.push(c),
        }
    }
    shape
}
