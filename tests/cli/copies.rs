//! What lies beside central files and goes with them: drafts in a backup, attached files.

use crate::support::{Laptop, Place, Told};
use serde_json::json;
use sha2::{Digest, Sha256};

const PLANT: &str = r#"
form = "plant"
version = 1
title.vi = "Xưởng thử"
title.en = "Test plant"

[[question]]
name = "name"
type = "text"
label.vi = "Tên"
label.en = "Name"

[[question]]
name = "doc"
type = "file"
label.vi = "Giấy tờ"
label.en = "Papers"
"#;

fn plant<'p>(place: &'p Place, name: &str) -> Laptop<'p> {
    let laptop = place.new_laptop(name, name, "collaborator");
    place.write(&format!("{name}/forms/plant.toml"), PLANT);
    laptop
}

fn draft(laptop: &Laptop<'_>, name: &str) -> String {
    laptop.input(json!({"name": name}).to_string()).run(&["record", "add", "--form", "plant", "--draft"]).ids().remove(0)
}

fn drafts(laptop: &Laptop<'_>) -> Vec<String> {
    laptop.run(&["record", "list", "--state", "draft"]).ids()
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn laptops_that_back_up_into_one_file_keep_their_drafts_apart() {
    let place = Place::new();
    let [lt01, lt02] = ["lt01", "lt02"].map(|name| plant(&place, name));
    let (first, second) = (draft(&lt01, "Nháp một"), draft(&lt02, "Nháp hai"));
    for laptop in [&lt01, &lt02] {
        laptop.run(&["backup", "stick.jsonl"]).is(0, "Backed 0 revisions up to stick.jsonl.\nDrafts copied: 1.\n", "");
    }
    for (laptop, own) in [("lt01", first), ("lt02", second.clone())] {
        place.remove(laptop);
        let anew = plant(&place, laptop);
        // A new store that is backed up before it was restored must not empty the copy.
        anew.run(&["backup", "stick.jsonl"]).quiet();
        anew.run(&["restore", "stick.jsonl"]).is(0, "Restored 0 revisions (0 were there).\nDrafts copied: 1.\n", "");
        assert_eq!(drafts(&anew), [own]);
    }
    assert_eq!(drafts(&lt02), [second]);
}

#[test]
fn a_draft_that_was_handed_in_since_is_not_brought_back() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    let record = draft(&lt01, "Nháp");
    lt01.run(&["backup", "early.jsonl"]).quiet();
    lt01.input("Nháp sau\n\ny\n").run(&["record", "add", "--form", "plant", "--ask", "--resume", &record]).ok();
    assert_eq!(lt01.show(&record)["state"], json!("submitted"));
    lt01.run(&["restore", "early.jsonl"]).is(0, "Restored 0 revisions (0 were there).\n", "");
    assert!(drafts(&lt01).is_empty());
}

#[test]
fn what_was_written_after_a_copy_of_the_laptop_handed_it_in_is_brought_back() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    let record = draft(&lt01, "Nháp");
    let copy = place.copy("lt01", "copy").at("2026-11-23T12:00:00+07:00");
    let asked = |laptop: &Laptop<'_>, typed: &str| laptop.input(typed).run(&["record", "add", "--form", "plant", "--ask", "--resume", &record]).ok();
    asked(&lt01, "Đã nộp\n\ny\n");
    lt01.run(&["sync", "c.jsonl"]).ok();
    asked(&copy, "Viết trên máy kia\n");
    copy.run(&["sync", "c.jsonl"]).ok();
    copy.run(&["backup", "b.jsonl"]).ok();
    place.remove("copy");
    let anew = plant(&place, "copy");
    anew.run(&["restore", "b.jsonl"]).is(0, "Restored 1 revisions (0 were there).\nDrafts copied: 1.\n", "");
}

