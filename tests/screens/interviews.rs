//! Asking: what a person types is kept, can be undone, is checked, and is handed in as it was meant.

use crate::driver::Driver;
use crate::place::{District, Place, district};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A new establishment's form, opened from the desk.
fn new_establishment(place: &Place) -> Driver {
    let mut driver = Driver::open(&place.laptop("lt07", "Lê Văn Thử"));
    driver.keys("<F2>").shows("Tên cơ sở");
    driver
}

/// All that a new establishment needs but its name and legal form.
fn fill_establishment(driver: &mut Driver) {
    driver.answer("Số giấy chứng nhận", "85A8000001").answer("Lý do không có mã", "1").answer("Năm bắt đầu", "2015").answer("Xã/phường", "hong dan<ret>");
    driver.answer("Ấp/khóm", "Ấp Thử").answer("trong khu/cụm", "2").answer("Thuộc làng nghề", "2").answer("Họ và tên chủ", "Nguyễn Thử Nghiệm");
    driver.answer("Giới tính chủ", "1").answer("Dân tộc chủ", "1").answer("Điện thoại", "0912345678").answer("Ngành sản xuất chính", "2593<ret>").answer("Nhóm ngành nghề", "5");
    // Behind the last question is the review.
    driver.shows("F10: nộp").keys("<esc>");
}

/// A follow-up about the first establishment, opened from its page.
pub fn follow_up(d: &District) -> Driver {
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<tab>ba tam<ret><F2><down><down><down><ret>").shows("Phiếu theo dõi hiệu quả");
    driver
}

#[test]
fn bursts_of_an_input_method_with_either_backspace_give_the_word_that_was_meant() {
    for backspace in [KeyEvent::from(KeyCode::Backspace), KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL)] {
        let place = Place::new();
        let mut driver = new_establishment(&place);
        // Telex: N g u y e, e makes ê; n; x puts the tilde: two letters go and come again.
        for c in "Nguye⌫ên⌫⌫ễn".chars() {
            driver.key(if c == '⌫' { backspace } else { KeyEvent::from(KeyCode::Char(c)) });
        }
        driver.shows("[Nguyễn ");
    }
}

#[test]
fn text_typed_in_pieces_is_composed_when_it_is_kept() {
    let place = Place::new();
    let mut driver = new_establishment(&place);
    driver.keys("Cơ sở e\u{302}\u{303}<down>");
    driver.keys("<F9>").shows("Cơ sở ễ");
}

#[test]
fn esc_leaves_without_asking_and_the_draft_is_taken_up_with_what_was_half_typed() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = follow_up(&d);
    driver.answer("Máy còn sử dụng", "1").answer("Số giờ chạy", "tám gi").shows("[tám gi").keys("<esc>").shows("Quá trình");
    driver.keys("<esc><S-tab>").shows("nháp Cơ sở khô Ba Tâm");
    driver.quit();
    let mut driver = Driver::open(&d.laptop);
    driver.shows("nháp Cơ sở khô Ba Tâm").keys("<ret>").shows("[tám gi").keys("<bs>").shows("[tám g ");
    driver.keys("<C-u>8<up>").shows("Đang sử dụng").shows(" 8 ");
}

#[test]
fn a_form_that_was_only_looked_at_leaves_no_draft() {
    let place = Place::new();
    let mut driver = new_establishment(&place);
    driver.keys("<down><down><tab><esc>").shows("Chưa có phiếu nào").hides("nháp");
}

#[test]
fn a_draft_is_thrown_away_only_on_purpose() {
    let place = Place::new();
    let mut driver = new_establishment(&place);
    driver.keys("Cơ sở thừa<C-x>").shows("Bỏ phiếu đang nhập?").keys("<esc>").shows("[Cơ sở thừa");
    driver.keys("<C-x><ret>").shows("Chưa có phiếu nào").hides("nháp");
}

#[test]
fn ctrl_z_takes_back_one_answer_at_a_time() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Máy còn sử dụng", "1").answer("Số giờ chạy", "7,5").answer("Số ngày chạy trong kỳ", "100").shows("[100");
    driver.keys("<C-z>").hides("100").shows(" 7,5").keys("<C-z>").hides("7,5").shows("Đang sử dụng");
}

#[test]
fn ctrl_z_on_what_is_no_answer_yet_takes_back_that_only() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Máy còn sử dụng", "1").answer("Số giờ chạy", "tám gi").answer("Số ngày chạy trong kỳ", "trăm").shows("[trăm");
    driver.keys("<C-z>").hides("trăm").shows("tám gi").shows("Đang sử dụng");
}

#[test]
fn a_deleted_row_comes_back_in_its_place() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place)).sized(120, 50);
    driver.keys("<tab><tab>").shows("+ thêm dòng").keys("<ret>Dao Thử").answer("Sản lượng kỳ sau", "1.200").keys("<C-f>Sản phẩm<ret><F8>");
    driver.shows("Đã xóa dòng").hides("1.200").keys("<C-z>").shows("Dao Thử").shows("1.200");
    driver.keys("<C-f>Sản phẩm<ret><F6>").shows("1 dòng").keys("<F8>").shows("0 dòng").keys("<C-z>").shows("1 dòng").shows("Dao Thử").shows("1.200");
    driver.keys("<F5>").shows("2 dòng").keys("<esc>").shows("· dòng 2");
}

