//! One record: its answers, its history, and what can be decided about it. Enter on an answer tells why it is so.

use super::super::app::Shared;
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::task::Task;
use super::Step;
use super::ask::{Ask, Asked};
use super::history::Compare;
use super::record_view::{Line, lines};
use crate::locale::{Lang, Text, say::face, say::looking as l, say::screen as s};
use crate::record::Revision;
use crate::record::decision::Holding;
use crate::record::history::History;
use crate::record::revision::Act;
use crate::store::identity::Role;
use crate::value::{FileRef, Value};
use crate::workbench::related::Related;
use crossterm::event::KeyEvent;
use std::path::PathBuf;
use std::sync::Arc;

/// The page.
pub struct RecordScreen {
    /// Its record.
    pub record: String,
    pub(super) related: Option<Arc<Related>>,
    pub(super) history: History,
    /// Where it was made with an earlier version of its form.
    pub(super) migrated: Vec<Text>,
    /// The answer that is pointed at; the one that is asked about at first.
    pub(super) selected: Option<String>,
    pub(super) asking: Option<Ask<Doing>>,
    /// Why the answer is so, and how far that is scrolled.
    pub why: Option<(Vec<String>, usize)>,
    pub(super) compare: Option<Compare>,
}

/// What the line that is asked for is for.
pub(super) enum Doing {
    Void,
    SendBack(String),
    Answer,
    Minutes,
}

/// The form whose records are printed as minutes.
const WITH_MINUTES: &str = crate::workbench::paper::minutes::FORM;

impl RecordScreen {
    /// Before it is known.
    pub fn new(record: &str) -> Self {
        Self { record: record.to_owned(), related: None, history: History::default(), migrated: Vec::new(), selected: None, asking: None, why: None, compare: None }
    }

    /// It has become known.
    pub fn looked(&mut self, related: Option<Arc<Related>>, history: Vec<Revision>, migrated: Vec<Text>) {
        (self.related, self.history, self.migrated) = (related, History::new(history), migrated);
        if self.selected.is_none() {
            let asked = self.questions().next().and_then(|revision| revision.argument("question")).filter(|path| !path.is_empty()).map(str::to_owned);
            self.selected = asked;
        }
    }

    /// The questions that wait for an answer.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Revision> {
        self.history.questions().into_iter().map(|at| &self.history.revisions()[at])
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.asking.is_some() {
            vec![Place::Note]
        } else if self.why.is_some() {
            vec![Place::Popup, Place::List]
        } else if self.compare.is_some() {
            vec![Place::History, Place::List]
        } else {
            vec![Place::Record, Place::List]
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        if let Some(ask) = &mut self.asking {
            return match ask.key(key, command) {
                Asked::Open => Step::default(),
                Asked::Dropped => {
                    self.asking = None;
                    Step::default()
                }
                Asked::Given(text) => self.given(text, shared.lang),
            };
        }
        if let Some((why, scroll)) = &mut self.why {
            match command {
                Some(Command::Down) => *scroll = (*scroll + 1).min(why.len().saturating_sub(1)),
                Some(Command::Up) => *scroll = scroll.saturating_sub(1),
                _ => self.why = None,
            }
            return Step::default();
        }
        if let Some(compare) = &mut self.compare {
            if !compare.key(command, self.history.revisions().len()) {
                self.compare = None;
            }
            return Step::default();
        }
        self.command(command, shared)
    }

    fn given(&mut self, text: String, lang: Lang) -> Step {
        let record = self.record.clone();
        let Some(ask) = self.asking.take() else { return Step::default() };
        Step::effect(match ask.what {
            Doing::Void => Effect::Void { record, reason: text },
            Doing::SendBack(path) => Effect::Task(Task::SendBack { record, path, comment: text }),
            Doing::Answer => Effect::Task(Task::Answer { record, comment: text }),
            Doing::Minutes => Effect::Task(Task::Minutes { record, file: PathBuf::from(text), lang, is_draft: false }),
        })
    }

