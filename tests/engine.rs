//! The engine's laws: what is derived step by step equals what is derived at once, whatever the order of answers; no text
//! makes the parser or the evaluator panic; printing and parsing an expression is stable.

use khuyencong::form::expression::compile::{Site, compile};
use khuyencong::form::expression::evaluate::{Frame, evaluate};
use khuyencong::form::expression::syntax::{self, parse};
use khuyencong::form::instance::{Answers, Instance, ROOT_ROW};
use khuyencong::form::world::Nowhere;
use khuyencong::form::{Form, check, read};
use khuyencong::interview::derive::{Severity, derive};
use khuyencong::interview::{Around, Interview, Notes, Who};
use khuyencong::locale::{Lang, date};
use khuyencong::value::Value;
use proptest::prelude::*;
use std::sync::Arc;

fn around() -> Around<'static> {
    Around { world: &Nowhere, now: date::parse_iso("2026-11-25").unwrap().and_hms_opt(9, 0, 0).unwrap(), lang: Lang::En }
}

fn form(text: &str) -> Arc<Form> {
    let (draft, problems) = read("test.toml", text).unwrap_or_else(|(_, problems)| panic!("{problems:?}"));
    assert_eq!(problems, Vec::new());
    let nothing = |_: &str| None;
    match check::check(&draft, &nothing) {
        Ok((form, _)) => Arc::new(form),
        Err(problems) => panic!("{problems:?}"),
    }
}

/// Synthetic: a farm with fields and their crops; everything that can depend on everything does somewhere.
const FARM: &str = r#"
form = "farm"
version = 1
title = "Farm"

[choices]
kind = [{ name = "rice", label = "Rice" }, { name = "shrimp", label = "Shrimp" }]
crop = [
  { name = "st25", label = "ST25", of = "rice" },
  { name = "om18", label = "OM18", of = "rice" },
  { name = "tiger", label = "Tiger", of = "shrimp" },
]

[[question]]
name = "workers"
type = "integer"
label = "Workers"
required = "true()"
constraint = ". >= 0 and . <= 500"
constraint_message = { vi = "Từ 0 đến 500", en = "From 0 to 500, not ${workers}" }
warning = ". < 100"

[[question]]
name = "big"
type = "calculate"
calculation = "if(${workers} > 10, 'yes', 'no')"

[[question]]
name = "manager"
type = "text"
label = "Manager of ${workers}"
relevant = "${big} = 'yes'"
required = "${workers} > 20"

[[question]]
name = "wanted"
type = "integer"
label = "How many fields"

[[question]]
name = "field"
type = "repeat"
label = "Fields"
relevant = "${workers} != 13"

[[question.question]]
name = "kind"
type = "select_one"
choices = "kind"
label = "Kind"

[[question.question]]
name = "area"
type = "decimal"
label = "Area"
constraint = ". > 0"

[[question.question]]
name = "share"
type = "calculate"
value = "decimal"
calculation = "${area} div ${total}"

[[question.question]]
name = "number"
type = "calculate"
value = "integer"
calculation = "position(..)"

[[question.question]]
name = "before"
type = "calculate"
value = "decimal"
calculation = "coalesce(../../field[position() = position(current()/..) - 1]/before, 0) + coalesce(${area}, 0)"

[[question.question]]
name = "harvest"
type = "repeat"
label = "Harvests"

[[question.question.question]]
name = "crop"
type = "select_one"
choices = "crop"
choice_filter = "of = ${kind}"
label = "Crop"

[[question.question.question]]
name = "weight"
type = "decimal"
label = "Weight"
required = "${crop} != ''"

[[question.question.question]]
name = "yield"
type = "calculate"
value = "decimal"
calculation = "${weight} div ${area}"

[[question.question]]
name = "weights"
type = "calculate"
value = "decimal"
calculation = "sum(${harvest}/weight)"

[[question]]
name = "total"
type = "calculate"
value = "decimal"
calculation = "sum(${field}/area)"

[[question]]
name = "heavy"
type = "calculate"
value = "integer"
calculation = "count(${field}[weights > 10])"

[[question]]
name = "all"
type = "calculate"
value = "decimal"
calculation = "sum(/farm/field/harvest/weight)"

[[question]]
name = "box"
type = "repeat"
label = "Boxes"
repeat_count = "${wanted}"

[[question.question]]
name = "mark"
type = "text"
label = "Mark"
default = "concat('box ', position(..))"

[[question]]
name = "last"
type = "text"
label = "Last"
default = "concat('of ', ${workers})"
"#;

