//! How the interview looks, and which keys work in it.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::shorten;
use super::super::keys::Place;
use super::super::theme;
use super::interview::{InterviewScreen, Over, around, world};
use super::interview_edit::matching;
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::{Kind, NodeId};
use crate::interview::derive::Severity;
use crate::interview::outline::Line;
use crate::interview::{entry, show};
use crate::locale::{date, number, say::screen as s};
use crate::value::{Value, ValueType};
use chrono::NaiveDateTime;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line as TextLine, Span};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

/// Narrower than this the outline gives its room to the questions.
const WITH_OUTLINE: u16 = 76;

impl InterviewScreen {
    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        match &self.over {
            Some(Over::Choices(_)) => vec![Place::Choices, Place::List],
            Some(Over::Note(..) | Over::Find(_)) => vec![Place::Note],
            Some(Over::Table(_)) => vec![Place::Table, Place::List],
            Some(Over::Review(_)) => vec![Place::Review, Place::List],
            Some(Over::Discard) => vec![Place::Popup],
            None => vec![Place::Interview],
        }
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        self.view_head(shared, frame, area);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        match &self.over {
            Some(Over::Review(review)) => return review.view(shared, frame, body),
            Some(Over::Table(table)) => return table.view(self, shared, frame, body),
            _ => {}
        }
        let [main, detail] = Layout::vertical([Constraint::Min(0), Constraint::Length(5)]).areas(body);
        let questions = if area.width >= WITH_OUTLINE {
            let [outline, questions] = Layout::horizontal([Constraint::Length((area.width / 4).clamp(22, 34)), Constraint::Min(0)]).spacing(1).areas(main);
            self.view_outline(shared, frame, outline);
            questions
        } else {
            main
        };
        self.view_questions(shared, frame, questions);
        self.view_detail(shared, frame, detail);
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
        let room = (area.width as usize).saturating_sub(progress.width() + 1);
        let title = shorten(&format!("{}{subject}", form.title.get(shared.lang)), room);
        draw::line(frame, area, 0, &format!("{} {progress}", draw::pad(&title, room)), theme::title());
    }

    fn view_outline(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let width = area.width as usize;
        let height = area.height as usize;
        let first = draw::scroll(self.section, height, self.sections.len());
        for (row, (at, section)) in self.sections.iter().enumerate().skip(first).take(height).enumerate() {
            let label = section.group.map_or_else(|| s::section_other(shared.lang), |id| self.say((ROOT_ROW, id), "label", shared));
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
        let first = draw::scroll(self.at, height, self.lines.len());
        for (row, at) in (first..self.lines.len().min(first + height)).enumerate() {
            self.view_line(at, row as u16, shared, frame, area);
        }
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
            Line::Add(..) => draw::line(frame, area, row, &s::add_row(lang), if here { theme::selected() } else { theme::faint() }),
            Line::Question(at, node) => self.view_question((at, node), here, row, shared, frame, area),
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
            return draw::line(frame, area, row, &format!("  {}", shorten(&label, width.saturating_sub(2))), theme::faint());
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
        let listed = matches!(question.value, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference | ValueType::Acknowledge);
        if here && !listed {
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
            (Some(value), _) => show::value(form, node, value, shared.lang),
        };
        if value.is_some() && !unit.is_empty() {
            text = format!("{text} {unit}");
        }
        let computed = question.kind == Kind::Calculate;
        let mark = match (listed && here, computed) {
            (true, _) => "▾ ",
            (_, true) => "= ",
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

    /// The question in full, its hint, what is wrong with the answer or how it is read, and the previous value.
    fn view_detail(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        draw::line(frame, area, 0, &"─".repeat(area.width as usize), theme::faint());
        let lang = shared.lang;
        let Some((row, node)) = self.question() else {
            return draw::line(frame, area, 1, &s::add_row_hint(lang), theme::faint());
        };
        let required = matches!(self.interview.derived().problem_at(row, node), Some((Severity::Hard, _)));
        draw::line(frame, area, 1, &shorten(&format!("{}{}", self.say((row, node), "label", shared), if required { " *" } else { "" }), area.width as usize), theme::strong());
        let (told, style) = self.told((row, node), shared);
        let hint = ["hint", "guidance_hint"].map(|column| self.say((row, node), column, shared)).join(" ");
        let lines = [Span::styled(told, style), Span::styled(hint.trim().to_owned(), theme::faint())].into_iter().filter(|s| !s.content.is_empty()).map(TextLine::from);
        let below = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).wrap(Wrap { trim: true }), below);
    }

    /// A text of a question with the answers that it shows filled in.
    pub(super) fn say(&self, (row, node): (RowId, NodeId), column: &'static str, shared: &Shared) -> String {
        let world = world(shared, &self.record);
        let around = around(&world, shared, NaiveDateTime::default());
        self.interview.derived().say(self.interview.form(), around, row, node, column).into_owned()
    }

    /// What the program says about the answer.
    fn told(&self, (row, node): (RowId, NodeId), shared: &Shared) -> (String, Style) {
        let form = self.interview.form();
        let lang = shared.lang;
        let path = self.interview.derived().instance.path(form, row, node);
        let world = world(shared, &self.record);
        let around = around(&world, shared, NaiveDateTime::default());
        if let Some(text) = self.unread.get(&path) {
            let why = entry::read(text, form, self.interview.derived(), (row, node), around).err().unwrap_or_default();
            return (format!("✗ {}", why.get(lang)), theme::alert());
        }
        let blank = self.interview.derived().instance.cell(form, row, node).value.is_blank();
        let previous = self.interview.previous(row, node, around).map(|v| s::previous(lang, show::value(form, node, &v, lang)));
        let note = self.interview.notes().get(&path);
        match self.interview.derived().problem_at(row, node) {
            Some((Severity::Hard, message)) if !blank => return (format!("✗ {}", message.get(lang)), theme::alert()),
            Some((Severity::Soft, message)) if note.is_none() => return (format!("⚠ {} {}", message.get(lang), s::reason_missing(lang)), theme::warning()),
            _ => {}
        }
        let reading = self.interview.answers().get(&path).and_then(|value| reading(value, form.node(node).value, lang));
        let note = note.map(|n| format!("“{n}”"));
        let told: Vec<String> = [reading, previous, note].into_iter().flatten().collect();
        (told.join("   "), theme::good())
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
                draw::text(frame, Rect { height: 2, ..inside }, &told);
                input(field, frame, inside, 3);
            }
            Some(Over::Find(field)) => {
                let inside = draw::popup(frame, 70, 12, &s::find_title(lang));
                input(field, frame, inside, 0);
                for (at, (_, label)) in matching(self, field.text(), shared).iter().take(8).enumerate() {
                    draw::line(frame, inside, at as u16 + 2, &shorten(label, inside.width as usize), if at == 0 { theme::selected() } else { Style::default() });
                }
            }
            Some(Over::Discard) => {
                let inside = draw::popup(frame, 60, 5, &s::discard_title(lang));
                draw::text(frame, inside, &s::discard_hint(lang));
            }
            _ => {}
        }
    }
}

fn input(field: &super::super::field::Field, frame: &mut Frame<'_>, area: Rect, row: u16) {
    let (text, column) = field.window(area.width as usize - 1);
    draw::line(frame, area, row, &draw::pad(&text, area.width as usize), theme::field());
    frame.set_cursor_position((area.x + column as u16, area.y + row));
}

/// How an answer is understood, where that is worth saying: amounts in words, dates with their weekday.
fn reading(value: &Value, kind: ValueType, lang: crate::locale::Lang) -> Option<String> {
    match (value, kind) {
        (Value::Number(n), ValueType::Money) => {
            let full = format!("{} đ", number::format(n.as_str(), lang));
            Some(number::money_reading(n.as_str(), lang).map_or(full.clone(), |short| format!("{full} = {short}")))
        }
        (Value::Text(text), ValueType::Date) => date::parse_iso(text).map(|d| date::show_long(d, lang)),
        (Value::Text(text), ValueType::Month | ValueType::Moment) => Some(date::show(text)),
        _ => None,
    }
}
