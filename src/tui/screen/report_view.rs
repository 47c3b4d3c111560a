//! How the report is drawn: figures with their groups, tables, the records behind a number.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::shorten;
use super::super::theme;
use super::super::words;
use super::report::{InTable, Line, Picking, ReportScreen};
use super::report_behind::{self, Inside};
use crate::locale::{Lang, date, number, say::looking as l, say::opening as o, say::screen as s};
use crate::programme::table::{Cell, ColumnKind, Table};
use crate::workbench::reporting::Report;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// A column of a table is at most this wide.
const WIDEST: usize = 30;

impl ReportScreen {
    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let Some(report) = &self.report else {
            return draw::line(frame, area, 0, &s::counting(lang), theme::faint());
        };
        let period = s::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to));
        draw::heading(frame, area, 0, &format!("◂ {} ▸ {}", report.period.label, report.programme.title.get(lang)));
        let by = report.by.as_ref().map_or_else(String::new, |by| format!(" · {}", l::parted_by(lang, dimension(by, lang))));
        draw::line(frame, area, 1, &format!("{period}{by}"), theme::faint());
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        match (&self.inside, self.table) {
            (Some(inside), _) => view_records(inside, shared, frame, body),
            (None, Some(place)) => view_table(report, place, lang, frame, body),
            (None, None) => self.view_figures(report, shared, frame, body),
        }
        match &self.picking {
            Some(Picking::Period(at, field)) => {
                let periods = self.periods();
                let inside = draw::popup(frame, 50, periods.len() as u16 + 4, &l::pick_period(lang));
                draw::line(frame, inside, 0, &format!("{} {}", l::or_type_period(lang), field.text()), theme::field());
                let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
                draw::list(frame, list, periods.len(), *at, |at| periods[at].clone().unwrap_or_else(|| l::whole_programme(lang)));
            }
            Some(Picking::By(at)) => {
                let names = self.dimensions();
                let inside = draw::popup(frame, 50, names.len() as u16 + 2, &l::pick_by(lang));
                draw::list(frame, inside, names.len(), *at, |at| names[at].as_ref().map_or_else(|| l::not_parted(lang), |name| dimension(name, lang)));
            }
            None => {}
        }
        if let Some(ask) = self.asking() {
            ask.view(frame);
        }
    }

    fn view_figures(&self, report: &Report, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let lines = self.lines();
        let body = Rect { height: area.height.saturating_sub(5), ..area };
        let width = area.width as usize;
        draw::list(frame, body, lines.len(), self.selected, |at| match lines[at] {
            Line::Figure(figure) => figure_line(report, figure, width, lang),
            Line::Group(figure, group) => {
                let group = &report.figures[figure].groups[group];
                let label = if group.group.is_empty() { crate::locale::say::programme::no_group(lang) } else { group.label.get(lang).to_owned() };
                let done = format!("{:>9}", Report::show(group.done, lang));
                draw::columns(&[("", 7), (&format!("  {label}"), width.saturating_sub(39)), (&done, 9), (&l::records(lang, group.records.len()), 19)])
            }
        });
        let Some(Line::Figure(at) | Line::Group(at, _)) = lines.get(self.selected).copied() else { return };
        view_detail(report, at, lang, frame, Rect { y: area.y + area.height.saturating_sub(5), height: 5, ..area });
    }
}

/// A dimension's name as people say it.
fn dimension(name: &str, lang: Lang) -> String {
    match name {
        "commune" => l::by_commune(lang),
        "activity" => l::by_activity(lang),
        "industry" => l::by_industry(lang),
        "year" => l::by_year(lang),
        "collaborator" => l::by_collaborator(lang),
        other => other.to_owned(),
    }
}

fn figure_line(report: &Report, at: usize, width: usize, lang: Lang) -> String {
    let figure = &report.figures[at];
    let target = &report.programme.targets[figure.target];
    let number = target.number.map_or_else(String::new, |n| format!("/ {}{}", target.op.shown(), Report::show(Some(n), lang)));
    let met = match figure.met {
        Some(true) => s::met(lang),
        Some(false) => s::not_met(lang),
        None => "–".to_owned(),
    };
    let done = format!("{:>9}", Report::show(figure.done, lang));
    // A narrow window leaves the unit to the detail below.
    let unit = if width < 78 { 0 } else { 14 };
    draw::columns(&[(&target.id, 7), (target.label.get(lang), width.saturating_sub(39 + unit)), (&done, 9), (&number, 9), (&met, 9), (target.unit.get(lang), unit)])
}

fn view_detail(report: &Report, at: usize, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
    let Some(figure) = report.figures.get(at) else { return };
    let target = &report.programme.targets[figure.target];
    let lineage = s::lineage(lang, figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len());
    let lines = [format!("{} ({})", target.counted_by.get(lang), target.unit.get(lang)), Report::show_also(figure, lang), lineage];
    let text: Vec<String> = lines.into_iter().filter(|l| !l.is_empty()).collect();
    draw::text(frame, area, &text.join("\n"));
}

