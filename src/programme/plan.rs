//! What was planned for each year: the newest approved plan, target by target.

use super::lines::{Facts, day_of, number, rows, value};
use super::{Programme, Source};
use crate::form::NodeId;
use crate::form::instance::ROOT_ROW;
use std::collections::BTreeMap;

/// How plans are read from records.
#[derive(Clone, Debug)]
pub struct PlanSource {
    /// The records and the repeat of targets; its year is `by_year`.
    pub source: Source,
    /// In a row: the target's id.
    pub target: NodeId,
    /// In a row: how much is planned.
    pub number: NodeId,
}

/// Planned numbers by year and target id, each year with the record that they were read from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    by_year: BTreeMap<i32, (String, BTreeMap<String, f64>)>,
}

impl Plans {
    /// Reads the plans of a programme; of several approved plans of a year the one decided last.
    pub fn new(programme: &Programme, facts: &Facts<'_>) -> Self {
        let Some(plan) = &programme.plan else { return Self::default() };
        let source = &plan.source;
        let mut newest = BTreeMap::new();
        for fact in facts.of(&source.form) {
            let holds = source.filter.as_ref().is_none_or(|code| value(code, fact, ROOT_ROW, None).to_boolean());
            let year = source.by_year.as_ref().and_then(|code| number(&value(code, fact, ROOT_ROW, None)));
            if let (true, Some(year), Some(_)) = (holds, year, day_of(programme, source, fact)) {
                let best = newest.entry(year as i32).or_insert(fact);
                if (fact.date, fact.at, fact.record) > (best.date, best.at, best.record) {
                    *best = fact;
                }
            }
        }
        let read = |fact: &super::figure::Fact<'_>| {
            let pairs = rows(source, fact).into_iter().filter_map(|row| {
                let id = fact.instance.read(&fact.form, row, plan.target).to_text().to_string();
                Some((id, number(&fact.instance.read(&fact.form, row, plan.number))?))
            });
            (fact.record.to_owned(), pairs.collect())
        };
        Self { by_year: newest.into_iter().map(|(year, fact)| (year, read(fact))).collect() }
    }

    /// What was planned of a target for a year.
    pub fn of(&self, year: i32, target: &str) -> Option<f64> {
        self.by_year.get(&year)?.1.get(target).copied()
    }

    /// The record that it was read from.
    pub fn record_of(&self, year: i32, target: &str) -> Option<&str> {
        self.by_year.get(&year).filter(|(_, planned)| planned.contains_key(target)).map(|(record, _)| record.as_str())
    }
}
