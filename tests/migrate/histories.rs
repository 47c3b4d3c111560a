//! Three laptops with three versions of a form, in any order of saving and carrying: a record then says what it would say
//! had everybody had the newest version from the beginning.

use crate::support::{V1, V2, V3, answers, choices, number, text};
use chrono::{DateTime, TimeDelta, Utc};
use khuyencong::form::instance::Answers;
use khuyencong::form::migrate::CARRIED;
use khuyencong::record::clock::Stamp;
use khuyencong::record::merge::{Merged, merge};
use khuyencong::record::revision::RevisionId;
use khuyencong::record::{Act, Definition, History, Revision};
use khuyencong::value::Value;
use khuyencong::workbench::library::Library;
use khuyencong::workbench::upgrade::{Standing, argument, carried};
use khuyencong::workbench::{Content, Settings};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const RECORD: &str = "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d";
const TEXTS: [&str; 3] = [V1, V2, V3];

/// One answer in its three versions: its path, and what the values 0 to 3 are (0 is a clear).
type Question = [(&'static str, fn(u8) -> Option<Value>); 3];

fn some(value: u8, give: impl Fn(u8) -> Value) -> Option<Value> {
    (value > 0).then(|| give(value))
}

fn area(value: u8) -> Option<Value> {
    some(value, |v| text(&format!("{v}.000")))
}

fn floor(value: u8) -> Option<Value> {
    some(value, |v| number(&format!("{v}000")))
}

fn goods(value: u8) -> Option<Value> {
    some(value, |v| choices([&["ice"][..], &["fish"], &["ice", "fish"]][v as usize - 1]))
}

fn new_goods(value: u8) -> Option<Value> {
    some(value, |v| choices([&["ice_plant"][..], &["fish"], &["fish", "ice_plant"]][v as usize - 1]))
}

fn millions(value: u8) -> Option<Value> {
    some(value, |v| number(&format!("{v}.5")))
}

fn dong(value: u8) -> Option<Value> {
    some(value, |v| number(&format!("{v}500000")))
}

fn order(value: u8) -> Option<Value> {
    some(value, |v| text(&"V".repeat(v as usize)))
}

fn kilos(value: u8) -> Option<Value> {
    some(value, |v| number(&format!("{v}500")))
}

fn tonnes(value: u8) -> Option<Value> {
    some(value, |v| number(&format!("{v}.5")))
}

const QUESTIONS: [Question; 6] = [
    [("area", area), ("floor", area), ("floor", floor)],
    [("goods", goods), ("goods", goods), ("goods", new_goods)],
    [("revenue", millions), ("revenue", millions), ("revenue", dong)],
    [("power/k/#", order), ("energy/k/#", order), ("energy/k/#", order)],
    [("power/k/used", kilos), ("energy/k/used", kilos), ("energy/k/used", tonnes)],
    // What no form asks stays what it is in every version.
    [("stray", area), ("stray", area), ("stray", area)],
];

/// What a laptop does.
#[derive(Clone, Debug)]
enum Step {
    Save {
        device: usize,
        question: usize,
        value: u8,
    },
    Carry {
        from: usize,
        to: usize,
    },
    /// The laptop gets the next version of the form.
    Upgrade {
        device: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3usize, 0..QUESTIONS.len(), 0..4u8).prop_map(|(device, question, value)| Step::Save { device, question, value }),
        3 => (0..3usize, 0..3usize).prop_map(|(from, to)| Step::Carry { from, to }),
        1 => (0..3usize).prop_map(|device| Step::Upgrade { device }),
    ]
}

fn now() -> DateTime<Utc> {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

/// The library of a laptop whose forms folder holds a version; the others have come with records.
fn library(folder: &Path, version: usize) -> Library {
    let dir = folder.join(format!("v{version}"));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("shop.toml"), TEXTS[version - 1]).unwrap();
    library_at(&dir)
}

fn library_at(dir: &Path) -> Library {
    let mut library = Library::new(&Settings { data_dir: dir.join("none"), forms_dir: Some(dir.to_owned()), ..Settings::default() });
    for (at, source) in TEXTS.iter().enumerate() {
        library.add(Definition::Form { id: "shop".into(), version: at as u32 + 1, source: (*source).into() });
    }
    library
}

/// The laptops, and beside every revision the one that would have been, had everybody had version 3.
struct World {
    libraries: Vec<Library>,
    versions: [usize; 3],
    known: [BTreeSet<usize>; 3],
    all: Vec<Revision>,
    ideal: Vec<Revision>,
}

thread_local! {
    /// Reading the forms takes longer than all else here.
    static LIBRARIES: Vec<Library> = {
        let folder = tempfile::tempdir().unwrap();
        (1..=3).map(|version| library(folder.path(), version)).inspect(|library| drop(library.form("shop").unwrap())).collect()
    };
}

impl World {
    fn new() -> Self {
        let libraries = LIBRARIES.with(Clone::clone);
        Self { libraries, versions: [1, 1, 2], known: Default::default(), all: Vec::new(), ideal: Vec::new() }
    }

    fn history(&self, device: usize) -> History {
        History::new(self.known[device].iter().map(|at| self.all[*at].clone()).collect())
    }

    fn ideal(&self, device: usize) -> History {
        History::new(self.known[device].iter().map(|at| self.ideal[*at].clone()).collect())
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Carry { from, to } => {
                let news = self.known[from].clone();
                self.known[to].extend(news);
            }
            Step::Upgrade { device } => self.versions[device] = (self.versions[device] + 1).min(3),
            Step::Save { device, question, value } => self.save(device, question, value),
        }
    }

    fn save(&mut self, device: usize, question: usize, value: u8) {
        let library = &self.libraries[self.versions[device] - 1];
        let (form, before, parents) = if self.known[device].is_empty() {
            (library.form("shop").unwrap(), Merged::default(), Vec::new())
        } else {
            let standing = library.standing(self.history(device), now());
            (standing.form.clone().unwrap(), standing.merged.clone(), standing.history.heads())
        };
        let set = |answers: &Answers, version: usize| {
            let (path, give) = QUESTIONS[question][version - 1];
            let mut answers = answers.clone();
            match give(value) {
                Some(value) => answers.insert(path.to_owned(), value),
                None => answers.remove(path),
            };
            (answers, BTreeSet::from([path.to_owned()]))
        };
        let (now_answers, wrote) = set(&before.answers, form.version as usize);
        let mut content = Content { parents: parents.clone(), answers: now_answers, notes: BTreeMap::new(), wrote };
        let mut args = BTreeMap::new();
        if !parents.is_empty() {
            let carried = carried(&self.history(device), &form, &content, now());
            args.extend((!carried.is_empty()).then(|| (CARRIED.to_owned(), argument(&carried))));
            content.wrote.extend(carried);
        }
        let at = Stamp { millis: (now() - TimeDelta::days(1)).timestamp_millis() + self.all.len() as i64, counter: 0 };
        let mut id: RevisionId = [0; 32];
        id[0] = self.all.len() as u8 + 1;
        let ideal = if self.known[device].is_empty() { Answers::new() } else { merge(&self.ideal(device), now()).answers };
        let (ideal, ideal_wrote) = set(&ideal, 3);
        let revision = Revision {
            record: RECORD.into(),
            at,
            id,
            device: format!("lt{device}"),
            seq: 1,
            prev: None,
            person: String::new(),
            of: form.of.clone(),
            parents,
            act: Act::Save,
            args,
            wrote: content.wrote.into_iter().collect(),
            answers: content.answers,
            notes: BTreeMap::new(),
        };
        self.ideal.push(Revision { of: "shop@3@".into(), args: BTreeMap::new(), wrote: ideal_wrote.into_iter().collect(), answers: ideal, ..revision.clone() });
        self.known[device].insert(self.all.len());
        self.all.push(revision);
    }
}

