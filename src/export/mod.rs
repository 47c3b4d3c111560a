//! Records as tables for other programs, in the shape that ODK Central, Briefcase and Kobo give: the only user of
//! rust_xlsxwriter.
//!
//! A [`layout::Layout`] says which tables and columns a form gives (one table for the form, one for every repeat);
//! [`row::rows`] lays one record out in them, cell by cell; [`csv`] and [`xlsx`] write the cells. One record is held at a
//! time. A report is laid out as a [`paper::Paper`], which [`paper_csv`] and [`paper_xlsx`] write; papers and minutes become a
//! [`page::Page`], which [`html`] and [`docx`] write. What the columns are called, and why, is told in `docs/data.md`.

pub mod columns;
pub mod csv;
pub mod docx;
pub mod html;
pub mod layout;
pub mod page;
pub mod paper;
pub mod paper_csv;
pub mod paper_page;
pub mod paper_xlsx;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod row;
pub mod xlsx;

use crate::locale::Lang;
use std::io;

/// How tables are shaped.
#[derive(Clone, Debug)]
pub struct Options {
    /// Labels of questions and choices in this language instead of their names.
    pub labels: Option<Lang>,
    /// Between the names of groups and a question: `-` as Central does, `/` as Kobo does; empty for no groups at all.
    pub separator: String,
    /// One further column of 1 and 0 for every choice of a question with several answers.
    pub split: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { labels: None, separator: "-".to_owned(), split: false }
    }
}

/// Why a table cannot be written.
#[derive(Debug)]
pub enum Problem {
    /// The system's.
    Io(io::Error),
    /// A workbook cannot hold it: rows, columns, or a text longer than a cell; in its library's words.
    Workbook(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
