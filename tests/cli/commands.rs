//! The commands around records: stores, forms, files, completions, usage.

use crate::support::{Place, body};
use serde_json::json;

#[test]
fn init_makes_a_store_once_and_says_what_is_missing() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    let made = lt01.run(&["init", "--person", "Lê Văn Thử", "--device", "LT-01", "--communes", "31843"]);
    let identity = String::from_utf8(place.read("lt01/identity.toml")).unwrap();
    let device = identity.lines().find_map(|line| line.strip_prefix("device = \"")).unwrap().trim_end_matches('"').to_owned();
    assert!(device.starts_with("lt01-") && device.len() == 11, "{device}");
    made.hide(&device, "[lt01]").is(0, "Made a store in [TMP]/lt01 for [lt01].\n", "");
    let again = |lang: &str| lt01.lang(lang).run(&["init", "--person", "Lê Văn Thử", "--device", "LT-01"]);
    again("en").is(2, "", "There is a store in [TMP]/lt01 already.\nUse another folder with --data-dir.\n");
    again("vi").is(2, "", "Đã có kho dữ liệu trong [TMP]/lt01.\nDùng thư mục khác với --data-dir.\n");
    assert_eq!(String::from_utf8(place.read("lt01/identity.toml")).unwrap(), identity);

    let lt09 = place.laptop("lt09");
    let init = |args: &[&str]| lt09.run(&[&["init"], args].concat());
    init(&["--person", "Lê Văn Thử", "--device", "Đ"]).is(2, "", "The laptop's label needs at least one unaccented letter or digit.\n");
    init(&["--person", " ", "--device", "x"]).is(2, "", "--person is needed.\n");
    init(&["--person", "Lê", "--device", "x", "--communes", "1"]).is(2, "", "There is no commune “1”.\nType the commune’s name, with or without tone marks; or leave it blank.\n");
    init(&["--person", "Lê", "--device", "x", "--communes", "luong tran the"]).is(2, "", "There is no commune “luong tran the”.\nPerhaps: Luong The Tran commune?\n");
    init(&["--device", "x"]).is(2, "", "Wrong usage: --person <NAME> is missing.\nSee: khuyencong --help\n");
    assert!(!place.path("lt09").exists());
}

#[test]
fn forms_are_listed_with_their_number_of_questions() {
    let place = Place::new();
    let lt01 = place.laptop("lt01").with_shop();
    let told = lt01.run(&["forms", "list"]).quiet();
    assert_eq!(told.lines().count(), 10);
    assert_eq!(told.lines().last(), Some("shop                       v2      7  Test shop"));
    assert_eq!(lt01.lang("vi").run(&["forms", "list"]).quiet().lines().next(), Some("establishment              v1     23  Cơ sở công nghiệp nông thôn"));
    let rows = lt01.run(&["forms", "list", "--format", "json"]).json_lines();
    assert_eq!(rows[9]["title"], json!({"vi": "Cửa hàng thử", "en": "Test shop"}));
    assert!(rows[9]["of"].as_str().unwrap().starts_with("shop@2@"));
}

const WRONG: &str = r#"form = "wrong"
version = 1
title = "Thử"

[[question]]
name = "count"
type = "integre"
label = "C"
"#;

const CYCLE: &str = r#"form = "cycle"
version = 1
title = "Thử"

[[question]]
name = "a"
type = "calculate"
label = "A"
calculation = "${b} + 1"

[[question]]
name = "b"
type = "calculate"
label = "B"
calculation = "${a} + 1"
"#;

