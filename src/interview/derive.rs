//! Answers → state: relevance, calculations, then problems. One pure pass over the whole form, no cache.

use super::order::walk;
use super::{Around, show};
use crate::form::expression::Datum;
use crate::form::expression::evaluate::{Frame, evaluate};
use crate::form::expression::function::KEPT;
use crate::form::instance::{Answers, Instance, ROOT_ROW, RowId};
use crate::form::list::{Choice, ChoiceList};
use crate::form::{Choices, Form, Kind, NodeId};
use crate::locale::{Text, fold, say};
use crate::value::{Decimal, Value, ValueType};
use std::sync::Arc;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Must be set right before submitting.
    Hard,
    /// May stay if a reason is given.
    Soft,
}

/// A problem with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The answer's path.
    pub path: String,
    /// Its row.
    pub row: RowId,
    /// Its question.
    pub node: NodeId,
    /// How much it matters.
    pub severity: Severity,
    /// What would be right.
    pub message: Text,
}

/// All that follows from the answers.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Values and relevance by slot.
    pub instance: Instance,
    /// Problems in the order of asking.
    pub findings: Vec<Finding>,
}

/// Derives everything from `answers`.
pub fn derive(form: &Form, answers: &Answers, around: Around<'_>) -> Derived {
    let mut instance = Instance::new(form, answers);
    for id in &form.order {
        for at in 0..instance.rows_of(form.node(*id).scope).len() {
            let row = instance.rows_of(form.node(*id).scope)[at];
            let (relevant, value) = settle(form, &instance, around, row, *id);
            let cell = instance.cell_mut(form, row, *id);
            cell.relevant = relevant;
            if let Some(value) = value {
                cell.value = value;
            }
        }
    }
    let mut derived = Derived { instance, findings: Vec::new() };
    derived.findings = findings(form, answers, &derived, around);
    derived
}

fn settle(form: &Form, instance: &Instance, around: Around<'_>, row: RowId, id: NodeId) -> (bool, Option<Datum>) {
    let node = form.node(id);
    let frame = Frame::new(form, instance, around.world, around.now, around.lang, row).at(id);
    let inside = node.parent.is_none_or(|parent| instance.is_relevant(form, row, parent));
    let relevant = inside && node.logic.relevant.as_ref().is_none_or(|code| evaluate(code, &frame).to_boolean());
    let Some(code) = node.logic.calculation.as_ref().filter(|_| relevant) else { return (relevant, None) };
    if !instance.cell(form, row, id).value.is_blank() && code.calls(KEPT) {
        return (relevant, None);
    }
    let value = evaluate(code, &frame);
    let kept = value.to_value(node.value);
    (relevant, Some(kept.map_or(Datum::Blank, |value| Datum::of(&value, node.value))))
}

