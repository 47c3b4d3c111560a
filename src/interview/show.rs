//! A value as people read it.

use crate::form::{Form, Kind, NodeId};
use crate::locale::{Lang, date, number};
use crate::value::{Value, ValueType};

/// Decimals shown of a computed number; answers are shown whole.
const PLACES: usize = 2;

/// A value of a question: labels of choices, grouped numbers, local dates.
pub fn value(form: &Form, node: NodeId, value: &Value, lang: Lang) -> String {
    let list = form.list(node);
    let label = |name: &str| list.map_or_else(|| name.to_owned(), |list| list.label(name, lang).to_owned());
    match value {
        Value::Text(name) if form.node(node).value == ValueType::SelectOne => label(name),
        Value::Choices(names) => names.iter().map(|name| label(name)).collect::<Vec<_>>().join(", "),
        Value::Number(n) if form.node(node).kind == Kind::Calculate => number::format_f64(n.to_f64(), PLACES, lang),
        other => plain(other, form.node(node).value, lang),
    }
}

/// A value of a type, without its question.
pub fn plain(value: &Value, kind: ValueType, lang: Lang) -> String {
    match (value, kind) {
        (Value::Number(n), ValueType::Year) => n.to_string(),
        (Value::Number(n), ValueType::Percent) => format!("{} %", number::format(n.as_str(), lang)),
        (Value::Number(n), _) => number::format(n.as_str(), lang),
        (Value::Text(text), ValueType::Date | ValueType::Month | ValueType::Moment) => date::show(text),
        (value, _) => value.plain(),
    }
}

/// What a person would type to give this value: the text an input field starts with.
pub fn typed(value: &Value, kind: ValueType, lang: Lang) -> String {
    match (value, kind) {
        (Value::Number(n), ValueType::Year) => n.to_string(),
        (Value::Number(n), _) => number::format(n.as_str(), lang),
        (Value::Point(numbers), _) => numbers.iter().map(|n| number::format(n.as_str(), lang)).collect::<Vec<_>>().join(" "),
        _ => plain(value, kind, lang),
    }
}

/// The label of the answer at a path, with the number of its row: `Năng lượng 2 · Lượng kỳ sau`; the bare path where the
/// form does not have it.
pub fn path(form: &Form, answers: &crate::form::instance::Answers, path: &str, lang: Lang) -> String {
    let shown = super::json::shown_path(answers, path);
    let label = |name: &str| {
        let (name, row) = name.split_once('[').map_or((name, ""), |(name, row)| (name, row.trim_end_matches(']')));
        let label = form.find(name).map(|id| form.node(id).label.get(lang)).filter(|l| !l.is_empty()).unwrap_or(name);
        if row.is_empty() { label.to_owned() } else { format!("{label} {row}") }
    };
    shown.trim_end_matches("/#").split('/').map(label).collect::<Vec<_>>().join(" · ")
}

/// A value at a path, or a dash.
pub fn at_path(form: &Form, path: &str, given: Option<&Value>, lang: Lang) -> String {
    match (given, form.node_of_path(path)) {
        (None, _) => "–".to_owned(),
        (Some(given), Some(id)) => value(form, id, given, lang),
        (Some(given), None) => given.plain(),
    }
}
