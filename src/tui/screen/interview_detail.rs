//! Below the questions: the one under the cursor in full, what is wrong with its answer or how it is read, how it is
//! answered here.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::wrap;
use super::super::theme;
use super::interview::{InterviewScreen, around, world};
use super::interview_answer::range_shown;
use crate::form::expression::geo;
use crate::form::instance::RowId;
use crate::form::{Kind, Node, NodeId};
use crate::interview::derive::Severity;
use crate::interview::outline::Line;
use crate::interview::{entry, markdown, show};
use crate::locale::{
    Lang, date, number,
    say::{answering, asking, face, screen as s},
};
use crate::value::{Value, ValueType};
use chrono::NaiveDateTime;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A line with its style.
type Styled = (String, Style);

/// Below the rule at least so many rows, so that the questions do not jump from one to the next.
const LEAST: usize = 4;

impl InterviewScreen {
    /// What stands below the questions, in lines of a width.
    pub(super) fn detail(&self, width: usize, shared: &Shared) -> Vec<Styled> {
        let mut lines = self.detail_of(width, shared);
        lines.resize(lines.len().max(LEAST), Styled::default());
        lines
    }

    fn detail_of(&self, width: usize, shared: &Shared) -> Vec<Styled> {
        let lang = shared.lang;
        let mut lines = Vec::new();
        if let Some((at, hint)) = self.tables.last().and_then(|table| table.beside(self, lang)) {
            let label = self.say_in_full(at, "label", shared);
            return [(label, theme::strong()), (hint, theme::faint())]
                .into_iter()
                .flat_map(|(text, style)| wrap(&text, width).into_iter().map(move |line| (line, style)))
                .collect();
        }
        let mut add = |text: &str, style: Style| lines.extend(wrap(text, width).into_iter().map(|line| (line, style)));
        let Some((row, node)) = self.question() else {
            match self.lines.get(self.at) {
                Some(Line::Add(..)) => add(&s::add_row_hint(lang), theme::faint()),
                _ => add(&asking::nothing_to_ask(lang), theme::faint()),
            }
            return lines;
        };
        let required = {
            let world = world(shared, &self.record);
            let around = around(&world, shared, NaiveDateTime::default());
            let form = self.interview.form();
            self.interview.derived().holds(form, around, row, node, form.node(node).logic.required.as_ref(), false)
        };
        add(&format!("{}{}", self.say_in_full((row, node), "label", shared), if required { " *" } else { "" }), theme::strong());
        let (told, style) = self.told((row, node), shared);
        add(&told, style);
        add(&self.how((row, node), shared), theme::faint());
        if let Some(range) = self.interview.form().node(node).range {
            let value = match self.interview.derived().value(self.interview.form(), row, node) {
                Some(Value::Number(n)) => Some(n.to_f64()),
                _ => None,
            };
            add(&slider(range, value, width.min(60), lang), theme::strong());
        }
        for column in ["hint", "guidance_hint"] {
            add(&self.say_in_full((row, node), column, shared), theme::faint());
        }
        lines
    }

    pub(super) fn view_detail(&self, lines: &[Styled], frame: &mut Frame<'_>, area: Rect) {
        draw::line(frame, area, 0, &"─".repeat(area.width as usize), theme::faint());
        for (row, (text, style)) in lines.iter().enumerate() {
            draw::line(frame, area, row as u16 + 1, text, *style);
        }
    }

    /// A text of a question with the answers that it shows filled in, on one line.
    pub(super) fn say(&self, at: (RowId, NodeId), column: &'static str, shared: &Shared) -> String {
        show::one_line(&self.say_in_full(at, column, shared))
    }

    fn say_in_full(&self, (row, node): (RowId, NodeId), column: &'static str, shared: &Shared) -> String {
        let world = world(shared, &self.record);
        let around = around(&world, shared, NaiveDateTime::default());
        markdown::plain(&self.interview.derived().say(self.interview.form(), around, row, node, column))
    }

    /// What the program says about the answer.
    pub(super) fn told(&self, (row, node): (RowId, NodeId), shared: &Shared) -> Styled {
        let form = self.interview.form();
        let lang = shared.lang;
        let derived = self.interview.derived();
        let path = derived.instance.path(form, row, node);
        let world = world(shared, &self.record);
        let around = around(&world, shared, NaiveDateTime::default());
        if let Some(text) = self.unread.get(&path) {
            if form.node(node).value == ValueType::File && !self.refused.contains_key(&path) {
                return (asking::file_not_read(lang), theme::warning());
            }
            let why = self.refused.get(&path).cloned().or_else(|| entry::read(text, form, derived, (row, node), around).err()).unwrap_or_default();
            return (format!("✗ {}", why.get(lang)), theme::alert());
        }
        let blank = derived.instance.cell(form, row, node).value.is_blank();
        let previous = self.interview.previous(row, node, around).map(|v| s::previous(lang, show::value(form, node, &v, lang)));
        let note = self.interview.notes().get(&path);
        match derived.problem_at(row, node) {
            Some((Severity::Hard, message)) if !blank => return (format!("✗ {}", message.get(lang)), theme::alert()),
            // What a form says itself about a blank answer is worth saying at once.
            Some((Severity::Hard, message)) if !form.node(node).logic.required_message.is_empty() => return (message.get(lang).to_owned(), theme::warning()),
            Some((Severity::Soft, message)) if note.is_none() => return (format!("⚠ {} {}", message.get(lang), s::reason_missing(lang)), theme::warning()),
            _ => {}
        }
        let read = |value: Value| reading(&value, form.node(node), lang).or_else(|| self.number_reading(&value, form.node(node), lang));
        let reading = derived.value(form, row, node).and_then(read);
        let note = note.map(|n| format!("“{n}”"));
        let told: Vec<String> = [reading, previous, note].into_iter().flatten().collect();
        (told.join("   "), theme::good())
    }

