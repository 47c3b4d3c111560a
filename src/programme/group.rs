//! How records are placed in groups: by commune, activity, industry, year, collaborator.

use super::figure::Fact;
use super::lines::{Facts, Line, value, year_of};
use super::{Programme, Reading};
use crate::form::expression::{Code, Datum};
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::list::ChoiceList;
use crate::form::{Form, NodeId, ScopeId};
use crate::locale::Text;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The dimension that every programme has.
pub const YEAR: &str = "year";

/// A way of placing records in groups.
#[derive(Clone, Debug)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub label: Text,
    /// The list that names its groups.
    pub list: Option<Arc<ChoiceList>>,
    /// The column in which a group's choice holds the values that belong to it.
    pub holds: Option<usize>,
    /// How each form's records are placed.
    pub keys: Vec<Key>,
}

/// How a form's records (or rows) are placed.
#[derive(Clone, Debug)]
pub struct Key {
    /// The form.
    pub form: Arc<Form>,
    /// The repeat whose rows are placed.
    pub rows: Option<ScopeId>,
    /// The value.
    pub of: Value,
    /// Whether the value names the group itself, whatever the dimension's column holds.
    pub own: bool,
}

/// A value of a record or of another one that it names.
#[derive(Clone, Debug)]
pub struct Value {
    /// The question that names the other record, and that record's form.
    pub via: Option<(NodeId, Arc<Form>)>,
    /// The expression, in the form that it is read from.
    pub code: Code,
    /// The question from which the expression is read, where that is in a repeat.
    pub holder: Option<NodeId>,
    /// The question that the expression names, if it is no more than that.
    pub question: Option<NodeId>,
}

impl Value {
    /// Whether it is read in the rows of a repeat of its form.
    pub fn is_of_rows(&self, form: &Form) -> bool {
        let in_rows = |id: &NodeId| form.node(*id).scope != crate::form::ROOT && !matches!(form.node(*id).kind, crate::form::Kind::Repeat(_));
        match &self.via {
            Some((question, _)) => in_rows(question),
            None => self.code.reads().iter().any(in_rows),
        }
    }

    /// The record and row that the expression is read in.
    pub fn place<'f>(&self, fact: &'f Fact<'f>, row: RowId, facts: &Facts<'f>) -> Option<(&'f Fact<'f>, RowId)> {
        let Some((question, form)) = &self.via else { return Some((fact, row)) };
        let row = fact.instance.climb(row, fact.form.node(*question).scope);
        let other = facts.get(&fact.instance.read(&fact.form, row, *question).to_text())?;
        (other.form.of == form.of).then_some((other, ROOT_ROW))
    }

    /// The other record that it is read from, where it is.
    pub fn other<'f>(&self, fact: &'f Fact<'f>, row: RowId, facts: &Facts<'f>) -> Option<&'f str> {
        self.via.as_ref()?;
        self.place(fact, row, facts).map(|(other, _)| other.head.record)
    }

    /// The value.
    pub fn read(&self, fact: &Fact<'_>, row: RowId, facts: &Facts<'_>) -> Datum {
        self.place(fact, row, facts).map_or(Datum::Blank, |(fact, row)| value(&self.code, fact, row, self.holder))
    }
}

impl Dimension {
    /// The groups of a line, by name; none when it cannot be placed.
    pub fn groups(&self, reading: &Reading, line: &Line<'_>, facts: &Facts<'_>) -> BTreeSet<String> {
        let Some(fact) = facts.get(line.head.record) else { return BTreeSet::new() };
        let form = &fact.form;
        let scope = reading.sources.iter().find(|s| s.form.of == form.of).and_then(|s| s.rows).map(|(scope, _)| scope);
        let of_form = || self.keys.iter().filter(|key| key.form.of == form.of);
        let Some(key) = of_form().find(|key| key.rows == scope).or_else(|| of_form().find(|key| key.rows.is_none())) else { return BTreeSet::new() };
        let row = if key.rows.is_some() { line.row } else { ROOT_ROW };
        let value = key.of.read(fact, row, facts).to_text();
        match (&self.list, self.holds) {
            (Some(list), Some(column)) if !key.own => {
                let holds = |choice: &&crate::form::list::Choice| choice.cells.get(column).is_some_and(|cell| cell.split_whitespace().any(|word| *word == *value));
                list.choices.iter().filter(holds).map(|choice| choice.name.to_string()).collect()
            }
            _ => Some(value.to_string()).filter(|value| !value.is_empty()).into_iter().collect(),
        }
    }

    /// A group's name for people.
    pub fn label_of(&self, group: &str) -> Text {
        let choice = self.list.as_ref().and_then(|list| list.get(group));
        choice.map_or_else(|| Text::plain(group), |choice| choice.label.clone())
    }
}

impl Programme {
    /// The names by which figures can be grouped.
    pub fn dimension_names(&self) -> Vec<&str> {
        self.dimensions.iter().map(|d| d.name.as_str()).chain([YEAR]).collect()
    }
}

/// The groups of a line in a dimension of the programme, or in its years.
pub fn groups_of(programme: &Programme, dimension: Option<&Dimension>, reading: &Reading, line: &Line<'_>, facts: &Facts<'_>) -> BTreeSet<String> {
    match dimension {
        Some(dimension) => dimension.groups(reading, line, facts),
        None => BTreeSet::from([year_of(programme, line.day).to_string()]),
    }
}
