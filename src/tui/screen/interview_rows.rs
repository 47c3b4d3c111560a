//! The interview's repeat rows: adding, copying, deleting with undo.

use super::super::app::Shared;
use super::super::message::Effect;
use super::interview::{InterviewScreen, around, world};
use crate::interview::outline::Line;
use crate::locale::say::screen as s;
use crate::value::Value;
use chrono::NaiveDateTime;

/// The repeat around the cursor: its path, and that of the row, as `energy` and `energy/k3f9`.
pub fn repeat_here(screen: &InterviewScreen) -> Option<(String, Option<String>)> {
    let form = screen.interview.form();
    let instance = &screen.interview.derived().instance;
    match screen.lines.get(screen.at)? {
        Line::Add(row, node) => Some((instance.path(form, *row, *node), None)),
        Line::Question(row, _) => {
            let prefix = instance.row(*row).prefix.trim_end_matches('/').to_owned();
            prefix.rsplit_once('/').map(|(repeat, _)| (repeat.to_owned(), Some(prefix.clone())))
        }
        _ => None,
    }
}

/// A key that no row of the repeat has, not even a deleted one.
fn new_key(screen: &InterviewScreen, repeat: &str, shared: &Shared) -> String {
    let taken = |key: &String| screen.interview.answers().keys().chain(screen.interview.base().0.keys()).any(|path| path.starts_with(&format!("{repeat}/{key}/")));
    loop {
        let key = shared.chance.key(4);
        if !taken(&key) {
            return key;
        }
    }
}

/// Adds a row behind the last and goes to its first question.
pub fn add_row(screen: &mut InterviewScreen, repeat: &str, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let key = new_key(screen, repeat, shared);
    {
        let world = world(shared, &screen.record);
        screen.interview.add_row(repeat, &key, around(&world, shared, now));
    }
    screen.layout();
    let start = format!("{repeat}/{key}/");
    let first = screen.lines.iter().position(|line| screen.path_of(*line).is_some_and(|path| path.starts_with(&start)));
    screen.at = first.unwrap_or(screen.at);
    screen.settle_cursor(shared, now);
    screen.kept = true;
    screen.keep(shared, now).into_iter().collect()
}

/// Removes a row; Ctrl-Z brings it back.
pub fn delete_row(screen: &mut InterviewScreen, row: &str, shared: &mut Shared, now: NaiveDateTime) {
    let at = screen.path();
    screen.note_step(at.clone());
    {
        let world = world(shared, &screen.record);
        screen.interview.delete_row(row, around(&world, shared, now));
    }
    screen.layout();
    screen.note_step(at);
    screen.settle_cursor(shared, now);
    shared.notice = Some(s::row_deleted(shared.lang));
}

/// Adds a row like another one, with the rows inside it, as the `to`-th of its repeat.
pub fn copy_row(screen: &mut InterviewScreen, from: &str, repeat: &str, to: usize, shared: &mut Shared, now: NaiveDateTime) {
    let key = new_key(screen, repeat, shared);
    {
        let world = world(shared, &screen.record);
        let around = around(&world, shared, now);
        screen.interview.insert_row(repeat, to, &key, around);
        let (start, own) = (format!("{from}/"), format!("{from}/#"));
        let copied: Vec<(String, Value)> = screen
            .interview
            .answers()
            .range(start.clone()..)
            .take_while(|(path, _)| path.starts_with(&start))
            .filter(|(path, _)| **path != own)
            .map(|(path, value)| (path.replacen(&start, &format!("{repeat}/{key}/"), 1), value.clone()))
            .collect();
        for (path, value) in copied {
            screen.interview.answer(&path, Some(value), around);
        }
    }
    screen.layout();
    screen.note_step(Some(format!("{repeat}/{key}/")));
}
