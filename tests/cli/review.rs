//! Decisions that travel: a question by file and its answer, approval and what voids it, records that are one.

use crate::support::{Laptop, Place};
use serde_json::{Value as Json, json};

fn pair(place: &Place) -> (Laptop<'_>, Laptop<'_>) {
    (place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop(), place.new_laptop("office", "Phạm Văn Giám Sát", "supervisor").with_shop())
}

fn shop(name: &str, code: &str) -> Json {
    json!({"name": name, "code": code, "workers": 3})
}

fn state(laptop: &Laptop<'_>, record: &str) -> String {
    laptop.show(record)["state"].as_str().unwrap().to_owned()
}

/// The revision that a decision printed, in its second word.
fn revision(out: &str) -> String {
    out.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_question_goes_out_by_file_and_its_answer_comes_back() {
    let place = Place::new();
    let (lt01, office) = pair(&place);
    let record = lt01.add("shop", &[shop("Thử", "A1")]).remove(0);
    lt01.run(&["sync", "c.jsonl"]).ok();
    office.run(&["sync", "c.jsonl"]).ok();
    let asked = office.run(&["return", &record, "--question", "workers", "--comment", "Có tính chủ cơ sở không?"]).ok();
    assert!(asked.trim_end().ends_with(" returned"), "{asked}");
    office.run(&["sync", "back.jsonl"]).ok();
    lt01.run(&["sync", "back.jsonl"]).ok();
    assert!(lt01.run(&["record", "list", "--state", "returned"]).ok().starts_with(&record));
    let shown = lt01.run(&["record", "show", &record]).ok();
    assert!(shown.contains("about “workers”") && shown.contains("Có tính chủ cơ sở không?") && shown.contains("awaits an answer"), "{shown}");
    // Another answer is no answer to this question; the one that was asked about is.
    lt01.run(&["record", "edit", &record, "--set", "name=Thử hai"]).ok();
    assert_eq!(state(&lt01, &record), "returned");
    let answered = lt01.run(&["answer", &record, "--comment", "Có tính"]).ok();
    assert_eq!(state(&lt01, &record), "submitted");
    lt01.run(&["undo", &revision(&answered)]).ok();
    assert_eq!(state(&lt01, &record), "returned");
    lt01.run(&["record", "edit", &record, "--set", "workers=4"]).ok();
    assert_eq!(state(&lt01, &record), "submitted");
    assert_eq!(lt01.run(&["answer", &record, "--comment", "Có tính"]).code, 1);
    lt01.run(&["sync", "back.jsonl"]).ok();
    office.run(&["sync", "back.jsonl"]).ok();
    assert!(office.run(&["record", "show", &record]).ok().contains("closed by"));
    office.run(&["undo", &revision(&asked)]).ok();
    assert!(office.run(&["record", "show", &record]).ok().contains("taken back"));
}

#[test]
fn an_approval_holds_until_somebody_edits_who_had_not_seen_it() {
    let place = Place::new();
    let (lt01, office) = pair(&place);
    let record = lt01.add("shop", &[shop("Thử", "A1")]).remove(0);
    lt01.run(&["sync", "c.jsonl"]).ok();
    office.run(&["sync", "c.jsonl"]).ok();
    office.run(&["approve", &record]).ok();
    assert_eq!(state(&office, &record), "approved");
    assert!(office.run(&["approve", &record]).err.contains("Approved already"));
    lt01.run(&["record", "edit", &record, "--set", "workers=4"]).ok();
    for laptop in [&lt01, &office, &lt01] {
        laptop.run(&["sync", "c.jsonl"]).ok();
    }
    for laptop in [&lt01, &office] {
        assert_eq!(state(laptop, &record), "submitted");
        let why = laptop.run(&["why", &record, "workers"]).ok();
        assert!(why.contains("approval no longer holds: edited after (Lê Văn Thử"), "{why}");
        assert!(laptop.run(&["record", "list"]).ok().contains("  (approval no longer holds)\n"));
        assert_eq!(laptop.run(&["record", "list", "--format", "jsonl"]).json_lines()[0]["lapsed"], json!(true));
    }
    let standing: Vec<Json> = office.show(&record)["history"].as_array().unwrap().iter().filter(|r| r["act"] == "approve").map(|r| r["standing"].clone()).collect();
    assert_eq!(standing, ["lapsed"]);
    let again = office.run(&["approve", &record]).ok();
    assert_eq!(office.show(&record)["lapsed"], Json::Null, "it was approved anew");
    office.run(&["undo", &revision(&again), "--reason", "Vội quá"]).ok();
    assert_eq!(state(&office, &record), "submitted");
}

#[test]
fn a_record_in_conflict_is_not_approved_and_a_settling_can_be_taken_back() {
    let place = Place::new();
    let (lt01, office) = pair(&place);
    let record = lt01.add("shop", &[shop("Thử", "A1")]).remove(0);
    lt01.run(&["sync", "c.jsonl"]).ok();
    office.run(&["sync", "c.jsonl"]).ok();
    lt01.run(&["record", "edit", &record, "--set", "workers=4"]).ok();
    office.run(&["record", "edit", &record, "--set", "workers=5"]).ok();
    lt01.run(&["sync", "c.jsonl"]).ok();
    office.run(&["sync", "c.jsonl"]).ok();
    let told = office.run(&["approve", &record]);
    assert!(told.code == 1 && told.err.contains("in conflict: 1"), "{}", told.err);
    office.run(&["resolve", &record, "workers", "--take", "1", "--reason", "Hỏi lại"]).ok();
    let history = office.show(&record);
    let settled = history["history"].as_array().unwrap().iter().find(|r| r["act"] == "resolve").unwrap()["id"].as_str().unwrap().to_owned();
    office.run(&["approve", &record]).ok();
    office.run(&["undo", &settled]).ok();
    assert_eq!((office.show(&record)["conflicts"].clone(), state(&office, &record)), (json!(1), "submitted".to_owned()), "the approval had seen it settled");
    assert!(office.run(&["why", &record, "workers"]).ok().contains("taken back"));
    let first = history["history"][0]["id"].as_str().unwrap();
    assert_eq!(office.run(&["undo", first]).code, 1, "what a person typed is no decision");
    assert_eq!(office.run(&["undo", &settled]).code, 1, "twice");
}

#[test]
fn records_that_are_one_are_suspected_decided_about_once_and_counted_once() {
    let place = Place::new();
    let (lt01, office) = pair(&place);
    let one = lt01.add("shop", &[shop("Thử một", "A-1")]).remove(0);
    let two = office.at("2026-11-24T09:00:00+07:00").add("shop", &[shop("Thử 1", "a1"), shop("Thử ba", "A 1")]);
    lt01.run(&["sync", "c.jsonl"]).ok();
    let told = office.run(&["sync", "c.jsonl"]).ok();
    assert!(told.ends_with("duplicates 3\n"), "{told}");
    let asked = |laptop: &Laptop<'_>| laptop.run(&["duplicates", "--format", "jsonl"]).json_lines().len();
    assert_eq!(asked(&office), 3);
    let apart = office.run(&["apart", &two[1], &one, "--reason", "Hai chủ"]).ok();
    let link = office.run(&["link", &two[0], &one, "--reason", "Một cơ sở"]).ok();
    assert_eq!(asked(&office), 0, "what is apart from one is apart from all that are one with it");
    let listed = office.run(&["record", "list", "--format", "jsonl"]);
    assert_eq!(listed.json_lines().len(), 2);
    assert!(office.run(&["record", "list", "--format", "jsonl", "--linked"]).json_lines().iter().any(|row| row["linked_to"] == json!(one)));
    office.run(&["sync", "c.jsonl"]).ok();
    lt01.run(&["sync", "c.jsonl"]).ok();
    assert_eq!((asked(&lt01), lt01.run(&["record", "list", "--format", "jsonl"]).json_lines().len()), (0, 2));
    assert_eq!(lt01.run(&["link", &two[1], &one, "--reason", "Một cơ sở"]).code, 1, "decided otherwise");
    lt01.run(&["undo", &revision(&link)]).ok();
    assert_eq!(lt01.run(&["record", "list", "--format", "jsonl"]).json_lines().len(), 3);
    lt01.run(&["undo", &revision(&apart)]).ok();
    assert_eq!(asked(&lt01), 3);
    // Both say that theirs is the other: no circle, and the same on every laptop.
    lt01.run(&["link", &one, &two[0], "--reason", "Một cơ sở"]).ok();
    office.run(&["sync", "c.jsonl"]).ok();
    office.run(&["undo", &revision(&link)]);
    office.run(&["link", &two[0], &one, "--reason", "Một cơ sở"]);
    for laptop in [&office, &lt01, &office] {
        laptop.run(&["sync", "c.jsonl"]).ok();
    }
    let told = |laptop: &Laptop<'_>| laptop.show(&two[0])["linked_to"].clone();
    assert_eq!((told(&lt01), told(&office)), (json!(one), json!(one)), "the one begun first");
}

#[test]
fn what_names_a_linked_record_is_read_as_naming_the_other_and_counted_once() {
    use crate::district::{establishment, survey};
    let place = Place::new();
    let office = place.new_laptop("office", "Phạm Văn Giám Sát", "supervisor").at("2026-03-10T09:00:00+07:00");
    let named = office.add("establishment", &[establishment("Cơ sở Thử Nghiệm Một"), establishment("DNTN Thử Nghiệm Một")]);
    office.add("establishment_survey", &[survey(&named[0], "2026-03-10"), survey(&named[1], "2026-03-10")]);
    let suspected = office.run(&["duplicates", "--format", "jsonl"]).json_lines();
    let pair: std::collections::BTreeSet<&str> = named.iter().map(String::as_str).collect();
    assert_eq!((suspected.len(), suspected[0]["records"].clone()), (1, json!(pair)), "one pair of establishments; surveys only mention their phone and name");
    // Files are told alike, with a store and without one.
    assert!(office.run(&["sync", "d.jsonl"]).ok().ends_with(" duplicates 1\n"));
    assert!(office.run(&["merge", "e.jsonl", "d.jsonl", "--plan"]).ok().ends_with(" duplicates 1\n"));
    let naming =
        |id: &str| office.run(&["record", "list", "--form", "establishment_survey", "--where", &format!("${{establishment}} = '{id}'"), "--format", "jsonl"]).json_lines().len();
    assert_eq!((naming(&named[0]), naming(&named[1])), (1, 1));
    let link = office.run(&["link", &named[1], &named[0], "--reason", "Một cơ sở"]).ok();
    assert_eq!((naming(&named[0]), naming(&named[1])), (2, 0));
    let exported = |folder: &str| {
        office.run(&["export", "--format", "jsonl", "--form", "establishment", "-o", &place.path(folder).display().to_string()]).ok();
        std::fs::read_to_string(place.path(folder).join("establishment.jsonl")).unwrap().lines().count()
    };
    assert_eq!(exported("one"), 1);
    office.run(&["undo", &revision(&link)]).ok();
    assert_eq!((naming(&named[0]), naming(&named[1]), exported("two")), (1, 1, 2));
}
