//! A report as a page: its tables, its bars, and below them what its numbers open to: lists of records by their numbers, and
//! the records themselves, each once.

use super::page::{Align, Bars, Block, Grid, Page, Paragraph, Run, Slot};
use super::paper::{Cell, Group, Kind, Listed, Paper, Row, Table};
use crate::locale::say::{opening, output as s};
use crate::locale::{Lang, number};
use std::collections::BTreeSet;

/// A page lists no more records of one number, and no more in all, than a browser shows at ease; the workbook lists all.
const MOST: usize = 2000;
const MOST_IN_ALL: usize = 20_000;
/// The size of a wide table's text, in points.
const SIZE: u8 = 9;

/// The report as a page to be read on a screen and printed.
pub fn page(paper: &Paper) -> Page {
    let mut blocks = vec![Block::Heading(1, paper.title.clone(), String::new())];
    blocks.extend(paper.lines.iter().map(|line| Block::Text(Paragraph::italic(line).at(Align::Centre))));
    for table in &paper.tables {
        blocks.push(Block::Heading(2, table.title.clone(), String::new()));
        blocks.push(Block::Grid(grid(table, paper)));
        blocks.extend(bars(table).map(Block::Bars));
    }
    blocks.push(Block::Heading(2, s::records_behind(paper.lang), "records".to_owned()));
    let shown: BTreeSet<usize> = paper.groups.iter().flat_map(|group| group.records.iter().take(MOST)).copied().collect();
    let shown: BTreeSet<usize> = shown.into_iter().take(MOST_IN_ALL).collect();
    // One record needs no list: the number leads to it straight.
    let groups = paper.groups.iter().enumerate().filter(|(_, group)| group.records.len() > 1);
    blocks.extend(groups.flat_map(|(at, group)| list(group, list_name(at), &shown, paper.lang)));
    blocks.push(Block::Heading(3, opening::records_listed(paper.lang), String::new()));
    blocks.push(Block::Grid(records(paper, &shown)));
    Page { lang: paper.lang, title: paper.title.clone(), landscape: true, blocks }
}

/// A table of the report.
pub fn grid(table: &Table, paper: &Paper) -> Grid {
    let widths: Vec<u16> = table.columns.iter().map(|column| column.width).collect();
    let mut grid = Grid { cards: true, ..Grid::new(&widths, SIZE) };
    grid.rows.push(table.columns.iter().map(|column| Slot::head(&column.heading)).collect());
    grid.rows.extend(table.rows.iter().map(|row| cells(row, table, paper)));
    if let Some(totals) = table.totals() {
        let bold = |(at, cell): (usize, &Cell)| {
            let text = if at == 0 { s::total(paper.lang) } else { cell.show(table.columns[at].kind, paper.lang) };
            Slot::new(Paragraph::bold(text).at(align(table.columns[at].kind)))
        };
        grid.rows.push(totals.iter().enumerate().map(bold).collect());
    }
    grid
}

/// The bars of a table.
pub fn bars(table: &Table) -> Option<Bars> {
    let bars = table.bars();
    table.chart.as_ref().filter(|_| !bars.is_empty()).map(|chart| Bars { title: chart.title.clone(), mark: chart.mark, bars })
}

fn align(kind: Kind) -> Align {
    if kind.is_number() { Align::Right } else { Align::Left }
}

/// The name of a list's heading: numbers' keys may hold anything, so its place stands for it.
fn list_name(group: usize) -> String {
    format!("r{group}")
}

/// The name of a record's line.
fn record_name(record: usize) -> String {
    format!("n{}", record + 1)
}

/// Where a number leads.
fn target(group: Option<usize>, paper: &Paper) -> String {
    match group.and_then(|at| Some((at, paper.groups.get(at)?.records.as_slice()))) {
        Some((_, [one])) => record_name(*one),
        Some((at, [_, ..])) => list_name(at),
        _ => String::new(),
    }
}

fn cells(row: &Row, table: &Table, paper: &Paper) -> Vec<Slot> {
    let slot = |(at, (column, cell)): (usize, (&super::paper::Column, &Cell))| {
        let text = cell.show(column.kind, paper.lang);
        let runs = if text.is_empty() { Vec::new() } else { vec![Run { link: target(row.link(at), paper), ..Run::new(text) }] };
        Slot::new(Paragraph::of(runs).at(align(column.kind)))
    };
    table.columns.iter().zip(&row.cells).enumerate().map(slot).collect()
}

/// The numbers of a list's records; each leads to its line.
fn list(group: &Group, name: String, shown: &BTreeSet<usize>, lang: Lang) -> Vec<Block> {
    let own: Vec<usize> = group.records.iter().copied().take(MOST).filter(|record| shown.contains(record)).collect();
    let mut runs = Vec::with_capacity(own.len() * 2);
    for record in &own {
        runs.push(Run { link: record_name(*record), ..Run::new((record + 1).to_string()) });
        runs.push(Run::new(" "));
    }
    let more = group.records.len().checked_sub(own.len()).filter(|more| *more > 0);
    let more = more.map(|more| Block::Text(Paragraph::italic(s::more_records(lang, more))));
    let count = number::format_f64(group.records.len() as f64, 0, lang);
    let heading = Block::Heading(3, format!("{} · {} ({count})", group.key, group.title), name);
    [heading, Block::Text(Paragraph::of(runs))].into_iter().chain(more).collect()
}

/// The records, each once.
fn records(paper: &Paper, shown: &BTreeSet<usize>) -> Grid {
    let l = paper.lang;
    let mut grid = Grid { cards: true, ..Grid::new(&[7, 30, 26, 10, 50, 12, 22], SIZE) };
    grid.rows.push([opening::number(l), s::record(l), s::form(l), s::day(l), s::summary(l), s::state(l), s::person(l)].map(Slot::head).into());
    grid.names.push(String::new());
    for (at, record) in shown.iter().filter_map(|at| Some((*at, paper.records.get(*at)?))) {
        let Listed { record, form, day, summary, state, person } = record;
        let day = day.map(crate::locale::date::show_date).unwrap_or_default();
        let place = (at + 1).to_string();
        grid.rows.push([&place, record, form, &day, summary, state, person].map(Slot::text).into());
        grid.names.push(record_name(at));
    }
    grid
}
