//! The small grammars inside cells: names, `${references}`, parameters, truths, exact decimals.

use std::ops::Range;

/// Whether a text is an XML name, as names of questions must be; one colon may part a prefix from it.
pub fn is_name(text: &str) -> bool {
    let mut parts = text.split(':');
    let (first, second, more) = (parts.next(), parts.next(), parts.next());
    first.is_some_and(is_plain_name) && second.is_none_or(is_plain_name) && more.is_none()
}

fn is_plain_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

fn starts_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}')
        || matches!(c, '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}')
        || matches!(c, '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// A `${…}` in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// The question's name; `None` if what stands there is no name, or the brace is not closed.
    pub name: Option<&'t str>,
    /// Whether the last saved record is meant.
    pub last_saved: bool,
    /// Its bytes.
    pub part: Range<usize>,
}

/// All references of a text, in order.
pub fn references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("${").map(|at| from + at) {
        let Some(close) = text[at..].find('}').map(|close| at + close) else {
            found.push(Reference { name: None, last_saved: false, part: at..text.len() });
            break;
        };
        let inside = &text[at + 2..close];
        let name = inside.strip_prefix("last-saved#").unwrap_or(inside);
        if !inside.is_empty() {
            let last_saved = name.len() < inside.len();
            found.push(Reference { name: Some(name).filter(|name| is_plain_name(name)), last_saved, part: at..close + 1 });
        }
        from = close + 1;
    }
    found
}

/// The name in a text that is one `${name}` and nothing else.
pub fn only_reference(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let name = name.strip_prefix("last-saved#").unwrap_or(name);
    is_plain_name(name).then_some(name)
}

/// `key=value` pairs parted by blanks, commas or semicolons; keys and most values in lower case. `None`: not of that form.
pub fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut tokens: Vec<&str> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';') {
        for (at, part) in word.split('=').enumerate() {
            if at > 0 {
                tokens.push("=");
            }
            if !part.is_empty() {
                tokens.push(part);
            }
        }
    }
    let pair = |tokens: &[&str]| match tokens {
        [key, "=", value] if *key != "=" && *value != "=" => {
            let key = key.to_lowercase();
            let keeps_case = matches!(key.as_str(), "label" | "value");
            Some((key, if keeps_case { (*value).to_owned() } else { value.to_lowercase() }))
        }
        _ => None,
    };
    tokens.chunks(3).map(pair).collect()
}

/// `yes`, `true`, `no`, … as a truth.
pub fn truth(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "false()" => Some(false),
        _ => None,
    }
}

/// A text as an expression that gives exactly it.
pub fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}

/// An exact decimal number: thousandths of ranges must divide as people expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

impl Decimal {
    const PLACES: usize = 12;
    const DIGITS: usize = 18;

