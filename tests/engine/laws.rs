//! What is derived step by step equals what is derived at once, whatever the order of answers; no text makes the parser or
//! the evaluator panic; printing and parsing an expression is stable.

use super::farm::{FARM, Move, Play, around, form, moves};
use khuyencong::form::Form;
use khuyencong::form::expression::compile::{Site, compile};
use khuyencong::form::expression::evaluate::{Frame, evaluate};
use khuyencong::form::expression::syntax::{self, parse};
use khuyencong::form::instance::{Answers, Instance, ROOT_ROW};
use khuyencong::form::world::Nowhere;
use khuyencong::interview::derive::derive;
use khuyencong::interview::{Interview, Notes};
use khuyencong::locale::Lang;
use proptest::prelude::*;
use std::sync::Arc;

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
