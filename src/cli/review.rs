//! `approve`, `return`, `answer`, `link`, `apart`, `duplicates`, `undo`, and how decisions are told.

use super::record::{one_line, text};
use super::{Context, option, say_out, say_plain};
use crate::error::Failure;
use crate::interview::json as answers;
use crate::locale::{Lang, say};
use crate::record::decision::Holding;
use crate::record::revision::{Act, Revision, hex};
use crate::tui::words;
use crate::workbench::Desk;
use crate::workbench::upgrade::Standing;
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value as Json, json};

pub fn commands(lang: Lang) -> [Command; 7] {
    use say::{cli as s, decide as d};
    let one = |name: &'static str, shown: &'static str| Arg::new(name).value_name(shown).required(true);
    let comment = || option("comment", "TEXT", d::comment(lang)).required(true);
    let reason = || option("reason", "TEXT", s::reason(lang));
    [
        Command::new("approve").about(d::approve(lang)).arg(one("record", "ID").num_args(1..)),
        Command::new("return").about(d::send_back(lang)).args([one("record", "ID"), option("question", "PATH", d::question(lang)).required(true), comment()]),
        Command::new("answer").about(d::answer(lang)).args([one("record", "ID"), comment()]),
        Command::new("link").about(d::link(lang)).args([one("record", "A"), one("other", "B"), reason().required(true)]),
        Command::new("apart").about(d::apart(lang)).args([one("record", "A"), one("other", "B"), reason().required(true)]),
        Command::new("duplicates").about(d::duplicates(lang)).arg(option("format", "table|jsonl", s::format(lang)).value_parser(["table", "jsonl"]).default_value("table")),
        Command::new("undo").about(d::undo(lang)).args([one("revision", "REVISION").help(d::revision(lang)), reason()]),
    ]
}

/// The record, the revision and where the record stands now.
fn tell(desk: &Desk, revision: &Revision) {
    let state = desk.row(&revision.record).map_or("", |row| row.state.word());
    say_plain(format!("{} {} {state}", revision.record, &hex(&revision.id)[..12]));
}

pub fn approve(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let records = matches.get_many::<String>("record").into_iter().flatten().map(|start| desk.find(start)).collect::<Result<Vec<_>, _>>()?;
    let approved = desk.approve(&records)?;
    approved.iter().for_each(|revision| tell(&desk, revision));
    for record in records.iter().filter(|record| !approved.iter().any(|r| r.record == **record)) {
        tell!("{}", say::decide::approved_already(context.lang, record));
    }
    desk.close()
}

pub fn send_back(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let record = desk.find(text(matches, "record"))?;
    let revision = desk.send_back(&record, text(matches, "question"), text(matches, "comment"))?;
    tell(&desk, &revision);
    desk.close()
}

pub fn answer(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let record = desk.find(text(matches, "record"))?;
    let revision = desk.reply(&record, text(matches, "comment"))?;
    tell(&desk, &revision);
    desk.close()
}

/// `link` and `apart`.
pub fn pair(matches: &ArgMatches, context: &mut Context, act: &Act) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let (record, other) = (desk.find(text(matches, "record"))?, desk.find(text(matches, "other"))?);
    let reason = text(matches, "reason");
    let revision = if *act == Act::Link { desk.link(&record, &other, reason)? } else { desk.apart(&record, &other, reason)? };
    tell(&desk, &revision);
    desk.close()
}

pub fn undo(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    let mut desk = context.desk()?;
    let target = desk.find_revision(text(matches, "revision"))?;
    let revision = desk.undo(&target.id, matches.get_one::<String>("reason").map(String::as_str))?;
    tell(&desk, &revision);
    // What two people decided alike without knowing of each other is two decisions.
    let history = desk.history(&revision.record)?;
    let alike = |r: &Revision| r.act == target.act && r.argument("target") == target.argument("target") && r.argument("question") == target.argument("question");
    let standing = history.revisions().iter().enumerate().filter(|(at, r)| alike(r) && target.act != Act::Resolve && history.holding(*at) == Holding::Holds);
    for (_, other) in standing {
        tell!("{}", say::decide::still_decided(context.lang, &hex(&other.id)[..12]));
    }
    desk.close()
}

pub fn duplicates(matches: &ArgMatches, context: &mut Context) -> Result<(), Failure> {
    use say::decide as d;
    let desk = context.desk()?;
    let lang = desk.lang();
    let as_json = text(matches, "format") == "jsonl";
    let pairs = desk.duplicates();
    let summary = |record: &str| desk.row(record).map(|row| one_line(&row.summary)).unwrap_or_default();
    for pair in &pairs {
        if as_json {
            let disputed: Vec<Json> = pair.disputed.iter().map(|p| json!({"revision": hex(&p.revision), "act": if p.is_link { "link" } else { "apart" }})).collect();
            say_out(
                json!({"form": pair.form, "records": [pair.one, pair.other], "summaries": [summary(&pair.one), summary(&pair.other)], "by": pair.by, "disputed": disputed})
                    .to_string(),
            );
            continue;
        }
        say_plain(format!("{} {}", pair.one, pair.other));
        say_plain(format!("  {} | {}", summary(&pair.one), summary(&pair.other)));
        if pair.by.is_empty() {
            say_plain(format!("  {}", d::disputed(lang)));
        } else {
            say_plain(format!("  {}", d::alike_by(lang, pair.by.iter().cloned().collect::<Vec<_>>().join(", "))));
        }
        for told in &pair.disputed {
            let revision = &hex(&told.revision)[..12];
            say_plain(format!("    {}", if told.is_link { d::says_linked(lang, revision) } else { d::says_apart(lang, revision) }));
        }
    }
    if pairs.is_empty() && !as_json {
        tell!("{}", d::no_duplicates(lang));
    }
    desk.close()
}

