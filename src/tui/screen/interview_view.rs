//! How the interview looks, and which keys work in it.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::{shorten, wrap};
use super::super::keys::Place;
use super::super::theme;
use super::interview::{InterviewScreen, Over, around, world};
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::{Kind, NodeId};
use crate::interview::derive::Severity;
use crate::interview::outline::Line;
use crate::interview::show;
use crate::locale::say::{asking, screen as s};
use crate::value::{Value, ValueType};
use chrono::NaiveDateTime;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// A note takes at most so many lines among the questions; all of it stands below when the cursor is on it.
const MOST_OF_A_NOTE: usize = 6;

/// Narrower than this the outline gives its room to the questions.
const WITH_OUTLINE: u16 = 76;

impl InterviewScreen {
    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        match &self.over {
            Some(Over::Choices(_)) => vec![Place::Choices, Place::List],
            Some(Over::Note(..)) => vec![Place::Note],
            Some(Over::Find(_)) => vec![Place::Find, Place::List],
            Some(Over::Calendar(_)) => vec![Place::Calendar, Place::List],
            Some(Over::Review(review)) if review.asking.is_some() => vec![Place::Note],
            Some(Over::Review(_)) => vec![Place::Review, Place::List],
            Some(Over::Discard) => vec![Place::Popup],
            None if !self.tables.is_empty() => vec![Place::Table, Place::List],
            None => vec![Place::Interview],
        }
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        self.view_head(shared, frame, area);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        if let Some(Over::Review(review)) = &self.over {
            return review.view(shared, frame, body);
        }
        // A long question or hint takes room from the others, but no more than half.
        let lines = self.detail(body.width as usize, shared);
        let height = (lines.len() as u16 + 1).min((body.height / 2).max(5));
        let [main, detail] = Layout::vertical([Constraint::Min(0), Constraint::Length(height)]).areas(body);
        if let Some(table) = self.tables.last() {
            table.view(self, shared, frame, main);
            self.view_detail(&lines, frame, detail);
            return self.view_over(shared, frame);
        }
        let questions = if area.width >= WITH_OUTLINE {
            let [outline, questions] = Layout::horizontal([Constraint::Length((area.width / 4).clamp(22, 34)), Constraint::Min(0)]).spacing(1).areas(main);
            self.view_outline(shared, frame, outline);
            questions
        } else {
            main
        };
        self.view_questions(shared, frame, questions);
        self.view_detail(&lines, frame, detail);
        self.view_over(shared, frame);
    }

    fn view_head(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let form = self.interview.form();
        let subject = form.subject.and_then(|id| self.interview.answers().get(&form.node(id).name)).map(|v| format!(" · {}", shared.summary(&v.plain()))).unwrap_or_default();
        let (asked, answered) = self.sections.iter().fold((0, 0), |(a, b), s| (a + s.asked, b + s.answered));
        let problems: usize = self.sections.iter().map(|s| s.wrong + s.warnings).sum::<usize>() + self.unread.len();
        let progress = if problems > 0 {
            format!("{} · {}", s::progress(shared.lang, answered, asked), s::problems(shared.lang, problems))
        } else {
            s::progress(shared.lang, answered, asked)
        };
        let mode = shared.composer.mode.code();
        let progress = if mode.is_empty() { progress } else { format!("{progress} · {mode}") };
        let room = (area.width as usize).saturating_sub(progress.width() + 1);
        let title = shorten(&format!("{}{subject}", form.title.get(shared.lang)), room);
        draw::line(frame, area, 0, &format!("{} {progress}", draw::pad(&title, room)), theme::title());
    }

    fn view_outline(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let width = area.width as usize;
        let height = area.height as usize;
        let first = draw::scroll(self.section, height, self.sections.len());
        for (row, (at, section)) in self.sections.iter().enumerate().skip(first).take(height).enumerate() {
            let label = section.group.map_or_else(|| s::section_other(shared.lang), |id| self.section_label(id, shared));
            let done = section.answered > 0 && section.missing == 0 && section.wrong == 0;
            let mark = if at == self.section {
                "▸"
            } else if section.wrong > 0 {
                "✗"
            } else if done {
                "✓"
            } else {
                " "
            };
            let open = section.missing + section.wrong;
            let count = match (open, section.warnings) {
                (0, 0) => String::new(),
                (open, 0) => open.to_string(),
                (open, warnings) => format!("{open} {}", "!".repeat(warnings.min(3))),
            };
            let label = draw::pad(&label, width.saturating_sub(6));
            let style = if at == self.section { theme::strong() } else { Style::default() };
            draw::line(frame, area, row as u16, &format!("{mark} {label} {count}"), style);
        }
    }

    fn view_questions(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let height = area.height as usize;
        let mut row = 0;
        for at in self.first_line(area, shared)..self.lines.len() {
            if row >= height {
                break;
            }
            let lines = self.line_height(at, area.width, shared);
            let place = Rect { y: area.y + row as u16, height: (lines.min(height - row)) as u16, ..area };
            self.view_line(at, 0, shared, frame, place);
            row += lines;
        }
    }

    /// A note is shown in full, everything else on one line.
    fn line_height(&self, at: usize, width: u16, shared: &Shared) -> usize {
        match self.lines.get(at) {
            Some(Line::Question(row, node)) if self.interview.form().node(*node).kind == Kind::Note => {
                wrap(&self.say((*row, *node), "label", shared), (width as usize).saturating_sub(2)).len().clamp(1, MOST_OF_A_NOTE)
            }
            _ => 1,
        }
    }

    /// The first line to show, so that the one under the cursor stands in the middle and nothing is left empty below.
    fn first_line(&self, area: Rect, shared: &Shared) -> usize {
        let (height, width) = (area.height as usize, area.width);
        let tall = |at: usize| self.line_height(at, width, shared);
        let mut used = 0;
        let mut below = (self.at..self.lines.len()).map(tall).take_while(|lines| {
            used += lines;
            used <= height
        });
        let below: usize = below.by_ref().sum();
        let (mut first, mut above) = (self.at, 0);
        while let Some(before) = first.checked_sub(1) {
            let lines = tall(before);
            if above + lines > (height / 2).max(height - below.min(height)) {
                break;
            }
            above += lines;
            first = before;
        }
        first
    }

    /// The label of a group; without one that of the first that has any inside, else its name.
    fn section_label(&self, group: NodeId, shared: &Shared) -> String {
        let form = self.interview.form();
        let labelled = |id: &NodeId| !form.node(*id).label.is_empty() && form.node(*id).scope == form.node(group).scope;
        let inside = std::iter::once(group).chain(form.ids().skip(group.index() + 1).take_while(|id| form.is_inside(*id, Some(group))));
        inside.into_iter().find(labelled).map_or_else(|| form.node(group).name.clone(), |id| self.say((ROOT_ROW, id), "label", shared))
    }

    fn view_line(&self, at: usize, row: u16, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let form = self.interview.form();
        let lang = shared.lang;
        let here = at == self.at;
        let instance = &self.interview.derived().instance;
        match self.lines[at] {
            Line::Heading(at, node) => draw::line(frame, area, row, &self.say((at, node), "label", shared), theme::title()),
            Line::Table(at, node) => {
                let count = match form.node(node).kind {
                    Kind::Repeat(scope) => instance.children(form, at, scope).len(),
                    _ => 0,
                };
                draw::line(frame, area, row, &format!("{} · {}", self.say((at, node), "label", shared), s::rows_count(lang, count)), theme::title());
            }
            Line::Row(inner) => draw::line(frame, area, row, &s::row_number(lang, instance.row(inner).position), theme::faint()),
            Line::Add(at, node) => {
                draw::line(frame, area, row, &shorten(&self.add_label((at, node), shared), area.width as usize), if here { theme::selected() } else { theme::faint() })
            }
            Line::Question(at, node) => self.view_question((at, node), here, row, shared, frame, area),
        }
    }

    /// Which repeat a row would be added to, where its heading is far above or another repeat ends here as well.
    fn add_label(&self, (row, node): (RowId, NodeId), shared: &Shared) -> String {
        match self.say((row, node), "label", shared) {
            label if label.is_empty() => s::add_row(shared.lang),
            label => asking::add_row_of(shared.lang, label),
        }
    }

    fn view_question(&self, (at, node): (RowId, NodeId), here: bool, row: u16, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let form = self.interview.form();
        let question = form.node(node);
        let path = self.interview.derived().instance.path(form, at, node);
        let width = area.width as usize;
        let label_width = (width * 2 / 5).clamp(18, 44);
        let finding = self.interview.derived().problem_at(at, node);
        let blank = self.interview.derived().instance.cell(form, at, node).value.is_blank();
        let (mark, style) = match finding {
            _ if self.unread.contains_key(&path) => ("✗", theme::alert()),
            Some((Severity::Hard, _)) if blank => ("•", Style::default()),
            Some((Severity::Hard, _)) => ("✗", theme::alert()),
            Some(_) if self.interview.notes().contains_key(&path) => ("⚠", theme::faint()),
            Some(_) => ("⚠", theme::warning()),
            None => (" ", Style::default()),
        };
        let label = self.say((at, node), "label", shared);
        if question.kind == Kind::Note {
            for (row, text) in wrap(&label, width.saturating_sub(2)).iter().enumerate() {
                draw::line(frame, area, row as u16, &format!("  {text}"), if here { theme::strong() } else { theme::faint() });
            }
            return;
        }
        draw::line(frame, area, row, &format!("{mark} {}", draw::pad(&label, label_width)), if here { theme::strong() } else { style });
        let value_area = Rect { x: area.x + label_width as u16 + 3, width: area.width.saturating_sub(label_width as u16 + 3), ..area };
        self.view_value((at, node), &path, here, row, shared, frame, value_area);
    }

    #[allow(clippy::too_many_arguments)]
    fn view_value(&self, (at, node): (RowId, NodeId), path: &str, here: bool, row: u16, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let form = self.interview.form();
        let question = form.node(node);
        let world = world(shared, &self.record);
        let around = around(&world, shared, NaiveDateTime::default());
        let unit = self.interview.derived().unit(form, around, at, node);
        let width = area.width as usize;
        let listed = is_listed(question.value);
        let read_only = self.interview.derived().is_read_only(form, around, at, node);
        if here && !read_only && self.is_typed_into() {
            let room = width.saturating_sub(unit.width() + 4).max(6);
            let (text, column) = self.field.window(room);
            draw::line(frame, area, row, &format!("[{}] {unit}", draw::pad(&text, room)), theme::field());
            if self.over.is_none() {
                frame.set_cursor_position((area.x + 1 + column as u16, area.y + row));
            }
            return;
        }
        let value = self.interview.derived().value(form, at, node);
        let mut text = match (&value, self.unread.get(path)) {
            (_, Some(typed)) => typed.clone(),
            (None, _) => "–".to_owned(),
            (Some(Value::Text(record)), _) if question.value == ValueType::Reference => shared.summary(record),
            (Some(_), _) if question.value == ValueType::Acknowledge => "✓".to_owned(),
            (Some(value), _) => show::one_line(&show::answer(form, &self.interview.derived().instance, (at, node), value, shared.lang)),
        };
        if value.is_some() && !unit.is_empty() {
            text = format!("{text} {unit}");
        }
        let computed = question.kind == Kind::Calculate || question.logic.calculation.is_some();
        let mark = match (listed && here, computed) {
            (_, true) => "= ",
            (true, _) if !read_only => "▾ ",
            _ => "",
        };
        let style = if here {
            theme::selected()
        } else if computed {
            theme::faint()
        } else {
            Style::default()
        };
        draw::line(frame, area, row, &shorten(&format!("{mark}{text}"), width), style);
        if here && self.over.is_none() {
            frame.set_cursor_position((area.x, area.y + row));
        }
    }

    fn view_over(&self, shared: &Shared, frame: &mut Frame<'_>) {
        let lang = shared.lang;
        let label = self.question().map_or_else(String::new, |place| self.say(place, "label", shared));
        match &self.over {
            Some(Over::Choices(choices)) => choices.view(&shorten(&label, 60), lang, frame),
            Some(Over::Note(field, wanted)) => {
                let title = if *wanted { s::reason_title(lang) } else { s::note_title(lang) };
                let inside = draw::popup(frame, 74, 6, &title);
                let told = self.question().map(|place| self.told(place, shared).0).unwrap_or_default();
                // That a reason is missing is what this is for.
                draw::text(frame, Rect { height: 2, ..inside }, told.trim_end_matches(&s::reason_missing(lang)).trim_end());
                input(field, frame, inside, 3);
            }
            Some(Over::Find(find)) => find.view(lang, frame),
            Some(Over::Calendar(calendar)) => calendar.view(lang, frame),
            Some(Over::Discard) => {
                let inside = draw::popup(frame, 60, 5, &s::discard_title(lang));
                draw::text(frame, inside, &s::discard_hint(lang));
            }
            _ => {}
        }
    }
}

