//! A record's revisions and which of them knew which.

use super::decision::Holding;
use super::revision::{Act, Revision, RevisionId};
use std::collections::BTreeMap;

/// All revisions of one record, sorted by (at, id), with their ancestry.
#[derive(Clone, Debug, Default)]
pub struct History {
    revisions: Vec<Revision>,
    /// For each revision, a bit for every revision that it descends from.
    ancestors: Vec<Vec<u64>>,
    /// For each revision whose decision was taken back: by which.
    undone: Vec<Option<usize>>,
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Only on this laptop.
    Draft,
    /// Handed in.
    Submitted,
    /// Approved as it is.
    Approved,
    /// Sent back with a question.
    Returned,
    /// Struck out.
    Void,
}

impl State {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Returned => "returned",
            Self::Void => "void",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::Submitted, Self::Approved, Self::Returned, Self::Void].into_iter().find(|s| s.word() == word)
    }
}

impl History {
    /// From any revisions of one record, in any order, repeated or not.
    pub fn new(mut revisions: Vec<Revision>) -> Self {
        revisions.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        revisions.dedup_by(|a, b| a.id == b.id);
        let places: BTreeMap<RevisionId, usize> = revisions.iter().enumerate().map(|(at, r)| (r.id, at)).collect();
        let ancestors = ancestry(&revisions, &places);
        let mut history = Self { undone: Vec::new(), revisions, ancestors };
        history.undone = history.taken_back(&places, &|_| true);
        history
    }

    /// What is taken back by the undos among the revisions that are `known`, and by which of them. Later acts first: an
    /// `undo` that was itself undone takes nothing back. What a person typed (save, submit) is no decision and stays.
    fn taken_back(&self, places: &BTreeMap<RevisionId, usize>, known: &dyn Fn(usize) -> bool) -> Vec<Option<usize>> {
        let mut undone = vec![None; self.revisions.len()];
        let is_undo = |at: &usize| self.revisions[*at].act == Act::Undo && known(*at);
        if !(0..self.revisions.len()).any(|at| is_undo(&at)) {
            return undone;
        }
        let order: Vec<usize> = self.by_knowledge().filter(is_undo).collect();
        for at in order.into_iter().rev() {
            if undone[at].is_some() {
                continue;
            }
            let target = self.revisions[at].argument("target").and_then(super::revision::unhex).and_then(|id| places.get(&id).copied());
            if let Some(target) = target.filter(|target| self.descends(at, *target) && self.revisions[*target].is_decision()) {
                undone[target] = Some(at);
            }
        }
        undone
    }

    /// What was taken back as far as the writer of `at` knew.
    pub(super) fn taken_back_before(&self, at: usize) -> Vec<Option<usize>> {
        if (0..self.revisions.len()).all(|other| self.undone[other].is_none_or(|by| self.descends(at, by))) {
            return self.undone.clone();
        }
        let places = self.revisions.iter().enumerate().map(|(at, r)| (r.id, at)).collect();
        self.taken_back(&places, &|other| self.descends(at, other))
    }

    /// The same history with other content: who knew whom, and what was taken back, stay as they are. For reading only: a
    /// revision seen like that no longer has the content that its id names.
    pub fn seen(&self, see: &dyn Fn(usize, &Revision) -> Revision) -> Self {
        let revisions = self.revisions.iter().enumerate().map(|(at, revision)| see(at, revision)).collect();
        Self { revisions, ..self.clone() }
    }

    /// What somebody knew who saw these heads.
    pub fn known_at(&self, heads: &[RevisionId]) -> Self {
        let seen: Vec<usize> = (0..self.revisions.len()).filter(|at| heads.contains(&self.revisions[*at].id)).collect();
        let known = |at: &usize| seen.contains(at) || seen.iter().any(|head| self.descends(*head, *at));
        Self::new((0..self.revisions.len()).filter(known).map(|at| self.revisions[at].clone()).collect())
    }

    /// The revisions, sorted by (at, id).
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// Whether the decision of a revision was taken back.
    pub fn is_undone(&self, at: usize) -> bool {
        self.undone[at].is_some()
    }

    /// The revision that took a decision back.
    pub fn undone_by(&self, at: usize) -> Option<usize> {
        self.undone[at]
    }

    /// Whether `later` knew `earlier`.
    pub fn descends(&self, later: usize, earlier: usize) -> bool {
        self.ancestors[later][earlier / 64] >> (earlier % 64) & 1 == 1
    }

    /// All revisions by their stamps, but each after those that it knew: a clock that is years ahead moves nothing behind what
    /// was written later.
    pub fn by_knowledge(&self) -> impl Iterator<Item = usize> {
        let latest = |at: usize| (0..self.revisions.len()).rev().find(|earlier| self.descends(at, *earlier)).map_or(at, |known| known.max(at));
        let known = |at: usize| self.ancestors[at].iter().map(|word| word.count_ones()).sum::<u32>();
        let mut order: Vec<usize> = (0..self.revisions.len()).collect();
        order.sort_by_cached_key(|at| (latest(*at), known(*at), *at));
        order.into_iter()
    }

    /// The revisions that no other descends from, sorted by id: the parents of the next one.
    pub fn heads(&self) -> Vec<RevisionId> {
        let count = self.revisions.len();
        let is_head = |at: &usize| !(0..count).any(|later| self.descends(later, *at));
        let mut heads: Vec<_> = (0..count).filter(is_head).map(|at| self.revisions[at].id).collect();
        heads.sort_unstable();
        heads
    }

    /// Where the record stands.
    pub fn state(&self) -> State {
        let stands = |act: Act| (0..self.revisions.len()).any(|at| self.revisions[at].act == act && self.holding(at) == Holding::Holds);
        [(Act::Void, State::Void), (Act::Approve, State::Approved), (Act::Return, State::Returned)]
            .into_iter()
            .find(|(act, _)| stands(act.clone()))
            .map_or(State::Submitted, |(_, state)| state)
    }
}

/// Parents may lie after their children in (at, id) when a clock was wrong, so ancestry is followed, not assumed from order.
fn ancestry(revisions: &[Revision], places: &BTreeMap<RevisionId, usize>) -> Vec<Vec<u64>> {
    let words = revisions.len().div_ceil(64);
    let mut ancestors: Vec<Option<Vec<u64>>> = vec![None; revisions.len()];
    for start in 0..revisions.len() {
        let mut stack = vec![start];
        while let Some(at) = stack.last().copied() {
            if ancestors[at].is_some() {
                stack.pop();
                continue;
            }
            let parents: Vec<usize> = revisions[at].parents.iter().filter_map(|id| places.get(id).copied()).filter(|p| *p != at).collect();
            // An id is the hash of a line that names its parents, so a circle cannot be made; the stack is the guard all the same.
            let open: Vec<usize> = parents.iter().copied().filter(|p| ancestors[*p].is_none() && !stack.contains(p)).collect();
            if open.is_empty() {
                let mut bits = vec![0; words];
                for parent in parents {
                    bits[parent / 64] |= 1 << (parent % 64);
                    for (word, inherited) in bits.iter_mut().zip(ancestors[parent].iter().flatten()) {
                        *word |= inherited;
                    }
                }
                ancestors[at] = Some(bits);
                stack.pop();
            } else {
                stack.extend(open);
            }
        }
    }
    ancestors.into_iter().map(Option::unwrap_or_default).collect()
}
