//! What a supervisor and a collaborator decide on the screens, each on a laptop of their own, with a file between them.

use crate::driver::Driver;
use crate::place::{Laptop, Place, establishment};
use crossterm::event::MouseEventKind;
use khuyencong::record::history::State;
use khuyencong::tui::theme::{Look, Theme};

/// A laptop that recorded one establishment, an office that has it, and the file between them.
fn field_and_office(place: &Place) -> (Laptop, Laptop, String) {
    let (field, office) = (place.laptop("lt01", "Lê Văn Thử"), place.office());
    let record = field.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    field.sync(&place.path("central.jsonl"));
    office.sync(&place.path("central.jsonl"));
    (field.at("2026-03-14"), office.at("2026-03-13"), record)
}

fn state(laptop: &Laptop, record: &str) -> State {
    laptop.desk().row(record).unwrap().state
}

#[test]
fn a_question_travels_to_the_collaborator_opens_the_record_there_and_is_closed_by_the_answer() {
    let place = Place::new();
    let (field, office, record) = field_and_office(&place);
    let mut driver = Driver::open(&office);
    driver.keys("<tab><tab><ret>");
    // Down to the year in which it began.
    for _ in 0..30 {
        driver.keys("<down><F5>");
        if driver.screen().contains("hỏi về: Năm bắt đầu") {
            break;
        }
        driver.keys("<esc>");
    }
    driver.keys("Theo giấy nào?<ret>").shows("trả lại").shows("Theo giấy nào?");
    driver.quit();
    office.sync(&place.path("central.jsonl"));
    field.sync(&place.path("central.jsonl"));
    assert_eq!(state(&field, &record), State::Returned);
    let mut driver = Driver::open(&field);
    driver.shows("trả lại “Theo giấy nào?”").keys("<ret>").shows("? Phạm Giám Sát hỏi về: Năm bắt đầu sản xuất: “Theo giấy nào?”");
    driver.keys("<F3>").shows("Phạm Giám Sát hỏi: “Theo giấy nào?”").shows("Năm bắt đầu sản xuất *");
    driver.keys("<C-u>2014<F9><F10>").hides("hỏi về").shows("đã nộp");
    driver.quit();
    assert_eq!(state(&field, &record), State::Submitted);
}

#[test]
fn a_question_is_also_closed_by_a_word() {
    let place = Place::new();
    let (field, office, record) = field_and_office(&place);
    let mut desk = office.desk();
    desk.send_back(&record, "start_year", "Theo giấy nào?").unwrap();
    desk.close().unwrap();
    office.sync(&place.path("central.jsonl"));
    field.sync(&place.path("central.jsonl"));
    let mut driver = Driver::open(&field);
    driver.keys("<tab><tab><ret><F6>Giấy đăng ký năm 2015<ret>").hides("hỏi về").keys("<F6>").shows("Không có câu hỏi nào đang chờ");
    driver.quit();
    assert_eq!(state(&field, &record), State::Submitted);
}

#[test]
fn several_are_marked_and_approved_at_once_and_that_is_taken_back_at_once() {
    let place = Place::new();
    let office = place.office();
    let records = ["Cơ sở A Thử", "Cơ sở B Thử", "Cơ sở C Thử"].map(|name| office.add("establishment", &establishment(name, "0912345671")));
    let mut driver = Driver::open(&office);
    driver.keys("<tab><tab><F8><F8>").shows("2 phiếu đánh dấu").keys("<F9>").shows("Xong: 2 phiếu").hides("đánh dấu (");
    driver.keys("<F4><down><right><right><ret>").shows("đã duyệt").keys("<C-z>").shows("Đã rút lại quyết định");
    driver.quit();
    assert!(records.iter().all(|record| state(&office, record) == State::Submitted));
}

#[test]
fn a_collaborator_is_told_that_a_supervisor_decides() {
    let place = Place::new();
    let (field, _, record) = field_and_office(&place);
    let mut driver = Driver::open(&field);
    driver.keys("<tab><tab><F9>").shows("do giám sát quyết định").keys("<ret><F9>").shows("do giám sát quyết định").keys("<down><F5>").shows("do giám sát quyết định");
    driver.quit();
    assert_eq!(state(&field, &record), State::Submitted);
}

#[test]
fn an_approval_that_an_edit_overtook_waits_on_the_supervisors_desk() {
    let place = Place::new();
    let (_, office, record) = field_and_office(&place);
    let mut desk = office.desk();
    desk.approve(std::slice::from_ref(&record)).unwrap();
    desk.close().unwrap();
    office.edit(&record, "address", "Ấp Hai");
    let mut driver = Driver::open(&office);
    driver.shows("cần duyệt lại").keys("<ret>").shows("không còn hiệu lực").keys("<F9><esc>").hides("cần duyệt lại");
}

