//! Sheets of text as the bytes of an `.xlsx` file. The same sheets give the same bytes.

use crate::form::workbook::Sheet;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// Why sheets cannot be a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// A cell is longer than a workbook can hold.
    TooLong {
        /// The sheet.
        sheet: String,
        /// The column's name.
        column: String,
        /// The row, from 1, the headers counted.
        row: usize,
    },
    /// Too many rows or columns; in the words of the library that writes it.
    TooLarge(String),
}

impl From<XlsxError> for Unwritable {
    fn from(error: XlsxError) -> Self {
        Self::TooLarge(error.to_string())
    }
}

/// The most characters that a cell may have.
const MOST_CHARACTERS: usize = 32_767;
/// Widths of columns, in characters.
const WIDTHS: (f64, f64) = (10.0, 48.0);

/// The sheets as a workbook, its headers bold and always in sight.
///
/// # Errors
/// They are more than a workbook can hold.
pub fn bytes(sheets: &[Sheet]) -> Result<Vec<u8>, Unwritable> {
    let mut book = Workbook::new();
    // Any fixed moment: the time of writing would make other bytes each time.
    let begun = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&begun));
    for sheet in sheets {
        check_lengths(sheet)?;
        add(&mut book, sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

fn check_lengths(sheet: &Sheet) -> Result<(), Unwritable> {
    for (at, row) in sheet.rows.iter().enumerate() {
        if let Some(long) = row.iter().position(|cell| cell.len() > MOST_CHARACTERS && cell.encode_utf16().count() > MOST_CHARACTERS) {
            let column = sheet.rows[0].get(long).cloned().unwrap_or_default();
            return Err(Unwritable::TooLong { sheet: sheet.name.clone(), column, row: at + 1 });
        }
    }
    Ok(())
}

fn add(book: &mut Workbook, from: &Sheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name(&from.name)?.set_freeze_panes(1, 0)?;
    for (column, header) in (0u16..).zip(from.rows.first().into_iter().flatten()) {
        let longest = from.rows.iter().filter_map(|row| row.get(usize::from(column))).map(|cell| cell.chars().count()).max().unwrap_or(0);
        sheet.set_column_width(column, (longest as f64 + 2.0).clamp(WIDTHS.0, WIDTHS.1))?;
        sheet.write_string_with_format(0, column, header, &bold)?;
    }
    for (line, row) in (0u32..).zip(&from.rows).skip(1) {
        for (column, cell) in (0u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line, column, cell)?;
        }
    }
    Ok(())
}
