//! The commands: one short file a group. The only place that prints.
//!
//! stdout carries results, stderr the rest; exit 0 done, else [`crate::error::Exit`]. A closed pipe is no error.

/// A line for people, on stderr. Where nobody can read it (a closed pipe, a full disk), the work goes on.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

mod ask;
mod bring;
mod decide;
mod eval;
mod export;
mod forms;
mod forms_transfer;
mod init;
mod minutes;
mod record;
mod report;
mod review;
mod store;
mod transfer;
mod usage;

use crate::error::{Exit, Failure};
use crate::locale::plain::plain;
use crate::locale::{Lang, Text, say};
use crate::record::Act;
use crate::store::{Identity, Notice};
use crate::workbench::chance::Clock;
use crate::workbench::{Desk, Settings};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a command works with.
pub struct Context {
    /// Where things are.
    pub settings: Settings,
    /// The language of messages.
    pub lang: Lang,
}

impl Context {
    /// Opens the store; repairs are told on stderr.
    fn desk(&mut self) -> Result<Desk, Failure> {
        let (desk, notices) = Desk::open(self.settings.clone())?;
        self.opened(desk.lang(), &notices);
        Ok(desk)
    }

    /// A store was opened: what was repaired is told in the language of its person.
    fn opened(&mut self, lang: Lang, notices: &[Notice]) {
        self.lang = lang;
        for notice in notices {
            tell!("{}", crate::tui::words::notice(notice, self.lang));
        }
    }
}

/// Prints a result line. A closed pipe ends the program quietly; anything else (a full disk) is told.
fn say_out(line: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", line.as_ref()) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            let failure = Failure::io(Path::new("stdout"), &error);
            let lang = language(&std::env::args_os().collect::<Vec<_>>());
            failure.lines(lang).iter().for_each(|line| tell!("{line}"));
            std::process::exit(failure.exit as i32);
        }
    }
}

/// The same for people, of what others wrote: nothing in it may do more to a terminal than be read.
fn say_plain(lines: impl AsRef<str>) {
    say_out(lines.as_ref().split('\n').map(plain).collect::<Vec<_>>().join("\n"));
}

/// Runs the program.
pub fn run(args: Vec<OsString>) -> ExitCode {
    install_panic_hook();
    let lang = language(&args);
    let matches = match command(lang).try_get_matches_from(&args) {
        Ok(matches) => matches,
        Err(error) => return wrong_usage(&error, lang),
    };
    let mut context = match settings(&matches) {
        Ok(settings) => Context { settings, lang },
        Err(failure) => return fail(&failure, lang),
    };
    match dispatch(&matches, &mut context) {
        Ok(code) => code,
        Err(failure) => fail(&failure, context.lang),
    }
}

fn fail(failure: &Failure, lang: Lang) -> ExitCode {
    for line in failure.lines(lang) {
        tell!("{line}");
    }
    ExitCode::from(failure.exit as u8)
}

fn wrong_usage(error: &clap::Error, lang: Lang) -> ExitCode {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        say_out(error.to_string().trim_end());
        return ExitCode::SUCCESS;
    }
    tell!("{}", say::cli::wrong_usage(lang, usage::sentence(error, lang)));
    tell!("{}", say::cli::wrong_usage_hint(lang));
    ExitCode::from(Exit::Usage as u8)
}

/// The language is needed before the arguments are parsed, since help is in it: what is asked for, else that of the store's person.
fn language(args: &[OsString]) -> Lang {
    let texts: Vec<&str> = args.iter().filter_map(|a| a.to_str()).collect();
    let given = |option: &str| {
        texts.iter().enumerate().find_map(|(at, text)| match text.strip_prefix(option)? {
            "" => texts.get(at + 1).map(|value| (*value).to_owned()),
            rest => rest.strip_prefix('=').map(str::to_owned),
        })
    };
    let asked = given("--lang").or_else(|| variable("KHUYENCONG_LANG")).and_then(|code| Lang::from_code(&code));
    let own = || Identity::load(&data_folder(given("--data-dir"))).ok().and_then(|identity| Lang::from_code(&identity.language));
    asked.or_else(own).unwrap_or_default()
}

/// Of the environment, where it says anything.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn data_folder(given: Option<String>) -> PathBuf {
    given.or_else(|| variable("KHUYENCONG_DATA")).map_or_else(default_folder, PathBuf::from)
}

