//! `[[migrate]]`: what is declared about earlier versions, one step a line.

use super::quoted;
use crate::form::draft::{Cell, Change, Migration};
use crate::value::Decimal;
use std::fmt::Write;

/// Numbers with more digits are written in quotes: other readers of TOML would not keep them.
const MOST_DIGITS: usize = 15;

pub(super) fn write(out: &mut String, migration: &Migration) {
    let _ = writeln!(out, "\n[[migrate]]\nfrom = {}", number(&migration.from));
    if !migration.changes.is_empty() {
        out.push_str("step = [\n");
        migration.changes.iter().for_each(|change| {
            let _ = writeln!(out, "  {{ {} }},", step(change));
        });
        out.push_str("]\n");
    }
}

fn step(change: &Change) -> String {
    let text = |name: &'static str, cell: &Cell| (name, quoted(&cell.text));
    let some = |name: &'static str, cell: &Option<Cell>| cell.as_ref().map(|cell| text(name, cell));
    let table = |kind: &str, parts: Vec<(&str, String)>| {
        let parts: Vec<String> = parts.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        format!("{kind} = {{ {} }}", parts.join(", "))
    };
    match change {
        Change::Rename { from, to } => table("rename", vec![text("from", from), text("to", to)]),
        Change::Retype { question, from, to } => table("retype", [text("question", question), text("from", from)].into_iter().chain(some("to", to)).collect()),
        Change::Choice { question, from, to } => table("choice", vec![text("question", question), text("from", from), text("to", to)]),
        Change::Unit { question, factor } => table("unit", vec![text("question", question), ("factor", number(factor))]),
        Change::Set { to, value } => table("set", vec![text("to", to), text("value", value)]),
        Change::Split { from, into } => {
            let part = |(to, value): &(Cell, Cell)| format!("    {{ to = {}, value = {} }},\n", quoted(&to.text), quoted(&value.text));
            table("split", vec![text("from", from), ("into", format!("[\n{}  ]", into.iter().map(part).collect::<String>()))])
        }
        Change::Move { question, into, out_of } => table("move", [Some(text("question", question)), some("into", into), some("out_of", out_of)].into_iter().flatten().collect()),
        Change::Drop(name) => format!("drop = {}", quoted(&name.text)),
    }
}

/// A number as one, where TOML has the same text for it.
fn number(cell: &Cell) -> String {
    let is_number = cell.text.len() <= MOST_DIGITS && Decimal::canonical(&cell.text).is_some();
    if is_number { cell.text.clone() } else { quoted(&cell.text) }
}
