//! All records: searched at every key, filtered, sorted by any column, several marked and approved at once.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::task::Task;
use super::super::theme;
use super::super::words;
use super::Step;
use super::filter::{Filter, Panel, Sort};
use super::record::decides;
use super::search::{Found, Search};
use crate::locale::fold::{Query, fold};
use crate::locale::{Lang, date, say::looking as l, say::screen as s};
use crate::store::{IndexRow, Part};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The list.
#[derive(Default)]
pub struct Records {
    search: Search,
    /// What of them is shown.
    pub filter: Filter,
    sort: Sort,
    reverse: bool,
    marked: BTreeSet<String>,
    panel: Option<Panel>,
    found: Found<(Filter, Sort, bool, Lang)>,
}

impl Records {
    /// Filtered from the start.
    pub fn filtered(filter: Filter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.panel.is_some() { vec![Place::Filter, Place::List] } else { vec![Place::Records, Place::Tabs, Place::List] }
    }

    /// Places among all records, in the order asked for.
    fn found(&self, shared: &Shared) -> Rc<Vec<u32>> {
        let about = (self.filter.clone(), self.sort, self.reverse, shared.lang);
        self.found.get(self.search.text(), shared.generation(), about, |less| self.find(less, shared))
    }

    fn find(&self, less: Option<&[u32]>, shared: &Shared) -> Vec<u32> {
        let listing = &shared.listing;
        // A record is also found by what it is called and by what it is about.
        let title = |form: &Part| shared.forms.iter().find(|f| *form == f.id).map_or_else(String::new, |f| fold(&format!("{} {}", f.title.vi, f.title.en)));
        let titles: Vec<String> = listing.forms.iter().map(title).collect();
        let all = || {
            let mut shown = self.filter.shown(&shared.order(self.sort), listing);
            if self.reverse {
                shown.reverse();
            }
            shown
        };
        let among = less.map_or_else(|| Cow::Owned(all()), Cow::Borrowed);
        listing.matching(&Query::new(self.search.text()), &among, Some(&titles))
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        if let Some(panel) = &mut self.panel {
            let before = self.filter.clone();
            if !panel.key(key, command, &mut self.filter, shared) {
                self.panel = None;
            }
            if before != self.filter {
                self.search.selected = 0;
            }
            return Step::default();
        }
        let rows = self.found(shared);
        if draw::select(&mut self.search.selected, command, rows.len()) {
            return Step::default();
        }
        let record = |at: &u32| shared.rows.nth(*at as usize).map(|row| row.record.to_string());
        let here = rows.get(self.search.selected).and_then(record);
        match command {
            Some(Command::Accept) => return here.map(|record| Step::record(&record)).unwrap_or_default(),
            Some(Command::Filter) => self.panel = Some(Panel::default()),
            Some(Command::Sort) => (self.sort, self.reverse) = (self.sort.next(), false),
            Some(Command::Reverse) => self.reverse = !self.reverse,
            Some(Command::Mark) => {
                if let Some(record) = here {
                    if !self.marked.remove(&record) {
                        self.marked.insert(record);
                    }
                    self.search.selected = (self.search.selected + 1).min(rows.len().saturating_sub(1));
                }
            }
            Some(Command::MarkAll) => {
                let shown: BTreeSet<String> = rows.iter().filter_map(record).collect();
                self.marked = if shown.is_subset(&self.marked) { BTreeSet::new() } else { shown };
            }
            Some(Command::Approve) if decides(shared) => {
                let records: Vec<String> = if self.marked.is_empty() { here.into_iter().collect() } else { std::mem::take(&mut self.marked).into_iter().collect() };
                shared.busy = true;
                return Step::effect(Effect::Task(Task::Approve(records)));
            }
            Some(Command::TakeBack) => return take_back(shared),
            Some(Command::Approve) => {}
            _ => self.search.key(key),
        }
        Step::default()
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
        let marked = if self.marked.is_empty() { String::new() } else { format!(" · {}", l::marked(lang, self.marked.len())) };
        let order = format!("{} {}", if self.reverse { "▴" } else { "▾" }, self.sort.word(lang));
        draw::line(frame, area, 1, &format!("{} · {order}{marked}", self.filter.words(shared)), theme::faint());
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if rows.is_empty() {
            let text = if shared.rows.is_empty() {
                s::no_records(lang)
            } else if self.search.text().is_empty() {
                l::filtered_out(lang)
            } else {
                s::nothing_found(lang, self.search.text())
            };
            draw::text(frame, body, &text);
        } else {
            draw::list(frame, body, rows.len(), self.search.selected.min(rows.len() - 1), |at| {
                shared.rows.nth(rows[at] as usize).map_or_else(String::new, |row| self.row(row, shared, area.width as usize))
            });
        }
        if let Some(panel) = &self.panel {
            panel.view(&self.filter, shared, frame);
        }
    }

    fn row(&self, row: &IndexRow, shared: &Shared, width: usize) -> String {
        let mark = if self.marked.contains(&*row.record) {
            "✓"
        } else if row.conflicts > 0 {
            "≠"
        } else if row.problems > 0 {
            "!"
        } else {
            " "
        };
        let summary = shared.about(row);
        let title = shared.title(&row.form);
        let state = words::state(row.state, shared.lang);
        let form = (width / 4).max(16);
        // A wide window also says who wrote last.
        let person = if width >= 110 { 22 } else { 0 };
        let rest = width.saturating_sub(24 + form + if person > 0 { person + 1 } else { 0 });
        let mut cells = vec![(mark.to_owned(), 1), (date::show(&row.date), 10), (title, form), (state, 9), (summary, rest)];
        if person > 0 {
            cells.push((row.person.to_string(), person));
        }
        draw::columns(&cells.iter().map(|(cell, width)| (cell.as_str(), *width)).collect::<Vec<_>>())
    }
}

/// Takes the decision back that was made last on this laptop since it was started.
pub(super) fn take_back(shared: &mut Shared) -> Step {
    if shared.decided.is_empty() {
        shared.notice = Some(l::nothing_to_take_back(shared.lang));
        return Step::default();
    }
    Step::effect(Effect::Task(Task::Undo(std::mem::take(&mut shared.decided))))
}
