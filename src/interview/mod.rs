//! A form being answered. Pure: other records, time and chance come in as arguments.
//!
//! An *answer* is what a person gave and is kept even while its question is not relevant; *state* is what follows from
//! all answers ([`mod@derive`]), is thrown away and derived again after every answer.

pub mod choose;
pub mod derive;
pub mod entry;
mod first;
pub mod json;
pub mod markdown;
pub mod order;
pub mod outline;
mod queue;
mod rows;
mod settle;
pub mod show;
pub mod submission;

use crate::form::expression::Datum;
use crate::form::expression::evaluate::{evaluate, truth};
use crate::form::expression::function::FROM_RECORDS;
use crate::form::instance::{Answers, ROOT_ROW, RowId};
use crate::form::world::World;
use crate::form::{Event, Form, Kind, Meta, NodeId};
use crate::locale::{Lang, date};
use crate::value::Value;
use chrono::NaiveDateTime;
use derive::{Derived, Finding, Severity};
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
    /// The person's e-mail address, if known.
    pub email: String,
    /// The person's telephone number, if known.
    pub phone: String,
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
    /// Whether the actions of its opening are done; changes before that trigger none.
    started: bool,
    /// How often it was changed.
    edition: u64,
    derived: Derived,
}

impl Interview {
    /// A new record of `form`.
    pub fn begin(form: Arc<Form>, who: &Who, around: Around<'_>) -> Self {
        let mut answers = Answers::new();
        first::fill(&form, &mut answers);
        let now = date::moment_text(around.now);
        for node in &form.nodes {
            let text = match node.kind {
                Kind::Meta(Meta::Start | Meta::End) => now.clone(),
                Kind::Meta(Meta::Today) => around.now.date().to_string(),
                Kind::Meta(Meta::Device) => who.device.clone(),
                Kind::Meta(Meta::Person) => who.person.clone(),
                Kind::Meta(Meta::Email) => who.email.clone(),
                Kind::Meta(Meta::Phone) => who.phone.clone(),
                _ => continue,
            };
            if node.scope == crate::form::ROOT && !text.is_empty() {
                answers.insert(node.key.clone(), Value::text(text));
            }
        }
        let mut interview = Self::bare(form, answers, Notes::new());
        interview.settle(around);
        interview.act(&[Event::FirstLoad, Event::Load], ROOT_ROW, around);
        interview.settle(around);
        interview
    }

    /// An existing record, to be edited. Questions left blank stay blank: defaults belong to the first visit.
    pub fn reopen(form: Arc<Form>, answers: Answers, notes: Notes, around: Around<'_>) -> Self {
        let mut interview = Self::bare(form, answers, notes);
        interview.base = interview.answers.clone();
        interview.base_notes = interview.notes.clone();
        let mut blank = BTreeSet::new();
        order::walk(&interview.form, &interview.derived.instance, &mut |row, node| {
            blank.insert(interview.derived.instance.path(&interview.form, row, node));
        });
        interview.touched = blank;
        interview.settle(around);
        interview.act(&[Event::Load], ROOT_ROW, around);
        interview.settle(around);
        interview
    }

    /// A draft taken up again: what it was begun from, and what was answered since.
    pub fn resume(form: Arc<Form>, base: (Answers, Notes), answers: Answers, notes: Notes, around: Around<'_>) -> Self {
        let mut interview = Self::bare(form, answers, notes);
        (interview.base, interview.base_notes) = base;
        interview.touched = interview.answers.keys().chain(interview.base.keys()).cloned().collect();
        interview.settle(around);
        interview.started = true;
        interview
    }

