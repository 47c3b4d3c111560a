//! The languages of a form's texts: `label::English (en)` is `en`, a column without a language is the default one.

use super::columns::{self, Meaning};
use super::table::{Column, Table};
use crate::form::problem::Problem;
use crate::locale::{Text, fold, say};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What a text without a language is called when nothing tells its language.
pub const UNNAMED: &str = "default";

/// The languages of one form.
#[derive(Debug, Default)]
pub struct Languages {
    default: String,
    /// As written, and as the engine calls it; in the order of columns.
    known: Vec<(String, String)>,
    has_unnamed: bool,
}

impl Languages {
    /// Gathers the languages of the sheets' text columns. `default`: the setting `default_language`.
    pub fn of(default: Option<&str>, tables: &[&Table<'_>]) -> Self {
        let mut languages = Self::default();
        for (_, language, _) in tables.iter().flat_map(|table| text_columns(table)) {
            match language {
                Some(written) => languages.learn(&written),
                None => languages.has_unnamed = true,
            }
        }
        languages.default = match default {
            Some(written) => {
                languages.learn(written);
                languages.engine_name(written).to_owned()
            }
            None if !languages.known.iter().any(|(_, name)| name == "vi") && tables.iter().any(|table| speaks_vietnamese(table)) => "vi".to_owned(),
            None => UNNAMED.to_owned(),
        };
        languages
    }

    fn learn(&mut self, written: &str) {
        if self.known.iter().any(|(known, _)| known == written) {
            return;
        }
        let name = recognised(written).filter(|name| !self.known.iter().any(|(_, known)| known == name));
        self.known.push((written.to_owned(), name.map_or(written, |name| name).to_owned()));
    }

    fn engine_name<'a>(&'a self, written: &'a str) -> &'a str {
        self.known.iter().find(|(known, _)| known == written).map_or(written, |(_, name)| name)
    }

    /// The engine's name of a column's language.
    pub fn name<'a>(&'a self, written: Option<&'a str>) -> &'a str {
        written.map_or(&self.default, |written| self.engine_name(written))
    }

    /// The engine's names, the default first.
    pub fn names(&self) -> Vec<String> {
        let is_used = self.has_unnamed || self.known.is_empty() || self.known.iter().any(|(_, name)| *name == self.default);
        let mut names: Vec<String> = is_used.then(|| self.default.clone()).into_iter().collect();
        names.extend(self.known.iter().map(|(_, name)| name.clone()).filter(|name| !is_used || *name != self.default));
        names
    }

    /// Whether any text names its language.
    pub fn are_named(&self) -> bool {
        !self.known.is_empty()
    }

    /// Adds a text in the language of its column; what names its language goes before what does not.
    pub fn add(&self, text: &mut Text, written: Option<&str>, value: &str) {
        let name = self.name(written);
        if written.is_some() || text.named(name).is_none_or(str::is_empty) {
            text.set(name, value);
        }
    }
}

/// `vi` or `en` for a language that is known by its code or its name.
pub fn recognised(written: &str) -> Option<&'static str> {
    let folded = fold::fold(written);
    let code = folded.rsplit_once('(').map(|(_, code)| code.trim_end_matches(')').trim());
    match code.unwrap_or(folded.trim()) {
        "vi" | "vie" | "vietnamese" | "tieng viet" | "viet" | "vn" => Some("vi"),
        "en" | "eng" | "english" | "tieng anh" => Some("en"),
        _ => None,
    }
}

/// Letters that no other language of the region writes.
fn speaks_vietnamese(table: &Table<'_>) -> bool {
    let unnamed: Vec<&Column> = table.columns.iter().filter(|column| column.path.len() == 1 && matches!(column.path[0].as_str(), "label" | "hint")).collect();
    let is_vietnamese = |c: char| matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'đ' | 'Đ');
    table.lines().any(|line| unnamed.iter().any(|column| line.get(Some(column)).is_some_and(|value| value.text.contains(is_vietnamese))))
}

/// The text columns of a sheet: what they are called there, their language as written, their header's place.
fn text_columns(table: &Table<'_>) -> Vec<(&'static str, Option<String>, Range<usize>)> {
    let meant = |column: &Column| match columns::meaning(&column.path) {
        Meaning::Text(name, language) => Some((name, language.filter(|language| language != UNNAMED), column.place.clone())),
        _ => None,
    };
    table.columns.iter().filter_map(meant).collect()
}

/// Warns where a text column exists in one language of a sheet but not in another.
pub fn check_translations(table: &Table<'_>, problems: &mut Vec<Problem>) {
    let columns = text_columns(table);
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, language, _) in &columns {
        seen.entry(language.as_deref().unwrap_or(UNNAMED)).or_default().insert(name);
    }
    if seen.keys().all(|language| *language == UNNAMED) {
        return;
    }
    let mut told = BTreeSet::new();
    for (name, _, place) in &columns {
        for language in seen.iter().filter(|(_, has)| !has.contains(name)).map(|(language, _)| *language) {
            if told.insert((language, *name)) {
                let written = name.replace("big_image", "big-image");
                problems.push(Problem::warning(place.clone(), Text::both(|lang| say::xlsform::missing_translation(lang, language, &written))));
            }
        }
    }
}

/// Warns of languages that no program could recognise.
pub fn check_codes(table: &Table<'_>, problems: &mut Vec<Problem>) {
    let mut told = BTreeSet::new();
    for (_, language, place) in text_columns(table) {
        let Some(language) = language else { continue };
        if !has_code(&language) && told.insert(language.clone()) {
            problems.push(Problem::warning(place, Text::both(|lang| say::xlsform::language_code(lang, &language))));
        }
    }
}

fn has_code(language: &str) -> bool {
    let code = language.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(language);
    let first = code.split('-').next().unwrap_or("");
    matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_alphabetic()) && (language.contains('(') || first.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_code_or_name() {
        let of = ["English (en)", "en", "English", "Tiếng Việt", "Vietnamese (vi)", "VI", "Français (fr)", "French"].map(recognised);
        assert_eq!(of, [Some("en"), Some("en"), Some("en"), Some("vi"), Some("vi"), Some("vi"), None, None]);
        assert_eq!(["English (en)", "fr", "English", "eng", "English (schm)"].map(has_code), [true, true, false, false, false]);
    }
}
