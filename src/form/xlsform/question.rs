//! One row of the survey as a row of the draft.

use super::columns::Meaning;
use super::own;
use super::parameters::Parameters;
use super::survey::Walker;
use super::table::{Line, Value};
use super::types::{Fit, Plain, Written};
use super::words;
use crate::form::draft::{Cell, Row, Set, When};
use crate::locale::{Text, say};
use std::collections::BTreeMap;
use std::ops::Range;

/// Columns where `yes` and `no` stand for expressions.
const TRUTHS: [&str; 5] = ["required", "relevant", "read_only", "constraint", "calculation"];
/// Columns whose expressions may look things up.
const LOOKING: [&str; 6] = ["required", "relevant", "read_only", "constraint", "calculation", "choice_filter"];
/// The texts that make a row visible.
const SHOWN: [&str; 6] = ["label", "hint", "image", "big_image", "audio", "video"];
/// What only a touch screen can do.
const NOT_HERE: [&str; 10] = ["maps", "placement-map", "map", "image-map", "draw", "annotate", "signature", "hide-input", "bearing", "autoplay"];

impl<'a, 't> Walker<'a, 't> {
    /// Texts, expressions and travelling columns of a row.
    pub fn base(&mut self, line: Line<'a, 't>, name: Cell, kind: &str) -> Row {
        let mut row = Row { name, kind: Cell::made(kind, line.place(self.at.kind)), ..Row::default() };
        let mut texts: BTreeMap<&'static str, (Text, Range<usize>)> = BTreeMap::new();
        for (column, meaning) in self.table.columns.iter().zip(&self.meanings) {
            let Some(value) = line.get(Some(column)) else { continue };
            match meaning {
                Meaning::Text(text, language) => {
                    self.sources.text(&value.cell());
                    let said = &mut texts.entry(text).or_insert_with(|| (Text::default(), value.place.clone())).0;
                    self.around.languages.add(said, language.as_deref().filter(|language| *language != super::languages::UNNAMED), &value.text);
                }
                Meaning::Cell(name) => {
                    let mut cell = value.cell();
                    if TRUTHS.contains(name)
                        && let Some(truth) = words::truth(&cell.text)
                    {
                        cell = Cell::made(if truth { "true()" } else { "false()" }, cell.place);
                    }
                    if LOOKING.contains(name) {
                        self.sources.expression(&cell);
                    }
                    row.cells.insert(name, cell);
                }
                Meaning::Extra => {
                    row.extra.insert(column.header.clone(), value.cell());
                }
                Meaning::Type | Meaning::Name | Meaning::Default | Meaning::Trigger | Meaning::Disabled => {}
            }
        }
        row.texts = texts;
        self.check_media(&row);
        self.check_appearance(&row);
        row
    }

    fn check_media(&mut self, row: &Row) {
        let place = |text: &str| row.texts.get(text).map(|(_, place)| place.clone());
        if let (Some(place), None) = (place("big_image"), place("image")) {
            self.error(place, say::xlsform::big_image_alone);
        }
        if let Some(place) = ["image", "audio", "video"].into_iter().find_map(place) {
            self.warn(place, say::xlsform::media_named);
        }
        for (header, cell) in row.extra.iter().filter(|(header, _)| header.starts_with("media")) {
            self.warn(cell.place.clone(), |lang| say::xlsform::unknown_media(lang, header));
        }
    }

    fn check_appearance(&mut self, row: &Row) {
        let Some(cell) = row.cells.get("appearance") else { return };
        let ignored = |word: &&str| NOT_HERE.contains(word) || word.starts_with("ex:") || word.starts_with("printer");
        if let Some(word) = cell.text.split_whitespace().find(ignored) {
            self.warn(cell.place.clone(), |lang| say::xlsform::appearance_ignored(lang, word));
        }
    }

    /// A row that is no group, end or setting.
    pub fn question(&mut self, line: Line<'a, 't>, name: Cell, written: Written<'_>, kind: Range<usize>, text: &str) {
        let parameters = self.parameters(line);
        match written {
            Written::Select { select, list, or_other } => self.select(line, name, select, list, or_other, &parameters),
            Written::Plain(plain) => self.plain(line, name, plain, text, &parameters),
            Written::External(external) => {
                self.secondary.insert(name.text.split_once('.').map_or(&*name.text, |(stem, _)| stem).to_owned());
                self.sources.declare(&name.text, external, name.place);
            }
            _ if text == "include" => self.error(kind, say::xlsform::included_section),
            _ => {
                let known = super::types::PLAIN.iter().flat_map(|plain| plain.spellings).copied();
                let near = crate::form::expression::compile::nearest(text, known.chain(["select_one", "select_multiple", "begin_group", "begin_repeat"]));
                self.error(kind, |lang| say::xlsform::unknown_type(lang, text));
                if let Some(problem) = self.problems.pop() {
                    self.problems.push(problem.near(near));
                }
            }
        }
    }

