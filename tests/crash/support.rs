//! What the crash tests share: dice with a seed, small revisions, the check of what a store still knows.

use chrono::{DateTime, Utc};
use khuyencong::error::Failure;
use khuyencong::interview::json::Keys;
use khuyencong::record::revision::RevisionId;
use khuyencong::record::{Act, Definition, Entry, Revision};
use khuyencong::store::{Draft, Identity, IndexRow, Notice, Store};
use khuyencong::value::Value;
use khuyencong::workbench::chance::Clock;
use khuyencong::workbench::{Content, Desk, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Chance that can be repeated.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

/// The number of a documented run if one is asked for, else that of every run.
pub fn rounds(usual: usize, in_a_hundred: usize) -> usize {
    std::env::var("KHUYENCONG_LONG").ok().and_then(|text| text.parse::<usize>().ok()).map_or(usual, |asked| asked * in_a_hundred / 100)
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_399_200_000).unwrap()
}

/// A folder on the fastest disk that there is: crash images are many and short-lived.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap() } else { tempfile::tempdir().unwrap() }
}

pub fn new_store(dir: &Path) -> Store {
    let identity = Identity { person: "Người Thử".into(), device: "lt01-k3f9q2".into(), programme: "thu".into(), ..Identity::default() };
    Store::create(dir, &identity).unwrap();
    Store::open(dir, now()).unwrap().0
}

pub fn form() -> Entry {
    Entry::Definition(Definition::Form { id: "shop".into(), version: 1, source: "form = \"shop\"\n".into() })
}

/// The next revision of a record by this laptop.
pub fn written(store: &Store, record: String, parents: Vec<RevisionId>, answers: BTreeMap<String, Value>) -> Revision {
    let (at, seq, prev) = store.next(now());
    let revision = Revision {
        record,
        at,
        id: [0; 32],
        device: store.identity().device.clone(),
        seq,
        prev,
        person: "Nguyễn Thử Nghiệm".into(),
        of: "shop@1@3f2a9c0d1e4b".into(),
        parents,
        act: Act::Save,
        args: BTreeMap::new(),
        wrote: answers.keys().cloned().collect(),
        answers,
        notes: BTreeMap::new(),
    };
    revision.seal()
}

/// The next revision of one of a few records.
pub fn revision(store: &Store, number: usize) -> Entry {
    let record = format!("0192f3c0-7a10-7c3e-9d52-{:012}", number % 5);
    let parents = store.view().history(&record).unwrap().iter().map(|r| r.id).max().into_iter().collect();
    let answers = BTreeMap::from([("name".to_owned(), Value::text("Cơ sở thử")), (format!("q{number}"), Value::text("khô ".repeat(number % 40)))]);
    Entry::Revision(written(store, record, parents, answers))
}

/// Saves an entry as the program does: it returns when that is durable.
pub fn save(store: &mut Store, entry: &Entry) {
    store.append(&[(entry.line().into_bytes(), entry.clone())], now()).unwrap();
}

pub fn draft(record: &str, name: &str) -> Draft {
    Draft { record: record.into(), of: "shop@1@3f2a9c0d1e4b".into(), answers: BTreeMap::from([("name".into(), Value::text(name))]), ..Draft::default() }
}

/// A record's line in lists.
pub fn row(record: &str, summary: &str) -> IndexRow {
    IndexRow {
        record: record.into(),
        form: "shop".into(),
        date: "2026-11-23".into(),
        person: "Nguyễn Thử Nghiệm".into(),
        device: "lt01-k3f9q2".into(),
        summary: summary.into(),
        search: "co so thu nghiem".repeat(4).into(),
        ..IndexRow::default()
    }
}

/// Every line that an open store knows.
pub fn lines(store: &Store) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = store.view().definitions().unwrap().iter().map(Definition::line).collect();
    store
        .view()
        .revisions("", &mut |revision| {
            all.insert(revision.line());
            Ok(())
        })
        .unwrap();
    all
}

/// Opens a store that something happened to. A refusal must be a sentence.
#[track_caller]
pub fn reopen(dir: &Path) -> Result<(Store, Vec<Notice>), Vec<String>> {
    Store::open(dir, now()).map_err(|problem| {
        let sentences = Failure::from(problem).lines(khuyencong::locale::Lang::En);
        assert!(sentences.iter().any(|line| line.len() > 10), "a refusal without a sentence");
        sentences
    })
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { std::fs::copy(entry.path(), target).map(|_| ()).unwrap() }
    }
}

struct NoKeys;

impl Keys for NoKeys {
    fn key(&mut self) -> String {
        unreachable!("the establishment form has no rows")
    }
}

pub fn settings(dir: &Path) -> Settings {
    Settings { data_dir: dir.to_owned(), clock: Clock::parse("2026-11-23T09:00:00+07:00").unwrap(), seed: Some("crash".into()), ..Settings::default() }
}

pub fn new_desk(dir: &Path, device: &str) -> Desk {
    let identity = Identity { person: "Người Thử".into(), device: device.into(), ..Identity::default() };
    Desk::create(&settings(dir), identity).unwrap();
    Desk::open(settings(dir)).unwrap().0
}

/// Records an establishment as the screens do, by way of a draft; gives its id.
pub fn establishment(desk: &mut Desk, name: &str) -> Result<String, Failure> {
    let form = desk.form("establishment")?;
    let id = desk.new_record();
    let input = serde_json::json!({
        "name": name, "legal_form": "household", "registration_number": "96A8001234", "tax_code_reason": "not_issued", "start_year": 2015,
        "commune": "32244", "address": "Ấp 1", "in_cluster": "no", "craft_village": "no", "owner": "Trần Thị Thử", "owner_gender": "female",
        "owner_ethnicity": "kinh", "phone": "0912345678", "industry": "1079", "industry_group": "agro_food",
    });
    let (interview, _) = desk.fill(form.clone(), &id, &input, &mut NoKeys, false).unwrap();
    let content = Content::of(&interview, Vec::new());
    desk.keep_draft(Draft { record: id.clone(), of: form.of.clone(), answers: content.answers.clone(), ..Draft::default() })?;
    desk.submit(&id, &form, content)?;
    Ok(id)
}
