//! A search field over a list: what is typed, and which of the hits is pointed at.

use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::theme;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::cell::RefCell;
use std::rc::Rc;
use unicode_width::UnicodeWidthStr;

/// What is searched for, and the hit that is pointed at: the first again whenever the hits may be others.
#[derive(Default)]
pub struct Search {
    field: Field,
    /// Which hit, from 0.
    pub selected: usize,
}

impl Search {
    /// What is typed.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// Takes a key that is no command.
    pub fn key(&mut self, key: &KeyEvent) {
        if Field::takes(key) && self.field.key(key) {
            self.selected = 0;
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.selected = 0;
    }

    /// Draws it in the first line, with the number of hits; the cursor stands in it.
    pub fn view(&self, label: &str, hits: usize, frame: &mut Frame<'_>, area: Rect) {
        let count = hits.to_string();
        let room = (area.width as usize).saturating_sub(label.width() + count.len() + 4);
        let (text, column) = self.field.window(room);
        draw::line(frame, area, 0, &format!("{label} {}  {count}", draw::pad(&text, room)), theme::strong());
        frame.set_cursor_position((area.x + (label.width() + 1 + column) as u16, area.y));
    }
}

/// What a search found, kept while nothing about it changes: a list is looked through once a key, not once a drawing.
pub struct Found<A, I> {
    kept: RefCell<Option<Kept<A, I>>>,
}

struct Kept<A, I> {
    typed: String,
    generation: u64,
    about: A,
    ids: Rc<Vec<I>>,
}

impl<A, I> Default for Found<A, I> {
    fn default() -> Self {
        Self { kept: RefCell::new(None) }
    }
}

impl<A: PartialEq, I> Found<A, I> {
    /// The records for what is typed; `generation` and `about` are all else that they depend on.
    pub fn get(&self, typed: &str, generation: u64, about: A, find: impl FnOnce() -> Vec<I>) -> Rc<Vec<I>> {
        let mut kept = self.kept.borrow_mut();
        let same = kept.as_ref().filter(|kept| kept.generation == generation && kept.about == about);
        if let Some(kept) = same.filter(|kept| kept.typed == typed) {
            return kept.ids.clone();
        }
        let ids = Rc::new(find());
        *kept = Some(Kept { typed: typed.to_owned(), generation, about, ids: ids.clone() });
        ids
    }
}
