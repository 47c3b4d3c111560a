//! Report tables: records or rows one by one, or sums by keys. What stands in them is data in the programme file.

use super::figure::{Fact, Figure, share};
use super::group::Value;
use super::lines::{Facts, day_of, number, rows, value};
use super::period::Period;
use super::{Programme, Source};
use crate::form::expression::{Code, Datum};
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::list::ChoiceList;
use crate::form::{Form, NodeId};
use crate::locale::{Text, say};
use crate::value::ValueType;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Text, a date or a choice.
    #[default]
    Text,
    /// A number; summed in the last line.
    Number,
    /// Đồng; summed in the last line.
    Money,
    /// Percent; not summed.
    Percent,
}

/// A table of the programme file.
#[derive(Clone, Debug)]
pub struct TableRule {
    /// `B2`.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its columns, those of keys first.
    pub columns: Vec<Column>,
    /// What fills it.
    pub body: Body,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name in JSON.
    pub name: String,
    /// Its heading.
    pub label: Text,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What fills a table.
#[derive(Clone, Debug)]
pub enum Body {
    /// A line for each record, or for each row of a repeat; a record without rows has one line.
    Listing(Box<Source>, Vec<Value>),
    /// A line for each key.
    Sums(Vec<TableKey>, Vec<Part>, Vec<Option<(usize, usize)>>),
}

/// A key of sums.
#[derive(Clone, Debug)]
pub struct TableKey {
    /// The list that names it.
    pub list: Option<Arc<ChoiceList>>,
    /// Whether every choice has a line, even without records.
    pub all: bool,
}

/// What one form adds to sums.
#[derive(Clone, Debug)]
pub struct Part {
    /// The records or rows.
    pub source: Source,
    /// A value for each key.
    pub keys: Vec<Code>,
    /// Columns that are summed.
    pub sums: Vec<(usize, Code)>,
    /// Columns that the newest record fills.
    pub latest: Vec<(usize, Value)>,
}

impl TableRule {
    /// The forms that it reads.
    pub fn forms(&self) -> impl Iterator<Item = &Arc<Form>> {
        let (listing, sums) = match &self.body {
            Body::Listing(source, values) => (Some((source, values)), None),
            Body::Sums(_, parts, _) => (None, Some(parts)),
        };
        let listed = listing.into_iter().flat_map(|(source, values)| std::iter::once(&source.form).chain(values.iter().filter_map(|v| v.via.as_ref().map(|(_, form)| form))));
        listed.chain(sums.into_iter().flatten().map(|part| &part.source.form))
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[default]
    Blank,
    /// A number.
    Number(f64),
    /// Text or a canonical date.
    Text(String),
    /// A choice: its name and its label.
    Choice(String, Text),
    /// Another record: its id and a line about it.
    Record(String, String),
}

/// A line of a table with the records that it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableLine {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// The records.
    pub records: BTreeSet<String>,
    /// By column: the records of a number that does not rest on all of the line's, or that rests on others.
    #[serde(default)]
    pub own: Vec<(usize, BTreeSet<String>)>,
}

impl TableLine {
    /// The records that the number in a column was counted from; `None` where there is no number.
    pub fn records_of(&self, column: usize) -> Option<&BTreeSet<String>> {
        let is_number = matches!(self.cells.get(column), Some(Cell::Number(_)));
        let own = self.own.iter().find(|(at, _)| *at == column).map(|(_, own)| own);
        is_number.then(|| own.unwrap_or(&self.records))
    }

    fn own(&mut self, column: usize) -> &mut BTreeSet<String> {
        let at = self.own.iter().position(|(at, _)| *at == column).unwrap_or_else(|| {
            self.own.push((column, BTreeSet::new()));
            self.own.len() - 1
        });
        &mut self.own[at].1
    }
}

/// A table filled for a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// `B2`.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its lines.
    pub lines: Vec<TableLine>,
    /// The last line: sums of numbers and money.
    pub totals: Vec<Cell>,
}

/// All tables of a report: B1 from the figures, the others as the programme file says.
pub fn tables(programme: &Programme, facts: &Facts<'_>, period: &Period, figures: &[Figure]) -> Vec<Table> {
    let mut tables = vec![targets_table(programme, figures)];
    tables.extend(programme.tables.iter().map(|rule| rule.fill(programme, facts, period)));
    tables
}

