//! How many keys a record takes: a person who knows the keys records a core survey and a follow-up about an establishment
//! that is in the register. Counted on the real screens, and written in `docs/performance.md`.

use crate::driver::Driver;
use crate::place::{DUE, Place, establishment};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// What is typed at a question, by the beginning of its label; several where the question is asked again in another row.
type Book = BTreeMap<&'static str, Vec<&'static str>>;

/// What recording took.
#[derive(Debug, Default, PartialEq)]
struct Taken {
    /// Keys pressed, from the establishment's page to the record being saved.
    keys: usize,
    /// Screens passed through: pages, lists laid over, the review.
    screens: usize,
    /// Characters of the answers as they are read: labels of choices, digits of numbers, texts.
    characters: usize,
    /// Keys that type answers, without those that go on from one to the next or pick from a list.
    typing: usize,
    /// Answers given.
    answers: usize,
    /// Questions that were stopped at although their answer was known.
    known: usize,
}

impl Taken {
    fn keys_per_character(&self) -> f64 {
        self.keys as f64 / self.characters as f64
    }
}

/// The label of the question under the cursor, below the second rule.
fn label(screen: &str) -> String {
    let lines: Vec<&str> = screen.lines().collect();
    let rule = lines.iter().enumerate().skip(3).find(|(_, line)| line.trim_start().starts_with("────")).map_or(0, |(at, _)| at);
    lines.get(rule + 1).unwrap_or(&"").trim().trim_end_matches(" *").to_owned()
}

/// Fills in a form that has just been opened: what stands in the book is typed and Enter goes on; where nothing is to be
/// typed, F4 goes to the next question that still lacks an answer. Ends at the review, with everything answered.
fn fill(driver: &mut Driver, mut book: Book) -> Taken {
    let mut taken = Taken { screens: 1, ..Taken::default() };
    for _ in 0..400 {
        let screen = driver.screen();
        if screen.contains("Đủ để nộp") {
            assert!(book.values().all(Vec::is_empty), "left over: {book:?}\n{screen}");
            return taken;
        }
        let here = label(&screen);
        let typed = book.iter_mut().filter(|(start, typed)| here.starts_with(**start) && !typed.is_empty()).max_by_key(|(start, _)| start.len());
        match typed.map(|(_, typed)| typed.remove(0)) {
            Some(typed) => answer(driver, typed, &mut taken),
            None if screen.contains("Không còn lỗi") || screen.contains("Không có lỗi nào") => press(driver, "<F9>", &mut taken),
            None => {
                taken.known += 1;
                press(driver, "<F4>", &mut taken);
            }
        }
    }
    panic!("no end:\n{}", driver.screen());
}

fn press(driver: &mut Driver, keys: &str, taken: &mut Taken) {
    taken.keys += count(keys);
    driver.keys(keys);
}

/// Keys in the notation: a name in angle brackets is one.
fn count(keys: &str) -> usize {
    let (mut keys, mut found) = (keys.chars(), 0);
    while let Some(c) = keys.next() {
        if c == '<' {
            keys.by_ref().take_while(|c| *c != '>').for_each(drop);
        }
        found += 1;
    }
    found
}

/// `keys=answer as it is read` (of a choice no more than the beginning of its label); without `=` what is typed is what is read. A row that is added is no answer.
fn answer(driver: &mut Driver, typed: &str, taken: &mut Taken) {
    let (keys, read) = typed.split_once('=').unwrap_or((typed, typed));
    press(driver, keys, taken);
    if !read.is_empty() {
        taken.answers += 1;
        taken.characters += read.nfc().count();
        taken.typing += if keys.contains('<') { 0 } else { count(keys) };
    }
    // A digit picks and goes on by itself.
    if !keys.contains('<') && driver.screen().contains(&format!("[{keys}")) {
        press(driver, "<ret>", taken);
    }
}

fn book(answers: &[(&'static str, &[&'static str])]) -> Book {
    answers.iter().map(|(label, typed)| (*label, typed.to_vec())).collect()
}

/// Hands the record in.
fn submit(driver: &mut Driver, taken: &mut Taken) {
    taken.screens += 1;
    press(driver, "<F10>", taken);
    driver.shows("Đã lưu");
}

fn told(name: &str, taken: &Taken) {
    println!(
        "{name}: {} keys ({} of them type, the others pick, go on or open), {} screens, {} answers of {} characters, {:.2} keys a character; stopped {} times where nothing was to be typed",
        taken.keys,
        taken.typing,
        taken.screens,
        taken.answers,
        taken.characters,
        taken.keys_per_character(),
        taken.known
    );
}

