//! The records behind a report's numbers: every record is listed once, and so is every list of them within a target or table.

use super::printout::{Printout, SourceRow};
use crate::export::paper::{Group, Listed};
use crate::locale::{Lang, date, say};
use crate::record::history::State;
use std::collections::BTreeMap;

/// Collects what the numbers open to.
pub struct Behind<'p> {
    places: BTreeMap<&'p str, usize>,
    records: Vec<Listed>,
    groups: Vec<Group>,
    known: BTreeMap<(String, Vec<usize>), usize>,
}

impl<'p> Behind<'p> {
    /// Of the records of a printout, by id.
    pub fn new(printout: &'p Printout, lang: Lang) -> Self {
        let places = printout.rows.keys().enumerate().map(|(at, record)| (record.as_str(), at)).collect();
        let records = printout.rows.iter().map(|(record, row)| listed(printout, record, row, lang)).collect();
        Self { places, records, groups: Vec::new(), known: BTreeMap::new() }
    }

    /// What a number of a target or table opens to; `None` where nothing is behind it. Its key begins with the owner's; a list that
    /// the owner has already keeps its key and title.
    pub fn open<'r>(&mut self, (owner, key): (&str, impl AsRef<str>), title: impl Into<String>, records: impl IntoIterator<Item = &'r String>) -> Option<usize> {
        let own = self.own(records);
        if own.is_empty() { None } else { Some(self.add((owner, key.as_ref()), title.into(), own)) }
    }

    /// The records that a target's figure rests on, even if there are none.
    pub fn open_figure(&mut self, target: &str, title: &str, records: &[String]) -> usize {
        let own = self.own(records);
        self.add((target, ""), title.to_owned(), own)
    }

    fn own<'r>(&self, records: impl IntoIterator<Item = &'r String>) -> Vec<usize> {
        let mut own: Vec<usize> = records.into_iter().filter_map(|record| self.places.get(record.as_str()).copied()).collect();
        own.sort_unstable();
        own
    }

    fn add(&mut self, (owner, key): (&str, &str), title: String, own: Vec<usize>) -> usize {
        *self.known.entry((owner.to_owned(), own.clone())).or_insert_with(|| {
            self.groups.push(Group { key: format!("{owner}{key}"), title, records: own });
            self.groups.len() - 1
        })
    }

    /// The records, and the lists of them.
    pub fn finish(self) -> (Vec<Listed>, Vec<Group>) {
        (self.records, self.groups)
    }
}

fn listed(printout: &Printout, record: &str, row: &SourceRow, lang: Lang) -> Listed {
    Listed {
        record: record.to_owned(),
        form: printout.form_title(&row.form, lang),
        day: date::parse_iso(&row.date),
        summary: row.summary.clone(),
        state: state(State::parse(&row.state).unwrap_or(State::Submitted), lang),
        person: row.person.clone(),
    }
}

/// A state as people read it.
fn state(state: State, lang: Lang) -> String {
    use say::screen as w;
    match state {
        State::Draft => w::state_draft(lang),
        State::Submitted => w::state_submitted(lang),
        State::Approved => w::state_approved(lang),
        State::Returned => w::state_returned(lang),
        State::Void => w::state_void(lang),
    }
}
