//! A person at work on one store: what the screens and the commands both do.
//!
//! The pure parts (forms, interviews, histories, indicators) meet the store, the clock and chance here.

pub mod attaching;
pub mod attachments;
pub mod backup;
pub mod bringing;
pub mod chance;
mod communes;
mod crew;
#[cfg(feature = "parquet")]
pub mod data_set;
pub mod decide;
pub mod demo;
mod demo_answers;
mod demo_data;
mod demo_plan;
pub mod edit;
pub mod explaining;
pub mod exporting;
mod incoming;
pub mod library;
pub mod linking;
pub mod lookalikes;
pub mod merging;
mod normal;
pub mod opening;
mod own_lines;
pub mod paper;
pub mod passing;
pub mod refresh;
pub mod registering;
pub mod related;
pub mod reporting;
mod saving;
mod shipped;
mod showing;
mod suspects;
pub mod telling;
pub mod transfer;
pub mod upgrade;
pub mod waiting;
pub mod watch;

use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::form::instance::Answers;
use crate::interview::{Around, Interview, Notes, Who};
use crate::locale::{Lang, Text, date, say};
use crate::record::history::History;
use crate::record::links::{Links, Pairing};
use crate::record::revision::{Act, Argument, RevisionId};
use crate::record::scan::Scanner;
use crate::store::{Draft, Identity, IndexRow, Part, Rows, Store};
use chance::{Chance, Clock};
use library::Library;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where things are and how time and chance behave.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The folder of the store.
    pub data_dir: PathBuf,
    /// Another forms folder.
    pub forms_dir: Option<PathBuf>,
    /// The language, if asked for.
    pub lang: Option<Lang>,
    /// The clock.
    pub clock: Clock,
    /// The seed, if chance is to be repeatable.
    pub seed: Option<String>,
    /// The program that shows files; the system's own without one.
    pub viewer: Option<std::ffi::OsString>,
}

/// The store, the forms and an index of all records in memory.
pub struct Desk {
    settings: Settings,
    store: Store,
    library: Library,
    chance: Chance,
    rows: Rows,
    /// Whether those are the lines of all records there are.
    knows_all: bool,
    /// Records with those that name them.
    about: BTreeSet<(Part, Part)>,
    /// Record → its standing decisions about pairs, and what they come to.
    pairings: BTreeMap<String, Vec<Pairing>>,
    links: Links,
    /// Forms, by hash, that were found in the store together with their lists: hashing those at every save would be felt.
    defined: BTreeSet<String>,
    /// Has seen the lines that were saved.
    scanner: Scanner,
    watch: watch::Watch,
}

/// What a save needs besides the answers.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What is done.
    pub act: Act,
    /// With what.
    pub args: BTreeMap<String, Argument>,
}

impl Decision {
    /// Handing in.
    pub fn submit() -> Self {
        Self { act: Act::Submit, args: BTreeMap::new() }
    }

    /// An act with one text, such as a reason.
    pub fn with(act: Act, name: &str, text: &str) -> Self {
        Self { act, args: BTreeMap::from([(name.to_owned(), Argument::Text(text.to_owned()))]) }
    }
}

