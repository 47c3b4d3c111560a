//! `record list`, `show`, `edit`, `void`; `add` and `import` stand in [`super::bring`].

use super::{Context, ask, bring, flag, option, review, say_out, say_plain};
use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::form::check_text::{Compiled, compile_text};
use crate::form::expression::evaluate::evaluate;
use crate::form::instance::{Instance, ROOT_ROW};
use crate::interview::json::{self, InputProblem, Part};
use crate::interview::show as shown;
use crate::locale::{Lang, Text, say};
use crate::record::history::State;
use crate::record::revision::hex;
use crate::store::{Draft, IndexRow};
use crate::workbench::Desk;
use crate::workbench::edit::EditProblem;
use crate::workbench::related::{Gathering, Related};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value as Json, json};
use std::process::ExitCode;
use std::sync::Arc;

pub fn command(lang: Lang) -> Command {
    use say::cli as s;
    let id = || Arg::new("record").value_name("ID").required(true);
    Command::new("record").about(s::record(lang)).subcommand_required(true).subcommands([
        Command::new("add").about(s::record_add(lang)).args([
            option("form", "FORM", s::form(lang)).required(true),
            Arg::new("file").value_name("FILE|-").default_value("-"),
            flag("draft", s::draft(lang)),
            flag("ask", say::line::ask_option(lang)).conflicts_with_all(["draft", "repeat"]),
            option("resume", "ID", say::line::resume_option(lang)).requires("ask"),
            option("repeat", "NAME=FILE", say::data::repeat_file(lang)).num_args(1).action(clap::ArgAction::Append),
        ]),
        Command::new("import").about(say::data::record_import(lang)).args([
            option("form", "FORM", s::form(lang)).required(true),
            Arg::new("file").value_name("FILE").required(true),
            option("map", "MAP.toml", say::data::map_file(lang)),
            option("sheet", "NAME", say::data::sheet(lang)),
            option("header", "ROW", say::data::header_row(lang)).value_parser(clap::value_parser!(usize)),
            flag("plan", say::data::import_plan(lang)),
        ]),
        Command::new("list").about(s::record_list(lang)).args([
            option("form", "FORM", s::form(lang)),
            option("where", "EXPR", s::filter(lang)),
            option("state", "STATE", s::state(lang)).value_parser(["draft", "submitted", "approved", "returned", "void"]),
            flag("linked", say::decide::linked(lang)),
            option("format", "table|jsonl|csv", s::format(lang)).value_parser(["table", "jsonl", "csv"]).default_value("table"),
        ]),
        Command::new("show").about(s::record_show(lang)).args([
            id(),
            flag("history", s::history(lang)),
            option("format", "text|json", s::format(lang)).value_parser(["text", "json"]).default_value("text"),
        ]),
        Command::new("edit").about(s::record_edit(lang)).args([id(), option("set", "PATH=VALUE", s::set(lang)).required(true).num_args(1).action(clap::ArgAction::Append)]),
        Command::new("void").about(s::record_void(lang)).args([id(), option("reason", "TEXT", s::reason(lang)).required(true)]),
    ])
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let mut desk = context.desk()?;
    let code = match matches.subcommand() {
        Some(("add", m)) if m.get_flag("ask") => ask::ask(m, &mut desk)?,
        Some(("add", m)) => bring::add(m, &mut desk)?,
        Some(("import", m)) => bring::import(m, &mut desk)?,
        Some(("list", m)) => list(m, &desk)?,
        Some(("show", m)) => show(m, &desk)?,
        Some(("edit", m)) => edit(m, &mut desk)?,
        Some(("void", m)) => {
            let record = desk.find(text(m, "record"))?;
            desk.void(&record, text(m, "reason"))?;
            say_out(format!("{record} void"));
            ExitCode::SUCCESS
        }
        _ => ExitCode::from(Exit::Usage as u8),
    };
    desk.close()?;
    Ok(code)
}

pub fn text<'m>(matches: &'m ArgMatches, name: &str) -> &'m str {
    matches.get_one::<String>(name).map_or("", String::as_str)
}

