//! A report laid out for paper: whatever targets and tables it holds.

use crate::export::paper::{Cell, Chart, Column, Kind, Paper, Row, Table};
use crate::locale::say::{self, output as s, programme as p};
use crate::locale::{Lang, date};
use crate::programme::figure::{Figure, share};
use crate::programme::table::{self as programme, ColumnKind};
use crate::record::history::State;
use crate::workbench::paper::behind::Behind;
use crate::workbench::paper::printout::{Printout, SourceRow};
use crate::workbench::reporting::Report;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the targets that their percentage is made of, and that their chart shows.
const NUMBER: usize = 4;
const DONE: usize = 5;
const SHARE: usize = 6;
const RECORDS: usize = 9;
/// The same of the table of years.
const YEAR_PLAN: usize = 3;
const YEAR_DONE: usize = 4;

impl Printout {
    /// Lays the report out.
    pub fn paper(&self, lang: Lang) -> Paper {
        let report = &self.report;
        let mut behind = Behind::new(self, lang);
        let mut tables = vec![targets(report, &mut behind, lang)];
        tables.extend(self.parted(&mut behind, lang));
        tables.extend([self.readings(&mut behind, lang), years(report, &mut behind, lang), self.grounds(&mut behind, lang), self.sources(&mut behind, lang)]);
        tables.extend((!report.due.is_empty()).then(|| self.due_table(report, lang)));
        tables.extend(report.tables.iter().map(|table| self.table(table, &mut behind, lang)));
        let period = say::screen::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to));
        let demo = report.demo.then(|| say::screen::demo_banner(lang));
        let lines = [period].into_iter().chain(self.frozen_line(lang)).chain(demo).collect();
        let (records, groups) = behind.finish();
        Paper { lang, title: report.programme.title.get(lang).to_owned(), lines, tables, groups, records }
    }

    /// The other readings of the targets, each with the records that it rests on.
    fn readings(&self, behind: &mut Behind<'_>, lang: Lang) -> Table {
        let mut columns = vec![text_column(s::id(lang), 13), text_column(s::target(lang), 40), text_column(p::reading(lang), 34)];
        columns.extend([Column::new(s::done(lang), Kind::Number(1), 12), Column::new(s::records(lang), Kind::Records, 9)]);
        let mut rows = Vec::new();
        for figure in &self.report.figures {
            let target = &self.report.programme.targets[figure.target];
            for also in &figure.also {
                let name = if also.label.is_empty() { crate::locale::reading(&also.name, lang) } else { also.label.get(lang).to_owned() };
                let link = behind.open((&target.id, format!(":{}", also.name)), format!("{} · {name}", target.label.get(lang)), &also.records);
                let texts = [target.id.as_str(), target.label.get(lang), &name].map(Cell::text);
                rows.push(counted_row(texts, also.value, also.records.len(), link));
            }
        }
        Table { name: p::readings_sheet(lang), title: p::readings(lang), columns, rows, chart: None, appendix: true }
    }

    /// Each figure's parts by the dimension that was asked for.
    fn parted(&self, behind: &mut Behind<'_>, lang: Lang) -> Option<Table> {
        self.report.by.as_ref()?;
        let mut columns = vec![text_column(s::id(lang), 13), text_column(s::target(lang), 40), text_column(p::group(lang), 34)];
        columns.extend([Column::new(s::done(lang), Kind::Number(1), 12), Column::new(s::records(lang), Kind::Records, 9)]);
        let mut rows = Vec::new();
        for figure in &self.report.figures {
            let target = &self.report.programme.targets[figure.target];
            for part in &figure.groups {
                let name = if part.group.is_empty() { say::programme::no_group(lang) } else { part.label.get(lang).to_owned() };
                let link = behind.open((&target.id, format!("@{}", part.group)), format!("{} · {name}", target.label.get(lang)), &part.records);
                let texts = [target.id.as_str(), target.label.get(lang), &name].map(Cell::text);
                rows.push(counted_row(texts, part.done, part.records.len(), link));
            }
        }
        let label = self.report.by_label.get(lang);
        Some(Table { name: p::parted_sheet(lang), title: p::parted(lang, label), columns, rows, chart: None, appendix: true })
    }

    /// A form's title; its id where it is not known.
    pub(super) fn form_title(&self, id: &str, lang: Lang) -> String {
        self.titles.get(id).map_or_else(|| id.to_owned(), |title| title.get(lang).to_owned())
    }

    /// The records behind all figures, each once, by form: these can be added up.
    fn sources(&self, behind: &mut Behind<'_>, lang: Lang) -> Table {
        let counted: BTreeSet<&String> = self.report.figures.iter().flat_map(|figure| &figure.records).collect();
        let mut forms: BTreeMap<&str, [Vec<&String>; 5]> = BTreeMap::new();
        for (record, row) in counted.into_iter().filter_map(|record| Some((record, self.rows.get(record)?))) {
            let is_approved = row.state == State::Approved.word();
            for (own, holds) in forms.entry(&row.form).or_default().iter_mut().zip([true, is_approved, !is_approved, row.conflicts, row.warnings]) {
                own.extend(holds.then_some(record));
            }
        }
        let columns = [Column::new(s::form(lang), Kind::Text, 44)].into_iter();
        let counts = [s::records(lang), s::approved(lang), s::unapproved(lang), s::conflicted(lang), s::overridden(lang)];
        let mut row = |(form, own): (&str, [Vec<&String>; 5])| {
            let title = self.form_title(form, lang);
            let cells = [Cell::text(&title)].into_iter().chain(own.iter().map(|own| Cell::count(own.len())));
            let links = own.iter().zip(&counts).map(|(own, what)| behind.open((form, format!("/{what}")), format!("{title} · {what}"), own.iter().copied()));
            Row { cells: cells.collect(), links: [None].into_iter().chain(links).collect() }
        };
        let rows = forms.into_iter().map(&mut row).collect();
        Table {
            name: s::sources_sheet(lang),
            title: s::sources(lang),
            columns: columns.chain(counts.map(|heading| Column::summed(heading, 12))).collect(),
            rows,
            chart: None,
            appendix: false,
        }
    }

    fn due_table(&self, report: &Report, lang: Lang) -> Table {
        let columns = [(s::day(lang), Kind::Text, 16), (s::about(lang), Kind::Text, 60), (s::form(lang), Kind::Text, 44), (s::months_after(lang), Kind::Number(0), 12)];
        let about = |record: &str| self.rows.get(record).map_or_else(|| record.to_owned(), |row| row.summary.clone());
        let cells = |due: &crate::programme::due::Due| {
            vec![Cell::Day(due.day), Cell::text(about(&due.about)), Cell::text(self.form_title(&due.form, lang)), Cell::Number(f64::from(due.months))]
        };
        Table {
            name: s::due_sheet(lang),
            title: s::due(lang),
            columns: columns.into_iter().map(|(heading, kind, width)| Column::new(heading, kind, width)).collect(),
            rows: report.due.iter().map(|due| Row::new(cells(due))).collect(),
            chart: None,
            appendix: false,
        }
    }

    /// A table of the programme; each number opens to its records.
    fn table(&self, table: &programme::Table, behind: &mut Behind<'_>, lang: Lang) -> Table {
        let own = table.columns.iter().map(|column| {
            let (kind, width) = match column.kind {
                ColumnKind::Text => (Kind::Text, 24),
                ColumnKind::Number => (Kind::Number(2), 14),
                ColumnKind::Money => (Kind::Number(0), 16),
                ColumnKind::Percent => (Kind::Number(1), 10),
            };
            let summed = table.totals.iter().any(|total| *total != programme::Cell::Blank) && matches!(column.kind, ColumnKind::Number | ColumnKind::Money);
            Column { total: summed, ..Column::new(column.label.get(lang), kind, width) }
        });
        let columns = own.chain([Column::new(s::records(lang), Kind::Records, 9)]).collect();
        let mut rows = Vec::new();
        for (at, line) in table.lines.iter().enumerate() {
            let cells = line.cells.iter().map(|own| cell(own, lang)).chain([Cell::count(line.records.len())]);
            let title = |column: &str| format!("{} {}: {column}", table.id, table.title.get(lang));
            let of_cell = |(column, own): (usize, &programme::Column)| {
                let records = line.records_of(column)?;
                behind.open((&table.id, format!("/{}/{}", at + 1, own.name)), title(own.label.get(lang)), records)
            };
            let mut links: Vec<Option<usize>> = table.columns.iter().enumerate().map(of_cell).collect();
            links.push(behind.open((&table.id, format!("/{}", at + 1)), title(&s::records(lang)), &line.records));
            rows.push(Row { cells: cells.collect(), links });
        }
        Table { name: table.id.clone(), title: format!("{} {}", table.id, table.title.get(lang)), columns, rows, chart: None, appendix: false }
    }

    /// How each figure is counted, and what it rests on.
    fn grounds(&self, behind: &mut Behind<'_>, lang: Lang) -> Table {
        let number = |heading: String| Column::new(heading, Kind::Number(0), 11);
        let mut columns = vec![text_column(s::id(lang), 13), text_column(s::target(lang), 36), text_column(s::counted_by(lang), 48)];
        let counts = [s::unapproved(lang), s::conflicted(lang), s::overridden(lang), s::reference(lang), s::undetermined(lang), p::out_of_season(lang)];
        columns.push(Column::new(s::records(lang), Kind::Records, 9));
        columns.extend(counts.iter().cloned().map(number));
        columns.push(text_column(p::factors(lang), 10));
        let rows = self.report.figures.iter().map(|figure| self.grounds_row(figure, &counts, behind, lang)).collect();
        Table { name: s::grounds_sheet(lang), title: s::grounds(lang), columns, rows, chart: None, appendix: false }
    }

    fn grounds_row(&self, figure: &Figure, counts: &[String; 6], behind: &mut Behind<'_>, lang: Lang) -> Row {
        let target = &self.report.programme.targets[figure.target];
        let numbers =
            [figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len(), figure.out_of_season.len()];
        let texts = [target.id.as_str(), target.label.get(lang), target.counted_by.get(lang)].map(Cell::text);
        let cells = texts.into_iter().chain(numbers.map(Cell::count)).chain([Cell::text(figure.factor_versions.join(", "))]);
        let those = |fits: fn(&SourceRow) -> bool| figure.records.iter().filter(move |record| self.rows.get(*record).is_some_and(fits)).collect::<Vec<_>>();
        let own = [
            those(|row| row.state != State::Approved.word()),
            those(|row| row.conflicts),
            those(|row| row.warnings),
            figure.reference_records.iter().collect(),
            figure.undetermined.iter().collect(),
            figure.out_of_season.iter().collect(),
        ];
        let mut links = vec![None, None, None, Some(behind.open_figure(&target.id, target.label.get(lang), &figure.records))];
        links.extend(own.iter().zip(counts).map(|(own, what)| behind.open((&target.id, format!("/{what}")), format!("{} · {what}", target.label.get(lang)), own.iter().copied())));
        Row { cells: cells.collect(), links }
    }
}

