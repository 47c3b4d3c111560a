//! Tables as sheets of a workbook, with true numbers and dates.

use super::Problem;
use super::layout::Layout;
use super::row::Cell;
use crate::locale::date;
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use std::io::Write;

/// A number with more digits than a double keeps goes in as text, so that none is lost.
const DIGITS: usize = 15;
/// What a sheet's name may not be longer than.
const NAME: usize = 31;

/// One sheet for every table. Rows go to temporary files as they come, so memory does not grow with them.
pub struct XlsxTables {
    workbook: Workbook,
    next: Vec<u32>,
    day: Format,
    moment: Format,
}

impl From<XlsxError> for Problem {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error) => Self::Io(error),
            other => Self::Workbook(other.to_string()),
        }
    }
}

impl XlsxTables {
    /// Writes the headers.
    ///
    /// # Errors
    /// The system's, or a table has more columns than a sheet.
    pub fn new(layout: &Layout) -> Result<Self, Problem> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let mut names: Vec<String> = Vec::new();
        for table in &layout.tables {
            let name = sheet_name(&table.name, &names);
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            sheet.set_name(&name)?.set_freeze_panes(1, 0)?;
            for (at, column) in table.columns.iter().enumerate() {
                sheet.write_string_with_format(0, column_at(at)?, &column.header, &bold)?;
            }
            names.push(name);
        }
        Ok(Self { workbook, next: vec![1; names.len()], day: Format::new().set_num_format("yyyy-mm-dd"), moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss") })
    }

    /// Writes a row of a table.
    ///
    /// # Errors
    /// The system's, or the sheet is full or a text too long for a cell.
    pub fn row(&mut self, table: usize, cells: &[Cell]) -> Result<(), Problem> {
        let row = self.next[table];
        let sheet = self.workbook.worksheet_from_index(table)?;
        for (at, cell) in cells.iter().enumerate() {
            let column = column_at(at)?;
            match cell {
                Cell::Blank => {}
                Cell::Number(number) if number.as_str().bytes().filter(u8::is_ascii_digit).count() <= DIGITS => {
                    sheet.write_number(row, column, number.to_f64())?;
                }
                Cell::Day(text) => match date::parse_iso(text).and_then(excel_day) {
                    Some(day) => drop(sheet.write_datetime_with_format(row, column, &day, &self.day)?),
                    None => drop(sheet.write_string(row, column, text)?),
                },
                Cell::Moment(text) => match date::parse_moment(text).and_then(excel_moment) {
                    Some(moment) => drop(sheet.write_datetime_with_format(row, column, &moment, &self.moment)?),
                    None => drop(sheet.write_string(row, column, text)?),
                },
                cell => drop(sheet.write_string(row, column, cell.text())?),
            }
        }
        self.next[table] += 1;
        Ok(())
    }

    /// Writes the workbook out.
    ///
    /// # Errors
    /// The system's.
    pub fn finish<W: Write + Send>(mut self, out: W) -> Result<(), Problem> {
        Ok(self.workbook.save_to_writer(out)?)
    }
}

fn column_at(at: usize) -> Result<u16, Problem> {
    u16::try_from(at).map_err(|_| Problem::Workbook(XlsxError::RowColumnLimitError.to_string()))
}

/// Excel counts days from 1900; what lies before has to stay text.
pub(super) fn excel_day(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok().filter(|year| (1900..=9999).contains(year))?;
    ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok()
}

fn excel_moment(moment: NaiveDateTime) -> Option<ExcelDateTime> {
    excel_day(moment.date())?.and_hms(moment.hour() as u16, moment.minute() as u8, f64::from(moment.second())).ok()
}

/// A name that Excel takes: at most 31 characters, none of `[]:*?/\`, not one that is there already.
pub(super) fn sheet_name(name: &str, taken: &[String]) -> String {
    let allowed: String = name.chars().map(|c| if "[]:*?/\\'".contains(c) { '_' } else { c }).collect();
    let cut = |length: usize| allowed.chars().take(length).collect::<String>();
    let free = |name: &String| !taken.iter().any(|t| t.to_lowercase() == name.to_lowercase());
    let numbered = (2..).map(|number| format!("{}~{number}", cut(NAME - 5)));
    std::iter::once(cut(NAME)).chain(numbered).find(free).unwrap_or_default()
}
