//! `lines`: the lines of all records as a clean end left them, so that the next start can show its lists before the view is
//! open. A help, never the truth: the view comes behind it and has the last word. Small stores have none, being open as soon.
//!
//! ```text
//! parts: lines of so many records each, in an envelope
//! a table in an envelope: of which journal (length, CRC-32), the lengths of the parts
//! length of that envelope, 4 bytes
//! ```

use super::envelope;
use super::mark::Mark;
use super::part::Packer;
use super::rows::Rows;
use super::schema::{IndexRowV3, SCHEMA};
use super::spread::{spread, spread_in_order};
use crate::disk;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

const FILE: &str = "lines";

/// Fewer records are listed from the view as soon.
const FEWEST: usize = 2000;

/// The lines of so many records make a part.
const PART: usize = 256;

/// So many parts are laid side by side in memory: some four thousand records, so that what recurs is kept once for them.
const TOGETHER: usize = 16;

/// Which journal the lines belong to, and the lengths of the parts.
#[derive(Debug, Serialize, Deserialize)]
struct Table {
    journal: (u64, u32),
    parts: Vec<u32>,
}

/// Writes the lines of the records of a store that was left as `mark` says, where they are many. It need not be durable: what is
/// damaged is not read.
///
/// # Errors
/// The system's; then there are none.
pub fn write(dir: &Path, mark: &Mark, rows: &Rows) -> io::Result<()> {
    if rows.len() < FEWEST {
        return Ok(());
    }
    let temporary = dir.join(FILE).with_extension("tmp");
    let written = write_all(&temporary, mark, rows).and_then(|()| disk::rename(&temporary, &dir.join(FILE)));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_all(file: &Path, mark: &Mark, rows: &Rows) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(file)?);
    let mut table = Table { journal: (mark.bytes, mark.crc), parts: Vec::new() };
    let sealed = |(): &mut (), at: usize| {
        let lines = (at * PART..rows.len().min((at + 1) * PART)).filter_map(|at| rows.nth(at));
        envelope::seal(SCHEMA, &lines.map(|row| IndexRowV3::pack(row, 0)).collect::<Vec<_>>())
    };
    spread_in_order(
        rows.len().div_ceil(PART),
        || (),
        sealed,
        |part: Vec<u8>| {
            table.parts.push(part.len() as u32);
            out.write_all(&part)
        },
    )?;
    let table = envelope::seal(SCHEMA, &table);
    out.write_all(&table)?;
    out.write_all(&(table.len() as u32).to_le_bytes())?;
    out.into_inner().map_err(io::IntoInnerError::into_error).map(drop)
}

