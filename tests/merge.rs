//! Whatever one to three laptops do, in whatever order what they did comes together: nothing is lost, everybody ends with the
//! same answers, and nobody is asked twice. Histories are drawn, not written by hand.

#[path = "support/files.rs"]
mod files;

use chrono::{DateTime, TimeDelta, Utc};
use files::{Lines, joined as union};
use khuyencong::record::clock::Stamp;
use khuyencong::record::decision::Holding;
use khuyencong::record::history::State;
use khuyencong::record::links::{Pairing, pairings};
use khuyencong::record::merge::{Merged, candidates, merge};
use khuyencong::record::revision::{Argument, RevisionId, hex};
use khuyencong::record::{Act, Definition, Entry, History, Revision};
use khuyencong::value::Value;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, BTreeSet};

/// What a laptop does.
#[derive(Clone, Debug)]
enum Step {
    /// Sets (or with `None` clears) an answer.
    Save { device: usize, record: usize, path: usize, value: Option<u8> },
    /// Hands in.
    Submit { device: usize, record: usize },
    /// Settles one of the open conflicts with one of its candidates.
    Resolve { device: usize, record: usize, which: usize, take: usize },
    /// Reviews, voids, links or keeps apart, by a number.
    Decide { device: usize, record: usize, act: usize },
    /// Takes one of the decisions that it knows back.
    Undo { device: usize, record: usize, which: usize },
    /// Brings everything of one laptop to another.
    Carry { from: usize, to: usize },
    /// Both ways.
    Sync { one: usize, other: usize },
}

const PATHS: [&str; 5] = ["energy/k1/#", "energy/k1/after", "energy/k1/before", "name", "workers"];
const RECORDS: [&str; 2] = ["0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d", "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5e"];
const DEVICES: [&str; 3] = ["lt01-aaaaaa", "lt02-bbbbbb", "lt03-cccccc"];

