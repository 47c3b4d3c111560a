//! Reading the whole view once: whether every value can be read, and whether what is derived is derived from all of it.

use super::{EnvelopeProblem, IndexRowV3, SCHEMA, StoreProblem, View, doubtful, envelope, record_key};
use crate::record::revision::{Act, RevisionId};
use crate::store::packed::Scratch;
use crate::store::schema::RevisionV2;
use crate::store::spread::spread;
use crate::store::trees::key_parts;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Revisions by the first half of their ids: enough to tell them apart, also where somebody wished them alike.
#[derive(Debug, Default)]
pub struct Ids(Vec<u128>);

impl Ids {
    fn half(id: &RevisionId) -> u128 {
        id.iter().take(16).fold(0, |half, byte| half << 8 | u128::from(*byte))
    }

    /// Whether a revision is among them.
    pub fn contains(&self, id: &RevisionId) -> bool {
        self.0.binary_search(&Self::half(id)).is_ok()
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// The number of entries: revisions, forms and lists.
    pub entries: u64,
    /// Records whose line or current answers are missing, or were derived from other revisions than there are.
    pub outdated: BTreeSet<String>,
    /// The revisions.
    pub revisions: Ids,
}

/// Records from one id to another.
type Between<'b> = (&'b Bound<Vec<u8>>, &'b Bound<Vec<u8>>);

impl View {
    /// Reads everything once, on every core.
    ///
    /// # Errors
    /// Any value that cannot be read.
    pub fn walk(&self) -> Result<Walked, StoreProblem> {
        let bounds = self.bounds()?;
        let parts = spread(bounds.len() - 1, || (), |(), at| self.walk_part((&bounds[at], &bounds[at + 1])));
        let mut walked = Walked { entries: self.definitions()?.len() as u64, ..Walked::default() };
        for part in parts {
            let part = part?;
            walked.entries += part.entries;
            walked.outdated.extend(part.outdated);
            walked.revisions.0.extend(part.revisions.0);
        }
        walked.revisions.0.sort_unstable();
        self.stale()?;
        self.forms_seen()?;
        self.pairings()?;
        Ok(walked)
    }

    fn walk_part(&self, between: Between<'_>) -> Result<Walked, StoreProblem> {
        let mut walked = Walked::default();
        let mut sums: BTreeMap<String, crc32fast::Hasher> = BTreeMap::new();
        let dictionary = self.lock().dictionary.clone();
        let damaged = || doubtful(EnvelopeProblem::Damaged);
        self.each_bytes(self.trees.revisions.range::<Vec<u8>, _>(range(between)), &mut |key, bytes| {
            let (record, _, id) = key_parts(key).ok_or_else(damaged)?;
            let packed: RevisionV2<&str> = envelope::open_borrowed(SCHEMA, bytes).map_err(doubtful)?;
            walked.entries += 1;
            walked.revisions.0.push(Ids::half(&id));
            // Pairs of records are noted apart; those few records are derived again rather than checked.
            if matches!(packed.act(&dictionary).ok_or_else(damaged)?, Act::Link | Act::Apart | Act::Undo) {
                walked.outdated.insert(record.clone());
            }
            sums.entry(record).or_default().update(&id);
            Ok(())
        })?;
        let sums: BTreeMap<String, u32> = sums.into_iter().map(|(record, sum)| (record, sum.finalize())).collect();
        let mut lines: BTreeMap<String, u32> = BTreeMap::new();
        self.each_bytes(self.trees.index.range::<Vec<u8>, _>(range(between)), &mut |key, bytes| {
            let row: IndexRowV3<&str> = envelope::open_borrowed(SCHEMA, bytes).map_err(doubtful)?;
            lines.insert(String::from_utf8_lossy(key).into_owned(), row.revisions);
            Ok(())
        })?;
        let mut answers: BTreeMap<String, u32> = BTreeMap::new();
        let mut scratch = Scratch::default();
        self.each_packed(self.trees.current.range::<Vec<u8>, _>(range(between)), &mut |key, packed| {
            let sum = packed.read(&dictionary, &mut scratch, &[], &mut |_| ()).ok_or_else(damaged)?;
            answers.insert(String::from_utf8_lossy(key).into_owned(), sum);
            Ok(())
        })?;
        let is_outdated = |(record, sum): &(&String, &u32)| lines.get(*record) != Some(*sum) || answers.get(*record) != Some(*sum);
        walked.outdated.extend(sums.iter().filter(is_outdated).map(|(record, _)| record.clone()));
        self.sweep();
        Ok(walked)
    }

    /// Marks records for deriving again.
    ///
    /// # Errors
    /// sled's.
    pub fn mark_outdated(&self, records: &BTreeSet<String>) -> Result<(), StoreProblem> {
        self.usable()?;
        records.iter().try_for_each(|record| self.asked(|| self.trees.stale.insert(record_key(record), &[])).map(|_| ()))
    }

    /// CRC-32 of the ids of a record's revisions, in their order.
    pub(super) fn sum_of_revisions(&self, record: &str) -> Result<u32, StoreProblem> {
        self.usable()?;
        let mut sum = crc32fast::Hasher::new();
        for key in self.trees.revisions.scan_prefix(record_key(record)).keys() {
            let key = self.asked(|| key)?;
            let (key, chunk) = key.split_at(key.len().saturating_sub(2));
            if let Some((_, _, id)) = key_parts(key).filter(|_| chunk == [0, 0]) {
                sum.update(&id);
            }
        }
        Ok(sum.finalize())
    }
}

/// As a range of keys.
pub(super) fn range((from, to): Between<'_>) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let to = if let Bound::Included(to) = to { Bound::Excluded(to.clone()) } else { Bound::Unbounded };
    (from.clone(), to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Entry;
    use crate::record::revision::Revision;
    use crate::store::derived::{Current, IndexRow};
    use crate::store::trees::chunk_key;
    use chrono::DateTime;

    #[test]
    fn a_record_whose_line_or_answers_alone_are_gone_is_found_outdated() {
        let dir = tempfile::tempdir().unwrap();
        let view = View::open(&dir.path().join("sled")).unwrap();
        let revision = Revision::example().seal();
        let (id, record) = (revision.id, &revision.record.clone());
        view.insert(&Entry::Revision(revision), "lt01", DateTime::UNIX_EPOCH).unwrap();
        let row = IndexRow { record: record.as_str().into(), ..IndexRow::default() };
        for tree in [&view.trees.index, &view.trees.current] {
            view.put_current(&row, &Current::default()).unwrap();
            let walked = view.walk().unwrap();
            assert!(walked.outdated.is_empty() && walked.revisions.contains(&id) && walked.entries == 1);
            tree.remove(chunk_key(&record_key(record), 0)).unwrap();
            assert_eq!(view.walk().unwrap().outdated.into_iter().collect::<Vec<_>>(), [record.as_str()]);
        }
    }
}