impl Derived {
    /// A frame to evaluate in.
    pub fn frame<'a>(&'a self, form: &'a Form, around: Around<'a>, row: RowId) -> Frame<'a> {
        Frame::new(form, &self.instance, around.world, around.now, around.lang, row)
    }

    /// Whether an expression at a question is true; `otherwise` where there is none.
    pub fn holds(&self, form: &Form, around: Around<'_>, row: RowId, node: NodeId, code: Option<&crate::form::expression::Code>, otherwise: bool) -> bool {
        code.map_or(otherwise, |code| evaluate(code, &self.frame(form, around, row).at(node)).to_boolean())
    }

    /// Whether the question may not be typed into.
    pub fn is_read_only(&self, form: &Form, around: Around<'_>, row: RowId, node: NodeId) -> bool {
        let question = form.node(node);
        question.kind != Kind::Question || self.holds(form, around, row, node, question.logic.read_only.as_ref(), false)
    }

    /// The unit shown behind an answer.
    pub fn unit(&self, form: &Form, around: Around<'_>, row: RowId, node: NodeId) -> String {
        let unit = form.node(node).logic.unit.as_ref();
        unit.map_or_else(String::new, |code| evaluate(code, &self.frame(form, around, row).at(node)).to_text().to_string())
    }

    /// One line for lists: the form's summary, else its first answers.
    pub fn summary(&self, form: &Form, around: Around<'_>) -> String {
        match &form.summary {
            Some(code) => evaluate(code, &self.frame(form, around, ROOT_ROW)).to_text().to_string(),
            None => {
                let answered = form.top().filter(|id| matches!(form.node(*id).kind, Kind::Question));
                let texts = answered.filter_map(|id| self.value(form, ROOT_ROW, id).map(|value| show::value(form, id, &value, around.lang)));
                texts.take(3).collect::<Vec<_>>().join(" · ")
            }
        }
    }

    /// The answer or result as it would be kept; `None` where blank or not relevant.
    pub fn value(&self, form: &Form, row: RowId, node: NodeId) -> Option<Value> {
        self.instance.read(form, row, node).to_value(form.node(node).value)
    }

    /// The choices of a question now, filtered.
    pub fn choices(&self, form: &Form, around: Around<'_>, row: RowId, node: NodeId) -> ChoiceSet {
        let question = form.node(node);
        let frame = self.frame(form, around, row).at(node);
        let list = match &question.choices {
            Choices::None => Arc::new(ChoiceList::default()),
            Choices::List(list) => form.lists[*list].clone(),
            Choices::Rows(code) => crate::form::expression::evaluate::table(code, &frame).unwrap_or_default(),
            Choices::Answers(code) => Arc::new(from_answers(code, &frame)),
        };
        let kept = question.logic.choice_filter.as_ref().map(|code| {
            let keeps = |at: &usize| evaluate(code, &Frame { choice: Some((&list, *at)), ..frame }).to_boolean();
            (0..list.choices.len()).filter(keeps).collect()
        });
        ChoiceSet { list, kept }
    }
}

fn from_answers(code: &crate::form::expression::Code, frame: &Frame<'_>) -> ChoiceList {
    let mut rows: Vec<(Text, Vec<Arc<str>>)> = Vec::new();
    let mut take = |datum: Datum| {
        let text = datum.to_text();
        if !text.is_empty() && !rows.iter().any(|(_, cells)| cells[0] == text) {
            rows.push((Text::plain(&*text), vec![text]));
        }
    };
    match code {
        crate::form::expression::Code::Nodes(nodes) => crate::form::expression::evaluate::each(nodes, frame, &mut |_, datum| take(datum)),
        code => take(evaluate(code, frame)),
    }
    ChoiceList::new("", vec!["name".to_owned()], rows)
}

/// The choices of a question after its filter.
#[derive(Clone, Debug)]
pub struct ChoiceSet {
    /// Where they come from.
    pub list: Arc<ChoiceList>,
    kept: Option<Vec<usize>>,
}