/// Behind every step of every test, so that all clocks are believed.
fn now() -> DateTime<Utc> {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

/// Laptops with what each of them knows. Clocks of different laptops are hours apart.
#[derive(Clone, Debug, Default)]
struct World {
    known: Vec<BTreeMap<RevisionId, Revision>>,
    ticks: u32,
    /// Clocks are wrong by years, not by hours.
    is_astray: bool,
    /// Every answer ever saved: record, path, value.
    saved: Vec<(String, String, Value)>,
}

impl World {
    fn run(devices: usize, steps: &[Step]) -> Self {
        Self::run_with(devices, steps, false)
    }

    fn run_with(devices: usize, steps: &[Step], is_astray: bool) -> Self {
        let mut world = Self { known: vec![BTreeMap::new(); devices], is_astray, ..Self::default() };
        for step in steps {
            world.step(step, devices);
        }
        world
    }

    fn step(&mut self, step: &Step, devices: usize) {
        self.ticks += 1;
        match *step {
            Step::Save { device, record, path, value } => {
                let value = value.map(|v| Value::text(if PATHS[path].ends_with('#') { "V".to_owned() } else { v.to_string() }));
                self.save(device % devices, RECORDS[record], PATHS[path], value);
            }
            Step::Submit { device, record } => {
                let content = self.merged(device % devices, RECORDS[record]);
                self.write(device % devices, RECORDS[record], Act::Submit, content.answers, None);
            }
            Step::Resolve { device, record, which, take } => {
                let device = device % devices;
                let conflicts = self.merged(device, RECORDS[record]).conflicts;
                if !conflicts.is_empty() {
                    let conflict = &conflicts[which % conflicts.len()];
                    let value = conflict.candidates[take % conflict.candidates.len()].value.clone();
                    self.resolve(device, RECORDS[record], &conflict.path, value);
                }
            }
            Step::Decide { device, record, act } => self.decide(device % devices, record, act),
            Step::Undo { device, record, which } => self.undo(device % devices, record, which),
            Step::Carry { from, to } => self.carry(from % devices, to % devices),
            Step::Sync { one, other } => {
                self.carry(one % devices, other % devices);
                self.carry(other % devices, one % devices);
            }
        }
    }

    fn carry(&mut self, from: usize, to: usize) {
        let carried = self.known[from].clone();
        self.known[to].extend(carried);
    }

    fn sync_all(&mut self) {
        let all: BTreeMap<RevisionId, Revision> = self.known.iter().flatten().map(|(id, r)| (*id, r.clone())).collect();
        self.known.iter_mut().for_each(|known| *known = all.clone());
    }

    fn history(&self, device: usize, record: &str) -> History {
        History::new(self.known[device].values().filter(|r| r.record == record).cloned().collect())
    }

    fn merged(&self, device: usize, record: &str) -> Merged {
        merge(&self.history(device, record), now())
    }

    /// As a person edits: on top of what is shown; what is not changed is not written.
    fn save(&mut self, device: usize, record: &str, path: &str, value: Option<Value>) {
        let mut answers = self.merged(device, record).answers;
        if answers.get(path) == value.as_ref() {
            return;
        }
        match value {
            Some(value) => answers.insert(path.to_owned(), value),
            None => answers.remove(path),
        };
        self.write(device, record, Act::Save, answers, Some(path));
    }

    fn resolve(&mut self, device: usize, record: &str, path: &str, value: Option<Value>) {
        let mut answers = self.merged(device, record).answers;
        match value {
            Some(value) => answers.insert(path.to_owned(), value),
            None => answers.remove(path),
        };
        self.write(device, record, Act::Resolve, answers, Some(path));
    }

    fn decide(&mut self, device: usize, record: usize, act: usize) {
        let (act, args) = match act % 7 {
            0 => (Act::Approve, vec![]),
            1 => (Act::Return, vec![("question", PATHS[4]), ("comment", "Đếm lại")]),
            2 => (Act::Answer, vec![("comment", "Đã đếm")]),
            3 => (Act::Void, vec![("reason", "Ghi nhầm")]),
            4 => (Act::Link, vec![("target", RECORDS[1 - record]), ("reason", "Một cơ sở")]),
            5 => (Act::Apart, vec![("target", RECORDS[1 - record]), ("reason", "Hai cơ sở")]),
            _ => (Act::parse("weigh"), vec![("scale", "0.5")]),
        };
        let answers = self.merged(device, RECORDS[record]).answers;
        self.revise(device, RECORDS[record], act, (answers, None), &args);
    }

    fn undo(&mut self, device: usize, record: usize, which: usize) {
        let history = self.history(device, RECORDS[record]);
        let decisions: Vec<&Revision> = history.revisions().iter().filter(|r| r.is_decision()).collect();
        if !decisions.is_empty() {
            let target = hex(&decisions[which % decisions.len()].id);
            let answers = self.merged(device, RECORDS[record]).answers;
            self.revise(device, RECORDS[record], Act::Undo, (answers, None), &[("target", &target)]);
        }
    }

    fn write(&mut self, device: usize, record: &str, act: Act, answers: BTreeMap<String, Value>, path: Option<&str>) {
        let args: &[_] = if act == Act::Resolve { &[("reason", "Hỏi lại")] } else { &[] };
        self.revise(device, record, act, (answers, path), args);
    }

    fn revise(&mut self, device: usize, record: &str, act: Act, (answers, path): (BTreeMap<String, Value>, Option<&str>), args: &[(&str, &str)]) {
        let own = self.known[device].values().filter(|r| r.device == DEVICES[device]).max_by_key(|r| r.seq);
        let last = self.known[device].values().map(|r| r.at).max();
        let skew = TimeDelta::hours(if self.is_astray { [0, -24 * 365 * 9, 24 * 365 * 9][device] } else { [0, -5, 7][device] });
        let clock = now() - TimeDelta::days(2) + TimeDelta::minutes(i64::from(self.ticks)) + skew;
        if let Some((path, value)) = path.and_then(|path| answers.get(path).map(|value| (path, value))) {
            self.saved.push((record.to_owned(), path.to_owned(), value.clone()));
        }
        let revision = Revision {
            record: record.to_owned(),
            at: Stamp::next(clock, last),
            id: [0; 32],
            device: DEVICES[device].to_owned(),
            seq: own.map_or(1, |r| r.seq + 1),
            prev: own.map(|r| r.id),
            person: format!("Người Thử {device}"),
            of: "shop@1@3f2a9c0d1e4b".to_owned(),
            parents: self.history(device, record).heads(),
            args: args.iter().map(|(name, text)| ((*name).to_owned(), Argument::Text((*text).to_owned()))).collect(),
            act,
            wrote: path.map(str::to_owned).into_iter().collect(),
            answers,
            notes: BTreeMap::new(),
        }
        .seal();
        self.known[device].insert(revision.id, revision);
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (device, record) = (0..3usize, prop_oneof![4 => Just(0usize), 1 => Just(1)]);
    let step = prop_oneof![
        6 => (device.clone(), record.clone(), 0..PATHS.len(), prop::option::weighted(0.6, 0..3u8)).prop_map(|(device, record, path, value)| Step::Save { device, record, path, value }),
        1 => (device.clone(), record.clone()).prop_map(|(device, record)| Step::Submit { device, record }),
        2 => (device.clone(), record.clone(), 0..3usize, 0..3usize).prop_map(|(device, record, which, take)| Step::Resolve { device, record, which, take }),
        2 => (device.clone(), record.clone(), 0..7usize).prop_map(|(device, record, act)| Step::Decide { device, record, act }),
        1 => (device.clone(), record.clone(), 0..9usize).prop_map(|(device, record, which)| Step::Undo { device, record, which }),
        1 => (device.clone(), device.clone()).prop_map(|(from, to)| Step::Carry { from, to }),
        1 => (device.clone(), device).prop_map(|(one, other)| Step::Sync { one, other }),
    ];
    prop::collection::vec(step, 0..40)
}

/// Everybody begins with one record that has a row, then goes their own way.
fn worlds() -> impl Strategy<Value = World> {
    let begin = [Step::Save { device: 0, record: 0, path: 0, value: Some(0) }, Step::Sync { one: 0, other: 1 }, Step::Sync { one: 0, other: 2 }];
    (1..=3usize, steps(), prop::bool::weighted(0.2)).prop_map(move |(devices, steps, is_astray)| World::run_with(devices, &[&begin[..], &steps].concat(), is_astray))
}

/// Without this the properties might hold because nothing happens.
#[test]
fn the_drawn_histories_hold_conflicts_kept_rows_and_decisions() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut conflicts, mut kept_rows, mut settled, mut decisions) = (0, 0, 0, 0);
    for _ in 0..600 {
        let mut world = worlds().new_tree(&mut runner).unwrap().current();
        world.sync_all();
        settled += world.known[0].values().filter(|r| r.act == Act::Resolve).count();
        decisions += world.known[0].values().filter(|r| r.is_decision()).count();
        for conflict in RECORDS.iter().flat_map(|record| world.merged(0, record).conflicts) {
            conflicts += 1;
            kept_rows += usize::from(conflict.path.ends_with('#'));
        }
    }
    assert!(conflicts > 100 && kept_rows > 20 && settled > 20 && decisions > 500, "{conflicts} conflicts, {kept_rows} kept rows, {settled} settled, {decisions} decisions");
}