/// A row whose third column is followed by a number and by how many records it rests on.
fn counted_row(texts: [Cell; 3], value: Option<f64>, records: usize, link: Option<usize>) -> Row {
    Row { cells: texts.into_iter().chain([Cell::number(value), Cell::count(records)]).collect(), links: vec![None, None, None, link, link] }
}

fn cell(cell: &programme::Cell, lang: Lang) -> Cell {
    match cell {
        programme::Cell::Blank => Cell::Blank,
        programme::Cell::Number(number) => Cell::number(Some(*number)),
        programme::Cell::Text(text) => date::parse_iso(text).map_or_else(|| Cell::text(text), Cell::Day),
        programme::Cell::Choice(_, label) => Cell::text(label.get(lang)),
        programme::Cell::Record(_, summary) => Cell::text(summary),
    }
}

fn text_column(heading: String, width: u16) -> Column {
    Column::new(heading, Kind::Text, width)
}

fn targets(report: &Report, behind: &mut Behind<'_>, lang: Lang) -> Table {
    let columns = vec![
        text_column(s::id(lang), 13),
        text_column(s::target(lang), 40),
        text_column(s::unit(lang), 11),
        text_column(s::comparison(lang), 8),
        Column::new(s::number(lang), Kind::Number(2), 10),
        Column::new(s::done(lang), Kind::Number(1), 10),
        Column::new(s::percent(lang), Kind::Share(DONE, NUMBER), 10),
        text_column(s::met_heading(lang), 10),
        text_column(s::also(lang), 30),
        Column::new(s::records(lang), Kind::Records, 9),
    ];
    let mut rows = Vec::new();
    for figure in &report.figures {
        let target = &report.programme.targets[figure.target];
        let link = behind.open_figure(&target.id, target.label.get(lang), &figure.records);
        let opens = |at: usize| matches!(at, DONE | SHARE | RECORDS);
        rows.push(Row { cells: target_cells(report, figure, lang), links: (0..=RECORDS).map(|at| opens(at).then_some(link)).collect() });
    }
    let chart = Some(Chart { title: s::percent_chart(lang), names: 1, values: SHARE, mark: 100.0 });
    Table { name: s::targets_sheet(lang), title: s::targets(lang), columns, rows, chart, appendix: false }
}