#[test]
fn a_soft_warning_asks_for_a_reason_which_is_handed_in() {
    let place = Place::new();
    let mut driver = new_establishment(&place);
    driver.keys("Cơ sở khô Ba Tâm");
    fill_establishment(&mut driver);
    driver = driver.sized(120, 40);
    driver.answer("Loại hình", "khac<ret>").shows("Khác thường: lý do?").shows("Không thuộc đối tượng");
    // Going on without a reason is allowed; handing in is not.
    driver.keys("<esc><F9>").shows("(ghi lý do: F3)").keys("<F10>").shows("Chưa nộp được").shows("\n Loại hình cơ sở *\n ⚠ Không thuộc đối tượng");
    driver.keys("<F3>Tổ hợp chưa đăng ký<ret><F9>").shows("Đủ để nộp").shows("“Tổ hợp chưa đăng ký”").keys("<F10>").shows("Đã lưu: Cơ sở khô Ba Tâm");
    driver.quit();
    let handed_in = place.bare("lt07").only("establishment");
    assert_eq!(handed_in[0].notes["legal_form"], "Tổ hợp chưa đăng ký");
}

#[test]
fn submitting_with_something_blank_or_not_understood_goes_there_and_hands_nothing_in() {
    let place = Place::new();
    let mut driver = new_establishment(&place);
    driver.keys("Cơ sở khô Ba Tâm").answer("Loại hình", "ho kinh doanh<ret>");
    fill_establishment(&mut driver);
    driver.answer("Họ và tên chủ", "<C-u>").keys("<F9><F10>").shows("Chưa nộp được").shows("Họ và tên chủ cơ sở/người đại diện *");
    driver.keys("Nguyễn Thử").answer("Ngày cấp đăng ký", "hôm nọ").keys("<F9>").shows("không hiểu “hôm nọ”").keys("<F10>").shows("[hôm nọ");
    driver.keys("<C-u><F9>").shows("Đủ để nộp").keys("<C-s>").shows("Đã lưu");
}

#[test]
fn another_establishment_brings_its_own_figures_but_what_was_typed_stays() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Mã đề án", "kc-1<ret>").answer("Mốc theo dõi", "2").shows("20/06/2026").answer("Doanh thu kỳ trước", "").shows("[100.000.000");
    driver.answer("Cơ sở thụ hưởng", "tu duoc<ret>").shows("không có trong danh sách").keys("Chọn thử<ret>").hides("20/06/2026");
    driver.answer("Ngày nghiệm thu", "20/6/2026").answer("Doanh thu kỳ trước", "").shows("[250.000.000");
    driver.keys("<C-u>90tr").answer("Cơ sở thụ hưởng", "ba tam<ret>").answer("Doanh thu kỳ trước", "").shows("[90.000.000");
}

#[test]
fn what_becomes_known_while_a_number_is_typed_does_not_change_what_is_typed() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    // The project is looked up by the worker; the person is quicker.
    driver.burst("<C-f>Mã đề án<ret>kc-1<ret><C-f>Doanh thu kỳ sau<ret>1000").shows("[1000 ").keys("5").shows("[10005");
}

#[test]
fn the_review_follows_what_becomes_known_while_it_is_open() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.burst("<C-f>Mã đề án<ret>kc-1<ret><F9>").hides("không có trong danh sách").shows("Còn ");
}

#[test]
fn a_missing_establishment_is_recorded_in_place_and_becomes_the_answer() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Cơ sở thụ hưởng", "<F7>").shows("F2 tạo mới").keys("<F2>").shows("[ ").keys("Cơ sở mắm Năm Én").answer("Loại hình", "ho kinh doanh<ret>");
    fill_establishment(&mut driver);
    driver.keys("<F9><F10>").shows("Đã lưu: Cơ sở mắm Năm Én").shows("Phiếu theo dõi hiệu quả");
    driver.answer("Cơ sở thụ hưởng", "").shows("▾ Cơ sở mắm Năm Én").shows("sau hỗ trợ · Cơ sở mắm");
}

#[test]
fn leaving_a_record_that_was_begun_in_place_goes_back_and_changes_no_answer() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Cơ sở thụ hưởng", "<F2>").shows("Tên cơ sở").keys("<esc>").shows("▾ Cơ sở khô Ba Tâm");
}

#[test]
fn the_last_periods_value_is_one_key_away() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Máy còn sử dụng", "<F5>").shows("Không có giá trị kỳ trước");
}

#[test]
fn find_goes_to_the_question_whose_label_was_typed_in_full() {
    let place = Place::new();
    let mut driver = follow_up(&district(&place));
    driver.answer("Máy còn sử dụng", "1").answer("so ngay chay", "").shows("Số ngày chạy trong kỳ *");
    driver.answer("Trong đó lao động nông thôn", "").shows("\n Trong đó lao động nông thôn *");
}
