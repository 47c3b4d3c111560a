//! A form being answered. Pure: other records, time and chance come in as arguments.
//!
//! An *answer* is what a person gave and is kept even while its question is not relevant; *state* is what follows from
//! all answers ([`mod@derive`]), is thrown away and derived again after every answer.

pub mod derive;
pub mod entry;
pub mod json;
pub mod order;
pub mod outline;
pub mod show;

use crate::form::expression::function::FROM_RECORDS;
use crate::form::expression::{Datum, evaluate::evaluate};
use crate::form::instance::{Answers, ROOT_ROW, RowId, row_keys};
use crate::form::world::World;
use crate::form::{Form, Kind, Meta, NodeId};
use crate::locale::{Lang, date};
use crate::value::Value;
use chrono::NaiveDateTime;
use derive::{Derived, Finding, Severity, derive};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The world around an interview: other records, the clock, the language.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Other records and chance.
    pub world: &'a dyn World,
    /// The wall clock.
    pub now: NaiveDateTime,
    /// The language of labels.
    pub lang: Lang,
}

/// Who answers, on which device: what metadata questions keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// The person's name.
    pub person: String,
    /// The device's name.
    pub device: String,
}

/// Remarks and reasons by path.
pub type Notes = BTreeMap<String, String>;

/// A form being answered.
#[derive(Clone, Debug)]
pub struct Interview {
    form: Arc<Form>,
    answers: Answers,
    notes: Notes,
    base: Answers,
    base_notes: Notes,
    /// Filled in by a default and not touched since.
    taken: Answers,
    /// Answered or cleared by a person.
    touched: BTreeSet<String>,
    derived: Derived,
}

/// A row of a fixed-count repeat beyond this is not made, whatever the formula says.
const MAX_ROWS: usize = 10_000;

/// Defaults may lead to further defaults; a form in which they never come to rest is cut off here.
const MAX_ROUNDS: usize = 16;

impl Interview {
    /// A new record of `form`.
    pub fn begin(form: Arc<Form>, who: &Who, around: Around<'_>) -> Self {
        let mut interview = Self::bare(form, Answers::new(), Notes::new(), around);
        let now = date::moment_text(around.now);
        for id in interview.form.clone().ids() {
            let node = interview.form.node(id);
            let text = match node.kind {
                Kind::Meta(Meta::Start | Meta::End) => now.clone(),
                Kind::Meta(Meta::Today) => around.now.date().to_string(),
                Kind::Meta(Meta::Device) => who.device.clone(),
                Kind::Meta(Meta::Person) => who.person.clone(),
                _ => continue,
            };
            let name = node.name.clone();
            interview.answers.insert(name, Value::text(text));
        }
        interview.settle(around);
        interview
    }

    /// An existing record, to be edited. Questions left blank stay blank: defaults belong to the first visit.
    pub fn reopen(form: Arc<Form>, answers: Answers, notes: Notes, around: Around<'_>) -> Self {
        let mut interview = Self::bare(form, answers, notes, around);
        interview.base = interview.answers.clone();
        interview.base_notes = interview.notes.clone();
        let mut blank = BTreeSet::new();
        order::walk(&interview.form, &interview.derived.instance, &mut |row, node| {
            blank.insert(interview.derived.instance.path(&interview.form, row, node));
        });
        interview.touched = blank;
        interview.settle(around);
        interview
    }

    /// A draft taken up again: what it was begun from, and what was answered since.
    pub fn resume(form: Arc<Form>, base: (Answers, Notes), answers: Answers, notes: Notes, around: Around<'_>) -> Self {
        let mut interview = Self::bare(form, answers, notes, around);
        (interview.base, interview.base_notes) = base;
        interview.touched = interview.answers.keys().chain(interview.base.keys()).cloned().collect();
        interview.settle(around);
        interview
    }

    fn bare(form: Arc<Form>, answers: Answers, notes: Notes, around: Around<'_>) -> Self {
        let derived = derive(&form, &answers, around);
        Self { form, answers, notes, base: Answers::new(), base_notes: Notes::new(), taken: Answers::new(), touched: BTreeSet::new(), derived }
    }

    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// All answers, also those that are not relevant now.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Remarks and reasons.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// What follows from the answers.
    pub fn derived(&self) -> &Derived {
        &self.derived
    }

    /// The answers that it was begun from.
    pub fn base(&self) -> (&Answers, &Notes) {
        (&self.base, &self.base_notes)
    }

