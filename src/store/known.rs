//! `known`: what the store held when it last synced, in the order of a central file, so that the next sync need not ask
//! the view for every revision that both sides have. A note, never the truth: where it does not fit the journal to the
//! byte, or its own sum, or what was saved since is too much to be sorted in memory, it is not used.
//!
//! ```text
//! KCknown1  journal: length, CRC-32  lengths of both parts  their CRC-32  CRC-32 of this head
//! forms and lists, each with its length before it
//! revisions, 77 bytes each: record, time as written, id
//! ```

use super::journal::{self, End};
use crate::record::Entry;
use crate::record::revision::{ID_AT, RevisionId, unhex};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const FILE: &str = "known";
const MAGIC: &[u8; 8] = b"KCknown1";
const HEAD: usize = 48;
const RECORD: usize = 16;
const AT: usize = 29;
const KEY: usize = RECORD + AT + 32;

/// More than this saved since the last sync is left to the view.
const MOST_SINCE: u64 = 16 << 20;

/// Up to behind its id a revision's line tells itself from all others.
pub const BEGINNING: usize = ID_AT + 64;

/// Where the digits of the record and of the time stand in a line.
const RECORD_AT: usize = r#"{"record":""#.len();
const TIME_AT: usize = RECORD_AT + 36 + r#"","at":""#.len();

/// What the head says.
struct Head {
    bytes: u64,
    crc: u32,
    definitions: u64,
    keys: u64,
    body: u32,
}

impl Head {
    fn write(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(MAGIC);
        head[8..16].copy_from_slice(&self.bytes.to_le_bytes());
        head[16..20].copy_from_slice(&self.crc.to_le_bytes());
        head[20..28].copy_from_slice(&self.definitions.to_le_bytes());
        head[28..36].copy_from_slice(&self.keys.to_le_bytes());
        head[36..40].copy_from_slice(&self.body.to_le_bytes());
        let sum = crc32fast::hash(&head[..HEAD - 4]);
        head[HEAD - 4..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    fn read(head: &[u8; HEAD]) -> Option<Self> {
        let long = |at: usize| head[at..at + 8].try_into().ok().map(u64::from_le_bytes);
        let short = |at: usize| head[at..at + 4].try_into().ok().map(u32::from_le_bytes);
        let fits = head.starts_with(MAGIC) && short(HEAD - 4)? == crc32fast::hash(&head[..HEAD - 4]);
        fits.then_some(Self { bytes: long(8)?, crc: short(16)?, definitions: long(20)?, keys: long(28)?, body: short(36)? })
    }
}

/// Where a revision's whole line is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the view, by its key.
    View,
    /// In the journal: first byte and length.
    Journal(u64, usize),
}

/// Everything that the store holds, in the order of a central file.
pub struct Known {
    /// The lines of forms and lists, sorted.
    pub definitions: Vec<Vec<u8>>,
    journal: PathBuf,
    keys: BufReader<File>,
    left: u64,
    next: Option<[u8; KEY]>,
    since: std::iter::Peekable<std::vec::IntoIter<Since>>,
}

/// A revision that was saved since, and where it lies in the journal.
struct Since {
    beginning: Vec<u8>,
    at: u64,
    length: usize,
}

impl Known {
    /// What was noted, and what was saved since. `None` where that cannot be relied on.
    pub fn open(dir: &Path, end: &End) -> Option<Self> {
        let mut file = File::open(dir.join(FILE)).ok()?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).ok()?;
        let head = Head::read(&head)?;
        let length = (HEAD as u64).checked_add(head.definitions)?.checked_add(head.keys.checked_mul(KEY as u64)?)?;
        if file.metadata().ok()?.len() != length || sum(&mut file).ok()? != head.body {
            return None;
        }
        file.seek(SeekFrom::Start(HEAD as u64)).ok()?;
        let mut keys = BufReader::with_capacity(1 << 17, file);
        let mut definitions = definitions(&mut keys, head.definitions).ok()?;
        let since = since(dir, &head, end, &mut definitions)?;
        definitions.sort();
        definitions.dedup();
        let mut known = Self { definitions, journal: dir.join(journal::FILE), keys, left: head.keys, next: None, since: since.into_iter().peekable() };
        known.read_key().ok()?;
        Some(known)
    }

    /// Whether something was saved since.
    pub fn has_more(&self) -> bool {
        self.since.len() > 0
    }

    fn read_key(&mut self) -> io::Result<()> {
        self.next = None;
        if self.left > 0 {
            let mut key = [0; KEY];
            self.keys.read_exact(&mut key)?;
            self.left -= 1;
            self.next = Some(key);
        }
        Ok(())
    }

    /// The beginning of the next revision's line, and where the rest is; `None` behind the last.
    ///
    /// # Errors
    /// The system's.
    pub fn advance(&mut self, beginning: &mut Vec<u8>) -> io::Result<Option<Place>> {
        beginning.clear();
        if let Some(key) = &self.next {
            spell(key, beginning);
        }
        if let Some(since) = self.since.next_if(|since| beginning.is_empty() || since.beginning < *beginning) {
            *beginning = since.beginning;
            return Ok(Some(Place::Journal(since.at, since.length)));
        }
        if beginning.is_empty() {
            return Ok(None);
        }
        self.read_key()?;
        Ok(Some(Place::View))
    }

