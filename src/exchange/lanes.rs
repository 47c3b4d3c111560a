//! SHA-256 of two texts at once. A core that has instructions for SHA-256 waits for each of them longer than it needs to
//! begin the next: two texts side by side take about as long as one. The sums are those of [`sha2`], which does everything
//! else: single texts, and all of it on machines without these instructions.

use crate::record::revision::{ID_AT, RevisionId, digest_of};
use crate::record::scan::is_plain_text;
use sha2::digest::consts::U64;
use sha2::digest::generic_array::GenericArray;

const BLOCK: usize = 64;

/// The beginning of every sum (FIPS 180-4, 5.3.3).
const START: [u32; 8] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A sum that is being computed.
#[derive(Clone)]
pub struct Hash {
    state: [u32; 8],
    /// What does not fill a block yet.
    rest: [u8; BLOCK],
    filled: usize,
    bytes: u64,
}

impl Default for Hash {
    fn default() -> Self {
        Self { state: START, rest: [0; BLOCK], filled: 0, bytes: 0 }
    }
}

impl Hash {
    /// Takes bytes up to where whole blocks begin; gives the whole blocks. What stands behind them is taken too.
    fn whole_blocks<'b>(&mut self, mut bytes: &'b [u8]) -> &'b [u8] {
        self.bytes += bytes.len() as u64;
        if self.filled > 0 {
            let taken = bytes.len().min(BLOCK - self.filled);
            self.rest[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
            self.filled += taken;
            bytes = &bytes[taken..];
            if self.filled < BLOCK {
                return &[];
            }
            let block = self.rest;
            one(&mut self.state, &block);
            self.filled = 0;
        }
        let (blocks, rest) = bytes.split_at(bytes.len() / BLOCK * BLOCK);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
        blocks
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let blocks = self.whole_blocks(bytes);
        one(&mut self.state, blocks);
    }

    /// The sum.
    pub fn finalize(mut self) -> [u8; 32] {
        let bits = self.bytes * 8;
        let mut end = [0; 2 * BLOCK];
        end[..self.filled].copy_from_slice(&self.rest[..self.filled]);
        end[self.filled] = 0x80;
        let length = if self.filled + 9 <= BLOCK { BLOCK } else { 2 * BLOCK };
        end[length - 8..length].copy_from_slice(&bits.to_be_bytes());
        one(&mut self.state, &end[..length]);
        let mut sum = [0; 32];
        for (bytes, word) in sum.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        sum
    }
}

/// The next bytes of two sums.
pub fn update_both((a, a_bytes): (&mut Hash, &[u8]), (b, b_bytes): (&mut Hash, &[u8])) {
    let (a_blocks, b_blocks) = (a.whole_blocks(a_bytes), b.whole_blocks(b_bytes));
    let common = a_blocks.len().min(b_blocks.len());
    both((&mut a.state, &a_blocks[..common]), (&mut b.state, &b_blocks[..common]));
    one(&mut a.state, &a_blocks[common..]);
    one(&mut b.state, &b_blocks[common..]);
}

/// So many sums go together in [`update_many`].
pub const MANY: usize = 16;

/// Whether as many sums as that take less time together than two at a time.
pub fn are_many_faster() -> bool {
    #[cfg(target_arch = "x86_64")]
    return wide::is_faster();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// The next bytes of [`MANY`] sums, or of any other number of them, one after the other.
pub fn update_many<'h>(of: impl Iterator<Item = (&'h mut Hash, &'h [u8])>) {
    let (mut states, mut blocks): (Vec<&mut [u32; 8]>, Vec<&[u8]>) = of
        .map(|(hash, bytes)| {
            let blocks = hash.whole_blocks(bytes);
            (&mut hash.state, blocks)
        })
        .unzip();
    #[cfg(target_arch = "x86_64")]
    if wide::is_possible()
        && let (Ok(states), Ok(blocks)) = (<&mut [_; MANY]>::try_from(&mut states[..]), <&mut [_; MANY]>::try_from(&mut blocks[..]))
    {
        // SAFETY: the machine has the instructions.
        unsafe { wide::update(states, blocks) };
    }
    states.into_iter().zip(blocks).for_each(|(state, blocks)| one(state, blocks));
}

/// The id lies in the first blocks of a line.
const HEAD: usize = (ID_AT + 64).next_multiple_of(BLOCK);

/// The first blocks of a line, with noughts in the place of its id.
fn head(line: &[u8]) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head.copy_from_slice(&line[..HEAD]);
    head[ID_AT..ID_AT + 64].fill(b'0');
    head
}

