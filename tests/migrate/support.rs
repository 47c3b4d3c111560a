//! Three versions of a small form, and answers made with them.

use khuyencong::form::Form;
use khuyencong::form::instance::Answers;
use khuyencong::form::migrate::{Before, Migrated, migrate};
use khuyencong::form::problem::{Problem, Severity};
use khuyencong::value::{Decimal, Value};
use khuyencong::workbench::library::check_bytes;
use std::collections::BTreeMap;

pub const V1: &str = include_str!("v1.toml");
pub const V2: &str = include_str!("v2.toml");
pub const V3: &str = include_str!("v3.toml");

/// A form that can be used.
#[track_caller]
pub fn form(text: &str) -> Form {
    let report = check_bytes("shop.toml", text.as_bytes(), &|_| None);
    report.form.unwrap_or_else(|| panic!("{:#?}", report.problems))
}

/// What is wrong with a form, as the text that is pointed at and what is said, errors with `!`.
pub fn problems(text: &str) -> Vec<String> {
    let report = check_bytes("shop.toml", text.as_bytes(), &|_| None);
    let said = |p: &Problem| {
        let hint = if p.hint.en.is_empty() { String::new() } else { format!(" ({})", p.hint.en) };
        format!("{}{}: {}{hint}", if p.severity == Severity::Error { "!" } else { "" }, &text[p.place.clone()], p.what.en)
    };
    report.problems.iter().map(said).collect()
}

/// A form of these questions (`name: type`, groups of them in a repeat as `repeat / name: type`) at version 2, with one
/// entry from version 1 of these steps.
pub fn changed(questions: &str, steps: &str) -> String {
    let lists = if questions.contains("select") { "[choices]\nkinds = [{ name = \"a\" }, { name = \"b\" }, { name = \"c\" }]\n" } else { "" };
    let mut text = format!("form = \"f\"\nversion = 2\ntitle = \"F\"\n{lists}");
    let mut open = String::new();
    for line in questions.split(',').map(str::trim).filter(|line| !line.is_empty()) {
        let (place, kind) = line.split_once(": ").unwrap();
        let choices = if kind.starts_with("select") { "choices = \"kinds\"\n" } else { "" };
        match place.split_once(" / ") {
            Some((repeat, name)) => {
                if repeat != open {
                    open = repeat.to_owned();
                    text.push_str(&format!("[[question]]\nname = \"{repeat}\"\ntype = \"repeat\"\nlabel = {{ vi = \"x\", en = \"x\" }}\n"));
                }
                text.push_str(&format!("[[question.question]]\nname = \"{name}\"\ntype = \"{kind}\"\n{choices}label = {{ vi = \"x\", en = \"x\" }}\n"));
            }
            None => text.push_str(&format!("[[question]]\nname = \"{place}\"\ntype = \"{kind}\"\n{choices}label = {{ vi = \"x\", en = \"x\" }}\n")),
        }
    }
    format!("{text}[[migrate]]\nfrom = 1\nstep = [{steps}]\n")
}

pub fn text(text: &str) -> Value {
    Value::text(text)
}

pub fn number(text: &str) -> Value {
    Value::Number(Decimal::canonical(text).unwrap())
}

pub fn choices(names: &[&str]) -> Value {
    Value::Choices(names.iter().map(|name| (*name).to_owned()).collect())
}

pub fn answers(answers: &[(&str, Value)]) -> Answers {
    answers.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect()
}

/// Answers of a first revision of version 1, all of them written in it, as a form sees them.
#[track_caller]
pub fn seen(form: &Form, before: &[(&str, Value)]) -> Migrated {
    let answers = answers(before);
    let wrote: Vec<String> = answers.keys().cloned().collect();
    migrate(form, 1, Before { answers: &answers, notes: &BTreeMap::new(), wrote: &wrote, is_first: true }).unwrap()
}
