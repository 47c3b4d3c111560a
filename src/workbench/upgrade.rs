//! Records of earlier form versions: which version a record is shown with, and its history as that version sees it.

use super::library::Library;
use super::refresh::newest_writer;
use super::{Content, Desk};
use crate::error::Failure;
use crate::form::Form;
use crate::form::instance::Answers;
use crate::form::migrate::{Before, CARRIED, Migrated, Problem, migrate};
use crate::interview::show;
use crate::locale::{Text, say};
use crate::record::history::History;
use crate::record::merge::{Merged, merge};
use crate::record::revision::{Act, Argument, Revision, RevisionId};
use crate::store::Draft;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A record as it stands: its history as it was written and as its form sees it, and what that comes to.
#[derive(Debug)]
pub struct Standing {
    /// As it was written.
    pub history: History,
    /// As the form sees it: same revisions, same places, migrated content. `None` where that is no different.
    seen: Option<History>,
    /// What became of each revision that was migrated, by its place.
    pub migrated: BTreeMap<usize, Migrated>,
    /// The form that it is shown with, if it is here.
    pub form: Result<Arc<Form>, Failure>,
    /// The merge of what is seen.
    pub merged: Merged,
}

impl Standing {
    /// The history as the form sees it: same revisions, same places, migrated content.
    pub fn seen(&self) -> &History {
        self.seen.as_ref().unwrap_or(&self.history)
    }

    /// The lowest version that it holds answers of, where that is not the form's own.
    pub fn migrated_from(&self) -> Option<u32> {
        self.migrated.keys().map(|at| self.history.revisions()[*at].version()).min()
    }

    /// With which version it was made and is shown, then what could not be carried over; empty where it was made with the
    /// version that it is shown with.
    pub fn told(&self) -> Vec<Text> {
        let (Some(from), Ok(form)) = (self.migrated_from(), &self.form) else { return Vec::new() };
        let shown = |path: &str, lang| show::path(form, &self.merged.answers, path, lang);
        let problems = self.problems().into_iter().map(|(path, what)| Text::both(|l| format!("  {}: {}", shown(&path, l), what.get(l))));
        std::iter::once(Text::both(|l| say::migrate::shown_as(l, from, form.version))).chain(problems).collect()
    }

    /// What no migration could carry over and nobody has set right since: path and sentence.
    pub fn problems(&self) -> BTreeMap<String, Text> {
        let open = |problem: &&Problem| problem.is_open(&self.merged.answers);
        self.migrated.values().flat_map(|migrated| &migrated.problems).filter(open).map(|p| (p.path.clone(), p.what.clone())).collect()
    }
}

impl Library {
    /// How a history stands. `now` as in [`merge`].
    ///
    /// A record is shown with the form of its newest version; with the form at hand if that is newer and declares the way
    /// there. Every revision of an earlier version is seen through what the form declares about it. Where nothing is
    /// declared it is shown with the form that made it.
    pub fn standing(&self, history: History, now: DateTime<Utc>) -> Standing {
        let form = self.shown_with(&history);
        let (seen, migrated) = match &form {
            Ok(form) if !form.migrations.is_empty() => see(&history, form),
            _ => (None, BTreeMap::new()),
        };
        let merged = merge(seen.as_ref().unwrap_or(&history), now);
        Standing { history, seen, migrated, form, merged }
    }

    /// What a history comes to, as the form that it is shown with sees it.
    pub fn merge(&self, history: &History, now: DateTime<Utc>) -> Merged {
        let seen = self.shown_with(history).ok().filter(|form| !form.migrations.is_empty()).and_then(|form| see(history, &form).0);
        merge(seen.as_ref().unwrap_or(history), now)
    }

    fn shown_with(&self, history: &History) -> Result<Arc<Form>, Failure> {
        let newest = newest_writer(history);
        let writers = || history.revisions().iter().filter(|r| r.is_write() || matches!(r.act, Act::Submit | Act::Save));
        let highest = writers().max_by_key(|r| (r.version(), r.at, r.id)).unwrap_or(newest);
        let mut made = self.form_of(&newest.of);
        if highest.version() > newest.version()
            && let Ok(form) = self.form_of(&highest.of)
            && form.declares(newest.version())
        {
            made = Ok(form);
        }
        let version = made.as_ref().map_or(newest.version(), |form| form.version);
        match self.form(newest.form()) {
            Ok(current) if current.declares(version) => Ok(current),
            _ => made,
        }
    }

    /// The form that answers were made with: exactly that version with its lists, else the one of that id that is here.
    ///
    /// # Errors
    /// There is neither.
    pub fn form_of(&self, of: &str) -> Result<Arc<Form>, Failure> {
        self.by_of(of).map_or_else(|| self.form(of.split('@').next().unwrap_or_default()), Ok)
    }
}

