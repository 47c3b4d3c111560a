//! `journal.jsonl`: every entry in the order in which this laptop came to know it. Append-only; the truth of the store.

use crate::disk;
use crate::record::Entry;
use crate::record::line::MAX_LINE;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The file's name.
pub const FILE: &str = "journal.jsonl";

/// The journal, open for appending.
pub struct Journal {
    file: File,
    bytes: u64,
    /// After a failed write nothing more is written on this handle: what reached the disk is not known.
    broken: bool,
}

/// What a scan found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The length of the part that ends with a whole line.
    pub good_bytes: u64,
    /// The file's length.
    pub bytes: u64,
    /// Numbers (from 1) of whole lines that cannot be read.
    pub damaged: Vec<u64>,
}

impl Scan {
    /// Whether the file ends in the middle of a line, as after a cut.
    pub fn is_torn(&self) -> bool {
        self.good_bytes < self.bytes
    }
}

/// Reads the whole journal, giving each good line with what it says. A missing file is an empty journal.
///
/// # Errors
/// The system's.
pub fn scan(dir: &Path, visit: &mut dyn FnMut(&[u8], Entry)) -> io::Result<Scan> {
    let file = match File::open(dir.join(FILE)) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Scan::default()),
        Err(e) => return Err(e),
    };
    let mut scan = Scan { bytes: file.metadata()?.len(), ..Scan::default() };
    let mut input = BufReader::with_capacity(1 << 20, file);
    let (mut line, mut at, mut number) = (Vec::new(), 0u64, 0u64);
    loop {
        line.clear();
        let read = (&mut input).take(MAX_LINE as u64 + 2).read_until(b'\n', &mut line)? as u64;
        if read == 0 {
            return Ok(scan);
        }
        at += read;
        number += 1;
        // Only what has no line end was never called saved; a whole line that cannot be read is damage, wherever it stands.
        let Some(whole) = line.strip_suffix(b"\n") else { return Ok(scan) };
        scan.good_bytes = at;
        match Entry::parse(whole) {
            Ok(entry) => visit(whole, entry),
            Err(_) => scan.damaged.push(number),
        }
    }
}

impl Journal {
    /// Opens for appending behind `good_bytes`, cutting a torn tail off.
    ///
    /// # Errors
    /// The system's.
    pub fn open(dir: &Path, good_bytes: u64) -> io::Result<Self> {
        let path = dir.join(FILE);
        let is_new = !path.exists();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        if file.metadata()?.len() > good_bytes {
            file.set_len(good_bytes)?;
            file.sync_all()?;
        }
        if is_new {
            file.sync_all()?;
            disk::sync_folder(&path)?;
        }
        file.seek(SeekFrom::Start(good_bytes))?;
        Ok(Self { file, bytes: good_bytes, broken: false })
    }

    /// Its length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends lines and makes them durable, all or none.
    ///
    /// # Errors
    /// The system's; the lines are then not saved.
    pub fn append<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("the journal failed before"));
        }
        let mut block = Vec::new();
        for line in lines {
            block.extend_from_slice(line);
            block.push(b'\n');
        }
        let written = self.file.write_all(&block).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // A part may be on the disk: cut it off so that a later save does not stand behind half a line.
            let healed = self.file.set_len(self.bytes).and_then(|()| self.file.seek(SeekFrom::Start(self.bytes))).and_then(|_| self.file.sync_data());
            self.broken = healed.is_err();
            return Err(error);
        }
        self.bytes += block.len() as u64;
        Ok(())
    }
}

/// Writes a new journal from lines, keeping the old one as `journal.bad.N`.
///
/// # Errors
/// The system's.
pub fn rewrite(dir: &Path, lines: &[Vec<u8>]) -> io::Result<PathBuf> {
    let path = dir.join(FILE);
    let kept = (0..).map(|n| dir.join(format!("journal.bad.{n}"))).find(|p| !p.exists()).unwrap_or_else(|| dir.join("journal.bad"));
    if path.exists() {
        std::fs::copy(&path, &kept)?;
    }
    let mut file = disk::AtomicFile::create(&path)?;
    for line in lines {
        file.write_all(line)?;
        file.write_all(b"\n")?;
    }
    file.commit(false)?;
    Ok(kept)
}
