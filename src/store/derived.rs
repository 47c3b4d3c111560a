//! What the view keeps of every record besides its revisions: the line of lists, and the answers as they stand.

use super::part::Part;
use crate::record::clock::Stamp;
use crate::record::history::State;
use crate::value::Value;
use std::collections::BTreeMap;

/// A record as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// Its id.
    pub record: Part,
    /// Its form.
    pub form: Part,
    /// The form's version.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// It was approved, and that approval no longer holds.
    pub lapsed: bool,
    /// Answers in conflict.
    pub conflicts: u32,
    /// Hard problems (after a merge).
    pub problems: u32,
    /// Soft checks that were overridden.
    pub warnings: u32,
    /// The record under which it stands on a timeline; empty for none.
    pub subject: Part,
    /// All records that it names.
    pub references: Box<[Part]>,
    /// `2026-07-01`, or empty.
    pub date: Part,
    /// Who wrote last.
    pub person: Part,
    /// On which laptop.
    pub device: Part,
    /// When.
    pub at: Stamp,
    /// One line.
    pub summary: Part,
    /// Everything by which it is found, folded.
    pub search: Part,
    /// Answers that should be unique, folded: question → value.
    pub identity: Box<[(Part, Part)]>,
}

impl Default for IndexRow {
    fn default() -> Self {
        let (text, texts) = (Part::default, || Box::from([]));
        Self {
            record: text(),
            form: text(),
            version: 1,
            state: State::Submitted,
            lapsed: false,
            conflicts: 0,
            problems: 0,
            warnings: 0,
            subject: text(),
            references: texts(),
            date: text(),
            person: text(),
            device: text(),
            at: Stamp { millis: 0, counter: 0 },
            summary: text(),
            search: text(),
            identity: Box::from([]),
        }
    }
}

impl IndexRow {
    /// All its texts.
    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        let own = [&mut self.record, &mut self.form, &mut self.subject, &mut self.date, &mut self.person, &mut self.device, &mut self.summary, &mut self.search];
        own.into_iter().chain(&mut self.references).chain(self.identity.iter_mut().flat_map(|(question, value)| [question, value]))
    }
}

/// A record's merged answers and what was derived from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// The form that they were derived with.
    pub of: String,
    /// All answers.
    pub answers: BTreeMap<String, Value>,
    /// Paths of answers that are not relevant.
    pub hidden: Vec<String>,
    /// Computed values.
    pub computed: BTreeMap<String, Value>,
    /// Notes.
    pub notes: BTreeMap<String, String>,
}
