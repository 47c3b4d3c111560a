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

/// What a search found, kept while nothing about it changes: a list is looked through once a key, not once a drawing. What was
/// found by the beginning of the text stays too: a further letter looks through that only, and Backspace shows it again.
pub struct Found<A> {
    kept: RefCell<Option<Kept<A>>>,
}

struct Kept<A> {
    generation: u64,
    about: A,
    /// Of longer and longer texts.
    by_text: Vec<(String, Rc<Vec<u32>>)>,
}

/// So many beginnings of a text are kept.
const BEGINNINGS: usize = 16;

impl<A> Default for Found<A> {
    fn default() -> Self {
        Self { kept: RefCell::new(None) }
    }
}

impl<A: PartialEq> Found<A> {
    /// The records for what is typed; `generation` and `about` are all else that they depend on. `find` looks among those that
    /// were found by less, where there are such.
    pub fn get(&self, typed: &str, generation: u64, about: A, find: impl FnOnce(Option<&[u32]>) -> Vec<u32>) -> Rc<Vec<u32>> {
        let mut kept = self.kept.borrow_mut();
        let mut by_text = kept.take().filter(|kept| kept.generation == generation && kept.about == about).map(|kept| kept.by_text).unwrap_or_default();
        by_text.retain(|(text, _)| typed.starts_with(text.as_str()));
        let found = match by_text.last() {
            Some((text, found)) if text == typed => found.clone(),
            less => {
                let found = Rc::new(find(less.map(|(_, found)| found.as_slice())));
                if by_text.len() >= BEGINNINGS {
                    by_text.remove(0);
                }
                by_text.push((typed.to_owned(), found.clone()));
                found
            }
        };
        *kept = Some(Kept { generation, about, by_text });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_letter_looks_among_what_was_found_and_backspace_finds_it_again() {
        let found = Found::default();
        let ask = |typed: &str, generation, give: Vec<u32>, among: Option<&[u32]>| {
            let mut asked = false;
            let got = found.get(typed, generation, (), |less| {
                asked = true;
                assert_eq!(less, among, "{typed}");
                give
            });
            (asked, got.to_vec())
        };
        assert_eq!(ask("a", 1, vec![1, 2, 3], None), (true, vec![1, 2, 3]));
        assert_eq!(ask("ab", 1, vec![2], Some(&[1, 2, 3])), (true, vec![2]));
        assert_eq!(ask("ab", 1, vec![], None), (false, vec![2]));
        assert_eq!(ask("a", 1, vec![], None), (false, vec![1, 2, 3]));
        assert_eq!(ask("x", 1, vec![9], None), (true, vec![9]), "another text has nothing to do with it");
        assert_eq!(ask("xa", 2, vec![7], None), (true, vec![7]), "the records are others");
    }
}
