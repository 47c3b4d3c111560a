//! What reading and writing central files needs around it: threads, open files, the file to be replaced.

use crate::disk::AtomicFile;
use crate::error::Failure;
use crate::exchange::Reader;
use crate::exchange::check::Checkers;
use crate::exchange::digest::Digester;
use crate::exchange::reader::unpacked;
use crate::exchange::writer::Target;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// All readers' parts together.
const PARTS: usize = 8 << 20;

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
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let digesting = (cores / 2).clamp(1, files + 1);
        Self {
            checkers: Checkers::new((cores - cores / 2).clamp(1, 8)),
            digester: Digester::new(digesting.min(8)),
            part: (PARTS / (files + 1)).clamp(32 << 10, 512 << 10),
            keeps_open: files <= KEPT_OPEN,
        }
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
    /// Where.
    pub path: &'p Path,
    /// Whether there is one that holds something.
    pub exists: bool,
}

impl Replaced<'_> {
    /// Whether its name asks for packing.
    pub fn is_packed(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zst"))
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

    fn present(&self) -> io::Result<Box<dyn Read>> {
        unpacked(File::open(self.path)?)
    }

    fn copy(&self, bytes: u64, file: &mut AtomicFile) -> io::Result<()> {
        let present = File::open(self.path)?;
        let mut start = [0; 1];
        // Every plain file begins with its header.
        let is_plain = (&present).read(&mut start)? == 1 && start == *b"{";
        if !is_plain {
            return io::copy(&mut self.present()?.take(bytes), file).map(|_| ());
        }
        (&present).rewind()?;
        file.copy_from(&present, bytes)
    }
}
