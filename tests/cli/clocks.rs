//! Clocks that are wrong by years, and what must not depend on them.

use crate::support::{Laptop, Place};
use serde_json::json;

/// Laptops that all have one record of the shop.
fn laptops<'p, const N: usize>(place: &'p Place, names: [&str; N]) -> ([Laptop<'p>; N], String) {
    let laptops = names.map(|name| place.new_laptop(name, name, "supervisor").with_shop());
    let id = laptops[0].add("shop", &[json!({"name": "An", "workers": 1})]).remove(0);
    laptops.iter().chain(&laptops[..1]).for_each(|laptop| sync(laptop));
    (laptops, id)
}

fn sync(laptop: &Laptop<'_>) {
    laptop.run(&["sync", "c.jsonl"]).ok();
}

fn edit(laptop: &Laptop<'_>, id: &str, workers: u32) {
    laptop.run(&["record", "edit", id, "--set", &format!("workers={workers}")]).ok();
}

#[test]
fn two_offices_with_the_same_file_and_day_show_the_same_value_of_a_conflict() {
    let place = Place::new();
    let ([lt01, lt02, early, late], id) = laptops(&place, ["lt01", "lt02", "office1", "office2"]);
    edit(&lt01.at("2026-11-29T09:00:00+07:00"), &id, 20);
    edit(&lt02.at("2026-11-26T09:00:00+07:00"), &id, 30);
    for laptop in [&lt01, &lt02, &early] {
        sync(&laptop.at("2026-11-26T10:00:00+07:00"));
    }
    let shown = |laptop: &Laptop<'_>| laptop.show(&id)["answers"]["workers"].clone();
    assert_eq!(shown(&early.at("2026-11-26T11:00:00+07:00")), json!(30), "a clock three days ahead is not believed");
    sync(&late.at("2026-12-01T09:00:00+07:00"));
    for office in [&early, &late, &early] {
        assert_eq!(shown(&office.at("2026-12-01T10:00:00+07:00")), json!(20), "by now it can be");
    }
}

#[test]
fn why_and_the_base_of_a_conflict_go_by_who_knew_what_and_not_by_stamps() {
    let place = Place::new();
    let ([lt01, lt02, lt03], id) = laptops(&place, ["lt01", "lt02", "lt03"]);
    let years_ahead = lt01.at("2036-01-01T09:00:00+07:00");
    edit(&years_ahead, &id, 10);
    sync(&years_ahead);
    let (lt02, lt03) = (lt02.at("2026-11-24T09:00:00+07:00"), lt03.at("2026-11-25T09:00:00+07:00"));
    sync(&lt02);
    edit(&lt02, &id, 20);
    sync(&lt02);
    sync(&lt03);
    let why = lt03.run(&["why", &id, "workers"]).ok();
    let told: Vec<&str> = why.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(told, ["1", "10", "20", "its writer had seen all earlier ones."], "{why}");
    edit(&lt02, &id, 21);
    edit(&lt03, &id, 22);
    sync(&lt02);
    sync(&lt03);
    let conflicts = lt03.run(&["conflicts", "--format", "jsonl"]).json_lines();
    assert_eq!((&conflicts[0]["base"], conflicts[0]["candidates"].as_array().unwrap().len()), (&json!(20), 2), "what both knew last");
    let listed = lt03.run(&["record", "list", "--format", "jsonl"]).json_lines();
    assert_ne!(listed[0]["person"], json!("lt01"), "whoever had seen it wrote later");
}

#[test]
fn a_clock_that_is_years_behind_is_told_where_it_is() {
    let place = Place::new();
    let ([lt01], _) = laptops(&place, ["lt01"]);
    let behind = lt01.at("2016-01-01T09:00:00+07:00");
    assert_eq!(behind.run(&["doctor"]).err, "This laptop's clock is behind: what was saved last is of 23/11/2026. Set its date and time right.\n");
    assert_eq!(behind.lang("vi").run(&["doctor"]).err, "Đồng hồ máy này chậm: lần lưu trước là ngày 23/11/2026. Hãy chỉnh lại ngày giờ của máy.\n");
    lt01.run(&["doctor"]).quiet();
}

#[test]
fn two_forms_of_one_version_keep_all_their_columns_and_are_named() {
    let place = Place::new();
    let laptops = ["lt01", "lt02", "office"].map(|name| place.new_laptop(name, name, "supervisor"));
    for (laptop, other) in [("lt01", "fax"), ("lt02", "faxx")] {
        let form = format!(
            "form = \"vv\"\nversion = 1\ntitle = \"V\"\nsummary = \"${{n}}\"\n[[question]]\nname = \"n\"\ntype = \"text\"\nlabel = \"N\"\n[[question]]\nname = \"{other}\"\ntype = \"text\"\nlabel = \"F\"\n"
        );
        place.write(&format!("{laptop}/forms/vv.toml"), form);
        place.laptop(laptop).add("vv", &[json!({"n": laptop, other: "1"})]);
    }
    for laptop in laptops.iter().chain(&laptops) {
        sync(laptop);
    }
    for laptop in &laptops {
        laptop.run(&["export", "--format", "csv", "-o", "out"]).ok();
        let header = String::from_utf8(place.read("out/vv.csv")).unwrap().lines().next().unwrap().to_owned();
        assert!(["n", "fax", "faxx"].iter().all(|name| header.split(',').any(|column| column == *name)), "{header}");
        assert!(laptop.run(&["doctor"]).quiet().contains("Two different forms are both vv v1: their author should raise the version."));
    }
}

#[test]
fn the_place_of_a_row_is_no_text() {
    let place = Place::new();
    let ([lt01], _) = laptops(&place, ["lt01"]);
    let id = lt01.add("shop", &[json!({"name": "An", "workers": 1, "energy": [{"before": 10, "after": 8}, {"before": 5, "after": 4}]})]).remove(0);
    for wrong in ["giữ dòng này", "0", "~~", " ", "V0", "!"] {
        let told = lt01.run(&["record", "edit", &id, "--set", &format!("energy[1]/#={wrong}")]);
        assert_eq!((told.code, told.err.starts_with("energy[1]/#: Not the place of a row:")), (1, true), "{told:?}");
    }
    lt01.run(&["record", "edit", &id, "--set", "energy[1]/#=z"]).quiet();
    assert_eq!(lt01.show(&id)["answers"]["energy"][0]["before"], json!(5), "it stands last now");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_central_file_stands_for_the_file() {
    let place = Place::new();
    let ([lt01], _) = laptops(&place, ["lt01"]);
    place.write("stick/other.txt", "");
    std::fs::rename(place.path("c.jsonl"), place.path("stick/c.jsonl")).unwrap();
    std::os::unix::fs::symlink(place.path("stick/c.jsonl"), place.path("link.jsonl")).unwrap();
    lt01.add("shop", &[json!({"name": "Anh", "workers": 2})]);
    lt01.run(&["sync", "link.jsonl"]).quiet();
    assert!(place.path("link.jsonl").is_symlink());
    assert_eq!(place.names("stick"), [".c.jsonl.lock", "c.jsonl", "c.jsonl.bak", "other.txt"]);
    assert_eq!(lt01.run(&["sync", "stick/c.jsonl"]).quiet().lines().last(), Some("new 0 known 2 merged 0 conflicts 0 duplicates 0"));
    lt01.run(&["merge", "link.jsonl", "stick/c.jsonl"]).quiet();
    assert!(place.path("link.jsonl").is_symlink());
}

#[cfg(unix)]
#[test]
fn a_link_to_a_stick_that_is_not_there_is_no_new_file() {
    let place = Place::new();
    let ([lt01], _) = laptops(&place, ["lt01"]);
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, place.path(name)).unwrap();
    link("mnt/c.jsonl", "stick.jsonl");
    link("round2.jsonl", "round1.jsonl");
    link("round1.jsonl", "round2.jsonl");
    for name in ["stick.jsonl", "round1.jsonl"] {
        for command in [&["sync", name][..], &["backup", name], &["merge", name, "c.jsonl"]] {
            assert_eq!(lt01.run(command).code, 5, "{command:?}");
        }
        assert!(place.path(name).is_symlink());
    }
    place.write("mnt/other.txt", "");
    lt01.run(&["sync", "stick.jsonl"]).quiet();
    assert!(place.path("stick.jsonl").is_symlink() && place.path("mnt/c.jsonl").is_file());
}
