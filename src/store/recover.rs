//! After an unclean end or any doubt: the journal and the view are read whole, and each fills what the other lacks.

use super::identity::Identity;
use super::journal::{self, End, Scan};
use super::mark::Mark;
use super::replay::{self, Told};
use super::salvage::salvage;
use super::view::View;
use super::view::walk::{Ids, Walked};
use super::{Notice, Rows, StoreProblem};
use crate::disk;
use crate::record::line::MAX_LINE;
use crate::record::{Definition, Entry};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// sled may hang on a damaged file; a view that is not open after so many seconds is put aside. Counted one by one, since a
/// laptop may fall asleep meanwhile.
const PATIENCE: u64 = 300;

/// A large view on a slow disk is given more: a second for so many bytes.
const BYTES_A_SECOND: u64 = 1 << 20;

/// Takes what can be shown of a store before it is open.
pub type Glimpse = Box<dyn FnOnce(Glimpsed) + Send>;

/// What can be shown of a store before it is open: it may be old, or lack something.
pub struct Glimpsed {
    /// The lines of all records.
    pub rows: Rows,
    /// Forms and lists that came with records.
    pub definitions: Vec<Definition>,
    /// The last end left a mark and these lines: mostly the store is only to be opened. If not, it is all that could be read.
    pub is_clean: bool,
}

impl Glimpsed {
    /// Of a view that has not been looked through yet; `None` where it cannot be read.
    fn of(view: &View) -> Option<Self> {
        Some(Self { rows: view.index_ahead().ok()?, definitions: view.definitions().ok()?, is_clean: false })
    }
}

/// The name of threads in which a panic is expected and caught: the program's panic hook stays silent for them.
pub const GUARDED_THREAD: &str = "store-guard";

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is expected: it is caught and told as a notice or a sentence.
pub fn is_guarded() -> bool {
    let thread = std::thread::current();
    // sled writes on threads of its own; what goes wrong there is told by what was asked of it.
    QUIET.get() || thread.name().is_some_and(|name| name == GUARDED_THREAD || name.starts_with("sled"))
}

/// Whether sled was last seen to panic since there was no memory.
static STARVED: AtomicBool = AtomicBool::new(false);

/// What sled says where it was given no memory and did not ask whether it was.
const NO_MEMORY: &str = "converting zero into `Owned`";

/// Runs something that may panic; `None` when it did.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let told = |panic: &Box<dyn Any + Send>| panic.downcast_ref::<&str>().is_some_and(|text| *text == NO_MEMORY);
    std::panic::catch_unwind(AssertUnwindSafe(work)).inspect_err(|panic| STARVED.store(told(panic), Ordering::Relaxed)).ok()
}

/// Asks something of sled, which may panic; `None` when it did.
pub fn quietly<T>(ask: impl FnOnce() -> T) -> Option<T> {
    let before = QUIET.replace(true);
    let given = caught(ask);
    QUIET.set(before);
    given
}

/// Runs something that may panic or hang where that cannot reach us; `None` when it did within so many seconds.
///
/// # Errors
/// There is no thread to be had, which says nothing about the view.
fn guard<T: Send + 'static>(seconds: u64, work: impl FnOnce() -> T + Send + 'static) -> std::io::Result<Option<T>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new().name(GUARDED_THREAD.to_owned()).spawn(move || {
        let _ = caught(work).map(|done| sender.send(done));
    })?;
    for _ in 0..seconds {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(done) => return Ok(Some(done)),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(None),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
    Ok(None)
}

fn patience(sled: &Path) -> u64 {
    PATIENCE + std::fs::metadata(sled.join("db")).map_or(0, |m| m.len() / BYTES_A_SECOND)
}

/// Opens the view and looks at it, guarded.
///
/// # Errors
/// Why it is not to be trusted, or the system's refusal.
pub fn guarded<T: Send + 'static>(sled: &Path, look: impl FnOnce(&View) -> Result<T, StoreProblem> + Send + 'static) -> Result<(View, T), StoreProblem> {
    let path = sled.to_owned();
    let seen = guard(patience(sled), move || View::open(&path).and_then(|view| look(&view).map(|seen| (view, seen))));
    let refused = |e| StoreProblem::Io(sled.to_owned(), std::io::Error::new(ErrorKind::ResourceBusy, e));
    seen.map_err(refused)?.unwrap_or_else(|| Err(StoreProblem::View("sled".to_owned())))
}

