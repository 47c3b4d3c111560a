//! What stands on the screens, as a person sees it. After a change that is meant: `INSTA_UPDATE=always cargo test --test screens`,
//! and read the difference.

use crate::driver::Driver;
use crate::interviews;
use crate::place::{DUE, District, Place, district, establishment, follow_up};

/// Compares the screen with the snapshot of this name.
macro_rules! looks {
    ($place:expr, $driver:expr, $name:literal) => {
        insta::assert_snapshot!($name, $place.hide(&$driver.screen()))
    };
}

/// The district with a follow-up handed in, corrected afterwards.
fn with_follow_up(place: &Place) -> District {
    let d = district(place);
    let desk = d.laptop.desk();
    let project = desk.rows().values().find(|row| row.form == "support_project").unwrap().record.clone();
    desk.close().unwrap();
    let record = d.laptop.add("post_support_performance", &follow_up(&project, &d.ba_tam));
    let later = d.laptop.at("2027-06-26T15:30:00+07:00");
    later.edit(&record, "revenue_after", "125tr");
    District { laptop: later, ..d }
}

#[test]
fn the_welcome() {
    let place = Place::new();
    let mut driver = Driver::open(&place.bare("new"));
    looks!(place, driver, "welcome");
    driver.keys("<F12>");
    looks!(place, driver, "welcome_in_english");
    driver.keys("<ret>");
    looks!(place, driver, "welcome_without_a_name");
    let driver = driver.sized(60, 20);
    looks!(place, driver, "welcome_60x20");
}

#[test]
fn the_desk_before_the_first_record_and_with_drafts() {
    let place = Place::new();
    let driver = Driver::open(&place.laptop("new", "Lê Văn Thử"));
    looks!(place, driver, "desk_empty");
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<F2>Cơ sở mắm Năm Én<esc>");
    driver.keys("<tab>ba tam<ret><F2><down><down><down><ret>").answer("Máy còn sử dụng", "1").keys("<esc><esc><S-tab>");
    looks!(place, driver, "desk_with_drafts");
    let mut driver = driver.sized(120, 40);
    looks!(place, driver, "desk_with_drafts_120x40");
    driver.keys("<F12>");
    looks!(place, driver, "desk_in_english_120x40");
    let driver = driver.sized(60, 20);
    looks!(place, driver, "desk_in_english_60x20");
}

#[test]
fn the_establishments_and_one_of_them() {
    let place = Place::new();
    let d = with_follow_up(&place);
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<tab>");
    looks!(place, driver, "establishments");
    driver.keys("duoc lo");
    looks!(place, driver, "establishments_found_without_tone_marks");
    driver.keys("<C-u>ba tam<ret>");
    looks!(place, driver, "establishment");
    driver.keys("<F2><down>");
    looks!(place, driver, "establishment_choosing_a_form");
    driver.keys("<esc>");
    let driver = driver.sized(120, 40);
    looks!(place, driver, "establishment_120x40");
}

#[test]
fn the_interview_and_what_lies_over_it() {
    let place = Place::new();
    let mut driver = interviews::follow_up(&district(&place));
    looks!(place, driver, "interview_begun");
    driver.keys("<ret>");
    looks!(place, driver, "interview_choosing_a_record");
    driver.keys("kc-1<ret>").answer("Mốc theo dõi", "<ret>");
    looks!(place, driver, "interview_choices");
    driver.keys("2");
    // The day on which it is due follows from the project's minutes and the point chosen.
    looks!(place, driver, "interview_with_computed_values");
    driver.answer("Ngày thu thập", "<C-u>1/6/26");
    looks!(place, driver, "interview_hard_problem");
    driver.keys("<C-u>1/1/2027<ret>");
    looks!(place, driver, "interview_asks_for_a_reason");
    driver.keys("Mưa lũ, đến muộn<ret>").answer("Kỳ sau hỗ trợ: từ", "<C-u>tháng bảy");
    looks!(place, driver, "interview_text_that_is_no_answer");
    driver.keys("<C-z><C-f>ky truoc");
    looks!(place, driver, "interview_find");
    driver.keys("<esc><C-x>");
    looks!(place, driver, "interview_discard");
}

