//! The program on the screen: messages come in, state changes, effects go out. No input or output of its own.

use super::draw::{self, Frame};
use super::finder::{Finder, Kind};
use super::keys::{self, Command, Place};
use super::message::{Effect, FormLine, Message, Overview, Reply};
use super::screen::{Screen, Step, establishment, establishments, home, interview, record, records, report, sync, welcome};
pub use super::shared::Shared;
use super::task::Task;
use super::typing::Mode;
use crate::error::Failure;
use crate::locale::{Lang, say};
use crate::store::Identity;
use crate::workbench::chance::Chance;
use crate::workbench::related::Relations;
use chrono::NaiveDateTime;
use crossterm::event::KeyEvent;

/// The tabs at the bottom of the stack, in order.
pub const TABS: usize = 5;

/// The whole state.
pub struct App {
    /// What all screens see.
    pub shared: Shared,
    /// The stack; the last one is on top.
    pub screens: Vec<Screen>,
    /// The help or the palette is open.
    pub finder: Option<Finder>,
    /// Something that could not be done.
    pub failure: Option<Failure>,
    /// The program cannot go on; it ends with this.
    pub fatal: Option<Failure>,
    /// Waiting for the worker to close the store.
    pub quitting: bool,
    /// All is closed.
    pub closed: bool,
}

impl App {
    /// Before the store is open.
    pub fn new(lang: Lang, chance: Chance) -> Self {
        Self { shared: Shared::new(lang, chance), screens: vec![Screen::Loading], finder: None, failure: None, fatal: None, quitting: false, closed: false }
    }

    /// Takes a message; gives what is to be done.
    pub fn update(&mut self, message: Message, now: NaiveDateTime) -> Vec<Effect> {
        let effects = self.take(message, now);
        // What was counted until now has given way to what is asked for.
        if effects.iter().any(|effect| *effect != Effect::Cancel) {
            self.shared.progress = None;
        }
        effects
    }

    fn take(&mut self, message: Message, now: NaiveDateTime) -> Vec<Effect> {
        match message {
            Message::Key(key) => self.pressed(key, now),
            Message::Paste(text) => {
                self.shared.composer.forget();
                self.shared.notice = None;
                if let Some(finder) = &mut self.finder {
                    finder.paste(&text);
                    return Vec::new();
                }
                let step = self.screens.last_mut().map(|screen| screen.paste(&text, &mut self.shared, now)).unwrap_or_default();
                self.step(step, now)
            }
            Message::Resize => Vec::new(),
            Message::Terminate => self.quit(now),
            Message::Mouse(mouse) => self.mouse(mouse, now),
            Message::Progress(lines) => {
                self.shared.progress = Some(lines);
                self.with_sync(|sync| sync.running = sync.running.map(|_| lines));
                Vec::new()
            }
            Message::Durable => {
                self.shared.saved_at = Some(now);
                self.shared.notice = Some(say::screen::saved_at(self.shared.lang, now.format("%H:%M")));
                Vec::new()
            }
            Message::Reply(reply) => self.reply(*reply, now),
        }
    }

    fn places(&self) -> Vec<Place> {
        if self.failure.is_some() || self.finder.is_some() {
            return vec![Place::Popup, Place::Everywhere];
        }
        let mut places = self.screens.last().map(Screen::places).unwrap_or_default();
        if self.can_stop() {
            places.insert(0, Place::Running);
        }
        places.push(Place::Everywhere);
        places
    }

    /// Whether Esc stops what the worker is at: it tells how far it is, and whoever is here waits for it. The sync has a screen
    /// of its own; the figures of the desk are counted beside everything and give way by themselves.
    fn can_stop(&self) -> bool {
        let waits = match self.screens.last() {
            Some(Screen::Sync(_)) => false,
            Some(Screen::Report(screen)) => screen.waits(),
            _ => self.shared.busy,
        };
        self.shared.progress.is_some() && waits
    }

    /// A pressed key, or what the typing mode makes of it.
    fn pressed(&mut self, key: KeyEvent, now: NaiveDateTime) -> Vec<Effect> {
        if self.failure.is_some() || self.finder.is_some() || !self.screens.last().is_some_and(|screen| screen.takes_words(&self.shared, now)) {
            self.shared.composer.forget();
            return self.key(&key, now);
        }
        let keys = self.shared.composer.take(key);
        keys.iter().flat_map(|key| self.key(key, now)).collect()
    }