/// The ids that lines should have, as [`digest_of`] says.
pub fn ids_of(lines: &[&[u8]]) -> Vec<RevisionId> {
    let mut ids = vec![[0; 32]; lines.len()];
    // Lines of about one length go together.
    let (mut long, short): (Vec<usize>, Vec<usize>) = (0..lines.len()).partition(|at| lines[*at].len() >= HEAD);
    long.sort_by_key(|at| lines[*at].len());
    short.into_iter().for_each(|at| ids[at] = digest_of(lines[at]));
    let mut rest = &long[..];
    #[cfg(target_arch = "x86_64")]
    if wide::is_faster() {
        while let Some((some, others)) = wide::split(rest) {
            // SAFETY: the machine has the instructions.
            let found = unsafe { wide::ids(&some.map(|at| lines[at])) };
            some.into_iter().zip(found).for_each(|(at, id)| ids[at] = id);
            rest = others;
        }
    }
    for some in rest.chunks(2) {
        match *some {
            [one, other] => (ids[one], ids[other]) = two_ids(lines[one], lines[other]),
            _ => some.iter().for_each(|at| ids[*at] = digest_of(lines[*at])),
        }
    }
    ids
}

/// The quickest way that this machine has to say what [`is_plain_text`] does.
pub fn plain_test() -> fn(&[u8]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if wide::is_possible() {
        // SAFETY: the machine has the instructions.
        return |line| unsafe { wide::is_plain_text(line) };
    }
    is_plain_text
}

/// The ids of two lines that are not short.
fn two_ids(a: &[u8], b: &[u8]) -> (RevisionId, RevisionId) {
    let (mut one, mut other) = (Hash::default(), Hash::default());
    update_both((&mut one, &head(a)), (&mut other, &head(b)));
    update_both((&mut one, &a[HEAD..]), (&mut other, &b[HEAD..]));
    (one.finalize(), other.finalize())
}

/// Whole blocks of one text.
fn one(state: &mut [u32; 8], blocks: &[u8]) {
    let (blocks, _) = blocks.as_chunks::<BLOCK>();
    // SAFETY: both are the same bytes in a row and nothing else.
    let blocks: &[GenericArray<u8, U64>] = unsafe { std::slice::from_raw_parts(blocks.as_ptr().cast(), blocks.len()) };
    sha2::compress256(state, blocks);
}

/// As many whole blocks of two texts.
fn both(a: (&mut [u32; 8], &[u8]), b: (&mut [u32; 8], &[u8])) {
    #[cfg(target_arch = "x86_64")]
    if side_by_side::is_possible() {
        // SAFETY: the machine has the instructions.
        unsafe { side_by_side::both([a.0, b.0], [a.1, b.1]) };
        return;
    }
    one(a.0, a.1);
    one(b.0, b.1);
}

#[cfg(target_arch = "x86_64")]
mod wide;

