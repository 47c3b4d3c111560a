//! What is wrong with a command line, in the user's language.

use crate::locale::plain::plain;
use crate::locale::{Lang, say::cli as s};
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// One sentence of a wrong command line. A kind that is not told here, if the parser grows one, keeps the parser's words.
pub fn sentence(error: &clap::Error, lang: Lang) -> String {
    // What was typed is said back, and may hold anything.
    let list = |kind| plain(&listed(error, kind));
    let (arg, value) = (list(ContextKind::InvalidArg), list(ContextKind::InvalidValue));
    let meant = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue].into_iter().map(list).find(|text| !text.is_empty());
    let wrong = match error.kind() {
        ErrorKind::InvalidSubcommand => s::no_command(lang, list(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => s::command_missing(lang, list(ContextKind::ValidSubcommand)),
        ErrorKind::UnknownArgument => s::unknown_argument(lang, arg),
        ErrorKind::MissingRequiredArgument => s::argument_missing(lang, arg),
        ErrorKind::InvalidValue if value.is_empty() => s::value_missing(lang, arg),
        ErrorKind::InvalidValue => s::value_not_one_of(lang, value, arg, list(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => s::value_wrong(lang, value, arg),
        ErrorKind::ArgumentConflict if list(ContextKind::PriorArg) == arg => s::argument_twice(lang, arg),
        ErrorKind::ArgumentConflict => s::arguments_apart(lang, arg, list(ContextKind::PriorArg)),
        _ => first_sentence(error),
    };
    match meant {
        // The parser puts the likeliest last.
        Some(meant) => s::usage_meant(lang, wrong, meant.rsplit(", ").next().unwrap_or_default()),
        None => wrong,
    }
}

fn listed(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// The parser's own first sentence; what it lists stands in the lines below, up to a blank one.
fn first_sentence(error: &clap::Error) -> String {
    let told = error.to_string();
    let first: Vec<&str> = told.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    plain(first.join(" ").trim_start_matches("error: "))
}
