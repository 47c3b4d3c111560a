//! sled's trees: opening and dropping them, their keys, values that lie in chunks.

use super::StoreProblem;
use super::envelope::EnvelopeProblem;
use super::recover::quietly;
use super::sweep::{Sweep, keeps_little};
use crate::record::clock::Stamp;
use crate::record::revision::RevisionId;
use crate::record::{Definition, Revision};
use sled::{Db, IVec, Tree};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What sled may hold of its pages where little is to be kept. Lists have their lines from memory; single records are small.
const SMALL: u64 = 4 << 20;

/// What it may hold in a command: what one thread puts away and another lets go of has all of them wait for the allocator.
const LARGE: u64 = 128 << 20;

/// So long sled's own lock is waited for. The store's is held by then, so only a sled that was dropped a moment ago, whose
/// threads let go of the file a little later, can hold it.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);

/// sled, open, with its trees.
pub struct Trees {
    pub db: Db,
    pub revisions: Tree,
    pub definitions: Tree,
    pub current: Tree,
    pub index: Tree,
    pub stale: Tree,
    pub names: Tree,
    pub meta: Tree,
    pub sweep: Sweep,
}

/// The trees, dropped where a panic cannot reach us: sled panics when the system refuses its last sync.
pub struct Kept(Option<Trees>);

impl std::ops::Deref for Kept {
    type Target = Trees;

    fn deref(&self) -> &Trees {
        self.0.as_ref().expect("taken only when dropped")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Kept {
    /// Lets go of sled's files; nothing may be asked any more. Gives whether sled could keep what it still had to.
    pub fn let_go(&mut self) -> bool {
        self.0.take().is_none_or(|trees| quietly(|| drop(trees)).is_some())
    }

    /// Whether sled's files were let go of.
    pub fn are_gone(&self) -> bool {
        self.0.is_none()
    }

    /// Opens or makes the trees in a folder.
    pub fn open(dir: &Path) -> Result<Self, StoreProblem> {
        let db = open_db(dir)?;
        let tree = |name: &str| db.open_tree(name).map_err(failed);
        Ok(Self(Some(Trees {
            revisions: tree("revisions")?,
            definitions: tree("definitions")?,
            current: tree("current")?,
            index: tree("index")?,
            stale: tree("stale")?,
            names: tree("names")?,
            meta: tree("meta")?,
            sweep: Sweep::default(),
            db,
        })))
    }
}

/// So many threads sled begins with, once in a process, to write for it.
const THREADS: usize = 7;

/// Where the system gives sled none of its threads, it waits for ever for what they were to do. So they are asked for first,
/// all at once: sled needs no more at its beginning, and goes on with fewer.
fn ask_for_threads() -> std::io::Result<()> {
    static HAD: AtomicBool = AtomicBool::new(false);
    if HAD.load(Ordering::Relaxed) {
        return Ok(());
    }
    let gate = Mutex::new(());
    let held = gate.lock();
    std::thread::scope(|scope| {
        let threads: std::io::Result<Vec<_>> = (0..THREADS).map(|_| std::thread::Builder::new().spawn_scoped(scope, || drop(gate.lock()))).collect();
        drop(held);
        HAD.store(threads.is_ok(), Ordering::Relaxed);
        threads.map(|_| ())
    })
}

/// Opens or makes sled in a folder, waiting for one that is ending.
pub fn open_db(dir: &Path) -> Result<Db, StoreProblem> {
    ask_for_threads().map_err(|e| StoreProblem::Io(dir.to_owned(), std::io::Error::new(std::io::ErrorKind::ResourceBusy, e)))?;
    let started = Instant::now();
    loop {
        match sled::Config::new().path(dir).cache_capacity(if keeps_little() { SMALL } else { LARGE }).flush_every_ms(None).open() {
            Err(sled::Error::Io(e)) if is_lock(&e) && started.elapsed() < LOCK_PATIENCE => std::thread::sleep(Duration::from_millis(2)),
            Err(sled::Error::Io(e)) if is_lock(&e) => return Err(StoreProblem::Locked(dir.to_owned())),
            opened => return opened.map_err(failed),
        }
    }
}

/// sled's file, locked as sled locks it: nothing of sled writes to it any more while this is held.
///
/// # Errors
/// There is none, the system refuses, or sled has not let go of it in its time.
pub fn at_rest(file: &Path) -> std::io::Result<File> {
    let (file, started) = (OpenOptions::new().read(true).write(true).open(file)?, Instant::now());
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => std::thread::sleep(Duration::from_millis(1)),
            locked => return locked.map(|()| file).map_err(std::io::Error::from),
        }
    }
}

