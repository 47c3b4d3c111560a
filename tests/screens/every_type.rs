//! Every question type and appearance on the screen: asked, read, shown; and every form at hand walked through.

use crate::driver::Driver;
use crate::place::Place;
use khuyencong::form::Form;
use khuyencong::intake::Incoming;
use khuyencong::workbench::library::check_bytes;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A form file; what it lacks beside it is blank.
fn form_in(file: &Path) -> Option<Arc<Form>> {
    let bytes = std::fs::read(file).unwrap();
    let folder = file.parent().unwrap().to_owned();
    let lists = move |name: &str| std::fs::read_to_string(folder.join(name)).ok().map(Arc::from);
    check_bytes(&file.display().to_string(), &bytes, &lists).form.map(Arc::new)
}

fn form(toml: &str) -> Arc<Form> {
    let report = check_bytes("form.toml", toml.as_bytes(), &|_| None);
    Arc::new(report.form.unwrap_or_else(|| panic!("{:#?}", report.problems)))
}

fn every_type() -> Driver {
    Driver::trying(form_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/every_type.toml")).unwrap())
}

/// A form of one question.
fn asking(question: &str) -> Driver {
    Driver::trying(form(&format!("form = \"one\"\nversion = 1\ntitle = \"Một\"\n[[question]]\nname = \"q\"\n{question}\n")))
}

#[test]
fn a_form_of_every_type_looks_so() {
    for (name, size) in [("vi_80x24", (80, 24)), ("en_80x24", (80, 24)), ("vi_60x20", (60, 20)), ("en_120x40", (120, 40))] {
        let mut driver = every_type().sized(size.0, size.1);
        if name.starts_with("en") {
            driver.keys("<F12>");
        }
        driver.keys("Ba Tâm<down>một<A-ret>hai<down>12");
        let mut seen = vec![driver.screen()];
        for keys in [
            "<tab>5<down>2<down><down>3tr<down><down><right><right><down><right><down><down>",
            "<tab><down>7/2026<down>7:30<down>1/7/26 14:05<up>",
            "<tab>1<ret><right><esc><down>1<down><right><esc>",
            "<tab>9.18 105.15<down>9.18 105.15; 9.19 105.16<down>9.18 105.15; 9.19 105.15; 9.19 105.16",
            "<tab>/nowhere/photo.jpg<down>",
            "<tab><ret>Máy cưa<ret>0<ret><ret>Lưỡi<ret>",
            "<tab><down><down><down>",
            "<F9>",
        ] {
            driver.keys(keys);
            seen.push(driver.screen());
        }
        insta::assert_snapshot!(format!("every_type_{name}"), seen.join("\n\n"));
    }
}

#[test]
fn markdown_is_read_and_not_shown() {
    let mut driver = every_type();
    driver.shows("Xin chào. Đọc kỹ hướng dẫn").shows("(https://example.org/huong-dan) trước").shows("Tên cơ sở").shows("Như trên biển hiệu").hides("**");
    driver.keys("Ba Tâm<F9>").shows("Tên cơ sở: Ba Tâm").hides("**");
}

#[test]
fn answers_stand_in_labels_hints_messages_choices_and_in_the_review() {
    let mut driver = every_type();
    driver.shows("Chưa có tên cơ sở").keys("Ba Tâm<down>").shows("Kể về Ba Tâm").keys("x<down>12").shows("Số công tơ của Ba Tâm có 6 chữ số");
    driver.answer("Chủ máy", "<ret>").shows("Như Ba Tâm").keys("1").shows("Như Ba Tâm");
    driver.answer("máy của", "").keys("<F9>").shows("Kể về Ba Tâm: x").shows("Chủ máy: Như Ba Tâm").hides("${");
}

#[test]
fn a_row_of_a_repeat_says_in_review_and_table_what_it_is() {
    let mut driver = every_type();
    driver.keys("Ba Tâm<tab><tab><tab><tab><tab><tab><ret>Cưa<ret>0").shows("Máy của Ba Tâm · 1 dòng").shows("Công suất của Cưa phải lớn hơn 0");
    driver.keys("<F6>").shows("Máy của Ba Tâm").shows("✗ 0").keys("<esc><F9>").shows("✗ 1. Công suất: Công suất của Cưa phải lớn hơn 0").shows("1. Tên máy 1: Cưa").hides("${");
}

#[test]
fn rows_that_the_form_counts_appear_and_are_neither_added_nor_deleted_by_hand() {
    let mut driver = every_type();
    driver.answer("Số nhà xưởng", "2<ret>").shows("Nhà xưởng · 2 dòng");
    driver.keys("<F8>").shows("Số dòng của bảng này do mẫu phiếu định").shows("Nhà xưởng · 2 dòng");
    driver.keys("<F6><F2>").shows("do mẫu phiếu định").keys("<F5>").shows("do mẫu phiếu định").keys("<F8>").shows("do mẫu phiếu định").shows("2 dòng");
}

#[test]
fn a_file_is_answered_with_its_path_and_shown_with_name_and_size() {
    let place = Place::new();
    std::fs::write(place.path("máy.jpg"), vec![7; 12_345]).unwrap();
    let path = place.path("máy.jpg").display().to_string();
    let mut driver = every_type();
    driver.answer("Ảnh máy", "").shows("gõ hoặc dán đường dẫn").paste(&path).shows("Enter: đọc tệp này");
    driver.keys("<ret><up>").shows("máy.jpg · 12,3 KB").hides("Enter: đọc tệp này");
    // Another path takes its place only when it was read; undo brings the first back.
    driver.keys("/no<ret><up>").shows("Không có tệp /no").keys("<bs><bs><bs>").shows("máy.jpg · 12,3 KB");
    driver.keys("<F9>").shows("Ảnh máy: máy.jpg · 12,3 KB").keys("<esc><bs>").hides("máy.jpg").keys("<C-z>").shows("máy.jpg");
}

/// Hands a record in as `record add` does.
fn add_with_files(laptop: &crate::place::Laptop, answers: &serde_json::Value) -> String {
    let mut desk = laptop.desk();
    let form = desk.form("one").unwrap();
    let incoming = Incoming { answers: answers.as_object().unwrap().clone(), ..Incoming::default() };
    let ready = desk.ready(&form, vec![incoming], false).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let record = desk.hand_in(&form, ready.records).unwrap().remove(0);
    desk.close().unwrap();
    record
}

#[test]
fn an_attached_file_is_copied_into_the_store_and_handed_in() {
    let place = Place::new();
    std::fs::write(place.path("a.pdf"), b"abc").unwrap();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    std::fs::create_dir_all(laptop.settings().data_dir.join("forms")).unwrap();
    std::fs::write(
        laptop.settings().data_dir.join("forms/one.toml"),
        "form = \"one\"\nversion = 1\ntitle = \"Một\"\n[[question]]\nname = \"paper\"\ntype = \"file\"\nlabel = \"Giấy tờ\"\n",
    )
    .unwrap();
    let record = add_with_files(&laptop, &json!({ "paper": place.path("a.pdf").display().to_string() }));
    let desk = laptop.desk();
    let file = desk.history(&record).unwrap().revisions()[0].answers["paper"].to_json();
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(file, format!("{{\"sha256\":\"{hash}\",\"bytes\":3,\"name\":\"a.pdf\"}}"));
    desk.close().unwrap();
    // As the screen does it: the same file twice is one copy.
    let mut worker = khuyencong::tui::worker::Worker::new(laptop.settings());
    worker.carry_out(khuyencong::tui::message::Effect::Open);
    let effect = khuyencong::tui::message::Effect::Attach { record: record.clone(), path: "paper".into(), file: place.path("a.pdf").display().to_string() };
    worker.carry_out(effect);
    assert_eq!(std::fs::read(laptop.settings().data_dir.join("attachments").join(hash)).unwrap(), b"abc");
}

#[test]
fn a_range_is_typed_or_stepped_and_keeps_to_its_steps_also_downwards() {
    let mut driver = every_type();
    driver.answer("Điểm", "<right>").shows("[0 ").shows("0 ├●").keys("<right><right>").shows("[4 ").shows("┤ 10").keys("<left>").shows("[2 ").keys("<left><left>").shows("[0 ");
    driver.keys("<bs>3").shows("✗ Phải từ 0 đến 10, mỗi bước 2").keys("<right>").shows("[6 ").hides("✗");
    driver.answer("Độ dốc", "<right><right>").shows("[1 ").hides("✗").keys("<left><left>").shows("[1,5 ").hides("✗");
}

#[test]
fn a_line_and_an_area_are_typed_as_points_and_the_area_closes() {
    let mut driver = every_type();
    driver.answer("Đường vào", "9.18 105.15").shows("✗ Không phải đường").keys("; 9.18 105.16").shows("2 điểm").hides("✗");
    driver.answer("Sân", "9.18 105.15; 9.19 105.15").shows("✗ Không phải vùng").keys("; 9.19 105.16").shows("3 điểm").hides("✗");
    driver.keys("<down><F9>").shows("Sân: 9.18 105.15; 9.19 105.15; 9.19 105.16; 9.18 105.15");
}

#[test]
fn ranks_move_up_and_down() {
    let mut driver = every_type();
    driver.answer("Xếp hạng", "<ret>").keys("123").shows("3. Dầu diesel").keys("<left>").shows("2. Dầu diesel").shows("3. Trấu").keys("<left><left>").shows("1. Dầu diesel");
    driver.keys("<right><ret>").shows("Củi, Dầu diesel, Trấu");
}

#[test]
fn choices_in_any_order_follow_their_seed() {
    let mut driver = every_type();
    driver.answer("Thứ tự ngẫu nhiên", "<ret>");
    let order = |screen: &str| ["Ấp Bắc 1", "Ấp Bắc 2", "Ấp Nam 1"].map(|choice| screen.find(choice).unwrap());
    let first = order(&driver.screen());
    // The same shuffle as `randomize(…, 3)` of the other engines: last, first, second.
    assert!(!first.is_sorted(), "{}", driver.screen());
    driver.keys("<esc><ret>");
    assert_eq!(order(&driver.screen()), first);
}

#[test]
fn several_lines_are_typed_pasted_and_kept() {
    let mut driver = every_type();
    driver.keys("<down>một<A-ret>hai").shows("một↵hai").paste("ba\r\nbốn").shows("một↵haiba↵bốn").keys("<down><up>").shows("một↵haiba↵bốn");
    driver.keys("<F9>").shows("một haiba bốn");
    // Elsewhere a line end is a space.
    let mut driver = every_type();
    driver.paste("Ba\nTâm").shows("[Ba Tâm ");
}

#[test]
fn what_is_only_shown_can_be_read_but_not_typed_into() {
    let mut driver = every_type();
    driver.keys("<tab>5<down>2<F4>").answer("Mỗi người", "9").shows("Máy tính, không nhập").shows("= 0,4").keys("<F9>").shows("Mỗi người: 0,4");
    let mut driver = every_type();
    driver.answer("Chỉ xem", "x<bs>").paste("y");
    driver.shows("Chỉ để xem").shows("cố định").keys("<F9>").shows("Chỉ xem: cố định");
    let mut driver = asking("type = \"note\"\nlabel = \"Chỉ là lời chào\"");
    driver.keys("abc").paste("def");
    driver.hides("abc").hides("def").keys("<F9>").hides("abc");
}

#[test]
fn what_is_to_be_acknowledged_is_marked_and_unmarked() {
    let mut driver = asking("type = \"acknowledge\"\nlabel = \"Đồng ý\"");
    driver.keys(" ").shows("✓").keys(" ").shows("▾ –").keys(" <bs>").shows("▾ –").paste("x");
    driver.shows("▾ –").keys("<ret><esc>").shows("✓");
}

#[test]
fn a_long_note_and_a_long_question_can_be_read_to_the_end() {
    let long = "từ ".repeat(60) + "cuối";
    let mut driver = asking(&format!("type = \"note\"\nlabel = \"{long}\""));
    driver.shows("cuối");
    let mut driver = asking(&format!("type = \"text\"\nlabel = \"{long}\"\nhint = \"gợi ý\""));
    driver.shows("cuối").shows("gợi ý");
    let mut driver = driver.sized(60, 20);
    driver.shows("cuối");
}

#[test]
fn a_form_without_questions_says_so() {
    let mut driver = Driver::trying(form("form = \"none\"\nversion = 1\ntitle = \"Trống\"\n"));
    driver.shows("không có gì để hỏi").keys("<ret><down><up><tab>abc<F4><F6><F9><esc>");
}

#[test]
fn a_form_in_other_languages_speaks_its_default_one() {
    let driver_of = |languages: &str| {
        let report = format!(
            "form = \"one\"\nversion = 1\ntitle = \"Un\"\nlanguages = {languages}\n[[question]]\nname = \"q\"\ntype = \"text\"\nlabel = {{ Deutsch = \"Wie ${{1}}?\", \"Français (fr)\" = \"Quel âge ?\" }}\n"
        );
        Driver::trying(form(&report.replace("${1}", "alt")))
    };
    let mut driver = driver_of("[\"Français (fr)\", \"Deutsch\"]");
    driver.shows("Quel âge ?").keys("abc<C-l>").shows("Wie alt?").shows("Mẫu phiếu bằng: Deutsch").shows("[abc ");
    driver.keys("d<C-l>").shows("Quel âge ?").shows("[abcd ");
    driver_of("[\"Deutsch\", \"Français (fr)\"]").shows("Wie alt?");
}

/// Every key that moves, at every question, and a little typing.
fn walk(driver: &mut Driver) {
    let count = driver.app.screens.len();
    assert_eq!(count, 1);
    for round in ["<ret>", "<down>", "<tab>", "1<down>", "x<F6><esc><ret>", "<F7><esc><down>", "<up>"] {
        for _ in 0..70 {
            driver.keys(round);
            if driver.app.closed {
                return;
            }
        }
        driver.screen();
        driver.keys("<esc>".repeat(usize::from(round == "<ret>")).as_str());
        if driver.app.closed {
            return;
        }
    }
    driver.keys("<F12>").screen();
    driver.keys("<F9>").screen();
    driver.keys("<C-q>");
    assert!(driver.app.closed);
}

fn files_of(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| endings.iter().any(|known| *known == ending)));
    files.sort();
    files
}

