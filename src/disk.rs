//! The seam to the file system: replacing a file so that a crash at any byte leaves the old one or the new one, making
//! folders durable, locks, free space. What differs between systems stands here and nowhere else.

pub mod drives;
mod lock;
pub mod viewer;

pub use lock::{FileLock, LockProblem};

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A file being written beside the one that it will replace.
pub struct AtomicFile {
    out: BufWriter<File>,
    early: Option<Early>,
    unsynced: usize,
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

/// Less than this is collected before it is written; more goes to the system as it is.
const AT_ONCE: usize = 64 << 10;

impl AtomicFile {
    /// Starts writing what will become `target`.
    ///
    /// # Errors
    /// The system's, for example where the folder cannot be written to.
    pub fn create(target: &Path) -> io::Result<Self> {
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let target = followed(target);
        if is_link(&target) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let temporary = beside(&target, &format!("{}.tmp", std::process::id()));
        make_plain(&temporary);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
        Ok(Self { out: BufWriter::with_capacity(AT_ONCE, file), early: None, unsynced: 0, temporary, target, committed: false })
    }

    /// Copies the next `bytes` of a file, by the system where it can.
    ///
    /// # Errors
    /// The system's; also where the file is shorter.
    pub fn copy_from(&mut self, file: &File, bytes: u64) -> io::Result<()> {
        self.out.flush()?;
        match io::copy(&mut io::Read::take(file, bytes), self.out.get_mut())? {
            copied if copied == bytes => {
                self.written(usize::try_from(bytes).unwrap_or(SYNC_AFTER));
                Ok(())
            }
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Takes back what stands behind the first `bytes`.
    ///
    /// # Errors
    /// The system's.
    pub fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.out.flush()?;
        let file = self.out.get_mut();
        file.set_len(bytes)?;
        io::Seek::seek(file, io::SeekFrom::Start(bytes)).map(|_| ())
    }

    /// So much more was written: it may be time to sync.
    fn written(&mut self, bytes: usize) {
        self.unsynced = self.unsynced.saturating_add(bytes);
        if self.unsynced >= SYNC_AFTER {
            self.unsynced = 0;
            if self.early.is_none() {
                self.early = Early::new(self.out.get_ref());
            }
            self.early.iter().for_each(Early::wake);
        }
    }

    /// Makes it durable and puts it in the place of the old file, which is kept as `<name>.bak` if wanted.
    ///
    /// # Errors
    /// The system's; the old file is then untouched.
    pub fn commit(self, keep_old: bool) -> io::Result<()> {
        self.commit_unless(keep_old, || false).map(|_| ())
    }

    /// The same, unless something speaks against it in the last moment, which is asked behind all that takes long. Whether it
    /// is in its place.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_unless(mut self, keep_old: bool, is_changed: impl Fn() -> bool) -> io::Result<bool> {
        self.out.flush()?;
        self.early.take().map_or(Ok(()), Early::end)?;
        self.out.get_ref().sync_all()?;
        // An empty file is no old version: it must not push out the one that was kept before.
        if keep_old && !is_changed() && fs::metadata(&self.target).is_ok_and(|m| m.len() > 0) {
            keep_old_version(&self.target)?;
        }
        if is_changed() {
            return Ok(false);
        }
        rename(&self.temporary, &self.target)?;
        self.committed = true;
        sync_folder(&self.target).map(|()| true)
    }
}

/// Keeps a file as `<name>.bak`. The one that was kept before goes only when the new one is whole: a stick that knows no second
/// names may be full.
fn keep_old_version(target: &Path) -> io::Result<()> {
    let (kept, coming) = (beside_visible(target, "bak"), beside(target, &format!("bak.{}.tmp", std::process::id())));
    let _ = fs::remove_file(&coming);
    let made = fs::hard_link(target, &coming).or_else(|_| fs::copy(target, &coming).and_then(|_| File::options().write(true).open(&coming)?.sync_all()));
    let done = made.and_then(|()| rename(&coming, &kept));
    // Of two names of one file a rename leaves both.
    let _ = fs::remove_file(&coming);
    done
}

/// A long file goes to the disk while it is being written, so that the sync at its end has little left to do.
const SYNC_AFTER: usize = 32 << 20;

/// A thread that syncs a file whenever it is woken. A system tells a failed sync once, so the thread's word must be heard.
struct Early {
    wake: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Early {
    /// None where there is no thread to be had.
    fn new(file: &File) -> Option<Self> {
        let (wake, woken) = sync_channel(1);
        let file = file.try_clone().ok()?;
        let sync = move || woken.iter().try_for_each(|()| file.sync_data());
        let thread = std::thread::Builder::new().name("sync".to_owned()).spawn(sync).ok()?;
        Some(Self { wake, thread })
    }

    fn wake(&self) {
        // Busy with the last part: it will be woken again.
        let _ = self.wake.try_send(());
    }

    /// Ends the thread, and with it its hold on the file.
    fn end(self) -> io::Result<()> {
        drop(self.wake);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("a syncing thread ended")))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written(written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.committed {
            let _ = self.early.take().map(Early::end);
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// A file as it looks from outside: whoever writes or replaces it meanwhile changes that. `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look(Option<(u64, Option<std::time::SystemTime>)>);

impl Look {
    /// At what is there now.
    pub fn at(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|m| (m.len(), m.modified().ok())))
    }
}

/// Takes away what stands where a file of ours belongs and is none, such as a link or a pipe: what is written there would go
/// elsewhere. A folder stays, and is told by whoever opens the file.
pub fn make_plain(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        let _ = fs::remove_file(path);
    }
}

/// Where a link leads, whether or not anything is there, or the path itself: who replaces a file means the file, not the link.
pub fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // More links than this lead in a circle.
    for _ in 0..40 {
        let Some(target) = fs::read_link(&path).ok().filter(|_| is_link(&path)) else { break };
        path = path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target));
    }
    path
}

