//! Drafts of several laptops in one file beside a backup: each laptop changes only its own, and takes none away that did not
//! become a revision.
//!
//! A line is one of `drafts.jsonl` that also names its laptop and person. Files of older programs name neither: what they hold
//! stays until a laptop brings the same draft.

use super::drafts::{Draft, Drafts, checked, sealed};
use std::collections::BTreeMap;

/// A laptop's drafts, and who works there.
#[derive(Default)]
struct Laptop {
    person: String,
    drafts: Drafts,
}

/// Drafts of several laptops, by device; those of nobody known have an empty one.
#[derive(Default)]
pub struct Copies {
    laptops: BTreeMap<String, Laptop>,
    damaged: Vec<u64>,
}

/// A device without its suffix, which a laptop that was set up anew has not.
fn label(device: &str) -> &str {
    device.split('-').next().unwrap_or_default()
}

/// Whether drafts are those of a laptop, however often it was set up, or of its person.
fn is_of(known: &str, laptop: &Laptop, device: &str, person: &str) -> bool {
    !known.is_empty() && (label(known) == label(device) || (!person.is_empty() && laptop.person == person))
}

impl Copies {
    /// Reads the bytes of a file. What cannot be read is skipped and its line noted.
    pub fn read(bytes: &[u8]) -> Self {
        let mut copies = Self::default();
        for (at, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let json = checked(line);
            let text = |key: &str| json.as_ref().and_then(|json| json.get(key)?.as_str()).unwrap_or_default().to_owned();
            let laptop = copies.laptops.entry(text("device")).or_default();
            laptop.person = text("person");
            if laptop.drafts.replay(line).is_none() {
                copies.damaged.push(at as u64 + 1);
            }
        }
        copies
    }

    /// Numbers (from 1) of lines that could not be read.
    pub fn damaged(&self) -> &[u64] {
        &self.damaged
    }

