//! Text that came from outside and wants more than to be read: nothing of it reaches the terminal. And a window that changes
//! its size, or Esc, decides nothing.

use crate::driver::Driver;
use crate::place::{Place, establishment};
use khuyencong::locale::plain::is_trick;

/// Colours, a window's title, a cleared screen, a line feed, text that runs backwards, a name that hides its ending.
const TRICKS: &str = "Cơ sở \u{1b}[31m\u{1b}]0;hỏng\u{7}\u{1b}[2J\u{9b}31m\u{8}\u{202e}exe.gpj\u{2066}\u{feff} Thử";

#[test]
fn trap_control_characters_and_text_that_runs_backwards_reach_no_screen() {
    let place = Place::new();
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    let mut answers = establishment(TRICKS, "0912345671");
    answers["owner"] = serde_json::json!(TRICKS);
    answers["address"] = serde_json::json!(TRICKS);
    let record = laptop.add("establishment", &answers);
    laptop.edit(&record, "address", &format!("{TRICKS} 2"));
    let desk = laptop.desk();
    let kept = desk.history(&record).unwrap().revisions()[0].answers["owner"].plain();
    assert!(kept.contains('\u{202e}') || kept.contains('\u{1b}'), "nothing hostile is kept: the test is blind: {kept:?}");
    desk.close().unwrap();
    let mut driver = Driver::open(&laptop).sized(120, 40);
    let mut shown = 0;
    for keys in ["", "<tab>", "<ret>", "<esc>", "<tab>", "<ret>", "<F9>", "<esc>", "<F2>", "<F4>", "<F10>", "<esc>", "<esc>", "<tab>", "<tab>", "<tab>", "<C-p>", "gpj", "<ret>"] {
        driver.keys(keys);
        let buffer = driver.buffer();
        let tricks: Vec<&str> = buffer.content().iter().map(|cell| cell.symbol()).filter(|symbol| symbol.chars().any(is_trick)).collect();
        assert!(tricks.is_empty(), "after {keys:?}: {tricks:?}\n{}", driver.screen());
        shown += usize::from(driver.screen().contains("gpj"));
    }
    assert!(shown > 4, "the record was seen on {shown} screens only");
}

#[test]
fn trap_a_new_size_and_esc_in_the_conflict_screen_choose_nothing() {
    let place = Place::new();
    let central = place.path("central.jsonl");
    let (one, two) = (place.laptop("lt01", "Lê Văn Thử"), place.laptop("lt02", "Trần Thị Mẫu"));
    let record = one.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    one.sync(&central);
    two.sync(&central);
    one.at("2026-03-11").edit(&record, "address", "Ấp Một");
    two.at("2026-03-12").edit(&record, "address", "Ấp Hai");
    one.sync(&central);
    two.at("2026-03-13").sync(&central);
    let before = two.only("establishment");
    let mut driver = Driver::open(&two.at("2026-03-13")).sized(120, 40);
    driver.keys("<ret>").shows("Mâu thuẫn: 1");
    for (width, height) in [(60, 20), (20, 5), (1, 1), (200, 60), (120, 40)] {
        driver.resize(width, height);
        driver.keys("<esc>");
        driver.resize(120, 40);
        driver.keys("<ret>").shows("Mâu thuẫn: 1").keys("<ret>").shows("Lý do chọn");
        driver.resize(width, height);
        driver.resize(120, 40);
        driver.keys("<esc>").shows("Mâu thuẫn: 1");
    }
    driver.quit();
    assert_eq!(two.only("establishment"), before, "nobody chose anything");
}

#[test]
fn a_text_of_a_megabyte_is_pasted_left_kept_opened_again_and_looked_at() {
    let form = "form = \"long\"\nversion = 1\ntitle = \"Dài\"\nsummary = \"${t}\"\n\n[[question]]\nname = \"t\"\ntype = \"text\"\nlabel = \"Một đoạn\"\n\n[[question]]\nname = \"m\"\ntype = \"text\"\nlabel = \"Nhiều dòng\"\nappearance = \"multiline\"\n\n[[question]]\nname = \"n\"\ntype = \"integer\"\nlabel = \"Số\"\n";
    let place = Place::new();
    let laptop = place.laptop("lt01", "Lê Văn Thử");
    let forms = laptop.settings().data_dir.join("forms");
    std::fs::create_dir_all(&forms).unwrap();
    std::fs::write(forms.join("long.toml"), form).unwrap();
    let record = laptop.add("long", &serde_json::json!({"t": "ngắn", "m": "ngắn"}));
    let text = "câu trả lời dài ".repeat(60_000);
    let mut driver = Driver::open(&laptop).sized(120, 40);
    driver.keys("<tab><tab><ret><F3>").shows("Một đoạn").paste(&text).shows("câu trả lời dài  ]").keys("<left>x<home><end><ret>");
    driver.paste(&text.replace(' ', "\n")).keys("<up><left>x<F9><esc><F10>");
    driver.keys("<esc><esc>");
    driver.quit();
    let mut driver = Driver::open(&laptop).sized(120, 40);
    driver.keys("<ret>").shows("Một đoạn").keys("<esc>");
    driver.quit();
    laptop.edit(&record, "t", &"dài".repeat(300_000));
    let mut driver = Driver::open(&laptop).sized(120, 40);
    driver.keys("<tab><tab><ret><F3>").shows("Một đoạn").keys("<down><F9><esc><C-x>");
    driver.quit();
}
