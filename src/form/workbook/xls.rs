//! Looks through an old workbook (`.xls`) for claims that would make its reader take memory without end.
//!
//! A compound file is a small file system of sectors; the workbook in it is a stream of records. The library that reads
//! them believes their lengths, chains and cell positions, so those are checked here first.

use super::Unreadable;

const HEADER: usize = 512;
/// Sector numbers from here on mean something else than a sector.
const RESERVED: u32 = 0xFFFF_FFFA;
const ENTRY: usize = 128;
/// Larger files are no form.
const MAX_FILE: usize = 64 << 20;
/// The cells between the first and the last one, of all sheets together: the library lays them out as tables.
const MAX_AREA: u64 = 6 << 20;
/// What all sheets together may hold in records.
const MAX_WALKED: usize = 256 << 20;

const BOUND_SHEET: u16 = 0x85;
const DIMENSIONS: u16 = 0x200;
const MANY_NUMBERS: u16 = 0xBD;
const BEGIN: u16 = 0x809;
const END: u16 = 0x0A;
const CELLS: [u16; 8] = [0x203, 0x204, 0xD6, 0x205, 0x27E, 0xFD, 0x06, MANY_NUMBERS];

/// Whether the file can be given to the library.
///
/// # Errors
/// It is too large, or not put together as such a file is.
pub fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.len() > MAX_FILE {
        return Err(Unreadable::TooLarge);
    }
    let broken = || Unreadable::Damaged(String::new());
    let stream = Compound::open(bytes).and_then(|file| file.workbook()).ok_or_else(broken)?;
    let (mut walked, mut area) = (0, 0);
    for (kind, data) in records(&stream).take_while(|(kind, _)| *kind != END) {
        if kind == BOUND_SHEET {
            let start = number(data, 0).ok_or_else(broken)? as usize;
            let sheet = stream.get(start..).ok_or_else(broken)?;
            walked += sheet.len();
            area += table_area(sheet).ok_or_else(broken)?;
            if walked > MAX_WALKED || area > MAX_AREA {
                return Err(Unreadable::TooLarge);
            }
        }
    }
    Ok(())
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    next: Vec<u32>,
}

impl<'b> Compound<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let sector = match short(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self { bytes, sector, next: Vec::new() };
        let mut tables: Vec<u32> = (76..HEADER).step_by(4).filter_map(|at| number(bytes, at)).collect();
        let mut more = number(bytes, 68)?;
        let mut left = file.sectors();
        while more < RESERVED {
            left = left.checked_sub(1)?;
            let sector = file.sector(more)?;
            tables.extend(sector.chunks_exact(4).filter_map(|chunk| number(chunk, 0)));
            more = tables.pop()?;
        }
        tables.retain(|at| *at < RESERVED);
        if tables.len() > file.sectors() {
            return None;
        }
        for table in tables {
            let entries: Vec<u32> = file.sector(table)?.chunks_exact(4).filter_map(|chunk| number(chunk, 0)).collect();
            file.next.extend(entries);
        }
        // The table for small streams is read whole as well.
        (number(bytes, 64)? as usize <= file.sectors()).then_some(file)
    }

    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector + 1
    }

    fn sector(&self, at: u32) -> Option<&'b [u8]> {
        let start = (at as usize + 1).checked_mul(self.sector)?;
        self.bytes.get(start..(start + self.sector).min(self.bytes.len()))
    }

    /// The bytes of a chain of sectors that has an end.
    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        let mut chain = Vec::new();
        let mut at = start;
        let mut left = self.sectors();
        while at < RESERVED {
            left = left.checked_sub(1)?;
            chain.extend_from_slice(self.sector(at)?);
            at = *self.next.get(at as usize)?;
        }
        Some(chain)
    }

    fn workbook(&self) -> Option<Vec<u8>> {
        let folder = self.chain(number(self.bytes, 48)?)?;
        let entries = || folder.chunks_exact(ENTRY);
        let length = |entry: &[u8]| number(entry, 120).filter(|n| *n as usize <= self.bytes.len() && (self.sector == 512 || number(entry, 124) == Some(0)));
        if entries().any(|entry| length(entry).is_none()) {
            return None;
        }
        let named = |entry: &&[u8], name: &str| {
            let units = entry[..64].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).take_while(|unit| *unit != 0);
            String::from_utf16_lossy(&units.collect::<Vec<_>>()).eq_ignore_ascii_case(name)
        };
        let entry = ["Workbook", "Book"].iter().find_map(|name| entries().find(|entry| named(entry, name)))?;
        let (start, length) = (number(entry, 116)?, length(entry)? as usize);
        let mut stream = match length < 4096 {
            true => self.small(&folder, start, length)?,
            false => self.chain(start)?,
        };
        stream.truncate(length);
        Some(stream)
    }

    /// A stream so small that it lies in pieces of 64 bytes inside the first entry's stream.
    fn small(&self, folder: &[u8], start: u32, length: usize) -> Option<Vec<u8>> {
        const PIECE: usize = 64;
        let pieces = self.chain(number(folder, 116)?)?;
        let next = self.chain(number(self.bytes, 60)?)?;
        let mut stream = Vec::new();
        let mut at = start;
        while at < RESERVED && stream.len() < length {
            let from = at as usize * PIECE;
            stream.extend_from_slice(pieces.get(from..(from + PIECE).min(pieces.len()))?);
            at = number(&next, at as usize * 4)?;
        }
        Some(stream)
    }
}

/// The kinds and data of records, as far as they are whole.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = (short(stream, 0)?, short(stream, 2)? as usize);
        let data = stream.get(4..4 + length)?;
        stream = &stream[4 + length..];
        Some((kind, data))
    })
}

/// The size of the table that holds all of a sheet's cells; `None` if the sheet contradicts itself.
fn table_area(sheet: &[u8]) -> Option<u64> {
    let mut depth = 0_i64;
    let (mut rows, mut columns) = (0_u64, 0_u64);
    for (kind, data) in records(sheet) {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            DIMENSIONS if !sane_dimensions(data) => return None,
            kind if CELLS.contains(&kind) => {
                let (Some(row), Some(column)) = (short(data, 0), short(data, 2)) else { continue };
                let last = if kind == MANY_NUMBERS { short(data, data.len().saturating_sub(2)).unwrap_or(column) } else { column };
                if last < column {
                    return None;
                }
                rows = rows.max(u64::from(row) + 1);
                columns = columns.max(u64::from(last) + 1);
            }
            _ => {}
        }
    }
    Some(rows * columns)
}

fn sane_dimensions(data: &[u8]) -> bool {
    let (rows, columns) = match data.len() {
        10 => (short(data, 0).map(u32::from).zip(short(data, 2).map(u32::from)), short(data, 4).zip(short(data, 6))),
        14 | 16 => (number(data, 0).zip(number(data, 4)), short(data, 8).zip(short(data, 10))),
        // The library refuses these by itself.
        _ => return true,
    };
    let in_order = |first: u32, last: u32, most: u32| (first <= last || last == 0) && last <= most && first <= most;
    rows.is_some_and(|(first, last)| in_order(first, last, 1 << 16))
        && columns.is_some_and(|(first, last)| first <= 256 && in_order(u32::from(first), u32::from(last), 256) || last == 0)
}