    /// The paths whose answers or notes differ from what it was begun from: what a revision has written.
    pub fn changed(&self) -> BTreeSet<String> {
        let differs = |path: &&String| self.answers.get(*path) != self.base.get(*path);
        self.answers.keys().chain(self.base.keys()).filter(differs).cloned().collect()
    }

    /// Whether nothing was answered or noted since it was begun, apart from what the program filled in and the answer
    /// `given` that it was begun with.
    pub fn is_untouched(&self, given: &[String]) -> bool {
        let by_program = |path: &String| {
            let is_meta = self.form.node_of_path(path).is_some_and(|id| matches!(self.form.node(id).kind, Kind::Meta(_) | Kind::Calculate));
            is_meta || self.taken.contains_key(path) || given.contains(path)
        };
        self.notes == self.base_notes && self.changed().iter().all(by_program)
    }

    /// Answers (or with `None` clears) the question at `path`; unknown paths are ignored.
    pub fn answer(&mut self, path: &str, value: Option<Value>, around: Around<'_>) {
        if self.answers.get(path) == value.as_ref() {
            // What a person confirms is theirs: it no longer follows the default that filled it in.
            self.touched.insert(path.to_owned());
            self.taken.remove(path);
            return;
        }
        if path.ends_with("/#") {
            // The order key of a row: an ordinary answer, without a question.
            match value {
                Some(value) => self.answers.insert(path.to_owned(), value),
                None => self.answers.remove(path),
            };
            return self.settle(around);
        }
        let Some(node) = self.form.node_of_path(path) else { return };
        match value {
            Some(value) => self.answers.insert(path.to_owned(), value),
            None => self.answers.remove(path),
        };
        self.touched.insert(path.to_owned());
        self.taken.remove(path);
        self.forget_taken_from(node);
        self.settle(around);
    }

    /// Derives again: other records have become known, or the language changed.
    pub fn refresh(&mut self, around: Around<'_>) {
        self.settle(around);
    }

    /// Goes back to earlier answers and notes.
    pub fn restore(&mut self, answers: Answers, notes: Notes, around: Around<'_>) {
        (self.answers, self.notes) = (answers, notes);
        self.touched.extend(self.answers.keys().cloned());
        self.derived = derive(&self.form, &self.answers, around);
    }

    /// Sets or clears the note at `path`.
    pub fn note(&mut self, path: &str, text: &str) {
        if text.trim().is_empty() {
            self.notes.remove(path);
        } else {
            self.notes.insert(path.to_owned(), text.trim().to_owned());
        }
    }

    /// Adds a row behind the last one of the repeat `start` (`energy`, or `parts/k3f9/pieces`) under a new key.
    pub fn add_row(&mut self, start: &str, key: &str, around: Around<'_>) {
        let start = format!("{start}/");
        let last = row_keys(&self.answers, &start).last().and_then(|key| match self.answers.get(&format!("{start}{key}/#")) {
            Some(Value::Text(order)) => Some(order.clone()),
            _ => None,
        });
        let order = order::between(last.as_deref(), None);
        self.answers.insert(format!("{start}{key}/#"), Value::text(order));
        self.settle(around);
    }

    /// Removes a row by clearing its order key; the answers inside are kept, so that [`Self::restore_row`] brings all back.
    pub fn delete_row(&mut self, row: &str, around: Around<'_>) -> Option<Value> {
        let order = self.answers.remove(&format!("{row}/#"));
        self.settle(around);
        order
    }

    /// Brings a deleted row back in its old place.
    pub fn restore_row(&mut self, row: &str, order: Value, around: Around<'_>) {
        self.answers.insert(format!("{row}/#"), order);
        self.settle(around);
    }

    /// The value to show beside a question: what `previous` says itself where it takes a value from another record, else
    /// (where it is true) the answer to the same question in the last record of this form about the same subject.
    pub fn previous(&self, row: RowId, node: NodeId, around: Around<'_>) -> Option<Value> {
        let question = self.form.node(node);
        let wanted = question.logic.previous.as_ref()?;
        let frame = self.derived.frame(&self.form, around, row).at(node);
        let said = evaluate(wanted, &frame);
        if wanted.calls(FROM_RECORDS) {
            return said.to_value(question.value);
        }
        let subject = self.derived.instance.read(&self.form, ROOT_ROW, self.form.subject?).to_text();
        if row != ROOT_ROW || subject.is_empty() || !said.to_boolean() {
            return None;
        }
        around.world.latest(&self.form.id, &subject, &question.name, None, frame.day()).map(|taken| taken.value)
    }

