//! What is kept of a record read where it lies: of many records a few answers each, without unpacking the others.
//!
//! Reads what bincode wrote of [`super::schema::CurrentV2`] as its standard configuration lays it out: numbers up to 250 in
//! one byte, longer ones behind a byte that says how long; texts and lists behind their length.

use super::dictionary::Dictionary;
use crate::value::{Decimal, FileRef, Value};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An answer.
    Answer,
    /// The path of something that is not relevant.
    Hidden,
    /// A computed value.
    Computed,
}

/// A value where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raw<'b> {
    /// Nothing: of a path alone.
    None,
    /// Text.
    Text(&'b str),
    /// A number's canonical text.
    Number(&'b str),
    /// What is rarer, unpacked.
    Other(Value),
}

/// An answer, a computed value or a hidden path: `energy/k3f9/after` has the names `energy`, `after` and the key `k3f9`.
#[derive(Clone, Debug)]
pub struct Entry<'b, 'e> {
    /// What it is.
    pub part: Part,
    /// The numbers of the names in its path.
    pub names: &'e [u32],
    /// The row keys between them.
    pub keys: &'e [&'b str],
    /// Its value.
    pub value: Raw<'b>,
}

impl Raw<'_> {
    /// As a value; `None` of what has none.
    pub fn to_value(self) -> Option<Value> {
        Some(match self {
            Self::None => return None,
            Self::Text(text) => Value::text(text),
            Self::Number(number) => Value::Number(Decimal::canonical(number)?),
            Self::Other(value) => value,
        })
    }
}

/// Room that is used again for every record.
#[derive(Default)]
pub struct Scratch {
    names: Vec<u32>,
    summed: Vec<u8>,
    summed_hidden: Vec<u8>,
}

/// What is kept of one record.
pub struct Packed<'b> {
    bytes: &'b [u8],
}

impl<'b> Packed<'b> {
    /// Of what an envelope held.
    pub fn new(payload: &'b [u8]) -> Self {
        Self { bytes: payload }
    }

    /// Gives the entries whose last name is wanted, by its number: answers, then hidden paths, then computed values, each in the
    /// order of their paths; then the sum of the revisions that all was made from. `None` where the bytes are not what they should be or a name is not the one that it was, which may
    /// be known only after the last entry.
    pub fn read(self, dictionary: &Dictionary, scratch: &mut Scratch, wanted: &[bool], take: &mut impl FnMut(Entry<'b, '_>)) -> Option<u32> {
        let mut bytes = Bytes(self.bytes);
        scratch.summed.clear();
        scratch.summed_hidden.clear();
        let mut keys = Vec::new();
        bytes.skip_text()?;
        for part in [Part::Answer, Part::Hidden, Part::Computed] {
            for _ in 0..bytes.number()? {
                let is_wanted = bytes.path(scratch, part, &mut keys, dictionary, wanted)?;
                let value = match (part, is_wanted) {
                    (Part::Hidden, _) => Raw::None,
                    (_, true) => bytes.value()?,
                    (_, false) => {
                        bytes.skip_value()?;
                        continue;
                    }
                };
                if is_wanted {
                    take(Entry { part, names: &scratch.names, keys: &keys, value });
                }
            }
        }
        for _ in 0..bytes.number()? {
            bytes.skip_text()?;
            bytes.skip_text()?;
        }
        let names = bytes.number()?;
        let revisions = u32::try_from(bytes.number()?).ok()?;
        // Hidden paths lie in between, but are summed last.
        scratch.summed.append(&mut scratch.summed_hidden);
        (bytes.0.is_empty() && u64::from(crc32fast::hash(&scratch.summed)) == names).then_some(revisions)
    }
}

