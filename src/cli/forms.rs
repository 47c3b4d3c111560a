//! `forms list`, `check`, `try`, `eval`; `import` and `export` are in [`forms_transfer`].

use super::{Context, eval, flag, forms_transfer, option, say_out};
use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::form::draft::Source;
use crate::form::migrate::compare::{suggestion, undeclared};
use crate::form::problem::{Severity, render_all};
use crate::locale::{Lang, Text, say};
use crate::workbench::library::{Library, Report, check_bytes};
use clap::{Arg, ArgMatches, Command};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub fn command(lang: Lang) -> Command {
    use say::cli as s;
    let file = |name: &'static str| Arg::new(name).value_name("FILE").required(true);
    Command::new("forms")
        .about(s::forms(lang))
        .subcommand_required(true)
        .subcommands([
            Command::new("list").about(s::forms_list(lang)).arg(option("format", "table|json", s::format(lang)).value_parser(["table", "json"]).default_value("table")),
            Command::new("check").about(s::forms_check(lang)).args([file("file").num_args(1..), option("against", "OLD", say::migrate::against_help(lang))]),
            Command::new("try").about(s::forms_try(lang)).arg(file("file")),
            Command::new("eval").about(s::forms_eval(lang)).args([
                Arg::new("expression").value_name("EXPR").required_unless_present("batch").allow_hyphen_values(true),
                option("answers", "FILE", s::answers_file(lang)),
                flag("batch", s::eval_batch(lang)),
            ]),
        ])
        .subcommands(forms_transfer::commands(lang))
}

pub fn run(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    match matches.subcommand() {
        Some(("list", m)) => list(m, context),
        Some(("check", m)) => check(m, context),
        Some(("try", m)) => {
            let report = read(m.get_one::<String>("file").map_or("", String::as_str), context)?;
            match report.form {
                Some(form) => crate::tui::try_form(Arc::new(form), context.lang).map(|()| ExitCode::SUCCESS),
                None => {
                    tell!("{}", render_all(&report.problems, &report.source, context.lang));
                    Ok(ExitCode::from(Exit::Refused as u8))
                }
            }
        }
        Some(("eval", m)) => eval::run(m, context),
        Some(("import", m)) => forms_transfer::import(m, context),
        Some(("export", m)) => forms_transfer::export(m, context),
        _ => Ok(ExitCode::from(Exit::Usage as u8)),
    }
}

fn list(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let library = Library::new(&context.settings);
    let json = matches.get_one::<String>("format").is_some_and(|f| f == "json");
    for id in library.ids() {
        match library.form(&id) {
            Ok(form) if json => {
                say_out(
                    serde_json::json!({"form": form.id, "version": form.version, "title": {"vi": form.title.vi, "en": form.title.en}, "of": form.of, "questions": count(&form)})
                        .to_string(),
                );
            }
            Ok(form) => say_out(format!("{:<26} v{:<3} {:>4}  {}", form.id, form.version, count(&form), form.title.get(context.lang))),
            Err(failure) => tell!("{}", failure.lines(context.lang).join(" ")),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn count(form: &crate::form::Form) -> usize {
    form.nodes.iter().filter(|n| matches!(n.kind, crate::form::Kind::Question)).count()
}

/// Reads a form file; its lists are looked for beside it, then among the forms at hand.
fn read(path: &str, context: &Context) -> Result<Report, Failure> {
    let path = Path::new(path);
    let bytes = std::fs::read(path).map_err(|e| Failure::io(path, &e))?;
    let library = Library::new(&context.settings);
    let folder = path.parent().unwrap_or(Path::new(""));
    let lists = |name: &str| std::fs::read_to_string(folder.join(name)).ok().map(Arc::from).or_else(|| library.text(name));
    Ok(check_bytes(&path.display().to_string(), &bytes, &lists))
}

fn check(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::SUCCESS;
    let against = matches.get_one::<String>("against").map(|old| earlier(old, context)).transpose()?;
    for file in matches.get_many::<String>("file").into_iter().flatten() {
        if let Some(text) = programme_text(file) {
            if !check_programme(file, text, context) {
                code = ExitCode::from(Exit::Refused as u8);
            }
            continue;
        }
        let report = read(file, context)?;
        if !report.problems.is_empty() {
            tell!("{}\n", render_all(&report.problems, &report.source, context.lang));
        }
        let errors = report.problems.iter().filter(|p| p.severity == Severity::Error).count();
        let warnings = report.problems.len() - errors;
        match report.form {
            Some(form) => {
                say_out(say::cli::form_ok(context.lang, file, &form.id, form.version, count(&form), warnings));
                against.iter().try_for_each(|old| compare(old, &form, context.lang))?;
            }
            None => {
                say_out(say::cli::form_bad(context.lang, file, errors, warnings));
                code = ExitCode::from(Exit::Refused as u8);
            }
        }
    }
    Ok(code)
}

/// The text of a file that is a programme: a table of targets, not a form.
fn programme_text(file: &str) -> Option<String> {
    let is_head = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == "programme");
    let text = std::fs::read_to_string(file).ok()?;
    (Path::new(file).file_name().is_some_and(|name| name == "programme.toml") || text.lines().any(is_head)).then_some(text)
}

/// Tells all problems of a programme file; its forms and lists are looked for beside it, then among those at hand.
fn check_programme(file: &str, text: String, context: &Context) -> bool {
    let library = Library::new(&context.settings).beside(Path::new(file).parent().unwrap_or(Path::new("")));
    match library.read_programme(&text) {
        Ok(programme) => {
            // B1 is the targets themselves.
            say_out(say::programme::file_ok(context.lang, file, &programme.id, programme.targets.len(), programme.tables.len() + 1));
            true
        }
        Err(problems) => {
            tell!("{}\n", render_all(&problems, &Source::new(file, text), context.lang));
            say_out(say::cli::form_bad(context.lang, file, problems.len(), 0));
            false
        }
    }
}

/// The earlier version of a form to compare with.
fn earlier(path: &str, context: &Context) -> Result<Form, Failure> {
    let report = read(path, context)?;
    let why = Text::both(|l| render_all(&report.problems, &report.source, l));
    report.form.ok_or_else(|| Failure::new(Exit::Refused, Text::both(|l| say::failure::bad_form(l, path))).why(why))
}

/// Tells what changed without being declared, and how it could be. A doubt, not an error: an author may have meant it.
fn compare(old: &Form, new: &Form, lang: Lang) -> Result<(), Failure> {
    if old.id != new.id {
        return Err(Failure::new(Exit::Usage, Text::both(|l| say::migrate::other_form(l, &old.id, &new.id))));
    }
    if old.version >= new.version {
        return Err(Failure::new(Exit::Usage, Text::both(|l| say::migrate::not_newer(l, old.version, new.version))));
    }
    let found = undeclared(old, new);
    if found.is_empty() {
        say_out(say::migrate::all_declared(lang, old.version, new.version));
        return Ok(());
    }
    for one in &found {
        tell!("{}: {}", say::form::warning(lang), one.what.get(lang));
    }
    say_out(say::migrate::suggestion(lang));
    say_out(suggestion(old, &found));
    Ok(())
}
