//! Until everything has come to rest: numbers of rows, actions, defaults, results that are kept.

use super::{Around, Interview, order};
use crate::form::expression::Datum;
use crate::form::expression::evaluate::evaluate;
use crate::form::expression::function::KEPT;
use crate::form::instance::RowId;
use crate::form::{Event, Kind, NodeId};
use crate::value::Value;
use std::collections::BTreeMap;

/// A row of a fixed-count repeat beyond this is not made, whatever the formula says.
const MAX_ROWS: usize = 10_000;

/// A repeat whose number of rows follows from its own rows (one more until the last one says no) is given so many changes at a
/// time, or it would grow without end: its new rows are blank, and nobody has said no yet.
const MAX_RECOUNTS: u32 = 8;

/// A form whose defaults and actions never come to rest is cut off here.
const MAX_ROUNDS: usize = 1_000;

impl Interview {
    /// Derives what waits, and all that follows.
    pub(super) fn settle(&mut self, around: Around<'_>) {
        let mut recounts = BTreeMap::new();
        for _ in 0..MAX_ROUNDS {
            self.derived.propagate(&self.form, around);
            if self.count_rows(&mut recounts, around) {
                continue;
            }
            if self.fire(around) {
                continue;
            }
            if !self.fill_in(around) {
                break;
            }
        }
        self.derived.check(&self.form, &self.answers, around);
    }

    /// Rows of repeats whose number the form computes come or go. A number that is not known yet (blank) leaves them.
    fn count_rows(&mut self, recounts: &mut BTreeMap<(RowId, NodeId), u32>, around: Around<'_>) -> bool {
        let mut changed = false;
        let form = self.form.clone();
        for (row, repeat) in std::mem::take(&mut self.derived.pending.counts) {
            let (Some(count), Kind::Repeat(scope)) = (&form.node(repeat).logic.repeat_count, form.node(repeat).kind) else { continue };
            if !self.derived.instance.is_there(row) {
                continue;
            }
            let wanted = evaluate(count, &self.derived.frame(&form, around, row).at(repeat)).to_number();
            let recount = recounts.entry((row, repeat)).or_default();
            if wanted.is_finite() && *recount < MAX_RECOUNTS {
                let made = self.make_rows(row, repeat, scope, (wanted.max(0.0) as usize).min(MAX_ROWS), around);
                *recount += u32::from(made);
                changed |= made;
            }
        }
        changed
    }

    fn make_rows(&mut self, row: RowId, repeat: NodeId, scope: crate::form::ScopeId, wanted: usize, around: Around<'_>) -> bool {
        let form = self.form.clone();
        let rows = self.derived.instance.children(&form, row, scope).to_vec();
        if rows.len() == wanted {
            return false;
        }
        for extra in rows.iter().skip(wanted) {
            self.answers.remove(&format!("{}#", self.derived.instance.row(*extra).prefix));
            self.derived.instance.remove(&form, *extra);
            self.derived.forget_row(*extra);
        }
        let start = self.derived.instance.path(&form, row, repeat);
        let mut last = rows.last().map(|row| self.derived.instance.row(*row).order.to_string());
        let mut added = Vec::new();
        for at in rows.len()..wanted {
            let order = order::between(last.as_deref(), None);
            let key = format!("n{}", at + 1);
            let prefix = format!("{start}/{key}/");
            if !self.has_row(&start, &key) {
                super::first::fill_row(&form, &mut self.answers, repeat, &prefix);
                added.push(prefix.clone());
            }
            self.answers.insert(format!("{prefix}#"), Value::text(order.clone()));
            if let Some(id) = self.derived.instance.insert(&form, &self.answers, row, scope, &key) {
                self.derived.enqueue_below(&form, id);
            }
            last = Some(order);
        }
        self.derived.rows_changed(&form, row, repeat);
        self.derived.propagate(&form, around);
        for prefix in added {
            if let Some(id) = self.derived.instance.row_at(&prefix) {
                self.act(&[Event::NewRow], id, around);
            }
        }
        true
    }

