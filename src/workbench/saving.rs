//! Saving: answers and decisions become sealed revisions of this laptop, durable before they are called saved.

use super::normal::{normal, normal_argument};
use super::{Content, Decision, Desk, Saving, upgrade};
use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::form::migrate::CARRIED;
use crate::locale::fold::nfc;
use crate::locale::{Text, say};
use crate::record::clock::Stamp;
use crate::record::revision::{Revision, RevisionId};
use crate::record::{Definition, Entry};
use std::collections::BTreeSet;

/// Stamp, number and predecessor of the revision that comes next.
type Next = (Stamp, u64, Option<RevisionId>);

impl Desk {
    /// Saves a revision: durable when this returns.
    ///
    /// # Errors
    /// Why it is not saved.
    pub fn save(&mut self, record: &str, form: &Form, mut content: Content, mut decision: Decision) -> Result<Revision, Failure> {
        let carried = self.carried(record, form, &content)?;
        if !carried.is_empty() {
            decision.args.insert(CARRIED.to_owned(), upgrade::argument(&carried));
            content.wrote.extend(carried);
        }
        let next = self.store.next(self.settings.clock.now());
        let (revision, line) = self.compose(next, record, form, content, decision)?;
        let mut lines = self.definitions_of(form);
        lines.push((line, Entry::Revision(revision.clone())));
        let watch = &self.watch;
        self.store.append_telling(&lines, self.settings.clock.now(), || watch.saved())?;
        self.defined.insert(form.of.clone());
        self.refresh(record)?;
        Ok(revision)
    }

    /// Hands in many new records at once: durable when this returns, but none before.
    ///
    /// # Errors
    /// Why nothing of them is saved.
    pub fn submit_all(&mut self, savings: Vec<Saving>) -> Result<(), Failure> {
        let mut next = self.store.next(self.settings.clock.now());
        let (mut lines, mut defined, mut records) = (Vec::new(), BTreeSet::new(), Vec::new());
        for Saving { record, form, content } in savings {
            let (revision, line) = self.compose(next, &record, &form, content, Decision::submit())?;
            next = (Stamp::next(self.settings.clock.now(), Some(revision.at)), revision.seq + 1, Some(revision.id));
            if defined.insert(form.of.clone()) {
                lines.extend(self.definitions_of(&form));
            }
            lines.push((line, Entry::Revision(revision)));
            records.push(record);
        }
        self.store.append(&lines, self.settings.clock.now())?;
        records.iter().try_for_each(|record| self.refresh(record))
    }

    /// A sealed revision at its place in this laptop's chain, and its line.
    ///
    /// # Errors
    /// It could not be read back: what nobody could read must not be called saved.
    fn compose(&mut self, (at, seq, prev): Next, record: &str, form: &Form, content: Content, decision: Decision) -> Result<(Revision, Vec<u8>), Failure> {
        let mut parents = content.parents;
        parents.sort_unstable();
        let mut revision = Revision {
            record: record.to_owned(),
            at,
            id: [0; 32],
            device: self.identity().device.clone(),
            seq,
            prev,
            person: nfc(&self.identity().person),
            of: form.of.clone(),
            parents,
            act: decision.act,
            args: decision.args.into_iter().map(|(name, argument)| (name, normal_argument(argument))).collect(),
            wrote: content.wrote.into_iter().collect(),
            answers: content.answers.into_iter().map(|(path, value)| (path, normal(value))).collect(),
            notes: content.notes.into_iter().map(|(path, note)| (path, nfc(&note))).collect(),
        };
        let line = revision.seal_line().into_bytes();
        // Of most lines this can be seen at a glance.
        if self.scanner.scan(&line).is_some_and(|scanned| scanned.id == revision.id) || crate::record::line::parse(&line).is_ok() {
            return Ok((revision, line));
        }
        Err(Failure::new(Exit::Refused, Text::both(say::failure::cannot_keep)).hint(Text::both(say::failure::cannot_keep_hint)))
    }

    /// The form and its list files as entries, so that they travel with the records; none where they are known to be there.
    fn definitions_of(&self, form: &Form) -> Vec<(Vec<u8>, Entry)> {
        if self.defined.contains(&form.of) {
            return Vec::new();
        }
        let own = Definition::Form { id: form.id.clone(), version: form.version, source: form.source.to_string() };
        let lists = form.lists.iter().filter_map(|list| list.source.as_ref().map(|source| Definition::List { name: list.name.clone(), source: source.to_string() }));
        std::iter::once(own).chain(lists).map(|d| (d.line().into_bytes(), Entry::Definition(d))).collect()
    }
}
