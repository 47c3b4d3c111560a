//! Problems, relevance and nested repeats, answer by answer; and each family in which ODK's engines disagree.

use super::farm::{FARM, Move, Play, around, form};
use khuyencong::form::expression::compile::{Site, compile};
use khuyencong::form::expression::evaluate::{Frame, evaluate};
use khuyencong::form::expression::syntax::{self, parse};
use khuyencong::form::instance::{Answers, Instance, ROOT_ROW};
use khuyencong::form::world::Nowhere;
use khuyencong::interview::derive::Severity;
use khuyencong::locale::Lang;
use khuyencong::value::Value;

#[test]
fn a_question_has_at_most_one_problem_and_says_it_with_its_answer() {
    let mut play = Play::new();
    let problem = |play: &Play| play.interview.findings().iter().map(|f| (f.path.clone(), f.severity, f.message.en.clone())).collect::<Vec<_>>();
    assert_eq!(problem(&play), [("workers".to_owned(), Severity::Hard, "An answer is needed".to_owned())]);
    play.interview.answer("workers", Some(Value::Number(501.into())), around());
    assert_eq!(problem(&play)[0], ("workers".to_owned(), Severity::Hard, "From 0 to 500, not 501".to_owned()));
    play.interview.answer("workers", Some(Value::Number(100.into())), around());
    assert_eq!(problem(&play)[0].1, Severity::Soft, "a soft check speaks when the hard one is content");
    assert_eq!(problem(&play)[1].0, "manager", "required follows another answer");
    play.interview.answer("workers", Some(Value::Number(15.into())), around());
    assert_eq!(problem(&play), []);
}

#[test]
fn a_group_or_repeat_that_is_not_relevant_keeps_its_answers_and_counts_for_nothing() {
    let mut play = Play::new();
    play.go(&Move::Add);
    play.interview.answer("field/k1/area", Some(Value::Number(4.into())), around());
    let total = |play: &Play| {
        let form = play.interview.form();
        play.interview.derived().value(form, ROOT_ROW, form.find("total").unwrap()).map(|v| v.to_json())
    };
    assert_eq!(total(&play).as_deref(), Some("4"));
    play.interview.answer("workers", Some(Value::Number(13.into())), around());
    assert_eq!(total(&play).as_deref(), Some("0"));
    assert!(play.interview.answers().contains_key("field/k1/area"));
    play.interview.answer("workers", Some(Value::Number(14.into())), around());
    assert_eq!(total(&play).as_deref(), Some("4"));
}

