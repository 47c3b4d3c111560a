//! The keys of the review before handing in; and minutes of the form as it stands there.

use super::super::app::Shared;
use super::super::keys::Command;
use super::super::message::Effect;
use super::super::task::Task;
use super::ask::{Ask, Asked};
use super::interview::{InterviewScreen, Over};
use super::review::Review;
use crate::locale::say::looking as l;
use crate::workbench::paper::minutes;
use chrono::NaiveDateTime;
use crossterm::event::KeyEvent;
use std::path::PathBuf;

/// A key in the review; what stays open is put back over the screen.
pub fn key(screen: &mut InterviewScreen, mut review: Review, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    if let Some(mut ask) = review.asking.take() {
        let effects = match ask.key(key, command) {
            Asked::Open => {
                review.asking = Some(ask);
                Vec::new()
            }
            Asked::Dropped => Vec::new(),
            Asked::Given(text) => print(screen, PathBuf::from(text), shared, now),
        };
        screen.over = Some(Over::Review(review));
        return effects;
    }
    match command {
        Some(Command::Submit) => {
            screen.over = Some(Over::Review(review));
            screen.submit(shared, now)
        }
        Some(Command::Accept) => {
            let target = review.target().map(str::to_owned);
            if let Some(path) = target
                && !screen.go_to(&path, shared, now)
            {
                screen.go_near(&path, shared, now);
            }
            Vec::new()
        }
        Some(Command::Back) => Vec::new(),
        Some(Command::Minutes) if screen.interview.form().id == minutes::FORM && !shared.trying => {
            let name = format!("bien-ban-nhap-{}.docx", screen.record.chars().take(8).collect::<String>());
            review.asking = Some(Ask::new(l::minutes_title(shared.lang), l::minutes_hint(shared.lang), &name, ()));
            screen.over = Some(Over::Review(review));
            Vec::new()
        }
        command => {
            if command == Some(Command::Minutes) {
                shared.notice = Some(l::no_minutes(shared.lang));
            }
            review.key(command);
            screen.over = Some(Over::Review(review));
            Vec::new()
        }
    }
}

/// The draft as it stands is kept first: it is what is printed.
fn print(screen: &mut InterviewScreen, file: PathBuf, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let kept = screen.keep(shared, now);
    screen.kept |= kept.is_some();
    shared.busy = true;
    let task = Task::Minutes { record: screen.record.clone(), file, lang: shared.lang, is_draft: true };
    kept.into_iter().chain([Effect::Task(task)]).collect()
}
