//! Counting: facts → figures, each with the records that it rests on.

use super::group::{Dimension, YEAR, groups_of};
use super::lines::{Facts, Lines, guarded, lines, value, year_of};
use super::measure::{Asked, Count, count, count_each};
use super::period::Period;
use super::plan::Plans;
use super::{Programme, Reading, Target};
use crate::form::Form;
use crate::form::expression::Code;
use crate::form::instance::{Instance, ROOT_ROW};
use crate::locale::Text;
use crate::record::clock::Stamp;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a figure keeps of a record that it counts.
#[derive(Clone, Copy, Debug)]
pub struct Head<'r> {
    /// Its id.
    pub record: &'r str,
    /// When it was saved.
    pub at: Stamp,
    /// Whether a supervisor approved it as it is.
    pub approved: bool,
    /// Whether an answer is in conflict.
    pub conflicted: bool,
    /// Whether a soft check was overridden.
    pub overridden: bool,
}

/// A record as the indicators see it.
pub struct Fact<'r> {
    /// What figures keep of it.
    pub head: Head<'r>,
    /// Its form, as the programme counts it.
    pub form: Arc<Form>,
    /// Its answers and results.
    pub instance: Instance,
    /// The day of its event, as it is kept.
    pub date: &'r str,
    /// The same as a day, if it is one.
    pub day: Option<NaiveDate>,
    /// One line about it.
    pub summary: &'r str,
}

/// Another reading of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Also {
    /// Its name.
    pub name: String,
    /// Its name for people; may be empty.
    pub label: Text,
    /// Its figure.
    pub value: Option<f64>,
    /// The records counted.
    pub records: Vec<String>,
}

/// What was planned and done in a year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct YearFigure {
    /// The programme year.
    pub year: i32,
    /// Planned.
    pub plan: Option<f64>,
    /// Done.
    pub done: Option<f64>,
    /// The records that the plan was read from.
    #[serde(default)]
    pub plan_records: Vec<String>,
    /// The records counted.
    #[serde(default)]
    pub records: Vec<String>,
}

/// A figure's part in one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFigure {
    /// The group's name; empty for records that cannot be placed.
    pub group: String,
    /// Its name for people.
    pub label: Text,
    /// Done.
    pub done: Option<f64>,
    /// The records counted.
    pub records: Vec<String>,
}

/// One figure and what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The target's place in the programme.
    pub target: usize,
    /// What was done in the period; `None` where nothing can be counted.
    pub done: Option<f64>,
    /// Percent of the number.
    pub percent: Option<f64>,
    /// Whether it is met.
    pub met: Option<bool>,
    /// The newest day among what was counted.
    #[serde(with = "crate::locale::iso::option")]
    pub day: Option<NaiveDate>,
    /// The other readings.
    pub also: Vec<Also>,
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
    /// Which.
    #[serde(default)]
    pub reference_records: Vec<String>,
    /// The versions of the factors that they were reckoned with.
    pub factor_versions: Vec<String>,
    /// Records that fit but in which the value is undetermined.
    pub undetermined: Vec<String>,
    /// Records kept out because before and after cover different seasons.
    pub out_of_season: Vec<String>,
    /// The programme year that the period ends in (or that goes on today).
    pub year: i32,
    /// What was planned for that year.
    pub plan: Option<f64>,
    /// The records that the plan was read from.
    #[serde(default)]
    pub plan_records: Vec<String>,
    /// What was done from the year's first day to the period's end.
    pub year_done: Option<f64>,
    /// The records counted for it.
    #[serde(default)]
    pub year_records: Vec<String>,
    /// What was done from the programme's first day to the period's end.
    pub cumulative: Option<f64>,
    /// The records counted for it.
    #[serde(default)]
    pub cumulative_records: Vec<String>,
    /// Every year of the programme.
    pub years: Vec<YearFigure>,
    /// Its parts, where groups were asked for.
    pub groups: Vec<GroupFigure>,
}

impl Figure {
    /// Percent of the year's plan.
    pub fn percent_of_plan(&self) -> Option<f64> {
        share(self.year_done, self.plan)
    }

    /// Every record that one of its numbers rests on or leaves out; some come more than once.
    pub fn all_records(&self) -> impl Iterator<Item = &String> {
        let lists = [&self.records, &self.plan_records, &self.year_records, &self.cumulative_records, &self.undetermined, &self.out_of_season];
        let of_years = self.years.iter().flat_map(|year| year.plan_records.iter().chain(&year.records));
        let of_others = self.also.iter().map(|also| &also.records).chain(self.groups.iter().map(|group| &group.records)).flatten();
        lists.into_iter().flatten().chain(of_years).chain(of_others)
    }

    /// Percent of the programme's number, over the programme so far.
    pub fn percent_of_programme(&self, target: &Target) -> Option<f64> {
        share(self.cumulative, target.number)
    }
}

/// `part` in percent of `whole`.
pub fn share(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    part.zip(whole).filter(|(_, whole)| *whole != 0.0).map(|(part, whole)| part / whole * 100.0)
}