#[test]
fn every_shipped_form_and_every_other_at_hand_is_walked_through() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = files_of(&root.join("forms"), &["toml"]);
    files.push(root.join("tests/fixtures/every_type.toml"));
    let shared = std::env::var_os("KHUYENCONG_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    match shared.join("conformance").is_dir() {
        true => {
            files.extend(files_of(&shared.join("conformance/xlsforms"), &["xls", "xlsx", "xlsm", "xml"]));
            files.extend(files_of(&shared.join("conformance/forms"), &["xml"]));
        }
        false => println!("skipped: {} is not there", shared.display()),
    }
    let mut walked = 0;
    for file in &files {
        let Some(form) = form_in(file) else {
            println!("not a form that can be asked: {}", file.display());
            continue;
        };
        let size = if walked % 2 == 0 { (80, 24) } else { (60, 20) };
        walk(&mut Driver::trying(form).sized(size.0, size.1));
        walked += 1;
    }
    println!("{walked} of {} forms walked through", files.len());
    assert!(walked > 5);
}

#[test]
fn a_form_of_a_thousand_questions_is_typed_in_and_scrolled() {
    let questions: String =
        (0..1000).map(|at| format!("[[question]]\nname = \"q{at}\"\ntype = \"integer\"\nlabel = \"Câu {at} sau ${{q{}}}\"\nconstraint = \". >= 0\"\n", at.max(1) - 1)).collect();
    let mut driver = Driver::trying(form(&format!("form = \"long\"\nversion = 1\ntitle = \"Dài\"\n{questions}")));
    let started = std::time::Instant::now();
    for at in 0..200 {
        driver.keys(&format!("{at}"));
        driver.screen();
        driver.keys("<down>");
        driver.screen();
    }
    println!("{} ms for 200 questions answered and drawn", started.elapsed().as_millis());
    driver.shows("Câu 200 sau 199").keys("<pgup><pgup>").shows("Câu 184 sau 183");
    let label = "Câu 999 sau";
    driver.answer(label, "7").shows("[7 ").keys("<ret>").shows("F10");
}
