//! A report laid out in tables, in one language: what its writers (CSV, workbook, page) share.
//!
//! Nothing here knows a target or a table by name: whatever the report holds is laid out.

use crate::locale::{Lang, date, number};
use chrono::NaiveDate;

/// A report laid out for people.
#[derive(Clone, Debug)]
pub struct Paper {
    /// In which language.
    pub lang: Lang,
    /// What it is.
    pub title: String,
    /// Lines below the title: the period, and that the data is synthetic.
    pub lines: Vec<String>,
    /// Its tables, in order.
    pub tables: Vec<Table>,
    /// What its numbers open to.
    pub groups: Vec<Group>,
    /// The records behind them, each once.
    pub records: Vec<Listed>,
}

/// A table of figures.
#[derive(Clone, Debug)]
pub struct Table {
    /// A short name: a sheet's.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Drawn below it.
    pub chart: Option<Chart>,
    /// Whether it is left out of the written report, where it would be too long.
    pub appendix: bool,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether its sum means something.
    pub total: bool,
    /// Its width in characters.
    pub width: u16,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Numbers, shown with at most this many decimals.
    Number(u8),
    /// Percent: the first column divided by the second, times 100.
    Share(usize, usize),
    /// How many records the row rests on.
    Records,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// A cell for every column.
    pub cells: Vec<Cell>,
    /// By column: what its number opens to, a place in [`Paper::groups`]. May be shorter than the row.
    pub links: Vec<Option<usize>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text.
    Text(String),
    /// A finite number.
    Number(f64),
    /// A day.
    Day(NaiveDate),
}

/// The records behind a number.
#[derive(Clone, Debug)]
pub struct Group {
    /// The figure's id.
    pub key: String,
    /// What it counts.
    pub title: String,
    /// Its records, as places in [`Paper::records`].
    pub records: Vec<usize>,
}

/// A record as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub record: String,
    /// Its form's title.
    pub form: String,
    /// The day of its event.
    pub day: Option<NaiveDate>,
    /// One line.
    pub summary: String,
    /// Where it stands.
    pub state: String,
    /// Who wrote it.
    pub person: String,
}

/// Bars: a number for every row that has one.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The column with the bars' names.
    pub names: usize,
    /// The column with their lengths.
    pub values: usize,
    /// Where a line is drawn: what was promised.
    pub mark: f64,
}

impl Column {
    /// A column without a sum.
    pub fn new(heading: impl Into<String>, kind: Kind, width: u16) -> Self {
        Self { heading: heading.into(), kind, total: false, width }
    }

    /// A column of which the sum means something.
    pub fn summed(heading: impl Into<String>, width: u16) -> Self {
        Self { total: true, ..Self::new(heading, Kind::Number(0), width) }
    }
}

impl Cell {
    /// Text; blank where there is none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// A number; blank where there is none, or none that can be written.
    pub fn number(number: Option<f64>) -> Self {
        number.filter(|n| n.is_finite()).map_or(Self::Blank, Self::Number)
    }

    /// A count.
    pub fn count(count: usize) -> Self {
        Self::Number(count as f64)
    }

    /// As people read it.
    pub fn show(&self, kind: Kind, lang: Lang) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number::format_f64(*number, kind.places(), lang),
            Self::Day(day) => date::show_date(*day),
        }
    }

    /// Its number.
    pub fn to_number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl Kind {
    /// The most decimals shown.
    pub fn places(self) -> usize {
        match self {
            Self::Number(places) => places.into(),
            Self::Share(..) => 1,
            Self::Text | Self::Records => 0,
        }
    }

    /// Whether it is set to the right.
    pub fn is_number(self) -> bool {
        self != Self::Text
    }
}

impl Row {
    /// A row of which the numbers open to nothing.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, links: Vec::new() }
    }

    /// What the number in a column opens to.
    pub fn link(&self, column: usize) -> Option<usize> {
        self.links.get(column).copied().flatten()
    }
}

impl Table {
    /// The sums of the columns that have one; `None` where no column does, or where there is nothing to add.
    pub fn totals(&self) -> Option<Vec<Cell>> {
        if self.rows.len() < 2 || !self.columns.iter().any(|column| column.total) {
            return None;
        }
        let sum = |at: usize| self.rows.iter().filter_map(|row| row.cells.get(at)?.to_number()).sum::<f64>();
        Some(self.columns.iter().enumerate().map(|(at, column)| if column.total { Cell::number(Some(sum(at))) } else { Cell::Blank }).collect())
    }

    /// The bars of its chart: name and length.
    pub fn bars(&self) -> Vec<(String, f64)> {
        let Some(chart) = &self.chart else { return Vec::new() };
        let bar = |row: &Row| Some((row.cells.get(chart.names)?.show(Kind::Text, Lang::Vi), row.cells.get(chart.values)?.to_number()?));
        self.rows.iter().filter_map(bar).collect()
    }
}