/// Gives a view that holds everything, and how far the journal goes.
///
/// # Errors
/// The system's, or a store of a newer program. Nothing was lost by trying.
pub fn recover(
    dir: &Path,
    identity: &Identity,
    now: DateTime<Utc>,
    (left, glimpse): (Option<&Mark>, Option<Glimpse>),
    notices: &mut Vec<Notice>,
) -> Result<(View, End), StoreProblem> {
    let (view, aside, walked) = open_or_put_aside(dir, glimpse)?;
    view.own(&identity.device)?;
    let mut taker = Taker { view: &view, identity, now, failed: None, entries: 0, added: 0, weight: 0 };
    let scan = taker.replay(dir, &walked.revisions).map_err(|e| StoreProblem::Io(dir.to_owned(), e))?;
    // Of a view that is not trusted, every entry that vouches for itself is still good.
    if let Some(aside) = aside.clone() {
        guard(patience(&aside), move || salvage(&aside)).ok().flatten().unwrap_or_default().iter().for_each(|entry| taker.add(entry));
    }
    let Taker { failed, entries, added, .. } = taker;
    failed.map_or(Ok(()), Err)?;
    let held = walked.entries + added;
    view.store_chain()?;
    match aside {
        Some(aside) => tell_aside(aside, notices)?,
        // After a clean end the view lacks nothing by itself.
        None if added > 0 && left.is_some_and(|mark| entries <= mark.entries) => notices.push(Notice::Refilled(added)),
        None => {}
    }
    let end = heal(dir, &view, &scan, (entries, held), left, notices)?;
    Ok((view, end))
}

/// The view, the old one if that had to be put aside, and what the view holds.
fn open_or_put_aside(dir: &Path, glimpse: Option<Glimpse>) -> Result<(View, Option<PathBuf>, Walked), StoreProblem> {
    let sled = dir.join("sled");
    let look = |view: &View| {
        // Whatever becomes of it says nothing about the view: that is for the walk.
        let _ = glimpse.map(|glimpse| quietly(|| Glimpsed::of(view).map(glimpse)));
        view.walk()
    };
    match guarded(&sled, look) {
        Ok((view, walked)) => {
            // A power cut may have brought a row back in an earlier state.
            view.mark_outdated(&walked.outdated)?;
            Ok((view, None, walked))
        }
        Err(problem @ (StoreProblem::Newer(..) | StoreProblem::Locked(_))) => Err(problem),
        // The system's refusal says nothing about the view: it stays.
        Err(StoreProblem::Io(path, e)) if is_refusal(&e) => Err(StoreProblem::Io(path, e)),
        Err(_) if STARVED.swap(false, Ordering::Relaxed) => Err(StoreProblem::Io(sled, ErrorKind::OutOfMemory.into())),
        Err(problem) if !sled.exists() => Err(problem),
        Err(_) => put_aside(&sled),
    }
}

/// A new view in the place of one that is not trusted.
fn put_aside(sled: &Path) -> Result<(View, Option<PathBuf>, Walked), StoreProblem> {
    let aside = disk::aside(sled);
    let io = |e| StoreProblem::Io(sled.to_owned(), e);
    disk::rename(sled, &aside).map_err(io)?;
    match guarded(sled, |_| Ok(())) {
        Ok((view, ())) => Ok((view, Some(aside), Walked::default())),
        Err(problem) => {
            // Where not even an empty one opens, the fault is not the old one's: it goes back to its place.
            if sled.exists() {
                disk::remove_folder(sled).map_err(io)?;
            }
            disk::rename(&aside, sled).map_err(io)?;
            Err(problem)
        }
    }
}

/// Whether the system refuses for a reason of its own, which may pass: no room, no permission, no memory, no more files to
/// be open, in use. What is said of the file itself (too short, a bad sector) is not among these.
fn is_refusal(error: &std::io::Error) -> bool {
    use ErrorKind::{
        FileTooLarge, Interrupted, OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, ResourceBusy, StaleNetworkFileHandle, StorageFull, TimedOut, WouldBlock,
    };
    // These have no kinds. sled hands some errors on as text only.
    const UNIX: [i32; 2] = [23, 24];
    const WINDOWS: [i32; 6] = [4, 32, 33, 1450, 1455, 21];
    let codes: &[i32] = if cfg!(windows) { &WINDOWS } else { &UNIX };
    let text = error.to_string();
    let passes = matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem | StorageFull | QuotaExceeded | FileTooLarge | StaleNetworkFileHandle)
        || matches!(error.kind(), Interrupted | OutOfMemory | ResourceBusy | TimedOut | WouldBlock);
    passes || codes.iter().any(|code| error.raw_os_error() == Some(*code) || text.contains(&format!("code: {code},")))
}

/// A view that was only of an earlier schema is of no use any more; a damaged one is kept and told.
fn tell_aside(aside: PathBuf, notices: &mut Vec<Notice>) -> Result<(), StoreProblem> {
    if notices.iter().any(|notice| matches!(notice, Notice::Upgraded(_))) {
        return disk::remove_folder(&aside).map_err(|e| StoreProblem::Io(aside, e));
    }
    notices.push(Notice::Rebuilt(aside));
    Ok(())
}

