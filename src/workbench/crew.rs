//! What reading and writing central files needs around it: threads, open files, the file to be replaced.

use crate::disk::{AtomicFile, Look};
use crate::error::{Exit, Failure};
use crate::exchange::check::Checkers;
use crate::exchange::digest::Digester;
use crate::exchange::reader::unpacked;
use crate::exchange::writer::Target;
use crate::exchange::{FileProblem, Problem, Reader};
use crate::locale::{Text, say};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// All readers' parts together.
const PARTS: usize = 4 << 20;

/// With more files than this, each is open only while it is being read from.
const KEPT_OPEN: usize = 100;

/// No union takes more sources than this.
pub const MAX_SOURCES: usize = 10_000;

/// The threads of one union, and how much each of its files may read at once.
pub struct Crew {
    /// Check lines.
    pub checkers: Checkers,
    /// Hash files.
    pub digester: Digester,
    part: usize,
    keeps_open: bool,
}

impl Crew {
    /// For a union of so many files.
    pub fn new(files: usize) -> Self {
        // Of each kind as many as there are cores: while some wait for the disk or for each other, others go on.
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        Self { checkers: Checkers::new(cores), digester: Digester::new(cores, files + 1), part: (PARTS / (files + 1)).clamp(32 << 10, 256 << 10), keeps_open: files <= KEPT_OPEN }
    }

    /// Opens a central file, to be hashed under `number`; an empty one counts as absent.
    ///
    /// # Errors
    /// It cannot be opened, or its beginning is refused.
    pub fn open(&self, path: &Path, programme: Option<&str>, number: usize) -> Result<Option<Reader>, Failure> {
        // Asked first: Windows says of a folder only that it may not be opened.
        if path.is_dir() {
            return Err(Failure::io(path, &io::ErrorKind::IsADirectory.into()));
        }
        let file = File::open(path).map_err(|e| Failure::io(path, &e))?;
        let metadata = file.metadata().map_err(|e| Failure::io(path, &e))?;
        if metadata.is_file() && metadata.len() == 0 {
            return Ok(None);
        }
        let reader = match self.keeps_open || !metadata.is_file() {
            true => Reader::open(file, path, programme, self.part, &self.digester, number),
            false => Reader::open(Reopened { path: path.to_owned(), at: 0 }, path, programme, self.part, &self.digester, number),
        };
        reader.map(Some).map_err(Failure::from)
    }
}

impl Crew {
    /// Opens a central file that must hold something: an empty one is what a broken copy leaves behind, not a new beginning.
    ///
    /// # Errors
    /// As [`Self::open`], and of an empty file.
    pub fn open_whole(&self, path: &Path, programme: Option<&str>, number: usize) -> Result<Reader, Failure> {
        let truncated = || FileProblem { file: path.to_owned(), line: 1, problem: Problem::Truncated };
        Ok(self.open(path, programme, number)?.ok_or_else(truncated)?)
    }
}

/// A file that is open only while it is being read from: thousands may be read side by side.
struct Reopened {
    path: PathBuf,
    at: u64,
}

impl Read for Reopened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// A central file that is replaced as a whole.
pub struct Replaced<'p> {
    path: &'p Path,
    left: Look,
    exists: bool,
    ahead: Mutex<Option<Ahead>>,
}

impl<'p> Replaced<'p> {
    /// The file at a path, before it is opened to be read: what is read is of this file or a later one.
    pub fn new(path: &'p Path) -> Self {
        Self { path, left: Look::at(path), exists: false, ahead: Mutex::new(None) }
    }

    /// The same; `exists` says whether there is one that holds something.
    pub fn holding(self, exists: bool) -> Self {
        Self { exists, ..self }
    }

    /// Puts the new file in the place of the present one, which is kept as `.bak`. Programs that carry files (of a cloud, of
    /// shared folders) know no lock of ours: what they brought meanwhile would be lost, and what was copied of it is not what
    /// was read.
    ///
    /// # Errors
    /// Somebody changed the present file since, or the system's; it stays as it is.
    pub fn put(&self, file: AtomicFile) -> Result<(), Failure> {
        let done = file.commit_unless(true, || Look::at(self.path) != self.left).map_err(|e| Failure::io(self.path, &e))?;
        let what = Text::both(|l| say::failure::changed_meanwhile(l, self.path.display()));
        if done { Ok(()) } else { Err(Failure::new(Exit::Locked, what).hint(Text::both(say::failure::do_it_again))) }
    }

    /// Whether its name asks for packing.
    pub fn is_packed(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zst"))
    }

    /// Begins to copy the present file at once: something will be added, mostly at its end. A short one is copied when that
    /// is known.
    pub fn copy_ahead(&self, longer_than: u64) {
        let is_long = self.exists && !self.is_packed() && std::fs::metadata(self.path).is_ok_and(|m| m.len() > longer_than);
        if let (true, Ok(Some(present))) = (is_long, self.plain()) {
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Ahead::begin(self.path, present);
        }
    }

