//! The union of any number of sorted sources: a streaming k-way merge in which equal lines are dropped.
//! Memory does not grow with the files, and the order of the sources makes no difference.

use super::reader::{FileProblem, Reader};
use super::seal::SealBuilder;
use crate::record::merge::Merged;
use crate::record::{Entry, History, Revision};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufRead, Write};

/// Sorted body lines from somewhere.
pub trait Source {
    /// The next line with what it says; `None` behind the last.
    ///
    /// # Errors
    /// Anything that makes the whole source unusable.
    fn next(&mut self) -> Result<Option<(Vec<u8>, Entry)>, UnionProblem>;
}

/// Why a union was given up. Nothing was changed then.
#[derive(Debug)]
pub enum UnionProblem {
    /// An input file is refused.
    File(FileProblem),
    /// The output could not be written.
    Io(io::Error),
    /// The store could not be read.
    Store(String),
}

impl<R: BufRead> Source for Reader<R> {
    fn next(&mut self) -> Result<Option<(Vec<u8>, Entry)>, UnionProblem> {
        if !self.advance().map_err(UnionProblem::File)? {
            return Ok(None);
        }
        let entry = self.entry();
        Ok(entry.map(|entry| (self.line().to_vec(), entry)))
    }
}

/// Lines that are already in memory.
impl Source for std::vec::IntoIter<(Vec<u8>, Entry)> {
    fn next(&mut self) -> Result<Option<(Vec<u8>, Entry)>, UnionProblem> {
        Ok(Iterator::next(self))
    }
}

/// A line of the union and the sources that hold it, as bits.
pub struct Line<'a> {
    /// The raw bytes, without LF.
    pub bytes: &'a [u8],
    /// What it says.
    pub entry: &'a Entry,
    /// Bit n is set when source n holds it.
    pub sources: u64,
}

/// At most this many sources at once (one bit each in [`Line::sources`]).
pub const MAX_SOURCES: usize = 64;

/// Calls `visit` for every distinct line, in order.
///
/// # Errors
/// The first problem of any source, or of `visit`.
pub fn union(sources: &mut [Box<dyn Source + '_>], visit: &mut dyn FnMut(Line<'_>) -> Result<(), UnionProblem>) -> Result<(), UnionProblem> {
    let mut heap: BinaryHeap<Reverse<(Vec<u8>, usize)>> = BinaryHeap::new();
    let mut entries: Vec<Option<Entry>> = Vec::new();
    for (at, source) in sources.iter_mut().enumerate() {
        let next = source.next()?;
        entries.push(None);
        if let Some((bytes, entry)) = next {
            entries[at] = Some(entry);
            heap.push(Reverse((bytes, at)));
        }
    }
    while let Some(Reverse((bytes, at))) = heap.pop() {
        let mut holders = vec![at];
        while let Some(Reverse((same, _))) = heap.peek() {
            if *same != bytes {
                break;
            }
            holders.extend(heap.pop().map(|Reverse((_, at))| at));
        }
        let bits = holders.iter().fold(0u64, |bits, at| bits | 1 << (at % MAX_SOURCES));
        if let Some(entry) = entries[at].take() {
            visit(Line { bytes: &bytes, entry: &entry, sources: bits })?;
        }
        for at in holders {
            if let Some((bytes, entry)) = sources[at].next()? {
                entries[at] = Some(entry);
                heap.push(Reverse((bytes, at)));
            }
        }
    }
    Ok(())
}

/// Writes a central file: header, lines as they come (they must be sorted), seal.
pub struct Writer<W: Write> {
    out: W,
    seal: SealBuilder,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// The system's.
    pub fn new(out: W, programme: &str) -> io::Result<Self> {
        let mut writer = Self { out, seal: SealBuilder::default() };
        writer.raw(super::header(programme).as_bytes())?;
        Ok(writer)
    }

    fn raw(&mut self, line: &[u8]) -> io::Result<()> {
        self.seal.line(line);
        self.out.write_all(line)?;
        self.out.write_all(b"\n")
    }

    /// Writes a body line.
    ///
    /// # Errors
    /// The system's.
    pub fn line(&mut self, bytes: &[u8], entry: &Entry) -> io::Result<()> {
        if let Entry::Revision(revision) = entry {
            self.seal.revision(revision);
        }
        self.raw(bytes)
    }

    /// Writes the seal and gives the output back.
    ///
    /// # Errors
    /// The system's.
    pub fn finish(mut self) -> io::Result<W> {
        let seal = self.seal.seal();
        self.out.write_all(seal.as_bytes())?;
        self.out.write_all(b"\n")?;
        Ok(self.out)
    }
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

/// Counts a union as its lines pass: the revisions of a record stand together.
pub struct Teller<'a> {
    tally: Tally,
    merge: &'a dyn Fn(&History) -> Merged,
    record: Vec<Revision>,
    has_new: bool,
}

/// A record whose revisions have all passed, and what they come to.
pub struct Closed {
    /// Its history.
    pub history: History,
    /// Its answers now.
    pub merged: Merged,
}

impl<'a> Teller<'a> {
    /// A teller. `merge` says what a history comes to: as its form sees it, which is not known here.
    pub fn new(merge: &'a dyn Fn(&History) -> Merged) -> Self {
        Self { tally: Tally::default(), merge, record: Vec::new(), has_new: false }
    }

    /// Takes a revision; gives the record before it, when this one begins another.
    pub fn revision(&mut self, revision: &Revision, is_new: bool) -> Option<Closed> {
        let closed = if self.record.last().is_some_and(|last| last.record != revision.record) { self.close() } else { None };
        if is_new {
            self.tally.new += 1;
        }
        self.has_new |= is_new;
        self.record.push(revision.clone());
        closed
    }

    /// Counts `count` revisions that were known.
    pub fn known(&mut self, count: u64) {
        self.tally.known += count;
    }

    /// Counts a revision that the other side did not have.
    pub fn sent(&mut self) {
        self.tally.sent += 1;
    }

    fn close(&mut self) -> Option<Closed> {
        let revisions = std::mem::take(&mut self.record);
        let has_new = std::mem::take(&mut self.has_new);
        if revisions.is_empty() {
            return None;
        }
        let history = History::new(revisions);
        let merged = (self.merge)(&history);
        if has_new && history.heads().len() > 1 {
            self.tally.merged += 1;
        }
        self.tally.conflicts += merged.conflicts.len() as u64;
        Some(Closed { history, merged })
    }

    /// The counts, and the last record.
    pub fn finish(mut self) -> (Tally, Option<Closed>) {
        let closed = self.close();
        (self.tally, closed)
    }
}