impl InterviewScreen {
    /// Whether the answer under the cursor is typed as text, as far as its kind goes.
    pub(super) fn is_typed_into(&self) -> bool {
        let Some((_, node)) = self.question() else { return false };
        let question = self.interview.form().node(node);
        // A file that is there is shown until another path is typed.
        let file_there = question.value == ValueType::File && self.field.text().is_empty() && self.path().is_some_and(|path| self.interview.answers().contains_key(&path));
        question.kind == Kind::Question && question.logic.calculation.is_none() && !is_listed(question.value) && !file_there
    }

    /// Whether words are typed now: a text, a reason, a search.
    pub(super) fn takes_words(&self, shared: &Shared, now: NaiveDateTime) -> bool {
        match &self.over {
            Some(Over::Choices(_) | Over::Note(..) | Over::Find(_)) => true,
            Some(_) => false,
            None => self.editable(shared, now).is_some_and(|(_, node)| {
                let value = self.interview.form().node(node).value;
                value == ValueType::Text || (is_listed(value) && value != ValueType::Acknowledge)
            }),
        }
    }

    /// The same, if it can be answered now.
    pub(super) fn is_typed_into_now(&self, shared: &Shared, now: NaiveDateTime) -> bool {
        self.is_typed_into() && self.editable(shared, now).is_some()
    }
}

/// Whether answers of a type are picked rather than typed.
fn is_listed(value: ValueType) -> bool {
    matches!(value, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference | ValueType::Acknowledge)
}

fn input(field: &super::super::field::Field, frame: &mut Frame<'_>, area: Rect, row: u16) {
    let (text, column) = field.window(area.width as usize - 1);
    draw::line(frame, area, row, &draw::pad(&text, area.width as usize), theme::field());
    frame.set_cursor_position((area.x + column as u16, area.y + row));
}