    fn command(&mut self, command: Option<Command>, shared: &mut Shared) -> Step {
        let lang = shared.lang;
        let ask = |title: String, hint: String, what: Doing| Some(Ask::new(title, hint, "", what));
        match command {
            Some(Command::Back) => return Step::back(),
            Some(Command::Edit) => return Step::effect(Effect::Edit(self.record.clone())),
            Some(Command::Record) => {
                let row = shared.rows.get(&self.record);
                let about = row.map_or(self.record.as_str(), |row| if row.subject.is_empty() { &row.record } else { &row.subject });
                if shared.rows.get(about).is_some_and(|row| row.form == super::establishment::FORM) {
                    return Step::page(about, shared);
                }
                shared.notice = Some(l::no_establishment(lang));
            }
            Some(Command::Void) => self.asking = ask(s::void_reason(lang), s::void_hint(lang), Doing::Void),
            Some(Command::Accept) => {
                if let Some(path) = self.selected.clone() {
                    return Step::effect(Effect::Task(Task::Explain { record: self.record.clone(), path, lang }));
                }
            }
            Some(Command::ShowFile) => match self.file() {
                Some(file) => return Step::effect(Effect::Task(Task::ShowFile(file))),
                None => shared.notice = Some(face::no_file(lang)),
            },
            Some(Command::Approve) if decides(shared) => return Step::effect(Effect::Task(Task::Approve(vec![self.record.clone()]))),
            Some(Command::SendBack) if decides(shared) => match self.selected.clone() {
                Some(path) => self.asking = ask(l::send_back_title(lang, self.label(&path, shared)), l::send_back_hint(lang), Doing::SendBack(path)),
                None => shared.notice = Some(l::point_at_an_answer(lang)),
            },
            Some(Command::Reply) if self.questions().next().is_some() => self.asking = ask(l::answer_title(lang), l::answer_hint(lang), Doing::Answer),
            Some(Command::Reply) => shared.notice = Some(l::nothing_asked(lang)),
            Some(Command::History) => self.compare = Compare::new(self.history.revisions().len()),
            Some(Command::TakeBack) => return self.take_back(shared),
            Some(Command::Minutes) if shared.rows.get(&self.record).is_some_and(|row| row.form == WITH_MINUTES) => {
                let name = format!("bien-ban-{}.docx", self.record.chars().take(8).collect::<String>());
                self.asking = Some(Ask::new(l::minutes_title(lang), l::minutes_hint(lang), &name, Doing::Minutes));
            }
            Some(Command::Minutes) => shared.notice = Some(l::no_minutes(lang)),
            command => self.step(command, shared),
        }
        Step::default()
    }

    /// The last decision about this record that still holds.
    fn take_back(&self, shared: &mut Shared) -> Step {
        let revisions = self.history.revisions();
        let holds = |at: &usize| revisions[*at].is_decision() && revisions[*at].act != Act::Undo && !matches!(self.history.holding(*at), Holding::TakenBack(_));
        match self.history.by_knowledge().filter(holds).last() {
            Some(at) => Step::effect(Effect::Task(Task::Undo(vec![revisions[at].id]))),
            None => {
                shared.notice = Some(l::nothing_to_take_back(shared.lang));
                Step::default()
            }
        }
    }

    /// The file that the answer pointed at is.
    fn file(&self) -> Option<FileRef> {
        let (related, path) = (self.related.as_ref()?, self.selected.as_ref()?);
        let (row, node) = related.instance.locate(&related.form, path)?;
        match related.instance.read(&related.form, row, node).to_value(related.form.node(node).value) {
            Some(Value::File(file)) => Some(file),
            _ => None,
        }
    }

    fn label(&self, path: &str, shared: &Shared) -> String {
        self.lines(shared).into_iter().find_map(|line| if let Line::Answer { path: p, label, .. } = line { (p == path).then_some(label) } else { None }).unwrap_or_default()
    }

    pub(super) fn lines(&self, shared: &Shared) -> Vec<Line> {
        self.related.as_ref().map(|related| lines(related, self, shared)).unwrap_or_default()
    }

    /// Moves over the answers.
    fn step(&mut self, command: Option<Command>, shared: &Shared) {
        let paths: Vec<String> = self.lines(shared).into_iter().filter_map(|line| if let Line::Answer { path, .. } = line { Some(path) } else { None }).collect();
        let here = self.selected.as_ref().and_then(|path| paths.iter().position(|p| p == path));
        let last = paths.len().saturating_sub(1);
        let at = match (command, here) {
            (Some(Command::Down), None) => 0,
            (Some(Command::Down), Some(at)) => (at + 1).min(last),
            (Some(Command::Up), Some(at)) => at.saturating_sub(1),
            (Some(Command::PageDown), at) => (at.unwrap_or(0) + 10).min(last),
            (Some(Command::PageUp), at) => at.unwrap_or(0).saturating_sub(10),
            _ => return,
        };
        self.selected = paths.get(at).cloned();
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(ask) = &mut self.asking {
            ask.paste(text);
        }
    }
}

/// Whether the person approves and returns; says so where not.
pub(super) fn decides(shared: &mut Shared) -> bool {
    let decides = shared.identity.role == Role::Supervisor;
    if !decides {
        shared.notice = Some(l::supervisors_decide(shared.lang));
    }
    decides
}
