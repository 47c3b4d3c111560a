//! `definitions.sums`: a CRC-32 for every form and list line of the journal. A revision's line names its own hash; of a
//! form's line only the text is hashed, and a form under another id would be a form that nobody wrote.
//!
//! A sum is durable before its line is: a line without one is damaged. The sum stands twice in its row, so that a damaged
//! row is known for one; then lines are believed whose text has its hash.

use crate::disk;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

const FILE: &str = "definitions.sums";

/// What is known of the lines of forms and lists.
#[derive(Debug, Default)]
pub struct Sums {
    known: BTreeSet<u32>,
    /// Some row is damaged, or there are none.
    doubtful: bool,
}

/// Whether a line is of a form or a list.
pub fn is_definition(line: &[u8]) -> bool {
    !line.starts_with(b"{\"record\"")
}

impl Sums {
    /// Nothing is known: every line is believed whose text has its hash.
    pub fn none() -> Self {
        Self { known: BTreeSet::new(), doubtful: true }
    }

    /// Reads them; a missing file vouches for nothing and doubts nothing.
    ///
    /// # Errors
    /// The system's.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let bytes = match fs::read(dir.join(FILE)) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::none()),
            Err(e) => return Err(e),
        };
        let mut sums = Self::default();
        for row in bytes.split(|b| *b == b'\n').filter(|row| !row.is_empty()) {
            let both = std::str::from_utf8(row).ok().and_then(|row| row.split_once(' ')).filter(|(one, two)| one == two);
            match both.and_then(|(one, _)| u32::from_str_radix(one, 16).ok()) {
                Some(sum) => drop(sums.known.insert(sum)),
                None => sums.doubtful = true,
            }
        }
        // Rows that are gone without a trace look like lines that are damaged: an empty file is as none.
        sums.doubtful |= sums.known.is_empty();
        Ok(sums)
    }

    /// Whether a good line of a form or list is also the one that was written.
    pub fn vouch_for(&self, line: &[u8]) -> bool {
        self.doubtful || !is_definition(line) || self.known.contains(&crc32fast::hash(line))
    }
}

/// Adds the sums of the forms' and lists' lines among these, durably.
///
/// # Errors
/// The system's.
pub fn add<'l>(dir: &Path, lines: impl Iterator<Item = &'l [u8]>) -> io::Result<()> {
    let rows: String = lines.filter(|line| is_definition(line)).map(crc32fast::hash).map(|sum| format!("{sum:08x} {sum:08x}\n")).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let path = dir.join(FILE);
    let is_new = !path.exists();
    let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
    // A cut may have left half a row: begin on a new one.
    file.write_all(format!("\n{rows}").as_bytes())?;
    file.sync_data()?;
    if is_new { disk::sync_folder(&path) } else { Ok(()) }
}