impl Desk {
    /// Makes a store.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn create(settings: &Settings, mut identity: Identity) -> Result<Identity, Failure> {
        let label = crate::store::identity::device_label(&identity.device);
        if label.is_empty() {
            return Err(Failure::new(Exit::Usage, Text::both(say::failure::bad_label)));
        }
        let library = Library::new(settings);
        if identity.programme.is_empty() {
            identity.programme = library.programme_id();
        }
        for commune in &mut identity.communes {
            *commune = library.commune(commune).map_err(|near| communes::unknown(commune, &near))?;
        }
        identity.device = format!("{label}-{}", Chance::before_store(settings, &label).key(6));
        Store::create(&settings.data_dir, &identity)?;
        Ok(identity)
    }

    /// The settings that it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sets the clock, of a desk that stays open while it jumps.
    pub fn set_clock(&mut self, clock: Clock) {
        self.settings.clock = clock;
    }

    /// Lets somebody watch long work and stop it.
    pub fn set_watch(&mut self, watch: watch::Watch) {
        self.watch = watch;
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The store, to change.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The forms.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Who works here.
    pub fn identity(&self) -> &Identity {
        self.store.identity()
    }

    /// The language: asked for, else the person's, else Vietnamese.
    pub fn lang(&self) -> Lang {
        self.settings.lang.or_else(|| Lang::from_code(&self.identity().language)).unwrap_or_default()
    }

    /// Who answers.
    pub fn who(&self) -> Who {
        Who { person: self.identity().person.clone(), device: self.identity().device.clone(), ..Who::default() }
    }

    /// Every record's line, by record.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// A record's line.
    pub fn row(&self, record: &str) -> Option<&IndexRow> {
        self.rows.get(record)
    }

    fn remember(&mut self, row: Arc<IndexRow>) {
        let record = row.record.clone();
        for reference in &row.references {
            self.about.insert((reference.clone(), record.clone()));
        }
        let before = self.rows.insert(row);
        let now = &self.rows[&*record];
        for gone in before.iter().flat_map(|old| &old.references).filter(|reference| !now.references.contains(reference)) {
            self.about.remove(&(gone.clone(), record.clone()));
        }
        let changed = before.is_none_or(|old| (&old.form, old.state) != (&now.form, now.state));
        if changed && self.is_paired(&record) {
            self.relink();
        }
    }

    /// A new record id.
    pub fn new_record(&mut self) -> String {
        self.chance.uuid(self.settings.clock.now())
    }

    /// A new row key.
    pub fn new_key(&mut self) -> String {
        self.chance.key(4)
    }

    /// Randomness and ids.
    pub fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    /// A form by id, as shipped or from the forms folder.
    ///
    /// # Errors
    /// There is none, or it has errors.
    pub fn form(&self, id: &str) -> Result<Arc<Form>, Failure> {
        self.library.form(id)
    }

    /// The form that made a record: exactly that version with its lists, else the one of that id that is here.
    ///
    /// # Errors
    /// There is neither.
    pub fn form_of(&self, of: &str) -> Result<Arc<Form>, Failure> {
        self.library.form_of(of)
    }

    /// A record's history.
    ///
    /// # Errors
    /// There is no such record.
    pub fn history(&self, record: &str) -> Result<History, Failure> {
        let revisions = self.store.view().history(record)?;
        if revisions.is_empty() {
            let hint = Text::both(say::failure::no_record_hint);
            return Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::no_record(l, record))).hint(hint));
        }
        Ok(History::new(revisions))
    }

    /// The whole id of a record from its beginning.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn find(&self, start: &str) -> Result<String, Failure> {
        let start = start.to_lowercase();
        let ids = self.rows.keys().map(Part::as_str).chain(self.store.draft_list().map(|d| d.record.as_str()));
        let mut found: Vec<&str> = ids.filter(|id| id.starts_with(&start)).collect();
        found.dedup();
        match found[..] {
            [one] => Ok(one.to_owned()),
            [] => Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::no_record(l, &start))).hint(Text::both(say::failure::no_record_hint))),
            _ if self.rows.contains_key(&start) => Ok(start),
            _ => Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::several_records(l, &start)))),
        }
    }

    /// A draft of an interview as it stands.
    pub fn draft_of(&self, record: &str, parents: &[RevisionId], interview: &Interview, around: Around<'_>) -> Draft {
        draft_of(record, parents, interview, around)
    }

    /// Closes the store cleanly.
    ///
    /// # Errors
    /// The system's.
    pub fn close(self) -> Result<(), Failure> {
        // Of a few records alone the next start must not show the lists.
        if self.knows_all { self.store.close_with(&self.rows) } else { self.store.close() }.map_err(Failure::from)
    }

    /// The wall clock in the records' time zone.
    pub fn now(&self) -> chrono::NaiveDateTime {
        date::local(self.settings.clock.now())
    }

    /// The folder of the store.
    pub fn dir(&self) -> &Path {
        self.store.dir()
    }
}

/// A draft of an interview as it stands.
pub fn draft_of(record: &str, parents: &[RevisionId], interview: &Interview, around: Around<'_>) -> Draft {
    let (base, base_notes) = interview.base();
    Draft {
        record: record.to_owned(),
        of: interview.form().of.clone(),
        parents: parents.to_vec(),
        base: base.clone(),
        base_notes: base_notes.clone(),
        answers: interview.answers().clone(),
        notes: interview.notes().clone(),
        typing: BTreeMap::new(),
        cursor: String::new(),
        undo: Vec::new(),
        summary: refresh::beginning(&interview.summary(around)).to_owned(),
        changed: date::moment_text(around.now),
    }
}

/// The answers of a revision, and what they were made from.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The heads that the writer saw.
    pub parents: Vec<RevisionId>,
    /// All answers.
    pub answers: Answers,
    /// All notes.
    pub notes: Notes,
    /// Paths set or cleared.
    pub wrote: BTreeSet<String>,
}

/// A new record to be handed in with others.
#[derive(Clone, Debug)]
pub struct Saving {
    /// Its id.
    pub record: String,
    /// Its form.
    pub form: Arc<Form>,
    /// Its answers.
    pub content: Content,
}

impl Content {
    /// Of an interview.
    pub fn of(interview: &Interview, parents: Vec<RevisionId>) -> Self {
        Self { parents, answers: interview.answers().clone(), notes: interview.notes().clone(), wrote: interview.changed() }
    }
}
