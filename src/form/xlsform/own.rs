//! The columns that this program adds to a workbook ([`xlsform_write`](crate::form::xlsform_write)), taken back: what
//! only our dialect says, and what native columns stand in for.

use super::languages::{Languages, recognised};
use super::table::Value;
use crate::form::draft::{Cell, Draft, Row, When};
use crate::form::toml::CELL_COLUMNS;
use crate::form::xlsform_write::{OWN, SAME, read_actions, unshield};
use crate::locale::Text;
use std::collections::BTreeMap;

/// Takes our columns of a row, which [`Walker::base`](super::survey::Walker::base) left among those that only travel.
/// `default` and `trigger` are its native cells.
pub fn question(row: &mut Row, default: Option<Value<'_>>, trigger: Option<Value<'_>>, languages: &Languages) {
    let ours: Vec<(String, Cell)> = row.extra.extract_if(.., |header, _| header.starts_with(OWN)).collect();
    let of = |column: &str| ours.iter().find(|(header, _)| header[OWN.len()..] == *column).map(|(_, cell)| cell);
    if let Some(omit) = of("omit") {
        omit.text.split_whitespace().for_each(|column| drop(row.cells.remove(column)));
    }
    for (header, cell) in &ours {
        column(row, &header[OWN.len()..], cell, languages);
    }
    if let (Some(value), Some(native)) = (of("default"), default) {
        row.sets.retain(|set| !matches!(set.when, When::FirstLoad | When::NewRow));
        if value.text == SAME {
            row.cells.insert("default", native.cell());
        }
    }
    if let (Some(_), Some(native)) = (of("trigger").filter(|value| value.text == SAME), trigger) {
        row.sets.retain(|set| !matches!(set.when, When::Changed(_)));
        row.cells.insert("trigger", native.cell());
    }
    row.sets.extend(of("set").into_iter().flat_map(|cell| read_actions(&unshield(&cell.text), &cell.place)));
}

fn column(row: &mut Row, column: &str, cell: &Cell, languages: &Languages) {
    let (base, language) = column.split_once("::").map_or((column, None), |(base, language)| (base, Some(language.trim())));
    match base {
        "omit" | "set" => {}
        "type" => row.kind.text.clone_from(&cell.text),
        "personal" => row.personal = super::words::truth(&cell.text) == Some(true),
        "warning_message" => {
            let said = &mut row.texts.entry("warning_message").or_insert_with(|| (Text::default(), cell.place.clone())).0;
            languages.add(said, language, &cell.text);
        }
        _ => match CELL_COLUMNS.iter().find(|known| **known == column) {
            Some(known) if cell.text != SAME => {
                row.cells.insert(known, taken(cell));
            }
            Some(_) => {}
            None => {
                row.extra.insert(format!("{OWN}{column}"), cell.clone());
            }
        },
    }
}

fn taken(cell: &Cell) -> Cell {
    let text = unshield(&cell.text);
    if text == cell.text { cell.clone() } else { Cell::made(text, cell.place.clone()) }
}

/// Takes our settings, gives lists their own names back, and forgets settings that the draft says anyway.
pub fn form(draft: &mut Draft) {
    let ours: Vec<(String, Cell)> = draft.settings.extract_if(.., |header, _| header.starts_with(OWN)).collect();
    let mut title = Text::default();
    for (header, cell) in ours {
        match header[OWN.len()..].split_once("::").unwrap_or((&header[OWN.len()..], "")) {
            ("subject", "") => drop(draft.head.insert("subject", cell)),
            ("date", "") => drop(draft.head.insert("date", cell)),
            ("summary", "") => drop(draft.head.insert("summary", taken(&cell))),
            ("identity", "") => draft.identity = cell.text.split_whitespace().map(|name| Cell::made(name, cell.place.clone())).collect(),
            ("title", language) => title.set(recognised(language).unwrap_or(language), cell.text),
            _ => drop(draft.settings.insert(header, cell)),
        }
    }
    if !title.is_empty() {
        draft.title = title;
    }
    let says = |draft: &Draft, setting: &str, is: &dyn Fn(&str) -> bool| draft.settings.get(setting).is_some_and(|cell| is(&cell.text));
    if says(draft, "version", &|text| text == draft.version.to_string()) {
        draft.settings.remove("version");
    }
    if says(draft, "root", &|text| text == draft.id.text) {
        draft.settings.remove("root");
        draft.settings.remove("name");
    }
    if draft.languages.first().is_some_and(|first| says(draft, "default_language", &|text| recognised(text).unwrap_or(text) == first)) {
        draft.settings.remove("default_language");
    }
    rename_lists(draft);
}

fn rename_lists(draft: &mut Draft) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let header = format!("{OWN}list");
    for (list, _) in &mut draft.lists {
        let Some(at) = list.columns.iter().position(|column| *column == header) else { continue };
        let own = list.choices.iter().filter_map(|choice| choice.cells.get(at)).find(|cell| !cell.is_empty()).cloned();
        if let Some(own) = &own {
            names.insert(list.name.clone(), own.to_string());
        }
        *list = list.with_columns(|column, _| column != at);
        list.name = own.map_or_else(|| std::mem::take(&mut list.name), |own| own.to_string());
    }
    if !names.is_empty() {
        draft.rows.iter_mut().for_each(|row| rename(row, &names));
    }
}

fn rename(row: &mut Row, names: &BTreeMap<String, String>) {
    let is_choice = matches!(row.kind.text.as_str(), "select_one" | "select_multiple" | "rank");
    let renamed = row.cells.get("choices").filter(|_| is_choice).and_then(|cell| Some(Cell::made(names.get(&cell.text)?.as_str(), cell.place.clone())));
    if let Some(cell) = renamed {
        row.cells.remove("choices");
        row.cells.insert(if cell.text.ends_with(".csv") { "choices_file" } else { "choices" }, cell);
    }
    row.children.iter_mut().for_each(|child| rename(child, names));
}
