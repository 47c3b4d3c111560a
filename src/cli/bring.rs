//! `record add` and `record import`: answers that come from files.

use super::record::{one_line, refuse, text};
use super::say_out;
use crate::error::{Exit, Failure};
use crate::intake::register::{Skip, problem_line};
use crate::interview::json;
use crate::locale::{Lang, Text, say};
use crate::workbench::Desk;
use crate::workbench::registering::{Imported, Request, Verdict};
use crate::workbench::related::Gathering;
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// `NAME=FILE`, several times.
fn repeats(matches: &ArgMatches) -> Result<Vec<(String, PathBuf)>, Failure> {
    let bad = |given: &str| Failure::new(Exit::Usage, Text::both(|l| say::data::bad_repeat_option(l, given))).hint(Text::both(say::data::bad_repeat_option_hint));
    let pair = |given: &String| given.split_once('=').map(|(name, file)| (name.to_owned(), PathBuf::from(file))).ok_or_else(|| bad(given));
    matches.get_many::<String>("repeat").into_iter().flatten().map(pair).collect()
}

pub fn add(matches: &ArgMatches, desk: &mut Desk) -> Result<ExitCode, Failure> {
    let form = desk.form(text(matches, "form"))?;
    let (draft, lang) = (matches.get_flag("draft"), desk.lang());
    let intake = desk.read_submissions(&form, text(matches, "file"), &repeats(matches)?)?;
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    if !intake.ignored.is_empty() {
        tell!("{}", say::data::ignored(lang, list(&intake.ignored)));
    }
    if !intake.computed.is_empty() {
        tell!("{}", say::data::computed_again(lang, list(&intake.computed)));
    }
    intake.remarks.iter().for_each(|remark| tell!("{}", remark.get(lang)));
    let mut problems = intake.problems;
    let ready = match desk.ready(&form, intake.records, draft) {
        Ok(ready) if problems.is_empty() => ready,
        Ok(_) => return Ok(refuse(&problems, lang)),
        Err(found) => {
            problems.extend(found);
            return Ok(refuse(&problems, lang));
        }
    };
    for problem in &ready.soft {
        tell!("{} ({})", json::problem_line(problem, lang), say::form::warning(lang));
    }
    ready.known.iter().for_each(|record| tell!("{}", say::data::known_record(lang, record)));
    ready.twice.iter().for_each(|record| tell!("{}", say::data::twice_in_file(lang, record)));
    if draft {
        for (record, interview) in ready.records {
            let kept = {
                let world = Gathering::new(desk, &record);
                desk.draft_of(&record, &[], &interview, desk.around(&world))
            };
            say_out(format!("{record} draft {}", one_line(&kept.summary)));
            desk.keep_draft(kept)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    for record in desk.hand_in(&form, ready.records)? {
        say_out(format!("{record} {} {}", form.id, summary(desk, &record)));
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(desk: &Desk, record: &str) -> String {
    desk.row(record).map_or_else(String::new, |row| one_line(&row.summary))
}

pub fn import(matches: &ArgMatches, desk: &mut Desk) -> Result<ExitCode, Failure> {
    let file = PathBuf::from(text(matches, "file"));
    let map = matches.get_one::<String>("map").map_or_else(|| PathBuf::from(format!("{}.map.toml", file.display())), PathBuf::from);
    let request = Request {
        form: text(matches, "form").to_owned(),
        file,
        map,
        sheet: matches.get_one::<String>("sheet").cloned(),
        header: matches.get_one::<usize>("header").copied(),
        plan: matches.get_flag("plan"),
    };
    let imported = desk.import_register(&request)?;
    let lang = desk.lang();
    if !imported.unmapped.is_empty() {
        tell!("{}", say::data::columns_not_in_map(lang, imported.unmapped.join(", ")));
    }
    for (row, verdict) in &imported.rows {
        tell(desk, *row, verdict, imported.saved, lang);
    }
    let (good, bad, known) = imported.tally();
    say_out(say::data::import_tally(lang, good, bad, known));
    closing(&imported, &request, bad, lang);
    Ok(if imported.saved && good == 0 && bad > 0 { ExitCode::from(Exit::Refused as u8) } else { ExitCode::SUCCESS })
}

fn closing(imported: &Imported, request: &Request, bad: usize, lang: Lang) {
    if let Some(path) = &imported.rejected {
        tell!("{}", say::data::rejected(lang, bad, path.display()));
    }
    if !imported.saved {
        tell!("{}", say::data::plan_only(lang));
    }
    if imported.proposed {
        tell!("{}", say::data::map_saved(lang, request.map.display()));
    }
}

/// What became of a row. What is asked for goes to stdout: the plan when only looking, else the new records.
fn tell(desk: &Desk, row: usize, verdict: &Verdict, saved: bool, lang: Lang) {
    use say::data as s;
    let aside = |told: String| if saved { tell!("{}", s::row_line(lang, row, told)) } else { say_out(s::row_line(lang, row, told)) };
    match verdict {
        Verdict::Good(record, line, soft) => {
            if saved {
                say_out(format!("{record} {} {}", desk.row(record).map_or("", |r| &r.form), one_line(line)));
            } else {
                say_out(s::row_line(lang, row, s::row_good(lang, one_line(line))));
            }
            soft.iter().for_each(|p| aside(format!("{} ({})", json::problem_line(p, lang), say::form::warning(lang))));
        }
        Verdict::Bad(problems) => problems.iter().for_each(|p| aside(problem_line(p, lang))),
        Verdict::Known(record) => aside(s::row_known(lang, record)),
        Verdict::Twin(first) => aside(s::row_twin(lang, first)),
        Verdict::Skipped(Skip::Total) => aside(s::row_total(lang)),
        Verdict::Skipped(Skip::Note) => aside(s::row_note(lang)),
        Verdict::Skipped(Skip::Numbering) => aside(s::row_numbering(lang)),
        Verdict::Skipped(Skip::Blank) => {}
    }
}
