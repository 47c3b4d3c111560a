//! Choice lists as XLSForm has them: rows of the choices sheet, or files beside the workbook.

use super::table::Table;
use super::{Languages, MOST_INLINE, OWN, shown};
use crate::form::check::ListSource;
use crate::form::check_lists::each_row;
use crate::form::draft::Draft;
use crate::form::list::{Choice, ChoiceList};
use crate::locale::{Text, say};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Where a list of the draft is found in the XLSForm.
pub(super) struct Placed<'d> {
    /// Its name there: one word, unique.
    pub id: String,
    /// Its choices; `None` when its file is not at hand.
    pub list: Option<Cow<'d, ChoiceList>>,
    /// Whether it is a file beside the workbook.
    pub beside: bool,
    /// Whether it stands in the sheet for lists that only some questions can use.
    is_external: bool,
    /// Whether `or_other` adds its last choice again.
    adds_other: bool,
}

/// The lists of a draft by their names in it.
pub(super) struct Lists<'d> {
    pub by_name: BTreeMap<String, Placed<'d>>,
    order: Vec<String>,
    ids: BTreeSet<String>,
}

impl<'d> Lists<'d> {
    pub fn of(draft: &'d Draft, files: &dyn ListSource) -> Self {
        let mut lists = Self { by_name: BTreeMap::new(), order: Vec::new(), ids: BTreeSet::new() };
        let uses = Uses::of(draft);
        for (list, _) in &draft.lists {
            lists.add(&list.name, Some(Cow::Borrowed(list)), false);
        }
        for (name, id) in &uses.external {
            lists.by_name.get_mut(*name).into_iter().for_each(|placed| (placed.id, placed.is_external) = ((*id).to_owned(), true));
        }
        for name in &uses.other {
            lists.by_name.get_mut(*name).into_iter().for_each(|placed| placed.adds_other = true);
        }
        for file in uses.files {
            if !lists.by_name.contains_key(file) {
                let list = files.list(file).and_then(|text| ChoiceList::from_csv(file, &text).ok());
                let beside = list.as_ref().is_none_or(|list| list.choices.len() > MOST_INLINE) && !uses.ranked.contains(file);
                lists.add(file, list.map(Cow::Owned), beside);
            }
        }
        lists
    }

    fn add(&mut self, name: &str, list: Option<Cow<'d, ChoiceList>>, beside: bool) {
        let id = unique(&word(name, beside), &mut self.ids);
        self.order.push(name.to_owned());
        self.by_name.insert(name.to_owned(), Placed { id, list, beside, is_external: false, adds_other: false });
    }

    /// The sheets `choices` and `external_choices`.
    pub fn sheets(&self, languages: &Languages) -> (Table, Table) {
        let (mut choices, mut external) = (Table::new("choices"), Table::new("external_choices"));
        for name in &self.order {
            let Some(placed) = self.by_name.get(name).filter(|placed| !placed.beside) else { continue };
            let table = if placed.is_external { &mut external } else { &mut choices };
            placed.list.iter().for_each(|list| add_choices(table, name, placed, list, languages));
        }
        (choices, external)
    }

    /// The lists that are files beside the workbook.
    pub fn files(&self) -> BTreeMap<String, String> {
        let beside = self.by_name.values().filter(|placed| placed.beside);
        beside.filter_map(|placed| Some((placed.id.clone(), placed.list.as_ref()?.source.as_ref()?.to_string()))).collect()
    }
}

/// How questions use lists.
#[derive(Default)]
struct Uses<'d> {
    /// Files, in order.
    files: Vec<&'d str>,
    /// Files that a rank takes its choices from: XLSForm has no rank from a file.
    ranked: BTreeSet<&'d str>,
    /// Lists of `select_one_external`, and their names there.
    external: Vec<(&'d str, &'d str)>,
    /// Lists that `or_other` adds a choice to.
    other: BTreeSet<&'d str>,
}

impl<'d> Uses<'d> {
    fn of(draft: &'d Draft) -> Self {
        let mut uses = Self::default();
        each_row(&draft.rows, &mut |row| {
            let file = row.cells.get("choices_file").map(|cell| cell.text.as_str());
            uses.files.extend(file);
            uses.ranked.extend(file.filter(|_| row.kind.text == "rank"));
            let (Some(list), Some(written)) = (row.cells.get("choices"), row.extra.get("type")) else { return };
            if ["or_other", "or other", "or specify other"].iter().any(|ending| written.text.ends_with(ending)) {
                uses.other.insert(&list.text);
            } else if let Some(id) = ["select_one_external ", "select one external "].iter().find_map(|start| written.text.strip_prefix(start)) {
                uses.external.push((&list.text, id));
            }
        });
        uses
    }
}

fn add_choices(table: &mut Table, name: &str, placed: &Placed<'_>, list: &ChoiceList, languages: &Languages) {
    let is_added = |choice: &Choice| placed.adds_other && &*choice.name == "other" && choice.label == Text::both(say::xlsform::other);
    let kept = list.choices.len() - usize::from(list.choices.last().is_some_and(is_added));
    for (at, choice) in list.choices.iter().take(kept).enumerate() {
        let row = table.add();
        row.set("list_name", &placed.id);
        row.set("name", &*choice.name);
        languages.columns("label", &choice.label).into_iter().for_each(|(column, said)| row.set(column, said));
        for (column, cell) in list.columns.iter().zip(&choice.cells).filter(|(column, _)| !is_of_label(column, list.source.is_some())) {
            row.set(header(column), &**cell);
        }
        if at == 0 && name != placed.id && !placed.is_external {
            row.set(format!("{OWN}list"), name);
        }
    }
}

/// A column as XLSForm writes it: `image::en` names a language.
fn header(column: &str) -> String {
    match column.split_once("::") {
        Some((media, language)) => format!("{media}::{}", shown(language)),
        None => column.to_owned(),
    }
}

/// Whether a column of a list already stands in the sheet's own columns.
fn is_of_label(column: &str, of_file: bool) -> bool {
    column == "name" || of_file && matches!(column, "label" | "label_vi" | "label_en")
}

/// A list's name as one word; a file beside the workbook keeps its ending.
fn word(name: &str, beside: bool) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = if beside { file } else { file.strip_suffix(".csv").unwrap_or(file) };
    let word: String = stem.chars().map(|c| if c.is_whitespace() || c == '"' || c == '\'' { '_' } else { c }).collect();
    if word.is_empty() { "list".to_owned() } else { word }
}

fn unique(word: &str, taken: &mut BTreeSet<String>) -> String {
    let (stem, ending) = word.rsplit_once('.').map_or((word, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let name = |number: usize| if number == 1 { word.to_owned() } else { format!("{stem}_{number}{ending}") };
    // A file and an inline list of one stem would be one secondary instance.
    let id = (1..).map(name).find(|id| !taken.contains(id.split('.').next().unwrap_or(id))).unwrap_or_else(|| word.to_owned());
    taken.insert(id.split('.').next().unwrap_or(&id).to_owned());
    id
}
