//! What the program cannot do on this machine just now: a sentence, a way out, the right exit code, and nothing changed.

use crate::support::{Laptop, Place};
use serde_json::json;
use std::fs::{File, OpenOptions};

fn laptop(place: &Place) -> Laptop<'_> {
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1})]);
    lt01.run(&["sync", "c.jsonl"]).quiet();
    lt01.add("shop", &[json!({"name": "Hai", "workers": 2})]);
    lt01
}

/// Runs in both languages; nothing may have changed then.
#[track_caller]
fn refused(place: &Place, lt01: &Laptop<'_>, args: &[&str], code: i32, en: &str, vi: &str) {
    let before = (lt01.journal(), place.read("c.jsonl"));
    lt01.lang("en").run(args).is(code, "", en);
    lt01.lang("vi").run(args).is(code, "", vi);
    assert!((lt01.journal(), place.read("c.jsonl")) == before, "{args:?} changed something");
}

#[test]
fn a_form_that_cannot_be_read_is_refused_and_the_rest_goes_on() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let cycle = "form = \"shop\"\nversion = 3\ntitle = \"Thử\"\n\n[[question]]\nname = \"a\"\ntype = \"calculate\"\nlabel = \"A\"\ncalculation = \"${b} + 1\"\n\n\
                 [[question]]\nname = \"b\"\ntype = \"calculate\"\nlabel = \"B\"\ncalculation = \"${a} + 1\"\n";
    place.write("lt01/forms/shop.toml", cycle);
    refused(
        &place,
        &lt01,
        &["record", "add", "--form", "shop"],
        1,
        "The form shop.toml has errors.\nthese questions depend on each other in a circle: a → b → a\nSee: khuyencong forms check shop.toml\n",
        "Mẫu phiếu shop.toml có lỗi.\ncác câu hỏi tính vòng tròn: a → b → a\nXem chi tiết: khuyencong forms check shop.toml\n",
    );
    place.write("lt01/forms/shop.toml", "form = ");
    let told = lt01.run(&["record", "add", "--form", "shop"]);
    assert!(told.err.starts_with("The form shop.toml has errors.\nnot valid TOML: ") && told.err.ends_with("\nSee: khuyencong forms check shop.toml\n"), "{}", told.err);
    assert_eq!(told.code, 1);
    assert_eq!(lt01.run(&["record", "list"]).quiet().lines().count(), 2, "records bring their own form along");
    let listed = lt01.run(&["forms", "list"]);
    assert_eq!((listed.out.lines().count(), listed.err.lines().count(), listed.code), (9, 1, 0));
}

#[test]
fn a_folder_without_a_store_is_said_to_have_none() {
    let place = Place::new();
    let told = |lang: &str| place.laptop("none").lang(lang).run(&["record", "list"]);
    told("en").is(2, "", "There is no store in [TMP]/none.\nRun “khuyencong” to begin, or “khuyencong init --person NAME --device LABEL”.\n");
    told("vi").is(2, "", "Chưa có kho dữ liệu trong [TMP]/none.\nChạy “khuyencong” để bắt đầu, hoặc “khuyencong init --person TÊN --device MÁY”.\n");
    assert!(!place.path("none").exists());
}

#[test]
fn an_identity_that_cannot_be_read_leaves_the_records_safe() {
    let place = Place::new();
    let lt01 = laptop(&place);
    place.write("lt01/identity.toml", "person = [");
    let told = lt01.run(&["record", "list"]);
    let restored = "identity.toml was damaged or gone and was restored from identity.copy.toml. The old one is kept in [TMP]/lt01/identity.toml.bad.0.\n";
    assert_eq!((told.err.as_str(), told.code), (restored, 0));
    assert_eq!(place.read("lt01/identity.toml"), place.read("lt01/identity.copy.toml"));
    place.write("lt01/identity.toml", "person = [");
    place.write("lt01/identity.copy.toml", "");
    let told = lt01.run(&["record", "list"]);
    let lines: Vec<&str> = told.err.lines().collect();
    assert_eq!((lines.len(), lines[0], told.code), (3, "[TMP]/lt01/identity.toml cannot be read.", 3));
    assert_eq!(lines[2], "Mend the file, or copy it from a backup; the records are safe in journal.jsonl.");
}

