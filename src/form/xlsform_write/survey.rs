//! The survey sheet: questions, groups and repeats as rows.

use super::lists::Lists;
use super::table::{Cells, Table};
use super::{Languages, Loss, Losses, OWN, SAME, natives};
use crate::form::check_lists::each_row;
use crate::form::draft::{Draft, Row, Set, When};
use crate::form::xlsform::words;
use std::collections::BTreeSet;

/// Columns that XLSForm has under the same name; `true`: it is an expression.
const NATIVE: [(&str, bool); 9] = [
    ("required", true),
    ("relevant", true),
    ("constraint", true),
    ("calculation", true),
    ("read_only", true),
    ("choice_filter", true),
    ("repeat_count", true),
    ("appearance", false),
    ("parameters", false),
];
/// Columns that only this program has.
const OURS_ONLY: [(&str, Option<Loss>); 6] =
    [("warning", Some(Loss::Warning)), ("previous", Some(Loss::Previous)), ("unit", Some(Loss::Unit)), ("to", Some(Loss::Reference)), ("value", None), ("indicator", None)];
/// What a question that `or_other` added has for its type.
const OF_OTHER: &str = "or_other";

/// The sheet, and what a plain tool will not do with it.
pub(super) fn survey(draft: &Draft, languages: &Languages, lists: &Lists<'_>, losses: &mut Losses) -> Table {
    let (mut names, mut answered) = (BTreeSet::new(), BTreeSet::new());
    each_row(&draft.rows, &mut |row| {
        names.insert(row.name.text.as_str());
        if !matches!(row.kind.text.as_str(), "calculate" | "hidden" | "group" | "repeat") {
            answered.insert(row.name.text.as_str());
        }
    });
    let mut writer = Writer { languages, lists, losses, names, answered, table: Table::new("survey") };
    writer.rows(&draft.rows, false);
    for (name, source) in &draft.instances {
        if let Some(kind) = natives::external_type(&source.text) {
            let row = writer.table.add();
            row.set("type", kind);
            row.set("name", name);
        }
    }
    writer.table
}

struct Writer<'a> {
    languages: &'a Languages,
    lists: &'a Lists<'a>,
    losses: &'a mut Losses,
    /// Names of all rows.
    names: BTreeSet<&'a str>,
    /// Names of the questions that are shown: only these can trigger anything in XLSForm.
    answered: BTreeSet<&'a str>,
    table: Table,
}

