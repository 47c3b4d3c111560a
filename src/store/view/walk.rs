//! Reading the whole view once: whether every value can be read, and whether what is derived is derived from all of it.

use super::{CurrentV2, IndexRowV3, StoreProblem, View, record_key};
use crate::record::revision::Act;
use crate::store::trees::key_parts;
use std::collections::{BTreeMap, BTreeSet};

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// The number of entries: revisions, forms and lists.
    pub entries: u64,
    /// Records whose line or current answers are missing, or were derived from other revisions than there are.
    pub outdated: BTreeSet<String>,
}

impl View {
    /// Reads everything once.
    ///
    /// # Errors
    /// Any value that cannot be read.
    pub fn walk(&self) -> Result<Walked, StoreProblem> {
        let mut walked = Walked { entries: self.definitions()?.len() as u64, ..Walked::default() };
        let mut sums: BTreeMap<String, crc32fast::Hasher> = BTreeMap::new();
        self.revisions("", &mut |revision| {
            walked.entries += 1;
            // Pairs of records are noted apart; those few records are derived again rather than checked.
            if matches!(revision.act, Act::Link | Act::Apart | Act::Undo) {
                walked.outdated.insert(revision.record.clone());
            }
            sums.entry(revision.record).or_default().update(&revision.id);
            Ok(())
        })?;
        let sums: BTreeMap<String, u32> = sums.into_iter().map(|(record, sum)| (record, sum.finalize())).collect();
        let mut current: BTreeMap<String, u32> = BTreeMap::new();
        self.each::<IndexRowV3>(&self.trees.index, b"", &mut |key, row| {
            current.insert(String::from_utf8_lossy(key).into_owned(), row.revisions);
            Ok(())
        })?;
        walked.outdated.extend(sums.iter().filter(|(record, sum)| current.get(*record) != Some(sum)).map(|(record, _)| record.clone()));
        current.clear();
        self.each_current(&mut |_, _| ())?;
        self.each::<CurrentV2>(&self.trees.current, b"", &mut |key, derived| {
            current.insert(String::from_utf8_lossy(key).into_owned(), derived.revisions);
            Ok(())
        })?;
        walked.outdated.extend(sums.iter().filter(|(record, sum)| current.get(*record) != Some(sum)).map(|(record, _)| record.clone()));
        self.stale()?;
        self.forms_seen()?;
        self.pairings()?;
        Ok(walked)
    }

    /// Marks records for deriving again.
    ///
    /// # Errors
    /// sled's.
    pub fn mark_outdated(&self, records: &BTreeSet<String>) -> Result<(), StoreProblem> {
        self.usable()?;
        records.iter().try_for_each(|record| self.insert_key(&self.trees.stale, record_key(record), &[]))
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
