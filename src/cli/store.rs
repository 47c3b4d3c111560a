//! `backup`, `restore`, `doctor`.

use super::transfer::{exit_of, tell_attachments};
use super::{Context, flag, say_out};
use crate::error::{Exit, Failure};
use crate::locale::{Lang, say};
use crate::store::inspect;
use crate::tui::words::numbers;
use crate::workbench::backup::Copied;
use clap::{Arg, ArgMatches, Command};
use std::path::Path;
use std::process::ExitCode;

pub fn commands(lang: Lang) -> [Command; 3] {
    use say::cli as s;
    let file = || Arg::new("file").value_name("FILE").required(true);
    [
        Command::new("backup").about(s::backup(lang)).arg(file()),
        Command::new("restore").about(s::restore(lang)).arg(file()),
        Command::new("doctor").about(s::doctor(lang)).arg(flag("repair", say::store::repair(lang))),
    ]
}

fn file(matches: &ArgMatches) -> &Path {
    Path::new(matches.get_one::<String>("file").map_or("", String::as_str))
}

pub fn backup(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let desk = context.desk()?;
    let copied = desk.backup(file(matches))?;
    say_out(say::cli::backed_up(context.lang, copied.tally.sent + copied.tally.known, file(matches).display()));
    desk.close()?;
    Ok(tell_beside(&copied, context.lang))
}

pub fn restore(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let mut desk = context.desk()?;
    let copied = desk.restore(file(matches))?;
    say_out(say::cli::restored(context.lang, copied.tally.new, copied.tally.known));
    desk.close()?;
    Ok(tell_beside(&copied, context.lang))
}

/// Tells what went beside the revisions. Drafts that could not be read are damage: a stick that only seems to be good must not
/// be thrown away.
fn tell_beside(copied: &Copied, lang: Lang) -> ExitCode {
    tell_attachments(&copied.carried, false, lang);
    if copied.drafts > 0 {
        say_out(say::store::drafts_copied(lang, copied.drafts));
    }
    let Some((lines, file)) = &copied.damaged else { return exit_of(&copied.carried) };
    tell!("{}", say::store::copies_damaged(lang, file.display(), numbers(lines)));
    ExitCode::from(Exit::Damage as u8)
}

/// Looks first and opens then: without `--repair` a damaged store stays as it is.
pub fn doctor(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let (dir, lang) = (context.settings.data_dir.clone(), context.lang);
    let found = inspect::inspect(&dir)?;
    let repair = matches.get_flag("repair");
    if found.is_damage() && !repair {
        say_out(say::cli::doctor_store(lang, dir.display()));
        say_out(say::cli::doctor_journal(lang, found.entries, found.damaged.len()));
        told(&found, lang).iter().for_each(say_out);
        say_out(say::store::doctor_needs_repair(lang));
        return Ok(ExitCode::from(Exit::Damage as u8));
    }
    if repair {
        inspect::doubt(&dir)?;
    }
    let desk = context.desk()?;
    let lang = context.lang;
    let found = inspect::look(&dir)?;
    let (entries, known) = (found.entries, desk.store().view().walk()?.entries);
    let identity = desk.identity();
    say_out(say::cli::doctor_store(lang, dir.display()));
    say_out(say::cli::doctor_person(lang, &identity.person, &identity.device, &identity.programme));
    say_out(say::cli::doctor_journal(lang, entries, found.damaged.len()));
    told(&found, lang).iter().for_each(say_out);
    let revisions = known - desk.store().view().definitions()?.len() as u64;
    say_out(say::cli::doctor_view(lang, revisions, desk.rows().len(), desk.store().draft_list().count()));
    if let Some(free) = crate::disk::free_space(desk.dir()) {
        say_out(say::cli::doctor_disk(lang, free >> 20));
    }
    // Every entry of the journal must be in the view: sled may lack some without saying so.
    let is_view_whole = entries == known;
    if !is_view_whole {
        say_out(say::store::doctor_not_whole(lang));
    }
    for (id, version) in desk.library().contested() {
        say_out(say::store::doctor_contested(lang, id, version));
    }
    let attached = desk.attached(repair)?;
    attached.damaged.iter().for_each(|file| say_out(say::exchange::attachment_damaged(lang, file.display())));
    if !attached.missing.is_empty() {
        say_out(say::store::doctor_attachments(lang, attached.missing.len()));
    }
    let whole = is_view_whole && (repair || attached.damaged.is_empty());
    say_out(if whole { say::cli::doctor_ok(lang) } else { say::store::doctor_needs_repair(lang) });
    desk.close()?;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(Exit::Damage as u8) })
}

/// A line for everything that is wrong, or was.
fn told(found: &inspect::Findings, lang: Lang) -> Vec<String> {
    use say::store as s;
    let mut lines = Vec::new();
    if !found.damaged.is_empty() {
        lines.push(s::doctor_damaged(lang, numbers(&found.damaged)));
    }
    if found.torn {
        lines.push(s::doctor_torn(lang));
    }
    if found.gone > 0 {
        lines.push(s::doctor_gone(lang, found.gone));
    }
    if !found.drafts.is_empty() {
        lines.push(s::doctor_drafts(lang, numbers(&found.drafts)));
    } else if found.drafts_changed {
        lines.push(s::drafts_changed(lang));
    }
    lines.extend(found.identity.iter().map(|file| s::doctor_identity(lang, file.display())));
    lines.extend(found.aside.iter().map(|file| s::doctor_aside(lang, file.display())));
    lines
}
