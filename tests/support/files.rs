//! Central files in memory: lines as sources, unions as bytes.

use khuyencong::exchange::check::Checkers;
use khuyencong::exchange::digest::Digester;
use khuyencong::exchange::union::{Source, UnionProblem, union};
use khuyencong::exchange::writer::{Target, Writer};
use khuyencong::record::line::LineProblem;
use std::io::{self, Read};

/// A body's lines, without LF.
pub type Lines = Vec<Vec<u8>>;

/// Lines as a source.
pub struct Memory<'l> {
    lines: &'l [Vec<u8>],
    next: usize,
}

impl<'l> Memory<'l> {
    pub fn new(lines: &'l [Vec<u8>]) -> Self {
        Self { lines, next: 0 }
    }
}

impl Source for Memory<'_> {
    fn advance(&mut self) -> Result<bool, UnionProblem> {
        self.next += 1;
        Ok(self.next <= self.lines.len())
    }

    fn line(&self) -> &[u8] {
        &self.lines[self.next - 1]
    }

    fn refused(&self, line: u64, problem: LineProblem) -> UnionProblem {
        UnionProblem::Store(format!("{line} {problem:?}"))
    }
}

/// A file that is made in memory.
struct Nothing;

impl Target for Nothing {
    type File = Vec<u8>;

    fn exists(&self) -> bool {
        false
    }

    fn begin(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn present(&self) -> io::Result<Box<dyn Read>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The union as lines and as the bytes of a whole file, plain or packed.
pub fn joined(inputs: &[&[Vec<u8>]], packed: bool) -> (Lines, Vec<u8>) {
    let (checkers, digester) = (Checkers::new(1), Digester::new(1, 1));
    let mut sources: Vec<Box<dyn Source + '_>> = inputs.iter().map(|lines| Box::new(Memory::new(lines)) as Box<dyn Source>).collect();
    let mut writer = Writer::new(&Nothing, "ca-mau-2026-2030", packed, &digester, 0);
    let mut lines = Lines::new();
    let seals = union(&mut sources, &checkers, &mut |batch, _| {
        lines.extend((0..batch.lines.len()).map(|at| batch.line(at).to_vec()));
        writer.batch(batch, &|_| false).map_err(UnionProblem::Io)
    })
    .unwrap();
    (lines, writer.finish(&seals.all).unwrap().unwrap())
}
