//! How much the view holds, compared with how it was left: sled may lack keys without saying so.

use super::View;
use crate::store::StoreProblem;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// What the trees hold that take long to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    revisions: usize,
    current: usize,
    index: usize,
}

impl View {
    /// How much the view holds: compared at a clean start.
    pub fn fingerprint(&self) -> String {
        let Counts { revisions, current, index } = self.counts();
        self.fingerprint_with(revisions, current, index)
    }

    /// The same without what takes long to count.
    pub fn small_fingerprint(&self) -> String {
        self.fingerprint_with("", "", "")
    }

    fn fingerprint_with<N: std::fmt::Display>(&self, revisions: N, current: N, index: N) -> String {
        let [definitions, stale, names] = [&self.trees.definitions, &self.trees.stale, &self.trees.names].map(|tree| tree.len());
        let chain = self.lock().chain.clone();
        format!("{revisions} {definitions} {current} {index} {stale} {names} {} {}", chain.device, chain.seq)
    }

    fn counts(&self) -> Counts {
        Counts { revisions: self.trees.revisions.len(), current: self.trees.current.len(), index: self.trees.index.len() }
    }

    /// Believes what was left of the largest trees, if all else is as it was left; gives whether it is.
    pub fn believe(&self, left: &str, found: &str) -> bool {
        let parts: Vec<&str> = left.split(' ').collect();
        let number = |at: usize| parts.get(at).and_then(|part| part.parse().ok());
        let (Some(revisions), Some(current), Some(index)) = (number(0), number(2), number(3)) else { return false };
        let small: Vec<&str> = parts.iter().enumerate().map(|(at, part)| if matches!(at, 0 | 2 | 3) { "" } else { part }).collect();
        *self.believed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Counts { revisions, current, index });
        small.join(" ") == found
    }

    /// How many chunks the lines of all records should lie in, where that was not counted yet.
    pub(super) fn believed_index(&self) -> Option<usize> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner).map(|counts| counts.index)
    }

    /// Counts what was only believed until now.
    ///
    /// # Errors
    /// The view lacks something; the next start makes it whole.
    pub fn check(&self) -> Result<(), StoreProblem> {
        let Some(believed) = self.believed.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        if self.asked(|| Ok(self.counts()))? == believed { Ok(()) } else { Err(self.lost()) }
    }

    /// Notes that something is gone.
    pub fn lost(&self) -> StoreProblem {
        self.doubtful.store(true, Ordering::Relaxed);
        StoreProblem::View("sled".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_seen_before_anything_is_made_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let believing = |left: &str| {
            let view = View::open(&dir.path().join("sled")).unwrap();
            assert!(view.believe(left, &view.small_fingerprint()), "all else is as it was left");
            view
        };
        let view = believing("0 0 0 0 0 0  0");
        assert_eq!(view.fingerprint(), "0 0 0 0 0 0  0");
        assert!(!view.believe("0 0 0 0 7 0  0", &view.small_fingerprint()), "marks of stale records are counted at once");
        assert!(!view.believe("", &view.small_fingerprint()));
        drop(view);
        let view = believing("0 0 0 0 0 0  0");
        assert!(view.index().unwrap().is_empty() && view.check().is_ok() && !view.is_doubtful());
        drop(view);
        let view = believing("1 0 0 0 0 0  0");
        assert!(view.index().is_ok() && !view.is_doubtful(), "lists need no revisions");
        assert!(view.history("x").is_err() && view.is_doubtful(), "a revision is gone");
        drop(view);
        let view = believing("0 0 0 1 0 0  0");
        assert!(view.index().is_err() && view.is_doubtful(), "a record's line is gone");
    }
}
