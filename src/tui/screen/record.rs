//! One record: its answers and its history, with what every revision changed.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::theme;
use super::super::words;
use super::Step;
use crate::interview::order::walk;
use crate::interview::show;
use crate::locale::{Lang, Text, date, say::screen as s};
use crate::record::Revision;
use crate::value::ValueType;
use crate::workbench::related::Related;
use crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use std::sync::Arc;

/// The page.
pub struct RecordScreen {
    /// Its record.
    pub record: String,
    related: Option<Arc<Related>>,
    history: Vec<Revision>,
    /// Where it was made with an earlier version of its form.
    migrated: Vec<Text>,
    scroll: usize,
    /// The reason being typed for striking it out.
    reason: Option<Field>,
}

impl RecordScreen {
    /// Before it is known.
    pub fn new(record: &str) -> Self {
        Self { record: record.to_owned(), related: None, history: Vec::new(), migrated: Vec::new(), scroll: 0, reason: None }
    }

    /// It has become known.
    pub fn looked(&mut self, related: Option<Arc<Related>>, history: Vec<Revision>, migrated: Vec<Text>) {
        (self.related, self.history, self.migrated) = (related, history, migrated);
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.reason.is_some() { vec![Place::Note] } else { vec![Place::Record, Place::List] }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>) -> Step {
        if let Some(field) = &mut self.reason {
            match command {
                Some(Command::Back) => self.reason = None,
                Some(Command::Accept) if !field.text().trim().is_empty() => {
                    let reason = field.text().trim().to_owned();
                    self.reason = None;
                    return Step::effect(Effect::Void { record: self.record.clone(), reason });
                }
                _ if Field::takes(key) => {
                    field.key(key);
                }
                _ => {}
            }
            return Step::default();
        }
        match command {
            Some(Command::Back) => return Step::back(),
            Some(Command::Edit) => return Step::effect(Effect::Edit(self.record.clone())),
            Some(Command::Void) => self.reason = Some(Field::default()),
            Some(Command::Up) => self.scroll = self.scroll.saturating_sub(1),
            Some(Command::Down) => self.scroll += 1,
            Some(Command::PageUp) => self.scroll = self.scroll.saturating_sub(10),
            Some(Command::PageDown) => self.scroll += 10,
            _ => {}
        }
        Step::default()
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let Some(row) = shared.rows.get(&self.record) else { return };
        let subject = if row.subject.is_empty() { String::new() } else { format!(" · {}", shared.summary(&row.subject)) };
        draw::heading(frame, area, 0, &format!("{} · {}{subject} · {}", shared.title(&row.form), row.summary, words::state(row.state, lang)));
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        let [left, right] = Layout::horizontal([Constraint::Percentage(56), Constraint::Percentage(44)]).spacing(2).areas(body);
        if let Some(related) = &self.related {
            let mut lines: Vec<String> = self.migrated.iter().map(|text| text.get(lang).to_owned()).collect();
            lines.extend(answers(related, shared));
            let scroll = self.scroll.min(lines.len().saturating_sub(body.height as usize));
            for (at, text) in lines.iter().skip(scroll).take(body.height as usize).enumerate() {
                draw::line(frame, left, at as u16, &super::super::field::shorten(text, left.width as usize), Style::default());
            }
        }
        self.view_history(lang, frame, right);
        if let Some(field) = &self.reason {
            let inside = draw::popup(frame, 60, 5, &s::void_reason(lang));
            draw::line(frame, inside, 0, &s::void_hint(lang), theme::faint());
            let (text, column) = field.window(inside.width as usize - 1);
            draw::line(frame, inside, 2, &text, theme::field());
            frame.set_cursor_position((inside.x + column as u16, inside.y + 2));
        }
    }

    fn view_history(&self, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
        draw::heading(frame, area, 0, &s::history_title(lang, self.history.len()));
        let mut row = 1;
        for (at, revision) in self.history.iter().enumerate().rev() {
            let when = date::local(revision.at.time()).format("%d/%m/%Y %H:%M");
            let device = revision.device.split('-').next().unwrap_or_default();
            draw::line(frame, area, row, &format!("{when} {} · {} · {device}", words::act(&revision.act, lang), revision.person), theme::strong());
            row += 1;
            if let Some(reason) = revision.argument("reason") {
                draw::line(frame, area, row, &format!("  “{reason}”"), Style::default());
                row += 1;
            }
            let before = at.checked_sub(1).map(|b| &self.history[b]);
            for path in revision.wrote.iter().filter(|p| !p.ends_with('#')).take(if at == 0 { 0 } else { 8 }) {
                let (old, new) = (before.and_then(|b| b.answers.get(path)), revision.answers.get(path));
                let text = match &self.related {
                    Some(related) => {
                        let form = &related.form;
                        format!("  {}: {} → {}", show::path(form, &revision.answers, path, lang), show::at_path(form, path, old, lang), show::at_path(form, path, new, lang))
                    }
                    None => format!("  {path}"),
                };
                draw::line(frame, area, row, &super::super::field::shorten(&text, area.width as usize), Style::default());
                row += 1;
            }
            if at == 0 {
                draw::line(frame, area, row, &format!("  {}", s::first_revision(lang, revision.wrote.len())), theme::faint());
            }
        }
    }
}

fn answers(related: &Related, shared: &Shared) -> Vec<String> {
    let lang = shared.lang;
    let form = &related.form;
    let mut lines = Vec::new();
    walk(form, &related.instance, &mut |row, id| {
        let node = form.node(id);
        if !related.instance.is_relevant(form, row, id) || node.label.is_empty() {
            return;
        }
        if node.kind == crate::form::Kind::Group && node.parent.is_none() {
            lines.push(String::new());
            lines.push(format!("— {}", show::label(form, &related.instance, (row, id), lang)));
        }
        if let Some(value) = related.instance.read(form, row, id).to_value(node.value) {
            let number = related.instance.row(row).position;
            let prefix = if row == crate::form::instance::ROOT_ROW { String::new() } else { format!("{number}. ") };
            let text = if node.value == ValueType::Reference { shared.summary(&value.plain()) } else { show::answer(form, &related.instance, (row, id), &value, lang) };
            lines.push(format!("{prefix}{}: {}", show::label(form, &related.instance, (row, id), lang), show::one_line(&text)));
        }
    });
    lines
}
