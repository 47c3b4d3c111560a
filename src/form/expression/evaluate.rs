//! Computes [`Code`] in a row of an [`Instance`].

use super::code::{Code, Filter, Nodes};
use super::datum::Datum;
use super::functions;
pub use super::functions::table;
use super::syntax::Operator;
use crate::form::instance::{Instance, RowId};
use crate::form::list::ChoiceList;
use crate::form::world::World;
use crate::form::{Form, Kind, NodeId, ScopeId};
use crate::locale::Lang;
use chrono::NaiveDateTime;
use std::sync::Arc;

/// Everything an expression may look at.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The form.
    pub form: &'a Form,
    /// Its answers.
    pub instance: &'a Instance,
    /// Other records and chance.
    pub world: &'a dyn World,
    /// The wall clock (of the revision, when a record is derived again).
    pub now: NaiveDateTime,
    /// The language of labels.
    pub lang: Lang,
    /// The row in which it runs.
    pub row: RowId,
    /// The row that holds the whole expression; differs from `row` inside a predicate.
    pub holder: RowId,
    /// The question that holds it.
    pub node: Option<NodeId>,
    /// What `.` is, where it is not that question's answer.
    pub this: Option<&'a Datum>,
    /// The choice being filtered.
    pub choice: Option<(&'a ChoiceList, usize)>,
}

impl<'a> Frame<'a> {
    /// A frame at a row, outside any question.
    pub fn new(form: &'a Form, instance: &'a Instance, world: &'a dyn World, now: NaiveDateTime, lang: Lang, row: RowId) -> Self {
        Self { form, instance, world, now, lang, row, holder: row, node: None, this: None, choice: None }
    }

    /// The same at a question.
    pub fn at(self, node: NodeId) -> Self {
        Self { node: Some(node), ..self }
    }

    /// `.`
    pub fn this(&self) -> Datum {
        match (self.this, self.node) {
            (Some(datum), _) => datum.clone(),
            (None, Some(node)) => self.instance.read(self.form, self.row, node),
            (None, None) => Datum::Blank,
        }
    }

    /// The day against which other records are "not after": this record's date, else today.
    pub fn day(&self) -> i64 {
        let own = self.form.date.and_then(|node| self.instance.read(self.form, self.row, node).to_day());
        own.unwrap_or_else(|| crate::locale::date::days(self.now.date()))
    }
}

/// Computes an expression.
pub fn evaluate(code: &Code, frame: &Frame<'_>) -> Datum {
    match code {
        Code::Constant(datum) => datum.clone(),
        Code::This => frame.this(),
        Code::Answer(node) => frame.instance.read(frame.form, frame.row, *node),
        Code::Outer(inner) => evaluate(inner, &Frame { row: frame.holder, ..*frame }),
        Code::Nodes(nodes) => first(nodes, frame),
        Code::Column(name) => column(name, frame),
        Code::Negate(inner) => Datum::Number(-evaluate(inner, frame).to_number()),
        Code::Binary(operator, a, b) => binary(*operator, a, b, frame),
        Code::Matches(subject, regex) => Datum::Boolean(regex.is_match(&evaluate(subject, frame).to_text())),
        Code::Lookup(list, key, column) => lookup(&frame.form.lists[*list], &evaluate(key, frame).to_text(), column),
        Code::ChoiceName(value, question) => functions::choice_name(&evaluate(value, frame), *question, frame),
        Code::Call(function, arguments) => functions::call(*function, arguments, frame),
    }
}

fn column(name: &str, frame: &Frame<'_>) -> Datum {
    let Some((list, at)) = frame.choice else { return Datum::Blank };
    let column = list.columns.iter().position(|c| c == name);
    column.and_then(|column| list.choices[at].cells.get(column)).map_or(Datum::Blank, cell)
}

/// A cell of a list: a number where it reads as one, so that factors can be multiplied.
pub fn lookup(list: &ChoiceList, key: &str, column: &str) -> Datum {
    list.cell(key, column).map_or(Datum::Blank, cell)
}

fn cell(text: &Arc<str>) -> Datum {
    if text.is_empty() { Datum::Blank } else { Datum::Text(text.clone()) }
}