/// Puts entries into the view.
struct Taker<'v> {
    view: &'v View,
    identity: &'v Identity,
    now: DateTime<Utc>,
    failed: Option<StoreProblem>,
    /// Good entries of the journal.
    entries: u64,
    /// Entries that the view lacked.
    added: u64,
    /// About so many bytes were put in since sled let go of pages.
    weight: usize,
}

/// After so many bytes it is made to.
const RELIEVED: usize = 8 << 20;

impl Taker<'_> {
    /// Takes what the journal says; of its revisions those in `held` are in the view.
    fn replay(&mut self, dir: &Path, held: &Ids) -> std::io::Result<Scan> {
        let (view, device, now) = (self.view, &self.identity.device, self.now);
        let is_new = |told: &Told<'_>| {
            // The view may hold the revision without its end of the chain, when the kill came in between.
            view.observe(told, device, now);
            !held.contains(&told.id)
        };
        if let Some(scan) = replay::sound(dir, &is_new, &mut |entry| self.add(&entry))? {
            self.entries = scan.end.lines;
            return Ok(scan);
        }
        journal::scan(dir, &mut |_, entry| {
            self.entries += 1;
            if !matches!(&entry, Entry::Revision(revision) if !is_new(&revision.into())) {
                self.add(&entry);
            }
        })
    }

    fn add(&mut self, entry: &Entry) {
        if self.failed.is_some() {
            return;
        }
        let taken = self.view.contains(entry).and_then(|is_there| match is_there {
            true => Ok(0),
            false => self.view.insert(entry, &self.identity.device, self.now).map(|()| 1),
        });
        match taken {
            Ok(added) => {
                self.added += added;
                self.weight += if let Entry::Revision(revision) = entry { revision.weight() } else { 0 };
                if self.weight > RELIEVED {
                    self.weight = 0;
                    self.view.relieve();
                }
            }
            Err(problem) => self.failed = Some(problem),
        }
    }
}

/// Fills the journal from the view, where it lacks something; a torn tail was never called saved and is cut off by
/// [`journal::Journal::open`].
fn heal(dir: &Path, view: &View, scan: &Scan, (entries, held): (u64, u64), left: Option<&Mark>, notices: &mut Vec<Notice>) -> Result<End, StoreProblem> {
    let io = |e| StoreProblem::Io(dir.to_owned(), e);
    // As many here as there, and every one of the journal's is in the view: they are the same.
    let missing = if entries == held { Vec::new() } else { missing(dir, view)? };
    let recovered = missing.len() as u64;
    let known = entries + recovered;
    let left_lines = left.map_or(0, |mark| mark.entries);
    let lost = left_lines.saturating_sub(known).max((scan.damaged.len() as u64).saturating_sub(recovered + rescued(scan, entries)));
    if scan.damaged.is_empty() && missing.is_empty() && !scan.misshapen && lost == 0 {
        if scan.is_torn() {
            notices.push(Notice::TornTail(keep_tail(dir, scan).map_err(io)?));
        }
        return Ok(scan.end.clone());
    }
    let (kept, end) = journal::rewrite(dir, &missing).map_err(io)?;
    notices.push(Notice::Damaged { lines: scan.damaged.clone(), recovered, lost, kept });
    Ok(end)
}

/// Entries that were found inside damaged lines.
fn rescued(scan: &Scan, entries: u64) -> u64 {
    entries.saturating_sub(scan.end.lines - (scan.damaged.len() as u64).min(scan.end.lines))
}

/// Lines of the view's entries that the journal lacks.
fn missing(dir: &Path, view: &View) -> Result<Vec<Vec<u8>>, StoreProblem> {
    let name = |line: &[u8]| -> [u8; 32] { Sha256::digest(line).into() };
    let mut there: BTreeSet<[u8; 32]> = BTreeSet::new();
    journal::scan(dir, &mut |line, _| {
        there.insert(name(line));
    })
    .map_err(|e| StoreProblem::Io(dir.to_owned(), e))?;
    let mut missing = Vec::new();
    let mut look = |entry: &Entry| {
        let line = entry.line().into_bytes();
        // What does not vouch for itself must not reach the journal.
        if !there.contains(&name(&line)) && Entry::parse(&line).is_ok() {
            missing.push(line);
        }
    };
    view.definitions()?.into_iter().for_each(|d| look(&Entry::Definition(d)));
    view.revisions("", &mut |revision| {
        look(&Entry::Revision(revision));
        Ok(())
    })?;
    Ok(missing)
}

/// Keeps what there is of a line that never came to its end.
fn keep_tail(dir: &Path, scan: &Scan) -> std::io::Result<PathBuf> {
    let mut file = std::fs::File::open(dir.join(journal::FILE))?;
    file.seek(SeekFrom::Start(scan.end.bytes))?;
    let mut tail = Vec::new();
    file.take(MAX_LINE as u64 + 2).read_to_end(&mut tail)?;
    let kept = disk::aside(&dir.join(journal::FILE));
    disk::replace(&kept, &tail)?;
    Ok(kept)
}
