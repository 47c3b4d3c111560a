//! Numbers as people write and read them: `1.234.567,5` in Vietnamese, `1,234,567.5` in English.
//!
//! Works on canonical decimal text, so no digit is ever lost to a float.

use super::Lang;
use super::fold::fold;

/// Why a typed number was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberProblem {
    /// Could be read in two ways (`1.5` in Vietnamese); both readings, canonical.
    Ambiguous(String, String),
    /// Not a number.
    NotANumber,
    /// Must be whole (money).
    NotWhole,
}

fn signs(lang: Lang) -> (char, char) {
    match lang {
        Lang::Vi => ('.', ','),
        Lang::En => (',', '.'),
    }
}

/// Groups the digits of a canonical decimal: `1234567.5` → `1.234.567,5`.
pub fn format(canonical: &str, lang: Lang) -> String {
    let (group, point) = signs(lang);
    let (minus, digits) = canonical.strip_prefix('-').map_or(("", canonical), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(minus);
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(group);
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push(point);
        out.push_str(fraction);
    }
    out
}

/// A double rounded half away from zero to at most `places`, grouped, without trailing zeros.
pub fn format_f64(number: f64, places: usize, lang: Lang) -> String {
    let text = format!("{:.places$}", half_up(number, places));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format(if text == "-0" { "0" } else { text }, lang)
}

/// As workbooks round: what is half a step but for the last digits of a double (139.35, which is a hair below) goes up. Numbers
/// with too many digits for that are left to the last step of writing.
fn half_up(number: f64, places: usize) -> f64 {
    const HAIR: f64 = 4e-15;
    let scale = 10f64.powi(places as i32);
    let scaled = (number * scale).abs();
    if scaled < 1e12 { ((scaled * (1.0 + HAIR) + 0.5).floor() / scale).copysign(number) } else { number }
}

/// Reads a typed number into canonical text. Spaces and the group sign separate thousands; a trailing `%` is dropped.
///
/// # Errors
/// [`NumberProblem::Ambiguous`] when the group sign stands where only a decimal sign makes sense.
pub fn parse(typed: &str, lang: Lang) -> Result<String, NumberProblem> {
    let (group, point) = signs(lang);
    let text: String = typed.trim().trim_end_matches('%').chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect();
    let (minus, digits) = text.strip_prefix(['-', '−']).map_or(("", text.as_str()), |d| ("-", d));
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let (whole, fraction) = digits.split_once(point).map_or((digits, ""), |(w, f)| (w, f));
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !numeric(fraction) || (digits.contains(point) && fraction.is_empty()) {
        return Err(NumberProblem::NotANumber);
    }
    let groups: Vec<&str> = whole.split(group).collect();
    if !groups.iter().all(|g| !g.is_empty() && numeric(g)) {
        return Err(NumberProblem::NotANumber);
    }
    let well_grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    if !well_grouped {
        if groups.len() == 2 && fraction.is_empty() {
            let dotted = tidy(&format!("{minus}{}.{}", groups[0], groups[1]));
            return Err(NumberProblem::Ambiguous(dotted, tidy(&format!("{minus}{}", groups.concat()))));
        }
        return Err(NumberProblem::NotANumber);
    }
    let joined = groups.concat();
    Ok(tidy(&if fraction.is_empty() { format!("{minus}{joined}") } else { format!("{minus}{joined}.{fraction}") }))
}

