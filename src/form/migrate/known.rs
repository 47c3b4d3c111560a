//! The names that exist at a step, worked out from the back: from the form's own towards the older ones.

use crate::form::draft::{Cell, Draft, Row};
use crate::form::expression::compile::nearest;
use crate::form::{Form, Kind, NodeId, check::TYPES};
use crate::value::ValueType;
use std::collections::{BTreeMap, BTreeSet};

/// Repeats are followed this deep into each other.
pub const MAX_DEPTH: usize = 64;

/// What a name stands for.
#[derive(Clone, Debug)]
pub struct Name {
    /// Whether it is a repeat.
    pub is_repeat: bool,
    /// The type of its answer; unknown of a question that is gone.
    pub value: Option<ValueType>,
    /// The repeats around it, the outermost first.
    pub inside: Vec<String>,
    /// The question of the form that it became.
    pub node: Option<NodeId>,
    /// Names of choices that later steps rename.
    pub choices: BTreeSet<String>,
}

/// All names at a step.
#[derive(Clone, Debug, Default)]
pub struct Names {
    all: BTreeMap<String, Name>,
}

impl Names {
    /// The names by which a form's answers are kept, and its repeats.
    pub fn of(form: &Form) -> Self {
        let mut names = Self::default();
        for id in form.ids() {
            let node = form.node(id);
            let is_repeat = matches!(node.kind, Kind::Repeat(_));
            if is_repeat || form.is_kept(id) {
                let around = form.around(node.scope).filter_map(|scope| form.scope(scope).repeat).map(|repeat| form.node(repeat).key.clone());
                let mut inside: Vec<String> = around.collect();
                inside.reverse();
                let value = (!is_repeat).then_some(node.value);
                names.all.insert(node.key.clone(), Name { is_repeat, value, inside, node: Some(id), choices: BTreeSet::new() });
            }
        }
        names
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Name)> {
        self.all.iter().map(|(name, known)| (name.as_str(), known))
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&Name> {
        self.all.get(name)
    }

    /// The same, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Name> {
        self.all.get_mut(name)
    }

    /// The nearest known name.
    pub fn nearest(&self, name: &str) -> Option<String> {
        nearest(name, self.all.keys().map(String::as_str))
    }

    /// Adds a name that is gone by now, and the repeats around it.
    pub fn add(&mut self, name: &str, inside: Vec<String>) {
        for (depth, repeat) in inside.iter().enumerate() {
            let around = inside[..depth].to_vec();
            self.all.entry(repeat.clone()).or_insert(Name { is_repeat: true, value: None, inside: around, node: None, choices: BTreeSet::new() });
        }
        self.all.insert(name.to_owned(), Name { is_repeat: false, value: None, inside, node: None, choices: BTreeSet::new() });
    }

    /// Goes back behind a rename: what is called `to` now was called `from`.
    pub fn rename_back(&mut self, from: &str, to: &str) {
        let Some(name) = self.all.remove(to) else { return };
        if name.is_repeat {
            for other in self.all.values_mut() {
                for repeat in other.inside.iter_mut().filter(|repeat| *repeat == to) {
                    *repeat = from.to_owned();
                }
            }
        }
        self.all.insert(from.to_owned(), name);
    }

    /// A form of these names, with a calculation that stands where the question `beside` does; also the calculation's name.
    pub fn form_with(&self, value: ValueType, inside: &[String], calculation: &Cell) -> (Draft, String) {
        let mut by_place: BTreeMap<&[String], Vec<Row>> = BTreeMap::new();
        // A name that no form could have is one that no expression can read.
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) && !name.starts_with(|c: char| c.is_ascii_digit() || "-.".contains(c));
        for (name, known) in self.all.iter().filter(|(name, known)| known.inside.len() < MAX_DEPTH && is_name(name)) {
            by_place.entry(&known.inside).or_default().push(row(name, if known.is_repeat { "repeat" } else { asked(known.value) }));
        }
        let mut own = String::from("computed");
        while self.all.contains_key(&own) {
            own.push('_');
        }
        let mut holder = row(&own, "calculate");
        holder.cells.insert("calculation", calculation.clone());
        holder.cells.insert("value", Cell::made(type_name(value), 0..0));
        by_place.entry(inside).or_default().push(holder);
        let rows = rows(&mut by_place, &mut Vec::new());
        (Draft { id: Cell::made("answers", 0..0), version: 1, rows, ..Draft::default() }, own)
    }
}

/// Takes the rows of a place, and into its repeats theirs; no deeper than [`MAX_DEPTH`].
fn rows(by_place: &mut BTreeMap<&[String], Vec<Row>>, inside: &mut Vec<String>) -> Vec<Row> {
    let mut rows_here = by_place.remove(inside.as_slice()).unwrap_or_default();
    for row in rows_here.iter_mut().filter(|row| row.kind.text == "repeat") {
        inside.push(row.name.text.clone());
        row.children = rows(by_place, inside);
        inside.pop();
    }
    rows_here
}

fn row(name: &str, kind: &str) -> Row {
    Row { name: Cell::made(name, 0..0), kind: Cell::made(kind, 0..0), ..Row::default() }
}

/// A type of question that reads an answer of this type: without lists and forms that are not known here.
fn asked(value: Option<ValueType>) -> &'static str {
    use ValueType as T;
    match value {
        Some(value @ (T::Integer | T::Decimal | T::Percent | T::Money | T::Year | T::Date | T::Month | T::Time | T::Moment | T::Point)) => type_name(value),
        _ => "text",
    }
}

/// A type as it is written.
pub fn type_name(value: ValueType) -> &'static str {
    TYPES.iter().find(|(_, kind, known)| *kind == Kind::Question && *known == value).map_or("text", |(name, ..)| name)
}

/// The type of a question's answer by its written name.
pub fn type_of(name: &str) -> Option<ValueType> {
    TYPES.iter().find(|(known, kind, _)| *known == name && *kind == Kind::Question).map(|(.., value)| *value)
}
