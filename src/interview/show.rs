//! A question and its value as people read them.

use super::{Around, markdown};
use crate::form::expression::evaluate::Frame;
use crate::form::instance::{Instance, RowId};
use crate::form::list::ChoiceList;
use crate::form::world::Nowhere;
use crate::form::{Choices, Form, Kind, NodeId, choices};
use crate::locale::{Lang, date, number, say};
use crate::value::{Value, ValueType};
use chrono::NaiveDateTime;
use std::borrow::Cow;
use std::sync::Arc;

/// Decimals shown of a computed number; answers are shown whole.
const PLACES: usize = 2;

/// A value of a question: labels of choices, grouped numbers, local dates.
pub fn value(form: &Form, node: NodeId, value: &Value, lang: Lang) -> String {
    labelled(form, node, form.list(node).map(|list| &**list), value, lang)
}

fn labelled(form: &Form, node: NodeId, list: Option<&ChoiceList>, value: &Value, lang: Lang) -> String {
    let label = |name: &str| list.map_or_else(|| name.to_owned(), |list| markdown::plain(list.label(name, lang)));
    match value {
        Value::Text(name) if form.node(node).value == ValueType::SelectOne => label(name),
        Value::Choices(names) => names.iter().map(|name| label(name)).collect::<Vec<_>>().join(", "),
        Value::Number(n) if form.node(node).kind == Kind::Calculate && form.node(node).value != ValueType::Year => number::format_f64(n.to_f64(), PLACES, lang),
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
        (Value::File(file), _) => say::asking::file_shown(lang, &file.name, size(file.bytes, lang)),
        (value, _) => value.plain(),
    }
}

/// What a person would type to give this value: the text an input field starts with.
pub fn typed(value: &Value, kind: ValueType, lang: Lang) -> String {
    match (value, kind) {
        (Value::Number(n), ValueType::Year) => n.to_string(),
        (Value::Number(n), _) => number::format(n.as_str(), lang),
        (Value::Point(numbers), _) => numbers.iter().map(|n| number::format(n.as_str(), lang)).collect::<Vec<_>>().join(" "),
        // A new path is typed, not the old name mended.
        (Value::File(_), _) => String::new(),
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
        let label = one_line(&markdown::plain(label));
        if row.is_empty() { label } else { format!("{label} {row}") }
    };
    shown.trim_end_matches("/#").split('/').map(label).collect::<Vec<_>>().join(" · ")
}

/// A text of a question (`label`, `hint`, a message) as its form writes it, with its `${…}` filled in from the answers.
pub fn text<'f>(form: &'f Form, instance: &Instance, around: Around<'_>, (row, id): (RowId, NodeId), column: &'static str) -> Cow<'f, str> {
    let node = form.node(id);
    match node.logic.templates.get(column) {
        Some(template) => template.fill(&frame(form, instance, around, row).at(id)).into(),
        None => node.text(column).get(around.lang).into(),
    }
}

fn frame<'a>(form: &'a Form, instance: &'a Instance, around: Around<'a>, row: RowId) -> Frame<'a> {
    Frame::new(form, instance, around.world, around.now, around.lang, row)
}

/// The label of a question on one line, filled in and without markdown, where nothing is known but its record.
pub fn label(form: &Form, instance: &Instance, at: (RowId, NodeId), lang: Lang) -> String {
    one_line(&markdown::plain(&text(form, instance, alone(lang), at, "label")))
}

/// The value of a question in its record: choices whose labels show answers too.
pub fn answer(form: &Form, instance: &Instance, (row, id): (RowId, NodeId), given: &Value, lang: Lang) -> String {
    match form.node(id).choices {
        Choices::List(list) if form.choice_templates.range((list, 0)..(list + 1, 0)).next().is_some() => {
            let list: Arc<ChoiceList> = choices::labelled(list, &frame(form, instance, alone(lang), row).at(id));
            labelled(form, id, Some(&list), given, lang)
        }
        _ => value(form, id, given, lang),
    }
}

fn alone(lang: Lang) -> Around<'static> {
    Around { world: &Nowhere, now: NaiveDateTime::default(), lang }
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    if text.contains(char::is_control) { text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

/// How large a file is: `12,3 KB`.
pub fn size(bytes: u64, lang: Lang) -> String {
    let units = ["B", "KB", "MB", "GB"];
    let (mut amount, mut unit) = (bytes as f64, 0);
    while amount >= 1000.0 && unit + 1 < units.len() {
        amount /= 1000.0;
        unit += 1;
    }
    format!("{} {}", number::format_f64(amount, 1, lang), units[unit])
}

/// What a revision did that left nothing at a path: it cleared an answer, or removed a row.
pub fn cleared(path: &str, lang: Lang) -> String {
    if path.ends_with("/#") { say::screen::row_removed(lang) } else { say::screen::cleared(lang) }
}

/// A value at a path, or a dash.
pub fn at_path(form: &Form, path: &str, given: Option<&Value>, lang: Lang) -> String {
    match (given, form.node_of_path(path)) {
        (None, _) => "–".to_owned(),
        (Some(order), _) if path.ends_with("/#") => say::screen::row_there(lang, order.plain()),
        (Some(given), Some(id)) => value(form, id, given, lang),
        (Some(given), None) => given.plain(),
    }
}
