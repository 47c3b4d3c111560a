//! A report as CSV as Excel in Vietnam opens it by a double click: byte order mark, `;`, decimal comma.

use super::paper::{Cell, Paper, Table};
use crate::locale::say::output;
use crate::locale::{Lang, date};
use crate::value::Decimal;
use std::io;

/// More decimals than this are the noise of adding doubles.
const PLACES: usize = 6;

/// The report's tables one below the other, each with its heading and a blank line before the next.
///
/// # Errors
/// The writer's; none is known of for a buffer in memory.
pub fn bytes(paper: &Paper) -> io::Result<Vec<u8>> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    out.extend(lines(std::iter::once(&paper.title).chain(&paper.lines).map(|line| vec![line.clone()]))?);
    for table in &paper.tables {
        // A writer of CSV would put a blank line in quotes.
        out.extend(b"\r\n");
        out.extend(lines(of(table, paper.lang))?);
    }
    Ok(out)
}

fn lines(records: impl Iterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in records {
        writer.write_record(record)?;
    }
    writer.into_inner().map_err(|e| io::Error::other(e.error().to_string()))
}

fn of(table: &Table, lang: Lang) -> impl Iterator<Item = Vec<String>> {
    let head = [vec![table.title.clone()], table.columns.iter().map(|column| column.heading.clone()).collect()];
    let cells = move |cells: &[Cell]| cells.iter().map(|cell| shown(cell, lang)).collect();
    let totals = table.totals().map(|mut totals| {
        if totals.first() == Some(&Cell::Blank) {
            totals[0] = Cell::Text(output::total(lang));
        }
        cells(&totals)
    });
    head.into_iter().chain(table.rows.iter().map(move |row| cells(&row.cells))).chain(totals)
}

fn shown(cell: &Cell, lang: Lang) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Day(day) => date::show_date(*day),
        Cell::Number(number) => {
            let rounded = Decimal::parse(&format!("{number:.PLACES$}")).map(|n| n.as_str().to_owned()).unwrap_or_default();
            if lang == Lang::Vi { rounded.replace('.', ",") } else { rounded }
        }
    }
}

/// A text that a spreadsheet would take for a formula gets an apostrophe, its own sign for "this is text".
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_comma_and_no_noise_and_formulas_are_text() {
        assert_eq!(shown(&Cell::Number(0.1 + 0.2), Lang::Vi), "0,3");
        assert_eq!(shown(&Cell::Number(1_234_567.5), Lang::Vi), "1234567,5");
        assert_eq!(shown(&Cell::Number(15.0), Lang::En), "15");
        assert_eq!(shown(&Cell::Text("=1+1".into()), Lang::Vi), "'=1+1");
    }
}