#[test]
fn rows_inside_rows_are_numbered_summed_and_filtered_each_for_itself() {
    let mut play = Play::new();
    for step in [Move::Add, Move::AddInside(0), Move::AddInside(0), Move::Add, Move::AddInside(1)] {
        play.go(&step);
    }
    let set = |play: &mut Play, path: &str, value: Value| play.interview.answer(path, Some(value), around());
    set(&mut play, "field/k1/kind", Value::text("rice"));
    set(&mut play, "field/k4/kind", Value::text("shrimp"));
    for (path, number) in [("field/k1/area", 2), ("field/k4/area", 6), ("field/k1/harvest/k2/weight", 5), ("field/k1/harvest/k3/weight", 7), ("field/k4/harvest/k5/weight", 1)] {
        set(&mut play, path, Value::Number(number.into()));
    }
    let form = play.interview.form().clone();
    let value = |path: &str| {
        let derived = play.interview.derived();
        let (row, id) = derived.instance.locate(&form, path).unwrap();
        derived.value(&form, row, id).map_or_else(String::new, |v| v.to_json())
    };
    for (path, wanted) in [
        ("field/k1/weights", "12"),
        ("field/k4/weights", "1"),
        ("all", "13"),
        ("heavy", "1"),
        ("field/k1/share", "0.25"),
        ("field/k4/number", "2"),
        ("field/k4/before", "8"),
        ("field/k1/harvest/k3/yield", "3.5"),
    ] {
        assert_eq!(value(path), wanted, "{path}");
    }
    let derived = play.interview.derived();
    let choices = |path: &str| {
        let (row, id) = derived.instance.locate(&form, path).unwrap();
        derived.choices(&form, around(), row, id).iter().map(|c| c.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(choices("field/k1/harvest/k2/crop"), ["st25", "om18"]);
    assert_eq!(choices("field/k4/harvest/k5/crop"), ["tiger"]);
}

/// Where ODK's engines disagree: one line for each family of docs/conformance.md.
#[test]
fn every_disputed_family_is_decided_as_the_documentation_says() {
    let form = form(FARM);
    let instance = Instance::new(&form, &Answers::new());
    let frame = Frame::new(&form, &instance, &Nowhere, around().now, Lang::En, ROOT_ROW);
    for (expression, wanted) in [
        ("date('2001-12-26') + 5", "11687"),
        ("string(date(0))", "1970-01-01"),
        ("number('1970-01-01')", "0"),
        ("10 + '2012-07-24'", "15555"),
        ("date('x')", ""),
        ("date('1983-09-31')", ""),
        ("regex('123456', '[0-9]{3}')", "false"),
        ("regex('123', '[0-9]{3}')", "true"),
        ("round(-1.5)", "-1"),
        ("round(12345.15, 1)", "12345.2"),
        ("round('14.29', 1.5)", "14.3"),
        ("6.1 - 7.8 = -1.7", "true"),
        ("number('1.1e6')", "NaN"),
        ("number('Infinity')", "NaN"),
        ("number('  ')", "NaN"),
        ("round('4,6')", "NaN"),
        ("boolean-from-string('True')", "false"),
        ("max(-4, -1, -3)", "-1"),
        ("floor(1.5) + ceiling(1.5)", "3"),
        ("substring('12345', 2, 3)", "234"),
        ("round(distance('0 0;0 1'))", "111319"),
        ("digest('abc', 'SHA1', 'HEX')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ] {
        let compiled = compile(&parse(expression).unwrap(), Site::top(&form));
        assert_eq!(compiled.errors, [], "{expression}");
        assert_eq!(&*evaluate(&compiled.code, &frame).to_text(), wanted, "{expression}");
    }
    for refused in ["//area", "${workers} | ${total}", "@id", "$x", "following::area", "field/text()"] {
        assert!(matches!(parse(refused).unwrap_err().kind, syntax::SyntaxErrorKind::NotInForms(_)), "{refused}");
    }
}

#[test]
fn totals_skip_blank_rows_and_sets_compare_as_in_xpath() {
    let mut play = Play::new();
    (0..3).for_each(|_| play.go(&Move::Add));
    for (path, number) in [("field/k1/area", 1), ("field/k3/area", 3)] {
        play.interview.answer(path, Some(Value::Number(number.into())), around());
    }
    let form = play.interview.form().clone();
    let instance = &play.interview.derived().instance;
    let frame = Frame::new(&form, instance, &Nowhere, around().now, Lang::En, ROOT_ROW);
    for (expression, wanted) in [
        ("sum(${area})", "4"),
        ("min(${area})", "1"),
        ("max(/farm/field/area)", "3"),
        ("count(${field})", "3"),
        ("count-non-empty(${area})", "2"),
        ("${area} = 3", "true"),
        ("${area} > 3", "false"),
        ("${field}[area > 1]/area", "3"),
        ("${field}[2]/area", ""),
        ("/farm/field[position() = last()]/area", "3"),
        ("indexed-repeat(${area}, ${field}, 3)", "3"),
        ("join('-', ${area})", "1--3"),
        ("position(/farm/field[3])", "3"),
        ("(${field}/area)[3]", "3"),
    ] {
        let compiled = compile(&parse(expression).unwrap(), Site::top(&form));
        assert_eq!(compiled.errors, [], "{expression}");
        assert_eq!(&*evaluate(&compiled.code, &frame).to_text(), wanted, "{expression}");
    }
}

#[test]
fn a_choice_among_the_rows_of_a_repeat_can_be_filtered_by_their_answers() {
    let form = super::farm::form(
        r#"
form = "pets"
version = 1
title = "Pets"

[[question]]
name = "pet"
type = "repeat"
label = "Pets"

[[question.question]]
name = "animal"
type = "text"
label = "Animal"

[[question.question]]
name = "like"
type = "select_one"
label = "Like which other"
choices = "${animal}"
choice_filter = "position() != position(current()/..) and animal != ''"
"#,
    );
    let mut interview = khuyencong::interview::Interview::begin(form.clone(), &Default::default(), around());
    for (key, animal) in [("a", "cat"), ("b", "dog"), ("c", "")] {
        interview.add_row("pet", key, around());
        interview.answer(&format!("pet/{key}/animal"), (!animal.is_empty()).then(|| Value::text(animal)), around());
    }
    let derived = interview.derived();
    let choices = |path: &str| {
        let (row, id) = derived.instance.locate(&form, path).unwrap();
        derived.choices(&form, around(), row, id).iter().map(|c| c.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(choices("pet/a/like"), ["dog"]);
    assert_eq!(choices("pet/b/like"), ["cat"]);
    assert_eq!(choices("pet/c/like"), ["cat", "dog"]);
}
