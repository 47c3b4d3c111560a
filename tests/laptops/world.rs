//! The laptops, their clocks, the central file and the stick.

use crate::draw::Step;
use chrono::{DateTime, TimeDelta, Utc};
use khuyencong::record::history::State;
use khuyencong::record::links::{Links, Member, Pairing, pairings};
use khuyencong::record::merge::{Merged, merge};
use khuyencong::record::revision::{Act, RevisionId};
use khuyencong::record::{Entry, History, Revision};
use khuyencong::store::{Identity, Notice};
use khuyencong::value::Value;
use khuyencong::workbench::chance::{Chance, Clock};
use khuyencong::workbench::edit::Choice;
use khuyencong::workbench::merging::{merge_files, verify};
use khuyencong::workbench::{Content, Desk, Settings};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const FORM: &str = include_str!("../cli/forms/shop.toml");
const MOST_LAPTOPS: usize = 4;

/// What happened, so that a test knows whether anything did.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub conflicts: usize,
    pub decisions: usize,
    pub clones: usize,
    pub lost_acknowledgements: usize,
    pub linked: usize,
    pub undone: usize,
}

impl AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        self.conflicts += other.conflicts;
        self.decisions += other.decisions;
        self.clones += other.clones;
        self.lost_acknowledgements += other.lost_acknowledgements;
        self.linked += other.linked;
        self.undone += other.undone;
    }
}

struct Laptop {
    /// `None` only while it is being reopened.
    desk: Option<Desk>,
    folder: PathBuf,
    /// How far its clock is off.
    skew: TimeDelta,
}

pub struct World {
    root: TempDir,
    number: u64,
    laptops: Vec<Laptop>,
    ticks: i64,
    /// Every revision that was called saved, and every answer that was.
    saved: BTreeSet<RevisionId>,
    answers: Vec<(String, String, Value)>,
    seen: Seen,
}

