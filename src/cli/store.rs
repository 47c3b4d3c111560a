//! `backup`, `restore`, `doctor`.

use super::{Context, say_out};
use crate::error::{Exit, Failure};
use crate::locale::{Lang, say};
use clap::{Arg, ArgMatches, Command};
use std::path::Path;
use std::process::ExitCode;

pub fn commands(lang: Lang) -> [Command; 3] {
    use say::cli as s;
    let file = || Arg::new("file").value_name("FILE").required(true);
    [Command::new("backup").about(s::backup(lang)).arg(file()), Command::new("restore").about(s::restore(lang)).arg(file()), Command::new("doctor").about(s::doctor(lang))]
}

fn file(matches: &ArgMatches) -> &Path {
    Path::new(matches.get_one::<String>("file").map_or("", String::as_str))
}

pub fn backup(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let desk = context.desk()?;
    let count = desk.backup(file(matches))?;
    say_out(say::cli::backed_up(context.lang, count, file(matches).display()));
    desk.close()
}

pub fn restore(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let tally = desk.restore(file(matches))?;
    say_out(say::cli::restored(context.lang, tally.new, tally.known));
    desk.close()
}

pub fn doctor(context: &mut Context) -> Result<ExitCode, Failure> {
    let desk = context.desk()?;
    let lang = context.lang;
    let (entries, damaged) = desk.store().check_journal()?;
    let revisions = desk.store().view().walk()?;
    let identity = desk.identity();
    say_out(say::cli::doctor_store(lang, desk.dir().display()));
    say_out(say::cli::doctor_person(lang, &identity.person, &identity.device, &identity.programme));
    say_out(say::cli::doctor_journal(lang, entries, damaged.len()));
    say_out(say::cli::doctor_view(lang, revisions, desk.rows().len(), desk.store().draft_list().count()));
    if let Some(free) = crate::disk::free_space(desk.dir()) {
        say_out(say::cli::doctor_disk(lang, free >> 20));
    }
    // Every entry of the journal must be in the view: sled may lack some without saying so.
    let whole = damaged.is_empty() && entries == revisions + desk.store().view().definitions()?.len() as u64;
    let code = if whole { ExitCode::SUCCESS } else { ExitCode::from(Exit::Damage as u8) };
    say_out(if whole { say::cli::doctor_ok(lang) } else { say::cli::doctor_bad(lang) });
    desk.close()?;
    Ok(code)
}
