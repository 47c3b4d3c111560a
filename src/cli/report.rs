//! `report`.

use super::{Context, option, say_out};
use crate::error::{Exit, Failure};
use crate::export::{Problem, docx, html, paper_csv, paper_page, paper_xlsx};
use crate::locale::{Lang, Text, date, say};
use crate::workbench::Desk;
use crate::workbench::reporting::Report;
use clap::{ArgMatches, Command};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Formats that are files, never text for a terminal.
const FILES: [&str; 3] = ["xlsx", "html", "docx"];

pub fn command(lang: Lang) -> Command {
    use say::cli as s;
    let formats = ["text", "json", "csv"].into_iter().chain(FILES);
    Command::new("report").about(s::report(lang)).args([
        option("period", "PERIOD", s::period(lang)),
        option("format", "text|json|csv|xlsx|html|docx", say::output::report_format(lang))
            .value_parser(formats.collect::<Vec<_>>())
            .hide_possible_values(true)
            .default_value("text"),
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
    let desk = context.desk()?;
    let report = desk.report(text("period"))?;
    let bytes = bytes(&desk, &report, format, context.lang).map_err(|problem| told(problem, path.unwrap_or(Path::new("stdout"))))?;
    match path {
        Some(path) => crate::disk::replace(path, &bytes).map_err(|e| Failure::io(path, &e))?,
        None => say_out(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n'])),
    }
    desk.close()
}

fn bytes(desk: &Desk, report: &Report, format: &str, lang: Lang) -> Result<Vec<u8>, Problem> {
    let paper = || desk.paper(report, lang);
    Ok(match format {
        "json" => (report.to_json().to_string() + "\n").into_bytes(),
        "csv" => paper_csv::bytes(&paper())?,
        "xlsx" => paper_xlsx::bytes(&paper())?,
        "html" => html::text(&paper_page::page(&paper())).into_bytes(),
        "docx" => docx::bytes(&desk.narrative(report, &paper()))?,
        _ => (lines(report, lang).join("\n") + "\n").into_bytes(),
    })
}

fn told(problem: Problem, path: &Path) -> Failure {
    match problem {
        Problem::Io(error) => Failure::io(path, &error),
        Problem::Workbook(why) => Failure::new(Exit::Refused, Text::both(|l| say::output::no_workbook(l, path.display()))).why(Text::plain(why)),
    }
}

/// Pads to a width on the screen.
fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The report as a table of plain text.
pub fn lines(report: &Report, lang: Lang) -> Vec<String> {
    use say::screen as s;
    let mut lines = vec![report.programme.title.get(lang).to_owned(), s::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to))];
    if report.demo {
        lines.push(s::demo_banner(lang));
    }
    lines.push(String::new());
    for figure in &report.figures {
        let target = &report.programme.targets[figure.target];
        let met = match figure.met {
            Some(true) => s::met(lang),
            Some(false) => s::not_met(lang),
            None => "–".to_owned(),
        };
        let number = target.number.map_or_else(String::new, |n| format!("{} {}", target.op.sign(), Report::show(Some(n), lang)));
        lines.push(format!(
            "{} {} {:>9} / {:<8} {} {}",
            pad(&target.id, 7),
            pad(target.label.get(lang), 50),
            Report::show(figure.done, lang),
            number,
            pad(target.unit.get(lang), 15),
            met
        ));
        let also: Vec<String> = figure.also.iter().map(|(name, value)| format!("{} {}", crate::locale::reading(name, lang), Report::show(*value, lang))).collect();
        if !also.is_empty() {
            lines.push(format!("        {}", also.join(" · ")));
        }
        lines.push(format!(
            "        {}",
            s::lineage(lang, figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len())
        ));
    }
    lines
}
