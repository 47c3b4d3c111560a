//! Decisions about whole records: review, void, pairs, and taking decisions back. Each is a revision that travels.

use super::upgrade::Standing;
use super::{Content, Decision, Desk};
use crate::error::{Exit, Failure};
use crate::interview::json;
use crate::locale::{Text, say};
use crate::record::Revision;
use crate::record::decision::Holding;
use crate::record::history::{History, State};
use crate::record::links::pair;
use crate::record::revision::{Act, Argument, RevisionId, hex};
use std::collections::BTreeMap;

fn refused(what: Text) -> Failure {
    Failure::new(Exit::Refused, what)
}

fn arguments(all: [(&str, &str); 2]) -> BTreeMap<String, Argument> {
    all.into_iter().map(|(name, text)| (name.to_owned(), Argument::Text(text.to_owned()))).collect()
}

/// A comment or reason that says something.
fn said(text: &str) -> Result<&str, Failure> {
    let text = text.trim();
    if text.is_empty() { Err(Failure::new(Exit::Usage, Text::both(say::failure::needs_reason))) } else { Ok(text) }
}

/// What is said of a record that is void: which decision to take back to go on with it.
pub(super) fn voided(history: &History) -> Failure {
    let revisions = history.revisions().iter().enumerate().rev();
    let void = revisions.filter(|(at, r)| r.act == Act::Void && !history.is_undone(*at)).map(|(_, r)| hex(&r.id)[..12].to_owned()).next();
    let failure = refused(Text::both(say::failure::voided));
    void.map_or(failure.clone(), |void| failure.hint(Text::both(|l| say::failure::voided_hint(l, &void))))
}

impl Desk {
    /// Strikes a record out. It stays in the file, with the reason.
    ///
    /// # Errors
    /// Why not.
    pub fn void(&mut self, record: &str, reason: &str) -> Result<Revision, Failure> {
        let reason = said(reason)?;
        let standing = self.standing(record)?;
        if standing.seen().state() == State::Void {
            return Err(voided(&standing.history));
        }
        self.decide(record, Decision::with(Act::Void, "reason", reason))
    }

    /// Approves records as they are now; those that are approved already are passed over.
    ///
    /// # Errors
    /// One of them is void or has an answer in conflict: none is approved then. Or the store's.
    pub fn approve(&mut self, records: &[String]) -> Result<Vec<Revision>, Failure> {
        let mut open = Vec::new();
        for record in records {
            let standing = self.standing(record)?;
            match standing.seen().state() {
                State::Approved => continue,
                State::Void => return Err(voided(&standing.history)),
                _ if !standing.merged.conflicts.is_empty() => {
                    let hint = Text::both(|l| say::decide::settle_first(l, record));
                    return Err(refused(Text::both(|l| say::decide::in_conflict(l, record, standing.merged.conflicts.len()))).hint(hint));
                }
                _ => {}
            }
            standing.form?;
            if !open.contains(record) {
                open.push(record.clone());
            }
        }
        open.iter().map(|record| self.decide(record, Decision { act: Act::Approve, args: BTreeMap::new() })).collect()
    }

    /// Sends a record back with a question about one of its answers.
    ///
    /// # Errors
    /// It is void, has no such answer, or nothing is asked.
    pub fn send_back(&mut self, record: &str, question: &str, comment: &str) -> Result<Revision, Failure> {
        let comment = said(comment)?;
        let standing = self.standing(record)?;
        if standing.seen().state() == State::Void {
            return Err(voided(&standing.history));
        }
        let form = standing.form?;
        let path = json::canonical_path(&form, &standing.merged.answers, question).ok_or_else(|| refused(Text::both(|l| say::failure::no_path(l, question))))?;
        self.decide(record, Decision { act: Act::Return, args: arguments([("question", &path), ("comment", comment)]) })
    }

    /// Answers the open questions about a record.
    ///
    /// # Errors
    /// Nothing is asked, or nothing answered.
    pub fn reply(&mut self, record: &str, comment: &str) -> Result<Revision, Failure> {
        let comment = said(comment)?;
        if self.standing(record)?.seen().questions().is_empty() {
            return Err(refused(Text::both(|l| say::decide::nothing_asked(l, record))));
        }
        self.decide(record, Decision::with(Act::Answer, "comment", comment))
    }

