//! `minutes`.

use super::Context;
use crate::error::{Exit, Failure};
use crate::export::{docx, html};
use crate::locale::{Lang, Text, say};
use clap::{Arg, ArgMatches, Command};
use std::path::Path;

pub fn command(lang: Lang) -> Command {
    use say::output as s;
    Command::new("minutes").about(s::minutes(lang)).args([
        Arg::new("record").required(true).value_name("ID").help(s::minutes_record(lang)),
        Arg::new("output").short('o').required(true).value_name("FILE").help(s::minutes_file(lang)),
    ])
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let path = Path::new(text("output"));
    let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !["docx", "html"].contains(&kind.as_str()) {
        let what = Text::both(|l| say::output::minutes_kind(l, path.display()));
        return Err(Failure::new(Exit::Usage, what).hint(Text::both(say::output::minutes_kind_hint)));
    }
    let desk = context.desk()?;
    let page = desk.minutes(text("record"), context.lang)?;
    let bytes = if kind == "docx" { docx::bytes(&page) } else { Ok(html::text(&page).into_bytes()) };
    bytes.and_then(|bytes| crate::disk::replace(path, &bytes)).map_err(|e| Failure::io(path, &e))?;
    desk.close()
}
