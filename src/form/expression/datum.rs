//! What an expression computes with, and XPath's conversions between its kinds.

use crate::locale::date;
use crate::value::{Decimal, Value, ValueType};
use chrono::NaiveDateTime;
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
    /// A moment on the wall clock of [`date::zone`].
    Moment(NaiveDateTime),
}

/// Two numbers closer than this are equal: `6.1 - 7.8 = -1.7` is true, as in ODK Collect.
const TOLERANCE: f64 = 1e-12;

impl Datum {
    /// Text; an empty one is blank.
    pub fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        if text.is_empty() { Self::Blank } else { Self::Text(text.into()) }
    }

    /// An answer as its question's type says.
    pub fn of(value: &Value, kind: ValueType) -> Self {
        match (value, kind) {
            (Value::Number(number), _) => Self::Number(number.to_f64()),
            (Value::Text(text), ValueType::Date) => date::parse_iso(text).map_or_else(|| Self::text(text), |d| Self::Date(date::days(d))),
            (Value::Text(text), ValueType::Moment) => date::parse_moment(text).map_or_else(|| Self::text(text), Self::Moment),
            (Value::Text(text), _) => Self::text(text),
            (value, _) => Self::text(value.plain()),
        }
    }

    /// The answer that this would be for a question of `kind`; `None` when blank, not finite, or of another kind.
    pub fn to_value(&self, kind: ValueType) -> Option<Value> {
        if self.is_blank() {
            return None;
        }
        match kind {
            ValueType::Integer | ValueType::Money | ValueType::Year => Decimal::from_f64(self.to_number().round()).map(Value::Number),
            ValueType::Decimal | ValueType::Percent => Decimal::from_f64(self.to_number()).map(Value::Number),
            ValueType::Date => self.to_day().and_then(date::from_days).map(|d| Value::text(d.to_string())),
            ValueType::Month => {
                let text = self.to_text();
                let day = date::parse_iso_month(&text).or_else(|| self.to_day().and_then(date::from_days))?;
                Some(Value::text(day.format("%Y-%m").to_string()))
            }
            ValueType::Moment => self.to_moment().map(|m| Value::text(date::moment_text(m))),
            ValueType::SelectMultiple | ValueType::Rank => Some(Value::Choices(self.to_text().split_whitespace().map(str::to_owned).collect())),
            ValueType::Point => {
                let numbers: Option<Vec<_>> = self.to_text().split_whitespace().map(Decimal::parse).collect();
                numbers.filter(|n| (2..=4).contains(&n.len())).map(Value::Point)
            }
            ValueType::File => None,
            _ => Some(Value::text(&*self.to_text())),
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
            Self::Blank => "".into(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number_text(*number).into(),
            Self::Boolean(true) => "true".into(),
            Self::Boolean(false) => "false".into(),
            Self::Date(days) => date::from_days(*days).map_or_else(String::new, |d| d.to_string()).into(),
            Self::Moment(moment) => date::moment_text(*moment).into(),
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
        }
    }

    /// XPath `boolean()`.
    pub fn to_boolean(&self) -> bool {
        match self {
            Self::Blank => false,
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Boolean(truth) => *truth,
            Self::Date(_) | Self::Moment(_) => true,
        }
    }

    /// The day, where this is a date, a moment, a number of days or text of one.
    pub fn to_day(&self) -> Option<i64> {
        match self {
            Self::Date(days) => Some(*days),
            Self::Moment(moment) => Some(date::days(moment.date())),
            other => Some(other.to_number()).filter(|n| n.is_finite()).map(|n| n.floor() as i64),
        }
    }

    /// The moment, where this is one, a date (its midnight) or text of either.
    pub fn to_moment(&self) -> Option<NaiveDateTime> {
        match self {
            Self::Moment(moment) => Some(*moment),
            Self::Text(text) => date::parse_moment(text).or_else(|| self.to_day().and_then(date::from_days).and_then(|d| d.and_hms_opt(0, 0, 0))),
            other => other.to_day().and_then(date::from_days).and_then(|d| d.and_hms_opt(0, 0, 0)),
        }
    }

    /// XPath `=`: booleans first, then numbers (and dates), then text.
    pub fn equals(&self, other: &Self) -> bool {
        use Datum::{Blank, Boolean, Date, Moment, Number};
        match (self, other) {
            (Boolean(a), b) | (b, Boolean(a)) => *a == b.to_boolean(),
            (Blank, b) | (b, Blank) => b.is_blank(),
            (Number(_) | Date(_) | Moment(_), _) | (_, Number(_) | Date(_) | Moment(_)) => {
                let (a, b) = (self.to_number(), other.to_number());
                a == b || (a - b).abs() < TOLERANCE
            }
            _ => self.to_text() == other.to_text(),
        }
    }
}

fn moment_days(moment: NaiveDateTime) -> f64 {
    (moment - NaiveDateTime::default()).num_milliseconds() as f64 / 86_400_000.0
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

/// Text as a number: a plain decimal, else a date or moment in days, a month as its first day, a time as part of a day.
fn text_number(text: &str) -> f64 {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
        && let Ok(number) = text.parse()
    {
        return number;
    }
    if let Some(day) = date::parse_iso(text).or_else(|| date::parse_iso_month(text)) {
        return date::days(day) as f64;
    }
    if let Some(moment) = date::parse_moment(text) {
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
