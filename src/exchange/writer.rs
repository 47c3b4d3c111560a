//! Writes a central file: header, lines as they come (they must be sorted and checked), seal; packed where wanted.

use super::check::Batch;
use super::digest::{Digester, Stream};
use super::seal::SealBuilder;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// A file that a [`Writer`] replaces.
pub trait Target {
    /// The new file.
    type File: Write;

    /// Whether there is a file now.
    fn exists(&self) -> bool;

    /// Begins the new file.
    ///
    /// # Errors
    /// The system's.
    fn begin(&self) -> io::Result<Self::File>;

    /// What the present file holds, unpacked.
    ///
    /// # Errors
    /// The system's.
    fn present(&self) -> io::Result<Box<dyn Read>>;

    /// Begins the new file with the first `bytes` of what the present file holds, as quickly as the system can.
    ///
    /// # Errors
    /// The system's.
    fn begin_with(&self, bytes: u64) -> io::Result<Self::File> {
        let mut file = self.begin()?;
        io::copy(&mut self.present()?.take(bytes), &mut file)?;
        Ok(file)
    }
}

/// The number under which the present file is hashed.
const PRESENT: usize = 0;

/// zstd's own middle: faster than most disks, a quarter of the size or less.
const LEVEL: i32 = 3;

enum Out<W: Write> {
    Plain(W),
    Packed(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Out<W> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.write_all(bytes),
            Self::Packed(out) => out.write_all(bytes),
        }
    }
}

/// Writes what a file is to hold. While that is only what the present file begins with, nothing is written at all: a union
/// that adds nothing leaves the disk alone, and one that adds little at the end copies what stands before.
pub struct Writer<'t, T: Target> {
    target: &'t T,
    out: Option<Out<T::File>>,
    packed: bool,
    header: Vec<u8>,
    /// Bytes that the present file and the new one have in common at their beginning.
    common: u64,
    stream: Stream,
}

impl<'t, T: Target> Writer<'t, T> {
    /// A writer. `stream` is the number under which its bytes are hashed; the present file is read as number 0.
    pub fn new(target: &'t T, programme: &str, packed: bool, digester: &Digester, stream: usize) -> Self {
        let header = (super::header(programme) + "\n").into_bytes();
        let stream = if target.exists() { digester.fork_of(PRESENT, stream) } else { digester.stream(stream) };
        Self { target, out: None, packed, common: header.len() as u64, header, stream }
    }

    /// What both files begin with need not be hashed again, unless it was read long ago.
    fn begin_sum(&mut self) -> io::Result<()> {
        if !self.target.exists() {
            self.stream.bytes(&Arc::new(self.header.clone()), 0..self.header.len());
        } else if !self.stream.begin_as(PRESENT, self.common) {
            let mut present = self.target.present()?.take(self.common);
            loop {
                let mut part = Vec::new();
                match present.by_ref().take(1 << 18).read_to_end(&mut part)? {
                    0 => break,
                    read => self.stream.bytes(&Arc::new(part), 0..read),
                }
            }
        }
        Ok(())
    }

    /// From here on the lines differ from those of the present file.
    fn begin(&mut self) -> io::Result<Out<T::File>> {
        let exists = self.target.exists();
        let mut out = match self.packed {
            false if exists => Out::Plain(self.target.begin_with(self.common)?),
            false => Out::Plain(self.target.begin()?),
            true => {
                let mut packer = zstd::stream::write::Encoder::new(self.target.begin()?, LEVEL)?;
                packer.include_checksum(true)?;
                if exists {
                    io::copy(&mut self.target.present()?.take(self.common), &mut packer)?;
                }
                Out::Packed(packer)
            }
        };
        if !exists {
            out.write_all(&self.header)?;
        }
        Ok(out)
    }

    /// Takes a batch. `is_known` says by the sources that hold a line whether the present file is one of them.
    ///
    /// # Errors
    /// The system's.
    pub fn batch(&mut self, batch: &Batch, is_known: &dyn Fn(&[u16]) -> bool) -> io::Result<()> {
        let mut from = 0;
        if self.out.is_none() {
            let new = (0..batch.lines.len()).find(|at| !is_known(batch.holders(*at)));
            from = new.map_or(batch.bytes.len(), |at| batch.start(at));
            self.common += if self.target.exists() { from as u64 } else { 0 };
            if new.is_none() {
                return Ok(());
            }
            self.begin_sum()?;
            self.out = Some(self.begin()?);
        }
        self.stream.bytes(&batch.bytes, from..batch.bytes.len());
        self.out.as_mut().map_or(Ok(()), |out| out.write_all(&batch.bytes[from..]))
    }

    /// Writes the seal of all that was written, and gives the new file if there is one.
    ///
    /// # Errors
    /// The system's.
    pub fn finish(mut self, all: &SealBuilder) -> io::Result<Option<T::File>> {
        if self.out.is_none() && !self.target.exists() {
            self.begin_sum()?;
            self.out = Some(self.begin()?);
        }
        let Some(mut out) = self.out else { return Ok(None) };
        let mut seal = all.clone();
        seal.line();
        seal.set_digest(self.stream.end()?);
        out.write_all((seal.seal() + "\n").as_bytes())?;
        match out {
            Out::Plain(file) => Ok(Some(file)),
            Out::Packed(packer) => packer.finish().map(Some),
        }
    }
}
