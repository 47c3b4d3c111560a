//! Sync with a central file: pick or type a path, see the plan, then do it.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::Field;
use super::super::keys::Command;
use super::super::message::Effect;
use super::super::theme;
use super::Step;
use crate::exchange::union::Tally;
use crate::locale::{Lang, say::screen as s};
use crate::workbench::transfer::Synced;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::path::PathBuf;

/// The screen.
pub struct Sync {
    path: Field,
    /// The file used before that is offered, counted from the last.
    recent: usize,
    /// A plan, and for which file.
    pub planned: Option<(PathBuf, Synced)>,
    /// What was done.
    pub done: Option<Synced>,
}

impl Sync {
    /// With the file that was used last.
    pub fn new(shared: &Shared) -> Self {
        let last = shared.identity.central_files.first().cloned().unwrap_or_default();
        Self { path: Field::new(last), recent: 0, planned: None, done: None }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        match command {
            Some(Command::Accept) => {
                // A path copied from a file manager often comes in quotes.
                let typed = self.path.text().trim().trim_matches(['"', '\'']).to_owned();
                if typed.is_empty() {
                    return Step::default();
                }
                shared.busy = true;
                let path = PathBuf::from(typed);
                let ready = self.planned.as_ref().is_some_and(|(planned, _)| *planned == path);
                Step::effect(if ready { Effect::Sync(path) } else { Effect::Plan(path) })
            }
            Some(Command::Conflicts) => Step::effect(Effect::Conflicts),
            _ => {
                self.edit(key, shared);
                Step::default()
            }
        }
    }

    fn edit(&mut self, key: &KeyEvent, shared: &Shared) {
        let files = &shared.identity.central_files;
        match key.code {
            KeyCode::Up | KeyCode::Down if !files.is_empty() => {
                let step = if key.code == KeyCode::Down { 1 } else { files.len() - 1 };
                self.recent = (self.recent + step) % files.len();
                self.path = Field::new(files[self.recent].clone());
                (self.planned, self.done) = (None, None);
            }
            _ if Field::takes(key) && self.path.key(key) => (self.planned, self.done) = (None, None),
            _ => {}
        }
    }

    /// Takes a pasted path.
    pub fn paste(&mut self, text: &str) {
        self.path = Field::new(text.trim());
        (self.planned, self.done) = (None, None);
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 0, &s::sync_title(lang));
        draw::line(frame, area, 1, &s::sync_intro(lang), theme::faint());
        let (text, column) = self.path.window(area.width as usize - 3);
        draw::line(frame, area, 3, &format!("▸ {}", draw::pad(&text, area.width as usize - 3)), theme::field());
        frame.set_cursor_position((area.x + 2 + column as u16, area.y + 3));
        if !shared.identity.central_files.is_empty() {
            draw::line(frame, area, 4, &s::sync_recent(lang, shared.identity.central_files.len()), theme::faint());
        }
        let result = Rect { y: area.y + 6, height: area.height.saturating_sub(6), ..area };
        if let Some(done) = &self.done {
            draw::heading(frame, result, 0, &s::sync_done(lang));
            view_tally(done, lang, frame, result);
        } else if let Some((_, plan)) = &self.planned {
            draw::heading(frame, result, 0, &s::sync_plan(lang));
            view_tally(plan, lang, frame, result);
            if plan.creates {
                draw::line(frame, result, 8, &s::sync_creates(lang), theme::alert());
            }
            draw::line(frame, result, 9, &s::sync_go(lang), theme::strong());
        } else {
            draw::text(frame, result, &s::sync_help(lang, shared.unsynced));
        }
    }
}

fn view_tally(synced: &Synced, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
    let Tally { new, known, sent, merged, conflicts, duplicates } = synced.tally;
    let rows = [
        (s::tally_new(lang, new), Style::default()),
        (s::tally_sent(lang, sent), Style::default()),
        (s::tally_known(lang, known), theme::faint()),
        (s::tally_merged(lang, merged), Style::default()),
        (s::tally_conflicts(lang, conflicts), if conflicts > 0 { theme::alert() } else { theme::faint() }),
        (s::tally_duplicates(lang, duplicates), if duplicates > 0 { theme::warning() } else { theme::faint() }),
    ];
    for (at, (text, style)) in rows.iter().enumerate() {
        draw::line(frame, area, at as u16 + 1, text, *style);
    }
    for (at, (device, missing)) in synced.gaps.iter().take(3).enumerate() {
        draw::line(frame, area, at as u16 + 10, &crate::locale::say::cli::gap(lang, device, missing), theme::warning());
    }
}
