//! Answers as JSON, for every question type: the right value, or one clear sentence.

use khuyencong::form::Form;
use khuyencong::form::world::Nowhere;
use khuyencong::interview::json::{self, Keys};
use khuyencong::interview::{Around, Interview, Who};
use khuyencong::locale::{Lang, Text};
use khuyencong::value::FileRef;
use khuyencong::workbench::library::check_bytes;
use serde_json::{Value as Json, json};
use std::sync::Arc;

const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct OneFile;

impl Keys for OneFile {
    fn key(&mut self) -> String {
        "k001".into()
    }

    fn file(&mut self, path: &str) -> Result<FileRef, Text> {
        match path {
            "a.jpg" => Ok(FileRef { sha256: HASH.into(), bytes: 3, name: "a.jpg".into() }),
            _ => Err(Text::plain(format!("no {path}"))),
        }
    }
}

/// What the question's answer is kept as, or the sentences about it.
fn given(question: &str, input: Json) -> String {
    let text = include_str!("fixtures/every_type.toml");
    let report = check_bytes("every_type.toml", text.as_bytes(), &|_| None);
    let form: Arc<Form> = Arc::new(report.form.unwrap());
    let around = Around { world: &Nowhere, now: "2026-03-10T09:00:00".parse().unwrap(), lang: Lang::En };
    let mut interview = Interview::begin(form, &Who::default(), around);
    let mut input = input;
    if question != "district" && question == "hamlet" {
        input = json!({ "district": "north", "hamlet": input });
    } else {
        input = json!({ question: input });
    }
    let problems = json::fill(&mut interview, &input, &mut OneFile, around).err().unwrap_or_default();
    let mut told: Vec<String> = problems.iter().map(|p| p.message.en.clone()).collect();
    told.extend(interview.findings().iter().filter(|f| f.path == question && interview.answers().contains_key(question)).map(|f| f.message.en.clone()));
    match (told.as_slice(), interview.answers().get(question)) {
        ([], None) => "blank".into(),
        ([], Some(value)) => value.to_json(),
        (told, _) => format!("✗ {}", told.join(" / ")),
    }
}

#[track_caller]
fn reads(question: &str, cases: &[(Json, &str)]) {
    for (input, wanted) in cases {
        assert_eq!(given(question, input.clone()), *wanted, "{question} = {input}");
    }
}

const WRONG: &str = "✗ this JSON value does not fit the question's type";

