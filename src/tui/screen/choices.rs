//! A list to choose from: type to search without tone marks, digits pick, space toggles where several may be chosen.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::keys::Command;
use super::super::theme;
use super::establishments::found;
use crate::form::list::ChoiceList;
use crate::interview::derive::ChoiceSet;
use crate::interview::{markdown, show};
use crate::locale::{
    Lang, Text,
    say::{answering, asking, screen as s},
};
use crate::value::{Value, ValueType};
use crossterm::event::{KeyCode, KeyEvent};
use std::sync::Arc;

/// Lists up to this long are picked from by a digit.
const DIGITS: usize = 9;

/// A list being chosen from.
pub struct Choices {
    set: ChoiceSet,
    kind: ValueType,
    search: Field,
    found: Vec<usize>,
    at: usize,
    picked: Vec<String>,
    /// Somebody moved, typed or had chosen before: only then Enter picks the line under the cursor.
    pointed: bool,
}

/// What came of it.
pub enum Outcome {
    /// Closed without a choice.
    Nothing,
    /// Nothing was pointed at: on to the next question.
    Skipped,
    /// This is the answer.
    Chosen(Option<Value>),
    /// A new record is wanted.
    Create,
}

impl Choices {
    /// The choices of a question, with what is chosen now.
    pub fn new(set: ChoiceSet, kind: ValueType, current: Option<&Value>) -> Self {
        let picked = match current {
            Some(Value::Choices(names)) => names.clone(),
            Some(Value::Text(name)) => vec![name.clone()],
            _ => Vec::new(),
        };
        let found: Vec<usize> = (0..set.len()).collect();
        let at = picked.first().and_then(|name| found.iter().position(|i| set.get(*i).is_some_and(|c| *c.name == **name))).unwrap_or(0);
        let pointed = !picked.is_empty();
        Self { set, kind, search: Field::default(), found, at, picked, pointed }
    }

    /// The records of a form, to refer to: those that speak of the records named in `near` come first.
    pub fn of_records(shared: &Shared, form: &str, near: &[String], current: Option<&Value>) -> Self {
        let mut records = found(shared, form, "");
        records.sort_by_key(|row| !row.references.iter().any(|r| near.iter().any(|n| n == r)));
        let rows = records.into_iter().map(|row| (Text::plain(row.summary.clone()), vec![Arc::from(row.record.as_str()), Arc::from(row.search.as_str())]));
        let list = ChoiceList::new("", vec!["name".to_owned(), "search".to_owned()], rows.collect());
        Self::new(ChoiceSet::whole(Arc::new(list)), ValueType::Reference, current)
    }