#[test]
fn a_core_survey_of_a_known_establishment() {
    let place = Place::new();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    laptop.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    let mut driver = Driver::open(&laptop);
    driver.keys("<tab>ba tam<ret>").shows("Ba Tâm");
    driver.keys("<F2>").shows("Phiếu mới");
    driver.keys("<ret>").shows("Phiếu khảo sát");
    let mut taken = fill(&mut driver, survey_book());
    taken.keys += 2;
    taken.screens += 2;
    submit(&mut driver, &mut taken);
    told("core survey", &taken);
    assert!(taken.keys_per_character() <= 1.3, "{taken:?}");
}

fn survey_book() -> Book {
    book(&[
        ("Loại khảo sát", &["1=Khảo sát lần đầu"]),
        ("Cộng tác viên khảo sát", &["ctv01<ret>=CTV01"]),
        ("Người cung cấp thông tin", &["Nguyễn Thử Nghiệm"]),
        ("Các tháng sản xuất trong năm", &["*<ret>=12 tháng"]),
        ("Tổng nguồn vốn cuối năm", &["500tr=500000000"]),
        ("Enter: thêm dòng", &["<ret>=", "<F4>=", "<F4>=", "<ret>=", "<F4>="]),
        ("Tên sản phẩm", &["Dao Thử"]),
        ("Đơn vị tính", &["kg<ret>=kg"]),
        ("Sản lượng năm số liệu", &["1000"]),
        ("Doanh thu sản phẩm", &["100tr=100000000"]),
        ("Tỷ trọng xuất khẩu", &["0"]),
        ("Hạng sao OCOP", &["1=Chưa có"]),
        ("Danh hiệu sản phẩm", &["1=Chưa có"]),
        ("Doanh thu thuần", &["100tr=100000000"]),
        ("Lao động nam", &["6"]),
        ("Lao động nữ", &["4"]),
        ("Trong đó: lao động thường xuyên", &["10"]),
        ("Trong đó: lao động thời vụ", &["0"]),
        ("Lao động nông thôn", &["10"]),
        ("Nguồn", &["dau do<ret>=Dầu DO"]),
        ("Lượng dùng cả năm", &["1000"]),
        ("Căn cứ số liệu năng lượng", &["1=Hóa đơn"]),
        ("Chất thải phát sinh", &["khong<ret>=Không"]),
        ("Đã được hỗ trợ khuyến công", &["2=Không"]),
        ("Nhu cầu hỗ trợ", &["khong<ret>=Không"]),
        ("Cơ sở đồng ý", &["1=Có"]),
        ("Trạng thái phiếu", &["2=Hoàn thành"]),
    ])
}

#[test]
fn a_follow_up_of_a_supported_establishment() {
    let place = Place::new();
    let d = crate::place::district(&place);
    let mut driver = Driver::open(&d.laptop.at(DUE));
    driver.keys("<tab>ba tam<ret><F2><down><down><down>").shows("Phiếu mới");
    driver.keys("<ret>").shows("Phiếu theo dõi hiệu quả");
    let mut taken = fill(&mut driver, follow_up_book());
    taken.keys += 5;
    taken.screens += 2;
    submit(&mut driver, &mut taken);
    told("follow-up", &taken);
    assert!(taken.keys_per_character() <= 1.3, "{taken:?}");
}

fn follow_up_book() -> Book {
    book(&[
        ("Mã đề án", &["kc-1<ret>=KC-1 · Đề án thử KC-1"]),
        ("Mốc theo dõi", &["2=12 tháng"]),
        ("Căn cứ số liệu", &["2=Sổ sách"]),
        ("Máy còn sử dụng", &["1=Đang sử dụng"]),
        ("Số giờ chạy", &["8"]),
        ("Số ngày chạy", &["100"]),
        ("Sản phẩm chính", &["<up><ret>="]),
        ("Sản phẩm", &["Dao Thử"]),
        ("Sản lượng kỳ sau", &["1200"]),
        ("Enter: thêm dòng", &["<F4>="]),
        ("Có thay nguồn nhiên liệu", &["<up><ret>=", "2=Không"]),
        ("Nguồn", &["dau do<ret>=Dầu DO"]),
        ("Lượng kỳ sau", &["900"]),
        ("Xăng dầu cho xe", &["1=Không dùng"]),
        ("Doanh thu kỳ sau", &["130tr=130000000"]),
        ("Tổng lao động sau", &["30"]),
        ("Trong đó nữ", &["5"]),
        ("Trong đó lao động nông thôn", &["12"]),
        ("Việc làm mới thường xuyên", &["2"]),
        ("Việc làm mới thời vụ", &["0"]),
        ("Lao động giảm", &["0"]),
        ("Thu nhập BQ trước", &["5tr=5000000"]),
        ("Thu nhập BQ sau", &["6tr=6000000"]),
        ("Đánh giá chung", &["1=Tốt"]),
    ])
}
