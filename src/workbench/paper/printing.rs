//! A report laid out for paper: whatever targets and tables it holds.

use crate::export::paper::{Cell, Chart, Column, Group, Kind, Listed, Paper, Row, Table};
use crate::locale::say::{self, output as s};
use crate::locale::{Lang, date, reading};
use crate::programme::figure::Figure;
use crate::record::history::State;
use crate::workbench::Desk;
use crate::workbench::reporting::Report;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the targets that their percentage is made of, and that their chart shows.
const NUMBER: usize = 4;
const DONE: usize = 5;
const SHARE: usize = 6;

impl Desk {
    /// Lays a report out.
    pub fn paper(&self, report: &Report, lang: Lang) -> Paper {
        let mut groups: Vec<Group> = report.figures.iter().map(|figure| self.group(report, figure, lang)).collect();
        let mut tables = vec![targets(report, lang), grounds(report, lang), self.sources(report, lang)];
        tables.extend((!report.due.is_empty()).then(|| self.due_table(report, lang)));
        if let Some(more) = report.to_json().get("tables").and_then(Json::as_object) {
            tables.extend(more.iter().filter_map(|(name, rows)| self.table(name, rows, &mut groups, lang)));
        }
        let period = say::screen::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to));
        let demo = report.demo.then(|| say::screen::demo_banner(lang));
        Paper { lang, title: report.programme.title.get(lang).to_owned(), lines: [period].into_iter().chain(demo).collect(), tables, groups }
    }

    fn group(&self, report: &Report, figure: &Figure, lang: Lang) -> Group {
        let target = &report.programme.targets[figure.target];
        let records = figure.records.iter().filter_map(|record| self.listed(record, lang)).collect();
        Group { key: target.id.clone(), title: target.label.get(lang).to_owned(), records }
    }

    fn listed(&self, record: &str, lang: Lang) -> Option<Listed> {
        let row = self.row(record)?;
        Some(Listed {
            record: row.record.clone(),
            form: self.form_title(&row.form, lang),
            day: date::parse_iso(&row.date),
            summary: row.summary.clone(),
            state: state(row.state, lang),
            person: row.person.clone(),
        })
    }

    fn form_title(&self, id: &str, lang: Lang) -> String {
        self.form(id).map_or_else(|_| id.to_owned(), |form| form.title.get(lang).to_owned())
    }

    /// The records behind all figures, each once, by form: these can be added up.
    fn sources(&self, report: &Report, lang: Lang) -> Table {
        let counted: BTreeSet<&String> = report.figures.iter().flat_map(|figure| &figure.records).collect();
        let mut forms: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
        for row in counted.into_iter().filter_map(|record| self.row(record)) {
            let counts = forms.entry(&row.form).or_default();
            let is_approved = row.state == State::Approved;
            for (count, holds) in counts.iter_mut().zip([true, is_approved, !is_approved, row.conflicts > 0, row.warnings > 0]) {
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
        }
    }

    fn due_table(&self, report: &Report, lang: Lang) -> Table {
        let columns = [(s::day(lang), Kind::Text, 16), (s::about(lang), Kind::Text, 60), (s::form(lang), Kind::Text, 44), (s::months_after(lang), Kind::Number(0), 12)];
        let about = |record: &str| self.row(record).map_or_else(|| record.to_owned(), |row| row.summary.clone());
        let cells = |due: &crate::programme::due::Due| {
            vec![Cell::Day(due.day), Cell::text(about(&due.about)), Cell::text(self.form_title(&due.form, lang)), Cell::Number(f64::from(due.months))]
        };
        Table {
            name: s::due_sheet(lang),
            title: s::due(lang),
            columns: columns.into_iter().map(|(heading, kind, width)| Column::new(heading, kind, width)).collect(),
            rows: report.due.iter().map(|due| Row { cells: cells(due), group: None }).collect(),
            chart: None,
        }
    }

    /// A table as `report --format json` gives it: rows by column name. A column `records` opens to them.
    fn table(&self, name: &str, rows: &Json, groups: &mut Vec<Group>, lang: Lang) -> Option<Table> {
        let rows: Vec<_> = rows.as_array()?.iter().filter_map(Json::as_object).collect();
        let keys: Vec<&String> = rows.first()?.keys().collect();
        let kind = |key: &String| match rows.iter().filter_map(|row| row.get(key)).find(|value| !value.is_null()) {
            Some(Json::Array(_)) => Kind::Records,
            Some(Json::Number(_)) => Kind::Number(2),
            _ => Kind::Text,
        };
        let kinds: Vec<Kind> = keys.iter().map(|key| kind(key)).collect();
        let columns = keys.iter().zip(&kinds).map(|(key, kind)| Column::new(key.as_str(), *kind, if *kind == Kind::Text { 24 } else { 14 })).collect();
        let laid: Vec<Row> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let records = keys.iter().zip(&kinds).find(|(_, kind)| **kind == Kind::Records).and_then(|(key, _)| row.get(*key)?.as_array());
                let group = records.map(|ids| {
                    let records = ids.iter().filter_map(|id| self.listed(id.as_str()?, lang)).collect();
                    groups.push(Group { key: format!("{name}/{}", at + 1), title: s::table_named(lang, name), records });
                    groups.len() - 1
                });
                Row { cells: keys.iter().map(|key| cell(row.get(*key), lang)).collect(), group }
            })
            .collect();
        Some(Table { name: name.to_owned(), title: s::table_named(lang, name), columns, rows: laid, chart: None })
    }
}

