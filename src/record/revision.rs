//! One immutable saved version of a record.

use super::clock::Stamp;
use crate::value::{Value, write_array, write_object, write_string};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a revision does. An act that this program does not know is kept and passed on, never interpreted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Act {
    Save,
    Submit,
    Approve,
    Return,
    Answer,
    Void,
    Resolve,
    Link,
    Apart,
    Undo,
    Unknown(String),
}

const ACTS: [(&str, Act); 10] = [
    ("save", Act::Save),
    ("submit", Act::Submit),
    ("approve", Act::Approve),
    ("return", Act::Return),
    ("answer", Act::Answer),
    ("void", Act::Void),
    ("resolve", Act::Resolve),
    ("link", Act::Link),
    ("apart", Act::Apart),
    ("undo", Act::Undo),
];

impl Act {
    /// By its word.
    pub fn parse(word: &str) -> Self {
        ACTS.iter().find(|(known, _)| *known == word).map_or_else(|| Self::Unknown(word.to_owned()), |(_, act)| act.clone())
    }

    /// Its word.
    pub fn word(&self) -> &str {
        match self {
            Self::Unknown(word) => word,
            known => ACTS.iter().find(|(_, act)| act == known).map_or("", |(word, _)| word),
        }
    }
}

/// An argument of an act: any canonical JSON, so that a newer program's arguments pass through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `"comment"`
    Text(String),
    /// Anything else, as its canonical text.
    Other(String),
}

/// The id of a revision: the SHA-256 of its line with these 64 digits set to `0`.
pub type RevisionId = [u8; 32];

/// One immutable saved version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The record's UUID, lower case.
    pub record: String,
    /// When.
    pub at: Stamp,
    /// Its own name.
    pub id: RevisionId,
    /// Which laptop.
    pub device: String,
    /// The laptop's rising number, from 1.
    pub seq: u64,
    /// The laptop's revision before this one; `None` for its first.
    pub prev: Option<RevisionId>,
    /// Who.
    pub person: String,
    /// The form, its version and the hash of its source and lists.
    pub of: String,
    /// The heads that the writer saw, sorted.
    pub parents: Vec<RevisionId>,
    /// What it does.
    pub act: Act,
    /// With what.
    pub args: BTreeMap<String, Argument>,
    /// The paths that it set or cleared, sorted.
    pub wrote: Vec<String>,
    /// All answers.
    pub answers: BTreeMap<String, Value>,
    /// Reasons and remarks by path.
    pub notes: BTreeMap<String, String>,
}

/// Where the 64 digits of the id begin in every line.
pub const ID_AT: usize = r#"{"record":"","at":"","id":""#.len() + 36 + 29;

/// An id as hex.
pub fn hex(id: &RevisionId) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    id.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).map(char::from).collect()
}

/// An id from 64 lower-case hex digits.
pub fn unhex(text: &str) -> Option<RevisionId> {
    unhex_bytes(text.as_bytes().try_into().ok()?)
}

