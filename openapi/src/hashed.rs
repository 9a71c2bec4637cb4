//! Maps and sets of the standard library with a hash that is cheap for addresses and short keys, of which a comparison
//! hashes hundreds of thousands. The costs of a comparison are bounded by steps, whatever the keys are.

use foldhash::fast::RandomState;

/// A hash map.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// A hash set.
pub(crate) type HashSet<T> = std::collections::HashSet<T, RandomState>;