    fn plain(&mut self, line: Line<'a, 't>, name: Cell, plain: &'static Plain, text: &str, parameters: &Parameters) {
        let mut row = self.base(line, name, plain.kind);
        if text != plain.spellings[0] || plain.fit == Fit::Empty || plain.kind != plain.spellings[0] {
            keep_type(&mut row, plain, text);
        }
        if let Some(filter) = row.cells.remove("choice_filter") {
            // A map's features may be filtered; nothing here has choices.
            row.extra.insert("choice_filter".to_owned(), filter);
        }
        self.bring(&mut row, plain);
        self.check_parameters(line, plain, parameters, &mut row);
        let is_background = plain.spellings[0] == "background-geopoint";
        self.actions(line, &mut row, is_background);
        if is_background {
            self.check_background(line);
        }
        self.check_calculate(line, &mut row, plain);
        self.check_shown(line, &mut row, plain);
        self.substitute_told(line, plain);
        self.add(row);
    }

    /// The constraint and hint of types such as `percentage`.
    fn bring(&mut self, row: &mut Row, plain: &Plain) {
        let Some((constraint, hint)) = plain.brings else { return };
        let place = row.kind.place.clone();
        row.cells.entry("constraint").or_insert_with(|| Cell::made(constraint, place.clone()));
        if !hint.is_empty() {
            row.texts.entry("hint").or_insert_with(|| (Text::plain(hint), place));
        }
    }

    /// Static first values stay a default; computed ones, and what a trigger sets, become actions.
    pub fn actions(&mut self, line: Line<'a, 't>, row: &mut Row, is_background: bool) {
        if let Some(default) = line.get(self.at.default) {
            self.default(row, &default);
        }
        self.triggered(line, row, is_background);
        own::question(row, line.get(self.at.default), line.get(self.at.trigger), self.around.languages);
    }

    fn triggered(&mut self, line: Line<'a, 't>, row: &mut Row, is_background: bool) {
        let Some(trigger) = line.get(self.at.trigger) else { return };
        let value = row.cells.remove("calculation").unwrap_or_else(|| Cell::made("''", trigger.place.clone()));
        for target in self.trigger_targets(&trigger) {
            let name = words::only_reference(&target.text).unwrap_or_default().to_owned();
            self.triggers.push((name, target.place.clone(), !is_background));
            row.sets.push(Set { when: When::Changed(target), value: value.clone() });
        }
    }

    fn default(&mut self, row: &mut Row, default: &Value<'_>) {
        let cell = default.cell();
        self.sources.expression(&cell);
        if words::is_dynamic(&cell.text, &row.kind.text) {
            if self.is_in_repeat() {
                row.sets.push(Set { when: When::NewRow, value: cell.clone() });
            }
            row.sets.push(Set { when: When::FirstLoad, value: cell });
        } else {
            row.cells.insert("default", Cell::made(words::quoted(&cell.text), cell.place));
        }
    }

    fn trigger_targets(&mut self, trigger: &Value<'_>) -> Vec<Cell> {
        let found = words::references(&trigger.text);
        if found.is_empty() || found.iter().any(|reference| reference.name.is_none()) {
            self.error(trigger.place.clone(), say::xlsform::bad_reference);
            return Vec::new();
        }
        let between = found.windows(2).map(|pair| &trigger.text[pair[0].part.end..pair[1].part.start]);
        if between.into_iter().any(|between| !between.contains(',')) {
            self.error(trigger.place.clone(), say::xlsform::one_reference);
        }
        found.iter().map(|reference| trigger.cell_of(reference.part.clone())).collect()
    }

    fn check_background(&mut self, line: Line<'a, 't>) {
        if line.get(self.at.trigger).is_none() {
            self.error(line.place(self.at.trigger), say::xlsform::background_needs_trigger);
        }
        if let Some(calculation) = line.get(self.at.calculation) {
            self.error(calculation.place, say::xlsform::background_calculation);
        }
    }

    /// A calculation that only an action fills is kept like an answer.
    fn check_calculate(&mut self, line: Line<'a, 't>, row: &mut Row, plain: &Plain) {
        if plain.kind != "calculate" {
            return;
        }
        self.unseen.insert(row.name.text.clone());
        let value = row.extra.get("bind::type").and_then(|kind| value_type(&kind.text));
        if let Some(value) = value {
            row.cells.insert("value", Cell::made(value, row.kind.place.clone()));
        }
        if !row.cells.contains_key("calculation") {
            if row.sets.is_empty() {
                self.error(line.place(self.at.calculation.or(self.at.kind)), say::xlsform::missing_calculation);
            }
            row.kind.text = "hidden".to_owned();
            row.extra.entry("type".to_owned()).or_insert_with(|| Cell::made("calculate", row.kind.place.clone()));
        }
    }

