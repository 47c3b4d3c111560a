//! `doctor` looks without changing anything; `doctor --repair` repairs and keeps what was damaged.

use crate::support::Place;
use serde_json::json;

fn names(place: &Place) -> Vec<String> {
    place.names("lt01").into_iter().filter(|name| name.contains(".bad.")).collect()
}

#[test]
fn a_good_line_that_stands_twice_is_no_damage() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1}), json!({"name": "Hai", "workers": 2})]);
    let good = lt01.journal();
    let last = good.split_inclusive(|byte| *byte == b'\n').next_back().unwrap();
    place.write("lt01/journal.jsonl", [&good[..], last].concat());
    for repair in [&["doctor"][..], &["doctor", "--repair"], &["doctor"]] {
        let told = lt01.run(repair);
        assert!(told.code == 0 && told.out.ends_with("All is well.\n"), "{told:?}");
    }
    assert_eq!(lt01.run(&["record", "list"]).quiet().lines().count(), 2);
}

#[test]
fn damage_is_only_named_until_a_repair_is_asked_for() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1}), json!({"name": "Hai", "workers": 2})]);
    assert!(lt01.run(&["doctor"]).quiet().ends_with("All is well.\n"));
    let good = lt01.journal();
    let bad = String::from_utf8(good.clone()).unwrap().replacen("\"workers\":2", "\"workers\":3", 1).into_bytes();
    let line = bad.split(|b| *b == b'\n').position(|l| l.windows(11).any(|w| w == b"\"workers\":3")).unwrap() + 1;
    place.write("lt01/journal.jsonl", &bad);

    let told = lt01.run(&["doctor"]);
    assert_eq!((told.code, told.err.as_str()), (3, ""));
    assert!(told.out.contains(&format!("Journal damaged at line {line}\n")) && told.out.contains("doctor --repair"), "{}", told.out);
    assert!(lt01.journal() == bad && names(&place).is_empty(), "looking changed something");
    let told = lt01.lang("vi").run(&["doctor"]);
    assert!(told.out.contains(&format!("Nhật ký hỏng ở dòng {line}")), "{}", told.out);

    let told = lt01.run(&["doctor", "--repair"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.err.contains(&format!("damaged at line {line}; 1 entries were recovered")), "{}", told.err);
    assert_eq!(names(&place), ["journal.jsonl.bad.0"]);
    assert!(place.read("lt01/journal.jsonl.bad.0") == bad);
    let sorted = |bytes: &[u8]| {
        let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&lt01.journal()), sorted(&good));
    let told = lt01.run(&["doctor"]).quiet();
    assert!(told.contains("Put aside earlier: [TMP]/lt01/journal.jsonl.bad.0\n") && told.ends_with("All is well.\n"), "{told}");
}

#[test]
fn what_is_lost_for_good_is_said_and_the_laptop_goes_on_under_a_new_name() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1}), json!({"name": "Hai", "workers": 2})]);
    let device = |text: &[u8]| String::from_utf8_lossy(text).lines().find(|l| l.starts_with("device")).unwrap().to_owned();
    let before = device(&place.read("lt01/identity.toml"));
    let bad = String::from_utf8(lt01.journal()).unwrap().replacen("\"workers\":2", "\"workers\":3", 1);
    place.write("lt01/journal.jsonl", bad);
    std::fs::remove_dir_all(place.path("lt01/sled")).unwrap();
    let told = lt01.run(&["record", "list"]);
    assert_eq!(told.code, 0);
    assert!(told.err.contains("1 entries could not be recovered on this laptop"), "{}", told.err);
    assert_ne!(device(&place.read("lt01/identity.toml")), before);
    assert_eq!(lt01.run(&["record", "list", "--format", "jsonl"]).json_lines().len(), 1);
}