    /// Says that a record is the same as another and reads as that.
    ///
    /// # Errors
    /// They are of different forms, the same, linked already, or kept apart by a decision that has to be taken back first.
    pub fn link(&mut self, record: &str, other: &str, reason: &str) -> Result<Revision, Failure> {
        self.decide_pair(Act::Link, record, other, reason)
    }

    /// Says that two records are not the same: they are not asked about again.
    ///
    /// # Errors
    /// As [`Desk::link`], the other way round.
    pub fn apart(&mut self, record: &str, other: &str, reason: &str) -> Result<Revision, Failure> {
        self.decide_pair(Act::Apart, record, other, reason)
    }

    fn decide_pair(&mut self, act: Act, record: &str, other: &str, reason: &str) -> Result<Revision, Failure> {
        let reason = said(reason)?;
        let forms = [record, other].map(|one| self.row(one).map(|row| row.form.clone()));
        if record == other {
            return Err(refused(Text::both(say::decide::same_record)));
        }
        if let Some(missing) = [record, other].into_iter().zip(&forms).find_map(|(one, form)| form.is_none().then_some(one)) {
            return Err(refused(Text::both(|l| say::failure::no_record(l, missing))).hint(Text::both(say::failure::no_record_hint)));
        }
        if act == Act::Link && forms[0] != forms[1] {
            return Err(refused(Text::both(say::decide::other_form)));
        }
        let told = self.pairings_of(record).find(|pairing| pairing.pair() == pair(record, other)).cloned();
        if let Some(told) = told {
            let before = hex(&told.revision)[..12].to_owned();
            let what = if told.is_link { Text::both(|l| say::decide::linked_already(l, &before)) } else { Text::both(|l| say::decide::apart_already(l, &before)) };
            return Err(refused(what).hint(Text::both(|l| say::decide::undo_first(l, &before))));
        }
        if self.links().principal(record) == self.links().principal(other) {
            return Err(refused(Text::both(say::decide::one_through_others)).hint(Text::both(say::decide::one_through_others_hint)));
        }
        self.decide(record, Decision { act, args: arguments([("target", other), ("reason", reason)]) })
    }

    /// Takes a decision back.
    ///
    /// # Errors
    /// It is no decision, or was taken back already.
    pub fn undo(&mut self, revision: &RevisionId, reason: Option<&str>) -> Result<Revision, Failure> {
        let found = self.find_revision(&hex(revision))?;
        let history = self.history(&found.record)?;
        let shown = hex(revision)[..12].to_owned();
        let place = history.revisions().iter().position(|r| r.id == *revision);
        if !found.is_decision() {
            return Err(refused(Text::both(|l| say::decide::no_decision(l, &shown))).hint(Text::both(say::decide::no_decision_hint)));
        }
        if let Some(Holding::TakenBack(by)) = place.map(|at| history.holding(at)) {
            let by = hex(&history.revisions()[by].id)[..12].to_owned();
            return Err(refused(Text::both(|l| say::decide::undone_already(l, &shown, &by))));
        }
        let target = ("target".to_owned(), Argument::Text(hex(revision)));
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).map(|reason| ("reason".to_owned(), Argument::Text(reason.to_owned())));
        self.decide(&found.record, Decision { act: Act::Undo, args: std::iter::once(target).chain(reason).collect() })
    }

    /// A revision by the beginning of its id.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn find_revision(&self, start: &str) -> Result<Revision, Failure> {
        let start = start.to_lowercase();
        let mut found = Vec::new();
        self.store().view().revisions("", &mut |revision| {
            if hex(&revision.id).starts_with(&start) {
                found.push(revision);
            }
            Ok(())
        })?;
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(refused(Text::both(|l| say::decide::no_revision(l, &start))).hint(Text::both(say::decide::no_revision_hint))),
            _ => Err(refused(Text::both(|l| say::decide::several_revisions(l, &start)))),
        }
    }

    /// A decision about a record that changes no answer.
    fn decide(&mut self, record: &str, decision: Decision) -> Result<Revision, Failure> {
        let Standing { history, form, merged, .. } = self.standing(record)?;
        let form = form?;
        let content = Content { parents: history.heads(), answers: merged.answers, notes: merged.notes, ..Content::default() };
        self.save(record, &form, content, decision)
    }
}
