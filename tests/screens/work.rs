//! Long work that is watched and stopped, files that are shown, minutes from what is still being filled in.

use crate::driver::Driver;
use crate::place::{ACCEPTED, DUE, Laptop, Place, district};
use khuyencong::locale::Lang;

#[test]
fn a_sync_is_stopped_by_esc_and_nothing_has_changed() {
    let place = Place::new();
    let d = district(&place);
    let central = place.path("central.jsonl");
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<tab><tab><tab>").paste(&central.display().to_string()).keys("<ret>").shows("Xem trước");
    driver.at_work("<ret>", 1200).shows("Đã xem 1.200 dòng").shows("Esc dừng");
    driver.at_work("<tab><S-tab>x", 1300).shows("Đang đọc và so");
    driver.keys("<esc>").shows("Đã dừng. Không có gì thay đổi.");
    assert!(!central.exists(), "nothing was written");
    driver.keys("<esc><ret>").shows("Đã đồng bộ");
    assert!(central.exists(), "the next sync goes through");
}

#[test]
fn the_demo_tells_how_far_it_is_and_can_be_stopped() {
    let place = Place::new();
    let mut driver = Driver::open(&place.bare("new").at(DUE));
    driver.at_work("<F5>", 40).shows("Đang làm, đã qua 40").shows("Esc dừng").keys("<esc>");
    // The store is there, with what was made until then, and more is one key away.
    driver.shows("Bàn làm việc").keys("<F5>").shows(" MẪU ");
    assert!(driver.app.shared.rows.len() > 100);
}

#[test]
fn a_report_that_is_saved_is_stopped_by_esc() {
    let place = Place::new();
    let mut driver = Driver::open(&district(&place).laptop);
    let file = place.path("bao-cao.html");
    driver.keys("<S-tab><F2><C-u>").paste(&file.display().to_string());
    driver.at_work("<ret>", 90_000).shows("Đang làm, đã qua 90.000").keys("<esc>").shows("Đã dừng");
    assert!(!file.exists());
    driver.keys("<esc><F2><C-u>").paste(&file.display().to_string()).keys("<ret>").shows("Đã ghi");
    assert!(file.exists());
}

#[test]
fn what_is_counted_beside_the_desk_is_not_in_the_way() {
    let place = Place::new();
    let mut driver = Driver::open(&district(&place).laptop);
    driver.at_work("<S-tab><tab>", 50_000).hides("Đang làm").keys("<F2>").shows("Tên cơ sở").hides("Đang làm");
}

/// The only inspection record of the district, on its page.
fn inspection(laptop: &Laptop) -> Driver {
    let mut driver = Driver::open(laptop);
    driver.keys("<tab><tab>kiem tra nghiem thu<ret>").shows("Biên bản kiểm tra");
    driver
}

#[test]
fn minutes_are_printed_from_the_review_as_a_draft() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = inspection(&d.laptop);
    let file = place.path("bien-ban.html");
    driver
        .keys("<F3>")
        .answer("Biên bản lập thành", "<C-u>7")
        .keys("<F9><F6>")
        .shows("In biên bản ra tệp")
        .keys("<C-u>")
        .paste(&file.display().to_string())
        .keys("<ret>")
        .shows("Đã ghi");
    let printed = std::fs::read_to_string(&file).unwrap();
    assert!(printed.contains("BẢN NHÁP, PHIẾU CHƯA NỘP") && printed.contains("lập thành 7 bản"), "as it stands on the screen: {printed}");
    driver.keys("<F10>").shows("Lịch sử · 2 bản lưu");
    let file = place.path("bien-ban-2.html");
    driver.keys("<F10><C-u>").paste(&file.display().to_string()).keys("<ret>").shows("Đã ghi");
    let printed = std::fs::read_to_string(&file).unwrap();
    assert!(!printed.contains("BẢN NHÁP") && printed.contains("lập thành 7 bản"));
}

