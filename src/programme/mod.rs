//! What the province promised and how it is counted. Pure: facts come in, figures with their lineage go out.
//!
//! A programme file ([`read`]) names targets, each with the reading that counts and others beside it; a reading takes
//! [`lines`] from records, and [`measure`] makes them one number. [`figure`] puts a target's numbers together, [`group`]
//! parts them, [`table`] lays records out for the report.

pub mod due;
pub mod figure;
pub mod group;
pub mod lines;
pub mod measure;
pub mod period;
pub mod plan;
pub mod read;
mod read_table;
pub mod reads;
mod shape;
pub mod table;

use crate::form::expression::Code;
use crate::form::list::ChoiceList;
use crate::form::{Form, NodeId, ScopeId};
use crate::locale::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

pub use read::id_of;

/// A programme: its targets in order.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    /// Its id, which every central file names.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its first and last year.
    pub years: (i32, i32),
    /// Month and day on which each half-year begins; the first may belong to the year before.
    pub half_years: [(u32, u32); 2],
    /// Its targets.
    pub targets: Vec<Target>,
    /// What falls due after what.
    pub follow_ups: Vec<FollowUp>,
    /// How plans of years are read.
    pub plan: Option<plan::PlanSource>,
    /// How records are placed in groups.
    pub dimensions: Vec<group::Dimension>,
    /// Its report tables beside the targets.
    pub tables: Vec<table::TableRule>,
}

impl Programme {
    /// Only what is seen at a glance: the headline targets as they count, their plans, and what falls due. Far fewer answers
    /// have to be read for it.
    #[must_use]
    pub fn at_a_glance(&self) -> Self {
        let as_it_counts = |target: &Target| Target {
            readings: target.readings.iter().take(1).cloned().collect(),
            parts: Vec::new(),
            reference_factors: None,
            factor_version: None,
            ..target.clone()
        };
        let targets = self.targets.iter().filter(|target| target.headline).map(as_it_counts).collect();
        Self { targets, dimensions: Vec::new(), tables: Vec::new(), ..self.clone() }
    }

    /// The forms whose records are needed: those counted, listed or referred to.
    pub fn forms(&self) -> Vec<&Arc<Form>> {
        let of_targets = self.targets.iter().flat_map(|t| &t.readings).flat_map(|r| &r.sources).map(|s| &s.form);
        let of_plan = self.plan.iter().map(|p| &p.source.form);
        let of_dimensions = self.dimensions.iter().flat_map(|d| &d.keys).flat_map(|k| std::iter::once(&k.form).chain(k.of.via.iter().map(|(_, form)| form)));
        let of_tables = self.tables.iter().flat_map(table::TableRule::forms);
        let of_dues = self.follow_ups.iter().flat_map(|f| [&f.from, &f.then]);
        let mut seen = BTreeSet::new();
        let all = of_targets.chain(of_plan).chain(of_dimensions).chain(of_tables).chain(of_dues);
        all.filter(|form| seen.insert(form.id.clone())).collect()
    }
}

/// A record that falls due some months after another.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// The form of the event.
    pub from: Arc<Form>,
    /// Which of its records.
    pub filter: Option<Code>,
    /// What the event is about.
    pub about: NodeId,
    /// The form that falls due.
    pub then: Arc<Form>,
    /// Its answer that holds the number of months.
    pub point: NodeId,
    /// After how many months.
    pub months: Vec<u32>,
}

/// How a target is compared with what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// Met when done ≥ number.
    #[serde(rename = ">=")]
    AtLeast,
    /// Met when done ≥ number: what was promised was at least carried out.
    #[serde(rename = "=")]
    Exactly,
    /// Met when done > number, strictly.
    #[serde(rename = ">")]
    Above,
    /// About.
    #[serde(rename = "~")]
    About,
    /// The programme does not say.
    #[default]
    #[serde(rename = "")]
    Open,
}

impl Comparison {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Exactly => "=",
            Self::Above => ">",
            Self::About => "~",
            Self::Open => "",
        }
    }

    /// As people read it before a number; `=` says nothing there.
    pub fn shown(self) -> &'static str {
        match self {
            Self::AtLeast => "≥ ",
            Self::Exactly | Self::Open => "",
            Self::Above => "> ",
            Self::About => "~ ",
        }
    }

    /// Whether `done` meets `number`.
    pub fn met(self, done: f64, number: f64) -> bool {
        if self == Self::Above { done > number } else { done >= number }
    }
}

/// How values become one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many records (or rows).
    Count,
    /// How many different values.
    CountDistinct,
    /// Their sum.
    Sum,
    /// Their simple mean.
    Mean,
    /// Their mean, weighted.
    WeightedMean,
    /// Σ of / Σ weight.
    RatioOfSums,
    /// (Σ of / Σ weight − 1) × 100.
    GrowthOfSums,
    /// Percent of the records in which it is determined for which it is true.
    Share,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The value of the newest record.
    Latest,
    /// 1 when there is a record (whose `of`, in the newest, is true), else 0; with the newest day.
    Status,
    /// How many choices of `list` name the year in their column `years`.
    Entries,
}

/// Records of a form, or rows of one of its repeats, and what is read from each.
#[derive(Clone, Debug)]
pub struct Source {
    /// The form.
    pub form: Arc<Form>,
    /// The repeat whose rows are taken: its scope, and a question in it from which expressions are read.
    pub rows: Option<(ScopeId, NodeId)>,
    /// Which of them.
    pub filter: Option<Code>,
    /// Those for which this is false are not counted, but listed: figures before and after that cover different seasons.
    pub guard: Option<Code>,
    /// Only the latest record for each value of this question.
    pub latest_per: Option<NodeId>,
    /// Among these, records for which this is true go before newer ones.
    pub prefer: Option<Code>,
    /// The year that a record speaks of, where that is not the year of its date.
    pub by_year: Option<Code>,
    /// The value.
    pub of: Option<Code>,
    /// Its weight.
    pub weight: Option<Code>,
    /// Its class.
    pub class: Option<Code>,
}

/// One reading of a target.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its name; empty for the one that counts.
    pub name: String,
    /// Its name for people; may be empty.
    pub label: Text,
    /// How values become a figure.
    pub measure: Measure,
    /// What is counted.
    pub sources: Vec<Source>,
    /// Whether each year is counted on its own; the figure is then their mean.
    pub per_year: bool,
    /// The list over whose choices the figure is divided.
    pub each: Option<Arc<ChoiceList>>,
    /// For [`Measure::Entries`]: the list, and the column that names years.
    pub entries: Option<(Arc<ChoiceList>, String)>,
    /// Disjoint classes.
    pub class: Option<Class>,
}

/// Disjoint classes: each thing counted belongs to the first of `order` that any of its records has.
#[derive(Clone, Debug)]
pub struct Class {
    /// Which goes first.
    pub order: Vec<String>,
    /// The one that is counted.
    pub take: String,
}

/// A target.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// What was promised.
    pub label: Text,
    /// How it is compared.
    pub op: Comparison,
    /// How much; `None` where the programme gives no number.
    pub number: Option<f64>,
    /// Of what.
    pub unit: Text,
    /// Whether it stands on the first screen.
    pub headline: bool,
    /// Which reading counts, and why.
    pub counted_by: Text,
    /// The reading that counts, then the others.
    pub readings: Vec<Reading>,
    /// Targets whose figures add up to this one.
    pub parts: Vec<usize>,
    /// Whether a record rests on reference factors.
    pub reference_factors: Option<Code>,
    /// The version of the factors that a record was reckoned with.
    pub factor_version: Option<Code>,
}
