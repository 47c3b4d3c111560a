//! A workbook's cells as text, and the one plain text that stands for a workbook. Pure.
//!
//! A form's source is kept, hashed and exchanged as text, so a workbook is written out as one: a first line
//! [`MARKER`], a line `[survey]` for each sheet, then its rows, cells parted by tabs. `\t \n \r \\` stand for themselves
//! inside a cell, and a row that would begin like a sheet's line begins with `\[`.

mod file;
mod xls;

use super::draft::Source;
use std::borrow::Cow;
use std::ops::Range;

pub use file::{Unreadable, guard, is_workbook, read};

/// The first line of a workbook written as text.
pub const MARKER: &str = "#!xlsform";

/// The sheets that a form is made of.
pub const SHEETS: [&str; 6] = ["survey", "choices", "settings", "external_choices", "entities", "osm"];

/// One sheet: rows of cells, without the empty ones at the ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// As written.
    pub name: String,
    /// Its rows from the first; the first holds the headers.
    pub rows: Vec<Vec<String>>,
}

/// The sheets of a workbook, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    /// Its sheets.
    pub sheets: Vec<Sheet>,
}

impl Sheet {
    /// A sheet of cleaned cells.
    pub fn new(name: impl Into<String>, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut rows: Vec<Vec<String>> = rows.into_iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
        for row in &mut rows {
            trim_end(row, String::is_empty);
        }
        trim_end(&mut rows, Vec::is_empty);
        Self { name: name.into(), rows }
    }
}

fn trim_end<T>(items: &mut Vec<T>, is_empty: impl Fn(&T) -> bool) {
    while items.last().is_some_and(&is_empty) {
        items.pop();
    }
}

/// A cell's text without blanks around it, with plain blanks for no-break ones and straight quotes for typographic ones:
/// spreadsheet programs put those in by themselves, and an expression cannot hold them.
pub fn clean(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c {
            '\u{a0}' => ' ',
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            other => other,
        })
        .collect()
}

impl Workbook {
    /// The workbook as text, with the address of every sheet and cell (and of every empty one under a header).
    pub fn to_source(&self, name: &str) -> Source {
        let mut text = String::from(MARKER);
        text.push('\n');
        let mut cells = Vec::new();
        for sheet in &self.sheets {
            text.push('[');
            let start = text.len();
            escape(&sheet.name, &mut text);
            cells.push((start..text.len(), sheet.name.clone()));
            text.push_str("]\n");
            let width = sheet.rows.first().map_or(0, Vec::len);
            let columns = column_addresses(&sheet.name, sheet.rows.iter().map(Vec::len).max().unwrap_or(0));
            for (line, row) in sheet.rows.iter().enumerate() {
                let number = (line + 1).to_string();
                let row_width = if row.is_empty() { 0 } else { row.len().max(width) };
                for (at, column) in columns.iter().enumerate().take(row_width) {
                    if at > 0 {
                        text.push('\t');
                    }
                    let cell = row.get(at).map_or("", String::as_str);
                    if at == 0 && cell.starts_with('[') {
                        text.push('\\');
                    }
                    let start = text.len();
                    escape(cell, &mut text);
                    cells.push((start..text.len(), [column.as_str(), &number].concat()));
                }
                text.push('\n');
            }
        }
        Source { cells, ..Source::new(name, text) }
    }

    /// Reads a workbook's text form; `None` if the text is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let sheets = parse(text)?;
        let own = |sheet: Placed<'_>| {
            let rows = sheet.rows.into_iter().map(|row| row.into_iter().map(|spot| spot.text.into_owned()).collect());
            Sheet::new(sheet.name.text.into_owned(), rows)
        };
        Some(Self { sheets: sheets.into_iter().map(own).collect() })
    }
}

/// `survey!A`, `survey!B`, …
fn column_addresses(sheet: &str, width: usize) -> Vec<String> {
    (0..width).map(|at| format!("{sheet}!{}", column_name(at))).collect()
}

/// `A`, `B`, … `Z`, `AA`, …
fn column_name(at: usize) -> String {
    let mut name = String::new();
    let mut rest = at + 1;
    while rest > 0 {
        name.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    name
}

fn escape(cell: &str, to: &mut String) {
    let mut rest = cell;
    while let Some(at) = rest.find(['\t', '\n', '\r', '\\']) {
        to.push_str(&rest[..at]);
        to.push_str(match rest.as_bytes()[at] {
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            _ => "\\\\",
        });
        rest = &rest[at + 1..];
    }
    to.push_str(rest);
}

fn unescape(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\\') {
        return Cow::Borrowed(cell);
    }
    let mut text = String::with_capacity(cell.len());
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('t') => text.push('\t'),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    Cow::Owned(text)
}

