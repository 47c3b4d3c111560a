//! A register's cells: workbooks of Excel and LibreOffice, or CSV.

use super::{MAX_TEXT, csv::Lines, csv::delimiter, text};
use crate::form::workbook;
use crate::locale::date;
use crate::value::Decimal;
use calamine::{Data, DataRef, Reader, Sheets, Xlsx};
use chrono::NaiveDateTime;
use std::io::Cursor;

/// More than a register of people has.
const MAX_ROWS: u32 = 200_000;
const MAX_COLUMNS: u32 = 1_024;
/// Excel keeps this many digits; what a double has behind them is noise of its arithmetic.
const DIGITS: usize = 15;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text without the white space around it.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day, with a time of day if it has one.
    Moment(NaiveDateTime),
    /// TRUE or FALSE.
    Truth(bool),
    /// A formula that failed: `#REF!`
    Error(String),
}

impl Cell {
    /// A text cell; blank text is none.
    pub fn text(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() { Self::Blank } else { Self::Text(text.to_owned()) }
    }

    /// Whether it holds nothing.
    pub fn is_blank(&self) -> bool {
        *self == Self::Blank
    }

    /// As a person sees it.
    pub fn shown(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Moment(moment) if moment.time() == chrono::NaiveTime::MIN => date::show_date(moment.date()),
            Self::Moment(moment) => moment.format("%d/%m/%Y %H:%M").to_string(),
            Self::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }
}

/// A sheet. Rows are numbered from 0 here and from 1 for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty for CSV.
    pub name: String,
    /// Its rows; those at the end may be shorter.
    pub rows: Vec<Vec<Cell>>,
}

/// Why there are no cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GridProblem {
    /// The file is empty.
    Empty,
    /// It is neither a workbook nor text.
    Unreadable(String),
    /// It needs a password.
    Locked,
    /// It has more rows or columns than a register.
    TooLarge,
    /// A cell holds more than an answer may: its address.
    LongCell(String),
}

/// Reads all sheets. May panic inside the library that reads damaged workbooks: call it guarded.
///
/// # Errors
/// [`GridProblem`].
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, GridProblem> {
    if bytes.is_empty() {
        return Err(GridProblem::Empty);
    }
    if !workbook::is_workbook(bytes) {
        return Ok(vec![from_csv(bytes)?]);
    }
    workbook::guard(bytes).map_err(|problem| match problem {
        workbook::Unreadable::TooLarge => GridProblem::TooLarge,
        workbook::Unreadable::Locked => GridProblem::Locked,
        workbook::Unreadable::Damaged(why) => GridProblem::Unreadable(why),
    })?;
    let damaged = |e: calamine::Error| match e {
        calamine::Error::Xlsx(calamine::XlsxError::Password) | calamine::Error::Xls(calamine::XlsError::Password) => GridProblem::Locked,
        other => GridProblem::Unreadable(other.to_string()),
    };
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(damaged)?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let rows = match &mut book {
            Sheets::Xlsx(book) => from_xlsx(book, &name)?,
            book => from_range(book.worksheet_range(&name).map_err(damaged)?)?,
        };
        sheets.push(Sheet { name, rows });
    }
    Ok(sheets)
}

fn from_csv(bytes: &[u8]) -> Result<Sheet, GridProblem> {
    let text = text(bytes).map_err(|_| GridProblem::Unreadable(String::new()))?;
    if text.contains('\0') {
        return Err(GridProblem::Unreadable(String::new()));
    }
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter(&text)).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let (mut rows, mut lines): (Vec<Vec<Cell>>, _) = (Vec::new(), Lines::of(&text));
    for record in reader.records() {
        let record = record.map_err(|e| GridProblem::Unreadable(e.to_string()))?;
        // Blank lines are skipped by the reader, but rows keep the numbers that a spreadsheet shows.
        let line = rows.len() + lines.place(&record).1;
        if line >= MAX_ROWS as usize || record.len() > MAX_COLUMNS as usize {
            return Err(GridProblem::TooLarge);
        }
        rows.resize(line, Vec::new());
        if let Some(at) = record.iter().position(|cell| cell.len() > MAX_TEXT) {
            return Err(GridProblem::LongCell(address(line, at)));
        }
        rows.push(record.iter().map(Cell::text).collect());
    }
    if rows.is_empty() { Err(GridProblem::Empty) } else { Ok(Sheet { name: String::new(), rows }) }
}

