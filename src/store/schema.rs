//! The frozen shapes of stored values. A shape is never changed: a new schema gets new ones, the old ones stay to be read,
//! and the view is rebuilt from the journal. Names that recur (questions, devices, forms) are numbers of a dictionary.
//!
//! Schema 1 had the shapes `…V1`; 2 adds to a revision and to current answers a sum of the names behind their numbers, so
//! that a dictionary that lost or shifted a name cannot give an answer to another question; and to what is derived the sum
//! of the revisions that it was derived from, so that a row that a power cut brought back in an earlier state is seen.
//! 3 adds to a record's line whether an approval lapsed; all else is shaped as in 2.

use super::derived::{Current, IndexRow};
use super::dictionary::Dictionary;
use super::part::Packer;
use crate::record::clock::Stamp;
use crate::record::history::State;
use crate::record::revision::{Act, Argument, Revision, RevisionId};
use crate::value::{Decimal, FileRef, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Schema of everything in the view. Raised when a shape or what is derived changes; an older view is then rebuilt.
pub const SCHEMA: u16 = 3;

/// A part of a path: questions by number, row keys as they are.
#[derive(Debug, Serialize, Deserialize)]
struct PathV1<S = String> {
    names: Vec<u32>,
    keys: Vec<S>,
}

#[derive(Debug, Serialize, Deserialize)]
enum ValueV1<S = String> {
    Text(S),
    Number(S),
    Choices(Vec<S>),
    Point(Vec<S>),
    File(S, u64, S),
}

#[derive(Debug, Serialize, Deserialize)]
struct AnswerV1<S = String> {
    path: PathV1<S>,
    value: ValueV1<S>,
    wrote: bool,
}

/// A revision without what its key says (record, at, id). Where its texts are borrowed from the bytes, reading many is cheaper.
#[derive(Debug, Serialize, Deserialize)]
pub struct RevisionV1<S = String> {
    device: u32,
    seq: u64,
    prev: Option<RevisionId>,
    person: S,
    of: u32,
    parents: Vec<RevisionId>,
    act: u32,
    args: Vec<(S, bool, S)>,
    answers: Vec<AnswerV1<S>>,
    cleared: Vec<PathV1<S>>,
    notes: Vec<(S, S)>,
}

impl<S> RevisionV1<S> {
    fn numbers(&self) -> impl Iterator<Item = u32> {
        let paths = self.answers.iter().map(|answer| &answer.path).chain(&self.cleared);
        [self.device, self.of, self.act].into_iter().chain(paths.flat_map(|path| path.names.iter().copied()))
    }
}

/// The same with the sum of its names.
#[derive(Debug, Serialize, Deserialize)]
pub struct RevisionV2<S = String> {
    body: RevisionV1<S>,
    names: u32,
}

impl RevisionV2<&str> {
    /// What it does, of one that can be unpacked; `None` of any other.
    pub fn act(&self, dictionary: &Dictionary) -> Option<Act> {
        let is_good = |value: &ValueV1<&str>| match value {
            ValueV1::Number(number) => Decimal::canonical(number).is_some(),
            ValueV1::Point(numbers) => numbers.iter().all(|number| Decimal::canonical(number).is_some()),
            ValueV1::Text(_) | ValueV1::Choices(_) | ValueV1::File(..) => true,
        };
        let is_whole = dictionary.sum(self.body.numbers())? == self.names && self.body.answers.iter().all(|answer| is_good(&answer.value));
        is_whole.then(|| dictionary.name(self.body.act).map(Act::parse)).flatten()
    }
}

fn pack_path(path: &str, dictionary: &mut Dictionary) -> PathV1 {
    let mut packed = PathV1 { names: Vec::new(), keys: Vec::new() };
    for (at, part) in path.split('/').enumerate() {
        match at % 2 {
            0 => packed.names.push(dictionary.number(part)),
            _ => packed.keys.push(part.to_owned()),
        }
    }
    packed
}

fn unpack_path(path: &PathV1, dictionary: &Dictionary) -> Option<String> {
    let mut parts = Vec::with_capacity(path.names.len() + path.keys.len());
    for (at, number) in path.names.iter().enumerate() {
        parts.push(dictionary.name(*number)?);
        parts.extend(path.keys.get(at).map(String::as_str));
    }
    Some(parts.join("/"))
}

fn pack_value(value: &Value) -> ValueV1 {
    match value {
        Value::Text(text) => ValueV1::Text(text.clone()),
        Value::Number(number) => ValueV1::Number(number.to_string()),
        Value::Choices(names) => ValueV1::Choices(names.clone()),
        Value::Point(numbers) => ValueV1::Point(numbers.iter().map(Decimal::to_string).collect()),
        Value::File(file) => ValueV1::File(file.sha256.clone(), file.bytes, file.name.clone()),
    }
}

fn unpack_value(value: ValueV1) -> Option<Value> {
    Some(match value {
        ValueV1::Text(text) => Value::Text(text),
        ValueV1::Number(number) => Value::Number(Decimal::canonical(&number)?),
        ValueV1::Choices(names) => Value::Choices(names),
        ValueV1::Point(numbers) => Value::Point(numbers.iter().map(|n| Decimal::canonical(n)).collect::<Option<_>>()?),
        ValueV1::File(sha256, bytes, name) => Value::File(FileRef { sha256, bytes, name }),
    })
}

/// Packs a revision.
pub fn pack(revision: &Revision, dictionary: &mut Dictionary) -> RevisionV2 {
    let body = pack_body(revision, dictionary);
    // Every number was given a name just now.
    let names = dictionary.sum(body.numbers()).unwrap_or_default();
    RevisionV2 { body, names }
}

fn pack_body(revision: &Revision, dictionary: &mut Dictionary) -> RevisionV1 {
    let wrote = |path: &String| revision.wrote.binary_search(path).is_ok();
    RevisionV1 {
        device: dictionary.number(&revision.device),
        seq: revision.seq,
        prev: revision.prev,
        person: revision.person.clone(),
        of: dictionary.number(&revision.of),
        parents: revision.parents.clone(),
        act: dictionary.number(revision.act.word()),
        args: revision
            .args
            .iter()
            .map(|(name, argument)| match argument {
                Argument::Text(text) => (name.clone(), true, text.clone()),
                Argument::Other(json) => (name.clone(), false, json.clone()),
            })
            .collect(),
        answers: revision.answers.iter().map(|(path, value)| AnswerV1 { path: pack_path(path, dictionary), value: pack_value(value), wrote: wrote(path) }).collect(),
        cleared: revision.wrote.iter().filter(|path| !revision.answers.contains_key(*path)).map(|path| pack_path(path, dictionary)).collect(),
        notes: revision.notes.iter().map(|(path, note)| (path.clone(), note.clone())).collect(),
    }
}

/// Unpacks a revision; `None` where the dictionary lacks a name or has another.
pub fn unpack(packed: RevisionV2, key: (String, Stamp, RevisionId), dictionary: &Dictionary) -> Option<Revision> {
    let sum = dictionary.sum(packed.body.numbers())?;
    (sum == packed.names).then(|| unpack_body(packed.body, key, dictionary)).flatten()
}

/// Unpacks a revision of schema 1, whose names nothing vouches for: its id must be checked.
pub fn unpack_body(packed: RevisionV1, (record, at, id): (String, Stamp, RevisionId), dictionary: &Dictionary) -> Option<Revision> {
    let name = |number: u32| dictionary.name(number).map(str::to_owned);
    let mut wrote = packed.cleared.iter().map(|path| unpack_path(path, dictionary)).collect::<Option<Vec<_>>>()?;
    let mut answers = BTreeMap::new();
    for answer in packed.answers {
        let path = unpack_path(&answer.path, dictionary)?;
        if answer.wrote {
            wrote.push(path.clone());
        }
        answers.insert(path, unpack_value(answer.value)?);
    }
    wrote.sort_unstable();
    Some(Revision {
        record,
        at,
        id,
        device: name(packed.device)?,
        seq: packed.seq,
        prev: packed.prev,
        person: packed.person,
        of: name(packed.of)?,
        parents: packed.parents,
        act: Act::parse(dictionary.name(packed.act)?),
        args: packed.args.into_iter().map(|(name, text, value)| (name, if text { Argument::Text(value) } else { Argument::Other(value) })).collect(),
        wrote,
        answers,
        notes: packed.notes.into_iter().collect(),
    })
}

/// A record's line in lists. Where its texts are borrowed from the bytes, reading many is cheaper.
#[derive(Debug, Serialize, Deserialize)]
struct IndexRowV1<S = String> {
    record: S,
    form: S,
    version: u32,
    state: u8,
    conflicts: u32,
    problems: u32,
    warnings: u32,
    subject: S,
    references: Vec<S>,
    date: S,
    person: S,
    device: S,
    at: (i64, u16),
    summary: S,
    search: S,
    identity: Vec<(S, S)>,
}

const STATES: [State; 5] = [State::Draft, State::Submitted, State::Approved, State::Returned, State::Void];

impl<'r> IndexRowV1<&'r str> {
    fn pack(row: &'r IndexRow) -> Self {
        Self {
            record: &row.record,
            form: &row.form,
            version: row.version,
            state: STATES.iter().position(|s| *s == row.state).unwrap_or(1) as u8,
            conflicts: row.conflicts,
            problems: row.problems,
            warnings: row.warnings,
            subject: &row.subject,
            references: row.references.iter().map(|reference| &**reference).collect(),
            date: &row.date,
            person: &row.person,
            device: &row.device,
            at: (row.at.millis, row.at.counter),
            summary: &row.summary,
            search: &row.search,
            identity: row.identity.iter().map(|(question, value)| (&**question, &**value)).collect(),
        }
    }

    fn unpack(self, packer: &mut Packer) -> IndexRow {
        // The longest first: what the others say may stand in it.
        let search = packer.part(self.search);
        IndexRow {
            record: packer.part(self.record),
            form: packer.known(self.form),
            version: self.version,
            state: STATES.get(self.state as usize).copied().unwrap_or(State::Submitted),
            lapsed: false,
            conflicts: self.conflicts,
            problems: self.problems,
            warnings: self.warnings,
            subject: packer.part(self.subject),
            references: self.references.into_iter().map(|reference| packer.part(reference)).collect(),
            date: packer.known(self.date),
            person: packer.known(self.person),
            device: packer.known(self.device),
            at: Stamp { millis: self.at.0, counter: self.at.1 },
            summary: packer.part(self.summary),
            search,
            identity: self.identity.into_iter().map(|(question, value)| (packer.known(question), packer.part(value))).collect(),
        }
    }
}

/// The same with what it was derived from, and what became of its approval.
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexRowV3<S = String> {
    body: IndexRowV1<S>,
    /// CRC-32 of the ids of the record's revisions, in their order.
    pub revisions: u32,
    lapsed: bool,
}

impl<'r> IndexRowV3<&'r str> {
    /// Packs.
    pub fn pack(row: &'r IndexRow, revisions: u32) -> Self {
        Self { body: IndexRowV1::pack(row), revisions, lapsed: row.lapsed }
    }

    /// Unpacks.
    pub fn unpack(self, packer: &mut Packer) -> IndexRow {
        IndexRow { lapsed: self.lapsed, ..self.body.unpack(packer) }
    }
}

/// A record's merged answers with what was derived from them.
#[derive(Debug, Serialize, Deserialize)]
struct CurrentV1 {
    of: String,
    answers: Vec<(PathV1, ValueV1)>,
    hidden: Vec<PathV1>,
    computed: Vec<(PathV1, ValueV1)>,
    notes: Vec<(String, String)>,
}

impl CurrentV1 {
    fn numbers(&self) -> impl Iterator<Item = u32> {
        let paths = self.answers.iter().chain(&self.computed).map(|(path, _)| path).chain(&self.hidden);
        paths.flat_map(|path| path.names.iter().copied())
    }
}

/// The same with the sum of its names. Of many records it is read by [`super::packed`], which must know its shape.
#[derive(Debug, Serialize, Deserialize)]
pub struct CurrentV2 {
    body: CurrentV1,
    names: u32,
    /// CRC-32 of the ids of the record's revisions, in their order.
    pub revisions: u32,
}

impl CurrentV2 {
    /// Packs.
    pub fn pack(current: &Current, revisions: u32, dictionary: &mut Dictionary) -> Self {
        let mut values = |values: &BTreeMap<String, Value>| values.iter().map(|(path, value)| (pack_path(path, dictionary), pack_value(value))).collect();
        let (answers, computed) = (values(&current.answers), values(&current.computed));
        let body = CurrentV1 {
            of: current.of.clone(),
            answers,
            computed,
            hidden: current.hidden.iter().map(|path| pack_path(path, dictionary)).collect(),
            notes: current.notes.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        };
        let names = dictionary.sum(body.numbers()).unwrap_or_default();
        Self { body, names, revisions }
    }

    /// Unpacks; `None` where the dictionary lacks a name or has another.
    pub fn unpack(self, dictionary: &Dictionary) -> Option<Current> {
        let Self { body, names, .. } = self;
        if dictionary.sum(body.numbers())? != names {
            return None;
        }
        let values = |values: Vec<(PathV1, ValueV1)>| {
            let values = values.into_iter().map(|(path, value)| Some((unpack_path(&path, dictionary)?, unpack_value(value)?)));
            values.collect::<Option<BTreeMap<_, _>>>()
        };
        Some(Current {
            answers: values(body.answers)?,
            computed: values(body.computed)?,
            hidden: body.hidden.iter().map(|path| unpack_path(path, dictionary)).collect::<Option<_>>()?,
            notes: body.notes.into_iter().collect(),
            of: body.of,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::envelope;

    proptest::proptest! {
        /// Whatever others wrote: what comes back must have the same name.
        #[test]
        fn any_path_comes_back_as_it_was(path in "(/|[a-z#]{0,2}){0,6}|.*") {
            let mut dictionary = Dictionary::default();
            let packed = pack_path(&path, &mut dictionary);
            proptest::prop_assert_eq!(unpack_path(&packed, &dictionary), Some(path));
        }
    }

    #[test]
    fn a_revision_looked_at_where_it_lies_is_good_where_it_can_be_unpacked_and_only_there() {
        let answers = [("name", Value::text("Cơ sở thử")), ("energy/a7q2/after", Value::Number(Decimal::canonical("31.5").unwrap()))];
        let revision = Revision { wrote: vec!["name".to_owned()], answers: answers.map(|(path, value)| (path.to_owned(), value)).into(), ..Revision::example() };
        let mut dictionary = Dictionary::default();
        let bytes = envelope::seal(SCHEMA, &pack(&revision, &mut dictionary));
        let act = |bytes: &[u8], dictionary: &Dictionary| envelope::open_borrowed::<RevisionV2<&str>>(SCHEMA, bytes).unwrap().act(dictionary);
        assert_eq!(act(&bytes, &dictionary), Some(Act::Submit));
        // A name that was lost, and two that changed places.
        let names = dictionary.names().to_vec();
        let swapped: Vec<String> = names.iter().rev().cloned().collect();
        for names in [names[..names.len() - 1].to_vec(), swapped] {
            let other = Dictionary::new(names);
            assert_eq!(act(&bytes, &other), None);
            assert!(unpack(envelope::open(SCHEMA, &bytes).unwrap(), (revision.record.clone(), revision.at, revision.id), &other).is_none());
        }
        // A number that nobody writes so.
        let payload = envelope::payload(SCHEMA, &bytes).unwrap().to_vec();
        let at = payload.windows(4).position(|part| part == b"31.5").unwrap();
        let odd: Vec<u8> = [&payload[..at], b"31.0", &payload[at + 4..]].concat();
        assert_eq!(act(&envelope::wrap(SCHEMA, &odd), &dictionary), None);
    }
}
