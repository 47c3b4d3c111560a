//! The sheet `settings`: one row of a form's own data.

use super::table::Table;
use super::words;
use crate::form::draft::{Cell, Draft};
use crate::form::problem::Problem;
use crate::locale::{Text, say};
use std::collections::BTreeMap;

/// What a form's root element is called unless the settings say otherwise.
const ROOT_NAME: &str = "data";

/// Settings that the draft holds elsewhere.
const HELD: [&str; 3] = ["title", "id_string", "instance_name"];

/// The settings, by the last part of their header's path, or by the whole header.
#[derive(Debug, Default)]
pub struct Settings {
    cells: BTreeMap<String, Cell>,
}

impl Settings {
    /// Reads the first row that holds anything.
    pub fn read(table: &Table<'_>, problems: &mut Vec<Problem>) -> Self {
        let mut settings = Self::default();
        for (column, value) in table.lines().find(|line| !line.is_empty()).into_iter().flat_map(|line| line.cells()) {
            let name = if column.path.len() == 1 { column.path[0].clone() } else { column.header.clone() };
            settings.cells.insert(name, value.cell());
        }
        settings.check(problems);
        settings
    }

    fn check(&self, problems: &mut Vec<Problem>) {
        if let Some(name) = self.cells.get("name").filter(|name| !words::is_name(&name.text)) {
            problems.push(Problem::error(name.place.clone(), Text::both(|lang| say::xlsform::bad_name(lang, &name.text))));
        }
        let Some(key) = self.cells.get("public_key") else { return };
        problems.push(Problem::warning(key.place.clone(), Text::both(say::xlsform::encrypted_later)));
        if self.is_on("omit_instanceid") {
            problems.push(Problem::error(key.place.clone(), Text::both(say::xlsform::instance_id_encrypted)));
        }
    }

    /// A setting's text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.cells.get(name).map(|cell| cell.text.as_str())
    }

    /// Whether a setting says yes.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).and_then(words::truth) == Some(true)
    }

    /// Whether a setting says no.
    pub fn is_off(&self, name: &str) -> bool {
        self.get(name).and_then(words::truth) == Some(false)
    }

    /// Sets what a row of the survey says.
    pub fn set(&mut self, name: &str, cell: Cell) {
        self.cells.insert(name.to_owned(), cell);
    }

    /// What the form's root element is called.
    pub fn root_name(&self) -> &str {
        self.get("name").unwrap_or(ROOT_NAME)
    }

    /// Puts the settings where the draft has them.
    pub fn fill(self, draft: &mut Draft) {
        let stem = draft.source.name.rsplit(['/', '\\']).next().unwrap_or("");
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let fallback = Cell::made(if stem.is_empty() { ROOT_NAME } else { stem }, 0..0);
        draft.id = self.cells.get("id_string").cloned().unwrap_or(fallback);
        let written = draft.id.text.clone();
        let id: String = written.chars().map(|c| if c.is_whitespace() || c.is_control() || c == '@' { '_' } else { c }).collect();
        if id != written {
            // A record names its form as `id@version@hash`; the id as written still leaves with the form.
            let cell = Cell::made(id, draft.id.place.clone());
            draft.settings.insert("form_id".to_owned(), std::mem::replace(&mut draft.id, cell));
        }
        draft.title = Text::plain(self.get("title").unwrap_or(&written));
        draft.version = self.get("version").and_then(|version| version.parse().ok()).filter(|version| *version > 0).unwrap_or(1);
        if let Some(name) = self.cells.get("instance_name") {
            draft.head.insert("summary", name.clone());
        }
        draft.settings.insert("root".to_owned(), Cell::made(self.root_name(), 0..0));
        draft.settings.extend(self.cells.into_iter().filter(|(name, _)| !HELD.contains(&name.as_str())));
    }
}