    /// A question without label is no question when something computes it; otherwise it is a mistake.
    fn check_shown(&mut self, line: Line<'a, 't>, row: &mut Row, plain: &Plain) {
        if !plain.shown || is_shown(row) {
            return;
        }
        let is_computed = row.cells.contains_key("calculation");
        if !is_computed && !row.sets.iter().any(|set| matches!(set.when, When::Changed(_))) {
            return self.error(self.label_place(line), say::xlsform::no_label);
        }
        self.unseen.insert(row.name.text.clone());
        row.extra.entry("type".to_owned()).or_insert_with(|| Cell::made(plain.spellings[0], row.kind.place.clone()));
        if plain.kind != "note" {
            row.cells.insert("value", Cell::made(plain.kind, row.kind.place.clone()));
        }
        row.kind.text = if is_computed { "calculate" } else { "hidden" }.to_owned();
    }

    /// Where a label would stand; without such a column, the name.
    pub fn label_place(&self, line: Line<'a, 't>) -> Range<usize> {
        let column = self.at.label.or_else(|| self.table.columns.iter().find(|column| column.path[0] == "label"));
        line.place(column.or(self.at.name))
    }

    /// Says what a terminal does instead.
    fn substitute_told(&mut self, line: Line<'a, 't>, plain: &Plain) {
        let place = line.place(self.at.kind);
        let name = plain.spellings[0];
        match plain.fit {
            Fit::Full => {}
            Fit::Attached => self.warn(place, |lang| say::xlsform::attached(lang, name)),
            Fit::Typed => self.warn(place, say::xlsform::typed_position),
            Fit::Empty => self.warn(place, |lang| say::xlsform::stays_empty(lang, name)),
            Fit::Kept => self.warn(place, say::xlsform::kept_anyway),
        }
    }

    /// An audit belongs to the form's own data: it has a fixed name and may stand anywhere.
    pub fn audit(&mut self, line: Line<'a, 't>, plain: &'static Plain) {
        let place = line.place(self.at.name);
        if line.get(self.at.name).is_some_and(|name| name.text != "audit") {
            self.error(place.clone(), say::xlsform::audit_name);
        }
        let parameters = self.parameters(line);
        let mut row = self.base(line, Cell::made("audit", place), plain.kind);
        self.check_parameters(line, plain, &parameters, &mut row);
        keep_type(&mut row, plain, "audit");
        self.substitute_told(line, plain);
        self.add(row);
    }

    /// What can only be told when all rows are known.
    pub fn after(&mut self) {
        for (name, place, must_be_shown) in std::mem::take(&mut self.triggers) {
            if !self.questions.contains(&name) {
                self.error(place, |lang| say::xlsform::unknown_reference(lang, &name));
            } else if must_be_shown && self.unseen.contains(&name) {
                self.error(place, |lang| say::xlsform::hidden_trigger(lang, &name));
            }
        }
        self.check_geometries();
        for (list, place) in std::mem::take(&mut self.searched) {
            if self.unsearched.contains(&list) {
                self.error(place, |lang| say::xlsform::search_mixed(lang, &list));
            } else {
                self.unsearched.remove(&list);
            }
        }
        let lists: Vec<_> = self.around.lists.iter().map(|list| (list.name.clone(), list.place.clone())).collect();
        self.sources.check(&lists, &mut self.problems);
        if let Some(entities) = self.around.entities.take() {
            entities.allocate(&mut self.problems);
        }
    }
}

/// Whether a row has a text to show, or would have if its kind of media were known.
pub fn is_shown(row: &Row) -> bool {
    SHOWN.iter().any(|text| row.texts.contains_key(text)) || row.extra.keys().any(|header| header.starts_with("media"))
}

/// Keeps the type as written where the engine's own does not say it.
fn keep_type(row: &mut Row, plain: &Plain, text: &str) {
    let says_the_same = plain.kind == plain.spellings[0] || plain.kind == "datetime";
    if !says_the_same || text.starts_with("osm ") {
        let place = row.kind.place.clone();
        row.extra.insert("type".to_owned(), Cell::made(text, place));
    }
}

/// The engine's type for a `bind::type`.
fn value_type(kind: &str) -> Option<&'static str> {
    match kind {
        "int" | "integer" => Some("integer"),
        "decimal" => Some("decimal"),
        "date" => Some("date"),
        "time" => Some("time"),
        "dateTime" => Some("datetime"),
        _ => None,
    }
}