#[test]
fn records_that_look_like_one_stand_side_by_side_are_made_one_and_parted_again() {
    let place = Place::new();
    let office = place.office();
    let one = office.add("establishment", &establishment("Cơ sở Minh Phát", "0912345671"));
    let other = office.at("2026-03-11").add("establishment", &establishment("DNTN Minh Phát", "0912345679"));
    let office = office.at("2026-03-12");
    let mut driver = Driver::open(&office).sized(120, 40);
    driver.shows("1 cặp nghi trùng").keys("<ret>").shows("Giống nhau: Tên cơ sở").shows("≠ Điện thoại").shows("0912345679");
    driver.keys("<ret>").shows("DNTN Minh Phát đọc như Cơ sở Minh Phát").keys("<ret>").shows("Lý do").keys("Cùng chủ<ret>").shows("Không có cặp nào");
    driver.keys("<C-z>").shows("Nghi trùng: 1").keys("<F6>Hai chủ khác nhau<ret>").shows("Nghi trùng: 0").keys("<C-z>").shows("Nghi trùng: 1");
    driver.quit();
    let desk = office.desk();
    assert!(!desk.links().is_linked(&other) && !desk.links().is_linked(&one) && desk.duplicates().len() == 1);
}

#[test]
fn a_settled_conflict_can_be_taken_back() {
    let place = Place::new();
    let central = place.path("central.jsonl");
    let (field, office, record) = field_and_office(&place);
    field.edit(&record, "address", "Ấp Một");
    office.edit(&record, "address", "Ấp Hai");
    field.sync(&central);
    office.sync(&central);
    let mut driver = Driver::open(&office);
    driver.keys("<F7>").shows("Mâu thuẫn: 1").shows("trước đó: Ấp Thử").keys("<ret>Xem sổ<ret>").shows("Mâu thuẫn: 0").keys("<C-z>").shows("Mâu thuẫn: 1").shows("Ấp Một");
}

#[test]
fn a_record_tells_why_an_answer_is_so_and_what_differs_between_revisions() {
    let place = Place::new();
    let (field, _, record) = field_and_office(&place);
    field.edit(&record, "address", "Ấp Một");
    field.edit(&record, "address", "Ấp Hai");
    let mut driver = Driver::open(&field).sized(120, 40);
    driver.keys("<tab><tab><ret><F7>").shows("Bản lưu 2 so với 3 (trong 3)").shows("Ấp Một → Ấp Hai").keys("<left>").shows("Bản lưu 1 so với 3").shows("Ấp Thử → Ấp Hai");
    driver.keys("<down>").shows("Bản lưu 1 so với 2").shows("Ấp Thử → Ấp Một").keys("<esc>");
    for _ in 0..20 {
        driver.keys("<down><ret>");
        if driver.screen().contains("Ấp, khóm") || driver.screen().contains("Ấp Một\n") || driver.screen().contains(": Ấp Một") {
            break;
        }
        driver.keys("<esc>");
    }
    driver.shows("Vì sao có giá trị này").shows("Lấy bản lưu sau cùng");
}

#[test]
fn a_computed_answer_shows_its_expression_with_the_values_that_go_in() {
    let place = Place::new();
    let district = crate::place::district(&place);
    let mut driver = Driver::open(&district.laptop).sized(120, 40);
    driver.keys("<tab><tab>khao sat ba tam<ret>");
    for _ in 0..120 {
        driver.keys("<down><ret>");
        if driver.screen().contains("Từ các giá trị:") {
            break;
        }
        driver.keys("<esc>");
    }
    driver.shows("Công thức:").shows("Từ các giá trị:").shows("${");
}

#[test]
fn the_report_is_parted_shown_as_tables_and_saved() {
    let place = Place::new();
    let district = crate::place::district(&place);
    let mut driver = Driver::open(&district.laptop).sized(120, 40);
    driver.keys("<S-tab><F4><down><ret>").shows("chia theo").keys("<down><ret>").shows("phiếu · chưa duyệt").keys("<esc>");
    driver.keys("<F6>2026<ret>").shows("◂ 2026 ▸").keys("<F6>nonsense<ret>").shows("Không làm được").keys("<esc>").shows("◂ 2026 ▸");
    driver.keys("<F5>").shows("B1 ").keys("<F6>").shows("B2 ").keys("<F4>").shows("B1 ").keys("<ret>").shows("phiếu · chưa duyệt").keys("<esc><esc>");
    for (keys, ending) in [("", "xlsx"), ("<down>", "html"), ("<down><down>", "docx"), ("<up>", "csv")] {
        let file = place.path("report.xlsx");
        driver.keys("<F2><C-u>").paste(&file.display().to_string()).keys(keys).keys("<ret>").shows("Đã ghi");
        assert!(file.with_extension(ending).metadata().unwrap().len() > 100, "{ending}");
    }
}