fn view_records(inside: &Inside, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let lang = shared.lang;
    let title = inside.numbers.get(inside.number).map_or("", |number| &number.title);
    draw::line(frame, area, 0, &shorten(title, area.width as usize), theme::strong());
    let records = inside.records();
    let rows: Vec<_> = records.iter().filter_map(|record| shared.rows.get(record)).collect();
    let count = |fits: &dyn Fn(&crate::store::IndexRow) -> bool| rows.iter().filter(|row| fits(row)).count();
    let unapproved = count(&|row| row.state != crate::record::history::State::Approved);
    let rests = l::rests_on(lang, l::records(lang, records.len()), unapproved, count(&|row| row.conflicts > 0), count(&|row| row.warnings > 0));
    let others = if inside.numbers.len() > 1 { format!("{} · ", o::of_numbers(lang, inside.number + 1, inside.numbers.len())) } else { String::new() };
    draw::line(frame, area, 1, &format!("{others}{rests}"), theme::faint());
    let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    if records.is_empty() {
        draw::line(frame, body, 0, &s::no_figures(lang), theme::faint());
    }
    draw::list(frame, body, records.len(), inside.at, |at| {
        let Some(row) = shared.rows.get(&records[at]) else { return records[at].clone() };
        format!("{} {} {}", draw::pad(&date::show(&row.date), 10), draw::pad(&words::state(row.state, lang), 9), shared.about(row))
    });
}

/// A cell as people read it.
pub(super) fn cell(cell: &Cell, kind: ColumnKind, lang: Lang) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Number(value) => number::format_f64(*value, if kind == ColumnKind::Money { 0 } else { 1 }, lang),
        Cell::Text(text) => date::show(text),
        Cell::Choice(_, label) => label.get(lang).to_owned(),
        Cell::Record(_, summary) => summary.clone(),
    }
}

fn view_table(report: &Report, place: InTable, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
    let Some(table) = report.tables.get(place.at) else {
        return draw::line(frame, area, 0, &l::no_tables(lang), theme::faint());
    };
    draw::line(frame, area, 0, &format!("{} {} ({}/{})", table.id, table.title.get(lang), place.at + 1, report.tables.len()), theme::strong());
    let rows = rows(table, lang);
    let heading: Vec<String> = table.columns.iter().map(|column| column.label.get(lang).replace('\n', " ")).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].width()).chain([heading[at].width().min(18)]).max().unwrap_or(0).clamp(3, WIDEST);
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    // The first column stays in sight while the others scroll under it.
    let shown = in_sight(&widths, place.column, area.width as usize);
    let line = |cells: &[String]| {
        let cells = shown.iter().map(|at| {
            let text = shorten(&cells[*at], widths[*at]);
            let room = " ".repeat(widths[*at].saturating_sub(text.width()));
            if table.columns[*at].kind == ColumnKind::Text { text + &room } else { room + &text }
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    draw::line(frame, area, 1, &line(&heading), theme::title());
    let has_totals = table.totals.iter().any(|cell| *cell != Cell::Blank);
    let body = Rect { y: area.y + 2, height: area.height.saturating_sub(if has_totals { 4 } else { 3 }), ..area };
    if table.lines.is_empty() {
        draw::line(frame, body, 0, &s::no_figures(lang), theme::faint());
    }
    draw::list(frame, body, table.lines.len(), place.line, |at| line(&rows[at]));
    if has_totals {
        draw::line(frame, area, area.height - 2, &line(&rows[table.lines.len()]), theme::title());
    }
    let at = report_behind::column(place, table.columns.len());
    let line = table.lines.get(place.line);
    // A number has records of its own; a text only those of its line.
    let own = line.and_then(|line| line.records_of(at));
    let count = own.or(line.map(|line| &line.records)).map_or(0, std::collections::BTreeSet::len);
    let column = own.and(table.columns.get(at)).map_or_else(String::new, |column| format!("{} · ", o::column(lang, column.label.get(lang).replace('\n', " "))));
    let more = if shown.last().is_some_and(|last| last + 1 < table.columns.len()) { l::more_columns(lang) } else { String::new() };
    draw::line(frame, area, area.height - 1, &format!("{column}{} {more}", l::records(lang, count)), Style::default());
}

/// The columns that stand whole in a width: the first, and as many as fit of those from another on. Half a number would be read
/// as another number.
fn in_sight(widths: &[usize], from: usize, room: usize) -> Vec<usize> {
    let first = widths.first().copied().unwrap_or(0);
    let mut used = first;
    let others = (1 + from..widths.len()).take_while(|at| {
        used += 2 + widths[*at];
        used <= room || *at == 1 + from
    });
    std::iter::once(0).filter(|_| !widths.is_empty()).chain(others).collect()
}

/// The cells of all lines, then of the totals where there are any.
fn rows(table: &Table, lang: Lang) -> Vec<Vec<String>> {
    let texts = |cells: &[Cell]| table.columns.iter().zip(cells).map(|(column, c)| cell(c, column.kind, lang).replace('\n', " ")).collect::<Vec<_>>();
    let mut rows: Vec<Vec<String>> = table.lines.iter().map(|line| texts(&line.cells)).collect();
    if table.totals.iter().any(|cell| *cell != Cell::Blank) {
        let mut totals = texts(&table.totals);
        totals[0] = crate::locale::say::programme::total(lang);
        rows.push(totals);
    }
    rows
}