#[test]
fn checking_forms_shows_each_problem_at_its_place() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    place.write("shop.toml", include_str!("forms/shop.toml"));
    place.write("wrong.toml", WRONG);
    place.write("cycle.toml", CYCLE);
    place.write("broken.toml", "form = \"broken\n");
    lt01.run(&["forms", "check", "shop.toml"]).is(0, "shop.toml: ok — shop version 2, questions 7, warnings 0\n", "");
    let wrong = "error: there is no question type “integre”\n --> wrong.toml:7:9\n  |\n7 | type = \"integre\"\n  |         ^^^^^^^\n  |\n  = help: did you mean “integer”?\n\n";
    lt01.run(&["forms", "check", "shop.toml", "wrong.toml"]).is(1, "shop.toml: ok — shop version 2, questions 7, warnings 0\nwrong.toml: errors 1, warnings 0\n", wrong);
    let cycle = "lỗi: các câu hỏi tính vòng tròn: a → b → a\n  --> cycle.toml:15:16\n   |\n15 | calculation = \"${a} + 1\"\n   |                ^^^^^^^^\n\n";
    lt01.lang("vi").run(&["forms", "check", "cycle.toml"]).is(1, "cycle.toml: 1 lỗi, 0 cảnh báo\n", cycle);
    let broken = lt01.run(&["forms", "check", "broken.toml"]);
    assert!(broken.err.starts_with("error: not valid TOML: ") && broken.err.contains(" --> broken.toml:1:"), "{}", broken.err);
    assert_eq!((broken.out.as_str(), broken.code), ("broken.toml: errors 1, warnings 0\n", 1));
    lt01.run(&["forms", "check", "no.toml"]).is(5, "", "no.toml was not found.\nCheck the path, or plug the stick in again.\n");
}

#[test]
fn an_expression_is_computed_over_answers_or_shown_where_it_is_wrong() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    place.write("a.json", json!({"rows": [{"a": 1}, {"a": 2}, {"a": 3.5}], "name": "Thử"}).to_string());
    let eval = |lang: &str, expression: &str| lt01.lang(lang).run(&["forms", "eval", expression, "--answers", "a.json"]);
    lt01.run(&["forms", "eval", "1 + 1"]).is(0, "2\n", "");
    eval("en", "sum(${rows}[a > 1]/a)").is(0, "5.5\n", "");
    eval("en", "concat(${name}, '!')").is(0, "Thử!\n", "");
    eval("en", "1 + ").is(1, "", "The expression “1 + ” is not right.\nthe expression ends too early\n1 + \n    ^\n");
    eval("vi", "${nmae}").is(1, "", "Biểu thức “${nmae}” không đúng.\nkhông có câu hỏi “nmae” trong mẫu phiếu này có phải “name”?\n${nmae}\n^\n");
}

#[test]
fn a_batch_answers_every_line_in_order_also_the_wrong_ones() {
    let place = Place::new();
    let input = [
        r#"{"id":1,"expr":"1 div 0"}"#,
        r#"{"id":"b","expr":"-1 * 0"}"#,
        r#"{"id":3,"expr":"${a} + 1","context":{"answers":{"a":2}}}"#,
        r#"{"id":4,"expr":"date('2026-01-01')"}"#,
        r#"{"id":5,"expr":"1 = 1"}"#,
        r#"{"id":6,"expr":"'12'","as":"number"}"#,
        r#"{"id":7,"expr":"0 div 0"}"#,
        r#"{"id":8,"expr":"1 ="}"#,
        "not json",
        r#"{"id":9}"#,
    ];
    let rows = place.laptop("lt01").input(input.join("\n")).run(&["forms", "eval", "--batch"]).json_lines();
    let expected = [
        json!({"id": 1, "value": "Infinity", "type": "number"}),
        json!({"id": "b", "value": "-0", "type": "number"}),
        json!({"id": 3, "value": 3, "type": "number"}),
        json!({"id": 4, "value": "2026-01-01", "type": "date"}),
        json!({"id": 5, "value": true, "type": "boolean"}),
        json!({"id": 6, "value": 12, "type": "number"}),
        json!({"id": 7, "value": "NaN", "type": "number"}),
        json!({"id": 8, "error": "the expression ends too early\n1 =\n   ^"}),
    ];
    assert_eq!(rows[..8], expected);
    assert!(rows[8]["id"].is_null() && rows[8]["error"].is_string());
    assert_eq!(rows[9], json!({"id": 9, "error": "expr"}));
}

