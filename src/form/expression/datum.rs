//! What an expression computes with, and XPath's conversions between its kinds.

use crate::locale::date;
use crate::value::{Decimal, FileRef, Value, ValueType};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use std::borrow::Cow;
use std::sync::Arc;

/// A value while computing. Blank is the empty answer: `''` as text, not a number as number, false as boolean.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Nothing.
    Blank,
    /// Text.
    Text(Arc<str>),
    /// A double; NaN where arithmetic met a blank.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A date, as days since 1970-01-01.
    Date(i64),
    /// A moment on a wall clock.
    Moment(DateTime<FixedOffset>),
    /// An attached file; its name as text.
    File(Arc<FileRef>),
}

/// Without its fraction; what arithmetic in doubles left a hair below a whole number is that number.
fn cut(number: f64) -> f64 {
    let whole = number.round();
    if (number - whole).abs() < 1e-9 * whole.abs().max(1.0) { whole } else { number.trunc() }
}

/// Two numbers closer than this are equal: `6.1 - 7.8 = -1.7` is true, as in ODK Collect.
const TOLERANCE: f64 = 1e-12;

/// Whether two numbers count as equal.
pub fn same_number(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() < TOLERANCE
}

impl Datum {
    /// Text; an empty one is blank.
    pub fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        if text.is_empty() { Self::Blank } else { Self::Text(text.into()) }
    }

    /// Text from what is kept anyway.
    pub fn shared(text: &Arc<str>) -> Self {
        if text.is_empty() { Self::Blank } else { Self::Text(text.clone()) }
    }

    /// An answer as its question's type says.
    pub fn of(value: &Value, kind: ValueType) -> Self {
        match (value, kind) {
            (Value::Number(number), _) => Self::Number(number.to_f64()),
            (Value::Text(text), kind) => Self::of_text(text, kind),
            (Value::File(file), ValueType::File) => Self::File(Arc::new(file.clone())),
            (value, _) => Self::text(value.plain()),
        }
    }

    /// An answer that is kept as text, as its question's type says.
    pub fn of_text(text: &str, kind: ValueType) -> Self {
        match kind {
            ValueType::Date => date::parse_iso(text).map_or_else(|| Self::text(text), |d| Self::Date(date::days(d))),
            ValueType::Moment => moment(text).map_or_else(|| Self::text(text), Self::Moment),
            _ => Self::text(text),
        }
    }

    /// What would be read back if this were kept by a question of `kind`.
    pub fn fitted(self, kind: ValueType) -> Self {
        match (&self, kind) {
            // What needs no reading back; the rest takes the way through the value.
            (Self::Blank, _) => self,
            (Self::Text(text), ValueType::Text | ValueType::SelectOne) if !text.is_empty() => self,
            (Self::Number(number), ValueType::Decimal | ValueType::Percent) if number.is_finite() => Self::Number(*number + 0.0),
            (Self::Date(_), ValueType::Date) => self,
            _ => self.to_value(kind).map_or(Self::Blank, |value| Self::of(&value, kind)),
        }
    }

    /// The answer that this would be for a question of `kind`; `None` when blank, not finite, or of another kind.
    pub fn to_value(&self, kind: ValueType) -> Option<Value> {
        if self.is_blank() {
            return None;
        }
        match kind {
            // ODK cuts a whole number's fraction off; đồng and years are ours, and round.
            ValueType::Integer => Decimal::from_f64(cut(self.to_number())).map(Value::Number),
            ValueType::Money | ValueType::Year => Decimal::from_f64(self.to_number().round()).map(Value::Number),
            ValueType::Decimal | ValueType::Percent => Decimal::from_f64(self.to_number()).map(Value::Number),
            ValueType::Date => self.to_day().and_then(date::from_days).map(|d| Value::text(d.to_string())),
            ValueType::Month => {
                let text = self.to_text();
                let day = date::parse_iso_month(&text).or_else(|| self.to_day().and_then(date::from_days))?;
                Some(Value::text(day.format("%Y-%m").to_string()))
            }
            ValueType::Moment => self.to_moment().map(|m| Value::text(date::moment_text(m.with_timezone(&date::zone()).naive_local()))),
            ValueType::SelectMultiple | ValueType::Rank => Some(Value::Choices(self.to_text().split_whitespace().map(str::to_owned).collect())),
            ValueType::Point => {
                let numbers: Option<Vec<_>> = self.to_text().split_whitespace().map(Decimal::parse).collect();
                numbers.filter(|n| (2..=4).contains(&n.len())).map(Value::Point)
            }
            ValueType::File => match self {
                Self::File(file) => Some(Value::File(FileRef::clone(file))),
                _ => None,
            },
            _ => Some(Value::text(&*self.to_text())),
        }
    }

    /// `string(x)` as a value.
    pub fn text_of(datum: &Self) -> Self {
        match datum {
            Self::Blank | Self::Text(_) => datum.clone(),
            other => Self::text(other.as_str()),
        }
    }

    /// Whether its text is empty; what is not a number is not.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// Whether it is blank, empty text or not finite.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.is_empty(),
            Self::Number(number) => !number.is_finite(),
            _ => false,
        }
    }

    /// XPath `string()`.
    pub fn to_text(&self) -> Arc<str> {
        match self {
            Self::Text(text) => text.clone(),
            other => other.as_str().into(),
        }
    }

    /// XPath `string()`, borrowed where it is text already.
    pub fn as_str(&self) -> Cow<'_, str> {
        match self {
            Self::Blank => "".into(),
            Self::Text(text) => (&**text).into(),
            Self::Number(number) => number_text(*number).into(),
            Self::Boolean(true) => "true".into(),
            Self::Boolean(false) => "false".into(),
            Self::Date(days) => date::from_days(*days).map_or_else(String::new, |d| d.to_string()).into(),
            Self::Moment(moment) => moment_text(*moment).into(),
            Self::File(file) => file.name.as_str().into(),
        }
    }

    /// XPath `number()`; a date is its days, text that is a date counts as one.
    pub fn to_number(&self) -> f64 {
        match self {
            Self::Blank => f64::NAN,
            Self::Text(text) => text_number(text),
            Self::Number(number) => *number,
            Self::Boolean(truth) => f64::from(u8::from(*truth)),
            Self::Date(days) => *days as f64,
            Self::Moment(moment) => moment_days(*moment),
            Self::File(_) => f64::NAN,
        }
    }

    /// XPath `boolean()`.
    pub fn to_boolean(&self) -> bool {
        match self {
            Self::Blank => false,
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Boolean(truth) => *truth,
            Self::Date(_) | Self::Moment(_) | Self::File(_) => true,
        }
    }

    /// The day, where this is a date, a moment, a number of days or text of one.
    pub fn to_day(&self) -> Option<i64> {
        match self {
            Self::Date(days) => Some(*days),
            Self::Moment(moment) => Some(date::days(moment.date_naive())),
            Self::Text(text) => day(text).or_else(|| moment(text).map(|m| date::days(m.date_naive()))).or_else(|| whole_days(plain_number(text)?)),
            other => whole_days(other.to_number()),
        }
    }

    /// The moment, where this is one, a date (its midnight), a number of days or text of any.
    pub fn to_moment(&self) -> Option<DateTime<FixedOffset>> {
        match self {
            Self::Moment(moment) => Some(*moment),
            Self::Date(days) => midnight(*days),
            Self::Text(text) => moment(text).or_else(|| midnight(day(text)?)).or_else(|| at_days(plain_number(text)?)),
            other => at_days(other.to_number()),
        }
    }

    /// XPath `=`: booleans first, then numbers (and dates), then text.
    pub fn equals(&self, other: &Self) -> bool {
        use Datum::{Blank, Boolean, Date, Moment, Number};
        match (self, other) {
            (Boolean(a), b) | (b, Boolean(a)) => *a == b.to_boolean(),
            (Blank, b) | (b, Blank) => b.is_blank(),
            (Number(_) | Date(_) | Moment(_), _) | (_, Number(_) | Date(_) | Moment(_)) => same_number(self.to_number(), other.to_number()),
            _ => self.as_str() == other.as_str(),
        }
    }
}

