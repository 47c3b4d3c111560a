//! What a person typed → a value of the question's type, or a sentence that says what would be right.

use crate::form::expression::datum::time_of_day;
use crate::form::expression::geo;
use crate::form::instance::RowId;
use crate::form::{Form, NodeId};
use crate::locale::number::{self, NumberProblem};
use crate::locale::{Lang, Text, date, fold, say};
use crate::value::{Decimal, Value, ValueType, is_record_id};

use super::Around;
use super::derive::{ChoiceSet, Derived};

/// What is typed to acknowledge something, folded.
const AGREES: [&str; 7] = ["ok", "yes", "true", "x", "1", "co", "dong y"];

/// Reads typed text for a question; blank text clears.
///
/// # Errors
/// A sentence in both languages.
pub fn read(typed: &str, form: &Form, derived: &Derived, at: (RowId, NodeId), around: Around<'_>) -> Result<Option<Value>, Text> {
    let typed = fold::nfc(typed);
    let text = typed.trim();
    if text.is_empty() {
        return Ok(None);
    }
    use ValueType as T;
    let today = around.now.date();
    let node = form.node(at.1);
    let parsed = match node.value {
        T::Integer | T::Year => number(text, around.lang, node.value == T::Year).and_then(whole),
        T::Decimal | T::Percent => number(text, around.lang, false),
        T::Money => money(text, around.lang),
        T::Date => date::parse_date(text, today).map(|d| Value::text(d.to_string())).ok_or_else(|| Text::both(say::form::not_a_date)),
        T::Month => date::parse_month(text, today).map(Value::text).ok_or_else(|| Text::both(say::form::not_a_month)),
        T::Time => date::parse_time(text)
            .or_else(|| time_of_day(text).map(|(time, _)| time))
            .map(|t| Value::text(t.format("%H:%M").to_string()))
            .ok_or_else(|| Text::both(say::form::not_a_time)),
        T::Moment => date::parse_date_time(text, around.now).map(|m| Value::text(date::moment_text(m))).ok_or_else(|| Text::both(say::form::not_a_moment)),
        T::SelectOne => choose(text, &derived.choices(form, around, at.0, at.1), around.lang).map(Value::Text),
        T::SelectMultiple | T::Rank => choose_many(text, &derived.choices(form, around, at.0, at.1), around.lang, node.value == T::Rank),
        T::Point => point(text, around.lang).map(Value::Point),
        T::Trace => points(text, around.lang, false),
        T::Shape => points(text, around.lang, true),
        T::Reference => reference(text),
        T::Acknowledge if AGREES.contains(&fold::fold(text).as_str()) => Ok(Value::text("OK")),
        T::Acknowledge => Err(Text::both(say::asking::cannot_acknowledge)),
        T::Text => Ok(Value::text(text)),
        // A path: whoever has a file system reads it.
        T::File => Err(Text::both(say::asking::file_not_read)),
    };
    parsed.map(Some)
}

fn number_problem(problem: NumberProblem, lang: Lang) -> Text {
    match problem {
        NumberProblem::Ambiguous(a, b) => {
            let (a, b) = (number::format(&a, lang), number::format(&b, lang));
            Text::both(|l| say::form::ambiguous_number(l, &a, &b))
        }
        NumberProblem::NotANumber => Text::both(say::form::not_a_number),
        NumberProblem::NotWhole => Text::both(say::form::not_whole),
    }
}

fn decimal(canonical: &str) -> Result<Value, Text> {
    Decimal::parse(canonical).map(Value::Number).ok_or_else(|| Text::both(say::form::not_a_number))
}

fn number(text: &str, lang: Lang, plain: bool) -> Result<Value, Text> {
    if plain && text.bytes().all(|b| b.is_ascii_digit()) {
        return decimal(text);
    }
    number::parse(text, lang).map_err(|p| number_problem(p, lang)).and_then(|text| decimal(&text))
}