/// Whether there are any.
pub fn exist(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Takes them away: what they say is about to change. Where that is refused, the view still has the last word.
pub fn remove(dir: &Path) {
    let _ = fs::remove_file(dir.join(FILE));
}

/// The lines of the records of a store that was left as `mark` says; `None` where there are none, or not those.
pub fn read(dir: &Path, mark: &Mark) -> Option<Rows> {
    let file = File::open(dir.join(FILE)).ok()?;
    let bytes = |from: u64, length: usize| {
        let mut part = vec![0; length];
        disk::read_at(&file, &mut part, from).ok().map(|()| part)
    };
    let length = file.metadata().ok()?.len();
    let end = u32::from_le_bytes(bytes(length.checked_sub(4)?, 4)?.try_into().ok()?);
    // No more memory is asked for than the file is long.
    let table_at = (length - 4).checked_sub(u64::from(end))?;
    let Table { journal, parts } = envelope::open(SCHEMA, &bytes(table_at, end as usize)?).ok()?;
    let starts: Vec<u64> = parts.iter().scan(0, |at, part| Some(std::mem::replace(at, *at + u64::from(*part)))).collect();
    let whole = parts.iter().map(|part| u64::from(*part)).sum::<u64>() == table_at;
    if journal != (mark.bytes, mark.crc) || !whole {
        return None;
    }
    let read = |(): &mut (), at: usize| {
        let mut packer = Packer::default();
        for at in at * TOGETHER..parts.len().min((at + 1) * TOGETHER) {
            let part = bytes(starts[at], parts[at] as usize)?;
            let lines: Vec<IndexRowV3<&str>> = envelope::open_borrowed(SCHEMA, &part).ok()?;
            for line in lines {
                let row = line.unpack(&mut packer);
                packer.row(row);
            }
        }
        Some(packer.rows())
    };
    let read = spread(parts.len().div_ceil(TOGETHER), || (), read).into_iter().collect::<Option<Vec<_>>>()?;
    Some(Rows::new(read.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::IndexRow;
    use std::sync::Arc;

    fn rows(count: usize) -> Rows {
        let row = |at: usize| IndexRow { record: format!("{at:06}").into(), summary: format!("Cơ sở {at}").into(), search: format!("co so {at}").into(), ..IndexRow::default() };
        Rows::new((0..count).map(|at| Arc::new(row(at))).collect())
    }

    #[test]
    fn lines_come_back_as_they_were_left_and_only_for_the_journal_that_they_belong_to() {
        let dir = tempfile::tempdir().unwrap();
        let mark = Mark { bytes: 7, crc: 9, ..Mark::default() };
        let rows = rows(FEWEST + TOGETHER * PART + 1);
        write(dir.path(), &mark, &rows).unwrap();
        assert_eq!(read(dir.path(), &mark), Some(rows));
        assert_eq!(read(dir.path(), &Mark { crc: 8, ..mark.clone() }), None);
        remove(dir.path());
        assert_eq!((read(dir.path(), &mark), exist(dir.path())), (None, false));
    }

    #[test]
    fn they_are_shown_after_a_clean_end_alone_and_the_view_has_the_last_word() {
        use crate::store::{Glimpsed, Identity, Store};
        let (dir, now) = (tempfile::tempdir().unwrap(), chrono::DateTime::UNIX_EPOCH);
        Store::create(dir.path(), &Identity { person: "Người Thử".into(), device: "lt01".into(), ..Identity::default() }).unwrap();
        // What is shown at the next start, and whether the last end was a clean one.
        let open = || {
            let (to, shown) = std::sync::mpsc::channel();
            let (store, notices) = Store::open_showing(dir.path(), now, Box::new(move |seen: Glimpsed| to.send((seen.rows.len(), seen.is_clean)).unwrap())).unwrap();
            assert_eq!(notices, []);
            (store, shown.try_iter().collect::<Vec<_>>())
        };
        open().0.close_with(&rows(FEWEST - 1)).unwrap();
        let (store, shown) = open();
        assert_eq!(shown, [], "few records are listed from the view as soon");
        store.close_with(&rows(FEWEST)).unwrap();
        let (mut store, shown) = open();
        assert_eq!(shown, [(FEWEST, true)]);
        assert_eq!(store.view().index().unwrap().len(), 0, "the view has the last word");
        // From the first change on they are gone, so that no later start shows what was before it.
        store.changing().unwrap();
        assert!(!exist(dir.path()));
        drop(store);
        let (store, shown) = open();
        assert_eq!(shown, [(0, false)], "not closed: what the view has, while it is looked through");
        store.close().unwrap();
        assert_eq!(open().1, []);
    }

    #[test]
    fn a_small_store_has_none() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &Mark::default(), &rows(FEWEST - 1)).unwrap();
        assert!(!exist(dir.path()));
    }

    #[test]
    fn lines_that_were_damaged_anywhere_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let mark = Mark::default();
        let (rows, file) = (rows(FEWEST), dir.path().join(FILE));
        write(dir.path(), &mark, &rows).unwrap();
        let good = fs::read(&file).unwrap();
        for at in (0..good.len()).step_by(4001).chain(good.len() - 60..good.len()) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&file, &bad).unwrap();
            assert_eq!(read(dir.path(), &mark), None, "byte {at}");
            fs::write(&file, &good[..at]).unwrap();
            assert_eq!(read(dir.path(), &mark), None, "{at} bytes");
        }
    }
}
