//! Doing what is declared.

use super::{Migrated, Part, Problem, Step, Trace, convert};
use crate::form::Form;
use crate::form::expression::evaluate::{Frame, evaluate};
use crate::form::instance::{Answers, Instance, RowId, row_keys};
use crate::form::world::Nowhere;
use crate::locale::{Lang, Text, say};
use crate::value::{Decimal, Value};
use chrono::NaiveDateTime;
use std::collections::BTreeSet;

/// The key of the row that a question moves into: the same one on every laptop.
const MOVED: &str = "moved";
/// The order key of that row.
const MOVED_ORDER: &str = "V";

/// What is to be migrated: a revision's content, or a draft's.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// All answers.
    pub answers: &'a Answers,
    /// All notes.
    pub notes: &'a std::collections::BTreeMap<String, String>,
    /// The paths that were set or cleared.
    pub wrote: &'a [String],
    /// Whether nothing was before it: constants that a form sets are its.
    pub is_first: bool,
}

/// Sees answers made with `version` as `form` does; `None` where no way is declared, or none is needed.
///
/// Depends on nothing but its arguments; never fails.
pub fn migrate(form: &Form, version: u32, before: Before<'_>) -> Option<Migrated> {
    if !form.declares(version) {
        return None;
    }
    let mut migrated = Migrated { answers: before.answers.clone(), notes: before.notes.clone(), wrote: before.wrote.iter().cloned().collect(), ..Migrated::default() };
    for migration in form.migrations.iter().filter(|migration| migration.from >= version) {
        for step in &migration.steps {
            Run { done: &mut migrated, mark: (migration.from, step.word()), is_first: before.is_first }.step(step);
        }
    }
    Some(migrated)
}

/// A value changed; or why not, and the value to keep where that is not the old one.
type Changed = Result<Value, (Option<Value>, Text)>;

