//! The screens. Each has its state, takes keys, says which keys it knows, and draws itself from state alone.

mod ask;
mod calendar;
mod chart;
pub mod choices;
pub mod conflicts;
pub mod duplicates;
pub mod establishment;
pub mod establishments;
pub mod filter;
mod find;
pub mod history;
pub mod home;
pub mod interview;
mod interview_answer;
mod interview_detail;
mod interview_edit;
mod interview_keep;
mod interview_review;
mod interview_rows;
mod interview_table;
mod interview_undo;
mod interview_view;
pub mod record;
mod record_view;
pub mod records;
pub mod report;
mod report_behind;
mod report_view;
pub mod review;
pub mod search;
pub mod sync;
mod sync_view;
pub mod table;
pub mod welcome;

use super::app::Shared;
use super::draw::Frame;
use super::keys::{Command, Place};
use super::message::Effect;
use chrono::NaiveDateTime;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// What a screen wants done.
#[derive(Default)]
pub struct Step {
    /// By the worker.
    pub effects: Vec<Effect>,
    /// This screen is done.
    pub pop: bool,
    /// Another one goes on top.
    pub push: Option<Screen>,
}

impl Step {
    /// An effect only.
    pub fn effect(effect: Effect) -> Self {
        Self { effects: vec![effect], ..Self::default() }
    }

    /// Back to the screen below.
    pub fn back() -> Self {
        Self { pop: true, ..Self::default() }
    }

    /// To the page of a record.
    pub fn page(record: &str, shared: &Shared) -> Self {
        let (screen, effects) = super::app::App::page(record, shared);
        Self { effects, push: Some(screen), pop: false }
    }
}

impl Step {
    /// To a record itself, also of an establishment: its answers, its history, what is decided about it.
    pub fn record(record: &str) -> Self {
        Self { effects: vec![Effect::Look(record.to_owned())], push: Some(Screen::Record(record::RecordScreen::new(record))), pop: false }
    }
}

/// A screen.
#[allow(missing_docs)]
pub enum Screen {
    Loading,
    Welcome(welcome::Welcome),
    Home(home::Home),
    Establishments(establishments::Establishments),
    Establishment(establishment::Establishment),
    Interview(Box<interview::InterviewScreen>),
    Records(records::Records),
    Record(record::RecordScreen),
    Sync(sync::Sync),
    Conflicts(conflicts::Conflicts),
    Duplicates(duplicates::Duplicates),
    Report(report::ReportScreen),
}

impl Screen {
    /// Which tab this is, if it is one.
    pub fn tab(&self) -> Option<usize> {
        match self {
            Self::Home(_) => Some(0),
            Self::Establishments(_) => Some(1),
            Self::Records(_) => Some(2),
            Self::Sync(_) => Some(3),
            Self::Report(_) => Some(4),
            _ => None,
        }
    }

    /// The places whose keys work now, the nearest first.
    pub fn places(&self) -> Vec<Place> {
        match self {
            Self::Loading => Vec::new(),
            Self::Welcome(_) => vec![Place::Welcome],
            Self::Home(_) => vec![Place::Home, Place::Tabs, Place::List],
            Self::Establishments(_) => vec![Place::Establishments, Place::Tabs, Place::List],
            Self::Establishment(screen) => screen.places(),
            Self::Interview(screen) => screen.places(),
            Self::Records(screen) => screen.places(),
            Self::Record(screen) => screen.places(),
            Self::Sync(screen) => screen.places(),
            Self::Conflicts(screen) => screen.places(),
            Self::Duplicates(screen) => screen.places(),
            Self::Report(screen) => screen.places(),
        }
    }

