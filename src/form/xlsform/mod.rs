//! Reads a form from an XLSForm workbook into a [`Draft`], with all problems of its shape at their sheets and cells.
//!
//! Sheets become tables (`table`) whose columns have meanings (`columns`); the survey's rows are walked once
//! (`survey`) with the lists (`choices`), the settings and the languages at hand; what needs all names (references,
//! sources, entities) is checked after that.

mod choices;
mod columns;
mod entities;
mod languages;
mod last_saved;
mod loops;
mod own;
mod parameters;
mod question;
mod range;
mod references;
mod select;
mod settings;
mod sources;
mod survey;
mod table;
mod types;
pub(super) mod words;

use super::Read;
use super::draft::{Cell, Draft, Source};
use super::problem::Problem;
use super::toml::MAX_SOURCE;
use super::workbook::{self, Placed, Unreadable, Workbook};
use crate::locale::{Text, say};
use choices::Lists;
use columns::Headers;
use entities::Entities;
use languages::Languages;
pub(super) use languages::UNNAMED;
use settings::Settings;
use table::Table;

/// Reads a workbook's bytes.
///
/// # Errors
/// The bytes are no workbook, or the workbook is no form.
pub fn read_bytes(name: &str, bytes: &[u8]) -> Read {
    match workbook::read(bytes) {
        Ok(book) => read(name, &book),
        Err(unreadable) => {
            let mut problem = Problem::error(
                0..0,
                Text::both(|lang| match &unreadable {
                    Unreadable::TooLarge => say::xlsform::too_large(lang),
                    Unreadable::Locked => say::xlsform::locked(lang),
                    Unreadable::Damaged(_) => say::xlsform::not_a_workbook(lang),
                }),
            );
            if let Unreadable::Damaged(why) = unreadable {
                problem.hint = Text::plain(why);
            }
            Err((Source::new(name, ""), vec![problem]))
        }
    }
}

/// Reads a workbook.
///
/// # Errors
/// The workbook is no form.
pub fn read(name: &str, book: &Workbook) -> Read {
    read_source(book.to_source(name))
}

/// Reads a workbook's text form ([`workbook::is_text`]).
///
/// # Errors
/// The text is none, or the workbook is no form.
pub fn read_text(name: &str, text: &str) -> Read {
    let cells = workbook::parse(text).map(|sheets| workbook::addresses(&sheets)).unwrap_or_default();
    read_source(Source { cells, ..Source::new(name, text) })
}

fn read_source(source: Source) -> Read {
    let text = source.text.clone();
    if text.len() > MAX_SOURCE {
        return Err((source, vec![Problem::error(0..0, Text::both(say::xlsform::too_large))]));
    }
    let Some(sheets) = workbook::parse(&text) else {
        return Err((source, vec![Problem::error(0..0, Text::both(say::xlsform::not_a_workbook))]));
    };
    let mut reader = Reader { sheets: &sheets, problems: Vec::new() };
    match reader.draft() {
        Some((mut draft, settings)) => {
            draft.source = source;
            settings.fill(&mut draft);
            own::form(&mut draft);
            Ok((draft, reader.problems))
        }
        None => Err((source, reader.problems)),
    }
}

