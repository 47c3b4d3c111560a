//! Reads a central file line by line, checking everything that can be checked on the way.

use super::FORMAT;
use super::seal::SealBuilder;
use crate::record::Entry;
use crate::record::line::{LineProblem, MAX_LINE};
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

/// What is wrong with a file.
#[derive(Debug)]
pub enum Problem {
    /// Not one of our files.
    NotOurs,
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

/// Reads one file.
pub struct Reader<R> {
    input: R,
    file: PathBuf,
    number: u64,
    current: Vec<u8>,
    previous: Vec<u8>,
    seal: SealBuilder,
    programme: String,
    entry: Option<Entry>,
    done: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header. With `programme`, a file of another one is refused.
    ///
    /// # Errors
    /// The first problem.
    pub fn open(input: R, file: &Path, programme: Option<&str>) -> Result<Self, FileProblem> {
        let mut reader = Self {
            input,
            file: file.to_owned(),
            number: 0,
            current: Vec::new(),
            previous: Vec::new(),
            seal: SealBuilder::default(),
            programme: String::new(),
            entry: None,
            done: false,
        };
        if !reader.read_line()? {
            return Err(reader.problem(Problem::NotOurs));
        }
        let json: Option<serde_json::Value> = serde_json::from_slice(&reader.current).ok();
        let text = |key: &str| json.as_ref().and_then(|j| j.get(key)).and_then(|v| v.as_str()).map(str::to_owned);
        match (text("!"), text("programme")) {
            (Some(format), _) if format.starts_with("khuyencong/") && format != FORMAT => return Err(reader.problem(Problem::Newer(format))),
            (Some(format), Some(name)) if format == FORMAT && reader.current == super::header(&name).as_bytes() => reader.programme = name,
            _ => return Err(reader.problem(Problem::NotOurs)),
        }
        if programme.is_some_and(|wanted| wanted != reader.programme) {
            let other = reader.programme.clone();
            return Err(reader.problem(Problem::OtherProgramme(other)));
        }
        let line = std::mem::take(&mut reader.current);
        reader.seal.line(&line);
        Ok(reader)
    }

    /// The programme that the file belongs to.
    pub fn programme(&self) -> &str {
        &self.programme
    }

    /// What the file holds, complete once [`Self::advance`] gave `None`.
    pub fn seal(&self) -> &SealBuilder {
        &self.seal
    }

    fn problem(&self, problem: Problem) -> FileProblem {
        FileProblem { file: self.file.clone(), line: self.number, problem }
    }

    /// Reads one line without LF; false at the end. A last line without LF is a cut-off one.
    fn read_line(&mut self) -> Result<bool, FileProblem> {
        std::mem::swap(&mut self.previous, &mut self.current);
        self.current.clear();
        self.number += 1;
        let read = (&mut self.input).take(MAX_LINE as u64 + 2).read_until(b'\n', &mut self.current);
        match read {
            Err(error) => Err(self.problem(Problem::Io(error))),
            Ok(0) => Ok(false),
            Ok(_) if self.current.last() == Some(&b'\n') => {
                self.current.pop();
                Ok(true)
            }
            Ok(_) if self.current.len() > MAX_LINE => Err(self.problem(Problem::Line(LineProblem::TooLong))),
            Ok(_) if self.number == 1 && !self.current.starts_with(br#"{"!":"khuyencong/"#) => Err(self.problem(Problem::NotOurs)),
            Ok(_) => Err(self.problem(Problem::Truncated)),
        }
    }

    /// Goes to the next body line; false behind the last, when the seal has been checked.
    ///
    /// # Errors
    /// The first problem. Nothing that was read before may be used then.
    pub fn advance(&mut self) -> Result<bool, FileProblem> {
        if self.done {
            return Ok(false);
        }
        if !self.read_line()? {
            return Err(self.problem(Problem::Truncated));
        }
        if self.current.starts_with(b"{\"~\"") {
            return self.check_seal().map(|()| false);
        }
        match self.current.cmp(&self.previous) {
            std::cmp::Ordering::Less => return Err(self.problem(Problem::Unsorted)),
            std::cmp::Ordering::Equal => return Err(self.problem(Problem::Duplicate)),
            std::cmp::Ordering::Greater => {}
        }
        self.seal.line(&self.current);
        let entry = Entry::parse(&self.current).map_err(|p| self.problem(Problem::Line(p)))?;
        if let Entry::Revision(revision) = &entry {
            self.seal.revision(revision);
        }
        self.entry = Some(entry);
        Ok(true)
    }

    /// The current body line, parsed.
    pub fn entry(&mut self) -> Option<Entry> {
        self.entry.take()
    }

    /// The current body line, without LF.
    pub fn line(&self) -> &[u8] {
        &self.current
    }

    fn check_seal(&mut self) -> Result<(), FileProblem> {
        self.done = true;
        if self.current != self.seal.seal().as_bytes() {
            return Err(self.problem(Problem::Altered));
        }
        let mut rest = [0; 1];
        match self.input.read(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => {
                self.number += 1;
                Err(self.problem(Problem::AfterSeal))
            }
            Err(error) => Err(self.problem(Problem::Io(error))),
        }
    }
}
