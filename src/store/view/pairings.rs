//! The decisions about pairs of records, so that nobody has to read all histories to know what reads as what.

use super::{StoreProblem, View};
use crate::record::links::Pairing;
use crate::record::revision::RevisionId;

/// Before the records in the keys.
const PAIRINGS: &[u8] = b"pair";

impl View {
    /// The decisions about pairs of records, of all records.
    pub fn pairings(&self) -> Result<Vec<Pairing>, StoreProblem> {
        let mut all = Vec::new();
        self.each::<Vec<(String, bool, RevisionId)>>(&self.trees.meta, PAIRINGS, &mut |key, pairings| {
            let record = String::from_utf8_lossy(&key[PAIRINGS.len()..]).into_owned();
            all.extend(pairings.into_iter().map(|(other, is_link, revision)| Pairing { record: record.clone(), other, is_link, revision }));
            Ok(())
        })?;
        Ok(all)
    }

    /// Notes those of a record.
    pub fn set_pairings(&self, record: &str, pairings: &[Pairing]) -> Result<(), StoreProblem> {
        let packed: Vec<(String, bool, RevisionId)> = pairings.iter().map(|p| (p.other.clone(), p.is_link, p.revision)).collect();
        self.put(&self.trees.meta, &[PAIRINGS, record.as_bytes()].concat(), &packed)
    }
}
