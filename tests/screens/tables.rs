//! The table of a repeat, the calendar, undo and the typing mode, as a person uses them.

use crate::driver::Driver;
use crate::interviews::follow_up;
use crate::place::{Place, district};
use khuyencong::workbench::library::check_bytes;
use std::sync::Arc;

macro_rules! looks {
    ($place:expr, $driver:expr, $name:literal) => {
        insta::assert_snapshot!($name, $place.hide(&$driver.screen()))
    };
}

/// Two repeats in each other, the outer one with nine columns.
const WORKSHOPS: &str = r#"
form = "workshops"
version = 1
title = { vi = "Nhà xưởng thử", en = "Test workshops" }
[choices]
kinds = [{ name = "a", label = { vi = "Kiên cố", en = "Solid" } }, { name = "b", label = { vi = "Tạm", en = "Temporary" } }]
[[question]]
name = "shops"
type = "repeat"
label = { vi = "Nhà xưởng", en = "Workshops" }
[[question.question]]
name = "shop"
type = "text"
label = { vi = "Tên xưởng", en = "Workshop" }
required = "true()"
[[question.question]]
name = "kind"
type = "select_one"
choices = "kinds"
label = { vi = "Loại", en = "Kind" }
[[question.question]]
name = "built"
type = "date"
label = { vi = "Ngày xây", en = "Built on" }
[[question.question]]
name = "area"
type = "decimal"
label = { vi = "Diện tích", en = "Area" }
constraint = ". > 0"
constraint_message = { vi = "Phải lớn hơn 0", en = "Must be more than 0" }
[[question.question]]
name = "height"
type = "decimal"
label = { vi = "Chiều cao", en = "Height" }
relevant = "${kind} = 'a'"
[[question.question]]
name = "double"
type = "calculate"
value = "decimal"
label = { vi = "Hai lần diện tích", en = "Twice the area" }
calculation = "${area} * 2"
[[question.question]]
name = "cost"
type = "money"
label = { vi = "Giá trị", en = "Value" }
[[question.question]]
name = "machines"
type = "repeat"
label = { vi = "Máy", en = "Machines" }
[[question.question.question]]
name = "machine"
type = "text"
label = { vi = "Tên máy", en = "Machine" }
[[question.question.question]]
name = "power"
type = "decimal"
label = { vi = "Công suất", en = "Power" }
[[question]]
name = "remark"
type = "text"
label = { vi = "Ghi chú", en = "Remark" }
"#;

fn workshops() -> Driver {
    Driver::trying(Arc::new(check_bytes("workshops", WORKSHOPS.as_bytes(), &|_| None).form.expect("a good form")))
}

/// Two workshops typed in the table without leaving it.
fn two_workshops() -> Driver {
    let mut driver = workshops();
    driver.keys("<F6>").shows("Nhà xưởng · 0 dòng").keys("<ret>Xưởng Một<ret>1<F7>").shows("Tháng 3/2026").keys("<left><ret>");
    driver.keys("120<ret>4,5<ret>1,5 tỷ<ret>").shows("1.500.000.000");
    // The machines inside have a table of their own.
    driver.keys("<ret>").shows("Nhà xưởng 1 › Máy · 0 dòng").keys("<ret>Máy cưa<ret>7,5<ret><ret>Máy bào<ret>3<esc>").shows("2 dòng ›");
    driver.keys("<ret><esc>").shows("2 dòng ›").keys("<down><S-tab><S-tab><S-tab><S-tab><S-tab><S-tab><S-tab><S-tab><ret>");
    driver.keys("Xưởng Hai<ret>2<ret>0<up><down>");
    driver
}

#[test]
fn rows_are_typed_in_the_table_with_choices_a_calendar_and_tables_inside() {
    let place = Place::new();
    let mut driver = two_workshops();
    looks!(place, driver, "table_typed_into");
    driver.shows("Nhà xưởng · 2 dòng").shows("09/03/2026");
    driver.keys("<right><right><right><right>");
    looks!(place, driver, "table_scrolled_under_its_first_column");
    // The cell of a repeat inside says what Enter does there.
    driver.keys("<right>").shows("Enter: mở bảng này").keys("<up><ret>");
    looks!(place, driver, "table_inside_a_row");
    driver.keys("<esc>");
    let mut driver = driver.sized(60, 20);
    looks!(place, driver, "table_60x20");
    driver.keys("<F12>");
    looks!(place, driver, "table_in_english_60x20");
}

#[test]
fn rows_move_up_and_down_and_their_deletion_is_taken_back() {
    let mut driver = two_workshops();
    driver.keys("<esc><F6>").shows("1 Xưởng Một").keys("<A-up>").shows("1 Xưởng Hai").shows("2 Xưởng Một");
    driver.keys("<C-z>").shows("1 Xưởng Một").keys("<C-y>").shows("1 Xưởng Hai").keys("<A-down>").shows("1 Xưởng Một").shows("2 Xưởng Hai");
    driver.keys("<up><F5>").shows("2 Xưởng Một").shows("3 Xưởng Hai").keys("<F8>").shows("Nhà xưởng · 2 dòng").keys("<C-z>").shows("Nhà xưởng · 3 dòng");
    // The copy has the machines of its original.
    driver = driver.sized(120, 40);
    driver.keys("<esc>").answer("Tên máy", "<down><down><down>").screen();
    let machines = driver.keys("<pgup>").screen().matches("Máy cưa").count();
    assert!(machines >= 1, "{}", driver.screen());
}