/// Takes a lock as another copy of the program would.
fn hold(place: &Place, name: &str) -> File {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(place.path(name)).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn a_store_that_is_open_elsewhere_is_left_alone() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let held = hold(&place, "lt01/lock");
    let en = "The store in [TMP]/lt01 is open in another window.\nClose the other window and try again.\n";
    let vi = "Kho dữ liệu trong [TMP]/lt01 đang mở ở một cửa sổ khác.\nĐóng cửa sổ kia rồi mở lại.\n";
    let commands: [&[&str]; 5] = [&["record", "list"], &["record", "add", "--form", "shop"], &["sync", "c.jsonl"], &["backup", "b.jsonl"], &["doctor"]];
    for command in commands {
        refused(&place, &lt01, command, 4, en, vi);
    }
    assert_eq!(lt01.run(&["verify", "c.jsonl"]).code, 0, "what needs no store works on");
    drop(held);
    assert_eq!(lt01.run(&["record", "list"]).quiet().lines().count(), 2);
}

#[test]
fn a_line_that_is_just_being_written_is_not_called_damage() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let held = hold(&place, "lt01/lock");
    let mut journal = lt01.journal();
    journal.extend_from_slice(br#"{"record":"0192f3c0-"#);
    place.write("lt01/journal.jsonl", &journal);
    for command in [&["doctor"][..], &["doctor", "--repair"]] {
        let told = lt01.run(command);
        assert_eq!((told.code, told.out.as_str()), (4, ""), "{told:?}");
    }
    assert!(lt01.journal() == journal);
    drop(held);
    assert_eq!(lt01.run(&["doctor"]).code, 3, "once nobody writes it is");
}

#[test]
fn a_central_file_that_another_machine_syncs_is_left_alone() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let held = hold(&place, ".c.jsonl.lock");
    let en = "c.jsonl is being synced by another machine.\nWait a moment and try again.\n";
    let vi = "c.jsonl đang được một máy khác đồng bộ.\nĐợi một lát rồi làm lại.\n";
    refused(&place, &lt01, &["sync", "c.jsonl"], 4, en, vi);
    refused(&place, &lt01, &["merge", "c.jsonl", "c.jsonl"], 4, en, vi);
    drop(held);
    lt01.run(&["sync", "c.jsonl"]).quiet();
}