/// A cell with its bytes in the text form.
#[derive(Clone, Debug)]
pub struct Spot<'t> {
    /// Its text; borrowed if it stands there byte for byte.
    pub text: Cow<'t, str>,
    /// Where it stands.
    pub place: Range<usize>,
}

/// A sheet of the text form.
#[derive(Clone, Debug)]
pub struct Placed<'t> {
    /// Its name.
    pub name: Spot<'t>,
    /// Its rows; empty cells are there too.
    pub rows: Vec<Vec<Spot<'t>>>,
}

/// Whether a text is a workbook's.
pub fn is_text(text: &str) -> bool {
    text.strip_prefix(MARKER).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\r']))
}

/// Reads a workbook's text form with places; `None` if the text is none. Rows before the first sheet are passed over.
pub fn parse(text: &str) -> Option<Vec<Placed<'_>>> {
    if !is_text(text) {
        return None;
    }
    let mut sheets: Vec<Placed<'_>> = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n').skip(1).map(|line| line.trim_end_matches(['\n', '\r'])) {
        start = whole.as_ptr().addr() - text.as_ptr().addr();
        if let Some(name) = whole.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let place = start + 1..start + 1 + name.len();
            sheets.push(Placed { name: Spot { text: unescape(name), place }, rows: Vec::new() });
        } else if let Some(sheet) = sheets.last_mut() {
            sheet.rows.push(row(whole, start));
        }
    }
    debug_assert!(start <= text.len());
    for sheet in &mut sheets {
        trim_end(&mut sheet.rows, |row| row.iter().all(|spot| spot.text.is_empty()));
    }
    Some(sheets)
}

fn row(line: &str, start: usize) -> Vec<Spot<'_>> {
    let mut spots = Vec::new();
    let skipped = usize::from(line.starts_with("\\["));
    let mut at = start + skipped;
    for cell in line[skipped..].split('\t') {
        spots.push(Spot { text: unescape(cell), place: at..at + cell.len() });
        at += cell.len() + 1;
    }
    spots
}

/// The addresses of all sheets and cells of a text form: [`Source::cells`] of a text that was kept.
pub fn addresses(sheets: &[Placed<'_>]) -> Vec<(Range<usize>, String)> {
    let mut cells = Vec::new();
    for sheet in sheets {
        cells.push((sheet.name.place.clone(), sheet.name.text.clone().into_owned()));
        let columns = column_addresses(&sheet.name.text, sheet.rows.iter().map(Vec::len).max().unwrap_or(0));
        for (line, row) in sheet.rows.iter().enumerate() {
            let number = (line + 1).to_string();
            cells.extend(row.iter().zip(&columns).map(|(spot, column)| (spot.place.clone(), [column.as_str(), &number].concat())));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn book(rows: &[&[&str]]) -> Workbook {
        Workbook { sheets: vec![Sheet::new("survey", rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()))] }
    }

    #[test]
    fn cells_have_addresses_even_where_they_are_empty_under_a_header() {
        let source = book(&[&["type", "name", "label"], &["text", "a"], &[], &["[x", "", "c\td"]]).to_source("f.xlsx");
        assert_eq!(&*source.text, "#!xlsform\n[survey]\ntype\tname\tlabel\ntext\ta\t\n\n\\[x\t\tc\\td\n");
        let at = |address: &str| source.cells.iter().find(|(_, a)| a == address).map(|(place, _)| &source.text[place.clone()]);
        assert_eq!((at("survey!B2"), at("survey!C2"), at("survey!A4"), at("survey!C4")), (Some("a"), Some(""), Some("[x"), Some("c\\td")));
        assert_eq!(addresses(&parse(&source.text).unwrap()).last(), source.cells.last());
    }

    #[test]
    fn typographic_quotes_and_hard_blanks_become_plain() {
        assert_eq!(clean("\u{a0} \u{201c}a\u{201d}\u{a0}\u{2018}b\u{2019} "), "\"a\" 'b'");
    }

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702].map(column_name), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    proptest! {
        #[test]
        fn a_workbook_survives_its_text_form(sheets in prop::collection::vec((".{0,6}", prop::collection::vec(prop::collection::vec(".{0,5}|[\\[\\]\\\\\t\r\n]{0,4}", 0..4), 0..5)), 0..4)) {
            let book = Workbook { sheets: sheets.into_iter().map(|(name, rows)| Sheet::new(name, rows)).collect() };
            let source = book.to_source("x");
            prop_assert_eq!(Workbook::from_text(&source.text), Some(book));
        }

        #[test]
        fn any_text_reads_without_harm(text in "(#!xlsform\n)?(.|\n|\t){0,80}") {
            let _ = Workbook::from_text(&text);
        }
    }
}
