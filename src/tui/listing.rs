//! What lists know of all records at once: their orders, and the few facts that filters ask for, in columns. Worked out by the
//! worker whenever records change, so that a key in a list of a hundred thousand only looks through it.

use super::screen::establishment::FORM;
use crate::locale::collate::{given_name_key, key};
use crate::locale::fold::Query;
use crate::record::history::State;
use crate::store::{IndexRow, Part, Rows};
use std::collections::{BTreeMap, HashMap};

/// No such row.
const NONE: u32 = u32::MAX;

/// What is known of a record without looking at its line.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Its form's number.
    pub form: u16,
    /// Who wrote last: persons are numbered by given name.
    pub person: u32,
    /// The place of an establishment, numbered by name; [`NO_PLACE`] of other records.
    pub place: u32,
    /// Its day as a number, `20260701`; 0 without one.
    pub day: u32,
    /// Where it stands.
    pub state: State,
    /// An answer is in conflict.
    pub in_conflict: bool,
    /// An answer has a problem.
    pub with_problem: bool,
    /// Its rank by what its line says.
    name: u32,
    /// The row of what it is about.
    subject: u32,
    /// How many records name it.
    naming: u32,
}

/// The place of what has none.
pub const NO_PLACE: u32 = NONE;

/// All records, ready to be listed.
#[derive(Default)]
pub struct Listing {
    rows: Rows,
    marks: Vec<Mark>,
    /// Forms by number.
    pub forms: Vec<Part>,
    /// Who wrote, by given name.
    pub persons: Vec<Part>,
    /// Places of establishments, by name.
    pub places: Vec<Part>,
    /// Establishments that are not void, by name.
    by_name: Vec<u32>,
    /// All records, saved last first.
    saved: Vec<u32>,
}

/// Texts by number, in the order of a key.
struct Numbered {
    texts: Vec<Part>,
    numbers: HashMap<Part, u32>,
}

impl Numbered {
    fn new(texts: impl Iterator<Item = Part>, key: &dyn Fn(&str) -> Vec<u8>) -> Self {
        let distinct: std::collections::HashSet<Part> = texts.collect();
        let mut texts: Vec<Part> = distinct.into_iter().collect();
        texts.sort_by_cached_key(|text| (key(text), text.clone()));
        let numbers = texts.iter().cloned().zip(0..).collect();
        Self { texts, numbers }
    }

    fn of(&self, text: &str) -> u32 {
        self.numbers.get(text).copied().unwrap_or(NONE)
    }
}

/// The commune of an establishment: what its line ends with, as the shipped form writes it.
pub fn place(row: &IndexRow) -> Option<&str> {
    if row.form == FORM { row.summary.rsplit_once(" · ").map(|(_, place)| place) } else { None }
}

fn day(date: &str) -> u32 {
    let digits = date.as_bytes();
    if digits.len() != 10 { 0 } else { digits.iter().filter(|c| c.is_ascii_digit()).fold(0, |day, c| day * 10 + u32::from(c - b'0')) }
}

impl Listing {
    /// Of all records.
    pub fn new(rows: Rows) -> Self {
        let forms = Numbered::new(rows.values().map(|row| row.form.clone()), &|text| text.as_bytes().to_vec());
        let persons = Numbered::new(rows.values().map(|row| row.person.clone()), &given_name_key);
        let places = Numbered::new(rows.values().filter_map(|row| place(row).map(Part::from)), &key);
        let at: HashMap<&str, u32> = rows.keys().map(|record| &**record).zip(0..).collect();
        let names = ranks(&rows);
        let mark = |(row, name): (&IndexRow, u32)| Mark {
            form: forms.of(&row.form) as u16,
            person: persons.of(&row.person),
            place: place(row).map_or(NO_PLACE, |place| places.of(place)),
            day: day(&row.date),
            state: row.state,
            in_conflict: row.conflicts > 0,
            with_problem: row.problems > 0,
            name,
            subject: at.get(&*row.subject).copied().unwrap_or(NONE),
            naming: 0,
        };
        let mut marks: Vec<Mark> = rows.values().zip(names).map(mark).collect();
        for named in rows.values().flat_map(|row| &row.references).filter_map(|reference| at.get(&**reference)) {
            marks[*named as usize].naming += 1;
        }
        let mut saved: Vec<u32> = (0..rows.len() as u32).collect();
        let stamps: Vec<_> = rows.values().map(|row| row.at).collect();
        saved.sort_unstable_by_key(|at| std::cmp::Reverse((stamps[*at as usize], *at)));
        let listed = forms.of(FORM);
        let mut by_name: Vec<u32> = (0..).zip(&marks).filter(|(_, mark)| u32::from(mark.form) == listed && mark.state != State::Void).map(|(at, _)| at).collect();
        by_name.sort_by_key(|at| marks[*at as usize].name);
        drop(at);
        Self { rows, marks, forms: forms.texts, persons: persons.texts, places: places.texts, by_name, saved }
    }

