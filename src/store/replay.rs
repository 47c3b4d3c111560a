//! The journal read whole on every core, as long as nothing is wrong with it.
//!
//! It is cut into pieces at line ends. Whatever is not a sound line, and a tail that never came to its end, is left to
//! [`journal::scan`], which reads line by line and tells what is damaged.

use super::journal::{self, End, Scan};
use super::spread::spread_in_order;
use super::sums::Sums;
use crate::record::clock::Stamp;
use crate::record::line::MAX_LINE;
use crate::record::revision::{RevisionId, digest_of};
use crate::record::scan::Scanner;
use crate::record::{Entry, Revision};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

/// So many bytes are read at a time by one thread.
const PIECE: u64 = 4 << 20;

/// What is asked of a good revision before it is taken.
pub struct Told<'l> {
    /// Its id.
    pub id: RevisionId,
    /// On which laptop it was written.
    pub device: &'l str,
    /// The laptop's number.
    pub seq: u64,
    /// When.
    pub at: Stamp,
}

/// Where a revision's line says when it was written.
const AT: Range<usize> = 55..84;

impl<'r> From<&'r Revision> for Told<'r> {
    fn from(revision: &'r Revision) -> Self {
        Self { id: revision.id, device: &revision.device, seq: revision.seq, at: revision.at }
    }
}

impl<'l> Told<'l> {
    /// Of a line that names itself truly, where that can be seen at a glance.
    fn at_a_glance(line: &'l [u8], scanner: &mut Scanner) -> Option<Self> {
        let scanned = scanner.scan(line).filter(|scanned| !scanned.device.contains('\\'))?;
        let at = Stamp::parse(std::str::from_utf8(line.get(AT)?).ok()?)?;
        (digest_of(line) == scanned.id).then_some(Self { id: scanned.id, device: scanned.device, seq: scanned.seq, at })
    }
}

/// What a piece of the journal comes to.
struct Piece {
    end: End,
    /// Those of its entries that were asked for.
    entries: Vec<Entry>,
}

/// Why the rest of the pieces is not taken.
enum Stop {
    Unsound,
    System(io::Error),
}

