//! Taking back: what each step changed, as it was before. Kept with the draft, so that it outlives leaving and reopening.

use super::super::app::Shared;
use super::super::field::Field;
use super::interview::{InterviewScreen, around, world};
use crate::form::instance::Answers;
use crate::interview::Notes;
use crate::locale::say::answering as s;
use crate::store::Change;
use chrono::NaiveDateTime;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// So many steps can be taken back.
const STEPS: usize = 1000;
/// So many of them, of so many bytes, are kept with the draft, which is written whenever a question is left.
const KEPT_STEPS: usize = 200;
const KEPT_BYTES: usize = 16 << 10;

/// The answers and notes as they were when the question under the cursor was entered.
pub(super) struct Entered {
    pub(super) answers: Answers,
    pub(super) notes: Notes,
    /// The interview's edition then; none where the copy was mended since.
    pub(super) edition: Option<u64>,
}

/// What `before` says where `after` says something else.
fn difference<V: Clone + PartialEq>(before: &BTreeMap<String, V>, after: &BTreeMap<String, V>) -> BTreeMap<String, Option<V>> {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    let mut found = BTreeMap::new();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((one, _)), Some((other, _))) => one.cmp(other),
        };
        let was = (order != Ordering::Greater).then(|| before.next()).flatten();
        let is = (order != Ordering::Less).then(|| after.next()).flatten();
        match (was, is) {
            (Some((_, was)), Some((_, is))) if was == is => {}
            (Some((path, was)), _) => drop(found.insert(path.clone(), Some(was.clone()))),
            (None, Some((path, _))) => drop(found.insert(path.clone(), None)),
            (None, None) => {}
        }
    }
}

/// Puts back what was there before; gives what stood there until now.
fn put_back<V: Clone>(map: &mut BTreeMap<String, V>, before: BTreeMap<String, Option<V>>) -> BTreeMap<String, Option<V>> {
    let replace = |(path, was): (String, Option<V>)| {
        let is = match was {
            Some(was) => map.insert(path.clone(), was),
            None => map.remove(&path),
        };
        (path, is)
    };
    before.into_iter().map(replace).collect()
}

impl InterviewScreen {
    /// Remembers what stands now as the state to go back to.
    pub(super) fn remember(&mut self) {
        let edition = Some(self.interview.edition());
        if self.entered.edition != edition {
            self.entered = Entered { answers: self.interview.answers().clone(), notes: self.interview.notes().clone(), edition };
        }
    }

    /// Something was done at a question: it becomes a step that can be taken back.
    pub(super) fn note_step(&mut self, at: Option<String>) {
        if self.entered.edition == Some(self.interview.edition()) {
            return;
        }
        let (answers, notes) = (difference(&self.entered.answers, self.interview.answers()), difference(&self.entered.notes, self.interview.notes()));
        if !answers.is_empty() || !notes.is_empty() {
            self.undo.push(Change { at: at.unwrap_or_default(), answers, notes });
            let extra = self.undo.len().saturating_sub(STEPS);
            self.undo.drain(..extra);
            self.redo.clear();
        }
        self.remember();
    }

    /// The steps to keep with the draft.
    pub(super) fn kept_steps(&self) -> Vec<Change> {
        let mut bytes = 0;
        let size = |change: &Change| -> usize {
            let answers = change.answers.iter().map(|(path, v)| path.len() + v.as_ref().map_or(4, |v| v.plain().len()));
            let notes = change.notes.iter().map(|(path, v)| path.len() + v.as_ref().map_or(4, String::len));
            answers.chain(notes).sum::<usize>() + 40
        };
        let fitting = self.undo.iter().rev().take(KEPT_STEPS).take_while(|change| {
            bytes += size(change);
            bytes <= KEPT_BYTES
        });
        let first = self.undo.len() - fitting.count();
        self.undo[first..].to_vec()
    }

    /// Back to before this answer; again: to before the one before it. The cursor goes where something changes.
    pub(super) fn undo(&mut self, shared: &mut Shared, now: NaiveDateTime) {
        // Text that is no answer yet is taken back before the answers of other questions.
        let half_typed = self.path().is_some_and(|path| self.unread.remove(&path).is_some());
        let steps = self.undo.len();
        self.note_step(self.path());
        if half_typed && self.undo.len() == steps {
            self.field = Field::default();
            self.settle_cursor(shared, now);
            return;
        }
        match self.undo.pop() {
            Some(change) => {
                let inverse = self.change_back(change, shared, now);
                self.redo.push(inverse);
            }
            None => shared.notice = Some(s::nothing_to_undo(shared.lang)),
        }
    }

    /// What was taken back comes again.
    pub(super) fn redo(&mut self, shared: &mut Shared, now: NaiveDateTime) {
        self.note_step(self.path());
        match self.redo.pop() {
            Some(change) => {
                let inverse = self.change_back(change, shared, now);
                self.undo.push(inverse);
            }
            None => shared.notice = Some(s::nothing_to_redo(shared.lang)),
        }
    }

    fn change_back(&mut self, change: Change, shared: &mut Shared, now: NaiveDateTime) -> Change {
        let (mut answers, mut notes) = (self.interview.answers().clone(), self.interview.notes().clone());
        let inverse = Change { at: change.at.clone(), answers: put_back(&mut answers, change.answers), notes: put_back(&mut notes, change.notes) };
        {
            let world = world(shared, &self.record);
            self.interview.restore(answers, notes, around(&world, shared, now));
        }
        self.unread.retain(|path, _| !self.interview.answers().contains_key(path));
        self.field = Field::default();
        self.layout();
        if self.tables.is_empty() && self.path().as_deref() != Some(&change.at) {
            self.go_to(&change.at, shared, now);
        }
        self.settle_cursor(shared, now);
        self.entered.edition = None;
        self.remember();
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_differs_brings_the_one_back_from_the_other(
            one in proptest::collection::btree_map("[a-e]{1,2}", 0..4u8, 0..9),
            other in proptest::collection::btree_map("[a-e]{1,2}", 0..4u8, 0..9),
        ) {
            let mut map = other.clone();
            let inverse = put_back(&mut map, difference(&one, &other));
            prop_assert_eq!(&map, &one);
            put_back(&mut map, inverse);
            prop_assert_eq!(map, other);
        }
    }
}