/// B1: each target with its plan, what was done, and the shares. Its numbers are of different kinds and have no sum.
fn targets_table(programme: &Programme, figures: &[Figure]) -> Table {
    use say::programme as s;
    type Heading = fn(crate::locale::Lang) -> String;
    let columns: [(&str, Heading, ColumnKind); 11] = [
        ("id", s::b1_id, ColumnKind::Text),
        ("target", s::b1_target, ColumnKind::Text),
        ("unit", s::b1_unit, ColumnKind::Text),
        ("number", s::b1_number, ColumnKind::Number),
        ("plan", s::b1_plan, ColumnKind::Number),
        ("done", s::b1_done, ColumnKind::Number),
        ("year_done", s::b1_year_done, ColumnKind::Number),
        ("cumulative", s::b1_cumulative, ColumnKind::Number),
        ("percent_of_plan", s::b1_percent_of_plan, ColumnKind::Percent),
        ("percent_of_programme", s::b1_percent_of_programme, ColumnKind::Percent),
        ("note", s::b1_note, ColumnKind::Text),
    ];
    let number = |value: Option<f64>| value.map_or(Cell::Blank, Cell::Number);
    let line = |figure: &Figure| {
        let target = &programme.targets[figure.target];
        let cells = vec![
            Cell::Text(target.id.clone()),
            Cell::Choice(target.id.clone(), target.label.clone()),
            Cell::Choice(String::new(), target.unit.clone()),
            number(target.number),
            number(figure.plan),
            number(figure.done),
            number(figure.year_done),
            number(figure.cumulative),
            number(figure.percent_of_plan()),
            number(figure.percent_of_programme(target)),
            Cell::Choice(String::new(), target.counted_by.clone()),
        ];
        let all = |lists: &[&Vec<String>]| lists.iter().flat_map(|list| list.iter().cloned()).collect::<BTreeSet<String>>();
        let (plan, year, so_far) = (&figure.plan_records, &figure.year_records, &figure.cumulative_records);
        // What was promised was not counted.
        let own = [(3, all(&[])), (4, all(&[plan])), (6, all(&[year])), (7, all(&[so_far])), (8, all(&[plan, year])), (9, all(&[so_far]))];
        TableLine { cells, records: figure.records.iter().cloned().collect(), own: own.into() }
    };
    let lines: Vec<TableLine> = figures.iter().map(line).collect();
    let columns: Vec<Column> = columns.into_iter().map(|(name, label, kind)| Column { name: name.to_owned(), label: Text::both(label), kind }).collect();
    Table { id: "B1".to_owned(), title: Text::both(s::b1_title), totals: Vec::new(), columns, lines }
}

impl TableRule {
    fn fill(&self, programme: &Programme, facts: &Facts<'_>, period: &Period) -> Table {
        let (lines, shares) = match &self.body {
            Body::Listing(source, values) => (self.listing(programme, source, values, facts, period), &[][..]),
            Body::Sums(keys, parts, shares) => (self.sums(programme, keys, parts, facts, period), shares.as_slice()),
        };
        let mut all = lines;
        let sum = |at: usize| all.iter().filter_map(|line| if let Cell::Number(number) = line.cells[at] { Some(number) } else { None }).sum::<f64>();
        let summed = |at: usize| matches!(self.columns[at].kind, ColumnKind::Number | ColumnKind::Money);
        let mut totals: Vec<Cell> = (0..self.columns.len()).map(|at| if summed(at) { Cell::Number(sum(at)) } else { Cell::Blank }).collect();
        for (at, share) in shares.iter().enumerate().filter_map(|(at, share)| Some((at, (*share)?))) {
            for line in &mut all {
                line.cells[at] = share_of(&line.cells, share);
                let of_both = [share.0, share.1].into_iter().filter_map(|at| line.records_of(at)).flatten().cloned().collect();
                *line.own(at) = of_both;
            }
            totals[at] = share_of(&totals, share);
        }
        Table { id: self.id.clone(), title: self.title.clone(), columns: self.columns.clone(), lines: all, totals }
    }

