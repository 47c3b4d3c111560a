//! A workbook's bytes as sheets of text: `.xlsx`, `.xlsm` and `.xls`, told apart by content.

use super::xls;
use super::{SHEETS, Sheet, Workbook};
use crate::form::toml::MAX_SOURCE;
use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, Xlsx};
use std::io::{Cursor, Read};

/// What the XML parts of a workbook may grow to when unpacked.
const MAX_UNPACKED: u64 = 256 << 20;
/// More sheets than this are no form.
const MAX_SHEETS: usize = 256;
/// The rest of the field stops reading a sheet after this many empty rows, and its header after this many empty columns.
const MAX_EMPTY_ROWS: u32 = 60;
const MAX_EMPTY_COLUMNS: u32 = 20;
/// Columns kept of a sheet whose first row is empty, so that the row can be shown.
const COLUMNS_WITHOUT_HEADER: u32 = 64;

const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Why bytes are no workbook that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is larger than any form.
    TooLarge,
    /// It needs a password.
    Locked,
    /// It is damaged, or another kind of file; in the words of the library that reads it.
    Damaged(String),
}

type Position = (u32, u32);

/// Whether bytes begin like a workbook's.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(COMPOUND)
}

/// Reads a workbook. Sheets that are no part of a form are only named; a single sheet is taken for the survey.
///
/// # Errors
/// The bytes are no workbook, or too much of one.
pub fn read(bytes: &[u8]) -> Result<Workbook, Unreadable> {
    let of_zip = bytes.starts_with(ZIP);
    guard(bytes)?;
    // The library indexes into what damaged files claim; a form that cannot be read must not end the program.
    let read = std::panic::catch_unwind(|| if of_zip { read_xlsx(bytes) } else { read_xls(bytes) });
    read.unwrap_or_else(|_| Err(Unreadable::Damaged(String::new())))
}

/// Whether a workbook's bytes may be given to the library that reads them: unpacked they are no larger than memory bears, and
/// they claim no more than they hold. (A damaged one can still make it panic.)
///
/// # Errors
/// Why not.
pub fn guard(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.starts_with(ZIP) { check_unpacked_size(bytes) } else { xls::check(bytes) }
}

/// Sizes in a zip's directory can lie, so the parts that will be read are unpacked once to count their bytes.
fn check_unpacked_size(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = MAX_UNPACKED;
    let mut strings = Vec::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(damaged)?;
        let name = file.name().map_err(damaged)?.to_lowercase();
        if name.ends_with("sharedstrings.xml") {
            left -= file.take(left).read_to_end(&mut strings).map_err(damaged)? as u64;
            check_claim(&strings)?;
            strings.clear();
        } else if name.ends_with(".xml") || name.ends_with(".rels") {
            left -= std::io::copy(&mut file.take(left), &mut std::io::sink()).map_err(damaged)?;
        }
        if left == 0 {
            return Err(Unreadable::TooLarge);
        }
    }
    Ok(())
}

/// The library makes room for as many strings as their table claims to hold.
fn check_claim(strings: &[u8]) -> Result<(), Unreadable> {
    const CLAIM: &[u8] = b"uniqueCount";
    for at in strings.windows(CLAIM.len()).enumerate().filter(|(_, part)| *part == CLAIM).map(|(at, _)| at + CLAIM.len()) {
        let digits = strings[at..].iter().skip_while(|b| !b.is_ascii_digit()).take_while(|b| b.is_ascii_digit());
        let claimed = digits.fold(0_usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        if claimed > strings.len() {
            return Err(Unreadable::Damaged(String::new()));
        }
    }
    Ok(())
}

fn damaged(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::Damaged(error.to_string())
}

fn read_xlsx(bytes: &[u8]) -> Result<Workbook, Unreadable> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| match e {
        calamine::XlsxError::Password => Unreadable::Locked,
        other => damaged(other),
    })?;
    let names = book.sheet_names();
    collect(&names, |name| {
        let mut cells = Cells::default();
        let mut reader = match book.worksheet_cells_reader(name) {
            Ok(reader) => reader,
            // A chart's sheet has no cells.
            Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(cells),
            Err(error) => return Err(damaged(error)),
        };
        while let Some(cell) = reader.next_cell().map_err(damaged)? {
            let text = match cell.get_value() {
                DataRef::SharedString(text) => (*text).to_owned(),
                other => shown(&Data::from(other.clone())),
            };
            cells.add(cell.get_position(), text)?;
        }
        Ok(cells)
    })
}

fn read_xls(bytes: &[u8]) -> Result<Workbook, Unreadable> {
    let mut book: Xls<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| match e {
        calamine::XlsError::Password => Unreadable::Locked,
        other => damaged(other),
    })?;
    let names = book.sheet_names();
    collect(&names, |name| {
        let mut cells = Cells::default();
        let range = book.worksheet_range(name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            cells.add((top.saturating_add(row as u32), left.saturating_add(column as u32)), shown(value))?;
        }
        Ok(cells)
    })
}

fn collect(names: &[String], mut cells: impl FnMut(&str) -> Result<Cells, Unreadable>) -> Result<Workbook, Unreadable> {
    if names.len() > MAX_SHEETS {
        return Err(Unreadable::TooLarge);
    }
    let mut size = 0;
    let mut sheets = Vec::with_capacity(names.len());
    for name in names {
        let is_part = names.len() == 1 || SHEETS.contains(&name.trim().to_lowercase().as_str());
        let cells = if is_part { cells(name)? } else { Cells::default() };
        size += cells.size;
        if size > MAX_SOURCE {
            return Err(Unreadable::TooLarge);
        }
        sheets.push(Sheet::new(name.clone(), cells.rows()));
    }
    Ok(Workbook { sheets })
}

/// The cells of a sheet that hold anything, in no order.
#[derive(Default)]
struct Cells {
    cells: Vec<(Position, String)>,
    size: usize,
}

impl Cells {
    fn add(&mut self, at: Position, text: String) -> Result<(), Unreadable> {
        if text.trim().is_empty() {
            return Ok(());
        }
        self.size += text.len() + 1;
        if self.size > MAX_SOURCE {
            return Err(Unreadable::TooLarge);
        }
        self.cells.push((at, text));
        Ok(())
    }

    fn rows(mut self) -> Vec<Vec<String>> {
        self.cells.sort_by_key(|(at, _)| *at);
        let width = self.width();
        let mut rows: Vec<Vec<String>> = Vec::new();
        for ((line, column), text) in self.cells {
            if line > rows.len() as u32 + MAX_EMPTY_ROWS {
                break;
            }
            if column < width {
                rows.resize_with((line as usize + 1).max(rows.len()), Vec::new);
                let row = &mut rows[line as usize];
                row.resize(column as usize, String::new());
                row.push(text);
            }
        }
        rows
    }

    /// The columns that belong to the table: those of the first row, up to a wide gap.
    fn width(&self) -> u32 {
        let mut width = 0;
        for ((_, column), _) in self.cells.iter().take_while(|((line, _), _)| *line == 0) {
            if *column > width + MAX_EMPTY_COLUMNS {
                break;
            }
            width = column + 1;
        }
        if width == 0 { COLUMNS_WITHOUT_HEADER } else { width }
    }
}

/// A value as people see it: whole numbers without a point, dates and times in ISO form.
fn shown(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => shown_moment(moment),
        Data::Error(error) => error.to_string(),
    }
}

fn shown_moment(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (moment.as_f64() < 1.0, hour == 0 && minute == 0 && second == 0) {
        (true, _) => time,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}
