//! sled as the view of the journal: revisions, definitions, and what was derived of every record. Disposable.
//!
//! Values are at most 4 KiB (longer ones lie in chunks), keys are ordered by record and time, and every value stands in
//! an envelope (see `envelope`). A value that cannot be read makes the whole view doubtful; it is then rebuilt.

mod index;
mod keys;
mod pairings;
pub mod part;
pub mod walk;

use super::StoreProblem;
use super::derived::{Current, IndexRow};
use super::dictionary::Dictionary;
use super::envelope::{self, EnvelopeProblem};
use super::packed::Packed;
use super::recover::quietly;
use super::replay::Told;
use super::rows::Rows;
use super::schema::{CurrentV2, IndexRowV3, RevisionV2, SCHEMA, pack, unpack};
use super::sweep::{give_back, keeps_little};
use super::trees::{Kept, VisitBytes, chunk_key, definition_key, definition_of, doubtful, each_of, failed, key_parts, record_key, revision_key};
use crate::disk;
use crate::record::clock::Stamp;
use crate::record::revision::RevisionId;
use crate::record::{Definition, Entry, Revision};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sled::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

const CHUNK: usize = 4000;

/// Where it is noted how large the view was when it had just been made small.
const SMALL: &[u8] = b"small";

/// This laptop's chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Whose chain it is.
    device: String,
    last: Option<(i64, u16)>,
    /// Its highest number.
    pub seq: u64,
    /// Its last revision.
    pub prev: Option<RevisionId>,
}

/// A copy of a [`Chain`] with its stamp.
#[derive(Clone, Debug, Default)]
pub struct ChainEnd {
    /// The latest believable stamp that this laptop knows.
    pub last: Option<Stamp>,
    /// Its highest number.
    pub seq: u64,
    /// Its last revision.
    pub prev: Option<RevisionId>,
}

/// The view, open.
pub struct View {
    trees: Kept,
    inner: Mutex<Inner>,
    /// A value could not be read: the next start must look at everything.
    doubtful: AtomicBool,
    /// sled refused something. Nothing more is asked of this handle: reading on it may never come back.
    poisoned: AtomicBool,
}

#[derive(Default)]
struct Inner {
    dictionary: Dictionary,
    stored_names: usize,
    chain: Chain,
    /// All lines, where they were read ahead.
    ahead: Option<Rows>,
    /// Lines that are in memory already.
    seen: Rows,
}

/// Takes a value and its key.
type Visit<'v, T> = &'v mut dyn FnMut(&[u8], T) -> Result<(), StoreProblem>;

