//! `init` and `demo`.

use super::{Context, flag, option, say_out};
use crate::error::{Exit, Failure};
use crate::locale::{Lang, Text, say};
use crate::store::identity::Role;
use crate::store::{Identity, Store};
use crate::workbench::{Desk, demo};
use clap::{ArgMatches, Command};

pub fn command(lang: Lang) -> Command {
    use say::cli as s;
    Command::new("init").about(s::init(lang)).args([
        option("person", "NAME", s::person(lang)).required(true),
        option("device", "LABEL", s::device(lang)).required(true),
        option("role", "ROLE", s::role(lang)).value_parser(["collaborator", "inspector", "supervisor"]).default_value("collaborator"),
        option("communes", "CODE,…", s::communes(lang)),
    ])
}

pub fn run(matches: &ArgMatches, context: &Context) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let person = crate::locale::fold::nfc(text("person").trim());
    if person.is_empty() {
        return Err(Failure::new(Exit::Usage, Text::both(|l| say::failure::needs_value(l, "--person"))));
    }
    let identity = Identity {
        person,
        device: text("device"),
        role: match text("role").as_str() {
            "inspector" => Role::Inspector,
            "supervisor" => Role::Supervisor,
            _ => Role::Collaborator,
        },
        communes: text("communes").split(',').map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect(),
        language: context.settings.lang.map_or_else(String::new, |l| l.code().to_owned()),
        ..Identity::default()
    };
    let identity = Desk::create(&context.settings, identity)?;
    say_out(say::cli::made_store(context.lang, context.settings.data_dir.display(), &identity.device));
    Ok(())
}

pub fn demo_command(lang: Lang) -> Command {
    use say::cli as s;
    Command::new("demo").about(s::demo(lang)).args([
        option("records", "N", s::demo_records(lang)).value_parser(clap::value_parser!(u32)).default_value("200"),
        option("seed", "S", s::demo_seed(lang)).default_value("1"),
        flag("quiet", s::quiet(lang)),
    ])
}

pub fn demo(matches: &ArgMatches, context: &mut Context, named: bool) -> Result<(), Failure> {
    if !named {
        let mut name = context.settings.data_dir.file_name().unwrap_or_default().to_owned();
        name.push("-demo");
        context.settings.data_dir.set_file_name(name);
    }
    let seed = matches.get_one::<String>("seed").cloned().unwrap_or_default();
    let records = matches.get_one::<u32>("records").copied().unwrap_or(200);
    if !Store::exists(&context.settings.data_dir) {
        demo::create(&context.settings)?;
    }
    let mut desk = context.desk()?;
    let made = demo::fill(&mut desk, records as usize, &seed)?;
    desk.close()?;
    if !matches.get_flag("quiet") {
        say_out(say::cli::made_demo(context.lang, made, context.settings.data_dir.display()));
        say_out(format!("khuyencong --data-dir \"{}\"", context.settings.data_dir.display()));
    }
    Ok(())
}
