//! A value of one type read as another, exactly or not at all.

use crate::form::expression::geo::is_line;
use crate::form::list::ChoiceList;
use crate::locale::number::{self, NumberProblem};
use crate::locale::{Lang, date, fold};
use crate::value::{Decimal, Value, ValueType, is_record_id};
use chrono::NaiveDate;

/// Whether values of `from` can be read as `to` at all. What is left out would have to be invented (a day of a month, a
/// time of a date) or cannot be told from text (a file).
pub fn converts(from: ValueType, to: ValueType) -> bool {
    use ValueType as T;
    match (from, to) {
        (a, b) if a == b => a != T::File,
        (T::File, _) | (_, T::File | T::Rank) => false,
        (T::Shape, T::Trace) => true,
        (_, T::Text) | (T::Text, _) => true,
        (a, b) if a.is_number() && b.is_number() => true,
        (a, T::SelectOne) if a.is_number() => true,
        (T::SelectOne, b) if b.is_number() => true,
        (T::SelectOne | T::Rank, T::SelectMultiple) | (T::SelectMultiple | T::Acknowledge, T::SelectOne) => true,
        (T::SelectOne, T::Date | T::Month | T::Time | T::Moment | T::Acknowledge) => true,
        (T::Moment, T::Date | T::Month | T::Time) | (T::Date, T::Month | T::Year) | (T::Month, T::Year) => true,
        _ => false,
    }
}

/// A value read as another type; `None` when it cannot be: it is then to be kept as it is.
pub fn read(value: &Value, to: ValueType, list: Option<&ChoiceList>) -> Option<Value> {
    use ValueType as T;
    let plain = value.plain();
    let text = plain.trim();
    match to {
        T::Text => (!matches!(value, Value::File(_))).then(|| Value::text(plain.clone())),
        T::Integer | T::Decimal | T::Percent | T::Money => read_number(value, text, to),
        T::Year => day(text).map(|day| day.format("%Y").to_string()).and_then(|year| Decimal::parse(&year)).map(Value::Number).or_else(|| read_number(value, text, to)),
        T::Date => day(text).filter(|_| text.len() != MONTH).map(|day| Value::text(day.to_string())),
        T::Month => day(text).map(|day| Value::text(day.format("%Y-%m").to_string())),
        T::Time => date::parse_moment(text).map(|m| m.time()).or_else(|| date::parse_time(text)).map(|t| Value::text(t.format("%H:%M").to_string())),
        T::Moment => moment(text),
        T::SelectOne => match value {
            Value::Choices(names) if names.len() != 1 => None,
            _ => choice(text, list).map(Value::Text),
        },
        T::SelectMultiple => choices(value, text, list),
        T::Acknowledge => (text == "OK").then(|| Value::text("OK")),
        T::Point => point(text),
        T::Reference => is_record_id(text).then(|| Value::text(text)),
        T::Trace | T::Shape => is_line(text, to == T::Shape).then(|| Value::text(text)),
        T::Rank | T::File => None,
    }
}

/// Length of `2026-07`.
const MONTH: usize = 7;

/// The number as it is, or as people in Vietnam write it. What could be read in two ways is not guessed.
fn read_number(value: &Value, text: &str, to: ValueType) -> Option<Value> {
    let number = match value {
        Value::Number(number) => Some(number.clone()),
        _ if to == ValueType::Money => number::parse_money(text, Lang::Vi).ok().and_then(|n| Decimal::parse(&n)),
        _ => match number::parse(text, Lang::Vi) {
            Ok(number) => Decimal::parse(&number),
            Err(NumberProblem::Ambiguous(..) | NumberProblem::NotANumber | NumberProblem::NotWhole) => None,
        },
    }?;
    let whole = matches!(to, ValueType::Integer | ValueType::Money | ValueType::Year);
    (!whole || number.is_whole()).then_some(Value::Number(number))
}

/// A date that names its year: what is typed as `1/7` meant the year in which it was typed.
fn day(text: &str) -> Option<NaiveDate> {
    if let Some(day) = date::parse_moment(text).map(|m| m.date()).or_else(|| date::parse_iso_month(text)) {
        return Some(day);
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    (numbers == 3).then(|| date::parse_date(text, NaiveDate::default())).flatten()
}

fn moment(text: &str) -> Option<Value> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    let moment = date::parse_moment(text).or_else(|| (numbers >= 5).then(|| date::parse_date_time(text, NaiveDate::default().and_time(chrono::NaiveTime::MIN))).flatten());
    moment.map(|moment| Value::text(date::moment_text(moment)))
}

/// A choice by its name or by its label in either language; any one where the list is not known here.
fn choice(text: &str, list: Option<&ChoiceList>) -> Option<String> {
    let Some(list) = list else { return (!text.is_empty()).then(|| text.to_owned()) };
    let folded = fold::fold(text);
    let labelled = || list.choices.iter().find(|c| [&c.label.vi, &c.label.en].iter().any(|label| !label.is_empty() && fold::fold(label) == folded));
    list.get(text).or_else(labelled).map(|choice| choice.name.to_string())
}

/// All of them, or none: a part of what was chosen is not what was chosen.
fn choices(value: &Value, text: &str, list: Option<&ChoiceList>) -> Option<Value> {
    let parts: Vec<&str> = match value {
        Value::Choices(names) => names.iter().map(String::as_str).collect(),
        _ if choice(text, list).is_some() && list.is_some() => vec![text],
        _ if text.contains([',', ';']) => text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect(),
        _ => text.split_whitespace().collect(),
    };
    let names: Option<Vec<String>> = parts.into_iter().map(|part| choice(part, list)).collect();
    names.filter(|names| !names.is_empty()).map(|names| in_order(names, list))
}

