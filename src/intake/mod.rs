//! What other programs wrote, as answers to a form.
//!
//! Two ways in. **Submissions** (`record add`): CSV tables of Central, Briefcase or Kobo, JSON of Kobo or of Central's OData,
//! submission XML, and our own JSON; [`read`] tells them apart by content and gives [`Incoming`] records, which are then
//! answered like any other. **Registers** (`record import`): a workbook or CSV file that people keep by hand; [`grid`] reads
//! its cells, [`propose`] finds the header and matches columns to questions, [`map`] keeps that in a file that a person edits,
//! and [`register`] makes answers of cells.
//!
//! Nothing here is checked against the form's logic: that is the interview's work, the same as on the screen.

pub mod csv;
pub mod grid;
pub mod identity;
mod json;
pub mod map;
pub mod propose;
pub mod register;
mod shape;
mod xml;

use crate::form::Form;
use crate::form::workbook::is_workbook;
use crate::interview::json::InputProblem;
use crate::locale::Text;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A file's name, as shown, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// As the person wrote it.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// One record that comes in.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// Where it stands: `shop.csv:3`, or its number among several; empty for a single one.
    pub place: String,
    /// What its own program calls it: an ODK instance id.
    pub instance: Option<String>,
    /// Its answers, nested as `record add` takes them.
    pub answers: Map<String, Json>,
    /// What the form fills in by itself and does not compute twice, by path (`energy[2]/code`).
    pub kept: Vec<(String, Json)>,
}

/// What a file gave.
#[derive(Debug, Default)]
pub struct Intake {
    /// The records in the file's order.
    pub records: Vec<Incoming>,
    /// Columns that belong to the program that wrote the file.
    pub ignored: BTreeSet<String>,
    /// Results that are computed here anyway.
    pub computed: BTreeSet<String>,
    /// What a person should know.
    pub remarks: Vec<Text>,
    /// What keeps the file from coming in.
    pub problems: Vec<InputProblem>,
}

/// Why a file gives nothing.
#[derive(Debug)]
pub enum Unreadable {
    /// There is nothing in it.
    Empty,
    /// It is neither UTF-8 nor marked UTF-16.
    NotText,
    /// Damaged JSON: the line, and why.
    Json(usize, String),
    /// Damaged XML: the line, and why.
    Xml(u32, String),
    /// Damaged CSV: the line.
    Csv(u64),
    /// A workbook: that is a register, or an export that was not saved as CSV.
    Workbook,
    /// A cell or text that is longer than any answer: its line.
    TooLong(u64),
}

/// A text longer than this is no answer, whatever file it stands in.
pub const MAX_TEXT: usize = 1 << 20;
/// A file larger than this is not read.
pub const MAX_FILE: u64 = 256 << 20;

/// Reads submissions as what they are; `repeats` are the tables of repeats that go with a CSV file, by the repeat's name.
///
/// # Errors
/// The file cannot be read at all. What is wrong with single answers stands in [`Intake::problems`] or is found later.
pub fn read(form: &Form, file: File<'_>, repeats: &[(String, File<'_>)]) -> Result<Intake, Unreadable> {
    if is_workbook(file.bytes) {
        return Err(Unreadable::Workbook);
    }
    let text = text(file.bytes)?;
    match text.trim_start().chars().next() {
        None => Err(Unreadable::Empty),
        Some('{' | '[') => json::read(form, &text),
        Some('<') => xml::read(form, &text),
        Some(_) => csv::read(form, file, repeats),
    }
}

/// Bytes as text: UTF-8 with or without a mark, or UTF-16 with one.
///
/// # Errors
/// [`Unreadable::NotText`].
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map(Cow::Owned).map_err(|_| Unreadable::NotText)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).map(Cow::Borrowed).map_err(|_| Unreadable::NotText),
        _ => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Unreadable::NotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static FARM: LazyLock<Form> = LazyLock::new(|| {
        let text = include_str!("../../tests/cli/forms/farm.toml");
        let (draft, _) = crate::form::read("farm.toml", text).unwrap();
        crate::form::check::check(&draft, &|_: &str| None).unwrap().0
    });

    /// A file of some bytes; whatever it is, it gives records or a reason.
    fn take(form: &Form, bytes: &[u8]) {
        let file = File { name: "x", bytes };
        let _ = read(form, file, &[("barns".to_owned(), file), ("pens".to_owned(), file)]);
        let _ = map::read(&String::from_utf8_lossy(bytes), form);
        if !is_workbook(bytes) {
            for sheet in grid::read(bytes).unwrap_or_default() {
                let at = propose::header_row(form, &sheet.rows).unwrap_or_default();
                let headers = propose::headers(&sheet.rows, at);
                let proposal = map::Proposal { form, sheet: &sheet.name, header: at, headers: &headers, guesses: &propose::guess(form, &headers) };
                let written = map::write(&proposal, crate::locale::Lang::Vi);
                assert!(map::read(&written, form).is_ok(), "{written}");
            }
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
        for text in [deep("{\"a\":", "}", 100_000), deep("[", "]", 100_000), deep("<a>", "</a>", 20_000)] {
            take(&FARM, text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_records_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            take(&FARM, &bytes);
        }

        #[test]
        fn any_pieces_give_records_or_a_reason(pieces in prop::collection::vec(prop::sample::select(&[
            "visit", "who-owner", "barns", "KEY", "PARENT_KEY", "uuid:1", "uuid:1/barns[1]", ",", ";", "\n", "\r\n", "\"", "{", "}", "[", "]", ":", "<a>", "</a>", "<data>", "</data>",
            "\"visit\"", "\"value\"", "\"barns\"", "2026-11-20", "1.5", "Họ và tên chủ trại", "Ngày thăm", "tổng", "#", "form = \"farm\"", "[[column]]", "header = \"x\"", "question = \"visit\"",
        ][..]), 0..40)) {
            take(&FARM, pieces.concat().as_bytes());
        }
    }
}
