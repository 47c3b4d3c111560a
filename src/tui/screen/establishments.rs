//! All establishments: a list that filters at every key, without tone marks, in any word order.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::message::Effect;
use super::search::{Found, Search};
use super::{Step, establishment};
use crate::locale::fold::Query;
use crate::locale::say::{looking as l, screen as s};
use crate::store::IndexRow;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::rc::Rc;

/// The list.
#[derive(Default)]
pub struct Establishments {
    search: Search,
    found: Found<()>,
}

/// The records of a form that fit a search, by name in the Vietnamese order.
pub fn found<'s>(shared: &'s Shared, form: &str, typed: &str) -> Vec<&'s IndexRow> {
    let found = shared.listing.matching(&Query::new(typed), &shared.listing.of_form(form), None);
    found.into_iter().filter_map(|at| shared.rows.nth(at as usize)).collect()
}

impl Establishments {
    /// Places among all records, by name.
    fn found(&self, shared: &Shared) -> Rc<Vec<u32>> {
        let listing = &shared.listing;
        let find = |less: Option<&[u32]>| listing.matching(&Query::new(self.search.text()), less.unwrap_or(listing.by_name()), None);
        self.found.get(self.search.text(), shared.generation(), (), find)
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &Shared) -> Step {
        let rows = self.found(shared);
        if draw::select(&mut self.search.selected, command, rows.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Accept) => rows.get(self.search.selected).and_then(|at| shared.rows.nth(*at as usize)).map(|row| Step::page(&row.record, shared)).unwrap_or_default(),
            Some(Command::NewEstablishment) => Step::effect(Effect::begin(establishment::FORM, None)),
            _ => {
                self.search.key(key);
                Step::default()
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.search.paste(text);
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let rows = self.found(shared);
        self.search.view(&s::search_establishments(lang), rows.len(), frame, area);
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if rows.is_empty() {
            let text = if self.search.text().is_empty() { s::no_establishments(lang) } else { s::nothing_found(lang, self.search.text()) };
            return draw::text(frame, body, &text);
        }
        draw::list(frame, body, rows.len(), self.search.selected.min(rows.len() - 1), |at| {
            let (width, summary) = (area.width as usize, shared.rows.nth(rows[at] as usize).map_or("", |row| &row.summary));
            draw::columns(&[(summary, width.saturating_sub(20)), (&l::records(lang, shared.listing.naming(rows[at])), 18)])
        });
    }
}
