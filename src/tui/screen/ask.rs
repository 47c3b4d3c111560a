//! A line that a person is asked for before something is done: a reason, a question, a path.

use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::keys::Command;
use super::super::theme;
use crossterm::event::KeyEvent;

/// What is asked for, and for what.
pub struct Ask<T> {
    title: String,
    hint: String,
    field: Field,
    /// What is done with it.
    pub what: T,
}

/// What came of a key.
pub enum Asked {
    /// Nothing yet.
    Open,
    /// Nothing is to be done.
    Dropped,
    /// It was said.
    Given(String),
}

impl<T> Ask<T> {
    /// Asks, with a text to begin with.
    pub fn new(title: String, hint: String, text: &str, what: T) -> Self {
        Self { title, hint, field: Field::new(text), what }
    }

    /// What is typed so far.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// Another text in the field.
    pub fn set(&mut self, text: &str) {
        self.field = Field::new(text);
    }

    /// Takes a key. Nothing is given before something is said.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>) -> Asked {
        match command {
            Some(Command::Back) => Asked::Dropped,
            Some(Command::Accept) if !self.field.text().trim().is_empty() => Asked::Given(self.field.text().trim().to_owned()),
            _ => {
                if Field::takes(key) {
                    self.field.key(key);
                }
                Asked::Open
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
    }

    /// Draws it over the screen.
    pub fn view(&self, frame: &mut Frame<'_>) {
        let inside = draw::popup(frame, 66, 5, &self.title);
        draw::line(frame, inside, 0, &self.hint, theme::faint());
        let (text, column) = self.field.window(inside.width as usize - 1);
        draw::line(frame, inside, 2, &draw::pad(&text, inside.width as usize - 1), theme::field());
        frame.set_cursor_position((inside.x + column as u16, inside.y + 2));
    }
}
