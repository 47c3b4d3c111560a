//! Answers → state: relevance and calculations, then problems.
//!
//! Cells are derived in the order of the form's plan, each behind all that it reads. At first all of them wait; after an
//! answer only those that it concerns, and whatever follows from their change. Both ways end in the same state.

pub use super::choose::ChoiceSet;
use super::order::walk;
use super::queue::Queue;
use super::{Around, show};
use crate::form::choices::list_of;
use crate::form::expression::datum::time_of_day;
use crate::form::expression::evaluate::{Frame, evaluate, truth};
use crate::form::expression::functions::in_any_order;
use crate::form::expression::{Code, Datum, geo};
use crate::form::instance::{Answers, Instance, ROOT_ROW, RowId};
use crate::form::plan::{Follower, Part};
use crate::form::{Choices, Form, Kind, NodeId, ROOT};
use crate::locale::{Text, say};
use crate::value::{Decimal, Value, ValueType};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

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

/// All that follows from the answers, and what is still to be derived after a change.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Values and relevance by slot.
    pub instance: Instance,
    problems: BTreeMap<(RowId, NodeId), (Severity, Text)>,
    /// Cells to derive, in the order of the form's plan.
    queue: Queue,
    /// Cells whose problems may have changed.
    unchecked: Vec<(RowId, NodeId)>,
    pub(super) pending: Pending,
}

/// What deriving leaves to the interview, since it changes answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending {
    /// Repeats whose number of rows may have changed.
    pub counts: Vec<(RowId, NodeId)>,
    /// Cells that a default or a kept result may fill in.
    pub fills: Vec<(RowId, NodeId)>,
    /// Changed cells that actions wait for.
    pub fired: Vec<(RowId, NodeId)>,
}

/// A form in which deriving never comes to rest is cut off after so many steps a cell.
const MAX_STEPS: usize = 200;

/// Derives everything from `answers`. What an interview derives step by step, answer by answer, is the same.
pub fn derive(form: &Form, answers: &Answers, around: Around<'_>) -> Derived {
    let mut derived = Derived::new(form, answers);
    derived.propagate(form, around);
    derived.check(form, answers, around);
    derived
}

impl Derived {
    /// Everything is laid out and waits to be derived.
    pub(super) fn new(form: &Form, answers: &Answers) -> Self {
        let instance = Instance::new(form, answers);
        let mut derived = Self { instance, problems: BTreeMap::new(), queue: Queue::default(), unchecked: Vec::new(), pending: Pending::default() };
        derived.enqueue_below(form, ROOT_ROW);
        derived
    }

    /// Every cell of a row and of the rows inside.
    pub(super) fn enqueue_below(&mut self, form: &Form, row: RowId) {
        for id in &form.scope(self.instance.row(row).scope).nodes {
            self.enqueue(form, row, *id);
            if let Kind::Repeat(scope) = form.node(*id).kind {
                for inner in self.instance.children(form, row, scope).to_vec() {
                    self.enqueue_below(form, inner);
                }
            }
        }
    }

    fn enqueue(&mut self, form: &Form, row: RowId, id: NodeId) {
        let cell = self.instance.cell_mut(form, row, id);
        if !std::mem::replace(&mut cell.queued, true) {
            self.queue.push(form.plan.rank[id.index()], row);
        }
    }

    /// An answer was set or cleared.
    pub(super) fn set(&mut self, form: &Form, row: RowId, id: NodeId, value: Datum) {
        let cell = self.instance.cell_mut(form, row, id);
        let differs = cell.value != value;
        cell.value = value;
        self.recheck(form, row, id);
        if differs {
            self.changed(form, row, id);
        }
    }

    /// Rows of a repeat came, went or moved.
    pub(super) fn rows_changed(&mut self, form: &Form, row: RowId, repeat: NodeId) {
        self.recheck(form, row, repeat);
        self.changed(form, row, repeat);
    }

