//! sled as the view of the journal: revisions, definitions, and what was derived of every record. Disposable.
//!
//! Values are at most 4 KiB (longer ones lie in chunks), keys are ordered by record and time, and every value stands in
//! an envelope (see `envelope`). A value that cannot be read makes the whole view doubtful; it is then rebuilt.

mod keys;
mod pairings;

use super::StoreProblem;
use super::envelope::{self, EnvelopeProblem};
use super::schema::{CurrentV1, Dictionary, IndexRowV1, RevisionV1, SCHEMA, pack, unpack};
use crate::disk;
use crate::record::clock::Stamp;
use crate::record::history::State;
use crate::record::revision::RevisionId;
use crate::record::{Definition, Entry, Revision};
use crate::value::Value;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sled::{Db, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

const CHUNK: usize = 4000;
const CACHE: u64 = 64 << 20;

/// A record as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// Its id.
    pub record: String,
    /// Its form.
    pub form: String,
    /// The form's version.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// Answers in conflict.
    pub conflicts: u32,
    /// Hard problems (after a merge).
    pub problems: u32,
    /// Soft checks that were overridden.
    pub warnings: u32,
    /// The record under which it stands on a timeline; empty for none.
    pub subject: String,
    /// All records that it names.
    pub references: Vec<String>,
    /// `2026-07-01`, or empty.
    pub date: String,
    /// Who wrote last.
    pub person: String,
    /// On which laptop.
    pub device: String,
    /// When.
    pub at: Stamp,
    /// One line.
    pub summary: String,
    /// Everything by which it is found, folded.
    pub search: String,
    /// Answers that should be unique, folded: question → value.
    pub identity: Vec<(String, String)>,
}

/// A record's merged answers and what was derived from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// The form that they were derived with.
    pub of: String,
    /// All answers.
    pub answers: BTreeMap<String, Value>,
    /// Paths of answers that are not relevant.
    pub hidden: Vec<String>,
    /// Computed values.
    pub computed: BTreeMap<String, Value>,
    /// Notes.
    pub notes: BTreeMap<String, String>,
}

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

/// The trees.
pub struct View {
    db: Db,
    revisions: Tree,
    definitions: Tree,
    current: Tree,
    index: Tree,
    stale: Tree,
    names: Tree,
    meta: Tree,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    dictionary: Dictionary,
    stored_names: usize,
    chain: Chain,
}

fn failed(error: sled::Error) -> StoreProblem {
    match error {
        sled::Error::Io(error) => StoreProblem::Io("sled".into(), error),
        other => StoreProblem::View(other.to_string()),
    }
}

fn doubtful(problem: EnvelopeProblem) -> StoreProblem {
    StoreProblem::View(format!("{problem:?}"))
}

fn record_key(record: &str) -> Vec<u8> {
    record.as_bytes().to_vec()
}

/// What a revision is found by, and sorted: the beginning of its line says the same.
pub type RevisionKey = (String, Stamp, RevisionId);

fn revision_key(revision: &Revision) -> Vec<u8> {
    revision_key_of(&revision.record, revision.at, &revision.id)
}

fn revision_key_of(record: &str, at: Stamp, id: &RevisionId) -> Vec<u8> {
    let mut key = record_key(record);
    // Sorts as the stamp's text does: flipped sign, big end first.
    key.extend_from_slice(&((at.millis as u64) ^ (1 << 63)).to_be_bytes());
    key.extend_from_slice(&at.counter.to_be_bytes());
    key.extend_from_slice(id);
    key
}

fn key_parts(key: &[u8]) -> Option<(String, Stamp, RevisionId)> {
    let record = String::from_utf8(key.get(..36)?.to_vec()).ok()?;
    let millis = (u64::from_be_bytes(key.get(36..44)?.try_into().ok()?) ^ (1 << 63)) as i64;
    let counter = u16::from_be_bytes(key.get(44..46)?.try_into().ok()?);
    Some((record, Stamp { millis, counter }, key.get(46..78)?.try_into().ok()?))
}

fn definition_key(definition: &Definition) -> Vec<u8> {
    let kind = match definition {
        Definition::Form { id, version, .. } => format!("f{id}\0{version}\0"),
        Definition::List { name, .. } => format!("l{name}\0"),
    };
    (kind + &definition.hash()).into_bytes()
}

/// Writes a value in chunks behind `key`.
fn put<T: Serialize>(tree: &Tree, key: &[u8], value: &T) -> Result<(), StoreProblem> {
    let sealed = envelope::seal(SCHEMA, value);
    for (at, chunk) in sealed.chunks(CHUNK).enumerate() {
        tree.insert(chunk_key(key, at), chunk).map_err(failed)?;
    }
    // A shorter value than before must not keep the old one's tail.
    let mut next = sealed.len().div_ceil(CHUNK);
    while tree.remove(chunk_key(key, next)).map_err(failed)?.is_some() {
        next += 1;
    }
    Ok(())
}

