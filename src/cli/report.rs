//! `report`.

use super::{Context, option, say_out};
use crate::error::Failure;
use crate::locale::{Lang, date, say};
use crate::workbench::reporting::Report;
use clap::{ArgMatches, Command};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

pub fn command(lang: Lang) -> Command {
    use say::cli as s;
    Command::new("report").about(s::report(lang)).args([
        option("period", "PERIOD", s::period(lang)),
        option("format", "text|json", s::format(lang)).value_parser(["text", "json"]).default_value("text"),
        clap::Arg::new("output").short('o').value_name("FILE").help(s::output(lang)),
    ])
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let desk = context.desk()?;
    let report = desk.report(matches.get_one::<String>("period").map(String::as_str))?;
    let text = match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => report.to_json().to_string(),
        _ => lines(&report, context.lang).join("\n"),
    };
    match matches.get_one::<String>("output") {
        Some(path) => crate::disk::replace(Path::new(path), (text + "\n").as_bytes()).map_err(|e| Failure::io(Path::new(path), &e))?,
        None => say_out(text),
    }
    desk.close()
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
