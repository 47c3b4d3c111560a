//! Counting: facts → figures, each with the records that it rests on.

use super::period::Period;
use super::{Class, Measure, Programme, Reading, Target};
use crate::form::Form;
use crate::form::expression::evaluate::{Frame, evaluate};
use crate::form::expression::{Code, Datum};
use crate::form::instance::{Instance, ROOT_ROW};
use crate::form::world::Nowhere;
use crate::locale::Lang;
use crate::record::clock::Stamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A record as the indicators see it.
pub struct Fact {
    /// Its id.
    pub record: String,
    /// Its form.
    pub form: Arc<Form>,
    /// Its answers and results.
    pub instance: Instance,
    /// The day of its event.
    pub date: String,
    /// When it was saved.
    pub at: Stamp,
    /// Whether a supervisor approved it as it is.
    pub approved: bool,
    /// Whether an answer is in conflict.
    pub conflicted: bool,
    /// Whether a soft check was overridden.
    pub overridden: bool,
}

/// One figure and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The target's place in the programme.
    pub target: usize,
    /// What was done; `None` where nothing can be counted.
    pub done: Option<f64>,
    /// Percent of the number.
    pub percent: Option<f64>,
    /// Whether it is met.
    pub met: Option<bool>,
    /// The other readings by name.
    pub also: Vec<(String, Option<f64>)>,
    /// The records counted, sorted.
    pub records: Vec<String>,
    /// How many of them nobody has approved.
    pub unapproved: usize,
    /// How many have an answer in conflict.
    pub conflicted: usize,
    /// How many have an overridden check.
    pub overridden: usize,
    /// How many rest on reference factors.
    pub reference_factors: usize,
    /// Records that fit but in which the value is undetermined.
    pub undetermined: Vec<String>,
}

fn value(code: &Code, fact: &Fact) -> Datum {
    let frame = Frame::new(&fact.form, &fact.instance, &Nowhere, chrono::NaiveDateTime::default(), Lang::Vi, ROOT_ROW);
    evaluate(code, &frame)
}

pub(super) fn holds(code: Option<&Code>, fact: &Fact, otherwise: bool) -> bool {
    code.map_or(otherwise, |code| value(code, fact).to_boolean())
}

/// Counts every target over the facts of a period. Facts may come in any order; those of other forms are passed over.
pub fn figures(programme: &Programme, facts: &[Fact], period: &Period) -> Vec<Figure> {
    programme.targets.iter().enumerate().map(|(at, target)| figure(at, target, facts, period)).collect()
}

fn figure(at: usize, target: &Target, facts: &[Fact], period: &Period) -> Figure {
    let fits = |fact: &&Fact| fact.form.of == target.form.of && period.holds(&fact.date) && holds(target.filter.as_ref(), fact, true);
    // A record made with another version of the form is counted too, where it has the questions.
    let other = |fact: &&Fact| fact.form.id == target.form.id && fact.form.of != target.form.of && period.holds(&fact.date);
    let converted: Vec<Fact> = facts.iter().filter(other).map(|fact| convert(fact, &target.form)).filter(|fact| holds(target.filter.as_ref(), fact, true)).collect();
    let mut chosen: Vec<&Fact> = facts.iter().filter(fits).chain(&converted).collect();
    chosen.sort_by(|a, b| a.record.cmp(&b.record));
    if target.latest_per.is_some() {
        chosen = latest(target, chosen);
    }
    if let Some(class) = &target.class {
        chosen = of_class(class, &target.readings[0], chosen);
    }
    let (done, counted) = measure(&target.readings[0], &chosen);
    let undetermined = chosen.iter().filter(|f| !counted.contains(f.record.as_str())).map(|f| f.record.clone()).collect();
    chosen.retain(|f| counted.contains(f.record.as_str()));
    let count = |test: &dyn Fn(&Fact) -> bool| chosen.iter().filter(|f| test(f)).count();
    Figure {
        target: at,
        done,
        percent: done.zip(target.number).filter(|(_, n)| *n != 0.0).map(|(d, n)| d / n * 100.0),
        met: done.zip(target.number).map(|(d, n)| target.op.met(d, n)),
        also: target.readings[1..].iter().map(|r| (r.name.clone(), also(target, r, facts, &chosen, period))).collect(),
        unapproved: count(&|f| !f.approved),
        conflicted: count(&|f| f.conflicted),
        overridden: count(&|f| f.overridden),
        reference_factors: count(&|f| holds(target.reference_factors.as_ref(), f, false)),
        records: chosen.iter().map(|f| f.record.clone()).collect(),
        undetermined,
    }
}

/// Another reading is taken over all fitting records: one that is undetermined in the counting reading may count here.
fn also(target: &Target, reading: &Reading, facts: &[Fact], chosen: &[&Fact], period: &Period) -> Option<f64> {
    if target.class.is_some() {
        return measure(reading, chosen).0;
    }
    let fits = |fact: &&Fact| fact.form.of == target.form.of && period.holds(&fact.date) && holds(target.filter.as_ref(), fact, true);
    let mut fitting: Vec<&Fact> = facts.iter().filter(fits).collect();
    fitting.sort_by(|a, b| a.record.cmp(&b.record));
    let fitting = if target.latest_per.is_some() { latest(target, fitting) } else { fitting };
    measure(reading, &fitting).0
}

