//! Whatever one to three laptops do, in whatever order what they did comes together: nothing is lost, everybody ends with the
//! same answers, and nobody is asked twice. Histories are drawn, not written by hand.

use chrono::{DateTime, TimeDelta, Utc};
use khuyencong::exchange::union::{Line, Source, UnionProblem, Writer, union};
use khuyencong::record::clock::Stamp;
use khuyencong::record::merge::{Merged, candidates, merge};
use khuyencong::record::revision::{Argument, RevisionId};
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
    /// Every answer ever saved: record, path, value.
    saved: Vec<(String, String, Value)>,
}

impl World {
    fn run(devices: usize, steps: &[Step]) -> Self {
        let mut world = Self { known: vec![BTreeMap::new(); devices], ..Self::default() };
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

    fn write(&mut self, device: usize, record: &str, act: Act, answers: BTreeMap<String, Value>, path: Option<&str>) {
        let own = self.known[device].values().filter(|r| r.device == DEVICES[device]).max_by_key(|r| r.seq);
        let last = self.known[device].values().map(|r| r.at).max();
        let skew = TimeDelta::hours([0, -5, 7][device]);
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
            args: if act == Act::Resolve { BTreeMap::from([("reason".to_owned(), Argument::Text("Hỏi lại".to_owned()))]) } else { BTreeMap::new() },
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
        1 => (device.clone(), record, 0..3usize, 0..3usize).prop_map(|(device, record, which, take)| Step::Resolve { device, record, which, take }),
        1 => (device.clone(), device.clone()).prop_map(|(from, to)| Step::Carry { from, to }),
        1 => (device.clone(), device).prop_map(|(one, other)| Step::Sync { one, other }),
    ];
    prop::collection::vec(step, 0..40)
}

/// Everybody begins with one record that has a row, then goes their own way.
fn worlds() -> impl Strategy<Value = World> {
    let begin = [Step::Save { device: 0, record: 0, path: 0, value: Some(0) }, Step::Sync { one: 0, other: 1 }, Step::Sync { one: 0, other: 2 }];
    (1..=3usize, steps()).prop_map(move |(devices, steps)| World::run(devices, &[&begin[..], &steps].concat()))
}

/// Without this the properties might hold because nothing happens.
#[test]
fn the_drawn_histories_hold_conflicts_kept_rows_and_decisions() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut conflicts, mut kept_rows, mut decisions) = (0, 0, 0);
    for _ in 0..300 {
        let mut world = worlds().new_tree(&mut runner).unwrap().current();
        world.sync_all();
        decisions += world.known[0].values().filter(|r| r.act == Act::Resolve).count();
        for conflict in RECORDS.iter().flat_map(|record| world.merged(0, record).conflicts) {
            conflicts += 1;
            kept_rows += usize::from(conflict.path.ends_with('#'));
        }
    }
    assert!(conflicts > 100 && kept_rows > 20 && decisions > 20, "{conflicts} conflicts, {kept_rows} kept rows, {decisions} decisions");
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

type Lines = Vec<(Vec<u8>, Entry)>;

/// What a laptop hands over: its revisions and the form that they name, sorted.
fn lines(known: &BTreeMap<RevisionId, Revision>) -> Lines {
    let form = Definition::Form { id: "shop".to_owned(), version: 1, source: "form = \"shop\"\n".to_owned() };
    let entries = std::iter::once(Entry::Definition(form)).chain(known.values().cloned().map(Entry::Revision));
    let mut lines: Lines = entries.map(|entry| (entry.line().into_bytes(), entry)).collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

/// The union as lines and as the bytes of a whole file.
fn joined(inputs: &[&Lines]) -> (Lines, Vec<u8>) {
    let mut sources: Vec<Box<dyn Source>> = inputs.iter().map(|lines| Box::new((*lines).clone().into_iter()) as Box<dyn Source>).collect();
    let mut writer = Writer::new(Vec::new(), "ca-mau-2026-2030").unwrap();
    let mut lines = Lines::new();
    union(&mut sources, &mut |line: Line<'_>| {
        lines.push((line.bytes.to_vec(), line.entry.clone()));
        writer.line(line.bytes, line.entry).map_err(UnionProblem::Io)
    })
    .unwrap();
    (lines, writer.finish().unwrap())
}

proptest! {
    #[test]
    fn a_union_is_the_same_file_in_any_order_and_any_grouping(world in worlds()) {
        let inputs: Vec<Lines> = world.known.iter().map(lines).collect();
        let (a, b, c) = (&inputs[0], &inputs[inputs.len() / 2], &inputs[inputs.len() - 1]);
        let whole = joined(&[a, b, c]).1;
        prop_assert_eq!(&joined(&[c, a, b]).1, &whole, "commutative");
        prop_assert_eq!(&joined(&[&joined(&[a, b]).0, c]).1, &whole, "associative to the left");
        prop_assert_eq!(&joined(&[a, &joined(&[b, c]).0]).1, &whole, "associative to the right");
        prop_assert_eq!(&joined(&[a, b, c, a, c, c]).1, &whole, "idempotent");
        let set: BTreeSet<Vec<u8>> = [a, b, c].into_iter().flatten().map(|(bytes, _)| bytes.clone()).collect();
        prop_assert_eq!(joined(&[a, b, c]).0.into_iter().map(|(bytes, _)| bytes).collect::<Vec<_>>(), set.into_iter().collect::<Vec<_>>(), "sort -mu");
    }

    #[test]
    fn what_a_history_says_does_not_depend_on_the_order_in_which_it_came(world in worlds(), seed in any::<u64>()) {
        let mut world = world;
        world.sync_all();
        for record in RECORDS {
            let all: Vec<Revision> = world.known[0].values().filter(|r| r.record == record).cloned().collect();
            let expected = merge(&History::new(all.clone()), now());
            let mut shuffled = all.clone();
            shuffled.sort_by_key(|r| u64::from_be_bytes(r.id[..8].try_into().unwrap()).wrapping_mul(seed | 1));
            shuffled.extend(all.into_iter().rev());
            let history = History::new(shuffled);
            prop_assert_eq!(merge(&history, now()), expected);
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
                    prop_assert!(seen || stands, "{} of {}", path, revision.device);
                    let shown = merged.answers.get(path) == value;
                    prop_assert!(seen || shown || merged.conflicts.iter().any(|c| c.path == *path), "{} of {} is neither shown nor asked about", path, revision.device);
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
