//! What the province promised and how it is counted. Pure: facts come in, figures with their lineage go out.

pub mod due;
pub mod figure;
pub mod period;

use crate::form::check_text::{Compiled, compile_text};
use crate::form::expression::Code;
use crate::form::problem::Problem;
use crate::form::{Form, NodeId};
use crate::locale::{Text, say};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

/// A programme: its targets in order.
#[derive(Clone, Debug)]
pub struct Programme {
    /// Its id, which every central file names.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its first and last year.
    pub years: (i32, i32),
    /// Month and day on which each half-year begins; the first belongs to the year before.
    pub half_years: [(u32, u32); 2],
    /// Its targets.
    pub targets: Vec<Target>,
    /// What falls due after what.
    pub follow_ups: Vec<FollowUp>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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
}

impl Comparison {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Exactly => "=",
            Self::Above => ">",
            Self::About => "~",
        }
    }

    /// As people read it before a number; `=` says nothing there.
    pub fn shown(self) -> &'static str {
        match self {
            Self::AtLeast => "≥ ",
            Self::Exactly => "",
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
    /// How many records.
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
}

/// One reading of a target.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its name; empty for the one that counts.
    pub name: String,
    /// How values become a figure.
    pub measure: Measure,
    /// The value of a record.
    pub of: Option<Code>,
    /// Its weight.
    pub weight: Option<Code>,
}

/// Disjoint classes: each thing counted belongs to the first of `order` that any of its records has.
#[derive(Clone, Debug)]
pub struct Class {
    /// The class of a record.
    pub of: Code,
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
    /// The form whose records are counted.
    pub form: Arc<Form>,
    /// Which of them.
    pub filter: Option<Code>,
    /// Only the latest record for each value of this question.
    pub latest_per: Option<NodeId>,
    /// Among these, records for which this is true go before newer ones.
    pub prefer: Option<Code>,
    /// Disjoint classes.
    pub class: Option<Class>,
    /// Whether a record rests on reference factors.
    pub reference_factors: Option<Code>,
    /// Which reading counts, and why.
    pub counted_by: Text,
    /// The reading that counts, then the others.
    pub readings: Vec<Reading>,
}

