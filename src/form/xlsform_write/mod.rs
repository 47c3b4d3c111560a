//! Writes a [`Draft`] as an XLSForm that other tools accept and that our own reader takes back whole.
//!
//! What XLSForm has a column for stands there. What only this program knows stands in columns whose names begin with
//! [`OWN`], which other tools pass over. `kc:warning` is a column as in our TOML; [`SAME`] in it means the native column of
//! that name, taken as ours. `kc:type` is the type that the native one stands in for, `kc:omit` names native columns that
//! are there only for other tools. What a plain XLSForm tool will then not do is told, see [`Loss`].

mod book;
mod lists;
mod loss;
mod natives;
mod survey;
mod table;

pub use book::{Unwritable, bytes};
pub use loss::{Loss, sentences};
pub use natives::{read_actions, unshield};

use super::check::ListSource;
use super::draft::Draft;
use super::workbook::{Sheet, Workbook, is_text};
use super::xlsform::words;
use crate::locale::{Lang, Text};
use std::collections::{BTreeMap, BTreeSet};
use table::Table;

/// How the names of our own columns begin.
pub const OWN: &str = "kc:";

/// What stands in a column of ours that is the same as the native one.
pub const SAME: &str = "=";

/// Lists longer than this are not written into the workbook but as files beside it.
pub const MOST_INLINE: usize = 500;

/// The language of texts in columns that name none.
const UNNAMED: &str = crate::form::xlsform::UNNAMED;

/// A form as an XLSForm.
#[derive(Debug, Default)]
pub struct Written {
    /// `survey`, `choices`, `settings`, and others that the form brought.
    pub sheets: Vec<Sheet>,
    /// List files that belong beside the workbook: name, text.
    pub files: BTreeMap<String, String>,
    /// What a plain XLSForm tool will not do, and the questions where.
    pub losses: Losses,
}

/// What is lost on other tools, and the names of the questions where.
pub type Losses = BTreeMap<Loss, Vec<String>>;

/// Writes a draft. `files` gives the text of list files, so that lists can travel in the workbook.
pub fn write(draft: &Draft, files: &dyn ListSource) -> Written {
    let languages = Languages::of(draft);
    let lists = lists::Lists::of(draft, files);
    let mut losses = Losses::new();
    let survey = survey::survey(draft, &languages, &lists, &mut losses);
    let (choices, external) = lists.sheets(&languages);
    let settings = settings(draft, &languages, &mut losses);
    if !draft.initial.is_empty() || !draft.itext.is_empty() || draft.instances.iter().any(|(_, source)| !natives::is_file(&source.text)) {
        losses.entry(Loss::Instances).or_default();
    }
    if !draft.migrations.is_empty() {
        losses.entry(Loss::Migrations).or_default();
    }
    let tables = [survey, choices, external, settings].into_iter().filter(|table| !table.rows.is_empty());
    let shown = languages.shown();
    let mut sheets: Vec<Sheet> = tables.map(|table| table.sheet(&shown)).collect();
    sheets.extend(draft.settings.values().filter_map(|cell| Workbook::from_text(&cell.text)).flat_map(|book| book.sheets));
    Written { sheets, files: lists.files(), losses }
}

/// Which languages the columns of texts are written in.
struct Languages {
    /// As the draft names them.
    names: Vec<String>,
}

impl Languages {
    fn of(draft: &Draft) -> Self {
        let mut spoken = BTreeSet::new();
        let mut hear = |text: &Text| spoken.extend(text.more.iter().map(|(language, _)| language.clone()));
        super::check_lists::each_row(&draft.rows, &mut |row| row.texts.values().for_each(|(text, _)| hear(text)));
        draft.lists.iter().flat_map(|(list, _)| &list.choices).for_each(|choice| hear(&choice.label));
        let further = spoken.into_iter().filter(|language| !draft.languages.contains(language));
        Self { names: draft.languages.iter().cloned().chain(further).collect() }
    }

    fn shown(&self) -> Vec<&str> {
        self.names.iter().map(|name| shown(name)).collect()
    }

    /// The columns of a text and what stands in them: `label::English (en)`.
    fn columns<'t>(&self, column: &str, text: &'t Text) -> Vec<(String, &'t str)> {
        let header = |name: &str| if name == UNNAMED { column.to_owned() } else { format!("{column}::{}", shown(name)) };
        let mut columns: Vec<_> = self.names.iter().filter_map(|name| Some((header(name), text.named(name).filter(|said| !said.is_empty())?))).collect();
        if columns.is_empty() && !text.is_empty() {
            // Ours, in a form that speaks neither of our languages.
            columns.push((self.names.first().map_or_else(|| column.to_owned(), |first| header(first)), text.get(Lang::En)));
        }
        columns
    }
}

/// A language as XLSForm writes it, with its code behind.
pub fn shown(language: &str) -> &str {
    match language {
        "vi" => "Tiếng Việt (vi)",
        "en" => "English (en)",
        other => other,
    }
}

/// What the form's root element is called where that is not what it is called anyway. A repeat must not have that name too.
fn root(draft: &Draft) -> &str {
    let root = draft.settings.get("root").map_or(&draft.id.text, |cell| &cell.text);
    let mut is_taken = false;
    super::check_lists::each_row(&draft.rows, &mut |row| is_taken |= row.kind.text == "repeat" && row.name.text == *root);
    if root == "data" || is_taken || !words::is_name(root) { "" } else { root }
}

fn settings(draft: &Draft, languages: &Languages, losses: &mut Losses) -> Table {
    let mut table = Table::new("settings");
    let row = table.add();
    row.set("form_id", &draft.id.text);
    row.set("version", draft.version.to_string());
    let first = draft.languages.first().map_or("vi", String::as_str);
    row.set("form_title", draft.title.named(first).filter(|title| !title.is_empty()).unwrap_or_else(|| draft.title.get(Lang::Vi)));
    if draft.title.vi != draft.title.en || !draft.title.more.is_empty() {
        languages.columns(&format!("{OWN}title"), &draft.title).into_iter().for_each(|(column, said)| row.set(column, said));
    }
    if first != UNNAMED {
        row.set("default_language", shown(first));
    }
    row.set("name", root(draft));
    for (column, cell) in draft.settings.iter().filter(|(column, cell)| *column != "root" && !is_text(&cell.text)) {
        // The reader knows it in any case, others in this one only.
        row.set(if column == "omit_instanceid" { "omit_instanceID" } else { column }, &cell.text);
    }
    let mut ours: Vec<&str> = Vec::new();
    for (column, cell) in &draft.head {
        if *column == "summary" && natives::is_native(&cell.text) {
            row.set("instance_name", &cell.text);
        } else {
            row.set(format!("{OWN}{column}"), natives::shield(&cell.text, &|_| true));
            ours.push(column);
        }
    }
    let identity: Vec<_> = draft.identity.iter().map(|cell| cell.text.as_str()).collect();
    row.set(format!("{OWN}identity"), identity.join(" "));
    ours.extend((!identity.is_empty()).then_some("identity"));
    if !ours.is_empty() {
        losses.insert(Loss::Head, ours.into_iter().map(str::to_owned).collect());
    }
    table
}