    /// The problem of a cell may have changed.
    fn recheck(&mut self, form: &Form, row: RowId, id: NodeId) {
        let cell = self.instance.cell_mut(form, row, id);
        if !std::mem::replace(&mut cell.unchecked, true) {
            self.unchecked.push((row, id));
        }
    }

    /// What depends on a cell waits to be derived again.
    fn changed(&mut self, form: &Form, row: RowId, id: NodeId) {
        self.instance.cell_changed(form, row, id);
        if !form.plan.actions[id.index()].is_empty() {
            self.pending.fired.push((row, id));
        }
        for Follower { part, node, under } in &form.plan.followers[id.index()] {
            let scope = form.node(*node).scope;
            if scope == ROOT {
                self.follow(form, *part, ROOT_ROW, *node);
                continue;
            }
            let top = self.instance.climb(row, *under);
            // A scope that is not around the changed row covers all below it.
            let top = if self.instance.row(top).scope == *under { top } else { row };
            if self.instance.row(top).scope == scope {
                self.follow(form, *part, top, *node);
                continue;
            }
            for row in self.instance.rows_below(form, top, scope) {
                self.follow(form, *part, row, *node);
            }
        }
    }

    fn follow(&mut self, form: &Form, part: Part, row: RowId, id: NodeId) {
        match part {
            Part::State => self.enqueue(form, row, id),
            Part::Check => self.recheck(form, row, id),
            Part::Default => self.pending.fills.push((row, id)),
        }
    }

    /// Derives all cells that wait, and all that follows from them.
    pub(super) fn propagate(&mut self, form: &Form, around: Around<'_>) {
        let mut steps = 0usize;
        let mut first = self.queue.len();
        while let Some((rank, row)) = self.queue.pop() {
            let id = form.plan.order[rank as usize];
            self.instance.cell_mut(form, row, id).queued = false;
            if !self.instance.is_there(row) {
                continue;
            }
            steps += 1;
            first = first.max(self.queue.len());
            if steps > MAX_STEPS * (first + form.nodes.len()) {
                self.queue = Queue::default();
                return;
            }
            self.settle(form, around, row, id);
        }
    }

    fn settle(&mut self, form: &Form, around: Around<'_>, row: RowId, id: NodeId) {
        let node = form.node(id);
        self.instance.refresh_columns(form, id);
        let inside = node.parent.is_none_or(|parent| self.instance.is_relevant(form, row, parent));
        let relevant = inside && node.logic.relevant.as_ref().is_none_or(|code| truth(code, &self.frame(form, around, row).at(id)));
        let value = match &node.logic.calculation {
            Some(code) if relevant => self.result(form, around, row, id, code),
            _ => None,
        };
        if node.logic.repeat_count.is_some() {
            self.pending.counts.push((row, id));
        }
        if relevant && (node.logic.default.is_some() || form.plan.kept[id.index()]) {
            self.pending.fills.push((row, id));
        }
        let cell = self.instance.cell_mut(form, row, id);
        let turned = std::mem::replace(&mut cell.relevant, relevant) != relevant;
        let differs = value.is_some_and(|value| {
            let differs = cell.value != value;
            cell.value = value;
            differs
        });
        self.recheck(form, row, id);
        if turned {
            self.enqueue_children(form, row, id);
        }
        if turned || differs {
            self.changed(form, row, id);
        }
    }

    fn enqueue_children(&mut self, form: &Form, row: RowId, id: NodeId) {
        let node = form.node(id);
        let rows = match node.kind {
            Kind::Repeat(scope) => self.instance.children(form, row, scope).to_vec(),
            _ => vec![row],
        };
        for row in rows {
            node.children.iter().for_each(|child| self.enqueue(form, row, *child));
        }
    }