/// A summary on one line, whatever a person typed.
pub fn one_line(text: &str) -> String {
    text.split(crate::locale::plain::is_trick).collect::<Vec<_>>().join(" ")
}

/// Prints `path: message` lines.
pub fn refuse(problems: &[InputProblem], lang: Lang) -> ExitCode {
    for problem in problems {
        tell!("{}", json::problem_line(problem, lang));
    }
    tell!("{}", say::failure::input_refused(lang, problems.len()));
    ExitCode::from(Exit::Refused as u8)
}

fn list(matches: &ArgMatches, desk: &Desk) -> Result<ExitCode, Failure> {
    let form = matches.get_one::<String>("form").map(|id| desk.form(id)).transpose()?;
    let state = matches.get_one::<String>("state").and_then(|s| State::parse(s));
    let condition = matches.get_one::<String>("where").map(String::as_str);
    let mut rows: Vec<&IndexRow> = desk.rows().values().collect();
    rows.retain(|row| form.as_ref().is_none_or(|f| f.id == row.form) && state.is_none_or(|s| s == row.state));
    let before = rows.len();
    rows.retain(|row| matches.get_flag("linked") || !desk.links().is_linked(&row.record));
    if rows.len() < before {
        tell!("{}", say::decide::left_out_linked(desk.lang(), before - rows.len()));
    }
    rows.sort_by(|a, b| (&a.form, &a.date, &a.record).cmp(&(&b.form, &b.date, &b.record)));
    let format = text(matches, "format");
    let mut csv = Table::default();
    let (mut understood, mut refused) = (false, None);
    for row in rows {
        // Lines for people say nothing of answers: these are read only where something is asked of them.
        if format == "table" && condition.is_none() {
            say_out(line_of(row, desk.lang()));
            continue;
        }
        let Some(related) = desk.related(row) else {
            bare(row, format, desk.lang());
            continue;
        };
        match condition.map(|condition| meets(&related, condition, desk)) {
            None | Some(Ok(true)) => understood = true,
            Some(Ok(false)) => {
                understood = true;
                continue;
            }
            // Without --form the records of forms that do not have the question are simply not meant.
            Some(Err(failure)) if form.is_none() => {
                refused.get_or_insert(failure);
                continue;
            }
            Some(Err(failure)) => return Err(failure),
        }
        match format {
            "jsonl" if desk.links().is_linked(&row.record) => {
                let mut json = related.to_json();
                json["linked_to"] = desk.links().principal(&row.record).into();
                say_out(json.to_string());
            }
            "jsonl" => say_out(related.to_json().to_string()),
            "csv" => csv.add(&related),
            _ => say_out(line_of(row, desk.lang())),
        }
    }
    if let Some(failure) = refused.filter(|_| !understood) {
        return Err(failure);
    }
    if state.is_none_or(|s| s == State::Draft) && condition.is_none() {
        drafts(desk, form.as_deref(), format);
    }
    csv.print();
    Ok(ExitCode::SUCCESS)
}

fn drafts(desk: &Desk, form: Option<&Form>, format: &str) {
    for draft in desk.store().draft_list() {
        let id = draft.of.split('@').next().unwrap_or_default();
        if form.is_some_and(|f| f.id != id) {
            continue;
        }
        match format {
            "jsonl" => {
                let Ok((form, draft)) = desk.upgraded(draft) else { continue };
                let instance = Instance::new(&form, &draft.answers);
                let answers = json::write(&form, &instance, Part::Answers);
                say_out(json!({"record": draft.record, "form": form.id, "version": form.version, "state": "draft", "conflicts": 0, "person": desk.identity().person, "device": desk.identity().device, "at": stamp(&draft.changed), "summary": draft.summary, "answers": answers, "computed": {}}).to_string());
            }
            "table" => say_plain(format!("{} {:<10} {:<24} {:<10} {}", draft.record, "draft", id, "", one_line(&draft.summary))),
            _ => {}
        }
    }
}

