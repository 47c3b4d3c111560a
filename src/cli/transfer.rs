//! `sync`, `merge`, `verify`.

use super::{Context, flag, say_out};
use crate::error::{Exit, Failure};
use crate::exchange::union::Tally;
use crate::locale::plain::plain;
use crate::locale::{Lang, say};
use crate::workbench::attachments::Carried;
use crate::workbench::merging::{self, Runs, Verified, merge_files};
use crate::workbench::passing::sync_closed;
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn commands(lang: Lang) -> [Command; 3] {
    use say::cli as s;
    let plan = || flag("plan", s::plan(lang));
    [
        Command::new("sync").about(s::sync(lang)).args([Arg::new("central").value_name("CENTRAL").required(true), plan()]),
        Command::new("merge").about(s::merge(lang)).args([Arg::new("out").value_name("OUT").required(true), Arg::new("in").value_name("IN").required(true).num_args(1..), plan()]),
        Command::new("verify").about(s::verify(lang)).arg(Arg::new("file").value_name("FILE").required(true).num_args(1..)),
    ]
}

/// The closing line that scripts read.
fn tally(tally: &Tally) -> String {
    format!("new {} known {} merged {} conflicts {} duplicates {}", tally.new, tally.known, tally.merged, tally.conflicts, tally.duplicates)
}

/// `42–57, 60`
fn numbers(runs: &[(u64, u64)]) -> String {
    const SHOWN: usize = 8;
    let run = |(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    let shown: Vec<String> = runs.iter().take(SHOWN).map(run).collect();
    shown.join(", ") + if runs.len() > SHOWN { ", …" } else { "" }
}

/// What people should know of the chains of laptops; not an error.
fn tell_chains(gaps: &Runs, forks: &Runs, lang: Lang) {
    for (device, runs) in gaps {
        tell!("{}", say::exchange::gap(lang, plain(device), numbers(runs)));
    }
    for (device, runs) in forks {
        tell!("{}", say::exchange::fork(lang, plain(device), numbers(runs)));
    }
}

fn tell_clocks(ahead: &BTreeSet<String>, lang: Lang) {
    for device in ahead {
        tell!("{}", say::exchange::clock_ahead(lang, plain(device)));
    }
}

pub fn tell_attachments(carried: &Carried, plan: bool, lang: Lang) {
    const SHOWN: usize = 5;
    if !carried.missing.is_empty() {
        let names: Vec<&str> = carried.missing.iter().take(SHOWN).map(String::as_str).collect();
        let more = if carried.missing.len() > SHOWN { ", …" } else { "" };
        tell!("{}", say::exchange::attachments_missing(lang, carried.missing.len(), names.join(", ") + more));
    }
    for file in &carried.damaged {
        tell!("{}", say::exchange::attachment_damaged(lang, file.display()));
    }
    for (file, why) in &carried.failed {
        tell!("{}", say::exchange::attachment_failed(lang, file.display(), why.lines(lang).join(" ")));
    }
    match carried.copied {
        0 => {}
        count if plan => say_out(say::exchange::attachments_would_copy(lang, count)),
        count => say_out(say::exchange::attachments_copied(lang, count)),
    }
}

/// Files that the system refused to copy (a full stick) are told; all else was done by then.
pub fn exit_of(carried: &Carried) -> ExitCode {
    if carried.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(Exit::System as u8) }
}

pub fn sync(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let central = matches.get_one::<String>("central").map_or_else(PathBuf::new, PathBuf::from);
    let plan = matches.get_flag("plan");
    let settings = context.settings.clone();
    let synced = sync_closed(&settings, &central, plan, &mut |lang, notices| context.opened(lang, notices))?;
    if let Some(kept) = &synced.beside.kept {
        tell!("{}", say::exchange::central_gone(context.lang, central.display(), kept.display()));
    }
    tell_chains(&synced.beside.missing, &synced.beside.forks, context.lang);
    tell_clocks(&synced.beside.ahead, context.lang);
    tell_attachments(&synced.beside.carried, plan, context.lang);
    let revisions = |count| say::looking::revisions(context.lang, count);
    let (new, sent) = (revisions(synced.tally.new), revisions(synced.tally.sent));
    say_out(if plan { say::cli::would_exchange(context.lang, new, sent) } else { say::cli::exchanged(context.lang, new, sent) });
    say_out(tally(&synced.tally));
    Ok(exit_of(&synced.beside.carried))
}

pub fn merge(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let out = matches.get_one::<String>("out").map_or_else(PathBuf::new, PathBuf::from);
    let inputs: Vec<PathBuf> = matches.get_many::<String>("in").into_iter().flatten().map(PathBuf::from).collect();
    let plan = matches.get_flag("plan");
    let merged = merge_files(&out, &inputs, plan, &context.settings)?;
    tell_chains(&merged.gaps, &merged.forks, context.lang);
    tell_clocks(&merged.told.ahead, context.lang);
    tell_attachments(&merged.carried, plan, context.lang);
    if plan {
        for (input, t) in inputs.iter().zip(&merged.told.inputs) {
            say_out(say::exchange::plan_input(context.lang, input.display(), t.new, t.known, t.merged, t.conflicts, t.duplicates));
        }
    }
    say_out(tally(&merged.told.tally));
    Ok(exit_of(&merged.carried))
}

pub fn verify(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let mut worst: Option<Exit> = None;
    for file in matches.get_many::<String>("file").into_iter().flatten() {
        match merging::verify(Path::new(file)) {
            Ok(verified) => {
                tell_verified(&verified, context.lang);
                if !verified.carried.damaged.is_empty() {
                    worst = Some(Exit::Damage);
                }
            }
            Err(failure) => {
                failure.lines(context.lang).iter().for_each(|line| tell!("{line}"));
                // Damage outweighs a file that is merely not ours.
                worst = Some(worst.map_or(failure.exit, |w: Exit| if w == Exit::Damage { w } else { failure.exit }));
            }
        }
    }
    Ok(worst.map_or(ExitCode::SUCCESS, |exit| ExitCode::from(exit as u8)))
}

fn tell_verified(verified: &Verified, lang: Lang) {
    let seal = &verified.seal;
    tell_chains(&merging::runs(seal, &|device| device.gaps()), &Runs::new(), lang);
    for fork in &verified.forks {
        tell!("{}", say::exchange::fork_parted(lang, plain(&fork.device), fork.last_common));
        for (at, branch) in fork.branches.iter().enumerate() {
            let persons: Vec<String> = branch.persons.iter().take(3).map(|person| plain(person)).collect();
            let since = branch.since.get(..16).unwrap_or_default().replace('T', " ");
            tell!("{}", say::exchange::fork_branch(lang, at + 1, branch.first, branch.last, persons.join(", "), since));
        }
    }
    tell_attachments(&verified.carried, true, lang);
    let revisions: u64 = seal.devices().values().map(|device| device.count()).sum();
    say_out(format!("ok {} {revisions} {}", seal.lines(), seal.digest()));
}
