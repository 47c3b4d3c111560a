//! Lines that a central file has and the store has not, put aside until the whole file has been checked: in a file of the
//! store's folder, so that memory does not grow with them.

use crate::error::Failure;
use crate::exchange::check::Batch;
use crate::exchange::union::UnionProblem;
use crate::record::Entry;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The file's name.
const FILE: &str = "incoming.tmp";

/// Lines are taken into the store in parts of this many, or of this many bytes, each made durable at once.
const LINES: usize = 2000;
const BYTES: usize = 8 << 20;

/// Takes lines that were put aside.
pub type TakeIn<'t> = &'t mut dyn FnMut(&[(Vec<u8>, Entry)]) -> Result<(), Failure>;

/// Lines put aside. The file goes with it; one that a kill left behind is written over by the next.
pub struct Incoming {
    path: Option<PathBuf>,
    out: Option<BufWriter<File>>,
    brings_forms: bool,
}

impl Incoming {
    /// For the store in a folder.
    pub fn new(dir: &Path) -> Self {
        Self { path: Some(dir.join(FILE)), out: None, brings_forms: false }
    }

    /// Where nothing is wanted.
    pub fn nowhere() -> Self {
        Self { path: None, out: None, brings_forms: false }
    }

    /// Whether nothing was put aside.
    pub fn is_empty(&self) -> bool {
        self.out.is_none()
    }

    /// Whether forms or lists are among what was put aside: records that waited for them change too.
    pub fn brings_forms(&self) -> bool {
        self.brings_forms
    }

    /// Puts aside those lines of a batch that are not had.
    ///
    /// # Errors
    /// The system's.
    pub fn batch(&mut self, batch: &Batch, is_had: &dyn Fn(&[u16]) -> bool) -> Result<(), UnionProblem> {
        let Some(path) = &self.path else { return Ok(()) };
        for at in (0..batch.lines.len()).filter(|at| !is_had(batch.holders(*at))) {
            let failed = |e| UnionProblem::At(path.clone(), e);
            let out = match &mut self.out {
                Some(out) => out,
                none => none.insert(BufWriter::with_capacity(1 << 18, File::create(path).map_err(failed)?)),
            };
            self.brings_forms |= !batch.line(at).starts_with(b"{\"record\"");
            out.write_all(batch.line(at)).and_then(|()| out.write_all(b"\n")).map_err(failed)?;
        }
        Ok(())
    }

    /// Everything is put aside.
    ///
    /// # Errors
    /// The system's: then nothing may be changed yet.
    pub fn seal(&mut self) -> Result<(), Failure> {
        match (&mut self.out, &self.path) {
            (Some(out), Some(path)) => out.flush().map_err(|e| Failure::io(path, &e)),
            _ => Ok(()),
        }
    }

    /// Gives everything in parts.
    ///
    /// # Errors
    /// The first.
    pub fn each(&mut self, take: TakeIn<'_>) -> Result<(), Failure> {
        let (Some(_), Some(path)) = (self.out.take(), self.path.clone()) else { return Ok(()) };
        let io = |e: std::io::Error| Failure::io(&path, &e);
        let input = BufReader::with_capacity(1 << 18, File::open(&path).map_err(io)?);
        let (mut part, mut bytes) = (Vec::new(), 0);
        for line in input.split(b'\n') {
            let line = line.map_err(io)?;
            // They were checked when they were put aside.
            let entry = Entry::parse(&line).map_err(|_| io(std::io::ErrorKind::InvalidData.into()))?;
            bytes += line.len();
            part.push((line, entry));
            if part.len() >= LINES || bytes >= BYTES {
                take(&part)?;
                part.clear();
                bytes = 0;
            }
        }
        take(&part)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}