/// An id from 64 lower-case hex digits, without branches: files of many gigabytes are full of them.
pub fn unhex_bytes(text: &[u8; 64]) -> Option<RevisionId> {
    let (mut values, mut wrong) = ([0; 64], false);
    for (value, byte) in values.iter_mut().zip(text) {
        let (digit, letter) = (byte.wrapping_sub(b'0'), byte.wrapping_sub(b'a'));
        wrong |= (digit > 9) & (letter > 5);
        *value = if digit > 9 { letter.wrapping_add(10) } else { digit };
    }
    let mut id = [0; 32];
    for (byte, pair) in id.iter_mut().zip(values.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    (!wrong).then_some(id)
}

impl Revision {
    /// The canonical line, without LF.
    pub fn line(&self) -> String {
        let mut out = String::with_capacity(512);
        let text = |key: &str, text: &str, out: &mut String| {
            out.push_str(key);
            write_string(text, out);
        };
        text("{\"record\":", &self.record, &mut out);
        text(",\"at\":", &self.at.to_string(), &mut out);
        text(",\"id\":", &hex(&self.id), &mut out);
        text(",\"device\":", &self.device, &mut out);
        out.push_str(&format!(",\"seq\":{}", self.seq));
        text(",\"prev\":", &self.prev.as_ref().map_or_else(String::new, hex), &mut out);
        text(",\"person\":", &self.person, &mut out);
        text(",\"of\":", &self.of, &mut out);
        out.push_str(",\"parents\":");
        write_array(&self.parents, &mut out, |id, out| write_string(&hex(id), out));
        text(",\"act\":", self.act.word(), &mut out);
        out.push_str(",\"args\":");
        write_object(&self.args, &mut out, |argument, out| match argument {
            Argument::Text(text) => write_string(text, out),
            Argument::Other(json) => out.push_str(json),
        });
        out.push_str(",\"wrote\":");
        write_array(&self.wrote, &mut out, |path, out| write_string(path, out));
        out.push_str(",\"answers\":");
        write_object(&self.answers, &mut out, Value::write);
        out.push_str(",\"notes\":");
        write_object(&self.notes, &mut out, |note, out| write_string(note, out));
        out.push('}');
        out
    }

    /// Sets its own name from its content.
    pub fn seal(mut self) -> Self {
        self.seal_line();
        self
    }

    /// The same; gives its line.
    pub fn seal_line(&mut self) -> String {
        self.id = [0; 32];
        let mut line = self.line();
        self.id = digest_of(line.as_bytes());
        match line.get(ID_AT..ID_AT + 64) {
            Some(zeros) if zeros.bytes().all(|digit| digit == b'0') => line.replace_range(ID_AT..ID_AT + 64, &hex(&self.id)),
            // A record of a name of another length, as tests have them.
            _ => line = self.line(),
        }
        line
    }

    /// The id of its form.
    pub fn form(&self) -> &str {
        self.of.split('@').next().unwrap_or_default()
    }

    /// The version of its form; 0 where it names none.
    pub fn version(&self) -> u32 {
        self.of.split('@').nth(1).and_then(|version| version.parse().ok()).unwrap_or(0)
    }

    /// A text argument.
    pub fn argument(&self, name: &str) -> Option<&str> {
        match self.args.get(name) {
            Some(Argument::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it decides something, so that an undo can take it back; what people typed is no decision.
    pub fn is_decision(&self) -> bool {
        !matches!(self.act, Act::Save | Act::Submit)
    }

    /// About how many bytes its line has: most is answers, which may be of megabytes.
    pub fn weight(&self) -> usize {
        const REST: usize = 400;
        let value = |value: &Value| match value {
            Value::Text(text) => text.len(),
            Value::Choices(names) => names.iter().map(String::len).sum(),
            _ => 16,
        };
        let answers: usize = self.answers.iter().map(|(path, answer)| path.len() + value(answer)).sum();
        let notes: usize = self.notes.values().map(String::len).sum();
        REST + answers + notes
    }

    /// Whether it set or cleared answers.
    pub fn is_write(&self) -> bool {
        !self.wrote.is_empty()
    }
}

#[cfg(test)]
impl Revision {
    /// A record's first revision, to be made into another.
    pub fn example() -> Self {
        Self {
            record: "0198f3a2-5c00-7abc-8000-000000000001".to_owned(),
            at: Stamp { millis: 1_760_000_000_000, counter: 0 },
            id: [0; 32],
            device: "lt01".to_owned(),
            seq: 1,
            prev: None,
            person: "Người Thử".to_owned(),
            of: "f@1@0123456789ab".to_owned(),
            parents: Vec::new(),
            act: Act::Submit,
            args: BTreeMap::new(),
            wrote: Vec::new(),
            answers: BTreeMap::new(),
            notes: BTreeMap::new(),
        }
    }
}

/// The id that a line should have: the SHA-256 of its raw bytes (without LF) with the id's digits set to `0`.
pub fn digest_of(line: &[u8]) -> RevisionId {
    let mut hash = Sha256::new();
    match line.get(ID_AT..ID_AT + 64) {
        Some(_) => {
            hash.update(&line[..ID_AT]);
            hash.update([b'0'; 64]);
            hash.update(&line[ID_AT + 64..]);
        }
        None => hash.update(line),
    }
    hash.finalize().into()
}