/// The answers, and every conflict's path and candidates.
type Said = (Answers, Vec<(String, Vec<Option<Value>>)>);

/// Without the places in the history: what everybody must agree on.
fn said(standing: &Standing) -> Said {
    plain(&standing.merged)
}

fn plain(merged: &Merged) -> Said {
    let conflicts = merged.conflicts.iter().map(|c| (c.path.clone(), c.candidates.iter().map(|c| c.value.clone()).collect())).collect();
    (merged.answers.clone(), conflicts)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_record_says_what_it_would_had_everybody_had_the_newest_version(steps in proptest::collection::vec(step(), 1..24)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            for device in (0..3).filter(|device| !world.known[*device].is_empty()) {
                let standing = world.libraries[2].standing(world.history(device), now());
                prop_assert_eq!(plain(&standing.merged), plain(&merge(&world.ideal(device), now())), "laptop {} after {:?}\n{:#?}", device, step, world.all);
            }
        }
    }

    #[test]
    fn the_order_in_which_revisions_come_plays_no_part(steps in proptest::collection::vec(step(), 1..24), seed in any::<u64>()) {
        let mut world = World::new();
        steps.iter().for_each(|step| world.take(step));
        let mut shuffled = world.all.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        for library in world.libraries.iter().filter(|_| !world.all.is_empty()) {
            let (one, other) = (library.standing(History::new(world.all.clone()), now()), library.standing(History::new(shuffled.clone()), now()));
            prop_assert_eq!(said(&one), said(&other));
            prop_assert_eq!(&one.form.unwrap().of, &other.form.unwrap().of);
        }
    }

    /// Whoever has the newest version but not what it declares finds every answer under the name of a later save.
    #[test]
    fn what_was_carried_over_is_found_without_the_declaration(question in 0..5usize, value in 1..4u8) {
        let mut world = World::new();
        world.take(&Step::Save { device: 0, question, value });
        world.take(&Step::Carry { from: 0, to: 2 });
        world.versions[2] = 3;
        world.take(&Step::Save { device: 2, question: 5, value: 1 });
        let found = merge(&world.history(2), now()).answers;
        let (path, give) = QUESTIONS[question][2];
        prop_assert_eq!(found.get(path).cloned(), give(value));
    }
}

