//! The lists and documents that a form names: inline, in files, as secondary instances.

use super::check::Checker;
use super::document::Document;
use super::draft::{Cell, Row};
use super::expression::syntax::{self, Syntax, SyntaxKind};
use super::list::{ChoiceList, ListProblem};
use crate::locale::{Text, say};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Checker<'_> {
    /// Inline lists first, then every CSV that a question or a `lookup` names.
    pub(super) fn gather_lists(&mut self) {
        self.form.lists = self.draft.lists.iter().map(|(list, _)| Arc::new(list.clone())).collect();
        let mut wanted: Vec<(String, Cell)> = Vec::new();
        each_row(&self.draft.rows, &mut |row| {
            for (column, cell) in &row.cells {
                match *column {
                    "choices_file" => wanted.push((list_key(row), cell.clone())),
                    _ => wanted.extend(lists_named_in(&cell.text).into_iter().map(|name| (name, cell.clone()))),
                }
            }
            let sets = row.sets.iter().map(|set| &set.value);
            wanted.extend(sets.flat_map(|cell| lists_named_in(&cell.text).into_iter().map(move |name| (name, cell.clone()))));
        });
        if let Some(summary) = self.draft.head.get("summary") {
            wanted.extend(lists_named_in(&summary.text).into_iter().map(|name| (name, summary.clone())));
        }
        for (name, cell) in wanted {
            let Some(name) = self.file_of(name) else { continue };
            let list = self.read_list(&name, &cell);
            self.form.lists.push(Arc::new(list));
        }
    }

    /// The file to read for a list that is named; `None` where the form has it already.
    fn file_of(&self, name: String) -> Option<String> {
        let has = |name: &String| self.form.lists.iter().any(|list| list.name == *name);
        match name.strip_prefix(PULLDATA) {
            None => Some(name).filter(|name| !has(name)),
            Some(name) => {
                let files = pulldata_files(name);
                let [ours, beside, _] = &files;
                let file = if self.lists.list(ours).is_some() { ours } else { beside };
                (!files.iter().any(has)).then(|| file.clone())
            }
        }
    }

    /// A list file; an empty list where it cannot be read.
    fn read_list(&mut self, name: &str, cell: &Cell) -> ChoiceList {
        let (file, columns) = split_list_key(name);
        let ours = file.starts_with(LISTS);
        let empty = || ChoiceList::new(name, Vec::new(), Vec::new());
        let found = [file.to_owned(), format!("{LISTS}{file}")].iter().find_map(|file| self.lists.list(file));
        let Some(text) = found else {
            let missing = if ours { say::form::unknown_list } else { say::form::missing_file };
            match ours {
                true => self.error(cell, Text::both(|lang| missing(lang, &file))),
                false => self.warn(cell, Text::both(|lang| missing(lang, &file))),
            }
            return empty();
        };
        let read = if ours { ChoiceList::from_csv(name, &text) } else { ChoiceList::from_file(name, file, &text, columns) };
        read.unwrap_or_else(|problem| {
            self.error(cell, list_problem(file, &problem));
            empty()
        })
    }

    /// The documents that `instance('…')` names: secondary instances of the form, its lists, list files.
    pub(super) fn gather_instances(&mut self) {
        for (id, cell) in &self.draft.instances {
            let document = match cell.text.strip_prefix("src:") {
                Some(source) => self.external(id, source, cell),
                None => Document::from_xml(&cell.text).unwrap_or_else(|why| {
                    self.error(cell, Text::both(|lang| say::form::bad_instance(lang, id, &why)));
                    Document::default()
                }),
            };
            self.add_document(id, document, None);
        }
        let mut wanted = BTreeSet::new();
        each_row(&self.draft.rows, &mut |row| {
            let sets = row.sets.iter().map(|set| &set.value);
            row.cells.values().chain(sets).for_each(|cell| wanted.extend(instances_named_in(&cell.text)));
            row.texts.values().flat_map(|(text, _)| [&text.vi, &text.en]).for_each(|text| wanted.extend(instances_named_in(text)));
        });
        for id in wanted {
            let found = self.form.lists.iter().position(|list| list.name == id || pulldata_files(&id).contains(&list.name));
            if let Some(list) = found.filter(|_| !self.form.instances.contains_key(&id)) {
                let document = Document::from_list(&self.form.lists[list]);
                self.add_document(&id, document, Some(list));
            } else if id == LAST_SAVED && !self.form.instances.contains_key(&id) {
                self.add_document(&id, Document::default(), None);
            }
        }
    }

    fn add_document(&mut self, id: &str, document: Document, list: Option<usize>) {
        self.form.instances.insert(id.to_owned(), self.form.documents.len());
        self.form.documents.push(Arc::new(document));
        self.form.document_lists.push(list);
    }

    /// A secondary instance in a file: a CSV list, or XML.
    fn external(&mut self, id: &str, source: &str, cell: &Cell) -> Document {
        let file = source.rsplit('/').next().unwrap_or(source);
        if source.ends_with("last-saved") {
            return Document::default();
        }
        let Some(text) = [file.to_owned(), format!("{LISTS}{file}")].iter().find_map(|name| self.lists.list(name)) else {
            self.warn(cell, Text::both(|lang| say::form::missing_file(lang, file)));
            return Document::default();
        };
        let read = match file.ends_with(".xml") {
            true => Document::from_xml(&text),
            false => ChoiceList::from_file(file, file, &text, None).map(|list| Document::from_list(&list)).map_err(|problem| list_problem(file, &problem).en),
        };
        read.unwrap_or_else(|why| {
            self.error(cell, Text::both(|lang| say::form::bad_instance(lang, id, &why)));
            Document::default()
        })
    }
}

