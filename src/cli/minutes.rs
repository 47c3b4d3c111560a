//! `minutes`.

use super::Context;
use crate::error::Failure;
use crate::locale::{Lang, say};
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
    let desk = context.desk()?;
    desk.save_minutes(text("record"), Path::new(text("output")), context.lang, false)?;
    desk.close()
}