#[test]
fn minutes_are_written_from_an_inspection_and_from_nothing_else() {
    let place = Place::new();
    let district = crate::place::district(&place);
    let file = place.path("minutes.docx");
    let mut driver = Driver::open(&district.laptop).sized(120, 40);
    driver.keys("<tab><tab>nghiem thu co so<ret><F10><C-u>").paste(&file.display().to_string()).keys("<ret>").shows("Đã ghi");
    assert!(file.metadata().unwrap().len() > 1000);
    driver.keys("<esc><C-u>khao sat<ret><F10>").shows("Chỉ phiếu kiểm tra");
}

#[test]
fn everything_is_found_by_name_without_tone_marks() {
    let place = Place::new();
    let district = crate::place::district(&place);
    let mut driver = Driver::open(&district.laptop);
    driver.keys("<C-p>toi bao cao<ret>").shows("Chương trình khuyến công Cà Mau");
    driver.keys("<C-p>nghi trung<ret>").shows("Nghi trùng: 0");
    driver.keys("<C-p>xem phieu da nop<ret>").shows("đã nộp").shows("Mọi mẫu phiếu · đã nộp");
    driver.keys("<C-p>phieu moi co so cong nghiep<ret>").shows("Tên cơ sở").keys("Năm Én");
    // Going elsewhere keeps what was begun.
    driver.keys("<C-p>ban lam viec<ret>").shows("✎ nháp Năm Én");
    driver
        .keys("<C-p>english<ret>")
        .shows("Waiting for you")
        .keys("<C-p>toi bao cao<ret>")
        .shows("Period")
        .keys("<C-p>ban lam viec<ret>")
        .shows("Waiting for you")
        .keys("<F1>palette");
    driver.keys("<C-u>find anything").shows("Ctrl-P").keys("<esc>").shows("Waiting for you");
}

#[test]
fn the_mouse_points_opens_and_turns_as_the_keys_do() {
    let place = Place::new();
    let district = crate::place::district(&place);
    let mut driver = Driver::open(&district.laptop);
    driver
        .click("Phiếu")
        .shows("Tìm phiếu:")
        .click("Lò rèn Tư Đước · Xã")
        .click("Lò rèn Tư Đước · Xã")
        .shows("Lịch sử")
        .keys("<F4>")
        .shows("Quá trình")
        .keys("<esc><esc>")
        .shows("Tìm phiếu:")
        .click("F4 lọc")
        .shows("Lọc phiếu")
        .click("Enter đóng")
        .hides("Lọc phiếu");
    driver
        .mouse(MouseEventKind::ScrollDown, 10, 10)
        .mouse(MouseEventKind::ScrollUp, 10, 10)
        .click("F4 lọc")
        .shows("Lọc phiếu")
        .click("Trạng thái")
        .keys("<right>")
        .shows("Trạng thái     ◂ đã nộp ▸");
    // What lies under a window is not clicked.
    driver.click("Báo cáo").shows("Lọc phiếu");
}

#[test]
fn without_colours_and_signs_the_frame_is_ascii_and_every_theme_can_be_drawn() {
    let place = Place::new();
    let district = crate::place::district(&place);
    let mut driver = Driver::open(&district.laptop);
    Look { theme: Theme::Plain, ascii: true }.set();
    for keys in ["", "<tab>", "<tab>", "<tab>", "<tab>", "<F1>"] {
        let screen = driver.keys(keys).screen();
        let sign = screen.chars().find(|c| !c.is_ascii() && !c.is_alphabetic() && *c != '₂');
        assert_eq!(sign, None, "{screen}");
    }
    for theme in [Theme::Dark, Theme::Light, Theme::Sixteen] {
        Look { theme, ascii: false }.set();
        assert!(driver.screen().contains('│'));
    }
    driver.keys("<esc><C-o>").shows("Màu: nền tối");
    Look::default().set();
}

#[test]
fn a_sync_that_is_stopped_has_changed_nothing() {
    use khuyencong::workbench::watch::Watch;
    let place = Place::new();
    let (field, office, record) = field_and_office(&place);
    let central = place.path("central.jsonl");
    let before = std::fs::read(&central).unwrap();
    field.edit(&record, "address", "Ấp Một");
    let mut desk = field.desk();
    desk.set_watch(Watch::new(|_| false));
    assert!(desk.sync(&central, false).is_err() && desk.unsynced() == 1);
    assert_eq!(std::fs::read(&central).unwrap(), before);
    // The next one goes through.
    desk.set_watch(Watch::new(|lines| lines > 0));
    assert_eq!(desk.sync(&central, false).unwrap().tally.sent, 1);
    desk.close().unwrap();
    office.sync(&central);
    assert_eq!(office.desk().history(&record).unwrap().revisions().len(), 2);
}