type Words = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToml {
    programme: String,
    title: Words,
    first_year: i32,
    last_year: i32,
    half_years: [String; 2],
    #[serde(default)]
    target: Vec<TargetToml>,
    #[serde(default)]
    follow_up: Vec<FollowUpToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FollowUpToml {
    from: Spanned<String>,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
    about: Spanned<String>,
    then: Spanned<String>,
    point: Spanned<String>,
    months: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetToml {
    id: String,
    label: Words,
    op: Comparison,
    number: Option<f64>,
    unit: Words,
    #[serde(default)]
    headline: bool,
    from: Spanned<String>,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
    latest_per: Option<Spanned<String>>,
    prefer: Option<Spanned<String>>,
    measure: Measure,
    of: Option<Spanned<String>>,
    weight: Option<Spanned<String>>,
    class: Option<ClassToml>,
    reference_factors: Option<Spanned<String>>,
    #[serde(default)]
    counted_by: Words,
    #[serde(default)]
    also: Vec<ReadingToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingToml {
    name: String,
    measure: Measure,
    of: Option<Spanned<String>>,
    weight: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassToml {
    of: Spanned<String>,
    order: Vec<String>,
    take: String,
}

/// The id of a programme file, even when the rest of it has errors.
pub fn id_of(text: &str) -> String {
    let table = text.parse::<toml::Table>().ok();
    table.and_then(|t| t.get("programme").and_then(|v| v.as_str()).map(str::to_owned)).unwrap_or_default()
}

impl Programme {
    /// Reads a programme file; `forms` gives the forms that it counts.
    ///
    /// # Errors
    /// All problems, with their places.
    pub fn read(text: &str, forms: &dyn Fn(&str) -> Option<Arc<Form>>) -> Result<Self, Vec<Problem>> {
        let file: FileToml = toml::from_str(text).map_err(|e| vec![Problem::error(e.span().unwrap_or(0..0), Text::both(|l| say::form::not_toml(l, e.message())))])?;
        let mut reader = Reader { text, forms, problems: Vec::new() };
        let targets = file.target.into_iter().filter_map(|t| reader.target(t)).collect();
        let follow_ups = file.follow_up.into_iter().filter_map(|f| reader.follow_up(f)).collect();
        let day = |text: &String| text.split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
        let half_years = match (day(&file.half_years[0]), day(&file.half_years[1])) {
            (Some(first), Some(second)) => [first, second],
            _ => {
                reader.problems.push(Problem::error(0..0, Text::both(|l| say::form::wrong_kind(l, "half_years", "[\"12-15\", \"06-15\"]"))));
                [(12, 15), (6, 15)]
            }
        };
        let programme = Self { id: file.programme, title: words(file.title), years: (file.first_year, file.last_year), half_years, targets, follow_ups };
        if reader.problems.is_empty() { Ok(programme) } else { Err(reader.problems) }
    }
}

fn words(mut words: Words) -> Text {
    Text::pair(words.remove("vi").unwrap_or_default(), words.remove("en").unwrap_or_default())
}

struct Reader<'a> {
    text: &'a str,
    forms: &'a dyn Fn(&str) -> Option<Arc<Form>>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn code(&mut self, form: &Form, source: Option<&Spanned<String>>) -> Option<Code> {
        let source = source?;
        let span = source.span();
        let raw = self.text.get(span.clone()).unwrap_or("");
        let inside = raw.find(source.get_ref().as_str()).map_or(span.start, |at| span.start + at);
        match compile_text(source.get_ref(), form) {
            Compiled::Code(code) => Some(code),
            Compiled::Problem { what, near, start, end } => {
                self.problems.push(Problem::error(inside + start..inside + end, what).near(near));
                None
            }
        }
    }

    fn form(&mut self, name: &Spanned<String>) -> Option<Arc<Form>> {
        let form = (self.forms)(name.get_ref());
        if form.is_none() {
            self.problems.push(Problem::error(name.span(), Text::both(|l| say::failure::no_form(l, name.get_ref()))));
        }
        form
    }

    fn question(&mut self, form: &Form, name: &Spanned<String>) -> Option<NodeId> {
        let found = form.find(name.get_ref());
        if found.is_none() {
            let near = crate::form::expression::compile::nearest(name.get_ref(), form.names.keys().map(String::as_str));
            self.problems.push(Problem::error(name.span(), Text::both(|l| say::form::unknown_question(l, name.get_ref()))).near(near));
        }
        found
    }

    fn follow_up(&mut self, follow_up: FollowUpToml) -> Option<FollowUp> {
        let from = self.form(&follow_up.from)?;
        let then = self.form(&follow_up.then)?;
        let about = self.question(&from, &follow_up.about)?;
        let point = self.question(&then, &follow_up.point)?;
        Some(FollowUp { filter: self.code(&from, follow_up.filter.as_ref()), from, about, then, point, months: follow_up.months })
    }

    fn target(&mut self, target: TargetToml) -> Option<Target> {
        let form = self.form(&target.from)?;
        let latest_per = target.latest_per.as_ref().and_then(|name| self.question(&form, name));
        let counting = ReadingToml { name: String::new(), measure: target.measure, of: target.of, weight: target.weight };
        let readings = std::iter::once(counting)
            .chain(target.also)
            .map(|r| Reading { measure: r.measure, of: self.code(&form, r.of.as_ref()), weight: self.code(&form, r.weight.as_ref()), name: r.name })
            .collect();
        let class = target.class.and_then(|class| self.code(&form, Some(&class.of)).map(|of| Class { of, order: class.order, take: class.take }));
        Some(Target {
            id: target.id,
            label: words(target.label),
            op: target.op,
            number: target.number,
            unit: words(target.unit),
            headline: target.headline,
            filter: self.code(&form, target.filter.as_ref()),
            latest_per,
            prefer: self.code(&form, target.prefer.as_ref()),
            class,
            reference_factors: self.code(&form, target.reference_factors.as_ref()),
            counted_by: words(target.counted_by),
            readings,
            form,
        })
    }
}
