//! What a person relies on, wherever they are in the program.

use crate::driver::Driver;
use crate::place::{DUE, Place, district, establishment};

#[test]
fn the_welcome_asks_four_questions_and_makes_a_store() {
    let place = Place::new();
    let laptop = place.bare("new");
    let mut driver = Driver::open(&laptop);
    driver.shows("Chào mừng").keys("<ret>").shows("Cần họ và tên");
    driver.keys("Lê Văn Thử<ret>2<ret>").keys("<ret>").shows("Cần tên máy");
    driver.keys("LT-07<ret>31843, 31825<ret>").shows("Chưa có phiếu nào");
    driver.quit();
    let desk = laptop.desk();
    let identity = desk.identity();
    assert_eq!((identity.person.as_str(), identity.communes.len()), ("Lê Văn Thử", 2));
    assert!(identity.device.starts_with("lt07-"));
}

#[test]
fn language_and_typing_are_chosen_before_there_is_a_store() {
    let place = Place::new();
    let laptop = place.bare("new");
    let mut driver = Driver::open(&laptop);
    driver.keys("<F12>").shows("Welcome").keys("<C-t><C-t>").shows("VNI").keys("Le6 Thu73").shows("Lê Thử");
    driver.keys("<ret><ret>LT-07<ret>31843<ret>").shows("Waiting for you");
    driver.quit();
    let mut driver = Driver::open(&laptop);
    driver.shows("Waiting for you").keys("<F2>Co7 so73").shows("[Cơ sở");
}

#[test]
fn a_commune_that_does_not_exist_leaves_the_welcome_as_it_was_typed() {
    let place = Place::new();
    let mut driver = Driver::open(&place.bare("new"));
    driver.keys("Lê Văn Thử<ret><ret>LT-07<ret>99999<ret>").shows("Không có xã, phường “99999”");
    driver.keys("<esc>").shows("Lê Văn Thử").keys("<C-u>31843<ret>").shows("Chưa có phiếu nào");
}

#[test]
fn the_demo_is_one_key_and_is_marked_on_every_screen() {
    let place = Place::new();
    let mut driver = Driver::open(&place.bare("new").at(DUE));
    driver.keys("<F5>");
    for _ in 0..5 {
        driver.shows(" MẪU ").keys("<tab>");
    }
}

#[test]
fn tabs_go_round_in_both_directions() {
    let place = Place::new();
    let mut driver = Driver::open(&district(&place).laptop);
    for sign in ["Đang chờ bạn", "Tìm cơ sở", "Tìm phiếu", "Đồng bộ với tệp", "2026..2030"] {
        driver.shows(sign).keys("<tab>");
    }
    driver.shows("Đang chờ bạn").keys("<S-tab>").shows("2026..2030").keys("<S-tab>").shows("Đồng bộ với tệp");
}

#[test]
fn a_search_without_tone_marks_and_in_any_order_finds_names() {
    let place = Place::new();
    let mut driver = Driver::open(&district(&place).laptop);
    driver.keys("<tab>").shows("Lò rèn Tư Đước").shows("Hợp tác xã muối");
    driver.keys("duoc lo").shows("Lò rèn Tư Đước").hides("Hợp tác xã").hides("Ba Tâm");
    driver.keys("<C-u>0912345673").shows("Hợp tác xã").hides("Tư Đước");
    driver.keys("<C-u>không có đâu").shows("Không thấy “không có đâu”");
}

#[test]
fn a_pasted_search_points_at_the_first_hit_whatever_was_pointed_at_before() {
    let place = Place::new();
    let mut driver = Driver::open(&district(&place).laptop);
    driver.keys("<tab>").shows("Tư Đước").keys("<down><down>").paste("t").keys("<ret>");
    driver.shows("Quá trình").shows("Ba Tâm").hides("Tư Đước");
}

