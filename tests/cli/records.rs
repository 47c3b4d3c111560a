//! `record`, `why`, `conflicts`, `resolve`: everything that they tell.

use crate::support::{Laptop, Place};
use serde_json::{Value as Json, json};

/// Two rows of energy, a code, two kinds.
fn one() -> Json {
    json!({"name": "Thử Một", "workers": 12, "code": "A1", "kinds": ["fish", "ice"], "energy": [{"before": 1000, "after": 800}, {"before": "500", "after": "400.5"}]})
}

fn shop(place: &Place) -> Laptop<'_> {
    place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop()
}

/// The keys of the rows of `energy`.
fn keys(laptop: &Laptop<'_>, id: &str) -> Vec<String> {
    laptop.show(id)["answers"]["energy"].as_array().unwrap().iter().map(|row| row["#key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_added_record_is_told_by_its_id_and_summary() {
    let place = Place::new();
    let lt01 = shop(&place);
    place.write("one.json", one().to_string());
    let told = lt01.run(&["record", "add", "--form", "shop", "one.json"]);
    let id = told.clone().ids().remove(0);
    told.hide(&id, "[ID]").is(0, "[ID] shop Thử Một · 12\n", "");
    assert_eq!(lt01.show(&id)["answers"]["kinds"], json!(["ice", "fish"]), "several choices stand in the form's order");
    assert_eq!(lt01.show(&id)["computed"], json!({"cut": 19.966666666666665}));
}

#[test]
fn a_refused_record_lists_every_problem_at_its_path_and_saves_nothing() {
    let place = Place::new();
    let lt01 = shop(&place);
    let bad = json!({"name": "", "workers": -1, "day": "2027-01-01", "cut": 3, "kinds": ["car"], "energy": [{"before": 0, "after": "x"}, {"afer": 1}], "nome": 1});
    let add = lt01.input(bad.to_string());
    add.run(&["record", "add", "--form", "shop"]).is(
        1,
        "",
        "nome: the form has no question “nome”\n\
         energy[1]/after: Not a number\n\
         energy[2]/afer: the form has no question “afer”\n\
         cut: This is computed, not entered\n\
         name: An answer is needed\n\
         day: Not after today\n\
         kinds: “car” is not in the list\n\
         workers: Cannot be negative\n\
         energy[1]/before: This answer is not allowed\n\
         Nothing was saved; problems: 9.\n",
    );
    add.lang("vi").run(&["record", "add", "--form", "shop"]).is(
        1,
        "",
        "nome: mẫu phiếu không có câu “nome”\n\
         energy[1]/after: Không phải số\n\
         energy[2]/afer: mẫu phiếu không có câu “afer”\n\
         cut: Câu này do máy tính, không nhập\n\
         name: Cần trả lời\n\
         day: Không được sau hôm nay\n\
         kinds: “car” không có trong danh sách\n\
         workers: Không được âm\n\
         energy[1]/before: Câu trả lời chưa hợp lệ\n\
         Không lưu gì: có 9 lỗi.\n",
    );
    lt01.run(&["record", "list"]).is(0, "", "");
    assert!(lt01.journal().is_empty());
}

#[test]
fn of_several_records_all_are_saved_or_none() {
    let place = Place::new();
    let lt01 = shop(&place);
    let lines = |workers: &str| format!("{{\"name\":\"Tốt\",\"workers\":1}}\n{{\"name\":\"Xấu\",\"workers\":{workers}}}\n");
    lt01.input(lines("1.5")).run(&["record", "add", "--form", "shop", "-"]).is(1, "", "2: workers: Must be a whole number\nNothing was saved; problems: 1.\n");
    let cut_off = lt01.input("{\"name\":\"Tốt\",\"workers\":1}\n{\"name\":").run(&["record", "add", "--form", "shop"]);
    cut_off.is(1, "", "Line 2 is not JSON: EOF while parsing a value at line 2 column 8\n");
    assert!(lt01.journal().is_empty());
    let told = lt01.input(lines("99")).run(&["record", "add", "--form", "shop"]);
    let ids = told.clone().ids();
    let told = told.hide(&ids[0], "[1]").hide(&ids[1], "[2]");
    told.is(0, "[1] shop Tốt · 1\n[2] shop Xấu · 99\n", "workers: Unusually many (warning)\n");
}

#[test]
fn unknown_forms_and_files_are_named() {
    let place = Place::new();
    let lt01 = shop(&place);
    lt01.input("{}").run(&["record", "add", "--form", "nosuch"]).is(
        1,
        "",
        "There is no form “nosuch”.\nThe forms are: establishment, establishment_survey, support_project, machinery_inspection, post_support_performance, programme_event, product_recognition, commune_status, annual_plan, shop.\n",
    );
    lt01.run(&["record", "add", "--form", "shop", "nosuch.json"]).is(5, "", "nosuch.json was not found.\nCheck the path, or plug the stick in again.\n");
}

/// A draft (incomplete), a record of today and an older one with many workers.
fn three(lt01: &Laptop<'_>) -> [String; 3] {
    let draft = lt01.input("{\"name\":\"Nháp\"}").run(&["record", "add", "--form", "shop", "--draft"]);
    let id = draft.clone().ids().remove(0);
    draft.hide(&id, "[ID]").is(0, "[ID] draft Nháp · \n", "");
    let mut saved = lt01.add("shop", &[json!({"name": "Thử Hai", "workers": 3}), json!({"name": "Thử, Ba", "workers": 40, "day": "2026-01-02"})]);
    [id, saved.remove(0), saved.remove(0)]
}

#[test]
fn a_list_holds_records_by_date_and_then_drafts() {
    let place = Place::new();
    let lt01 = shop(&place);
    let [draft, newer, older] = three(&lt01);
    let list = |args: &[&str]| lt01.run(&[&["record", "list"], args].concat()).hide(&draft, "[D]").hide(&newer, "[N]").hide(&older, "[O]");
    let line = |id: &str, state: &str, day: &str, summary: &str| format!("{id} {state:<10} {:<24} {day:<10} {summary}\n", "shop");
    let (o, n) = (line("[O]", "submitted", "2026-01-02", "Thử, Ba · 40"), line("[N]", "submitted", "2026-11-23", "Thử Hai · 3"));
    let d = line("[D]", "draft", "", "Nháp · ");
    list(&[]).is(0, &format!("{o}{n}{d}"), "");
    list(&["--state", "submitted"]).is(0, &format!("{o}{n}"), "");
    list(&["--state", "draft"]).is(0, &d, "");
    list(&["--form", "shop", "--where", "${workers} > 10"]).is(0, &o, "");
    list(&["--form", "establishment"]).is(0, "", "");
    list(&["--where", "${workrs} > 10"]).is(2, "", "The expression “${workrs} > 10” is not right.\nthis form has no question “workrs”\n");
    list(&["--format", "csv", "--state", "submitted"]).is(
        0,
        "record,form,state,date,person,name,day,workers\n\
         [O],shop,submitted,2026-01-02,Lê Văn Thử,\"Thử, Ba\",2026-01-02,40\n\
         [N],shop,submitted,2026-11-23,Lê Văn Thử,Thử Hai,2026-11-23,3\n",
        "",
    );
}

#[test]
fn a_list_as_json_lines_has_the_promised_shape() {
    let place = Place::new();
    let lt01 = shop(&place);
    let [draft, newer, older] = three(&lt01);
    let rows = lt01.run(&["record", "list", "--format", "jsonl"]).json_lines();
    let device = rows[0]["device"].as_str().unwrap();
    assert!(device.starts_with("lt01-") && device.len() == 11, "{device}");
    let expected = |id: &str, at: &str, summary: &str, day: &str, name: &str, workers: u32| {
        json!({
            "record": id, "form": "shop", "version": 2, "state": "submitted", "conflicts": 0, "person": "Lê Văn Thử", "device": device, "at": at,
            "summary": summary, "answers": {"name": name, "day": day, "workers": workers}, "computed": {"cut": null},
        })
    };
    assert_eq!(rows[0], expected(&older, "2026-11-23T02:00:00.000Z-0001", "Thử, Ba · 40", "2026-01-02", "Thử, Ba", 40));
    assert_eq!(rows[1], expected(&newer, "2026-11-23T02:00:00.000Z-0000", "Thử Hai · 3", "2026-11-23", "Thử Hai", 3));
    assert_eq!((&rows[2]["record"], &rows[2]["state"], &rows[2]["answers"]), (&json!(draft), &json!("draft"), &json!({"name": "Nháp", "day": "2026-11-23"})));
    assert_eq!(rows.len(), 3);
    let rows = lt01.run(&["record", "list", "--format", "jsonl", "--state", "void"]).json_lines();
    assert!(rows.is_empty());
}

#[test]
fn a_record_is_shown_as_people_read_it_with_every_revision() {
    let place = Place::new();
    let lt01 = shop(&place);
    let id = lt01.add("shop", &[one()]).remove(0);
    let keys = keys(&lt01, &id);
    let tomorrow = lt01.at("2026-11-24T09:00:00+07:00");
    tomorrow.run(&["record", "edit", &id, "--set", "energy[2]/after=300.5", "--set", "code=", "--set", "kinds=[\"ice\"]"]).quiet();
    let json = lt01.show(&id);
    let revision = |at: usize| json["history"][at]["id"].as_str().unwrap()[..12].to_owned();
    let device = json["device"].as_str().unwrap();
    let show = |lang: &str, more: &[&str]| {
        let told = lt01.lang(lang).run(&[&["record", "show", &id], more].concat()).hide(&keys[0], "[k1]").hide(&keys[1], "[k2]");
        told.hide(&revision(0), "[r1]").hide(&revision(1), "[r2]").hide(device, "[lt01]")
    };
    let line = |path: &str, text: &str| format!("  {path:<34} {text}\n").replace("[k1]  ", "[k1]").replace("[k2]  ", "[k2]");
    // Keys are as long as `[k1]`, so columns stay.
    let answers = |words: [&str; 8]| {
        let paths = ["name", "day", "kinds", "workers", "energy/[k1]/before", "energy/[k1]/after", "energy/[k2]/before", "energy/[k2]/after"];
        paths.iter().zip(words).map(|(path, text)| line(path, text)).collect::<String>()
    };
    let english =
        answers(["Name: Thử Một", "Day: 23/11/2026", "Goods: Ice", "Workers: 12", "Before: 1,000", "After: 800", "Before: 500", "After: 300.5"]) + &line("cut", "Cut: 26.63");
    let vietnamese =
        answers(["Tên: Thử Một", "Ngày: 23/11/2026", "Mặt hàng: Nước đá", "Số lao động: 12", "Trước: 1.000", "Sau: 800", "Trước: 500", "Sau: 300,5"]) + &line("cut", "Giảm: 26,63");
    show("vi", &[]).is(0, &format!("Cửa hàng thử · Thử Một · 12 · đã nộp\n{vietnamese}"), "");
    let history = "[r1] 2026-11-23T02:00:00.000Z-0000 submit   [lt01] Lê Văn Thử\n    code = \"A1\"\n    day = \"2026-11-23\"\n    \
                   energy/[k1]/# = \"V\"\n    energy/[k1]/after = 800\n    energy/[k1]/before = 1000\n    \
                   energy/[k2]/# = \"W\"\n    energy/[k2]/after = 400.5\n    energy/[k2]/before = 500\n    \
                   kinds = [\"ice\",\"fish\"]\n    name = \"Thử Một\"\n    workers = 12\n\
                   [r2] 2026-11-24T02:00:00.000Z-0000 save     [lt01] Lê Văn Thử\n    code = –\n    energy/[k2]/after = 300.5\n    kinds = [\"ice\"]\n";
    // The rows of the first revision are sorted by their keys, which are drawn.
    let told = show("en", &["--history"]);
    let (shown, revisions) = told.out.split_once("[r1]").unwrap();
    assert_eq!(shown, format!("Test shop · Thử Một · 12 · submitted\n{english}"));
    assert_eq!(sorted_lines(revisions), sorted_lines(history.strip_prefix("[r1]").unwrap()));
}

fn sorted_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn an_edit_is_typed_as_on_the_screen_and_refused_as_a_whole() {
    let place = Place::new();
    let lt01 = shop(&place);
    let id = lt01.add("shop", &[one()]).remove(0);
    let edit = |lang: &str, sets: &[&str]| {
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        lt01.lang(lang).run(&["record", "edit", &id].into_iter().chain(sets).collect::<Vec<_>>())
    };
    let journal = lt01.journal();
    edit("en", &["energy[2]/after=300,5"]).is(1, "", "energy[2]/after: Could be 300.5 or 3,005: write it out\nNothing was saved; problems: 1.\n");
    edit("en", &["energy[3]/after=1", "cut=5", "workers=-1", "kinds={\"a\":1}", "energy[1]/before=-5", "name=Mới"]).is(
        1,
        "",
        "energy[3]/after: the record has no row “energy[3]”; record show prints those that it has\n\
         cut: This is computed, not entered\n\
         kinds: this JSON value does not fit the question's type\n\
         workers: Cannot be negative\n\
         energy[1]/before: This answer is not allowed\n\
         Nothing was saved; problems: 5.\n",
    );
    edit("en", &["workers=12"]).is(1, "", "Nothing was changed.\n");
    edit("vi", &["workers=12"]).is(1, "", "Không có gì thay đổi.\n");
    edit("en", &["workers"]).is(2, "", "--set path=value is needed.\n");
    assert_eq!(lt01.journal(), journal);

    let told = edit("vi", &["energy[2]/after=300,5", "workers=1.200"]);
    let revision = lt01.show(&id)["history"][1]["id"].as_str().unwrap()[..12].to_owned();
    told.hide(&id, "[ID]").hide(&revision, "[r2]").is(0, "[ID] [r2]\n", "");
    assert_eq!((&lt01.show(&id)["answers"]["workers"], &lt01.show(&id)["answers"]["energy"][1]["after"]), (&json!(1200), &json!(300.5)));
    edit("en", &["day=1/11/26", "kinds="]).ok();
    assert_eq!(lt01.show(&id)["answers"]["day"], "2026-11-01");
    assert_eq!(lt01.show(&id)["answers"].get("kinds"), None);
}

#[test]
fn a_record_is_found_by_the_beginning_of_its_id() {
    let place = Place::new();
    let lt01 = shop(&place);
    let ids = lt01.add("shop", &[one(), one()]);
    lt01.run(&["record", "show", &ids[0][..4]]).is(1, "", &format!("Several records begin with {}.\n", &ids[0][..4]));
    lt01.run(&["record", "show", "ffff"]).is(1, "", "There is no record ffff.\nSee: khuyencong record list\n");
    let beginning = (5..).map(|length| &ids[0][..length]).find(|start| !ids[1].starts_with(start)).unwrap();
    assert_eq!(lt01.show(&beginning.to_uppercase())["record"], json!(ids[0]));
}

#[test]
fn a_void_record_stays_with_its_reason_and_cannot_be_edited() {
    let place = Place::new();
    let lt01 = shop(&place);
    let id = lt01.add("shop", &[one()]).remove(0);
    lt01.run(&["record", "void", &id, "--reason", " "]).is(2, "", "A reason is needed.\n");
    lt01.run(&["record", "void", &id, "--reason", "Ghi trùng"]).hide(&id, "[ID]").is(0, "[ID] void\n", "");
    let void = lt01.show(&id)["history"][1]["id"].as_str().unwrap()[..12].to_owned();
    lt01.run(&["record", "edit", &id, "--set", "workers=1"]).is(1, "", &format!("The record is void.\nTo go on with it take that back: khuyencong undo {void}\n"));
    lt01.lang("vi").run(&["record", "edit", &id, "--set", "workers=1"]).is(1, "", &format!("Phiếu đã hủy.\nMuốn dùng lại phiếu, rút lại việc hủy: khuyencong undo {void}\n"));
    let shown = lt01.show(&id);
    assert_eq!((&shown["state"], &shown["history"][1]["args"]), (&json!("void"), &json!({"reason": "Ghi trùng"})));
}

#[test]
fn why_tells_every_writer_and_the_rule() {
    let place = Place::new();
    let lt01 = shop(&place);
    let id = lt01.add("shop", &[one()]).remove(0);
    lt01.at("2026-11-24T09:00:00+07:00").run(&["record", "edit", &id, "--set", "code="]).quiet();
    let device = lt01.show(&id)["device"].as_str().unwrap().to_owned();
    let why = |lang: &str, path: &str| lt01.lang(lang).run(&["why", &id, path]).hide(&device, "[lt01]");
    let first = "2026-11-23T02:00:00.000Z-0000 submit   [lt01] Lê Văn Thử:";
    let latest = "The latest revision: its writer had seen all earlier ones.\n";
    why("en", "energy[2]/after").is(0, &format!("{first} 400.5\n{latest}"), "");
    why("en", "code").is(0, &format!("{first} \"A1\"\n2026-11-24T02:00:00.000Z-0000 save     [lt01] Lê Văn Thử: (cleared)\n{latest}"), "");
    why("vi", "cut").is(0, "19,97\nGiá trị tính từ các câu trả lời khác theo mẫu phiếu.\n", "");
    why("en", "nosuch").is(1, "", "The record has no answer “nosuch”.\n");
}

#[test]
fn why_a_row_was_kept_names_who_edited_it() {
    let place = Place::new();
    let [lt01, lt02] = ["lt01", "lt02"].map(|name| place.new_laptop(name, if name == "lt01" { "Lê Văn Thử" } else { "Trần Thị Mẫu" }, "collaborator").with_shop());
    let id = lt01.add("shop", &[json!({"name": "An", "workers": 1, "energy": [{"before": 10, "after": 8}]})]).remove(0);
    lt01.run(&["sync", "c.jsonl"]).quiet();
    lt02.run(&["sync", "c.jsonl"]).quiet();
    lt01.run(&["record", "edit", &id, "--set", "energy[1]/#="]).quiet();
    lt02.at("2026-11-24T09:00:00+07:00").run(&["record", "edit", &id, "--set", "energy[1]/after=7"]).quiet();
    for laptop in [&lt01, &lt02, &lt01] {
        laptop.run(&["sync", "c.jsonl"]).quiet();
    }
    let why = lt01.run(&["why", &id, "energy[1]/#"]).quiet();
    assert!(why.contains("Lê Văn Thử: the row is removed"), "{why}");
    assert!(why.lines().any(|line| line.starts_with("2026-11-24") && line.ends_with("Trần Thị Mẫu: energy[1]/after 7")), "{why}");
    assert!(why.ends_with("One removed the row while another edited it: it is kept, and asked about.\n"), "{why}");
}

#[test]
fn a_conflict_is_listed_with_who_said_what_and_resolved_with_a_reason() {
    let place = Place::new();
    let lt01 = shop(&place);
    let lt02 = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator");
    let id = lt01.add("shop", &[one()]).remove(0);
    lt01.run(&["sync", "c.jsonl"]).quiet();
    lt02.run(&["sync", "c.jsonl"]).quiet();
    lt01.run(&["record", "edit", &id, "--set", "workers=20"]).quiet();
    lt02.run(&["record", "edit", &id, "--set", "workers="]).is(1, "", "workers: An answer is needed\nNothing was saved; problems: 1.\n");
    lt02.at("2026-11-24T09:00:00+07:00").run(&["record", "edit", &id, "--set", "workers=30"]).quiet();
    lt01.run(&["resolve", &id, "nope", "--take", "1", "--reason", "x"]).is(1, "", "The record has no answer “nope”.\nSee: khuyencong conflicts\n");
    lt01.run(&["resolve", &id, "workers", "--take", "1", "--reason", "x"]).is(1, "", "The answer “workers” is not in conflict.\nSee: khuyencong conflicts\n");
    lt01.run(&["sync", "c.jsonl"]).quiet();
    lt02.run(&["sync", "c.jsonl"]).is(0, "Received 1 revision, sent 1 revision.\nnew 1 known 1 merged 1 conflicts 1 duplicates 0\n", "");

    let device = |at: usize| lt02.show(&id)["history"][at]["device"].as_str().unwrap().to_owned();
    let (first, second) = (device(0), device(2));
    let hidden = |told: crate::support::Told| told.hide(&id, "[ID]").hide(&first, "[lt01]").hide(&second, "[lt02]");
    let listed = "[ID] shop workers\n  1. 20  (Lê Văn Thử, [lt01], 2026-11-23T02:00:00.000Z-0001)\n  2. 30  (Trần Thị Mẫu, [lt02], 2026-11-24T02:00:00.000Z-0000)\n";
    hidden(lt02.run(&["conflicts"])).is(0, listed, "");
    let why = hidden(lt02.run(&["why", &id, "workers"]));
    assert!(
        why.out.ends_with("In conflict: people gave different values without knowing of each other. The value shown is provisional (the latest whose clock can be believed).\n"),
        "{}",
        why.out
    );

    let journal = lt02.journal();
    lt02.run(&["resolve", &id, "workers", "--take", "3", "--reason", "x"]).is(1, "", "There is no candidate 3: choose 1 to 2.\nSee: khuyencong conflicts\n");
    lt02.run(&["resolve", &id, "workers", "--take", "1", "--reason", " "]).is(2, "", "A reason is needed.\n");
    lt02.run(&["resolve", &id, "workers", "--value", "nhiều", "--reason", "x"]).is(1, "", "workers: Not a number\nNothing was saved; problems: 1.\n");
    assert_eq!(lt02.journal(), journal);
    let told = lt02.run(&["resolve", &id, "workers", "--value", "25", "--reason", "Hỏi lại"]);
    let shown = lt02.show(&id);
    let revision = shown["history"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap()[..12].to_owned();
    told.hide(&id, "[ID]").hide(&revision, "[r]").is(0, "[ID] workers [r]\n", "");
    assert_eq!((&shown["answers"]["workers"], &shown["conflicts"]), (&json!(25), &json!(0)));
    let why = lt02.run(&["why", &id, "workers"]).quiet();
    assert!(why.ends_with(": 25  “Hỏi lại”\nA person settled the conflict.\n"), "{why}");
}
