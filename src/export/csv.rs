//! Tables as CSV files: RFC 4180, UTF-8.

use super::layout::Layout;
use super::row::Cell;
use std::io::{self, Write};

/// What makes Excel read a CSV file as UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// One CSV file for every table.
pub struct CsvTables<W: Write> {
    writers: Vec<csv::Writer<W>>,
}

impl<W: Write> CsvTables<W> {
    /// Writes the headers; `outs` are as many as there are tables.
    ///
    /// # Errors
    /// The system's.
    pub fn new(layout: &Layout, outs: Vec<W>, bom: bool) -> io::Result<Self> {
        let mut writers = Vec::new();
        for (table, mut out) in layout.tables.iter().zip(outs) {
            if bom {
                out.write_all(BOM)?;
            }
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
            writer.write_record(table.columns.iter().map(|column| &column.header))?;
            writers.push(writer);
        }
        Ok(Self { writers })
    }

    /// Writes a row of a table.
    ///
    /// # Errors
    /// The system's.
    pub fn row(&mut self, table: usize, cells: &[Cell]) -> io::Result<()> {
        Ok(self.writers[table].write_record(cells.iter().map(Cell::text))?)
    }

    /// Gives back what was written to.
    ///
    /// # Errors
    /// The system's.
    pub fn finish(self) -> io::Result<Vec<W>> {
        self.writers.into_iter().map(|writer| writer.into_inner().map_err(|e| io::Error::new(e.error().kind(), e.error().to_string()))).collect()
    }
}
