//! All establishments: a list that filters at every key, without tone marks, in any word order.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::message::Effect;
use super::search::{Found, Search};
use super::{Step, establishment};
use crate::locale::collate::key;
use crate::locale::fold::Query;
use crate::locale::say::{looking as l, screen as s};
use crate::record::history::State;
use crate::store::IndexRow;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::rc::Rc;

/// The list.
#[derive(Default)]
pub struct Establishments {
    search: Search,
    found: Found<(), u32>,
}

/// The records of a form that fit a search, by name in the Vietnamese order.
pub fn found<'s>(shared: &'s Shared, form: &str, typed: &str) -> Vec<&'s IndexRow> {
    let query = Query::new(typed);
    if form == establishment::FORM {
        let names = shared.by_name();
        return shared.search_by_name(&query).into_iter().filter_map(|rank| shared.rows.get(&names[rank as usize])).collect();
    }
    let fits = |row: &&IndexRow| row.form == form && row.state != State::Void && query.matches(&row.search);
    let mut rows: Vec<&IndexRow> = shared.rows.values().filter(fits).collect();
    rows.sort_by_cached_key(|row| (key(&row.summary), row.record.clone()));
    rows
}

impl Establishments {
    /// Places among the establishments by name.
    fn found(&self, shared: &Shared) -> Rc<Vec<u32>> {
        self.found.get(self.search.text(), shared.generation(), (), || shared.search_by_name(&Query::new(self.search.text())))
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &Shared) -> Step {
        let rows = self.found(shared);
        if draw::select(&mut self.search.selected, command, rows.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Accept) => rows.get(self.search.selected).map(|rank| Step::page(&shared.by_name()[*rank as usize], shared)).unwrap_or_default(),
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
            let (width, record) = (area.width as usize, &shared.by_name()[rows[at] as usize]);
            draw::columns(&[(&shared.summary(record), width.saturating_sub(20)), (&l::records(lang, shared.count_about(record)), 18)])
        });
    }
}
