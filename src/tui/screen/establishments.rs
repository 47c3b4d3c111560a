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

/// The list.
#[derive(Default)]
pub struct Establishments {
    search: Search,
    found: Found<()>,
}

/// The records of a form that fit a search, by name in the Vietnamese order.
pub fn found<'s>(shared: &'s Shared, form: &str, typed: &str) -> Vec<&'s IndexRow> {
    let query = Query::new(typed);
    let fits = |row: &&IndexRow| row.state != State::Void && query.matches(&row.search);
    if form == establishment::FORM {
        return shared.by_name().iter().filter_map(|record| shared.rows.get(record)).filter(fits).collect();
    }
    let mut rows: Vec<&IndexRow> = shared.rows.values().filter(|row| row.form == form).filter(fits).collect();
    rows.sort_by_cached_key(|row| (key(&row.summary), row.record.clone()));
    rows
}

impl Establishments {
    fn found(&self, shared: &Shared) -> std::rc::Rc<Vec<String>> {
        self.found.get(self.search.text(), shared.generation(), (), |wider| {
            let query = Query::new(self.search.text());
            let fits = |row: &&IndexRow| row.state != State::Void && query.matches(&row.search);
            let ids = wider.unwrap_or_else(|| shared.by_name());
            ids.iter().filter_map(|record| shared.rows.get(record)).filter(fits).map(|row| row.record.clone()).collect()
        })
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &Shared) -> Step {
        let rows = self.found(shared);
        if draw::select(&mut self.search.selected, command, rows.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Accept) => rows.get(self.search.selected).map(|record| Step::page(record, shared)).unwrap_or_default(),
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
            let width = area.width as usize;
            draw::columns(&[(&shared.summary(&rows[at]), width.saturating_sub(20)), (&l::records(lang, shared.count_about(&rows[at])), 18)])
        });
    }
}
