//! What has gone wrong in other tools, and what is easily got wrong about decisions: each as a small history.

use chrono::{DateTime, TimeDelta, Utc};
use khuyencong::record::clock::Stamp;
use khuyencong::record::decision::Holding;
use khuyencong::record::history::State;
use khuyencong::record::links::{Links, Member, Pairing, pairings};
use khuyencong::record::merge::merge;
use khuyencong::record::revision::{Argument, RevisionId, hex};
use khuyencong::record::{Act, Entry, History, Revision};
use khuyencong::value::Value;
use std::collections::BTreeMap;

const A: &str = "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5a";
const B: &str = "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5b";
const C: &str = "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5c";

fn now() -> DateTime<Utc> {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

/// Revisions of one record, written one after the other by laptops that say what they had seen.
#[derive(Default)]
struct Story {
    all: Vec<Revision>,
    /// How many days each laptop's clock is off.
    off: BTreeMap<&'static str, i64>,
}

type Args<'a> = &'a [(&'a str, &'a str)];

impl Story {
    /// `wrote` sets answers (an empty text clears); `parents` are numbers of earlier revisions. Gives its own number.
    fn write(&mut self, device: &'static str, act: Act, parents: &[usize], wrote: Args<'_>, args: Args<'_>) -> usize {
        self.write_to(A, device, act, parents, wrote, args)
    }

    fn write_to(&mut self, record: &str, device: &'static str, act: Act, parents: &[usize], wrote: Args<'_>, args: Args<'_>) -> usize {
        let mut answers: BTreeMap<String, Value> = parents.iter().flat_map(|at| self.all[*at].answers.clone()).collect();
        for (path, value) in wrote {
            match *value {
                "" => drop(answers.remove(*path)),
                value => drop(answers.insert((*path).to_owned(), Value::text(value))),
            }
        }
        let mut parents: Vec<RevisionId> = parents.iter().map(|at| self.all[*at].id).collect();
        parents.sort_unstable();
        let mut wrote: Vec<String> = wrote.iter().map(|(path, _)| (*path).to_owned()).collect();
        wrote.sort();
        let clock = now() - TimeDelta::hours(10) + TimeDelta::minutes(self.all.len() as i64) + TimeDelta::days(self.off.get(device).copied().unwrap_or(0));
        let revision = Revision {
            record: record.to_owned(),
            at: Stamp::next(clock, None),
            id: [0; 32],
            device: device.to_owned(),
            seq: self.all.len() as u64 + 1,
            prev: None,
            person: device.to_uppercase(),
            of: "shop@1@3f2a9c0d1e4b".to_owned(),
            parents,
            act,
            args: args.iter().map(|(name, text)| ((*name).to_owned(), Argument::Text((*text).to_owned()))).collect(),
            wrote,
            answers,
            notes: BTreeMap::new(),
        };
        self.all.push(revision.seal());
        self.all.len() - 1
    }

    fn save(&mut self, device: &'static str, parents: &[usize], wrote: Args<'_>) -> usize {
        self.write(device, Act::Save, parents, wrote, &[])
    }

    fn decide(&mut self, device: &'static str, act: Act, parents: &[usize]) -> usize {
        self.write(device, act, parents, &[], &[])
    }

    fn undo(&mut self, device: &'static str, parents: &[usize], target: usize) -> usize {
        let target = hex(&self.all[target].id);
        self.write(device, Act::Undo, parents, &[], &[("target", &target)])
    }

    fn history(&self) -> History {
        History::new(self.all.clone())
    }

    fn answer(&self, path: &str) -> Option<String> {
        merge(&self.history(), now()).answers.get(path).map(Value::plain)
    }

    /// The values in conflict by path.
    fn open(&self) -> Vec<(String, Vec<String>)> {
        let conflicts = merge(&self.history(), now()).conflicts;
        conflicts.into_iter().map(|c| (c.path, c.candidates.iter().map(|c| c.value.as_ref().map_or_else(|| "–".to_owned(), Value::plain)).collect())).collect()
    }

    fn state(&self) -> State {
        self.history().state()
    }

    fn holding(&self, number: usize) -> Holding {
        let history = self.history();
        let place = |id: RevisionId| history.revisions().iter().position(|r| r.id == id).unwrap();
        history.holding(place(self.all[number].id))
    }
}

fn conflict(path: &str, values: &[&str]) -> (String, Vec<String>) {
    (path.to_owned(), values.iter().map(|v| (*v).to_owned()).collect())
}

#[test]
fn the_same_value_from_two_people_is_no_conflict_and_different_answers_merge_by_themselves() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("name", "x"), ("workers", "1"), ("area", "1")]);
    s.save("one", &[first], &[("workers", "2"), ("name", "y")]);
    s.save("two", &[first], &[("workers", "2"), ("area", "3")]);
    assert_eq!((s.open(), s.answer("workers"), s.answer("name"), s.answer("area")), (vec![], Some("2".into()), Some("y".into()), Some("3".into())));
}

