//! A form that changes while it is in use: laptops with the old version and with the new one, one central file.

use crate::support::{Laptop, Place, Told, body};
use serde_json::{Value as Json, json};

const NOON: &str = "2026-11-23T12:00:00+07:00";
const LATER: &str = "2026-11-23T15:00:00+07:00";

/// The folders `v1` and `v3` hold the first and the third version of the form.
fn forms(place: &Place) {
    place.write("v1/shop.toml", include_str!("../migrate/v1.toml"));
    place.write("v3/shop.toml", include_str!("../migrate/v3.toml"));
}

fn with(laptop: &Laptop<'_>, forms: &str, args: &[&str]) -> Told {
    laptop.run(&[&["--forms", forms], args].concat())
}

#[track_caller]
fn show(laptop: &Laptop<'_>, forms: &str, record: &str) -> Json {
    serde_json::from_str(&with(laptop, forms, &["record", "show", record, "--format", "json"]).quiet()).unwrap()
}

#[track_caller]
fn add(laptop: &Laptop<'_>, forms: &str, answers: Json) -> String {
    with(&laptop.input(answers.to_string()), forms, &["record", "add", "--form", "shop"]).ids().remove(0)
}

/// Two laptops that both hold a record of version 1; the first has the old form, the second the new one.
struct Two<'p> {
    old: Laptop<'p>,
    new: Laptop<'p>,
    record: String,
}

fn two(place: &Place) -> Two<'_> {
    forms(place);
    let old = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let new = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator");
    let answers = json!({"contact": "Lê Văn Thử, 0900", "area": "1.200", "goods": ["ice"], "revenue": 1.5, "fax": "1", "power": [{"used": 2500}]});
    let record = add(&old, "v1", answers);
    with(&old, "v1", &["sync", "c.jsonl"]).quiet();
    with(&new, "v3", &["sync", "c.jsonl"]).quiet();
    Two { old, new, record }
}

/// Both change the area under its two names, and each something else.
fn both_edit(Two { old, new, record }: &Two<'_>) {
    with(&old.at(NOON), "v1", &["record", "edit", record, "--set", "area=75", "--set", "goods=ice,fish"]).quiet();
    with(&new.at(LATER), "v3", &["record", "edit", record, "--set", "floor=80", "--set", "revenue=2000000"]).quiet();
}

#[test]
fn a_record_of_an_earlier_version_is_seen_with_the_newest() {
    let place = Place::new();
    let Two { old, new, record } = two(&place);
    let seen = show(&new, "v3", &record);
    let key = seen["answers"]["energy"][0]["#key"].clone();
    assert_eq!(
        seen["answers"],
        json!({"person": "Lê Văn Thử", "phone": "0900", "floor": 1200, "goods": ["ice_plant"], "revenue": 1500000, "energy": [{"#key": key, "used": 2.5}]})
    );
    assert_eq!((&seen["version"], &seen["migrated"]), (&json!(3), &json!({"from": 1, "to": 3, "problems": {}})));
    assert_eq!(seen["history"][0]["answers"]["area"], json!("1.200"), "a revision is shown as it was written");
    let listed = with(&new, "v3", &["record", "list", "--form", "shop", "--where", "${floor} > 1000", "--format", "jsonl"]).json_lines();
    assert_eq!((listed.len(), &listed[0]["answers"]["person"]), (1, &json!("Lê Văn Thử")));
    // The old laptop sees nothing of all this, and neither does the new one with its old form back.
    for laptop in [&old, &new] {
        let own = show(laptop, "v1", &record);
        assert_eq!((&own["version"], &own["answers"]["area"], own.get("migrated")), (&json!(1), &json!("1.200"), None));
    }
    assert_eq!(show(&new, "v3", &record)["answers"]["floor"], json!(1200));
}