fn chunk_key(key: &[u8], at: usize) -> Vec<u8> {
    let mut whole = key.to_vec();
    whole.extend_from_slice(&(at as u16).to_be_bytes());
    whole
}

/// Takes a value and its key.
type Visit<'v, T> = &'v mut dyn FnMut(&[u8], T) -> Result<(), StoreProblem>;

/// Goes through a tree (or the part behind a prefix), giving whole values with their keys.
fn each<T: DeserializeOwned>(tree: &Tree, prefix: &[u8], visit: Visit<'_, T>) -> Result<(), StoreProblem> {
    let mut pending: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut close = |pending: Option<(Vec<u8>, Vec<u8>)>| match pending {
        Some((key, bytes)) => envelope::open(SCHEMA, &bytes).map_err(doubtful).and_then(|value| visit(&key, value)),
        None => Ok(()),
    };
    for item in tree.scan_prefix(prefix) {
        let (whole, chunk) = item.map_err(failed)?;
        let (key, at) = whole.split_at(whole.len().saturating_sub(2));
        match &mut pending {
            Some((open, bytes)) if open == key && at != [0, 0] => bytes.extend_from_slice(&chunk),
            _ => close(pending.replace((key.to_vec(), chunk.to_vec())))?,
        }
    }
    close(pending)
}

fn get<T: DeserializeOwned>(tree: &Tree, key: &[u8]) -> Result<Option<T>, StoreProblem> {
    let mut found = None;
    each(tree, key, &mut |_, value| {
        found = Some(value);
        Ok(())
    })?;
    Ok(found)
}