/// sled has no kind for it.
fn is_lock(error: &std::io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

/// What sled says, as a problem of the store.
pub fn failed(error: sled::Error) -> StoreProblem {
    match error {
        sled::Error::Io(error) => StoreProblem::Io("sled".into(), error),
        other => StoreProblem::View(other.to_string()),
    }
}

/// A value that cannot be read, as a problem of the store.
pub fn doubtful(problem: EnvelopeProblem) -> StoreProblem {
    match problem {
        EnvelopeProblem::Newer(schema) => StoreProblem::Newer("sled".into(), schema),
        other => StoreProblem::View(format!("{other:?}")),
    }
}

/// A record in `current`, `index` and `stale`.
pub fn record_key(record: &str) -> Vec<u8> {
    record.as_bytes().to_vec()
}

/// What a revision is found by, and sorted: the beginning of its line says the same.
pub type RevisionKey = (String, Stamp, RevisionId);

/// A revision in `revisions`.
pub fn revision_key(revision: &Revision) -> Vec<u8> {
    revision_key_of(&revision.record, revision.at, &revision.id)
}

/// A revision in `revisions`, by its parts.
pub fn revision_key_of(record: &str, at: Stamp, id: &RevisionId) -> Vec<u8> {
    let mut key = record_key(record);
    // Sorts as the stamp's text does: flipped sign, big end first.
    key.extend_from_slice(&((at.millis as u64) ^ (1 << 63)).to_be_bytes());
    key.extend_from_slice(&at.counter.to_be_bytes());
    key.extend_from_slice(id);
    key
}

/// A revision's key taken apart.
pub fn key_parts(key: &[u8]) -> Option<RevisionKey> {
    let record = String::from_utf8(key.get(..36)?.to_vec()).ok()?;
    let millis = (u64::from_be_bytes(key.get(36..44)?.try_into().ok()?) ^ (1 << 63)) as i64;
    let counter = u16::from_be_bytes(key.get(44..46)?.try_into().ok()?);
    Some((record, Stamp { millis, counter }, key.get(46..78)?.try_into().ok()?))
}

/// A form or list in `definitions`.
pub fn definition_key(definition: &Definition) -> Vec<u8> {
    let kind = match definition {
        Definition::Form { id, version, .. } => format!("f{id}\0{version}\0"),
        Definition::List { name, .. } => format!("l{name}\0"),
    };
    (kind + &definition.hash()).into_bytes()
}

/// A chunk of a value.
pub fn chunk_key(key: &[u8], at: usize) -> Vec<u8> {
    let mut whole = key.to_vec();
    whole.extend_from_slice(&(at as u16).to_be_bytes());
    whole
}

/// A definition's key taken apart, its text behind it.
pub fn definition_of(key: &[u8], source: String) -> Option<Definition> {
    let (kind, rest) = key.split_first()?;
    let mut parts = std::str::from_utf8(rest).ok()?.split('\0');
    let name = parts.next()?.to_owned();
    match kind {
        b'f' => Some(Definition::Form { id: name, version: parts.next()?.parse().ok()?, source }),
        b'l' => Some(Definition::List { name, source }),
        _ => None,
    }
}

/// Takes a key and the bytes of its value.
pub type VisitBytes<'v> = &'v mut dyn FnMut(&[u8], &[u8]) -> Result<(), StoreProblem>;

/// Goes through a tree (or the part behind a prefix), giving the bytes of whole values with their keys.
pub fn each_bytes(tree: &Tree, prefix: &[u8], visit: VisitBytes<'_>) -> Result<(), StoreProblem> {
    each_of(tree.scan_prefix(prefix), visit).map(|_| ())
}

/// A value while its chunks come in: most have only one, which is not copied.
struct Pending {
    key: IVec,
    first: IVec,
    all: Vec<u8>,
}

impl Pending {
    fn bytes(&self) -> &[u8] {
        if self.all.is_empty() { &self.first } else { &self.all }
    }

    fn add(&mut self, chunk: &[u8]) {
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(chunk);
    }
}

/// A key without the number of its chunk, and that number.
fn parted(key: &[u8]) -> (&[u8], &[u8]) {
    key.split_at(key.len().saturating_sub(2))
}

/// Gives whole values with their keys; tells how many chunks they lay in.
pub fn each_of(mut items: sled::Iter, visit: VisitBytes<'_>) -> Result<usize, StoreProblem> {
    let mut pending: Option<Pending> = None;
    let mut chunks = 0;
    while let Some(item) = quietly(|| items.next()).ok_or_else(|| StoreProblem::View("sled".to_owned()))? {
        let (key, chunk) = item.map_err(failed)?;
        chunks += 1;
        match &mut pending {
            Some(open) if parted(&open.key).0 == parted(&key).0 && parted(&key).1 != [0, 0] => open.add(&chunk),
            _ => {
                if let Some(whole) = pending.replace(Pending { key, first: chunk, all: Vec::new() }) {
                    visit(parted(&whole.key).0, whole.bytes())?;
                }
            }
        }
    }
    pending.map_or(Ok(()), |whole| visit(parted(&whole.key).0, whole.bytes()))?;
    Ok(chunks)
}
