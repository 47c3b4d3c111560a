//! Choice lists: inline in a form or a CSV file with any further columns for filters and look-ups.

use crate::locale::{Lang, Text, fold};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is kept.
    pub name: Arc<str>,
    /// What is shown.
    pub label: Text,
    /// Everything by which it is found, folded.
    pub search: String,
    /// The cells of [`ChoiceList::columns`].
    pub cells: Vec<Arc<str>>,
}

/// A list of choices, or a table of rows taken from another record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChoiceList {
    /// `lists/energy.csv`, or an inline list's name.
    pub name: String,
    /// Column names.
    pub columns: Vec<String>,
    /// The choices in order.
    pub choices: Vec<Choice>,
    /// The CSV text; `None` for an inline list, which travels with its form.
    pub source: Option<Arc<str>>,
    /// SHA-256 of the CSV text.
    pub hash: String,
    index: BTreeMap<Arc<str>, usize>,
}

/// Why a CSV text is not a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListProblem {
    /// The first line has no `name` column.
    NoNameColumn,
    /// A line cannot be read.
    BadLine(u64),
    /// A name stands twice.
    Twice(String, u64),
}

impl ChoiceList {
    /// A list from rows of cells; the column `name`, or else the first, names its choices.
    pub fn new(name: impl Into<String>, columns: Vec<String>, rows: Vec<(Text, Vec<Arc<str>>)>) -> Self {
        let name_at = columns.iter().position(|c| c == "name").unwrap_or(0);
        Self::named(name, columns, name_at, rows)
    }

    /// A list whose choices are named by the column at `name_at`.
    pub fn named(name: impl Into<String>, columns: Vec<String>, name_at: usize, rows: Vec<(Text, Vec<Arc<str>>)>) -> Self {
        let choices: Vec<_> = rows
            .into_iter()
            .map(|(label, cells)| {
                let found_by = [label.vi.as_str(), label.en.as_str()]
                    .into_iter()
                    .chain(columns.iter().zip(&cells).filter(|(c, _)| matches!(c.as_str(), "name" | "search")).map(|(_, v)| &**v));
                let search = fold::fold(&found_by.collect::<Vec<_>>().join(" "));
                Choice { name: cells.get(name_at).cloned().unwrap_or_else(|| "".into()), label, search, cells }
            })
            .collect();
        let index = choices.iter().enumerate().rev().map(|(at, choice)| (choice.name.clone(), at)).collect();
        Self { name: name.into(), columns, choices, index, ..Self::default() }
    }

