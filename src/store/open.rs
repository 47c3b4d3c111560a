//! Opening a store: lock, look at how it ended last time, and repair the view behind the person's back when there is doubt.

use super::identity::Identity;
use super::journal::{self, Journal, Scan};
use super::view::View;
use super::{Drafts, Store, StoreProblem};
use crate::disk;
use crate::record::Entry;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// Less free space than this, and sled may leave a view behind that will not open again.
const NEEDED_SPACE: u64 = 16 << 20;

/// sled may hang on a damaged file; a view that is not open after this long is put aside.
const PATIENCE: Duration = Duration::from_secs(300);

/// The name of threads in which a panic is expected and caught: the program's panic hook stays silent for them.
pub const GUARDED_THREAD: &str = "store-guard";

const CLEAN: &str = "clean";

/// Something that was repaired while opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The view was rebuilt from the journal; the old one is kept in the folder.
    Rebuilt(PathBuf),
    /// The journal's last line was cut off; it had never been called saved.
    TornTail,
    /// Lines of the journal were damaged; so many were recovered from the view, and the old journal is kept.
    Damaged {
        /// Line numbers.
        lines: Vec<u64>,
        /// How many entries the view still had.
        recovered: usize,
        /// The old journal.
        kept: PathBuf,
    },
}

pub(super) fn remove_clean_mark(dir: &Path) -> io::Result<()> {
    match std::fs::remove_file(dir.join(CLEAN)) {
        Ok(()) => disk::sync_folder(&dir.join(CLEAN)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

pub(super) fn write_clean_mark(dir: &Path, bytes: u64, view: &View) -> io::Result<()> {
    disk::replace(&dir.join(CLEAN), format!("{} {bytes} {}\n", super::schema::SCHEMA, view.fingerprint()).as_bytes())
}

/// The view and the journal's length, if the last end was clean and nothing speaks against either since.
fn open_clean(dir: &Path, identity: &Identity) -> Option<(View, u64)> {
    let text = std::fs::read_to_string(dir.join(CLEAN)).ok()?;
    let mut parts = text.trim().splitn(3, ' ');
    let (schema, bytes, fingerprint) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let length = std::fs::metadata(dir.join(journal::FILE)).map_or(0, |m| m.len());
    if schema.parse() != Ok(super::schema::SCHEMA) || length != bytes || !dir.join("sled").join("db").exists() {
        return None;
    }
    let view = guarded(&dir.join("sled"), false)?;
    (view.fingerprint() == fingerprint && view.own(&identity.device).is_ok()).then_some((view, bytes))
}

pub(super) fn open(dir: &Path, now: DateTime<Utc>) -> Result<(Store, Vec<Notice>), StoreProblem> {
    let io = |e| StoreProblem::Io(dir.to_owned(), e);
    let identity = Identity::load(dir)?;
    let lock = lock(dir)?;
    if disk::free_space(dir).is_some_and(|free| free < NEEDED_SPACE) {
        return Err(StoreProblem::DiskFull(dir.to_owned()));
    }
    remove_half_written_snapshots(&dir.join("sled"));
    let drafts = Drafts::open(dir).map_err(io)?;
    let mut notices = Vec::new();
    let (view, bytes, clean) = match open_clean(dir, &identity) {
        Some((view, bytes)) => (view, bytes, true),
        None => {
            let (view, bytes) = recover(dir, &identity, now, &mut notices)?;
            (view, bytes, false)
        }
    };
    let journal = Journal::open(dir, bytes).map_err(io)?;
    if !clean {
        remove_clean_mark(dir).map_err(io)?;
    }
    Ok((Store { dir: dir.to_owned(), identity, journal, view, drafts, _lock: lock, clean }, notices))
}

fn lock(dir: &Path) -> Result<File, StoreProblem> {
    let path = dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(|e| StoreProblem::Io(path.clone(), e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreProblem::Locked(dir.to_owned())),
        Err(TryLockError::Error(e)) => Err(StoreProblem::Io(path, e)),
    }
}

/// A kill while sled opens leaves `snap.*.generating`, which it then takes for a snapshot.
fn remove_half_written_snapshots(sled: &Path) {
    let Ok(entries) = std::fs::read_dir(sled) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Opens (and walks) the view where a panic or a hang cannot reach us; `None` when it is not to be trusted.
fn guarded(sled: &Path, walk: bool) -> Option<View> {
    let (sender, receiver) = mpsc::channel();
    let path = sled.to_owned();
    let thread = std::thread::Builder::new().name(GUARDED_THREAD.to_owned()).spawn(move || {
        let opened = View::open(&path).and_then(|view| if walk { view.walk().map(|_| view) } else { Ok(view) });
        let _ = sender.send(opened);
    });
    thread.ok()?;
    receiver.recv_timeout(PATIENCE).ok()?.ok()
}

/// After an unclean end or any doubt: read the whole journal, walk the view, put in what is missing. A view that cannot
/// be walked is put aside (never deleted) and made anew.
fn recover(dir: &Path, identity: &Identity, now: DateTime<Utc>, notices: &mut Vec<Notice>) -> Result<(View, u64), StoreProblem> {
    let io = |e| StoreProblem::Io(dir.to_owned(), e);
    let sled = dir.join("sled");
    let existed = sled.join("db").exists();
    let mut view = guarded(&sled, true);
    if view.is_none() && existed {
        let aside = (0..).map(|n| dir.join(format!("sled.bad.{n}"))).find(|p| !p.exists()).unwrap_or_else(|| dir.join("sled.bad"));
        std::fs::rename(&sled, &aside).map_err(io)?;
        notices.push(Notice::Rebuilt(aside));
        view = guarded(&sled, false);
    }
    let view = view.ok_or_else(|| StoreProblem::View("sled".to_owned()))?;
    view.own(&identity.device)?;
    let scan = replay(dir, &view, identity, now)?;
    let bytes = heal(dir, &view, &scan, notices)?;
    Ok((view, bytes))
}

fn replay(dir: &Path, view: &View, identity: &Identity, now: DateTime<Utc>) -> Result<Scan, StoreProblem> {
    let mut failed = None;
    let take = |entry: Entry| {
        if let Entry::Revision(revision) = &entry {
            // The view may hold the revision without its end of the chain, when the kill came in between.
            view.observe(revision, &identity.device, now);
        }
        if view.contains(&entry)? { Ok(()) } else { view.insert(&entry, &identity.device, now) }
    };
    let scan = journal::scan(dir, &mut |_, entry| {
        if failed.is_none() {
            failed = take(entry).err();
        }
    })
    .map_err(|e| StoreProblem::Io(dir.to_owned(), e))?;
    failed.map_or(Ok(()), Err)?;
    view.store_chain()?;
    Ok(scan)
}

/// Damaged lines are filled from the view; a torn tail was never called saved and is cut off by [`Journal::open`].
fn heal(dir: &Path, view: &View, scan: &Scan, notices: &mut Vec<Notice>) -> Result<u64, StoreProblem> {
    let io = |e| StoreProblem::Io(dir.to_owned(), e);
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut there: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut missing: Vec<Vec<u8>> = Vec::new();
    journal::scan(dir, &mut |line, _| {
        there.insert(line.to_vec());
        lines.push(line.to_vec());
    })
    .map_err(io)?;
    let mut look = |entry: &Entry| {
        let line = entry.line().into_bytes();
        if !there.contains(&line) {
            missing.push(line);
        }
    };
    view.definitions()?.into_iter().for_each(|d| look(&Entry::Definition(d)));
    view.revisions("", &mut |revision| {
        look(&Entry::Revision(revision));
        Ok(())
    })?;
    if scan.damaged.is_empty() && missing.is_empty() {
        if scan.is_torn() {
            notices.push(Notice::TornTail);
        }
        return Ok(scan.good_bytes);
    }
    let recovered = missing.len();
    lines.append(&mut missing);
    let kept = journal::rewrite(dir, &lines).map_err(io)?;
    notices.push(Notice::Damaged { lines: scan.damaged.clone(), recovered, kept });
    Ok(lines.iter().map(|line| line.len() as u64 + 1).sum())
}