    /// The records' lines.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// What is known of each, in the order of their lines.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Establishments that are not void, by name in the Vietnamese order.
    pub fn by_name(&self) -> &[u32] {
        &self.by_name
    }

    /// Of the line at a place what is known.
    pub fn mark(&self, at: u32) -> &Mark {
        &self.marks[at as usize]
    }

    /// The place of a record: its own, or that of what it is about.
    pub fn place_of(&self, mark: &Mark) -> u32 {
        self.marks.get(mark.subject as usize).map_or(mark.place, |subject| subject.place)
    }

    /// How many records name one.
    pub fn naming(&self, at: u32) -> usize {
        self.mark(at).naming as usize
    }

    /// All records in the order of a number, those of one number as they were saved, the last first.
    pub fn order<K: Ord>(&self, number: impl Fn(&Mark) -> K) -> Vec<u32> {
        let mut order = self.saved.clone();
        order.sort_by_cached_key(|at| number(self.mark(*at)));
        order
    }

    /// By when they were saved, the last first.
    pub fn saved(&self) -> &[u32] {
        &self.saved
    }

    /// The rank of a record by its name, then by the name of what it is about.
    pub fn name(&self, mark: &Mark) -> (u32, u32) {
        (mark.name, self.marks.get(mark.subject as usize).map_or(0, |subject| subject.name))
    }

    /// The records of a form that are not void, by name.
    pub fn of_form(&self, form: &str) -> Vec<u32> {
        if form == FORM {
            return self.by_name.clone();
        }
        let Some(number) = self.forms.iter().position(|known| known == form) else { return Vec::new() };
        let mut found: Vec<u32> = (0..).zip(&self.marks).filter(|(_, mark)| usize::from(mark.form) == number && mark.state != State::Void).map(|(at, _)| at).collect();
        found.sort_by_key(|at| self.mark(*at).name);
        found
    }

    /// Which of some records have all words of a query in what they are found by. With the folded `titles` of the forms a record
    /// is found by its form and by what it is about, too.
    ///
    /// The records are gone through as they lie in memory; each text is looked through once for a word.
    pub fn matching(&self, query: &Query, among: &[u32], titles: Option<&[String]>) -> Vec<u32> {
        if query.is_empty() {
            return among.to_vec();
        }
        let mut fits = vec![false; self.marks.len()];
        among.iter().for_each(|at| fits[*at as usize] = true);
        for word in query.words() {
            let by_title: Vec<bool> = titles.iter().flat_map(|titles| titles.iter()).map(|title| word(title)).collect();
            let mut known: Vec<Option<bool>> = vec![None; self.marks.len()];
            let mut has = |at: u32| *known[at as usize].get_or_insert_with(|| self.rows.nth(at as usize).is_some_and(|row| word(&row.search)));
            for (at, fits) in (0..).zip(&mut fits).filter(|(_, fits)| **fits) {
                let mark = self.mark(at);
                let around = || titles.is_some() && mark.subject != NONE;
                *fits = by_title.get(usize::from(mark.form)).copied().unwrap_or_default() || has(at) || around() && has(mark.subject);
            }
        }
        among.iter().copied().filter(|at| fits[*at as usize]).collect()
    }
}

/// The rank of each line by what it says, equal ones by record.
fn ranks(rows: &Rows) -> Vec<u32> {
    let mut named: Vec<(Vec<u8>, u32)> = rows.values().map(|row| key(&row.summary)).zip(0..).collect();
    named.sort_unstable();
    let mut ranks = vec![0; rows.len()];
    let mut rank = 0;
    for (place, (name, at)) in named.iter().enumerate() {
        if place > 0 && named[place - 1].0 != *name {
            rank += 1;
        }
        ranks[*at as usize] = rank;
    }
    ranks
}

/// Whether a day (`20260701`) belongs to a year or half-year by the calendar; reports have cut-offs of their own.
pub fn in_period(day: u32, period: &str) -> bool {
    let (year, half) = period.split_once("-H").map_or((period, None), |(year, half)| (year, Some(half)));
    let month = day / 100 % 100;
    year.parse() == Ok(day / 10_000) && half.is_none_or(|half| (half == "1") == (month <= 6))
}

/// Which years there are, the newest first.
pub fn years(listing: &Listing) -> Vec<u32> {
    let years: BTreeMap<u32, ()> = listing.marks.iter().map(|mark| (mark.day / 10_000, ())).filter(|(year, ())| *year > 0).collect();
    years.into_keys().rev().collect()
}