#[test]
fn a_wrong_answer_in_a_table_is_marked_and_told_but_stops_nobody() {
    let mut driver = two_workshops();
    driver.shows("Phải lớn hơn 0").keys("<ret>").shows("✗ 0").keys("<up><up>");
    driver.keys("<F9>").shows("Diện tích: Phải lớn hơn 0").keys("<ret>").shows("Phải lớn hơn 0").keys("<F6><up><F4>").shows("Phải lớn hơn 0").shows("· dòng 2");
}

#[test]
fn a_row_can_be_moved_from_the_questions_too() {
    let mut driver = two_workshops().sized(100, 50);
    driver.keys("<esc><A-up>");
    let screen = driver.screen();
    let (one, two) = (screen.find("Xưởng Một").unwrap(), screen.find("Xưởng Hai").unwrap());
    assert!(two < one, "{screen}");
}

#[test]
fn what_was_answered_is_taken_back_step_by_step_also_after_the_draft_was_opened_again() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = follow_up(&d);
    driver.answer("Máy còn sử dụng", "1").answer("Số giờ chạy", "7,5").answer("Số ngày chạy trong kỳ", "100").answer("Doanh thu kỳ sau", "5tr<ret>");
    driver.keys("<esc><esc><S-tab>");
    driver.quit();
    let mut driver = Driver::open(&d.laptop);
    driver.shows("nháp Cơ sở khô Ba Tâm").keys("<ret><C-z>").shows("Doanh thu kỳ sau").hides("5.000.000");
    driver.keys("<C-z>").shows("Số ngày chạy trong kỳ").shows("7,5").hides(" 100 ");
    driver.keys("<C-z>").hides("7,5").shows("Đang sử dụng").keys("<C-z>").hides("Đang sử dụng").keys("<C-z><C-z><C-z><C-z><C-z>").shows("Không còn gì để hoàn tác");
    driver.keys("<C-y><C-y><C-y><C-y>").answer("Số ngày chạy", "").shows("[100");
    driver.quit();
}

#[test]
fn a_day_is_picked_from_the_calendar_or_typed() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Ngày thu thập", "<F7>").shows("Tháng 6/2027").shows("T2  T3  T4  T5  T6  T7  CN");
    looks!(place, driver, "calendar");
    driver.keys("<pgup><down><left>").shows("Thứ hai 31/05/2027").keys("<home>").shows("25/06/2027").keys("<esc>").shows("Ngày thu thập");
    driver.keys("<F7><up><ret>").answer("Ngày thu thập", "").shows("[18/06/2027");
    // A digit goes back to typing.
    driver.keys("<F7>1/6/27<ret>").answer("Ngày thu thập", "").shows("[01/06/2027");
    driver.keys("<F7>");
    let mut driver = driver.sized(60, 20);
    looks!(place, driver, "calendar_60x20");
    driver.keys("<esc><F12><F7>").shows("June 2027");
    looks!(place, driver, "calendar_in_english_60x20");
}

#[test]
fn a_slash_finds_a_question_where_no_text_is_typed_and_is_a_letter_where_one_is() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Máy còn sử dụng", "/").shows("Tìm câu hỏi").keys("so ngay<down><up><esc>");
    driver.keys("1").answer("Số giờ chạy", "7/2").shows("[7/2");
    driver.answer("Máy còn sử dụng", "/ky sau<down>");
    let mut driver = driver.sized(60, 20);
    looks!(place, driver, "find_60x20");
    driver.keys("<ret>").hides("Tìm câu hỏi").shows("ỳ sau");
}

#[test]
fn telex_and_vni_are_switched_on_while_running_and_stay_on() {
    let place = Place::new();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    let mut driver = Driver::open(&laptop);
    driver.keys("<F2>aa").shows("[aa ").keys("<C-u><C-t>").shows("Telex").keys("Cow sowr Nguyeexn Vawn DDatj").shows("[Cơ sở Nguyễn Văn Đạt ");
    driver.keys("<bs><bs><bs><bs>").shows("[Cơ sở Nguyễn Văn ").keys("<C-u><C-t>").shows("VNI").keys("Co7 so73 banh1 pho6ng2 to6m").shows("[Cơ sở bánh phồng tôm ");
    looks!(place, driver, "interview_typing_vni");
    // Digits pick from a list and stay digits in a code; a search needs no marks but may have them.
    driver.answer("Loại hình", "ho65 kinh<ret>").answer("Loại hình", "").shows("▾ Hộ kinh doanh");
    driver.answer("Năm bắt đầu", "2015").shows("[2015");
    driver.quit();
    let mut driver = Driver::open(&laptop);
    driver.keys("<F2>nha2").shows("[nhà ").keys("<C-u><C-t>aa").shows("[aa ");
    driver.quit();
}

#[test]
fn several_choices_are_picked_with_a_space_a_search_or_all_at_once() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<tab>tu duoc<ret><F2><ret>").answer("Các tháng", "*").shows("[x] Tháng 12").keys("*").shows("[ ] Tháng 12");
    // A search and Enter pick what is found; a space picks and stays.
    driver.keys("thang 1<ret>").answer("Các tháng", "").shows("▾ Tháng 1\n").keys("<F7><down><down> <down> ");
    looks!(place, driver, "choices_several");
    driver.keys("<ret>").answer("Các tháng", "").shows("Tháng 1, Tháng 3, Tháng 4");
}

#[test]
fn a_number_is_told_as_it_was_understood() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Doanh thu kỳ sau", "1,5 tỷ").shows("1.500.000.000 đ = 1,5 tỷ");
    driver.answer("Sự cố, chi phí", "300tr").shows("300.000.000 đ = 300 triệu");
    driver.answer("Máy còn sử dụng", "1").answer("Số ngày chạy", "1200").shows("= 1.200");
}
