//! The union of any number of sorted sources: a streaming k-way merge in which equal lines are dropped.
//! Memory does not grow with the files, and the order of the sources makes no difference.

use super::beside::Facts;
use super::check::{Batch, Checked, Checkers, Placed};
use super::reader::FileProblem;
use super::seal::SealBuilder;
use super::tally::{Counting, Seals};
use super::used::Used;
use crate::record::line::LineProblem;
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// Sorted body lines from somewhere.
pub trait Source {
    /// Goes to the next line; false behind the last.
    ///
    /// # Errors
    /// Anything that makes the whole source unusable.
    fn advance(&mut self) -> Result<bool, UnionProblem>;

    /// The current line without LF; only its beginning where [`Self::is_partial`].
    fn line(&self) -> &[u8];

    /// Whether only the beginning of the line is at hand: enough to tell it from every other. Such a source stands last.
    fn is_partial(&self) -> bool {
        false
    }

    /// Appends the whole current line.
    ///
    /// # Errors
    /// It cannot be had.
    fn whole(&mut self, out: &mut Vec<u8>) -> Result<(), UnionProblem> {
        out.extend_from_slice(self.line());
        Ok(())
    }

    /// Has what stands before the current line hashed: the source may stand still for long while others go on.
    fn settle(&mut self) {}

    /// The current line's number in its file.
    fn number(&self) -> u64 {
        0
    }

    /// The problem of a line that was read before.
    fn refused(&self, line: u64, problem: LineProblem) -> UnionProblem;

    /// Called behind the last line, with what all its lines come to.
    ///
    /// # Errors
    /// That is not what the source says of itself.
    fn end(&mut self, _seal: &mut SealBuilder) -> Result<(), UnionProblem> {
        Ok(())
    }
}

/// Why a union was given up. Nothing was changed then.
#[derive(Debug)]
pub enum UnionProblem {
    /// An input file is refused.
    File(Box<FileProblem>),
    /// The output could not be written.
    Io(io::Error),
    /// What had to be put aside could not be.
    At(PathBuf, io::Error),
    /// The store could not be read.
    Store(String),
}

impl From<FileProblem> for UnionProblem {
    fn from(problem: FileProblem) -> Self {
        Self::File(Box::new(problem))
    }
}

/// Takes lines that have been checked, in order: a batch, and what its lines say.
pub type Visit<'v> = &'v mut dyn FnMut(&Arc<Batch>, &Facts) -> Result<(), UnionProblem>;

/// About so many bytes of lines are checked and handed on at once.
const BATCH: usize = 384 << 10;

/// So many batches may be on their way to and from the checkers.
const WAITING: usize = 6;