struct Reader<'t> {
    sheets: &'t [Placed<'t>],
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    /// The draft without its source, and the settings that have yet to be filled in; `None` without a survey.
    fn draft(&mut self) -> Option<(Draft, Settings)> {
        let Some(mut survey) = self.survey() else {
            let place = self.sheets.first().map_or(0..0, |sheet| sheet.name.place.clone());
            self.problems.push(Problem::error(place, Text::both(say::xlsform::no_survey)));
            self.similar("survey");
            return None;
        };
        let settings = self.settings();
        survey.collapse(!settings.is_off("clean_text_values"));
        let choices = self.table("choices", &columns::OF_CHOICES);
        let external = self.table("external_choices", &columns::OF_CHOICES);
        let entities = self.entities();
        let texts: Vec<&Table<'_>> = [Some(&survey), choices.as_ref()].into_iter().flatten().collect();
        let languages = Languages::of(settings.get("default_language"), &texts);
        for table in &texts {
            languages::check_translations(table, &mut self.problems);
            languages::check_codes(table, &mut self.problems);
        }
        let duplicates = settings.is_on("allow_choice_duplicates");
        let mut lists = |table: Option<&Table<'_>>, strict: bool| table.map(|table| Lists::read(table, &languages, duplicates, strict, &mut self.problems)).unwrap_or_default();
        let (lists, external_lists) = (lists(choices.as_ref(), true), lists(external.as_ref(), false));
        let before = self.problems.len();
        let around = survey::Around { lists, external: external_lists, languages: &languages, settings, entities, sheets: self };
        let mut read = survey::read(&survey, around);
        references::check(&survey, choices.as_ref(), &self.own_tables(), &read, &mut self.problems);
        self.problems.splice(before..before, std::mem::take(&mut read.problems));
        let mut draft = Draft { languages: languages.names(), rows: read.rows, instances: read.instances, ..Draft::default() };
        draft.lists = read.lists.finish(str::to_owned);
        let taken: Vec<String> = draft.lists.iter().map(|(list, _)| list.name.clone()).collect();
        draft.lists.extend(read.external.finish(|name| select::external_name(name, |name| taken.iter().any(|taken| taken == name))));
        if text_holds(self.sheets, "${last-saved#") {
            last_saved::resolve(&mut draft.rows, read.settings.root_name());
        }
        self.keep_whole("entities", &mut read.settings);
        self.keep_whole("osm", &mut read.settings);
        Some((draft, read.settings))
    }

    fn sheet(&self, name: &str) -> Option<&'t Placed<'t>> {
        self.sheets.iter().find(|sheet| sheet.name.text.trim().eq_ignore_ascii_case(name))
    }

    fn table(&mut self, name: &'static str, headers: &Headers) -> Option<Table<'t>> {
        let sheet = self.sheet(name)?;
        Some(Table::new(name, sheet, headers, &mut self.problems))
    }

    /// The sheet `survey`, or the only sheet.
    fn survey(&mut self) -> Option<Table<'t>> {
        let only = match self.sheets {
            [only] if !workbook::SHEETS.contains(&only.name.text.trim().to_lowercase().as_str()) => Some(only),
            _ => None,
        };
        let sheet = self.sheet("survey").or(only).filter(|sheet| !sheet.rows.is_empty())?;
        let survey = Table::new("survey", sheet, &columns::OF_SURVEY, &mut self.problems);
        if survey.column(&["type"]).is_none() {
            if only.is_some() {
                self.problems.clear();
                return None;
            }
            let place = survey.columns.first().map_or(survey.place.clone(), |column| column.place.clone());
            self.problems.push(Problem::error(place, Text::both(|lang| say::xlsform::missing_header(lang, "type"))));
        }
        Some(survey)
    }

    fn settings(&mut self) -> Settings {
        match self.table("settings", &columns::OF_SETTINGS) {
            Some(table) => Settings::read(&table, &mut self.problems),
            None => {
                self.similar("settings");
                Settings::default()
            }
        }
    }

    fn entities(&mut self) -> Option<Entities> {
        let Some(table) = self.table("entities", &columns::OF_ENTITIES) else {
            self.similar("entities");
            return None;
        };
        (!table.is_empty()).then(|| Entities::read(&table, &mut self.problems))
    }

    /// Settings and entities, whose cells may hold references too.
    fn own_tables(&self) -> Vec<Table<'t>> {
        let table = |name, headers| self.sheet(name).map(|sheet| Table::new(name, sheet, headers, &mut Vec::new()));
        [table("settings", &columns::OF_SETTINGS), table("entities", &columns::OF_ENTITIES)].into_iter().flatten().collect()
    }

    /// Warns of a sheet whose name is nearly that of a missing one.
    fn similar(&mut self, wanted: &'static str) {
        for sheet in self.similar_to(wanted) {
            let what = Text::both(|lang| say::xlsform::similar_sheet(lang, &sheet.name.text, wanted));
            self.problems.push(Problem::warning(sheet.name.place.clone(), what));
        }
    }

    fn similar_to<'w>(&self, wanted: &'w str) -> impl Iterator<Item = &'t Placed<'t>> + use<'t, 'w> {
        let near = move |sheet: &&Placed<'_>| {
            let name = sheet.name.text.to_lowercase();
            !name.starts_with('_') && !workbook::SHEETS.contains(&name.trim()) && name.chars().count() < 64 && strsim::levenshtein(&name, wanted) <= 2
        };
        self.sheets.iter().filter(near)
    }

    /// Keeps a sheet that the engine does not use, so that it can be written again.
    fn keep_whole(&self, name: &'static str, settings: &mut Settings) {
        let Some(sheet) = self.sheet(name) else { return };
        let Some((first, last)) = sheet.rows.iter().find_map(|row| row.first()).zip(sheet.rows.iter().rev().find_map(|row| row.last())) else { return };
        let rows = sheet.rows.iter().map(|row| row.iter().map(|spot| spot.text.clone().into_owned()).collect());
        let book = Workbook { sheets: vec![workbook::Sheet::new(name, rows)] };
        settings.set(name, Cell::made(&*book.to_source("").text, first.place.start..last.place.end));
    }
}

fn text_holds(sheets: &[Placed<'_>], wanted: &str) -> bool {
    sheets.iter().flat_map(|sheet| sheet.rows.iter().flatten()).any(|spot| spot.text.contains(wanted))
}