#[test]
fn a_backup_brings_records_and_drafts_back_and_only_once() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1}), json!({"name": "Hai", "workers": 2})]);
    let draft = lt01.input("{\"name\":\"Nháp\"}").run(&["record", "add", "--form", "shop", "--draft"]).ids().remove(0);
    lt01.run(&["backup", "b.jsonl"]).is(0, "Backed 2 revisions up to b.jsonl.\nDrafts copied: 1.\n", "");
    lt01.lang("vi").run(&["backup", "v.jsonl"]).is(0, "Đã sao lưu 2 bản lưu vào v.jsonl.\nBản nháp đã chép: 1.\n", "");
    assert_eq!(place.read("b.jsonl"), place.read("v.jsonl"));
    assert_eq!(place.names(""), [".b.jsonl.lock", ".v.jsonl.lock", "b.jsonl", "b.jsonl.drafts", "lt01", "v.jsonl", "v.jsonl.drafts"]);

    let lt02 = place.new_laptop("lt02", "Lê Văn Thử", "collaborator");
    lt02.run(&["restore", "b.jsonl"]).is(0, "Restored 2 revisions (0 were there).\nDrafts copied: 1.\n", "");
    lt02.lang("vi").run(&["restore", "b.jsonl"]).is(0, "Đã lấy lại 0 bản lưu (2 đã có).\n", "");
    assert_eq!(lt02.run(&["record", "list", "--state", "draft"]).quiet().split(' ').next(), Some(draft.as_str()));
    lt02.run(&["backup", "again.jsonl"]).quiet();
    assert_eq!(place.read("again.jsonl"), place.read("b.jsonl"), "what came back is what was backed up, to the byte");
}

#[test]
fn doctor_counts_what_is_there_and_changes_nothing() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    let id = lt01.add("shop", &[json!({"name": "Một", "workers": 1})]).remove(0);
    let device = lt01.show(&id)["device"].as_str().unwrap().to_owned();
    let journal = lt01.journal();
    let doctor = |lang: &str| {
        let told = lt01.lang(lang).run(&["doctor"]).hide(&device, "[lt01]");
        let free = told.out.lines().nth(4).unwrap().rsplit(' ').nth(1).unwrap().to_owned();
        assert!(free.parse::<u64>().is_ok(), "{free}");
        told.hide(&format!(" {free} MiB"), " [N] MiB")
    };
    doctor("en").is(
        0,
        "Store: [TMP]/lt01\n\
         Person: Lê Văn Thử · device [lt01] · programme ca-mau-2026-2030\n\
         Journal: 2 good lines, 0 damaged\n\
         View: 1 revisions, 1 records, 0 drafts\n\
         Free disk space: [N] MiB\n\
         All is well.\n",
        "",
    );
    doctor("vi").is(
        0,
        "Kho dữ liệu: [TMP]/lt01\n\
         Người dùng: Lê Văn Thử · máy [lt01] · chương trình ca-mau-2026-2030\n\
         Nhật ký: 2 dòng tốt, 0 dòng hỏng\n\
         Chỉ mục: 1 bản lưu, 1 phiếu, 0 bản nháp\n\
         Đĩa còn trống: [N] MiB\n\
         Tốt.\n",
        "",
    );
    assert_eq!(lt01.journal(), journal);
}

#[test]
fn a_plan_tells_what_a_sync_would_do_and_writes_nothing() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    let lt02 = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1, "code": "A1"}), json!({"name": "Hai", "workers": 2})]);
    lt02.add("shop", &[json!({"name": "Một nữa", "workers": 1, "code": "a1"})]);
    lt01.run(&["sync", "c.jsonl", "--plan"]).is(
        0,
        "Would receive 0 revisions and send 2 revisions (a plan, nothing written).\nnew 0 known 0 merged 0 conflicts 0 duplicates 0\n",
        "",
    );
    assert_eq!(place.names(""), ["lt01", "lt02"]);
    lt01.run(&["sync", "c.jsonl"]).is(0, "Received 0 revisions, sent 2 revisions.\nnew 0 known 0 merged 0 conflicts 0 duplicates 0\n", "");
    lt01.lang("vi").run(&["sync", "c.jsonl"]).is(0, "Đã nhận 0 bản lưu, đã gửi 0 bản lưu.\nnew 0 known 2 merged 0 conflicts 0 duplicates 0\n", "");
    let before = (place.read("c.jsonl"), lt02.journal());
    let plan = "new 2 known 0 merged 0 conflicts 0 duplicates 1\n";
    lt02.run(&["sync", "c.jsonl", "--plan"]).is(0, &format!("Would receive 2 revisions and send 1 revision (a plan, nothing written).\n{plan}"), "");
    lt02.lang("vi").run(&["sync", "c.jsonl", "--plan"]).is(0, &format!("Sẽ nhận 2 bản lưu, gửi 1 bản lưu (xem trước, chưa ghi gì).\n{plan}"), "");
    assert_eq!((place.read("c.jsonl"), lt02.journal()), before);
    lt02.run(&["sync", "c.jsonl"]).is(0, &format!("Received 2 revisions, sent 1 revision.\n{plan}"), "");
    assert_eq!(place.read("c.jsonl.bak"), before.0, "the old file is kept beside the new one");
}

