//! Drafts: interviews that were not handed in. Local, no revisions, never synced.
//!
//! `drafts.jsonl` is written at every key, so that a kill loses nothing typed, and fsynced when a field is left and at
//! least every second. Each line begins with its CRC-32; a damaged or torn line is named, the one before it holds.

use crate::disk;
use crate::record::line;
use crate::record::revision::{RevisionId, hex, unhex};
use crate::value::{FileRef, Value, write_string};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The file's name.
pub const FILE: &str = "drafts.jsonl";

const SYNC_EVERY: Duration = Duration::from_secs(1);
const COMPACT_ABOVE: u64 = 4 << 20;

/// What one step of a person changed, as it was before: enough to take the step back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The question at which it was done.
    pub at: String,
    /// The answers that it changed, as they were; without a value where there was none.
    pub answers: BTreeMap<String, Option<Value>>,
    /// The notes, likewise.
    pub notes: BTreeMap<String, Option<String>>,
}

/// An interview that was not handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The record that it will become or already is.
    pub record: String,
    /// The form, version and hash.
    pub of: String,
    /// The heads that it was begun from; empty for a new record.
    pub parents: Vec<RevisionId>,
    /// Answers and notes that it was begun from.
    pub base: BTreeMap<String, Value>,
    /// Notes that it was begun from.
    pub base_notes: BTreeMap<String, String>,
    /// Answers now.
    pub answers: BTreeMap<String, Value>,
    /// Notes now.
    pub notes: BTreeMap<String, String>,
    /// What is typed in fields but is not (yet) an answer, by path.
    pub typing: BTreeMap<String, String>,
    /// The field in which the cursor stands.
    pub cursor: String,
    /// The last steps, the newest last: what Ctrl-Z takes back after the draft is opened again.
    pub undo: Vec<Change>,
    /// One line for lists.
    pub summary: String,
    /// When it was last changed, `2026-11-23T09:56:21+07:00`.
    pub changed: String,
}

impl Draft {
    /// The files that are attached to it.
    pub fn files(&self) -> impl Iterator<Item = &FileRef> {
        self.answers.values().filter_map(Value::as_file)
    }
}

/// All drafts and their journal.
#[derive(Default)]
pub struct Drafts {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
    all: BTreeMap<String, Draft>,
    unsynced_since: Option<Instant>,
    /// Numbers (from 1) of lines that cannot be read.
    damaged: Vec<u64>,
}