#[test]
fn the_rows_of_a_repeat_and_the_review() {
    let place = Place::new();
    let mut driver = interviews::follow_up(&district(&place));
    driver.answer("Mã đề án", "kc-1<ret>").answer("Mốc theo dõi", "2").keys("<tab><tab><ret>Dao Thử").answer("Sản lượng kỳ sau", "1200");
    looks!(place, driver, "interview_rows");
    driver.keys("<F6>");
    looks!(place, driver, "table");
    driver.keys("<F5>");
    looks!(place, driver, "table_with_a_copied_row");
    driver.keys("<esc><F9>");
    looks!(place, driver, "review");
    driver.keys("<F12>");
    let mut driver = driver.sized(60, 20);
    looks!(place, driver, "review_in_english_60x20");
    driver.keys("<esc>");
    looks!(place, driver, "interview_in_english_60x20");
    let driver = driver.sized(120, 40);
    looks!(place, driver, "interview_in_english_120x40");
}

#[test]
fn the_records_and_one_with_its_history() {
    let place = Place::new();
    let mut driver = Driver::open(&with_follow_up(&place).laptop);
    driver.keys("<tab><tab>");
    looks!(place, driver, "records");
    driver.keys("<F4>");
    looks!(place, driver, "records_filter");
    driver.keys("<right><ret>");
    looks!(place, driver, "records_of_one_form");
    driver.keys("<F4><right><right><right><right><ret><ret>");
    looks!(place, driver, "record_with_history");
    driver.keys("<F8>Nhập hai lần");
    looks!(place, driver, "record_void");
}

#[test]
fn the_sync_its_plan_and_what_it_did() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<tab><tab><tab>");
    looks!(place, driver, "sync");
    driver.paste(&place.path("central.jsonl").display().to_string()).keys("<ret>");
    looks!(place, driver, "sync_plan");
    driver.keys("<ret>");
    looks!(place, driver, "sync_done");
}

#[test]
fn the_conflicts_after_a_sync_with_another_laptop() {
    let place = Place::new();
    let central = place.path("central.jsonl");
    let (one, two) = (place.laptop("lt01", "Lê Văn Thử"), place.laptop("lt02", "Trần Thị Mẫu"));
    let record = one.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    one.sync(&central);
    two.sync(&central);
    one.at("2026-03-11").edit(&record, "address", "Ấp Một");
    two.at("2026-03-12").edit(&record, "address", "Ấp Hai");
    one.at("2026-03-13").sync(&central);
    let mut driver = Driver::open(&two.at("2026-03-13"));
    driver.keys("<tab><tab><tab><C-u>").paste(&central.display().to_string()).keys("<ret><ret>");
    looks!(place, driver, "sync_done_with_a_conflict");
    driver.keys("<F7>");
    looks!(place, driver, "conflicts");
    driver.keys("<down><ret>Xem sổ");
    looks!(place, driver, "conflicts_reason");
    driver.keys("<ret>");
    looks!(place, driver, "conflicts_settled");
}

#[test]
fn the_report_and_the_records_behind_a_number() {
    let place = Place::new();
    let mut driver = Driver::open(&with_follow_up(&place).laptop);
    driver.keys("<S-tab>");
    looks!(place, driver, "report");
    driver.keys("<ret>");
    looks!(place, driver, "report_records_behind_a_number");
    driver.keys("<esc>");
    let mut driver = driver.sized(120, 40);
    looks!(place, driver, "report_120x40");
    driver.keys("<F12>");
    looks!(place, driver, "report_in_english_120x40");
}

#[test]
fn the_help_a_failure_and_a_window_that_is_too_small() {
    let place = Place::new();
    let mut driver = Driver::open(&place.bare("new"));
    driver.keys("Lê Văn Thử<ret><ret>LT-07<ret>99999<ret>");
    looks!(place, driver, "failure");
    driver.keys("<esc><F1>");
    looks!(place, driver, "help_welcome");
    let mut driver = Driver::open(&place.laptop("made", "Lê Văn Thử").at(DUE));
    driver.keys("<F2><F1>");
    looks!(place, driver, "help_interview");
    driver.keys("<esc>");
    let driver = driver.sized(20, 5);
    looks!(place, driver, "too_small_20x5");
}
