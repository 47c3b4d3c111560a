//! Linked records: what reads as what, kept beside the index and followed by whatever reads records.

use super::Desk;
use crate::error::Failure;
use crate::record::history::{History, State};
use crate::record::links::{Links, Member, Pairing, pairings};
use crate::store::{Current, IndexRow, Part};
use crate::value::Value;
use std::collections::BTreeSet;

impl Desk {
    /// Which records read as which.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// The records that name a record or one that is linked with it, such as the surveys of an establishment.
    pub fn about<'d>(&'d self, record: &'d str) -> impl Iterator<Item = &'d IndexRow> {
        let naming = |one: &str| {
            let one = Part::from(one);
            self.about.range((one.clone(), Part::default())..).take_while(move |(named, _)| *named == one).map(|(_, by)| by)
        };
        let ids: BTreeSet<&Part> = self.links.class(record).flat_map(|one| naming(one)).collect();
        ids.into_iter().filter(|id| !self.links.is_linked(id)).filter_map(|id| self.rows.get(id))
    }

    /// The standing decisions about pairs that are part of a record or name it.
    pub fn pairings_of<'d>(&'d self, record: &'d str) -> impl Iterator<Item = &'d Pairing> {
        self.pairings.values().flatten().filter(move |pairing| pairing.record == record || pairing.other == record)
    }

    pub(super) fn read_pairings(&mut self) -> Result<(), Failure> {
        for pairing in self.store.view().pairings()? {
            self.pairings.entry(pairing.record.clone()).or_default().push(pairing);
        }
        Ok(())
    }

    /// Notes what a record's history says about pairs, if that changed.
    pub(super) fn note_pairings(&mut self, record: &str, history: &History) -> Result<(), Failure> {
        let found = pairings(history);
        if self.pairings.get(record).map_or(&[][..], Vec::as_slice) == found.as_slice() {
            return Ok(());
        }
        self.store.view().set_pairings(record, &found)?;
        self.pairings.insert(record.to_owned(), found);
        self.relink();
        Ok(())
    }

    /// Whether a decision about a pair concerns the record.
    pub(super) fn is_paired(&self, record: &str) -> bool {
        !self.pairings.is_empty() && self.pairings_of(record).next().is_some()
    }

    pub(super) fn relink(&mut self) {
        let member = |record: &str| self.rows.get(record).map(|row| Member { form: row.form.to_string(), is_void: row.state == State::Void });
        self.links = Links::new(self.pairings.values().flatten(), &member);
    }

    /// Lets a record's references to linked records name those which they read as. An id is unlike any other text, so every
    /// text that is one is a reference, whichever question holds it.
    pub(super) fn follow_links(&self, current: &mut Current) {
        if self.links.is_empty() {
            return;
        }
        for value in current.answers.values_mut().chain(current.computed.values_mut()) {
            if let Value::Text(text) = value
                && self.links.is_linked(text)
            {
                *text = self.links.principal(text).to_owned();
            }
        }
    }
}
