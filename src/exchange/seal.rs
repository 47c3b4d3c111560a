//! The last line: how many lines, their hash, and which revisions of which device are inside.
//!
//! Everything in it can be computed in one pass in any order, so that equal contents have equal seals.

use super::FORMAT;
use super::check::Fact;
use super::seqs::SeqSet;
use crate::record::revision::{RevisionId, hex};
use crate::value::write_string;
use std::collections::BTreeMap;

/// A sum of ids modulo 2^256, least word first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum([u64; 4]);

impl Sum {
    fn add(&mut self, id: &RevisionId) {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(id.rchunks_exact(8)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        self.join(Self(words));
    }

    fn join(&mut self, other: Self) {
        let mut carry = false;
        for (sum, word) in self.0.iter_mut().zip(other.0) {
            let (with_word, over) = sum.overflowing_add(word);
            let (with_carry, over_again) = with_word.overflowing_add(u64::from(carry));
            (*sum, carry) = (with_carry, over || over_again);
        }
    }

    fn to_hex(self) -> String {
        self.0.iter().rev().map(|word| format!("{word:016x}")).collect()
    }
}

/// What is known of one device's revisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSeal {
    seqs: SeqSet,
    twice: SeqSet,
    ids: Sum,
    prevs: Sum,
    last: (u64, RevisionId),
    count: u64,
}

impl DeviceSeal {
    /// Adds a revision.
    pub fn add(&mut self, seq: u64, id: &RevisionId, prev: Option<&RevisionId>) {
        self.ids.add(id);
        if let Some(prev) = prev {
            self.prevs.add(prev);
        }
        if !self.seqs.insert(seq) {
            self.twice.insert(seq);
        }
        self.last = self.last.max((seq, *id));
        self.count += 1;
    }

    /// Adds revisions that were counted apart.
    pub fn join(&mut self, other: &Self) {
        self.ids.join(other.ids);
        self.prevs.join(other.prevs);
        let both = self.seqs.join(&other.seqs);
        self.twice.join(&both);
        self.twice.join(&other.twice);
        self.last = self.last.max(other.last);
        self.count += other.count;
    }

    /// The ranges of numbers present, in order.
    pub fn ranges(&self) -> Vec<(u64, u64)> {
        self.seqs.ranges()
    }

    /// Numbers that are missing below the highest, as ranges.
    pub fn gaps(&self) -> Vec<(u64, u64)> {
        self.seqs.gaps()
    }

    /// Numbers that more than one revision carries, as ranges: two laptops are at work under one name.
    pub fn forks(&self) -> Vec<(u64, u64)> {
        self.twice.ranges()
    }

    /// How many revisions.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether every revision names the one before it, as far as sums tell: with holes or forks they do not.
    pub fn is_chain(&self) -> bool {
        let mut sum = self.prevs;
        sum.add(&self.last.1);
        self.twice.is_empty() && sum == self.ids && self.seqs.ranges().first().is_some_and(|(first, last)| *first == 1 && *last == self.count)
    }
}

/// A seal being put together as lines pass. The hash of the bytes comes from elsewhere (see [`super::digest`]).
#[derive(Clone, Default)]
pub struct SealBuilder {
    lines: u64,
    digest: [u8; 32],
    devices: BTreeMap<Box<str>, DeviceSeal>,
}

impl SealBuilder {
    /// Counts a line.
    pub fn line(&mut self) {
        self.lines += 1;
    }

    /// Takes a revision into its device's entry.
    pub fn revision(&mut self, fact: &Fact) {
        match self.devices.get_mut(&*fact.device) {
            Some(device) => device.add(fact.seq, &fact.id, fact.prev.as_ref()),
            None => self.devices.entry((&*fact.device).into()).or_default().add(fact.seq, &fact.id, fact.prev.as_ref()),
        }
    }

    /// Counts a line of the body; what it says where it is a revision.
    pub fn body(&mut self, fact: Option<&Fact>) {
        self.line();
        if let Some(fact) = fact {
            self.revision(fact);
        }
    }

    /// Takes what was counted apart, but for the hash.
    pub fn join(&mut self, other: &Self) {
        self.lines += other.lines;
        for (device, entry) in &other.devices {
            match self.devices.get_mut(device) {
                Some(own) => own.join(entry),
                None => _ = self.devices.insert(device.clone(), entry.clone()),
            }
        }
    }

    /// SHA-256 of every byte before the seal.
    pub fn set_digest(&mut self, digest: [u8; 32]) {
        self.digest = digest;
    }

    /// The devices so far.
    pub fn devices(&self) -> &BTreeMap<Box<str>, DeviceSeal> {
        &self.devices
    }

    /// How many lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The seal's hash as hex.
    pub fn digest(&self) -> String {
        hex(&self.digest)
    }

    /// The seal line, without LF.
    pub fn seal(&self) -> String {
        let mut out = format!("{{\"~\":\"{FORMAT}\",\"lines\":{},\"sha256\":\"{}\",\"devices\":{{", self.lines, self.digest());
        for (at, (device, entry)) in self.devices.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_string(device, &mut out);
            let ranges: Vec<String> = entry.ranges().iter().map(|(first, last)| format!("[{first},{last}]")).collect();
            out.push_str(&format!(":{{\"seqs\":[{}],\"ids\":\"{}\"}}", ranges.join(","), entry.ids.to_hex()));
        }
        out + "}}"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(last: u8) -> RevisionId {
        let mut id = [0; 32];
        id[31] = last;
        id
    }

    #[test]
    fn ids_are_summed_modulo_two_to_the_256() {
        let mut sum = Sum::default();
        sum.add(&[0xff; 32]);
        sum.add(&id(2));
        assert_eq!(sum.to_hex(), hex(&id(1)));
    }

    #[test]
    fn a_chain_is_seen_by_its_sums_in_any_order_and_a_wrong_link_too() {
        let build = |links: &[(u64, u8, u8)]| {
            let mut seal = DeviceSeal::default();
            links.iter().for_each(|(seq, own, prev)| seal.add(*seq, &id(*own), (*prev > 0).then(|| id(*prev)).as_ref()));
            seal
        };
        assert!(build(&[(2, 20, 10), (1, 10, 0), (3, 30, 20)]).is_chain());
        assert!(!build(&[(2, 20, 11), (1, 10, 0), (3, 30, 20)]).is_chain());
        assert!(!build(&[(3, 30, 20), (1, 10, 0)]).is_chain(), "a hole proves nothing");
        let forked = build(&[(1, 10, 0), (2, 20, 10), (2, 21, 10), (3, 30, 20), (3, 31, 21)]);
        assert_eq!((forked.forks(), forked.count(), forked.is_chain()), (vec![(2, 3)], 5, false));
    }
}
