//! Merge and sync with a full disk, or killed, at any byte that they write: the old file or the new one stands there, what
//! was saved is there, a sentence says what happened, and once there is room again everything goes on.

use crate::support::{Limit, Place, body};
use serde_json::json;

/// Lengths up to `most` bytes in blocks of 512, about `count` of them.
fn limits(most: usize, count: usize) -> Vec<u64> {
    (0..=most / 512 + 1).step_by((most / 512 / count).max(1)).map(|blocks| blocks as u64).collect()
}

/// Two central files of some length.
fn two_files(place: &Place) {
    for (name, from) in [("lt01", 0), ("lt02", 100)] {
        let laptop = place.new_laptop(name, "Lê Văn Thử", "collaborator").with_shop();
        let long = "khô mực tôm cua ".repeat(60);
        let records: Vec<_> = (from..from + 12).map(|n| json!({"name": format!("Cơ sở {n} {long}"), "workers": n})).collect();
        laptop.add("shop", &records);
        laptop.run(&["sync", &format!("{name}.jsonl")]).quiet();
    }
}

#[test]
fn a_merge_that_is_cut_or_runs_out_of_room_anywhere_leaves_the_old_file_or_the_new_one() {
    let place = Place::new();
    two_files(&place);
    let office = place.laptop("office");
    office.run(&["merge", "old.jsonl", "lt01.jsonl"]).ok();
    office.run(&["merge", "new.jsonl", "lt01.jsonl", "lt02.jsonl"]).ok();
    let (old, new) = (place.read("old.jsonl"), place.read("new.jsonl"));
    let (mut failed, mut killed) = (0, 0);
    for blocks in limits(new.len(), 30) {
        for kills in [false, true] {
            place.write("out.jsonl", &old);
            let told = office.limited(Limit { blocks, kills }).run(&["merge", "out.jsonl", "lt02.jsonl"]);
            let there = place.read("out.jsonl");
            match told.code {
                0 => assert!(there == new, "{blocks}"),
                5 => {
                    failed += 1;
                    assert!(there == old && told.err.contains("is full"), "{blocks}: {told:?}");
                    assert_eq!(place.names("").iter().filter(|name| name.ends_with(".tmp")).count(), 0, "{blocks}: nothing is left behind");
                }
                -1 => {
                    killed += 1;
                    assert!(there == old, "{blocks}");
                }
                _ => panic!("{blocks}: {told:?}"),
            }
            office.run(&["merge", "out.jsonl", "lt02.jsonl"]).ok();
            assert!(place.read("out.jsonl") == new, "{blocks}: it goes on");
            assert_eq!(place.names("").iter().filter(|name| name.ends_with(".tmp")).count(), 0, "{blocks}: what a kill left is removed");
        }
    }
    assert!(failed >= 20 && killed >= 20, "{failed} failed, {killed} killed");
}

#[test]
fn a_sync_that_is_cut_or_runs_out_of_room_anywhere_loses_nothing_on_either_side() {
    let place = Place::new();
    two_files(&place);
    let lt01 = place.laptop("lt01");
    lt01.add("shop", &[json!({"name": "Mới", "workers": 1})]);
    let (mine, theirs) = (lt01.journal(), place.read("lt02.jsonl"));
    let whole = mine.len() + theirs.len();
    let (mut failed, mut killed) = (0, 0);
    for blocks in limits(whole, 8) {
        for kills in [false, true] {
            place.write("out.jsonl", &theirs);
            let laptop = place.copy("lt01", "trial");
            let told = laptop.limited(Limit { blocks, kills }).run(&["sync", "out.jsonl"]);
            failed += u32::from(told.code > 0);
            killed += u32::from(told.code == -1);
            assert!(told.code <= 0 || !told.err.is_empty() && !told.err.contains("panicked"), "{blocks}: {told:?}");
            let there = place.read("out.jsonl");
            assert!(body(&theirs).iter().all(|line| body(&there).contains(line)), "{blocks}");
            laptop.run(&["verify", "out.jsonl"]).ok();
            assert!(laptop.journal().starts_with(&mine), "{blocks}: what was saved stays saved");
            laptop.run(&["sync", "out.jsonl"]).ok();
            let journal = laptop.journal();
            for line in body(&place.read("out.jsonl")) {
                assert!(journal.windows(line.len()).any(|window| window == line), "{blocks}: it goes on");
            }
            assert_eq!(laptop.run(&["record", "list"]).ok().lines().filter(|line| line.contains("Cơ sở")).count(), 24, "{blocks}");
            place.remove("trial");
        }
    }
    assert!(failed >= 5 && killed >= 5, "{failed} failed, {killed} killed");
}

#[test]
fn a_folder_that_went_away_is_told_and_nothing_is_made_in_its_place() {
    let place = Place::new();
    two_files(&place);
    let lt01 = place.laptop("lt01");
    let before = lt01.journal();
    for command in [&["sync", "stick/central.jsonl"][..], &["merge", "stick/out.jsonl", "lt01.jsonl"], &["merge", "out.jsonl", "stick/in.jsonl"], &["backup", "stick/b.jsonl"]] {
        let told = lt01.run(command);
        assert!(told.code == 5 && told.err.contains("stick"), "{command:?}: {told:?}");
    }
    assert!(!place.path("stick").exists() && !place.path("out.jsonl").exists() && lt01.journal() == before);
}

#[test]
fn a_sync_that_brings_thousands_into_a_closed_store_leaves_no_list_of_those_alone() {
    let place = Place::new();
    two_files(&place);
    let [lt01, lt02] = ["lt01", "lt02"].map(|name| place.laptop(name));
    lt01.run(&["sync", "c.jsonl"]).ok();
    lt02.run(&["sync", "c.jsonl"]).ok();
    lt01.run(&["sync", "c.jsonl"]).ok();
    let many: Vec<_> = (0..2100).map(|at| json!({"name": format!("Xưởng {at}"), "workers": 1})).collect();
    lt01.add("shop", &many);
    lt01.run(&["sync", "c.jsonl"]).ok();
    lt02.run(&["sync", "c.jsonl"]).ok();
    assert!(!place.path("lt02/lines").exists());
    let listed = lt02.run(&["record", "list"]).ok().lines().count();
    assert!(listed > 2100, "{listed}");
    let whole = place.read("lt02/lines").len();
    assert!(whole > 0, "who knows all of them leaves them");
    // Also where it was none of those that are all.
    place.write("lt02/lines", &place.read("lt02/lines")[..100]);
    assert_eq!(lt02.run(&["record", "list"]).ok().lines().count(), listed);
}
