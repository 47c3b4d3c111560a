//! The lines of all records, by record: shared by those who decide and those who show, so that each is held once.

use super::IndexRow;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lines of records, ordered by record. A copy shares the lines.
#[derive(Clone, Debug, Default)]
pub struct Rows(BTreeSet<ById>);

/// A line that is told from others by its record alone.
#[derive(Clone, Debug)]
struct ById(Arc<IndexRow>);

impl Borrow<str> for ById {
    fn borrow(&self) -> &str {
        &self.0.record
    }
}

impl Ord for ById {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.record.cmp(&other.0.record)
    }
}

impl PartialOrd for ById {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ById {}

impl Rows {
    /// The line of a record.
    pub fn get(&self, record: &str) -> Option<&IndexRow> {
        self.0.get(record).map(|row| &*row.0)
    }

    /// Whether there is such a record.
    pub fn contains(&self, record: &str) -> bool {
        self.0.contains(record)
    }

    /// All lines, by record.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &IndexRow> {
        self.0.iter().map(|row| &*row.0)
    }

    /// All records.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.values().map(|row| &row.record)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a line in the place of the one of the same record, which is given back.
    pub fn insert(&mut self, row: Arc<IndexRow>) -> Option<Arc<IndexRow>> {
        self.0.replace(ById(row)).map(|before| before.0)
    }

    /// Takes a record's line away.
    pub fn remove(&mut self, record: &str) {
        self.0.remove(record);
    }

    /// All lines, by record, to be held elsewhere too.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<IndexRow>> {
        self.0.iter().map(|row| &row.0)
    }
}

impl FromIterator<IndexRow> for Rows {
    fn from_iter<I: IntoIterator<Item = IndexRow>>(rows: I) -> Self {
        Self(rows.into_iter().map(|row| ById(Arc::new(row))).collect())
    }
}
