//! Distributions: quantiles and how sure they are.

/// Resamples behind an interval. More: steadier limits; fewer: they move in the third digit.
const RESAMPLES: usize = 1_000;
/// Fewer runs than this say nothing about confidence.
const ENOUGH: usize = 5;

/// Measurements, sorted.
#[derive(Clone, Debug, Default)]
pub struct Spread(Vec<f64>);

impl Spread {
    /// Of at least one measurement.
    pub fn of(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty() && values.iter().all(|v| v.is_finite()), "{values:?}");
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Linear between the two nearest (type 7, as R and NumPy do); `q` from 0 to 1.
    pub fn quantile(&self, q: f64) -> f64 {
        quantile(&self.0, q)
    }

    /// 95 % interval of a quantile by bootstrap; least and most where there are too few runs for one.
    pub fn interval(&self, q: f64) -> (f64, f64) {
        if self.0.len() < ENOUGH {
            return (self.0[0], self.0[self.0.len() - 1]);
        }
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut found: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let mut again: Vec<f64> = self.0.iter().map(|_| self.0[dice.below(self.0.len())]).collect();
                again.sort_by(f64::total_cmp);
                quantile(&again, q)
            })
            .collect();
        found.sort_by(f64::total_cmp);
        (quantile(&found, 0.025), quantile(&found, 0.975))
    }
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor(), at.fract());
    let (low, high) = (sorted[low as usize], sorted[at.ceil() as usize]);
    low + (high - low) * part
}

/// xorshift64*: the same limits for the same measurements, wherever and whenever they are computed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        (high as usize) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_the_nearest_measurements() {
        let spread = Spread::of(vec![4.0, 1.0, 3.0, 2.0]);
        let all: Vec<f64> = [0.0, 0.25, 0.5, 1.0].iter().map(|q| spread.quantile(*q)).collect();
        assert_eq!(all, [1.0, 1.75, 2.5, 4.0]);
        assert_eq!(Spread::of(vec![7.0]).quantile(0.99), 7.0);
    }

    #[test]
    fn an_interval_holds_its_quantile_narrows_with_runs_and_is_the_same_each_time() {
        let noisy = |count: u32| Spread::of((0..count).map(|n| f64::from(n * 7919 % 101)).collect());
        let width = |spread: &Spread| {
            let (lo, hi) = spread.interval(0.5);
            let median = spread.quantile(0.5);
            assert!(lo <= median && median <= hi, "{lo} {median} {hi}");
            hi - lo
        };
        let (few, many) = (noisy(10), noisy(1_000));
        assert!(width(&many) < width(&few) / 2.0);
        assert_eq!(few.interval(0.95), few.interval(0.95));
        assert_eq!(Spread::of(vec![3.0, 1.0]).interval(0.5), (1.0, 3.0));
    }
}
