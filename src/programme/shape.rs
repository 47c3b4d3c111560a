//! The shape of a programme file, before anything in it is looked up.

use super::table::ColumnKind;
use super::{Comparison, Measure};
use crate::form::problem::Problem;
use crate::locale::{Text, say};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

/// A text in the languages of the screens.
pub(super) type Words = BTreeMap<String, String>;

/// A text with its place.
pub(super) type Name = Spanned<String>;

/// What stands once in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadToml {
    pub programme: String,
    pub title: Words,
    pub first_year: Spanned<i32>,
    pub last_year: Spanned<i32>,
    pub half_years: Spanned<Vec<Name>>,
    pub plan: Option<PlanToml>,
}

/// A file as far as it can be read: a part of a wrong shape does not hide what is wrong with the others.
pub(super) struct FileToml {
    pub head: Option<HeadToml>,
    /// With their ids, which others may name even where the rest is wrong.
    pub target: Vec<(Name, Option<TargetToml>)>,
    pub follow_up: Vec<FollowUpToml>,
    pub by: Vec<DimensionToml>,
    pub table: Vec<TableToml>,
}

impl FileToml {
    /// Reads a file and what is wrong with the shape of its parts.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut problems: Vec<Problem> = errors.iter().map(told).collect();
        let span = table.span();
        let mut table = table.into_inner();
        let mut take = |key: &str| match table.remove(key).map(Spanned::into_inner) {
            Some(DeValue::Array(items)) => items.into_iter().collect(),
            Some(_) => {
                problems.push(Problem::error(0..0, Text::both(|l| say::form::wrong_kind(l, key, format!("[[{key}]]")))));
                Vec::new()
            }
            None => Vec::new(),
        };
        let (targets, follow_ups, dimensions, tables) = (take("target"), take("follow_up"), take("by"), take("table"));
        // A line that is no TOML may have been any part of the file: what then seems missing is not told.
        let mut of_head = Vec::new();
        let head = keep(Spanned::new(span, DeValue::Table(table)), &mut of_head);
        if problems.is_empty() {
            problems = of_head;
        }
        let named = |item: &Spanned<DeValue<'_>>| item.get_ref().as_table().and_then(|t| t.get("id")).and_then(|id| Some(Name::new(id.span(), id.get_ref().as_str()?.to_owned())));
        let target = targets.into_iter().filter_map(|item| {
            let name = named(&item);
            let read = keep(item, &mut problems);
            Some((name?, read))
        });
        let target = target.collect();
        let mut each = Vec::new();
        let file = Self { head, target, follow_up: all(follow_ups, &mut each), by: all(dimensions, &mut each), table: all(tables, &mut each) };
        problems.extend(each);
        (file, problems)
    }
}

fn told(error: &Error) -> Problem {
    Problem::error(error.span().unwrap_or(0..0), Text::both(|l| say::form::not_toml(l, error.message())))
}