    /// A laptop has these drafts now. Of what it or its person had here before, the drafts that became something go; others stay,
    /// since a laptop may have lost its drafts.
    ///
    /// # Errors
    /// Those of `became`, which is told the device that had the draft.
    pub fn set<'d, E>(&mut self, device: &str, person: &str, drafts: impl Iterator<Item = &'d Draft>, became: impl Fn(&str, &Draft) -> Result<bool, E>) -> Result<(), E> {
        let own = self.laptops.entry(device.to_owned()).or_default();
        person.clone_into(&mut own.person);
        for (known, laptop) in self.laptops.iter_mut().filter(|(known, laptop)| is_of(known, laptop, device, person)) {
            let mut gone = Vec::new();
            for draft in laptop.drafts.iter() {
                if became(known, draft)? {
                    gone.push(draft.record.clone());
                }
            }
            gone.iter().for_each(|record| laptop.drafts.take_away(record));
        }
        for draft in drafts {
            if let Some(unnamed) = self.laptops.get_mut("") {
                unnamed.drafts.take_away(&draft.record);
            }
            self.laptops.entry(device.to_owned()).or_default().drafts.put(draft.clone());
        }
        Ok(())
    }

    /// What a laptop takes when it is set up anew, with the devices that had it: what was written under its label or by its
    /// person, the latest of each record; where there is nothing of either, everything.
    pub fn of(&self, device: &str, person: &str) -> Vec<(&str, &Draft)> {
        let has_drafts = |laptop: &Laptop| laptop.drafts.iter().next().is_some();
        let own: Vec<(&String, &Laptop)> = self.laptops.iter().filter(|(known, laptop)| is_of(known, laptop, device, person) && has_drafts(laptop)).collect();
        let chosen = if own.is_empty() { self.laptops.iter().collect() } else { own };
        let mut latest: BTreeMap<&str, (&str, &Draft)> = BTreeMap::new();
        for (known, draft) in chosen.into_iter().flat_map(|(known, laptop)| laptop.drafts.iter().map(move |draft| (known.as_str(), draft))) {
            let before = latest.entry(&draft.record).or_insert((known, draft));
            if draft.changed > before.1.changed {
                *before = (known, draft);
            }
        }
        latest.into_values().collect()
    }

    /// The bytes of a file, the draft that was changed last at its end: an older program takes the last one of a record.
    pub fn bytes(&self) -> Vec<u8> {
        let mut all: Vec<(&Draft, &str, &Laptop)> = Vec::new();
        for (device, laptop) in &self.laptops {
            all.extend(laptop.drafts.iter().map(|draft| (draft, device.as_str(), laptop)));
        }
        all.sort_by(|(a, of_a, _), (b, of_b, _)| (&a.changed, &a.record, of_a).cmp(&(&b.changed, &b.record, of_b)));
        let named = |device: &str, laptop: &Laptop| (!device.is_empty()).then(|| (device.to_owned(), laptop.person.clone()));
        all.into_iter().map(|(draft, device, laptop)| sealed(draft, named(device, laptop))).collect::<String>().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(record: &str, changed: &str) -> Draft {
        Draft { record: record.into(), of: "shop@1@x".into(), changed: changed.into(), ..Draft::default() }
    }

    fn set(copies: &mut Copies, device: &str, person: &str, drafts: &[Draft]) {
        copies.set(device, person, drafts.iter(), |_, draft| Ok::<_, ()>(draft.record == "s")).unwrap();
    }

    fn told(copies: &Copies, device: &str, person: &str) -> Vec<(String, String)> {
        copies.of(device, person).into_iter().map(|(_, draft)| (draft.record.clone(), draft.changed.clone())).collect()
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    #[test]
    fn a_laptop_changes_only_its_own_and_takes_only_its_own() {
        let mut copies = Copies::default();
        set(&mut copies, "lt01-aaaaaa", "A", &[draft("r", "1"), draft("s", "1")]);
        set(&mut copies, "lt02-bbbbbb", "B", &[draft("r", "2")]);
        let mut copies = Copies::read(&copies.bytes());
        assert_eq!(told(&copies, "lt01-cccccc", ""), pairs([("r", "1"), ("s", "1")]), "a laptop set up anew, known by its label");
        assert_eq!(told(&copies, "lt07-dddddd", "B"), pairs([("r", "2")]), "another laptop of the same person");
        assert_eq!(told(&copies, "lt07-dddddd", "C"), pairs([("r", "2"), ("s", "1")]), "nobody's: everything, of each the latest");
        set(&mut copies, "lt01-cccccc", "A", &[draft("r", "3")]);
        set(&mut copies, "lt02-bbbbbb", "B", &[]);
        let copies = Copies::read(&copies.bytes());
        assert_eq!(told(&copies, "lt01-cccccc", "A"), pairs([("r", "3")]), "the draft of s was handed in");
        assert_eq!(told(&copies, "lt02-bbbbbb", "B"), pairs([("r", "2")]), "a laptop that lost its drafts takes none away");
    }

    #[test]
    fn a_file_of_an_older_program_is_read_and_what_nobody_brings_again_stays() {
        let older: String = [draft("r", "1"), draft("s", "1")].iter().map(|draft| sealed(draft, None)).collect();
        let mut copies = Copies::read(older.as_bytes());
        set(&mut copies, "lt01-aaaaaa", "A", &[draft("r", "2")]);
        let bytes = copies.bytes();
        assert!(Copies::read(&bytes).damaged().is_empty());
        let read: Vec<_> = Drafts::read(&bytes).iter().map(|draft| (draft.record.clone(), draft.changed.clone())).collect();
        assert_eq!(read, pairs([("r", "2"), ("s", "1")]), "an older program reads it too");
    }

    #[test]
    fn damaged_lines_are_named_and_the_others_hold() {
        let mut copies = Copies::default();
        set(&mut copies, "lt01-aaaaaa", "A", &[draft("r", "1"), draft("s", "2")]);
        let mut bytes = copies.bytes();
        let last = bytes.len() - 3;
        bytes[last] ^= 1;
        let copies = Copies::read(&bytes);
        assert_eq!((copies.damaged(), told(&copies, "lt01-aaaaaa", "")), (&[2][..], pairs([("r", "1")])));
    }
}
