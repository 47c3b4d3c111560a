//! Attached files: each named by the SHA-256 of its content, beside a central file in `NAME.files/`, on a laptop in
//! `attachments/` under the store's folder. They follow the records that name them; a missing one is told, never fatal.

use crate::disk;
use crate::exchange::check::Batch;
use crate::record::revision::{RevisionId, hex, unhex};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The folder of a store's attached files.
pub fn of_store(dir: &Path) -> PathBuf {
    dir.join(super::attaching::FOLDER)
}

/// The folder of a central file's attached files.
pub fn of_file(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".files");
    file.with_file_name(name)
}

/// Missing files are told up to this many.
const MISSING: usize = 10_000;

/// What is to be carried where; found as lines pass.
#[derive(Debug, Default)]
pub struct Carrying {
    /// Folders that are to have every file that a record names, each with whether it takes part at all.
    to: Vec<PathBuf>,
    /// Folders that may have them.
    from: Vec<PathBuf>,
    wanted: BTreeSet<(usize, RevisionId)>,
    missing: BTreeSet<RevisionId>,
    last: Option<RevisionId>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Files that were copied (or would be).
    pub copied: u64,
    /// Hashes of files that nobody has, up to a limit.
    pub missing: Vec<String>,
    /// Files whose content is not what their name says.
    pub damaged: Vec<PathBuf>,
    /// Files that could not be copied, and why.
    pub failed: Vec<(PathBuf, String)>,
}

impl Carried {
    /// Adds what came of another carrying.
    pub fn add(&mut self, other: Self) {
        self.copied += other.copied;
        self.damaged.extend(other.damaged);
        self.failed.extend(other.failed);
        self.missing.extend(other.missing);
        self.missing.sort();
        self.missing.dedup();
    }
}

/// How a line names an attached file; inside a text the quotes would stand behind a `\`.
const NAMED: &[u8] = br#"{"sha256":""#;

impl Carrying {
    /// Between folders: every one of `to` is to have what any of `from` (or of `to`) has.
    pub fn new(to: Vec<PathBuf>, from: Vec<PathBuf>) -> Self {
        let from = to.iter().cloned().chain(from).collect();
        Self { to, from, ..Self::default() }
    }

    /// Looks through lines for files that they name.
    pub fn batch(&mut self, batch: &Batch) {
        self.text(&batch.bytes);
    }

    /// Looks through any text of ours.
    pub fn text(&mut self, text: &[u8]) {
        for at in memchr::memmem::find_iter(text, NAMED) {
            let digits = text.get(at + NAMED.len()..at + NAMED.len() + 64).and_then(|digits| std::str::from_utf8(digits).ok());
            if let Some(hash) = digits.and_then(unhex).filter(|hash| self.last != Some(*hash)) {
                self.last = Some(hash);
                self.named(hash);
            }
        }
    }

    fn named(&mut self, hash: RevisionId) {
        let name = hex(&hash);
        let has = |folder: &PathBuf| fs::metadata(folder.join(&name)).is_ok_and(|m| m.is_file());
        let lacking: Vec<usize> = (0..self.to.len()).filter(|at| !has(&self.to[*at])).collect();
        if lacking.is_empty() {
            return;
        }
        if self.from.iter().any(has) {
            self.wanted.extend(lacking.into_iter().map(|at| (at, hash)));
        } else if self.missing.len() < MISSING {
            self.missing.insert(hash);
        }
    }

    /// Copies what is wanted, or only says what would be.
    pub fn finish(self, plan: bool) -> Carried {
        let mut carried = Carried { missing: self.missing.iter().map(hex).collect(), ..Carried::default() };
        for (to, hash) in &self.wanted {
            if plan {
                carried.copied += 1;
                continue;
            }
            let target = &self.to[*to];
            let name = hex(hash);
            match self.from.iter().map(|folder| folder.join(&name)).filter(|source| source.is_file()).map(|source| (copy(&source, target, hash), source)).find_or_last() {
                Some((Ok(true), _)) => carried.copied += 1,
                Some((Ok(false), source)) => carried.damaged.push(source),
                Some((Err(error), _)) => carried.failed.push((target.join(&name), error.to_string())),
                None => {}
            }
        }
        carried
    }
}

/// The first that went well, else the last.
trait FindOrLast<T>: Iterator<Item = (io::Result<bool>, T)> + Sized {
    fn find_or_last(self) -> Option<(io::Result<bool>, T)> {
        let mut last = None;
        for tried in self {
            let done = matches!(tried.0, Ok(true));
            last = Some(tried);
            if done {
                break;
            }
        }
        last
    }
}

impl<T, I: Iterator<Item = (io::Result<bool>, T)>> FindOrLast<T> for I {}

/// Copies one file, going on where a copy was broken off before; false when its content is not what its name says.
fn copy(source: &Path, folder: &Path, hash: &RevisionId) -> io::Result<bool> {
    fs::create_dir_all(folder)?;
    let part = folder.join(format!(".{}.part", hex(hash)));
    let resumed = append(source, &part, hash, true)?;
    // A part of something else, or a damaged one: from the beginning.
    let whole = resumed || append(source, &part, hash, false)?;
    if !whole {
        fs::remove_file(&part)?;
        return Ok(false);
    }
    let target = folder.join(hex(hash));
    fs::rename(&part, &target)?;
    disk::sync_folder(&target)?;
    Ok(true)
}

fn append(source: &Path, part: &Path, hash: &RevisionId, resume: bool) -> io::Result<bool> {
    let mut from = File::open(source)?;
    let mut to = OpenOptions::new().read(true).write(true).create(true).truncate(!resume).open(part)?;
    let mut digest = Sha256::new();
    let there = through(&mut to, &mut |bytes| {
        digest.update(bytes);
        Ok(())
    })?;
    from.seek(SeekFrom::Start(there))?;
    through(&mut from, &mut |bytes| {
        digest.update(bytes);
        to.write_all(bytes)
    })?;
    to.sync_all()?;
    Ok(digest.finalize()[..] == hash[..])
}

/// Hands a file on in parts; gives how many bytes there were.
fn through(file: &mut File, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    let (mut part, mut all) = (vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(all),
            read => {
                take(&part[..read])?;
                all += read as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_broken_off_goes_on_and_a_wrong_beginning_does_no_harm() {
        let place = tempfile::tempdir().unwrap();
        let content = vec![7u8; 200_000];
        let hash: RevisionId = Sha256::digest(&content).into();
        let (source, folder) = (place.path().join("source"), place.path().join("to"));
        fs::write(&source, &content).unwrap();
        fs::create_dir(&folder).unwrap();
        let (part, target) = (folder.join(format!(".{}.part", hex(&hash))), folder.join(hex(&hash)));
        for left in [&content[..100_000], b"something else", &[7; 300_000], b""] {
            fs::write(&part, left).unwrap();
            assert!(copy(&source, &folder, &hash).unwrap());
            assert_eq!(fs::read(&target).unwrap(), content);
            assert!(!part.exists());
            fs::remove_file(&target).unwrap();
        }
        fs::write(&source, b"altered").unwrap();
        assert!(!copy(&source, &folder, &hash).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing stays of a damaged one");
    }
}
