//! An answer's typed value and its one canonical text.
//!
//! Everything that is stored, hashed or exchanged goes through [`Value::write`]; two programs must write the same
//! bytes. Numbers are exact decimals kept as their canonical text, never binary floats.

use std::fmt;

/// What kind of answer a question takes. Decides how typed text is read and how a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// An exact decimal.
    Decimal,
    /// A decimal shown with `%`.
    Percent,
    /// Whole đồng.
    Money,
    /// A calendar year, a whole number shown without grouping.
    Year,
    /// `2026-07-01`
    Date,
    /// `2026-07`
    Month,
    /// `14:05`
    Time,
    /// `2026-07-01T14:05:00+07:00`
    Moment,
    /// One choice's name.
    SelectOne,
    /// Several choices' names, in the form's order.
    SelectMultiple,
    /// All choices' names, in the order of rank.
    Rank,
    /// 2 to 4 numbers: latitude, longitude, altitude, accuracy.
    Point,
    /// A line: points as text, `9.18 105.15; 9.19 105.16`.
    Trace,
    /// An area: the same, the last point being the first again.
    Shape,
    /// The id of another record.
    Reference,
    /// `OK`
    Acknowledge,
    /// An attached file, named by its hash.
    File,
}

impl ValueType {
    /// Whether the value is kept as a number.
    pub fn is_number(self) -> bool {
        use ValueType::*;
        matches!(self, Integer | Decimal | Percent | Money | Year)
    }
}

/// An exact decimal in canonical text: no exponent, no plus sign, no leading or trailing zeros, no `-0`, at most 34 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(Box<str>);

/// The most digits a number may have (the precision of IEEE 754 decimal128).
pub const MAX_DIGITS: usize = 34;

impl Decimal {
    /// Accepts exactly the canonical text.
    pub fn canonical(text: &str) -> Option<Self> {
        Self::is_canonical(text).then(|| Self(text.into()))
    }

    /// Whether a text is the canonical one of a number.
    pub fn is_canonical(text: &str) -> bool {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        all_digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(|f| all_digits(f) && !f.ends_with('0'))
            && whole.len() + fraction.map_or(0, str::len) <= MAX_DIGITS
            && text != "-0"
    }

    /// Reads a plain number with `.` as decimal sign (also `+5`, `05`, `1.50`, `1e3`) and makes it canonical.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok().filter(|e| e.unsigned_abs() <= 64)?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let all: String = [whole, fraction].concat();
        let point = whole.len() as i32 + exponent;
        let (whole, fraction) = if point <= 0 {
            (String::new(), "0".repeat(-point as usize) + &all)
        } else if point as usize >= all.len() {
            (all.clone() + &"0".repeat(point as usize - all.len()), String::new())
        } else {
            (all[..point as usize].to_owned(), all[point as usize..].to_owned())
        };
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let mut text = String::with_capacity(all.len() + 3);
        if negative && !(whole.is_empty() && fraction.is_empty()) {
            text.push('-');
        }
        text.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        Self::canonical(&text)
    }

    /// The shortest decimal that reads back as this double; `None` when it is not finite or has too many digits.
    pub fn from_f64(number: f64) -> Option<Self> {
        number.is_finite().then(|| number.to_string()).and_then(|text| Self::parse(&text))
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The exact product; `None` when it has more than [`MAX_DIGITS`] digits.
    pub fn times(&self, other: &Self) -> Option<Self> {
        let ((minus_a, a, places_a), (minus_b, b, places_b)) = (self.digits(), other.digits());
        // Last digits first, as on paper; a column holds at most 34 products of 81.
        let mut columns = vec![0u32; a.len() + b.len() + 1];
        for (at, x) in a.iter().rev().enumerate() {
            for (up, y) in b.iter().rev().enumerate() {
                columns[at + up] += u32::from(*x) * u32::from(*y);
            }
        }
        for at in 1..columns.len() {
            columns[at] += columns[at - 1] / 10;
            columns[at - 1] %= 10;
        }
        let mut text: String = columns.iter().rev().filter_map(|digit| char::from_digit(*digit, 10)).collect();
        text.insert(text.len() - places_a - places_b, '.');
        Self::parse(&format!("{}{text}", if minus_a != minus_b { "-" } else { "" }))
    }

    /// Whether it is below zero, all its digits, and how many of them stand behind the point.
    fn digits(&self) -> (bool, Vec<u8>, usize) {
        let places = self.0.find('.').map_or(0, |point| self.0.len() - point - 1);
        (self.0.starts_with('-'), self.0.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect(), places)
    }

    /// Whether there is no fraction.
    pub fn is_whole(&self) -> bool {
        !self.0.contains('.')
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.to_string().into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An attached file: its content is named by its hash, the name is for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRef {
    /// SHA-256 of the content, 64 hex digits.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// The name that the file had.
    pub name: String,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Text, a choice's name, a date, a time, a moment, a reference.
    Text(String),
    /// A number of any numeric type.
    Number(Decimal),
    /// Several choices.
    Choices(Vec<String>),
    /// A point: 2 to 4 numbers.
    Point(Vec<Decimal>),
    /// An attached file.
    File(FileRef),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An attached file, if it is one.
    pub fn as_file(&self) -> Option<&FileRef> {
        if let Self::File(file) = self { Some(file) } else { None }
    }

    /// Appends the canonical JSON.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => write_string(text, out),
            Self::Number(number) => out.push_str(number.as_str()),
            Self::Choices(names) => write_array(names, out, |name, out| write_string(name, out)),
            Self::Point(numbers) => write_array(numbers, out, |number, out| out.push_str(number.as_str())),
            Self::File(file) => {
                out.push_str("{\"sha256\":");
                write_string(&file.sha256, out);
                out.push_str(&format!(",\"bytes\":{},\"name\":", file.bytes));
                write_string(&file.name, out);
                out.push('}');
            }
        }
    }

    /// The canonical JSON.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Plain text for people and for text functions: numbers canonical, several choices separated by a space.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Choices(names) => names.join(" "),
            Self::Point(numbers) => numbers.iter().map(Decimal::as_str).collect::<Vec<_>>().join(" "),
            Self::File(file) => file.name.clone(),
        }
    }
}