/// Gives every distinct line of all sources to `visit`, in order and checked; then what each source and all of them hold,
/// checked too.
///
/// # Errors
/// The first problem of any source, or of `visit`. What was visited before must not be used then.
pub fn union(sources: &mut [Box<dyn Source + '_>], checkers: &Checkers, visit: Visit<'_>) -> Result<Seals, UnionProblem> {
    let mut collecting = Collecting { counting: Counting::new(sources.len()), waiting: VecDeque::new() };
    let merged = Merging::begin(sources).and_then(|mut merging| {
        while let Some(batch) = merging.batch(sources)? {
            // What is written may begin as the first source does, from any line of this batch on.
            sources.iter_mut().take(1).for_each(|first| first.settle());
            let batch = Arc::new(batch);
            collecting.waiting.push_back((batch.clone(), checkers.submit(&batch)));
            while collecting.waiting.len() >= WAITING {
                collecting.next(sources, visit)?;
            }
        }
        Ok(())
    });
    // A problem in a line that was read earlier is told before one that was met later.
    while !collecting.waiting.is_empty() {
        match merged {
            Ok(()) => collecting.next(sources, visit)?,
            Err(_) => collecting.next(sources, &mut |_, _| Ok(()))?,
        }
    }
    merged?;
    let mut seals = collecting.counting.finish();
    for (source, seal) in sources.iter_mut().zip(&mut seals.each) {
        source.end(seal)?;
    }
    Ok(seals)
}

struct Collecting {
    counting: Counting,
    waiting: VecDeque<(Arc<Batch>, Receiver<Checked>)>,
}

impl Collecting {
    fn next(&mut self, sources: &[Box<dyn Source + '_>], visit: Visit<'_>) -> Result<(), UnionProblem> {
        let Some((batch, answer)) = self.waiting.pop_front() else { return Ok(()) };
        let checked = answer.recv().map_err(|_| UnionProblem::Io(io::Error::other("a checking thread ended")))?;
        let facts = checked.map_err(|(at, problem)| {
            let first = batch.holders(at).first().map_or(0, |holder| usize::from(*holder));
            sources[first].refused(batch.lines[at].number, problem)
        })?;
        for (at, fact) in facts.iter().enumerate() {
            self.counting.line(batch.holders(at), fact.as_ref());
        }
        visit(&batch, &Arc::new(facts))
    }
}

/// Sources by their current lines, the least on top: a heap.
struct Merging {
    heap: Vec<Top>,
    used: Used,
}

/// A source by its current line.
#[derive(Clone, Copy)]
struct Top {
    /// The line's first bytes, which mostly decide what stands before what; `None` where less of it is known.
    key: Option<Key>,
    at: usize,
}

/// Noughts stand where a line is shorter: nothing in a line is less.
type Key = [u128; 2];

fn key(line: &[u8], is_partial: bool) -> Option<Key> {
    const HALF: usize = 16;
    if let Some((one, rest)) = line.split_first_chunk()
        && let Some(other) = rest.first_chunk()
    {
        return Some([u128::from_be_bytes(*one), u128::from_be_bytes(*other)]);
    }
    let mut padded = [[0; HALF]; 2];
    padded.as_flattened_mut()[..line.len()].copy_from_slice(line);
    (!is_partial).then(|| padded.map(u128::from_be_bytes))
}

impl Top {
    fn of(source: &dyn Source, at: usize) -> Self {
        Self { key: key(source.line(), source.is_partial()), at }
    }

    fn is_before(&self, other: &Self, sources: &[Box<dyn Source + '_>]) -> bool {
        match (self.key, other.key) {
            (Some(one), Some(other)) if one != other => one < other,
            _ => compare(sources, self.at, other.at).is_lt(),
        }
    }
}

fn compare(sources: &[Box<dyn Source + '_>], a: usize, b: usize) -> Ordering {
    let (one, other) = (&sources[a], &sources[b]);
    beginning(one.line(), one.is_partial(), other.line(), other.is_partial()).then(a.cmp(&b))
}

/// Where only a beginning is known, it is compared with the other's beginning.
fn beginning(a: &[u8], a_partial: bool, b: &[u8], b_partial: bool) -> Ordering {
    match (a_partial, b_partial) {
        (true, false) => a.cmp(&b[..b.len().min(a.len())]),
        (false, true) => a[..a.len().min(b.len())].cmp(b),
        _ => a.cmp(b),
    }
}

impl Merging {
    fn begin(sources: &mut [Box<dyn Source + '_>]) -> Result<Self, UnionProblem> {
        let mut heap = Vec::new();
        for (at, source) in sources.iter_mut().enumerate() {
            if source.advance()? {
                heap.push(Top::of(&**source, at));
            }
        }
        let mut merging = Self { heap, used: Used::default() };
        for at in (0..merging.heap.len() / 2).rev() {
            merging.sift(at, sources);
        }
        Ok(merging)
    }

    fn sift(&mut self, mut at: usize, sources: &[Box<dyn Source + '_>]) {
        loop {
            let mut least = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.heap.len() && self.heap[child].is_before(&self.heap[least], sources) {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }

    /// The next distinct lines; `None` behind the last.
    fn batch(&mut self, sources: &mut [Box<dyn Source + '_>]) -> Result<Option<Batch>, UnionProblem> {
        let mut batch = Filling { bytes: self.used.again(BATCH + BATCH / 8), ..Filling::default() };
        while let Some(&Top { key, at: top }) = self.heap.first() {
            let source = &mut sources[top];
            let may_be = !batch.lines.is_empty() && (key == batch.key || key.is_none() || batch.key.is_none());
            let is_same = may_be && beginning(source.line(), source.is_partial(), &batch.bytes[batch.last..batch.bytes.len() - 1], false).is_eq();
            if !is_same {
                if batch.bytes.len() >= BATCH {
                    break;
                }
                (batch.last, batch.key) = (batch.bytes.len(), key);
                source.whole(&mut batch.bytes)?;
                batch.bytes.push(b'\n');
                batch.lines.push(Placed { end: batch.bytes.len() as u32, holders: 0, number: source.number() });
            }
            batch.holders.push(top as u16);
            if let Some(last) = batch.lines.last_mut() {
                last.holders = batch.holders.len() as u32;
            }
            match source.advance()? {
                true => self.heap[0] = Top::of(&**source, top),
                false => _ = self.heap.swap_remove(0),
            }
            self.sift(0, sources);
        }
        let bytes = Arc::new(batch.bytes);
        self.used.keep(bytes.clone());
        Ok((!batch.lines.is_empty()).then_some(Batch { bytes, lines: batch.lines, holders: batch.holders }))
    }
}

/// A batch that is being filled, and where its last line begins, and how.
#[derive(Default)]
struct Filling {
    bytes: Vec<u8>,
    lines: Vec<Placed>,
    holders: Vec<u16>,
    last: usize,
    key: Option<Key>,
}

/// What a union brings, for plans and closing lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Revisions that the reader did not have.
    pub new: u64,
    /// Revisions that it had.
    pub known: u64,
    /// Revisions that the other side did not have.
    pub sent: u64,
    /// Records in which new work met other work.
    pub merged: u64,
    /// Answers that need a decision.
    pub conflicts: u64,
    /// Pairs of records that may be one.
    pub duplicates: u64,
}