    pub(super) fn key(&mut self, key: &KeyEvent, now: NaiveDateTime) -> Vec<Effect> {
        self.shared.notice = None;
        let command = keys::command(&self.places(), key);
        // Whatever lies over the screen is read in the other language, too.
        if command == Some(Command::Language) {
            self.shared.lang = self.shared.lang.other();
            self.screens.iter_mut().for_each(|screen| screen.language(&mut self.shared, now));
            return vec![Effect::Language(self.shared.lang)];
        }
        if self.failure.is_some() {
            if command == Some(Command::Quit) {
                return self.quit(now);
            }
            self.failure = None;
            return Vec::new();
        }
        if let Some(mut finder) = self.finder.take().filter(|_| command != Some(Command::Quit)) {
            let (action, stays) = finder.key(key, &self.shared);
            self.finder = stays.then_some(finder);
            return action.map(|action| self.act(action, now)).unwrap_or_default();
        }
        match command {
            Some(Command::Quit) => self.quit(now),
            Some(Command::Cancel) if self.can_stop() => vec![Effect::Cancel],
            Some(command @ (Command::Help | Command::Palette)) => {
                let kind = if command == Command::Help { Kind::Help } else { Kind::Palette };
                self.finder = Some(Finder::new(kind, self.screens.last().map(Screen::places).unwrap_or_default()));
                Vec::new()
            }
            Some(Command::Theme) => {
                self.next_theme();
                Vec::new()
            }
            Some(Command::TypingMode) => {
                self.shared.composer.switch();
                self.shared.notice = Some(self.shared.composer.mode.told(self.shared.lang));
                vec![Effect::TypingMode(self.shared.composer.mode)]
            }
            Some(Command::NextTab) => self.tab(1),
            Some(Command::PreviousTab) => self.tab(TABS - 1),
            command => {
                let step = self.screens.last_mut().map(|screen| screen.key(key, command, &mut self.shared, now)).unwrap_or_default();
                self.step(step, now)
            }
        }
    }

    /// Quitting keeps what is being typed; the worker is drained before the program ends.
    pub(super) fn quit(&mut self, now: NaiveDateTime) -> Vec<Effect> {
        self.quitting = true;
        let mut effects: Vec<Effect> = self.screens.iter().filter_map(|screen| screen.draft(&self.shared, now)).collect();
        effects.push(Effect::Quit);
        effects
    }

    fn tab(&mut self, steps: usize) -> Vec<Effect> {
        let at = self.screens.first().and_then(Screen::tab).unwrap_or(0);
        self.open_tab((at + steps) % TABS)
    }

    pub(super) fn open_tab(&mut self, tab: usize) -> Vec<Effect> {
        let (screen, effects) = match tab {
            0 => (Screen::Home(home::Home::default()), vec![Effect::Glance, home::wait(&self.shared)]),
            1 => (Screen::Establishments(establishments::Establishments::default()), Vec::new()),
            2 => (Screen::Records(records::Records::default()), Vec::new()),
            3 => (Screen::Sync(sync::Sync::new(&self.shared)), vec![Effect::Task(Task::Drives)]),
            _ => (Screen::Report(report::ReportScreen::default()), vec![Effect::Report(None, None)]),
        };
        self.screens = vec![screen];
        effects
    }

    fn step(&mut self, step: Step, now: NaiveDateTime) -> Vec<Effect> {
        let Step { mut effects, pop, push } = step;
        if pop && self.screens.len() > 1 {
            self.screens.pop();
            effects.extend(self.screens.last_mut().map(|s| s.uncovered(&mut self.shared, now)).unwrap_or_default());
        } else if pop && self.shared.trying {
            effects.extend(self.quit(now));
        }
        self.screens.extend(push);
        effects
    }

