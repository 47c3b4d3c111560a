//! Conflicts: candidates side by side with who, when and on which laptop; pick one or type another, with a reason.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::theme;
use super::Step;
use crate::interview::show;
use crate::locale::{date, say::screen as s};
use crate::value::Value;
use crate::workbench::edit::{Choice, OpenConflict};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What is being decided.
enum Deciding {
    /// Another value is typed.
    Value(Field),
    /// The reason is typed.
    Reason(Choice, Field),
}

/// The screen.
pub struct Conflicts {
    open: Vec<OpenConflict>,
    /// Over all candidates of all conflicts, in order.
    selected: usize,
    deciding: Option<Deciding>,
}

impl Conflicts {
    /// With what is open.
    pub fn new(open: Vec<OpenConflict>) -> Self {
        Self { open, selected: 0, deciding: None }
    }

    /// What is open now; the selection stays where it was.
    pub fn renew(&mut self, open: Vec<OpenConflict>) {
        self.open = open;
        self.selected = self.selected.min(self.count().saturating_sub(1));
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(Deciding::Value(field) | Deciding::Reason(_, field)) = &mut self.deciding {
            field.paste(text);
        }
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.deciding.is_some() { vec![Place::Note] } else { vec![Place::Conflicts, Place::List] }
    }

    fn count(&self) -> usize {
        self.open.iter().map(|c| c.conflict.candidates.len()).sum()
    }

    /// The conflict and candidate (from 0) that are selected.
    fn place(&self) -> Option<(usize, usize)> {
        let mut at = self.selected;
        for (number, open) in self.open.iter().enumerate() {
            if at < open.conflict.candidates.len() {
                return Some((number, at));
            }
            at -= open.conflict.candidates.len();
        }
        None
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        if self.deciding.is_some() {
            return self.decide(key, command);
        }
        let count = self.count();
        if draw::select(&mut self.selected, command, count) {
            return Step::default();
        }
        match command {
            Some(Command::Back) => return Step::back(),
            Some(Command::TakeBack) => return super::records::take_back(shared),
            Some(Command::Edit) if count > 0 => self.deciding = Some(Deciding::Value(Field::default())),
            Some(Command::Accept) => {
                if let Some((_, candidate)) = self.place() {
                    self.deciding = Some(Deciding::Reason(Choice::Take(candidate + 1), Field::default()));
                }
            }
            _ => {}
        }
        Step::default()
    }

    fn decide(&mut self, key: &KeyEvent, command: Option<Command>) -> Step {
        let place = self.place();
        match (command, self.deciding.take(), place) {
            (Some(Command::Back), ..) => {}
            (Some(Command::Accept), Some(Deciding::Value(field)), _) => self.deciding = Some(Deciding::Reason(Choice::Value(field.text().to_owned()), Field::default())),
            (Some(Command::Accept), Some(Deciding::Reason(choice, field)), Some((at, _))) if !field.text().trim().is_empty() => {
                let open = &self.open[at];
                let effect = Effect::Resolve { record: open.record.clone(), path: open.conflict.path.clone(), choice, reason: field.text().trim().to_owned() };
                return Step::effect(effect);
            }
            (_, Some(mut deciding), _) => {
                if Field::takes(key) {
                    match &mut deciding {
                        Deciding::Value(field) | Deciding::Reason(_, field) => field.key(key),
                    };
                }
                self.deciding = Some(deciding);
            }
            _ => {}
        }
        Step::default()
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 0, &s::conflicts_title(lang, self.open.len()));
        if self.open.is_empty() {
            return draw::line(frame, area, 2, &s::conflicts_none(lang), theme::good());
        }
        let mut lines: Vec<(String, Style)> = Vec::new();
        let mut selected_line = 0;
        let mut number = 0;
        let none = Default::default();
        for open in &self.open {
            let text = |value: Option<&Value>| match (value, &open.shown_with) {
                (None, _) => show::cleared(&open.conflict.path, lang),
                (Some(_), Some(form)) => show::at_path(form, &open.conflict.path, value, lang),
                (Some(value), None) => value.plain(),
            };
            // Of a row that somebody removed the number is known to those who have it.
            let has_it = |w: &&std::sync::Arc<crate::record::Revision>| w.answers.contains_key(&open.conflict.path);
            let answers = open.writers.iter().find(has_it).or(open.writers.first()).map_or(&none, |w| &w.answers);
            let label = open.shown_with.as_ref().map_or_else(|| open.conflict.path.clone(), |form| show::path(form, answers, &open.conflict.path, lang));
            lines.push((
                format!("{label} · {} · {}", shared.rows.get(&open.record).map_or_else(|| open.record.clone(), |row| shared.about(row)), shared.title(&open.form)),
                theme::strong(),
            ));
            lines.push((s::conflict_base(lang, text(open.conflict.base.as_ref())), theme::faint()));
            for (candidate, writer) in open.conflict.candidates.iter().zip(&open.writers) {
                let when = date::local(writer.at.time()).format("%d/%m/%Y %H:%M");
                let here = number == self.selected;
                if here {
                    selected_line = lines.len();
                }
                let device = writer.device.split('-').next().unwrap_or_default();
                lines.push((
                    format!(
                        "{} {}   {} · {device} · {when}",
                        if here { "▸" } else { " " },
                        draw::pad(&text(candidate.value.as_ref()), (area.width as usize / 3).min(30)),
                        writer.person
                    ),
                    if here { theme::selected() } else { Style::default() },
                ));
                number += 1;
            }
            lines.push((String::new(), Style::default()));
        }
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        let first = draw::scroll(selected_line, body.height as usize, lines.len());
        for (at, (line, style)) in lines.iter().skip(first).take(body.height as usize).enumerate() {
            draw::line(frame, body, at as u16, &super::super::field::shorten(line, body.width as usize), *style);
        }
        self.view_deciding(shared, frame);
    }

    fn view_deciding(&self, shared: &Shared, frame: &mut Frame<'_>) {
        let (title, field) = match &self.deciding {
            Some(Deciding::Value(field)) => (s::conflict_value(shared.lang), field),
            Some(Deciding::Reason(_, field)) => (s::conflict_reason(shared.lang), field),
            None => return,
        };
        let inside = draw::popup(frame, 60, 3, &title);
        let (text, column) = field.window(inside.width as usize - 1);
        draw::line(frame, inside, 0, &text, theme::field());
        frame.set_cursor_position((inside.x + column as u16, inside.y));
    }
}