impl Writer<'_> {
    fn rows(&mut self, rows: &[Row], in_repeat: bool) {
        for row in rows.iter().filter(|row| written_type(row) != Some(OF_OTHER)) {
            let mut cells = Cells::default();
            self.row(row, in_repeat, &mut cells);
            self.table.rows.push(cells);
            if matches!(row.kind.text.as_str(), "group" | "repeat") {
                self.rows(&row.children, in_repeat || row.kind.text == "repeat");
                self.table.add().set("type", format!("end_{}", row.kind.text));
            }
        }
    }

    fn lose(&mut self, loss: Loss, row: &Row) {
        let names = self.losses.entry(loss).or_default();
        if names.last() != Some(&row.name.text) {
            names.push(row.name.text.clone());
        }
    }

    /// Sets a column of ours. Other tools look for references in every column and refuse those to questions of other
    /// forms, which ours may hold.
    fn own(&self, column: &str, text: &str, cells: &mut Cells) {
        cells.set(format!("{OWN}{column}"), natives::shield(text, &|name| self.names.contains(name)));
    }

    fn row(&mut self, row: &Row, in_repeat: bool, cells: &mut Cells) {
        cells.set("name", &row.name.text);
        self.kind(row, cells);
        for (column, (text, _)) in &row.texts {
            let column = match *column {
                "warning_message" => format!("{OWN}warning_message"),
                other => other.replace('_', if other == "big_image" { "-" } else { "_" }),
            };
            self.languages.columns(&column, text).into_iter().for_each(|(column, said)| cells.set(column, natives::last_saved(said)));
        }
        for (column, is_expression) in NATIVE {
            self.native(row, column, is_expression, cells);
        }
        for (column, loss) in OURS_ONLY {
            // What stands for another type, or computes, tells its type to our reader by itself.
            let is_told = column == "value" && (row.extra.contains_key("type") || row.extra.contains_key("bind::type"));
            if let Some(cell) = row.cells.get(column).filter(|_| !is_told) {
                self.own(column, &cell.text, cells);
                loss.into_iter().for_each(|loss| self.lose(loss, row));
            }
        }
        row.extra.iter().filter(|(column, _)| *column != "type").for_each(|(column, cell)| cells.set(column, &cell.text));
        if row.personal {
            cells.set(format!("{OWN}personal"), "yes");
        }
        self.stand_in(row, cells);
        self.default(row, cells);
        self.trigger(row, cells);
        self.actions(row, in_repeat, cells);
    }

    /// A column of the same name in both, unless its expression is only ours.
    fn native(&mut self, row: &Row, column: &str, is_expression: bool, cells: &mut Cells) {
        let Some(cell) = row.cells.get(column) else { return };
        if self.is_native(row, &cell.text, is_expression) {
            cells.set(column, &cell.text);
        } else {
            self.own(column, &cell.text, cells);
        }
    }

    fn is_native(&mut self, row: &Row, text: &str, is_expression: bool) -> bool {
        let is_native = !is_expression || natives::is_native(text);
        if !is_native {
            self.lose(Loss::Functions, row);
        } else if is_expression && natives::is_unknown_to_collect(text) {
            self.lose(Loss::Unknown, row);
        }
        is_native
    }

    fn kind(&mut self, row: &Row, cells: &mut Cells) {
        if let Some(written) = written_type(row) {
            return cells.set("type", written);
        }
        let kind = row.kind.text.as_str();
        match kind {
            "group" | "repeat" => cells.set("type", format!("begin_{kind}")),
            "select_one" | "select_multiple" | "rank" => self.select(row, cells),
            "datetime" => cells.set("type", "dateTime"),
            "reference" => instead(row, "text", cells),
            "money" | "year" | "percent" | "month" => {
                self.lose(Loss::Type, row);
                let native = match kind {
                    "percent" => "decimal",
                    "month" => "date",
                    // As a date, a year would not pass checks that compare it with numbers.
                    _ => "integer",
                };
                instead(row, native, cells);
            }
            other => cells.set("type", other),
        }
        self.labels_of(row, cells);
    }

    /// A list that a question without choices names: what is typed may come from it, or its labels are shown.
    fn labels_of(&mut self, row: &Row, cells: &mut Cells) {
        if matches!(row.kind.text.as_str(), "select_one" | "select_multiple" | "rank") {
            return;
        }
        for (column, cell) in ["choices", "choices_file"].iter().filter_map(|column| Some((column, row.cells.get(*column)?))) {
            if row.kind.text == "text" {
                self.lose(Loss::Suggest, row);
            }
            self.own(column, &cell.text, cells);
        }
    }

    fn select(&mut self, row: &Row, cells: &mut Cells) {
        let kind = row.kind.text.as_str();
        if let Some(file) = row.cells.get("choices_file") {
            let Some(placed) = self.lists.by_name.get(&file.text) else { return instead(row, "text", cells) };
            if placed.list.is_none() {
                self.lose(Loss::File, row);
            }
            cells.set("type", if placed.beside { format!("{kind}_from_file {}", placed.id) } else { format!("{kind} {}", placed.id) });
            if placed.beside && file.text != placed.id {
                self.own("choices_file", &file.text, cells);
            }
            return;
        }
        let choices = row.cells.get("choices").map_or("", |cell| cell.text.as_str());
        if let Some(placed) = self.lists.by_name.get(choices) {
            return cells.set("type", format!("{kind} {}", placed.id));
        }
        if natives::only_question(choices).is_some() {
            return cells.set("type", format!("{kind} {choices}"));
        }
        self.lose(if row.cells.contains_key("itemset") { Loss::Itemset } else { Loss::Rows }, row);
        instead(row, "text", cells);
        for column in ["choices", "itemset", "itemset_value", "itemset_label"] {
            row.cells.get(column).into_iter().for_each(|cell| self.own(column, &cell.text, cells));
        }
    }

    /// Native cells that are there only for other tools, so that these do the nearest thing.
    fn stand_in(&mut self, row: &Row, cells: &mut Cells) {
        let omit = format!("{OWN}omit");
        match row.kind.text.as_str() {
            "month" if cells.get("appearance").is_none() => {
                cells.set("appearance", "month-year");
                cells.add_word(&omit, "appearance");
            }
            // A calculation without one is refused; our column goes before this one when it is read here.
            "calculate" if cells.get("calculation").is_none() && row.cells.contains_key("calculation") => cells.set("calculation", "''"),
            _ => {}
        }
        let beside = row.cells.get("choices_file").and_then(|file| self.lists.by_name.get(&file.text)).filter(|placed| placed.beside);
        let label = beside.and_then(|placed| natives::label_column(placed.list.as_deref()?, self.languages.names.first()?));
        let given = cells.get("parameters").unwrap_or("").to_owned();
        if let Some(label) = label.filter(|_| !given.contains("label=")) {
            match given.is_empty() {
                true => cells.add_word(&omit, "parameters"),
                false => cells.set(format!("{OWN}parameters"), &given),
            }
            cells.set("parameters", format!("{given} label={label}").trim_start());
        }
    }

    fn default(&mut self, row: &Row, cells: &mut Cells) {
        use natives::Default as D;
        let Some(cell) = row.cells.get("default") else { return };
        if !self.is_native(row, &cell.text, true) {
            return self.own("default", &cell.text, cells);
        }
        let kind = if row.kind.text == "month" { "date" } else { &row.kind.text };
        match natives::default(&cell.text, kind) {
            D::Plain(value) => cells.set("default", value),
            D::Other(value) => {
                cells.set("default", value);
                self.own("default", &cell.text, cells);
            }
            D::Computed => {
                cells.set("default", &cell.text);
                self.own("default", SAME, cells);
            }
            D::No => self.own("default", &cell.text, cells),
        }
    }

    /// Ours takes the default again when another answer changes; theirs computes the calculation again.
    fn trigger(&mut self, row: &Row, cells: &mut Cells) {
        let Some(trigger) = row.cells.get("trigger") else { return };
        let by_person = natives::only_question(&trigger.text).is_some_and(|name| self.answered.contains(name.as_str()));
        let default = row.cells.get("default").map(|cell| cell.text.as_str()).filter(|text| natives::is_native(text));
        match default {
            Some(default) if by_person && cells.get("calculation").is_none() => {
                cells.set("trigger", &trigger.text);
                cells.set("calculation", default);
                self.own("trigger", SAME, cells);
            }
            _ => {
                self.lose(Loss::Trigger, row);
                self.own("trigger", &trigger.text, cells);
            }
        }
    }

    /// A computed first value is a default there, and what one change sets is a calculation with triggers; other actions
    /// have no column.
    fn actions(&mut self, row: &Row, in_repeat: bool, cells: &mut Cells) {
        let (first, rest) = first_value(row, in_repeat);
        if let Some(first) = first.filter(|_| cells.get("default").is_none()) {
            cells.set("default", first);
        }
        let rest = if cells.get("default") == first { rest } else { row.sets.as_slice() };
        let Some(last) = rest.last() else { return };
        let free = cells.get("calculation").is_none() && cells.get("trigger").is_none();
        match self.triggers(rest).filter(|_| free) {
            Some(triggers) => {
                cells.set("trigger", triggers);
                cells.set("calculation", if last.value.text == "''" { "" } else { &last.value.text });
            }
            None => {
                self.lose(Loss::Action, row);
                self.own("set", &natives::actions(rest), cells);
            }
        }
    }

    /// `${a}, ${b}` where all of the actions set one value when a shown question changes.
    fn triggers(&self, sets: &[Set]) -> Option<String> {
        let one = sets.windows(2).all(|pair| pair[0].value.text == pair[1].value.text) && sets.iter().all(|set| !set.value.text.is_empty());
        let of = |set: &Set| match &set.when {
            When::Changed(of) => words::only_reference(&of.text).filter(|name| self.answered.contains(name)).map(|_| of.text.clone()),
            _ => None,
        };
        let triggers: Option<Vec<String>> = sets.iter().map(of).collect();
        triggers.filter(|_| one).map(|triggers| triggers.join(", "))
    }
}