impl Drafts {
    /// Reads the drafts of a store; a missing file has none.
    ///
    /// # Errors
    /// The system's.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(e),
        };
        Ok(Self { path, ..Self::read(&bytes) })
    }

    /// Reads the bytes of a drafts file. What cannot be read is skipped and its line noted.
    pub fn read(bytes: &[u8]) -> Self {
        let mut drafts = Self { bytes: bytes.len() as u64, ..Self::default() };
        for (at, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if !line.is_empty() && drafts.replay(line).is_none() {
                drafts.damaged.push(at as u64 + 1);
            }
        }
        drafts
    }

    /// Numbers (from 1) of lines that could not be read.
    pub fn damaged(&self) -> &[u64] {
        &self.damaged
    }

    /// All drafts.
    pub fn iter(&self) -> impl Iterator<Item = &Draft> {
        self.all.values()
    }

    /// A draft.
    pub fn get(&self, record: &str) -> Option<&Draft> {
        self.all.get(record)
    }

    /// Keeps a draft whole (a field was left).
    ///
    /// # Errors
    /// The system's; the draft is kept in memory all the same.
    pub fn keep(&mut self, draft: Draft) -> io::Result<()> {
        let line = write(&draft).to_string();
        self.put(draft);
        self.append(&line)?;
        self.sync()
    }

    /// Keeps what is being typed (a key was pressed).
    ///
    /// # Errors
    /// The system's.
    pub fn typing(&mut self, record: &str, path: &str, text: &str) -> io::Result<()> {
        let Some(draft) = self.all.get_mut(record) else { return Ok(()) };
        draft.typing.insert(path.to_owned(), text.to_owned());
        draft.cursor = path.to_owned();
        let mut line = String::from("{\"typing\":[");
        for (at, part) in [record, path, text].into_iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            write_string(part, &mut line);
        }
        self.append(&(line + "]}"))?;
        if self.unsynced_since.is_some_and(|since| since.elapsed() >= SYNC_EVERY) { self.sync() } else { Ok(()) }
    }

    /// Forgets a draft: it was handed in, or a person threw it away. Not fsynced at once: a draft that comes back after a
    /// power cut is forgotten again when its record is seen to be handed in.
    ///
    /// # Errors
    /// The system's.
    pub fn end(&mut self, record: &str) -> io::Result<()> {
        if self.all.remove(record).is_none() {
            return Ok(());
        }
        let mut line = String::from("{\"end\":");
        write_string(record, &mut line);
        self.append(&(line + "}"))?;
        if self.bytes > COMPACT_ABOVE { self.compact() } else { Ok(()) }
    }

    /// Makes everything durable, in as few bytes as that takes.
    ///
    /// # Errors
    /// The system's.
    pub fn close(&mut self) -> io::Result<()> {
        if self.all.is_empty() && self.bytes > 0 { self.compact() } else { self.sync() }
    }

    /// Whether something was typed that is not durable yet.
    pub fn is_unsynced(&self) -> bool {
        self.unsynced_since.is_some()
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// The system's.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)?;
        self.unsynced_since = None;
        Ok(())
    }

    fn append(&mut self, json: &str) -> io::Result<()> {
        let line = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
        if self.file.is_none() {
            let is_new = !self.path.exists();
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.path)?;
            self.bytes = file.seek(SeekFrom::End(0))?;
            if is_new {
                disk::sync_folder(&self.path)?;
            } else {
                // A cut may have left half a line: begin on a new one.
                file.write_all(b"\n")?;
            }
            self.file = Some(file);
        }
        let file = self.file.as_mut().expect("opened above");
        if let Err(error) = file.write_all(line.as_bytes()) {
            // Half a line may stand there: the next write opens the file anew and begins on a new line.
            self.file = None;
            return Err(error);
        }
        self.bytes += line.len() as u64;
        self.unsynced_since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Writes the file anew with the drafts that there are.
    ///
    /// # Errors
    /// The system's; the old file is then untouched.
    pub fn compact(&mut self) -> io::Result<()> {
        let lines: String = self.all.values().map(|draft| sealed(draft, None)).collect();
        self.file = None;
        disk::replace(&self.path, lines.as_bytes())?;
        self.bytes = lines.len() as u64;
        (self.unsynced_since, self.damaged) = (None, Vec::new());
        Ok(())
    }

    /// Puts a draft among them, in memory only.
    pub(super) fn put(&mut self, draft: Draft) {
        self.all.insert(draft.record.clone(), draft);
    }

    /// Takes one away, in memory only.
    pub(super) fn take_away(&mut self, record: &str) {
        self.all.remove(record);
    }

    /// Does what a line says; `None` where it cannot be read.
    pub(super) fn replay(&mut self, line: &[u8]) -> Option<()> {
        let json = checked(line)?;
        if let Some(record) = json.get("end").and_then(Json::as_str) {
            self.all.remove(record);
        } else if let Some([Json::String(record), Json::String(path), Json::String(text)]) = json.get("typing").and_then(Json::as_array).map(Vec::as_slice) {
            let draft = self.all.get_mut(record)?;
            draft.typing.insert(path.clone(), text.clone());
            draft.cursor = path.clone();
        } else {
            self.put(read(&json)?);
        }
        Some(())
    }
}

