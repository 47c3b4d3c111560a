//! Whether a decision still holds: what has become known since of which it knew nothing. Pure, and without regard to clocks.

use super::history::{History, State};
use super::revision::{Act, Revision};

/// How a revision's decision stands. Numbers are places in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// It holds; of a question: it is open.
    Holds,
    /// An undo took it back.
    TakenBack(usize),
    /// It was bound to what it saw, and this came to it: an approval or a void that was edited after.
    Lapsed(usize),
    /// It has had its effect: a question was answered, a settled answer was written again.
    Settled(usize),
}

impl Holding {
    /// Its word, for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::TakenBack(_) => "undone",
            Self::Lapsed(_) => "lapsed",
            Self::Settled(_) => "settled",
        }
    }

    /// The revision that it no longer holds because of.
    pub fn by(self) -> Option<usize> {
        match self {
            Self::Holds => None,
            Self::TakenBack(by) | Self::Lapsed(by) | Self::Settled(by) => Some(by),
        }
    }
}

/// What an approval or a void is bound to.
fn is_content(revision: &Revision) -> bool {
    revision.is_write() || revision.act == Act::Submit
}

impl History {
    /// How the decision of the revision at a place stands. A save or a submit always holds.
    pub fn holding(&self, at: usize) -> Holding {
        if let Some(by) = self.undone_by(at) {
            return Holding::TakenBack(by);
        }
        let later = match self.revisions()[at].act {
            Act::Approve => self.change_since(at).or_else(|| self.question_since(at)).map(Holding::Lapsed),
            Act::Void => self.change_since(at).map(Holding::Lapsed),
            Act::Return => self.answer_to(at).map(Holding::Settled),
            Act::Resolve => self.written_over(at).map(Holding::Settled),
            _ => None,
        };
        later.unwrap_or(Holding::Holds)
    }

    /// Whether an approval no longer holds, because something came to what it had seen, and none other holds in its place.
    pub fn is_lapsed(&self) -> bool {
        let lapsed = |at: usize| self.revisions()[at].act == Act::Approve && matches!(self.holding(at), Holding::Lapsed(_));
        (0..self.revisions().len()).any(lapsed) && !matches!(self.state(), State::Approved | State::Void)
    }

    /// The first revision by which the answers are others than those that `at` was decided on: one that it had not seen, or
    /// an undo that took away or gave back what it had seen.
    fn change_since(&self, at: usize) -> Option<usize> {
        let before = self.taken_back_before(at);
        (0..self.revisions().len()).filter(|other| *other != at && is_content(&self.revisions()[*other])).find_map(|other| {
            let (counted, counts) = (self.descends(at, other) && before[other].is_none(), !self.is_undone(other));
            (counted != counts).then(|| self.undone_by(other).or(before[other]).unwrap_or(other))
        })
    }

    /// A question that the approval at a place had not seen.
    fn question_since(&self, at: usize) -> Option<usize> {
        (0..self.revisions().len()).find(|other| self.revisions()[*other].act == Act::Return && !self.is_undone(*other) && !self.descends(at, *other))
    }

    /// The revision that closed a question: an answer, a hand-in or an approval by somebody who had seen it, or a change of
    /// the answer that was asked about (of any, where the question names none). Settling a conflict answers nobody.
    fn answer_to(&self, question: usize) -> Option<usize> {
        let about = self.revisions()[question].argument("question").filter(|path| !path.is_empty());
        let touches = |r: &Revision| about.map_or(r.is_write(), |path| r.wrote.iter().any(|wrote| wrote == path));
        let closes = |r: &Revision| match r.act {
            Act::Answer | Act::Submit | Act::Approve => true,
            Act::Resolve | Act::Undo => false,
            _ => touches(r),
        };
        (0..self.revisions().len()).find(|later| self.descends(*later, question) && !self.is_undone(*later) && closes(&self.revisions()[*later]))
    }

    /// A later write of everything that a settling wrote.
    fn written_over(&self, at: usize) -> Option<usize> {
        let wrote = &self.revisions()[at].wrote;
        let covers = |later: &usize| !self.is_undone(*later) && self.descends(*later, at) && wrote.iter().all(|path| self.revisions()[*later].wrote.contains(path));
        (0..self.revisions().len()).find(covers).filter(|_| !wrote.is_empty())
    }

    /// The questions that wait for an answer, as places.
    pub fn questions(&self) -> Vec<usize> {
        (0..self.revisions().len()).filter(|at| self.revisions()[*at].act == Act::Return && self.holding(*at) == Holding::Holds).collect()
    }
}
