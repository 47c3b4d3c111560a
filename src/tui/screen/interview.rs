//! The interview: sections on the left, questions on the right, one of them being answered. Everything typed is kept at
//! once; nothing blocks moving on; only submitting insists.

use super::super::app::Shared;
use super::super::field::Field;
use super::super::keys::Command;
use super::super::message::Effect;
use super::calendar::Calendar;
use super::choices::Choices;
use super::find::Find;
use super::interview_undo::Entered;
use super::review::Review;
use super::table::Table;
use super::{Step, interview_edit, interview_table};
use crate::form::instance::RowId;
use crate::form::{Form, NodeId};
use crate::interview::outline::{self, Line, Section};
use crate::interview::{Around, Interview, Who, show};
use crate::locale::{Text, say::screen as s};
use crate::record::revision::RevisionId;
use crate::store::Change;
use crate::value::Value;
use crate::workbench::related::{Surroundings, references};
use chrono::NaiveDateTime;
use crossterm::event::KeyEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What lies over the questions.
pub enum Over {
    /// A list to choose from.
    Choices(Choices),
    /// A reason or remark being typed; with true the question wants one.
    Note(Field, bool),
    /// A search among the questions.
    Find(Find),
    /// A month to pick a day from.
    Calendar(Calendar),
    /// The whole form before submitting.
    Review(Review),
    /// Throw everything away?
    Discard,
}

/// The screen.
pub struct InterviewScreen {
    /// The record.
    pub record: String,
    /// Handed in, waiting for the store.
    pub submitting: bool,
    pub(super) interview: Interview,
    pub(super) parents: Vec<RevisionId>,
    pub(super) sections: Vec<Section>,
    pub(super) section: usize,
    pub(super) lines: Vec<Line>,
    /// The path of the line under the cursor. Rows are numbered anew whenever one comes or goes; a path stays what it is.
    here: Option<String>,
    pub(super) at: usize,
    pub(super) field: Field,
    /// Typed, but no answer: by path.
    pub(super) unread: BTreeMap<String, String>,
    /// Files that could not be read, and why: by path.
    pub(super) refused: BTreeMap<String, Text>,
    pub(super) over: Option<Over>,
    /// The tables of rows that are open, the outermost first.
    pub(super) tables: Vec<Table>,
    /// The steps that can be taken back, the newest last.
    pub undo: Vec<Change>,
    pub(super) redo: Vec<Change>,
    pub(super) entered: Entered,
    /// The reference for which a record is being made in place.
    pub(super) creating: Option<String>,
    asked: BTreeSet<String>,
    /// Which of its languages the form speaks, once one was chosen.
    pub(super) language: String,
    pub(super) kept: bool,
    /// What the last draft held: the interview's edition, and what is typed but no answer.
    pub(super) last_kept: Option<(u64, BTreeMap<String, String>)>,
    /// The answers that it was begun with: what it is about.
    pub(super) given: Vec<String>,
}

/// A world for the interview of `own`, from what was gathered.
pub(super) fn world<'a>(shared: &'a Shared, own: &'a str) -> Surroundings<'a> {
    Surroundings { relations: &shared.relations, own, chance: &shared.chance }
}

/// The world, the clock and the language.
pub(super) fn around<'a>(world: &'a Surroundings<'a>, shared: &Shared, now: NaiveDateTime) -> Around<'a> {
    Around { world, now, lang: shared.lang }
}

impl InterviewScreen {
    /// A new record, with the answers that are `given`: what it is about, first of all.
    pub fn begin(record: String, form: Arc<Form>, given: Vec<(String, String)>, shared: &mut Shared, now: NaiveDateTime) -> (Self, Vec<Effect>) {
        let who = Who { person: shared.identity.person.clone(), device: shared.identity.device.clone(), ..Who::default() };
        let interview = {
            let world = world(shared, &record);
            let around = around(&world, shared, now);
            let mut interview = Interview::begin(form, &who, around);
            for (path, text) in &given {
                interview.answer(path, Some(Value::text(text)), around);
            }
            interview
        };
        let mut screen = Self::new(record, interview, Vec::new());
        screen.given = given.into_iter().map(|(path, _)| path).collect();
        let effects = screen.refresh(shared, now);
        screen.first_stop(shared, now);
        (screen, effects)
    }