#[derive(Clone, Debug)]
enum Move {
    Answer(usize, usize, usize, Option<u8>),
    Add,
    AddInside(usize),
    Delete(usize),
    Insert(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (0usize..8, 0usize..4, 0usize..3, proptest::option::of(0u8..30)).prop_map(|(q, r, i, v)| Move::Answer(q, r, i, v)),
        2 => (0usize..4).prop_map(|_| Move::Add),
        2 => (0usize..4).prop_map(Move::AddInside),
        1 => (0usize..4).prop_map(Move::Delete),
        1 => (0usize..4).prop_map(Move::Insert),
    ];
    proptest::collection::vec(one, 1..30)
}

fn value(question: &str, number: u8) -> Value {
    match question {
        "kind" => Value::text(["rice", "shrimp", "gone"][number as usize % 3]),
        "crop" => Value::text(["st25", "om18", "tiger"][number as usize % 3]),
        "manager" => Value::text(format!("P{number}")),
        _ => Value::Number(i64::from(number).into()),
    }
}

struct Play {
    interview: Interview,
    keys: usize,
}

impl Play {
    fn new() -> Self {
        Self { interview: Interview::begin(form(FARM), &Who::default(), around()), keys: 0 }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("k{}", self.keys)
    }

    fn row(&self, start: &str, at: usize) -> Option<String> {
        let rows = self.interview.rows(start);
        let row = *rows.get(at % rows.len().max(1))?;
        Some(self.interview.derived().instance.row(row).prefix.trim_end_matches('/').to_owned())
    }

    fn go(&mut self, step: &Move) {
        match step {
            Move::Answer(question, row, inner, number) => {
                let name = ["workers", "manager", "wanted", "kind", "area", "crop", "weight", "workers"][*question];
                let path = match name {
                    "kind" | "area" => self.row("field", *row).map(|row| format!("{row}/{name}")),
                    "crop" | "weight" => {
                        let row = self.row("field", *row).and_then(|row| self.row(&format!("{row}/harvest"), *inner));
                        row.map(|row| format!("{row}/{name}"))
                    }
                    _ => Some(name.to_owned()),
                };
                if let Some(path) = path {
                    self.interview.answer(&path, number.map(|n| value(name, n)), around());
                }
            }
            Move::Add => {
                let key = self.key();
                self.interview.add_row("field", &key, around());
            }
            Move::AddInside(at) => {
                if let Some(row) = self.row("field", *at) {
                    let key = self.key();
                    self.interview.add_row(&format!("{row}/harvest"), &key, around());
                }
            }
            Move::Delete(at) => {
                if let Some(row) = self.row("field", *at) {
                    self.interview.delete_row(&row, around());
                }
            }
            Move::Insert(at) => {
                let key = self.key();
                let count = self.interview.rows("field").len();
                self.interview.insert_row("field", at % (count + 1), &key, around());
            }
        }
    }
}

