//! A report as a workbook for the office: true numbers and dates, formulas where a number follows from others, a chart, ready
//! to print. Every number leads to its lines on the last sheet, which lists the records.

use super::Problem;
use super::paper::{Cell, Chart, Group, Kind, Paper, Row, Table};
use super::xlsx::{excel_day, sheet_name};
use crate::locale::say::output as s;
use crate::locale::{Lang, number};
use rust_xlsxwriter::{
    Chart as Drawing, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Url, Workbook, Worksheet, utility::row_col_to_cell,
};

/// Columns of the sheet of records, in characters.
const WIDTHS: [f64; 7] = [10.0, 38.0, 34.0, 12.0, 60.0, 14.0, 28.0];
/// A4.
const PAPER: u8 = 9;
/// A sheet has no more lines.
const LINES: u32 = 1_048_576;
/// Rows of the chart's height, and its width in pixels.
const CHART: (u32, u32) = (18, 900);
/// The height of a line of text, in points, and the most lines a row shows.
const LINE: f64 = 15.0;
const MOST_LINES: usize = 20;
const BLUE: u32 = 0x2F_66_90;
const LINK: u32 = 0x0B_4F_8A;

struct Formats {
    title: Format,
    line: Format,
    head: Format,
    text: Format,
    day: Format,
    link: Format,
}

/// What a number that leads elsewhere looks like.
fn linked(format: Format) -> Format {
    format.set_font_color(Color::RGB(LINK)).set_underline(rust_xlsxwriter::FormatUnderline::Single)
}

impl Formats {
    fn new() -> Self {
        let cell = || Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top).set_text_wrap();
        Self {
            title: Format::new().set_bold().set_font_size(14),
            line: Format::new().set_italic(),
            head: cell().set_bold().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_background_color(Color::RGB(0xEE_F2_F6)),
            text: cell().set_indent(1),
            day: cell().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Right),
            link: linked(cell().set_num_format("#,##0").set_align(FormatAlign::Right)),
        }
    }

    /// Whole numbers whole, others with as many decimals as the column shows.
    fn number(&self, kind: Kind, number: f64) -> Format {
        let format = if kind.places() == 0 || number.fract() == 0.0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(kind.places())) };
        self.text.clone().set_align(FormatAlign::Right).set_num_format(format)
    }
}

/// Where the lines of each group begin on the sheet of records.
struct Places {
    sheet: String,
    first: Vec<Option<u32>>,
}

/// The report as a file. The same report gives the same bytes.
///
/// # Errors
/// A workbook cannot hold it.
pub fn bytes(paper: &Paper) -> Result<Vec<u8>, Problem> {
    let mut book = Workbook::new();
    // Any fixed moment: the time of writing would make other bytes each time.
    book.set_properties(&DocProperties::new().set_title(&paper.title).set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let formats = Formats::new();
    let mut names: Vec<String> = Vec::new();
    for name in paper.tables.iter().map(|table| table.name.clone()).chain([s::records_sheet(paper.lang)]) {
        names.push(sheet_name(&name, &names));
    }
    let places = Places { sheet: names.last().cloned().unwrap_or_default(), first: first_lines(&paper.groups) };
    for (table, name) in paper.tables.iter().zip(&names) {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        write_table(sheet, paper, table, (name, &places), &formats)?;
    }
    write_records(book.add_worksheet().set_name(&places.sheet)?, paper, &places, &formats)?;
    Ok(book.save_to_buffer()?)
}

/// The header stands in the first line; an empty list leads to it. Lists that the sheet has no room for any more are left out, the first come first: their
/// numbers lead nowhere.
fn first_lines(groups: &[Group]) -> Vec<Option<u32>> {
    let mut next = 1u32;
    let place = |group: &Group| {
        if group.records.is_empty() {
            return Some(0);
        }
        let end = u32::try_from(group.records.len()).ok().and_then(|count| next.checked_add(count)).filter(|end| *end < LINES)?;
        Some(std::mem::replace(&mut next, end))
    };
    groups.iter().map(place).collect()
}

fn set_up(sheet: &mut Worksheet, paper: &Paper) {
    sheet.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    // In headers & begins a code: && is the sign itself.
    sheet.set_header(format!("&L{}", paper.title.replace('&', "&&"))).set_footer(format!("&R{}", s::page_of(paper.lang, "&P", "&N")));
}

fn write_table(sheet: &mut Worksheet, paper: &Paper, table: &Table, (name, places): (&str, &Places), formats: &Formats) -> Result<(), Problem> {
    set_up(sheet, paper);
    sheet.write_string_with_format(0, 0, &paper.title, &formats.title)?;
    let lines = paper.lines.iter().chain([&table.title]);
    let mut line = 1;
    for text in lines {
        sheet.write_string_with_format(line, 0, text, &formats.line)?;
        line += 1;
    }
    let head = line + 1;
    for (at, column) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(head, at, &column.heading, &formats.head)?;
        sheet.set_column_width(at, column.width)?;
    }
    sheet.set_row_height(head, 2.0 * LINE)?;
    let rows = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    for (at, row) in (head + 1..).zip(&table.rows) {
        write_row(sheet, table, row, (at, paper, places), formats)?;
        sheet.set_row_height(at, height(table, row, paper.lang))?;
    }
    let mut last = head + rows;
    if let Some(totals) = table.totals() {
        last += 1;
        write_totals(sheet, table, &totals, (head + 1, last), (paper.lang, formats))?;
    }
    let columns = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.set_freeze_panes(head + 1, 2)?.set_repeat_rows(head, head)?;
    if let Some(chart) = table.chart.as_ref().filter(|_| rows > 0) {
        let drawing = draw(chart, name, (head + 1, head + rows));
        sheet.insert_chart(last + 2, 0, &drawing)?;
        last += 2 + CHART.0 + rows;
    }
    sheet.set_print_area(0, 0, last, columns)?;
    Ok(())
}