#[test]
fn paths_that_are_not_there_or_are_folders_are_named() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let missing = |path: &str| {
        [format!("{path} was not found.\nCheck the path, or plug the stick in again.\n"), format!("Không tìm thấy {path}.\nKiểm tra lại đường dẫn, hoặc cắm lại USB.\n")]
    };
    let commands: [&[&str]; 5] =
        [&["sync", "usb/c.jsonl"], &["backup", "usb/c.jsonl"], &["restore", "usb/c.jsonl"], &["merge", "usb/c.jsonl", "c.jsonl"], &["report", "-o", "usb/c.jsonl"]];
    for command in commands {
        let [en, vi] = missing("usb/c.jsonl");
        refused(&place, &lt01, command, 5, &en, &vi);
    }
    let en = "lt01 is a folder, not a file.\nAdd a file name, for example central.jsonl.\n";
    let vi = "lt01 là thư mục, không phải tệp.\nGhi thêm tên tệp, ví dụ tong-hop.jsonl.\n";
    let commands: [&[&str]; 5] = [&["sync", "lt01"], &["backup", "lt01"], &["restore", "lt01"], &["merge", "lt01", "c.jsonl"], &["verify", "lt01"]];
    for command in commands {
        refused(&place, &lt01, command, 5, en, vi);
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_told_and_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let lt01 = laptop(&place);
    place.write("usb/c.jsonl", place.read("c.jsonl"));
    let set = |mode| std::fs::set_permissions(place.path("usb"), std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o555);
    if std::fs::write(place.path("usb/probe"), "").is_ok() {
        println!("skipped: this user may write to a read-only folder");
        return set(0o755);
    }
    let hint = ["The folder is read-only or you lack the right: choose another one.\n", "Thư mục chỉ đọc hoặc thiếu quyền: chọn thư mục khác.\n"];
    let central = place.read("usb/c.jsonl");
    let commands: [(&[&str], &str); 4] = [
        (&["sync", "usb/c.jsonl"], "usb/c.jsonl"),
        (&["backup", "usb/b.jsonl"], "usb/b.jsonl"),
        (&["merge", "usb/m.jsonl", "c.jsonl"], "usb/m.jsonl"),
        (&["report", "-o", "usb/r.txt"], "usb/r.txt"),
    ];
    for (command, path) in commands {
        let (en, vi) = (format!("{path} may not be read or written to.\n{}", hint[0]), format!("Không được phép đọc hoặc ghi {path}.\n{}", hint[1]));
        refused(&place, &lt01, command, 5, &en, &vi);
    }
    assert_eq!(place.read("usb/c.jsonl"), central);
    lt01.run(&["sync", "usb/c.jsonl", "--plan"]).is(
        0,
        "Would receive 0 revisions and send 1 revision (a plan, nothing written).\nnew 0 known 1 merged 0 conflicts 0 duplicates 0\n",
        "",
    );
    set(0o755);
}

#[cfg(target_os = "linux")]
#[test]
fn where_nobody_can_read_what_is_told_the_work_is_done_all_the_same() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    let ahead = lt01.at("2035-01-01T08:00:00+07:00");
    ahead.add("shop", &[json!({"name": "Một", "workers": 1, "day": "2026-11-01"})]);
    ahead.run(&["sync", "c.jsonl"]).quiet();
    let office = place.new_laptop("lt03", "Phạm Văn Giám Sát", "supervisor").with_shop();
    let told = office.run(&["sync", "c.jsonl", "--plan"]);
    assert!(told.err.contains("its clock is more than a day ahead"), "there is something to tell: {told:?}");
    let full = || std::process::Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    assert_eq!(office.run_between(&["sync", "c.jsonl"], std::process::Stdio::piped(), full()).code, 0);
    assert_eq!(office.run(&["record", "list"]).quiet().lines().count(), 1);
    assert_eq!(office.run_between(&["bogus"], std::process::Stdio::piped(), full()).code, 2);
    assert_eq!(office.run_between(&["sync", "nowhere/c.jsonl"], std::process::Stdio::piped(), full()).code, 5);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_told() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let full = || std::process::Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let hints = [
        ("en", "The disk of stdout is full.\nNothing was lost or changed. Free some space and do it again.\n"),
        ("vi", "Hết chỗ trên ổ đĩa của stdout.\nKhông có gì bị mất hay thay đổi. Giải phóng chỗ trống rồi làm lại.\n"),
    ];
    for (lang, text) in hints {
        lt01.lang(lang).run_into(&["report"], full()).is(5, "", text);
    }
}

