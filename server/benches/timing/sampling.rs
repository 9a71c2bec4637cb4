//! The random part of the measurement: ids that do not exist, and confidence intervals.

use std::fmt;

use rand::RngExt as _;
use rand::rngs::SmallRng;

/// The quantile of the standard normal distribution for a two-sided confidence of 95 %.
const Z: f64 = 1.96;

/// Makes a random UUID of version 4 (RFC 9562, section 5.4), in its canonical form.
pub(crate) fn random_id(rng: &mut SmallRng) -> String {
    uuid::Builder::from_random_bytes(rng.random())
        .into_uuid()
        .to_string()
}

/// An estimate and its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) estimate: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    /// Computes the mean, and its interval by the central limit theorem.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn of_mean(values: &[f64]) -> Self {
        let mean = mean(values);
        let count = values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (count - 1.0) / count).sqrt() * Z;
        Self {
            estimate: mean,
            low: mean - error,
            high: mean + error,
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            estimate,
            low,
            high,
        } = self;
        let verdict = if (*low..=*high).contains(&0.0) {
            "no difference shown"
        } else {
            "a difference"
        };
        write!(
            formatter,
            "{estimate:+8.1}  [{low:+.1}, {high:+.1}]  {verdict}"
        )
    }
}

/// A function that summarizes the differences of one token.
pub(crate) type Figure = fn(&mut [f64]) -> f64;

/// The figures by name.
pub(crate) const FIGURES: [(&str, Figure); 3] = [
    ("mean", |values| mean(values)),
    ("mean of the middle 80 %", |values| mean(middle(values))),
    ("median", median),
];

/// Computes the figure of each token.
pub(crate) fn each(differences: &mut [Vec<f64>], of_token: Figure) -> Vec<f64> {
    let of_token = |values: &mut Vec<f64>| of_token(values);
    differences.iter_mut().map(of_token).collect()
}

#[allow(clippy::cast_precision_loss)]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Returns the values without the lowest and the highest tenth, which are the machine's interruptions.
fn middle(values: &mut [f64]) -> &[f64] {
    values.sort_by(f64::total_cmp);
    let tenth = values.len() / 10;
    &values[tenth..values.len() - tenth]
}

/// Returns the median.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