/// Not every program makes rows as high as their wrapped text when it opens a file.
fn height(table: &Table, row: &Row, lang: Lang) -> f64 {
    let lines = table.columns.iter().zip(&row.cells).map(|(column, cell)| (cell.show(column.kind, lang).chars().count() + 1).div_ceil(usize::from(column.width.max(1))));
    lines.max().unwrap_or(1).clamp(1, MOST_LINES) as f64 * LINE
}

fn write_row(sheet: &mut Worksheet, table: &Table, row: &Row, (line, paper, places): (u32, &Paper, &Places), formats: &Formats) -> Result<(), Problem> {
    for ((at, column), cell) in (0u16..).zip(&table.columns).zip(&row.cells) {
        let group = row.link(usize::from(at)).and_then(|group| Some((paper.groups.get(group)?, (*places.first.get(group)?)?)));
        if let (Cell::Number(count), Kind::Records, Some((group, first))) = (cell, column.kind, group) {
            write_count(sheet, (line, at), (group, first, *count), (places, formats))?;
            continue;
        }
        let group = group.filter(|(group, _)| !group.records.is_empty());
        if let (Some((_, first)), Cell::Number(_)) = (group, cell) {
            write_link(sheet, (line, at), first, (places, cell.show(column.kind, paper.lang)))?;
        }
        let number = |number: f64| {
            let format = formats.number(column.kind, number);
            if group.is_some() { linked(format) } else { format }
        };
        match (cell, column.kind) {
            (Cell::Number(share), Kind::Share(of, by)) => {
                let of = row_col_to_cell(line, u16::try_from(of).unwrap_or(0));
                let by = row_col_to_cell(line, u16::try_from(by).unwrap_or(0));
                let formula = Formula::new(format!("=IF(N({by})=0,\"\",{of}/{by}*100)")).set_result(share.to_string());
                sheet.write_formula_with_format(line, at, formula, &number(*share))?;
            }
            (Cell::Number(own), _) => drop(sheet.write_number_with_format(line, at, *own, &number(*own))?),
            (Cell::Day(day), _) => match excel_day(*day) {
                Some(day) => drop(sheet.write_datetime_with_format(line, at, &day, &formats.day)?),
                None => drop(sheet.write_string_with_format(line, at, cell.show(Kind::Text, paper.lang), &formats.text)?),
            },
            (Cell::Text(text), _) => drop(sheet.write_string_with_format(line, at, text, &formats.text)?),
            (Cell::Blank, _) => drop(sheet.write_blank(line, at, &formats.text)?),
        }
    }
    Ok(())
}

