//! What the view keeps of every record besides its revisions: the line of lists, and the answers as they stand.

use crate::record::clock::Stamp;
use crate::record::history::State;
use crate::value::Value;
use std::collections::BTreeMap;

/// A record as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// Its id.
    pub record: String,
    /// Its form.
    pub form: String,
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
    pub subject: String,
    /// All records that it names.
    pub references: Vec<String>,
    /// `2026-07-01`, or empty.
    pub date: String,
    /// Who wrote last.
    pub person: String,
    /// On which laptop.
    pub device: String,
    /// When.
    pub at: Stamp,
    /// One line.
    pub summary: String,
    /// Everything by which it is found, folded.
    pub search: String,
    /// Answers that should be unique, folded: question → value.
    pub identity: Vec<(String, String)>,
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
