//! Reads a central file line by line in parts of a fixed size, plain or zstd; its hash is computed beside.

use super::FORMAT;
use super::digest::{Digester, Stream};
use super::seal::SealBuilder;
use super::union::{Source, UnionProblem};
use super::used::Used;
use crate::record::line::{LineProblem, MAX_LINE};
use std::cmp::Ordering;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is wrong with a file.
#[derive(Debug)]
pub enum Problem {
    /// Not one of our files.
    NotOurs,
    /// One of ours that another program saved anew.
    Resaved,
    /// Written by a newer program.
    Newer(String),
    /// Of another programme.
    OtherProgramme(String),
    /// Ends before its seal.
    Truncated,
    /// Its seal does not fit its lines.
    Altered,
    /// Something follows the seal.
    AfterSeal,
    /// A line stands before one that sorts before it.
    Unsorted,
    /// A line stands twice.
    Duplicate,
    /// What is packed cannot be unpacked, or asks for more memory than any of our files.
    Packed,
    /// A line is refused.
    Line(LineProblem),
    /// The system refused.
    Io(io::Error),
}

/// A problem, the file and the line (from 1) where it was found.
#[derive(Debug)]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// The line; 0 where it has none.
    pub line: u64,
    /// What.
    pub problem: Problem,
}

/// The first bytes of everything that zstd packed.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Packed files may ask for a window of 8 MiB, as much as `zstd -19` uses.
const MOST_WINDOW: u32 = 23;

/// Gives the bytes of a central file, unpacked where it is packed.
///
/// # Errors
/// The system's.
pub fn unpacked(mut input: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut start = Vec::new();
    input.by_ref().take(4).read_to_end(&mut start)?;
    let packed = start == ZSTD;
    let whole = io::Cursor::new(start).chain(input);
    if !packed {
        return Ok(Box::new(whole));
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(1 << 17, whole))?;
    decoder.window_log_max(MOST_WINDOW)?;
    Ok(Box::new(decoder))
}

/// Whether it begins as our files do but for what editors and spreadsheets put in between: marks of an encoding, wide
/// characters, quotes, spaces.
fn is_resaved(start: &[u8]) -> bool {
    const ADDED: &[u8] = b"\xef\xbb\xbf\xff\xfe\0\" \t\r";
    let start = start.get(..200).unwrap_or(start).iter().filter(|byte| !ADDED.contains(byte));
    start.take(14).eq(b"{!:khuyencong/")
}

/// So many bytes are handed on to be hashed, at the least.
const HASHED_AT_ONCE: usize = 256 << 10;

/// Reads one file.
pub struct Reader {
    input: Box<dyn Read>,
    file: PathBuf,
    number: u64,
    part: usize,
    buffer: Arc<Vec<u8>>,
    used: Used,
    ended: bool,
    previous: Range<usize>,
    current: Range<usize>,
    /// Up to here the buffer's bytes are in the hash.
    hashed: usize,
    stream: Option<Stream>,
    programme: String,
}

impl Reader {
    /// Reads the header. With `programme`, a file of another one is refused. `part` bytes are read at once; `stream` is the
    /// number under which the file is hashed.
    ///
    /// # Errors
    /// The first problem.
    pub fn open(input: impl Read + 'static, file: &Path, programme: Option<&str>, part: usize, digester: &Digester, stream: usize) -> Result<Self, FileProblem> {
        let input = unpacked(input).map_err(|e| FileProblem { file: file.to_owned(), line: 0, problem: system(e) })?;
        let mut reader = Self {
            input,
            file: file.to_owned(),
            number: 0,
            part,
            buffer: Arc::default(),
            used: digester.used().clone(),
            ended: false,
            previous: 0..0,
            current: 0..0,
            hashed: 0,
            stream: Some(digester.stream(stream)),
            programme: String::new(),
        };
        if !reader.read_line()? {
            return Err(reader.problem(Problem::NotOurs));
        }
        let line = &reader.buffer[reader.current.clone()];
        let json: Option<serde_json::Value> = serde_json::from_slice(line).ok();
        let text = |key: &str| json.as_ref().and_then(|j| j.get(key)).and_then(|v| v.as_str()).map(str::to_owned);
        match (text("!"), text("programme")) {
            (Some(format), _) if format.starts_with("khuyencong/") && format != FORMAT => return Err(reader.problem(Problem::Newer(format))),
            (Some(format), Some(name)) if format == FORMAT && line == super::header(&name).as_bytes() => reader.programme = name,
            _ if is_resaved(line) => return Err(reader.problem(Problem::Resaved)),
            _ => return Err(reader.problem(Problem::NotOurs)),
        }
        if programme.is_some_and(|wanted| wanted != reader.programme) {
            let other = reader.programme.clone();
            return Err(reader.problem(Problem::OtherProgramme(other)));
        }
        Ok(reader)
    }