/// Visits all rows, those inside of groups and repeats too, in order.
pub fn each_row<'d>(rows: &'d [Row], visit: &mut dyn FnMut(&'d Row)) {
    for row in rows {
        visit(row);
        each_row(&row.children, visit);
    }
}

fn list_problem(name: &str, problem: &ListProblem) -> Text {
    Text::both(|lang| match problem {
        ListProblem::NoNameColumn => say::form::list_without_name(lang, name),
        ListProblem::BadLine(line) => say::form::list_unreadable(lang, name, line),
        ListProblem::Twice(key, line) => say::form::list_twice(lang, name, key, line),
    })
}

/// The folder of our own list files: they must be there, and have a `name` column.
const LISTS: &str = "lists/";

/// Under which name a question's list file is kept: the file's, with the columns for value and label where the question
/// names its own.
pub fn list_key(row: &Row) -> String {
    let file = row.cells.get("choices_file").map_or("", |cell| cell.text.as_str());
    let parameters = row.cells.get("parameters").map_or("", |cell| cell.text.as_str());
    match (parameter(parameters, "value"), parameter(parameters, "label")) {
        (None, None) => file.to_owned(),
        (value, label) => format!("{file}#{}#{}", value.unwrap_or("name"), label.unwrap_or("label")),
    }
}

fn split_list_key(key: &str) -> (&str, Option<(&str, &str)>) {
    match key.split_once('#') {
        Some((file, columns)) => (file, columns.split_once('#')),
        None => (key, None),
    }
}

/// A value of `parameters = "start=1 end=5, step=2"`.
pub fn parameter<'p>(parameters: &'p str, key: &str) -> Option<&'p str> {
    let parts = parameters.split([' ', ',', ';', '\t', '\n']);
    parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case(key)).map(|(_, value)| value.trim())
}

/// The id of the instance that holds the last saved record of the form.
pub const LAST_SAVED: &str = "__last-saved";

/// Under which names `pulldata('energy', …)` and `instance('energy')` look for a list.
pub fn pulldata_files(name: &str) -> [String; 3] {
    [format!("lists/{name}.csv"), format!("{name}.csv"), name.to_owned()]
}

/// The ids in `instance('…')`, found in the text: expressions that do not parse are told elsewhere.
fn instances_named_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("instance(") {
        let rest = text[at + "instance(".len()..].trim_start();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))
            && let Some(end) = rest[1..].find(quote)
        {
            found.push(rest[1..=end].to_owned());
        }
    }
    found
}

/// What a list's name begins with, among those that expressions name, where `pulldata` names it: without folder or ending.
const PULLDATA: &str = "pulldata:";

/// The list files that `lookup` and `pulldata` name in an expression.
fn lists_named_in(text: &str) -> Vec<String> {
    fn walk(syntax: &Syntax, found: &mut Vec<String>) {
        match &syntax.kind {
            SyntaxKind::Call(name, arguments) => {
                if let (Some(Syntax { kind: SyntaxKind::Text(list), .. }), true) = (arguments.first(), matches!(name.as_str(), "lookup" | "pulldata")) {
                    found.push(if name == "pulldata" { format!("{PULLDATA}{list}") } else { list.clone() });
                }
                arguments.iter().for_each(|a| walk(a, found));
            }
            SyntaxKind::Binary(_, a, b) => {
                walk(a, found);
                walk(b, found);
            }
            SyntaxKind::Negate(a) => walk(a, found),
            SyntaxKind::Path(_, steps) => steps.iter().flat_map(|s| &s.predicates).for_each(|p| walk(p, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if text.contains("lookup") || text.contains("pulldata") {
        syntax::parse(text).iter().for_each(|syntax| walk(syntax, &mut found));
    }
    found.sort();
    found.dedup();
    found
}