/// What stands in a line whose sum is right.
pub(super) fn checked(line: &[u8]) -> Option<Json> {
    let (crc, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let is_right = crc.len() == 8 && u32::from_str_radix(crc, 16) == Ok(crc32fast::hash(json.as_bytes()));
    serde_json::from_str(json).ok().filter(|_| is_right)
}

/// A draft as a line with its sum; in a file of several laptops with the device and its person.
pub(super) fn sealed(draft: &Draft, laptop: Option<(String, String)>) -> String {
    let mut json = write(draft);
    if let Some((device, person)) = laptop {
        (json["device"], json["person"]) = (device.into(), person.into());
    }
    let json = json.to_string();
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

fn write(draft: &Draft) -> Json {
    let texts = |map: &BTreeMap<String, String>| Json::Object(map.iter().map(|(k, v)| (k.clone(), Json::String(v.clone()))).collect());
    let values = |map: &BTreeMap<String, Value>| Json::Object(map.iter().map(|(k, v)| (k.clone(), serde_json::from_str(&v.to_json()).unwrap_or(Json::Null))).collect());
    let mut json = serde_json::json!({
        "draft": draft.record, "of": draft.of, "parents": draft.parents.iter().map(hex).collect::<Vec<_>>(),
        "base": values(&draft.base), "base_notes": texts(&draft.base_notes),
        "answers": values(&draft.answers), "notes": texts(&draft.notes),
        "typed": texts(&draft.typing), "cursor": draft.cursor, "summary": draft.summary, "changed": draft.changed,
    });
    if !draft.undo.is_empty() {
        json["undo"] = draft.undo.iter().map(write_change).collect();
    }
    json
}

fn write_change(change: &Change) -> Json {
    let value = |v: &Option<Value>| v.as_ref().map_or(Json::Null, |v| serde_json::from_str(&v.to_json()).unwrap_or(Json::Null));
    let answers: serde_json::Map<String, Json> = change.answers.iter().map(|(path, v)| (path.clone(), value(v))).collect();
    let notes: serde_json::Map<String, Json> = change.notes.iter().map(|(path, note)| (path.clone(), note.clone().into())).collect();
    serde_json::json!({"at": change.at, "answers": answers, "notes": notes})
}

fn read_change(json: &Json) -> Option<Change> {
    let value = |v: &Json| if v.is_null() { Some(None) } else { line::value(v).map(Some) };
    let note = |v: &Json| if v.is_null() { Some(None) } else { v.as_str().map(|text| Some(text.to_owned())) };
    Some(Change {
        at: json.get("at")?.as_str()?.to_owned(),
        answers: json.get("answers")?.as_object()?.iter().map(|(path, v)| Some((path.clone(), value(v)?))).collect::<Option<_>>()?,
        notes: json.get("notes")?.as_object()?.iter().map(|(path, v)| Some((path.clone(), note(v)?))).collect::<Option<_>>()?,
    })
}

fn read(json: &Json) -> Option<Draft> {
    let text = |key: &str| json.get(key)?.as_str().map(str::to_owned);
    let texts = |key: &str| json.get(key)?.as_object()?.iter().map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect::<Option<_>>();
    let values = |key: &str| json.get(key)?.as_object()?.iter().map(|(k, v)| Some((k.clone(), line::value(v)?))).collect::<Option<_>>();
    Some(Draft {
        record: text("draft")?,
        of: text("of")?,
        parents: json.get("parents")?.as_array()?.iter().map(|p| unhex(p.as_str()?)).collect::<Option<_>>()?,
        base: values("base")?,
        base_notes: texts("base_notes")?,
        answers: values("answers")?,
        notes: texts("notes")?,
        typing: texts("typed")?,
        cursor: text("cursor")?,
        // Drafts of older versions have none; one that cannot be read costs only the taking back.
        undo: json.get("undo").and_then(Json::as_array).and_then(|steps| steps.iter().map(read_change).collect()).unwrap_or_default(),
        summary: text("summary")?,
        changed: text("changed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(record: &str) -> Draft {
        Draft { record: record.into(), of: "shop@1@x".into(), answers: BTreeMap::from([("name".into(), Value::text("Cơ sở"))]), ..Draft::default() }
    }

    #[test]
    fn a_draft_and_what_was_being_typed_survive_a_cut_at_any_byte() {
        let dir = tempfile::tempdir().unwrap();
        let mut drafts = Drafts::open(dir.path()).unwrap();
        drafts.keep(draft("a")).unwrap();
        drafts.typing("a", "owner", "Nguy").unwrap();
        drafts.typing("a", "owner", "Nguyễn").unwrap();
        let bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        let whole = Drafts::open(dir.path()).unwrap();
        assert_eq!(whole.get("a").unwrap().typing, BTreeMap::from([("owner".to_owned(), "Nguyễn".to_owned())]));
        for cut in 0..bytes.len() {
            std::fs::write(dir.path().join(FILE), &bytes[..cut]).unwrap();
            let mut cut = Drafts::open(dir.path()).unwrap();
            assert_eq!(cut.damaged().is_empty(), cut.bytes == 0 || bytes[cut.bytes as usize - 1] == b'\n' || bytes[cut.bytes as usize] == b'\n');
            cut.keep(draft("b")).unwrap();
            assert!(Drafts::open(dir.path()).unwrap().get("b").is_some());
        }
    }

    #[test]
    fn every_flipped_bit_is_named_and_the_line_before_it_holds() {
        let dir = tempfile::tempdir().unwrap();
        let mut drafts = Drafts::open(dir.path()).unwrap();
        drafts.keep(draft("a")).unwrap();
        drafts.typing("a", "owner", "Nguyễn").unwrap();
        let bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                let read = Drafts::read(&bad);
                // A crc in capitals says the same; the last line feed ends nothing.
                let same = read.all == drafts.all;
                assert!(same || !read.damaged().is_empty(), "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn the_last_steps_are_kept_and_a_draft_without_them_is_read_as_before() {
        let dir = tempfile::tempdir().unwrap();
        let change = Change {
            at: "name".into(),
            answers: BTreeMap::from([("name".into(), Some(Value::text("Lò"))), ("rows/k/#".into(), None)]),
            notes: BTreeMap::from([("name".into(), Some("hỏi lại".into())), ("owner".into(), None)]),
        };
        let kept = Draft { undo: vec![change], ..draft("a") };
        let mut drafts = Drafts::open(dir.path()).unwrap();
        drafts.keep(kept.clone()).unwrap();
        drafts.keep(draft("b")).unwrap();
        let text = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(!text.lines().last().unwrap().contains("undo"), "an interview without steps is written as older versions write it");
        let read = Drafts::open(dir.path()).unwrap();
        assert_eq!(read.get("a"), Some(&kept));
        assert_eq!(read.get("b"), Some(&draft("b")));
    }

    #[test]
    fn a_draft_that_ended_is_gone_and_the_file_shrinks() {
        let dir = tempfile::tempdir().unwrap();
        let mut drafts = Drafts::open(dir.path()).unwrap();
        drafts.keep(draft("a")).unwrap();
        drafts.end("a").unwrap();
        drafts.close().unwrap();
        assert_eq!(Drafts::open(dir.path()).unwrap().iter().count(), 0);
        assert_eq!(std::fs::metadata(dir.path().join(FILE)).unwrap().len(), 0);
    }
}