    /// Reads a CSV file's text: columns `name`, `label_vi`, `label_en` (or `label`) and any others.
    ///
    /// # Errors
    /// The first [`ListProblem`].
    pub fn from_csv(name: &str, text: &str) -> Result<Self, ListProblem> {
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let columns: Vec<String> = reader.headers().map_err(|_| ListProblem::BadLine(1))?.iter().map(|h| h.trim().to_owned()).collect();
        let at = |column: &str| columns.iter().position(|c| c == column);
        let name_at = at("name").ok_or(ListProblem::NoNameColumn)?;
        let (vi, en) = (at("label_vi").or_else(|| at("label")), at("label_en").or_else(|| at("label")));
        let mut seen = BTreeMap::new();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| ListProblem::BadLine(e.position().map_or(0, csv::Position::line)))?;
            let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").to_owned();
            let line = record.position().map_or(0, csv::Position::line);
            if seen.insert(cell(Some(name_at)), line).is_some() {
                return Err(ListProblem::Twice(cell(Some(name_at)), line));
            }
            rows.push((Text::pair(cell(vi), cell(en)), record.iter().map(Arc::from).collect()));
        }
        Ok(Self { source: Some(text.into()), hash: hex_digest(text.as_bytes()), ..Self::new(name, columns, rows) })
    }

    /// Reads any table that a form brings along: CSV, XML (`root/item`) or GeoJSON, by the file's ending. The value and
    /// label columns are as asked for, else `name` and `label` (`id` and `title` in GeoJSON), else the first column.
    ///
    /// # Errors
    /// It is no such table.
    pub fn from_file(name: &str, file: &str, text: &str, columns: Option<(&str, &str)>) -> Result<Self, ListProblem> {
        let ending = file.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let (header, rows) = match ending.as_str() {
            "xml" => super::list_file::xml(text)?,
            "geojson" => super::list_file::geojson(text)?,
            _ => super::list_file::csv(text)?,
        };
        let (value, label) = columns.unwrap_or(if ending == "geojson" { ("id", "title") } else { ("name", "label") });
        let at = |column: &str| header.iter().position(|c| c == column);
        let value_at = at(value).unwrap_or(0);
        let labels: Vec<(String, usize)> = header.iter().enumerate().filter_map(|(i, c)| Some((language_of(c.strip_prefix(label)?)?, i))).collect();
        let said = |row: &[Arc<str>]| {
            let mut text = Text::default();
            for (language, at) in &labels {
                match (language.as_str(), row.get(*at)) {
                    ("", Some(cell)) => text = Text::plain(&**cell),
                    (language, Some(cell)) => text.set(language, &**cell),
                    _ => {}
                }
            }
            text
        };
        let rows: Vec<_> = rows.into_iter().map(|row| (said(&row), row)).collect();
        let mut list = Self { source: Some(text.into()), hash: hex_digest(text.as_bytes()), ..Self::named(name, header, value_at, rows) };
        list.choices.iter_mut().filter(|choice| choice.label.is_empty()).for_each(|choice| choice.label = Text::plain(&*choice.name));
        Ok(list)
    }

    /// Changes every label.
    pub fn speak(&mut self, change: &dyn Fn(&mut Text)) {
        for at in 0..self.choices.len() {
            let mut label = self.choices[at].label.clone();
            change(&mut label);
            if label != self.choices[at].label {
                self.say(at, label);
            }
        }
    }

    /// Gives a choice another label, by which it is then found.
    pub fn say(&mut self, at: usize, label: Text) {
        if let Some(choice) = self.choices.get_mut(at) {
            choice.search = format!("{} {}", fold::fold(&format!("{} {}", label.vi, label.en)), fold::fold(&choice.name));
            choice.label = label;
        }
    }

    /// An inline list with only those of its columns that `keep` wants, by place and name; `name` always stays.
    pub fn with_columns(&self, keep: impl Fn(usize, &str) -> bool) -> Self {
        let kept: Vec<usize> = self.columns.iter().enumerate().filter(|(at, column)| *column == "name" || keep(*at, column)).map(|(at, _)| at).collect();
        let cells = |cells: &[Arc<str>]| kept.iter().filter_map(|at| cells.get(*at).cloned()).collect();
        let rows = self.choices.iter().map(|choice| (choice.label.clone(), cells(&choice.cells))).collect();
        Self::new(&*self.name, kept.iter().map(|at| self.columns[*at].clone()).collect(), rows)
    }

    /// Whether nothing stands in a column.
    pub fn is_empty_column(&self, at: usize) -> bool {
        self.choices.iter().all(|choice| choice.cells.get(at).is_none_or(|cell| cell.is_empty()))
    }

    /// The place of a choice.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// A choice by name.
    pub fn get(&self, name: &str) -> Option<&Choice> {
        self.position(name).map(|at| &self.choices[at])
    }

    /// A cell of the row named `key`.
    pub fn cell(&self, key: &str, column: &str) -> Option<&Arc<str>> {
        let at = self.columns.iter().position(|c| c == column)?;
        self.get(key)?.cells.get(at)
    }

    /// The label of a choice, or its bare name when the list does not hold it (any more).
    pub fn label<'a>(&'a self, name: &'a str, lang: Lang) -> &'a str {
        self.get(name).map_or(name, |choice| choice.label.get(lang))
    }
}

/// The language of `label`, `label_vi`, `label::English (en)`: empty where none is named.
fn language_of(rest: &str) -> Option<String> {
    let written = match rest {
        "" => return Some(String::new()),
        rest => rest.strip_prefix("::").or_else(|| rest.strip_prefix('_')).or_else(|| rest.strip_prefix(':'))?.trim(),
    };
    let code = written.rsplit_once('(').map_or(written, |(_, code)| code.trim_end_matches(')'));
    Some(crate::locale::Lang::from_code(code).filter(|_| code.len() == 2).map_or_else(|| written.to_owned(), |lang| lang.code().to_owned()))
}

/// SHA-256 as 64 lower-case hex digits.
pub fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_list_is_searched_without_marks_and_looked_up_by_column() {
        let list = ChoiceList::from_csv("l.csv", "name,label_vi,label_en,unit,search\ndm,Đất Mũi,Dat Mui,kg,Viên An\n").unwrap();
        assert_eq!(list.choices[0].search, "dat mui dat mui dm vien an");
        assert_eq!(list.cell("dm", "unit").map(|c| &**c), Some("kg"));
        assert_eq!(list.cell("dm", "no"), None);
        assert_eq!(list.label("gone", Lang::Vi), "gone");
    }

    #[test]
    fn damaged_lists_are_named_by_line() {
        assert_eq!(ChoiceList::from_csv("l", "a,b\n1,2\n"), Err(ListProblem::NoNameColumn));
        assert_eq!(ChoiceList::from_csv("l", "name,b\n1,2\n1,3\n"), Err(ListProblem::Twice("1".into(), 3)));
        assert_eq!(ChoiceList::from_csv("l", "name,b\n1,2,3\n"), Err(ListProblem::BadLine(2)));
    }
}