/// Whether a path is a link, wherever that leads.
pub fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink())
}

/// `.name.ending`, in the same folder.
fn beside(target: &Path, ending: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{ending}"))
}

/// `name.ending`, in the same folder.
pub fn beside_visible(target: &Path, ending: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!("{name}.{ending}"))
}

/// Reads all of `part` from a place in a file, without a place of its own: several threads may share the file.
///
/// # Errors
/// The system's, and an early end.
pub fn read_at(file: &File, part: &mut [u8], at: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, part, at);
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < part.len() {
            match std::os::windows::fs::FileExt::seek_read(file, &mut part[done..], at + done as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => done += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// Renames a file or folder. Windows refuses while anybody looks at it, be it a virus scanner, or threads that were told
/// to end and have not yet: there it is tried again for a while.
///
/// # Errors
/// The system's.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(|| fs::rename(from, to))
}

/// Removes a folder and all in it, with the same patience.
///
/// # Errors
/// The system's.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    patiently(|| fs::remove_dir_all(folder))
}

fn patiently(ask: impl Fn() -> io::Result<()>) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(10);
    let begun = Instant::now();
    loop {
        match ask() {
            Err(e) if cfg!(windows) && is_in_use(&e) && begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            done => return done,
        }
    }
}

/// What Windows says of a file that somebody has open: access denied, sharing violation, lock violation.
fn is_in_use(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Makes a rename or a new file in the folder of `file` durable. Windows does this by itself and cannot open a folder.
///
/// # Errors
/// The system's.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Removes what a writer of `target` left behind that was killed; only under its lock. Gives how many files.
pub fn remove_leftovers(target: &Path) -> usize {
    remove_older_leftovers(target, Duration::ZERO)
}

/// So long nothing takes to write.
pub const ABANDONED: Duration = Duration::from_secs(3600);

/// The same without a lock: only what nobody has written to for so long.
pub fn remove_older_leftovers(target: &Path, age: Duration) -> usize {
    let start = format!(".{}.", target.file_name().unwrap_or_default().to_string_lossy());
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_id = |id: &str| {
        let id = id.strip_prefix("bak.").unwrap_or(id);
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
    };
    let is_leftover = |name: &str| name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".tmp")).is_some_and(is_id);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_old = |entry: &fs::DirEntry| age.is_zero() || entry.metadata().and_then(|m| m.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|since| since >= age));
    entries.filter(|entry| is_leftover(&entry.file_name().to_string_lossy()) && is_old(entry) && fs::remove_file(entry.path()).is_ok()).count()
}

/// Replaces a small file in one step.
///
/// # Errors
/// The system's; the old file is then untouched.
pub fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    remove_older_leftovers(target, ABANDONED);
    let mut file = AtomicFile::create(target)?;
    file.write_all(bytes)?;
    file.commit(false)
}

/// The next free `NAME.bad.N` beside a file or folder: what is damaged is put aside, never deleted.
pub fn aside(path: &Path) -> PathBuf {
    (0u32..).map(|n| beside_visible(path, &format!("bad.{n}"))).find(|path| !path.exists()).unwrap_or_else(|| beside_visible(path, "bad"))
}

/// Keeps a copy of a damaged file beside it, durably; gives its path.
///
/// # Errors
/// The system's.
pub fn keep_aside(path: &Path) -> io::Result<PathBuf> {
    let kept = aside(path);
    let mut copy = AtomicFile::create(&kept)?;
    io::copy(&mut File::open(path)?, &mut copy)?;
    copy.commit(false)?;
    Ok(kept)
}

/// Free bytes on the disk of a folder; `None` where the system does not tell.
pub fn free_space(folder: &Path) -> Option<u64> {
    fs2::available_space(folder).ok()
}
