//! The lines of all records, by record: what the worker changes and the screens look at is the same, copied only where one
//! of both goes on.

use super::derived::IndexRow;
use super::part::Part;
use std::sync::Arc;

/// The lines of all records, by record. A clone shares everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(Arc<Vec<Arc<IndexRow>>>);

impl Rows {
    /// From lines in any order; of two of a record the later one holds.
    pub fn new(rows: Vec<Arc<IndexRow>>) -> Self {
        if rows.is_sorted_by(|a, b| a.record < b.record) {
            return Self(Arc::new(rows));
        }
        let mut all = Self::default();
        rows.into_iter().for_each(|row| drop(all.insert(row)));
        all
    }

    fn place(&self, record: &str) -> Result<usize, usize> {
        // Records are numbered by time: most new ones stand at the end.
        match self.0.last() {
            Some(last) if *last.record < *record => Err(self.0.len()),
            _ => self.0.binary_search_by(|row| (*row.record).cmp(record)),
        }
    }

    /// Where a record stands among them.
    pub fn at(&self, record: &str) -> Option<usize> {
        self.place(record).ok()
    }

    /// The line of a record.
    pub fn get(&self, record: &str) -> Option<&IndexRow> {
        self.at(record).map(|at| &*self.0[at])
    }

    /// The same to be kept.
    pub fn shared(&self, record: &str) -> Option<&Arc<IndexRow>> {
        self.at(record).map(|at| &self.0[at])
    }

    /// The line at a place.
    pub fn nth(&self, at: usize) -> Option<&IndexRow> {
        self.0.get(at).map(|row| &**row)
    }

    /// Whether there is one of a record.
    pub fn contains_key(&self, record: &str) -> bool {
        self.at(record).is_some()
    }

    /// Puts a line in; gives the one that it takes the place of.
    pub fn insert(&mut self, row: Arc<IndexRow>) -> Option<Arc<IndexRow>> {
        let place = self.place(&row.record);
        let rows = Arc::make_mut(&mut self.0);
        match place {
            Ok(at) => Some(std::mem::replace(&mut rows[at], row)),
            Err(at) => {
                rows.insert(at, row);
                None
            }
        }
    }

    /// The lines, by record.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &IndexRow> + ExactSizeIterator + Clone {
        self.0.iter().map(|row| &**row)
    }

    /// The records.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Part> + ExactSizeIterator + Clone {
        self.0.iter().map(|row| &row.record)
    }

    /// Whether they are the very same lines in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.0.iter().zip(other.0.iter()).all(|(one, other)| Arc::ptr_eq(one, other))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::ops::Index<&str> for Rows {
    type Output = IndexRow;

    fn index(&self, record: &str) -> &IndexRow {
        self.get(record).expect("asked for by whoever knows that it is there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(record: &str, summary: &str) -> IndexRow {
        IndexRow { record: record.into(), summary: summary.into(), ..IndexRow::default() }
    }

    #[test]
    fn lines_stand_by_record_and_a_later_one_takes_the_place_of_an_earlier() {
        let mut rows = Rows::new([row("b", "1"), row("a", "2"), row("b", "3")].map(Arc::new).into());
        assert_eq!(rows.keys().map(|record| record.to_string()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(rows.get("b").unwrap().summary, "3");
        let seen = rows.clone();
        assert_eq!(rows.insert(row("b", "4").into()).unwrap().summary, "3");
        assert!(rows.insert(row("c", "5").into()).is_none());
        assert_eq!((seen.len(), &*seen["b"].summary), (2, "3"), "who looked before sees what there was");
        assert!(seen.is_same(&seen.clone()) && !seen.is_same(&rows));
        assert_eq!((rows.len(), rows.at("c"), rows.get("d").is_none()), (3, Some(2), true));
    }
}