impl ChoiceSet {
    /// A whole list.
    pub fn whole(list: Arc<ChoiceList>) -> Self {
        Self { list, kept: None }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.list.choices.len(), Vec::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A choice by its place after the filter.
    pub fn get(&self, at: usize) -> Option<&Choice> {
        let at = match &self.kept {
            Some(kept) => *kept.get(at)?,
            None => at,
        };
        self.list.choices.get(at)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Choice> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Whether one of that name is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.list.position(name).is_some_and(|at| self.kept.as_ref().is_none_or(|kept| kept.binary_search(&at).is_ok()))
    }

    /// The choices that hold every word of a query, folded; those that begin with it first.
    pub fn search(&self, typed: &str) -> Vec<usize> {
        let query = fold::Query::new(typed);
        let start = fold::fold(typed);
        let mut found: Vec<usize> = (0..self.len()).filter(|at| self.get(*at).is_some_and(|c| query.matches(&c.search))).collect();
        found.sort_by_key(|at| !self.get(*at).is_some_and(|c| c.search.starts_with(&start) || *c.name == *start));
        found
    }
}

fn findings(form: &Form, answers: &Answers, derived: &Derived, around: Around<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    walk(form, &derived.instance, &mut |row, id| {
        let cell = derived.instance.cell(form, row, id);
        if !cell.relevant {
            return;
        }
        let problem = problem(form, answers, derived, around, row, id);
        if let Some((severity, message)) = problem {
            found.push(Finding { path: derived.instance.path(form, row, id), row, node: id, severity, message });
        }
    });
    found
}

/// At most one problem: required speaks of blank answers, everything else of given ones.
fn problem(form: &Form, answers: &Answers, derived: &Derived, around: Around<'_>, row: RowId, id: NodeId) -> Option<(Severity, Text)> {
    let node = form.node(id);
    let logic = &node.logic;
    let or = |text: &Text, default: fn(crate::locale::Lang) -> String| if text.is_empty() { Text::both(default) } else { text.clone() };
    if matches!(node.kind, Kind::Group | Kind::Note) {
        return None;
    }
    if let Kind::Repeat(scope) = node.kind {
        let empty = derived.instance.children(form, row, scope).is_empty();
        let needed = empty && derived.holds(form, around, row, id, logic.required.as_ref(), false);
        return needed.then(|| (Severity::Hard, or(&logic.required_message, say::form::needed)));
    }
    if derived.instance.cell(form, row, id).value.is_blank() {
        let needed = node.kind == Kind::Question && derived.holds(form, around, row, id, logic.required.as_ref(), false);
        return needed.then(|| (Severity::Hard, or(&logic.required_message, say::form::needed)));
    }
    if node.kind == Kind::Question
        && let Some(value) = answers.get(&derived.instance.path(form, row, id))
        && let Some(message) = misfit(form, derived, around, row, id, value)
    {
        return Some((Severity::Hard, message));
    }
    if !derived.holds(form, around, row, id, logic.constraint.as_ref(), true) {
        return Some((Severity::Hard, or(&logic.constraint_message, say::form::not_right)));
    }
    let unusual = !derived.holds(form, around, row, id, logic.warning.as_ref(), true);
    unusual.then(|| (Severity::Soft, or(&logic.warning_message, say::form::unusual)))
}

/// Whether a value does not fit its question's type or choices (after a merge, an import or a new form version).
fn misfit(form: &Form, derived: &Derived, around: Around<'_>, row: RowId, id: NodeId, value: &Value) -> Option<Text> {
    use ValueType as T;
    let node = form.node(id);
    let not = |say: fn(crate::locale::Lang) -> String| Some(Text::both(say));
    match (node.value, value) {
        (T::Integer | T::Money | T::Year, Value::Number(n)) if !n.is_whole() => not(say::form::not_whole),
        (T::Decimal, Value::Number(n)) => out_of_range(node.range, n),
        (kind, Value::Number(_)) if kind.is_number() => None,
        (kind, _) if kind.is_number() => not(say::form::not_a_number),
        (T::Date, Value::Text(t)) if crate::locale::date::parse_iso(t).is_none() => not(say::form::not_a_date),
        (T::Month, Value::Text(t)) if crate::locale::date::parse_iso_month(t).is_none() => not(say::form::not_a_month),
        (T::Moment, Value::Text(t)) if crate::locale::date::parse_moment(t).is_none() => not(say::form::not_a_moment),
        // What was chosen from another record's rows stands, whatever became of them.
        (T::SelectOne | T::SelectMultiple, _) if matches!(node.choices, Choices::Rows(_)) => None,
        (T::SelectOne, Value::Text(name)) => {
            let choices = derived.choices(form, around, row, id);
            (!choices.contains(name)).then(|| Text::both(|lang| say::form::not_a_choice(lang, name)))
        }
        (T::SelectMultiple | T::Rank, Value::Choices(names)) => {
            let choices = derived.choices(form, around, row, id);
            if node.value == T::Rank && names.len() != choices.len() {
                return not(say::form::not_ranked);
            }
            names.iter().find(|name| !choices.contains(name)).map(|name| Text::both(|lang| say::form::not_a_choice(lang, name)))
        }
        (T::Point, Value::Point(_)) | (T::File, Value::File(_)) => None,
        (T::Point | T::File | T::SelectMultiple | T::Rank, _) => not(say::form::not_right),
        (_, Value::Text(_)) => None,
        _ => not(say::form::not_right),
    }
}

fn out_of_range(range: Option<[f64; 3]>, number: &Decimal) -> Option<Text> {
    let [start, end, step] = range?;
    let value = number.to_f64();
    let steps = (value - start) / step;
    let fits = (start..=end).contains(&value) && (steps - steps.round()).abs() < 1e-9;
    (!fits).then(|| Text::both(|lang| say::form::out_of_range(lang, start, end)))
}
