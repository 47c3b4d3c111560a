//! Opening a store: lock, look at how it ended last time, and hand what is in doubt to `recover`.

use super::identity::{self, Identity};
use super::journal::{End, Journal};
use super::mark::{self, Mark};
use super::recover::{Glimpse, Glimpsed, guarded, quietly, recover};
use super::view::View;
use super::{Drafts, Rows, Store, StoreProblem, compact, drafts, lines, migrate};
use crate::disk;
use chrono::{DateTime, Utc};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Less free space than this, and sled may leave a view behind that will not open again.
const NEEDED_SPACE: u64 = 16 << 20;

/// Up to this length the journal's bytes are summed at every start; beyond it a start would be felt, and `doctor` looks.
const SUMMED: u64 = 16 << 20;

/// So long another copy of the program is waited for.
const LOCK_PATIENCE: Duration = Duration::from_millis(300);

/// Something that was repaired while opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The view was rebuilt from the journal; the old one is kept in the folder.
    Rebuilt(PathBuf),
    /// The view lacked so many entries of the journal since a clean end; they were put in again.
    Refilled(u64),
    /// The store was of this older format and was brought up to date.
    Upgraded(u32),
    /// The journal's last line was cut off; it had never been called saved. What there was of it is kept.
    TornTail(PathBuf),
    /// Lines of the journal were damaged or gone.
    Damaged {
        /// Numbers of damaged lines; none when lines were gone without a trace.
        lines: Vec<u64>,
        /// How many entries the view still had.
        recovered: u64,
        /// How many entries are lost on this laptop, as far as can be known.
        lost: u64,
        /// The old journal, if there was one.
        kept: Option<PathBuf>,
    },
    /// The drafts were damaged at these lines, or are not as they were left; the file as it was is kept.
    Drafts(Vec<u64>, Option<PathBuf>),
    /// The laptop's clock is more than a day behind what was saved last on it, at this time.
    ClockBehind(DateTime<Utc>),
    /// `identity.toml` was damaged or gone and was restored from its copy; the damaged one is kept.
    Identity(Option<PathBuf>),
}

impl Notice {
    /// Whether entries of this laptop may be gone that others have seen: its numbers must not be given twice.
    pub fn is_loss(&self) -> bool {
        matches!(self, Self::Damaged { lost, .. } if *lost > 0)
    }
}

/// Opens; with a `held` lock that the caller has taken already.
pub(super) fn open(dir: &Path, now: DateTime<Utc>, held: Option<File>, glimpse: Option<Glimpse>) -> Result<(Store, Vec<Notice>), StoreProblem> {
    let io = |e| StoreProblem::Io(dir.to_owned(), e);
    let loaded = load_identity(dir)?;
    let lock = held.map_or_else(|| lock(dir), Ok)?;
    if !has_space(dir) {
        // They are only a help, and may be what fills the disk.
        lines::remove(dir);
    }
    if !has_space(dir) {
        return Err(StoreProblem::DiskFull(dir.to_owned()));
    }
    let mut notices = Vec::new();
    let mut identity = restored_identity(dir, loaded, &mut notices)?;
    notices.extend(migrate::migrate(dir, &mut identity)?.map(Notice::Upgraded));
    remove_half_written_snapshots(&dir.join("sled"));
    compact::remove(dir).map_err(io)?;
    let left = mark::read(dir);
    let drafts = open_drafts(dir, left.as_ref(), &mut notices).map_err(io)?;
    let (glimpse, seen) = match (glimpse, left.as_ref()) {
        (Some(glimpse), Some(mark)) => as_left(dir, mark, glimpse),
        (glimpse, _) => (glimpse, Rows::default()),
    };
    let (view, end, clean) = match left.as_ref().and_then(|mark| open_clean(dir, &identity, mark)) {
        Some((view, end)) => (view, end, notices.is_empty()),
        None => {
            let (view, end) = recover(dir, &identity, now, (left.as_ref(), glimpse), &mut notices)?;
            (view, end, false)
        }
    };
    if !clean {
        mark::remove(dir).map_err(io)?;
    }
    view.keep_seen(seen);
    let journal = Journal::open(dir, end).map_err(io)?;
    notices.extend(view.chain().last.filter(|last| !last.is_trusted(now)).map(|last| Notice::ClockBehind(last.time())));
    Ok((Store { dir: dir.to_owned(), identity, journal, view, drafts, _lock: lock, clean }, notices))
}