/// Appends a JSON array without white space.
pub fn write_array<T>(items: impl IntoIterator<Item = T>, out: &mut String, mut write: impl FnMut(T, &mut String)) {
    out.push('[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

/// Appends a JSON object without white space, its entries as they come.
pub fn write_object<K: AsRef<str>, T>(entries: impl IntoIterator<Item = (K, T)>, out: &mut String, mut write: impl FnMut(T, &mut String)) {
    out.push('{');
    for (at, (key, entry)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key.as_ref(), out);
        out.push(':');
        write(entry, out);
    }
    out.push('}');
}

/// Appends a JSON string with the fewest escapes: `"`, `\` and U+0000–U+001F.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    // All that is escaped is a byte of its own: what lies between is copied as it is.
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.push_str(&text[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            8 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            12 => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            byte => out.push_str(&format!("\\u{byte:04x}")),
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Whether this is a UUID in lower case.
pub fn is_record_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().enumerate().all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_digit() || (b'a'..=b'f').contains(&b) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_any_json_reader_takes_them() {
        let control: String = (0..32u8).map(char::from).collect();
        for text in ["", "Cơ sở \"Thử\"", "\\", "a\\b\nđ\u{1f}", "\u{7f}\u{2028}", control.as_str()] {
            let mut out = String::new();
            write_string(text, &mut out);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            assert_eq!(out, serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn numbers_become_canonical() {
        for (typed, canonical) in [("007", "7"), ("1.50", "1.5"), ("+5", "5"), ("-0", "0"), ("0.0", "0"), (".5", "0.5"), ("1e3", "1000"), ("25e-4", "0.0025")] {
            assert_eq!(Decimal::parse(typed).unwrap().as_str(), canonical, "{typed}");
        }
        for bad in ["", "-", ".", "1.2.3", "1,5", "abc", "1e99", "12345678901234567890123456789012345"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn products_are_exact() {
        let times = |a: &str, b: &str| Decimal::canonical(a).unwrap().times(&Decimal::canonical(b).unwrap()).map(|n| n.to_string());
        for (a, b, product) in [
            ("0.1", "0.2", "0.02"),
            ("31500.5", "1000", "31500500"),
            ("-1.5", "-4", "6"),
            ("0", "-3.5", "0"),
            ("-0.001", "0.5", "-0.0005"),
            ("99999999999999999", "99999999999999999", "9999999999999999800000000000000001"),
        ] {
            assert_eq!(times(a, b).as_deref(), Some(product), "{a} × {b}");
        }
        assert_eq!(times("1234567890123456789012345678901234", "10"), None, "35 digits");
        assert_eq!(times("1234567890123456789012345678901230", "0.1").as_deref(), Some("123456789012345678901234567890123"));
    }

    #[test]
    fn only_canonical_text_is_canonical() {
        for bad in ["01", "1.0", "-0", "+1", "1.", ".1", "1e3", ""] {
            assert_eq!(Decimal::canonical(bad), None, "{bad}");
        }
        for good in ["0", "-0.5", "31500.5", "1234567890123456789012345678901234"] {
            assert!(Decimal::canonical(good).is_some(), "{good}");
        }
    }

    #[test]
    fn strings_escape_only_what_they_must() {
        let mut out = String::new();
        write_string("a\"\\\u{1}\n/é\u{7f}", &mut out);
        assert_eq!(out, "\"a\\\"\\\\\\u0001\\n/é\u{7f}\"");
    }
}
