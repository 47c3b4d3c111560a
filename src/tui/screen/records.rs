//! All records: searched at every key, filtered by form and state.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::words;
use super::Step;
use super::search::Search;
use crate::locale::fold::{Query, fold};
use crate::locale::{date, say::screen as s};
use crate::store::IndexRow;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::collections::BTreeMap;

/// The list.
#[derive(Default)]
pub struct Records {
    search: Search,
    /// 0 shows all forms; n the n-th.
    form: usize,
}

impl Records {
    fn found<'s>(&self, shared: &'s Shared) -> Vec<&'s IndexRow> {
        let query = Query::new(self.search.text());
        let form = self.form.checked_sub(1).and_then(|at| shared.forms.get(at)).map(|f| &f.id);
        // A record is also found by what it is called and by what it is about.
        let titles: BTreeMap<&str, String> = shared.forms.iter().map(|f| (f.id.as_str(), fold(&format!("{} {}", f.title.vi, f.title.en)))).collect();
        let whole =
            |row: &IndexRow| format!("{} {} {}", row.search, titles.get(row.form.as_str()).map_or("", String::as_str), shared.rows.get(&row.subject).map_or("", |s| &s.search));
        let fits = |row: &&IndexRow| form.is_none_or(|f| *f == row.form) && (query.is_empty() || query.matches(&whole(row)));
        let mut rows: Vec<&IndexRow> = shared.rows.values().filter(fits).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        rows
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &Shared) -> Step {
        let rows = self.found(shared);
        if draw::select(&mut self.search.selected, command, rows.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Accept) => rows.get(self.search.selected).map(|row| Step::page(&row.record, shared)).unwrap_or_default(),
            Some(Command::Filter) => {
                self.form = (self.form + 1) % (shared.forms.len() + 1);
                self.search.selected = 0;
                Step::default()
            }
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
        self.search.view(&s::search_records(lang), rows.len(), frame, area);
        let form = self.form.checked_sub(1).and_then(|at| shared.forms.get(at));
        let filter = form.map_or_else(|| s::all_forms(lang), |f| f.title.get(lang).to_owned());
        draw::line(frame, area, 1, &filter, super::super::theme::faint());
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if rows.is_empty() {
            let text = if shared.rows.is_empty() { s::no_records(lang) } else { s::nothing_found(lang, self.search.text()) };
            return draw::text(frame, body, &text);
        }
        let width = area.width as usize;
        draw::list(frame, body, rows.len(), self.search.selected.min(rows.len() - 1), |at| {
            let row = rows[at];
            let mark = if row.conflicts > 0 {
                "≠"
            } else if row.problems > 0 {
                "!"
            } else {
                " "
            };
            let subject = if row.subject.is_empty() { String::new() } else { shared.summary(&row.subject) };
            let summary = if subject.is_empty() { row.summary.clone() } else { format!("{} · {subject}", row.summary) };
            let title = shared.title(&row.form);
            let state = words::state(row.state, lang);
            draw::columns(&[(mark, 1), (&date::show(&row.date), 10), (&title, (width / 4).max(16)), (&state, 9), (&summary, width.saturating_sub(24 + (width / 4).max(16)))])
        });
    }
}