#[test]
fn a_draft_that_was_handed_in_does_not_come_back_to_a_laptop_set_up_anew() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    let record = draft(&lt01, "Nháp");
    lt01.run(&["backup", "early.jsonl"]).quiet();
    lt01.input("Nháp sau\n\ny\n").run(&["record", "add", "--form", "plant", "--ask", "--resume", &record]).ok();
    lt01.run(&["sync", "c.jsonl"]).quiet();
    place.remove("lt01");
    let anew = plant(&place, "lt01");
    anew.run(&["sync", "c.jsonl"]).ok();
    anew.run(&["restore", "early.jsonl"]).is(0, "Restored 0 revisions (0 were there).\n", "");
    anew.run(&["backup", "early.jsonl"]).ok();
    assert_eq!(place.read("early.jsonl.drafts"), b"", "it is not kept either");
}

#[test]
fn a_record_that_tells_a_wrong_length_takes_no_good_file_away() {
    let place = Place::new();
    let [lt01, lt02] = ["lt01", "lt02"].map(|name| plant(&place, name));
    let (_, name) = attached(&place, &lt01, b"giay chung nhan");
    // Of the same file named twice on end only the first is looked at.
    let (_, other) = attached(&place, &lt01, b"giay khac");
    lt01.add("plant", &[json!({"name": "Sai", "doc": {"sha256": name, "bytes": 17, "name": "papers.bin"}})]);
    for laptop in [&lt01, &lt02, &lt01, &lt02] {
        let told = laptop.run(&["sync", "c.jsonl"]);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{told:?}");
    }
    assert!(!lt02.run(&["sync", "c.jsonl"]).quiet().contains("Attached"), "nothing is copied again and again");
    for file in ["lt01/attachments", "lt02/attachments", "c.jsonl.files"] {
        let mut names = [name.clone(), other.clone()];
        names.sort();
        assert_eq!(place.names(file), names);
    }
}

#[test]
fn damaged_copies_of_drafts_are_named_and_what_can_be_read_is_taken() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    let first = draft(&lt01, "Nháp một");
    draft(&lt01.at("2026-11-23T10:00:00+07:00"), "Nháp hai");
    lt01.run(&["backup", "s.jsonl"]).quiet();
    let whole = place.read("s.jsonl.drafts");
    place.write("s.jsonl.drafts", &whole[..whole.len() - 40]);
    place.remove("lt01");
    let lt01 = plant(&place, "lt01");
    let restored = |lang: &str, told: &str, err: &str| lt01.lang(lang).run(&["restore", "s.jsonl"]).is(3, told, err);
    restored(
        "en",
        "Restored 0 revisions (0 were there).\nDrafts copied: 1.\n",
        "The copy of the drafts is damaged at line 2; the other lines could be read. Do not delete the file: s.jsonl.drafts\n",
    );
    restored("vi", "Đã lấy lại 0 bản lưu (0 đã có).\n", "Bản sao các bản nháp hỏng ở dòng 2, những dòng khác vẫn đọc được. Đừng xóa tệp: s.jsonl.drafts\n");
    assert_eq!(drafts(&lt01), [first]);
    let told = lt01.run(&["backup", "s.jsonl"]);
    assert_eq!((told.code, told.err.ends_with("Do not delete the file: s.jsonl.drafts.bad.0\n")), (3, true), "{told:?}");
    assert_eq!(place.read("s.jsonl.drafts.bad.0"), whole[..whole.len() - 40], "kept for good");
    lt01.run(&["backup", "s.jsonl"]).quiet();
}

#[test]
fn a_folder_in_the_place_of_the_drafts_is_refused_before_anything_is_written() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    draft(&lt01, "Nháp");
    lt01.add("plant", &[json!({"name": "Xưởng"})]);
    lt01.run(&["backup", "good.jsonl"]).quiet();
    for name in ["new.jsonl", "good.jsonl"] {
        let _ = std::fs::remove_file(place.path(&format!("{name}.drafts")));
        std::fs::create_dir(place.path(&format!("{name}.drafts"))).unwrap();
        lt01.run(&["backup", name]).is(5, "", &format!("{name}.drafts is a folder, not a file.\nAdd a file name, for example central.jsonl.\n"));
    }
    assert!(!place.path("new.jsonl").exists());
    let lt02 = plant(&place, "lt02");
    lt02.run(&["restore", "good.jsonl"]).is(5, "", "good.jsonl.drafts is a folder, not a file.\nAdd a file name, for example central.jsonl.\n");
    assert!(lt02.run(&["record", "list"]).quiet().is_empty());
}

