//! `report`.

use super::{Context, option, say_out};
use crate::error::{Exit, Failure};
use crate::export::Problem;
use crate::locale::{Lang, Text, date, number, say};
use crate::programme::figure::Figure;
use crate::programme::table::{Cell, ColumnKind, Table};
use crate::workbench::Desk;
use crate::workbench::paper::files::not_written;
use crate::workbench::paper::printout::Printout;
use crate::workbench::reporting::Report;
use clap::{ArgAction, ArgMatches, Command};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Formats that are files, never text for a terminal.
const FILES: [&str; 3] = ["xlsx", "html", "docx"];

/// The text with its tables.
const TABLES: &str = "tables";

/// A column of a table on the terminal is at most this wide.
const WIDEST: usize = 34;

pub fn command(lang: Lang) -> Command {
    use say::cli as s;
    let formats = ["text", "json", "csv"].into_iter().chain(FILES);
    Command::new("report").about(s::report(lang)).args([
        option("period", "PERIOD", s::period(lang)),
        option("by", "DIMENSION", say::programme::by_help(lang, "commune, activity, industry, year, collaborator")),
        option("format", "text|json|csv|xlsx|html|docx", say::output::report_format(lang))
            .value_parser(formats.collect::<Vec<_>>())
            .hide_possible_values(true)
            .default_value("text"),
        clap::Arg::new("tables").long("tables").action(ArgAction::SetTrue).help(say::programme::tables_help(lang)),
        option("freeze", "FILE", say::frozen::freeze_help(lang)),
        option("frozen", "FILE", say::frozen::frozen_help(lang)).conflicts_with_all(["freeze", "period", "by"]),
        clap::Arg::new("output").short('o').value_name("FILE").help(s::output(lang)),
    ])
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let format = text("format").unwrap_or("text");
    let path = text("output").map(Path::new);
    if path.is_none() && FILES.contains(&format) {
        let what = Text::both(|l| say::output::output_needed(l, format));
        return Err(Failure::new(Exit::Usage, what).hint(Text::both(|l| say::output::output_needed_hint(l, format))));
    }
    let printout = match text("frozen").map(Path::new) {
        Some(file) => Printout::from_file(&file.display().to_string(), &std::fs::read(file).map_err(|e| Failure::io(file, &e))?)?,
        None => counted(matches, context)?,
    };
    let format = if format == "text" && matches.get_flag("tables") { TABLES } else { format };
    let bytes = bytes(&printout, format, context.lang).map_err(|problem| not_written(problem, path.unwrap_or(Path::new("stdout"))))?;
    match path {
        Some(path) => crate::disk::replace(path, &bytes).map_err(|e| Failure::io(path, &e)),
        None => {
            say_out(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']));
            Ok(())
        }
    }
}

/// The report over today's records; frozen in a file where that is asked for.
fn counted(matches: &ArgMatches, context: &mut Context) -> Result<Printout, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let desk = context.desk_to_read()?;
    // Figures alone need neither tables nor the lines of records.
    let is_plain = text("format") == Some("text") && !matches.get_flag("tables") && text("freeze").is_none();
    let count = if is_plain { Desk::figures_by } else { Desk::report_by };
    let report = count(&desk, text("period"), text("by"))?;
    let is_listed = FILES.contains(&text("format").unwrap_or_default()) || text("format") == Some("csv") || text("freeze").is_some();
    let mut printout = if is_listed { desk.printout(report) } else { Printout::bare(report) };
    if let Some(file) = text("freeze").map(Path::new) {
        printout = desk.freeze(printout);
        crate::disk::replace(file, &printout.to_file()?).map_err(|e| Failure::io(file, &e))?;
    }
    desk.close()?;
    Ok(printout)
}

fn bytes(printout: &Printout, format: &str, lang: Lang) -> Result<Vec<u8>, Problem> {
    let report = &printout.report;
    Ok(match format {
        "json" => (printout.to_json().to_string() + "\n").into_bytes(),
        "csv" | "xlsx" | "html" | "docx" => printout.bytes(format, lang)?,
        TABLES => (lines(printout, lang).into_iter().chain(table_lines(report, lang)).collect::<Vec<_>>().join("\n") + "\n").into_bytes(),
        _ => (lines(printout, lang).join("\n") + "\n").into_bytes(),
    })
}

/// Pads to a width on the screen.
fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The report as a table of plain text.
fn lines(printout: &Printout, lang: Lang) -> Vec<String> {
    use say::screen as s;
    let report = &printout.report;
    let mut lines = vec![report.programme.title.get(lang).to_owned(), s::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to))];
    lines.extend(printout.frozen_line(lang));
    if report.demo {
        lines.push(s::demo_banner(lang));
    }
    lines.push(String::new());
    for figure in &report.figures {
        lines.extend(figure_lines(report, figure, lang));
    }
    lines
}