#[test]
fn edits_under_the_old_and_the_new_name_meet_as_one_answer() {
    let place = Place::new();
    let two = two(&place);
    both_edit(&two);
    let Two { old, new, record } = &two;
    with(old, "v1", &["sync", "c.jsonl"]).quiet();
    with(new, "v3", &["sync", "c.jsonl"]).is(0, "Received 1 revision, sent 1 revision.\nnew 1 known 1 merged 1 conflicts 1 duplicates 0\n", "");
    with(old, "v1", &["sync", "c.jsonl"]).is(0, "Received 1 revision, sent 0 revisions.\nnew 1 known 2 merged 1 conflicts 1 duplicates 0\n", "");
    // Both are asked the same, also the laptop whose folder holds the old form: the new one came with the record.
    for (laptop, forms) in [(old, "v1"), (new, "v3")] {
        let conflicts = with(laptop, forms, &["conflicts", "--format", "jsonl"]).json_lines();
        assert_eq!(conflicts.len(), 1, "{conflicts:#?}");
        assert_eq!((&conflicts[0]["path"], &conflicts[0]["base"]), (&json!("floor"), &json!(1200)));
        assert_eq!(conflicts[0]["candidates"].as_array().unwrap().iter().map(|c| &c["value"]).collect::<Vec<_>>(), [&json!(75), &json!(80)]);
        let answers = &show(laptop, forms, record)["answers"];
        assert_eq!((&answers["goods"], &answers["revenue"]), (&json!(["fish", "ice_plant"]), &json!(2000000)), "what is not in conflict is merged");
    }
    with(&old.at("2026-11-23T16:00:00+07:00"), "v1", &["resolve", record, "floor", "--take", "1", "--reason", "Đo lại"]).quiet();
    with(old, "v1", &["sync", "c.jsonl"]).quiet();
    with(new, "v3", &["sync", "c.jsonl"]).quiet();
    for (laptop, forms) in [(old, "v1"), (new, "v3")] {
        assert_eq!(with(laptop, forms, &["conflicts"]).quiet(), "");
        assert_eq!(show(laptop, forms, record)["answers"]["floor"], json!(75));
    }
    assert_eq!(
        with(new, "v3", &["why", record, "floor"]).quiet().lines().map(|l| l.split_once(": ").map_or(l, |(_, told)| told)).collect::<Vec<_>>(),
        ["1200", "rename, 2: retype): area = \"1.200\"", "75", "rename, 2: retype): area = \"75\"", "80", "75  “Đo lại”", "A person settled the conflict.",]
    );
}

#[test]
fn the_central_file_does_not_depend_on_who_synced_first() {
    let files = [false, true].map(|new_first| {
        let place = Place::new();
        let two = two(&place);
        both_edit(&two);
        let mut both = [(&two.old, "v1"), (&two.new, "v3")];
        if new_first {
            both.reverse();
        }
        for (laptop, forms) in both.into_iter().chain(both) {
            with(laptop, forms, &["sync", "c.jsonl"]).quiet();
        }
        let file = place.read("c.jsonl");
        let text = String::from_utf8(file.clone()).unwrap();
        for written in [r#""area":"1.200""#, r#""area":"75""#, r#""fax":"1""#, r#""floor":80"#, r#""contact":"Lê Văn Thử, 0900""#] {
            assert!(text.contains(written), "{written}");
        }
        assert_eq!(body(&file).len(), 2 + 3, "two versions of the form, three revisions");
        with(&two.new, "v3", &["verify", "c.jsonl"]).ok();
        file
    });
    assert!(files[0] == files[1]);
}

#[test]
fn files_are_merged_without_a_store_as_the_form_in_them_sees_their_records() {
    let place = Place::new();
    let two = two(&place);
    with(&two.old.at(NOON), "v1", &["record", "edit", &two.record, "--set", "area=80"]).quiet();
    with(&two.new.at(LATER), "v3", &["record", "edit", &two.record, "--set", "floor=80"]).quiet();
    with(&two.old, "v1", &["backup", "a.jsonl"]).ok();
    with(&two.new, "v3", &["backup", "b.jsonl"]).ok();
    with(&place.laptop("none"), "v1", &["merge", "out.jsonl", "a.jsonl", "b.jsonl"]).is(0, "new 3 known 1 merged 1 conflicts 0 duplicates 0\n", "");
}