/// Cell by cell: a sheet whose last corner is used would else be laid out whole.
fn from_xlsx(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Vec<Cell>>, GridProblem> {
    let damaged = |e: calamine::XlsxError| GridProblem::Unreadable(e.to_string());
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A chart's sheet has no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(Vec::new()),
        Err(error) => return Err(damaged(error)),
    };
    let mut rows = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let value = match cell.get_value() {
            DataRef::SharedString(text) => Cell::text(text),
            other => of(&Data::from(other.clone())),
        };
        put(&mut rows, cell.get_position(), value)?;
    }
    Ok(rows)
}

fn from_range(range: calamine::Range<Data>) -> Result<Vec<Vec<Cell>>, GridProblem> {
    let (top, left) = range.start().unwrap_or_default();
    let mut rows = Vec::new();
    for (row, column, value) in range.used_cells() {
        put(&mut rows, (top.saturating_add(row as u32), left.saturating_add(column as u32)), of(value))?;
    }
    Ok(rows)
}

fn put(rows: &mut Vec<Vec<Cell>>, (row, column): (u32, u32), cell: Cell) -> Result<(), GridProblem> {
    if cell.is_blank() {
        return Ok(());
    }
    if row >= MAX_ROWS || column >= MAX_COLUMNS {
        return Err(GridProblem::TooLarge);
    }
    let (row, column) = (row as usize, column as usize);
    if matches!(&cell, Cell::Text(text) if text.len() > MAX_TEXT) {
        return Err(GridProblem::LongCell(address(row, column)));
    }
    rows.resize_with(rows.len().max(row + 1), Vec::new);
    let cells = &mut rows[row];
    cells.resize(cells.len().max(column + 1), Cell::Blank);
    cells[column] = cell;
    Ok(())
}

fn of(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Blank,
        Data::String(text) | Data::DurationIso(text) => Cell::text(text),
        Data::DateTimeIso(text) => moment(text).map_or_else(|| Cell::text(text), Cell::Moment),
        Data::Int(number) => Cell::Number(Decimal::from(*number)),
        Data::Float(number) => tidy(*number).map_or_else(|| Cell::text(&number.to_string()), Cell::Number),
        Data::Bool(truth) => Cell::Truth(*truth),
        Data::DateTime(moment) => moment.as_datetime().map_or(Cell::Blank, Cell::Moment),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    date::parse_iso(text).and_then(|day| day.and_hms_opt(0, 0, 0)).or_else(|| NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f").ok())
}

/// A double with the digits that Excel shows: `0.1 + 0.2` is 0.3 there.
fn tidy(number: f64) -> Option<Decimal> {
    number.is_finite().then(|| format!("{number:.*e}", DIGITS - 1)).and_then(|text| Decimal::parse(&text))
}

/// `A`, `B`, … `Z`, `AA`, …
pub fn letter(at: usize) -> String {
    let mut name = String::new();
    let mut rest = at + 1;
    while rest > 0 {
        name.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    name
}

/// `C7`
pub fn address(row: usize, column: usize) -> String {
    format!("{}{}", letter(column), row + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_of_a_double_is_not_read() {
        assert_eq!(tidy(0.1 + 0.2).unwrap().as_str(), "0.3");
        assert_eq!(tidy(1234567.5).unwrap().as_str(), "1234567.5");
        assert_eq!(tidy(f64::NAN), None);
    }

    #[test]
    fn rows_of_a_csv_keep_their_numbers() {
        let sheet = from_csv("a;b\n\n1;\"x\ny\"\n".as_bytes()).unwrap();
        assert_eq!(sheet.rows.len(), 3);
        assert_eq!((&sheet.rows[2][1], sheet.rows[1].len()), (&Cell::Text("x\ny".into()), 0));
    }
}
