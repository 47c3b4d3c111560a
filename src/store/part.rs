//! Texts that lie side by side in a few large blocks. A hundred thousand records have a million short texts: each on its
//! own costs more for its keeping than for its letters.

use super::derived::IndexRow;
use super::schema::IndexRowV3;
use serde::{Serialize, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A text: a part of a block that others lie in too. Read as a `str`; cheap to clone.
#[derive(Clone, Default)]
pub struct Part {
    block: Option<Arc<String>>,
    from: u32,
    to: u32,
}

impl Part {
    /// As text.
    pub fn as_str(&self) -> &str {
        self
    }
}

impl Deref for Part {
    type Target = str;

    fn deref(&self) -> &str {
        self.block.as_deref().and_then(|block| block.get(self.from as usize..self.to as usize)).unwrap_or_default()
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self { from: 0, to: text.len() as u32, block: (!text.is_empty()).then(|| Arc::new(text)) }
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Part {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<&Part> for String {
    fn from(part: &Part) -> Self {
        part.to_string()
    }
}

impl From<Part> for String {
    fn from(part: Part) -> Self {
        part.to_string()
    }
}

impl Borrow<str> for Part {
    fn borrow(&self) -> &str {
        self
    }
}

impl AsRef<str> for Part {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Part {}

impl PartialEq<str> for Part {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Part {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for Part {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl PartialEq<Part> for String {
    fn eq(&self, other: &Part) -> bool {
        **self == **other
    }
}

impl PartialEq<Part> for str {
    fn eq(&self, other: &Part) -> bool {
        *self == **other
    }
}

impl PartialEq<Part> for &str {
    fn eq(&self, other: &Part) -> bool {
        **self == **other
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Part {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// A block is closed at this size: large enough that its own keeping does not count, small enough that one changed record
/// does not keep much alive that nobody reads.
const BLOCK: usize = 256 << 10;

/// Lays the texts of many records into blocks. Those that recur (forms, persons, laptops, days) are kept once.
#[derive(Default)]
pub struct Packer {
    text: String,
    /// Where the row that is taken next begins in it.
    row: usize,
    /// Rows whose texts lie in the block that is open.
    open: Vec<IndexRow>,
    closed: Vec<Arc<IndexRow>>,
    known: BTreeMap<String, Part>,
}

impl Packer {
    /// A text of the row that is taken next. What the row says already is not laid down again: it names most records twice and
    /// is found by what it is known by.
    pub fn part(&mut self, text: &str) -> Part {
        let from = place(&self.text.as_bytes()[self.row..], text.as_bytes()).map_or(self.text.len(), |at| self.row + at);
        if from == self.text.len() {
            self.text.push_str(text);
        }
        Part { block: None, from: from as u32, to: (from + text.len()) as u32 }
    }

    /// A text that recurs.
    pub fn known(&mut self, text: &str) -> Part {
        if let Some(part) = self.known.get(text) {
            return part.clone();
        }
        let part = Part::from(text);
        self.known.insert(text.to_owned(), part.clone());
        part
    }

    /// Takes a row.
    pub fn row(&mut self, row: IndexRow) {
        self.open.push(row);
        self.row = self.text.len();
        if self.text.len() >= BLOCK {
            self.close();
        }
    }

    /// Takes a row whose texts lie elsewhere.
    pub fn lay(&mut self, row: &IndexRow) {
        let laid = IndexRowV3::pack(row, 0).unpack(self);
        self.row(laid);
    }

    fn close(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        self.row = 0;
        text.shrink_to_fit();
        let block = Arc::new(text);
        for row in &mut self.open {
            row.parts_mut().filter(|part| part.block.is_none() && part.from < part.to).for_each(|part| part.block = Some(block.clone()));
        }
        self.closed.extend(self.open.drain(..).map(Arc::new));
    }

    /// All rows, in the order in which they were taken.
    pub fn rows(mut self) -> Vec<Arc<IndexRow>> {
        self.close();
        self.closed
    }
}

/// Where some bytes stand in others. Of so few bytes a search that is made ready for each text takes longer than to try every place.
fn place(all: &[u8], part: &[u8]) -> Option<usize> {
    let Some(first) = part.first() else { return Some(0) };
    memchr::memchr_iter(*first, all).find(|at| all[*at..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were_across_blocks() {
        let mut packer = Packer::default();
        let long = "đ".repeat(40_000);
        for at in 0..20 {
            let (record, summary, person) = (packer.part(&format!("r{at:02}")), packer.part(&long), packer.known("Lê Văn Thử"));
            packer.row(IndexRow { record, summary, person, ..IndexRow::default() });
        }
        let rows = packer.rows();
        assert_eq!(rows.len(), 20);
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(row.record, format!("r{at:02}"));
            assert_eq!(row.summary, long);
            assert_eq!(row.person, "Lê Văn Thử");
            assert_eq!(row.search, "");
        }
        assert!(Arc::ptr_eq(rows[0].person.block.as_ref().unwrap(), rows[19].person.block.as_ref().unwrap()), "what recurs is kept once");
        assert!(!Arc::ptr_eq(rows[0].record.block.as_ref().unwrap(), rows[19].record.block.as_ref().unwrap()), "several blocks");
    }

    #[test]
    fn what_a_row_says_already_is_not_laid_down_again_but_what_another_row_says_is() {
        let mut packer = Packer::default();
        let (search, summary, empty) = (packer.part("mộc mốc an bình"), packer.part("mốc an"), packer.part(""));
        packer.row(IndexRow { search, summary, person: empty, ..IndexRow::default() });
        assert_eq!(packer.text, "mộc mốc an bình");
        let summary = packer.part("mốc an");
        packer.row(IndexRow { summary, ..IndexRow::default() });
        assert_eq!(packer.text, "mộc mốc an bìnhmốc an");
        let rows = packer.rows();
        assert_eq!((&*rows[0].search, &*rows[0].summary, &*rows[0].person, &*rows[1].summary), ("mộc mốc an bình", "mốc an", "", "mốc an"));
    }

    #[test]
    fn a_part_is_compared_and_found_as_its_text() {
        let part = Part::from("ba tam");
        assert!(part == "ba tam" && *part > *"an" && Part::default().is_empty());
        assert_eq!(BTreeMap::from([(part, 1)]).get("ba tam"), Some(&1));
    }
}
