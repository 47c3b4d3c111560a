//! A report laid out for paper: whatever targets and tables it holds.

use crate::export::paper::{Cell, Chart, Column, Group, Kind, Listed, Paper, Row, Table};
use crate::locale::say::{self, output as s, programme as p};
use crate::locale::{Lang, date};
use crate::programme::figure::{Figure, share};
use crate::programme::table::{self as programme, ColumnKind};
use crate::record::history::State;
use crate::workbench::paper::printout::Printout;
use crate::workbench::reporting::Report;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the targets that their percentage is made of, and that their chart shows.
const NUMBER: usize = 4;
const DONE: usize = 5;
const SHARE: usize = 6;
/// The same of the table of years.
const YEAR_PLAN: usize = 3;
const YEAR_DONE: usize = 4;

impl Printout {
    /// Lays the report out.
    pub fn paper(&self, lang: Lang) -> Paper {
        let report = &self.report;
        let mut groups: Vec<Group> = report.figures.iter().map(|figure| self.group(report, figure, lang)).collect();
        let mut tables = vec![targets(report, lang)];
        tables.extend(self.parted(&mut groups, lang));
        tables.extend([self.readings(&mut groups, lang), years(report, lang), grounds(report, lang), self.sources(report, lang)]);
        tables.extend((!report.due.is_empty()).then(|| self.due_table(report, lang)));
        tables.extend(report.tables.iter().map(|table| self.table(table, &mut groups, lang)));
        let period = say::screen::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to));
        let demo = report.demo.then(|| say::screen::demo_banner(lang));
        let lines = [period].into_iter().chain(self.frozen_line(lang)).chain(demo).collect();
        Paper { lang, title: report.programme.title.get(lang).to_owned(), lines, tables, groups }
    }

    fn group(&self, report: &Report, figure: &Figure, lang: Lang) -> Group {
        let target = &report.programme.targets[figure.target];
        let records = figure.records.iter().filter_map(|record| self.listed(record, lang)).collect();
        Group { key: target.id.clone(), title: target.label.get(lang).to_owned(), records }
    }

    fn listed(&self, record: &str, lang: Lang) -> Option<Listed> {
        let row = self.rows.get(record)?;
        Some(Listed {
            record: record.to_owned(),
            form: self.form_title(&row.form, lang),
            day: date::parse_iso(&row.date),
            summary: row.summary.clone(),
            state: state(State::parse(&row.state).unwrap_or(State::Submitted), lang),
            person: row.person.clone(),
        })
    }

    /// The other readings of the targets, each with the records that it rests on.
    fn readings(&self, groups: &mut Vec<Group>, lang: Lang) -> Table {
        let mut columns = vec![text_column(s::id(lang), 13), text_column(s::target(lang), 40), text_column(p::reading(lang), 34)];
        columns.extend([Column::new(s::done(lang), Kind::Number(1), 12), Column::new(s::records(lang), Kind::Records, 9)]);
        let mut rows = Vec::new();
        for figure in &self.report.figures {
            let target = &self.report.programme.targets[figure.target];
            for also in &figure.also {
                let name = if also.label.is_empty() { crate::locale::reading(&also.name, lang) } else { also.label.get(lang).to_owned() };
                let group = self.opened(groups, format!("{}:{}", target.id, also.name), &name, &also.records, lang);
                let texts = [target.id.as_str(), target.label.get(lang), &name].map(Cell::text);
                rows.push(Row { cells: texts.into_iter().chain([Cell::number(also.value), Cell::count(also.records.len())]).collect(), group });
            }
        }
        Table { name: p::readings_sheet(lang), title: p::readings(lang), columns, rows, chart: None, appendix: true }
    }

    /// Each figure's parts by the dimension that was asked for.
    fn parted(&self, groups: &mut Vec<Group>, lang: Lang) -> Option<Table> {
        self.report.by.as_ref()?;
        let mut columns = vec![text_column(s::id(lang), 13), text_column(s::target(lang), 40), text_column(p::group(lang), 34)];
        columns.extend([Column::new(s::done(lang), Kind::Number(1), 12), Column::new(s::records(lang), Kind::Records, 9)]);
        let mut rows = Vec::new();
        for figure in &self.report.figures {
            let target = &self.report.programme.targets[figure.target];
            for part in &figure.groups {
                let name = if part.group.is_empty() { say::programme::no_group(lang) } else { part.label.get(lang).to_owned() };
                let group = self.opened(groups, format!("{}@{}", target.id, part.group), &name, &part.records, lang);
                let texts = [target.id.as_str(), target.label.get(lang), &name].map(Cell::text);
                rows.push(Row { cells: texts.into_iter().chain([Cell::number(part.done), Cell::count(part.records.len())]).collect(), group });
            }
        }
        let label = self.report.by_label.get(lang);
        Some(Table { name: p::parted_sheet(lang), title: p::parted(lang, label), columns, rows, chart: None, appendix: true })
    }

    /// A list of records that a number opens to.
    fn opened(&self, groups: &mut Vec<Group>, key: String, title: &str, records: &[String], lang: Lang) -> Option<usize> {
        groups.push(Group { key, title: title.to_owned(), records: records.iter().filter_map(|record| self.listed(record, lang)).collect() });
        Some(groups.len() - 1)
    }

    fn form_title(&self, id: &str, lang: Lang) -> String {
        self.titles.get(id).map_or_else(|| id.to_owned(), |title| title.get(lang).to_owned())
    }

    /// The records behind all figures, each once, by form: these can be added up.
    fn sources(&self, report: &Report, lang: Lang) -> Table {
        let counted: BTreeSet<&String> = report.figures.iter().flat_map(|figure| &figure.records).collect();
        let mut forms: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
        for row in counted.into_iter().filter_map(|record| self.rows.get(record)) {
            let counts = forms.entry(&row.form).or_default();
            let is_approved = row.state == State::Approved.word();
            for (count, holds) in counts.iter_mut().zip([true, is_approved, !is_approved, row.conflicts, row.warnings]) {
                *count += usize::from(holds);
            }
        }
        let columns = [Column::new(s::form(lang), Kind::Text, 44)].into_iter();
        let counts = [s::records(lang), s::approved(lang), s::unapproved(lang), s::conflicted(lang), s::overridden(lang)];
        let row = |(form, counts): (&str, [usize; 5])| Row { cells: [Cell::text(self.form_title(form, lang))].into_iter().chain(counts.map(Cell::count)).collect(), group: None };
        Table {
            name: s::sources_sheet(lang),
            title: s::sources(lang),
            columns: columns.chain(counts.map(|heading| Column::summed(heading, 12))).collect(),
            rows: forms.into_iter().map(row).collect(),
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
            rows: report.due.iter().map(|due| Row { cells: cells(due), group: None }).collect(),
            chart: None,
            appendix: false,
        }
    }

    /// A table of the programme; each line opens to its records.
    fn table(&self, table: &programme::Table, groups: &mut Vec<Group>, lang: Lang) -> Table {
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
            let records = line.records.iter().filter_map(|record| self.listed(record, lang)).collect();
            groups.push(Group { key: format!("{}/{}", table.id, at + 1), title: table.title.get(lang).to_owned(), records });
            let cells = line.cells.iter().map(|own| cell(own, lang)).chain([Cell::count(line.records.len())]);
            rows.push(Row { cells: cells.collect(), group: Some(groups.len() - 1) });
        }
        Table { name: table.id.clone(), title: format!("{} {}", table.id, table.title.get(lang)), columns, rows, chart: None, appendix: false }
    }
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