    /// Records by date, then id, rows in their order.
    fn listing(&self, programme: &Programme, source: &Source, values: &[Value], facts: &Facts<'_>, period: &Period) -> Vec<TableLine> {
        let mut chosen: Vec<(&Fact<'_>, RowId)> = Vec::new();
        for fact in in_period(programme, source, facts, period) {
            let mut own = rows(source, fact);
            if own.is_empty() {
                own.push(ROOT_ROW);
            }
            chosen.extend(own.into_iter().map(|row| (fact, row)));
        }
        chosen.sort_by(|(a, _), (b, _)| (a.date, a.head.record).cmp(&(b.date, b.head.record)));
        // A record without rows has nothing to say in the columns of rows.
        let has_row = |value: &Value, fact: &Fact<'_>, row: RowId| row != ROOT_ROW || !value.is_of_rows(&fact.form);
        let other = |value: &Value, fact: &Fact<'_>, row: RowId, facts: &Facts<'_>| value.other(fact, row, facts).map(|record| BTreeSet::from([record.to_owned()]));
        let cell = |value: &Value, column: &Column, fact: &Fact<'_>, row: RowId| {
            if has_row(value, fact, row) { cell_of(value, column.kind, fact, row, facts) } else { Cell::Blank }
        };
        let line = |(fact, row): (&Fact<'_>, RowId)| TableLine {
            cells: values.iter().zip(&self.columns).map(|(value, column)| cell(value, column, fact, row)).collect(),
            records: BTreeSet::from([fact.head.record.to_owned()]),
            own: values.iter().enumerate().filter(|(_, value)| has_row(value, fact, row)).filter_map(|(at, value)| other(value, fact, row, facts).map(|own| (at, own))).collect(),
        };
        chosen.into_iter().map(line).collect()
    }

    fn sums(&self, programme: &Programme, keys: &[TableKey], parts: &[Part], facts: &Facts<'_>, period: &Period) -> Vec<TableLine> {
        let mut lines: BTreeMap<Vec<(usize, String)>, TableLine> = BTreeMap::new();
        let blank = || TableLine { cells: vec![Cell::Blank; self.columns.len()], ..TableLine::default() };
        // Keys stand in the order of their lists, unknown ones last.
        let place = |key: &TableKey, name: &str| key.list.as_ref().and_then(|list| list.position(name)).unwrap_or(usize::MAX);
        if let [key] = keys
            && let Some(list) = key.list.as_ref().filter(|_| key.all)
        {
            lines.extend(list.choices.iter().enumerate().map(|(at, choice)| (vec![(at, choice.name.to_string())], blank())));
        }
        for part in parts {
            let mut newest: BTreeMap<Vec<(usize, String)>, &Fact<'_>> = BTreeMap::new();
            for fact in in_period(programme, &part.source, facts, period) {
                for row in rows(&part.source, fact).into_iter().filter(|row| lies_in(programme, &part.source, fact, *row, period)) {
                    let holder = part.source.rows.map(|(_, holder)| holder);
                    let read = |code: &Code| value(code, fact, row, holder);
                    let name: Vec<(usize, String)> =
                        part.keys.iter().zip(keys).map(|(code, key)| (read(code).to_text().to_string(), key)).map(|(n, key)| (place(key, &n), n)).collect();
                    let line = lines.entry(name.clone()).or_insert_with(blank);
                    line.records.insert(fact.head.record.to_owned());
                    for (at, code) in &part.sums {
                        if let Some(number) = number(&read(code)) {
                            add(&mut line.cells[*at], number);
                            line.own(*at).insert(fact.head.record.to_owned());
                        }
                    }
                    let best = newest.entry(name).or_insert(fact);
                    if (fact.date, fact.head.at, fact.head.record) > (best.date, best.head.at, best.head.record) {
                        *best = fact;
                    }
                }
            }
            for (name, fact) in newest.iter().filter(|_| !part.latest.is_empty()) {
                let Some(line) = lines.get_mut(name) else { continue };
                for (at, value) in &part.latest {
                    line.cells[*at] = cell_of(value, self.columns[*at].kind, fact, ROOT_ROW, facts);
                    *line.own(*at) = BTreeSet::from([value.other(fact, ROOT_ROW, facts).unwrap_or(fact.head.record).to_owned()]);
                }
            }
        }
        let named = |(name, mut line): (Vec<(usize, String)>, TableLine)| {
            for (at, ((_, name), key)) in name.iter().zip(keys).enumerate() {
                let label = key.list.as_ref().and_then(|list| list.get(name)).map_or_else(|| Text::plain(name.as_str()), |choice| choice.label.clone());
                line.cells[at] = Cell::Choice(name.clone(), label);
            }
            line
        };
        lines.into_iter().map(named).collect()
    }
}

