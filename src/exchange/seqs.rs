//! A set of rising numbers that takes a bit each, in whatever order they come.

use std::collections::BTreeMap;

const WORDS: usize = 8;
const IN_A_PART: u64 = WORDS as u64 * 64;

/// Numbers, mostly without holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeqSet {
    parts: BTreeMap<u64, [u64; WORDS]>,
}

impl SeqSet {
    /// Adds a number; false when it was there.
    pub fn insert(&mut self, seq: u64) -> bool {
        let part = self.parts.entry(seq / IN_A_PART).or_default();
        let (word, bit) = ((seq % IN_A_PART / 64) as usize, 1 << (seq % 64));
        let is_new = part[word] & bit == 0;
        part[word] |= bit;
        is_new
    }

    /// Adds the numbers of another set; gives those that both held.
    pub fn join(&mut self, other: &Self) -> Self {
        let mut both = Self::default();
        for (at, words) in &other.parts {
            let part = self.parts.entry(*at).or_default();
            let mut common = [0; WORDS];
            for ((word, more), common) in part.iter_mut().zip(words).zip(&mut common) {
                *common = *word & more;
                *word |= more;
            }
            if common != [0; WORDS] {
                both.parts.insert(*at, common);
            }
        }
        both
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.parts.values().flatten().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// First and last of every run, in order.
    pub fn ranges(&self) -> Vec<(u64, u64)> {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        let words = self.parts.iter().flat_map(|(part, words)| words.iter().enumerate().map(move |(at, word)| (part * IN_A_PART + at as u64 * 64, *word)));
        for (base, mut word) in words {
            while word != 0 {
                let first = u64::from(word.trailing_zeros());
                let length = u64::from((word >> first).trailing_ones());
                word &= if first + length < 64 { u64::MAX << (first + length) } else { 0 };
                match ranges.last_mut() {
                    Some((_, last)) if *last + 1 == base + first => *last = base + first + length - 1,
                    _ => ranges.push((base + first, base + first + length - 1)),
                }
            }
        }
        ranges
    }

    /// Numbers from 1 that are missing below the highest, as ranges.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn ranges_say_what_was_put_in_whatever_the_order(seqs in proptest::collection::vec(prop_oneof![1u64..200, 500u64..530, Just(1 << 52)], 0..200)) {
            let mut set = SeqSet::default();
            let mut plain = BTreeSet::new();
            for seq in &seqs {
                prop_assert_eq!(set.insert(*seq), plain.insert(*seq));
            }
            prop_assert!(set.ranges().windows(2).all(|w| w[0].1 + 1 < w[1].0));
            prop_assert!(set.ranges().into_iter().flat_map(|(a, b)| a..=b).eq(plain.iter().copied()));
            prop_assert_eq!(set.count(), plain.len() as u64);
            let (mut joined, mut rest) = (SeqSet::default(), SeqSet::default());
            seqs.iter().enumerate().for_each(|(at, seq)| _ = if at % 3 == 0 { rest.insert(*seq) } else { joined.insert(*seq) });
            let (of_one, of_rest) = (joined.clone(), rest.clone());
            let both = joined.join(&rest);
            prop_assert_eq!(&joined, &set);
            prop_assert_eq!(both.count() + joined.count(), of_one.count() + of_rest.count());
            prop_assert!(both.ranges().into_iter().flat_map(|(a, b)| a..=b).all(|seq| !of_one.clone().insert(seq) && !of_rest.clone().insert(seq)));
            prop_assert!(set.gaps().iter().all(|(a, b)| a <= b && !plain.contains(a) && !plain.contains(b) && plain.contains(&(b + 1))));
        }
    }
}