fn target_cells(report: &Report, figure: &Figure, lang: Lang) -> Vec<Cell> {
    let target = &report.programme.targets[figure.target];
    let met = figure.met.map(|met| if met { s::met(lang) } else { s::not_met(lang) });
    vec![
        Cell::text(&target.id),
        Cell::text(target.label.get(lang)),
        Cell::text(target.unit.get(lang)),
        Cell::text(if target.number.is_some() { target.op.shown().trim() } else { "" }),
        Cell::number(target.number),
        Cell::number(figure.done),
        Cell::number(figure.percent),
        Cell::text(met.unwrap_or_default()),
        Cell::text(Report::show_also(figure, lang)),
        Cell::count(figure.records.len()),
    ]
}

/// Plan and done of every year that has begun.
fn years(report: &Report, behind: &mut Behind<'_>, lang: Lang) -> Table {
    let number = |heading: String| Column::new(heading, Kind::Number(1), 12);
    let columns = vec![
        text_column(s::id(lang), 13),
        text_column(s::target(lang), 40),
        text_column(p::year(lang), 8),
        number(p::planned(lang)),
        number(s::done(lang)),
        Column::new(p::percent_of_plan(lang), Kind::Share(YEAR_DONE, YEAR_PLAN), 12),
    ];
    let mut rows = Vec::new();
    for figure in &report.figures {
        let target = &report.programme.targets[figure.target];
        for year in figure.years.iter().filter(|year| year.done.is_some() || year.plan.is_some()) {
            let percent = share(year.done, year.plan);
            let texts = [target.id.as_str(), target.label.get(lang), &year.year.to_string()].map(Cell::text);
            let title = |what: String| format!("{} · {what} {}", target.label.get(lang), year.year);
            let plan = behind.open((&target.id, format!(" {} {}", p::planned(lang), year.year)), title(p::planned(lang)), &year.plan_records);
            let done = behind.open((&target.id, format!(" {}", year.year)), title(s::done(lang)), &year.records);
            rows.push(Row { cells: texts.into_iter().chain([year.plan, year.done, percent].map(Cell::number)).collect(), links: vec![None, None, None, plan, done, done] });
        }
    }
    Table { name: p::years_sheet(lang), title: p::years(lang), columns, rows, chart: None, appendix: true }
}