    /// A record or draft taken up again, with what was typed in it.
    pub fn resume(
        record: String,
        interview: Interview,
        parents: Vec<RevisionId>,
        (typing, cursor): (BTreeMap<String, String>, &str),
        shared: &mut Shared,
        now: NaiveDateTime,
    ) -> Self {
        let mut screen = Self::new(record, interview, parents);
        screen.kept = shared.drafts.iter().any(|d| d.record == screen.record);
        screen.refresh(shared, now);
        for (path, text) in typing {
            screen.type_at(&path, &text, shared, now);
        }
        screen.layout();
        if !screen.go_to(cursor, shared, now) {
            screen.first_stop(shared, now);
        }
        screen
    }

    fn new(record: String, interview: Interview, parents: Vec<RevisionId>) -> Self {
        let entered = Entered { answers: interview.answers().clone(), notes: interview.notes().clone(), edition: Some(interview.edition()) };
        let mut screen = Self {
            record,
            submitting: false,
            interview,
            parents,
            sections: Vec::new(),
            section: 0,
            lines: Vec::new(),
            here: None,
            at: 0,
            field: Field::default(),
            unread: BTreeMap::new(),
            refused: BTreeMap::new(),
            over: None,
            tables: Vec::new(),
            undo: Vec::new(),
            redo: Vec::new(),
            entered,
            creating: None,
            asked: BTreeSet::new(),
            language: String::new(),
            kept: false,
            last_kept: None,
            given: Vec::new(),
        };
        screen.layout();
        screen
    }

    /// Derives again, and asks about references that are not known yet.
    pub fn refresh(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        let typing = self.path().map(|path| (self.interview.answers().get(&path).cloned(), self.entered.answers.get(&path).cloned(), self.field.clone(), path));
        {
            let world = world(shared, &self.record);
            self.interview.refresh(around(&world, shared, now));
        }
        self.layout();
        self.settle_cursor(shared, now);
        // What is being typed stays as it was typed, and can still be undone, whatever comes in meanwhile.
        let same = |(answer, _, _, path): &(Option<Value>, _, _, String)| self.path().as_ref() == Some(path) && self.interview.answers().get(path) == answer.as_ref();
        if let Some((_, entered, field, path)) = typing.filter(same) {
            self.field = field;
            self.entered.edition = None;
            match entered {
                Some(value) => self.entered.answers.insert(path, value),
                None => self.entered.answers.remove(&path),
            };
        }
        if let Some(Over::Review(review)) = self.over.take_if(|over| matches!(over, Over::Review(_))) {
            self.over = Some(Over::Review(review.again(self)));
        }
        self.gather(shared)
    }

    /// What is not known about the references that the answers name.
    pub(super) fn gather(&mut self, shared: &Shared) -> Vec<Effect> {
        let wanted = references(self.interview.form(), &self.interview.derived().instance);
        let new: Vec<String> = wanted.into_iter().filter(|r| !shared.relations.knows(r) && !self.asked.contains(r)).collect();
        self.asked.extend(new.iter().cloned());
        new.into_iter().map(Effect::Gather).collect()
    }

    /// A record that was made in place becomes the answer that asked for it.
    pub fn created(&mut self, record: &str, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        let Some(path) = self.creating.take() else { return Vec::new() };
        self.set(&path, Some(Value::text(record)), shared, now);
        self.asked.clear();
        let mut effects = self.refresh(shared, now);
        effects.extend(self.next(shared, now));
        effects
    }

    /// Sections and lines anew, the cursor on the same question if it is still there.
    pub(super) fn layout(&mut self) {
        let group = self.sections.get(self.section).map(|s| s.nodes.clone());
        let path = self.path();
        self.sections = outline::sections(&self.interview);
        self.section = self.sections.iter().position(|s| Some(&s.nodes) == group.as_ref()).unwrap_or(self.section.min(self.sections.len().saturating_sub(1)));
        self.lay_out(self.section);
        let same = path.as_deref().and_then(|path| self.line_of(path));
        self.at = same.unwrap_or(self.at.min(self.lines.len().saturating_sub(1)));
        self.here = if same.is_some() { path } else { self.path_here() };
    }