/// One step under way.
struct Run<'a> {
    done: &'a mut Migrated,
    mark: (u32, &'static str),
    is_first: bool,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Rename { from, to } => self.rename(from, to),
            Step::Retype { question, to, list } => {
                self.each(question, &|value| convert::read(value, *to, list.as_deref()).ok_or_else(|| (None, Text::both(|l| say::migrate::unreadable(l, value.plain())))))
            }
            Step::Choice { question, from, to, list } => self.each(question, &|value| Ok(renamed_choice(value, from, to, list.as_deref()))),
            Step::Unit { question, factor } => self.each(question, &|value| in_unit(value, factor)),
            Step::Compute { from, parts } => self.compute(from.as_deref(), parts),
            Step::Into { question, repeat } => self.move_into(question, repeat),
            Step::OutOf { question, repeat } => self.move_out(question, repeat),
            Step::Drop { question } => self.drop(question),
        }
    }

    fn trace(&mut self, path: &str, was: &[String]) {
        // What a step reads may itself have been made from something older.
        let older: Vec<Trace> = was.iter().map(|was| self.done.traces.get(was).cloned().unwrap_or_else(|| Trace { was: [was.clone()].into(), steps: Vec::new() })).collect();
        let trace = self.done.traces.entry(path.to_owned()).or_default();
        for Trace { was, steps } in older {
            trace.was.extend(was);
            trace.steps.extend(steps.into_iter().filter(|step| !trace.steps.contains(step)).collect::<Vec<_>>());
        }
        trace.steps.push(self.mark);
    }

    fn problem(&mut self, path: &str, kept: &str, value: &Value, what: Text) {
        self.done.problems.push(Problem { path: path.to_owned(), kept: kept.to_owned(), value: value.clone(), what });
    }

    /// Every path of some kind at which something is answered, noted or written; what found no room is no longer touched.
    fn paths(&self, wanted: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
        let aside: BTreeSet<&String> = self.done.problems.iter().filter(|p| p.kept != p.path).map(|p| &p.kept).collect();
        let all = self.done.answers.keys().chain(self.done.notes.keys()).chain(&self.done.wrote);
        all.filter(|path| wanted(path) && !aside.contains(path)).cloned().collect()
    }

    /// The paths of a question, in all rows.
    fn paths_of(&self, question: &str) -> BTreeSet<String> {
        self.paths(&|path| last(path) == question)
    }

    fn rename(&mut self, from: &str, to: &str) {
        for path in self.paths(&|path| names(path).any(|name| name == from)) {
            self.shift(&path, &renamed(&path, from, to));
        }
    }

    /// Moves an answer with its note and its being written. What is answered already stays, and so does what comes.
    fn shift(&mut self, from: &str, to: &str) {
        if let (Some(value), true) = (self.done.answers.get(from).cloned(), self.done.answers.contains_key(to)) {
            return self.problem(to, from, &value, Text::both(|l| say::migrate::taken(l, from)));
        }
        if let Some(value) = self.done.answers.remove(from) {
            self.done.answers.insert(to.to_owned(), value);
        }
        if let Some(note) = self.done.notes.remove(from) {
            self.done.notes.entry(to.to_owned()).and_modify(|there| *there = format!("{there}\n{note}")).or_insert(note);
        }
        if self.done.wrote.remove(from) {
            self.done.wrote.insert(to.to_owned());
        }
        for problem in &mut self.done.problems {
            for path in [&mut problem.path, &mut problem.kept] {
                if path == from {
                    *path = to.to_owned();
                }
            }
        }
        self.trace(to, &[from.to_owned()]);
        self.done.traces.remove(from);
    }

    /// Gives the answer to a question another value in every row, or keeps it (perhaps as another value) with a problem.
    fn each(&mut self, question: &str, change: &dyn Fn(&Value) -> Changed) {
        for path in self.paths_of(question) {
            let Some(value) = self.done.answers.get(&path).cloned() else { continue };
            // What an earlier step could not read would be misread by a later one: its unit, say, is still the old one.
            if self.done.problems.iter().any(|p| p.kept == path && p.value == value) {
                continue;
            }
            let changed = match change(&value) {
                Ok(changed) => changed,
                Err((kept, what)) => {
                    let kept = kept.unwrap_or_else(|| value.clone());
                    self.problem(&path, &path, &kept, what);
                    kept
                }
            };
            if changed != value {
                self.trace(&path, std::slice::from_ref(&path));
                self.done.answers.insert(path, changed);
            }
        }
    }

    fn compute(&mut self, from: Option<&str>, parts: &[Part]) {
        // All parts see the answers as they were before the first of them.
        let before = self.done.answers.clone();
        let results: Vec<(&Part, Vec<Computed>)> = parts.iter().map(|part| (part, computed(part, &before))).collect();
        let wrote = self.done.wrote.clone();
        for (part, results) in &results {
            for Computed { path, value } in results {
                self.put(part, path, value.as_ref(), &before, &wrote);
            }
        }
        let Some(from) = from else { return };
        for path in self.paths_of(from) {
            let prefix = &path[..path.len() - from.len()];
            let targets: Vec<String> = parts.iter().map(|part| format!("{prefix}{}", part.to)).collect();
            // The answer itself may be one of its parts.
            let taken = targets.iter().find(|target| **target != path && before.contains_key(*target));
            match (taken, before.get(&path)) {
                (Some(target), Some(value)) => self.problem(target, &path, value, Text::both(|l| say::migrate::taken(l, &path))),
                _ => self.end_split(&path, &targets),
            }
        }
    }

    fn put(&mut self, part: &Part, path: &str, value: Option<&Value>, before: &Answers, wrote: &BTreeSet<String>) {
        let read: Vec<String> = before.keys().chain(wrote).filter(|read| reads(part, path, read)).cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let meant = if part.reads.is_empty() { self.is_first } else { read.iter().any(|read| wrote.contains(read)) };
        if before.contains_key(path) && (value.is_none() || !part.reads.contains(&part.to)) {
            return;
        }
        if let Some(value) = value {
            self.done.answers.insert(path.to_owned(), value.clone());
            self.trace(path, &read);
        }
        if meant {
            self.done.wrote.insert(path.to_owned());
        }
    }

    /// Takes the answer that was split away, unless nothing came of it.
    fn end_split(&mut self, path: &str, targets: &[String]) {
        let lost = !targets.iter().any(|target| self.done.answers.contains_key(target));
        match (self.done.answers.get(path).cloned(), targets.first()) {
            (Some(value), Some(first)) if lost => self.problem(first, path, &value, Text::both(|l| say::migrate::not_split(l, value.plain()))),
            _ if targets.iter().any(|target| target == path) => {}
            _ => {
                self.done.answers.remove(path);
                self.done.wrote.remove(path);
                if let (Some(note), Some(first)) = (self.done.notes.remove(path), targets.first()) {
                    self.done.notes.entry(first.clone()).and_modify(|there| *there = format!("{there}\n{note}")).or_insert(note);
                }
            }
        }
    }

    fn move_into(&mut self, question: &str, repeat: &str) {
        for path in self.paths_of(question) {
            let prefix = path[..path.len() - question.len()].to_owned();
            let row = format!("{prefix}{repeat}/{MOVED}/");
            let (order, is_written) = (format!("{row}#"), self.done.wrote.contains(&path));
            if self.done.answers.contains_key(&path) {
                self.done.answers.insert(order.clone(), Value::text(MOVED_ORDER));
                if is_written {
                    self.done.wrote.insert(order);
                }
            }
            self.shift(&path, &format!("{row}{question}"));
        }
    }

    /// The first row that answers gives its answer to the row around; others that answer differently find no room.
    fn move_out(&mut self, question: &str, repeat: &str) {
        let mut paths: Vec<(String, String)> = self.paths_of(question).into_iter().filter_map(|path| Some((above(&path, repeat)?, path))).collect();
        let order = |path: &String, above: &str| {
            let start = format!("{above}{repeat}/");
            let key = path[start.len()..].split('/').next().unwrap_or_default().to_owned();
            row_keys(&self.done.answers, &start).iter().position(|k| *k == key).unwrap_or(usize::MAX)
        };
        paths.sort_by_cached_key(|(above, path)| (above.clone(), !self.done.answers.contains_key(path), order(path, above), path.clone()));
        for (above, path) in paths {
            let to = format!("{above}{question}");
            match self.done.answers.get(&path) {
                Some(value) if self.done.answers.get(&to) == Some(value) => self.fold(&path, &to),
                None if self.done.answers.contains_key(&to) => self.fold(&path, &to),
                _ => self.shift(&path, &to),
            }
        }
    }

    /// A row that says nothing of its own: that it was written counts for the answer that stands.
    fn fold(&mut self, path: &str, to: &str) {
        self.done.answers.remove(path);
        if self.done.wrote.remove(path) {
            self.done.wrote.insert(to.to_owned());
        }
    }

    fn drop(&mut self, question: &str) {
        for path in self.paths(&|path| names(path).any(|name| name == question)) {
            self.done.answers.remove(&path);
            self.done.wrote.remove(&path);
            self.done.notes.remove(&path);
            self.done.traces.remove(&path);
        }
    }
}