    /// A number as it was understood, where it is not what was typed: `1500` is `1.500`, `12 %` is `12`.
    fn number_reading(&self, value: &Value, question: &Node, lang: Lang) -> Option<String> {
        let Value::Number(n) = value else { return None };
        let shown = number::format(n.as_str(), lang);
        let is_number = matches!(question.value, ValueType::Integer | ValueType::Decimal | ValueType::Percent);
        (is_number && self.is_typed_into() && self.field.text().trim() != shown).then(|| format!("= {shown}"))
    }

    /// How the question is answered, where that does not go without saying; what stands in for what a terminal cannot do.
    fn how(&self, (row, node): (RowId, NodeId), shared: &Shared) -> String {
        let lang = shared.lang;
        let world = world(shared, &self.record);
        let around = around(&world, shared, NaiveDateTime::default());
        let form = self.interview.form();
        let question = form.node(node);
        let blank = self.interview.derived().value(form, row, node).is_none();
        match (question.kind, question.value) {
            (Kind::Note, _) => String::new(),
            (Kind::Calculate, _) => asking::how_computed(lang),
            _ if question.logic.calculation.is_some() => asking::how_computed(lang),
            _ if self.interview.derived().is_read_only(form, around, row, node) => asking::how_read_only(lang),
            (_, ValueType::Decimal) if question.range.is_some() => {
                let [start, end, step] = range_shown(question.range.unwrap_or_default(), lang);
                asking::how_range(lang, start, end, step)
            }
            (_, ValueType::Text) if question.appearance.contains("multiline") => asking::how_multiline(lang),
            (_, ValueType::Acknowledge) => asking::how_acknowledge(lang),
            (_, ValueType::Date) if blank => answering::how_date(lang),
            (_, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference) if blank => face::how_choose(lang),
            (_, ValueType::File) if blank => asking::how_file(lang),
            (_, ValueType::Point) if blank => asking::how_point(lang),
            (_, ValueType::Trace) if blank => asking::how_trace(lang),
            (_, ValueType::Shape) if blank => asking::how_shape(lang),
            _ => String::new(),
        }
    }
}

/// A range as a line with the answer on it: `0 ├───────●──┤ 10`.
fn slider(range: [f64; 3], value: Option<f64>, width: usize, lang: Lang) -> String {
    let [start, end, _] = range_shown(range, lang);
    let room = width.saturating_sub(start.len() + end.len() + 4).max(5);
    let share = value.map(|value| ((value - range[0]) / (range[1] - range[0])).clamp(0.0, 1.0));
    let at = share.filter(|share| share.is_finite()).map(|share| (share * (room - 1) as f64).round() as usize);
    let line: String = (0..room).map(|cell| if Some(cell) == at { '●' } else { '─' }).collect();
    format!("{start} ├{line}┤ {end}")
}

/// How an answer is understood, where that is worth saying: amounts in words, dates with their weekday, all lines of a text.
fn reading(value: &Value, question: &Node, lang: Lang) -> Option<String> {
    match (value, question.value) {
        (Value::Number(n), ValueType::Money) => {
            let full = format!("{} đ", number::format(n.as_str(), lang));
            Some(number::money_reading(n.as_str(), lang).map_or(full.clone(), |short| format!("{full} = {short}")))
        }
        (Value::Text(text), ValueType::Date) => date::parse_iso(text).map(|d| date::show_long(d, lang)),
        (Value::Text(text), ValueType::Month | ValueType::Moment) => Some(date::show(text)),
        (Value::Point(numbers), ValueType::Point) if numbers.len() >= 2 => {
            let [lat, lon] = [0, 1].map(|at| number::format(numbers[at].as_str(), lang));
            Some(answering::point_shown(lang, lat, lon))
        }
        (Value::Text(text), ValueType::Text) if text.contains('\n') => Some(text.clone()),
        (Value::Text(text), ValueType::Trace) => geo::points(text).map(|points| asking::trace_shown(lang, points.len(), number::format_f64(geo::distance(&points), 0, lang))),
        (Value::Text(text), ValueType::Shape) => geo::points(text).map(|points| asking::shape_shown(lang, points.len() - 1, number::format_f64(geo::area(&points), 0, lang))),
        _ => None,
    }
}
