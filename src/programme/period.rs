//! Periods: half-years and years by the programme's cut-offs, and any range. A record belongs to the period of its event.

use super::Programme;
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// A span of days, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its first day.
    #[serde(with = "crate::locale::iso")]
    pub from: NaiveDate,
    /// Its last day.
    #[serde(with = "crate::locale::iso")]
    pub to: NaiveDate,
    /// As it was asked for.
    pub label: String,
}

impl Period {
    /// Whether an event of that day (canonical text) belongs to it.
    pub fn holds(&self, day: &str) -> bool {
        crate::locale::date::parse_iso(day).is_some_and(|day| (self.from..=self.to).contains(&day))
    }
}

impl Programme {
    fn start(&self, year: i32, half: usize) -> Option<NaiveDate> {
        let (month, day) = self.half_years[half];
        // A year that begins in December begins in the December before.
        let year = if half == 0 && month > self.half_years[1].0 { year.checked_sub(1)? } else { year };
        NaiveDate::from_ymd_opt(year, month, day)
    }

    fn span(&self, from: NaiveDate, next: NaiveDate, label: &str) -> Option<Period> {
        Some(Period { from, to: next.checked_sub_days(Days::new(1))?, label: label.to_owned() })
    }

    /// The first day of a programme year.
    pub fn first_day(&self, year: i32) -> Option<NaiveDate> {
        self.start(year, 0)
    }

    /// A programme year.
    pub fn year(&self, year: i32) -> Option<Period> {
        self.span(self.start(year, 0)?, self.start(year.checked_add(1)?, 0)?, &year.to_string())
    }

    /// The whole programme.
    pub fn whole(&self) -> Option<Period> {
        let label = format!("{}..{}", self.years.0, self.years.1);
        self.span(self.start(self.years.0, 0)?, self.start(self.years.1 + 1, 0)?, &label)
    }

    /// Reads `2026-H1`, `2026`, `2026..2030`, `2026-01-01..2026-06-30`.
    pub fn period(&self, text: &str) -> Option<Period> {
        let year = |text: &str| (text.len() == 4).then(|| text.parse::<i32>().ok()).flatten();
        let day = crate::locale::date::parse_iso;
        if let Some((from, to)) = text.split_once("..") {
            return match (year(from), year(to), day(from), day(to)) {
                (Some(from), Some(to), ..) if from <= to => self.span(self.start(from, 0)?, self.start(to + 1, 0)?, text),
                (_, _, Some(from), Some(to)) if from <= to => Some(Period { from, to, label: text.to_owned() }),
                _ => None,
            };
        }
        match text.split_once("-H") {
            None => year(text).and_then(|y| self.span(self.start(y, 0)?, self.start(y + 1, 0)?, text)),
            Some((y, "1")) => year(y).and_then(|y| self.span(self.start(y, 0)?, self.start(y, 1)?, text)),
            Some((y, "2")) => year(y).and_then(|y| self.span(self.start(y, 1)?, self.start(y + 1, 0)?, text)),
            Some(_) => None,
        }
    }

    /// The half-year of a day, as it would be asked for.
    pub fn half_year_of(&self, day: NaiveDate) -> String {
        let labels = [day.year(), day.year() + 1].into_iter().flat_map(|y| [format!("{y}-H1"), format!("{y}-H2")]);
        labels.clone().find(|label| self.period(label).is_some_and(|p| (p.from..=p.to).contains(&day))).unwrap_or_else(|| day.year().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programme() -> Programme {
        Programme { years: (2026, 2030), half_years: [(12, 15), (6, 15)], ..Programme::default() }
    }

    #[test]
    fn half_years_and_years_follow_the_reporting_rule() {
        let span = |text: &str| programme().period(text).map(|p| format!("{} {}", p.from, p.to));
        for (text, days) in [
            ("2026-H1", "2025-12-15 2026-06-14"),
            ("2026-H2", "2026-06-15 2026-12-14"),
            ("2026", "2025-12-15 2026-12-14"),
            ("2026..2030", "2025-12-15 2030-12-14"),
            ("2026-01-01..2026-06-30", "2026-01-01 2026-06-30"),
        ] {
            assert_eq!(span(text).as_deref(), Some(days), "{text}");
        }
        for bad in ["2026-H3", "26", "2027..2026", "x", "2026-02-30..2026-03-01"] {
            assert_eq!(span(bad), None, "{bad}");
        }
        assert_eq!(programme().half_year_of(NaiveDate::from_ymd_opt(2026, 12, 20).unwrap()), "2027-H1");
    }
}