/// The type as a workbook had it, where ours does not say it all.
fn written_type(row: &Row) -> Option<&str> {
    let written = row.extra.get("type")?.text.as_str();
    let list = row.cells.get("choices").map(|cell| cell.text.as_str());
    // Another list may have been given to the question since.
    let is_of_list = list.is_none_or(|list| written.split(' ').any(|word| word == list || Some(word) == list.strip_prefix("external ")));
    (!written.is_empty() && is_of_list).then_some(written)
}

/// The nearest native type, and ours beside it.
fn instead(row: &Row, native: &str, cells: &mut Cells) {
    cells.set("type", native);
    cells.set(format!("{OWN}type"), &row.kind.text);
}

/// The computed first value, which inside of repeats new rows get too, and the other actions.
fn first_value(row: &Row, in_repeat: bool) -> (Option<&str>, &[Set]) {
    let (value, rest) = match row.sets.as_slice() {
        [Set { when: When::NewRow, value: new }, Set { when: When::FirstLoad, value }, rest @ ..] if in_repeat && new.text == value.text => (value, rest),
        [Set { when: When::FirstLoad, value }, rest @ ..] if !in_repeat => (value, rest),
        all => return (None, all),
    };
    let native = words::is_dynamic(&value.text, &row.kind.text) && natives::is_native(&value.text);
    if native && !row.cells.contains_key("default") { (Some(&value.text), rest) } else { (None, row.sets.as_slice()) }
}