    /// Takes a key that is no command of the frame.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Step {
        match self {
            Self::Loading => Step::default(),
            Self::Welcome(screen) => screen.key(key, command, shared),
            Self::Home(screen) => screen.key(command, shared),
            Self::Establishments(screen) => screen.key(key, command, shared),
            Self::Establishment(screen) => screen.key(command, shared),
            Self::Interview(screen) => screen.key(key, command, shared, now),
            Self::Records(screen) => screen.key(key, command, shared),
            Self::Record(screen) => screen.key(key, command, shared),
            Self::Sync(screen) => screen.key(key, command, shared),
            Self::Conflicts(screen) => screen.key(key, command, shared),
            Self::Duplicates(screen) => screen.key(key, command, shared),
            Self::Report(screen) => screen.key(key, command, shared),
        }
    }

    /// Whether words are typed here, as against numbers and paths: the typing mode composes them.
    pub fn takes_words(&self, shared: &Shared, now: NaiveDateTime) -> bool {
        match self {
            Self::Interview(screen) => screen.takes_words(shared, now),
            Self::Sync(_) => false,
            _ => true,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, shared: &mut Shared, now: NaiveDateTime) -> Step {
        match self {
            Self::Welcome(screen) => screen.paste(text),
            Self::Establishments(screen) => screen.paste(text),
            Self::Records(screen) => screen.paste(text),
            Self::Sync(screen) => screen.paste(text),
            Self::Record(screen) => screen.paste(text),
            Self::Conflicts(screen) => screen.paste(text),
            Self::Duplicates(screen) => screen.paste(text),
            Self::Report(screen) => screen.paste(text),
            Self::Interview(screen) => return Step { effects: interview_edit::paste(screen, text, shared, now), ..Step::default() },
            _ => {}
        }
        Step::default()
    }

    /// The language changed.
    pub fn language(&mut self, shared: &mut Shared, now: NaiveDateTime) {
        if let Self::Interview(screen) = self {
            screen.refresh(shared, now);
            // A number is typed differently in the other language.
            screen.enter(shared);
        }
    }

    /// More is known about references.
    pub fn gathered(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        match self {
            Self::Interview(screen) => screen.refresh(shared, now),
            _ => Vec::new(),
        }
    }

    /// The screen above is gone, or a record was saved.
    pub fn uncovered(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        match self {
            Self::Home(_) => vec![Effect::Glance, home::wait(shared)],
            Self::Report(screen) => vec![screen.effect()],
            Self::Conflicts(_) => vec![Effect::Conflicts],
            Self::Duplicates(_) => vec![Effect::Task(super::task::Task::Duplicates)],
            Self::Establishment(screen) => vec![Effect::Look(screen.record.clone())],
            Self::Record(screen) => vec![Effect::Look(screen.record.clone())],
            Self::Interview(screen) => screen.refresh(shared, now),
            _ => Vec::new(),
        }
    }

    /// What was asked of the worker could not be done.
    pub fn failed(&mut self) {
        match self {
            Self::Interview(screen) => {
                screen.submitting = false;
                screen.last_kept = None;
            }
            Self::Report(screen) => screen.failed(),
            Self::Sync(screen) => screen.running = None,
            _ => {}
        }
    }

    /// What it is called in a report of a crash: nothing of what stands on it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Welcome(_) => "welcome",
            Self::Home(_) => "home",
            Self::Establishments(_) => "establishments",
            Self::Establishment(_) => "establishment",
            Self::Interview(_) => "interview",
            Self::Records(_) => "records",
            Self::Record(_) => "record",
            Self::Sync(_) => "sync",
            Self::Conflicts(_) => "conflicts",
            Self::Duplicates(_) => "duplicates",
            Self::Report(_) => "report",
        }
    }

    /// The draft to keep when the program ends.
    pub fn draft(&self, shared: &Shared, now: NaiveDateTime) -> Option<Effect> {
        match self {
            Self::Interview(screen) => screen.keep(shared, now),
            _ => None,
        }
    }

    /// Draws itself.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        match self {
            Self::Loading => super::draw::text(frame, area, &crate::locale::say::screen::opening(shared.lang)),
            Self::Welcome(screen) => screen.view(shared, frame, area),
            Self::Home(screen) => screen.view(shared, frame, area),
            Self::Establishments(screen) => screen.view(shared, frame, area),
            Self::Establishment(screen) => screen.view(shared, frame, area),
            Self::Interview(screen) => screen.view(shared, frame, area),
            Self::Records(screen) => screen.view(shared, frame, area),
            Self::Record(screen) => screen.view(shared, frame, area),
            Self::Sync(screen) => screen.view(shared, frame, area),
            Self::Conflicts(screen) => screen.view(shared, frame, area),
            Self::Duplicates(screen) => screen.view(shared, frame, area),
            Self::Report(screen) => screen.view(shared, frame, area),
        }
    }
}