#[test]
fn text_takes_text_and_numbers() {
    reads("name", &[(json!("Ba Tâm"), r#""Ba Tâm""#), (json!(""), "blank"), (json!(12), r#""12""#), (json!(true), WRONG), (json!(["a"]), WRONG), (json!(null), "blank")]);
    reads("story", &[(json!("một\nhai"), r#""một\nhai""#)]);
    reads("serial", &[(json!("8931234567890"), r#""8931234567890""#)]);
}

#[test]
fn numbers_are_exact_whole_where_needed_and_within_their_range() {
    reads("workers", &[(json!(5), "5"), (json!("5"), "5"), (json!(5.5), "✗ Must be a whole number"), (json!("năm"), "✗ Not a number"), (json!(true), WRONG)]);
    reads("weight", &[(json!(0.1), "0.1"), (json!("1.50"), "1.5"), (json!(1e40), "✗ Not a number")]);
    reads("price", &[(json!(1_500_000), "1500000"), (json!("3 million"), "3000000")]);
    reads("score", &[(json!(4), "4"), (json!(3), "✗ Must be from 0 to 10 in steps of 2"), (json!(12), "✗ Must be from 0 to 10 in steps of 2")]);
    reads("fall", &[(json!(-1.5), "-1.5"), (json!(1), "1"), (json!(0.25), "✗ Must be from 1.5 to -1.5 in steps of 0.5")]);
}

#[test]
fn dates_and_times_are_read_as_written_here_and_elsewhere() {
    reads("visit", &[(json!("2026-07-01"), r#""2026-07-01""#), (json!("1/7/2026"), r#""2026-07-01""#), (json!("32/1/2026"), "✗ Not a date (for example 1/7/2026)")]);
    reads("season", &[(json!("2026-07"), r#""2026-07""#), (json!("7/2026"), r#""2026-07""#)]);
    reads("opens", &[(json!("7:30"), r#""07:30""#), (json!("07:30:15"), r#""07:30""#), (json!("25:00"), "✗ Not a time (for example 14:05)"), (json!(730), WRONG)]);
    let moment = r#""2026-07-01T14:05:00+07:00""#;
    reads(
        "met",
        &[
            (json!("2026-07-01T14:05:00+07:00"), moment),
            (json!("1/7/2026 14:05"), moment),
            (json!("2026-07-01T07:05:00Z"), moment),
            (json!("soon"), "✗ Not a date and time (for example 1/7/2026 14:05)"),
        ],
    );
}

#[test]
fn choices_are_known_names_in_the_forms_order_or_in_that_of_rank() {
    reads("fuel", &[(json!("wood"), r#""wood""#), (json!("gold"), "✗ “gold” is not in the list"), (json!(["wood"]), WRONG)]);
    reads("fuels", &[(json!(["diesel", "wood", "wood"]), r#"["wood","diesel"]"#), (json!([]), "blank"), (json!(["gold"]), "✗ “gold” is not in the list"), (json!([1]), WRONG)]);
    reads("ranked", &[(json!(["diesel", "wood", "husk"]), r#"["diesel","wood","husk"]"#), (json!(["diesel"]), "✗ All choices must be ranked")]);
    reads("ranked", &[(json!(["wood", "wood", "wood"]), "✗ All choices must be ranked")]);
    reads("hamlet", &[(json!("n2"), r#""n2""#), (json!("s1"), "✗ “s1” is not in the list")]);
}

#[test]
fn what_is_acknowledged_is_true_or_blank() {
    reads("agreed", &[(json!(true), r#""OK""#), (json!("OK"), r#""OK""#), (json!(false), "blank"), (json!("no"), "✗ Can only be true, or left out"), (json!(1), WRONG)]);
}

#[test]
fn positions_lines_and_areas_are_text_or_arrays_and_lie_on_the_earth() {
    let not = "✗ Not a position (for example 9.18 105.15)";
    reads(
        "spot",
        &[
            (json!("9.18 105.15"), "[9.18,105.15]"),
            (json!([9.18, 105.15, 2, 5]), "[9.18,105.15,2,5]"),
            (json!([105.15, 9.18]), not),
            (json!([9.18]), not),
            (json!(["x", "y"]), not),
        ],
    );
    let line = r#""9.18 105.15; 9.19 105.16""#;
    reads("road", &[(json!("9.18 105.15;9.19 105.16"), line), (json!([[9.18, 105.15], [9.19, 105.16]]), line)]);
    reads("road", &[(json!("9.18 105.15"), "✗ Not a line: at least two points are needed (for example 9.18 105.15; 9.19 105.16)")]);
    let ring = r#""9.18 105.15; 9.19 105.15; 9.19 105.16; 9.18 105.15""#;
    reads(
        "yard",
        &[
            (json!("9.18 105.15; 9.19 105.15; 9.19 105.16"), ring),
            (json!("9.18 105.15 0 0; 9.19 105.15 0 0"), "✗ Not an area: at least three points are needed (for example 9.18 105.15; 9.19 105.15; 9.19 105.16)"),
        ],
    );
}

#[test]
fn a_file_is_a_path_or_one_that_is_attached_already() {
    let file = format!(r#"{{"sha256":"{HASH}","bytes":3,"name":"a.jpg"}}"#);
    reads("photo", &[(json!("a.jpg"), &file), (serde_json::from_str(&file).unwrap(), &file), (json!("b.jpg"), "✗ no b.jpg"), (json!(""), "blank")]);
    let not = "✗ Must be the path of a file";
    reads("photo", &[(json!({ "sha256": "abc", "bytes": 3, "name": "a" }), not), (json!({ "sha256": HASH, "bytes": 3, "name": "../a" }), not), (json!(7), WRONG)]);
}

#[test]
fn what_is_computed_or_only_shown_is_not_answered() {
    reads("each", &[(json!(1), "✗ This is computed, not entered")]);
    reads("welcome", &[(json!("x"), "✗ This is computed, not entered")]);
    reads("double", &[(json!(1), "✗ This is computed, not entered")]);
}

#[test]
fn attached_files_come_out_as_they_went_in() {
    let report = check_bytes("every_type.toml", include_bytes!("fixtures/every_type.toml"), &|_| None);
    let around = Around { world: &Nowhere, now: "2026-03-10T09:00:00".parse().unwrap(), lang: Lang::En };
    let mut interview = Interview::begin(Arc::new(report.form.unwrap()), &Who::default(), around);
    json::fill(&mut interview, &json!({ "photo": "a.jpg" }), &mut OneFile, around).unwrap();
    let out = json::write(interview.form(), &interview.derived().instance, json::Part::Answers);
    assert_eq!(out["photo"], json!({ "sha256": HASH, "bytes": 3, "name": "a.jpg" }));
}