#[test]
fn other_forms_have_no_minutes_in_their_review() {
    let place = Place::new();
    let mut driver = Driver::open(&place.laptop("lt07", "Lê Văn Thử"));
    driver.keys("<F2><F9><F6>").shows("mới in được biên bản").keys("<esc>").shows("Tên cơ sở");
}

/// A laptop on which one record has a photo attached.
fn with_photo(place: &Place, name: &str) -> Laptop {
    let photo = place.path(name);
    std::fs::write(&photo, b"abc").unwrap();
    let laptop = place.laptop("lt07", "Lê Văn Thử").at(ACCEPTED);
    let forms = laptop.settings().data_dir.join("forms");
    std::fs::create_dir_all(&forms).unwrap();
    let form = "form = \"one\"\nversion = 1\ntitle = \"Một\"\n[[question]]\nname = \"paper\"\ntype = \"file\"\nlabel = \"Giấy tờ\"\n[[question]]\nname = \"more\"\ntype = \"text\"\nlabel = \"Thêm\"\n";
    std::fs::write(forms.join("one.toml"), form).unwrap();
    laptop
}

/// The screens with this program for showing files.
fn shown_by(laptop: &Laptop, viewer: &str) -> Driver {
    Driver::with(khuyencong::workbench::Settings { viewer: Some(viewer.into()), ..laptop.settings() })
}

/// Attaches the photo and hands the record in.
fn attach(driver: &mut Driver, place: &Place, name: &str) {
    driver.keys("<C-p>phieu moi: mot<ret>").shows("Giấy tờ").keys("<F7>").shows("chưa có tệp nào");
    driver.paste(&place.path(name).display().to_string()).keys("<ret>xong<up>").shows(name);
}

#[cfg(unix)]
#[test]
fn an_attached_file_is_shown_by_the_program_that_is_given() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let laptop = with_photo(&place, "ảnh máy.jpg");
    let (viewer, told) = (place.path("viewer"), place.path("told"));
    std::fs::write(&viewer, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", told.display())).unwrap();
    std::fs::set_permissions(&viewer, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut driver = shown_by(&laptop, &viewer.display().to_string());
    attach(&mut driver, &place, "ảnh máy.jpg");
    driver.keys("<F7>").shows("Đang mở ảnh máy.jpg");
    let shown = std::fs::read_to_string(&told).unwrap();
    assert!(shown.ends_with("ảnh máy.jpg"), "{shown}");
    std::fs::write(&shown, b"changed by the viewer").unwrap();
    driver.keys("<F9><F10><C-p>ban lam viec<ret><tab><tab><ret><down><F2>").shows("Đang mở ảnh máy.jpg");
    assert_eq!(std::fs::read(&shown).unwrap(), b"abc", "what is kept is not what was shown");
    driver.keys("<down><F2>").shows("chưa có tệp nào");
}

#[test]
fn what_is_durable_is_said_before_the_lists_show_it() {
    let place = Place::new();
    let mut driver = shown_by(&with_photo(&place, "ảnh.jpg"), "khuyencong-no-such-viewer");
    driver.durable().shows("Đã lưu 09:00");
}

#[test]
fn without_a_viewer_a_sentence_says_where_the_file_lies() {
    let place = Place::new();
    let laptop = with_photo(&place, "ảnh.jpg");
    let mut driver = shown_by(&laptop, "khuyencong-no-such-viewer");
    attach(&mut driver, &place, "ảnh.jpg");
    driver.keys("<F7>").shows("không có chương trình mở được ảnh.jpg").shows("Tệp nằm ở");
}

#[test]
fn what_might_run_is_not_opened() {
    let place = Place::new();
    let laptop = with_photo(&place, "anh.jpg.exe");
    let mut driver = shown_by(&laptop, "khuyencong-no-such-viewer");
    attach(&mut driver, &place, "anh.jpg.exe");
    driver.keys("<F7>").shows("loại tệp này không được mở từ đây");
    assert_eq!(driver.app.shared.lang, Lang::Vi);
}
