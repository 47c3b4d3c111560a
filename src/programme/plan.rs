//! What was planned for each year: the newest approved plan, target by target.

use super::figure::Fact;
use super::lines::{Facts, day_of, number, rows, value};
use super::{Programme, Source};
use crate::form::NodeId;
use crate::form::instance::ROOT_ROW;
use crate::record::clock::Stamp;
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
    by_year: BTreeMap<i32, Planned>,
}

/// A year's plan: when it was decided and saved, its record, and the numbers by target id. Of several the last is taken.
#[derive(Clone, Debug, PartialEq)]
struct Planned {
    decided: (String, Stamp, String),
    numbers: BTreeMap<String, f64>,
}

impl Plans {
    /// Reads the plans of a programme; of several approved plans of a year the one decided last.
    pub fn new(programme: &Programme, facts: &Facts<'_>) -> Self {
        let mut plans = Self::default();
        let of_plans = programme.plan.iter().flat_map(|plan| facts.of(&plan.source.form));
        of_plans.for_each(|fact| plans.take(programme, fact));
        plans
    }

    /// Takes a fact in, if it is a plan; facts may come in any order.
    pub fn take(&mut self, programme: &Programme, fact: &Fact<'_>) {
        let Some(plan) = programme.plan.as_ref().filter(|plan| plan.source.form.of == fact.form.of) else { return };
        let source = &plan.source;
        let holds = source.filter.as_ref().is_none_or(|code| value(code, fact, ROOT_ROW, None).to_boolean());
        let year = source.by_year.as_ref().and_then(|code| number(&value(code, fact, ROOT_ROW, None)));
        let (true, Some(year), Some(_)) = (holds, year, day_of(programme, source, fact)) else { return };
        let decided = (fact.date.to_owned(), fact.head.at, fact.head.record.to_owned());
        if self.by_year.get(&(year as i32)).is_none_or(|best| decided > best.decided) {
            let pairs = rows(source, fact).into_iter().filter_map(|row| {
                let id = fact.instance.read(&fact.form, row, plan.target).to_text().to_string();
                Some((id, number(&fact.instance.read(&fact.form, row, plan.number))?))
            });
            self.by_year.insert(year as i32, Planned { decided, numbers: pairs.collect() });
        }
    }

    /// What was planned of a target for a year.
    pub fn of(&self, year: i32, target: &str) -> Option<f64> {
        self.by_year.get(&year)?.numbers.get(target).copied()
    }

    /// The record that it was read from.
    pub fn record_of(&self, year: i32, target: &str) -> Option<&str> {
        self.by_year.get(&year).filter(|planned| planned.numbers.contains_key(target)).map(|planned| planned.decided.2.as_str())
    }
}