    /// Appends a line of the journal.
    ///
    /// # Errors
    /// The system's.
    pub fn line(&self, at: u64, length: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let mut file = File::open(&self.journal)?;
        file.seek(SeekFrom::Start(at))?;
        let from = out.len();
        match file.take(length as u64).read_to_end(out)? {
            read if read == length && from + read == out.len() => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// The sum of everything behind the head.
fn sum(file: &mut File) -> io::Result<u32> {
    let (mut sum, mut part) = (crc32fast::Hasher::new(), vec![0; 1 << 17]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(sum.finalize()),
            read => sum.update(&part[..read]),
        }
    }
}

fn definitions(from: &mut impl Read, mut bytes: u64) -> io::Result<Vec<Vec<u8>>> {
    let mut lines = Vec::new();
    while bytes > 0 {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u64::from(u32::from_le_bytes(length));
        bytes = bytes.checked_sub(4 + length).ok_or(io::ErrorKind::InvalidData)?;
        let mut line = Vec::new();
        from.take(length).read_to_end(&mut line)?;
        lines.push(line);
    }
    Ok(lines)
}

/// What the journal holds behind the part that was noted, sorted: nothing where that part is not the one that was noted, or
/// anything in it cannot be read.
fn since(dir: &Path, head: &Head, end: &End, definitions: &mut Vec<Vec<u8>>) -> Option<Vec<Since>> {
    let bytes = end.bytes.checked_sub(head.bytes).filter(|bytes| *bytes <= MOST_SINCE)?;
    let mut file = File::open(dir.join(journal::FILE)).ok()?;
    file.seek(SeekFrom::Start(head.bytes)).ok()?;
    let mut input = BufReader::with_capacity(1 << 17, file.take(bytes));
    let mut crc = crc32fast::Hasher::new_with_initial_len(head.crc, head.bytes);
    let (mut since, mut at, mut line) = (Vec::new(), head.bytes, Vec::new());
    while input.read_until(b'\n', &mut line).ok()? > 0 {
        crc.update(&line);
        let whole = line.strip_suffix(b"\n")?;
        match Entry::parse(whole).ok()? {
            Entry::Definition(_) => definitions.push(whole.to_vec()),
            Entry::Revision(_) => since.push(Since { beginning: whole.get(..BEGINNING)?.to_vec(), at, length: whole.len() }),
        }
        at += line.len() as u64;
        line.clear();
    }
    let is_same = at == end.bytes && crc.finalize() == end.crc.clone().finalize();
    since.sort_by(|a, b| a.beginning.cmp(&b.beginning));
    is_same.then_some(since)
}

/// A key as the beginning of its line.
fn spell(key: &[u8; KEY], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hex = |bytes: &[u8], out: &mut Vec<u8>| bytes.iter().for_each(|byte| out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
    out.extend_from_slice(b"{\"record\":\"");
    for (at, part) in [0..4, 4..6, 6..8, 8..10, 10..RECORD].into_iter().enumerate() {
        if at > 0 {
            out.push(b'-');
        }
        hex(&key[part], out);
    }
    out.extend_from_slice(b"\",\"at\":\"");
    out.extend_from_slice(&key[RECORD..RECORD + AT]);
    out.extend_from_slice(b"\",\"id\":\"");
    hex(&key[RECORD + AT..], out);
}

/// A line as its key.
fn key_of(line: &[u8], id: &RevisionId) -> Option<[u8; KEY]> {
    let mut key = [0; KEY];
    let record = line.get(RECORD_AT..RECORD_AT + 36)?;
    let digits: Vec<u8> = record.iter().copied().filter(|b| *b != b'-').collect();
    let padded = [b"00000000000000000000000000000000", &digits[..]].concat();
    key[..RECORD].copy_from_slice(unhex(std::str::from_utf8(&padded).ok()?)?.get(RECORD..)?);
    key[RECORD..RECORD + AT].copy_from_slice(line.get(TIME_AT..TIME_AT + AT)?);
    key[RECORD + AT..].copy_from_slice(id);
    Some(key)
}

/// Notes what the store will hold, as a sync sees it pass. It counts only once it is [kept](Self::keep).
pub struct Noting {
    dir: PathBuf,
    out: Option<BufWriter<File>>,
    head: Head,
    sum: crc32fast::Hasher,
}

impl Noting {
    /// For the store in a folder. Where it cannot be written there is none: it is no more than a help.
    pub fn begin(dir: &Path) -> Self {
        let out = File::create(dir.join(FILE).with_extension("tmp")).and_then(|mut file| file.write_all(&[0; HEAD]).map(|()| BufWriter::with_capacity(1 << 17, file))).ok();
        Self { dir: dir.to_owned(), out, head: Head { bytes: 0, crc: 0, definitions: 0, keys: 0, body: 0 }, sum: crc32fast::Hasher::new() }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.sum.update(bytes);
        self.out.take_if(|out| out.write_all(bytes).is_err());
    }

    /// The next form or list.
    pub fn definition(&mut self, line: &[u8]) {
        self.add(&(line.len() as u32).to_le_bytes());
        self.add(line);
        self.head.definitions += 4 + line.len() as u64;
    }

    /// The next revision.
    pub fn revision(&mut self, line: &[u8], id: &RevisionId) {
        match key_of(line, id) {
            Some(key) => self.add(&key),
            None => self.out = None,
        }
        self.head.keys += 1;
    }

    /// From now on it counts: the journal that goes up to `end` holds all of it and nothing else.
    pub fn keep(mut self, end: &End) {
        let Some(out) = self.out.take() else { return };
        let head = Head { bytes: end.bytes, crc: end.crc.clone().finalize(), body: self.sum.clone().finalize(), ..self.head };
        let written = out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|mut file| {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&head.write())
        });
        let path = self.dir.join(FILE);
        let kept = written.and_then(|()| crate::disk::rename(&path.with_extension("tmp"), &path));
        if kept.is_err() {
            let _ = std::fs::remove_file(path.with_extension("tmp"));
        }
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        if self.out.take().is_some() {
            let _ = std::fs::remove_file(self.dir.join(FILE).with_extension("tmp"));
        }
    }
}
