//! Two revisions of a record beside each other: what differs, who, when, on which laptop.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::shorten;
use super::super::keys::Command;
use super::super::theme;
use super::record::RecordScreen;
use super::record_view::{shown, who};
use crate::interview::show;
use crate::locale::say::looking as l;
use crate::record::Revision;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::collections::BTreeSet;

/// Which two are compared, by their places in the history.
pub struct Compare {
    older: usize,
    newer: usize,
    scroll: usize,
}

impl Compare {
    /// The last with the one before it; nothing where there is only one.
    pub fn new(count: usize) -> Option<Self> {
        Some(Self { older: count.checked_sub(2)?, newer: count - 1, scroll: 0 })
    }

    /// Takes a command; false to leave.
    pub fn key(&mut self, command: Option<Command>, count: usize) -> bool {
        match command {
            Some(Command::Up) => self.newer = (self.newer + 1).min(count - 1),
            Some(Command::Down) => self.newer = self.newer.saturating_sub(1).max(1),
            Some(Command::Left) => self.older = self.older.saturating_sub(1),
            Some(Command::Right) => self.older += 1,
            Some(Command::PageDown) => self.scroll += 5,
            Some(Command::PageUp) => self.scroll = self.scroll.saturating_sub(5),
            None => {}
            _ => return false,
        }
        self.older = self.older.min(self.newer - 1);
        true
    }

    /// Draws it.
    pub fn view(&self, screen: &RecordScreen, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let revisions = screen.history.revisions();
        let (Some(older), Some(newer)) = (revisions.get(self.older), revisions.get(self.newer)) else { return };
        draw::line(frame, area, 0, &l::compare_title(lang, self.older + 1, self.newer + 1, revisions.len()), theme::title());
        draw::line(frame, area, 1, &format!("− {}", who(older, lang)), theme::faint());
        draw::line(frame, area, 2, &format!("+ {}", who(newer, lang)), theme::strong());
        let changes = differences(screen, older, newer, shared);
        if changes.is_empty() {
            return draw::line(frame, area, 4, &l::no_difference(lang), theme::faint());
        }
        let width = area.width as usize;
        let scroll = self.scroll.min(changes.len() - 1);
        for (at, (label, old, new)) in changes.iter().skip(scroll).enumerate() {
            let row = 4 + at as u16;
            let label = draw::pad(label, width * 2 / 5);
            let text = format!("{label} {old} → {new}");
            draw::line(frame, area, row, &shorten(&text, width), Style::default());
        }
    }
}

/// Answers and notes that differ: label, before, after.
fn differences(screen: &RecordScreen, older: &Revision, newer: &Revision, shared: &Shared) -> Vec<(String, String, String)> {
    let lang = shared.lang;
    let form = screen.related.as_ref().map(|related| &related.form);
    let paths: BTreeSet<&String> = older.answers.keys().chain(newer.answers.keys()).filter(|path| !path.ends_with('#')).collect();
    let differs = |path: &&String| older.answers.get(*path) != newer.answers.get(*path);
    let text = |revision: &Revision, path: &str| match (form, revision.answers.get(path)) {
        (_, None) => "–".to_owned(),
        (Some(form), given) => shown(form, path, given, shared),
        (None, Some(value)) => value.plain(),
    };
    let label = |path: &str| {
        let answers = if newer.answers.contains_key(path) { &newer.answers } else { &older.answers };
        form.map_or_else(|| path.to_owned(), |form| show::path(form, answers, path, lang))
    };
    let answers = paths.into_iter().filter(differs).map(|path| (label(path), text(older, path), text(newer, path)));
    let notes: BTreeSet<&String> = older.notes.keys().chain(newer.notes.keys()).collect();
    let note = |revision: &Revision, path: &str| revision.notes.get(path).map_or_else(|| "–".to_owned(), |note| format!("“{}”", show::one_line(note)));
    let notes = notes.into_iter().filter(|path| older.notes.get(*path) != newer.notes.get(*path));
    let notes = notes.map(|path| (l::note_of(lang, label(path)), note(older, path), note(newer, path)));
    answers.chain(notes).collect()
}
