//! Walks the survey's rows once: groups and repeats open and close, questions become rows of the draft.

use super::choices::Lists;
use super::columns::{self, Meaning};
use super::entities::Entities;
use super::languages::Languages;
use super::own;
use super::settings::Settings;
use super::sources::Sources;
use super::table::{Column, Line, Table};
use super::types::{self, Container, Written};
use super::{Reader, words};
use crate::form::draft::{Cell, Row};
use crate::form::problem::Problem;
use crate::locale::{Lang, Text, say};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Groups and repeats in one another: no real form comes near.
const MAX_DEPTH: usize = 64;

/// What the survey refers to.
pub struct Around<'a, 't> {
    /// The lists of `choices`.
    pub lists: Lists,
    /// The lists of `external_choices`.
    pub external: Lists,
    /// The form's languages.
    pub languages: &'a Languages,
    /// The settings; the survey may add some.
    pub settings: Settings,
    /// The entity lists, if there is such a sheet.
    pub entities: Option<Entities>,
    /// All sheets, for “did you mean”.
    pub sheets: &'a Reader<'t>,
}

/// What the survey turned out to hold.
pub struct Survey {
    /// Its rows.
    pub rows: Vec<Row>,
    /// The lists, with what `or_other` added.
    pub lists: Lists,
    /// The external lists.
    pub external: Lists,
    /// The settings.
    pub settings: Settings,
    /// External sources: their name and address.
    pub instances: Vec<(String, Cell)>,
    /// How often each name stands in the survey.
    pub names: BTreeMap<String, usize>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The columns that are looked at by themselves.
pub(super) struct Columns<'a> {
    pub kind: Option<&'a Column>,
    pub name: Option<&'a Column>,
    pub label: Option<&'a Column>,
    pub default: Option<&'a Column>,
    pub trigger: Option<&'a Column>,
    pub parameters: Option<&'a Column>,
    pub appearance: Option<&'a Column>,
    pub filter: Option<&'a Column>,
    pub calculation: Option<&'a Column>,
    pub save_to: Option<&'a Column>,
    disabled: Option<&'a Column>,
}

/// An open group, repeat or loop, or the form itself.
pub(super) struct Frame {
    row: Row,
    container: Option<Container>,
    /// The list of a loop.
    list: Option<String>,
    /// The names in it and where they stand.
    names: BTreeMap<String, Range<usize>>,
    names_lower: BTreeSet<String>,
    /// Names that parts made automatically will take.
    pub generated: Vec<String>,
    /// Of a group with the appearance `table-list`: the list of its first question.
    pub table_list: Option<Option<String>>,
}

/// The walk.
pub(super) struct Walker<'a, 't> {
    pub table: &'a Table<'t>,
    pub meanings: Vec<Meaning>,
    pub at: Columns<'a>,
    pub around: Around<'a, 't>,
    pub problems: Vec<Problem>,
    pub sources: Sources,
    pub questions: BTreeSet<String>,
    pub repeats: BTreeSet<String>,
    /// Names of lists and files.
    pub secondary: BTreeSet<String>,
    /// Questions that are never shown.
    pub unseen: BTreeSet<String>,
    /// The question, place and whether it must be shown.
    pub triggers: Vec<(String, Range<usize>, bool)>,
    pub geometries: Vec<(String, Range<usize>)>,
    /// Lists by how they are used: with `search()` and where, and without.
    pub searched: BTreeMap<String, Range<usize>>,
    pub unsearched: BTreeSet<String>,
    pub names: BTreeMap<String, usize>,
    stack: Vec<Frame>,
    is_unbalanced: bool,
    /// Open groups beyond the greatest depth.
    too_deep: usize,
    /// Rows that loops made.
    pub written_out: usize,
}

/// Reads the survey.
pub fn read<'a>(table: &'a Table<'_>, around: Around<'a, '_>) -> Survey {
    let mut walker = Walker::new(table, around);
    if walker.at.kind.is_some() {
        table.lines().filter(|line| !line.is_empty()).for_each(|line| walker.line(line));
    }
    walker.finish()
}

impl<'a, 't> Walker<'a, 't> {
    fn new(table: &'a Table<'t>, around: Around<'a, 't>) -> Self {
        let column = |path: &[&str]| table.column(path);
        let at = Columns {
            kind: column(&["type"]),
            name: column(&["name"]),
            label: column(&["label"]),
            default: column(&["default"]),
            trigger: column(&["trigger"]),
            parameters: column(&["parameters"]),
            appearance: column(&["control", "appearance"]),
            filter: column(&["choice_filter"]),
            calculation: column(&["bind", "calculate"]),
            save_to: column(&["bind", "entities:saveto"]),
            disabled: column(&["disabled"]),
        };
        Self {
            meanings: table.columns.iter().map(|column| columns::meaning(&column.path)).collect(),
            table,
            at,
            around,
            problems: Vec::new(),
            sources: Sources::default(),
            questions: BTreeSet::new(),
            repeats: BTreeSet::new(),
            secondary: BTreeSet::new(),
            unseen: BTreeSet::new(),
            triggers: Vec::new(),
            geometries: Vec::new(),
            searched: BTreeMap::new(),
            unsearched: BTreeSet::new(),
            names: BTreeMap::new(),
            stack: vec![Frame::new(Row::default(), None)],
            is_unbalanced: false,
            too_deep: 0,
            written_out: 0,
        }
    }