pub(super) fn holds(code: Option<&Code>, fact: &Fact<'_>, otherwise: bool) -> bool {
    code.map_or(otherwise, |code| value(code, fact, ROOT_ROW, None).to_boolean())
}

/// What a report is asked for.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The period.
    pub period: &'a Period,
    /// Years that begin after this day have not been.
    pub today: NaiveDate,
    /// The dimension by which figures are parted, by name.
    pub by: Option<&'a str>,
    /// Which of its numbers come with their records.
    pub opens: Opens,
}

/// Which numbers come with the records that they rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opens {
    /// None: what is only looked at.
    Nothing,
    /// Those of the period.
    Period,
    /// Those of years, of plans and of the programme so far too.
    Everything,
}

/// Counts every target over the facts of a period. Facts may come in any order; those of other forms are passed over.
pub fn figures(programme: &Programme, facts: &Facts<'_>, question: Question<'_>) -> Vec<Figure> {
    let counting = Counting::new(programme, facts);
    let figures = (0..programme.targets.len()).flat_map(|at| counting.target(at, &[question]));
    with_parts(programme, figures.collect())
}

/// Beside the figure of a target with parts stands their sum. Takes the figures of all targets, in order.
pub fn with_parts(programme: &Programme, mut figures: Vec<Figure>) -> Vec<Figure> {
    for (at, target) in programme.targets.iter().enumerate().filter(|(_, target)| !target.parts.is_empty()) {
        let value = target.parts.iter().map(|part| figures[*part].done).sum::<Option<f64>>();
        let records: BTreeSet<String> = target.parts.iter().flat_map(|part| figures[*part].records.clone()).collect();
        figures[at].also.push(Also { name: "parts".to_owned(), label: Text::both(crate::locale::say::programme::sum_of_parts), value, records: records.into_iter().collect() });
    }
    figures
}

fn ids(heads: &[Head<'_>]) -> Vec<String> {
    heads.iter().map(|head| head.record.to_owned()).collect()
}

/// Counts targets, each on its own: several threads may share one.
pub struct Counting<'a, 'f> {
    programme: &'a Programme,
    facts: &'a Facts<'f>,
    plans: Plans,
}

/// A target in a period.
#[derive(Clone, Copy)]
struct Place<'a> {
    target: &'a Target,
    question: Question<'a>,
}

impl<'a, 'f> Counting<'a, 'f> {
    /// Of a programme over facts.
    pub fn new(programme: &'a Programme, facts: &'a Facts<'f>) -> Self {
        Self::with_plans(programme, facts, Plans::new(programme, facts))
    }

    /// Where the plans, and the lines for [`Self::figures`], were taken from facts that are gone: groups and factors are read
    /// only from those that are left.
    pub fn with_plans(programme: &'a Programme, facts: &'a Facts<'f>, plans: Plans) -> Self {
        Self { programme, facts, plans }
    }

    /// A target's figures for as many questions as are asked: what they count is read from the records once.
    pub fn target(&self, at: usize, questions: &[Question<'_>]) -> Vec<Figure> {
        let lines: Vec<Lines<'_>> = self.programme.targets[at].readings.iter().map(|reading| lines(self.programme, reading, self.facts)).collect();
        self.figures(at, &lines, questions)
    }
}

impl Counting<'_, '_> {
    /// The same from the lines of each of its readings.
    pub fn figures(&self, at: usize, lines: &[Lines<'_>], questions: &[Question<'_>]) -> Vec<Figure> {
        let target = &self.programme.targets[at];
        questions.iter().map(|question| self.figure(at, Place { target, question: *question }, lines)).collect()
    }