/// The same as Intel's instructions for SHA-256 do it for one text, with two of each.
#[cfg(target_arch = "x86_64")]
mod side_by_side {
    use super::BLOCK;
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_extract_epi32, _mm_set_epi32, _mm_set_epi64x, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32,
        _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    };

    /// The constants of the 64 rounds (FIPS 180-4, 4.2.2).
    #[rustfmt::skip]
    pub const ROUNDS: [[u32; 4]; 16] = [
        [0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5], [0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
        [0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3], [0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
        [0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc], [0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
        [0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7], [0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
        [0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13], [0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
        [0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3], [0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
        [0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5], [0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
        [0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208], [0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
    ];

    /// Whether this machine has the instructions.
    pub fn is_possible() -> bool {
        is_x86_feature_detected!("sha") && is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("sse4.1")
    }

    /// As many blocks of both.
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    pub fn both(states: [&mut [u32; 8]; 2], blocks: [&[u8]; 2]) {
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let mut lanes = [load(states[0]), load(states[1])];
        for (one, other) in blocks[0].chunks_exact(BLOCK).zip(blocks[1].chunks_exact(BLOCK)) {
            let before = lanes;
            let quarter = |block: &[u8], at: usize| _mm_shuffle_epi8(read(block, at), swap);
            let mut words = [[quarter(one, 0), quarter(one, 1), quarter(one, 2), quarter(one, 3)], [quarter(other, 0), quarter(other, 1), quarter(other, 2), quarter(other, 3)]];
            for (at, constants) in ROUNDS.iter().enumerate() {
                let constants = words_of(constants);
                for (lane, words) in lanes.iter_mut().zip(&mut words) {
                    if at >= 4 {
                        words[at % 4] = next(words[at % 4], words[(at + 1) % 4], words[(at + 2) % 4], words[(at + 3) % 4]);
                    }
                    let sum = _mm_add_epi32(words[at % 4], constants);
                    lane[1] = _mm_sha256rnds2_epu32(lane[1], lane[0], sum);
                    lane[0] = _mm_sha256rnds2_epu32(lane[0], lane[1], _mm_shuffle_epi32::<0x0e>(sum));
                }
            }
            for (lane, before) in lanes.iter_mut().zip(before) {
                *lane = [_mm_add_epi32(lane[0], before[0]), _mm_add_epi32(lane[1], before[1])];
            }
        }
        for (state, lane) in states.into_iter().zip(lanes) {
            store(lane, state);
        }
    }

    /// A quarter of a block.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn read(block: &[u8], quarter: usize) -> __m128i {
        let (words, _) = block.as_chunks();
        let word = |at: usize| i64::from_le_bytes(words[2 * quarter + at]);
        _mm_set_epi64x(word(1), word(0))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn words_of([a, b, c, d]: &[u32; 4]) -> __m128i {
        _mm_set_epi32(*d as i32, *c as i32, *b as i32, *a as i32)
    }

    /// The next four words of the schedule.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3")]
    fn next(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
        _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8::<4>(d, c)), d)
    }

    /// A state in the order that the instructions want: `abef`, `cdgh`.
    #[inline]
    #[target_feature(enable = "sse2,ssse3,sse4.1")]
    fn load(state: &[u32; 8]) -> [__m128i; 2] {
        let [a, b, c, d, e, f, g, h] = *state;
        let (dcba, hgfe) = (words_of(&[a, b, c, d]), words_of(&[e, f, g, h]));
        let (cdab, efgh) = (_mm_shuffle_epi32::<0xb1>(dcba), _mm_shuffle_epi32::<0x1b>(hgfe));
        [_mm_alignr_epi8::<8>(cdab, efgh), _mm_blend_epi16::<0xf0>(efgh, cdab)]
    }

    #[inline]
    #[target_feature(enable = "sse2,ssse3,sse4.1")]
    fn store([abef, cdgh]: [__m128i; 2], state: &mut [u32; 8]) {
        let (feba, dchg) = (_mm_shuffle_epi32::<0x1b>(abef), _mm_shuffle_epi32::<0xb1>(cdgh));
        let (abcd, efgh) = (_mm_blend_epi16::<0xf0>(feba, dchg), _mm_alignr_epi8::<8>(dchg, feba));
        let words = |four: __m128i| [_mm_extract_epi32::<0>(four), _mm_extract_epi32::<1>(four), _mm_extract_epi32::<2>(four), _mm_extract_epi32::<3>(four)];
        let (first, second) = (words(abcd), words(efgh));
        for (word, found) in state.iter_mut().zip(first.into_iter().chain(second)) {
            *word = found as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    fn text() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6)
    }

    #[test]
    fn every_length_around_the_blocks_has_the_sum_that_the_library_gives() {
        let bytes: Vec<u8> = (0..400u32).map(|n| (n * 37 % 251) as u8).collect();
        for length in 0..bytes.len() {
            let (mut one, mut other) = (Hash::default(), Hash::default());
            let backwards = &bytes[length / 2..];
            update_both((&mut one, &bytes[..length]), (&mut other, backwards));
            assert_eq!((one.finalize(), other.finalize()), (Sha256::digest(&bytes[..length]).into(), Sha256::digest(backwards).into()), "{length}");
            let (line, next) = (&bytes[..length], &bytes[..400 - length]);
            assert_eq!(ids_of(&[line, next]), [digest_of(line), digest_of(next)], "{length}");
        }
    }

    proptest! {
        /// However many lines there are, and however long each is.
        #[test]
        fn many_ids_at_once_are_those_of_each_alone(lengths in prop::collection::vec(prop_oneof![0..400usize, 1300..1500usize], 0..70), by_sixteen: bool) {
            let lines: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(at, length)| (0..*length).map(|n| (n * 31 + at * 17) as u8).collect()).collect();
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            let alone: Vec<RevisionId> = lines.iter().map(|line| digest_of(line)).collect();
            prop_assert_eq!(ids_of(&lines), &alone[..]);
            #[cfg(target_arch = "x86_64")]
            if by_sixteen && wide::is_possible() {
                let long: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].len() >= HEAD).collect();
                if let Some((some, _)) = wide::split(&long) {
                    // SAFETY: the machine has the instructions.
                    let found = unsafe { wide::ids(&some.map(|at| lines[at])) };
                    some.into_iter().zip(found).for_each(|(at, id)| assert_eq!(id, alone[at]));
                }
            }
        }

        /// However a text is looked at: it is plain or not.
        #[test]
        fn every_way_to_look_at_a_text_says_the_same(text in "([ -~]{0,90}|[ắêơđ–“”]{0,3}|[\\u{300}Ω€\\n]){0,5}", at in any::<prop::sample::Index>(), byte: u8) {
            let mut bytes = text.into_bytes();
            prop_assert_eq!(plain_test()(&bytes), is_plain_text(&bytes));
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
                prop_assert_eq!(plain_test()(&bytes), is_plain_text(&bytes));
            }
        }

        /// Whatever parts the texts come in, side by side or alone.
        #[test]
        fn two_sums_at_once_are_those_of_each_alone(one in text(), other in text()) {
            let (mut a, mut b) = (Hash::default(), Hash::default());
            for at in 0..one.len().max(other.len()) {
                match (one.get(at), other.get(at)) {
                    (Some(x), Some(y)) => update_both((&mut a, x), (&mut b, y)),
                    (Some(x), None) => a.update(x),
                    (None, Some(y)) => b.update(y),
                    (None, None) => {}
                }
            }
            prop_assert_eq!(a.finalize(), <[u8; 32]>::from(Sha256::digest(one.concat())));
            prop_assert_eq!(b.finalize(), <[u8; 32]>::from(Sha256::digest(other.concat())));
        }
    }
}
