//! The ids of sixteen lines at once, with the ordinary instructions for sixteen numbers (AVX-512). Where a machine has them,
//! that may take less time than its instructions for SHA-256, of which only one is at work at a time; it is tried out.

use super::side_by_side::ROUNDS;
use super::{BLOCK, HEAD, START, head, two_ids};
use crate::record::revision::RevisionId;
use crate::record::scan;
use std::arch::x86_64::{
    __m512i, _mm_extract_epi32, _mm512_add_epi32, _mm512_extracti32x4_epi32, _mm512_mask_mov_epi32, _mm512_ror_epi32, _mm512_set_epi64, _mm512_set1_epi32, _mm512_set4_epi32,
    _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_srli_epi32, _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64,
};
use std::array::from_fn;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// So many lines go together.
const LANES: usize = super::MANY;

/// With fewer lines than this, two at a time take less.
const FEW: usize = 11;

/// Whether this machine has the instructions.
pub fn is_possible() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl")
}

/// Whether sixteen at a time take less than two at a time, as tried out once.
pub fn is_faster() -> bool {
    static FASTER: OnceLock<bool> = OnceLock::new();
    *FASTER.get_or_init(|| is_possible() && try_out())
}

fn try_out() -> bool {
    let text = [b'x'; 1024];
    let best = |run: &dyn Fn()| {
        let time = |_| {
            let begun = Instant::now();
            run();
            begun.elapsed()
        };
        (0..5).map(time).min().unwrap_or(Duration::MAX)
    };
    let by_two = best(&|| (0..LANES / 2).for_each(|_| _ = std::hint::black_box(two_ids(&text, &text))));
    // SAFETY: the machine has the instructions.
    let by_sixteen = best(&|| _ = std::hint::black_box(unsafe { ids(&[&text; LANES]) }));
    by_sixteen < by_two
}

/// The next sixteen, with the last one again where there are less, and the others; `None` where there are too few.
pub fn split(lines: &[usize]) -> Option<([usize; LANES], &[usize])> {
    let some = &lines[..lines.len().min(LANES)];
    (some.len() >= FEW).then(|| (from_fn(|at| some[at.min(some.len() - 1)]), &lines[some.len()..]))
}

/// A line as blocks.
struct Blocks<'l> {
    head: [u8; HEAD],
    body: &'l [[u8; BLOCK]],
    end: [[u8; BLOCK]; 2],
    count: usize,
}

impl<'l> Blocks<'l> {
    fn new(line: &'l [u8]) -> Self {
        let (body, rest) = line[HEAD..].as_chunks();
        let mut end = [0; 2 * BLOCK];
        end[..rest.len()].copy_from_slice(rest);
        end[rest.len()] = 0x80;
        let length = if rest.len() + 9 <= BLOCK { BLOCK } else { 2 * BLOCK };
        end[length - 8..length].copy_from_slice(&(line.len() as u64 * 8).to_be_bytes());
        let (ends, _) = end.as_chunks();
        Self { head: head(line), body, end: [ends[0], ends[1]], count: HEAD / BLOCK + body.len() + length / BLOCK }
    }

    /// A block; the last one for all behind it.
    fn at(&self, at: usize) -> &[u8; BLOCK] {
        let (head, _) = self.head.as_chunks();
        let at = at.min(self.count - 1);
        head.get(at).or_else(|| self.body.get(at - head.len())).unwrap_or_else(|| &self.end[at - head.len() - self.body.len()])
    }
}

/// The ids of sixteen lines, none of them shorter than [`HEAD`].
#[target_feature(enable = "avx512f,avx512bw,sse4.1")]
pub fn ids(lines: &[&[u8]; LANES]) -> [RevisionId; LANES] {
    let blocks = lines.map(Blocks::new);
    let mut states: [__m512i; 8] = START.map(|word| _mm512_set1_epi32(word as i32));
    for at in 0..blocks.iter().map(|line| line.count).max().unwrap_or_default() {
        let next = compress(states, transposed(from_fn(|lane| swapped(blocks[lane].at(at)))));
        let going = blocks.iter().enumerate().fold(0, |bits, (lane, line)| bits | u16::from(at < line.count) << lane);
        for (state, next) in states.iter_mut().zip(next) {
            *state = _mm512_mask_mov_epi32(*state, going, next);
        }
    }
    let words = states.map(|state| numbers(state));
    from_fn(|lane| {
        let mut id = [0; 32];
        for (bytes, word) in id.chunks_exact_mut(4).zip(words) {
            bytes.copy_from_slice(&word[lane].to_be_bytes());
        }
        id
    })
}

/// As many blocks of sixteen texts as all of them have; leaves those that are over.
#[target_feature(enable = "avx512f,avx512bw,sse4.1")]
pub fn update(states: &mut [&mut [u32; 8]; LANES], blocks: &mut [&[u8]; LANES]) {
    let count = blocks.iter().map(|blocks| blocks.len() / BLOCK).min().unwrap_or_default();
    let lanes = blocks.map(|blocks| &blocks.as_chunks().0[..count]);
    let before = from_fn(|word| gathered(&from_fn(|lane| states[lane][word])));
    let words = (0..count).fold(before, |words, at| compress(words, transposed(lanes.map(|blocks| swapped(&blocks[at])))));
    for (word, lanes) in words.map(|word| numbers(word)).iter().enumerate() {
        states.iter_mut().zip(lanes).for_each(|(state, number)| state[word] = *number);
    }
    blocks.iter_mut().for_each(|blocks| *blocks = &blocks[count * BLOCK..]);
}