#[test]
fn merging_needs_no_store_and_its_plan_writes_nothing() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    let lt02 = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1})]);
    lt02.add("shop", &[json!({"name": "Hai", "workers": 2})]);
    lt01.run(&["sync", "a.jsonl"]).quiet();
    lt02.run(&["sync", "b.jsonl"]).quiet();
    let none = place.laptop("none");
    let told = "new 2 known 0 merged 0 conflicts 0 duplicates 0\n";
    let by_file = |file: &str, new: u64, known: u64| format!("{file}: new {new}, known {known}, merged 0, conflicts 0, suspected duplicates 0\n");
    let plan = [by_file("a.jsonl", 1, 0), by_file("b.jsonl", 1, 0), told.to_owned()].concat();
    none.run(&["merge", "m.jsonl", "a.jsonl", "b.jsonl", "--plan"]).is(0, &plan, "");
    assert!(!place.path("m.jsonl").exists());
    none.run(&["merge", "m.jsonl", "a.jsonl", "b.jsonl"]).is(0, told, "");
    let merged = place.read("m.jsonl");
    assert_eq!(body(&merged).len(), 3, "the form once, and two records");
    none.run(&["merge", "m.jsonl", "a.jsonl"]).is(0, "new 0 known 1 merged 0 conflicts 0 duplicates 0\n", "");
    assert_eq!(place.read("m.jsonl"), merged);
    assert!(!place.path("none").exists());
}

#[test]
fn a_good_file_is_verified_by_its_lines_revisions_and_digest() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1}), json!({"name": "Hai", "workers": 2})]);
    lt01.run(&["sync", "a.jsonl"]).quiet();
    let text = String::from_utf8(place.read("a.jsonl")).unwrap();
    let seal: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let line = format!("ok 4 2 {}\n", seal["sha256"].as_str().unwrap());
    lt01.run(&["verify", "a.jsonl", "a.jsonl"]).is(0, &format!("{line}{line}"), "");
}

#[test]
fn a_report_of_an_empty_store_counts_nothing_and_a_wrong_period_is_named() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let told = lt01.run(&["report"]).quiet();
    assert!(told.starts_with("Cà Mau industrial-extension programme 2026–2030\nPeriod 15/12/2025 – 14/12/2030\n\nT-58 "), "{told}");
    lt01.run(&["report", "--period", "2026-H3"]).is(2, "", "The period “2026-H3” is not understood.\nFor example 2026-H1, 2026, 2026..2030, 2026-01-01..2026-06-30.\n");
    let json = lt01.run(&["report", "--format", "json", "--period", "2026-H1"]).quiet();
    lt01.run(&["report", "--format", "json", "--period", "2026-H1", "-o", "r.json"]).is(0, "", "");
    assert_eq!(String::from_utf8(place.read("r.json")).unwrap(), json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["period"], json!({"from": "2025-12-15", "to": "2026-06-14", "label": "2026-H1"}));
    assert_eq!((&json["targets"][0]["done"], &json["targets"][6]["done"], &json["targets"][6]["met"]), (&json!(0), &json!(null), &json!(null)));
}

#[test]
fn completions_name_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.laptop("none").run(&["completions", shell]).quiet();
        for command in ["init", "forms", "record", "sync", "merge", "verify", "conflicts", "resolve", "why", "report", "backup", "restore", "doctor"] {
            assert!(script.contains(command), "{shell} {command}");
        }
    }
}

