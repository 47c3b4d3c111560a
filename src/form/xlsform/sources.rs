//! Where lists and looked-up tables come from: one name must not stand for two sources.

use super::words;
use crate::form::draft::Cell;
use crate::form::problem::Problem;
use crate::locale::{Text, say};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The name under which the last saved record is reached.
pub const LAST_SAVED: &str = "__last-saved";

/// One use of a source.
#[derive(Debug)]
struct Source {
    name: String,
    /// `None`: a list of the form, or the last saved record.
    file: Option<String>,
    place: Range<usize>,
    /// Declared by a row of its own.
    is_declared: bool,
}

/// All uses of sources.
#[derive(Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
    last_saved: Option<Range<usize>>,
}

impl Sources {
    /// A row `csv-external` or `xml-external`.
    pub fn declare(&mut self, name: &str, kind: &str, place: Range<usize>) {
        let file = if kind == "csv-external" { format!("jr://file-csv/{name}.csv") } else { format!("jr://file/{name}.xml") };
        self.sources.push(Source { name: name.to_owned(), file: Some(file), place, is_declared: true });
    }

    /// A list from a file.
    pub fn file(&mut self, file: &str, place: Range<usize>) {
        let Some((name, extension)) = file.rsplit_once('.') else { return };
        let folder = if extension == "csv" { "file-csv" } else { "file" };
        self.sources.push(Source { name: name.to_owned(), file: Some(format!("jr://{folder}/{file}")), place, is_declared: false });
    }

    /// An expression, which may look things up.
    pub fn expression(&mut self, cell: &Cell) {
        let calls = cell.text.match_indices("pulldata(").map(|(at, call)| &cell.text[at + call.len()..]);
        for name in calls.filter_map(|rest| rest.split_once(',')).map(|(first, _)| first.replace(['\'', '"'], "").trim().to_owned()) {
            let file = Some(format!("jr://file-csv/{name}.csv"));
            self.sources.push(Source { name, file, place: cell.place.clone(), is_declared: false });
        }
        self.text(cell);
    }

    /// A text, which may speak of the last saved record.
    pub fn text(&mut self, cell: &Cell) {
        if self.last_saved.is_none() && cell.text.contains("${last-saved#") && words::references(&cell.text).iter().any(|reference| reference.last_saved) {
            self.last_saved = Some(cell.place.clone());
        }
    }

    /// Tells where one name stands for two sources; `lists` are the form's own lists.
    pub fn check(&self, lists: &[(String, Range<usize>)], problems: &mut Vec<Problem>) {
        let mut known: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        let mut declared: BTreeSet<&str> = BTreeSet::new();
        let last_saved = self.last_saved.iter().map(|place| (LAST_SAVED, None, place, false));
        let own = lists.iter().map(|(name, place)| (name.as_str(), None, place, false));
        let used = self.sources.iter().map(|source| (source.name.as_str(), source.file.as_deref(), &source.place, source.is_declared));
        for (name, file, place, is_declared) in used.chain(last_saved).chain(own) {
            let is_again = is_declared && !declared.insert(name);
            match known.get(name) {
                Some(first) if *first != file || is_again => {
                    let describe = |lang, file: Option<&str>| match file {
                        Some(file) => file.to_owned(),
                        None if name == LAST_SAVED => say::xlsform::last_saved(lang),
                        None => say::xlsform::this_sheet(lang),
                    };
                    let what = Text::both(|lang| say::xlsform::instance_clash(lang, name, describe(lang, *first), describe(lang, file)));
                    problems.push(Problem::error(place.clone(), what));
                }
                Some(_) => {}
                None => {
                    known.insert(name, file);
                }
            }
        }
    }

    /// The declared sources for the draft: their name and `src:` with the address.
    pub fn external(self) -> Vec<(String, Cell)> {
        let declared = self.sources.into_iter().filter(|source| source.is_declared);
        declared.map(|source| (source.name, Cell::made(format!("src:{}", source.file.unwrap_or_default()), source.place))).collect()
    }
}
