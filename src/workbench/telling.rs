//! What a union brings, counted as its lines pass: the revisions of a record stand together.
//!
//! Most records have one revision, or a plain chain of them; those cannot be in conflict and are not even parsed. The
//! others are merged as their form sees them.

use super::library::Library;
use super::lookalikes::Known;
use super::suspects::Suspects;
use crate::error::Failure;
use crate::exchange::beside::Facts;
use crate::exchange::check::{Batch, Fact, Spans};
use crate::exchange::union::Tally;
use crate::form::instance::Answers;
use crate::record::Entry;
use crate::record::clock::{Stamp, TRUSTED_AHEAD};
use crate::record::history::{History, State};
use crate::record::links::pairings;
use crate::record::scan::{Parents, Sought};
use crate::value::Value;
use chrono::{DateTime, Utc};
use memchr::memmem::Finder;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Which sources are what.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    /// What was had before: `None` for nothing.
    pub had: Option<u16>,
    /// The first of the inputs.
    pub first: u16,
    /// How many inputs.
    pub inputs: usize,
    /// Where what is had but not in an input is sent.
    pub sends: bool,
}

impl Sides {
    fn inputs_of<'h>(&self, holders: &'h [u16]) -> impl Iterator<Item = usize> + 'h + use<'h> {
        let (first, inputs) = (usize::from(self.first), self.inputs);
        holders.iter().filter_map(move |holder| usize::from(*holder).checked_sub(first)).filter(move |input| *input < inputs)
    }

    /// Whether a line was had before.
    pub fn is_had(&self, holders: &[u16]) -> bool {
        self.had.is_some_and(|had| holders.contains(&had))
    }
}

/// The counts of the whole, and of every input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The whole.
    pub tally: Tally,
    /// Every input: what it brings that neither what was had nor an earlier input holds.
    pub inputs: Vec<Tally>,
    /// Laptops whose new revisions are dated so far ahead of this machine's clock that they are not believed.
    pub ahead: BTreeSet<String>,
}

/// One revision of the record that is passing.
struct Passing {
    batch: Arc<Batch>,
    facts: Facts,
    /// Its place among them.
    at: usize,
    /// The input that brings it.
    brought: Option<usize>,
}

impl Passing {
    fn line(&self) -> &[u8] {
        self.batch.line(self.at)
    }

    fn fact(&self) -> Option<&Fact> {
        self.facts.get(self.at)?.as_ref()
    }

    fn spans(&self) -> Option<&Spans> {
        self.fact()?.spans.as_ref()
    }

    fn part(&self, of: impl Fn(&Spans) -> &Range<u32>) -> &[u8] {
        let part = self.spans().map(of).and_then(|span| self.line().get(span.start as usize..span.end as usize));
        part.unwrap_or_default()
    }
}

/// What the last record of one revision wrote, and what of it tells it from others: the next one mostly wrote the same.
#[derive(Default)]
struct Wrote {
    form: String,
    names: Vec<u8>,
    /// Places among what its form is told by.
    own: Vec<usize>,
    in_repeats: Vec<Sought>,
}

impl Wrote {
    fn turn_to(&mut self, form: &str, names: &[u8], telling: &Telling) {
        if self.names == names && self.form == form {
            return;
        }
        self.own = (0..telling.own.len()).filter(|at| telling.own[*at].is_in(names)).collect();
        self.in_repeats = telling.in_repeats(names).iter().map(|path| Sought::new(path)).collect();
        self.names.clear();
        self.names.extend_from_slice(names);
        if self.form != form {
            form.clone_into(&mut self.form);
        }
    }
}

/// Counts.
pub struct Teller {
    sides: Sides,
    library: Library,
    now: DateTime<Utc>,
    /// The latest time that is believed, as it is written.
    believed: Vec<u8>,
    told: Told,
    passing: Vec<Passing>,
    wrote: Wrote,
    known: BTreeMap<String, Telling>,
    /// Whether records of a form (as `of` says) are seen as they are, without migrations.
    plain: BTreeMap<String, bool>,
    /// The last `of` that was.
    plain_of: String,
    suspects: Suspects,
}

/// What the records of a form are told by, ready to be looked for in their lines.
struct Telling {
    known: Known,
    /// Identifying answers at the top; of a thing itself its phone too, and its name within a commune.
    own: Vec<Sought>,
    /// Identifying questions that may stand in repeats, and how a path ends there.
    in_repeats: Vec<(String, Finder<'static>)>,
    /// What explains a second one.
    seen: Vec<Sought>,
}

impl Telling {
    fn new(known: Known) -> Self {
        let own = ["phone", "name", "commune"].into_iter().filter(|_| known.subject.is_none());
        let own: BTreeSet<&str> = known.identity.iter().map(String::as_str).chain(own).collect();
        let ends = known.identity.iter().map(|name| (name.clone(), Finder::new(format!("/{name}\"").as_bytes()).into_owned()));
        let seen = known.subject.iter().chain(&known.date).map(|path| Sought::new(path));
        Self { own: own.into_iter().map(Sought::new).collect(), in_repeats: ends.collect(), seen: seen.collect(), known }
    }