/// How a decision stands, in words; empty where it simply holds.
fn holding(standing: &Standing, at: usize, lang: Lang) -> String {
    use say::decide as d;
    let revisions = standing.history.revisions();
    let act = &revisions[at].act;
    let holding = standing.seen().holding(at);
    let Some(by) = holding.by().map(|by| &revisions[by]) else {
        return if *act == Act::Return { d::question_open(lang) } else { String::new() };
    };
    match (holding, act) {
        (Holding::TakenBack(_), _) => d::taken_back(lang, &hex(&by.id)[..12], &by.person, by.at),
        (Holding::Lapsed(_), Act::Void) => d::void_edited(lang, &by.person, by.at),
        (Holding::Lapsed(_), _) if by.is_decision() => d::approval_lapsed(lang, words::act(&by.act, lang), &by.person, by.at),
        (Holding::Lapsed(_), _) => d::approval_edited(lang, &by.person, by.at),
        (_, Act::Return) => d::question_settled(lang, words::act(&by.act, lang), &by.person, by.at),
        _ => d::written_over(lang, &by.person, by.at),
    }
}

/// The decisions about a record, each with how it stands. With a path those that neither wrote it nor speak of another.
pub fn decisions(standing: &Standing, path: Option<&str>, lang: Lang) -> Vec<String> {
    use say::decide as d;
    let mut lines = Vec::new();
    for (at, revision) in standing.seen().revisions().iter().enumerate().filter(|(_, r)| r.is_decision()) {
        let question = revision.argument("question").or(revision.argument("path"));
        if path.is_some_and(|path| question.is_some_and(|asked| asked != path) || revision.wrote.iter().any(|wrote| wrote == path)) {
            continue;
        }
        let act = match &revision.act {
            Act::Unknown(word) => d::unknown_act(lang, word),
            act => words::act(act, lang),
        };
        let mut line = format!("{} {}", &hex(&revision.id)[..12], d::told(lang, act, &revision.person, &revision.device, revision.at));
        let said = revision.argument("reason").or(revision.argument("comment")).map(|said| format!("“{}”", one_line(said)));
        let target = revision.argument("target").map(|id| format!("→ {}", if revision.act == Act::Undo { id.get(..12).unwrap_or(id) } else { id }));
        let parts = [question.map(|path| d::about_question(lang, path)), target, said, Some(holding(standing, at, lang)).filter(|told| !told.is_empty())];
        for part in parts.into_iter().flatten() {
            line.push_str(" · ");
            line.push_str(&one_line(&part));
        }
        lines.push(line);
    }
    lines
}

/// What a record reads as, and what reads as it.
pub fn linked(desk: &Desk, record: &str, lang: Lang) -> Vec<String> {
    let principal = desk.links().principal(record);
    if principal != record {
        return vec![say::decide::reads_as(lang, principal, desk.row(principal).map(|row| one_line(&row.summary)).unwrap_or_default())];
    }
    desk.links().class(record).filter(|other| *other != record).map(|other| say::decide::read_for(lang, other)).collect()
}

/// One revision for scripts.
pub fn revision_json(standing: &Standing, at: usize) -> Json {
    use crate::record::revision::Argument;
    let revision = &standing.history.revisions()[at];
    let values: Json = revision.answers.iter().map(|(path, value)| (path.clone(), answers::to_json(value))).collect::<serde_json::Map<_, _>>().into();
    let argument = |argument: &Argument| match argument {
        Argument::Text(text) => Json::String(text.clone()),
        Argument::Other(json) => serde_json::from_str(json).unwrap_or(Json::Null),
    };
    let args: Json = revision.args.iter().map(|(name, value)| (name.clone(), argument(value))).collect::<serde_json::Map<_, _>>().into();
    let mut told = json!({
        "id": hex(&revision.id), "at": revision.at.to_string(), "device": revision.device, "person": revision.person, "act": revision.act.word(),
        "args": args, "parents": revision.parents.iter().map(hex).collect::<Vec<_>>(), "wrote": revision.wrote, "answers": values,
    });
    if revision.is_decision() {
        let holding = standing.seen().holding(at);
        told["standing"] = holding.word().into();
        if let Some(by) = holding.by() {
            told["by"] = hex(&standing.history.revisions()[by].id).into();
        }
    }
    told
}
