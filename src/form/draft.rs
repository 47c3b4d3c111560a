//! A form as it was written: rows of cells with their places, before anything is checked.
//!
//! Every reader makes this, so that all formats get the same checks and the same messages.

use super::list::ChoiceList;
use crate::locale::Text;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A form file's name and text.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown in messages.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A text and the bytes of the source where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Where, in the source.
    pub place: Range<usize>,
    /// Whether a byte of the text is the same byte of the source (no escapes), so that a part of it can be pointed at.
    pub exact: bool,
}

impl Cell {
    /// The place of a part of the text.
    pub fn part(&self, start: usize, end: usize) -> Range<usize> {
        if !self.exact {
            return self.place.clone();
        }
        let place = self.place.start + start..self.place.start + end;
        if place.is_empty() { place.start.saturating_sub(1).max(self.place.start)..(place.end + 1).min(self.place.end + 1) } else { place }
    }
}

/// One row: a question, group or repeat.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its name.
    pub name: Cell,
    /// Its type as written.
    pub kind: Cell,
    /// `label`, `hint`, messages.
    pub texts: BTreeMap<&'static str, (Text, Range<usize>)>,
    /// Expressions and other columns.
    pub cells: BTreeMap<&'static str, Cell>,
    /// Personal data.
    pub personal: bool,
    /// What it holds.
    pub children: Vec<Row>,
}

/// A whole form.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where it comes from.
    pub source: Source,
    /// Its id.
    pub id: Cell,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: Text,
    /// `subject`, `date`, `summary`.
    pub head: BTreeMap<&'static str, Cell>,
    /// Names of identifying answers.
    pub identity: Vec<Cell>,
    /// Inline lists and where each stands.
    pub lists: Vec<(ChoiceList, Range<usize>)>,
    /// Its questions.
    pub rows: Vec<Row>,
}