#[test]
fn no_time_that_passes_decides_anything() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    s.save("one", &[first], &[("workers", "2")]);
    s.save("two", &[first], &[("workers", "3")]);
    let asked = |days| merge(&s.history(), now() + TimeDelta::days(days)).conflicts.len();
    assert_eq!([0, 5, 4000, -4000].map(asked), [1; 4]);
}

#[test]
fn a_conflict_is_computed_again_and_not_remembered() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let (two, three) = (s.save("one", &[first], &[("workers", "2")]), s.save("two", &[first], &[("workers", "3")]));
    assert_eq!(s.open(), [conflict("workers", &["2", "3"])]);
    // A later save of another answer settles nothing; one of this answer by somebody who saw both does.
    let other = s.save("one", &[two, three], &[("name", "x")]);
    assert_eq!(s.open().len(), 1);
    s.save("one", &[other], &[("workers", "4")]);
    assert_eq!((s.open(), s.answer("workers")), (vec![], Some("4".into())));
}

#[test]
fn three_ways_and_criss_cross_ask_once_about_what_stands() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let (one, two, three) = (s.save("one", &[first], &[("workers", "2")]), s.save("two", &[first], &[("workers", "3")]), s.save("three", &[first], &[("workers", "4")]));
    assert_eq!(s.open(), [conflict("workers", &["2", "3", "4"])]);
    // Both of two laptops brought the other's in, then each wrote on: two merge bases.
    s.save("one", &[one, two], &[("workers", "5")]);
    s.save("two", &[two, one], &[("workers", "6")]);
    assert_eq!(s.open(), [conflict("workers", &["4", "5", "6"])]);
    s.write("office", Act::Resolve, &[three, 4, 5], &[("workers", "6")], &[("path", "workers"), ("reason", "Hỏi lại")]);
    assert_eq!(s.open(), []);
}

#[test]
fn a_settling_that_meets_another_is_asked_about_once_more_only_where_they_differ() {
    for (value, asked) in [("2", vec![]), ("3", vec![conflict("workers", &["2", "3"])])] {
        let mut s = Story::default();
        let first = s.save("one", &[], &[("workers", "1")]);
        let (one, two) = (s.save("one", &[first], &[("workers", "2")]), s.save("two", &[first], &[("workers", "3")]));
        s.write("one", Act::Resolve, &[one, two], &[("workers", "2")], &[("reason", "r")]);
        s.write("two", Act::Resolve, &[one, two], &[("workers", value)], &[("reason", "r")]);
        assert_eq!(s.open(), asked);
    }
}

#[test]
fn a_settling_taken_back_opens_the_conflict_and_taking_that_back_closes_it() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let (one, two) = (s.save("one", &[first], &[("workers", "2")]), s.save("two", &[first], &[("workers", "3")]));
    let settled = s.write("one", Act::Resolve, &[one, two], &[("workers", "2")], &[("reason", "r")]);
    let undone = s.undo("one", &[settled], settled);
    assert_eq!(s.open().len(), 1);
    s.undo("one", &[undone], undone);
    assert_eq!(s.open(), []);
}

#[test]
fn deleting_a_row_against_an_edit_in_it_keeps_the_row_with_all_that_was_in_it_and_asks() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("e/k1/#", "V"), ("e/k1/after", "1"), ("e/k1/before", "9")]);
    let gone = s.save("one", &[first], &[("e/k1/#", "")]);
    let edit = s.save("two", &[first], &[("e/k1/after", "2")]);
    assert_eq!(s.open(), [conflict("e/k1/#", &["–", "V"])]);
    assert_eq!([s.answer("e/k1/#"), s.answer("e/k1/after"), s.answer("e/k1/before")], [Some("V".into()), Some("2".into()), Some("9".into())]);
    s.write("office", Act::Resolve, &[gone, edit], &[("e/k1/#", "")], &[("reason", "r")]);
    assert_eq!((s.open(), s.answer("e/k1/#")), (vec![], None));
}

#[test]
fn rows_added_on_both_sides_both_stand_and_an_order_set_twice_is_an_ordinary_question() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("e/k1/#", "V")]);
    s.save("one", &[first], &[("e/k2/#", "W"), ("e/k1/#", "X")]);
    s.save("two", &[first], &[("e/k3/#", "W"), ("e/k1/#", "Y")]);
    assert_eq!(s.open(), [conflict("e/k1/#", &["X", "Y"])]);
    assert_eq!([s.answer("e/k2/#"), s.answer("e/k3/#")], [Some("W".into()), Some("W".into())]);
}

#[test]
fn clocks_wrong_by_years_change_neither_what_is_known_nor_what_is_decided() {
    for off in [-9 * 365, 9 * 365] {
        let mut s = Story { off: BTreeMap::from([("two", off)]), ..Story::default() };
        let first = s.save("one", &[], &[("workers", "1")]);
        let late = s.save("two", &[first], &[("workers", "2")]);
        let approved = s.decide("one", Act::Approve, &[late]);
        assert_eq!((s.answer("workers"), s.state()), (Some("2".into()), State::Approved), "{off}");
        s.save("two", &[approved], &[("workers", "3")]);
        assert_eq!((s.answer("workers"), s.state()), (Some("3".into()), State::Submitted), "{off}");
    }
}

