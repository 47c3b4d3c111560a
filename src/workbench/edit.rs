//! Recording and deciding: adding, editing, voiding, resolving.

use super::attaching;
use super::decide::voided;
use super::related::Gathering;
use super::upgrade::Standing;
use super::{Content, Decision, Desk};
use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::form::world::World;
use crate::interview::derive::Severity;
use crate::interview::json::{self, InputProblem};
use crate::interview::{Around, Interview, entry};
use crate::locale::{Text, say};
use crate::record::history::State;
use crate::record::merge::Conflict;
use crate::record::revision::{Act, Argument, Revision, RevisionId};
use crate::store::{Change, Draft};
use crate::value::{Value, ValueType};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A new interview that can be saved, with its soft problems.
pub type Filled = (Interview, Vec<InputProblem>);

/// A record opened for editing.
pub struct Opened {
    /// The interview.
    pub interview: Interview,
    /// The heads that it was opened from.
    pub parents: Vec<RevisionId>,
    /// What was typed but is not an answer, by path.
    pub typing: BTreeMap<String, String>,
    /// The field in which the cursor stood.
    pub cursor: String,
    /// The steps that can be taken back.
    pub undo: Vec<Change>,
}

impl Desk {
    /// The world around an interview, as of now.
    pub fn around<'a>(&self, world: &'a dyn World) -> Around<'a> {
        Around { world, now: self.now(), lang: self.lang() }
    }

    /// Opens a draft or a record; a draft of a record goes before the record itself.
    ///
    /// # Errors
    /// There is no such record, its form is not here, or it is void.
    pub fn open_record(&self, record: &str, world: &dyn World) -> Result<Opened, Failure> {
        let around = self.around(world);
        if let Some(draft) = self.store().draft_list().find(|d| d.record == record) {
            let (form, draft) = self.upgraded(draft)?;
            let Draft { base, base_notes, answers, notes, parents, typing, cursor, undo, .. } = draft;
            let interview = Interview::resume(form, (base, base_notes), answers, notes, around);
            return Ok(Opened { interview, parents, typing, cursor, undo });
        }
        let Standing { history, form, merged, .. } = self.standing(record)?;
        if history.state() == State::Void {
            return Err(voided(&history));
        }
        let interview = Interview::reopen(form?, merged.answers, merged.notes, around);
        Ok(Opened { interview, parents: history.heads(), typing: BTreeMap::new(), cursor: String::new(), undo: Vec::new() })
    }

    /// Hands an interview in and forgets its draft.
    ///
    /// # Errors
    /// Why it is not saved.
    pub fn submit(&mut self, record: &str, form: &Form, content: Content) -> Result<Revision, Failure> {
        let saved = self.save(record, form, content, Decision::submit())?;
        self.end_draft(record)?;
        Ok(saved)
    }

    /// Keeps a draft.
    ///
    /// # Errors
    /// The system's.
    pub fn keep_draft(&mut self, draft: Draft) -> Result<(), Failure> {
        self.store_mut().keep_draft(draft).map_err(Failure::from)
    }

    /// Forgets a draft.
    ///
    /// # Errors
    /// The system's.
    pub fn end_draft(&mut self, record: &str) -> Result<(), Failure> {
        self.store_mut().end_draft(record).map_err(Failure::from)
    }

    /// Forgets drafts that were handed in: their end is not waited for, and may be lost in a power cut.
    pub(super) fn end_handed_in(&mut self) -> Result<(), Failure> {
        let mut ended = Vec::new();
        for draft in self.store().draft_list().filter(|draft| self.rows().contains_key(&draft.record)) {
            let history = self.store().view().history(&draft.record)?;
            let mut parents = draft.parents.clone();
            parents.sort_unstable();
            let is_it = |r: &Revision| r.device == self.identity().device && r.parents == parents && r.notes == draft.notes && r.answers == draft.answers;
            if draft.typing.is_empty() && history.iter().any(is_it) {
                ended.push(draft.record.clone());
            }
        }
        ended.iter().try_for_each(|record| self.end_draft(record))
    }

    /// Fills a new interview from JSON. All problems are listed, soft ones apart.
    ///
    /// # Errors
    /// The problems that keep it from being saved.
    pub fn fill(&self, form: Arc<Form>, record: &str, input: &Json, keys: &mut dyn json::Keys, draft: bool) -> Result<Filled, Vec<InputProblem>> {
        self.fill_with(form, record, (input, &[]), keys, draft)
    }

    /// The same, with results that were kept elsewhere and must not be made anew (`once()`, when an interview ended), by path.
    ///
    /// # Errors
    /// The problems that keep it from being saved.
    pub fn fill_with(&self, form: Arc<Form>, record: &str, (input, kept): (&Json, &[(String, Json)]), keys: &mut dyn json::Keys, draft: bool) -> Result<Filled, Vec<InputProblem>> {
        let world = Gathering::new(self, record);
        let around = self.around(&world);
        let mut interview = Interview::begin(form, &self.who(), around);
        let mut problems = json::fill(&mut interview, input, keys, around).err().unwrap_or_default();
        interview.finish(around);
        for (shown, value) in kept {
            problems.extend(keep(&mut interview, shown, value, around).err());
        }
        let mut soft = Vec::new();
        for finding in interview.findings() {
            let problem = InputProblem { path: json::shown_path(interview.answers(), &finding.path), message: finding.message.clone() };
            match finding.severity {
                Severity::Hard if !draft => {
                    if !problems.iter().any(|p| p.path == problem.path) {
                        problems.push(problem);
                    }
                }
                Severity::Hard => {}
                Severity::Soft => soft.push(problem),
            }
        }
        if problems.is_empty() { Ok((interview, soft)) } else { Err(problems) }
    }

    /// Sets answers of a record, each as a person would type it (or JSON), and saves; a draft stays a draft (`None`).
    ///
    /// # Errors
    /// The failure, or the problems of the answers; nothing is saved then.
    pub fn edit(&mut self, record: &str, changes: &[(String, String)]) -> Result<Option<Revision>, EditProblem> {
        let (form, content) = {
            let world = Gathering::new(self, record);
            let around = self.around(&world);
            let Opened { mut interview, parents, .. } = self.open_record(record, &world)?;
            let mut problems = Vec::new();
            for (typed, text) in changes {
                let Some(path) = json::canonical_path(interview.form(), interview.answers(), typed) else {
                    problems.push(InputProblem { path: typed.clone(), message: not_there(interview.form(), typed) });
                    continue;
                };
                match typed_value(&interview, &path, text, around, self.dir()) {
                    Ok(value) => interview.answer(&path, value, around),
                    Err(message) => problems.push(InputProblem { path: typed.clone(), message }),
                }
            }
            interview.finish(around);
            let changed = interview.changed();
            let hard = interview.findings().into_iter().filter(|f| f.severity == Severity::Hard && changed.contains(&f.path));
            problems.extend(hard.map(|f| InputProblem { path: json::shown_path(interview.answers(), &f.path), message: f.message.clone() }));
            if !problems.is_empty() {
                return Err(EditProblem::Answers(problems));
            }
            if changed.is_empty() {
                return Err(Failure::new(Exit::Refused, Text::both(say::failure::nothing_changed)).into());
            }
            if self.row(record).is_none() {
                let draft = self.draft_of(record, &parents, &interview, around);
                drop(world);
                self.keep_draft(draft)?;
                return Ok(None);
            }
            (interview.form().clone(), Content::of(&interview, parents))
        };
        let decision = Decision { act: Act::Save, args: BTreeMap::new() };
        let saved = self.save(record, &form, content, decision)?;
        self.end_draft(record)?;
        Ok(Some(saved))
    }

    /// Every answer in conflict, by record and path.
    ///
    /// # Errors
    /// The store's.
    pub fn conflicts(&self) -> Result<Vec<OpenConflict>, Failure> {
        let mut all = Vec::new();
        for row in self.rows().values().filter(|row| row.conflicts > 0) {
            let standing = self.standing(&row.record)?;
            // One revision may have written hundreds of the answers that are in conflict.
            let mut known: BTreeMap<usize, Arc<Revision>> = BTreeMap::new();
            let mut writer = |at: usize| known.entry(at).or_insert_with(|| Arc::new(standing.seen().revisions()[at].clone())).clone();
            for conflict in standing.merged.conflicts.clone() {
                let writers = conflict.candidates.iter().map(|c| writer(c.revision)).collect();
                let shown_with = standing.form.as_ref().ok().cloned();
                all.push(OpenConflict { record: row.record.to_string(), form: row.form.to_string(), shown_with, conflict, writers });
            }
        }
        Ok(all)
    }

    /// Settles an answer in conflict.
    ///
    /// # Errors
    /// There is no such conflict or candidate, or no reason.
    pub fn resolve(&mut self, record: &str, path: &str, choice: &Choice, reason: &str) -> Result<Revision, EditProblem> {
        need_reason(reason)?;
        let Standing { history, form, merged, .. } = self.standing(record)?;
        let form = form?;
        let known = json::canonical_path(&form, &merged.answers, path);
        let (is_there, path) = (known.is_some(), known.unwrap_or_else(|| path.to_owned()));
        let Some(conflict) = merged.conflicts.iter().find(|c| c.path == path) else {
            let what = Text::both(|l| if is_there { say::failure::no_conflict(l, &path) } else { say::failure::no_path(l, &path) });
            return Err(Failure::new(Exit::Refused, what).hint(Text::both(say::failure::no_conflict_hint)).into());
        };
        let value = match choice {
            Choice::Take(number) => match number.checked_sub(1).and_then(|at| conflict.candidates.get(at)) {
                Some(candidate) => candidate.value.clone(),
                None => {
                    let what = Text::both(|l| say::failure::no_candidate(l, number, conflict.candidates.len()));
                    return Err(Failure::new(Exit::Refused, what).hint(Text::both(say::failure::no_conflict_hint)).into());
                }
            },
            Choice::Value(text) => {
                let world = Gathering::new(self, record);
                let around = self.around(&world);
                let mut interview = Interview::reopen(form.clone(), merged.answers.clone(), merged.notes.clone(), around);
                let wrong = |message| EditProblem::Answers(vec![InputProblem { path: json::shown_path(&merged.answers, &path), message }]);
                let value = typed_value(&interview, &path, text, around, self.dir()).map_err(wrong)?;
                interview.answer(&path, value.clone(), around);
                let hard = interview.findings().into_iter().find(|f| f.path == path && f.severity == Severity::Hard);
                match hard {
                    Some(finding) => return Err(wrong(finding.message.clone())),
                    None => value,
                }
            }
        };
        let mut answers = merged.answers.clone();
        match value {
            Some(value) => answers.insert(path.clone(), value),
            None => answers.remove(&path),
        };
        let content = Content { parents: history.heads(), answers, notes: merged.notes, wrote: [path.clone()].into() };
        let args = BTreeMap::from([("path".to_owned(), Argument::Text(path)), ("reason".to_owned(), Argument::Text(reason.to_owned()))]);
        Ok(self.save(record, &form, content, Decision { act: Act::Resolve, args })?)
    }
}