/// Everything that can be seen of derived state: relevance, values, problems, by path.
fn seen(form: &Form, derived: &khuyencong::interview::derive::Derived) -> Vec<String> {
    let mut all = Vec::new();
    khuyencong::interview::order::walk(form, &derived.instance, &mut |row, id| {
        let cell = derived.instance.cell(form, row, id);
        let value = derived.value(form, row, id).map(|value| value.to_json());
        all.push(format!("{} {} {value:?}", derived.instance.path(form, row, id), cell.relevant));
    });
    all.extend(derived.findings(form).iter().map(|f| format!("{} {:?} {}", f.path, f.severity, f.message.en)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn deriving_step_by_step_equals_deriving_at_once(steps in moves()) {
        let mut play = Play::new();
        for step in &steps {
            play.go(step);
            let interview = &play.interview;
            let whole = derive(interview.form(), interview.answers(), around());
            prop_assert_eq!(seen(interview.form(), interview.derived()), seen(interview.form(), &whole), "after {:?}", step);
        }
    }

    #[test]
    fn deriving_twice_changes_nothing(steps in moves()) {
        let mut play = Play::new();
        steps.iter().for_each(|step| play.go(step));
        let answers = play.interview.answers().clone();
        let before = seen(play.interview.form(), play.interview.derived());
        play.interview.refresh(around());
        prop_assert_eq!(&answers, play.interview.answers());
        prop_assert_eq!(before, seen(play.interview.form(), play.interview.derived()));
    }

    #[test]
    fn deriving_does_not_depend_on_the_order_of_answers(steps in moves(), seed in any::<u64>()) {
        let mut play = Play::new();
        steps.iter().for_each(|step| play.go(step));
        let wanted = play.interview.answers().clone();
        let mut paths: Vec<(u64, &String)> = wanted.keys().map(|path| (path.bytes().fold(seed, |h, b| h.rotate_left(7) ^ u64::from(b).wrapping_mul(0x9e37)), path)).collect();
        paths.sort();
        let form = play.interview.form().clone();
        let mut other = Interview::reopen(form.clone(), Answers::new(), Notes::new(), around());
        // A row must be there before its answers: order keys first, in any order among themselves but outer ones before inner ones.
        let (mut rows, answers): (Vec<_>, Vec<_>) = paths.into_iter().partition(|(_, path)| path.ends_with("/#"));
        rows.sort_by_key(|(_, path)| path.matches('/').count());
        for (_, path) in rows.into_iter().chain(answers) {
            other.answer(path, wanted.get(path).cloned(), around());
        }
        for path in other.answers().keys().filter(|path| !wanted.contains_key(*path)).cloned().collect::<Vec<_>>() {
            other.answer(&path, None, around());
        }
        prop_assert_eq!(&wanted, other.answers());
        prop_assert_eq!(seen(&form, play.interview.derived()), seen(&form, other.derived()));
    }
}

/// Texts that look like expressions, and such that do not.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${workers}"),
        Just("${area}"),
        Just("${field}"),
        Just("/farm/field"),
        Just(".."),
        Just("."),
        Just("*"),
        Just("/"),
        Just("["),
        Just("]"),
        Just("("),
        Just(")"),
        Just(" div "),
        Just(" and "),
        Just("="),
        Just("<="),
        Just("!="),
        Just("-"),
        Just("+"),
        Just("1"),
        Just("0.5"),
        Just("'a'"),
        Just("\"é\""),
        Just(","),
        Just("concat("),
        Just("if("),
        Just("sum("),
        Just("position("),
        Just("current()"),
        Just("instance('x')"),
        Just("count("),
        Just("area"),
        Just("harvest"),
        Just("regex(., '[a'"),
        Just("indexed-repeat("),
        Just("jr:choice-name("),
        Just("substr("),
        Just("round("),
        Just("date("),
        Just("today()"),
        Just("randomize("),
        Just("format-date("),
        Just("'%Y-%'"),
        Just("selected-at("),
        Just("999999999999999999999"),
        Just("once("),
        Just("//"),
        Just("@"),
        Just("::"),
        Just("child::"),
    ];
    prop_oneof![proptest::collection::vec(piece, 0..14).prop_map(|parts| parts.concat()), any::<String>(),]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_text_makes_the_parser_or_the_evaluator_panic(text in texts(), at in 0usize..20) {
        thread_local! { static FARM_FORM: Arc<Form> = form(FARM); }
        FARM_FORM.with(|form| {
            let Ok(syntax) = parse(&text) else { return };
            let id = form.ids().nth(at % form.nodes.len()).unwrap();
            let compiled = compile(&syntax, Site::at(form, id));
            let mut play = Play::new();
            for step in [Move::Add, Move::AddInside(0), Move::Add, Move::Answer(4, 0, 0, Some(7))] {
                play.go(&step);
            }
            let instance = &play.interview.derived().instance;
            for row in instance.rows_of(form, form.node(id).scope) {
                let frame = Frame::new(form, instance, &Nowhere, around().now, Lang::En, row).at(id);
                evaluate(&compiled.code, &frame);
            }
        });
    }

    #[test]
    fn printing_and_parsing_an_expression_is_stable(text in texts()) {
        if let Ok(syntax) = parse(&text) {
            let printed = syntax.to_string();
            let again = parse(&printed).unwrap_or_else(|e| panic!("{text} was printed as {printed}: {e:?}"));
            prop_assert_eq!(printed, again.to_string(), "{}", text);
        }
    }
}

#[test]
fn nesting_beyond_the_limit_is_refused_with_a_place() {
    for text in ["(".repeat(5_000) + "1" + &")".repeat(5_000), "if(1,".repeat(3_000) + "1", "a[".repeat(3_000), "-".repeat(9_000) + "1", "a/".repeat(9_000) + "a"] {
        assert!(matches!(parse(&text).unwrap_err().kind, syntax::SyntaxErrorKind::TooDeep | syntax::SyntaxErrorKind::EndsEarly), "{}", &text[..20]);
    }
}

#[test]
fn the_deepest_expression_that_parses_also_runs() {
    let form = form(FARM);
    let text = "if(1=1,".repeat(100) + "2" + &",3)".repeat(100);
    let compiled = compile(&parse(&text).unwrap(), Site::top(&form));
    let instance = Instance::new(&form, &Answers::new());
    let frame = Frame::new(&form, &instance, &Nowhere, around().now, Lang::En, ROOT_ROW);
    assert_eq!(evaluate(&compiled.code, &frame).to_number(), 2.0);
}

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