    /// Hard problems first to be set right before submitting, and soft ones that still lack a reason.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.derived.findings.iter().filter(|f| f.severity == Severity::Hard || !self.notes.contains_key(&f.path))
    }

    /// One line for lists.
    pub fn summary(&self, around: Around<'_>) -> String {
        self.derived.summary(&self.form, around)
    }

    /// Stamps the `end` question; call before saving.
    pub fn finish(&mut self, around: Around<'_>) {
        let ends: Vec<String> = self.form.nodes.iter().filter(|n| n.kind == Kind::Meta(Meta::End)).map(|n| n.name.clone()).collect();
        for name in ends {
            self.answers.insert(name, Value::text(date::moment_text(around.now)));
        }
    }

    /// Answers that a default filled in from this question are taken again, unless a person touched them.
    fn forget_taken_from(&mut self, node: NodeId) {
        let form = &self.form;
        let follows = |path: &String| {
            form.node_of_path(path).is_some_and(|id| {
                let logic = &form.node(id).logic;
                logic.trigger == Some(node) || logic.default.as_ref().is_some_and(|default| default.reads().contains(&node))
            })
        };
        let stale: Vec<String> = self.taken.keys().filter(|path| follows(path)).cloned().collect();
        for path in stale {
            if self.taken.remove(&path).as_ref() == self.answers.get(&path) {
                self.answers.remove(&path);
                if let Some(id) = self.form.node_of_path(&path) {
                    self.forget_taken_from(id);
                }
            }
        }
    }

    /// Derives until counts, defaults and kept results have come to rest.
    fn settle(&mut self, around: Around<'_>) {
        for _ in 0..MAX_ROUNDS {
            self.derived = derive(&self.form, &self.answers, around);
            let counted = self.count_rows(around);
            let filled = self.fill_in(around);
            if !counted && !filled {
                return;
            }
        }
        self.derived = derive(&self.form, &self.answers, around);
    }

    fn count_rows(&mut self, around: Around<'_>) -> bool {
        let mut changes: Vec<(String, Option<Value>)> = Vec::new();
        for scope in &self.form.scopes {
            let Some((repeat, count)) = scope.repeat.and_then(|id| self.form.node(id).logic.repeat_count.as_ref().map(|count| (id, count))) else { continue };
            for row in self.derived.instance.rows_of(self.form.node(repeat).scope) {
                let frame = self.derived.frame(&self.form, around, *row).at(repeat);
                let wanted = evaluate(count, &frame).to_number();
                let wanted = if wanted.is_finite() { (wanted.max(0.0) as usize).min(MAX_ROWS) } else { 0 };
                let start = format!("{}/", self.derived.instance.path(&self.form, *row, repeat));
                let keys = row_keys(&self.answers, &start);
                changes.extend(keys.iter().skip(wanted).map(|key| (format!("{start}{key}/#"), None)));
                let mut last = keys.last().and_then(|key| self.answers.get(&format!("{start}{key}/#"))).map(Value::plain);
                for at in keys.len()..wanted {
                    let order = order::between(last.as_deref(), None);
                    changes.push((format!("{start}n{}/#", at + 1), Some(Value::text(order.clone()))));
                    last = Some(order);
                }
            }
        }
        let changed = !changes.is_empty();
        for (path, value) in changes {
            match value {
                Some(value) => self.answers.insert(path, value),
                None => self.answers.remove(&path),
            };
        }
        changed
    }

    /// Fills blank questions from their defaults and keeps results that must not be computed twice.
    fn fill_in(&mut self, around: Around<'_>) -> bool {
        let mut filled: Vec<(String, Value, bool)> = Vec::new();
        let Self { form, derived, answers, touched, .. } = self;
        order::walk(form, &derived.instance, &mut |row, id| {
            let node = form.node(id);
            let cell = derived.instance.cell(form, row, id);
            if !cell.relevant || !form.is_kept(id) {
                return;
            }
            let path = derived.instance.path(form, row, id);
            if answers.contains_key(&path) {
                return;
            }
            match (&node.kind, &node.logic.default) {
                (Kind::Calculate, _) => filled.extend(cell.value.to_value(node.value).map(|value| (path, value, false))),
                (_, Some(default)) if !touched.contains(&path) => {
                    let datum: Datum = evaluate(default, &derived.frame(form, around, row).at(id));
                    filled.extend(datum.to_value(node.value).map(|value| (path, value, true)));
                }
                _ => {}
            }
        });
        let changed = !filled.is_empty();
        for (path, value, taken) in filled {
            if taken {
                self.taken.insert(path.clone(), value.clone());
            }
            self.answers.insert(path, value);
        }
        changed
    }
}
