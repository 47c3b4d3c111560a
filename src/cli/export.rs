//! `export`.

use super::{Context, flag, option, say_out};
use crate::error::Failure;
use crate::export::Options;
use crate::locale::{Lang, say};
use crate::workbench::Desk;
use crate::workbench::exporting::{Exported, Format, Request};
use clap::{Arg, ArgMatches, Command};
use std::path::PathBuf;

pub fn command(lang: Lang) -> Command {
    use say::data as s;
    Command::new("export").about(s::export(lang)).args([
        option("format", "csv|jsonl|xlsx|parquet", say::cli::format(lang)).value_parser(["csv", "jsonl", "xlsx", "parquet"]).hide_possible_values(true).required(true),
        Arg::new("output").short('o').value_name("DIR").required(true).help(s::output_folder(lang)),
        option("form", "FORM", s::one_form(lang)),
        flag("labels", s::labels(lang)),
        option("group-separator", "TEXT", s::group_separator(lang)).default_value("-"),
        flag("split-select-multiples", s::split(lang)),
        flag("bom", s::bom(lang)),
    ])
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let format = match text("format").as_deref() {
        Some("csv") => Format::Csv,
        Some("jsonl") => Format::Jsonl,
        Some("xlsx") => Format::Xlsx,
        _ => return data_set(matches, context),
    };
    let desk = context.desk()?;
    let options = Options {
        labels: matches.get_flag("labels").then_some(context.lang),
        separator: text("group-separator").unwrap_or_default(),
        split: matches.get_flag("split-select-multiples"),
    };
    let request = Request { dir: PathBuf::from(text("output").unwrap_or_default()), form: text("form"), format, options, bom: matches.get_flag("bom") };
    let exported = desk.export(&request)?;
    tell(&desk, &exported, context.lang);
    desk.close()
}

/// Files that engines read: `records`, `answers`, `indicators`, `counted`, `lists`.
#[cfg(feature = "parquet")]
fn data_set(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let desk = context.desk()?;
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let exported = desk.export_data_set(std::path::Path::new(text("output").unwrap_or_default()), text("form"))?;
    tell(&desk, &exported, context.lang);
    desk.close()
}

#[cfg(not(feature = "parquet"))]
fn data_set(_: &ArgMatches, _: &mut Context) -> Result<(), Failure> {
    use crate::error::Exit;
    use crate::locale::Text;
    Err(Failure::new(Exit::Refused, Text::both(say::output::no_parquet)).hint(Text::both(say::output::no_parquet_hint)))
}

/// The files on stdout, what was left out on stderr.
fn tell(desk: &Desk, exported: &Exported, lang: Lang) {
    for (path, rows) in &exported.files {
        say_out(format!("{} {rows}", path.display()));
    }
    let mut notes = Vec::new();
    if exported.files.is_empty() {
        notes.push(say::data::nothing_to_export(lang));
    }
    if exported.void > 0 {
        notes.push(say::data::left_out_void(lang, exported.void));
    }
    if exported.without_form > 0 {
        notes.push(say::data::left_out_without_form(lang, exported.without_form));
    }
    if desk.identity().demo {
        notes.push(say::screen::demo_banner(lang));
    }
    notes.iter().for_each(|note| tell!("{note}"));
}
