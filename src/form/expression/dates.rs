//! Date functions.

use super::datum::{Datum, moment_in};
use crate::locale::{Lang, date as locale};
use chrono::{DateTime, Datelike, FixedOffset, NaiveTime, TimeZone, Timelike};

/// `date(x)`: text, a number of days or a moment as a date; blank when it is none.
pub fn date(datum: &Datum) -> Datum {
    if matches!(datum, Datum::Boolean(_)) {
        return Datum::Blank;
    }
    datum.to_day().filter(|day| locale::from_days(*day).is_some()).map_or(Datum::Blank, Datum::Date)
}

/// `date-time(x)`: a moment, or the date where no time of day is said; blank when it is neither.
/// Text without an offset is on the clock of `zone`.
pub fn date_time(datum: &Datum, zone: FixedOffset) -> Datum {
    match datum {
        Datum::Text(text) => moment_in(text, zone).map_or_else(|| date(datum), Datum::Moment),
        Datum::Number(number) if number.fract() == 0.0 => date(datum),
        Datum::Boolean(_) => Datum::Blank,
        _ => datum.to_moment().map_or(Datum::Blank, Datum::Moment),
    }
}

/// `decimal-date-time(x)`: days since 1970-01-01T00:00Z. A date, and text without an offset, is on the clock of `zone`.
pub fn decimal_date_time(datum: &Datum, zone: FixedOffset) -> f64 {
    let moment = match datum {
        Datum::Text(text) => moment_in(text, zone),
        Datum::Moment(moment) => Some(*moment),
        _ => None,
    };
    let midnight = || zone.from_local_datetime(&locale::from_days(datum.to_day()?)?.and_time(NaiveTime::MIN)).single();
    let is_number = matches!(datum, Datum::Number(_) | Datum::Boolean(_)) || datum.is_empty();
    match moment.or_else(midnight).filter(|_| !is_number) {
        Some(moment) => moment.timestamp_millis() as f64 / 86_400_000.0,
        None => datum.to_number(),
    }
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
