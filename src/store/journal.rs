//! `journal.jsonl`: every entry in the order in which this laptop came to know it. Append-only; the truth of the store.

use super::sums::{self, Sums};
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
    dir: PathBuf,
    file: File,
    end: End,
    /// After a failed write nothing more is written on this handle: what reached the disk is not known.
    broken: bool,
}

/// How far a journal goes.
#[derive(Clone, Debug, Default)]
pub struct End {
    /// Its length.
    pub bytes: u64,
    /// The number of lines.
    pub lines: u64,
    /// CRC-32 of all its bytes, to be gone on with.
    pub crc: crc32fast::Hasher,
}

impl End {
    pub(super) fn add(&mut self, bytes: &[u8], lines: u64) {
        self.bytes += bytes.len() as u64;
        self.lines += lines;
        self.crc.update(bytes);
    }
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// How far the part goes that ends with a whole line.
    pub end: End,
    /// The file's length.
    pub bytes: u64,
    /// Numbers (from 1) of whole lines that cannot be read.
    pub damaged: Vec<u64>,
    /// The file has to be written anew: entries stand in it that are not lines of their own (a line feed was damaged).
    pub misshapen: bool,
}

impl Scan {
    /// Whether the file ends in the middle of a line, as after a cut.
    pub fn is_torn(&self) -> bool {
        self.end.bytes < self.bytes
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
    let bytes = file.metadata()?.len();
    let sums = Sums::read(dir)?;
    let mut scan = read(&mut BufReader::with_capacity(1 << 20, file), &sums, visit)?;
    scan.bytes = bytes;
    Ok(scan)
}

/// Reads a journal's bytes.
///
/// # Errors
/// The system's.
pub fn read(input: &mut impl BufRead, sums: &Sums, visit: &mut dyn FnMut(&[u8], Entry)) -> io::Result<Scan> {
    let mut scan = Scan::default();
    let (mut line, mut number) = (Vec::new(), 0u64);
    loop {
        line.clear();
        if input.take(MAX_LINE as u64 + 2).read_until(b'\n', &mut line)? == 0 {
            return Ok(scan);
        }
        number += 1;
        // Only what has no line end was never called saved; a whole line that cannot be read is damage, wherever it stands.
        let Some(whole) = line.strip_suffix(b"\n") else {
            if line.len() > MAX_LINE {
                scan.damaged.push(number);
                scan.misshapen = true;
                if skip_line(input)? {
                    continue;
                }
            } else if let Some((entry, whole)) = unended(&line).filter(|(_, whole)| sums.vouch_for(whole)) {
                scan.misshapen = true;
                visit(whole, entry);
            }
            return Ok(scan);
        };
        scan.end.add(&line, 1);
        match Entry::parse(whole).ok().filter(|_| sums.vouch_for(whole)) {
            Some(entry) => visit(whole, entry),
            None => {
                scan.damaged.push(number);
                for (entry, part) in joined(whole).into_iter().flatten().filter(|(_, part)| sums.vouch_for(part)) {
                    scan.misshapen = true;
                    visit(part, entry);
                }
            }
        }
    }
}

/// Goes behind the next line feed; false where there is none.
fn skip_line(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        let at = buffer.iter().position(|b| *b == b'\n');
        let used = at.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if at.is_some() {
            return Ok(true);
        }
    }
}

/// An entry whose line feed is missing or became another byte.
fn unended(line: &[u8]) -> Option<(Entry, &[u8])> {
    [line, &line[..line.len().saturating_sub(1)]].into_iter().find_map(|whole| Some((Entry::parse(whole).ok()?, whole)))
}

