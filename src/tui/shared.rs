//! What all screens see: who works here, the forms, records and drafts, what waits.

use super::message::{FormLine, Overview};
use super::screen::establishment;
use super::typing::Composer;
use crate::locale::Lang;
use crate::record::revision::RevisionId;
use crate::store::{Draft, Identity, IndexRow, Rows};
use crate::workbench::chance::Chance;
use crate::workbench::related::Relations;
use crate::workbench::waiting::Waits;
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// What all screens see.
pub struct Shared {
    /// The language.
    pub lang: Lang,
    /// Who works here.
    pub identity: Identity,
    /// The forms at hand.
    pub forms: Vec<FormLine>,
    /// All records, by id.
    pub rows: Rows,
    /// All drafts.
    pub drafts: Vec<Draft>,
    /// Revisions that no sync has carried away.
    pub unsynced: usize,
    /// When something was last made durable.
    pub saved_at: Option<NaiveDateTime>,
    /// What is known about references.
    pub relations: Relations,
    /// Ids of rows.
    pub chance: Chance,
    /// A line for the person: what was done, or why not.
    pub notice: Option<String>,
    /// The worker is at something that takes long.
    pub busy: bool,
    /// A form is being tried: nothing is kept.
    pub trying: bool,
    /// Typing Vietnamese without an input method.
    pub composer: Composer,
    /// What waits for whoever works here.
    pub waits: Waits,
    /// The decisions that were made last, to be taken back.
    pub decided: Vec<RevisionId>,
    /// Establishments that are not void, by name.
    by_name: Vec<String>,
    /// Of each record its place among those, or [`u32::MAX`].
    pub(super) ranks: Vec<u32>,
    /// How many records name each.
    about: BTreeMap<String, usize>,
    /// Grows whenever the records are others.
    generation: u64,
}

impl Shared {
    /// Before the store is open.
    pub(super) fn new(lang: Lang, chance: Chance) -> Self {
        Self {
            lang,
            identity: Identity::default(),
            forms: Vec::new(),
            rows: Rows::default(),
            drafts: Vec::new(),
            unsynced: 0,
            saved_at: None,
            relations: Relations::default(),
            chance,
            notice: None,
            busy: false,
            trying: false,
            composer: Composer::default(),
            waits: Waits::default(),
            decided: Vec::new(),
            by_name: Vec::new(),
            ranks: Vec::new(),
            about: BTreeMap::new(),
            generation: 0,
        }
    }

    /// A form's title.
    pub fn title(&self, form: &str) -> String {
        self.forms.iter().find(|f| f.id == form).map_or_else(|| form.to_owned(), |f| f.title.get(self.lang).to_owned())
    }

    /// One line for a record.
    pub fn summary(&self, record: &str) -> String {
        self.rows.get(record).map_or_else(|| record.chars().take(13).collect(), |row| row.summary.clone())
    }

    /// One line for a record and what it is about.
    pub fn about(&self, row: &IndexRow) -> String {
        let subject = if row.subject.is_empty() { String::new() } else { self.summary(&row.subject) };
        if subject.is_empty() { row.summary.clone() } else { format!("{} · {subject}", row.summary) }
    }

    /// The commune of an establishment: what its line ends with, as the shipped form writes it.
    pub fn place<'r>(&self, row: &'r IndexRow) -> Option<&'r str> {
        if row.form == establishment::FORM { row.summary.rsplit_once(" · ").map(|(_, place)| place) } else { None }
    }

    /// Establishments that are not void, by name in the Vietnamese order.
    pub fn by_name(&self) -> &[String] {
        &self.by_name
    }

    /// How many records name this one.
    pub fn count_about(&self, record: &str) -> usize {
        self.about.get(record).copied().unwrap_or(0)
    }

    /// A number that is another one whenever the records are others.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn take(&mut self, overview: Overview) {
        self.generation += 1;
        (self.by_name, self.ranks) = (overview.by_name, overview.ranks);
        self.about.clear();
        for reference in overview.rows.values().flat_map(|row| &row.references) {
            *self.about.entry(reference.clone()).or_default() += 1;
        }
        self.rows = overview.rows;
        self.drafts = overview.drafts;
        self.unsynced = overview.unsynced;
    }
}
