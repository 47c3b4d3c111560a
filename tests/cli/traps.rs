//! Traps into which other systems fell (named after their reports), as far as they concern the commands.

use crate::support::{Laptop, Place};
use khuyencong::locale::plain::is_trick;
use serde_json::json;

fn run(laptop: &Laptop<'_>, forms: &str, args: &[&str]) -> String {
    laptop.run(&[&["--forms", forms], args].concat()).ok()
}

#[test]
fn trap_an_option_that_is_gone_keeps_old_answers_and_columns() {
    let place = Place::new();
    let shop = include_str!("forms/shop.toml");
    place.write("old/shop.toml", shop);
    let ice = "  { name = \"ice\", label = { vi = \"Nước đá\", en = \"Ice\" } },\n";
    let without = shop.replace(ice, "").replace("version = 2", "version = 3");
    assert!(without.len() < shop.len() - 40);
    place.write("new/shop.toml", without);
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let answers = json!({"name": "Thử", "workers": 1, "kinds": ["ice", "fish"]}).to_string();
    let added = lt01.input(answers).run(&["--forms", "old", "record", "add", "--form", "shop"]);
    let record = added.ids().remove(0);
    let before = run(&lt01, "old", &["export", "--format", "csv", "-o", "before"]);
    let after = run(&lt01, "new", &["export", "--format", "csv", "-o", "after"]);
    assert_eq!(before.replace("before", ""), after.replace("after", ""));
    let table = |folder: &str| String::from_utf8(place.read(&format!("{folder}/shop.csv"))).unwrap();
    assert!(table("before").contains("ice"), "{}", table("before"));
    let head = |folder: &str| table(folder).lines().next().unwrap().to_owned();
    assert!(head("before").split(',').all(|column| head("after").contains(column)), "{} {}", head("before"), head("after"));
    assert!(table("after").contains("ice"), "{}", table("after"));
    let shown = run(&lt01, "new", &["record", "show", &record, "--format", "json"]);
    assert!(shown.contains("\"ice\""), "{shown}");
}

#[test]
fn trap_a_blocking_rule_leaves_a_way_to_keep_what_was_answered() {
    let place = Place::new();
    place.write("forms/shop.toml", include_str!("forms/shop.toml"));
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let answers = lt01.input(json!({"name": "Thử", "workers": -1}).to_string());
    let add = ["--forms", "forms", "record", "add", "--form", "shop"];
    assert_eq!(answers.run(&add).code, 1, "it cannot be handed in");
    let draft = answers.run(&[&add[..], &["--draft"]].concat()).ids().remove(0);
    let shown = run(&lt01, "forms", &["record", "list", "--state", "draft"]);
    assert!(shown.contains(&draft), "{shown}");
}

#[test]
fn trap_control_characters_and_text_that_runs_backwards_reach_no_terminal() {
    let place = Place::new();
    place.write("forms/shop.toml", include_str!("forms/shop.toml"));
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let hostile = "Khô \u{1b}[31m\u{1b}]0;hỏng\u{7}\u{9b}2J\u{202e}exe.gpj\u{2066}";
    let added = lt01.input(json!({"name": hostile, "code": hostile, "workers": 1}).to_string()).run(&["--forms", "forms", "record", "add", "--form", "shop"]);
    let mut said = added.out.clone() + &added.err;
    let record = added.ids().remove(0);
    for args in [
        &["record", "list"][..],
        &["record", "show", &record],
        &["why", &record, "name"],
        &["record", "edit", &record, "--set", "name=\u{1b}[2J\u{202e}"],
        &["record", "show", &record],
        &["sync", "central.jsonl"],
        &["record", "void", &record, "--reason", "\u{1b}[2J"],
        &["record", "show", &record],
    ] {
        let told = lt01.run(&[&["--forms", "forms"], args].concat());
        assert_eq!(told.code, 0, "{args:?} {told:?}");
        said += &told.out;
        said += &told.err;
    }
    // What was typed wrongly is said back.
    said += &lt01.run(&["record", "edit", &record, "\u{1b}[2J\u{202e}"]).err;
    assert!(said.contains("gpj"), "{said}");
    let tricks: Vec<char> = said.chars().filter(|c| is_trick(*c) && *c != '\n').collect();
    assert!(tricks.is_empty(), "{tricks:?} in {said:?}");
}
