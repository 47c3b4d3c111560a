//! What the interview keeps: its draft at every step, and at last the record.

use super::super::app::Shared;
use super::super::message::{Effect, Submission};
use super::Step;
use super::interview::{InterviewScreen, around, world};
use crate::locale::say::screen as s;
use crate::workbench::{Content, draft_of};
use chrono::NaiveDateTime;

impl InterviewScreen {
    /// The question is left: what was typed is an answer (or is told not to be one), and the draft is made durable.
    pub(super) fn left(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        self.note_step(self.path());
        let mut effects = Vec::new();
        let state = (self.interview.edition(), self.unread.clone());
        if self.last_kept.as_ref() != Some(&state) {
            effects.extend(self.keep(shared, now));
            self.last_kept = (!effects.is_empty()).then_some(state);
        }
        self.kept |= !effects.is_empty();
        effects.extend(self.attach());
        effects.extend(self.gather(shared));
        effects
    }

    /// The draft as it stands, unless there is nothing to keep.
    pub fn keep(&self, shared: &Shared, now: NaiveDateTime) -> Option<Effect> {
        if shared.trying || self.submitting || (!self.kept && self.interview.is_untouched(&self.given) && self.unread.is_empty()) {
            return None;
        }
        let world = world(shared, &self.record);
        let mut draft = draft_of(&self.record, &self.parents, &self.interview, around(&world, shared, now));
        (draft.typing, draft.cursor) = (self.unread.clone(), self.path().unwrap_or_default());
        draft.undo = self.kept_steps();
        Some(Effect::Keep(Box::new(draft)))
    }

    /// Back without asking: the draft is there.
    pub(super) fn leave(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Step {
        // Where the cursor stands is kept too, though moving it alone writes nothing.
        self.last_kept = None;
        Step { effects: self.left(shared, now), pop: true, push: None }
    }

    /// Hands the record in, if nothing blocks it.
    pub(super) fn submit(&mut self, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
        let blocked = self.interview.blocking().next().is_some() || !self.unread.is_empty();
        if blocked {
            self.over = None;
            shared.notice = Some(s::cannot_submit(shared.lang));
            return self.next_problem(shared, now);
        }
        if shared.trying {
            shared.notice = Some(s::trying_submitted(shared.lang));
            return Vec::new();
        }
        if !self.parents.is_empty() && self.interview.changed().is_empty() {
            shared.notice = Some(s::nothing_changed(shared.lang));
            return Vec::new();
        }
        {
            let world = world(shared, &self.record);
            self.interview.finish(around(&world, shared, now));
        }
        self.submitting = true;
        shared.busy = true;
        let content = Content::of(&self.interview, self.parents.clone());
        vec![Effect::Submit(Box::new(Submission { record: self.record.clone(), form: self.interview.form().clone(), content }))]
    }
}
