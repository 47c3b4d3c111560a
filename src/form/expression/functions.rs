//! What each function does.

use super::code::Code;
use super::compile::whole_match;
use super::datum::{Datum, number_text, time_of_day};
use super::evaluate::{Frame, Item, each, evaluate, lookup, position_of, truth};
use super::function::Function;
use super::{dates, digest, geo};
use crate::form::column::Totals;
use crate::form::instance::ROOT_ROW;
use crate::form::list::ChoiceList;
use crate::form::{Choices, Kind, NodeId};
use crate::locale::words;
use chrono::Timelike;
use std::sync::Arc;

/// Calls a function.
pub fn call(function: Function, arguments: &[Code], frame: &Frame<'_>) -> Datum {
    use Function as F;
    let datum = |at: usize| arguments.get(at).map_or_else(|| frame.value(frame.context), |code| evaluate(code, frame));
    let number = |at: usize| datum(at).to_number();
    let text = |at: usize| datum(at).to_text();
    let given = |at: usize| at < arguments.len();
    match function {
        F::If => evaluate(&arguments[if truth(&arguments[0], frame) { 1 } else { 2 }], frame),
        F::Not => Datum::Boolean(!truth(&arguments[0], frame)),
        F::True => Datum::Boolean(true),
        F::False => Datum::Boolean(false),
        F::Boolean => Datum::Boolean(truth(&arguments[0], frame)),
        F::BooleanFromString => Datum::Boolean(matches!(&*text(0), "true" | "1")),
        F::Coalesce => arguments.iter().map(|code| evaluate(code, frame)).find(|d| !d.is_empty() && !matches!(d, Datum::Number(n) if n.is_nan())).unwrap_or(Datum::Blank),
        F::Once => Some(frame.this()).filter(|d| !d.is_empty()).unwrap_or_else(|| datum(0)),
        F::Selected => Datum::Boolean(is_selected(&datum(0), &datum(1))),
        F::SelectedAt => selected_at(&text(0), number(1)),
        F::CountSelected => Datum::Number(text(0).split_whitespace().count() as f64),
        F::Number => Datum::Number(number(0)),
        F::Int => Datum::Number(number(0).trunc()),
        F::Round => Datum::Number(round(number(0), if given(1) { number(1) } else { 0.0 })),
        F::Floor => Datum::Number(number(0).floor()),
        F::Ceiling => Datum::Number(number(0).ceil()),
        F::Abs => Datum::Number(number(0).abs()),
        F::Pow => Datum::Number(number(0).powf(number(1))),
        F::Sqrt => Datum::Number(number(0).sqrt()),
        F::Exp => Datum::Number(number(0).exp()),
        F::Exp10 => Datum::Number(10f64.powf(number(0))),
        F::Log => Datum::Number(number(0).ln()),
        F::Log10 => Datum::Number(number(0).log10()),
        F::Sin => Datum::Number(number(0).sin()),
        F::Cos => Datum::Number(number(0).cos()),
        F::Tan => Datum::Number(number(0).tan()),
        F::Asin => Datum::Number(number(0).asin()),
        F::Acos => Datum::Number(number(0).acos()),
        F::Atan => Datum::Number(number(0).atan()),
        F::Atan2 => Datum::Number(number(0).atan2(number(1))),
        F::Min => totals(arguments, frame).map_or_else(|| extreme(arguments, frame, f64::min), |totals| Datum::Number(totals.least)),
        F::Max => totals(arguments, frame).map_or_else(|| extreme(arguments, frame, f64::max), |totals| Datum::Number(totals.greatest)),
        F::Sum => Datum::Number(totals(arguments, frame).map_or_else(|| sum(&arguments[0], frame), |totals| totals.sum)),
        F::Random => Datum::Number(frame.world.random()),
        F::Pi => Datum::Number(std::f64::consts::PI),
        F::Text => Datum::text_of(&datum(0)),
        F::Concat => Datum::text(texts(arguments, frame).concat()),
        F::Join => Datum::text(texts(&arguments[1..], frame).join(&*text(0))),
        F::Substr => substr(&text(0), number(1), given(2).then(|| number(2))),
        F::Substring => substring(&text(0), number(1), if given(2) { number(2) } else { f64::INFINITY }),
        F::StringLength => Datum::Number(datum(0).as_str().encode_utf16().count() as f64),
        F::Contains => Datum::Boolean(text(0).contains(&*text(1))),
        F::StartsWith => Datum::Boolean(text(0).starts_with(&*text(1))),
        F::EndsWith => Datum::Boolean(text(0).ends_with(&*text(1))),
        F::SubstringBefore => Datum::text(text(0).split_once(&*text(1)).map_or("", |(before, _)| before)),
        F::SubstringAfter => Datum::text(text(0).split_once(&*text(1)).map_or("", |(_, after)| after)),
        F::Translate => translate(&text(0), &text(1), &text(2)),
        F::NormalizeSpace => Datum::text(text(0).split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")),
        F::Regex => Datum::Boolean(whole_match(&text(1)).is_some_and(|regex| regex.is_match(&text(0)))),
        F::Uuid => Datum::text(uuid(frame, given(0).then(|| number(0)))),
        F::Digest => digest::digest(&text(0), &text(1), &if given(2) { text(2) } else { "base64".into() }).map_or(Datum::Blank, Datum::text),
        F::Base64Decode => digest::base64_decode(&text(0)).map_or(Datum::Blank, Datum::text),
        F::ExtractSigned => digest::extract_signed(&text(0), &text(1)).map_or(Datum::Blank, Datum::text),
        F::IText => translated(&text(0), frame),
        F::Version => Datum::text(&frame.form.written_version),
        F::Count => Datum::Number(rows(&arguments[0], frame).unwrap_or_else(|| count(&arguments[0], frame, |_| true))),
        F::CountNonEmpty => Datum::Number(count(&arguments[0], frame, |datum| !datum.is_empty())),
        F::Position => Datum::Number(position(arguments.first(), frame)),
        F::Last => Datum::Number(frame.size as f64),
        F::Checklist => checklist(number(0), number(1), truths(&arguments[2..], frame).into_iter().map(|truth| (truth, 1.0))),
        F::WeightedChecklist => weighted_checklist(number(0), number(1), &arguments[2..], frame),
        F::Today => Datum::Date(crate::locale::date::days(frame.now.date_naive())),
        F::Now => Datum::Moment(frame.now),
        F::Date => dates::date(&datum(0)),
        F::DateTime => dates::date_time(&datum(0), *frame.now.offset()),
        F::FormatDate => dates::format(&datum(0), &text(1), frame.lang),
        F::DecimalDateTime => Datum::Number(dates::decimal_date_time(&datum(0), *frame.now.offset())),
        F::DecimalTime => Datum::Number(decimal_time(&datum(0))),
        F::Area => Datum::Number(geo::points(&geometry(arguments, frame)).map_or(f64::NAN, |points| geo::area(&points))),
        F::Distance => Datum::Number(geo::points(&geometry(arguments, frame)).map_or(f64::NAN, |points| geo::distance(&points))),
        F::Geofence => Datum::Boolean(geofence(&text(0), &text(1))),
        F::Intersects => Datum::Boolean(geo::points(&text(0)).is_some_and(|points| geo::crosses_itself(&points))),
        F::Lookup => table(&arguments[0], frame).map_or(Datum::Blank, |table| lookup(&table, &text(1), &text(2))),
        F::PullData => pull_data(frame, number(0) as usize, &text(1), &text(2), &text(3)),
        F::Latest => latest(arguments, frame),
        F::WordsVi => words_vi(number(0)),
        F::Randomize => shuffled(arguments, frame).first().map_or(Datum::Blank, |item| frame.value(*item)),
        // Compiled into other code.
        F::Rows | F::ChoiceName | F::IndexedRepeat => Datum::Blank,
    }
}

/// A UUID, or as many random letters and digits as asked for.
fn uuid(frame: &Frame<'_>, length: Option<f64>) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const MOST: f64 = 1000.0;
    let Some(length) = length else { return frame.world.uuid() };
    let one = |_| LETTERS[(frame.world.random() * 62.0) as usize % 62] as char;
    (0..length.clamp(0.0, MOST) as usize).map(one).collect()
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

fn is_set(code: &Code) -> bool {
    matches!(code, Code::Nodes(_) | Code::Call(Function::Randomize, _))
}

/// Calls `visit` for each value of an argument: for every node of a path, once for anything else.
fn values(code: &Code, frame: &Frame<'_>, visit: &mut dyn FnMut(Datum)) {
    if !is_set(code) {
        return visit(evaluate(code, frame));
    }
    each(code, frame, &mut |item| {
        visit(frame.value(item));
        true
    });
}

/// What the only argument's numbers come to, where it is a column whose totals are known.
fn totals(arguments: &[Code], frame: &Frame<'_>) -> Option<Totals> {
    match arguments {
        [Code::Nodes(path)] if path.is_column => frame.instance.totals(frame.form, path.target?),
        _ => None,
    }
}

/// How many rows there are, where all of a repeat are meant.
fn rows(code: &Code, frame: &Frame<'_>) -> Option<f64> {
    let Code::Nodes(path) = code else { return None };
    let repeat = path.target.filter(|_| path.is_column)?;
    let Kind::Repeat(scope) = frame.form.node(repeat).kind else { return None };
    let is_asked = frame.instance.is_relevant(frame.form, ROOT_ROW, repeat);
    Some(if is_asked { frame.instance.children(frame.form, ROOT_ROW, scope).len() as f64 } else { 0.0 })
}

fn count(code: &Code, frame: &Frame<'_>, counts: impl Fn(&Datum) -> bool) -> f64 {
    let mut total = 0usize;
    each(code, frame, &mut |item| {
        total += usize::from(counts(&frame.value(item)));
        true
    });
    total as f64
}

/// Blanks and what is no number are skipped: one unanswered row must not void a total.
fn sum(code: &Code, frame: &Frame<'_>) -> f64 {
    let mut total = 0.0;
    values(code, frame, &mut |datum| {
        let number = datum.to_number();
        if number.is_finite() {
            total += number;
        }
    });
    total
}

/// The least or greatest number of all arguments, paths opened. Blank nodes are skipped; a value that is no number voids it.
fn extreme(arguments: &[Code], frame: &Frame<'_>, choose: fn(f64, f64) -> f64) -> Datum {
    let mut found: Option<f64> = None;
    let mut void = false;
    for argument in arguments {
        let skips = is_set(argument) || matches!(argument, Code::Answer(_) | Code::Near(_) | Code::This);
        values(argument, frame, &mut |datum| {
            let number = datum.to_number();
            if !number.is_nan() {
                found = Some(found.map_or(number, |found| choose(found, number)));
            } else if !skips {
                void = true;
            }
        });
    }
    Datum::Number(found.filter(|_| !void).unwrap_or(f64::NAN))
}

fn texts(arguments: &[Code], frame: &Frame<'_>) -> Vec<String> {
    let mut all = Vec::new();
    arguments.iter().for_each(|argument| values(argument, frame, &mut |datum| all.push(datum.as_str().into_owned())));
    all
}

fn truths(arguments: &[Code], frame: &Frame<'_>) -> Vec<bool> {
    let mut all = Vec::new();
    for argument in arguments {
        match is_set(argument) {
            true => values(argument, frame, &mut |datum| all.push(datum.to_boolean())),
            false => all.push(truth(argument, frame)),
        }
    }
    all
}

/// Whether the weights of what is true lie within the bounds; -1 is no bound.
fn checklist(least: f64, most: f64, items: impl Iterator<Item = (bool, f64)>) -> Datum {
    let total: f64 = items.filter(|(truth, _)| *truth).map(|(_, weight)| weight).sum();
    Datum::Boolean((least < 0.0 || total >= least) && (most < 0.0 || total <= most))
}

fn weighted_checklist(least: f64, most: f64, pairs: &[Code], frame: &Frame<'_>) -> Datum {
    let mut items: Vec<(bool, f64)> = Vec::new();
    for pair in pairs.chunks(2) {
        let [truth, weight] = pair else { return Datum::Boolean(false) };
        let truths = truths(std::slice::from_ref(truth), frame);
        let mut weights = Vec::new();
        values(weight, frame, &mut |datum| weights.push(datum.to_number()));
        items.extend(truths.into_iter().zip(weights));
    }
    checklist(least, most, items.into_iter())
}

/// A text by its id, with the answers that it shows.
fn translated(id: &str, frame: &Frame<'_>) -> Datum {
    match (frame.form.itext_templates.get(id), frame.form.itext.get(id)) {
        (Some(template), _) => Datum::text(template.fill(frame)),
        (None, Some(said)) => Datum::text(said.get(frame.lang)),
        (None, None) => Datum::Blank,
    }
}

/// `position()` inside a predicate, or the number of a row or element among its like.
fn position(of: Option<&Code>, frame: &Frame<'_>) -> f64 {
    let Some(code) = of else { return frame.position as f64 };
    let mut found = f64::NAN;
    each(code, frame, &mut |item| {
        found = position_of(item, frame) as f64;
        false
    });
    found
}

/// The nodes of `randomize(nodes, seed)`: an inside-out Fisher–Yates shuffle driven by the Park–Miller generator, so that a
/// seed gives the same order here as in ODK Collect and Web Forms.
pub fn shuffled(arguments: &[Code], frame: &Frame<'_>) -> Vec<Item> {
    let mut ordered = Vec::new();
    if let Some(code) = arguments.first() {
        each(code, frame, &mut |item| {
            ordered.push(item);
            true
        });
    }
    in_any_order(ordered, arguments.get(1), frame)
}

/// The same shuffle of anything, such as the choices of a question with `randomize=true`.
pub fn in_any_order<T>(ordered: Vec<T>, seed: Option<&Code>, frame: &Frame<'_>) -> Vec<T> {
    const MODULUS: i64 = 2_147_483_647;
    let seed = match seed.map(|code| evaluate(code, frame)) {
        Some(datum) => seed_of(&datum),
        None => (frame.world.random() * MODULUS as f64) as i64,
    };
    let mut state = seed % MODULUS;
    if state <= 0 {
        state += MODULUS - 1;
    }
    let mut items: Vec<T> = Vec::with_capacity(ordered.len());
    for item in ordered {
        state = state * 16_807 % MODULUS;
        let fraction = (state - 1) as f64 / (MODULUS - 1) as f64;
        let at = (fraction * (items.len() + 1) as f64) as usize;
        items.push(item);
        let last = items.len() - 1;
        items.swap(at.min(last), last);
    }
    items
}

/// A seed is a whole number; other text gives one from the first 64 bits of its SHA-256, as far as a double holds them.
fn seed_of(datum: &Datum) -> i64 {
    let number = datum.to_number();
    if number.is_finite() {
        return number.trunc() as i64;
    }
    match datum.is_empty() {
        true => 0,
        false => {
            let hash = crate::form::list::hex_digest(datum.as_str().as_bytes());
            u64::from_str_radix(&hash[..16], 16).map_or(0, |bits| bits as i64 as f64 as i64)
        }
    }
}

fn is_selected(list: &Datum, name: &Datum) -> bool {
    let (list, name) = (list.as_str(), name.as_str());
    let name = name.trim();
    list.split_whitespace().any(|one| one == name) || (name.is_empty() && list.trim().is_empty())
}

/// Half up, as XPath and ODK Collect do.
fn round(number: f64, places: f64) -> f64 {
    let scale = 10f64.powf(places.trunc());
    let scaled = (number * scale + 0.5).floor() / scale;
    let tidy = |n: f64| if places >= 0.0 { number_text(n).parse().unwrap_or(n) } else { n };
    if scaled.is_finite() || !number.is_finite() { tidy(scaled) } else { number }
}

fn selected_at(list: &str, at: f64) -> Datum {
    if at.is_nan() || at < 0.0 {
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

/// XPath 1.0: characters whose number (from 1) is at least `from` and less than `from + length`, both rounded.
fn substring(text: &str, from: f64, length: f64) -> Datum {
    let half_up = |n: f64| (n + 0.5).floor();
    let (first, end) = (half_up(from), half_up(from) + half_up(length));
    let inside = |number: f64| number >= first && number < end;
    Datum::text(text.chars().enumerate().filter(|(at, _)| inside((at + 1) as f64)).map(|(_, c)| c).collect::<String>())
}

fn translate(text: &str, from: &str, to: &str) -> Datum {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let change = |c: char| from.iter().position(|f| *f == c).map_or(Some(c), |at| to.get(at).copied());
    Datum::text(text.chars().filter_map(change).collect::<String>())
}

fn words_vi(number: f64) -> Datum {
    if number.is_finite() && number.abs() < 1e30 { Datum::text(words::words(number.round() as i128)) } else { Datum::Blank }
}

/// The part of the day that has passed, on the clock as it is written.
fn decimal_time(datum: &Datum) -> f64 {
    let clock = match datum {
        Datum::Moment(moment) => Some(moment.time()),
        other => time_of_day(&other.as_str()).map(|(time, _)| time).or_else(|| other.to_moment().map(|m| m.time())),
    };
    clock.map_or(f64::NAN, |time| (f64::from(time.num_seconds_from_midnight()) + f64::from(time.nanosecond()) / 1e9) / 86_400.0)
}

/// The points of all arguments as one text.
fn geometry(arguments: &[Code], frame: &Frame<'_>) -> String {
    texts(arguments, frame).into_iter().filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join(";")
}

fn geofence(point: &str, ring: &str) -> bool {
    match (geo::points(point).as_deref(), geo::points(ring)) {
        (Some([point]), Some(ring)) => geo::inside(*point, &ring),
        _ => false,
    }
}

fn pull_data(frame: &Frame<'_>, list: usize, by: &str, key: &str, column: &str) -> Datum {
    let list = &frame.form.lists[list];
    let at = |name: &str| list.columns.iter().position(|c| c == name);
    let (Some(by), Some(column)) = (at(by), at(column)) else { return Datum::Blank };
    let row = list.choices.iter().find(|choice| choice.cells.get(by).is_some_and(|cell| **cell == *key));
    row.and_then(|row| row.cells.get(column)).map_or(Datum::Blank, Datum::shared)
}

/// The label of a choice (several, with commas) in the frame's language; what the list does not hold stays as it is.
pub fn choice_name(value: &Datum, question: NodeId, frame: &Frame<'_>) -> Datum {
    let text = value.to_text();
    let list = match &frame.form.node(question).choices {
        Choices::None => return value.clone(),
        choices => crate::form::choices::list_of(choices, &frame.at(question)),
    };
    let labels: Vec<&str> = match list.get(&text) {
        Some(choice) => vec![choice.label.get(frame.lang)],
        None => text.split_whitespace().map(|name| list.label(name, frame.lang)).collect(),
    };
    Datum::text(labels.join(", "))
}