fn settings(matches: &ArgMatches) -> Result<Settings, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let clock = match variable("KHUYENCONG_NOW") {
        None => Clock::System,
        Some(text) => Clock::parse(&text).ok_or_else(|| Failure::new(Exit::Usage, Text::both(|l| say::failure::bad_now(l, &text))))?,
    };
    let lang = text("lang").or_else(|| variable("KHUYENCONG_LANG"));
    Ok(Settings {
        data_dir: data_folder(text("data-dir")),
        forms_dir: text("forms").or_else(|| variable("KHUYENCONG_FORMS")).map(PathBuf::from),
        lang: lang.and_then(|code| Lang::from_code(&code)),
        clock,
        seed: variable("KHUYENCONG_SEED"),
        viewer: variable("KHUYENCONG_VIEWER").map(Into::into),
    })
}

/// Where each system keeps a program's data.
fn default_folder() -> PathBuf {
    use etcetera::BaseStrategy;
    etcetera::choose_base_strategy().map_or_else(|_| PathBuf::from("khuyencong-data"), |base| base.data_dir().join("khuyencong"))
}

/// An option with a value.
fn option(name: &'static str, value: &'static str, help: String) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// An option without a value.
fn flag(name: &'static str, help: String) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn command(lang: Lang) -> Command {
    use say::cli as s;
    Command::new("khuyencong")
        .version(env!("CARGO_PKG_VERSION"))
        .about(s::about(lang))
        .arg(option("data-dir", "DIR", s::data_dir(lang)).global(true))
        .arg(option("forms", "DIR", s::forms_dir(lang)).global(true))
        .arg(option("lang", "vi|en", s::lang(lang)).global(true).value_parser(["vi", "en"]))
        .subcommands([init::command(lang), init::demo_command(lang), forms::command(lang), record::command(lang)])
        .subcommands(transfer::commands(lang))
        .subcommands(decide::commands(lang))
        .subcommands(review::commands(lang))
        .subcommand(report::command(lang))
        .subcommand(minutes::command(lang))
        .subcommand(export::command(lang))
        .subcommands(store::commands(lang))
        .subcommand(Command::new("completions").about(s::completions(lang)).arg(Arg::new("shell").required(true).value_parser(clap::value_parser!(clap_complete::Shell))))
}

fn dispatch(matches: &ArgMatches, context: &mut Context) -> Result<ExitCode, Failure> {
    let done = |()| ExitCode::SUCCESS;
    match matches.subcommand() {
        None => crate::tui::run(context.settings.clone(), context.lang).map(done),
        Some(("init", m)) => init::run(m, context).map(done),
        Some(("demo", m)) => init::demo(m, context, matches.value_source("data-dir").is_some() || std::env::var_os("KHUYENCONG_DATA").is_some()).map(done),
        Some(("forms", m)) => forms::run(m, context),
        Some(("record", m)) => record::run(m, context),
        Some(("sync", m)) => transfer::sync(m, context),
        Some(("merge", m)) => transfer::merge(m, context),
        Some(("verify", m)) => transfer::verify(m, context),
        Some(("conflicts", m)) => decide::conflicts(m, context).map(done),
        Some(("resolve", m)) => decide::resolve(m, context),
        Some(("why", m)) => decide::why(m, context).map(done),
        Some(("approve", m)) => review::approve(m, context).map(done),
        Some(("return", m)) => review::send_back(m, context).map(done),
        Some(("answer", m)) => review::answer(m, context).map(done),
        Some(("link", m)) => review::pair(m, context, &Act::Link).map(done),
        Some(("apart", m)) => review::pair(m, context, &Act::Apart).map(done),
        Some(("duplicates", m)) => review::duplicates(m, context).map(done),
        Some(("undo", m)) => review::undo(m, context).map(done),
        Some(("report", m)) => report::run(m, context).map(done),
        Some(("minutes", m)) => minutes::run(m, context).map(done),
        Some(("export", m)) => export::run(m, context).map(done),
        Some(("backup", m)) => store::backup(m, context),
        Some(("restore", m)) => store::restore(m, context),
        Some(("doctor", m)) => store::doctor(m, context),
        Some(("completions", m)) => {
            let shell = *m.get_one::<clap_complete::Shell>("shell").unwrap_or(&clap_complete::Shell::Bash);
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command(context.lang), "khuyencong", &mut script);
            say_out(String::from_utf8_lossy(&script).trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Some(_) => Ok(ExitCode::from(Exit::Usage as u8)),
    }
}

/// A panic inside a guarded thread is expected there and told as a notice, not as a crash.
fn install_panic_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !crate::store::is_guarded() {
            before(info);
        }
    }));
}