/// A link to the first line of a list of records; what stands in the cell is written over it.
fn write_link(sheet: &mut Worksheet, (line, at): (u32, u16), first: u32, (places, shown): (&Places, String)) -> Result<(), Problem> {
    let target = format!("internal:'{}'!A{}", places.sheet, first + 1);
    sheet.write_url_with_text(line, at, Url::new(target), shown)?;
    Ok(())
}

/// How many records: counted by the workbook itself on the sheet that lists them, and a link to the first of them.
fn write_count(sheet: &mut Worksheet, (line, at): (u32, u16), (group, first, count): (&Group, u32, f64), (places, formats): (&Places, &Formats)) -> Result<(), Problem> {
    write_link(sheet, (line, at), first, (places, number::format_f64(count, 0, Lang::Vi)))?;
    let key = group.key.replace('"', "\"\"");
    let formula = Formula::new(format!("=COUNTIF('{}'!$A:$A,\"{key}\")", places.sheet)).set_result(count.to_string());
    sheet.write_formula_with_format(line, at, formula, &formats.link)?;
    Ok(())
}

fn write_totals(sheet: &mut Worksheet, table: &Table, totals: &[Cell], (first, line): (u32, u32), (lang, formats): (Lang, &Formats)) -> Result<(), Problem> {
    let bold = formats.text.clone().set_bold();
    for ((at, column), cell) in (0u16..).zip(&table.columns).zip(totals) {
        match cell.to_number() {
            Some(sum) => {
                let formula = format!("=SUM({}:{})", row_col_to_cell(first, at), row_col_to_cell(line - 1, at));
                sheet.write_formula_with_format(line, at, Formula::new(formula).set_result(sum.to_string()), &formats.number(column.kind, sum).set_bold())?;
            }
            None => drop(sheet.write_string_with_format(line, at, if at == 0 { s::total(lang) } else { String::new() }, &bold)?),
        }
    }
    Ok(())
}

/// Bars in the order of the rows, the first on top.
fn draw(chart: &Chart, sheet: &str, (first, last): (u32, u32)) -> Drawing {
    let column = |at: usize| u16::try_from(at).unwrap_or(0);
    let mut drawing = Drawing::new(ChartType::Bar);
    let series = drawing.add_series();
    series.set_categories((sheet, first, column(chart.names), last, column(chart.names)));
    series.set_values((sheet, first, column(chart.values), last, column(chart.values)));
    series.set_gap(60);
    series.set_format(rust_xlsxwriter::ChartFormat::new().set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(Color::RGB(BLUE))));
    drawing.title().set_name(&chart.title);
    drawing.legend().set_hidden();
    drawing.y_axis().set_reverse();
    drawing.x_axis().set_min(0);
    let rows = last - first + 1;
    drawing.set_width(CHART.1).set_height(20 * (CHART.0 / 3 + rows));
    drawing
}

fn write_records(sheet: &mut Worksheet, paper: &Paper, places: &Places, formats: &Formats) -> Result<(), Problem> {
    set_up(sheet, paper);
    let l = paper.lang;
    let head = [s::figure(l), s::record(l), s::form(l), s::day(l), s::summary(l), s::state(l), s::person(l)];
    for ((at, text), width) in (0u16..).zip(&head).zip(WIDTHS) {
        sheet.write_string_with_format(0, at, text, &formats.head)?.set_column_width(at, width)?;
    }
    let mut line = 0;
    let groups = paper.groups.iter().zip(&places.first).filter(|(_, first)| first.is_some());
    let lines = groups.flat_map(|(group, _)| group.records.iter().filter_map(move |record| Some((group, paper.records.get(*record)?))));
    for (group, listed) in lines {
        line += 1;
        for (at, text) in [(0, &group.key), (1, &listed.record), (2, &listed.form), (4, &listed.summary), (5, &listed.state), (6, &listed.person)] {
            sheet.write_string_with_format(line, at, text, &formats.text)?;
        }
        match listed.day.and_then(excel_day) {
            Some(day) => drop(sheet.write_datetime_with_format(line, 3, &day, &formats.day)?),
            None => drop(sheet.write_blank(line, 3, &formats.day)?),
        }
    }
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.autofilter(0, 0, line, 6)?;
    sheet.set_print_area(0, 0, line, 6)?;
    Ok(())
}