    /// The present file, if it is a plain one: those begin with their header.
    fn plain(&self) -> io::Result<Option<File>> {
        let mut present = File::open(self.path)?;
        let mut start = [0; 1];
        let is_plain = present.read(&mut start)? == 1 && start == *b"{";
        present.rewind()?;
        Ok(is_plain.then_some(present))
    }
}

/// A copy that was begun before it is known how far it has to go.
struct Ahead {
    wanted: Arc<AtomicU64>,
    thread: Option<JoinHandle<io::Result<(AtomicFile, u64)>>>,
}

impl Ahead {
    /// So much is copied before it is asked again how far to go.
    const PART: u64 = 4 << 20;

    fn begin(path: &Path, present: File) -> Option<Self> {
        let wanted = Arc::new(AtomicU64::new(u64::MAX));
        let (path, limit) = (path.to_owned(), wanted.clone());
        let copy = move || {
            let (mut file, mut copied, length) = (AtomicFile::create(&path)?, 0, present.metadata()?.len());
            while copied < length.min(limit.load(Ordering::Relaxed)) {
                let part = Self::PART.min(length - copied);
                file.copy_from(&present, part)?;
                copied += part;
            }
            Ok((file, copied))
        };
        let thread = std::thread::Builder::new().name("copy".to_owned()).spawn(copy).ok()?;
        Some(Self { wanted, thread: Some(thread) })
    }

    /// The new file with so many bytes, and how many of them are there; `None` where it has to be begun anew.
    fn up_to(mut self, bytes: u64) -> Option<(AtomicFile, u64)> {
        self.wanted.store(bytes, Ordering::Relaxed);
        let (mut file, copied) = self.thread.take()?.join().ok()?.ok()?;
        if copied > bytes {
            file.cut(bytes).ok()?;
        }
        Some((file, copied.min(bytes)))
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.wanted.store(0, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Target for Replaced<'_> {
    type File = AtomicFile;

    fn exists(&self) -> bool {
        self.exists
    }

    fn begin(&self) -> io::Result<AtomicFile> {
        AtomicFile::create(self.path)
    }

    fn begin_with(&self, bytes: u64) -> io::Result<AtomicFile> {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ahead = ahead.and_then(|ahead| ahead.up_to(bytes));
        let (mut file, there) = ahead.map_or_else(|| self.begin().map(|file| (file, 0)), Ok)?;
        if there < bytes {
            match self.plain()? {
                Some(mut present) => {
                    present.seek(SeekFrom::Start(there))?;
                    file.copy_from(&present, bytes - there)?;
                }
                None => _ = io::copy(&mut self.present()?.take(bytes), &mut file)?,
            }
        }
        Ok(file)
    }

    fn present(&self) -> io::Result<Box<dyn Read>> {
        unpacked(File::open(self.path)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_somebody_else_put_in_the_place_meanwhile_stays() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("central.jsonl");
        for before in [None, Some("{before")] {
            let _ = std::fs::remove_file(&path);
            before.iter().for_each(|text| std::fs::write(&path, text).unwrap());
            let target = Replaced::new(&path).holding(before.is_some());
            let mut file = target.begin().unwrap();
            file.write_all(b"{ours").unwrap();
            std::fs::write(&path, "{theirs, longer").unwrap();
            assert_eq!(target.put(file).unwrap_err().exit, Exit::Locked);
            assert_eq!(std::fs::read(&path).unwrap(), b"{theirs, longer");
            assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1, "and what was kept before stays");
        }
        let target = Replaced::new(&path).holding(true);
        let file = target.begin().unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        assert!(target.put(file).is_err(), "as long as before, of another time");
        {
            let target = Replaced::new(&path).holding(true);
            let mut file = target.begin().unwrap();
            file.write_all(b"{ours").unwrap();
            target.put(file).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"{ours");
        }
    }

    #[test]
    fn a_copy_that_was_begun_ahead_is_cut_or_goes_on_to_where_it_is_wanted() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("central.jsonl");
        let present: Vec<u8> = std::iter::once(b'{').chain((0..9_000_000u32).map(|n| (n % 251) as u8)).collect();
        std::fs::write(&path, &present).unwrap();
        for wanted in [0, 1, 4 << 20, 8_999_999, present.len()] {
            std::fs::write(&path, &present).unwrap();
            let target = Replaced::new(&path).holding(true);
            target.copy_ahead(1000);
            assert!(target.ahead.lock().unwrap().is_some());
            let mut file = target.begin_with(wanted as u64).unwrap();
            file.write_all(b"more").unwrap();
            file.commit(false).unwrap();
            assert!(std::fs::read(&path).unwrap() == [&present[..wanted], b"more"].concat(), "{wanted}");
        }
        std::fs::write(&path, &present).unwrap();
        let target = Replaced::new(&path).holding(true);
        target.copy_ahead(1000);
        drop(target);
        assert!(std::fs::read(&path).unwrap() == present);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1, "nothing stays of a copy that was not wanted");
    }
}
