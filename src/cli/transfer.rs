//! `sync`, `merge`, `verify`.

use super::{Context, flag, say_out};
use crate::error::{Exit, Failure};
use crate::exchange::union::Tally;
use crate::locale::{Lang, say};
use crate::workbench::transfer;
use clap::{Arg, ArgMatches, Command};
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

pub fn sync(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let central = matches.get_one::<String>("central").map_or_else(PathBuf::new, PathBuf::from);
    let plan = matches.get_flag("plan");
    let synced = desk.sync(&central, plan)?;
    for (device, missing) in &synced.gaps {
        eprintln!("{}", say::cli::gap(context.lang, device, missing));
    }
    let sent = synced.tally.sent;
    say_out(if plan { say::cli::would_send(context.lang, sent) } else { say::cli::sent(context.lang, sent) });
    say_out(tally(&synced.tally));
    desk.close()
}

pub fn merge(matches: &ArgMatches, context: &Context) -> Result<(), Failure> {
    let out = matches.get_one::<String>("out").map_or_else(PathBuf::new, PathBuf::from);
    let inputs: Vec<PathBuf> = matches.get_many::<String>("in").into_iter().flatten().map(PathBuf::from).collect();
    let merged = transfer::merge_files(&out, &inputs, matches.get_flag("plan"), &context.settings)?;
    say_out(tally(&merged));
    Ok(())
}

pub fn verify(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let mut worst: Option<Exit> = None;
    for file in matches.get_many::<String>("file").into_iter().flatten() {
        match transfer::verify(Path::new(file)) {
            Ok(seal) => {
                let revisions: u64 = seal.devices().values().flat_map(|d| d.ranges()).map(|(first, last)| last - first + 1).sum();
                for (device, entry) in seal.devices() {
                    for (first, last) in entry.gaps() {
                        eprintln!("{}", say::cli::gap_range(context.lang, device, first, last));
                    }
                    for seq in &entry.forks {
                        eprintln!("{}", say::cli::fork(context.lang, device, seq));
                    }
                }
                let forks: u64 = seal.devices().values().map(|d| d.forks.len() as u64).sum();
                say_out(format!("ok {} {} {}", seal.lines(), revisions + forks, seal.digest()));
            }
            Err(failure) => {
                failure.lines(context.lang).iter().for_each(|line| eprintln!("{line}"));
                // Damage outweighs a file that is merely not ours.
                worst = Some(worst.map_or(failure.exit, |w: Exit| if w == Exit::Damage { w } else { failure.exit }));
            }
        }
    }
    Ok(worst.map_or(ExitCode::SUCCESS, |exit| ExitCode::from(exit as u8)))
}