/// Sets what is kept at a path; a row that is not there has nothing to keep.
fn keep(interview: &mut Interview, shown: &str, value: &Json, around: Around<'_>) -> Result<(), InputProblem> {
    let path = json::canonical_path(interview.form(), interview.answers(), shown);
    let at = path.as_ref().and_then(|path| interview.derived().instance.locate(interview.form(), path));
    if let (Some(path), Some(at)) = (path, at) {
        let value = json::read(value, interview, at, around).map_err(|message| InputProblem { path: shown.to_owned(), message })?;
        interview.answer(&path, value, around);
    }
    Ok(())
}

fn need_reason(reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() { Err(Failure::new(Exit::Usage, Text::both(say::failure::needs_reason))) } else { Ok(()) }
}

/// Why a path names no answer: its question is not in the form, or its row not in the record.
fn not_there(form: &Form, path: &str) -> Text {
    match path.rsplit_once('/') {
        Some((row, name)) if form.ids().any(|id| form.node(id).name == name) => Text::both(|l| say::form::unknown_row(l, row)),
        _ => Text::both(|l| say::form::unknown_answer(l, path)),
    }
}

/// Text as typed, or JSON where it begins with `[` or `{`; of a file its path, of which the store in `dir` gets a copy.
fn typed_value(interview: &Interview, path: &str, text: &str, around: Around<'_>, dir: &Path) -> Result<Option<Value>, Text> {
    if path.ends_with("/#") {
        let is_key = text.bytes().all(|b| b.is_ascii_alphanumeric()) && !text.ends_with('0');
        return if is_key { Ok((!text.is_empty()).then(|| Value::text(text))) } else { Err(Text::both(say::form::not_a_place)) };
    }
    let Some(at) = interview.derived().instance.locate(interview.form(), path) else {
        return Err(not_there(interview.form(), path));
    };
    if interview.form().node(at.1).kind == crate::form::Kind::Calculate {
        return Err(Text::both(say::form::computed));
    }
    if text.trim_start().starts_with(['[', '{']) {
        let json: Json = serde_json::from_str(text).map_err(|_| Text::both(say::form::wrong_json))?;
        return json::read(&json, interview, at, around);
    }
    // A plain decimal (`31500.5`) is what scripts write; it means the same in every language here.
    if interview.form().node(at.1).value.is_number() && crate::value::Decimal::canonical(text).is_some() {
        return json::read(&Json::String(text.to_owned()), interview, at, around);
    }
    if interview.form().node(at.1).value == ValueType::File && !text.trim().is_empty() {
        return attaching::attach(text, Some(&dir.join(attaching::FOLDER))).map(|file| Some(Value::File(file)));
    }
    entry::read(text, interview.form(), interview.derived(), at, around)
}

/// What a conflict is settled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A candidate, from 1.
    Take(usize),
    /// Another value, as typed.
    Value(String),
}

/// A conflict with its record and the revisions of its candidates.
#[derive(Clone, Debug)]
pub struct OpenConflict {
    /// The record.
    pub record: String,
    /// Its form's id.
    pub form: String,
    /// Its form, if it is here: for labels.
    pub shown_with: Option<Arc<Form>>,
    /// What differs.
    pub conflict: Conflict,
    /// Who wrote each candidate, as the form sees what they wrote.
    pub writers: Vec<Arc<Revision>>,
}

/// Why an edit was not saved.
#[derive(Debug)]
pub enum EditProblem {
    /// Something other than the answers.
    Failure(Failure),
    /// Answers that do not fit.
    Answers(Vec<InputProblem>),
}

impl From<Failure> for EditProblem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}