/// Reads the whole journal. On any thread `is_wanted` says of each good revision whether `take` is to have it, which has forms and
/// lists too; that one is called here, in the order of the journal. `None` as soon as something is not sound: entries may have been given by then.
///
/// # Errors
/// The system's.
pub fn sound(dir: &Path, is_wanted: &(impl Fn(&Told<'_>) -> bool + Sync), take: &mut dyn FnMut(Entry)) -> io::Result<Option<Scan>> {
    sound_in(dir, PIECE, is_wanted, take)
}

fn sound_in(dir: &Path, size: u64, is_wanted: &(impl Fn(&Told<'_>) -> bool + Sync), take: &mut dyn FnMut(Entry)) -> io::Result<Option<Scan>> {
    let path = dir.join(journal::FILE);
    let bytes = match std::fs::metadata(&path) {
        Ok(file) => file.len(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Some(Scan::default())),
        Err(e) => return Err(e),
    };
    let sums = Sums::read(dir)?;
    let mut scan = Scan { bytes, ..Scan::default() };
    let read = |scanner: &mut Scanner, at: usize| piece(&path, at as u64 * size..(at as u64 + 1) * size, &sums, scanner, is_wanted);
    let done = spread_in_order(bytes.div_ceil(size) as usize, Scanner::default, read, |piece| {
        let piece = piece?;
        scan.end.bytes += piece.end.bytes;
        scan.end.lines += piece.end.lines;
        scan.end.crc.combine(&piece.end.crc);
        piece.entries.into_iter().for_each(&mut *take);
        Ok(())
    });
    match done {
        Ok(()) => Ok(Some(scan).filter(|scan| !scan.is_torn())),
        Err(Stop::Unsound) => Ok(None),
        Err(Stop::System(e)) => Err(e),
    }
}

/// The lines that begin within a part of the file.
fn piece(path: &Path, part: Range<u64>, sums: &Sums, scanner: &mut Scanner, is_wanted: &impl Fn(&Told<'_>) -> bool) -> Result<Piece, Stop> {
    let mut file = File::open(path).map_err(Stop::System)?;
    // A line that begins at the very place stands behind a line feed.
    let mut at = part.start.saturating_sub(1);
    file.seek(SeekFrom::Start(at)).map_err(Stop::System)?;
    let mut input = BufReader::with_capacity(1 << 18, file);
    let mut line = Vec::new();
    if part.start > 0 {
        at += whole_line(&mut input, &mut line)?;
    }
    let mut piece = Piece { end: End::default(), entries: Vec::new() };
    while at < part.end {
        line.clear();
        let length = whole_line(&mut input, &mut line)?;
        if length == 0 {
            break;
        }
        let whole = &line[..line.len() - 1];
        match Told::at_a_glance(whole, scanner) {
            Some(told) if !is_wanted(&told) => {}
            _ => {
                let entry = Entry::parse(whole).ok().filter(|_| sums.vouch_for(whole)).ok_or(Stop::Unsound)?;
                let is_taken = match &entry {
                    Entry::Revision(revision) => is_wanted(&revision.into()),
                    Entry::Definition(_) => true,
                };
                piece.entries.extend(is_taken.then_some(entry));
            }
        }
        piece.end.add(&line, 1);
        at += length;
    }
    Ok(piece)
}

/// Reads a line with its line feed; gives its length, 0 at the end of the file.
fn whole_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<u64, Stop> {
    let length = input.take(MAX_LINE as u64 + 2).read_until(b'\n', line).map_err(Stop::System)?;
    if length == 0 || line.ends_with(b"\n") { Ok(length as u64) } else { Err(Stop::Unsound) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Definition;
    use crate::value::Value;
    use std::cell::Cell;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    /// Lists, and revisions of which some can be seen through at a glance.
    fn journal(dir: &Path, count: usize) -> Vec<u8> {
        let list = |at: usize| Entry::Definition(Definition::List { name: format!("list{at}"), source: "name,vi\n".repeat(at % 7 + 1) });
        let revision = |at: usize| {
            let revision = Revision {
                record: format!("0198f3a2-5c00-7abc-8000-0000000000{at:02}"),
                at: Stamp { millis: 1_760_000_000_000 + at as i64, counter: at as u16 },
                device: if at % 4 == 1 { "lt\"01".to_owned() } else { "lt01".to_owned() },
                seq: at as u64 + 1,
                wrote: vec!["a".to_owned()],
                answers: BTreeMap::from([("a".to_owned(), Value::text("một"))]),
                ..Revision::example()
            };
            Entry::Revision(revision.seal())
        };
        let line = |at: usize| if at.is_multiple_of(3) { list(at) } else { revision(at) }.line();
        let bytes: Vec<u8> = (0..count).flat_map(|at| (line(at) + "\n").into_bytes()).collect();
        std::fs::write(dir.join(journal::FILE), &bytes).unwrap();
        bytes
    }

    #[test]
    fn pieces_of_any_size_come_to_what_a_scan_finds() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = journal(dir.path(), 40);
        let mut lines = Vec::new();
        let scan = journal::scan(dir.path(), &mut |line, _| lines.push(String::from_utf8(line.to_vec()).unwrap())).unwrap();
        for size in (1..1000).step_by(7).chain([bytes.len() as u64, 1 << 20]) {
            let mut taken = Vec::new();
            let found = sound_in(dir.path(), size, &|_| true, &mut |entry| taken.push(entry.line())).unwrap().unwrap();
            assert_eq!(taken, lines, "{size}");
            let told = Mutex::new(Vec::new());
            let tell = |line: &Told<'_>| {
                told.lock().unwrap().push((line.seq, line.id, line.device.to_owned(), line.at));
                line.seq.is_multiple_of(2)
            };
            let mut even = Vec::new();
            sound_in(dir.path(), size, &tell, &mut |entry| even.push(entry)).unwrap().unwrap();
            assert!(even.iter().all(|entry| !matches!(entry, Entry::Revision(revision) if revision.seq % 2 == 1)), "{size}");
            let mut told = told.into_inner().unwrap();
            told.sort();
            told.dedup();
            let revisions = lines.iter().filter_map(|line| match Entry::parse(line.as_bytes()) {
                Ok(Entry::Revision(revision)) => Some((revision.seq, revision.id, revision.device, revision.at)),
                _ => None,
            });
            assert_eq!(told, revisions.collect::<Vec<_>>(), "{size}");
            assert_eq!((found.end.bytes, found.end.lines, found.bytes), (scan.end.bytes, scan.end.lines, scan.bytes), "{size}");
            assert_eq!(found.end.crc.finalize(), scan.end.crc.clone().finalize(), "{size}");
        }
    }

    #[test]
    fn whatever_is_not_sound_is_left_to_the_scan() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = journal(dir.path(), 4);
        let is_sound = |bytes: &[u8], size: u64| {
            std::fs::write(dir.path().join(journal::FILE), bytes).unwrap();
            let taken = Cell::new(0);
            sound_in(dir.path(), size, &|_| true, &mut |_| taken.set(taken.get() + 1)).unwrap().is_some()
        };
        for size in [1, 50, 1 << 20] {
            assert!(is_sound(&bytes, size));
            for cut in 1..bytes.len() {
                assert_eq!(is_sound(&bytes[..cut], size), bytes[cut - 1] == b'\n', "{cut} of {}, {size}", bytes.len());
            }
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            let sound = is_sound(&flipped, 50);
            let scan = journal::scan(dir.path(), &mut |_, _| ()).unwrap();
            assert_eq!(sound, scan.damaged.is_empty() && !scan.misshapen && !scan.is_torn(), "{at}");
        }
    }
}
