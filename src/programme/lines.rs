//! What a reading takes from records: a line for each record, or for each row of a repeat.

use super::figure::{Fact, Head};
use super::period::Period;
use super::{Measure, Programme, Reading, Source};
use crate::form::expression::evaluate::{Frame, evaluate};
use crate::form::expression::{Code, Datum};
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::world::Nowhere;
use crate::form::{Form, NodeId};
use crate::locale::Lang;
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The facts at hand, by form and by record.
pub struct Facts<'f> {
    by_form: BTreeMap<&'f str, Vec<&'f Fact<'f>>>,
    /// By id.
    all: Vec<&'f Fact<'f>>,
}

impl<'f> Facts<'f> {
    /// Facts may come in any order; of a record that comes twice the last is taken.
    pub fn new(facts: &'f [Fact<'f>]) -> Self {
        let mut all: Vec<&Fact<'f>> = facts.iter().rev().collect();
        all.sort_by_key(|fact| fact.head.record);
        all.dedup_by_key(|fact| fact.head.record);
        let mut by_form: BTreeMap<&str, Vec<&Fact<'f>>> = BTreeMap::new();
        for fact in &all {
            by_form.entry(&fact.form.of).or_default().push(fact);
        }
        Self { by_form, all }
    }

    /// The records of a form, by id.
    pub fn of(&self, form: &Form) -> &[&'f Fact<'f>] {
        self.by_form.get(form.of.as_str()).map_or(&[], Vec::as_slice)
    }

    /// A record.
    pub fn get(&self, record: &str) -> Option<&'f Fact<'f>> {
        self.all.binary_search_by_key(&record, |fact| fact.head.record).ok().map(|at| self.all[at])
    }
}

/// The value of an expression in a row of a record.
pub fn value(code: &Code, fact: &Fact<'_>, row: RowId, holder: Option<NodeId>) -> Datum {
    let frame = Frame::new(&fact.form, &fact.instance, &Nowhere, chrono::NaiveDateTime::default(), Lang::Vi, row);
    evaluate(code, &holder.map_or(frame, |node| frame.at(node)))
}

/// A value as a number, if it is one.
pub fn number(datum: &Datum) -> Option<f64> {
    Some(datum).filter(|d| !d.is_blank()).map(Datum::to_number).filter(|n| n.is_finite())
}

/// One thing to be counted.
pub struct Line<'f> {
    /// Its place among the lines.
    pub at: usize,
    /// Its record.
    pub head: Head<'f>,
    /// Its row; the record's own where no repeat is read.
    pub row: RowId,
    /// The day that places it in a period.
    pub day: NaiveDate,
    /// Of which only the latest counts: numbered within the reading.
    latest: Option<usize>,
    preferred: bool,
    class: usize,
    /// Its value as text, numbered within the reading; `None` where it is blank.
    pub thing: Option<usize>,
    /// Its value as a number.
    pub number: Option<f64>,
    /// Its weight.
    pub weight: Option<f64>,
    /// Whether its value is true.
    pub is_true: bool,
    /// Whether everything that its value compares is answered.
    pub determined: bool,
}

/// What a reading takes from the facts.
#[derive(Default)]
pub struct Lines<'f> {
    /// What may count, by record.
    pub counted: Vec<Line<'f>>,
    /// How many different values there are of which only the latest counts.
    latests: usize,
    /// How many different texts the values have.
    pub things: usize,
    /// Records that the guard keeps out, with their days.
    pub guarded: Vec<(NaiveDate, &'f str)>,
}

/// The rows of a source in a record: those of its repeat, or the record itself.
pub fn rows(source: &Source, fact: &Fact<'_>) -> Vec<RowId> {
    source.rows.map_or_else(|| vec![ROOT_ROW], |(scope, _)| fact.instance.rows_of(&fact.form, scope))
}

/// The day that places a record: its event's, or the first of the year that it speaks of.
pub fn day_of(programme: &Programme, source: &Source, fact: &Fact<'_>) -> Option<NaiveDate> {
    match &source.by_year {
        None => fact.day,
        Some(code) => number(&value(code, fact, ROOT_ROW, None)).and_then(|year| programme.first_day(year as i32)),
    }
}

/// The lines of a reading, by record.
pub fn lines<'f>(programme: &Programme, reading: &Reading, facts: &Facts<'f>) -> Lines<'f> {
    let mut taker = Taker::new(programme, reading);
    for (at, source) in reading.sources.iter().enumerate() {
        facts.of(&source.form).iter().for_each(|fact| taker.take_as(at, source, fact));
    }
    taker.finish()
}

/// Takes the lines of a reading from one fact after the other, which need not be kept.
pub struct Taker<'p, 'f> {
    programme: &'p Programme,
    reading: &'p Reading,
    lines: Lines<'f>,
    latests: Numbers,
    things: Numbers,
}

impl<'p, 'f> Taker<'p, 'f> {
    /// Without a line yet.
    pub fn new(programme: &'p Programme, reading: &'p Reading) -> Self {
        Self { programme, reading, lines: Lines::default(), latests: Numbers::default(), things: Numbers::default() }
    }

    /// Takes what the reading counts of a fact; facts may come in any order, each once.
    pub fn take(&mut self, fact: &Fact<'f>) {
        let reading = self.reading;
        for (at, source) in reading.sources.iter().enumerate().filter(|(_, source)| source.form.of == fact.form.of) {
            self.take_as(at, source, fact);
        }
    }