fn keep<T: DeserializeOwned>(value: Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<T> {
    T::deserialize(ValueDeserializer::from(value)).map_err(|error| problems.push(told(&error))).ok()
}

fn all<T: DeserializeOwned>(values: Vec<Spanned<DeValue<'_>>>, problems: &mut Vec<Problem>) -> Vec<T> {
    values.into_iter().filter_map(|value| keep(value, problems)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUpToml {
    pub from: Name,
    #[serde(rename = "where")]
    pub filter: Option<Name>,
    pub about: Name,
    pub then: Name,
    pub point: Name,
    pub months: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanToml {
    pub from: Name,
    #[serde(rename = "where")]
    pub filter: Option<Name>,
    pub year: Name,
    pub rows: Name,
    pub target: Name,
    pub number: Name,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DimensionToml {
    pub name: Name,
    pub label: Words,
    pub list: Option<Name>,
    pub holds: Option<Name>,
    #[serde(default)]
    pub key: Vec<KeyToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyToml {
    pub from: Vec<Name>,
    pub rows: Option<Name>,
    pub via: Option<Name>,
    pub of: Name,
    #[serde(default)]
    pub own: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetToml {
    pub id: Name,
    pub label: Words,
    #[serde(default)]
    pub op: Comparison,
    pub number: Option<f64>,
    pub unit: Words,
    #[serde(default)]
    pub headline: bool,
    pub from: Option<Name>,
    #[serde(default)]
    pub and_from: Vec<Name>,
    #[serde(rename = "where")]
    pub filter: Option<Name>,
    pub rows: Option<Name>,
    pub latest_per: Option<Name>,
    pub prefer: Option<Name>,
    pub guard: Option<Name>,
    pub by_year: Option<Name>,
    pub per: Option<Name>,
    pub each: Option<Name>,
    pub list: Option<Name>,
    pub years: Option<Name>,
    pub measure: Measure,
    pub of: Option<Name>,
    pub weight: Option<Name>,
    pub class: Option<ClassToml>,
    pub reference_factors: Option<Name>,
    pub factor_version: Option<Name>,
    #[serde(default)]
    pub parts: Vec<Name>,
    #[serde(default)]
    pub counted_by: Words,
    #[serde(default)]
    pub also: Vec<ReadingToml>,
}

/// Another reading takes what it does not say from its target, unless it counts another form.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadingToml {
    pub name: String,
    #[serde(default)]
    pub label: Words,
    pub from: Option<Name>,
    #[serde(default)]
    pub and_from: Vec<Name>,
    #[serde(rename = "where")]
    pub filter: Option<Name>,
    pub rows: Option<Name>,
    pub latest_per: Option<Name>,
    pub prefer: Option<Name>,
    pub guard: Option<Name>,
    pub by_year: Option<Name>,
    pub per: Option<Name>,
    pub each: Option<Name>,
    pub list: Option<Name>,
    pub years: Option<Name>,
    pub measure: Measure,
    pub of: Option<Name>,
    pub weight: Option<Name>,
    pub class: Option<ClassToml>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassToml {
    pub of: Name,
    pub order: Vec<String>,
    pub take: Name,
}

impl TargetToml {
    /// The reading that counts.
    pub fn counting(&mut self) -> ReadingToml {
        ReadingToml {
            name: String::new(),
            label: Words::new(),
            from: self.from.clone(),
            and_from: std::mem::take(&mut self.and_from),
            filter: self.filter.take(),
            rows: self.rows.take(),
            latest_per: self.latest_per.take(),
            prefer: self.prefer.take(),
            guard: self.guard.take(),
            by_year: self.by_year.take(),
            per: self.per.take(),
            each: self.each.take(),
            list: self.list.take(),
            years: self.years.take(),
            measure: self.measure,
            of: self.of.take(),
            weight: self.weight.take(),
            class: self.class.take(),
        }
    }
}

impl ReadingToml {
    /// With what it leaves to its target.
    pub fn after(self, target: &Self) -> Self {
        if self.from.is_some() {
            return self;
        }
        Self {
            from: target.from.clone(),
            and_from: target.and_from.clone(),
            filter: self.filter.or_else(|| target.filter.clone()),
            rows: self.rows.or_else(|| target.rows.clone()),
            latest_per: self.latest_per.or_else(|| target.latest_per.clone()),
            prefer: self.prefer.or_else(|| target.prefer.clone()),
            guard: self.guard.or_else(|| target.guard.clone()),
            by_year: self.by_year.or_else(|| target.by_year.clone()),
            per: self.per.or_else(|| target.per.clone()),
            each: self.each.or_else(|| target.each.clone()),
            class: self.class.or_else(|| target.class.clone()),
            ..self
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableToml {
    pub id: Name,
    pub title: Words,
    pub from: Option<Name>,
    #[serde(rename = "where")]
    pub filter: Option<Name>,
    pub rows: Option<Name>,
    pub by_year: Option<Name>,
    #[serde(default)]
    pub key: Vec<TableKeyToml>,
    pub column: Vec<ColumnToml>,
    #[serde(default)]
    pub part: Vec<PartToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableKeyToml {
    pub name: String,
    pub label: Words,
    pub list: Option<Name>,
    #[serde(default)]
    pub all: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnToml {
    pub name: Name,
    pub label: Words,
    #[serde(default)]
    pub kind: ColumnKind,
    pub via: Option<Name>,
    pub of: Option<Name>,
    pub share: Option<[Name; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartToml {
    pub from: Name,
    #[serde(rename = "where")]
    pub filter: Option<Name>,
    pub rows: Option<Name>,
    pub latest_per: Option<Name>,
    pub by_year: Option<Name>,
    pub key: Vec<Name>,
    #[serde(default)]
    pub sum: BTreeMap<Name, Name>,
    #[serde(default)]
    pub latest: BTreeMap<Name, Name>,
}
