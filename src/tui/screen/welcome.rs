//! The first start: who are you, which laptop, which communes; or look around with synthetic records.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::keys::Command;
use super::super::message::Effect;
use super::super::theme;
use super::Step;
use crate::locale::{Lang, fold, say::screen as s};
use crate::store::Identity;
use crate::store::identity::{Role, device_label};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Its questions.
#[derive(Default)]
pub struct Welcome {
    at: usize,
    fields: [Field; 3],
    role: usize,
    wrong: Option<fn(Lang) -> String>,
}

const PERSON: usize = 0;
const ROLE: usize = 1;
const DEVICE: usize = 2;
const COMMUNES: usize = 3;
const ROLES: [Role; 3] = [Role::Collaborator, Role::Inspector, Role::Supervisor];

impl Welcome {
    fn field(&mut self) -> Option<&mut Field> {
        match self.at {
            PERSON => self.fields.get_mut(0),
            DEVICE => self.fields.get_mut(1),
            COMMUNES => self.fields.get_mut(2),
            _ => None,
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        self.wrong = None;
        match command {
            Some(Command::Demo) => {
                shared.busy = true;
                return Step { effects: vec![Effect::Demo, Effect::Language(shared.lang)], ..Step::default() };
            }
            Some(Command::Up) => self.at = self.at.saturating_sub(1),
            Some(Command::Down) => self.at = (self.at + 1).min(COMMUNES),
            Some(Command::Accept) => return self.accept(shared),
            _ => {
                if self.at == ROLE {
                    match key.code {
                        KeyCode::Left => self.role = self.role.saturating_sub(1),
                        KeyCode::Right | KeyCode::Char(' ') => self.role = (self.role + 1) % ROLES.len(),
                        KeyCode::Char(c @ '1'..='3') => self.role = c as usize - '1' as usize,
                        _ => {}
                    }
                } else if Field::takes(key)
                    && let Some(field) = self.field()
                {
                    field.key(key);
                }
            }
        }
        Step::default()
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(field) = self.field() {
            field.paste(text);
        }
    }

    fn accept(&mut self, shared: &Shared) -> Step {
        self.wrong = match self.at {
            PERSON if self.fields[0].text().trim().is_empty() => Some(s::welcome_needs_name),
            DEVICE if device_label(self.fields[1].text()).is_empty() => Some(s::welcome_needs_label),
            _ => None,
        };
        if self.wrong.is_some() {
            return Step::default();
        }
        if self.at < COMMUNES {
            self.at += 1;
            return Step::default();
        }
        let communes = self.fields[2].text().split([',', ';']).map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect();
        let person = fold::nfc(self.fields[0].text().trim());
        let identity = Identity {
            person,
            device: self.fields[1].text().to_owned(),
            role: ROLES[self.role],
            communes,
            language: shared.lang.code().to_owned(),
            typing: shared.composer.mode.code().to_owned(),
            ..Identity::default()
        };
        Step::effect(Effect::Create(identity))
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 1, &s::welcome_title(lang));
        draw::text(frame, Rect { y: area.y + 2, height: 2, ..area }, &s::welcome_intro(lang));
        let roles: Vec<String> = [s::role_collaborator(lang), s::role_inspector(lang), s::role_supervisor(lang)]
            .into_iter()
            .enumerate()
            .map(|(at, role)| format!("{} {role}", if at == self.role { "●" } else { "○" }))
            .collect();
        let rows = [
            (s::welcome_person(lang), self.fields[0].text().to_owned(), s::welcome_person_hint(lang)),
            (s::welcome_role(lang), roles.join("   "), s::welcome_role_hint(lang)),
            (s::welcome_device(lang), self.fields[1].text().to_owned(), s::welcome_device_hint(lang)),
            (s::welcome_communes(lang), self.fields[2].text().to_owned(), s::welcome_communes_hint(lang)),
        ];
        for (at, (label, value, hint)) in rows.iter().enumerate() {
            let row = 4 + 3 * at as u16;
            let here = at == self.at;
            draw::line(frame, area, row, &format!("{} {label}", if here { "▸" } else { " " }), if here { theme::strong() } else { Style::default() });
            draw::line(frame, area, row + 1, &format!("    {value}"), if here { theme::field() } else { Style::default() });
            if here {
                let (told, style) = self.wrong.map_or_else(|| (hint.clone(), theme::faint()), |wrong| (wrong(lang), theme::alert()));
                draw::line(frame, area, row + 2, &format!("    {told}"), style);
            }
        }
        self.cursor(frame, area);
    }

    fn cursor(&self, frame: &mut Frame<'_>, area: Rect) {
        let field = match self.at {
            PERSON => &self.fields[0],
            DEVICE => &self.fields[1],
            COMMUNES => &self.fields[2],
            _ => return,
        };
        let column = field.window(area.width as usize - 4).1 as u16;
        frame.set_cursor_position((area.x + 4 + column, area.y + 5 + 3 * self.at as u16));
    }
}
