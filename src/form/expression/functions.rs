//! What each function does.

use super::code::Code;
use super::dates;
use super::datum::Datum;
use super::evaluate::{Frame, each, evaluate, lookup};
use super::function::Function;
use crate::form::list::ChoiceList;
use crate::form::{NodeId, ScopeId};
use crate::locale::words;
use std::sync::Arc;

/// Calls a function.
pub fn call(function: Function, arguments: &[Code], frame: &Frame<'_>) -> Datum {
    use Function as F;
    let datum = |at: usize| arguments.get(at).map_or(Datum::Blank, |code| evaluate(code, frame));
    let number = |at: usize| datum(at).to_number();
    let text = |at: usize| datum(at).to_text();
    match function {
        F::If => datum(if datum(0).to_boolean() { 1 } else { 2 }),
        F::Not => Datum::Boolean(!datum(0).to_boolean()),
        F::True => Datum::Boolean(true),
        F::False => Datum::Boolean(false),
        F::Boolean => Datum::Boolean(datum(0).to_boolean()),
        F::BooleanFromString => Datum::Boolean(matches!(&*text(0), "true" | "1")),
        F::Coalesce => (0..arguments.len()).map(datum).find(|d| !d.is_blank()).unwrap_or(Datum::Blank),
        F::Once => Some(frame.this()).filter(|d| !d.is_blank()).unwrap_or_else(|| datum(0)),
        F::Selected => Datum::Boolean(text(0).split_whitespace().any(|name| *name == *text(1).trim())),
        F::SelectedAt => selected_at(&text(0), number(1)),
        F::CountSelected => Datum::Number(text(0).split_whitespace().count() as f64),
        F::Number => Datum::Number(number(0)),
        F::Int => Datum::Number(number(0).trunc()),
        F::Round => Datum::Number(round(number(0), if arguments.len() > 1 { number(1) } else { 0.0 })),
        F::Floor => Datum::Number(number(0).floor()),
        F::Ceiling => Datum::Number(number(0).ceil()),
        F::Abs => Datum::Number(number(0).abs()),
        F::Pow => Datum::Number(number(0).powf(number(1))),
        F::Sqrt => Datum::Number(number(0).sqrt()),
        F::Exp => Datum::Number(number(0).exp()),
        F::Log => Datum::Number(number(0).ln()),
        F::Log10 => Datum::Number(number(0).log10()),
        F::Min => fold(arguments, frame, f64::min),
        F::Max => fold(arguments, frame, f64::max),
        F::Sum => sum(arguments, frame),
        F::Random => Datum::Number(frame.world.random()),
        F::Pi => Datum::Number(std::f64::consts::PI),
        F::Text => Datum::Text(text(0)),
        F::Concat => Datum::text(texts(arguments, frame).concat()),
        F::Join => Datum::text(texts(&arguments[1..], frame).join(&*text(0))),
        F::Substr => substr(&text(0), number(1), (arguments.len() > 2).then(|| number(2))),
        F::StringLength => Datum::Number(text(0).chars().count() as f64),
        F::Contains => Datum::Boolean(text(0).contains(&*text(1))),
        F::StartsWith => Datum::Boolean(text(0).starts_with(&*text(1))),
        F::EndsWith => Datum::Boolean(text(0).ends_with(&*text(1))),
        F::SubstringBefore => Datum::text(text(0).split_once(&*text(1)).map_or("", |(before, _)| before)),
        F::SubstringAfter => Datum::text(text(0).split_once(&*text(1)).map_or("", |(_, after)| after)),
        F::Translate => translate(&text(0), &text(1), &text(2)),
        F::NormalizeSpace => Datum::text(text(0).split_whitespace().collect::<Vec<_>>().join(" ")),
        F::Uuid => Datum::text(frame.world.uuid()),
        F::Count => Datum::Number(members(&arguments[0], frame).map_or_else(|| f64::from(u8::from(!datum(0).is_blank())), |m| m.len() as f64)),
        F::CountNonEmpty => {
            let all = members(&arguments[0], frame).unwrap_or_else(|| vec![datum(0)]);
            Datum::Number(all.iter().filter(|d| !d.is_blank()).count() as f64)
        }
        F::Position => {
            let row = frame.instance.climb(frame.row, ScopeId(number(0) as u16));
            Datum::Number(f64::from(frame.instance.row(row).position))
        }
        F::Today => Datum::Date(crate::locale::date::days(frame.now.date())),
        F::Now => Datum::Moment(frame.now),
        F::Date => dates::date(&datum(0)),
        F::DateTime => datum(0).to_moment().map_or(Datum::Blank, Datum::Moment),
        F::FormatDate => dates::format(&datum(0), &text(1), frame.lang),
        F::DecimalDateTime => Datum::Number(number(0)),
        F::DecimalTime => Datum::Number(number(0).rem_euclid(1.0)),
        F::Lookup => table(&arguments[0], frame).map_or(Datum::Blank, |table| lookup(&table, &text(1), &text(2))),
        F::PullData => pull_data(frame, number(0) as usize, &text(1), &text(2), &text(3)),
        F::Latest => latest(arguments, frame),
        F::WordsVi => words_vi(number(0)),
        // Compiled into other code.
        F::Rows | F::ChoiceName | F::Regex | F::IndexedRepeat => Datum::Blank,
    }
}