/// A record with a file of these bytes, and the name under which that lies in folders of attached files.
fn attached(place: &Place, laptop: &Laptop<'_>, bytes: &[u8]) -> (String, String) {
    place.write("papers.bin", bytes);
    let record = laptop.add("plant", &[json!({"name": "Xưởng", "doc": "papers.bin"})]).remove(0);
    (record, hash(bytes))
}

#[test]
fn an_attached_file_that_was_cut_is_replaced_by_whoever_has_a_good_one() {
    let place = Place::new();
    let [lt01, lt02] = ["lt01", "lt02"].map(|name| plant(&place, name));
    let bytes = vec![7u8; 100_000];
    let (_, name) = attached(&place, &lt01, &bytes);
    let synced = |laptop: &Laptop<'_>| laptop.run(&["sync", "c.jsonl"]).quiet();
    synced(&lt01);
    let (stick, own) = (format!("c.jsonl.files/{name}"), format!("lt02/attachments/{name}"));
    place.write(&stick, &bytes[..1000]);
    assert!(synced(&lt01).starts_with("Attached files copied: 1.\n"));
    assert_eq!(place.read(&stick), bytes);
    synced(&lt02);
    place.write(&own, &bytes[..50]);
    assert!(synced(&lt02).starts_with("Attached files copied: 1.\n"));
    assert_eq!(place.read(&own), bytes);
}

#[test]
fn an_attached_file_that_was_altered_is_put_aside_so_that_the_next_sync_brings_a_good_one() {
    let place = Place::new();
    let [lt01, lt02] = ["lt01", "lt02"].map(|name| plant(&place, name));
    let (bytes, altered) = (b"anh may moi", b"anh may cu!");
    let (_, name) = attached(&place, &lt01, bytes);
    lt01.run(&["sync", "c.jsonl"]).quiet();
    let stick = format!("c.jsonl.files/{name}");
    place.write(&stick, altered);
    let damaged = |file: &str| format!("An attached file is damaged: {file}. Sync with a laptop that still has it.\n");
    let verified = lt01.run(&["verify", "c.jsonl"]);
    // Windows shows its own separator.
    assert_eq!((verified.code, verified.err.replace('\\', "/")), (3, damaged(&stick)));
    let told: Told = lt02.run(&["sync", "c.jsonl"]);
    assert_eq!((told.code, told.err.replace('\\', "/")), (0, damaged(&format!("{stick}.bad.0"))));
    for laptop in [&lt01, &lt02] {
        laptop.run(&["sync", "c.jsonl"]).quiet();
    }
    assert_eq!((place.read(&stick), place.read(&format!("lt02/attachments/{name}"))), (bytes.to_vec(), bytes.to_vec()));
    lt01.run(&["verify", "c.jsonl"]).quiet();
}

#[test]
fn doctor_names_attached_files_that_are_damaged_or_not_here() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    let (_, name) = attached(&place, &lt01, b"giay chung nhan");
    let own = format!("lt01/attachments/{name}");
    lt01.run(&["sync", "c.jsonl"]).quiet();
    place.write(&own, b"giay chung nhat");
    let told = lt01.run(&["doctor"]);
    assert_eq!((told.code, told.out.contains(&format!("An attached file is damaged: [TMP]/{own}. Sync"))), (3, true), "{told:?}");
    let told = lt01.run(&["doctor", "--repair"]).quiet();
    assert!(told.contains("Attached files that are not on this laptop: 1. Sync with the central file to get them.\n"), "{told}");
    assert_eq!(place.read(&format!("{own}.bad.0")), b"giay chung nhat");
    lt01.run(&["sync", "c.jsonl"]).quiet();
    assert!(lt01.run(&["doctor"]).quiet().ends_with("All is well.\n"));
}