    fn reply(&mut self, reply: Reply, now: NaiveDateTime) -> Vec<Effect> {
        (self.shared.busy, self.shared.progress) = (false, None);
        match reply {
            Reply::NoStore => {
                self.screens = vec![Screen::Welcome(welcome::Welcome::default())];
                Vec::new()
            }
            Reply::Glimpsed { identity, forms, listing, behind } => {
                self.at_home(identity, forms, Overview { listing, ..Overview::default() });
                self.shared.behind = Some(behind);
                self.open_tab(0)
            }
            Reply::Opened { identity, forms, overview, notices } => {
                self.at_home(identity, forms, overview);
                self.shared.notice = notices.into_iter().next();
                // Who looks around already stays there.
                if self.shared.behind.take().is_some() { self.uncover(now) } else { self.open_tab(0) }
            }
            Reply::Begun { record, form, subject, mut given, gathered } => {
                gathered.into_iter().for_each(|(reference, records)| self.shared.relations.insert(reference, records));
                if let (Some(subject), Some(question)) = (subject, form.subject) {
                    given.insert(0, (form.node(question).name.clone(), subject));
                }
                let (screen, effects) = interview::InterviewScreen::begin(record, form, given, &mut self.shared, now);
                self.screens.push(Screen::Interview(Box::new(screen)));
                effects
            }
            // Who waited pressed again: a second interview of a record would keep what it was opened with over what was typed.
            Reply::Editing { record, .. } if self.screens.iter().any(|screen| matches!(screen, Screen::Interview(open) if open.record == record)) => Vec::new(),
            Reply::Editing { record, interview, parents, typing, cursor, undo, gathered } => {
                gathered.into_iter().for_each(|(reference, records)| self.shared.relations.insert(reference, records));
                // What was asked about it is said where the cursor stands.
                let asked = self.shared.waits.asked.iter().find(|asked| asked.record == record);
                self.shared.notice = asked.map(|asked| say::looking::asked_here(self.shared.lang, &asked.person, &asked.comment));
                let mut screen = interview::InterviewScreen::resume(record, *interview, parents, (typing, &cursor), &mut self.shared, now);
                screen.undo = undo;
                self.screens.push(Screen::Interview(Box::new(screen)));
                Vec::new()
            }
            Reply::Kept(drafts) => {
                self.shared.drafts = drafts;
                self.shared.saved_at = Some(now);
                Vec::new()
            }
            reply => self.result(reply, now),
        }
    }

    fn at_home(&mut self, identity: Identity, forms: Vec<FormLine>, overview: Overview) {
        // What was chosen while the store was being looked through is on its way.
        if self.shared.behind.is_none() {
            self.shared.composer.mode = Mode::from_code(&identity.typing);
        }
        (self.shared.identity, self.shared.forms) = (identity, forms);
        self.shared.take(overview);
    }

    fn result(&mut self, reply: Reply, now: NaiveDateTime) -> Vec<Effect> {
        match reply {
            Reply::Gathered(gathered) => {
                gathered.into_iter().for_each(|(reference, records)| self.shared.relations.insert(reference, records));
                self.screens.iter_mut().flat_map(|screen| screen.gathered(&mut self.shared, now)).collect()
            }
            Reply::Attached { record, path, file, read } => {
                let waiting = self.screens.iter_mut().find_map(|screen| match screen {
                    Screen::Interview(screen) if screen.record == record => Some(screen),
                    _ => None,
                });
                waiting.map_or_else(Vec::new, |screen| screen.attached(&path, &file, read, &mut self.shared, now))
            }
            Reply::Saved { record, overview } => {
                self.shared.take(overview);
                self.shared.saved_at = Some(now);
                self.shared.relations = Relations::default();
                self.saved(&record, now)
            }
            Reply::Looked { related, history, migrated, about } => {
                self.looked(related, history, migrated, about);
                Vec::new()
            }
            Reply::Planned(path, plan) => {
                self.with_sync(|sync| (sync.planned, sync.running) = (Some((path, plan)), None));
                Vec::new()
            }
            Reply::Synced(path, done, overview) => {
                self.shared.take(overview);
                self.shared.saved_at = Some(now);
                self.shared.identity.central_files.retain(|f| *f != path.display().to_string());
                self.shared.identity.central_files.insert(0, path.display().to_string());
                self.with_sync(|sync| (sync.done, sync.planned, sync.running) = (Some(done), None, None));
                Vec::new()
            }
            Reply::Conflicts(open) => {
                self.conflicts(open);
                Vec::new()
            }
            Reply::Report(report, _) => {
                if let Some(Screen::Report(screen)) = self.screens.first_mut() {
                    screen.counted(report);
                }
                Vec::new()
            }
            Reply::Glance(report) => {
                if let Some(Screen::Home(home)) = self.screens.first_mut() {
                    (home.report, home.today) = (Some(report), Some(now.date()));
                }
                Vec::new()
            }
            Reply::Done(outcome) => self.done(outcome, now),
            Reply::Failed(failure) => {
                self.failure = Some(failure);
                self.screens.last_mut().into_iter().for_each(Screen::failed);
                Vec::new()
            }
            Reply::Fatal(failure) => {
                (self.fatal, self.closed) = (Some(failure), true);
                Vec::new()
            }
            _ => {
                self.closed = true;
                Vec::new()
            }
        }
    }