fn tidy(text: &str) -> String {
    let (minus, digits) = text.strip_prefix('-').map_or(("", text), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    match fraction {
        "" if whole == "0" => "0".to_owned(),
        "" => format!("{minus}{whole}"),
        _ => format!("{minus}{whole}.{fraction}"),
    }
}

const MONEY_UNITS: [(&str, u32); 12] =
    [("ty", 9), ("ti", 9), ("billion", 9), ("bn", 9), ("trieu", 6), ("tr", 6), ("million", 6), ("m", 6), ("nghin", 3), ("ngan", 3), ("k", 3), ("n", 3)];

/// Reads an amount of đồng: `300000000`, `300.000.000 đ`, `300tr`, `1,5 tỷ`, `1 tỷ 500 triệu`.
///
/// # Errors
/// As [`parse`]; [`NumberProblem::NotWhole`] when the amount has a part of a đồng.
pub fn parse_money(typed: &str, lang: Lang) -> Result<String, NumberProblem> {
    let mut text = fold(typed);
    for sign in ["vnd", "dong", "₫", "d"] {
        text = text.strip_suffix(sign).unwrap_or(&text).trim_end().to_owned();
    }
    let mut total: i128 = 0;
    let mut rest = text.as_str();
    let mut first = true;
    while first || !rest.is_empty() {
        let digits_end = rest.find(|c: char| c.is_alphabetic()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits_end);
        let unit_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let power = match unit {
            "" if first || tail.is_empty() => 0,
            unit => MONEY_UNITS.iter().find(|(name, _)| *name == unit).ok_or(NumberProblem::NotANumber)?.1,
        };
        total += scaled(&parse(number, lang)?, power)?;
        rest = tail.trim_start();
        first = false;
    }
    Ok(total.to_string())
}

fn scaled(canonical: &str, power: u32) -> Result<i128, NumberProblem> {
    let (whole, fraction) = canonical.split_once('.').unwrap_or((canonical, ""));
    if fraction.len() > power as usize {
        return Err(NumberProblem::NotWhole);
    }
    let zeros = "0".repeat(power as usize - fraction.len());
    format!("{whole}{fraction}{zeros}").parse().map_err(|_| NumberProblem::NotANumber)
}

/// The short reading of an amount of whole đồng: `1,5 tỷ đồng`, `300 triệu đồng`; `None` below a million.
pub fn money_reading(dong: &str, lang: Lang) -> Option<String> {
    let amount: i128 = dong.parse().ok()?;
    let (power, vi, en) = match amount.unsigned_abs() {
        0..1_000_000 => return None,
        1_000_000..1_000_000_000 => (6usize, "triệu đồng", "million đồng"),
        _ => (9, "tỷ đồng", "billion đồng"),
    };
    let digits = amount.unsigned_abs().to_string();
    let (whole, fraction) = digits.split_at(digits.len() - power);
    let sign = if amount < 0 { "-" } else { "" };
    let number = format(&tidy(&format!("{sign}{whole}.{fraction}")), lang);
    Some(format!("{number} {}", if lang == Lang::Vi { vi } else { en }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_numbers_are_read_or_asked_about() {
        for (typed, read) in [
            ("1.500", "1500"),
            ("1.500,5", "1500.5"),
            ("1500,5", "1500.5"),
            ("1,5", "1.5"),
            ("12.345", "12345"),
            ("1 500 000", "1500000"),
            ("-5", "-5"),
            ("15%", "15"),
            ("0,50", "0.5"),
        ] {
            assert_eq!(parse(typed, Lang::Vi).as_deref(), Ok(read), "{typed}");
        }
        assert_eq!(parse("1.5", Lang::Vi), Err(NumberProblem::Ambiguous("1.5".into(), "15".into())));
        for bad in ["1.500.00", "", "abc", "1,", "1..5", "--5"] {
            assert_eq!(parse(bad, Lang::Vi), Err(NumberProblem::NotANumber), "{bad}");
        }
    }

    #[test]
    fn numbers_group_by_language() {
        assert_eq!(format("1234567.891", Lang::Vi), "1.234.567,891");
        assert_eq!(format("-1234567.5", Lang::En), "-1,234,567.5");
        assert_eq!(format_f64(21.4285714, 1, Lang::Vi), "21,4");
        assert_eq!(format_f64(-0.04, 1, Lang::Vi), "0");
        // As the workbook shows the same numbers.
        for (number, places, shown) in [(139.35, 1, "139,4"), (139.34, 1, "139,3"), (-0.25, 1, "-0,3"), (2.675, 2, "2,68"), (0.5, 0, "1"), (1e13 + 0.25, 1, "10.000.000.000.000,2")]
        {
            assert_eq!(format_f64(number, places, Lang::Vi), shown);
        }
    }

    #[test]
    fn money_is_read_in_the_way_it_is_said() {
        for (typed, dong) in [
            ("300tr", "300000000"),
            ("1,5 tỷ", "1500000000"),
            ("1 tỷ 500 triệu", "1500000000"),
            ("300.000.000 đ", "300000000"),
            ("25k", "25000"),
            ("0", "0"),
            ("12 triệu đồng", "12000000"),
        ] {
            assert_eq!(parse_money(typed, Lang::Vi).as_deref(), Ok(dong), "{typed}");
        }
        assert_eq!(parse_money("1,5", Lang::Vi), Err(NumberProblem::NotWhole));
        assert_eq!(parse_money("3 quả", Lang::Vi), Err(NumberProblem::NotANumber));
        assert_eq!(money_reading("1500000000", Lang::Vi).as_deref(), Some("1,5 tỷ đồng"));
        assert_eq!(money_reading("500", Lang::Vi), None);
    }
}