    fn take_as(&mut self, source_at: usize, source: &Source, fact: &Fact<'f>) {
        let holder = source.rows.map(|(_, holder)| holder);
        let Some(day) = day_of(self.programme, source, fact) else { return };
        for row in rows(source, fact) {
            let holds = |code: &Option<Code>, otherwise: bool| code.as_ref().map_or(otherwise, |code| value(code, fact, row, holder).to_boolean());
            if !holds(&source.filter, true) {
                continue;
            }
            if !holds(&source.guard, true) {
                self.lines.guarded.push((day, fact.head.record));
                continue;
            }
            let latest = source.latest_per.map(|question| self.latests.of(source_at, fact.instance.read(&fact.form, ROOT_ROW, question).to_text()));
            let preferred = holds(&source.prefer, false);
            self.lines.counted.push(Line { latest, preferred, ..line(self.reading, source, (fact, row, day), &mut self.things) });
        }
    }

    /// The lines, by record.
    pub fn finish(self) -> Lines<'f> {
        let Self { mut lines, latests, things, .. } = self;
        (lines.latests, lines.things) = (latests.texts.len(), things.texts.len());
        // Of one form they are in that order already, most of the time.
        lines.counted.sort_by(|a, b| a.head.record.cmp(b.head.record));
        lines.counted.iter_mut().enumerate().for_each(|(at, line)| line.at = at);
        lines
    }
}

/// Texts by number, so that they are compared once and not in every period. They are found by a digest, which is much nearer at
/// hand than a hundred thousand texts; those of one digest stand in a chain.
#[derive(Default)]
struct Numbers {
    first: BTreeMap<(usize, u64), usize>,
    /// Each text with the next of its digest.
    texts: Vec<(Arc<str>, Option<usize>)>,
}

impl Numbers {
    fn of(&mut self, kind: usize, text: Arc<str>) -> usize {
        let next = self.texts.len();
        let mut at = *self.first.entry((kind, digest(&text))).or_insert(next);
        while at < next {
            let (own, other) = &mut self.texts[at];
            if *own == text {
                return at;
            }
            at = *other.get_or_insert(next);
        }
        self.texts.push((text, None));
        next
    }
}

/// FNV-1a over words of eight bytes: for texts that nobody chose to collide, and right even where they do.
fn digest(text: &str) -> u64 {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    text.as_bytes().chunks(8).fold(0xcbf2_9ce4_8422_2325, |sum: u64, bytes| (sum ^ word(bytes)).wrapping_mul(0x0100_0000_01b3).rotate_left(29))
}

fn line<'f>(reading: &Reading, source: &Source, (fact, row, day): (&Fact<'f>, RowId, NaiveDate), things: &mut Numbers) -> Line<'f> {
    let holder = source.rows.map(|(_, holder)| holder);
    let read = |code: &Option<Code>| code.as_ref().map_or(Datum::Blank, |code| value(code, fact, row, holder));
    let of = read(&source.of);
    // A share speaks of the records in which everything that it compares is answered.
    let answered = |code: &Code| code.reads().iter().all(|id| !fact.instance.read(&fact.form, fact.instance.climb(row, fact.form.node(*id).scope), *id).is_blank());
    let determined = reading.measure != Measure::Share || source.of.as_ref().is_some_and(answered);
    let numbered = reading.class.is_some() || reading.measure == Measure::CountDistinct;
    let class = reading.class.as_ref().map_or(0, |class| {
        let own = read(&source.class).to_text();
        class.order.iter().position(|name| **name == *own).unwrap_or(usize::MAX)
    });
    Line {
        at: 0,
        head: fact.head,
        row,
        day,
        latest: None,
        preferred: false,
        class,
        is_true: source.of.is_none() || of.to_boolean(),
        number: number(&of),
        weight: number(&read(&source.weight)),
        thing: numbered.then(|| of.to_text()).filter(|text| !text.is_empty()).map(|text| things.of(0, text)),
        determined,
    }
}

/// The lines of a period: of each thing the latest, and only those of the class to be taken.
pub fn select<'l, 'f>(reading: &Reading, lines: &'l Lines<'f>, period: &Period) -> Vec<&'l Line<'f>> {
    let mut chosen: Vec<&Line> = lines.counted.iter().filter(|line| (period.from..=period.to).contains(&line.day)).collect();
    let mut best: Vec<Option<&Line>> = vec![None; lines.latests];
    let rank = |line: &Line<'f>| (line.preferred, line.day, line.head.at, line.head.record);
    for line in &chosen {
        if let Some(best) = line.latest.and_then(|key| best.get_mut(key))
            && best.is_none_or(|best| rank(line) > rank(best))
        {
            *best = Some(line);
        }
    }
    let is_best = |line: &Line<'f>, key: usize| best.get(key).copied().flatten().is_some_and(|best| best.head.record == line.head.record);
    chosen.retain(|line| line.latest.is_none_or(|key| is_best(line, key)));
    if let Some(class) = &reading.class {
        // What has no name is a thing of its own kind.
        let mut first: Vec<usize> = vec![usize::MAX; lines.things + 1];
        let at = |line: &Line<'f>| line.thing.unwrap_or(lines.things);
        for line in &chosen {
            first[at(line)] = line.class.min(first[at(line)]);
        }
        let taken = class.order.iter().position(|name| *name == class.take);
        chosen.retain(|line| Some(line.class) == taken && Some(first[at(line)]) == taken);
    }
    chosen
}

/// The records that the guard keeps out of a period.
pub fn guarded(lines: &Lines<'_>, period: &Period) -> BTreeSet<String> {
    lines.guarded.iter().filter(|(day, _)| (period.from..=period.to).contains(day)).map(|(_, record)| (*record).to_owned()).collect()
}

/// The programme year of a day.
pub fn year_of(programme: &Programme, day: NaiveDate) -> i32 {
    let first = day.year() - 1;
    (first..=first + 2).rev().find(|year| programme.first_day(*year).is_some_and(|from| from <= day)).unwrap_or(first)
}
