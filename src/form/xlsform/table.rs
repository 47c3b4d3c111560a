//! A sheet as a table: its columns by meaning, its rows with places.

use super::columns::{Headers, Path};
use super::words::references;
use crate::form::draft::Cell;
use crate::form::problem::Problem;
use crate::form::workbook::{Placed, Spot};
use crate::locale::{Text, say};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its header as written.
    pub header: String,
    /// What the header means.
    pub path: Path,
    /// Where the header stands.
    pub place: Range<usize>,
    /// Its place in the rows.
    at: usize,
}

/// A sheet.
#[derive(Debug)]
pub struct Table<'t> {
    /// Its name as a form's part: `survey`.
    pub name: &'static str,
    /// Where its name stands.
    pub place: Range<usize>,
    /// Its columns that have a header.
    pub columns: Vec<Column>,
    rows: &'t [Vec<Spot<'t>>],
    collapse: bool,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a, 't> {
    table: &'a Table<'t>,
    spots: &'t [Spot<'t>],
    /// Its number in the sheet, from 1.
    pub number: usize,
}

impl<'t> Table<'t> {
    /// Reads a sheet's headers; two that mean the same are a problem.
    pub fn new(name: &'static str, sheet: &'t Placed<'t>, headers: &Headers, problems: &mut Vec<Problem>) -> Self {
        let mut table = Self { name, place: sheet.name.place.clone(), columns: Vec::new(), rows: sheet.rows.get(1..).unwrap_or_default(), collapse: false };
        let first = sheet.rows.first().map_or(&[][..], Vec::as_slice);
        let double = first.iter().any(|spot| spot.text.contains("::"));
        let mut seen: BTreeMap<Path, usize> = BTreeMap::new();
        for (at, spot) in first.iter().enumerate().filter(|(_, spot)| !spot.text.trim().is_empty()) {
            let header = collapsed(&spot.text).into_owned();
            let path = headers.path(&header, double);
            let column = Column { header, path, place: spot.place.clone(), at };
            match seen.get(&column.path) {
                // Both were usual once; the newer spelling counts.
                Some(first) if column.path == ["id_string"] => {
                    problems.push(Problem::warning(column.place.clone(), Text::both(say::xlsform::both_form_ids)));
                    if column.header == "form_id" {
                        table.columns[*first] = column;
                    }
                }
                Some(first) => {
                    let other = &table.columns[*first].header;
                    let what = match *other == column.header {
                        true => Text::both(|lang| say::xlsform::duplicate_header(lang, other)),
                        false => Text::both(|lang| say::xlsform::same_column(lang, &column.header, other)),
                    };
                    problems.push(Problem::error(column.place, what));
                }
                None => {
                    seen.insert(column.path.clone(), table.columns.len());
                    table.columns.push(column);
                }
            }
        }
        table
    }

    /// Whether runs of blanks in cells count as one from now on.
    pub fn collapse(&mut self, collapse: bool) {
        self.collapse = collapse;
    }

    /// The column of a meaning.
    pub fn column(&self, path: &[&str]) -> Option<&Column> {
        self.columns.iter().find(|column| column.path.iter().map(String::as_str).eq(path.iter().copied()))
    }

    /// The rows below the headers.
    pub fn lines<'a>(&'a self) -> impl Iterator<Item = Line<'a, 't>> {
        self.rows.iter().enumerate().map(|(at, spots)| Line { table: self, spots, number: at + 2 })
    }

    /// Whether there are no rows with anything in them.
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| row.iter().all(|spot| spot.text.is_empty()))
    }
}

impl<'a, 't> Line<'a, 't> {
    /// The text of a column's cell, when it holds any.
    pub fn get(&self, column: Option<&Column>) -> Option<Value<'a>>
    where
        't: 'a,
    {
        let spot = self.spots.get(column?.at)?;
        let text = if self.table.collapse { collapsed(&spot.text) } else { Cow::Borrowed(&*spot.text) };
        let exact = matches!((&spot.text, &text), (Cow::Borrowed(_), Cow::Borrowed(_)));
        (!text.is_empty()).then(|| Value { text, place: spot.place.clone(), exact })
    }

    /// Where a column's cell stands, or would stand.
    pub fn place(&self, column: Option<&Column>) -> Range<usize> {
        let spot = column.and_then(|column| self.spots.get(column.at)).or_else(|| self.spots.iter().find(|spot| !spot.text.is_empty()));
        spot.or(self.spots.first()).map_or_else(|| self.table.place.clone(), |spot| spot.place.clone())
    }

    /// Whether nothing stands under any header.
    pub fn is_empty(&self) -> bool {
        self.table.columns.iter().all(|column| self.get(Some(column)).is_none())
    }

    /// All cells that hold something, with their columns.
    pub fn cells(self) -> impl Iterator<Item = (&'a Column, Value<'a>)>
    where
        't: 'a,
    {
        self.table.columns.iter().filter_map(move |column| self.get(Some(column)).map(|value| (column, value)))
    }
}

/// A cell's text.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// Where it stands.
    pub place: Range<usize>,
    /// Whether its bytes are the source's.
    exact: bool,
}

impl Value<'_> {
    /// As a cell of the draft.
    pub fn cell(&self) -> Cell {
        Cell { text: self.text.clone().into_owned(), place: self.place.clone(), exact: self.exact }
    }

    /// A part of it as a cell of the draft.
    pub fn cell_of(&self, part: Range<usize>) -> Cell {
        Cell { text: self.text[part.clone()].to_owned(), place: self.part(part), exact: self.exact }
    }

    /// The place of a part of it.
    pub fn part(&self, part: Range<usize>) -> Range<usize> {
        if self.exact { self.place.start + part.start..self.place.start + part.end } else { self.place.clone() }
    }

    /// Each reference's name, or `None` for what is none, with its place.
    pub fn references(&self) -> Vec<(Option<&str>, Range<usize>)> {
        if !self.text.contains("${") {
            return Vec::new();
        }
        references(&self.text).into_iter().map(|reference| (reference.name, self.part(reference.part))).collect()
    }
}

/// With single blanks.
fn collapsed(text: &str) -> Cow<'_, str> {
    if !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    Cow::Owned(out)
}