#[test]
fn until_a_conflict_is_settled_the_later_value_is_shown_but_a_clock_more_than_a_day_ahead_is_not_believed() {
    // The third laptop's clock is seven hours ahead of the first's.
    let both = [0, 2].map(|device| Step::Save { device, record: 0, path: 4, value: Some(device as u8) });
    let mut world = World::run(3, &both);
    world.sync_all();
    let shown = |now| {
        let merged = merge(&world.history(0, RECORDS[0]), now);
        assert_eq!(merged.conflicts.len(), 1);
        merged.answers[PATHS[4]].clone()
    };
    let (first, third) = (world.saved[0].2.clone(), world.saved[1].2.clone());
    assert_eq!(shown(now()), third, "later");
    let early = now() - TimeDelta::days(2) - TimeDelta::hours(21);
    assert_eq!(shown(early), first, "21 hours ahead is believed, 28 are not");
}

/// The first laptop's newest revision that does something.
fn newest(world: &World, act: Act) -> RevisionId {
    world.known[0].values().filter(|r| r.device == DEVICES[0] && r.act == act).max_by_key(|r| r.seq).unwrap().id
}

/// What a laptop hands over: its revisions and the form that they name, sorted.
fn lines(known: &BTreeMap<RevisionId, Revision>) -> Lines {
    let form = Definition::Form { id: "shop".to_owned(), version: 1, source: "form = \"shop\"\n".to_owned() };
    let entries = std::iter::once(Entry::Definition(form)).chain(known.values().cloned().map(Entry::Revision));
    let mut lines: Lines = entries.map(|entry| entry.line().into_bytes()).collect();
    lines.sort();
    lines
}