/// Sixteen numbers of a list.
#[target_feature(enable = "avx512f")]
fn gathered(of: &[u32; LANES]) -> __m512i {
    let pair = |at: usize| i64::from(of[2 * at + 1]) << 32 | i64::from(of[2 * at]);
    _mm512_set_epi64(pair(7), pair(6), pair(5), pair(4), pair(3), pair(2), pair(1), pair(0))
}

/// [`scan::is_plain_text`], compiled for these instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub fn is_plain_text(line: &[u8]) -> bool {
    scan::is_plain_text(line)
}

/// Sixteen numbers as a list.
#[target_feature(enable = "avx512f,sse4.1")]
fn numbers(of: __m512i) -> [u32; LANES] {
    let quarters = [_mm512_extracti32x4_epi32::<0>(of), _mm512_extracti32x4_epi32::<1>(of), _mm512_extracti32x4_epi32::<2>(of), _mm512_extracti32x4_epi32::<3>(of)];
    from_fn(|at| {
        let quarter = quarters[at / 4];
        (match at % 4 {
            0 => _mm_extract_epi32::<0>(quarter),
            1 => _mm_extract_epi32::<1>(quarter),
            2 => _mm_extract_epi32::<2>(quarter),
            _ => _mm_extract_epi32::<3>(quarter),
        }) as u32
    })
}

/// A block's numbers, each with its greatest byte first.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn swapped(block: &[u8; BLOCK]) -> __m512i {
    let (words, _) = block.as_chunks();
    let word = |at: usize| i64::from_le_bytes(words[at]);
    let block = _mm512_set_epi64(word(7), word(6), word(5), word(4), word(3), word(2), word(1), word(0));
    _mm512_shuffle_epi8(block, _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203))
}

/// From the numbers of every line to every line's first numbers, second numbers and so on.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: [__m512i; LANES]) -> [__m512i; LANES] {
    let pairs: [__m512i; LANES] = from_fn(|at| match at % 2 {
        0 => _mm512_unpacklo_epi32(rows[at], rows[at + 1]),
        _ => _mm512_unpackhi_epi32(rows[at - 1], rows[at]),
    });
    // Of four rows each: every quarter holds one column of them.
    let fours: [__m512i; LANES] = from_fn(|at| {
        let (one, other) = (pairs[at / 4 * 4 + at % 4 / 2], pairs[at / 4 * 4 + at % 4 / 2 + 2]);
        if at % 2 == 0 { _mm512_unpacklo_epi64(one, other) } else { _mm512_unpackhi_epi64(one, other) }
    });
    from_fn(|column| {
        let of = |rows: usize| fours[4 * rows + column % 4];
        let [low, high] = match column / 8 {
            0 => [_mm512_shuffle_i32x4::<0x44>(of(0), of(1)), _mm512_shuffle_i32x4::<0x44>(of(2), of(3))],
            _ => [_mm512_shuffle_i32x4::<0xee>(of(0), of(1)), _mm512_shuffle_i32x4::<0xee>(of(2), of(3))],
        };
        if column / 4 % 2 == 0 { _mm512_shuffle_i32x4::<0x88>(low, high) } else { _mm512_shuffle_i32x4::<0xdd>(low, high) }
    })
}

/// One block of each (FIPS 180-4, 6.2.2).
#[inline]
#[target_feature(enable = "avx512f")]
fn compress(states: [__m512i; 8], mut words: [__m512i; LANES]) -> [__m512i; 8] {
    /// Of three bits: whether an odd number is set, the second or third by the first, what most say.
    const ODD: i32 = 0x96;
    const CHOICE: i32 = 0xca;
    const MAJORITY: i32 = 0xe8;
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = states;
    for (turn, constants) in ROUNDS.chunks_exact(4).enumerate() {
        for at in 0..LANES {
            if turn > 0 {
                let (x, y) = (words[(at + 1) % LANES], words[(at + 14) % LANES]);
                let low = _mm512_ternarylogic_epi32::<ODD>(_mm512_ror_epi32::<7>(x), _mm512_ror_epi32::<18>(x), _mm512_srli_epi32::<3>(x));
                let high = _mm512_ternarylogic_epi32::<ODD>(_mm512_ror_epi32::<17>(y), _mm512_ror_epi32::<19>(y), _mm512_srli_epi32::<10>(y));
                words[at] = _mm512_add_epi32(_mm512_add_epi32(words[at], low), _mm512_add_epi32(words[(at + 9) % LANES], high));
            }
            let constant = _mm512_set1_epi32(constants[at / 4][at % 4] as i32);
            let mixed = _mm512_ternarylogic_epi32::<ODD>(_mm512_ror_epi32::<6>(e), _mm512_ror_epi32::<11>(e), _mm512_ror_epi32::<25>(e));
            let chosen = _mm512_ternarylogic_epi32::<CHOICE>(e, f, g);
            let first = _mm512_add_epi32(_mm512_add_epi32(_mm512_add_epi32(h, constant), words[at]), _mm512_add_epi32(mixed, chosen));
            let mixed = _mm512_ternarylogic_epi32::<ODD>(_mm512_ror_epi32::<2>(a), _mm512_ror_epi32::<13>(a), _mm512_ror_epi32::<22>(a));
            let second = _mm512_add_epi32(mixed, _mm512_ternarylogic_epi32::<MAJORITY>(a, b, c));
            (h, g, f, e, d, c, b, a) = (g, f, e, _mm512_add_epi32(d, first), c, b, a, _mm512_add_epi32(first, second));
        }
    }
    let ends = [a, b, c, d, e, f, g, h];
    from_fn(|at| _mm512_add_epi32(states[at], ends[at]))
}
