//! A report as a page: its tables, its bars, and below them the records behind each figure.

use super::page::{Align, Bars, Block, Grid, Page, Paragraph, Run, Slot};
use super::paper::{Cell, Group, Kind, Paper, Row, Table};
use crate::locale::Lang;
use crate::locale::say::output as s;

/// A page lists no more records of one figure than a browser shows at ease; the workbook lists all.
const MOST: usize = 2000;
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
    let groups = paper.groups.iter().enumerate().filter(|(_, group)| !group.records.is_empty());
    blocks.extend(groups.flat_map(|(at, group)| listed(group, name(at), paper.lang)));
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

/// The name of a group's heading: figures' ids may hold anything, so its place stands for it.
fn name(group: usize) -> String {
    format!("r{group}")
}

fn cells(row: &Row, table: &Table, paper: &Paper) -> Vec<Slot> {
    let slot = |(column, cell): (&super::paper::Column, &Cell)| {
        let has_records = row.group.filter(|group| column.kind == Kind::Records && paper.groups.get(*group).is_some_and(|group| !group.records.is_empty()));
        let link = has_records.map(name).unwrap_or_default();
        let text = cell.show(column.kind, paper.lang);
        let runs = if text.is_empty() { Vec::new() } else { vec![Run { link, ..Run::new(text) }] };
        Slot::new(Paragraph::of(runs).at(align(column.kind)))
    };
    table.columns.iter().zip(&row.cells).map(slot).collect()
}

fn listed(group: &Group, name: String, lang: Lang) -> Vec<Block> {
    let mut grid = Grid { cards: true, ..Grid::new(&[30, 26, 10, 50, 12, 22], SIZE) };
    grid.rows.push([s::record(lang), s::form(lang), s::day(lang), s::summary(lang), s::state(lang), s::person(lang)].map(Slot::head).into());
    for record in group.records.iter().take(MOST) {
        let day = record.day.map(crate::locale::date::show_date).unwrap_or_default();
        grid.rows.push([&record.record, &record.form, &day, &record.summary, &record.state, &record.person].map(Slot::text).into());
    }
    let more = group.records.len().checked_sub(MOST).filter(|more| *more > 0);
    let more = more.map(|more| Block::Text(Paragraph::italic(s::more_records(lang, more))));
    let heading = Block::Heading(3, format!("{} · {}", group.key, group.title), name);
    [heading, Block::Grid(grid)].into_iter().chain(more).collect()
}
