//! A few answers of many records, read where they lie.

use super::super::StoreProblem;
use super::super::dictionary::Dictionary;
use super::super::envelope::{self, EnvelopeProblem};
use super::super::packed::{Entry, Packed, Scratch};
use super::super::schema::SCHEMA;
use super::super::trees::{chunk_key, doubtful, record_key};
use super::View;

/// After so many bytes sled is made to let go of what was read.
const SWEPT: usize = 6 << 20;

/// Reads what is kept of records one by one; may be used by several threads, each with its own.
pub struct Reading<'v> {
    view: &'v View,
    dictionary: Dictionary,
    scratch: Scratch,
    /// Bytes since the last sweep.
    read: usize,
}

/// What is kept of one record, still packed.
pub struct Kept<'b, 'r> {
    packed: Packed<'b>,
    dictionary: &'r Dictionary,
    scratch: &'r mut Scratch,
}

impl<'b> Kept<'b, '_> {
    /// Gives the entries whose last name is wanted: answers, then hidden paths, then computed values, in the order of their paths.
    ///
    /// # Errors
    /// The value is not what was stored: what was given so far must not be used.
    pub fn read(self, wanted: &[bool], mut take: impl FnMut(Entry<'b, '_>)) -> Result<(), StoreProblem> {
        self.packed.read(self.dictionary, self.scratch, wanted, &mut take).map(|_| ()).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))
    }
}

impl View {
    /// To read a few answers of many records.
    pub fn reading(&self) -> Reading<'_> {
        Reading { view: self, dictionary: self.lock().dictionary.clone(), scratch: Scratch::default(), read: 0 }
    }
}

impl Reading<'_> {
    /// The names that entries' numbers stand for.
    pub fn names(&self) -> &[String] {
        self.dictionary.names()
    }

    /// Calls `visit` for what is kept of every record from `first` to `last`, in the order of their ids.
    ///
    /// # Errors
    /// sled's, a value that is not what was stored, and the errors of `visit`.
    pub fn each(&mut self, first: &str, last: &str, visit: &mut dyn FnMut(&str, Kept<'_, '_>) -> Result<(), StoreProblem>) -> Result<(), StoreProblem> {
        let Self { view, dictionary, scratch, read } = self;
        let items = view.trees.current.range(chunk_key(&record_key(first), 0)..=chunk_key(&record_key(last), usize::from(u16::MAX)));
        view.each_bytes(items, &mut |key, bytes| {
            *read += bytes.len();
            if *read > SWEPT {
                *read = 0;
                view.sweep();
            }
            let packed = Packed::new(envelope::payload(SCHEMA, bytes).map_err(doubtful)?);
            let record = std::str::from_utf8(key).map_err(|_| doubtful(EnvelopeProblem::Damaged))?;
            visit(record, Kept { packed, dictionary, scratch })
        })
    }
}