    fn bare(form: Arc<Form>, answers: Answers, notes: Notes) -> Self {
        let derived = Derived::new(&form, &answers);
        Self { form, answers, notes, base: Answers::new(), base_notes: Notes::new(), taken: Answers::new(), touched: BTreeSet::new(), started: false, edition: 0, derived }
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

    /// Another number than before whenever answers or notes may have changed: whoever compares them need not look while
    /// it is the same.
    pub fn edition(&self) -> u64 {
        self.edition
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
        self.edition += 1;
        if self.answers.get(path) == value.as_ref() {
            // What a person confirms is theirs: it no longer follows the default that filled it in.
            self.touched.insert(path.to_owned());
            self.taken.remove(path);
            return;
        }
        if let Some(row) = path.strip_suffix("/#") {
            // The order key of a row: an ordinary answer, without a question.
            match value {
                Some(value) => self.place_row(row, value, around),
                None => drop(self.delete_row(row, around)),
            }
            return;
        }
        let Some(node) = self.form.node_of_path(path) else { return };
        self.put(path, value);
        self.touched.insert(path.to_owned());
        self.taken.remove(path);
        self.forget_taken_from(node);
        self.settle(around);
    }

    /// Keeps a value and lets what depends on it be derived.
    fn put(&mut self, path: &str, value: Option<Value>) {
        let at = self.derived.instance.locate(&self.form, path);
        if let Some((row, node)) = at {
            let datum = value.as_ref().map_or(Datum::Blank, |value| Datum::of(value, self.form.node(node).value));
            self.derived.set(&self.form, row, node, datum);
        }
        match value {
            Some(value) => self.answers.insert(path.to_owned(), value),
            None => self.answers.remove(path),
        };
    }

    /// Derives again: other records have become known, or the language changed.
    pub fn refresh(&mut self, around: Around<'_>) {
        self.rebuild(around);
    }

    /// Goes on with the same form in another of its languages ([`Form::speaking`]).
    pub fn speak(&mut self, form: Arc<Form>, around: Around<'_>) {
        self.form = form;
        self.rebuild(around);
    }

    /// Goes back to earlier answers and notes.
    pub fn restore(&mut self, answers: Answers, notes: Notes, around: Around<'_>) {
        self.edition += 1;
        (self.answers, self.notes) = (answers, notes);
        self.touched.extend(self.answers.keys().cloned());
        self.derived = derive::derive(&self.form, &self.answers, around);
        self.derived.pending = derive::Pending::default();
    }

    fn rebuild(&mut self, around: Around<'_>) {
        self.edition += 1;
        self.derived = Derived::new(&self.form, &self.answers);
        self.settle(around);
    }

    /// Sets or clears the note at `path`.
    pub fn note(&mut self, path: &str, text: &str) {
        self.edition += 1;
        if text.trim().is_empty() {
            self.notes.remove(path);
        } else {
            self.notes.insert(path.to_owned(), text.trim().to_owned());
        }
    }

    /// Adds a row behind the last one of the repeat `start` (`energy`, or `parts/k3f9/pieces`) under a new key.
    pub fn add_row(&mut self, start: &str, key: &str, around: Around<'_>) {
        let last = self.rows(start).last().map(|row| self.derived.instance.row(*row).order.clone());
        let order = order::between(last.as_deref(), None);
        self.place_row(&format!("{start}/{key}"), Value::text(order), around);
    }

    /// Adds a row before the `at`-th one (from 0) of a repeat.
    pub fn insert_row(&mut self, start: &str, at: usize, key: &str, around: Around<'_>) {
        let rows = self.rows(start);
        let order_of = |at: Option<usize>| at.and_then(|at| rows.get(at)).map(|row| self.derived.instance.row(*row).order.clone());
        let order = order::between(order_of(at.checked_sub(1)).as_deref(), order_of(Some(at)).as_deref());
        self.place_row(&format!("{start}/{key}"), Value::text(order), around);
    }

    /// The rows of the repeat at a path (`energy`, `parts/k3f9/pieces`).
    pub fn rows(&self, start: &str) -> &[RowId] {
        let found = self.derived.instance.locate(&self.form, start);
        match found.map(|(row, id)| (row, self.form.node(id).kind)) {
            Some((row, Kind::Repeat(scope))) => self.derived.instance.children(&self.form, row, scope),
            _ => &[],
        }
    }

    /// Whether a row has this key, or had it: what was answered inside is kept.
    pub fn has_row(&self, start: &str, key: &str) -> bool {
        let prefix = format!("{start}/{key}/");
        self.answers.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }

    /// Sets a row's order key: it appears, or moves.
    fn place_row(&mut self, row: &str, order: Value, around: Around<'_>) {
        self.edition += 1;
        let Some((start, key)) = row.rsplit_once('/') else { return };
        let Some((parent, repeat)) = self.derived.instance.locate(&self.form, start) else {
            self.answers.insert(format!("{row}/#"), order);
            return;
        };
        let Kind::Repeat(scope) = self.form.node(repeat).kind else { return };
        let is_new = !self.has_row(start, key);
        if let Some(old) = self.derived.instance.row_at(&format!("{row}/")) {
            self.derived.instance.remove(&self.form, old);
            self.derived.forget_row(old);
        }
        self.answers.insert(format!("{row}/#"), order);
        if is_new {
            first::fill_row(&self.form, &mut self.answers, repeat, &format!("{row}/"));
        }
        if let Some(id) = self.derived.instance.insert(&self.form, &self.answers, parent, scope, key) {
            self.derived.enqueue_below(&self.form, id);
            self.derived.rows_changed(&self.form, parent, repeat);
            if is_new {
                self.settle(around);
                self.act(&[Event::NewRow], id, around);
            }
        }
        self.settle(around);
    }

    /// Removes a row by clearing its order key; the answers inside are kept, so that [`Self::restore_row`] brings all back.
    pub fn delete_row(&mut self, row: &str, around: Around<'_>) -> Option<Value> {
        self.edition += 1;
        let order = self.answers.remove(&format!("{row}/#"));
        if let Some(id) = self.derived.instance.row_at(&format!("{row}/")) {
            let (parent, scope) = (self.derived.instance.row(id).parent, self.derived.instance.row(id).scope);
            self.derived.instance.remove(&self.form, id);
            self.derived.forget_row(id);
            if let Some(repeat) = self.form.scope(scope).repeat {
                self.derived.rows_changed(&self.form, parent, repeat);
            }
        }
        self.settle(around);
        order
    }

    /// Brings a deleted row back in its old place.
    pub fn restore_row(&mut self, row: &str, order: Value, around: Around<'_>) {
        self.place_row(row, order, around);
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
        if row != ROOT_ROW || subject.is_empty() || !truth(wanted, &frame) {
            return None;
        }
        around.world.latest(&self.form.id, &subject, &question.name, None, frame.day()).map(|taken| taken.value)
    }

    /// Hard problems first to be set right before submitting, and soft ones that still lack a reason.
    pub fn blocking(&self) -> impl Iterator<Item = Finding> + '_ {
        self.findings().into_iter().filter(|f| f.severity == Severity::Hard || !self.notes.contains_key(&f.path))
    }

    /// All problems in the order of asking.
    pub fn findings(&self) -> Vec<Finding> {
        self.derived.findings(&self.form)
    }

    /// One line for lists.
    pub fn summary(&self, around: Around<'_>) -> String {
        self.derived.summary(&self.form, around)
    }

    /// Stamps the `end` question; call before saving.
    pub fn finish(&mut self, around: Around<'_>) {
        let ends: Vec<String> = self.form.nodes.iter().filter(|n| n.kind == Kind::Meta(Meta::End)).map(|n| n.key.clone()).collect();
        self.edition += 1;
        for key in ends {
            self.put(&key, Some(Value::text(date::moment_text(around.now))));
        }
        self.settle(around);
    }
}
