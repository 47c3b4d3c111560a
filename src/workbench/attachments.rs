//! Attached files: each named by the SHA-256 of its content, beside a central file in `NAME.files/`, on a laptop in
//! `attachments/` under the store's folder. They follow the records that name them; a missing one is told, never fatal.

use super::Desk;
use crate::disk;
use crate::error::Failure;
use crate::exchange::check::{Batch, Fact};
use crate::record::revision::{RevisionId, hex, unhex};
use crate::store::Draft;
use crate::value::{FileRef, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The folder of a store's attached files.
pub fn of_store(dir: &Path) -> PathBuf {
    dir.join(super::attaching::FOLDER)
}

/// The folder of a central file's attached files.
pub fn of_file(file: &Path) -> PathBuf {
    let file = disk::followed(file);
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
    wanted: BTreeMap<(usize, RevisionId), Option<u64>>,
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
    /// Files whose content is not what their name says, where they are now: in a folder of ours they were put aside, so that
    /// whoever has a good one brings it.
    pub damaged: Vec<PathBuf>,
    /// Files that could not be copied, and why.
    pub failed: Vec<(PathBuf, Failure)>,
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

    /// Looks through lines for files that they name, unless it was seen before that they name none.
    pub fn batch(&mut self, batch: &Batch, facts: &[Option<Fact>]) {
        let may_name = |fact: &Fact| fact.spans.as_ref().is_none_or(|spans| spans.files);
        for (at, _) in facts.iter().enumerate().filter(|(_, fact)| fact.as_ref().is_some_and(may_name)) {
            self.text(batch.line(at));
        }
    }

    /// Looks through any text of ours.
    fn text(&mut self, text: &[u8]) {
        for at in memchr::memmem::find_iter(text, NAMED) {
            let digits = text.get(at + NAMED.len()..at + NAMED.len() + 64).and_then(|digits| std::str::from_utf8(digits).ok());
            if let Some(hash) = digits.and_then(unhex).filter(|hash| self.last != Some(*hash)) {
                self.last = Some(hash);
                self.named(hash, size(&text[at + NAMED.len() + 64..]));
            }
        }
    }

    /// Looks at one file.
    pub fn file(&mut self, file: &FileRef) {
        if let Some(hash) = unhex(&file.sha256) {
            self.named(hash, Some(file.bytes));
        }
    }

    fn named(&mut self, hash: RevisionId, bytes: Option<u64>) {
        let name = hex(&hash);
        let lacking: Vec<usize> = (0..self.to.len()).filter(|at| !is_whole(&self.to[*at].join(&name), bytes)).collect();
        if lacking.is_empty() {
            return;
        }
        // One of a wrong length is no missing one: it is looked at, and told.
        if self.from.iter().any(|folder| folder.join(&name).is_file()) {
            self.wanted.extend(lacking.into_iter().map(|at| ((at, hash), bytes)));
        } else if self.missing.len() < MISSING {
            self.missing.insert(hash);
        }
    }

    /// Copies what is wanted, or only says what would be.
    pub fn finish(self, plan: bool) -> Carried {
        let mut carried = Carried { missing: self.missing.iter().map(hex).collect(), ..Carried::default() };
        for ((to, hash), bytes) in &self.wanted {
            let (target, name) = (&self.to[*to], hex(hash));
            let others = self.from.iter().filter(|folder| *folder != target).map(|folder| folder.join(&name));
            let sources: Vec<PathBuf> = others.filter(|source| source.is_file()).collect();
            let own = target.join(&name);
            // The name says what it is; a record may tell a wrong length.
            if is_named_rightly(&own, hash) {
                continue;
            }
            if plan {
                let is_there = sources.iter().any(|source| is_whole(source, *bytes));
                carried.copied += u64::from(is_there);
                carried.damaged.extend((!is_there).then(|| target.join(&name)));
                continue;
            }
            let mut is_done = false;
            for source in sources {
                match copy(&source, target, hash) {
                    Ok(true) => is_done = true,
                    Ok(false) => carried.damaged.push(self.put_aside(source)),
                    Err(error) => carried.failed.push((target.join(&name), Failure::io(target, &error))),
                }
                if is_done {
                    break;
                }
            }
            carried.copied += u64::from(is_done);
            if !is_done && own.is_file() {
                carried.damaged.push(self.put_aside(own));
            }
        }
        carried.damaged.sort();
        carried.damaged.dedup();
        carried
    }

    /// Puts a damaged file aside where the folder is ours to change; gives where it is now.
    fn put_aside(&self, file: PathBuf) -> PathBuf {
        let aside = disk::aside(&file);
        let is_ours = self.to.iter().any(|folder| file.starts_with(folder));
        if is_ours && disk::rename(&file, &aside).is_ok() { aside } else { file }
    }
}

/// Whether a file is there, and as long as it should be where that is known.
fn is_whole(file: &Path, bytes: Option<u64>) -> bool {
    fs::metadata(file).is_ok_and(|m| m.is_file() && bytes.is_none_or(|bytes| m.len() == bytes))
}

fn sum(file: &Path) -> io::Result<RevisionId> {
    let mut digest = Sha256::new();
    through(&mut File::open(file)?, &mut |bytes| {
        digest.update(bytes);
        Ok(())
    })?;
    Ok(digest.finalize().into())
}

fn is_named_rightly(file: &Path, hash: &RevisionId) -> bool {
    file.is_file() && sum(file).is_ok_and(|sum| sum == *hash)
}

/// The size that a line tells behind a file's hash.
fn size(behind: &[u8]) -> Option<u64> {
    let digits = behind.strip_prefix(br#"","bytes":"#)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

impl Desk {
    /// Reads all attached files of the store: those that are damaged, and hashes of those that records or drafts name and that
    /// are not here. With `put_aside` the damaged ones are put aside; then the next sync brings them again.
    ///
    /// # Errors
    /// The system's, or the store's.
    pub fn attached(&self, put_aside: bool) -> Result<Carried, Failure> {
        let folder = of_store(self.dir());
        let damaged = damaged(&folder, put_aside).map_err(|e| Failure::io(&folder, &e))?;
        let mut named = Carrying::new(vec![folder], Vec::new());
        self.store().view().revisions("", &mut |revision| {
            revision.answers.values().filter_map(Value::as_file).for_each(|file| named.file(file));
            Ok(())
        })?;
        self.store().draft_list().flat_map(Draft::files).for_each(|file| named.file(file));
        Ok(Carried { damaged, ..named.finish(true) })
    }
}

/// Files of a folder whose content is not what their name says; with `put_aside` they are put aside.
///
/// # Errors
/// The system's.
pub fn damaged(folder: &Path, put_aside: bool) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let Some(hash) = path.file_name().and_then(|name| unhex(name.to_str()?)).filter(|_| path.is_file()) else { continue };
        if sum(&path)? != hash {
            let aside = disk::aside(&path);
            if put_aside {
                disk::rename(&path, &aside)?;
            }
            found.push(if put_aside { aside } else { path });
        }
    }
    found.sort();
    Ok(found)
}

/// Copies one file, going on where a copy was broken off before; false when its content is not what its name says.
fn copy(source: &Path, folder: &Path, hash: &RevisionId) -> io::Result<bool> {
    fs::create_dir_all(folder)?;
    let part = folder.join(format!(".{}.part", hex(hash)));
    disk::make_plain(&part);
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
        #[cfg(unix)]
        {
            let other = place.path().join("thesis.txt");
            fs::write(&other, "precious").unwrap();
            std::os::unix::fs::symlink(&other, &part).unwrap();
            assert!(copy(&source, &folder, &hash).unwrap());
            assert_eq!((fs::read(&other).unwrap(), fs::read(&target).unwrap()), (b"precious".to_vec(), content));
            fs::remove_file(&target).unwrap();
        }
        fs::write(&source, b"altered").unwrap();
        assert!(!copy(&source, &folder, &hash).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing stays of a damaged one");
    }
}