    /// Paths of identifying answers in repeats among names that were written.
    fn in_repeats(&self, wrote: &[u8]) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for (name, find) in &self.in_repeats {
            for at in find.find_iter(wrote) {
                let from = memchr::memrchr(b'"', &wrote[..at]).map_or(0, |quote| quote + 1);
                let path = String::from_utf8_lossy(&wrote[from..at + 1 + name.len()]);
                if path.split('/').step_by(2).last() == Some(name.as_str()) {
                    paths.insert(path.into_owned());
                }
            }
        }
        paths
    }
}

/// Where the digits of a record's id stand in its lines.
const RECORD: Range<usize> = 11..47;

/// Where the time stands.
const AT: Range<usize> = 55..79;

impl Teller {
    /// A teller with the forms that are at hand.
    pub fn new(library: Library, now: DateTime<Utc>, sides: Sides) -> Self {
        Self {
            told: Told { inputs: vec![Tally::default(); sides.inputs], ..Told::default() },
            believed: Stamp { millis: (now + TRUSTED_AHEAD).timestamp_millis(), counter: 0 }.to_string().into_bytes(),
            sides,
            library,
            now,
            passing: Vec::new(),
            wrote: Wrote::default(),
            known: BTreeMap::new(),
            plain: BTreeMap::new(),
            plain_of: String::new(),
            suspects: Suspects::default(),
        }
    }

    /// Takes lines that have been checked.
    pub fn batch(&mut self, batch: &Arc<Batch>, facts: &Facts) {
        for (at, fact) in facts.iter().enumerate() {
            match fact {
                Some(fact) => {
                    let brought = self.revision(batch.line(at), fact, batch.holders(at));
                    self.passing.push(Passing { batch: batch.clone(), facts: facts.clone(), at, brought });
                }
                None => self.definition(batch.line(at)),
            }
        }
    }

    fn definition(&mut self, line: &[u8]) {
        let Ok(Entry::Definition(definition)) = Entry::parse(line) else { return };
        self.known.extend(Known::of(&definition).map(|(form, known)| (form, Telling::new(known))));
        self.library.add(definition);
    }

    /// Counts a revision; gives the input that brings it.
    fn revision(&mut self, line: &[u8], fact: &Fact, holders: &[u16]) -> Option<usize> {
        let is_same = self.passing.first().is_some_and(|first| first.line().get(RECORD) == line.get(RECORD));
        if !is_same {
            self.close();
        }
        let is_had = self.sides.is_had(holders);
        let mut brought = None;
        for input in self.sides.inputs_of(holders) {
            let is_new = !is_had && brought.is_none();
            for tally in [&mut self.told.tally, &mut self.told.inputs[input]] {
                *(if is_new { &mut tally.new } else { &mut tally.known }) += 1;
            }
            brought = brought.or(is_new.then_some(input));
        }
        if brought.is_some() && line.get(AT) > self.believed.get(..AT.len()) {
            self.told.ahead.insert(fact.device.to_string());
        }
        self.told.tally.sent += u64::from(self.sides.sends && self.sides.inputs_of(holders).next().is_none());
        brought
    }

    /// Whether every revision follows the one before it and none takes anything back: then there is nothing to be asked.
    fn is_chain(&self) -> bool {
        let acts: [&[u8]; 5] = [b"save", b"submit", b"approve", b"return", b"answer"];
        let is_plain = |passing: &Passing| acts.contains(&passing.part(|spans| &spans.act));
        let parents = |passing: &Passing| passing.fact().map(|fact| fact.parents);
        let follows = |pair: &[Passing]| parents(&pair[1]) == pair[0].fact().map(|before| Parents::One(before.id));
        parents(&self.passing[0]) == Some(Parents::None) && self.passing.windows(2).all(follows) && self.passing.iter().all(is_plain)
    }

    fn close(&mut self) {
        if self.passing.is_empty() {
            return;
        }
        if !(self.is_chain() && self.chain()) {
            self.history();
        }
        self.passing.clear();
    }