fn whole(value: Value) -> Result<Value, Text> {
    match &value {
        Value::Number(n) if n.is_whole() => Ok(value),
        _ => Err(Text::both(say::form::not_whole)),
    }
}

fn money(text: &str, lang: Lang) -> Result<Value, Text> {
    number::parse_money(text, lang).map_err(|p| number_problem(p, lang)).and_then(|text| decimal(&text))
}

fn point(text: &str, lang: Lang) -> Result<Vec<Decimal>, Text> {
    let not = || Text::both(say::form::not_a_point);
    // `9.18, 105.15` or `9,18 105,15`: with spaces between the numbers a comma at a number's end only separates.
    let parts: Vec<&str> = text.split([' ', ';', '\t']).map(|p| p.trim_end_matches(',')).filter(|p| !p.is_empty()).collect();
    let read = |part: &&str| Decimal::parse(part).or_else(|| number::parse(part, lang).ok().and_then(|t| Decimal::parse(&t)));
    let numbers: Vec<Decimal> = parts.iter().map(|part| read(part).ok_or_else(not)).collect::<Result<_, _>>()?;
    let limits = [90.0, 180.0, 10_000.0, 10_000.0];
    let fits = (2..=4).contains(&numbers.len()) && numbers.iter().zip(limits).all(|(n, limit)| n.to_f64().abs() <= limit);
    if fits { Ok(numbers) } else { Err(not()) }
}

/// More points than this are no answer that a person gives.
const MAX_POINTS: usize = 10_000;

/// Points with `;` between them. An area ends where it began: what was left open is closed.
fn points(text: &str, lang: Lang, closes: bool) -> Result<Value, Text> {
    let not = || Text::both(if closes { say::asking::not_a_shape } else { say::asking::not_a_trace });
    let parts: Vec<&str> = text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > MAX_POINTS {
        return Err(not());
    }
    let mut points = parts.into_iter().map(|part| point(part, lang)).collect::<Result<Vec<_>, _>>().map_err(|_| not())?;
    if closes && points.len() > 2 && points.first().map(|p| &p[..2]) != points.last().map(|p| &p[..2]) {
        points.extend(points.first().cloned());
    }
    let written = |point: &Vec<Decimal>| point.iter().map(Decimal::as_str).collect::<Vec<_>>().join(" ");
    let text = points.iter().map(written).collect::<Vec<_>>().join("; ");
    if geo::is_line(&text, closes) { Ok(Value::text(text)) } else { Err(not()) }
}

fn reference(text: &str) -> Result<Value, Text> {
    let lower = text.to_ascii_lowercase();
    if is_record_id(&lower) { Ok(Value::Text(lower)) } else { Err(Text::both(say::form::not_a_record)) }
}

/// A choice by its name, its label, its number in the list, or a search that finds only one.
fn choose(text: &str, choices: &ChoiceSet, lang: Lang) -> Result<String, Text> {
    if choices.contains(text) {
        return Ok(text.to_owned());
    }
    let folded = fold::fold(text);
    if let Some(choice) = choices.iter().find(|c| fold::fold(c.label.get(lang)) == folded || fold::fold(c.label.get(lang.other())) == folded) {
        return Ok(choice.name.to_string());
    }
    let found = choices.search(text);
    match found[..] {
        [one] => Ok(choices.get(one).map_or_else(String::new, |c| c.name.to_string())),
        _ => Err(Text::both(|l| say::form::not_a_choice(l, text))),
    }
}

fn choose_many(text: &str, choices: &ChoiceSet, lang: Lang, ranked: bool) -> Result<Value, Text> {
    let separators: &[char] = if text.contains([',', ';']) { &[',', ';'] } else { &[' '] };
    let mut names = text.split(separators).map(str::trim).filter(|p| !p.is_empty()).map(|part| choose(part, choices, lang)).collect::<Result<Vec<_>, _>>()?;
    if !ranked {
        names.sort_by_key(|name| choices.list.position(name));
        names.dedup();
    }
    Ok(Value::Choices(names))
}