fn binary(operator: Operator, a: &Code, b: &Code, frame: &Frame<'_>) -> Datum {
    use Operator::*;
    match operator {
        Or => Datum::Boolean(evaluate(a, frame).to_boolean() || evaluate(b, frame).to_boolean()),
        And => Datum::Boolean(evaluate(a, frame).to_boolean() && evaluate(b, frame).to_boolean()),
        Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual => Datum::Boolean(compare(operator, a, b, frame)),
        Add | Subtract | Multiply | Divide | Modulo => {
            let (a, b) = (evaluate(a, frame).to_number(), evaluate(b, frame).to_number());
            Datum::Number(match operator {
                Add => a + b,
                Subtract => a - b,
                Multiply => a * b,
                Divide => a / b,
                _ => a % b,
            })
        }
    }
}

/// XPath's comparison: with a set on one side it is true when it is for any member.
fn compare(operator: Operator, a: &Code, b: &Code, frame: &Frame<'_>) -> bool {
    match (a, b) {
        (Code::Nodes(nodes), _) => {
            let b = evaluate(b, frame);
            any(nodes, frame, &mut |a| holds(operator, &a, &b))
        }
        (_, Code::Nodes(nodes)) => {
            let a = evaluate(a, frame);
            any(nodes, frame, &mut |b| holds(operator, &a, &b))
        }
        _ => holds(operator, &evaluate(a, frame), &evaluate(b, frame)),
    }
}

fn any(nodes: &Nodes, frame: &Frame<'_>, test: &mut dyn FnMut(Datum) -> bool) -> bool {
    let mut found = false;
    each(nodes, frame, &mut |_, datum| found = found || test(datum));
    found
}

fn holds(operator: Operator, a: &Datum, b: &Datum) -> bool {
    let (x, y) = (a.to_number(), b.to_number());
    match operator {
        Operator::Equal => a.equals(b),
        Operator::NotEqual => !a.equals(b),
        Operator::Less => x < y,
        Operator::LessEqual => x <= y || a.equals(b) && x.is_finite(),
        Operator::Greater => x > y,
        _ => x >= y || a.equals(b) && x.is_finite(),
    }
}

fn first(nodes: &Nodes, frame: &Frame<'_>) -> Datum {
    let mut found = None;
    each(nodes, frame, &mut |_, datum| {
        found.get_or_insert(datum);
    });
    found.unwrap_or(Datum::Blank)
}

/// Calls `visit` for every answer (or row, with a blank) of a set, in document order.
pub fn each(nodes: &Nodes, frame: &Frame<'_>, visit: &mut dyn FnMut(RowId, Datum)) {
    let form = frame.form;
    let node = form.node(nodes.target);
    let (leaf, is_rows) = match node.kind {
        Kind::Repeat(inner) => (inner, true),
        _ => (node.scope, false),
    };
    let mut down: Vec<ScopeId> = form.around(leaf).take_while(|s| *s != nodes.under).collect();
    down.reverse();
    let start = frame.instance.climb(frame.row, nodes.under);
    rows(nodes, frame, start, &down, &mut |row| {
        if is_rows {
            if frame.instance.is_relevant(form, row, nodes.target) {
                visit(row, Datum::Blank);
            }
            return;
        }
        let datum = frame.instance.read(form, row, nodes.target);
        let inner = Frame { row, node: Some(nodes.target), this: None, ..*frame };
        if nodes.own.iter().all(|code| evaluate(code, &inner).to_boolean()) {
            visit(row, datum);
        }
    });
}

fn rows(nodes: &Nodes, frame: &Frame<'_>, row: RowId, down: &[ScopeId], visit: &mut dyn FnMut(RowId)) {
    let Some((scope, rest)) = down.split_first() else { return visit(row) };
    let mut kept: Vec<RowId> = frame.instance.children(frame.form, row, *scope).to_vec();
    for (_, filter) in nodes.filters.iter().filter(|(filtered, _)| filtered == scope) {
        match filter {
            Filter::Where(code) => kept.retain(|row| evaluate(code, &Frame { row: *row, this: None, node: None, ..*frame }).to_boolean()),
            Filter::At(code) => {
                let at = evaluate(code, &Frame { row, ..*frame }).to_number();
                kept = kept.into_iter().enumerate().filter(|(i, _)| (*i + 1) as f64 == at).map(|(_, row)| row).collect();
            }
        }
    }
    for row in kept {
        rows(nodes, frame, row, rest, visit);
    }
}