/// Takes what is kept of a record, still packed, and its key.
type VisitPacked<'v> = &'v mut dyn FnMut(&[u8], Packed<'_>) -> Result<(), StoreProblem>;

impl View {
    /// Opens or makes the view in `dir`.
    pub fn open(dir: &Path) -> Result<Self, StoreProblem> {
        let view = Self { trees: Kept::open(dir)?, inner: Mutex::new(Inner::default()), doubtful: AtomicBool::new(false), poisoned: AtomicBool::new(false) };
        let mut names = Vec::new();
        view.each::<String>(&view.trees.names, b"", &mut |key, name| {
            // One lost name would shift all that follow.
            if key != (names.len() as u32).to_be_bytes() {
                return Err(doubtful(EnvelopeProblem::Damaged));
            }
            names.push(name);
            Ok(())
        })?;
        let chain = view.get(&view.trees.meta, b"chain")?.unwrap_or_default();
        *view.lock() = Inner { stored_names: names.len(), dictionary: Dictionary::new(names), chain, ..Inner::default() };
        Ok(view)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Lets go of its files. Nothing may be asked of it any more.
    pub(super) fn let_go(&mut self) {
        if !self.trees.let_go() {
            self.poisoned.store(true, Ordering::Relaxed);
        }
    }

    /// Whether something was wrong with it: the mark of a clean end must not stand.
    pub fn is_doubtful(&self) -> bool {
        self.doubtful.load(Ordering::Relaxed) || self.poisoned.load(Ordering::Relaxed)
    }

    /// It lacks something that lists show: the next start looks at everything.
    pub fn lost(&self) -> StoreProblem {
        self.doubtful.store(true, Ordering::Relaxed);
        StoreProblem::View("sled".to_owned())
    }

    fn usable(&self) -> Result<(), StoreProblem> {
        if self.poisoned.load(Ordering::Relaxed) || self.trees.are_gone() { Err(StoreProblem::View("sled".to_owned())) } else { Ok(()) }
    }

    /// What sled gave; once it refuses, it is asked no more.
    fn asked<T>(&self, ask: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreProblem> {
        let given = quietly(ask).map(|result| result.map_err(failed));
        given.unwrap_or_else(|| Err(StoreProblem::View("sled".to_owned()))).inspect_err(|_| self.poisoned.store(true, Ordering::Relaxed))
    }

    /// Writes a value in chunks behind `key`.
    fn put<T: Serialize>(&self, tree: &Tree, key: &[u8], value: &T) -> Result<(), StoreProblem> {
        self.usable()?;
        let sealed = envelope::seal(SCHEMA, value);
        for (at, chunk) in sealed.chunks(CHUNK).enumerate() {
            self.asked(|| tree.insert(chunk_key(key, at), chunk))?;
        }
        // A shorter value than before must not keep the old one's tail.
        let mut next = sealed.len().div_ceil(CHUNK);
        while self.asked(|| tree.remove(chunk_key(key, next)))?.is_some() {
            next += 1;
        }
        Ok(())
    }

    /// Goes through a tree (or the part behind a prefix), giving whole values with their keys.
    fn each<T: DeserializeOwned>(&self, tree: &Tree, prefix: &[u8], visit: Visit<'_, T>) -> Result<(), StoreProblem> {
        self.each_of(tree.scan_prefix(prefix), visit)
    }

    fn each_of<T: DeserializeOwned>(&self, items: sled::Iter, visit: Visit<'_, T>) -> Result<(), StoreProblem> {
        self.usable()?;
        let mut of_caller = false;
        let done = each_of(items, &mut |key, bytes| {
            let value = envelope::open(SCHEMA, bytes).map_err(doubtful)?;
            visit(key, value).inspect_err(|e| of_caller = !matches!(e, StoreProblem::View(_)))
        });
        done.map(|_| ()).inspect_err(|_| {
            self.doubtful.fetch_or(!of_caller, Ordering::Relaxed);
        })
    }

    /// The same of what is kept of records, read where it lies.
    fn each_packed(&self, items: sled::Iter, visit: VisitPacked<'_>) -> Result<(), StoreProblem> {
        self.each_bytes(items, &mut |key, bytes| visit(key, Packed::new(envelope::payload(SCHEMA, bytes).map_err(doubtful)?)))
    }

    /// The same of whatever is kept, as it lies there; any failure speaks against the view.
    fn each_bytes(&self, items: sled::Iter, visit: VisitBytes<'_>) -> Result<(), StoreProblem> {
        self.usable()?;
        each_of(items, visit).map(|_| ()).inspect_err(|_| self.doubtful.store(true, Ordering::Relaxed))
    }

    fn get<T: DeserializeOwned>(&self, tree: &Tree, key: &[u8]) -> Result<Option<T>, StoreProblem> {
        let mut found = None;
        self.each(tree, key, &mut |_, value| {
            found = Some(value);
            Ok(())
        })?;
        Ok(found)
    }

    /// Makes the chain that of `device`: after a new identity, or a new suffix, it begins (or goes on) where that one ends.
    pub fn own(&self, device: &str) -> Result<(), StoreProblem> {
        if self.lock().chain.device == device {
            return Ok(());
        }
        let mut end = (0, None);
        self.revisions("", &mut |revision| {
            if revision.device == device && revision.seq > end.0 {
                end = (revision.seq, Some(revision.id));
            }
            Ok(())
        })?;
        {
            let chain = &mut self.lock().chain;
            (chain.device, chain.seq, chain.prev) = (device.to_owned(), end.0, end.1);
        }
        self.store_chain()
    }

    /// This laptop's last revision and the latest stamp known.
    pub fn chain(&self) -> ChainEnd {
        let chain = self.lock().chain.clone();
        ChainEnd { last: chain.last.map(|(millis, counter)| Stamp { millis, counter }), seq: chain.seq, prev: chain.prev }
    }

    /// Whether an entry is there.
    pub fn contains(&self, entry: &Entry) -> Result<bool, StoreProblem> {
        let (tree, key) = match entry {
            Entry::Revision(revision) => (&self.trees.revisions, revision_key(revision)),
            Entry::Definition(definition) => (&self.trees.definitions, definition_key(definition)),
        };
        self.usable()?;
        self.asked(|| tree.contains_key(chunk_key(&key, 0)))
    }

    /// Adds an entry of the journal; a record that it touches is marked for deriving again.
    pub fn insert(&self, entry: &Entry, device: &str, now: DateTime<Utc>) -> Result<(), StoreProblem> {
        match entry {
            Entry::Definition(definition) => self.put(&self.trees.definitions, &definition_key(definition), &definition.source()),
            Entry::Revision(revision) => {
                // The mark goes first: a kill in between may cost a needless deriving, never a forgotten one.
                self.usable()?;
                self.asked(|| self.trees.stale.insert(record_key(&revision.record), &[]))?;
                let packed = pack(revision, &mut self.lock().dictionary);
                self.store_names()?;
                self.put(&self.trees.revisions, &revision_key(revision), &packed)?;
                self.observe(&revision.into(), device, now);
                self.store_chain()
            }
        }
    }

    /// Takes a revision into account for this laptop's chain and clock.
    pub fn observe(&self, revision: &Told<'_>, device: &str, now: DateTime<Utc>) {
        let chain = &mut self.lock().chain;
        // A clock that is years ahead must not drag this laptop's along: such stamps are not absorbed.
        if revision.device == device || revision.at.is_trusted(now) {
            chain.last = chain.last.max(Some((revision.at.millis, revision.at.counter)));
        }
        if revision.device == device && revision.seq > chain.seq {
            (chain.seq, chain.prev) = (revision.seq, Some(revision.id));
        }
    }

    /// Keeps the chain.
    pub fn store_chain(&self) -> Result<(), StoreProblem> {
        self.put(&self.trees.meta, b"chain", &self.lock().chain)
    }

    fn store_names(&self) -> Result<(), StoreProblem> {
        let mut inner = self.lock();
        for at in inner.stored_names..inner.dictionary.names().len() {
            self.put(&self.trees.names, &(at as u32).to_be_bytes(), &inner.dictionary.names()[at])?;
        }
        inner.stored_names = inner.dictionary.names().len();
        Ok(())
    }

    /// Calls `visit` for every revision of a record (all records with an empty one), sorted as in a central file.
    pub fn revisions(&self, record: &str, visit: &mut dyn FnMut(Revision) -> Result<(), StoreProblem>) -> Result<(), StoreProblem> {
        let dictionary = self.lock().dictionary.clone();
        self.each::<RevisionV2>(&self.trees.revisions, record.as_bytes(), &mut |key, packed| {
            let parts = key_parts(key).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))?;
            visit(unpack(packed, parts, &dictionary).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))?)
        })
    }

    /// The revisions of one record.
    pub fn history(&self, record: &str) -> Result<Vec<Revision>, StoreProblem> {
        let mut all = Vec::new();
        self.revisions(record, &mut |revision| {
            all.push(revision);
            Ok(())
        })?;
        Ok(all)
    }

    /// All forms and lists.
    pub fn definitions(&self) -> Result<Vec<Definition>, StoreProblem> {
        let mut all = Vec::new();
        self.each::<String>(&self.trees.definitions, b"", &mut |key, source| {
            all.push(definition_of(key, source).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Records whose derived results are not up to date.
    pub fn stale(&self) -> Result<BTreeSet<String>, StoreProblem> {
        self.usable()?;
        self.trees.stale.iter().keys().map(|key| key.map(|k| String::from_utf8_lossy(&k).into_owned()).map_err(failed)).collect()
    }

    /// Notes what was derived of a record.
    pub fn put_current(&self, row: &IndexRow, current: &Current) -> Result<(), StoreProblem> {
        self.lock().ahead = None;
        let revisions = self.sum_of_revisions(&row.record)?;
        let packed = CurrentV2::pack(current, revisions, &mut self.lock().dictionary);
        self.store_names()?;
        self.put(&self.trees.current, &record_key(&row.record), &packed)?;
        self.put(&self.trees.index, &record_key(&row.record), &IndexRowV3::pack(row, revisions))?;
        self.asked(|| self.trees.stale.remove(record_key(&row.record))).map(|_| ())
    }

    /// A record's current answers.
    pub fn current(&self, record: &str) -> Result<Option<Current>, StoreProblem> {
        let packed: Option<CurrentV2> = self.get(&self.trees.current, &record_key(record))?;
        let dictionary = self.lock().dictionary.clone();
        packed.map(|packed| packed.unpack(&dictionary).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))).transpose()
    }

    /// What was last noted of the forms with which records are shown: id, a digest of the form's text, and its `of` where
    /// it migrates records of earlier versions.
    pub fn forms_seen(&self) -> Result<BTreeMap<String, (String, String)>, StoreProblem> {
        Ok(self.get(&self.trees.meta, b"forms")?.unwrap_or_default())
    }

    /// Notes it.
    pub fn set_forms_seen(&self, forms: &BTreeMap<String, (String, String)>) -> Result<(), StoreProblem> {
        self.put(&self.trees.meta, b"forms", forms)
    }

    /// Whether any record is kept.
    pub fn is_empty(&self) -> bool {
        self.trees.revisions.is_empty()
    }

    /// Has sled let go of pages that were only passed by. To be called now and then where much is read.
    fn sweep(&self) {
        if keeps_little() {
            self.relieve();
        }
    }

    /// The same in any process, to be called after some megabytes: sled counts pages, whatever their size, and those of large
    /// values come to gigabytes.
    pub fn relieve(&self) {
        if self.usable().is_ok() {
            let _ = quietly(|| self.trees.sweep.sweep(&self.trees.db));
        }
    }

    /// Gives back what memory much reading took, in a process that keeps little: sled's pages, and what the allocator keeps.
    pub fn spare(&self) {
        self.sweep();
        give_back();
    }

    /// How many bytes it takes on the disk.
    pub fn bytes(&self) -> u64 {
        quietly(|| self.trees.db.size_on_disk()).and_then(Result::ok).unwrap_or(0)
    }

    /// What it took when it was made small last, and what the journal took then.
    pub fn left_small(&self) -> Result<Option<(u64, u64)>, StoreProblem> {
        self.get(&self.trees.meta, SMALL)
    }

    /// Notes it.
    pub fn note_small(&self, journal_bytes: u64) -> Result<(), StoreProblem> {
        self.put(&self.trees.meta, SMALL, &(self.bytes(), journal_bytes))
    }

    /// Copies everything into a new view.
    pub fn copy_to(&self, dir: &Path) -> Result<(), StoreProblem> {
        let new = Kept::open(dir)?;
        let old = &self.trees;
        let pairs = [
            (&old.revisions, &new.revisions),
            (&old.definitions, &new.definitions),
            (&old.current, &new.current),
            (&old.index, &new.index),
            (&old.stale, &new.stale),
            (&old.names, &new.names),
            (&old.meta, &new.meta),
        ];
        for (from, to) in pairs {
            for item in from.iter() {
                let (key, value) = item.map_err(failed)?;
                to.insert(key, value).map_err(failed)?;
            }
        }
        new.db.flush().map(|_| ()).map_err(failed)
    }

    /// Flushes, and fsyncs what sled's flush leaves to chance.
    pub fn flush(&self, store: &Path) -> Result<(), StoreProblem> {
        self.usable()?;
        self.asked(|| self.trees.db.flush())?;
        let file = store.join("sled").join("db");
        let synced = std::fs::OpenOptions::new().write(true).open(&file).and_then(|f| f.sync_all()).and_then(|()| disk::sync_folder(&file));
        synced.map_err(|e| StoreProblem::Io(file, e))
    }
}