    fn count<'l>(&self, reading: &Reading, lines: &Lines<'l>, period: &Period, today: NaiveDate) -> Count<'l> {
        count(reading, lines, Asked { programme: self.programme, period, today, keep: &|_| true, divide: true })
    }

    fn figure(&self, at: usize, place: Place<'_>, lines: &[Lines<'_>]) -> Figure {
        let Place { target, question: Question { period, today, opens, .. } } = place;
        let (reading, taken) = (&target.readings[0], &lines[0]);
        let counted = self.count(reading, taken, period, today);
        let records = &counted.records;
        let how_many = |test: &dyn Fn(&Head<'_>) -> bool| records.iter().filter(|head| test(head)).count();
        let of_target = |fact: &&Fact<'_>| reading.sources.first().is_some_and(|source| source.form.of == fact.form.of);
        let fact = |head: &Head<'_>| self.facts.get(head.record).filter(of_target);
        let on_reference = |head: &Head<'_>| target.reference_factors.as_ref().is_some_and(|code| fact(head).is_some_and(|fact| holds(Some(code), fact, false)));
        let reference: Vec<Head<'_>> = records.iter().copied().filter(on_reference).collect();
        let versions = target.factor_version.iter().flat_map(|code| records.iter().filter_map(fact).map(|f| value(code, f, ROOT_ROW, None).to_text().to_string()));
        let versions: BTreeSet<String> = versions.filter(|version| !version.is_empty()).collect();
        let year = year_of(self.programme, period.to.min(today.max(period.from))).clamp(self.programme.years.0, self.programme.years.1);
        let ids = |wanted: Opens, records: &[Head<'_>]| if opens >= wanted { ids(records) } else { Vec::new() };
        let (year_done, cumulative) = (self.since(year, place, taken), self.since(self.programme.years.0, place, taken));
        Figure {
            target: at,
            done: counted.value,
            percent: share(counted.value, target.number),
            met: counted.value.zip(target.number).map(|(d, n)| target.op.met(d, n)),
            day: counted.day,
            also: target.readings.iter().zip(lines).skip(1).map(|(reading, lines)| self.also(reading, lines, place)).collect(),
            unapproved: how_many(&|f| !f.approved),
            conflicted: how_many(&|f| f.conflicted),
            overridden: how_many(&|f| f.overridden),
            reference_factors: reference.len(),
            reference_records: self::ids(&reference),
            factor_versions: versions.into_iter().collect(),
            out_of_season: if opens >= Opens::Period { guarded(taken, period).into_iter().collect() } else { Vec::new() },
            year,
            plan: self.plans.of(year, &target.id),
            plan_records: self.plan_records(year, place),
            year_done: year_done.value,
            year_records: ids(Opens::Everything, &year_done.records),
            cumulative: cumulative.value,
            cumulative_records: ids(Opens::Everything, &cumulative.records),
            years: self.years(place, taken),
            groups: self.groups(reading, taken, place.question),
            undetermined: ids(Opens::Period, &counted.undetermined),
            records: ids(Opens::Period, &counted.records),
        }
    }

    fn also(&self, reading: &Reading, lines: &Lines<'_>, place: Place<'_>) -> Also {
        let count = self.count(reading, lines, place.question.period, place.question.today);
        Also { name: reading.name.clone(), label: reading.label.clone(), value: count.value, records: ids(&count.records) }
    }

    /// From a year's first day to the end of the period.
    fn since<'l>(&self, year: i32, place: Place<'_>, lines: &Lines<'l>) -> Count<'l> {
        let Question { period, today, .. } = place.question;
        let Some(from) = self.programme.first_day(year) else { return Count::default() };
        self.count(&place.target.readings[0], lines, &Period { from, to: period.to, label: String::new() }, today)
    }

    /// The record that a year's plan of the target was read from.
    fn plan_records(&self, year: i32, place: Place<'_>) -> Vec<String> {
        let from = self.plans.record_of(year, &place.target.id).filter(|_| place.question.opens == Opens::Everything);
        from.map(str::to_owned).into_iter().collect()
    }

    fn years(&self, place: Place<'_>, lines: &Lines<'_>) -> Vec<YearFigure> {
        let Place { target, question: Question { today, opens, .. } } = place;
        let year = |year: i32| {
            let begun = self.programme.year(year).filter(|period| period.from <= today);
            let count = begun.map(|period| self.count(&target.readings[0], lines, &period, today)).unwrap_or_default();
            let records = if opens == Opens::Everything { ids(&count.records) } else { Vec::new() };
            YearFigure { year, plan: self.plans.of(year, &target.id), done: count.value, plan_records: self.plan_records(year, place), records }
        };
        (self.programme.years.0..=self.programme.years.1).map(year).collect()
    }

    fn groups(&self, reading: &Reading, lines: &Lines<'_>, question: Question<'_>) -> Vec<GroupFigure> {
        let Some(by) = question.by.filter(|_| reading.entries.is_none()) else { return Vec::new() };
        let dimension: Option<&Dimension> = self.programme.dimensions.iter().find(|d| d.name == by);
        if dimension.is_none() && by != YEAR {
            return Vec::new();
        }
        let placed: Vec<BTreeSet<String>> = lines.counted.iter().map(|line| groups_of(self.programme, dimension, reading, line, self.facts)).collect();
        let mut names: BTreeMap<&str, ()> = placed.iter().flatten().map(|name| (name.as_str(), ())).collect();
        names.insert("", ());
        // A figure per commune is not divided again when it is shown by commune.
        let same_list = |list: &Arc<crate::form::list::ChoiceList>| dimension.and_then(|d| d.list.as_ref()).is_some_and(|own| own.name == list.name);
        let divide = !reading.each.as_ref().is_some_and(same_list);
        let placed = &placed;
        let keeps = names.keys().map(|name| move |line: &super::lines::Line<'_>| if name.is_empty() { placed[line.at].is_empty() } else { placed[line.at].contains(*name) });
        let keeps: Vec<_> = keeps.collect();
        let groups: Vec<&dyn Fn(&super::lines::Line<'_>) -> bool> = keeps.iter().map(|keep| keep as &dyn Fn(&super::lines::Line<'_>) -> bool).collect();
        let asked = Asked { programme: self.programme, period: question.period, today: question.today, keep: &|_| true, divide };
        let counts = count_each(reading, lines, asked, &groups);
        let figure = |(name, count): (&&str, Count<'_>)| {
            let label = dimension.map_or_else(|| Text::plain(*name), |dimension| dimension.label_of(name));
            GroupFigure { group: (*name).to_owned(), label, done: count.value, records: ids(&count.records) }
        };
        names.keys().zip(counts).map(figure).filter(|group| !group.records.is_empty()).collect()
    }
}