/// Shows the lines as a clean end left them, where they are at hand; else it is left to whoever looks through the view.
fn as_left(dir: &Path, mark: &Mark, glimpse: Glimpse) -> (Option<Glimpse>, Rows) {
    match lines::read(dir, mark) {
        Some(rows) => {
            let shown = Glimpsed { rows: rows.clone(), definitions: Vec::new(), is_clean: true };
            let _ = quietly(|| glimpse(shown));
            (None, rows)
        }
        None => {
            // What cannot be read makes room for others, which a clean end writes where there are none.
            lines::remove(dir);
            (Some(glimpse), Rows::default())
        }
    }
}

/// Whether there is room enough to open safely.
pub(super) fn has_space(dir: &Path) -> bool {
    disk::free_space(dir).is_none_or(|free| free >= NEEDED_SPACE)
}

/// The identity, and whether it is the copy's.
fn load_identity(dir: &Path) -> Result<(Identity, bool), StoreProblem> {
    match Identity::load(dir) {
        Ok(identity) => Ok((identity, false)),
        Err(problem @ (StoreProblem::Identity(..) | StoreProblem::NotThere(_))) => Identity::load_copy(dir).map(|copy| (copy, true)).map_err(|_| problem),
        Err(problem) => Err(problem),
    }
}

fn restored_identity(dir: &Path, (identity, is_copy): (Identity, bool), notices: &mut Vec<Notice>) -> Result<Identity, StoreProblem> {
    if is_copy {
        let kept = dir.join(identity::FILE).exists().then(|| disk::keep_aside(&dir.join(identity::FILE))).transpose();
        notices.push(Notice::Identity(kept.map_err(|e| StoreProblem::Io(dir.to_owned(), e))?));
        identity.save(dir)?;
    } else if identity.format == identity::FORMAT && Identity::load_copy(dir).is_err() {
        identity.save(dir)?;
    }
    Ok(identity)
}

/// Reads the drafts; what is damaged or not as it was left is kept aside and told.
fn open_drafts(dir: &Path, left: Option<&Mark>, notices: &mut Vec<Notice>) -> io::Result<Drafts> {
    let mut drafts = Drafts::open(dir)?;
    let changed = match left {
        Some(mark) => mark::of_drafts(dir)? != mark.drafts,
        None => false,
    };
    if changed || !drafts.damaged().is_empty() {
        let kept = dir.join(drafts::FILE).exists().then(|| disk::keep_aside(&dir.join(drafts::FILE))).transpose()?;
        notices.push(Notice::Drafts(drafts.damaged().to_vec(), kept));
        drafts.compact()?;
    }
    Ok(drafts)
}

/// How far the journal goes, if nothing speaks against it since the clean end, and there is a view beside it.
pub(super) fn journal_end(dir: &Path, mark: &Mark) -> Option<End> {
    if mark::journal_length(dir) != mark.bytes || !dir.join("sled").join("db").exists() {
        return None;
    }
    if mark.bytes <= SUMMED && crc32fast::hash(&std::fs::read(dir.join(super::journal::FILE)).ok()?) != mark.crc {
        return None;
    }
    Some(End { bytes: mark.bytes, lines: mark.entries, crc: crc32fast::Hasher::new_with_initial_len(mark.crc, mark.bytes) })
}

/// The view and how far the journal goes, if nothing speaks against either since the clean end.
fn open_clean(dir: &Path, identity: &Identity, mark: &Mark) -> Option<(View, End)> {
    let end = journal_end(dir, mark)?;
    // sled may lack keys of a damaged file without saying so. It also writes when it is only read: after a session that read
    // and was killed, everything is looked at.
    if mark.view == (0, 0) || mark::of_view(dir) != mark.view {
        return None;
    }
    let (view, ()) = guarded(&dir.join("sled"), |_| Ok(())).ok()?;
    view.own(&identity.device).ok()?;
    Some((view, end))
}

pub(super) fn lock(dir: &Path) -> Result<File, StoreProblem> {
    let path = dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(|e| StoreProblem::Io(path.clone(), e))?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A copy that is just ending, or a process that is just starting another, lets go in a moment.
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => std::thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::WouldBlock) => return Err(StoreProblem::Locked(dir.to_owned())),
            Err(TryLockError::Error(e)) => return Err(StoreProblem::Io(path, e)),
        }
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