impl View {
    /// Opens or makes the view in `dir`.
    pub fn open(dir: &Path) -> Result<Self, StoreProblem> {
        let db = sled::Config::new().path(dir).cache_capacity(CACHE).flush_every_ms(None).open().map_err(failed)?;
        let tree = |name: &str| db.open_tree(name).map_err(failed);
        let view = Self {
            revisions: tree("revisions")?,
            definitions: tree("definitions")?,
            current: tree("current")?,
            index: tree("index")?,
            stale: tree("stale")?,
            names: tree("names")?,
            meta: tree("meta")?,
            inner: Mutex::new(Inner::default()),
            db,
        };
        let mut names = Vec::new();
        each::<String>(&view.names, b"", &mut |_, name| {
            names.push(name);
            Ok(())
        })?;
        let chain = get(&view.meta, b"chain")?.unwrap_or_default();
        *view.lock() = Inner { stored_names: names.len(), dictionary: Dictionary::new(names), chain };
        Ok(view)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Reads everything once; any value that cannot be read is an error.
    pub fn walk(&self) -> Result<u64, StoreProblem> {
        let mut count = 0;
        each::<RevisionV1>(&self.revisions, b"", &mut |_, _| {
            count += 1;
            Ok(())
        })?;
        each::<String>(&self.definitions, b"", &mut |_, _| Ok(()))?;
        each::<IndexRowV1>(&self.index, b"", &mut |_, _| Ok(()))?;
        each::<CurrentV1>(&self.current, b"", &mut |_, _| Ok(()))?;
        Ok(count)
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

    /// How much the view holds: compared at a clean start, since sled may lack keys without saying so.
    pub fn fingerprint(&self) -> String {
        let sizes = [&self.revisions, &self.definitions, &self.current, &self.index, &self.stale, &self.names].map(|tree| tree.len().to_string());
        let chain = self.lock().chain.clone();
        format!("{} {} {}", sizes.join(" "), chain.device, chain.seq)
    }

    /// This laptop's last revision and the latest stamp known.
    pub fn chain(&self) -> ChainEnd {
        let chain = self.lock().chain.clone();
        ChainEnd { last: chain.last.map(|(millis, counter)| Stamp { millis, counter }), seq: chain.seq, prev: chain.prev }
    }

    /// Whether an entry is there.
    pub fn contains(&self, entry: &Entry) -> Result<bool, StoreProblem> {
        let (tree, key) = match entry {
            Entry::Revision(revision) => (&self.revisions, revision_key(revision)),
            Entry::Definition(definition) => (&self.definitions, definition_key(definition)),
        };
        tree.contains_key(chunk_key(&key, 0)).map_err(failed)
    }

    /// Adds an entry of the journal; a record that it touches is marked for deriving again.
    pub fn insert(&self, entry: &Entry, device: &str, now: DateTime<Utc>) -> Result<(), StoreProblem> {
        match entry {
            Entry::Definition(definition) => put(&self.definitions, &definition_key(definition), &definition.source()),
            Entry::Revision(revision) => {
                // The mark goes first: a kill in between may cost a needless deriving, never a forgotten one.
                self.stale.insert(record_key(&revision.record), &[]).map_err(failed)?;
                let packed = pack(revision, &mut self.lock().dictionary);
                self.store_names()?;
                put(&self.revisions, &revision_key(revision), &packed)?;
                self.observe(revision, device, now);
                self.store_chain()
            }
        }
    }

    /// Takes a revision into account for this laptop's chain and clock.
    pub fn observe(&self, revision: &Revision, device: &str, now: DateTime<Utc>) {
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
        put(&self.meta, b"chain", &self.lock().chain)
    }

    fn store_names(&self) -> Result<(), StoreProblem> {
        let mut inner = self.lock();
        for at in inner.stored_names..inner.dictionary.names().len() {
            put(&self.names, &(at as u32).to_be_bytes(), &inner.dictionary.names()[at])?;
        }
        inner.stored_names = inner.dictionary.names().len();
        Ok(())
    }

    /// Calls `visit` for every revision of a record (all records with an empty one), sorted as in a central file.
    pub fn revisions(&self, record: &str, visit: &mut dyn FnMut(Revision) -> Result<(), StoreProblem>) -> Result<(), StoreProblem> {
        let dictionary = self.lock().dictionary.clone();
        each::<RevisionV1>(&self.revisions, record.as_bytes(), &mut |key, packed| {
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
        each::<String>(&self.definitions, b"", &mut |key, source| {
            let text = String::from_utf8_lossy(key).into_owned();
            let mut parts = text[1..].split('\0').map(str::to_owned);
            let name = parts.next().unwrap_or_default();
            all.push(match key[0] {
                b'f' => Definition::Form { id: name, version: parts.next().and_then(|v| v.parse().ok()).unwrap_or(0), source },
                _ => Definition::List { name, source },
            });
            Ok(())
        })?;
        Ok(all)
    }

    /// Records whose derived results are not up to date.
    pub fn stale(&self) -> Result<BTreeSet<String>, StoreProblem> {
        self.stale.iter().keys().map(|key| key.map(|k| String::from_utf8_lossy(&k).into_owned()).map_err(failed)).collect()
    }

    /// Notes what was derived of a record.
    pub fn put_current(&self, row: &IndexRow, current: &Current) -> Result<(), StoreProblem> {
        let packed = CurrentV1::pack(current, &mut self.lock().dictionary);
        self.store_names()?;
        put(&self.current, &record_key(&row.record), &packed)?;
        put(&self.index, &record_key(&row.record), &IndexRowV1::pack(row))?;
        self.stale.remove(record_key(&row.record)).map(|_| ()).map_err(failed)
    }

    /// A record's current answers.
    pub fn current(&self, record: &str) -> Result<Option<Current>, StoreProblem> {
        let packed: Option<CurrentV1> = get(&self.current, &record_key(record))?;
        let dictionary = self.lock().dictionary.clone();
        packed.map(|packed| packed.unpack(&dictionary).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))).transpose()
    }

    /// Calls `visit` for every record's current answers.
    pub fn each_current(&self, visit: &mut dyn FnMut(&str, Current)) -> Result<(), StoreProblem> {
        let dictionary = self.lock().dictionary.clone();
        each::<CurrentV1>(&self.current, b"", &mut |key, packed| {
            let current = packed.unpack(&dictionary).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))?;
            visit(&String::from_utf8_lossy(key), current);
            Ok(())
        })
    }

    /// A record's line.
    pub fn row(&self, record: &str) -> Result<Option<IndexRow>, StoreProblem> {
        get::<IndexRowV1>(&self.index, &record_key(record)).map(|row| row.map(IndexRowV1::unpack))
    }

    /// All records' lines.
    pub fn index(&self) -> Result<Vec<IndexRow>, StoreProblem> {
        let mut rows = Vec::new();
        each::<IndexRowV1>(&self.index, b"", &mut |_, row| {
            rows.push(row.unpack());
            Ok(())
        })?;
        Ok(rows)
    }

    /// What was last noted of the forms with which records are shown: id, a digest of the form's text, and its `of` where
    /// it migrates records of earlier versions.
    pub fn forms_seen(&self) -> Result<BTreeMap<String, (String, String)>, StoreProblem> {
        Ok(get(&self.meta, b"forms")?.unwrap_or_default())
    }

    /// Notes it.
    pub fn set_forms_seen(&self, forms: &BTreeMap<String, (String, String)>) -> Result<(), StoreProblem> {
        put(&self.meta, b"forms", forms)
    }

    /// Whether any record is kept.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// Flushes, and fsyncs what sled's flush leaves to chance.
    pub fn flush(&self, store: &Path) -> Result<(), StoreProblem> {
        self.db.flush().map_err(failed)?;
        let file = store.join("sled").join("db");
        let synced = std::fs::OpenOptions::new().write(true).open(&file).and_then(|f| f.sync_all()).and_then(|()| disk::sync_folder(&file));
        synced.map_err(|e| StoreProblem::Io(file, e))
    }
}
