//! The statistics of the benchmark of timing. Their tests are here because a benchmark without a harness runs none.

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

use sampling::{FIGURES, Interval, each, random_id};

#[path = "../../benches/timing/sampling.rs"]
mod sampling;

/// The number of tokens.
const TOKENS: usize = 256;

/// Makes differences of each token around a shift, with the noise of a machine and an offset of each token.
fn shifted(by: f64, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut noise = move || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    (0..TOKENS)
        .map(|_| {
            let own = noise() * 300.0 + by;
            (0..400).map(|_| noise() * 5_000.0 + own).collect()
        })
        .collect()
}

/// Returns for each figure whether it shows a difference.
fn shown(differences: &mut [Vec<f64>]) -> [bool; 3] {
    FIGURES.map(|(_, of_token)| {
        let interval = Interval::of_mean(&each(differences, of_token));
        !(interval.low..=interval.high).contains(&0.0)
    })
}

#[test]
fn difference_is_shown_where_there_is_one() {
    assert_eq!(shown(&mut shifted(200.0, 1)), [true; 3]);
    let (_, mean) = FIGURES[0];
    let interval = Interval::of_mean(&each(&mut shifted(200.0, 1), mean));
    assert!((interval.estimate - 200.0).abs() < 50.0, "{interval}");
}

/// An interval over all pairs, as if each pair were of another token, would show a difference in nearly a third of the draws.
#[test]
fn differences_of_single_tokens_are_not_a_difference_of_their_kinds() {
    let draws = 40;
    let mut found = [0; 3];
    for seed in 0..draws {
        for (found, shown) in found.iter_mut().zip(shown(&mut shifted(0.0, seed))) {
            *found += usize::from(shown);
        }
    }
    // One in twenty, as the confidence says, plus what chance may add.
    assert!(
        found.iter().all(|&found| found <= 6),
        "{found:?} of {draws}"
    );
}

#[test]
fn ids_are_canonical_uuids_of_version_4() {
    let id = random_id(&mut SmallRng::seed_from_u64(7));
    assert_eq!(id.len(), 36);
    assert_eq!(id.as_bytes()[14], b'4');
    assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
}
