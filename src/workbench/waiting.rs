//! What waits for a person: questions that were asked, approvals that an edit has overtaken, records that may be one.

use super::Desk;
use super::lookalikes::Pair;
use super::related::Related;
use crate::error::Failure;
use crate::interview::show;
use crate::locale::{Lang, Text, say};
use crate::record::history::State;
use crate::store::IndexRow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A question about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The record.
    pub record: String,
    /// The answer that is asked about.
    pub path: String,
    /// Its label.
    pub label: Text,
    /// What is asked.
    pub comment: String,
    /// Who asks.
    pub person: String,
}

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Questions without an answer.
    pub asked: Vec<Asked>,
    /// Records whose approval an edit has overtaken, changed last first.
    pub lapsed: Vec<String>,
    /// Pairs that may be one.
    pub pairs: usize,
}

/// Two records that may be one, with what they say.
#[derive(Clone)]
pub struct Alike {
    /// Which, and why.
    pub pair: Pair,
    /// The one begun first.
    pub one: Arc<Related>,
    /// The other.
    pub other: Arc<Related>,
}

/// So many pairs are laid out at once.
pub const MOST_PAIRS: usize = 200;

impl Desk {
    /// What waits for whoever works here. `with_decisions` also looks for what only supervisors decide.
    ///
    /// # Errors
    /// The store's.
    pub fn waits(&self, with_decisions: bool) -> Result<Waits, Failure> {
        let mut waits = Waits::default();
        for row in self.rows().values().filter(|row| row.state == State::Returned) {
            waits.asked.extend(self.questions(&row.record)?);
        }
        if !with_decisions {
            return Ok(waits);
        }
        waits.pairs = self.duplicates().len();
        let mut lapsed: Vec<&IndexRow> = self.rows().values().filter(|row| row.lapsed && row.state == State::Submitted).collect();
        lapsed.sort_unstable_by_key(|row| std::cmp::Reverse(row.at));
        waits.lapsed = lapsed.into_iter().map(|row| row.record.to_string()).collect();
        Ok(waits)
    }

    /// The open questions about a record.
    ///
    /// # Errors
    /// The store's.
    pub fn questions(&self, record: &str) -> Result<Vec<Asked>, Failure> {
        let standing = self.standing(record)?;
        let asked = standing.seen().questions().into_iter().map(|at| {
            let revision = &standing.seen().revisions()[at];
            let path = revision.argument("question").unwrap_or_default().to_owned();
            let label = match &standing.form {
                Ok(form) if !path.is_empty() => Text::both(|l| show::path(form, &standing.merged.answers, &path, l)),
                _ => Text::plain(path.clone()),
            };
            Asked { record: record.to_owned(), path, label, comment: revision.argument("comment").unwrap_or_default().to_owned(), person: revision.person.clone() }
        });
        Ok(asked.collect())
    }

    /// The first of the pairs that may be one, laid out side by side.
    pub fn alike(&self) -> Vec<Alike> {
        let laid_out = |record: &str| self.row(record).and_then(|row| self.related(row)).map(Arc::new);
        let pairs = self.duplicates().into_iter();
        pairs.filter_map(|pair| Some(Alike { one: laid_out(&pair.one)?, other: laid_out(&pair.other)?, pair })).take(MOST_PAIRS).collect()
    }
}

impl Alike {
    /// Why the two look alike: the questions that both answer the same.
    pub fn reasons(&self, lang: Lang) -> String {
        let label = |by: &String| {
            let names: Vec<&str> = by.split('/').collect();
            let id = names.last().and_then(|name| self.one.form.find(name));
            id.map(|id| self.one.form.node(id).label.get(lang)).filter(|label| !label.is_empty()).unwrap_or(by).to_owned()
        };
        let labels: BTreeSet<String> = self.pair.by.iter().map(label).collect();
        if labels.is_empty() { say::looking::decided_differently(lang) } else { labels.into_iter().collect::<Vec<_>>().join(", ") }
    }
}