/// Days since 1970-01-01 on the moment's own wall clock, so that a day and a moment of that day compare as people do.
fn moment_days(moment: DateTime<FixedOffset>) -> f64 {
    moment.naive_local().and_utc().timestamp_millis() as f64 / 86_400_000.0
}

fn whole_days(number: f64) -> Option<i64> {
    number.is_finite().then(|| number.floor() as i64)
}

fn midnight(days: i64) -> Option<DateTime<FixedOffset>> {
    date::zone().from_local_datetime(&date::from_days(days)?.and_time(NaiveTime::MIN)).single()
}

/// Whole days are dates, so their midnight is meant; a part of a day is reckoned from 1970-01-01 in UTC.
fn at_days(number: f64) -> Option<DateTime<FixedOffset>> {
    if number.is_finite() && number.fract() == 0.0 {
        return midnight(number as i64);
    }
    let millis = (number * 86_400_000.0).round();
    let fits = number.is_finite() && millis.abs() < 1e15;
    fits.then(|| DateTime::from_timestamp_millis(millis as i64)).flatten().map(|m| m.with_timezone(&date::zone()))
}

/// Text of a day: `2026-07-01`.
fn day(text: &str) -> Option<i64> {
    let text = text.trim();
    let loose = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit() || b == b'-'));
    date::parse_iso(text).or_else(loose).map(date::days)
}

