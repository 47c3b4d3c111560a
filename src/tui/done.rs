//! What comes of tasks, the finder and the mouse.

use super::app::{App, Shared};
use super::draw::{self, Hit};
use super::field::shorten;
use super::finder::Action;
use super::message::Effect;
use super::screen::{Screen, conflicts, duplicates, records};
use super::task::{Outcome, Task};
use super::theme::Look;
use crate::locale::say;
use crate::record::history::State;
use crate::workbench::edit::OpenConflict;
use crate::workbench::related::Relations;
use chrono::NaiveDateTime;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};

/// So many lines does one turn of the wheel move.
const WHEEL: usize = 3;

impl App {
    pub(super) fn done(&mut self, outcome: Outcome, now: NaiveDateTime) -> Vec<Effect> {
        match outcome {
            Outcome::Decided { records, revisions, is_undo, overview } => {
                self.shared.take(overview);
                self.shared.saved_at = Some(now);
                self.shared.relations = Relations::default();
                self.shared.notice = Some(told(&self.shared, &records, is_undo));
                self.shared.decided = if is_undo { Vec::new() } else { revisions };
                self.uncover(now)
            }
            Outcome::Duplicates(pairs) => {
                match self.screens.last_mut() {
                    Some(Screen::Duplicates(screen)) => screen.renew(pairs),
                    _ => self.screens.push(Screen::Duplicates(duplicates::Duplicates::new(pairs))),
                }
                Vec::new()
            }
            Outcome::Waits(waits) => {
                self.shared.waits = waits;
                Vec::new()
            }
            Outcome::Explained(lines) => {
                if let Some(Screen::Record(screen)) = self.screens.last_mut() {
                    screen.why = Some((lines, 0));
                }
                Vec::new()
            }
            Outcome::Written(path) => {
                self.shared.notice = Some(say::looking::written(self.shared.lang, path.display()));
                Vec::new()
            }
            Outcome::Shown(name) => {
                self.shared.notice = Some(say::face::showing(self.shared.lang, name));
                Vec::new()
            }
            Outcome::Drives(found) => {
                self.with_sync(|sync| sync.drives = found);
                Vec::new()
            }
        }
    }

    /// The conflicts have come: shown, or shown anew.
    pub(super) fn conflicts(&mut self, open: Vec<OpenConflict>) {
        match self.screens.last_mut() {
            Some(Screen::Conflicts(screen)) => screen.renew(open),
            _ => self.screens.push(Screen::Conflicts(conflicts::Conflicts::new(open))),
        }
    }

    /// Does what was found.
    pub(super) fn act(&mut self, action: Action, now: NaiveDateTime) -> Vec<Effect> {
        match action {
            Action::Press(code, modifiers) => self.press(code, modifiers, now),
            Action::Tab(tab) => self.leave(now, |app| app.open_tab(tab)),
            Action::Conflicts => self.leave(now, |_| vec![Effect::Conflicts]),
            Action::Duplicates => self.leave(now, |_| vec![Effect::Task(Task::Duplicates)]),
            Action::Records(filter) => self.leave(now, |app| {
                app.screens = vec![Screen::Records(records::Records::filtered(filter))];
                Vec::new()
            }),
            Action::Begin(form) => self.leave(now, |_| vec![Effect::begin(form, None)]),
            Action::Language => self.press(KeyCode::F(12), KeyModifiers::NONE, now),
            Action::Theme => {
                self.next_theme();
                Vec::new()
            }
            Action::Quit => self.quit(now),
        }
    }

    pub(super) fn press(&mut self, code: KeyCode, modifiers: KeyModifiers, now: NaiveDateTime) -> Vec<Effect> {
        self.key(&KeyEvent::new(code, modifiers), now)
    }

    /// Goes elsewhere from wherever that was asked: what is being filled in is kept as a draft first.
    fn leave(&mut self, now: NaiveDateTime, go: impl FnOnce(&mut Self) -> Vec<Effect>) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.screens.iter().filter_map(|screen| screen.draft(&self.shared, now)).collect();
        self.screens.truncate(1);
        effects.extend(go(self));
        effects
    }

    pub(super) fn next_theme(&mut self) {
        let look = Look::current();
        let look = Look { theme: look.theme.next(), ..look };
        look.set();
        self.shared.notice = Some(say::looking::theme_is(self.shared.lang, super::words::theme(look.theme, self.shared.lang)));
    }

    /// A click points or opens, the wheel moves: each as the keys would.
    pub(super) fn mouse(&mut self, mouse: MouseEvent, now: NaiveDateTime) -> Vec<Effect> {
        let steps = |code, count: usize| vec![(code, KeyModifiers::NONE); count];
        let keys = match mouse.kind {
            MouseEventKind::ScrollDown => steps(KeyCode::Down, WHEEL),
            MouseEventKind::ScrollUp => steps(KeyCode::Up, WHEEL),
            _ => match draw::hit(mouse.column, mouse.row) {
                Some(Hit::Tab(tab)) if self.failure.is_none() && self.finder.is_none() => return self.leave(now, |app| app.open_tab(tab)),
                Some(Hit::Key(code, modifiers)) => vec![(code, modifiers)],
                Some(Hit::Row(0)) => steps(KeyCode::Enter, 1),
                Some(Hit::Row(count)) if count > 0 => steps(KeyCode::Down, count as usize),
                Some(Hit::Row(count)) => steps(KeyCode::Up, count.unsigned_abs()),
                _ => Vec::new(),
            },
        };
        keys.into_iter().flat_map(|(code, modifiers)| self.press(code, modifiers, now)).collect()
    }
}

/// How much of a record's line is told with what was decided about it: how that is taken back must have room beside it.
const TOLD: usize = 22;

/// What was decided, in words.
fn told(shared: &Shared, records: &[String], is_undo: bool) -> String {
    use say::looking as l;
    let lang = shared.lang;
    match records {
        _ if is_undo => l::taken_back(lang),
        [] => l::nothing_to_decide(lang),
        [record] => l::decided(lang, shorten(&shared.summary(record), TOLD), super::words::state(shared.rows.get(record).map_or(State::Submitted, |row| row.state), lang)),
        several => l::decided_several(lang, l::records(lang, several.len())),
    }
}