    pub fn error(&mut self, place: Range<usize>, say: impl Fn(Lang) -> String) {
        self.problems.push(Problem::error(place, Text::both(say)));
    }

    pub fn warn(&mut self, place: Range<usize>, say: impl Fn(Lang) -> String) {
        self.problems.push(Problem::warning(place, Text::both(say)));
    }

    /// The innermost open group, or the form.
    pub fn frame(&mut self) -> &mut Frame {
        if self.stack.is_empty() {
            self.stack.push(Frame::new(Row::default(), None));
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    pub fn is_in_repeat(&self) -> bool {
        self.stack.iter().any(|frame| frame.container == Some(Container::Repeat))
    }

    pub fn add(&mut self, row: Row) {
        self.frame().row.children.push(row);
    }

    fn line(&mut self, line: Line<'a, 't>) {
        if let Some(disabled) = line.get(self.at.disabled) {
            self.warn(disabled.place, say::xlsform::disabled_column);
            if words::truth(&disabled.text) == Some(true) {
                return;
            }
        }
        let Some(kind) = line.get(self.at.kind) else { return self.untyped(line) };
        let written = types::written(&kind.text);
        match written {
            Written::Setting(name) => {
                let cell = line.get(self.at.name).map(|value| value.cell());
                self.around.settings.set(name, cell.unwrap_or_default());
            }
            Written::End(container) => {
                self.entity(line, None, true);
                self.end(container, kind.place);
            }
            Written::Begin(container, list) => {
                let list = list.map(str::to_owned);
                self.begin(line, container, list);
            }
            Written::Plain(plain) if plain.spellings == ["audit"] => self.audit(line, plain),
            _ => {
                let is_note = matches!(written, Written::Plain(plain) if plain.kind == "note");
                if let Some(name) = self.name(line, is_note) {
                    self.entity(line, Some(&name.text), false);
                    self.questions.insert(name.text.clone());
                    self.question(line, name, written, kind.place.clone(), &kind.text);
                }
            }
        }
    }

    fn untyped(&mut self, line: Line<'a, 't>) {
        let has_label = line.cells().any(|(column, _)| column.path[0] == "label");
        let place = line.place(self.at.kind);
        if has_label || line.get(self.at.name).is_some() {
            self.error(place, say::xlsform::no_type);
        } else {
            self.warn(place, say::xlsform::skipped_row);
        }
    }

    /// The row's name, checked and counted; `None` if it has none.
    fn name(&mut self, line: Line<'a, 't>, is_note: bool) -> Option<Cell> {
        let place = line.place(self.at.name);
        let cell = match line.get(self.at.name) {
            Some(value) => value.cell(),
            None if is_note => Cell::made(format!("generated_note_name_{}", line.number), place.clone()),
            None => {
                self.error(place, say::xlsform::no_name);
                return None;
            }
        };
        let name = cell.text.clone();
        if !words::is_name(&name) {
            self.error(place, |lang| say::xlsform::bad_name(lang, &name));
            return None;
        }
        *self.names.entry(name.clone()).or_default() += 1;
        let frame = self.frame();
        let is_new = !frame.names.contains_key(&name);
        frame.names.entry(name.clone()).or_insert_with(|| place.clone());
        let is_new_lower = frame.names_lower.insert(name.to_lowercase());
        if name == "meta" {
            self.error(place, say::xlsform::reserved_meta);
        } else if !is_new {
            self.error(place, |lang| say::xlsform::duplicate_name(lang, &name));
        } else if !is_new_lower {
            self.warn(place, |lang| say::xlsform::same_but_case(lang, &name));
        }
        Some(cell)
    }

    fn begin(&mut self, line: Line<'a, 't>, container: Container, list: Option<String>) {
        let Some(name) = self.name(line, false) else {
            match self.stack.len() > MAX_DEPTH {
                true => self.too_deep += 1,
                false => self.stack.push(Frame::new(Row::default(), Some(container))),
            }
            return;
        };
        self.entity(line, Some(&name.text), true);
        let kind = if container == Container::Repeat { "repeat" } else { "group" };
        if container == Container::Repeat {
            self.repeat_name(&name);
        }
        let mut row = self.base(line, name, kind);
        own::question(&mut row, None, None, self.around.languages);
        if container == Container::Repeat {
            if !["label", "image", "big_image", "audio", "video"].iter().any(|text| row.texts.contains_key(text)) {
                self.warn(row.name.place.clone(), say::xlsform::repeat_without_label);
            }
            self.repeat_count(&row);
        }
        if container == Container::Loop {
            self.check_loop(line, list.as_deref());
        }
        let is_table = row.cells.get("appearance").is_some_and(|cell| cell.text.split_whitespace().any(|word| word == "table-list"));
        if self.stack.len() > MAX_DEPTH {
            self.too_deep += 1;
            return self.error(row.name.place.clone(), say::xlsform::too_deep);
        }
        self.stack.push(Frame { list, table_list: is_table.then_some(None), ..Frame::new(row, Some(container)) });
    }

    fn repeat_name(&mut self, name: &Cell) {
        if name.text == self.around.settings.root_name() {
            self.error(name.place.clone(), |lang| say::xlsform::repeat_named_as_form(lang, &name.text));
        } else if !self.repeats.insert(name.text.clone()) {
            self.error(name.place.clone(), |lang| say::xlsform::duplicate_repeat(lang, &name.text));
        }
    }

    /// A count that is more than a reference is a calculation beside the repeat for every other program of the field.
    fn repeat_count(&mut self, row: &Row) {
        if row.cells.get("repeat_count").is_some_and(|count| words::only_reference(&count.text).is_none()) {
            self.frame().generated.push(format!("{}_count", row.name.text));
        }
    }

    fn end(&mut self, container: Container, place: Range<usize>) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        if self.stack.len() < 2 || self.frame().container != Some(container) {
            if !self.is_unbalanced {
                self.error(place, |lang| say::xlsform::unmatched_end(lang, container.name()));
            }
            self.is_unbalanced = true;
            return;
        }
        if let Some(frame) = self.stack.pop() {
            let row = self.close(frame);
            self.add(row);
        }
    }

    fn close(&mut self, frame: Frame) -> Row {
        for name in &frame.generated {
            if let Some(place) = frame.names.get(name) {
                self.error(place.clone(), |lang| say::xlsform::generated_name(lang, name));
            }
        }
        let mut row = frame.row;
        if frame.container == Some(Container::Loop) {
            self.write_out(&mut row, frame.list.as_deref().unwrap_or(""));
        }
        row
    }

    fn finish(mut self) -> Survey {
        self.after();
        let mut left = std::mem::take(&mut self.stack);
        while left.len() > 1 {
            let Some(frame) = left.pop() else { break };
            if !self.is_unbalanced {
                let kind = frame.container.map_or("", Container::name);
                self.error(frame.row.kind.place.clone(), |lang| say::xlsform::unmatched_begin(lang, kind));
            }
            let row = self.close(frame);
            if let Some(around) = left.last_mut() {
                around.row.children.push(row);
            }
        }
        let form = left.pop().unwrap_or_else(|| Frame::new(Row::default(), None));
        let rows = self.close(form).children;
        if !self.around.settings.is_on("omit_instanceid") {
            *self.names.entry("instanceID".to_owned()).or_default() += 1;
        }
        let Around { lists, external, settings, .. } = self.around;
        Survey { rows, lists, external, settings, instances: self.sources.external(), names: self.names, problems: self.problems }
    }
}

impl Frame {
    fn new(row: Row, container: Option<Container>) -> Self {
        Self { row, container, list: None, names: BTreeMap::new(), names_lower: BTreeSet::new(), generated: Vec::new(), table_list: None }
    }

    /// Its name and whether it is a repeat, for the paths of entities.
    fn step(&self) -> (String, bool) {
        (self.row.name.text.clone(), self.container == Some(Container::Repeat))
    }
}

impl Container {
    fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Repeat => "repeat",
            Self::Loop => "loop",
        }
    }
}

impl<'a, 't> Walker<'a, 't> {
    /// Tells the entity lists of a row's `save_to` and of its name.
    fn entity(&mut self, line: Line<'a, 't>, name: Option<&str>, is_container: bool) {
        let save_to = line.get(self.at.save_to);
        let Some(entities) = &mut self.around.entities else {
            if let Some(save_to) = save_to {
                self.error(save_to.place, say::xlsform::entity_none);
            }
            return;
        };
        if save_to.is_none() && !name.is_some_and(|name| entities.mention(name)) {
            return;
        }
        let path: Vec<(String, bool)> = self.stack.iter().skip(1).map(Frame::step).collect();
        if let Some(save_to) = save_to {
            entities.save(&save_to.cell(), path.clone(), is_container, &mut self.problems);
        }
        if let Some(name) = name {
            entities.reference(name, path);
        }
    }
}