fn true_time() -> DateTime<Utc> {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

/// In memory where there is such a folder: what a power cut does is another test's matter.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

impl World {
    pub fn new(number: u64) -> Self {
        let mut world = Self { root: folder(), number, laptops: Vec::new(), ticks: 0, saved: BTreeSet::new(), answers: Vec::new(), seen: Seen::default() };
        for at in 0..2 + number as usize % 2 {
            let settings = world.settings(&world.root.path().join(format!("lt{at}")), at, TimeDelta::zero());
            let identity = Identity { person: format!("Người Thử {at}"), device: format!("lt{at}"), ..Identity::default() };
            Desk::create(&settings, identity).unwrap();
            fs::create_dir(settings.data_dir.join("forms")).unwrap();
            fs::write(settings.data_dir.join("forms/shop.toml"), FORM).unwrap();
            world.open(settings.data_dir, TimeDelta::zero());
        }
        // One record that everybody knows, with a row.
        world.take(Step::Add { on: 0 });
        for on in 0..world.laptops.len() as u64 {
            world.take(Step::Sync { on, by_stick: false });
        }
        world
    }

    fn settings(&self, folder: &Path, at: usize, skew: TimeDelta) -> Settings {
        Settings { data_dir: folder.to_owned(), clock: Clock::Fixed(self.now(skew)), seed: Some(format!("{} {at}", self.number)), ..Settings::default() }
    }

    fn now(&self, skew: TimeDelta) -> DateTime<Utc> {
        true_time() + TimeDelta::minutes(self.ticks) + skew
    }

    fn open(&mut self, folder: PathBuf, skew: TimeDelta) {
        let settings = self.settings(&folder, self.laptops.len(), skew);
        let (desk, notices) = Desk::open(settings).unwrap();
        assert!(notices.iter().all(|notice| matches!(notice, Notice::Rebuilt(_))), "{notices:?}");
        self.laptops.push(Laptop { desk: Some(desk), folder, skew });
    }

    fn central(&self) -> PathBuf {
        self.root.path().join("central.jsonl")
    }

    fn stick(&self) -> PathBuf {
        self.root.path().join("stick.jsonl")
    }

    fn desk(&mut self, on: u64) -> &mut Desk {
        let at = on as usize % self.laptops.len();
        let now = self.now(self.laptops[at].skew);
        let desk = self.laptops[at].desk.as_mut().unwrap();
        desk.set_clock(Clock::Fixed(now));
        desk
    }

    fn record(&mut self, on: u64, which: u64) -> String {
        let rows = self.desk(on).rows();
        rows.keys().nth(which as usize % rows.len()).unwrap().to_string()
    }

    pub fn take(&mut self, step: Step) {
        self.ticks += 1;
        match step {
            Step::Add { on } => self.add(on),
            Step::Save { on, record, what } => self.save(on, record, what),
            Step::Submit { on, record } => self.submit(on, record),
            Step::Sync { on, by_stick } => {
                let file = if by_stick { self.stick() } else { self.central() };
                self.desk(on).sync(&file, false).unwrap();
            }
            Step::LoseAcknowledgement { on } => self.lose_acknowledgement(on),
            Step::Gather => self.gather(),
            Step::Resolve { on, which, take } => self.resolve(on, which, take),
            Step::Review { on, record, what } => self.review(on, record, what),
            Step::Pair { on, one, other, is_link } => self.pair(on, one, other, is_link),
            Step::Undo { on, which } => self.undo(on, which),
            Step::Clone { on } => self.clone(on),
            Step::Reopen { on, is_bare } => {
                let folder = self.close(on);
                if is_bare {
                    fs::remove_dir_all(folder.join("sled")).unwrap();
                }
                self.open_again(on, &folder, is_bare);
            }
            Step::Clock { on, to } => {
                let at = on as usize % self.laptops.len();
                self.laptops[at].skew = TimeDelta::hours([0, 0, -5, 7, 23, 30, -24 * 365 * 9, 24 * 365 * 9][to as usize % 8]);
            }
        }
    }

    fn note(&mut self, revision: &Revision) {
        self.saved.insert(revision.id);
        let wrote = revision.wrote.iter().filter_map(|path| Some((revision.record.clone(), path.clone(), revision.answers.get(path)?.clone())));
        self.answers.extend(wrote);
        self.seen.decisions += usize::from(revision.is_decision());
    }

    fn add(&mut self, on: u64) {
        let (name, code) = (format!("Cơ sở Thử {}", self.ticks % 3), format!("T{}", self.ticks % 2));
        let desk = self.desk(on);
        let (form, record) = (desk.form("shop").unwrap(), desk.new_record());
        let mut keys = Chance::before_store(desk.settings(), &record);
        let input = json!({"name": name, "code": code, "workers": 3, "energy": [{"before": 10, "after": 8}]});
        let (interview, _) = desk.fill(form.clone(), &record, &input, &mut keys, false).unwrap();
        let saved = desk.submit(&record, &form, Content::of(&interview, Vec::new())).unwrap();
        self.note(&saved);
    }

    fn save(&mut self, on: u64, record: u64, what: u64) {
        let record = self.record(on, record);
        let row = |path: &str, text: String| (path.to_owned(), text);
        let number = (what / 8).to_string();
        let change = match what % 8 {
            0 | 1 => row("workers", number),
            2 => row("name", format!("Cơ sở {number}")),
            3 => row("code", if what > 30 { String::new() } else { number }),
            4 | 5 => row("energy[1]/after", (what / 8 + 1).to_string()),
            6 => row("energy[1]/before", (what / 8 + 1).to_string()),
            _ => {
                let rows = self.desk(on).standing(&record).unwrap().merged.answers;
                let Some(path) = rows.keys().find(|path| path.ends_with("/#")) else { return };
                row(&path.clone(), String::new())
            }
        };
        // Refused where the record is void, the row is gone or nothing changes.
        if let Ok(Some(saved)) = self.desk(on).edit(&record, &[change]) {
            self.note(&saved);
        }
    }

    fn submit(&mut self, on: u64, record: u64) {
        let record = self.record(on, record);
        let desk = self.desk(on);
        let standing = desk.standing(&record).unwrap();
        let content = Content { parents: standing.history.heads(), answers: standing.merged.answers, notes: standing.merged.notes, ..Content::default() };
        let saved = desk.submit(&record, &standing.form.unwrap(), content).unwrap();
        self.note(&saved);
    }

    fn resolve(&mut self, on: u64, which: u64, take: u64) {
        let open = self.desk(on).conflicts().unwrap();
        if open.is_empty() {
            return;
        }
        self.seen.conflicts += open.len();
        let chosen = &open[which as usize % open.len()];
        let choice = Choice::Take(take as usize % chosen.conflict.candidates.len() + 1);
        let saved = self.desk(on).resolve(&chosen.record, &chosen.conflict.path, &choice, "Hỏi lại cơ sở").unwrap();
        let left = self.desk(on).conflicts().unwrap();
        assert!(!left.iter().any(|c| c.record == chosen.record && c.conflict.path == chosen.conflict.path), "settled and still open");
        self.note(&saved);
    }

    fn review(&mut self, on: u64, record: u64, what: u64) {
        let record = self.record(on, record);
        let desk = self.desk(on);
        let done = match what % 4 {
            0 => desk.approve(&[record]).unwrap_or_default(),
            1 => desk.send_back(&record, "workers", "Đếm lại giúp").into_iter().collect(),
            2 => desk.reply(&record, "Đã đếm lại").into_iter().collect(),
            _ => desk.void(&record, "Ghi nhầm").into_iter().collect(),
        };
        done.iter().for_each(|revision| self.note(revision));
    }

    fn pair(&mut self, on: u64, one: u64, other: u64, is_link: bool) {
        let (one, other) = (self.record(on, one), self.record(on, other));
        let desk = self.desk(on);
        let done = if is_link { desk.link(&one, &other, "Cùng một cơ sở") } else { desk.apart(&one, &other, "Hai cơ sở khác nhau") };
        if let Ok(saved) = done {
            self.seen.linked += usize::from(saved.act == Act::Link);
            let pair = khuyencong::record::links::pair(&one, &other);
            let asked = self.desk(on).duplicates().into_iter().any(|asked| asked.disputed.is_empty() && (asked.one, asked.other) == pair);
            assert!(!asked, "decided and still asked");
            self.note(&saved);
        }
    }

    fn undo(&mut self, on: u64, which: u64) {
        let mut decisions = Vec::new();
        let desk = self.desk(on);
        desk.store()
            .view()
            .revisions("", &mut |revision| {
                decisions.extend(revision.is_decision().then_some(revision.id));
                Ok(())
            })
            .unwrap();
        if decisions.is_empty() {
            return;
        }
        if let Ok(saved) = desk.undo(&decisions[which as usize % decisions.len()], None) {
            self.seen.undone += 1;
            self.note(&saved);
        }
    }

    /// The office puts what the stick brought into the central file.
    fn gather(&mut self) {
        let (central, stick) = (self.central(), self.stick());
        if stick.exists() {
            merge_files(&central, &[stick], false, &self.settings(self.root.path(), 0, TimeDelta::zero())).unwrap();
        }
    }

    fn close(&mut self, on: u64) -> PathBuf {
        let at = on as usize % self.laptops.len();
        self.laptops[at].desk.take().unwrap().close().unwrap();
        self.laptops[at].folder.clone()
    }

    fn reopen(&mut self, on: u64, folder: &Path) {
        self.open_again(on, folder, false);
    }

    /// After a clean end there is nothing to be told but a clock that went back, unless the view was taken away.
    fn open_again(&mut self, on: u64, folder: &Path, is_bare: bool) {
        let at = on as usize % self.laptops.len();
        let (desk, notices) = Desk::open(self.settings(folder, at, self.laptops[at].skew)).unwrap();
        assert!(notices.iter().all(|notice| matches!(notice, Notice::ClockBehind(_)) || is_bare && matches!(notice, Notice::Refilled(_))), "{notices:?}");
        self.laptops[at].desk = Some(desk);
    }

    /// A sync is killed after it wrote the central file: the laptop has heard nothing.
    fn lose_acknowledgement(&mut self, on: u64) {
        let folder = self.close(on);
        let copy = self.root.path().join(format!("killed{}", self.ticks));
        copy_folder(&folder, &copy);
        let (mut desk, _) = Desk::open(self.settings(&copy, MOST_LAPTOPS, TimeDelta::zero())).unwrap();
        desk.sync(&self.central(), false).unwrap();
        drop(desk);
        self.seen.lost_acknowledgements += 1;
        self.reopen(on, &folder);
    }

    /// Somebody copies the store's folder to another laptop and goes on with both.
    fn clone(&mut self, on: u64) {
        if self.laptops.len() >= MOST_LAPTOPS {
            return;
        }
        let folder = self.close(on);
        let copy = self.root.path().join(format!("clone{}", self.ticks));
        copy_folder(&folder, &copy);
        self.reopen(on, &folder);
        self.open(copy, TimeDelta::zero());
        self.seen.clones += 1;
    }

    /// Everybody comes home; see the assertions for what must be so then.
    pub fn finish(mut self) -> Seen {
        self.laptops.iter_mut().for_each(|laptop| laptop.skew = TimeDelta::zero());
        self.ticks += 1;
        self.gather();
        let all = 0..self.laptops.len() as u64;
        for on in all.clone().chain(all.clone()) {
            self.sync_home(on);
        }
        self.settle_everything();
        for on in all.clone().chain(all.clone()) {
            self.sync_home(on);
        }
        let bytes = fs::read(self.central()).unwrap();
        self.nothing_is_lost();
        for on in all {
            let again = self.sync_home(on);
            assert_eq!((again.tally.new, again.tally.sent), (0, 0), "nothing is left to say");
            let own = self.root.path().join(format!("own{on}.jsonl"));
            self.desk(on).backup(&own).unwrap();
            assert!(fs::read(&own).unwrap() == bytes, "laptop {on} has other bytes");
            assert!(self.desk(on).conflicts().unwrap().is_empty(), "laptop {on} asks again about what is settled");
            assert!(self.desk(on).duplicates().is_empty(), "laptop {on} asks again about pairs");
        }
        // What is kept beside the journal says the same tomorrow.
        for on in 0..self.laptops.len() as u64 {
            let folder = self.close(on);
            self.reopen(on, &folder);
        }
        self.everybody_says_the_same();
        self.seen
    }

    fn sync_home(&mut self, on: u64) -> khuyencong::workbench::transfer::Synced {
        let central = self.central();
        self.desk(on).sync(&central, false).unwrap()
    }

    /// One of them decides all that is open: conflicts, pairs, contradicting decisions.
    fn settle_everything(&mut self) {
        for open in self.desk(0).conflicts().unwrap() {
            self.seen.conflicts += 1;
            let saved = self.desk(0).resolve(&open.record, &open.conflict.path, &Choice::Take(1), "Hỏi lại cơ sở").unwrap();
            self.note(&saved);
        }
        // Taking one decision back may lay another contradiction bare, so this is done until none is left.
        while let Some(pair) = self.desk(0).duplicates().into_iter().next() {
            let saved = match pair.disputed.iter().find(|told| !told.is_link) {
                Some(told) => self.desk(0).undo(&told.revision, None).unwrap(),
                None => self.desk(0).apart(&pair.one, &pair.other, "Hai cơ sở khác nhau").unwrap(),
            };
            self.note(&saved);
        }
    }

    fn nothing_is_lost(&mut self) {
        verify(&self.central()).unwrap();
        let text = fs::read_to_string(self.central()).unwrap();
        let revisions: Vec<_> =
            text.lines().filter_map(|line| Entry::parse(line.as_bytes()).ok()).filter_map(|e| if let Entry::Revision(r) = e { Some(r) } else { None }).collect();
        let ids: BTreeSet<RevisionId> = revisions.iter().map(|r| r.id).collect();
        assert!(self.saved.is_subset(&ids), "{} saved revisions are gone", self.saved.difference(&ids).count());
        for (record, path, value) in &self.answers {
            assert!(revisions.iter().any(|r| r.record == *record && r.wrote.contains(path) && r.answers.get(path) == Some(value)), "{path} = {value:?} is gone");
        }
    }

    /// What somebody says who has only the file, records by their ids.
    fn what_the_file_says(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.central()).unwrap();
        let revisions = text.lines().filter_map(|line| Entry::parse(line.as_bytes()).ok()).filter_map(|e| if let Entry::Revision(r) = e { Some(r) } else { None });
        let mut histories: BTreeMap<String, Vec<Revision>> = BTreeMap::new();
        revisions.for_each(|revision| histories.entry(revision.record.clone()).or_default().push(revision));
        let histories: BTreeMap<String, History> = histories.into_iter().map(|(record, all)| (record, History::new(all))).collect();
        let told: Vec<Pairing> = histories.values().flat_map(pairings).collect();
        let member = |record: &str| histories.get(record).map(|h| Member { form: h.revisions()[0].form().to_owned(), is_void: h.state() == State::Void });
        let links = Links::new(told.iter(), &member);
        histories.iter().map(|(record, history)| (record.clone(), says(history.state(), &merge(history, self.now(TimeDelta::zero())), links.principal(record)))).collect()
    }

    fn everybody_says_the_same(&mut self) {
        let mut told = vec![self.what_the_file_says()];
        for on in 0..self.laptops.len() as u64 {
            let desk = self.desk(on);
            let records: Vec<String> = desk.rows().keys().map(|record| record.to_string()).collect();
            let says = |record: &String| {
                let standing = desk.standing(record).unwrap();
                let row = desk.row(record).unwrap();
                assert_eq!(row.state, standing.seen().state(), "the list says what the history says");
                (record.clone(), says(standing.seen().state(), &standing.merged, desk.links().principal(record)))
            };
            told.push(records.iter().map(says).collect::<Vec<_>>());
        }
        for one in &told {
            assert_eq!(*one, told[0], "not what the file says");
        }
    }
}

/// All that is said of a record.
fn says(state: State, merged: &Merged, principal: &str) -> String {
    format!("{state:?}, reads as {principal}: {merged:?}")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy_folder(&entry.path(), &target) } else { _ = fs::copy(entry.path(), target).unwrap() }
    }
}