    /// The programme that the file belongs to.
    pub fn programme(&self) -> &str {
        &self.programme
    }

    fn problem(&self, problem: Problem) -> FileProblem {
        FileProblem { file: self.file.clone(), line: self.number, problem }
    }

    /// Reads one line without LF; false at the end. A last line without LF is a cut-off one.
    fn read_line(&mut self) -> Result<bool, FileProblem> {
        self.number += 1;
        self.previous = self.current.clone();
        let mut from = if self.number == 1 { 0 } else { self.current.end + 1 };
        let mut seen = 0;
        loop {
            let rest = &self.buffer[from..];
            if let Some(length) = memchr::memchr(b'\n', &rest[seen..]).map(|at| seen + at) {
                self.current = from..from + length;
                return if length > MAX_LINE { Err(self.problem(Problem::Line(LineProblem::TooLong))) } else { Ok(true) };
            }
            seen = rest.len();
            if seen > MAX_LINE {
                return Err(self.problem(Problem::Line(LineProblem::TooLong)));
            }
            if self.ended {
                let ours = self.number > 1 || rest.starts_with(br#"{"!":"khuyencong/"#);
                return match seen {
                    0 => Ok(false),
                    _ if ours => Err(self.problem(Problem::Truncated)),
                    _ if is_resaved(rest) => Err(self.problem(Problem::Resaved)),
                    _ => Err(self.problem(Problem::NotOurs)),
                };
            }
            from = self.refill(from)?;
        }
    }

    /// Reads more behind what begins at `from`; gives where that stands now. The line before is kept too.
    fn refill(&mut self, from: usize) -> Result<usize, FileProblem> {
        let kept = self.previous.start;
        self.hash_up_to(from);
        let mut buffer = self.used.again(self.buffer.len() - kept + self.part);
        buffer.extend_from_slice(&self.buffer[kept..]);
        let read = self.input.by_ref().take(self.part as u64).read_to_end(&mut buffer).map_err(|e| self.problem(system(e)))?;
        self.ended = read < self.part;
        self.used.keep(std::mem::replace(&mut self.buffer, Arc::new(buffer)));
        self.hashed -= kept;
        self.previous = 0..self.previous.end - kept;
        Ok(from - kept)
    }

    fn hash_up_to(&mut self, end: usize) {
        if let Some(stream) = &mut self.stream
            && end > self.hashed
        {
            stream.bytes(&self.buffer, self.hashed..end);
            self.hashed = end;
        }
    }

    /// Whether anything follows the seal; must be asked when the seal is the current line.
    fn is_followed(&mut self) -> Result<bool, FileProblem> {
        if self.current.end + 1 < self.buffer.len() {
            return Ok(true);
        }
        let read = self.input.read(&mut [0; 1]).map_err(|e| self.problem(system(e)))?;
        Ok(read > 0)
    }
}

fn system(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Problem::Truncated,
        // The unpacker's own complaints carry no number of the system's.
        _ if error.raw_os_error().is_none() => Problem::Packed,
        _ => Problem::Io(error),
    }
}

impl Source for Reader {
    fn advance(&mut self) -> Result<bool, UnionProblem> {
        if !self.read_line()? {
            return Err(self.problem(Problem::Truncated).into());
        }
        let is_seal = self.buffer[self.current.clone()].starts_with(b"{\"~\"");
        if is_seal || self.current.start > self.hashed + HASHED_AT_ONCE {
            self.hash_up_to(self.current.start);
        }
        if is_seal {
            return Ok(false);
        }
        let line = &self.buffer[self.current.clone()];
        // Behind the header stands the first body line; nothing there can be equal to it.
        match line.cmp(&self.buffer[self.previous.clone()]) {
            Ordering::Less => Err(self.problem(Problem::Unsorted).into()),
            Ordering::Equal => Err(self.problem(Problem::Duplicate).into()),
            Ordering::Greater => Ok(true),
        }
    }

    fn line(&self) -> &[u8] {
        &self.buffer[self.current.clone()]
    }

    fn settle(&mut self) {
        self.hash_up_to(self.current.start);
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn refused(&self, line: u64, problem: LineProblem) -> UnionProblem {
        FileProblem { file: self.file.clone(), line, problem: Problem::Line(problem) }.into()
    }

    fn end(&mut self, seal: &mut SealBuilder) -> Result<(), UnionProblem> {
        seal.line();
        if let Some(stream) = self.stream.take() {
            seal.set_digest(stream.end().map_err(|e| self.problem(Problem::Io(e)))?);
        }
        if self.buffer[self.current.clone()] != *seal.seal().as_bytes() {
            return Err(self.problem(Problem::Altered).into());
        }
        if self.is_followed()? {
            self.number += 1;
            return Err(self.problem(Problem::AfterSeal).into());
        }
        Ok(())
    }
}