/// A state as people read it.
fn state(state: State, lang: Lang) -> String {
    use say::screen as w;
    match state {
        State::Draft => w::state_draft(lang),
        State::Submitted => w::state_submitted(lang),
        State::Approved => w::state_approved(lang),
        State::Returned => w::state_returned(lang),
        State::Void => w::state_void(lang),
    }
}

fn text_column(heading: String, width: u16) -> Column {
    Column::new(heading, Kind::Text, width)
}

fn rows(report: &Report, cells: impl Fn(&Figure) -> Vec<Cell>) -> Vec<Row> {
    report.figures.iter().enumerate().map(|(at, figure)| Row { cells: cells(figure), group: Some(at) }).collect()
}

fn targets(report: &Report, lang: Lang) -> Table {
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
    let chart = Some(Chart { title: s::percent_chart(lang), names: 1, values: SHARE, mark: 100.0 });
    Table { name: s::targets_sheet(lang), title: s::targets(lang), columns, rows: rows(report, |figure| target_cells(report, figure, lang)), chart, appendix: false }
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
fn years(report: &Report, lang: Lang) -> Table {
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
            rows.push(Row { cells: texts.into_iter().chain([year.plan, year.done, percent].map(Cell::number)).collect(), group: None });
        }
    }
    Table { name: p::years_sheet(lang), title: p::years(lang), columns, rows, chart: None, appendix: true }
}

/// How each figure is counted, and what it rests on.
fn grounds(report: &Report, lang: Lang) -> Table {
    let number = |heading: String| Column::new(heading, Kind::Number(0), 11);
    let mut columns = vec![text_column(s::id(lang), 13), text_column(s::target(lang), 36), text_column(s::counted_by(lang), 48)];
    columns.push(Column::new(s::records(lang), Kind::Records, 9));
    columns.extend([s::unapproved(lang), s::conflicted(lang), s::overridden(lang), s::reference(lang), s::undetermined(lang), p::out_of_season(lang)].map(number));
    columns.push(text_column(p::factors(lang), 10));
    let cells = |figure: &Figure| {
        let target = &report.programme.targets[figure.target];
        let counts =
            [figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len(), figure.out_of_season.len()];
        let texts = [target.id.as_str(), target.label.get(lang), target.counted_by.get(lang)].map(Cell::text);
        texts.into_iter().chain(counts.map(Cell::count)).chain([Cell::text(figure.factor_versions.join(", "))]).collect()
    };
    Table { name: s::grounds_sheet(lang), title: s::grounds(lang), columns, rows: rows(report, cells), chart: None, appendix: false }
}
