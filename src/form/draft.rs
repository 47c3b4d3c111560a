//! A form as it was written: rows of cells with their places, before anything is checked.
//!
//! Every reader (TOML, XLSForm, XForm XML) makes this, so that all formats get the same checks and the same messages;
//! every writer (TOML, XLSForm) starts from it.

use super::list::ChoiceList;
use crate::locale::Text;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A form file's name and text.
///
/// A workbook has no text of its own: its reader writes its sheets out as one text and says where each cell stands in it.
/// That text is what is hashed, kept and exchanged; the workbook's own bytes are not.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// As shown in messages.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Of a workbook: each cell's place in the text and its address (`survey!C5`), in order.
    pub cells: Vec<(Range<usize>, String)>,
}

impl Source {
    /// A text file.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), cells: Vec::new() }
    }

    /// The address of the workbook cell at a place: `survey!C5`.
    pub fn address(&self, at: usize) -> Option<&(Range<usize>, String)> {
        let found = self.cells.partition_point(|(place, _)| place.start <= at).checked_sub(1)?;
        Some(&self.cells[found])
    }
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
    /// A text made by a reader from what stands at `place`; no part of it can be pointed at.
    pub fn made(text: impl Into<String>, place: Range<usize>) -> Self {
        Self { text: text.into(), place, exact: false }
    }

    /// The place of a part of the text.
    pub fn part(&self, start: usize, end: usize) -> Range<usize> {
        if !self.exact {
            return self.place.clone();
        }
        let place = self.place.start + start..self.place.start + end;
        if place.is_empty() { place.start.saturating_sub(1).max(self.place.start)..(place.end + 1).min(self.place.end + 1) } else { place }
    }
}

/// When an action sets an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Once, when a new record is begun.
    FirstLoad,
    /// Whenever the record is opened.
    Load,
    /// When a row of the repeat around the question is added.
    NewRow,
    /// When the answer to this question (a name or a path) changes.
    Changed(Cell),
}

/// An action: at some moment the question gets a value, which a person may change afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// When.
    pub when: When,
    /// The expression.
    pub value: Cell,
}

/// One row: a question, group or repeat.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its name.
    pub name: Cell,
    /// Its type, one of [`super::check::TYPES`].
    pub kind: Cell,
    /// `label`, `hint`, messages. A label may hold `${name}`, filled in from the answers when shown.
    pub texts: BTreeMap<&'static str, (Text, Range<usize>)>,
    /// Expressions and other columns that the engine knows.
    pub cells: BTreeMap<&'static str, Cell>,
    /// Actions.
    pub sets: Vec<Set>,
    /// Columns that only travel with the form, by their written name (`bind::oc:x`, `save_to`).
    pub extra: BTreeMap<String, Cell>,
    /// Personal data.
    pub personal: bool,
    /// What it holds.
    pub children: Vec<Row>,
}

/// An element of a new record as the form writes it: literal first values, and rows that are there from the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Initial {
    /// The name of the question, group or repeat; `@name` of an attribute of the XML.
    pub name: String,
    /// A question's value.
    pub value: String,
    /// Whether it is a repeat's template, from which new rows take their values, rather than a row.
    pub template: bool,
    /// What it holds, in order; a repeat stands once for each row.
    pub children: Vec<Initial>,
}

/// One declared change between two versions of a form. Names are of the version before, except those behind `to` and `into`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A question or repeat has another name.
    Rename {
        /// The old name.
        from: Cell,
        /// The new one.
        to: Cell,
    },
    /// A question has another type.
    Retype {
        /// The question.
        question: Cell,
        /// Its old type, as written in forms.
        from: Cell,
        /// Its new type; without it the type that it has in this form.
        to: Option<Cell>,
    },
    /// A choice has another name.
    Choice {
        /// The question.
        question: Cell,
        /// The old name.
        from: Cell,
        /// The new one.
        to: Cell,
    },
    /// A number is in another unit.
    Unit {
        /// The question.
        question: Cell,
        /// What the old number is multiplied with.
        factor: Cell,
    },
    /// A question gets a value that is computed from the old answers.
    Set {
        /// The question.
        to: Cell,
        /// The expression.
        value: Cell,
    },
    /// A question became several.
    Split {
        /// The old question.
        from: Cell,
        /// The new ones, each with its expression.
        into: Vec<(Cell, Cell)>,
    },
    /// A question moved into a repeat or out of it.
    Move {
        /// The question.
        question: Cell,
        /// The repeat in which it is asked now.
        into: Option<Cell>,
        /// The repeat in which it was asked.
        out_of: Option<Cell>,
    },
    /// A question is gone on purpose: `name`, or `repeat/name`.
    Drop(Cell),
}

/// How answers made with one version of a form become answers of the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// The version.
    pub from: Cell,
    /// What changed, in order.
    pub changes: Vec<Change>,
}

/// A whole form.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Where it comes from.
    pub source: Source,
    /// Its id.
    pub id: Cell,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: Text,
    /// The languages of its texts, the default first: `vi`, `en`, or a further language's written name.
    pub languages: Vec<String>,
    /// `subject`, `date`, `summary`.
    pub head: BTreeMap<&'static str, Cell>,
    /// Settings that only travel with the form (`submission_url`, `style`, the version as written).
    pub settings: BTreeMap<String, Cell>,
    /// Names of identifying answers.
    pub identity: Vec<Cell>,
    /// Inline lists and where each stands.
    pub lists: Vec<(ChoiceList, Range<usize>)>,
    /// Secondary instances that are no plain lists: their id and the XML of their root element.
    pub instances: Vec<(String, Cell)>,
    /// Texts by id, for `jr:itext` (XForm XML).
    pub itext: BTreeMap<String, Text>,
    /// The first values of a new record, where the form writes them out (XForm XML); empty otherwise.
    pub initial: Vec<Initial>,
    /// Its questions.
    pub rows: Vec<Row>,
    /// How answers made with earlier versions become its own.
    pub migrations: Vec<Migration>,
}

impl Draft {
    /// Lets every text speak the language of this name, as if it were both Vietnamese and English; where a text lacks it,
    /// nothing changes. For a form whose languages are others than ours.
    pub fn speak(&mut self, language: &str) {
        let change = |text: &mut Text| {
            if let Some(said) = text.named(language).filter(|said| !said.is_empty()).map(str::to_owned) {
                (text.vi, text.en) = (said.clone(), said);
            }
        };
        change(&mut self.title);
        self.itext.values_mut().for_each(change);
        self.lists.iter_mut().for_each(|(list, _)| list.speak(&change));
        let mut open: Vec<&mut Row> = self.rows.iter_mut().collect();
        while let Some(row) = open.pop() {
            row.texts.values_mut().for_each(|(text, _)| change(text));
            open.extend(&mut row.children);
        }
    }
}