/// Several choices as they are kept: each once, in the form's order.
pub fn in_order(mut names: Vec<String>, list: Option<&ChoiceList>) -> Value {
    if let Some(list) = list {
        names.sort_by_key(|name| list.position(name).unwrap_or(usize::MAX));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Value::Choices(names)
}

fn point(text: &str) -> Option<Value> {
    let numbers: Option<Vec<Decimal>> = text.split_whitespace().map(Decimal::parse).collect();
    numbers.filter(|numbers| (2..=4).contains(&numbers.len())).map(Value::Point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Text;

    fn number(text: &str) -> Option<Value> {
        Decimal::canonical(text).map(Value::Number)
    }

    #[test]
    fn what_has_one_meaning_is_read_and_nothing_else() {
        use ValueType as T;
        let text = |text: &str| Value::text(text);
        for (value, to, read_as) in [
            (text("1.200"), T::Integer, number("1200")),
            (text("1,5"), T::Decimal, number("1.5")),
            (text(" 12 "), T::Integer, number("12")),
            (text("1.5"), T::Decimal, None),
            (text("khoảng 30"), T::Integer, None),
            (text("1,5"), T::Integer, None),
            (text("300 triệu"), T::Money, number("300000000")),
            (number("2.5").unwrap(), T::Integer, None),
            (number("2.5").unwrap(), T::Text, Some(text("2.5"))),
            (text("1/7/26"), T::Date, Some(text("2026-07-01"))),
            (text("1/7"), T::Date, None),
            (text("hôm nay"), T::Date, None),
            (text("2026-07"), T::Date, None),
            (text("2026-07-01"), T::Month, Some(text("2026-07"))),
            (text("2026-07-01"), T::Year, number("2026")),
            (text("2026"), T::Year, number("2026")),
            (text("2026-07-01T14:05:00+07:00"), T::Time, Some(text("14:05"))),
            (text("9.18 105.15"), T::Point, Some(Value::Point(vec![Decimal::canonical("9.18").unwrap(), Decimal::canonical("105.15").unwrap()]))),
            (text("x"), T::Reference, None),
        ] {
            assert_eq!(read(&value, to, None), read_as, "{value:?} as {to:?}");
        }
    }

    #[test]
    fn choices_are_read_by_name_or_label_and_all_or_none() {
        let row = |name: &str, label: &str| (Text::plain(label), vec![name.into()]);
        let list = ChoiceList::new("l", vec!["name".into()], vec![row("fish", "Cá khô"), row("ice", "Nước đá")]);
        let several = |names: &[&str]| Value::Choices(names.iter().map(|n| (*n).to_owned()).collect());
        assert_eq!(read(&Value::text("nuoc da"), ValueType::SelectOne, Some(&list)), Some(Value::text("ice")));
        assert_eq!(read(&Value::text("muối"), ValueType::SelectOne, Some(&list)), None);
        assert_eq!(read(&Value::text("Nước đá, fish"), ValueType::SelectMultiple, Some(&list)), Some(several(&["fish", "ice"])));
        assert_eq!(read(&Value::text("ice, salt"), ValueType::SelectMultiple, Some(&list)), None);
        assert_eq!(read(&several(&["ice"]), ValueType::SelectOne, Some(&list)), Some(Value::text("ice")));
        assert_eq!(read(&several(&["ice", "fish"]), ValueType::SelectOne, Some(&list)), None);
    }

    #[test]
    fn what_is_said_to_convert_has_a_value_that_does() {
        use ValueType as T;
        let all = [
            T::Text,
            T::Integer,
            T::Decimal,
            T::Percent,
            T::Money,
            T::Year,
            T::Date,
            T::Month,
            T::Time,
            T::Moment,
            T::SelectOne,
            T::SelectMultiple,
            T::Rank,
            T::Point,
            T::Trace,
            T::Shape,
            T::Reference,
            T::Acknowledge,
            T::File,
        ];
        let samples = |kind: T| match kind {
            kind if kind.is_number() => vec![number("2026").unwrap()],
            T::Date => vec![Value::text("2026-07-01")],
            T::Month => vec![Value::text("2026-07")],
            T::Time => vec![Value::text("14:05")],
            T::Moment => vec![Value::text("2026-07-01T14:05:00+07:00")],
            T::SelectMultiple | T::Rank => vec![Value::Choices(vec!["1".into()])],
            T::Point => vec![Value::Point(vec![1.into(), 2.into()])],
            T::Trace | T::Shape => vec![Value::text("1 2; 3 4; 3 2; 1 2")],
            T::Reference => vec![Value::text("0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d")],
            T::Acknowledge => vec![Value::text("OK")],
            T::File => vec![],
            _ => ["7", "1 2; 3 4; 3 2; 1 2", "2026-07-01", "14:05", "2026-07-01 14:05", "1 2", "OK", "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d"].map(Value::text).into(),
        };
        for (from, to) in all.iter().flat_map(|from| all.iter().map(move |to| (*from, *to))) {
            if from != to && to != T::Rank {
                let read_some = samples(from).iter().any(|value| read(value, to, None).is_some());
                assert!(!converts(from, to) || read_some, "{from:?} as {to:?}");
            }
        }
    }
}