fn cell(value: Option<&Json>, lang: Lang) -> Cell {
    match value {
        Some(Json::Number(number)) => Cell::number(number.as_f64()),
        Some(Json::Array(items)) => Cell::count(items.len()),
        Some(Json::String(text)) => date::parse_iso(text).map_or_else(|| Cell::text(text), Cell::Day),
        Some(Json::Object(texts)) => Cell::text(texts.get(lang.code()).and_then(Json::as_str).unwrap_or_default()),
        Some(Json::Bool(holds)) => Cell::text(if *holds { s::met(lang) } else { s::not_met(lang) }),
        Some(Json::Null) | None => Cell::Blank,
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
        text_column(s::id(lang), 9),
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
    Table { name: s::targets_sheet(lang), title: s::targets(lang), columns, rows: rows(report, |figure| target_cells(report, figure, lang)), chart }
}

fn target_cells(report: &Report, figure: &Figure, lang: Lang) -> Vec<Cell> {
    let target = &report.programme.targets[figure.target];
    let met = figure.met.map(|met| if met { s::met(lang) } else { s::not_met(lang) });
    let also: Vec<String> = figure.also.iter().map(|(name, value)| format!("{}: {}", reading(name, lang), Report::show(*value, lang))).collect();
    vec![
        Cell::text(&target.id),
        Cell::text(target.label.get(lang)),
        Cell::text(target.unit.get(lang)),
        Cell::text(if target.number.is_some() { target.op.shown().trim() } else { "" }),
        Cell::number(target.number),
        Cell::number(figure.done),
        Cell::number(figure.percent),
        Cell::text(met.unwrap_or_default()),
        Cell::text(also.join("; ")),
        Cell::count(figure.records.len()),
    ]
}

/// How each figure is counted, and what it rests on.
fn grounds(report: &Report, lang: Lang) -> Table {
    let number = |heading: String| Column::new(heading, Kind::Number(0), 11);
    let mut columns = vec![text_column(s::id(lang), 9), text_column(s::target(lang), 36), text_column(s::counted_by(lang), 48)];
    columns.push(Column::new(s::records(lang), Kind::Records, 9));
    columns.extend([s::unapproved(lang), s::conflicted(lang), s::overridden(lang), s::reference(lang), s::undetermined(lang)].map(number));
    let cells = |figure: &Figure| {
        let target = &report.programme.targets[figure.target];
        let counts = [figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len()];
        let texts = [target.id.as_str(), target.label.get(lang), target.counted_by.get(lang)].map(Cell::text);
        texts.into_iter().chain(counts.map(Cell::count)).collect()
    };
    Table { name: s::grounds_sheet(lang), title: s::grounds(lang), columns, rows: rows(report, cells), chart: None }
}