/// Two entries whose line feed in between became another byte, or is gone; either may be damaged too.
fn joined(line: &[u8]) -> [Option<(Entry, &[u8])>; 2] {
    const STARTS: [&[u8]; 3] = [b"{\"record\":\"", b"{\"form\":\"", b"{\"list\":\""];
    // A few places at most: a damaged line must not cost more than reading it did.
    let places = (1..line.len()).filter(|at| STARTS.iter().any(|start| line[*at..].starts_with(start))).take(4);
    let good = |part: &'_ [u8]| Entry::parse(part).ok();
    for at in places {
        let (before, after) = (&line[..at], &line[at..]);
        let first = good(before).map(|e| (e, before)).or_else(|| good(&before[..at - 1]).map(|e| (e, &before[..at - 1])));
        let second = good(after).map(|e| (e, after));
        if first.is_some() || second.is_some() {
            return [first, second];
        }
    }
    [None, None]
}

impl Journal {
    /// Opens for appending behind `end`, cutting a torn tail off.
    ///
    /// # Errors
    /// The system's.
    pub fn open(dir: &Path, end: End) -> io::Result<Self> {
        let path = dir.join(FILE);
        let is_new = !path.exists();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        if file.metadata()?.len() > end.bytes {
            file.set_len(end.bytes)?;
            file.sync_all()?;
        }
        if is_new {
            file.sync_all()?;
            disk::sync_folder(&path)?;
        }
        file.seek(SeekFrom::Start(end.bytes))?;
        Ok(Self { dir: dir.to_owned(), file, end, broken: false })
    }

    /// Its length.
    pub fn bytes(&self) -> u64 {
        self.end.bytes
    }

    /// Whether a write failed so that nobody knows what is on the disk.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// How far it goes.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// Appends lines and makes them durable, all or none.
    ///
    /// # Errors
    /// The system's; the lines are then not saved.
    pub fn append<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("the journal failed before"));
        }
        let (mut block, mut count) = (Vec::new(), 0);
        let lines: Vec<&[u8]> = lines.collect();
        sums::add(&self.dir, lines.iter().copied())?;
        for line in lines {
            block.extend_from_slice(line);
            block.push(b'\n');
            count += 1;
        }
        let written = self.file.write_all(&block);
        let synced = written.and_then(|()| {
            // The system tells of a failed fsync once; afterwards nobody knows what is on the disk.
            self.file.sync_data().inspect_err(|_| self.broken = true)
        });
        if let Err(error) = synced {
            // A part may be on the disk: cut it off so that a later save does not stand behind half a line.
            let healed = self.file.set_len(self.end.bytes).and_then(|()| self.file.seek(SeekFrom::Start(self.end.bytes))).and_then(|_| self.file.sync_data());
            self.broken |= healed.is_err();
            return Err(error);
        }
        self.end.add(&block, count);
        Ok(())
    }
}

/// Vouches for the forms and lists of a journal that was written before there were sums.
///
/// # Errors
/// The system's.
pub fn vouch(dir: &Path) -> io::Result<()> {
    let mut definitions = Vec::new();
    scan(dir, &mut |line, _| {
        if sums::is_definition(line) {
            definitions.push(line.to_vec());
        }
    })?;
    sums::add(dir, definitions.iter().map(Vec::as_slice))
}

/// Writes the journal anew: its good lines as they stand and `more` behind them. The old one is kept; gives its path and
/// how far the new one goes.
///
/// # Errors
/// The system's; the journal is then as it was.
pub fn rewrite(dir: &Path, more: &[Vec<u8>]) -> io::Result<(Option<PathBuf>, End)> {
    let path = dir.join(FILE);
    let kept = path.exists().then(|| disk::keep_aside(&path)).transpose()?;
    let (mut file, mut end, mut failed) = (disk::AtomicFile::create(&path)?, End::default(), None);
    let mut write = |line: &[u8]| {
        if failed.is_none() {
            failed = file.write_all(line).and_then(|()| file.write_all(b"\n")).err();
            end.add(line, 1);
            end.add(b"\n", 0);
        }
    };
    scan(dir, &mut |line, _| write(line))?;
    sums::add(dir, more.iter().map(Vec::as_slice))?;
    more.iter().for_each(|line| write(line));
    failed.map_or(Ok(()), Err)?;
    file.commit(false)?;
    Ok((kept, end))
}