    /// Whether there is nothing to choose.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    fn several(&self) -> bool {
        matches!(self.kind, ValueType::SelectMultiple | ValueType::Rank)
    }

    /// The key that opened the list: a digit picks at once from a short one, anything else begins the search.
    pub fn first_key(&mut self, c: char) -> Option<Outcome> {
        if let Some(digit) = c.to_digit(10).map(|d| d as usize)
            && self.set.len() <= DIGITS
            && (1..=self.set.len()).contains(&digit)
        {
            self.at = digit - 1;
            self.pointed = true;
            return self.pick(!self.several());
        }
        if c == '*' && self.kind == ValueType::SelectMultiple {
            self.pick_all();
        } else if c != ' ' {
            self.search.key(&KeyEvent::from(KeyCode::Char(c)));
            self.filter();
        }
        None
    }

    fn filter(&mut self) {
        self.found = self.set.search(self.search.text());
        self.at = 0;
        self.pointed = true;
    }

    fn selected(&self) -> Option<String> {
        self.found.get(self.at).and_then(|at| self.set.get(*at)).map(|c| c.name.to_string())
    }

    fn pick(&mut self, close: bool) -> Option<Outcome> {
        let name = self.selected()?;
        if !self.several() {
            return Some(Outcome::Chosen(Some(Value::Text(name))));
        }
        match self.picked.iter().position(|p| *p == name) {
            Some(at) => {
                self.picked.remove(at);
            }
            None => self.picked.push(name),
        }
        close.then(|| self.several_chosen())
    }

    /// All of them, or none where all are picked.
    fn pick_all(&mut self) {
        let all: Vec<String> = self.set.iter().map(|c| c.name.to_string()).collect();
        self.picked = if self.picked.len() == all.len() { Vec::new() } else { all };
        self.pointed = true;
    }

    /// The choice under the cursor one rank further down or up.
    fn move_rank(&mut self, down: bool) {
        let at = self.selected().and_then(|name| self.picked.iter().position(|picked| *picked == name));
        let other = at.and_then(|at| if down { Some(at + 1) } else { at.checked_sub(1) }).filter(|other| *other < self.picked.len());
        if let (Some(at), Some(other)) = (at, other) {
            self.picked.swap(at, other);
        }
    }

    fn several_chosen(&self) -> Outcome {
        let mut names = self.picked.clone();
        if self.kind == ValueType::SelectMultiple {
            names.sort_by_key(|name| self.set.list.position(name));
        }
        Outcome::Chosen((!names.is_empty()).then_some(Value::Choices(names)))
    }

    /// Takes a key; an outcome closes the list.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>) -> Option<Outcome> {
        let count = self.found.len();
        if !self.pointed && matches!(command, Some(Command::Down | Command::Up | Command::PageDown | Command::PageUp)) {
            // The first step points at the first line.
            self.pointed = true;
            return None;
        }
        if draw::select(&mut self.at, command, count) {
            return None;
        }
        match command {
            Some(Command::Back) if self.several() => Some(self.several_chosen()),
            Some(Command::Back) => Some(Outcome::Nothing),
            Some(Command::NewForm) if self.kind == ValueType::Reference => Some(Outcome::Create),
            Some(Command::Accept) if self.several() => {
                // What was searched for is meant, also without a space.
                if !self.search.text().is_empty() && self.selected().is_some_and(|name| !self.picked.contains(&name)) {
                    return self.pick(true);
                }
                Some(self.several_chosen())
            }
            // Enter twice on a question that may stay blank must not answer it.
            Some(Command::Accept) if !self.pointed => Some(Outcome::Skipped),
            Some(Command::Accept) => self.pick(true),
            _ if self.kind == ValueType::Rank && matches!(key.code, KeyCode::Left | KeyCode::Right) => {
                self.move_rank(key.code == KeyCode::Right);
                None
            }
            Some(Command::Toggle) if self.several() => {
                self.pointed = true;
                self.pick(false)
            }
            _ if self.kind == ValueType::SelectMultiple && key.code == KeyCode::Char('*') && self.search.text().is_empty() => {
                self.pick_all();
                None
            }
            _ => {
                if let (KeyCode::Char(c @ '1'..='9'), true) = (key.code, self.search.text().is_empty() && self.set.len() <= DIGITS) {
                    return self.first_key(c);
                }
                if Field::takes(key) && self.search.key(key) {
                    self.filter();
                }
                None
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.search.paste(text);
        self.filter();
    }

    /// Draws it.
    pub fn view(&self, title: &str, lang: Lang, frame: &mut Frame<'_>) {
        let height = (self.set.len() as u16 + 5).clamp(8, frame.area().height.saturating_sub(4));
        let inside = draw::popup(frame, 72, height, title);
        let prompt = format!("{} ", s::search(lang));
        let (text, column) = self.search.window(inside.width as usize - 12);
        draw::line(frame, inside, 0, &format!("{prompt}{text}"), theme::strong());
        frame.set_cursor_position((inside.x + (unicode_width::UnicodeWidthStr::width(prompt.as_str()) + column) as u16, inside.y));
        let body = ratatui::layout::Rect { y: inside.y + 1, height: inside.height.saturating_sub(2), ..inside };
        if self.found.is_empty() {
            draw::line(frame, body, 0, &s::nothing_found(lang, self.search.text()), theme::faint());
        }
        let selected = if self.pointed { self.at } else { usize::MAX };
        draw::list(frame, body, self.found.len(), selected, |at| {
            let Some(choice) = self.set.get(self.found[at]) else { return String::new() };
            let number = if self.set.len() <= DIGITS { format!("{} ", self.found[at] + 1) } else { String::new() };
            let rank = self.picked.iter().position(|p| **p == *choice.name);
            let mark = match (self.kind, rank) {
                (ValueType::Rank, Some(rank)) => format!("{}.", rank + 1),
                (ValueType::SelectMultiple, Some(_)) => "[x]".to_owned(),
                (ValueType::SelectMultiple, None) => "[ ]".to_owned(),
                (_, Some(_)) => "●".to_owned(),
                _ => "○".to_owned(),
            };
            format!("{number}{mark} {}", show::one_line(&markdown::plain(choice.label.get(lang))))
        });
        let hint = match self.kind {
            ValueType::Reference => s::choices_create(lang),
            ValueType::Rank => asking::choices_rank(lang),
            _ if self.several() => answering::choices_several(lang),
            _ if self.set.len() <= DIGITS => s::choices_one(lang),
            _ if self.pointed => s::choices_pointed(lang),
            _ => s::choices_long(lang),
        };
        draw::line(frame, inside, inside.height.saturating_sub(1), &hint, theme::faint());
    }
}
