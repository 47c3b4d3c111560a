//! Revisions by their keys: what a sync compares, without unpacking what both sides have.

use super::super::StoreProblem;
use super::super::envelope::EnvelopeProblem;
use super::super::schema::{RevisionV2, unpack};
use super::super::trees::{RevisionKey, doubtful, failed, key_parts, revision_key_of};
use super::View;
use crate::record::Revision;

impl View {
    /// The keys of all revisions, in order; nothing is unpacked for them.
    pub fn revision_keys(&self) -> impl Iterator<Item = Result<RevisionKey, StoreProblem>> + '_ {
        // A long revision lies in chunks; the first stands for all.
        let is_first = |key: &sled::IVec| key.ends_with(&[0, 0]);
        self.trees.revisions.iter().keys().filter(move |key| key.as_ref().map_or(true, is_first)).map(|key| {
            let key = key.map_err(failed)?;
            key_parts(&key[..key.len().saturating_sub(2)]).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))
        })
    }

    /// One revision.
    pub fn revision(&self, (record, at, id): &RevisionKey) -> Result<Option<Revision>, StoreProblem> {
        self.check()?;
        let packed: Option<RevisionV2> = self.get(&self.trees.revisions, &revision_key_of(record, *at, id))?;
        let dictionary = self.lock().dictionary.clone();
        packed.map(|packed| unpack(packed, (record.clone(), *at, *id), &dictionary).ok_or_else(|| doubtful(EnvelopeProblem::Damaged))).transpose()
    }
}