#[test]
fn wrong_usage_is_exit_2_and_one_sentence() {
    let place = Place::new();
    let none = place.laptop("none");
    let wrong = |lang: &str, args: &[&str], sentence: &str| {
        let (start, hint) = if lang == "vi" { ("Lệnh không đúng", "Xem hướng dẫn") } else { ("Wrong usage", "See") };
        none.lang(lang).run(args).is(2, "", &format!("{start}: {sentence}\n{hint}: khuyencong --help\n"));
    };
    wrong("en", &["bogus"], "there is no command “bogus”.");
    wrong("vi", &["bogus"], "không có lệnh “bogus”.");
    wrong("vi", &["reprt"], "không có lệnh “reprt”. Có phải “report”?");
    wrong("en", &["record"], "a command is missing, one of: add, import, list, show, edit, void, help.");
    wrong("vi", &["sync", "--pln"], "không có tùy chọn “--pln” ở đây. Có phải “--plan”?");
    wrong("en", &["completions", "nosuch"], "“nosuch” is no value of <shell>; it is one of: bash, elvish, fish, powershell, zsh.");
    wrong("vi", &["demo", "--records", "nhiều"], "“nhiều” không dùng được cho --records <N>.");
    wrong("vi", &["resolve", "1", "name", "--take", "1"], "còn thiếu --reason <TEXT>.");
    wrong("en", &["report", "--format"], "--format <text|json|csv|xlsx|html|docx> needs a value.");
    wrong("vi", &["report", "--format", "json", "--format", "text"], "--format <text|json|csv|xlsx|html|docx> chỉ ghi được một lần.");
    let bad_clock = none.at("gestern").run(&["forms", "list"]);
    bad_clock.is(2, "", "KHUYENCONG_NOW is not valid: gestern\n");
}

#[test]
fn what_is_wrong_with_a_command_is_said_in_the_language_of_the_stores_person_unless_another_is_asked_for() {
    let place = Place::new();
    let own = place.laptop("lt01").lang("");
    place.laptop("lt01").run(&["init", "--person", "Thử", "--device", "lt01"]).quiet();
    own.run(&["bogus"]).is(2, "", "Wrong usage: there is no command “bogus”.\nSee: khuyencong --help\n");
    own.run(&["bogus", "--lang=vi"]).is(2, "", "Lệnh không đúng: không có lệnh “bogus”.\nXem hướng dẫn: khuyencong --help\n");
    own.lang("vi").run(&["bogus"]).is(2, "", "Lệnh không đúng: không có lệnh “bogus”.\nXem hướng dẫn: khuyencong --help\n");
}

#[test]
fn help_is_in_both_languages_and_on_stdout() {
    let place = Place::new();
    let none = place.laptop("none");
    let english = none.run(&["--help"]).quiet();
    assert!(english.starts_with("Offline surveys for rural industry: record, sync by file, merge, report."), "{english}");
    let vietnamese = none.lang("vi").run(&["record", "add", "--help"]).quiet();
    assert!(vietnamese.contains("Mã mẫu phiếu"), "{vietnamese}");
}

#[test]
fn a_laptop_whose_clock_is_years_ahead_is_named_once_and_loses_nothing() {
    let place = Place::new();
    let ahead = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop().at("2035-01-01T08:00:00+07:00");
    let behind = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator").with_shop().at("1999-01-01T08:00:00+07:00");
    let office = place.new_laptop("lt03", "Phạm Văn Giám Sát", "supervisor").with_shop();
    ahead.add("shop", &[json!({"name": "Một", "workers": 1, "day": "2026-11-01"}), json!({"name": "Hai", "workers": 2, "day": "2026-11-01"})]);
    behind.add("shop", &[json!({"name": "Ba", "workers": 3, "day": "1998-11-01"})]);
    ahead.run(&["sync", "c.jsonl"]).quiet();
    let told = behind.run(&["sync", "c.jsonl"]);
    assert!(told.err.contains("its clock is more than a day ahead") && told.err.lines().count() == 1, "{told:?}");
    let planned = office.run(&["sync", "c.jsonl", "--plan"]);
    let told = office.run(&["sync", "c.jsonl"]);
    assert_eq!((planned.err.as_str(), told.err.lines().count()), (told.err.as_str(), 1), "one laptop, named once");
    assert!(told.err.starts_with("lt01-"), "{}", told.err);
    office.run(&["sync", "c.jsonl"]).quiet();
    assert_eq!(office.run(&["record", "list"]).quiet().lines().count(), 3);
    // Nor does it drag the office's clock along.
    let record = office.run(&["record", "list"]).quiet().split(' ').next().unwrap().to_owned();
    office.run(&["record", "edit", &record, "--set", "workers=9"]).ok();
    let at = office.show(&record)["history"].as_array().unwrap().iter().find(|r| r["device"].as_str().unwrap().starts_with("lt03")).unwrap()["at"].clone();
    assert!(at.as_str().unwrap().starts_with("2026-11-23T02:00"), "{at}");
}
