//! Figures: how long something took, a few times over.

use serde_json::json;
use std::time::{Duration, Instant};

/// Samples of one piece of work, in milliseconds, except where `unit` says otherwise.
pub struct Figure {
    pub form: String,
    pub what: &'static str,
    pub unit: &'static str,
    pub samples: Vec<f64>,
}

/// No figure takes longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The time that one call takes, in milliseconds; what it gives is put away afterwards.
pub fn time<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = Instant::now();
    let made = std::hint::black_box(work());
    let taken = begun.elapsed();
    drop(made);
    taken.as_secs_f64() * 1000.0
}

/// Times `work` after a few calls that do not count; it is given the number of the call.
pub fn repeated<T>(calls: usize, mut work: impl FnMut(usize) -> T) -> Vec<f64> {
    let begun = Instant::now();
    let warm = calls / 3;
    (0..warm).for_each(|call| drop(work(call)));
    let mut samples = Vec::with_capacity(calls);
    for call in warm..warm + calls {
        samples.push(time(|| work(call)));
        if begun.elapsed() > LONGEST {
            break;
        }
    }
    samples
}

impl Figure {
    pub fn new(form: &str, what: &'static str, samples: Vec<f64>) -> Self {
        Self { form: form.to_owned(), what, unit: "ms", samples }
    }

    /// Median, least, greatest.
    fn spread(&self) -> (f64, f64, f64) {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
        (at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)))
    }

    /// Prints it as a line of a table, or as a line of JSON.
    pub fn print(&self, as_json: bool) {
        let (median, low, high) = self.spread();
        let Self { form, what, unit, .. } = self;
        let n = self.samples.len();
        if as_json {
            println!("{}", json!({"engine": "khuyencong", "form": form, "what": what, "unit": unit, "median": median, "low": low, "high": high, "n": n}));
        } else if *unit == "ms" {
            println!("{form:<12} {what:<34} {median:>10.4} ms ({low:.4}–{high:.4}, n={n})");
        } else {
            println!("{form:<12} {what:<34} {median:>12.0} {unit} ({low:.0}–{high:.0}, n={n})");
        }
    }
}