#[test]
fn after_a_kill_lists_are_looked_through_while_the_store_is_checked_and_what_is_asked_for_follows() {
    let place = Place::new();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    laptop.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    laptop.add("establishment", &establishment("Lò rèn Tư Sang", "0912345672"));
    let mut driver = Driver::after_a_kill(&laptop, |driver| {
        driver.shows("đang kiểm tra").waiting("<tab>").shows("Lò rèn Tư Sang").waiting("khô").shows("Ba Tâm").hides("Lò rèn");
        driver.waiting("<ret>").shows("Đang mở").shows("đang kiểm tra");
    });
    driver.hides("đang kiểm tra").hides("Đang mở").shows("0912345671").keys("<esc>").shows("khô").hides("Lò rèn");
    driver.quit();
    let mut driver = Driver::after_a_kill(&laptop, |driver| {
        driver.waiting("<F2><F2><F2>").shows("đang kiểm tra");
    });
    driver.shows("[").keys("<esc>").shows("Đang chờ");
    driver.quit();
}

#[test]
fn the_lists_of_a_large_store_are_there_as_they_were_left_while_it_is_still_being_opened() {
    use khuyencong::store::{IndexRow, Rows, Store};
    let place = Place::new();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    laptop.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    let settings = laptop.settings();
    let (store, _) = Store::open(&settings.data_dir, settings.clock.now()).unwrap();
    let here = store.view().index().unwrap();
    // As if many more had been there, and this one under another name.
    let left = |at: usize| IndexRow {
        record: format!("{at:036}").into(),
        summary: format!("Cơ sở cũ {at}").into(),
        search: format!("co so cu {at}").into(),
        ..here.nth(0).unwrap().clone()
    };
    let known = IndexRow { summary: "Cơ sở tên cũ".into(), search: "co so ten cu".into(), ..here.nth(0).unwrap().clone() };
    store.close_with(&Rows::new((0..2500).map(left).chain([known]).map(Into::into).collect())).unwrap();
    let mut driver = Driver::while_opening(&laptop, |driver| {
        driver.shows("Đang mở…").hides("kiểm tra").waiting("<tab>").shows("2501").shows("Cơ sở cũ 1");
        driver.waiting("ten cu").shows("Cơ sở tên cũ").waiting("<ret>");
    });
    driver.hides("Đang mở").shows("Cơ sở khô Ba Tâm").shows("0912345671").hides("tên cũ");
    driver.keys("<esc>").keys("<C-u>").shows("Ba Tâm").hides("Cơ sở cũ");
    driver.quit();
}

#[test]
fn who_presses_again_while_the_store_is_checked_gets_one_interview_and_keeps_what_is_typed() {
    let place = Place::new();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    laptop.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    let mut driver = Driver::open(&laptop);
    driver.keys("<tab><ret><F3><end> A<ret><esc><esc>");
    driver.quit();
    let mut driver = Driver::after_a_kill(&laptop, |driver| {
        driver.waiting("<C-t><tab><ret><F3><esc><ret><F3>").shows("đang kiểm tra");
    });
    driver.shows("Tên cơ sở").keys("<up><home>TOP <ret>").keys("<esc><esc><esc><esc>");
    driver.quit();
    let desk = laptop.desk();
    let kept: Vec<String> = desk.store().draft_list().map(|draft| draft.answers["name"].plain()).collect();
    assert_eq!(kept, ["TOP Cơ sở khô Ba Tâm A"]);
    desk.close().unwrap();
    let mut driver = Driver::after_a_kill(&laptop, |driver| {
        driver.waiting("<C-t>").shows("VNI");
    });
    driver.keys("<C-t>").hides("Telex").hides("VNI");
    driver.quit();
}

#[test]
fn f12_changes_the_language_of_every_screen_at_once_and_for_the_next_start() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop);
    let screens = [
        ("Đang chờ bạn", "Waiting for you"),
        ("Tìm cơ sở", "Find (no tone marks"),
        ("Tìm phiếu", "Find a record"),
        ("Đồng bộ với tệp", "Sync with a central file"),
        ("chưa duyệt", "unapproved"),
    ];
    for (vi, en) in screens {
        driver.shows(vi).hides(en).keys("<F12>").shows(en).hides(vi).keys("<F12>").shows(vi).keys("<tab>");
    }
    driver.keys("<tab>ba tam<ret>").shows("Quá trình").keys("<F12>").shows("Timeline").shows("Legal form").keys("<F12>");
    driver.keys("<F2>").shows("chọn mẫu").keys("<F12>").shows("choose a form").shows("Post-support performance");
    driver.keys("<down><down><down><ret>").shows("Project").keys("<F9>").shows("to look at").keys("<F12>").shows("cần xem");
    driver.keys("<esc><F1>").shows("Phím ở màn hình này").keys("<esc><F12><F1>").shows("Keys on this screen").keys("<esc>");
    driver.quit();
    assert!(Driver::open(&d.laptop).screen().contains("Waiting for you"), "it is remembered");
}

