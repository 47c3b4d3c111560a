//! Counts suspected pairs in central files, without a store, over any number of records: what does not fit into a fixed part
//! of memory lies sorted in a temporary file. Which records may be one is said in [`super::lookalikes`].

use super::lookalikes::{Known, MOST_ALIKE, keys};
use crate::form::instance::Answers;
use crate::record::links::{Links, Member, Pairing};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;

/// What a record is told by, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Suspect {
    /// The hash of form, question and key: equal where records are alike.
    key: u64,
    /// Its place among the records that passed.
    number: u32,
    /// The hash of its id.
    record: u64,
    /// Hashes of the record under which it stands and of the day, where these may explain a second one; else 0.
    subject: u32,
    day: u32,
    /// The input that brought it, from 1; 0 for none.
    input: u16,
}

const BYTES: usize = 30;

/// So many are held before they are put into a file: about 40 MB would be too many.
const IN_MEMORY: usize = 1 << 19;

/// Pairs are told apart up to this many; beyond, a pair that two answers name may count twice.
const PAIRS: usize = 200_000;

/// Bits that say which records passed: links to others wait for them.
const PASSED_BITS: u64 = 1 << 24;

/// Collects what records are told by.
#[derive(Default)]
pub struct Suspects {
    suspects: Vec<Suspect>,
    runs: Vec<Run>,
    cannot_spill: bool,
    passed: Vec<u64>,
    pairings: Vec<Pairing>,
    count: u32,
    /// The hash of the id of the record that passed last.
    record: u64,
}

/// How many pairs, and how many of them each input brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// All.
    pub all: u64,
    /// By input.
    pub brought: Vec<u64>,
}

fn hash_of(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

struct Run {
    file: BufReader<File>,
    path: PathBuf,
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Run {
    fn write(number: usize, suspects: &[Suspect]) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("khuyencong-{}-{number}.tmp", std::process::id()));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let run = Self { file: BufReader::with_capacity(1 << 16, file), path };
        let mut out = BufWriter::with_capacity(1 << 16, run.file.get_ref());
        for suspect in suspects {
            out.write_all(&suspect.to_bytes())?;
        }
        out.flush()?;
        drop(out);
        io::Seek::rewind(&mut run.file.get_ref())?;
        Ok(run)
    }

    fn next(&mut self) -> io::Result<Option<Suspect>> {
        let mut bytes = [0; BYTES];
        match self.file.read_exact(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            read => read.map(|()| Some(Suspect::from_bytes(&bytes))),
        }
    }
}

impl Suspect {
    fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&self.key.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.number.to_be_bytes());
        bytes[12..20].copy_from_slice(&self.record.to_be_bytes());
        bytes[20..24].copy_from_slice(&self.subject.to_be_bytes());
        bytes[24..28].copy_from_slice(&self.day.to_be_bytes());
        bytes[28..].copy_from_slice(&self.input.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; BYTES]) -> Self {
        let word = |at: usize, length: usize| bytes[at..at + length].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        Self { key: word(0, 8), number: word(8, 4) as u32, record: word(12, 8), subject: word(20, 4) as u32, day: word(24, 4) as u32, input: word(28, 2) as u16 }
    }

    /// The same thing seen again on another day at the same place is no second record.
    fn is_again(&self, other: &Self) -> bool {
        self.subject != 0 && self.subject == other.subject && self.day != other.day
    }
}

impl Suspects {
    /// Notes that a record passed, and what people decided about it and others.
    pub fn passed(&mut self, record: &str, pairings: Vec<Pairing>) {
        if self.passed.is_empty() {
            self.passed = vec![0; (PASSED_BITS / 64) as usize];
        }
        self.record = hash_of(record);
        let bit = self.record % PASSED_BITS;
        self.passed[(bit / 64) as usize] |= 1 << (bit % 64);
        self.pairings.extend(pairings);
        self.count = self.count.saturating_add(1);
    }

    /// Notes the identifying answers of the record that passed last; `input` is the one that brought it, from 0.
    pub fn add(&mut self, form: &str, known: &Known, answers: &Answers, input: Option<usize>) {
        let short = |text: String| (hash_of(text) as u32).max(1);
        let answer = |name: &Option<String>| name.as_ref().and_then(|name| answers.get(name)).map(Value::plain);
        let seen = answer(&known.subject).zip(answer(&known.date));
        let (subject, day) = seen.map_or((0, 0), |(subject, day)| (short(subject), short(day)));
        for (question, key) in keys(known, answers, &|_| true) {
            let (subject, day) = if question.contains('/') { (subject, day) } else { (0, 0) };
            let key = hash_of((form, question, key));
            self.suspects.push(Suspect { key, number: self.count, record: self.record, subject, day, input: input.map_or(0, |input| input as u16 + 1) });
        }
        if self.suspects.len() >= IN_MEMORY && !self.cannot_spill {
            self.spill();
        }
    }

    fn spill(&mut self) {
        self.suspects.sort_unstable();
        match Run::write(self.runs.len(), &self.suspects) {
            Ok(run) => {
                self.runs.push(run);
                self.suspects.clear();
            }
            // Without room for temporary files it goes on in memory.
            Err(_) => self.cannot_spill = true,
        }
    }