    pub(super) fn with_sync(&mut self, change: impl FnOnce(&mut sync::Sync)) {
        if let Some(Screen::Sync(sync)) = self.screens.iter_mut().rev().find(|s| matches!(s, Screen::Sync(_))) {
            change(sync);
        }
    }

    fn looked(
        &mut self,
        related: Option<std::sync::Arc<crate::workbench::related::Related>>,
        history: Vec<crate::record::Revision>,
        migrated: Vec<crate::locale::Text>,
        about: Vec<std::sync::Arc<crate::workbench::related::Related>>,
    ) {
        match self.screens.last_mut() {
            Some(Screen::Establishment(screen)) => screen.looked(related, about),
            Some(Screen::Record(screen)) => screen.looked(related, history, migrated),
            _ => {}
        }
    }

    /// A record is durable: the interview that waited for it closes, and one below takes it as its reference.
    fn saved(&mut self, record: &str, now: NaiveDateTime) -> Vec<Effect> {
        let waiting = matches!(self.screens.last(), Some(Screen::Interview(i)) if i.record == record && i.submitting);
        self.shared.notice = Some(say::screen::saved(self.shared.lang, self.shared.summary(record)));
        let mut effects = Vec::new();
        if waiting {
            self.screens.pop();
            if let Some(Screen::Interview(below)) = self.screens.last_mut() {
                effects.extend(below.created(record, &mut self.shared, now));
            }
        }
        // What comes next after registering an establishment is a record about it: its page offers them.
        let is_new_establishment = waiting && self.shared.rows.get(record).is_some_and(|row| row.form == establishment::FORM);
        if is_new_establishment && matches!(self.screens.last(), Some(Screen::Home(_) | Screen::Establishments(_))) {
            let (screen, look) = Self::page(record, &self.shared);
            self.screens.push(screen);
            effects.extend(look);
            return effects;
        }
        effects.extend(self.uncover(now));
        effects
    }

    /// Lets the screen on top, and the report below it, see what has changed.
    pub(super) fn uncover(&mut self, now: NaiveDateTime) -> Vec<Effect> {
        self.screens.last_mut().map(|s| s.uncovered(&mut self.shared, now)).unwrap_or_default()
    }

    /// Opens the page of a record: an establishment's own, or the record with its history.
    pub fn page(record: &str, shared: &Shared) -> (Screen, Vec<Effect>) {
        let effects = vec![Effect::Look(record.to_owned())];
        let is_establishment = shared.rows.get(record).is_some_and(|row| row.form == establishment::FORM);
        match is_establishment {
            true => (Screen::Establishment(establishment::Establishment::new(record)), effects),
            false => (Screen::Record(record::RecordScreen::new(record)), effects),
        }
    }

    /// Draws everything.
    pub fn view(&self, frame: &mut Frame<'_>) {
        draw::clear_hits();
        let places = self.places();
        let area = draw::frame(self, &places, frame);
        if let (Some(area), Some(screen)) = (area, self.screens.last()) {
            screen.view(&self.shared, frame, area);
        }
        if let Some(finder) = self.finder.as_ref().filter(|_| area.is_some()) {
            finder.view(&self.shared, frame);
        }
        if let Some(failure) = &self.failure {
            draw::failure(failure, self.shared.lang, frame);
        }
        super::theme::degrade(frame.buffer_mut());
    }
}