/// The question of a path; `#` for the order of a row.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The repeats and the question of a path: row keys stand at odd places.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').step_by(2)
}

/// A path with a question or repeat renamed.
fn renamed(path: &str, from: &str, to: &str) -> String {
    let part = |(at, part)| if at % 2 == 0 && part == from { to } else { part };
    path.split('/').enumerate().map(part).collect::<Vec<_>>().join("/")
}

/// What stands before `repeat/key/question`.
fn above(path: &str, repeat: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.len().checked_sub(3).filter(|at| at % 2 == 0 && parts[*at] == repeat)?;
    Some(parts[..at].iter().map(|part| format!("{part}/")).collect())
}

fn renamed_choice(value: &Value, from: &str, to: &str, list: Option<&crate::form::list::ChoiceList>) -> Value {
    match value {
        Value::Text(name) if name == from => Value::text(to),
        Value::Choices(names) if names.iter().any(|name| name == from) => {
            let names = names.iter().map(|name| if name == from { to.to_owned() } else { name.clone() });
            convert::in_order(names.collect(), list)
        }
        other => other.clone(),
    }
}

/// A number that gets too long is kept as text: as a number it would be taken for one in the new unit.
fn in_unit(value: &Value, factor: &Decimal) -> Changed {
    let Value::Number(number) = value else { return Err((None, Text::both(|l| say::migrate::no_number(l, value.plain())))) };
    number.times(factor).map(Value::Number).ok_or_else(|| (Some(Value::text(number.as_str())), Text::both(|l| say::migrate::too_long(l, number))))
}

/// One result of an expression.
struct Computed {
    path: String,
    value: Option<Value>,
}

/// The seam to the expression engine: the calculation of `part.node`, in every row in which that is answered.
///
/// No clock, no chance and no other record may play a part; [`super::check`] refuses what would ask for them.
fn computed(part: &Part, answers: &Answers) -> Vec<Computed> {
    let form = &*part.form;
    let instance = Instance::new(form, answers);
    let node = form.node(part.node);
    let Some(code) = &node.logic.calculation else { return Vec::new() };
    let one = |row: &RowId| {
        let frame = Frame::new(form, &instance, &Nowhere, NaiveDateTime::default(), Lang::Vi, *row).at(part.node);
        Computed { path: format!("{}{}", instance.row(*row).prefix, part.to), value: evaluate(code, &frame).to_value(part.value) }
    };
    instance.rows_of(form, node.scope).iter().map(one).collect()
}

/// Whether the expression for `path` looks at the answer (or the row) at `read`.
fn reads(part: &Part, path: &str, read: &str) -> bool {
    let parts: Vec<&str> = read.split('/').collect();
    let name = match parts[..] {
        [.., repeat, _, "#"] => repeat,
        _ => last(read),
    };
    let row = |path: &str| path.rfind('/').map_or(0, |at| at + 1);
    let (own, theirs) = (&path[..row(path)], &read[..row(read)]);
    part.reads.contains(name) && (own.starts_with(theirs) || theirs.starts_with(own))
}