#[test]
fn a_file_is_attached_by_an_edit_as_by_a_new_record() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    let (record, _) = attached(&place, &lt01, b"cu");
    place.write("new.bin", b"moi");
    lt01.run(&["record", "edit", &record, "--set", "doc=new.bin"]).quiet();
    assert_eq!(lt01.show(&record)["answers"]["doc"]["sha256"], json!(hash(b"moi")));
    assert_eq!(place.read(&format!("lt01/attachments/{}", hash(b"moi"))), b"moi");
    let edit = |value: &str| lt01.run(&["record", "edit", &record, "--set", value]);
    assert!(edit("doc=none.bin").err.contains("There is no file none.bin"));
    assert!(edit("doc=lt01").err.contains("lt01 is not a file"));
    edit("doc=").quiet();
    assert!(lt01.show(&record)["answers"]["doc"].is_null());
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told_with_a_way_out() {
    let place = Place::new();
    let lt01 = plant(&place, "lt01");
    attached(&place, &lt01, b"giay");
    place.write("c.jsonl.files", "");
    let told = lt01.lang("vi").run(&["sync", "c.jsonl"]);
    assert_eq!((told.code, told.out.lines().count()), (5, 2), "all else was done: {told:?}");
    assert!(told.err.ends_with("c.jsonl.files: nơi cần thư mục lại là một tệp. Đổi tên tệp đó, hoặc chọn nơi khác.\n"), "{told:?}");
    lt01.run(&["sync", "usb/"]).is(5, "", "usb/ is a folder, not a file.\nAdd a file name, for example central.jsonl.\n");
    assert!(!place.names("").iter().any(|name| name.contains("usb")), "nothing is left behind");
}

/// Two laptops, and a central file that has a `.bak`.
fn synced_twice(place: &Place) -> [Laptop<'_>; 2] {
    let laptops = ["lt01", "lt02"].map(|name| plant(place, name));
    for (laptop, name) in laptops.iter().zip(["Xưởng một", "Xưởng hai"]) {
        laptop.input(json!({"name": name}).to_string()).run(&["record", "add", "--form", "plant"]).quiet();
        laptop.run(&["sync", "c.jsonl"]).quiet();
    }
    laptops
}

#[test]
fn what_was_kept_of_a_central_file_that_is_gone_is_taken_in() {
    let place = Place::new();
    let [_, lt02] = synced_twice(&place);
    assert!(place.path("c.jsonl.bak").exists(), "one record, of the first laptop");
    std::fs::remove_file(place.path("c.jsonl")).unwrap();
    place.remove("lt01");
    let anew = plant(&place, "lt01");
    const TOLD: &str = "c.jsonl is gone: what c.jsonl.bak holds is put into the new one.\n";
    let planned = anew.run(&["sync", "c.jsonl", "--plan"]);
    assert!(planned.err.starts_with(TOLD) && planned.out.starts_with("Would receive 1 revision"), "{planned:?}");
    assert!(!place.path("c.jsonl").exists());
    let synced = anew.run(&["sync", "c.jsonl"]);
    assert!(synced.err.starts_with(TOLD) && synced.out.starts_with("Received 1 revision"), "{synced:?}");
    assert_eq!(anew.run(&["record", "list"]).ids().len(), 1);
    let again = lt02.run(&["sync", "c.jsonl"]);
    assert!(!again.err.contains("is gone") && again.out.starts_with("Received 0 revisions, sent 1"), "{again:?}");
}

#[test]
fn a_damaged_copy_of_a_central_file_that_is_gone_is_named_and_stays() {
    let place = Place::new();
    let [lt01, _] = synced_twice(&place);
    std::fs::remove_file(place.path("c.jsonl")).unwrap();
    place.write("c.jsonl.bak", b"");
    let told = lt01.run(&["sync", "c.jsonl"]);
    assert!(told.code == 3 && told.err.starts_with("The file c.jsonl.bak is damaged at line 1.\n"), "{told:?}");
    assert!(!place.path("c.jsonl").exists() && place.path("c.jsonl.bak").exists());
}
