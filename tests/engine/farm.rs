//! A synthetic form in which everything that can depend on something does, and a person at work on it.

use khuyencong::form::world::Nowhere;
use khuyencong::form::{Form, check, read};
use khuyencong::interview::{Around, Interview, Who};
use khuyencong::locale::{Lang, date};
use khuyencong::value::Value;
use proptest::prelude::*;
use std::sync::Arc;

pub fn around() -> Around<'static> {
    Around { world: &Nowhere, now: date::parse_iso("2026-11-25").unwrap().and_hms_opt(9, 0, 0).unwrap(), lang: Lang::En }
}

pub fn form(text: &str) -> Arc<Form> {
    let (draft, problems) = read("test.toml", text).unwrap_or_else(|(_, problems)| panic!("{problems:?}"));
    assert_eq!(problems, Vec::new());
    let nothing = |_: &str| None;
    match check::check(&draft, &nothing) {
        Ok((form, _)) => Arc::new(form),
        Err(problems) => panic!("{problems:?}"),
    }
}

/// Synthetic: a farm with fields and their crops; everything that can depend on everything does somewhere.
pub const FARM: &str = r#"
form = "farm"
version = 1
title = "Farm"

[choices]
kind = [{ name = "rice", label = "Rice" }, { name = "shrimp", label = "Shrimp" }]
crop = [
  { name = "st25", label = "ST25", of = "rice" },
  { name = "om18", label = "OM18", of = "rice" },
  { name = "tiger", label = "Tiger", of = "shrimp" },
]

[[question]]
name = "workers"
type = "integer"
label = "Workers"
required = "true()"
constraint = ". >= 0 and . <= 500"
constraint_message = { vi = "Từ 0 đến 500", en = "From 0 to 500, not ${workers}" }
warning = ". < 100"

[[question]]
name = "big"
type = "calculate"
calculation = "if(${workers} > 10, 'yes', 'no')"

[[question]]
name = "manager"
type = "text"
label = "Manager of ${workers}"
relevant = "${big} = 'yes'"
required = "${workers} > 20"

[[question]]
name = "wanted"
type = "integer"
label = "How many fields"

[[question]]
name = "field"
type = "repeat"
label = "Fields"
relevant = "${workers} != 13"

[[question.question]]
name = "kind"
type = "select_one"
choices = "kind"
label = "Kind"

[[question.question]]
name = "area"
type = "decimal"
label = "Area"
constraint = ". > 0"

[[question.question]]
name = "share"
type = "calculate"
value = "decimal"
calculation = "${area} div ${total}"

[[question.question]]
name = "number"
type = "calculate"
value = "integer"
calculation = "position(..)"

[[question.question]]
name = "before"
type = "calculate"
value = "decimal"
calculation = "coalesce(../../field[position() = position(current()/..) - 1]/before, 0) + coalesce(${area}, 0)"

[[question.question]]
name = "harvest"
type = "repeat"
label = "Harvests"

[[question.question.question]]
name = "crop"
type = "select_one"
choices = "crop"
choice_filter = "of = ${kind}"
label = "Crop"

[[question.question.question]]
name = "weight"
type = "decimal"
label = "Weight"
required = "${crop} != ''"

[[question.question.question]]
name = "yield"
type = "calculate"
value = "decimal"
calculation = "${weight} div ${area}"

[[question.question]]
name = "weights"
type = "calculate"
value = "decimal"
calculation = "sum(${harvest}/weight)"

[[question]]
name = "total"
type = "calculate"
value = "decimal"
calculation = "sum(${field}/area)"

[[question]]
name = "heavy"
type = "calculate"
value = "integer"
calculation = "count(${field}[weights > 10])"

[[question]]
name = "all"
type = "calculate"
value = "decimal"
calculation = "sum(/farm/field/harvest/weight)"

[[question]]
name = "box"
type = "repeat"
label = "Boxes"
repeat_count = "${wanted}"

[[question.question]]
name = "mark"
type = "text"
label = "Mark"
default = "concat('box ', position(..))"

[[question]]
name = "last"
type = "text"
label = "Last"
default = "concat('of ', ${workers})"
"#;

#[derive(Clone, Debug)]
pub enum Move {
    Answer(usize, usize, usize, Option<u8>),
    Add,
    AddInside(usize),
    Delete(usize),
    Insert(usize),
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (0usize..8, 0usize..4, 0usize..3, proptest::option::of(0u8..30)).prop_map(|(q, r, i, v)| Move::Answer(q, r, i, v)),
        2 => (0usize..4).prop_map(|_| Move::Add),
        2 => (0usize..4).prop_map(Move::AddInside),
        1 => (0usize..4).prop_map(Move::Delete),
        1 => (0usize..4).prop_map(Move::Insert),
    ];
    proptest::collection::vec(one, 1..30)
}

pub fn value(question: &str, number: u8) -> Value {
    match question {
        "kind" => Value::text(["rice", "shrimp", "gone"][number as usize % 3]),
        "crop" => Value::text(["st25", "om18", "tiger"][number as usize % 3]),
        "manager" => Value::text(format!("P{number}")),
        _ => Value::Number(i64::from(number).into()),
    }
}

pub struct Play {
    pub interview: Interview,
    keys: usize,
}

impl Play {
    pub fn new() -> Self {
        Self { interview: Interview::begin(form(FARM), &Who::default(), around()), keys: 0 }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("k{}", self.keys)
    }

    fn row(&self, start: &str, at: usize) -> Option<String> {
        let rows = self.interview.rows(start);
        let row = *rows.get(at % rows.len().max(1))?;
        Some(self.interview.derived().instance.row(row).prefix.trim_end_matches('/').to_owned())
    }

    pub fn go(&mut self, step: &Move) {
        match step {
            Move::Answer(question, row, inner, number) => {
                let name = ["workers", "manager", "wanted", "kind", "area", "crop", "weight", "workers"][*question];
                let path = match name {
                    "kind" | "area" => self.row("field", *row).map(|row| format!("{row}/{name}")),
                    "crop" | "weight" => {
                        let row = self.row("field", *row).and_then(|row| self.row(&format!("{row}/harvest"), *inner));
                        row.map(|row| format!("{row}/{name}"))
                    }
                    _ => Some(name.to_owned()),
                };
                if let Some(path) = path {
                    self.interview.answer(&path, number.map(|n| value(name, n)), around());
                }
            }
            Move::Add => {
                let key = self.key();
                self.interview.add_row("field", &key, around());
            }
            Move::AddInside(at) => {
                if let Some(row) = self.row("field", *at) {
                    let key = self.key();
                    self.interview.add_row(&format!("{row}/harvest"), &key, around());
                }
            }
            Move::Delete(at) => {
                if let Some(row) = self.row("field", *at) {
                    self.interview.delete_row(&row, around());
                }
            }
            Move::Insert(at) => {
                let key = self.key();
                let count = self.interview.rows("field").len();
                self.interview.insert_row("field", at % (count + 1), &key, around());
            }
        }
    }
}