    /// A calculation's result as its type would keep it; `None` where a kept result stands.
    fn result(&self, form: &Form, around: Around<'_>, row: RowId, id: NodeId, code: &Code) -> Option<Datum> {
        let kind = form.node(id).value;
        if form.plan.kept[id.index()] && !self.instance.cell(form, row, id).value.is_blank() {
            return None;
        }
        let result = evaluate(code, &self.frame(form, around, row).at(id));
        Some(result.fitted(kind))
    }

    /// Looks for problems where they may have changed. `answers` are what was derived from.
    pub(super) fn check(&mut self, form: &Form, answers: &Answers, around: Around<'_>) {
        for (row, id) in std::mem::take(&mut self.unchecked) {
            self.instance.refresh_columns(form, id);
            let problem = if self.instance.is_there(row) && self.instance.is_relevant(form, row, id) { problem(form, answers, self, around, row, id) } else { None };
            let cell = self.instance.cell_mut(form, row, id);
            cell.unchecked = false;
            let was_wrong = std::mem::replace(&mut cell.wrong, problem.is_some());
            match problem {
                Some(problem) => drop(self.problems.insert((row, id), problem)),
                None if was_wrong => drop(self.problems.remove(&(row, id))),
                None => {}
            }
        }
    }

    /// A row is gone, and its problems with it.
    pub(super) fn forget_row(&mut self, row: RowId) {
        let instance = &self.instance;
        if instance.is_there(row) {
            return;
        }
        self.problems.retain(|(row, _), _| instance.is_there(*row));
    }

    /// Problems in the order of asking.
    pub fn findings(&self, form: &Form) -> Vec<Finding> {
        let mut found = Vec::with_capacity(self.problems.len());
        if self.problems.is_empty() {
            return found;
        }
        walk(form, &self.instance, &mut |row, id| {
            if let Some((severity, message)) = self.problems.get(&(row, id)) {
                found.push(Finding { path: self.instance.path(form, row, id), row, node: id, severity: *severity, message: message.clone() });
            }
        });
        found
    }

    /// The problem with one answer.
    pub fn problem_at(&self, row: RowId, node: NodeId) -> Option<(Severity, &Text)> {
        self.problems.get(&(row, node)).map(|(severity, message)| (*severity, message))
    }

    /// A text of a question with its `${…}` filled in.
    pub fn say<'f>(&self, form: &'f Form, around: Around<'_>, row: RowId, id: NodeId, column: &'static str) -> Cow<'f, str> {
        show::text(form, &self.instance, around, (row, id), column)
    }

    /// A frame to evaluate in.
    pub fn frame<'a>(&'a self, form: &'a Form, around: Around<'a>, row: RowId) -> Frame<'a> {
        Frame::new(form, &self.instance, around.world, around.now, around.lang, row)
    }

    /// Whether an expression at a question is true; `otherwise` where there is none.
    pub fn holds(&self, form: &Form, around: Around<'_>, row: RowId, node: NodeId, code: Option<&crate::form::expression::Code>, otherwise: bool) -> bool {
        code.map_or(otherwise, |code| truth(code, &self.frame(form, around, row).at(node)))
    }

    /// Whether the question may not be typed into.
    pub fn is_read_only(&self, form: &Form, around: Around<'_>, row: RowId, node: NodeId) -> bool {
        let question = form.node(node);
        question.kind != Kind::Question || question.logic.calculation.is_some() || self.holds(form, around, row, node, question.logic.read_only.as_ref(), false)
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
        let list = list_of(&question.choices, &frame);
        let kept = question.logic.choice_filter.as_ref().map(|code| {
            let keeps = |at: &usize| truth(code, &Frame { choice: Some((&list, *at)), ..frame });
            (0..list.choices.len()).filter(keeps).collect()
        });
        let set = ChoiceSet::new(list, kept);
        match &question.logic.shuffle {
            Some(shuffle) => set.shuffled(|places| in_any_order(places, shuffle.seed.as_ref(), &frame)),
            None => set,
        }
    }
}

