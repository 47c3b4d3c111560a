//! The sheets `choices` and `external_choices` as lists.

use super::columns::{self, Meaning};
use super::languages::Languages;
use super::table::{Line, Table};
use crate::form::list::ChoiceList;
use crate::form::problem::Problem;
use crate::locale::{Lang, Text, say};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// The choice that `or_other` adds.
pub const OTHER: &str = "other";

/// A list as it is read.
#[derive(Debug)]
pub struct List {
    /// Its name.
    pub name: String,
    /// Where it is first named.
    pub place: Range<usize>,
    /// Its choices.
    pub choices: Vec<Choice>,
}

/// A choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is kept.
    pub name: String,
    /// What is shown.
    pub label: Text,
    /// Its cells in [`Lists::columns`], the name first.
    cells: Vec<Arc<str>>,
}

/// All lists of a sheet.
#[derive(Debug, Default)]
pub struct Lists {
    lists: Vec<List>,
    by_name: BTreeMap<String, usize>,
    columns: Vec<String>,
}

impl Lists {
    /// Reads a sheet. `duplicates`: whether a list may hold a name twice. `strict`: whether names and labels are needed.
    pub fn read(table: &Table<'_>, languages: &Languages, duplicates: bool, strict: bool, problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader::new(table, languages, strict, problems);
        if strict && table.column(&["name"]).is_none() && !table.is_empty() {
            reader.problems.push(Problem::error(table.place.clone(), Text::both(|lang| say::xlsform::missing_header(lang, "name"))));
            return reader.lists;
        }
        let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
        for line in table.lines() {
            let Some((list, choice, place)) = reader.choice(line) else { continue };
            if strict && !duplicates && !seen.insert((list, choice.name.clone())) {
                let name = reader.lists.lists[list].name.clone();
                reader.problems.push(Problem::error(place, Text::both(|lang| say::xlsform::duplicate_choice(lang, &choice.name, &name))));
            }
            reader.lists.lists[list].choices.push(choice);
        }
        reader.lists
    }

    /// A list by name.
    pub fn get(&self, name: &str) -> Option<&List> {
        self.by_name.get(name).map(|at| &self.lists[*at])
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.lists.iter()
    }

    /// Adds the choice “other” to a list that has none.
    pub fn add_other(&mut self, list: &str) {
        let width = self.columns.len();
        let Some(list) = self.by_name.get(list).map(|at| &mut self.lists[*at]) else { return };
        if list.choices.iter().any(|choice| choice.name == OTHER) {
            return;
        }
        let mut cells: Vec<Arc<str>> = vec!["".into(); width];
        if let Some(name) = cells.first_mut() {
            *name = OTHER.into();
        }
        list.choices.push(Choice { name: OTHER.to_owned(), label: Text::both(say::xlsform::other), cells });
    }

    /// The lists as the engine has them; `rename` gives the names.
    pub fn finish(self, rename: impl Fn(&str) -> String) -> Vec<(ChoiceList, Range<usize>)> {
        let columns = self.columns;
        let finished = |list: List| {
            let rows = list.choices.into_iter().map(|choice| (choice.label, choice.cells)).collect();
            (ChoiceList::new(rename(&list.name), columns.clone(), rows), list.place)
        };
        self.lists.into_iter().map(finished).collect()
    }
}

struct Reader<'r, 't> {
    table: &'r Table<'t>,
    languages: &'r Languages,
    strict: bool,
    problems: &'r mut Vec<Problem>,
    lists: Lists,
    /// For each column of the sheet: its place among the lists' columns, or the language of its label.
    uses: Vec<Use>,
    empty: Arc<str>,
}

enum Use {
    List,
    Label(Option<String>),
    Cell(usize),
}

impl<'r, 't> Reader<'r, 't> {
    fn new(table: &'r Table<'t>, languages: &'r Languages, strict: bool, problems: &'r mut Vec<Problem>) -> Self {
        let mut columns = vec!["name".to_owned()];
        let mut uses = Vec::new();
        for column in &table.columns {
            let path: Vec<&str> = column.path.iter().map(String::as_str).collect();
            uses.push(match (path.as_slice(), columns::meaning(&column.path)) {
                (["list name"], _) => Use::List,
                (["name"], _) => Use::Cell(0),
                (_, Meaning::Text("label", language)) => Use::Label(language),
                ([name], _) => {
                    columns.push((*name).to_owned());
                    Use::Cell(columns.len() - 1)
                }
                (["media", kind, language], _) => {
                    columns.push(format!("{kind}::{}", languages.name(Some(language))));
                    Use::Cell(columns.len() - 1)
                }
                _ => {
                    columns.push(column.header.clone());
                    Use::Cell(columns.len() - 1)
                }
            });
            if strict && path.first().is_some_and(|name| *name != "list name" && name.contains(' ')) {
                problems.push(Problem::warning(column.place.clone(), Text::both(|lang| say::xlsform::bad_choice_header(lang, &column.header))));
            }
        }
        Self { table, languages, strict, problems, lists: Lists { columns, ..Lists::default() }, uses, empty: "".into() }
    }

    /// The list's index, the choice, and where its name stands.
    fn choice(&mut self, line: Line<'_, 't>) -> Option<(usize, Choice, Range<usize>)> {
        let mut choice = Choice { name: String::new(), label: Text::default(), cells: vec![self.empty.clone(); self.lists.columns.len()] };
        let mut list = None;
        for (column, used) in self.table.columns.iter().zip(&self.uses) {
            let Some(value) = line.get(Some(column)) else { continue };
            match used {
                Use::List => list = Some((value.text.clone().into_owned(), value.place.clone())),
                Use::Label(language) => self.languages.add(&mut choice.label, language.as_deref(), &value.text),
                Use::Cell(at) => choice.cells[*at] = Arc::from(&*value.text),
            }
        }
        choice.name = choice.cells[0].to_string();
        let place = line.place(self.table.column(&["name"]));
        let Some((name, list_place)) = list else {
            if self.strict && !choice.name.is_empty() && self.table.column(&["list name"]).is_some() {
                self.problems.push(Problem::warning(place, Text::both(say::xlsform::choice_without_list)));
            }
            return None;
        };
        if self.strict && choice.name.is_empty() {
            self.problems.push(Problem::error(place, Text::both(say::xlsform::choice_without_name)));
            return None;
        }
        if self.strict && choice.label.is_empty() {
            let place = line.place(self.table.column(&["label"]));
            self.problems.push(Problem::warning(place, Text::both(say::xlsform::choice_without_label)));
        }
        let next = self.lists.lists.len();
        let at = *self.lists.by_name.entry(name.clone()).or_insert(next);
        if at == next {
            self.lists.lists.push(List { name, place: list_place, choices: Vec::new() });
        }
        Some((at, choice, place))
    }
}

/// A label in the language of the column it fills: for `%(label)s` in loops.
pub fn label_in(label: &Text, language: &str) -> String {
    label.named(language).filter(|text| !text.is_empty()).unwrap_or_else(|| label.get(Lang::Vi)).to_owned()
}