/// A small file system of its own, taken away again at the end.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(path: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let status = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&path).output();
        status.is_ok_and(|output| output.status.success()).then_some(Self(path))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).output();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_what_was_there_stays() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let Some(_disk) = SmallDisk::mount(place.path("usb"), "64k") else {
        return println!("skipped: no small file system can be mounted here");
    };
    place.write("usb/c.jsonl", place.read("c.jsonl"));
    place.write("usb/full", vec![0; 48 << 10]);
    let central = place.read("usb/c.jsonl");
    let hint = ["Nothing was lost or changed. Free some space and do it again.\n", "Không có gì bị mất hay thay đổi. Giải phóng chỗ trống rồi làm lại.\n"];
    let commands: [(&[&str], &str); 4] = [
        (&["sync", "usb/c.jsonl"], "usb/c.jsonl"),
        (&["backup", "usb/b.jsonl"], "usb/b.jsonl"),
        (&["merge", "usb/m.jsonl", "c.jsonl"], "usb/m.jsonl"),
        (&["report", "-o", "usb/r.txt"], "usb/r.txt"),
    ];
    while OpenOptions::new().append(true).open(place.path("usb/full")).and_then(|mut file| std::io::Write::write_all(&mut file, &[0; 512])).is_ok() {}
    for (command, path) in commands {
        let (en, vi) = (format!("The disk of {path} is full.\n{}", hint[0]), format!("Hết chỗ trên ổ đĩa của {path}.\n{}", hint[1]));
        refused(&place, &lt01, command, 5, &en, &vi);
    }
    assert_eq!(place.read("usb/c.jsonl"), central);
    let left: Vec<String> = place.names("usb").into_iter().filter(|name| !name.ends_with(".lock")).collect();
    assert_eq!(left, ["c.jsonl", "full"]);
    std::fs::remove_file(place.path("usb/full")).unwrap();
    lt01.run(&["sync", "usb/c.jsonl"]).quiet();
}

#[cfg(target_os = "linux")]
#[test]
fn a_store_on_a_full_disk_is_not_opened() {
    let place = Place::new();
    let Some(_disk) = SmallDisk::mount(place.path("small"), "1m") else {
        return println!("skipped: no small file system can be mounted here");
    };
    let small = place.new_laptop("small/store", "Lê Văn Thử", "collaborator");
    let told = |lang: &str| small.lang(lang).run(&["record", "list"]);
    told("en").is(5, "", "The disk of [TMP]/small/store is full.\nNothing was lost or changed. Free some space and do it again.\n");
    told("vi").is(5, "", "Hết chỗ trên ổ đĩa của [TMP]/small/store.\nKhông có gì bị mất hay thay đổi. Giải phóng chỗ trống rồi làm lại.\n");
}

#[test]
fn a_programme_file_is_checked_like_a_form_with_every_problem_at_its_place() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    let shipped = include_str!("../../forms/programme.toml");
    place.write("office/programme.toml", shipped);
    lt01.run(&["forms", "check", "office/programme.toml"]).is(0, "office/programme.toml: ok — programme ca-mau-2026-2030, targets 40, tables 10\n", "");
    let wrong = shipped
        .replacen("\"06-15\"]", "\"06-31\"]", 1)
        .replacen("${conclusion} = 'accepted'", "${conclusoin} = 'accepted'", 1)
        .replacen("from = \"post_support_performance\"", "from = \"post_suport\"", 1)
        .replacen("id = \"T-TD\"", "id = \"T-TD\"\nparts = [\"T-58\"]", 1);
    place.write("office/ca-mau.toml", &wrong);
    let told = lt01.run(&["forms", "check", "office/ca-mau.toml"]);
    assert_eq!((told.code, told.out.as_str()), (1, "office/ca-mau.toml: errors 4, warnings 0\n"), "{}", told.err);
    let line = |text: &str| wrong.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (what, line) in [
        ("“06-31” is no day on which a half-year begins", line("06-31")),
        ("this form has no question “conclusoin”", line("conclusoin")),
        ("There is no form “post_suport”.", line("post_suport")),
        ("these targets add up in a circle: T-58 → T-TD → T-58", line("id = \"T-58\"")),
    ] {
        let place = format!("--> office/ca-mau.toml:{line}:");
        assert!(told.err.split("\n\n").any(|problem| problem.contains(what) && problem.contains(&place)), "{what} {place}\n{}", told.err);
    }
    assert!(told.err.contains("did you mean “conclusion”") || told.err.contains("“conclusion”"), "{}", told.err);
}