#[test]
fn what_cannot_be_read_is_kept_and_told_until_somebody_answers() {
    let place = Place::new();
    forms(&place);
    let laptop = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let record = add(&laptop, "v1", json!({"area": "khoảng 30"}));
    let seen = show(&laptop, "v3", &record);
    assert_eq!(seen["migrated"]["problems"]["floor"], json!("“khoảng 30” of the earlier version cannot be read in the new type: look and write it again"));
    let text = with(&laptop, "v3", &["record", "show", &record]).quiet();
    assert!(
        text.ends_with(
            "Made with version 1, shown as version 3 of the form.\n  Area: “khoảng 30” of the earlier version cannot be read in the new type: look and write it again\n"
        ),
        "{text}"
    );
    // Another answer may be saved meanwhile; the old one stays.
    with(&laptop.at(NOON), "v3", &["record", "edit", &record, "--set", "phone=0900"]).quiet();
    assert_eq!(show(&laptop, "v3", &record)["history"][1]["answers"]["floor"], json!("khoảng 30"));
    with(&laptop.at(LATER), "v3", &["record", "edit", &record, "--set", "floor=30"]).quiet();
    let settled = show(&laptop, "v3", &record);
    assert_eq!((&settled["answers"]["floor"], &settled["migrated"]["problems"]), (&json!(30), &json!({})));
    assert_eq!(settled["history"][0]["answers"]["area"], json!("khoảng 30"));
}

#[test]
fn a_draft_goes_on_in_the_new_version() {
    let place = Place::new();
    forms(&place);
    let laptop = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let draft = with(&laptop.input(r#"{"area": "1.200", "revenue": 2}"#), "v1", &["record", "add", "--form", "shop", "--draft"]).ids().remove(0);
    assert_eq!(show(&laptop, "v3", &draft)["answers"], json!({"floor": 1200, "revenue": 2000000}));
    with(&laptop, "v3", &["record", "edit", &draft, "--set", "phone=0900"]).quiet();
    assert_eq!(show(&laptop, "v3", &draft)["answers"], json!({"phone": "0900", "floor": 1200, "revenue": 2000000}));
}

#[test]
fn a_void_of_an_upgraded_record_writes_nothing() {
    let place = Place::new();
    let Two { old, new, record } = two(&place);
    with(&new.at(NOON), "v3", &["record", "void", &record, "--reason", "Ghi nhầm"]).quiet();
    with(&new, "v3", &["sync", "c.jsonl"]).quiet();
    with(&old, "v1", &["sync", "c.jsonl"]).quiet();
    let seen = show(&old, "v1", &record);
    assert_eq!((&seen["state"], &seen["version"], &seen["history"][1]["wrote"]), (&json!("void"), &json!(1), &json!([])));
}

#[test]
fn a_check_against_the_earlier_version_writes_what_was_forgotten() {
    let place = Place::new();
    forms(&place);
    let new = include_str!("../migrate/v3.toml");
    place.write("bare.toml", &new[..new.find("[[migrate]]").unwrap()]);
    let laptop = place.laptop("none");
    let ok = "v3/shop.toml: ok — shop version 3, questions 6, warnings 0\nFrom version 1 to 3: all is declared.\n";
    laptop.run(&["forms", "check", "v3/shop.toml", "--against", "v1/shop.toml"]).is(0, ok, "");
    let told = laptop.run(&["forms", "check", "bare.toml", "--against", "v1/shop.toml"]);
    assert_eq!((told.code, told.err.lines().count()), (0, 7));
    assert!(told.out.contains("[[migrate]]\nfrom = 1\nstep = [\n  { rename = { from = \"power\", to = \"energy\" } },\n"), "{}", told.out);
    laptop.run(&["forms", "check", "v1/shop.toml", "--against", "v3/shop.toml"]).is(
        2,
        "v1/shop.toml: ok — shop version 1, questions 6, warnings 0\n",
        "version 3 is not before version 1\n",
    );
}