/// A thousand histories a law; `KHUYENCONG_LONG=1` draws fifty times as many.
fn config() -> ProptestConfig {
    ProptestConfig::with_cases(if std::env::var_os("KHUYENCONG_LONG").is_some() { 50_000 } else { 1_000 })
}

/// All that a history says: answers and conflicts, where the record stands, how every decision stands, which pairs are decided.
fn said(history: &History) -> (Merged, State, Vec<Holding>, Vec<Pairing>) {
    let holding = (0..history.revisions().len()).map(|at| history.holding(at)).collect();
    (merge(history, now()), history.state(), holding, pairings(history))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_union_is_the_same_file_in_any_order_and_any_grouping(world in worlds()) {
        let inputs: Vec<Lines> = world.known.iter().map(lines).collect();
        let (a, b, c) = (&inputs[0][..], &inputs[inputs.len() / 2][..], &inputs[inputs.len() - 1][..]);
        for packed in [false, true] {
            let joined = |inputs: &[&[Vec<u8>]]| union(inputs, packed);
            let whole = joined(&[a, b, c]).1;
            prop_assert_eq!(&joined(&[c, a, b]).1, &whole, "commutative");
            prop_assert_eq!(&joined(&[&joined(&[a, b]).0, c]).1, &whole, "associative to the left");
            prop_assert_eq!(&joined(&[a, &joined(&[b, c]).0]).1, &whole, "associative to the right");
            prop_assert_eq!(&joined(&[a, b, c, a, c, c]).1, &whole, "idempotent");
        }
        let set: BTreeSet<Vec<u8>> = [a, b, c].into_iter().flatten().cloned().collect();
        prop_assert_eq!(union(&[a, b, c], false).0, set.into_iter().collect::<Vec<_>>(), "sort -mu");
    }

    #[test]
    fn what_a_history_says_does_not_depend_on_the_order_in_which_it_came(world in worlds(), seed in any::<u64>()) {
        let mut world = world;
        world.sync_all();
        for record in RECORDS {
            let all: Vec<Revision> = world.known[0].values().filter(|r| r.record == record).cloned().collect();
            let expected = said(&History::new(all.clone()));
            let mut shuffled = all.clone();
            shuffled.sort_by_key(|r| u64::from_be_bytes(r.id[..8].try_into().unwrap()).wrapping_mul(seed | 1));
            shuffled.extend(all.into_iter().rev());
            let history = History::new(shuffled);
            prop_assert_eq!(said(&history), expected);
        }
    }

    /// What laptops say after each took in the other's revisions is what one says that read them all from the merged file.
    #[test]
    fn merging_and_then_reading_is_reading_what_was_merged(world in worlds()) {
        let inputs: Vec<Lines> = world.known.iter().map(lines).collect();
        let whole = union(&inputs.iter().map(Vec::as_slice).collect::<Vec<_>>(), false).0;
        let whole: Vec<Entry> = whole.iter().map(|line| Entry::parse(line).unwrap()).collect();
        let mut one = world;
        for other in 1..one.known.len() {
            one.carry(other, 0);
        }
        for record in RECORDS {
            let read = whole.iter().filter_map(|entry| if let Entry::Revision(r) = entry { Some(r) } else { None }).filter(|r| r.record == record);
            prop_assert_eq!(said(&History::new(read.cloned().collect())), said(&one.history(0, record)));
        }
    }

    /// Taking a decision back, and then that: as if neither had been.
    #[test]
    fn a_decision_taken_back_and_given_back_leaves_everything_as_it_was(world in worlds(), which in 0..9usize) {
        let mut world = world;
        world.sync_all();
        let history = world.history(0, RECORDS[0]);
        let standing: Vec<&Revision> = history.revisions().iter().enumerate().filter(|(at, r)| r.is_decision() && !history.is_undone(*at)).map(|(_, r)| r).collect();
        if !standing.is_empty() {
            let (target, before) = (standing[which % standing.len()].id, said(&history));
            for target in [target, RevisionId::default()] {
                let target = if target == RevisionId::default() { newest(&world, Act::Undo) } else { target };
                let answers = world.merged(0, RECORDS[0]).answers;
                world.revise(0, RECORDS[0], Act::Undo, (answers, None), &[("target", &hex(&target))]);
            }
            let after = said(&world.history(0, RECORDS[0]));
            prop_assert_eq!((after.0, after.1, after.3), (before.0, before.1, before.3));
        }
    }

    #[test]
    fn every_answer_ever_saved_is_in_some_revision(world in worlds()) {
        let mut world = world;
        world.sync_all();
        for (record, path, value) in &world.saved {
            let kept = world.known[0].values().any(|r| r.record == *record && r.wrote.contains(path) && r.answers.get(path) == Some(value));
            prop_assert!(kept, "{} {} {:?}", record, path, value);
        }
    }

    /// An answer stops counting only when somebody who had seen it wrote another: until then it stands, or it is asked about.
    #[test]
    fn no_answer_gives_way_to_one_whose_writer_had_not_seen_it(world in worlds()) {
        let mut world = world;
        world.sync_all();
        for record in RECORDS {
            let history = world.history(0, record);
            let merged = merge(&history, now());
            for (at, revision) in history.revisions().iter().enumerate() {
                for path in &revision.wrote {
                    let seen = (0..history.revisions().len()).any(|later| history.descends(later, at) && history.revisions()[later].wrote.contains(path));
                    let value = revision.answers.get(path);
                    let stands = candidates(&history, path).iter().any(|c| c.value.as_ref() == value);
                    let stands = stands || history.is_undone(at);
                    prop_assert!(seen || stands, "{} of {}", path, revision.device);
                    let shown = merged.answers.get(path) == value;
                    prop_assert!(seen || shown || history.is_undone(at) || merged.conflicts.iter().any(|c| c.path == *path), "{} of {} is neither shown nor asked about", path, revision.device);
                }
            }
        }
    }

    #[test]
    fn a_settled_conflict_is_not_asked_about_again(world in worlds(), takes in prop::collection::vec(0..3usize, 12)) {
        let mut world = world;
        world.sync_all();
        let mut takes = takes.into_iter().cycle();
        for record in RECORDS {
            let open = world.merged(0, record).conflicts;
            for conflict in &open {
                let take = takes.next().unwrap_or_default() % conflict.candidates.len();
                world.resolve(0, record, &conflict.path, conflict.candidates[take].value.clone());
                prop_assert!(world.merged(0, record).conflicts.iter().all(|c| c.path != conflict.path), "{} is still open", conflict.path);
            }
        }
        // Somebody who has not heard of the decision goes on with another answer.
        let last = world.known.len() - 1;
        if last > 0 {
            world.save(last, RECORDS[0], "remark", Some(Value::text("Ghi thêm")));
        }
        world.sync_all();
        for record in RECORDS {
            let answers: Vec<Merged> = (0..world.known.len()).map(|device| world.merged(device, record)).collect();
            prop_assert_eq!(&answers[0].conflicts, &Vec::new());
            prop_assert!(answers.iter().all(|merged| *merged == answers[0]), "all laptops show the same");
        }
    }
}
