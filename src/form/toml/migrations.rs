//! `[[migrate]]`: what is declared about earlier versions, as it is written.

use super::{Reader, Value};
use crate::form::draft::{Cell, Change, Migration};
use crate::form::problem::Problem;
use crate::locale::{Text, say};
use std::ops::Range;
use toml::de::DeTable;

/// The kinds of changes.
const CHANGES: [&str; 8] = ["rename", "retype", "choice", "unit", "set", "split", "move", "drop"];

impl<'i> Reader<'i> {
    /// The tables under `[[migrate]]`.
    pub(super) fn migrations(&mut self, value: &Value<'i>) -> Vec<Migration> {
        self.tables("migrate", value).into_iter().map(|(table, place)| self.migration(table, place)).collect()
    }

    fn migration(&mut self, table: &DeTable<'i>, place: Range<usize>) -> Migration {
        for (key, _) in table.iter().filter(|(key, _)| !matches!(key.get_ref().as_ref(), "from" | "step")) {
            self.unknown(key, ["from", "step"].into_iter());
        }
        let from = self.needed(table, "from", place);
        let steps = table.get("step").map(|value| self.tables("step", value)).unwrap_or_default();
        Migration { from, changes: steps.into_iter().filter_map(|(table, place)| self.step(table, place)).collect() }
    }

    /// One step: a table with one key, the kind of the change.
    fn step(&mut self, table: &DeTable<'i>, place: Range<usize>) -> Option<Change> {
        let mut known = Vec::new();
        for (key, value) in table.iter() {
            match CHANGES.iter().find(|kind| **kind == key.get_ref().as_ref()) {
                Some(kind) => known.push((*kind, value)),
                None => self.unknown(key, CHANGES.into_iter()),
            }
        }
        match known[..] {
            [(kind, value)] => self.change(kind, value),
            // What is unknown was told already.
            [] if !table.is_empty() => None,
            _ => {
                self.problems.push(Problem::error(place, Text::both(say::migrate::one_change)));
                None
            }
        }
    }

    fn change(&mut self, kind: &'static str, value: &Value<'i>) -> Option<Change> {
        if kind == "drop" {
            return self.cell(kind, value).map(Change::Drop);
        }
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(kind, value.span(), say::form::a_table);
            return None;
        };
        let keys: &[&'static str] = match kind {
            "rename" => &["from", "to"],
            "retype" | "choice" => &["question", "from", "to"],
            "unit" => &["question", "factor"],
            "set" => &["to", "value"],
            "split" => &["from", "into"],
            _ => &["question", "into", "out_of"],
        };
        for (key, _) in table.iter().filter(|(key, _)| !keys.contains(&key.get_ref().as_ref())) {
            self.unknown(key, keys.iter().copied());
        }
        let place = value.span();
        let mut needed = |key: &'static str| Some(self.needed(table, key, place.clone())).filter(|cell| !cell.text.is_empty());
        match kind {
            "rename" => needed("from").zip(needed("to")).map(|(from, to)| Change::Rename { from, to }),
            "choice" => {
                let ((question, from), to) = needed("question").zip(needed("from")).zip(needed("to"))?;
                Some(Change::Choice { question, from, to })
            }
            "unit" => needed("question").zip(needed("factor")).map(|(question, factor)| Change::Unit { question, factor }),
            "set" => needed("to").zip(needed("value")).map(|(to, value)| Change::Set { to, value }),
            "retype" => {
                let (question, from) = needed("question").zip(needed("from"))?;
                Some(Change::Retype { question, from, to: self.optional(table, "to") })
            }
            "split" => needed("from").map(|from| Change::Split { from, into: self.parts(table, value) }),
            _ => needed("question").map(|question| Change::Move { question, into: self.optional(table, "into"), out_of: self.optional(table, "out_of") }),
        }
    }

    fn optional(&mut self, table: &DeTable<'i>, key: &'static str) -> Option<Cell> {
        table.get(key).and_then(|value| self.cell(key, value))
    }

    /// `into = [ { to = "first", value = "…" }, … ]`
    fn parts(&mut self, table: &DeTable<'i>, around: &Value<'i>) -> Vec<(Cell, Cell)> {
        let Some(value) = table.get("into") else {
            self.needed(table, "into", around.span());
            return Vec::new();
        };
        let tables = self.tables("into", value);
        tables.into_iter().map(|(table, place)| (self.needed(table, "to", place.clone()), self.needed(table, "value", place))).collect()
    }
}