/// A record whose form is not here: what is known of it without one.
fn bare(row: &IndexRow, format: &str, lang: Lang) {
    match format {
        "jsonl" => say_out(json!({"record": row.record, "form": row.form, "version": row.version, "state": row.state.word(), "conflicts": row.conflicts, "person": row.person, "device": row.device, "at": row.at.to_string(), "summary": row.summary, "answers": {}, "computed": {}}).to_string()),
        "table" => say_out(line_of(row, lang)),
        _ => {}
    }
}

/// A record on one line, for people.
fn line_of(row: &IndexRow, lang: Lang) -> String {
    let lapsed = if row.lapsed { format!("  ({})", say::store::lapsed(lang)) } else { String::new() };
    format!("{} {:<10} {:<24} {:<10} {}{lapsed}", row.record, row.state.word(), one_line(&row.form), one_line(&row.date), one_line(&row.summary))
}

/// When a draft was last changed, in the form of every other `at`.
fn stamp(changed: &str) -> String {
    let at = chrono::DateTime::parse_from_rfc3339(changed).map_or(0, |m| m.timestamp_millis());
    crate::record::clock::Stamp { millis: at, counter: 0 }.to_string()
}

fn meets(related: &Related, condition: &str, desk: &Desk) -> Result<bool, Failure> {
    match compile_text(condition, &related.form) {
        Compiled::Code(code) => {
            let world = Gathering::new(desk, &related.row.record);
            let around = desk.around(&world);
            let frame = crate::form::expression::evaluate::Frame::new(&related.form, &related.instance, around.world, around.now, around.lang, ROOT_ROW);
            Ok(evaluate(&code, &frame).to_boolean())
        }
        Compiled::Problem { what, .. } => Err(Failure::new(Exit::Usage, Text::both(|l| say::failure::bad_expression(l, condition))).why(what)),
    }
}

/// Top-level answers of records of any forms as one table.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<(String, String)>>,
}