    /// The lines of a section.
    fn lay_out(&mut self, section: usize) {
        self.section = section;
        self.lines = self.sections.get(section).map(|s| outline::lines(&self.interview, s)).unwrap_or_default();
    }

    /// The line, among the questions of this section, of the question or (with `+` behind it) the place to add a row at a path.
    pub(super) fn line_of(&self, path: &str) -> Option<usize> {
        let wanted = self.line_at(path)?;
        self.lines.iter().position(|line| *line == wanted)
    }

    fn line_at(&self, path: &str) -> Option<Line> {
        let locate = |path: &str| self.interview.derived().instance.locate(self.interview.form(), path);
        match path.strip_suffix('+') {
            Some(repeat) => locate(repeat).map(|(row, node)| Line::Add(row, node)),
            None => locate(path).map(|(row, node)| Line::Question(row, node)),
        }
    }

    fn path_here(&self) -> Option<String> {
        self.lines.get(self.at).and_then(|line| self.path_of(*line))
    }

    /// The path of a line; of the place to add a row the repeat's with `+`.
    pub(super) fn path_of(&self, line: Line) -> Option<String> {
        let form = self.interview.form();
        match line {
            Line::Question(row, node) => Some(self.interview.derived().instance.path(form, row, node)),
            Line::Add(row, node) => Some(self.interview.derived().instance.path(form, row, node) + "+"),
            _ => None,
        }
    }

    pub(super) fn path(&self) -> Option<String> {
        self.here.clone()
    }

    /// The question under the cursor.
    pub(super) fn question(&self) -> Option<(RowId, NodeId)> {
        match self.lines.get(self.at) {
            Some(Line::Question(row, node)) => Some((*row, *node)),
            _ => None,
        }
    }

    pub(super) fn is_stop(&self, at: usize, shared: &Shared, now: NaiveDateTime) -> bool {
        let world = world(shared, &self.record);
        self.lines.get(at).is_some_and(|line| outline::is_stop(&self.interview, *line, around(&world, shared, now)))
    }

    /// Whether the arrows come past a line: what is only shown can be read in full there.
    pub(super) fn is_seat(&self, at: usize) -> bool {
        matches!(self.lines.get(at), Some(Line::Question(..) | Line::Add(..)))
    }

    /// The question under the cursor, if it can be answered.
    pub(super) fn editable(&self, shared: &Shared, now: NaiveDateTime) -> Option<(RowId, NodeId)> {
        self.question().filter(|_| self.is_stop(self.at, shared, now))
    }

    /// Puts the cursor on a question, and its answer into the field.
    pub(super) fn settle_cursor(&mut self, shared: &Shared, now: NaiveDateTime) {
        if !self.is_seat(self.at) {
            let after = (self.at..self.lines.len()).find(|at| self.is_stop(*at, shared, now));
            let before = (0..self.at).rev().find(|at| self.is_stop(*at, shared, now));
            if let Some(at) = after.or(before) {
                self.at = at;
            }
        }
        self.enter(shared);
    }

    /// Puts the cursor on the first question of the section that can be answered, else on the first there is.
    pub(super) fn first_stop(&mut self, shared: &Shared, now: NaiveDateTime) {
        let stop = (0..self.lines.len()).find(|at| self.is_stop(*at, shared, now));
        self.at = stop.or_else(|| (0..self.lines.len()).find(|at| self.is_seat(*at))).unwrap_or(0);
        self.enter(shared);
    }

    /// Fills the field with the answer under the cursor.
    pub(super) fn enter(&mut self, shared: &Shared) {
        self.here = self.path_here();
        self.remember();
        self.refill(shared);
    }

    /// The field shows the answer under the cursor.
    pub(super) fn refill(&mut self, shared: &Shared) {
        let Some(path) = self.path() else { return };
        let typed = self.unread.get(&path).cloned();
        let text = typed.or_else(|| {
            let (_, node) = self.question()?;
            let value = self.interview.answers().get(&path)?;
            Some(show::typed(value, self.interview.form().node(node).value, shared.lang))
        });
        if self.field.text() != text.as_deref().unwrap_or_default() {
            self.field = Field::new(text.unwrap_or_default());
        }
    }

