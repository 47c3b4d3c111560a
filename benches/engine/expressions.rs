//! Expressions a second, on the value cases on which the engines of the field agree.

use super::figure::Figure;
use super::work::{around, load};
use khuyencong::form::Form;
use khuyencong::form::expression::compile::{Site, compile};
use khuyencong::form::expression::evaluate::{Frame, evaluate};
use khuyencong::form::expression::{Code, syntax};
use khuyencong::form::instance::{Instance, ROOT_ROW};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const PASSES: usize = 60;

/// The expressions of a file: JSON lines of cases, or plain text, one a line.
fn expressions(path: &Path) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    if path.extension().is_none_or(|kind| kind != "jsonl") {
        return text.lines().map(str::to_owned).collect();
    }
    let mut seen = BTreeSet::new();
    let wanted = |case: &Json| {
        let kind = case["kind"].as_str().unwrap_or_default();
        case["unanimous"] == true && case["asserted"] == true && case.get("volatile").is_none() && case["profile"] == "value" && matches!(kind, "boolean" | "number" | "string")
    };
    let cases = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok()).filter(wanted);
    cases.filter_map(|case| case["expr"].as_str().map(str::to_owned)).filter(|expr| seen.insert(expr.clone())).collect()
}

fn prepared(expression: &str, form: &Form) -> Option<Code> {
    compile(&syntax::parse(expression).ok()?, Site::top(form)).whole().ok()
}

/// Measures the expressions of a file. Those that this language refuses are left out and counted.
pub fn measure(path: &Path, emit: &mut dyn FnMut(Figure)) -> Result<(), String> {
    let all = expressions(path);
    if all.is_empty() {
        eprintln!("skipped: no expressions in {}", path.display());
        return Ok(());
    }
    let interview = load("expressions", b"form = \"e\"\nversion = 1\n[[question]]\nname = \"q\"\ntype = \"text\"\nlabel = \"Q\"\n")?;
    let form = interview.form();
    let taken: Vec<&String> = all.iter().filter(|expression| prepared(expression, form).is_some()).collect();
    let codes: Vec<Code> = taken.iter().filter_map(|expression| prepared(expression, form)).collect();
    let instance = Instance::new(form, interview.answers());
    let frame = Frame::new(form, &instance, around().world, around().now, around().lang, ROOT_ROW);
    eprintln!("{} of {} expressions of {} are taken", codes.len(), all.len(), path.display());
    let rate = |work: &dyn Fn()| {
        let mut samples: Vec<f64> = (0..PASSES).map(|_| per_second(codes.len(), work)).collect();
        samples.split_off(PASSES / 2)
    };
    let run = rate(&|| codes.iter().for_each(|code| drop(black_box(evaluate(code, &frame)))));
    emit(Figure { unit: "/s", ..Figure::new("expressions", "prepared", run) });
    let whole = rate(&|| taken.iter().for_each(|expression| drop(black_box(prepared(expression, form).map(|code| evaluate(&code, &frame))))));
    emit(Figure { unit: "/s", ..Figure::new("expressions", "parsed and run", whole) });
    Ok(())
}

fn per_second(count: usize, work: &dyn Fn()) -> f64 {
    let begun = Instant::now();
    work();
    count as f64 / begun.elapsed().as_secs_f64()
}