/// At most one problem: required speaks of blank answers, everything else of given ones.
fn problem(form: &Form, answers: &Answers, derived: &Derived, around: Around<'_>, row: RowId, id: NodeId) -> Option<(Severity, Text)> {
    let node = form.node(id);
    let logic = &node.logic;
    let or = |column: &'static str, default: fn(crate::locale::Lang) -> String| match (logic.templates.get(column), node.text(column)) {
        (Some(template), _) => Text::both(|lang| template.fill(&Frame { lang, ..derived.frame(form, around, row).at(id) })),
        (None, text) if text.is_empty() => Text::both(default),
        (None, text) => text.clone(),
    };
    if matches!(node.kind, Kind::Group | Kind::Note) {
        return None;
    }
    if let Kind::Repeat(scope) = node.kind {
        let empty = derived.instance.children(form, row, scope).is_empty();
        let needed = empty && derived.holds(form, around, row, id, logic.required.as_ref(), false);
        return needed.then(|| (Severity::Hard, or("required_message", say::form::needed)));
    }
    if derived.instance.cell(form, row, id).value.is_blank() {
        let needed = node.kind == Kind::Question && derived.holds(form, around, row, id, logic.required.as_ref(), false);
        return needed.then(|| (Severity::Hard, or("required_message", say::form::needed)));
    }
    if node.kind == Kind::Question
        && let Some(value) = answers.get(&derived.instance.path(form, row, id))
        && let Some(message) = misfit(form, derived, around, row, id, value)
    {
        return Some((Severity::Hard, message));
    }
    if !derived.holds(form, around, row, id, logic.constraint.as_ref(), true) {
        return Some((Severity::Hard, or("constraint_message", say::form::not_right)));
    }
    let unusual = !derived.holds(form, around, row, id, logic.warning.as_ref(), true);
    unusual.then(|| (Severity::Soft, or("warning_message", say::form::unusual)))
}

/// Whether a value does not fit its question's type or choices (after a merge, an import or a new form version).
fn misfit(form: &Form, derived: &Derived, around: Around<'_>, row: RowId, id: NodeId, value: &Value) -> Option<Text> {
    use ValueType as T;
    let node = form.node(id);
    let not = |say: fn(crate::locale::Lang) -> String| Some(Text::both(say));
    match (node.value, value) {
        (T::Integer | T::Money | T::Year, Value::Number(n)) if !n.is_whole() => not(say::form::not_whole),
        (T::Decimal, Value::Number(n)) => out_of_range(node.range?, n),
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
            let different = names.iter().collect::<BTreeSet<_>>().len();
            if node.value == T::Rank && (names.len() != choices.len() || different != names.len()) {
                return not(say::form::not_ranked);
            }
            names.iter().find(|name| !choices.contains(name)).map(|name| Text::both(|lang| say::form::not_a_choice(lang, name)))
        }
        (T::Trace, Value::Text(text)) if !geo::is_line(text, false) => not(say::asking::not_a_trace),
        (T::Shape, Value::Text(text)) if !geo::is_line(text, true) => not(say::asking::not_a_shape),
        (T::Time, Value::Text(text)) if time_of_day(text).is_none() => not(say::form::not_a_time),
        (T::Point, Value::Point(_)) | (T::File, Value::File(_)) => None,
        (T::Point | T::File | T::SelectMultiple | T::Rank, _) => not(say::form::not_right),
        (_, Value::Text(_)) => None,
        _ => not(say::form::not_right),
    }
}

fn out_of_range([start, end, step]: [f64; 3], number: &Decimal) -> Option<Text> {
    let value = number.to_f64();
    let steps = (value - start) / step;
    // A range may run downwards.
    let fits = (start.min(end)..=start.max(end)).contains(&value) && (steps - steps.round()).abs() < 1e-9;
    let shown = |n: f64, lang| crate::locale::number::format_f64(n, 6, lang);
    (!fits).then(|| Text::both(|lang| say::asking::off_step(lang, shown(start, lang), shown(end, lang), shown(step.abs(), lang))))
}