/// A history as a form with migrations sees it, where that is different.
fn see(history: &History, form: &Form) -> (Option<History>, BTreeMap<usize, Migrated>) {
    let revisions = history.revisions();
    // What others carried over is theirs to say where the revision that it comes from is not here, or not seen under the new names.
    let ids: BTreeSet<&RevisionId> = revisions.iter().map(|r| &r.id).collect();
    let is_whole = revisions.iter().all(|r| (!r.is_write() || r.version() == form.version || form.declares(r.version())) && r.parents.iter().all(|id| ids.contains(id)));
    let wrote = |revision: &Revision| if is_whole { meant(revision) } else { revision.wrote.clone() };
    let migrated = |revision: &Revision| {
        let before = Before { answers: &revision.answers, notes: &revision.notes, wrote: &wrote(revision), is_first: revision.parents.is_empty() };
        migrate(form, revision.version(), before)
    };
    let migrated: BTreeMap<usize, Migrated> = revisions.iter().enumerate().filter_map(|(at, revision)| Some((at, migrated(revision)?))).collect();
    if migrated.is_empty() {
        return (None, migrated);
    }
    let seen = history.seen(&|at, revision| match migrated.get(&at) {
        Some(Migrated { answers, notes, wrote, .. }) => {
            let args = asked_as(revision, form);
            Revision { answers: answers.clone(), notes: notes.clone(), wrote: wrote.iter().cloned().collect(), args, ..revision.clone() }
        }
        None => Revision { wrote: wrote(revision), ..revision.clone() },
    });
    (Some(seen), migrated)
}

/// The arguments of a revision with the question that it asks about under its new name: it moves with its answer as a note does.
fn asked_as(revision: &Revision, form: &Form) -> BTreeMap<String, Argument> {
    let mut args = revision.args.clone();
    if let Some(path) = revision.argument("question").filter(|_| revision.act == Act::Return) {
        let asked = BTreeMap::from([(path.to_owned(), String::new())]);
        let moved = migrate(form, revision.version(), Before { answers: &revision.answers, notes: &asked, wrote: &[], is_first: false });
        if let Some(path) = moved.and_then(|moved| moved.notes.into_keys().next()) {
            args.insert("question".to_owned(), Argument::Text(path));
        }
    }
    args
}

/// What the person wrote, without what the form's migration changed at the time.
fn meant(revision: &Revision) -> Vec<String> {
    let Some(Argument::Other(carried)) = revision.args.get(CARRIED) else { return revision.wrote.clone() };
    let carried: Vec<String> = serde_json::from_str(carried).unwrap_or_default();
    revision.wrote.iter().filter(|path| !carried.contains(path)).cloned().collect()
}

impl Desk {
    /// How a record stands.
    ///
    /// # Errors
    /// There is no such record.
    pub fn standing(&self, record: &str) -> Result<Standing, Failure> {
        Ok(self.library().standing(self.history(record)?, self.settings().clock.now()))
    }

    /// As [`carried`], over a record of this store.
    pub(super) fn carried(&self, record: &str, form: &Form, content: &Content) -> Result<Vec<String>, Failure> {
        if form.migrations.is_empty() || content.wrote.is_empty() || content.parents.is_empty() {
            return Ok(Vec::new());
        }
        Ok(carried(&self.history(record)?, form, content, self.settings().clock.now()))
    }

    /// A draft with the form that it opens with; one of an earlier version is carried over where that is declared.
    ///
    /// # Errors
    /// Its form is not here.
    pub fn upgraded(&self, draft: &Draft) -> Result<(Arc<Form>, Draft), Failure> {
        let version = draft.of.split('@').nth(1).and_then(|version| version.parse().ok()).unwrap_or(0);
        let made = self.form_of(&draft.of)?;
        let form = match self.form(draft.of.split('@').next().unwrap_or_default()) {
            Ok(current) if current.declares(version) => current,
            _ => made,
        };
        // What is being typed moves with its answer as a note does.
        let see = |answers: &Answers, notes: &BTreeMap<String, String>| {
            migrate(&form, version, Before { answers, notes, wrote: &[], is_first: draft.parents.is_empty() }).map(|migrated| (migrated.answers, migrated.notes))
        };
        let mut upgraded = Draft { of: form.of.clone(), ..draft.clone() };
        if let (Some(now), Some(base), Some(typing)) = (see(&draft.answers, &draft.notes), see(&draft.base, &draft.base_notes), see(&Answers::new(), &draft.typing)) {
            (upgraded.answers, upgraded.notes) = now;
            (upgraded.base, upgraded.base_notes) = base;
            upgraded.typing = typing.1;
            let cursor = see(&Answers::new(), &BTreeMap::from([(draft.cursor.clone(), String::new())]));
            if upgraded.of != draft.of {
                // What the steps changed may have moved since.
                upgraded.undo.clear();
            }
            upgraded.cursor = cursor.and_then(|(_, paths)| paths.into_keys().next()).unwrap_or_default();
        }
        Ok((form, upgraded))
    }
}

/// The paths that only the form's migrations changed in what is about to be saved over earlier revisions: answers that
/// those revisions, as they were written, do not say. None for a decision, which writes nothing. `now` as in [`merge`].
pub fn carried(history: &History, form: &Form, content: &Content, now: DateTime<Utc>) -> Vec<String> {
    let known = history.known_at(&content.parents);
    if content.wrote.is_empty() || known.revisions().iter().all(|r| r.version() == form.version) {
        return Vec::new();
    }
    let written = merge(&known, now).answers;
    let paths: BTreeSet<&String> = written.keys().chain(content.answers.keys()).collect();
    let differs = |path: &&String| written.get(*path) != content.answers.get(*path) && !content.wrote.contains(*path);
    paths.into_iter().filter(differs).cloned().collect()
}

/// A list of paths as an argument, such as [`CARRIED`].
pub fn argument(paths: &[String]) -> Argument {
    let mut json = String::new();
    crate::value::write_array(paths, &mut json, |path, out| crate::value::write_string(path, out));
    Argument::Other(json)
}