#[test]
fn a_failure_says_what_to_do_and_any_key_closes_it() {
    let place = Place::new();
    let mut driver = Driver::open(&district(&place).laptop);
    let folder = place.path("").display().to_string();
    driver.keys("<tab><tab><tab>").paste(&folder).keys("<ret>").shows("Không làm được").shows("là thư mục");
    driver.keys("x").hides("Không làm được").shows("Đồng bộ với tệp");
}

#[test]
fn a_plan_writes_nothing_and_a_second_enter_syncs() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop).sized(120, 40);
    let central = place.path("central.jsonl");
    driver.shows("7 chưa đồng bộ").keys("<tab><tab><tab><ret>").shows("Gõ đường dẫn tệp trước").paste(&central.display().to_string());
    driver.keys("<ret>").shows("Xem trước").shows("gửi đi             7");
    assert!(!central.exists());
    driver.keys("<ret>").shows("Đã đồng bộ").hides("7 chưa đồng bộ");
    assert!(central.exists());
    driver.keys("<tab><S-tab>").shows("central.jsonl");
    driver.quit();
    // Somebody takes the file away; what it was before is there.
    std::fs::rename(&central, place.path("central.jsonl.bak")).unwrap();
    let mut driver = Driver::open(&d.laptop);
    driver.keys("<tab><tab><tab>").paste(&central.display().to_string()).keys("<ret>").shows("! Tệp không còn: lấy lại từ central.jsonl.bak.").shows("đã có ở cả hai     7");
    driver.keys("<ret>").shows("Đã đồng bộ");
    assert!(central.exists());
}

#[test]
fn a_conflict_is_settled_with_a_reason_and_esc_settles_nothing() {
    let place = Place::new();
    let central = place.path("central.jsonl");
    let (one, two) = (place.laptop("lt01", "Lê Văn Thử"), place.laptop("lt02", "Trần Thị Mẫu"));
    let record = one.add("establishment", &crate::place::establishment("Cơ sở khô Ba Tâm", "0912345671"));
    one.sync(&central);
    two.sync(&central);
    one.at("2026-03-11").edit(&record, "address", "Ấp Một");
    two.at("2026-03-12").edit(&record, "address", "Ấp Hai");
    one.sync(&central);
    two.at("2026-03-13").sync(&central);
    let mut driver = Driver::open(&two.at("2026-03-13")).sized(120, 40);
    driver.shows("mâu thuẫn").keys("<ret>").shows("Mâu thuẫn: 1").shows("Ấp Một").shows("Ấp Hai").shows("trước đó: Ấp Thử");
    driver.keys("<ret>").shows("Lý do chọn").keys("<esc>").shows("Mâu thuẫn: 1").hides("Lý do chọn");
    driver.keys("<ret><ret>").shows("Lý do chọn");
    driver.keys("Xem sổ hộ khẩu<ret>").shows("Mâu thuẫn: 0").keys("<esc>").shows("Không có việc nào đang chờ");
    driver.quit();
    let settled = two.only("establishment");
    assert_eq!(settled.last().unwrap().argument("reason"), Some("Xem sổ hộ khẩu"));
}

#[test]
fn a_record_is_struck_out_only_with_a_reason_and_keeps_it() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop).sized(120, 40);
    driver.keys("<tab><tab>KC-1 hop dong<ret>").shows("Lịch sử · 1").keys("<F8>").shows("Hủy phiếu: lý do");
    driver.keys("<ret>").shows("Hủy phiếu: lý do").keys("<esc>").hides("Hủy phiếu: lý do");
    driver.keys("<F8>Nhập nhầm đề án<ret>").shows("Lịch sử · 2").shows("“Nhập nhầm đề án”").shows("hủy");
    driver.quit();
    assert_eq!(d.laptop.only("support_project").last().unwrap().argument("reason"), Some("Nhập nhầm đề án"));
}
