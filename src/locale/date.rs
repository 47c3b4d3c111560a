//! Dates, months and times as people in Vietnam write them, and the one time zone of the records.

use super::Lang;
use super::fold::fold;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

/// The zone in which dates are reckoned. Vietnam has one, without summer time; a fixed one makes every laptop derive
/// the same day from the same instant.
pub fn zone() -> FixedOffset {
    FixedOffset::east_opt(7 * 3600).expect("seven hours is an offset")
}

/// An instant on the wall clock of [`zone`].
pub fn local(now: DateTime<Utc>) -> NaiveDateTime {
    now.with_timezone(&zone()).naive_local()
}

/// The canonical text of a moment: `2026-07-01T14:05:00+07:00`.
pub fn moment_text(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S+07:00").to_string()
}

/// Reads a canonical moment, in any offset, onto the wall clock of [`zone`].
pub fn parse_moment(text: &str) -> Option<NaiveDateTime> {
    DateTime::parse_from_rfc3339(text).ok().map(|m| m.with_timezone(&zone()).naive_local())
}

/// Reads a canonical date.
pub fn parse_iso(text: &str) -> Option<NaiveDate> {
    let well_formed = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    well_formed.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// Reads a canonical month as its first day.
pub fn parse_iso_month(text: &str) -> Option<NaiveDate> {
    (text.len() == 7).then(|| parse_iso(&format!("{text}-01"))).flatten()
}

/// Days since 1970-01-01.
pub fn days(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The date that lies `days` after 1970-01-01, if the calendar reaches it.
pub fn from_days(days: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)
}

/// `23/11/2026`
pub fn show_date(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// Any canonical date, month, time or moment as people read it; other text as it is.
pub fn show(text: &str) -> String {
    if let Some(date) = parse_iso(text) {
        show_date(date)
    } else if let Some(month) = parse_iso_month(text) {
        month.format("%m/%Y").to_string()
    } else if let Some(moment) = parse_moment(text) {
        moment.format("%d/%m/%Y %H:%M").to_string()
    } else {
        text.to_owned()
    }
}

/// `Thứ hai 23/11/2026`: the weekday catches a mistyped day.
pub fn show_long(date: NaiveDate, lang: Lang) -> String {
    const VI: [&str; 7] = ["Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật"];
    const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let at = date.weekday().num_days_from_monday() as usize;
    format!("{} {}", if lang == Lang::Vi { VI[at] } else { EN[at] }, show_date(date))
}

fn year(text: &str) -> Option<i32> {
    match text.len() {
        2 => Some(2000 + text.parse::<i32>().ok()?),
        4 => text.parse().ok(),
        _ => None,
    }
}

fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|s| !s.is_empty()).collect()
}

/// Reads a typed date: `1/7/26`, `01-07-2026`, `1/7` (this year), `010726`, `2026-07-01`, `hôm nay`, `hôm qua`.
pub fn parse_date(typed: &str, today: NaiveDate) -> Option<NaiveDate> {
    let text = fold(typed);
    match text.as_str() {
        "hom nay" | "today" => return Some(today),
        "hom qua" | "yesterday" => return today.pred_opt(),
        _ => {}
    }
    if let Some(date) = parse_iso(&text) {
        return Some(date);
    }
    if !text.chars().all(|c| c.is_ascii_digit() || "/-. ".contains(c)) {
        return None;
    }
    let (day, month, year) = match numbers(&text)[..] {
        [d, m, y] => (d, m, year(y)?),
        [d, m] if d.len() <= 2 => (d, m, today.year()),
        [s] if s.len() == 6 || s.len() == 8 => (&s[..2], &s[2..4], year(&s[4..])?),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// Reads a typed month: `7/2026`, `07/26`, `2026-07`, `072026`, `tháng này`; gives its canonical text.
pub fn parse_month(typed: &str, today: NaiveDate) -> Option<String> {
    let text = fold(typed);
    if matches!(text.as_str(), "thang nay" | "this month") {
        return Some(today.format("%Y-%m").to_string());
    }
    let first = parse_iso_month(&text).or_else(|| {
        let text = text.strip_prefix("thang").unwrap_or(&text);
        if !text.chars().all(|c| c.is_ascii_digit() || "/-. ".contains(c)) {
            return None;
        }
        let (month, year) = match numbers(text)[..] {
            [m, y] => (m, year(y)?),
            [m] if m.len() <= 2 => (m, today.year()),
            [s] if s.len() == 6 => (&s[..2], year(&s[2..])?),
            _ => return None,
        };
        NaiveDate::from_ymd_opt(year, month.parse().ok()?, 1)
    })?;
    Some(first.format("%Y-%m").to_string())
}

/// Reads a typed time of day: `14:05`, `14h05`, `14 giờ 5`, `9h`, `1405`.
pub fn parse_time(typed: &str) -> Option<NaiveTime> {
    let text = fold(typed);
    if !text.chars().all(|c| c.is_ascii_digit() || ":hgioput. ".contains(c)) {
        return None;
    }
    let (hour, minute) = match numbers(&text)[..] {
        [h, m] => (h, m),
        [s] if s.len() == 4 => s.split_at(2),
        [h] if h.len() <= 2 => (h, "0"),
        _ => return None,
    };
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// Reads a typed date and time: `1/7/26 14:05`, `hôm nay 9h`, `bây giờ`; a canonical moment is taken as it is.
pub fn parse_date_time(typed: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let text = fold(typed);
    if matches!(text.as_str(), "bay gio" | "now") {
        return now.with_second(0);
    }
    if let Some(moment) = parse_moment(typed.trim()) {
        return Some(moment);
    }
    for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(moment) = NaiveDateTime::parse_from_str(typed.trim(), format) {
            return Some(moment);
        }
    }
    text.match_indices(' ').find_map(|(at, _)| {
        let date = parse_date(&text[..at], now.date())?;
        Some(date.and_time(parse_time(&text[at..])?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_typed_in_the_field() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        for (typed, date) in [
            ("1/7/26", "2026-07-01"),
            ("01-07-2026", "2026-07-01"),
            ("1/7", "2026-07-01"),
            ("010726", "2026-07-01"),
            ("2026-07-01", "2026-07-01"),
            ("hôm nay", "2026-11-23"),
            ("Hôm qua", "2026-11-22"),
        ] {
            assert_eq!(parse_date(typed, today).map(|d| d.to_string()).as_deref(), Some(date), "{typed}");
        }
        for bad in ["31/2/26", "x", "1/13/26", "", "1/7/026"] {
            assert_eq!(parse_date(bad, today), None, "{bad}");
        }
        assert_eq!(parse_month("7/2026", today).as_deref(), Some("2026-07"));
        assert_eq!(parse_month("tháng 7/26", today).as_deref(), Some("2026-07"));
    }

    #[test]
    fn moments_are_read_and_shown_on_the_local_clock() {
        let now = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(9, 56, 21).unwrap();
        for (typed, text) in [("1/7/26 14:05", "2026-07-01T14:05:00+07:00"), ("hôm nay 9h", "2026-11-23T09:00:00+07:00"), ("2026-07-01T07:05:00Z", "2026-07-01T14:05:00+07:00")] {
            assert_eq!(parse_date_time(typed, now).map(moment_text).as_deref(), Some(text), "{typed}");
        }
        assert_eq!(show("2026-07-01T14:05:00+07:00"), "01/07/2026 14:05");
        assert_eq!(show("2026-07"), "07/2026");
    }
}
