//! All establishments: a list that filters at every key, without tone marks, in any word order.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::message::Effect;
use super::search::Search;
use super::{Step, establishment};
use crate::locale::fold::Query;
use crate::locale::say::screen as s;
use crate::record::history::State;
use crate::store::IndexRow;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// The list.
#[derive(Default)]
pub struct Establishments {
    search: Search,
}

/// The establishments that fit a search, by name.
pub fn found<'s>(shared: &'s Shared, form: &str, typed: &str) -> Vec<&'s IndexRow> {
    let query = Query::new(typed);
    let mut rows: Vec<&IndexRow> = shared.rows.values().filter(|r| r.form == form && r.state != State::Void && query.matches(&r.search)).collect();
    rows.sort_by(|a, b| (&a.search, &a.record).cmp(&(&b.search, &b.record)));
    rows
}

impl Establishments {
    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &Shared) -> Step {
        let rows = found(shared, establishment::FORM, self.search.text());
        if draw::select(&mut self.search.selected, command, rows.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Accept) => rows.get(self.search.selected).map(|row| Step::page(&row.record, shared)).unwrap_or_default(),
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
        let rows = found(shared, establishment::FORM, self.search.text());
        self.search.view(&s::search_establishments(lang), rows.len(), frame, area);
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if rows.is_empty() {
            let text = if self.search.text().is_empty() { s::no_establishments(lang) } else { s::nothing_found(lang, self.search.text()) };
            return draw::text(frame, body, &text);
        }
        let about = |record: &str| shared.rows.values().filter(|r| r.references.iter().any(|x| x == record)).count();
        draw::list(frame, body, rows.len(), self.search.selected.min(rows.len() - 1), |at| {
            let row = rows[at];
            let width = area.width as usize;
            draw::columns(&[(&row.summary, width.saturating_sub(20)), (&s::records_about(lang, about(&row.record)), 18)])
        });
    }
}