    /// Counts the pairs that nobody has decided about.
    ///
    /// # Errors
    /// A temporary file cannot be read back.
    pub fn pairs(mut self, inputs: usize) -> io::Result<Pairs> {
        self.suspects.sort_unstable();
        let mut counting = Counting::new(&self.pairings, &self.passed, inputs);
        let mut memory = std::mem::take(&mut self.suspects).into_iter();
        let mut heads: Vec<Option<Suspect>> = self.runs.iter_mut().map(Run::next).collect::<io::Result<_>>()?;
        heads.push(memory.next());
        while let Some((at, suspect)) = heads.iter().enumerate().filter_map(|(at, head)| head.map(|suspect| (at, suspect))).min_by_key(|(_, suspect)| *suspect) {
            counting.add(suspect);
            heads[at] = match self.runs.get_mut(at) {
                Some(run) => run.next()?,
                None => memory.next(),
            };
        }
        Ok(counting.pairs)
    }
}

struct Counting {
    pairs: Pairs,
    links: Links,
    /// Records about which something was decided, by the hashes of their ids.
    decided: BTreeMap<u64, String>,
    seen: BTreeSet<(u64, u64)>,
    group: Vec<Suspect>,
    alike: usize,
}

impl Counting {
    fn new(pairings: &[Pairing], passed: &[u64], inputs: usize) -> Self {
        let has_passed = |record: &str| {
            let bit = hash_of(record) % PASSED_BITS;
            passed.get((bit / 64) as usize).is_some_and(|word| word >> (bit % 64) & 1 == 1)
        };
        // Only records of one form are ever alike, so for these the form need not be known.
        let links = Links::new(pairings.iter(), &|record| has_passed(record).then(|| Member { form: String::new(), is_void: false }));
        let decided = pairings.iter().flat_map(|p| [&p.record, &p.other]).map(|record| (hash_of(record.as_str()), record.clone())).collect();
        Self { pairs: Pairs { all: 0, brought: vec![0; inputs] }, links, decided, seen: BTreeSet::new(), group: Vec::new(), alike: 0 }
    }

    /// One more that is like those of its group, or the first of the next.
    fn add(&mut self, suspect: Suspect) {
        if self.group.first().is_some_and(|first| first.key != suspect.key) {
            self.group.clear();
            self.alike = 0;
        }
        let compared = if self.alike > MOST_ALIKE { 1 } else { MOST_ALIKE };
        for at in 0..self.group.len().min(compared) {
            self.pair(self.group[at], suspect);
        }
        self.alike += 1;
        if self.group.len() <= MOST_ALIKE {
            self.group.push(suspect);
        }
    }

    fn pair(&mut self, one: Suspect, other: Suspect) {
        if one.record == other.record || one.is_again(&other) || self.is_decided(one.record, other.record) {
            return;
        }
        if self.seen.len() < PAIRS && !self.seen.insert((one.record.min(other.record), one.record.max(other.record))) {
            return;
        }
        self.pairs.all += 1;
        if let Some(brought) = usize::from(one.input.max(other.input)).checked_sub(1).and_then(|input| self.pairs.brought.get_mut(input)) {
            *brought += 1;
        }
    }

    fn is_decided(&self, one: u64, other: u64) -> bool {
        self.decided.get(&one).zip(self.decided.get(&other)).is_some_and(|(one, other)| self.links.is_decided(one, other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known { identity: vec!["tax_code".to_owned(), "phone".to_owned()], ..Known::default() }
    }

    fn told(suspects: &mut Suspects, form: &str, record: &str, answers: &[(&str, &str)], input: Option<usize>) {
        suspects.passed(record, Vec::new());
        let answers = answers.iter().map(|(path, text)| ((*path).to_owned(), Value::text(*text))).collect();
        suspects.add(form, &known(), &answers, input);
    }

    #[test]
    fn a_pair_counts_once_however_many_answers_name_it_and_for_whoever_brought_it() {
        let mut suspects = Suspects::default();
        told(&mut suspects, "shop", "a", &[("tax_code", "123"), ("phone", "0912345678")], None);
        told(&mut suspects, "shop", "b", &[("tax_code", "12-3"), ("phone", "0912345678")], Some(0));
        told(&mut suspects, "shop", "c", &[("tax_code", "123")], Some(1));
        told(&mut suspects, "farm", "d", &[("tax_code", "123")], Some(0));
        assert_eq!(suspects.pairs(2).unwrap(), Pairs { all: 3, brought: vec![1, 2] });
    }

    #[test]
    fn a_pair_that_somebody_decided_about_is_no_longer_suspected() {
        let mut suspects = Suspects::default();
        for record in ["a", "b", "c"] {
            told(&mut suspects, "shop", record, &[("tax_code", "123")], None);
        }
        suspects.passed("b", vec![Pairing { record: "b".to_owned(), other: "a".to_owned(), is_link: false, revision: [0; 32] }]);
        assert_eq!(suspects.pairs(0).unwrap().all, 2);
    }

    #[test]
    fn what_lies_in_files_is_counted_as_what_is_in_memory() {
        let mut suspects = Suspects::default();
        let known = known();
        for number in 0..(IN_MEMORY as u32 + 10) {
            let record = number.to_string();
            suspects.passed(&record, Vec::new());
            suspects.add("shop", &known, &Answers::from([("tax_code".to_owned(), Value::text((number % IN_MEMORY as u32).to_string()))]), None);
        }
        assert_eq!(suspects.runs.len(), 1, "it is worth a file");
        assert_eq!(suspects.pairs(0).unwrap().all, 10);
    }
}
