//! Vietnamese conventions against vectors: amounts in words, official dates, numbers as written and read, report periods, folding.

use khuyencong::locale::number::{self, NumberProblem};
use khuyencong::locale::{Lang, date, fold, words};
use khuyencong::workbench::Settings;
use khuyencong::workbench::library::Library;
use khuyencong::workbench::paper::letterhead::official_day;
use serde_json::Value as Json;

fn vectors() -> Json {
    serde_json::from_str(include_str!("data/vietnamese.json")).expect("JSON")
}

/// The pairs of one kind.
fn pairs(kind: &str) -> Vec<(Json, String)> {
    let all = vectors();
    let pairs = all[kind].as_array().unwrap_or_else(|| panic!("{kind} is there")).iter();
    pairs.map(|pair| (pair[0].clone(), pair[1].as_str().expect("a text").to_owned())).collect()
}

#[test]
fn amounts_in_words_read_as_in_minutes() {
    for (dong, said) in pairs("money_words") {
        assert_eq!(words::money_words(dong.as_i64().expect("đồng").into()), said);
    }
}

#[test]
fn official_dates_pad_days_and_the_first_two_months() {
    for (day, said) in pairs("official_date") {
        let day = date::parse_iso(day.as_str().expect("a day")).expect("a day");
        assert_eq!(official_day(Some(day), Lang::Vi), said);
    }
}

#[test]
fn numbers_are_grouped_with_points_and_have_decimal_commas() {
    for (number, shown) in pairs("number_format") {
        assert_eq!(number::format(&number.to_string(), Lang::Vi), shown);
    }
}

#[test]
fn typed_numbers_are_read_or_asked_about() {
    for (typed, read) in pairs("parse_number") {
        let typed = typed.as_str().expect("typed");
        match (number::parse(typed, Lang::Vi), read.as_str()) {
            (Err(NumberProblem::Ambiguous(..)), "?") | (Err(NumberProblem::NotANumber), "!") => {}
            (parsed, read) => assert_eq!(parsed.as_deref(), Ok(read), "{typed}"),
        }
    }
}

#[test]
fn search_forgets_marks_and_capitals() {
    for (text, folded) in pairs("fold") {
        assert_eq!(fold::fold(text.as_str().expect("a text")), folded);
    }
}

#[test]
fn report_periods_begin_and_end_as_the_reporting_rule_says() {
    let programme = Library::new(&Settings { data_dir: "nowhere".into(), ..Settings::default() }).programme().expect("the shipped programme");
    for (asked, days) in pairs("report_periods") {
        let period = programme.period(asked.as_str().expect("a period")).expect("it is understood");
        assert_eq!(format!("{} {}", period.from, period.to), days);
    }
}

#[test]
fn letters_and_their_marks_are_put_together() {
    for (apart, together) in pairs("nfc") {
        assert_eq!(fold::nfc(apart.as_str().expect("a text")), together);
    }
}
