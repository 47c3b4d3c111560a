//! What a line of the report opens to: each of its numbers with the records that it was counted from.

use super::report::{InTable, Line};
use crate::locale::Lang;
use crate::locale::say::opening as o;
use crate::programme::figure::Figure;
use crate::workbench::reporting::Report;

/// A number and its records.
pub struct Number {
    pub title: String,
    pub records: Vec<String>,
}

/// Numbers with their records, which of them is looked at, and which of its records is selected.
pub struct Inside {
    pub numbers: Vec<Number>,
    pub number: usize,
    pub at: usize,
}

impl Inside {
    /// One number.
    fn one(title: String, records: Vec<String>) -> Self {
        Self { numbers: vec![Number { title, records }], number: 0, at: 0 }
    }

    /// The records of the number that is looked at.
    pub fn records(&self) -> &[String] {
        self.numbers.get(self.number).map_or(&[], |number| &number.records)
    }

    /// Looks at the next number, or the one before.
    pub fn turn(&mut self, forward: bool) {
        let count = self.numbers.len().max(1);
        self.number = (self.number + if forward { 1 } else { count - 1 }) % count;
        self.at = 0;
    }
}

/// What a figure or a group of one opens to.
pub fn behind_line(report: &Report, line: Line, lang: Lang) -> Option<Inside> {
    let (Line::Figure(at) | Line::Group(at, _)) = line;
    let figure = report.figures.get(at)?;
    let target = &report.programme.targets[figure.target];
    let title = format!("{} {}", target.id, target.label.get(lang));
    Some(match line {
        Line::Figure(_) => Inside { numbers: numbers(figure, &title, lang), number: 0, at: 0 },
        Line::Group(_, group) => {
            let group = figure.groups.get(group)?;
            Inside::one(format!("{title} · {}: {}", group.label.get(lang), Report::show(group.done, lang)), group.records.clone())
        }
    })
}

/// Every number of a figure: of the period, of its year and its plan, of the programme so far, its other readings, the other years.
fn numbers(figure: &Figure, title: &str, lang: Lang) -> Vec<Number> {
    let number = |what: String, value: Option<f64>, records: &Vec<String>| Number { title: format!("{title} · {what}: {}", Report::show(value, lang)), records: records.clone() };
    let mut all = vec![number(o::in_period(lang), figure.done, &figure.records)];
    all.extend(figure.plan.map(|plan| number(o::plan_of(lang, figure.year), Some(plan), &figure.plan_records)));
    all.extend(figure.year_done.map(|done| number(o::done_in(lang, figure.year), Some(done), &figure.year_records)));
    all.extend(figure.cumulative.map(|done| number(o::so_far(lang), Some(done), &figure.cumulative_records)));
    all.extend(figure.also.iter().map(|also| {
        let name = if also.label.is_empty() { crate::locale::reading(&also.name, lang) } else { also.label.get(lang).to_owned() };
        number(name, also.value, &also.records)
    }));
    for year in figure.years.iter().filter(|year| year.year != figure.year) {
        all.extend(year.plan.map(|plan| number(o::plan_of(lang, year.year), Some(plan), &year.plan_records)));
        all.extend(year.done.map(|done| number(o::done_in(lang, year.year), Some(done), &year.records)));
    }
    all
}

/// The column of a table that is looked at: the first of those that scroll.
pub fn column(place: InTable, columns: usize) -> usize {
    (place.column + 1).min(columns.saturating_sub(1))
}

/// What a table's cell opens to: the records of its number, or else of its line.
pub fn behind_cell(report: &Report, place: InTable, lang: Lang) -> Option<Inside> {
    let table = report.tables.get(place.at)?;
    let line = table.lines.get(place.line)?;
    let column = column(place, table.columns.len());
    let first = line.cells.iter().map(|cell| super::report_view::cell(cell, crate::programme::table::ColumnKind::Text, lang)).find(|text| !text.is_empty());
    let title = format!("{} {} · {}", table.id, table.title.get(lang), first.unwrap_or_default());
    Some(match line.records_of(column) {
        Some(own) => {
            let (heading, kind) = table.columns.get(column).map(|column| (column.label.get(lang), column.kind)).unwrap_or_default();
            let shown = super::report_view::cell(&line.cells[column], kind, lang);
            Inside::one(format!("{title} · {heading}: {shown}"), own.iter().cloned().collect())
        }
        None => Inside::one(title, line.records.iter().cloned().collect()),
    })
}