/// Text of a moment: RFC 3339, also without seconds, fractions of them or an offset (then [`date::zone`]).
pub fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    moment_in(text, date::zone())
}

/// The same; text without an offset is on the wall clock of `zone`.
pub fn moment_in(text: &str, zone: FixedOffset) -> Option<DateTime<FixedOffset>> {
    let text = text.trim();
    let (day, clock) = text.split_once('T')?;
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let (clock, offset) = split_offset(clock)?;
    offset.unwrap_or(zone).from_local_datetime(&day.and_time(clock)).single()
}

/// Text of a time of day, as a part of a day in UTC where it has an offset, else as written.
pub fn time_of_day(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    split_offset(text.trim())
}

fn split_offset(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    let at = text.rfind(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, offset) = text.split_at(at);
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|pattern| NaiveTime::parse_from_str(clock, pattern).ok())?;
    let offset = match offset {
        "" => None,
        "Z" => FixedOffset::east_opt(0),
        text => Some(offset_of(text)?),
    };
    Some((time, offset))
}

/// `+07:00`, `-0700`, `+07`
pub fn offset_of(text: &str) -> Option<FixedOffset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits.get(2..4).map_or(Ok(0), str::parse).ok()?);
    (minutes < 60).then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))).flatten()
}

/// The text of a moment on its own wall clock, as ODK writes it. Records keep [`date::moment_text`].
pub fn moment_text(moment: DateTime<FixedOffset>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// As XPath writes a number: no exponent, no trailing zeros, `NaN` for none.
pub fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// A plain decimal: digits, at most one point, a minus sign in front; no exponent.
fn plain_number(text: &str) -> Option<f64> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    plain.then(|| text.parse().ok()).flatten()
}

/// Text as a number: a plain decimal, else a date or moment in days, a month as its first day, a time as part of a day.
fn text_number(text: &str) -> f64 {
    if let Some(number) = plain_number(text) {
        return number;
    }
    // Every date begins with a digit; most other text does not.
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return f64::NAN;
    }
    if let Some(day) = date::parse_iso(text).or_else(|| date::parse_iso_month(text)) {
        return date::days(day) as f64;
    }
    if let Some(moment) = moment(text) {
        return moment_days(moment);
    }
    match text.split_once(':').map(|(h, m)| (h.parse::<u32>(), m.parse::<u32>())) {
        Some((Ok(h), Ok(m))) if h < 24 && m < 60 => f64::from(h * 60 + m) / 1440.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_follows_xpath_with_dates_and_blanks() {
        let t = Datum::text;
        assert!(Datum::Number(6.1 - 7.8).equals(&Datum::Number(-1.7)));
        assert!(t("5").equals(&Datum::Number(5.0)));
        assert!(Datum::Blank.equals(&t("")));
        assert!(!Datum::Blank.equals(&Datum::Number(0.0)));
        assert!(Datum::Date(11687).equals(&t("2001-12-31")));
        assert!(t("a").equals(&Datum::Boolean(true)));
        assert!(!t("05").equals(&t("5")));
    }

    #[test]
    fn a_result_that_is_not_finite_is_no_answer() {
        assert_eq!(Datum::Number(f64::INFINITY).to_value(ValueType::Decimal), None);
        assert_eq!(Datum::Number(f64::NAN).to_value(ValueType::Integer), None);
        assert_eq!(Datum::Number(2.6).to_value(ValueType::Money), Some(Value::Number(3.into())));
    }
}
