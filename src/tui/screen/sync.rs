//! Sync with a central file: pick or type a path, see the plan, then do it.

use super::super::app::Shared;
use super::super::field::Field;
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::task::Task;
use super::Step;
use crate::locale::say::screen as s;
use crate::workbench::transfer::Synced;
use crossterm::event::{KeyCode, KeyEvent};
use std::path::PathBuf;

/// The screen.
pub struct Sync {
    pub(super) path: Field,
    /// Central files on removable drives, or where one would be made.
    pub drives: Vec<PathBuf>,
    /// The offered file that was taken last.
    pub(super) offered: Option<usize>,
    /// A plan, and for which file.
    pub planned: Option<(PathBuf, Synced)>,
    /// What was done.
    pub done: Option<Synced>,
    /// The worker is at it: how many lines were looked at.
    pub running: Option<u64>,
}

impl Sync {
    /// With the file that was used last.
    pub fn new(shared: &Shared) -> Self {
        let last = shared.identity.central_files.first().cloned().unwrap_or_default();
        Self { path: Field::new(last), drives: Vec::new(), offered: None, planned: None, done: None, running: None }
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.running.is_some() { vec![Place::Running] } else { vec![Place::Sync, Place::Tabs] }
    }

    /// Files to choose from: those on removable drives first, then those used before.
    pub(super) fn offers(&self, shared: &Shared) -> Vec<String> {
        let used = shared.identity.central_files.iter().cloned();
        let mut offers: Vec<String> = Vec::new();
        for path in self.drives.iter().map(|path| path.display().to_string()).chain(used) {
            if !offers.contains(&path) {
                offers.push(path);
            }
        }
        offers
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        if self.running.is_some() {
            return if command == Some(Command::Cancel) { Step::effect(Effect::Cancel) } else { Step::default() };
        }
        match command {
            Some(Command::Accept) => return self.go(shared),
            Some(Command::Conflicts) => return Step::effect(Effect::Conflicts),
            Some(Command::Duplicates) => return Step::effect(Effect::Task(Task::Duplicates)),
            Some(Command::Refresh) => return Step::effect(Effect::Task(Task::Drives)),
            Some(Command::Up | Command::Down) => {
                let offers = self.offers(shared);
                let count = offers.len();
                if count == 0 {
                    return Step::default();
                }
                let at = match (self.offered, command) {
                    // The file used last stands in the field already: the first step goes to another.
                    (None, Some(Command::Down)) => offers.iter().position(|path| path == self.path.text()).map_or(0, |at| (at + 1) % count),
                    (None, _) => offers.iter().position(|path| path == self.path.text()).map_or(count - 1, |at| (at + count - 1) % count),
                    (Some(at), Some(Command::Down)) => (at + 1) % count,
                    (Some(at), _) => (at + count - 1) % count,
                };
                self.offered = Some(at);
                self.path = Field::new(offers[at].clone());
                (self.planned, self.done) = (None, None);
            }
            _ if Field::takes(key) && self.path.key(key) => (self.planned, self.done, self.offered) = (None, None, None),
            _ if key.code == KeyCode::Esc => (self.planned, self.done) = (None, None),
            _ => {}
        }
        Step::default()
    }

    fn go(&mut self, shared: &mut Shared) -> Step {
        // A path copied from a file manager often comes in quotes.
        let typed = self.path.text().trim().trim_matches(['"', '\'']).to_owned();
        if typed.is_empty() {
            shared.notice = Some(s::sync_no_path(shared.lang));
            return Step::default();
        }
        shared.busy = true;
        self.running = Some(0);
        let path = PathBuf::from(typed);
        let ready = self.planned.as_ref().is_some_and(|(planned, _)| *planned == path);
        Step::effect(if ready { Effect::Sync(path) } else { Effect::Plan(path) })
    }

    /// Takes a pasted path.
    pub fn paste(&mut self, text: &str) {
        self.path = Field::new(text.trim());
        (self.planned, self.done, self.offered) = (None, None, None);
    }
}