impl Table {
    fn add(&mut self, related: &Related) {
        let row = &related.row;
        let mut cells: Vec<(String, String)> = [("record", row.record.as_str()), ("form", &row.form), ("state", row.state.word()), ("date", &row.date), ("person", &row.person)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
        for id in related.form.ids().filter(|id| related.form.node(*id).scope == crate::form::ROOT) {
            let node = related.form.node(id);
            if let Some(value) = related.instance.read(&related.form, ROOT_ROW, id).to_value(node.value) {
                cells.push((node.name.clone(), value.plain()));
            }
        }
        for (column, _) in &cells {
            if !self.columns.contains(column) {
                self.columns.push(column.clone());
            }
        }
        self.rows.push(cells);
    }

    fn print(&self) {
        if self.rows.is_empty() {
            return;
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        let _ = writer.write_record(&self.columns);
        for row in &self.rows {
            let cell = |column: &String| row.iter().find(|(c, _)| c == column).map_or("", |(_, v)| v);
            let _ = writer.write_record(self.columns.iter().map(cell));
        }
        let bytes = writer.into_inner().unwrap_or_default();
        say_out(String::from_utf8_lossy(&bytes).trim_end());
    }
}

fn show(matches: &ArgMatches, desk: &Desk) -> Result<ExitCode, Failure> {
    let record = desk.find(text(matches, "record"))?;
    if let Some(draft) = desk.store().draft_list().find(|d| d.record == record).filter(|_| desk.row(&record).is_none()) {
        return show_draft(draft, text(matches, "format") == "json", desk);
    }
    let standing = desk.standing(&record)?;
    let related = desk.row(&record).and_then(|row| desk.related(row));
    if text(matches, "format") == "json" {
        let mut json = related.as_ref().map_or_else(|| json!({"record": record}), Related::to_json);
        if let (Some(from), Ok(form)) = (standing.migrated_from(), &standing.form) {
            let problems: serde_json::Map<String, Json> = standing.problems().into_iter().map(|(path, what)| (path, what.get(desk.lang()).into())).collect();
            json["migrated"] = json!({"from": from, "to": form.version, "problems": problems});
        }
        if desk.links().is_linked(&record) {
            json["linked_to"] = desk.links().principal(&record).into();
        }
        json["history"] = (0..standing.history.revisions().len()).map(|at| review::revision_json(&standing, at)).collect();
        say_out(json.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let lang = desk.lang();
    if let Some(related) = &related {
        print_answers(related, desk, lang);
    }
    standing.told().iter().for_each(|told| say_plain(told.get(lang)));
    review::linked(desk, &record, lang).iter().for_each(say_plain);
    review::decisions(&standing, None, lang).iter().for_each(say_plain);
    if matches.get_flag("history") {
        for revision in standing.history.revisions() {
            say_plain(format!("{} {} {:<8} {} {}", &hex(&revision.id)[..12], revision.at, revision.act.word(), revision.device, revision.person));
            if let Some(reason) = revision.argument("reason").or(revision.argument("comment")) {
                say_plain(format!("    “{reason}”"));
            }
            for path in &revision.wrote {
                let value = revision.answers.get(path).map_or_else(|| "–".to_owned(), crate::value::Value::to_json);
                say_plain(format!("    {path} = {value}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A draft has answers but no history yet.
fn show_draft(draft: &Draft, as_json: bool, desk: &Desk) -> Result<ExitCode, Failure> {
    let (form, draft) = desk.upgraded(draft)?;
    let instance = Instance::new(&form, &draft.answers);
    let answers = json::write(&form, &instance, Part::Answers);
    if as_json {
        say_out(json!({"record": draft.record, "form": form.id, "version": form.version, "state": "draft", "at": stamp(&draft.changed), "summary": draft.summary, "answers": answers, "history": []}).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    say_plain(format!("{} · {} · {}", form.title.get(desk.lang()), one_line(&draft.summary), crate::tui::words::state(State::Draft, desk.lang())));
    for (path, value) in &draft.answers {
        say_plain(format!("  {path} = {}", value.to_json()));
    }
    Ok(ExitCode::SUCCESS)
}

fn print_answers(related: &Related, desk: &Desk, lang: Lang) {
    let (form, row): (&Arc<Form>, &IndexRow) = (&related.form, &related.row);
    say_plain(format!("{} · {} · {}", form.title.get(lang), row.summary, crate::tui::words::state(row.state, lang)));
    let mut lines = Vec::new();
    crate::interview::order::walk(form, &related.instance, &mut |at, id| {
        let node = form.node(id);
        let value = related.instance.read(form, at, id).to_value(node.value).filter(|_| related.instance.is_relevant(form, at, id));
        if let Some(value) = value {
            let path = related.instance.path(form, at, id);
            let label = if node.label.is_empty() { node.name.clone() } else { shown::label(form, &related.instance, (at, id), lang) };
            lines.push(format!("  {path:<34} {label}: {}", one_line(&shown::answer(form, &related.instance, (at, id), &value, lang))));
        }
    });
    lines.iter().for_each(say_plain);
    let _ = desk;
}

fn edit(matches: &ArgMatches, desk: &mut Desk) -> Result<ExitCode, Failure> {
    let record = desk.find(text(matches, "record"))?;
    let mut changes = Vec::new();
    for set in matches.get_many::<String>("set").into_iter().flatten() {
        let (path, value) = set.split_once('=').ok_or_else(|| Failure::new(Exit::Usage, Text::both(|l| say::failure::needs_value(l, "--set path=value"))))?;
        changes.push((path.to_owned(), value.to_owned()));
    }
    match desk.edit(&record, &changes) {
        Ok(revision) => {
            say_out(format!("{record} {}", revision.map_or_else(|| "draft".to_owned(), |r| hex(&r.id)[..12].to_owned())));
            Ok(ExitCode::SUCCESS)
        }
        Err(EditProblem::Failure(failure)) => Err(failure),
        Err(EditProblem::Answers(problems)) => Ok(refuse(&problems, desk.lang())),
    }
}