#[test]
fn an_approval_ends_with_whatever_it_had_not_seen_and_comes_back_with_it() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let approved = s.decide("office", Act::Approve, &[first]);
    assert_eq!((s.state(), s.holding(approved)), (State::Approved, Holding::Holds));
    let edit = s.save("one", &[first], &[("workers", "2")]);
    assert_eq!((s.state(), s.holding(approved)), (State::Submitted, Holding::Lapsed(2)));
    let again = s.decide("office", Act::Approve, &[approved, edit]);
    let asked = s.decide("two", Act::Return, &[first]);
    assert_eq!((s.state(), s.holding(again)), (State::Returned, Holding::Lapsed(4)), "a question that it had not seen");
    s.undo("two", &[asked], asked);
    assert_eq!((s.state(), s.holding(again)), (State::Approved, Holding::Holds));
}

#[test]
fn a_void_that_had_not_seen_an_edit_keeps_the_record_and_says_so() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let void = s.decide("office", Act::Void, &[first]);
    assert_eq!(s.state(), State::Void);
    s.save("one", &[first], &[("workers", "2")]);
    assert_eq!((s.state(), s.holding(void), s.answer("workers")), (State::Submitted, Holding::Lapsed(2), Some("2".into())));
}

#[test]
fn what_a_newer_program_did_is_kept_and_its_words_change_nothing_else() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let approved = s.decide("office", Act::Approve, &[first]);
    s.write("two", Act::parse("weigh"), &[approved], &[], &[("scale", "0.5"), ("target", "x")]);
    let line = s.all[2].line();
    assert_eq!(Entry::parse(line.as_bytes()).unwrap().line(), line);
    assert_eq!((s.state(), s.open()), (State::Approved, vec![]));
    s.write("two", Act::parse("weigh"), &[2], &[("workers", "2")], &[]);
    assert_eq!((s.answer("workers"), s.state()), (Some("2".into()), State::Submitted), "what it wrote counts as written");
}

#[test]
fn an_undo_reaches_only_decisions_that_it_had_seen() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let approved = s.decide("office", Act::Approve, &[first]);
    s.undo("one", &[first], approved);
    assert_eq!(s.state(), State::Approved, "not seen");
    s.undo("one", &[approved], first);
    assert_eq!(s.answer("workers"), Some("1".into()), "what a person typed");
}

fn links(told: &[(&str, &str, bool)], void: &[&str]) -> Links {
    let pairings: Vec<Pairing> = told.iter().map(|(a, b, is_link)| Pairing { record: (*a).into(), other: (*b).into(), is_link: *is_link, revision: [0; 32] }).collect();
    let member = |record: &str| [A, B, C].contains(&record).then(|| Member { form: "shop".into(), is_void: void.contains(&record) });
    let forward = Links::new(pairings.iter(), &member);
    let backward = Links::new(pairings.iter().rev(), &member);
    assert!([A, B, C].iter().all(|record| forward.principal(record) == backward.principal(record)), "order plays no part");
    forward
}

#[test]
fn links_may_run_in_chains_and_circles() {
    let reads = |told: &[(&str, &str, bool)], void: &[&str]| [A, B, C].map(|record| links(told, void).principal(record).to_owned());
    assert_eq!(reads(&[(A, B, true)], &[]), [B, B, C]);
    assert_eq!(reads(&[(A, B, true), (B, C, true)], &[]), [C, C, C], "a chain");
    assert_eq!(reads(&[(A, B, true), (B, A, true)], &[]), [A, A, C], "at the same time both ways");
    assert_eq!(reads(&[(B, A, true), (C, B, true), (A, C, true)], &[]), [A, A, A], "a circle");
    assert_eq!(reads(&[(A, B, true), (A, C, true)], &[]), [B, B, B], "to two");
    assert_eq!(reads(&[(A, B, true)], &[B]), [A, A, C], "a void one stands for nobody");
    assert_eq!(reads(&[(A, "elsewhere", true), (A, A, true)], &[]), [A, B, C]);
    assert_eq!(reads(&[(A, B, true), (B, A, false)], &[]), [A, B, C], "one says yes, the other no");
    assert_eq!(links(&[(A, B, true), (B, A, false)], &[]).disputed().len(), 1);
    assert_eq!(links(&[(A, C, true), (B, C, true), (A, B, false)], &[]).disputed().len(), 1, "apart, and one through a third");
}

#[test]
fn a_link_taken_back_leaves_both_as_they_were() {
    let mut s = Story::default();
    let first = s.save("one", &[], &[("workers", "1")]);
    let link = s.write("one", Act::Link, &[first], &[], &[("target", B), ("reason", "r")]);
    assert_eq!(pairings(&s.history()).len(), 1);
    s.undo("two", &[link], link);
    assert_eq!(pairings(&s.history()), []);
    assert_eq!(s.answer("workers"), Some("1".into()));
}
