//! What each step does to answers, notes and the paths that were written.

use crate::support::{V1, V2, V3, answers, changed, choices, form, number, seen, text};
use khuyencong::form::migrate::{Before, migrate};
use khuyencong::value::Value;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn paths(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn a_chain_carries_answers_over_two_versions() {
    let before = [
        ("area", text("1.200")),
        ("contact", text("Lê Văn Thử, 0900")),
        ("fax", text("0")),
        ("goods", choices(&["ice", "fish"])),
        ("power/k1/#", text("V")),
        ("power/k1/used", number("31500.5")),
        ("revenue", number("1.5")),
    ];
    let after = [
        ("energy/k1/#", text("V")),
        ("energy/k1/used", number("31.5005")),
        ("floor", number("1200")),
        ("goods", choices(&["fish", "ice_plant"])),
        ("person", text("Lê Văn Thử")),
        ("phone", text("0900")),
        ("revenue", number("1500000")),
    ];
    let migrated = seen(&form(V3), &before);
    assert_eq!(migrated.answers, answers(&after));
    assert_eq!(migrated.wrote.into_iter().collect::<Vec<_>>(), paths(&["energy/k1/#", "energy/k1/used", "floor", "goods", "person", "phone", "revenue"]));
    assert_eq!(migrated.problems, []);
    let trace = &migrated.traces["floor"];
    assert_eq!((trace.was.iter().map(String::as_str).collect::<Vec<_>>(), &trace.steps[..]), (vec!["area"], &[(1, "rename"), (2, "retype")][..]));
    assert_eq!(migrated.traces["person"].was.iter().collect::<Vec<_>>(), ["contact"]);
}

#[test]
fn a_version_without_a_declared_way_is_left_alone() {
    let nothing = Before { answers: &answers(&[]), notes: &BTreeMap::new(), wrote: &[], is_first: true };
    assert_eq!(migrate(&form(V3), 3, nothing), None, "its own");
    assert_eq!(migrate(&form(V3), 4, nothing), None, "a newer one");
    assert_eq!(migrate(&form(V1), 1, nothing), None);
    let skipping = V3.replacen("from = 1\n", "from = 4\n", 1).replace("version = 3", "version = 5").replace("from = 2\n", "from = 3\n").replace("floor\", from", "area\", from");
    let skipping = skipping.replacen("{ rename = { from = \"area\", to = \"floor\" } },", "", 1).replace("area\", from", "floor\", from");
    assert_eq!(migrate(&form(&skipping), 1, nothing), None, "from 3 and 4 says nothing of 1");
}

#[test]
fn what_cannot_be_carried_over_is_kept_and_told() {
    let migrated = seen(&form(V3), &[("area", text("khoảng 30")), ("contact", text(",")), ("revenue", text("nhiều"))]);
    assert_eq!(migrated.answers, answers(&[("contact", text(",")), ("floor", text("khoảng 30")), ("revenue", text("nhiều"))]));
    let told: Vec<_> = migrated.problems.iter().map(|p| (p.path.as_str(), p.kept.as_str(), p.what.en.as_str())).collect();
    assert_eq!(
        told,
        [
            ("person", "contact", "“,” of the earlier version could not be split: look and write it again"),
            ("floor", "floor", "“khoảng 30” of the earlier version cannot be read in the new type: look and write it again"),
            ("revenue", "revenue", "“nhiều” of the earlier version is no number, so its unit was not changed"),
        ]
    );
    assert!(migrated.problems.iter().all(|p| p.is_open(&migrated.answers)));
    let answered = answers(&[("contact", text(",")), ("floor", number("30")), ("person", text("An")), ("revenue", number("1"))]);
    assert!(!migrated.problems.iter().any(|p| p.is_open(&answered)), "somebody answered");
}

#[test]
fn a_number_that_gets_too_long_is_no_longer_taken_for_a_number() {
    let long = "1234567890123456789012345678901234";
    let migrated = seen(&form(V3), &[("revenue", number(long))]);
    assert_eq!(migrated.answers, answers(&[("revenue", text(long))]));
    assert_eq!(migrated.problems.len(), 1);
}

#[test]
fn a_new_name_that_is_taken_keeps_both_answers() {
    let migrated = seen(&form(V2), &[("area", text("1")), ("floor", text("2"))]);
    assert_eq!(migrated.answers, answers(&[("area", text("1")), ("floor", text("2"))]));
    assert_eq!(migrated.problems.len(), 1);
}

#[test]
fn a_cleared_answer_was_cleared_under_its_new_name_too() {
    let wrote = paths(&["area", "contact", "fax", "power/k1/used"]);
    let notes = BTreeMap::from([("area".to_owned(), "đo lại".to_owned()), ("contact".to_owned(), "gọi sau".to_owned())]);
    let migrated = migrate(&form(V3), 1, Before { answers: &answers(&[]), notes: &notes, wrote: &wrote, is_first: false }).unwrap();
    assert_eq!(migrated.wrote.into_iter().collect::<Vec<_>>(), paths(&["energy/k1/used", "floor", "person", "phone"]));
    assert_eq!(migrated.notes.into_iter().collect::<Vec<_>>(), [("floor".to_owned(), "đo lại".to_owned()), ("person".to_owned(), "gọi sau".to_owned())]);
}

#[test]
fn a_row_key_is_no_name() {
    let migrated = seen(&form(V2), &[("power/area/#", text("V")), ("power/area/used", number("1"))]);
    assert_eq!(migrated.answers, answers(&[("energy/area/#", text("V")), ("energy/area/used", number("1"))]));
}

#[test]
fn a_set_answer_was_written_where_an_answer_that_it_reads_was() {
    let staff = form(&changed("staff: integer, men: integer, women: integer", r#"{ set = { to = "staff", value = "${men} + ${women}" } }"#));
    let both = answers(&[("men", number("2")), ("women", number("3"))]);
    let wrote = |wrote: &[&str]| {
        let migrated = migrate(&staff, 1, Before { answers: &both, notes: &BTreeMap::new(), wrote: &paths(wrote), is_first: true }).unwrap();
        assert_eq!(migrated.answers["staff"], number("5"));
        migrated.wrote.contains("staff")
    };
    assert!(wrote(&["men"]) && wrote(&["women"]) && !wrote(&["other"]));
}

#[test]
fn a_constant_belongs_to_the_first_revision() {
    let kind = form(&changed("kind: text", r#"{ set = { to = "kind", value = "'old'" } }"#));
    for is_first in [true, false] {
        let migrated = migrate(&kind, 1, Before { answers: &answers(&[]), notes: &BTreeMap::new(), wrote: &paths(&["x"]), is_first }).unwrap();
        assert_eq!((migrated.answers, migrated.wrote.contains("kind")), (answers(&[("kind", text("old"))]), is_first));
    }
}

#[test]
fn a_set_in_a_repeat_is_done_in_every_row_and_sees_what_is_around() {
    let steps = r#"{ set = { to = "share", value = "${used} div ${all} * 100" } }, { set = { to = "most", value = "max(${used})" } }, { drop = "all" }"#;
    let shares = form(&changed("most: decimal, rows / used: decimal, rows / share: percent", steps));
    let before = [("all", number("8")), ("rows/a/#", text("V")), ("rows/a/used", number("2")), ("rows/b/#", text("W")), ("rows/b/used", number("4"))];
    let migrated = seen(&shares, &before);
    let computed = |path: &str| migrated.answers.get(path).cloned();
    assert_eq!([computed("rows/a/share"), computed("rows/b/share"), computed("most"), computed("all")], [Some(number("25")), Some(number("50")), Some(number("4")), None]);
    // A new row changes the greatest of all rows, and nothing in the others.
    let wrote = paths(&["rows/b/#", "rows/b/used"]);
    let later = migrate(&shares, 1, Before { answers: &answers(&before), notes: &BTreeMap::new(), wrote: &wrote, is_first: false }).unwrap();
    assert_eq!(later.wrote.into_iter().collect::<Vec<_>>(), paths(&["most", "rows/b/#", "rows/b/share", "rows/b/used"]));
}

#[test]
fn a_result_that_is_blank_takes_nothing_away() {
    let staff = form(&changed("staff: integer, men: integer", r#"{ set = { to = "staff", value = "${men} * 2" } }"#));
    assert_eq!(seen(&staff, &[("staff", number("7"))]).answers, answers(&[("staff", number("7"))]));
}

#[test]
fn an_answer_gives_way_only_to_what_is_made_from_it() {
    let staff = |value: &str| form(&changed("staff: integer, men: integer", &format!("{{ set = {{ to = \"staff\", value = \"{value}\" }} }}")));
    let before = [("men", number("2")), ("staff", number("7"))];
    assert_eq!(seen(&staff("${men}"), &before).answers["staff"], number("7"));
    assert_eq!(seen(&staff("${staff} + ${men}"), &before).answers["staff"], number("9"));
}

#[test]
fn a_question_moves_into_one_new_row() {
    let into = form(&changed(
        "machines / power: decimal, machines / name: text",
        r#"{ move = { question = "power", into = "machines" } }, { move = { question = "name", into = "machines" } }"#,
    ));
    let migrated = seen(&into, &[("name", text("máy xay")), ("power", number("3"))]);
    assert_eq!(migrated.answers, answers(&[("machines/moved/#", text("V")), ("machines/moved/name", text("máy xay")), ("machines/moved/power", number("3"))]));
    assert!(migrated.wrote.contains("machines/moved/#"));
    assert!(seen(&into, &[]).answers.is_empty(), "no answer, no row");
}

#[test]
fn a_question_moves_out_of_the_first_row_and_other_answers_are_told() {
    let out = form(&changed("power: decimal, machines / name: text", r#"{ move = { question = "power", out_of = "machines" } }"#));
    let rows = |one: &str, two: &str| {
        let before: [(&str, Value); 4] = [("machines/a/#", text("W")), ("machines/a/power", number(one)), ("machines/b/#", text("V")), ("machines/b/power", number(two))];
        seen(&out, &before)
    };
    let same = rows("3", "3");
    assert_eq!((same.answers.get("power"), same.answers.contains_key("machines/a/power"), same.problems.len()), (Some(&number("3")), false, 0));
    let differ = rows("3", "5");
    assert_eq!((differ.answers.get("power"), differ.answers.get("machines/a/power")), (Some(&number("5")), Some(&number("3"))));
    assert_eq!(differ.problems.len(), 1);
}

#[test]
fn renamed_choices_become_one_in_the_order_of_the_form() {
    let kinds = form(&changed(
        "kinds: select_multiple, kind: select_one",
        r#"{ choice = { question = "kinds", from = "z", to = "a" } }, { choice = { question = "kind", from = "z", to = "a" } }"#,
    ));
    let migrated = seen(&kinds, &[("kind", text("z")), ("kinds", choices(&["c", "z", "a"]))]);
    assert_eq!(migrated.answers, answers(&[("kind", text("a")), ("kinds", choices(&["a", "c"]))]));
}

#[test]
fn names_may_be_exchanged_by_way_of_a_third() {
    let steps = r#"{ rename = { from = "a", to = "t" } }, { rename = { from = "b", to = "a" } }, { rename = { from = "t", to = "b" } }"#;
    let migrated = seen(&form(&changed("a: text, b: text", steps)), &[("a", text("1")), ("b", text("2"))]);
    assert_eq!(migrated.answers, answers(&[("a", text("2")), ("b", text("1"))]));
}

#[test]
fn two_steps_are_as_one_after_the_other() {
    let before = answers(&[("area", text("x")), ("contact", text("An, 1")), ("goods", choices(&["fish", "ice"])), ("power/k/used", number("2"))]);
    let (wrote, notes) = (paths(&["area", "power/k/used"]), BTreeMap::from([("area".to_owned(), "n".to_owned())]));
    let at_once = migrate(&form(V3), 1, Before { answers: &before, notes: &notes, wrote: &wrote, is_first: true }).unwrap();
    let first = migrate(&form(V2), 1, Before { answers: &before, notes: &notes, wrote: &wrote, is_first: true }).unwrap();
    let between: Vec<String> = first.wrote.into_iter().collect();
    let then = migrate(&form(V3), 2, Before { answers: &first.answers, notes: &first.notes, wrote: &between, is_first: true }).unwrap();
    assert_eq!((at_once.answers, at_once.notes, at_once.wrote), (then.answers, then.notes, then.wrote));
}

proptest! {
    /// Whatever stands in a record, also what no version ever asked: it is there, or was made into something, or is told.
    #[test]
    fn no_answer_is_lost(given in proptest::collection::btree_map(path(), value(), 0..12)) {
        let wrote: Vec<String> = given.keys().cloned().collect();
        let migrated = migrate(&form(V3), 1, Before { answers: &given, notes: &BTreeMap::new(), wrote: &wrote, is_first: true }).unwrap();
        for (path, value) in given.iter().filter(|(path, _)| *path != "fax") {
            let is_there = migrated.answers.get(path) == Some(value);
            let became = migrated.traces.iter().any(|(now, trace)| trace.was.contains(path) && migrated.answers.contains_key(now));
            prop_assert!(is_there || became, "{} = {:?} in {:#?}", path, value, migrated);
        }
        let unread = migrated.problems.iter().all(|p| migrated.answers.get(&p.kept) == Some(&p.value));
        prop_assert!(unread, "what is told is kept: {:#?}", migrated);
        let again = migrate(&form(V3), 3, Before { answers: &migrated.answers, notes: &migrated.notes, wrote: &[], is_first: true });
        prop_assert_eq!(again, None);
    }
}

fn path() -> impl Strategy<Value = String> {
    let names = ["area", "floor", "contact", "person", "phone", "fax", "goods", "revenue", "stray", "power/k/#", "power/k/used", "energy/k/#", "energy/k/used", "power/area/used"];
    proptest::sample::select(names.to_vec()).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let fixed = [text("An, 1"), text(","), text("1.200"), text("x"), text("ice"), number("1.5"), number("1234567890123456789012345678901234"), choices(&["ice", "fish"])];
    prop_oneof![proptest::sample::select(fixed.to_vec()), "\\PC{1,6}".prop_map(Value::Text)]
}
