//! The interview's answers: typed text, files, steps of a range.

use super::super::app::Shared;
use super::super::message::Effect;
use super::super::task::Task;
use super::interview::{InterviewScreen, around, world};
use crate::form::{Form, NodeId};
use crate::interview::entry;
use crate::locale::{Text, number, say::asking, say::face};
use crate::value::{Decimal, FileRef, Value, ValueType};
use chrono::NaiveDateTime;
use std::sync::Arc;

impl InterviewScreen {
    /// Sets an answer.
    pub(super) fn set(&mut self, path: &str, value: Option<Value>, shared: &Shared, now: NaiveDateTime) {
        let world = world(shared, &self.record);
        self.unread.remove(path);
        self.refused.remove(path);
        self.interview.answer(path, value, around(&world, shared, now));
        self.layout();
    }

    /// Takes typed text as the answer at a path; text that is none is kept as it is and told.
    pub(super) fn type_at(&mut self, path: &str, text: &str, shared: &Shared, now: NaiveDateTime) {
        let Some(at) = self.interview.derived().instance.locate(self.interview.form(), path) else { return };
        self.refused.remove(path);
        if self.interview.form().node(at.1).value == ValueType::File {
            // The file is read when the question is left; the one that is there stays until then.
            match text.trim() {
                "" => drop(self.unread.remove(path)),
                _ => drop(self.unread.insert(path.to_owned(), text.to_owned())),
            }
            return;
        }
        let world = world(shared, &self.record);
        let around = around(&world, shared, now);
        match entry::read(text, self.interview.form(), self.interview.derived(), at, around) {
            Ok(value) => {
                self.unread.remove(path);
                self.interview.answer(path, value, around);
            }
            Err(_) => {
                self.unread.insert(path.to_owned(), text.to_owned());
                self.interview.answer(path, None, around);
            }
        }
    }

    /// The file whose path was typed into the question that is left, to be read.
    pub(super) fn attach(&self) -> Option<Effect> {
        let path = self.path()?;
        let (_, node) = self.question()?;
        let file = self.unread.get(&path).filter(|_| self.interview.form().node(node).value == ValueType::File && !self.refused.contains_key(&path))?;
        Some(Effect::Attach { record: self.record.clone(), path, file: file.trim().to_owned() })
    }

    /// A file was read: it is the answer, unless something else was typed meanwhile.
    pub fn attached(&mut self, path: &str, file: &str, read: Result<FileRef, Text>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        if self.unread.get(path).map(|typed| typed.trim()) != Some(file) {
            return Vec::new();
        }
        match read {
            Ok(file) => {
                self.set(path, Some(Value::File(file)), shared, now);
                if self.path().as_deref() == Some(path) {
                    self.enter(shared);
                }
            }
            Err(why) => {
                shared.notice = Some(why.get(shared.lang).to_owned());
                self.refused.insert(path.to_owned(), why);
            }
        }
        self.keep(shared, now).into_iter().collect()
    }

    /// The file under the cursor, to be shown.
    pub(super) fn show_file(&self, shared: &mut Shared) -> Vec<Effect> {
        let file = self.path().and_then(|path| self.interview.answers().get(&path).cloned());
        match file {
            Some(Value::File(_)) if shared.trying => shared.notice = Some(face::nothing_kept(shared.lang)),
            Some(Value::File(file)) => return vec![Effect::Task(Task::ShowFile(file))],
            _ => shared.notice = Some(face::no_file(shared.lang)),
        }
        Vec::new()
    }

    /// The form's next language.
    pub(super) fn next_language(&mut self, shared: &mut Shared, now: NaiveDateTime) {
        let form = self.interview.form().clone();
        // At first it speaks its default one.
        let current = Some(self.language.as_str()).filter(|name| !name.is_empty()).or(form.languages.first().map(String::as_str)).unwrap_or_default();
        let next = form.next_language(current).map(str::to_owned).and_then(|name| Some((form.speaking(&name)?, name)));
        let Some((spoken, name)) = next else {
            shared.notice = Some(asking::no_more_languages(shared.lang));
            return;
        };
        {
            let world = world(shared, &self.record);
            self.interview.speak(Arc::new(spoken), around(&world, shared, now));
        }
        shared.notice = Some(asking::language_is(shared.lang, &name));
        self.language = name;
        self.layout();
    }

    /// One step of a range, up or down; from nothing to its start.
    pub(super) fn step_range(&mut self, node: NodeId, up: bool, shared: &Shared, now: NaiveDateTime) {
        let Some(path) = self.path() else { return };
        let before = match self.interview.answers().get(&path) {
            Some(Value::Number(number)) => Some(number.to_f64()),
            _ => None,
        };
        if let Some(number) = stepped(self.interview.form(), node, before, up) {
            self.set(&path, Some(Value::Number(number)), shared, now);
            self.refill(shared);
        }
    }
}

/// The next value of a range. What stands between two steps goes to the nearest first.
fn stepped(form: &Form, node: NodeId, before: Option<f64>, up: bool) -> Option<Decimal> {
    let [start, end, step] = form.node(node).range?;
    let towards = if end < start { -step.abs() } else { step.abs() };
    let last = ((end - start) / towards + 1e-9).floor().max(0.0);
    let at = match before {
        None => 0.0,
        Some(value) => ((value - start) / towards).round() + if up { 1.0 } else { -1.0 },
    };
    let value = start + at.clamp(0.0, last) * towards;
    Decimal::from_f64((value * 1e9).round() / 1e9)
}

/// The least, the greatest and the step of a range as people read them.
pub fn range_shown(range: [f64; 3], lang: crate::locale::Lang) -> [String; 3] {
    let [start, end, step] = range;
    [start, end, step.abs()].map(|n| number::format_f64(n, 6, lang))
}
