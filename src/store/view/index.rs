//! The lines of all records, read on every core.

use super::View;
use super::walk::range;
use crate::store::StoreProblem;
use crate::store::derived::IndexRow;
use crate::store::envelope;
use crate::store::part::Packer;
use crate::store::rows::Rows;
use crate::store::schema::{IndexRowV3, SCHEMA};
use crate::store::spread::spread;
use crate::store::trees::{doubtful, record_key};
use std::ops::Bound;
use std::sync::Arc;

/// Into so many parts the ids are divided; they need not hold equally many records.
const PARTS: u128 = 24;

/// After so many parts sled is made to let go of what was read.
const SWEPT: usize = 6;

impl View {
    /// All records' lines, by record.
    ///
    /// # Errors
    /// sled's, or a value that cannot be read.
    pub fn index(&self) -> Result<Rows, StoreProblem> {
        let ahead = self.lock().ahead.take();
        ahead.map_or_else(|| self.read_index(), Ok)
    }

    /// The same, kept until they are asked for: nothing changes a line before.
    ///
    /// # Errors
    /// As [`Self::index`].
    pub fn index_ahead(&self) -> Result<Rows, StoreProblem> {
        let rows = self.read_index()?;
        self.lock().ahead = Some(rows.clone());
        Ok(rows)
    }

    /// Lines that are in memory already: those that still hold are not laid down again.
    pub fn keep_seen(&self, rows: Rows) {
        self.lock().seen = rows;
    }

    fn read_index(&self) -> Result<Rows, StoreProblem> {
        self.usable()?;
        let bounds = self.bounds()?;
        let seen = std::mem::take(&mut self.lock().seen);
        let same = |row: Arc<IndexRow>| seen.shared(&row.record).filter(|known| **known == row).cloned().unwrap_or(row);
        let parts = spread(
            bounds.len() - 1,
            || (),
            |(), at| {
                let lines = self.lines(self.trees.index.range::<Vec<u8>, _>(range((&bounds[at], &bounds[at + 1]))));
                if at % SWEPT == SWEPT - 1 {
                    self.sweep();
                }
                lines.map(|lines| lines.into_iter().map(same).collect::<Vec<_>>())
            },
        );
        self.spare();
        let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Rows::new(parts.into_iter().flatten().collect()))
    }

    /// Where the parts begin and end: ids are spread evenly between the first and the last, or at least not all in one place.
    pub(super) fn bounds(&self) -> Result<Vec<Bound<Vec<u8>>>, StoreProblem> {
        let ends = self.asked(|| Ok((self.trees.index.first()?, self.trees.index.last()?)))?;
        let number = |key: Option<(sled::IVec, sled::IVec)>| u128::from_str_radix(&std::str::from_utf8(key?.0.get(..36)?).ok()?.replace('-', ""), 16).ok();
        let between: Vec<Bound<Vec<u8>>> = match (number(ends.0), number(ends.1)) {
            (Some(first), Some(last)) if first < last => (1..PARTS).map(|at| Bound::Included(id(first + (last - first) / PARTS * at))).collect(),
            _ => Vec::new(),
        };
        Ok(std::iter::once(Bound::Unbounded).chain(between).chain([Bound::Unbounded]).collect())
    }

    fn lines(&self, items: sled::Iter) -> Result<Vec<Arc<IndexRow>>, StoreProblem> {
        let mut packer = Packer::default();
        self.each_bytes(items, &mut |_, bytes| {
            let row: IndexRowV3<&str> = envelope::open_borrowed(SCHEMA, bytes).map_err(doubtful)?;
            let row = row.unpack(&mut packer);
            packer.row(row);
            Ok(())
        })?;
        Ok(packer.rows())
    }

    /// A record's line.
    ///
    /// # Errors
    /// sled's, or a value that cannot be read.
    pub fn row(&self, record: &str) -> Result<Option<IndexRow>, StoreProblem> {
        self.usable()?;
        self.lines(self.trees.index.scan_prefix(record_key(record))).map(|mut rows| rows.pop().map(Arc::unwrap_or_clone))
    }
}

/// A number as an id's text.
fn id(number: u128) -> Vec<u8> {
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_id() {
        assert_eq!(id(0x0198_f3a2_5c00_7abc_8000_0000_0000_0001), b"0198f3a2-5c00-7abc-8000-000000000001");
    }
}
