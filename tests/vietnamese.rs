//! Vietnamese conventions against vectors: amounts in words, official dates, numbers and money as written and read, report periods,
//! folding, the order of words and names, tax codes.

use khuyencong::form::world::Nowhere;
use khuyencong::interview::Around;
use khuyencong::interview::derive::{Severity, derive};
use khuyencong::locale::number::{self, NumberProblem};
use khuyencong::locale::{Lang, collate, date, fold, words};
use khuyencong::value::Value;
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

#[test]
fn letters_that_were_taken_apart_are_the_same_letters() {
    for (together, apart) in pairs("nfd") {
        let together = together.as_str().expect("a text");
        assert_eq!((fold::nfc(&apart).as_str(), fold::fold(&apart), collate::key(&apart)), (together, fold::fold(together), collate::key(together)));
    }
}

/// The texts of one kind, which stand in order.
fn texts(kind: &str) -> Vec<String> {
    vectors()[kind].as_array().unwrap_or_else(|| panic!("{kind} is there")).iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn words_and_names_stand_in_their_order() {
    type Key = fn(&str) -> Vec<u8>;
    for (kind, key) in [("words_sorted", collate::key as Key), ("names_sorted_by_given_name", collate::given_name_key)] {
        let order = texts(kind);
        let mut sorted = order.clone();
        sorted.reverse();
        sorted.sort_by_key(|text| key(text));
        assert_eq!(sorted, order);
    }
}

#[test]
fn amounts_are_read_with_their_sign() {
    for (typed, read) in pairs("money_read") {
        assert_eq!(number::parse_money(typed.as_str().expect("typed"), Lang::Vi).as_deref(), Ok(read.as_str()));
    }
}

/// What the form of establishments says of a tax code: nothing, a question, or no.
fn said_of(tax_code: &str, legal_form: &str) -> Option<Severity> {
    let library = Library::new(&Settings { data_dir: "nowhere".into(), ..Settings::default() });
    let form = library.form("establishment").expect("the shipped form");
    let answers = [("tax_code", tax_code), ("legal_form", legal_form)].map(|(name, value)| (name.to_owned(), Value::text(value)));
    let around = Around { world: &Nowhere, now: chrono::NaiveDateTime::default(), lang: Lang::Vi };
    let findings = derive(&form, &answers.into(), around).findings(&form);
    findings.into_iter().find(|finding| finding.path == "tax_code").map(|finding| finding.severity)
}

#[test]
fn tax_codes_of_a_wrong_shape_are_refused_and_wrong_check_digits_asked_about() {
    for (code, said) in pairs("tax_codes") {
        let code = code.as_str().expect("a code");
        assert_eq!(said_of(code, "joint_stock").is_none(), said == "ok", "{code}");
    }
    for (first, check) in pairs("tax_code_check_digits") {
        for digit in 0..10 {
            let expected = if check == digit.to_string() { None } else { Some(Severity::Soft) };
            assert_eq!(said_of(&format!("{}{digit}", first.as_str().expect("digits")), "joint_stock"), expected, "{first} {digit}");
        }
    }
    // Since July 2025 a household's tax code is the personal number of 12 digits, which has no check digit.
    for (legal_form, said) in [("household", None), ("cooperative_group", None), ("joint_stock", Some(Severity::Hard))] {
        assert_eq!(said_of("096123456789", legal_form), said, "{legal_form}");
    }
}
