//! `clean`: the mark of a clean end. It says how the journal, the drafts and the view were left, so that the next start
//! need not look at everything, and sees at once when something is shorter or other than it was left.

use super::spread::spread;
use super::{drafts, journal, lines, schema::SCHEMA, trees};
use crate::disk;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const FILE: &str = "clean";

/// How things were left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The journal's length.
    pub bytes: u64,
    /// CRC-32 of the journal.
    pub crc: u32,
    /// The number of entries in it.
    pub entries: u64,
    /// Length and CRC-32 of the drafts.
    pub drafts: (u64, u32),
    /// Length and CRC-32 of the view's file once sled had let go of it; zeros where that was not seen.
    pub view: (u64, u32),
    /// This laptop's name, and the highest number of its revisions.
    pub own: (String, u64),
}

/// Reads it; nothing when the last end was not clean, or was that of a program with another schema.
pub fn read(dir: &Path) -> Option<Mark> {
    let text = fs::read_to_string(dir.join(FILE)).ok()?;
    let (body, sum) = text.strip_suffix('\n')?.rsplit_once(' ')?;
    if u32::from_str_radix(sum, 16) != Ok(crc32fast::hash(body.as_bytes())) {
        return None;
    }
    let mut parts = body.splitn(10, ' ');
    if parts.next()?.parse() != Ok(SCHEMA) {
        return None;
    }
    let mut number = || parts.next()?.parse::<u64>().ok();
    let (bytes, crc, entries, drafts, view) = (number()?, number()?, number()?, (number()?, number()?), (number()?, number()?));
    let sum = |number: u64| u32::try_from(number).ok();
    let seq = number()?;
    Some(Mark { bytes, crc: sum(crc)?, entries, drafts: (drafts.0, sum(drafts.1)?), view: (view.0, sum(view.1)?), own: (parts.next()?.to_owned(), seq) })
}

/// Writes it, durably.
///
/// # Errors
/// The system's.
pub fn write(dir: &Path, mark: &Mark) -> io::Result<()> {
    let Mark { bytes, crc, entries, drafts, view, own } = mark;
    let body = format!("{SCHEMA} {bytes} {crc} {entries} {} {} {} {} {} {}", drafts.0, drafts.1, view.0, view.1, own.1, own.0);
    disk::replace(&dir.join(FILE), format!("{body} {:08x}\n", crc32fast::hash(body.as_bytes())).as_bytes())
}

/// Takes it away, durably, and the lines that belong to it: before anything is written.
///
/// # Errors
/// The system's.
pub fn remove(dir: &Path) -> io::Result<()> {
    lines::remove(dir);
    match fs::remove_file(dir.join(FILE)) {
        Ok(()) => disk::sync_folder(&dir.join(FILE)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// Length and CRC-32 of the drafts as they lie there; a missing file is an empty one.
///
/// # Errors
/// The system's.
pub fn of_drafts(dir: &Path) -> io::Result<(u64, u32)> {
    match fs::read(dir.join(drafts::FILE)) {
        Ok(bytes) => Ok((bytes.len() as u64, crc32fast::hash(&bytes))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok((0, 0)),
        Err(e) => Err(e),
    }
}

/// Length and CRC-32 of the view's file as it lies there, if sled has let go of it within its time; zeros if not, which
/// equal nothing that is there.
pub fn of_view(dir: &Path) -> (u64, u32) {
    trees::at_rest(&dir.join("sled").join("db")).and_then(|file| sum(&file, PIECE)).unwrap_or_default()
}

/// So many bytes are summed at a time by one thread.
const PIECE: u64 = 4 << 20;

/// Length and sum of a file, read on every core through the one handle that may hold its lock.
fn sum(file: &fs::File, size: u64) -> io::Result<(u64, u32)> {
    let bytes = file.metadata()?.len();
    let piece = |part: &mut Vec<u8>, at: usize| -> io::Result<crc32fast::Hasher> {
        let (mut at, end, mut sum) = (at as u64 * size, (at as u64 + 1).saturating_mul(size).min(bytes), crc32fast::Hasher::new());
        while at < end {
            let wanted = part.len().min((end - at) as usize);
            disk::read_at(file, &mut part[..wanted], at)?;
            sum.update(&part[..wanted]);
            at += wanted as u64;
        }
        Ok(sum)
    };
    let mut all = crc32fast::Hasher::new();
    for sum in spread(bytes.div_ceil(size) as usize, || vec![0; 1 << 18], piece) {
        all.combine(&sum?);
    }
    Ok((bytes, all.finalize()))
}

/// Everything that was put aside in a store's folder, by name.
pub fn kept_aside(dir: &Path) -> Vec<PathBuf> {
    let names = ["sled.bad.", "journal.jsonl.bad.", "drafts.jsonl.bad.", "identity.toml.bad.", "journal.bad."];
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.file_name().is_some_and(|n| names.iter().any(|s| n.to_string_lossy().starts_with(s)))).collect();
    found.sort();
    found
}

/// The journal's length as it lies there.
pub fn journal_length(dir: &Path) -> u64 {
    fs::metadata(dir.join(journal::FILE)).map_or(0, |m| m.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_summed_in_pieces_has_the_sum_of_the_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for length in [0, 1, 99, 100, 101, 300_001] {
            let bytes: Vec<u8> = (0..length).map(|at: u32| (at * 7 + at / 251) as u8).collect();
            fs::write(file.path(), &bytes).unwrap();
            assert_eq!(sum(file.as_file(), 100).unwrap(), (u64::from(length), crc32fast::hash(&bytes)), "{length} bytes");
        }
    }
}