/// The same answers under another version of the form, by name.
fn convert(fact: &Fact, form: &Arc<Form>) -> Fact {
    let mut instance = Instance::new(form, &BTreeMap::new());
    for id in form.ids().filter(|id| form.node(*id).scope == crate::form::ROOT) {
        let old = fact.form.find(&form.node(id).name).filter(|old| fact.form.node(*old).scope == crate::form::ROOT);
        if let Some(old) = old {
            instance.cell_mut(form, ROOT_ROW, id).value = fact.instance.read(&fact.form, ROOT_ROW, old);
        }
    }
    Fact { record: fact.record.clone(), form: form.clone(), instance, date: fact.date.clone(), ..*fact }
}

/// For each value of `latest_per` one record: preferred ones first, then the newest event, then the newest save.
fn latest<'f>(target: &Target, facts: Vec<&'f Fact>) -> Vec<&'f Fact> {
    let Some(question) = target.latest_per else { return facts };
    let mut best: BTreeMap<String, &Fact> = BTreeMap::new();
    let rank = |fact: &Fact| (holds(target.prefer.as_ref(), fact, false), fact.date.clone(), fact.at, fact.record.clone());
    for fact in facts {
        let key = fact.instance.read(&fact.form, ROOT_ROW, question).to_text().to_string();
        let best = best.entry(key).or_insert(fact);
        if rank(fact) > rank(best) {
            *best = fact;
        }
    }
    let mut chosen: Vec<&Fact> = best.into_values().collect();
    chosen.sort_by(|a, b| a.record.cmp(&b.record));
    chosen
}

/// The records of the things whose first class is the one to take.
fn of_class<'f>(class: &Class, counting: &Reading, facts: Vec<&'f Fact>) -> Vec<&'f Fact> {
    let thing = |fact: &Fact| counting.of.as_ref().map(|code| value(code, fact).to_text().to_string());
    let place = |fact: &Fact| class.order.iter().position(|c| **c == *value(&class.of, fact).to_text()).unwrap_or(usize::MAX);
    let mut first: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for fact in &facts {
        let (thing, place) = (thing(fact), place(fact));
        first.entry(thing).and_modify(|best| *best = place.min(*best)).or_insert(place);
    }
    let taken = class.order.iter().position(|c| *c == class.take);
    facts.into_iter().filter(|fact| first.get(&thing(fact)).copied() == taken && Some(place(fact)) == taken).collect()
}

/// A figure over records, and which of them have a determined value.
fn measure<'f>(reading: &Reading, facts: &[&'f Fact]) -> (Option<f64>, BTreeSet<&'f str>) {
    let all = || facts.iter().map(|f| f.record.as_str()).collect();
    let number = |code: &Option<Code>, fact: &Fact| code.as_ref().map(|code| value(code, fact)).filter(|d| !d.is_blank()).map(|d| d.to_number()).filter(|n| n.is_finite());
    match reading.measure {
        Measure::Count => return (Some(facts.len() as f64), all()),
        Measure::CountDistinct => {
            let values: BTreeSet<String> = facts.iter().filter_map(|f| reading.of.as_ref().map(|c| value(c, f).to_text().to_string())).filter(|t| !t.is_empty()).collect();
            return (Some(values.len() as f64), all());
        }
        _ => {}
    }
    let is_share = reading.measure == Measure::Share;
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    let mut counted = BTreeSet::new();
    for fact in facts {
        // A share speaks of the records in which everything that it compares is answered.
        let determined = !is_share || reading.of.as_ref().is_some_and(|code| code.reads().iter().all(|id| !fact.instance.read(&fact.form, ROOT_ROW, *id).is_blank()));
        let weighted = matches!(reading.measure, Measure::WeightedMean | Measure::RatioOfSums | Measure::GrowthOfSums);
        let weight = if weighted { number(&reading.weight, fact) } else { Some(1.0) };
        if let (Some(value), Some(weight), true) = (number(&reading.of, fact), weight, determined) {
            pairs.push((value, weight));
            counted.insert(fact.record.as_str());
        }
    }
    (combine(reading.measure, &pairs), counted)
}

fn combine(measure: Measure, pairs: &[(f64, f64)]) -> Option<f64> {
    let sum: f64 = pairs.iter().map(|(value, _)| value).sum();
    let weights: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let count = pairs.len() as f64;
    let result = match measure {
        Measure::Sum => sum,
        Measure::Mean => sum / count,
        Measure::Share => sum / count * 100.0,
        Measure::WeightedMean => pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / weights,
        Measure::RatioOfSums => sum / weights,
        Measure::GrowthOfSums => (sum / weights - 1.0) * 100.0,
        Measure::Min => pairs.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min),
        Measure::Max => pairs.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max),
        Measure::Count | Measure::CountDistinct => count,
    };
    Some(result).filter(|r| r.is_finite())
}