fn figure_lines(report: &Report, figure: &Figure, lang: Lang) -> Vec<String> {
    use say::screen as s;
    let target = &report.programme.targets[figure.target];
    let met = match figure.met {
        Some(true) => s::met(lang),
        Some(false) => s::not_met(lang),
        None => "–".to_owned(),
    };
    let number = target.number.map_or_else(String::new, |n| format!("{} {}", target.op.sign(), Report::show(Some(n), lang)));
    let mut lines = vec![format!(
        "{} {} {:>9} / {:<8} {} {}",
        pad(&target.id, 10),
        pad(target.label.get(lang), 50),
        Report::show(figure.done, lang),
        number.trim_start(),
        pad(target.unit.get(lang), 15),
        met
    )];
    let more = [plan_line(report, figure, lang), Report::show_also(figure, lang), lineage(figure, lang)];
    lines.extend(more.into_iter().filter(|line| !line.is_empty()).map(|line| format!("        {line}")));
    for group in &figure.groups {
        let label = if group.group.is_empty() { say::programme::no_group(lang) } else { group.label.get(lang).to_owned() };
        lines.push(format!("          {} {:>9}", pad(&label, 50), Report::show(group.done, lang)));
    }
    lines
}

/// What was planned for the year and how far the programme is.
fn plan_line(report: &Report, figure: &Figure, lang: Lang) -> String {
    use say::programme as s;
    let target = &report.programme.targets[figure.target];
    let show = |value: Option<f64>| Report::show(value, lang);
    let plan = figure.plan.map(|_| s::plan_line(lang, figure.year, show(figure.plan), show(figure.year_done), show(figure.percent_of_plan())));
    let so_far = match figure.percent_of_programme(target) {
        Some(percent) => s::programme_line(lang, show(figure.cumulative), show(Some(percent))),
        None => s::cumulative_line(lang, show(figure.cumulative)),
    };
    plan.into_iter().chain([so_far]).collect::<Vec<_>>().join(" · ")
}

/// What a figure rests on.
fn lineage(figure: &Figure, lang: Lang) -> String {
    use say::programme as s;
    let mut parts =
        vec![say::screen::lineage(lang, figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len())];
    parts.extend(figure.day.map(|day| s::on_day(lang, date::show_date(day))));
    parts.extend(Some(figure.out_of_season.len()).filter(|count| *count > 0).map(|count| s::in_season_only(lang, count)));
    parts.extend(Some(figure.factor_versions.join(", ")).filter(|versions| !versions.is_empty()).map(|versions| s::factor_versions(lang, versions)));
    parts.join(" · ")
}

fn table_lines(report: &Report, lang: Lang) -> Vec<String> {
    report.tables.iter().flat_map(|table| one_table(table, lang)).collect()
}

fn one_table(table: &Table, lang: Lang) -> Vec<String> {
    let show = |cell: &Cell, kind: ColumnKind| match cell {
        Cell::Blank => String::new(),
        Cell::Number(value) => number::format_f64(*value, if kind == ColumnKind::Money { 0 } else { 1 }, lang),
        Cell::Text(text) => date::show(text),
        Cell::Choice(_, label) => label.get(lang).to_owned(),
        Cell::Record(_, summary) => summary.clone(),
    };
    let row = |cells: &[Cell]| table.columns.iter().zip(cells).map(|(column, cell)| short(&show(cell, column.kind))).collect::<Vec<_>>();
    let heading: Vec<String> = table.columns.iter().map(|column| short(column.label.get(lang))).collect();
    let mut rows: Vec<Vec<String>> = table.lines.iter().map(|line| row(&line.cells)).collect();
    if table.totals.iter().any(|cell| *cell != Cell::Blank) {
        let mut totals = row(&table.totals);
        totals[0] = say::programme::total(lang);
        rows.push(totals);
    }
    let width = |at: usize| rows.iter().map(|row| row[at].width()).chain([heading[at].width()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).zip(&table.columns);
        let cells = padded.map(|((cell, width), column)| match column.kind {
            ColumnKind::Text => pad(cell, *width),
            _ => format!("{}{cell}", " ".repeat(width.saturating_sub(cell.width()))),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![String::new(), format!("{} {}", table.id, table.title.get(lang)), line(&heading)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines
}

/// One line of at most [`WIDEST`] columns.
fn short(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.width() <= WIDEST {
        return text;
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if kept.width() + 2 > WIDEST {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}
