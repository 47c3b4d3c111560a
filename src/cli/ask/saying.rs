//! What is said of a question: its number, label and hint, what it holds, the choices.

use super::Asking;
use super::choosing::TOLD;
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::{Kind, NodeId};
use crate::interview::outline::{self, Line};
use crate::interview::{markdown, show};
use crate::locale::{say, say::line as s};
use crate::value::{Value, ValueType};
use crate::workbench::related::Gathering;

impl Asking<'_, '_> {
    /// A text of a question on one line.
    pub(super) fn words(&self, (row, node): (RowId, NodeId), column: &'static str) -> String {
        let world = Gathering::new(self.desk, &self.record);
        show::one_line(&markdown::plain(&self.interview.derived().say(self.interview.form(), self.desk.around(&world), row, node, column)))
    }

    /// A value as people read it; of a reference its record's summary.
    pub(super) fn shown(&self, (row, node): (RowId, NodeId), value: &Value) -> String {
        let form = self.interview.form();
        match value {
            Value::Text(record) if form.node(node).value == ValueType::Reference => self.desk.row(record).map_or_else(|| record.clone(), |row| row.summary.to_string()),
            value => show::one_line(&show::answer(form, &self.interview.derived().instance, (row, node), value, self.lang)),
        }
    }

    pub(super) fn say_section(&mut self, at: usize) {
        let sections = outline::sections(&self.interview);
        let Some(group) = sections.get(at).and_then(|s| s.group) else { return };
        let label = self.words((ROOT_ROW, group), "label");
        if !label.is_empty() {
            self.tell(&format!("\n== {label} ({}/{})", at + 1, sections.len()));
        }
    }

    /// A heading, a row, a note or a result between the questions.
    pub(super) fn say_line(&mut self, line: Line) {
        let lang = self.lang;
        match line {
            Line::Heading(row, node) | Line::Table(row, node) => {
                let label = self.words((row, node), "label");
                self.tell(&format!("\n— {label}"));
            }
            Line::Row(row) => {
                let number = self.interview.derived().instance.row(row).position;
                self.tell(&say::screen::row_number(lang, number));
            }
            Line::Question(row, node) => {
                let label = self.words((row, node), "label");
                let value = self.interview.derived().value(self.interview.form(), row, node);
                match value {
                    _ if self.is_kind(node, Kind::Note) => self.tell(&format!("  {label}")),
                    Some(value) => {
                        let shown = self.shown((row, node), &value);
                        self.tell(&format!("  = {label}: {shown}"));
                    }
                    None => {}
                }
            }
            Line::Add(..) => {}
        }
    }

    /// Asks a question.
    pub(super) fn say_question(&mut self, row: RowId, node: NodeId) {
        let lang = self.lang;
        let form = self.interview.form().clone();
        let (asked, answered) = outline::sections(&self.interview).iter().fold((0, 0), |(a, b), s| (a + s.asked, b + s.answered));
        let (required, unit, now) = {
            let world = Gathering::new(self.desk, &self.record);
            let around = self.desk.around(&world);
            let derived = self.interview.derived();
            let required = derived.holds(&form, around, row, node, form.node(node).logic.required.as_ref(), false);
            (required, derived.unit(&form, around, row, node), derived.value(&form, row, node))
        };
        let mark = if required { " *" } else { "" };
        let unit = if unit.is_empty() { unit } else { format!(" ({unit})") };
        let label = self.words((row, node), "label");
        self.tell(&format!("\n[{answered}/{asked}] {label}{unit}{mark}"));
        let hint = self.words((row, node), "hint");
        if !hint.is_empty() {
            self.tell(&format!("  {hint}"));
        }
        if let Some(previous) = self.previous(row, node) {
            let shown = self.shown((row, node), &previous);
            self.tell(&format!("  {}", s::previous(lang, shown)));
        }
        if let Some(now) = now {
            let shown = self.shown((row, node), &now);
            self.tell(&format!("  {}", s::now_is(lang, shown)));
        }
        self.numbered.clear();
        self.say_kind(row, node);
        self.prompt("");
    }

    /// How an answer was understood, where that is not what was typed.
    pub(super) fn say_understood(&mut self, row: RowId, node: NodeId) {
        let form = self.interview.form();
        let value = self.interview.derived().value(form, row, node);
        if let (Some(value), false) = (value, form.node(node).value == ValueType::Text) {
            let shown = self.shown((row, node), &value);
            self.tell(&format!("  → {shown}"));
        }
    }

    /// The choices, or how such an answer is typed.
    fn say_kind(&mut self, row: RowId, node: NodeId) {
        let lang = self.lang;
        let kind = self.interview.form().node(node).value;
        match kind {
            ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference => {
                let choices = self.choices((row, node));
                if choices.len() > TOLD {
                    self.tell(&format!("  {}", s::many_choices(lang, choices.len())));
                } else {
                    let all: Vec<usize> = (0..choices.len()).collect();
                    self.tell_choices(&choices, &all);
                }
                if matches!(kind, ValueType::SelectMultiple | ValueType::Rank) {
                    self.tell(&format!("  {}", s::several(lang)));
                }
            }
            ValueType::Acknowledge => self.tell(&format!("  {}", s::acknowledge(lang))),
            _ => {}
        }
    }

    /// `?`: how to answer here, and what works everywhere.
    pub(super) fn say_help(&mut self, row: RowId, node: NodeId) {
        let lang = self.lang;
        let guidance = self.words((row, node), "guidance_hint");
        let kind = self.interview.form().node(node).value;
        let how = match kind {
            ValueType::Date => s::how_date(lang),
            ValueType::Money => s::how_money(lang),
            ValueType::Integer | ValueType::Decimal | ValueType::Percent => s::how_number(lang),
            ValueType::Point => say::asking::how_point(lang),
            ValueType::File => s::how_file(lang),
            ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference => s::how_choice(lang),
            _ => String::new(),
        };
        for text in [guidance, how, s::keys(lang)] {
            if !text.is_empty() {
                self.tell(&format!("  {text}"));
            }
        }
        self.numbered.clear();
        self.say_kind(row, node);
        self.prompt("");
    }

    /// Whether to add a row here.
    pub(super) fn say_rows(&mut self, repeat: &str) {
        let lang = self.lang;
        let count = self.interview.rows(repeat).len();
        let located = self.interview.derived().instance.locate(self.interview.form(), repeat);
        let label = located.map_or_else(String::new, |at| self.words(at, "label"));
        self.tell(&format!("\n{}", s::add_row(lang, label, count)));
        self.prompt("");
    }
}
