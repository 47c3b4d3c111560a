//! Date functions.

use super::datum::Datum;
use crate::locale::{Lang, date as locale};
use chrono::{DateTime, Datelike, FixedOffset, Timelike};

/// `date(x)`: text, a number of days or a moment as a date; blank when it is none.
pub fn date(datum: &Datum) -> Datum {
    datum.to_day().filter(|day| locale::from_days(*day).is_some()).map_or(Datum::Blank, Datum::Date)
}

/// `date-time(x)`: text, a number of days or a date as a moment; blank when it is none.
pub fn date_time(datum: &Datum) -> Datum {
    datum.to_moment().map_or(Datum::Blank, Datum::Moment)
}

/// `format-date(d, '%d/%m/%Y')` with ODK's letters.
pub fn format(datum: &Datum, pattern: &str, lang: Lang) -> Datum {
    let Some(moment) = datum.to_moment() else { return Datum::Blank };
    let mut out = String::new();
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        match c {
            '%' => out.push_str(&letters.next().map_or_else(String::new, |letter| part(moment, letter, lang))),
            c => out.push(c),
        }
    }
    Datum::text(out)
}

fn part(m: DateTime<FixedOffset>, letter: char, lang: Lang) -> String {
    match letter {
        'Y' => format!("{:04}", m.year()),
        'y' => format!("{:02}", m.year().rem_euclid(100)),
        'm' => format!("{:02}", m.month()),
        'n' => m.month().to_string(),
        'b' if lang == Lang::Vi => format!("thg {}", m.month()),
        'b' => m.format("%b").to_string(),
        'd' => format!("{:02}", m.day()),
        'e' => m.day().to_string(),
        'H' => format!("{:02}", m.hour()),
        'h' => m.hour().to_string(),
        'M' => format!("{:02}", m.minute()),
        'S' => format!("{:02}", m.second()),
        '3' => format!("{:03}", m.timestamp_subsec_millis()),
        'a' if lang == Lang::En => m.format("%a").to_string(),
        'a' => locale::show_long(m.date_naive(), lang).rsplit_once(' ').map_or(String::new(), |(day, _)| day.to_owned()),
        other => other.to_string(),
    }
}
