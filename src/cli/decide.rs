//! `conflicts`, `resolve`, `why`.

use super::record::refuse;
use super::{Context, option, say_out, say_plain};
use crate::error::{Exit, Failure};
use crate::form::migrate::Migrated;
use crate::interview::json;
use crate::interview::show;
use crate::locale::{Lang, Text, say};
use crate::record::Revision;
use crate::record::merge::why as explain;
use crate::record::revision::hex;
use crate::value::Value;
use crate::workbench::edit::{Choice, EditProblem};
use crate::workbench::explaining;
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value as Json, json};
use std::process::ExitCode;

pub fn commands(lang: Lang) -> [Command; 3] {
    use say::cli as s;
    let record = || Arg::new("record").value_name("RECORD").required(true);
    let path = || Arg::new("path").value_name("PATH").required(true);
    [
        Command::new("conflicts").about(s::conflicts(lang)).arg(option("format", "table|jsonl", s::format(lang)).value_parser(["table", "jsonl"]).default_value("table")),
        Command::new("resolve").about(s::resolve(lang)).args([
            record(),
            path(),
            option("take", "N", s::take(lang)).value_parser(clap::value_parser!(usize)).required_unless_present("value"),
            option("value", "V", s::value(lang)).conflicts_with("take").allow_hyphen_values(true),
            option("reason", "TEXT", s::reason(lang)).required(true),
        ]),
        Command::new("why").about(s::why(lang)).args([record(), path()]),
    ]
}

fn value_json(value: Option<&Value>) -> Json {
    value.map_or(Json::Null, json::to_json)
}

/// A value as a line tells it; of a row its place.
fn told(path: &str, value: &Value, lang: Lang) -> String {
    if path.ends_with("/#") { say::screen::row_there(lang, value.plain()) } else { value.to_json() }
}

pub fn conflicts(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let desk = context.desk()?;
    let lang = desk.lang();
    let as_json = matches.get_one::<String>("format").is_some_and(|f| f == "jsonl");
    for open in desk.conflicts()? {
        let candidates = open.conflict.candidates.iter().zip(&open.writers);
        if as_json {
            let list: Vec<Json> = candidates
                .map(|(c, w)| json!({"value": value_json(c.value.as_ref()), "device": w.device, "person": w.person, "at": w.at.to_string(), "revision": hex(&w.id)}))
                .collect();
            say_out(json!({"record": open.record, "form": open.form, "path": open.conflict.path, "base": value_json(open.conflict.base.as_ref()), "candidates": list}).to_string());
            continue;
        }
        say_plain(format!("{} {} {}", open.record, open.form, open.conflict.path));
        for (at, (candidate, writer)) in candidates.enumerate() {
            let value = candidate.value.as_ref().map_or_else(|| show::cleared(&open.conflict.path, lang), |value| told(&open.conflict.path, value, lang));
            say_plain(format!("  {}. {value}  ({}, {}, {})", at + 1, writer.person, writer.device, writer.at));
        }
    }
    desk.close()
}

pub fn resolve(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let mut desk = context.desk()?;
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let choice = matches.get_one::<usize>("take").map_or_else(|| Choice::Value(text("value")), |n| Choice::Take(*n));
    let record = desk.find(&text("record"))?;
    let code = match desk.resolve(&record, &text("path"), &choice, &text("reason")) {
        Ok(revision) => {
            say_out(format!("{record} {} {}", text("path"), &hex(&revision.id)[..12]));
            ExitCode::SUCCESS
        }
        Err(EditProblem::Failure(failure)) => return Err(failure),
        Err(EditProblem::Answers(problems)) => refuse(&problems, desk.lang()),
    };
    desk.close()?;
    Ok(code)
}

pub fn why(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let desk = context.desk()?;
    let lang = desk.lang();
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let record = desk.find(&text("record"))?;
    let standing = desk.standing(&record)?;
    let form = standing.form.clone()?;
    let Some(path) = json::canonical_path(&form, &standing.merged.answers, &text("path")) else {
        return Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::no_path(l, text("path")))));
    };
    let why = explain(standing.seen(), &path, &standing.merged);
    for (at, value) in &why.writers {
        let revision = &standing.history.revisions()[*at];
        let value = value.as_ref().map_or_else(|| show::cleared(&path, lang), |value| told(&path, value, lang));
        let mut reason = revision.argument("reason").map_or_else(String::new, |r| format!("  “{r}”"));
        if let Some(by) = standing.history.undone_by(*at).map(|by| &standing.history.revisions()[by]) {
            reason.push_str(&format!("  · {}", say::decide::taken_back(lang, &hex(&by.id)[..12], &by.person, by.at)));
        }
        say_plain(format!("{} {:<8} {} {}: {value}{reason}", revision.at, revision.act.word(), revision.device, revision.person));
        migration(standing.migrated.get(at), revision, &path, lang);
    }
    for (at, wrote) in &why.inside {
        let revision = &standing.history.revisions()[*at];
        for (inside, value) in wrote {
            let shown = json::shown_path(&standing.merged.answers, inside);
            say_plain(format!("{} {:<8} {} {}: {shown} {}", revision.at, revision.act.word(), revision.device, revision.person, value.to_json()));
        }
    }
    super::review::linked(&desk, &record, lang).iter().for_each(say_plain);
    super::review::decisions(&standing, Some(&path), lang).iter().for_each(say_plain);
    // What chose comes last.
    let computed = form.node_of_path(&path).filter(|id| form.node(*id).kind == crate::form::Kind::Calculate);
    if let Some(id) = computed {
        let value = desk.store().view().current(&record)?.and_then(|c| c.computed.get(&path).cloned());
        say_plain(value.map_or_else(|| "–".to_owned(), |v| show::value(&form, id, &v, lang)));
        say_plain(say::cli::why_computed(lang));
    } else {
        say_plain(explaining::rule(why.rule, lang));
    }
    desk.close()
}

/// What the answer was in the version that it was made with, and the steps from there.
fn migration(migrated: Option<&Migrated>, revision: &Revision, path: &str, lang: Lang) {
    let Some(trace) = migrated.and_then(|migrated| migrated.traces.get(path)) else { return };
    let steps: Vec<String> = trace.steps.iter().map(|(version, word)| format!("{version}: {word}")).collect();
    for was in &trace.was {
        let value = revision.answers.get(was).map_or_else(|| say::screen::cleared(lang), Value::to_json);
        say_plain(format!("    {}", say::migrate::was(lang, revision.version(), steps.join(", "), was, value)));
    }
}