/// What is still to be read.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let wide = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        match first {
            0..=250 => Some(u64::from(*first)),
            251 => self.take(2).map(wide),
            252 => self.take(4).map(wide),
            253 => self.take(8).map(wide),
            _ => None,
        }
    }

    fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn skip_text(&mut self) -> Option<()> {
        self.bytes().map(|_| ())
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        (0..self.number()?).map(|_| self.text().map(str::to_owned)).collect()
    }

    /// Reads a path; gives whether its last name is wanted. Keys of others are not looked at.
    fn path(&mut self, scratch: &mut Scratch, part: Part, keys: &mut Vec<&'b str>, dictionary: &Dictionary, wanted: &[bool]) -> Option<bool> {
        scratch.names.clear();
        keys.clear();
        let summed = if part == Part::Hidden { &mut scratch.summed_hidden } else { &mut scratch.summed };
        for _ in 0..self.number()? {
            let number = u32::try_from(self.number()?).ok()?;
            dictionary.add_ended(number, summed)?;
            scratch.names.push(number);
        }
        let is_wanted = scratch.names.last().is_some_and(|last| wanted.get(*last as usize).copied().unwrap_or_default());
        for _ in 0..self.number()? {
            if is_wanted { keys.push(self.text()?) } else { self.skip_text()? }
        }
        Some(is_wanted)
    }

    fn value(&mut self) -> Option<Raw<'b>> {
        let decimals = |texts: Vec<String>| texts.iter().map(|text| Decimal::canonical(text)).collect::<Option<Vec<_>>>();
        Some(match self.number()? {
            0 => Raw::Text(self.text()?),
            1 => Raw::Number(self.text().filter(|text| Decimal::is_canonical(text))?),
            2 => Raw::Other(Value::Choices(self.texts()?)),
            3 => Raw::Other(Value::Point(decimals(self.texts()?)?)),
            4 => Raw::Other(Value::File(FileRef { sha256: self.text()?.to_owned(), bytes: self.number()?, name: self.text()?.to_owned() })),
            _ => return None,
        })
    }

    fn skip_value(&mut self) -> Option<()> {
        match self.number()? {
            0 | 1 => self.skip_text(),
            2 | 3 => (0..self.number()?).try_for_each(|_| self.skip_text()),
            4 => {
                self.skip_text()?;
                self.number()?;
                self.skip_text()
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::derived::Current;
    use super::super::schema::CurrentV2;
    use super::super::{envelope, schema};
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<String>().prop_map(Value::Text),
            any::<i64>().prop_map(|number| Value::Number(number.into())),
            proptest::collection::vec("[a-z]{0,4}", 0..4).prop_map(Value::Choices),
            proptest::collection::vec(any::<i64>().prop_map(Decimal::from), 0..5).prop_map(Value::Point),
            ("[0-9a-f]{64}", any::<u64>(), any::<String>()).prop_map(|(sha256, bytes, name)| Value::File(FileRef { sha256, bytes, name })),
        ]
    }

    fn values() -> impl Strategy<Value = BTreeMap<String, Value>> {
        proptest::collection::btree_map("[a-z]{1,2}(/[a-z0-9]{4}/[a-z#]{1,2}){0,2}", value(), 0..12)
    }

    /// The path of an entry as text.
    fn path(entry: &Entry<'_, '_>, dictionary: &Dictionary) -> String {
        let mut path = String::new();
        for (at, number) in entry.names.iter().enumerate() {
            path += dictionary.name(*number).unwrap();
            if let Some(key) = entry.keys.get(at) {
                path += &format!("/{key}/");
            }
        }
        path
    }

    proptest! {
        #[test]
        fn what_lies_there_is_read_as_when_it_is_unpacked(answers in values(), computed in values(), hidden in values(), more in any::<bool>()) {
            let mut dictionary = Dictionary::default();
            if more {
                // Numbers of more than one byte.
                for at in 0..300 {
                    dictionary.number(&format!("before{at}"));
                }
            }
            let hidden: Vec<String> = hidden.into_keys().collect();
            let current = Current { of: "f@1@0123456789ab".to_owned(), answers, hidden, computed, notes: BTreeMap::from([("a".to_owned(), "ghi chú".to_owned())]) };
            let sealed = envelope::seal(schema::SCHEMA, &CurrentV2::pack(&current, 7, &mut dictionary));
            let payload = envelope::payload(schema::SCHEMA, &sealed).unwrap();
            let wanted: Vec<bool> = dictionary.names().iter().map(|name| !name.starts_with('b')).collect();
            let mut unpacked = envelope::open::<CurrentV2>(schema::SCHEMA, &sealed).unwrap().unpack(&dictionary).unwrap();
            let is_wanted = |path: &String| !path.rsplit('/').next().unwrap().starts_with('b');
            unpacked.answers.retain(|path, _| is_wanted(path));
            unpacked.computed.retain(|path, _| is_wanted(path));
            unpacked.hidden.retain(is_wanted);
            let mut found = Current { of: unpacked.of.clone(), notes: unpacked.notes.clone(), ..Current::default() };
            Packed::new(payload).read(&dictionary, &mut Scratch::default(), &wanted, &mut |entry: Entry<'_, '_>| {
                let path = path(&entry, &dictionary);
                match entry.part {
                    Part::Answer => drop(found.answers.insert(path, entry.value.to_value().unwrap())),
                    Part::Hidden => found.hidden.push(path),
                    Part::Computed => drop(found.computed.insert(path, entry.value.to_value().unwrap())),
                }
            }).map(|revisions| assert_eq!(revisions, 7)).unwrap();
            prop_assert_eq!(found, unpacked);
            // Another name behind a number is seen.
            let other = Dictionary::new(dictionary.names().iter().map(|name| format!("{name}x")).collect());
            let nothing = current.answers.is_empty() && current.computed.is_empty() && current.hidden.is_empty();
            prop_assert_eq!(Packed::new(payload).read(&other, &mut Scratch::default(), &wanted, &mut |_| ()).is_some(), nothing);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let dictionary = Dictionary::new(vec!["a".to_owned(), "#".to_owned()]);
            let _ = Packed::new(&bytes).read(&dictionary, &mut Scratch::default(), &[true, true], &mut |_| ());
        }
    }
}