#[test]
fn saving_another_answer_under_the_new_version_contradicts_nobody() {
    let mut world = World::new();
    for step in [
        Step::Save { device: 0, question: 0, value: 1 },
        Step::Carry { from: 0, to: 2 },
        // The new laptop saves the revenue, and with it carries the area over; the old one meanwhile measures again.
        Step::Save { device: 2, question: 2, value: 1 },
        Step::Save { device: 0, question: 0, value: 2 },
        Step::Carry { from: 0, to: 2 },
    ] {
        world.take(&step);
    }
    assert_eq!(world.all[1].wrote, ["area", "floor", "revenue"]);
    let standing = world.libraries[1].standing(world.history(2), now());
    assert_eq!(said(&standing), (answers(&[("floor", text("2.000")), ("revenue", number("1.5"))]), Vec::new()));
    // Both measure: a conflict, under the new name, and only one.
    world.take(&Step::Save { device: 2, question: 0, value: 3 });
    world.take(&Step::Save { device: 0, question: 0, value: 1 });
    world.take(&Step::Carry { from: 0, to: 2 });
    let standing = world.libraries[1].standing(world.history(2), now());
    assert_eq!(said(&standing).1, [("floor".to_owned(), vec![Some(text("3.000")), Some(text("1.000"))])]);
}

/// The area, answered under version 1 and carried over by a save of the revenue under version 2.
fn carried_once() -> World {
    let mut world = World::new();
    for step in [Step::Save { device: 0, question: 0, value: 1 }, Step::Carry { from: 0, to: 2 }, Step::Save { device: 2, question: 2, value: 1 }] {
        world.take(&step);
    }
    world
}

#[test]
fn an_answer_is_found_where_the_way_from_its_version_is_no_longer_declared() {
    let folder = tempfile::tempdir().unwrap();
    let world = carried_once();
    let short = V3.replace(&V3[V3.find("[[migrate]]\nfrom = 1").unwrap()..V3.find("[[migrate]]\nfrom = 2").unwrap()], "");
    std::fs::write(folder.path().join("shop.toml"), short).unwrap();
    let standing = library_at(folder.path()).standing(world.history(2), now());
    assert_eq!(standing.form.as_ref().unwrap().version, 3);
    assert_eq!(standing.merged.answers.get("floor"), Some(&number("1000")));
}

#[test]
fn an_answer_is_found_where_the_revision_that_wrote_it_is_missing() {
    let world = carried_once();
    let standing = world.libraries[2].standing(History::new(vec![world.all[1].clone()]), now());
    assert_eq!(standing.merged.answers, answers(&[("floor", number("1000")), ("revenue", number("1500000"))]));
}

#[test]
fn a_record_goes_back_to_its_own_version_with_the_form() {
    let mut world = World::new();
    world.take(&Step::Save { device: 0, question: 0, value: 1 });
    for (library, path, value) in [(0, "area", text("1.000")), (1, "floor", text("1.000")), (2, "floor", number("1000")), (0, "area", text("1.000"))] {
        assert_eq!(world.libraries[library].standing(world.history(0), now()).merged.answers, answers(&[(path, value)]));
    }
}
