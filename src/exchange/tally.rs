//! Seals of the sources of a union, and of what it comes to. A line is counted once for all the sources that hold it: mostly
//! the same ones hold many lines.

use super::check::Fact;
use super::seal::SealBuilder;

/// The seals of a union.
#[derive(Clone, Default)]
pub struct Seals {
    /// What each source holds.
    pub each: Vec<SealBuilder>,
    /// What all of them hold together.
    pub all: SealBuilder,
}

/// So many groups of sources are counted together; lines that others hold are counted source by source.
const GROUPS: usize = 64;

/// Counts lines by who holds them.
pub struct Counting {
    groups: Vec<(Box<[u16]>, SealBuilder)>,
    last: usize,
    /// Lines of groups beyond those.
    others: Seals,
}

impl Counting {
    /// Of so many sources.
    pub fn new(sources: usize) -> Self {
        Self { groups: Vec::new(), last: 0, others: Seals { each: vec![SealBuilder::default(); sources], all: SealBuilder::default() } }
    }

    /// Counts a line that these sources hold, each named once.
    pub fn line(&mut self, holders: &[u16], fact: Option<&Fact>) {
        let is_of = |group: &(Box<[u16]>, SealBuilder)| *group.0 == *holders;
        if !self.groups.get(self.last).is_some_and(is_of) {
            self.last = self.groups.iter().position(is_of).unwrap_or(self.groups.len());
        }
        if self.last == self.groups.len() && self.last < GROUPS {
            self.groups.push((holders.into(), SealBuilder::default()));
        }
        match self.groups.get_mut(self.last) {
            Some((_, seal)) => seal.body(fact),
            None => {
                self.others.all.body(fact);
                holders.iter().for_each(|holder| self.others.each[usize::from(*holder)].body(fact));
            }
        }
    }

    /// What it comes to.
    pub fn finish(self) -> Seals {
        let mut seals = self.others;
        for (holders, seal) in &self.groups {
            seals.all.join(seal);
            holders.iter().for_each(|holder| seals.each[usize::from(*holder)].join(seal));
        }
        seals
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Fact;
    use super::*;
    use crate::record::scan::Parents;
    use proptest::prelude::*;

    proptest! {
        /// Whatever lines many sources hold, and in however many groups: each has the seal that it would have alone.
        #[test]
        fn counting_by_groups_comes_to_what_counting_one_by_one_does(lines in prop::collection::vec((prop::collection::btree_set(0..9u16, 1..5), 0..3u8, 1..40u64, any::<bool>()), 0..200)) {
            let mut counting = Counting::new(9);
            let mut plain = Seals { each: vec![SealBuilder::default(); 9], all: SealBuilder::default() };
            for (at, (holders, device, seq, is_revision)) in lines.iter().enumerate() {
                let id = [at as u8; 32];
                let fact = Fact { id, device: format!("lt0{device}-aaaaaa").into(), seq: *seq, prev: (*seq > 1).then_some([7; 32]), parents: Parents::None, spans: None };
                let fact = is_revision.then_some(&fact);
                let holders: Vec<u16> = holders.iter().copied().collect();
                counting.line(&holders, fact);
                plain.all.body(fact);
                holders.iter().for_each(|holder| plain.each[usize::from(*holder)].body(fact));
            }
            let seals = counting.finish();
            prop_assert_eq!(seals.all.devices(), plain.all.devices());
            for (one, other) in seals.each.iter().zip(&plain.each).chain([(&seals.all, &plain.all)]) {
                prop_assert_eq!(one.devices(), other.devices());
                prop_assert_eq!(one.seal(), other.seal());
            }
        }
    }
}
