//! The last line: how many lines, their hash, and which revisions of which device are inside.
//!
//! Everything in it can be computed in one pass in any order, so that equal contents have equal seals.

use super::FORMAT;
use crate::record::Revision;
use crate::record::revision::{RevisionId, hex};
use crate::value::write_string;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What is known of one device's revisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSeal {
    /// Ranges of numbers present, first → last.
    ranges: BTreeMap<u64, u64>,
    /// The sum of its ids modulo 2^256.
    ids: [u8; 32],
    /// Numbers that two different revisions carry: a cloned laptop.
    pub forks: Vec<u64>,
}

impl DeviceSeal {
    /// Adds a revision.
    pub fn add(&mut self, seq: u64, id: &RevisionId) {
        add(&mut self.ids, id);
        let before = self.ranges.range(..=seq).next_back().map(|(first, last)| (*first, *last));
        let joins_before = match before {
            Some((_, last)) if last >= seq => {
                self.forks.push(seq);
                return;
            }
            Some((first, last)) if last + 1 == seq => Some(first),
            _ => None,
        };
        let first = joins_before.unwrap_or(seq);
        let last = self.ranges.remove(&(seq + 1)).unwrap_or(seq);
        self.ranges.insert(first, last);
    }

    /// The ranges in order.
    pub fn ranges(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.ranges.iter().map(|(first, last)| (*first, *last))
    }

    /// Numbers that are missing below the highest, as ranges.
    pub fn gaps(&self) -> Vec<(u64, u64)> {
        let mut next = 1;
        let mut gaps = Vec::new();
        for (first, last) in self.ranges() {
            if first > next {
                gaps.push((next, first - 1));
            }
            next = last + 1;
        }
        gaps
    }
}

/// 256-bit addition, big end first, overflow dropped.
fn add(sum: &mut [u8; 32], id: &RevisionId) {
    let mut carry = 0u16;
    for (s, i) in sum.iter_mut().zip(id).rev() {
        carry += u16::from(*s) + u16::from(*i);
        *s = (carry & 0xff) as u8;
        carry >>= 8;
    }
}

/// A seal being computed over lines as they pass.
#[derive(Clone, Default)]
pub struct SealBuilder {
    lines: u64,
    hash: Sha256,
    devices: BTreeMap<String, DeviceSeal>,
}

impl SealBuilder {
    /// Takes a line (without LF) into count and hash.
    pub fn line(&mut self, line: &[u8]) {
        self.lines += 1;
        self.hash.update(line);
        self.hash.update(b"\n");
    }

    /// Takes a revision into its device's entry.
    pub fn revision(&mut self, revision: &Revision) {
        self.devices.entry(revision.device.clone()).or_default().add(revision.seq, &revision.id);
    }

    /// The devices so far.
    pub fn devices(&self) -> &BTreeMap<String, DeviceSeal> {
        &self.devices
    }

    /// How many lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The seal's hash: SHA-256 of every byte before it, as hex.
    pub fn digest(&self) -> String {
        hex(&self.hash.clone().finalize().into())
    }

    /// The seal line, without LF.
    pub fn seal(&self) -> String {
        let mut out = format!("{{\"~\":\"{FORMAT}\",\"lines\":{},\"sha256\":\"{}\",\"devices\":{{", self.lines, self.digest());
        for (at, (device, entry)) in self.devices.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_string(device, &mut out);
            let ranges: Vec<String> = entry.ranges().map(|(first, last)| format!("[{first},{last}]")).collect();
            out.push_str(&format!(":{{\"seqs\":[{}],\"ids\":\"{}\"}}", ranges.join(","), hex(&entry.ids)));
        }
        out + "}}"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_are_summed_modulo_two_to_the_256() {
        let mut seal = DeviceSeal::default();
        seal.add(1, &[0xff; 32]);
        let mut two = [0; 32];
        two[31] = 2;
        seal.add(2, &two);
        let mut one = [0; 32];
        one[31] = 1;
        assert_eq!(seal.ids, one);
    }

    proptest! {
        #[test]
        fn ranges_do_not_depend_on_order(mut seqs in proptest::collection::vec(1u64..60, 1..80)) {
            let build = |seqs: &[u64]| {
                let mut seal = DeviceSeal::default();
                seqs.iter().for_each(|s| seal.add(*s, &[0; 32]));
                seal.ranges().collect::<Vec<_>>()
            };
            let shuffled = build(&seqs);
            seqs.sort_unstable();
            prop_assert_eq!(&shuffled, &build(&seqs));
            prop_assert!(shuffled.windows(2).all(|w| w[0].1 + 1 < w[1].0));
        }
    }
}