    /// Carries out the actions of changed answers.
    fn fire(&mut self, around: Around<'_>) -> bool {
        let form = self.form.clone();
        let mut acted = false;
        for (row, trigger) in std::mem::take(&mut self.derived.pending.fired) {
            if !self.started || !self.derived.instance.is_there(row) {
                continue;
            }
            for target in &form.plan.actions[trigger.index()] {
                for row in self.derived.instance.rows_below(&form, row, form.node(*target).scope) {
                    acted |= self.act_on(row, *target, &[Event::Changed(trigger)], around);
                }
            }
        }
        acted
    }

    /// Carries out the actions of events at every question in a row and inside.
    pub(super) fn act(&mut self, events: &[Event], row: RowId, around: Around<'_>) {
        let form = self.form.clone();
        let mut rows = vec![row];
        while let Some(row) = rows.pop() {
            for id in &form.scope(self.derived.instance.row(row).scope).nodes {
                self.act_on(row, *id, events, around);
                if let Kind::Repeat(scope) = form.node(*id).kind {
                    rows.extend(self.derived.instance.children(&form, row, scope));
                }
            }
        }
        self.started = true;
    }

    fn act_on(&mut self, row: RowId, id: NodeId, events: &[Event], around: Around<'_>) -> bool {
        let form = self.form.clone();
        let mut acted = false;
        for action in form.node(id).logic.actions.iter().filter(|action| events.contains(&action.event)) {
            let value = evaluate(&action.value, &self.derived.frame(&form, around, row).at(id)).to_value(form.node(id).value);
            let path = self.derived.instance.path(&form, row, id);
            if self.answers.get(&path) != value.as_ref() {
                self.touched.insert(path.clone());
                self.put(&path, value);
                self.derived.propagate(&form, around);
                acted = true;
            }
        }
        acted
    }

    /// Fills blank questions from their defaults and keeps results that must not be computed twice.
    fn fill_in(&mut self, around: Around<'_>) -> bool {
        let form = self.form.clone();
        let mut filled = false;
        for (row, id) in std::mem::take(&mut self.derived.pending.fills) {
            let node = form.node(id);
            if !self.derived.instance.is_there(row) || !self.derived.instance.is_relevant(&form, row, id) || !form.is_kept(id) {
                continue;
            }
            let path = self.derived.instance.path(&form, row, id);
            if self.answers.contains_key(&path) {
                continue;
            }
            if node.logic.calculation.as_ref().is_some_and(|code| code.calls(KEPT)) {
                if let Some(value) = self.derived.instance.cell(&form, row, id).value.to_value(node.value) {
                    self.answers.insert(path, value);
                }
            } else if let (Some(default), false) = (&node.logic.default, self.touched.contains(&path)) {
                let datum: Datum = evaluate(default, &self.derived.frame(&form, around, row).at(id));
                if let Some(value) = datum.to_value(node.value) {
                    self.taken.insert(path.clone(), value.clone());
                    self.put(&path, Some(value));
                    filled = true;
                }
            }
        }
        filled
    }

    /// Answers that a default filled in from this question are taken again, unless a person touched them.
    pub(super) fn forget_taken_from(&mut self, node: NodeId) {
        if self.taken.is_empty() {
            return;
        }
        let form = self.form.clone();
        let follows = |path: &String| {
            form.node_of_path(path).is_some_and(|id| {
                let logic = &form.node(id).logic;
                logic.triggers.contains(&node) || logic.default.as_ref().is_some_and(|default| default.reads().contains(&node))
            })
        };
        let stale: Vec<String> = self.taken.keys().filter(|path| follows(path)).cloned().collect();
        for path in stale {
            if self.taken.remove(&path).as_ref() == self.answers.get(&path) {
                self.put(&path, None);
                if let Some((row, id)) = self.derived.instance.locate(&form, &path) {
                    self.derived.pending.fills.push((row, id));
                    self.forget_taken_from(id);
                }
            }
        }
    }
}
