//! A sheet being written: rows of cells by column name.

use crate::form::workbook::Sheet;

/// Columns in the order of reading; those not named here follow in the order in which they were met.
const ORDER: [&str; 39] = [
    "type",
    "name",
    "form_title",
    "form_id",
    "version",
    "default_language",
    "kc:type",
    "kc:to",
    "kc:value",
    "label",
    "hint",
    "guidance_hint",
    "image",
    "big-image",
    "audio",
    "video",
    "appearance",
    "parameters",
    "kc:unit",
    "required",
    "required_message",
    "relevant",
    "read_only",
    "default",
    "trigger",
    "calculation",
    "choice_filter",
    "repeat_count",
    "constraint",
    "constraint_message",
    "kc:warning",
    "kc:warning_message",
    "kc:previous",
    "kc:choices",
    "kc:choices_file",
    "kc:default",
    "kc:calculation",
    "kc:set",
    "kc:omit",
];

/// The same for lists, whose own columns keep their order.
const OF_LISTS: [&str; 3] = ["list_name", "name", "label"];

/// The cells of a row by column name, in the order in which they were set; an empty cell is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells(Vec<(String, String)>);

impl Cells {
    /// Sets a cell, if there is anything to say.
    pub fn set(&mut self, column: impl Into<String>, text: impl Into<String>) {
        let (column, text) = (column.into(), text.into());
        if text.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == column) {
            Some((_, old)) => *old = text,
            None => self.0.push((column, text)),
        }
    }

    /// A cell.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == column).map(|(_, text)| text.as_str())
    }

    /// Adds a word to a cell of words.
    pub fn add_word(&mut self, column: &str, word: &str) {
        let words = self.get(column).map_or_else(|| word.to_owned(), |words| format!("{words} {word}"));
        self.set(column, words);
    }
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its rows, without the headers.
    pub rows: Vec<Cells>,
}

impl Table {
    /// An empty sheet.
    pub fn new(name: &'static str) -> Self {
        Self { name, rows: Vec::new() }
    }

    /// A new row.
    pub fn add(&mut self) -> &mut Cells {
        self.rows.push(Cells::default());
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// The names of all columns that hold anything, in the order of reading; `languages` are in the order of the form.
    fn headers(&self, languages: &[&str]) -> Vec<&String> {
        let mut headers: Vec<&String> = Vec::new();
        let mut met = std::collections::BTreeSet::new();
        for column in self.rows.iter().flat_map(|row| row.0.iter().map(|(column, _)| column)) {
            if met.insert(column) {
                headers.push(column);
            }
        }
        let order: &[&str] = if self.name.ends_with("choices") { &OF_LISTS } else { &ORDER };
        let rank = |column: &str| {
            let (base, language) = column.split_once("::").unwrap_or((column, ""));
            let base = order.iter().position(|known| *known == base).unwrap_or(order.len());
            (base, languages.iter().position(|known| *known == language))
        };
        headers.sort_by_key(|column| rank(column));
        headers
    }

    /// The sheet as rows of texts; the first holds the headers.
    pub fn sheet(&self, languages: &[&str]) -> Sheet {
        let headers = self.headers(languages);
        let cells = |row: &Cells| headers.iter().map(|column| row.get(column).unwrap_or("").to_owned()).collect();
        let rows = self.rows.iter().map(cells).collect::<Vec<Vec<String>>>();
        let first = headers.iter().map(|column| (*column).clone()).collect();
        Sheet { name: self.name.to_owned(), rows: std::iter::once(first).chain(rows).collect() }
    }
}