    /// Goes to the question at a path, in whatever section it is.
    pub(super) fn go_to(&mut self, path: &str, shared: &Shared, now: NaiveDateTime) -> bool {
        let Some(wanted) = self.line_at(path) else { return false };
        for section in 0..self.sections.len() {
            let lines = outline::lines(&self.interview, &self.sections[section]);
            if let Some(at) = lines.iter().position(|line| *line == wanted) {
                self.section = section;
                self.lines = lines;
                self.at = at;
                self.settle_cursor(shared, now);
                return true;
            }
        }
        false
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Step {
        if self.submitting {
            return Step::default();
        }
        if self.over.is_some() {
            return interview_edit::over(self, key, command, shared, now);
        }
        if !self.tables.is_empty() {
            let effects = interview_table::key(self, key, command, shared, now);
            return Step { effects, ..Step::default() };
        }
        let effects = match command {
            Some(Command::Back) => return self.leave(shared, now),
            Some(Command::Review) => {
                let effects = self.left(shared, now);
                self.over = Some(Over::Review(Review::new(self)));
                effects
            }
            Some(Command::Discard) => {
                self.over = Some(Over::Discard);
                Vec::new()
            }
            Some(command) => self.command(command, shared, now),
            None => interview_edit::typed(self, key, shared, now),
        };
        Step { effects, ..Step::default() }
    }

    fn command(&mut self, command: Command, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        match command {
            Command::Accept => interview_edit::accept(self, shared, now),
            Command::Down => match (self.at + 1..self.lines.len()).find(|at| self.is_seat(*at)) {
                None => self.next(shared, now),
                below => self.step_to(below, shared, now),
            },
            Command::Up => self.step_to((0..self.at).rev().find(|at| self.is_seat(*at)), shared, now),
            Command::PageDown => self.step_to((self.at + 8..self.lines.len()).chain(self.at + 1..self.at + 8).find(|at| self.is_seat(*at)), shared, now),
            Command::PageUp => self.step_to((0..self.at.saturating_sub(7)).rev().chain(0..self.at).find(|at| self.is_seat(*at)), shared, now),
            Command::NextSection => self.open_section(self.section + 1, shared, now),
            Command::PreviousSection => self.open_section(self.section + self.sections.len().saturating_sub(1), shared, now),
            Command::NextProblem => self.next_problem(shared, now),
            command => interview_edit::command(self, command, shared, now),
        }
    }

    /// To a line of this section, or to the next section where there is none.
    fn step_to(&mut self, at: Option<usize>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        let effects = self.left(shared, now);
        if let Some(at) = at {
            self.at = at;
            self.enter(shared);
        }
        effects
    }

    /// To the next question; behind the last of a section the next section, behind the last of all the review.
    pub(super) fn next(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        if !self.tables.is_empty() {
            return interview_table::next(self, shared, now);
        }
        let next = (self.at + 1..self.lines.len()).find(|at| self.is_stop(*at, shared, now));
        if next.is_some() {
            return self.step_to(next, shared, now);
        }
        if self.section + 1 < self.sections.len() {
            return self.open_section(self.section + 1, shared, now);
        }
        let effects = self.left(shared, now);
        self.over = Some(Over::Review(Review::new(self)));
        effects
    }

    fn open_section(&mut self, section: usize, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        let effects = self.left(shared, now);
        if !self.sections.is_empty() {
            self.lay_out(section % self.sections.len());
            self.first_stop(shared, now);
        }
        effects
    }

    pub(super) fn next_problem(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        let effects = self.left(shared, now);
        let here = self.path();
        let problems: Vec<String> = self.interview.blocking().map(|f| f.path.clone()).chain(self.unread.keys().cloned()).collect();
        let after = here.and_then(|here| problems.iter().position(|p| *p == here.trim_end_matches('+'))).map_or(0, |at| at + 1);
        let target = (0..problems.len()).map(|step| problems[(after + step) % problems.len()].clone()).next();
        match target {
            Some(path) if self.go_to(&path, shared, now) || self.go_near(&path, shared, now) => {}
            _ => shared.notice = Some(s::no_problems(shared.lang)),
        }
        effects
    }

    /// A problem of a computed value or of an empty table: to the line itself, though it cannot be typed into.
    pub(super) fn go_near(&mut self, path: &str, shared: &Shared, now: NaiveDateTime) -> bool {
        self.go_to(&format!("{path}+"), shared, now)
    }
}