    /// A plain chain: only its identifying answers matter. False where its form would see them otherwise.
    fn chain(&mut self) -> bool {
        for at in 0..self.passing.len() {
            let of = self.passing[at].part(|spans| &spans.of);
            // Records of one form mostly stand together.
            if of != self.plain_of.as_bytes() {
                let of = String::from_utf8_lossy(of).into_owned();
                if !self.is_plain(&of) {
                    return false;
                }
                self.plain_of = of;
            }
        }
        let form = self.plain_of.split('@').next().unwrap_or_default();
        let record = self.passing[0].line().get(RECORD).and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default();
        self.suspects.passed(record, Vec::new());
        let Some(telling) = self.known.get(form) else { return true };
        let mut answers = Answers::new();
        if let [only] = &self.passing[..] {
            self.wrote.turn_to(form, only.part(|spans| &spans.wrote), telling);
            let found = |sought: &Sought| sought.answer(only.part(|spans| &spans.answers)).and_then(value).map(|value| (sought.path().to_owned(), value));
            let own = self.wrote.own.iter().filter_map(|at| telling.own.get(*at));
            answers.extend(own.chain(&self.wrote.in_repeats).filter_map(found));
        } else {
            let in_repeats: BTreeSet<String> = self.passing.iter().flat_map(|passing| telling.in_repeats(passing.part(|spans| &spans.wrote))).collect();
            for sought in telling.own.iter() {
                answers.extend(self.answer(sought).map(|value| (sought.path().to_owned(), value)));
            }
            for path in in_repeats {
                answers.extend(self.answer(&Sought::new(&path)).map(|value| (path, value)));
            }
        }
        if !answers.is_empty() {
            for sought in &telling.seen {
                answers.extend(self.answer(sought).map(|value| (sought.path().to_owned(), value)));
            }
            let brought = self.passing.iter().filter_map(|passing| passing.brought).max();
            self.suspects.add(form, &telling.known, &answers, brought);
        }
        true
    }

    /// What the chain comes to at a path.
    fn answer(&self, sought: &Sought) -> Option<Value> {
        let last = self.passing.iter().rev().find(|passing| sought.is_in(passing.part(|spans| &spans.wrote)))?;
        sought.answer(last.part(|spans| &spans.answers)).and_then(value)
    }

    fn is_plain(&mut self, of: &str) -> bool {
        if let Some(known) = self.plain.get(of) {
            return *known;
        }
        let current = self.library.form(of.split('@').next().unwrap_or_default());
        let is_plain = [current, self.library.form_of(of)].iter().flatten().all(|form| form.migrations.is_empty());
        self.plain.insert(of.to_owned(), is_plain);
        is_plain
    }

    /// Any other record is merged.
    fn history(&mut self) {
        let revision = |passing: &Passing| match Entry::parse(passing.line()) {
            Ok(Entry::Revision(revision)) => Some(revision),
            _ => None,
        };
        let history = History::new(self.passing.iter().filter_map(revision).collect());
        let Some(first) = history.revisions().first() else { return };
        let merged = self.library.merge(&history, self.now);
        let meets = history.heads().len() > 1;
        let conflicts = merged.conflicts.len() as u64;
        let mut inputs: Vec<usize> = self.passing.iter().filter_map(|passing| passing.brought).collect();
        inputs.sort_unstable();
        inputs.dedup();
        self.told.tally.merged += u64::from(meets && !inputs.is_empty());
        self.told.tally.conflicts += conflicts;
        for input in &inputs {
            self.told.inputs[*input].merged += u64::from(meets);
            self.told.inputs[*input].conflicts += conflicts;
        }
        self.suspects.passed(&first.record, pairings(&history));
        if let Some(telling) = self.known.get(first.form()).filter(|_| history.state() != State::Void) {
            self.suspects.add(first.form(), &telling.known, &merged.answers, inputs.last().copied());
        }
    }

    /// The counts.
    ///
    /// # Errors
    /// A temporary file that was needed for counting cannot be read back.
    pub fn finish(&mut self) -> Result<Told, Failure> {
        self.close();
        let (suspects, mut told) = (std::mem::take(&mut self.suspects), std::mem::take(&mut self.told));
        let pairs = suspects.pairs(self.sides.inputs).map_err(|e| Failure::io(Path::new("tmp"), &e))?;
        told.tally.duplicates = pairs.all;
        for (tally, brought) in told.inputs.iter_mut().zip(pairs.brought) {
            tally.duplicates = brought;
        }
        Ok(told)
    }
}

/// A value as it is written in a line.
fn value(written: &str) -> Option<Value> {
    match written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|text| !text.contains('\\')) {
        Some(text) => Some(Value::text(text)),
        None => serde_json::from_str(written).ok().and_then(|json| crate::record::line::value(&json)),
    }
}