fn add(cell: &mut Cell, more: f64) {
    *cell = Cell::Number(more + if let Cell::Number(have) = cell { *have } else { 0.0 });
}

fn share_of(cells: &[Cell], (part, whole): (usize, usize)) -> Cell {
    let number = |at: usize| if let Cell::Number(number) = cells[at] { Some(number) } else { None };
    share(number(part), number(whole)).map_or(Cell::Blank, Cell::Number)
}

/// Whether a row belongs to a period by its record's day, or by the year that it speaks of: what is of a year is of both its halves.
fn lies_in(programme: &Programme, source: &Source, fact: &Fact<'_>, row: RowId, period: &Period) -> bool {
    let Some(code) = &source.by_year else {
        return day_of(programme, source, fact).is_some_and(|day| (period.from..=period.to).contains(&day));
    };
    let year = number(&value(code, fact, row, source.rows.map(|(_, holder)| holder)));
    year.and_then(|year| programme.year(year as i32)).is_some_and(|year| year.from <= period.to && period.from <= year.to)
}

/// The records of a source that belong to a period; of each thing the latest, where only that counts.
fn in_period<'f>(programme: &Programme, source: &Source, facts: &Facts<'f>, period: &Period) -> Vec<&'f Fact<'f>> {
    let holds = |fact: &&&Fact<'_>| source.filter.as_ref().is_none_or(|code| value(code, fact, ROOT_ROW, None).to_boolean());
    let lies = |fact: &&&Fact<'_>| match (&source.by_year, source.rows) {
        (Some(_), Some(_)) => rows(source, fact).into_iter().any(|row| lies_in(programme, source, fact, row, period)),
        _ => lies_in(programme, source, fact, ROOT_ROW, period),
    };
    let mut chosen: Vec<&Fact<'_>> = facts.of(&source.form).iter().filter(lies).filter(holds).copied().collect();
    if let Some(question) = source.latest_per {
        let key = |fact: &Fact<'_>| fact.instance.read(&fact.form, ROOT_ROW, question).to_text();
        let mut best: BTreeMap<Arc<str>, &Fact<'_>> = BTreeMap::new();
        for fact in &chosen {
            let best = best.entry(key(fact)).or_insert(fact);
            if (fact.date, fact.head.at, fact.head.record) > (best.date, best.head.at, best.head.record) {
                *best = fact;
            }
        }
        chosen.retain(|fact| best.get(&key(fact)).is_some_and(|best| best.head.record == fact.head.record));
    }
    chosen
}

fn cell_of(value: &Value, kind: ColumnKind, fact: &Fact<'_>, row: RowId, facts: &Facts<'_>) -> Cell {
    let Some((fact, row)) = value.place(fact, row, facts) else { return Cell::Blank };
    let datum = super::lines::value(&value.code, fact, row, value.holder);
    if kind != ColumnKind::Text {
        return number(&datum).map_or(Cell::Blank, Cell::Number);
    }
    match value.question {
        Some(question) => answer_cell(&datum, question, &fact.form, facts),
        None => text_cell(&datum),
    }
}

fn text_cell(datum: &Datum) -> Cell {
    let text = datum.to_text();
    if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_string()) }
}

/// An answer as people read it: a choice by its label, a reference by the record's own line.
fn answer_cell(datum: &Datum, question: NodeId, form: &Form, facts: &Facts<'_>) -> Cell {
    let node = form.node(question);
    let Some(value) = datum.to_value(node.value).filter(|_| !datum.is_blank()) else { return Cell::Blank };
    let plain = value.plain();
    if node.to.is_some() {
        let summary = facts.get(&plain).map_or_else(|| plain.clone(), |fact| fact.summary.to_owned());
        return Cell::Record(plain, summary);
    }
    let Some(list) = form.list(question) else { return Cell::Text(plain) };
    let several = node.value == ValueType::SelectMultiple;
    let names: Vec<&str> = if several { plain.split(' ').collect() } else { vec![plain.as_str()] };
    let label = |lang| names.iter().map(|name| list.label(name, lang)).collect::<Vec<_>>().join(", ");
    Cell::Choice(plain.clone(), Text::both(label))
}
