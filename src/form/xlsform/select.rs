//! Choice questions: their lists, files and earlier answers, `or_other`, `table-list`, `search()`.

use super::choices::OTHER;
use super::parameters::Parameters;
use super::question::is_shown;
use super::survey::Walker;
use super::table::Line;
use super::types::Select;
use super::words;
use crate::form::draft::{Cell, Row};
use crate::locale::{Text, say};

const FILES: [&str; 3] = ["csv", "xml", "geojson"];

/// The name among the form's lists of a list of `external_choices`.
pub fn external_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if is_taken(name) { format!("external {name}") } else { name.to_owned() }
}

/// The extension of a file name with exactly one.
fn extension(file: &str) -> Option<&str> {
    let (stem, extension) = file.rsplit_once('.')?;
    (!stem.is_empty() && FILES.contains(&extension)).then_some(extension)
}

impl<'a, 't> Walker<'a, 't> {
    /// Reads a choice question.
    pub fn select(&mut self, line: Line<'a, 't>, name: Cell, select: Select, list: &str, or_other: bool, parameters: &Parameters) {
        let mut row = self.base(line, name, select.kind);
        let place = row.kind.place.clone();
        self.check_select_parameters(line, select, parameters);
        self.choices(line, &mut row, select, list);
        self.search(&row, list);
        if select.kind == "select_multiple" && extension(list).is_none() {
            self.check_blanks(&row, list);
        }
        self.table_list(line, list);
        self.actions(line, &mut row, false);
        if !is_shown(&row) {
            if row.cells.contains_key("calculation") || line.get(self.at.trigger).is_some() {
                self.unseen.insert(row.name.text.clone());
            } else {
                self.error(self.label_place(line), say::xlsform::no_label);
            }
        }
        let other = or_other.then(|| self.or_other(&row, list, line)).flatten();
        if select.external || or_other {
            let text = line.get(self.at.kind).map_or_else(String::new, |kind| kind.text.into_owned());
            row.extra.insert("type".to_owned(), Cell::made(text, place));
        }
        self.add(row);
        other.into_iter().for_each(|other| self.add(other));
    }

    fn choices(&mut self, line: Line<'a, 't>, row: &mut Row, select: Select, list: &str) {
        let place = row.kind.place.clone();
        if select.external {
            return self.external(line, row, list);
        }
        self.secondary.insert(list.split_once('.').map_or(list, |(stem, _)| stem).to_owned());
        if select.from_file && (extension(list).is_none() || list.matches('.').count() != 1) {
            self.error(place.clone(), |lang| say::xlsform::file_extension(lang, list));
        }
        if extension(list).is_some() {
            self.sources.file(list, place.clone());
            row.cells.insert("choices_file", Cell::made(list, place));
            return;
        }
        if self.around.lists.get(list).is_none() && !words::references(list).iter().any(|reference| reference.name.is_some()) && !select.from_file {
            self.missing_list(line, list);
        }
        row.cells.insert("choices", Cell::made(list, place));
    }

    fn missing_list(&mut self, line: Line<'a, 't>, list: &str) {
        let place = line.place(self.at.kind);
        if !self.around.lists.is_empty() {
            let near = crate::form::expression::compile::nearest(list, self.around.lists.iter().map(|list| list.name.as_str()));
            self.error(place, |lang| say::xlsform::unknown_list(lang, list));
            if let Some(problem) = self.problems.pop() {
                self.problems.push(problem.near(near));
            }
            return;
        }
        self.error(place, say::xlsform::no_choices_sheet);
        self.similar_sheets("choices");
    }

    fn similar_sheets(&mut self, wanted: &'static str) {
        for sheet in self.around.sheets.similar_to(wanted) {
            self.warn(sheet.name.place.clone(), |lang| say::xlsform::similar_sheet(lang, &sheet.name.text, wanted));
        }
    }

    fn external(&mut self, line: Line<'a, 't>, row: &mut Row, list: &str) {
        let place = row.kind.place.clone();
        if line.get(self.at.filter).is_none() {
            self.warn(place.clone(), say::xlsform::external_without_filter);
        }
        if self.around.external.is_empty() {
            self.error(place.clone(), say::xlsform::no_external_choices);
            self.similar_sheets("external_choices");
        } else if self.around.external.get(list).is_none() {
            self.error(place.clone(), |lang| say::xlsform::unknown_external_list(lang, list));
        }
        let name = external_name(list, |name| self.around.lists.get(name).is_some());
        row.cells.insert("choices", Cell::made(name, place));
    }

    /// `search()` fills a list from a file when the form is opened; all its users must know that.
    fn search(&mut self, row: &Row, list: &str) {
        let searches = row.cells.get("appearance").filter(|cell| cell.text.split_once("search(").is_some_and(|(_, rest)| rest.contains(')')));
        match searches {
            None => {
                self.unsearched.insert(list.to_owned());
            }
            Some(cell) if extension(list).is_some() => self.error(cell.place.clone(), say::xlsform::search_with_file),
            Some(cell) => {
                self.searched.insert(list.to_owned(), cell.place.clone());
            }
        }
    }

    fn check_blanks(&mut self, row: &Row, list: &str) {
        let blank = self.around.lists.get(list).and_then(|list| list.choices.iter().find(|choice| choice.name.contains(' ')));
        if let Some(name) = blank.map(|choice| choice.name.clone()) {
            self.error(row.kind.place.clone(), |lang| say::xlsform::blank_in_choice(lang, &name));
        }
    }

    fn table_list(&mut self, line: Line<'a, 't>, list: &str) {
        let filter = line.get(self.at.filter).map(|filter| filter.place);
        let place = line.place(self.at.kind);
        let Some(first) = &mut self.frame().table_list else { return };
        match first {
            None => {
                *first = Some(list.to_owned());
                if let Some(filter) = filter {
                    self.error(filter, say::xlsform::table_list_filter);
                }
            }
            Some(first) if first != list => {
                let first = first.clone();
                self.error(place, |lang| say::xlsform::table_list_mixed(lang, &first, list));
            }
            Some(_) => {}
        }
    }

    /// The choice and the question that `or_other` adds.
    fn or_other(&mut self, row: &Row, list: &str, line: Line<'a, 't>) -> Option<Row> {
        if let Some(filter) = line.get(self.at.filter) {
            self.error(filter.place, say::xlsform::other_with_filter);
            return None;
        }
        let place = row.kind.place.clone();
        if self.around.lists.get(list).is_none() {
            self.error(place, say::xlsform::other_without_list);
            return None;
        }
        if self.around.languages.are_named() {
            self.warn(place.clone(), say::xlsform::other_untranslated);
        }
        self.around.lists.add_other(list);
        let name = format!("{}_other", row.name.text);
        self.frame().generated.push(name.clone());
        let mut other = Row { name: Cell::made(name, row.name.place.clone()), kind: Cell::made("text", place.clone()), ..Row::default() };
        other.texts.insert("label", (Text::both(say::xlsform::specify_other), place.clone()));
        other.cells.insert("relevant", Cell::made(format!("selected(../{}, '{OTHER}')", row.name.text), place.clone()));
        other.extra.insert("type".to_owned(), Cell::made("or_other", place));
        Some(other)
    }
}