/// The rows that `rows(form, reference, repeat)` names.
pub fn table(code: &Code, frame: &Frame<'_>) -> Option<Arc<ChoiceList>> {
    let Code::Call(Function::Rows, arguments) = code else { return None };
    let text = |at: usize| evaluate(&arguments[at], frame).to_text();
    let reference = text(1);
    if reference.is_empty() {
        return None;
    }
    frame.world.rows(&text(0), &reference, &text(2), frame.day())
}

fn latest(arguments: &[Code], frame: &Frame<'_>) -> Datum {
    let text = |at: usize| evaluate(&arguments[at], frame).to_text();
    let reference = text(1);
    if reference.is_empty() {
        return Datum::Blank;
    }
    let condition = (arguments.len() > 3).then(|| text(3));
    let taken = frame.world.latest(&text(0), &reference, &text(2), condition.as_deref(), frame.day());
    taken.map_or(Datum::Blank, |taken| Datum::of(&taken.value, taken.kind))
}

/// The members of a set, or `None` for a single value.
fn members(code: &Code, frame: &Frame<'_>) -> Option<Vec<Datum>> {
    match code {
        Code::Nodes(nodes) => {
            let mut all = Vec::new();
            each(nodes, frame, &mut |_, datum| all.push(datum));
            Some(all)
        }
        Code::Outer(inner) => members(inner, &Frame { row: frame.holder, ..*frame }),
        _ => None,
    }
}

/// Numbers of all arguments, sets opened; blanks and what is no number are skipped: one unanswered row must not void a total.
fn numbers(arguments: &[Code], frame: &Frame<'_>) -> Vec<f64> {
    let mut all = Vec::new();
    for argument in arguments {
        match members(argument, frame) {
            Some(members) => all.extend(members.iter().map(Datum::to_number)),
            None => all.push(evaluate(argument, frame).to_number()),
        }
    }
    all.retain(|n| n.is_finite());
    all
}

fn sum(arguments: &[Code], frame: &Frame<'_>) -> Datum {
    Datum::Number(numbers(arguments, frame).iter().sum())
}

fn fold(arguments: &[Code], frame: &Frame<'_>, choose: fn(f64, f64) -> f64) -> Datum {
    numbers(arguments, frame).into_iter().reduce(choose).map_or(Datum::Number(f64::NAN), Datum::Number)
}

fn texts(arguments: &[Code], frame: &Frame<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for argument in arguments {
        match members(argument, frame) {
            Some(members) => all.extend(members.iter().map(|d| d.to_text().to_string())),
            None => all.push(evaluate(argument, frame).to_text().to_string()),
        }
    }
    all
}

/// Half up, as XPath and ODK Collect do.
fn round(number: f64, places: f64) -> f64 {
    let scale = 10f64.powf(places.trunc());
    let scaled = (number * scale + 0.5).floor() / scale;
    if scaled.is_finite() || !number.is_finite() { scaled } else { number }
}

fn selected_at(list: &str, at: f64) -> Datum {
    if at < 0.0 {
        return Datum::Blank;
    }
    Datum::text(list.split_whitespace().nth(at as usize).unwrap_or(""))
}

fn substr(text: &str, from: f64, to: Option<f64>) -> Datum {
    let length = text.chars().count() as f64;
    let place = |at: f64| if at < 0.0 { (length + at).max(0.0) } else { at.min(length) } as usize;
    let (from, to) = (place(from), to.map_or(length as usize, place));
    Datum::text(text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>())
}

fn translate(text: &str, from: &str, to: &str) -> Datum {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let change = |c: char| from.iter().position(|f| *f == c).map_or(Some(c), |at| to.get(at).copied());
    Datum::text(text.chars().filter_map(change).collect::<String>())
}

fn words_vi(number: f64) -> Datum {
    if number.is_finite() && number.abs() < 1e30 { Datum::text(words::words(number.round() as i128)) } else { Datum::Blank }
}

fn pull_data(frame: &Frame<'_>, list: usize, by: &str, key: &str, column: &str) -> Datum {
    let list = &frame.form.lists[list];
    let at = |name: &str| list.columns.iter().position(|c| c == name);
    let (Some(by), Some(column)) = (at(by), at(column)) else { return Datum::Blank };
    let row = list.choices.iter().find(|choice| &*choice.cells[by] == key);
    row.map_or(Datum::Blank, |row| Datum::text(&row.cells[column]))
}

/// The label of a choice (several, with commas) in the frame's language; what the list does not hold stays as it is.
pub fn choice_name(value: &Datum, question: NodeId, frame: &Frame<'_>) -> Datum {
    let Some(list) = frame.form.list(question) else { return value.clone() };
    let text = value.to_text();
    let labels: Vec<&str> = match list.get(&text) {
        Some(choice) => vec![choice.label.get(frame.lang)],
        None => text.split_whitespace().map(|name| list.label(name, frame.lang)).collect(),
    };
    Datum::text(labels.join(", "))
}
