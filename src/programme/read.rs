//! A programme file → [`Programme`], or all its problems with their places.

use super::group::{Dimension, Key, Value};
use super::plan::PlanSource;
use super::shape::{DimensionToml, FileToml, FollowUpToml, Name, PlanToml, ReadingToml, TargetToml, Words};
use super::{Class, FollowUp, Measure, Programme, Reading, Source, Target};
use crate::form::check_text::{Compiled, compile_text_at};
use crate::form::expression::Code;
use crate::form::expression::compile::nearest;
use crate::form::list::ChoiceList;
use crate::form::problem::Problem;
use crate::form::{Form, NodeId, ScopeId};
use crate::locale::{Text, say};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// The id of a programme file, even when the rest of it has errors.
pub fn id_of(text: &str) -> String {
    let table = text.parse::<toml::Table>().ok();
    table.and_then(|t| t.get("programme").and_then(|v| v.as_str()).map(str::to_owned)).unwrap_or_default()
}

/// Where a programme file's forms and lists come from.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    /// A form by id.
    pub form: &'a dyn Fn(&str) -> Option<Arc<Form>>,
    /// A list by name (`lists/communes.csv`).
    pub list: &'a dyn Fn(&str) -> Option<ChoiceList>,
}

impl Programme {
    /// Reads a programme file with the forms and lists that it counts.
    ///
    /// # Errors
    /// All problems, with their places.
    pub fn read(text: &str, library: Library<'_>) -> Result<Self, Vec<Problem>> {
        let (file, problems) = FileToml::read(text);
        let mut reader = Reader { text, library, problems };
        let head = file.head.as_ref();
        let years = head.map(|head| reader.years(&head.first_year, &head.last_year)).unwrap_or_default();
        let half_years = head.map(|head| reader.half_years(&head.half_years)).unwrap_or_default();
        let parts: Vec<(Name, Vec<Name>)> = file.target.iter().map(|(id, t)| (id.clone(), t.as_ref().map(|t| t.parts.clone()).unwrap_or_default())).collect();
        let read: Vec<Option<Target>> = file.target.into_iter().map(|(_, t)| reader.target(t?)).collect();
        let parts = reader.parts(&parts);
        let targets = read.into_iter().zip(parts).filter_map(|(target, parts)| Some(Target { parts, ..target? })).collect();
        let (id, title, plan) = file.head.map(|head| (head.programme, words(head.title), head.plan)).unwrap_or_default();
        let programme = Self {
            id,
            title,
            years,
            half_years,
            targets,
            follow_ups: file.follow_up.into_iter().filter_map(|f| reader.follow_up(f)).collect(),
            plan: plan.and_then(|plan| reader.plan(plan)),
            dimensions: file.by.into_iter().map(|by| reader.dimension(by)).collect(),
            tables: file.table.into_iter().filter_map(|table| reader.table(table)).collect(),
        };
        // What other readings take from their target is told once.
        let mut problems: Vec<Problem> = Vec::new();
        for problem in reader.problems {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        if problems.is_empty() { Ok(programme) } else { Err(problems) }
    }
}

pub(super) fn words(mut words: Words) -> Text {
    Text::pair(words.remove("vi").unwrap_or_default(), words.remove("en").unwrap_or_default())
}

pub(super) struct Reader<'a> {
    text: &'a str,
    library: Library<'a>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn wrong(&mut self, place: Range<usize>, what: impl Fn(crate::locale::Lang) -> String) {
        self.problems.push(Problem::error(place, Text::both(what)));
    }

    /// The same of a name that is not known, with the nearest one that is.
    pub(super) fn wrong_name(&mut self, place: Range<usize>, near: Option<String>, what: impl Fn(crate::locale::Lang) -> String) {
        self.problems.push(Problem::error(place, Text::both(what)).near(near));
    }

    /// The years of the programme: the first not after the last, and both such as people write.
    fn years(&mut self, first: &Spanned<i32>, last: &Spanned<i32>) -> (i32, i32) {
        let (from, to) = (*first.get_ref(), *last.get_ref());
        if !(1900..=9000).contains(&from) || from > to || to > from + 100 {
            self.wrong(last.span(), |l| say::programme::bad_years(l, from, to));
        }
        (from, to)
    }

    /// Month and day on which each half-year begins: days that every year has, half a year and the rest of it apart.
    fn half_years(&mut self, halves: &Spanned<Vec<Name>>) -> [(u32, u32); 2] {
        const DEFAULT: [(u32, u32); 2] = [(12, 15), (6, 15)];
        let day = |name: &Name| {
            let (month, day) = name.get_ref().split_once('-')?;
            let (month, day) = (month.parse().ok()?, day.parse().ok()?);
            // 2027 has no 29 February: a half-year must begin in every year.
            NaiveDate::from_ymd_opt(2027, month, day).map(|_| (month, day))
        };
        let [first, second] = halves.get_ref().as_slice() else {
            self.wrong(halves.span(), |l| say::form::wrong_kind(l, "half_years", "[\"12-15\", \"06-15\"]"));
            return DEFAULT;
        };
        for half in [first, second].into_iter().filter(|half| day(half).is_none()) {
            self.wrong(half.span(), |l| say::programme::bad_half_year(l, half.get_ref()));
        }
        let (Some(from), Some(middle)) = (day(first), day(second)) else { return DEFAULT };
        if from == middle {
            self.wrong(second.span(), say::programme::same_half_years);
        }
        [from, middle]
    }

    /// An expression of a form, read at its top or at a question inside a repeat.
    pub(super) fn code(&mut self, form: &Form, holder: Option<NodeId>, source: Option<&Name>) -> Option<Code> {
        let source = source?;
        let span = source.span();
        let raw = self.text.get(span.clone()).unwrap_or("");
        let inside = raw.find(source.get_ref().as_str()).map_or(span.start, |at| span.start + at);
        match compile_text_at(source.get_ref(), form, holder) {
            Compiled::Code(code) => Some(code),
            Compiled::Problem { what, near, start, end } => {
                self.problems.push(Problem::error(inside + start..inside + end, what).near(near));
                None
            }
        }
    }

    pub(super) fn form(&mut self, name: &Name) -> Option<Arc<Form>> {
        let form = (self.library.form)(name.get_ref());
        if form.is_none() {
            self.wrong(name.span(), |l| say::failure::no_form(l, name.get_ref()));
        }
        form
    }

    pub(super) fn list(&mut self, name: Option<&Name>) -> Option<Arc<ChoiceList>> {
        let name = name.filter(|name| !name.get_ref().is_empty())?;
        let list = (self.library.list)(name.get_ref()).map(Arc::new);
        if list.is_none() {
            self.wrong(name.span(), |l| say::programme::no_list(l, name.get_ref()));
        }
        list
    }

    pub(super) fn question(&mut self, form: &Form, name: &Name) -> Option<NodeId> {
        let found = form.find(name.get_ref());
        if found.is_none() {
            let near = nearest(name.get_ref(), form.names.keys().map(String::as_str));
            self.problems.push(Problem::error(name.span(), Text::both(|l| say::form::unknown_question(l, name.get_ref()))).near(near));
        }
        found
    }

    /// A repeat by name: its scope and its first question.
    pub(super) fn rows(&mut self, form: &Form, name: Option<&Name>) -> Option<(ScopeId, NodeId)> {
        let name = name?;
        let repeat = self.question(form, name)?;
        let scope = (0u16..).zip(&form.scopes).find(|(_, scope)| scope.repeat == Some(repeat));
        let found = scope.and_then(|(at, scope)| Some((ScopeId(at), *scope.nodes.first()?)));
        if found.is_none() {
            self.wrong(name.span(), |l| say::programme::no_repeat(l, name.get_ref()));
        }
        found
    }

    fn column(&mut self, list: &ChoiceList, name: &Name) -> Option<usize> {
        let found = list.columns.iter().position(|column| column == name.get_ref());
        if found.is_none() {
            self.wrong(name.span(), |l| say::programme::no_column(l, &list.name, name.get_ref()));
        }
        found
    }

    /// A value of a form, or of the form that the question `via` refers to.
    pub(super) fn value(&mut self, form: &Arc<Form>, holder: Option<NodeId>, via: Option<&Name>, of: &Name) -> Option<Value> {
        let plain = of.get_ref().strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains(['{', '}']));
        let Some(via) = via else {
            let code = self.code(form, holder, Some(of))?;
            return Some(Value { via: None, code, holder, question: plain.and_then(|name| form.find(name)) });
        };
        let question = self.question(form, via)?;
        let Some(other) = form.node(question).to.clone().and_then(|to| (self.library.form)(&to)) else {
            self.wrong(via.span(), |l| say::programme::no_reference(l, via.get_ref()));
            return None;
        };
        let code = self.code(&other, None, Some(of))?;
        let named = plain.and_then(|name| other.find(name));
        Some(Value { via: Some((question, other)), code, holder: None, question: named })
    }

    fn follow_up(&mut self, follow_up: FollowUpToml) -> Option<FollowUp> {
        let from = self.form(&follow_up.from);
        let then = self.form(&follow_up.then);
        let (from, then) = (from?, then?);
        let about = self.question(&from, &follow_up.about);
        let point = self.question(&then, &follow_up.point);
        let filter = self.code(&from, None, follow_up.filter.as_ref());
        Some(FollowUp { filter, from, about: about?, then, point: point?, months: follow_up.months })
    }

    fn plan(&mut self, plan: PlanToml) -> Option<PlanSource> {
        let form = self.form(&plan.from)?;
        let rows = self.rows(&form, Some(&plan.rows));
        let (target, number) = (self.question(&form, &plan.target), self.question(&form, &plan.number));
        let (filter, by_year) = (self.code(&form, None, plan.filter.as_ref()), self.code(&form, None, Some(&plan.year)));
        let source = Source { rows: Some(rows?), filter, by_year, ..Source::new(form) };
        Some(PlanSource { source, target: target?, number: number? })
    }

    fn dimension(&mut self, by: DimensionToml) -> Dimension {
        let list = self.list(by.list.as_ref());
        let holds = by.holds.as_ref().zip(list.clone()).and_then(|(name, list)| self.column(&list, name));
        let mut keys = Vec::new();
        for key in &by.key {
            for from in &key.from {
                let Some(form) = self.form(from) else { continue };
                let rows = self.rows(&form, key.rows.as_ref());
                let of = self.value(&form, rows.map(|(_, holder)| holder), key.via.as_ref(), &key.of);
                keys.extend(of.map(|of| Key { form, rows: rows.map(|(scope, _)| scope), of, own: key.own }));
            }
        }
        Dimension { name: by.name.into_inner(), label: words(by.label), list, holds, keys }
    }

    fn target(&mut self, mut target: TargetToml) -> Option<Target> {
        let counting = target.counting();
        if target.from.is_none() {
            self.wrong(target.id.span(), |l| say::programme::no_form_of_target(l, target.id.get_ref()));
        }
        let also: Vec<ReadingToml> = std::mem::take(&mut target.also);
        let own = self.reading(&counting);
        let mut readings = Vec::from_iter(own);
        readings.extend(also.into_iter().filter_map(|reading| self.reading(&reading.after(&counting))));
        let form = readings.first()?.sources.first()?.form.clone();
        Some(Target {
            id: target.id.into_inner(),
            label: words(target.label),
            op: target.op,
            number: target.number,
            unit: words(target.unit),
            headline: target.headline,
            counted_by: words(target.counted_by),
            readings,
            parts: Vec::new(),
            reference_factors: self.code(&form, None, target.reference_factors.as_ref()),
            factor_version: self.code(&form, None, target.factor_version.as_ref()),
        })
    }

    fn reading(&mut self, reading: &ReadingToml) -> Option<Reading> {
        let from = reading.from.as_ref()?;
        let sources: Vec<Option<Source>> = std::iter::once(from).chain(&reading.and_from).map(|name| self.source(name, reading)).collect();
        let each = self.list(reading.each.as_ref());
        if let Some(per) = reading.per.as_ref().filter(|per| !matches!(per.get_ref().as_str(), "year" | "")) {
            self.wrong(per.span(), |l| say::form::wrong_kind(l, "per", "\"year\""));
        }
        self.needs(from, reading);
        let entries = if reading.measure == Measure::Entries { self.entries(from, reading) } else { None };
        Some(Reading {
            name: reading.name.clone(),
            label: words(reading.label.clone()),
            measure: reading.measure,
            sources: sources.into_iter().collect::<Option<_>>()?,
            per_year: reading.per.as_ref().is_some_and(|per| per.get_ref() == "year"),
            each,
            entries,
            class: reading.class.as_ref().map(|class| Class { order: class.order.clone(), take: class.take.get_ref().clone() }),
        })
    }

    /// What a measure cannot do without.
    fn needs(&mut self, from: &Name, reading: &ReadingToml) {
        use Measure::{CountDistinct, GrowthOfSums, Latest, Max, Mean, Min, RatioOfSums, Share, Sum, WeightedMean};
        let weighted = matches!(reading.measure, WeightedMean | RatioOfSums | GrowthOfSums);
        let valued = weighted || matches!(reading.measure, CountDistinct | Sum | Mean | Share | Min | Max | Latest);
        if valued && reading.of.is_none() {
            self.wrong(from.span(), |l| say::programme::measure_needs(l, "of"));
        }
        if weighted && reading.weight.is_none() {
            self.wrong(from.span(), |l| say::programme::measure_needs(l, "weight"));
        }
        if let Some(class) = reading.class.as_ref().filter(|class| !class.order.contains(class.take.get_ref())) {
            let near = nearest(class.take.get_ref(), class.order.iter().map(String::as_str));
            self.wrong_name(class.take.span(), near, |l| say::programme::no_class(l, class.take.get_ref()));
        }
    }

    fn entries(&mut self, from: &Name, reading: &ReadingToml) -> Option<(Arc<ChoiceList>, String)> {
        let (Some(_), Some(years)) = (&reading.list, &reading.years) else {
            self.wrong(from.span(), say::programme::no_entries);
            return None;
        };
        let list = self.list(reading.list.as_ref())?;
        self.column(&list, years)?;
        Some((list, years.get_ref().clone()))
    }

    fn source(&mut self, from: &Name, reading: &ReadingToml) -> Option<Source> {
        let form = self.form(from)?;
        let rows = self.rows(&form, reading.rows.as_ref());
        let holder = rows.map(|(_, holder)| holder);
        Some(Source {
            rows,
            filter: self.code(&form, holder, reading.filter.as_ref()),
            guard: self.code(&form, holder, reading.guard.as_ref()),
            latest_per: reading.latest_per.as_ref().and_then(|name| self.question(&form, name)),
            prefer: self.code(&form, holder, reading.prefer.as_ref()),
            by_year: self.code(&form, None, reading.by_year.as_ref()),
            of: self.code(&form, holder, reading.of.as_ref()),
            weight: self.code(&form, holder, reading.weight.as_ref()),
            class: self.code(&form, holder, reading.class.as_ref().map(|class| &class.of)),
            form,
        })
    }

    /// The targets that add up to others, as places; a target may not be a part of itself, however far around.
    fn parts(&mut self, parts: &[(Name, Vec<Name>)]) -> Vec<Vec<usize>> {
        let at = |id: &str| parts.iter().position(|(other, _)| other.get_ref() == id);
        for (place, (id, _)) in parts.iter().enumerate() {
            if at(id.get_ref()) != Some(place) {
                self.wrong(id.span(), |l| say::programme::target_twice(l, id.get_ref()));
            }
        }
        let mut found = Vec::new();
        for (_, names) in parts {
            let mut own = Vec::new();
            for name in names {
                match at(name.get_ref()) {
                    Some(place) => own.push(place),
                    None => {
                        let near = nearest(name.get_ref(), parts.iter().map(|(id, _)| id.get_ref().as_str()));
                        self.problems.push(Problem::error(name.span(), Text::both(|l| say::programme::no_target(l, name.get_ref()))).near(near));
                    }
                }
            }
            found.push(own);
        }
        self.circles(parts, &found);
        found
    }

    fn circles(&mut self, parts: &[(Name, Vec<Name>)], edges: &[Vec<usize>]) {
        for start in 0..edges.len() {
            // Breadth first, so that the shortest way around is told.
            let mut from: BTreeMap<usize, usize> = BTreeMap::new();
            let mut front = vec![start];
            while let Some(here) = front.pop() {
                for next in &edges[here] {
                    if from.insert(*next, here).is_none() {
                        front.insert(0, *next);
                    }
                }
            }
            let Some(mut back) = from.get(&start).copied() else { continue };
            let mut way = vec![start];
            let mut seen = BTreeSet::new();
            while back != start && seen.insert(back) {
                way.push(back);
                back = from[&back];
            }
            // Told once, at the first target of the circle.
            if way.iter().min() == Some(&start) {
                way.push(start);
                let names: Vec<&str> = way.iter().rev().map(|at| parts[*at].0.get_ref().as_str()).collect();
                self.wrong(parts[start].0.span(), |l| say::programme::target_circle(l, names.join(" → ")));
            }
        }
    }
}

impl Source {
    /// All records of a form.
    pub fn new(form: Arc<Form>) -> Self {
        Self { form, rows: None, filter: None, guard: None, latest_per: None, prefer: None, by_year: None, of: None, weight: None, class: None }
    }
}