    /// Reads a number of ordinary size.
    pub fn parse(text: &str) -> Option<Self> {
        let (minus, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + rest.len() == 0 || whole.len() > Self::DIGITS || rest.len() > Self::PLACES || !all_digits(whole) || !all_digits(rest) {
            return None;
        }
        let number: i128 = format!("{whole}{rest:0<width$}", width = Self::PLACES).parse().ok()?;
        Some(Self(if minus { -number } else { number }))
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The distance of two numbers.
    pub fn distance(self, other: Self) -> Self {
        Self((self.0 - other.0).abs())
    }

    /// Whether it is a multiple of a step that is not zero, counted from `start`.
    pub fn is_multiple(self, start: Self, step: Self) -> bool {
        (self.0 - start.0).checked_rem(step.0) == Some(0)
    }
}

/// The words of a text when it is an expression rather than a plain first value: with an operator, a call, a predicate
/// or a reference in it. A minus counts only where no plain value of that type holds one.
pub fn is_dynamic(text: &str, kind: &str) -> bool {
    let hyphenated = matches!(kind, "date" | "datetime" | "geopoint" | "geotrace" | "geoshape");
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let step = token(rest, c);
        match step {
            Token::Operator if hyphenated && c == '-' => return false,
            Token::Operator => return true,
            Token::Other(length) => rest = &rest[length..],
        }
    }
    false
}

enum Token {
    /// What only an expression holds.
    Operator,
    /// A token of this length that a plain value may hold.
    Other(usize),
}

fn token(rest: &str, c: char) -> Token {
    if let Some(length) = moment(rest).or_else(|| number(rest)) {
        return Token::Other(length);
    }
    if matches!(c, '*' | '+' | '-' | '|') || [" mod ", " div "].iter().any(|word| rest.starts_with(word)) {
        return Token::Operator;
    }
    if matches!(c, '\'' | '"')
        && let Some(end) = rest[1..].find(c)
    {
        return Token::Other(end + 2);
    }
    if rest.starts_with("${")
        && let Some(end) = rest.find('}')
        && only_reference(&rest[..=end]).is_some()
    {
        return Token::Operator;
    }
    let name: usize = rest.char_indices().take_while(|(at, c)| if *at == 0 { starts_name(*c) } else { continues_name(*c) || *c == ':' }).map(|(_, c)| c.len_utf8()).sum();
    match name {
        0 => Token::Other(c.len_utf8()),
        name if rest[name..].starts_with(['(', '[']) => Token::Operator,
        name => Token::Other(name),
    }
}

/// The length of a date, a time or both at the start of a text.
fn moment(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    if !is_shaped(&text[sign..], "0000-00-00") {
        return time(text);
    }
    let date = sign + 10;
    let after = text[date..].strip_prefix('T').and_then(time);
    Some(after.map_or(date, |time| date + 1 + time))
}

/// The length of a time with its zone.
fn time(text: &str) -> Option<usize> {
    if !is_shaped(text, "00:00:00") {
        return None;
    }
    let zone = match text.as_bytes().get(8) {
        Some(b'Z') => 1,
        Some(b'+' | b'-') if is_shaped(&text[9..], "00:00") => 6,
        _ => 0,
    };
    Some(8 + zone)
}

/// Whether a text begins like the shape, where `0` is any digit.
fn is_shaped(text: &str, shape: &str) -> bool {
    text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
}

/// The length of a number, with its minus, at the start of a text.
fn number(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let after = &text[sign + digits..];
    if let Some(after) = after.strip_prefix('.') {
        let places = after.bytes().take_while(u8::is_ascii_digit).count();
        return (digits + places > 0).then_some(sign + digits + 1 + places);
    }
    (digits > 0).then_some(sign + digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_xml() {
        assert!(["a", "_a", "A-b.c", "hộ_dân", "Điểm", "ex:a"].iter().all(|name| is_name(name)));
        assert!(["", "1a", "a b", "-a", "a:b:c", "$a", "a:"].iter().all(|name| !is_name(name)));
    }

    #[test]
    fn references_are_found_with_their_places() {
        let found = references("a ${b} ${last-saved#c} ${1} ${d");
        assert_eq!(found.iter().map(|r| (r.name, r.last_saved)).collect::<Vec<_>>(), [(Some("b"), false), (Some("c"), true), (None, false), (None, false)]);
        assert_eq!(found[0].part, 2..6);
        assert_eq!((only_reference("${a}"), only_reference("${a} "), only_reference("${a}${b}")), (Some("a"), None, None));
    }

    #[test]
    fn parameters_take_several_separators() {
        let two = Some(vec![("start".to_owned(), "1".to_owned()), ("value".to_owned(), "Ab".to_owned())]);
        assert_eq!(parameters("start=1 value=Ab"), two);
        assert_eq!(parameters("START = 1; value=Ab,"), two);
        assert_eq!([parameters("a"), parameters("a=b=c"), parameters("a b=c"), parameters("=b")], [None, None, None, None]);
        assert_eq!(parameters("  "), Some(Vec::new()));
    }

    #[test]
    fn a_first_value_is_dynamic_when_it_computes() {
        assert!(["now()", "${a}", "1 + 2", "a[1]", "today()-3", "1 div 2", "a - b"].iter().all(|text| is_dynamic(text, "text")));
        assert!(
            ["", "a", "2020-01-01", "-5", "'a + b'", "a/b", "10:00:00", "01:02:55+10:00", "2022-03-14T01:02:55-07:00", "may not", "1 2"]
                .iter()
                .all(|text| !is_dynamic(text, "text")),
            "plain"
        );
        assert!(!is_dynamic("12 - 34", "date") && is_dynamic("12 - 34", "text"));
    }

    #[test]
    fn any_text_can_be_quoted() {
        assert_eq!([quoted("a"), quoted("it's"), quoted("\"'")], ["'a'", "\"it's\"", "concat('\"', \"'\", '')"]);
    }

    #[test]
    fn decimals_divide_exactly() {
        let of = |text: &str| Decimal::parse(text).unwrap();
        assert!(of("0.3").is_multiple(of("0"), of("0.1")));
        assert!(!of("0.35").is_multiple(of("0"), of("0.1")));
        assert!(["", "a", "1e5", ".", "1.2.3", "inf"].iter().all(|text| Decimal::parse(text).is_none()));
    }
}
