//! Every screen at every size in both languages, empty, ordinary and crowded, as text; and with its styles, dark and light.
//! One file a screen holds its frames. After a change that is meant: `INSTA_UPDATE=always cargo test --test screens gallery`.

use crate::driver::Driver;
use crate::place::{Laptop, Place, district, establishment, follow_up};
use khuyencong::tui::theme::{Look, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

const SIZES: [(u16, u16); 4] = [(80, 24), (60, 20), (120, 40), (200, 60)];

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fill {
    Empty,
    Ordinary,
    Crowded,
}

/// A screen: its name, the keys that lead there from the desk, and what it is shown of.
const SCREENS: &[(&str, &str, &[Fill])] = &[
    ("desk", "", ALL),
    ("establishments", "<tab>", ALL),
    ("establishment", "<tab>ba tam<ret>", SOME),
    ("records", "<tab><tab>", ALL),
    ("records_filtered", "<tab><tab><F4>", SOME),
    ("record", "<tab><tab>theo doi<ret><down>", SOME),
    ("record_why", "<tab><tab>theo doi<ret><down><ret>", ONE),
    ("record_compared", "<tab><tab>theo doi<ret><F7>", ONE),
    ("record_returned", "<tab><tab>theo doi<ret><down><F5>Theo sổ nào?", ONE),
    ("sync", "<tab><tab><tab>", ALL),
    ("conflicts", "<F7>", ALL),
    ("duplicates", "<F8>", ALL),
    ("report", "<S-tab>", ALL),
    ("report_by", "<S-tab><F4><down><ret>", ONE),
    ("report_period", "<S-tab><F6>", ONE),
    ("report_tables", "<S-tab><F5><F6>", ALL),
    ("report_saved", "<S-tab><F2>", ONE),
    ("interview", "<F2>", ONE),
    ("help", "<tab><tab><F1>", ONE),
    ("palette", "<C-p>", ONE),
    ("sync_planned", "<tab><tab><tab><C-u>{central}<ret>", SOME),
    ("sync_running", "<tab><tab><tab><C-u>{central}<ret>", ONE),
    ("sync_done", "<tab><tab><tab><C-u>{central}<ret><ret>", SOME),
    ("failure", "<tab><tab><tab><C-u>/<ret>", ONE),
    ("establishment_new_record", "<tab>ba tam<ret><F2>", ONE),
    ("record_void", "<tab><tab>theo doi<ret><F8>Nhập hai lần", ONE),
    ("record_minutes", "<tab><tab>kiem tra nghiem thu<ret><F10>", ONE),
    ("conflicts_reason", "<F7><ret>Xem sổ", CROWD),
    ("duplicates_reason", "<F8><ret>Cùng một chủ", CROWD),
    ("report_behind", "<S-tab><ret>", ONE),
    ("report_saving", "<S-tab><F2><ret>", ONE),
    ("interview_choices", "<F2><down><F7>", ONE),
    ("interview_note", "<F2><F3>Chủ đi vắng", ONE),
    ("interview_find", "<F2><C-f>dien thoai", ONE),
    ("interview_review", "<F2><F9>", ONE),
    ("interview_discard", "<F2>Cơ sở thử<C-x>", ONE),
    ("interview_follow_up", FOLLOW_UP, ONE),
    ("interview_calendar", "{follow up}<C-f>ngay thu thap<ret><F7>", ONE),
    ("interview_reason", "{follow up}<ret>kc-1<ret><C-f>moc theo doi<ret>2<C-f>ngay thu thap<ret><C-u>1/1/2027<ret>", ONE),
    ("interview_table", "{follow up}<tab><tab><F6>", ONE),
    ("interview_telex", "<F2><C-t>Cow sowr", ONE),
    ("review_minutes", "<tab><tab>kiem tra nghiem thu<ret><F3><F9><F6>", ONE),
];

const FOLLOW_UP: &str = "<tab>ba tam<ret><F2><down><down><down><ret>";

/// Shown while the worker is still at it.
const AT_WORK: &[(&str, u64)] = &[("sync_running", 12_345), ("report_saving", 90_000)];

const ALL: &[Fill] = &[Fill::Empty, Fill::Ordinary, Fill::Crowded];
const SOME: &[Fill] = &[Fill::Ordinary, Fill::Crowded];
const ONE: &[Fill] = &[Fill::Ordinary];
const CROWD: &[Fill] = &[Fill::Crowded];

/// A supervisor's laptop with nothing, with a district, or with a crowd of names that are long, wide, alike or in conflict.
fn laptop(place: &Place, fill: Fill) -> Laptop {
    let office = place.office();
    let central = place.path("central.jsonl");
    if fill == Fill::Empty {
        return office.at("2027-06-27T08:00:00+07:00");
    }
    let d = district(place);
    let desk = d.laptop.desk();
    let project = desk.rows().values().find(|row| row.form == "support_project").unwrap().record.clone();
    desk.close().unwrap();
    let record = d.laptop.add("post_support_performance", &follow_up(&project, &d.ba_tam));
    let later = d.laptop.at("2027-06-26T15:30:00+07:00");
    later.edit(&record, "revenue_after", "125tr");
    if fill == Fill::Crowded {
        for at in 0..60 {
            let name = [
                "Cơ sở sản xuất, chế biến và kinh doanh thủy hải sản khô xuất khẩu Thử Nghiệm chi nhánh",
                "Hợp tác xã 日本語 名前",
                "Vie\u{302}\u{323}t \u{1f6a2} Thử",
                "Cơ sở Minh Phát",
            ][at % 4];
            later.add("establishment", &establishment(&format!("{name} {}", at / 8), &format!("09123{at:05}")));
        }
    }
    later.sync(&central);
    office.at("2027-06-26T16:00:00+07:00").sync(&central);
    if fill == Fill::Crowded {
        later.edit(&record, "revenue_after", "126tr");
        office.at("2027-06-26T17:00:00+07:00").edit(&record, "revenue_after", "127tr");
        later.sync(&central);
        office.at("2027-06-26T18:00:00+07:00").sync(&central);
    }
    office.at("2027-06-27T08:00:00+07:00")
}

fn hide(place: &Place, driver: &Driver) -> String {
    place.hide(&driver.screen())
}

/// All frames of a screen over one fill.
fn frames(place: &Place, driver: &mut Driver, fill: Fill, at_work: Option<u64>, out: &mut String) {
    for language in ["vi", "en"] {
        for (width, height) in SIZES {
            driver.resize(width, height);
            let _ = writeln!(out, "## {fill:?} {language} {width}x{height}\n{}\n", hide(place, driver));
            let screen = driver.screen();
            let wide = screen.lines().find(|line| unicode_width::UnicodeWidthStr::width(*line) > usize::from(width));
            assert_eq!(wide, None, "a line is wider than the window");
        }
        press(place, driver, "<F12>", at_work);
    }
    driver.resize(80, 24);
    for theme in [Theme::Dark, Theme::Light] {
        Look { theme, ascii: false }.set();
        let _ = writeln!(out, "## {fill:?} {theme:?} 80x24, styles\n{}\n", styles(&driver.buffer()));
    }
    Look::default().set();
}

/// Presses keys, also while the worker is at something; `{central}` is the path of the office's file.
fn press(place: &Place, driver: &mut Driver, keys: &str, at_work: Option<u64>) {
    let keys = keys.replace("{follow up}", FOLLOW_UP).replace("{central}", &place.path("central.jsonl").display().to_string());
    match at_work {
        // All but what the last key asks for is done.
        Some(seen) => {
            let (before, last) = keys.strip_suffix("<ret>").map_or(("", keys.as_str()), |before| (before, "<ret>"));
            if !before.is_empty() {
                driver.keys(before);
            }
            driver.at_work(last, seen)
        }
        None => driver.keys(&keys),
    };
}

/// Which style stands where: a letter for each, and what the letters mean.
fn styles(buffer: &Buffer) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut text = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        let line: String = row.iter().map(|cell| letter(cell, &mut known)).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for (at, style) in known.iter().enumerate() {
        let _ = writeln!(text, "{} {style}", char::from(b'a' + at as u8));
    }
    text
}

fn letter(cell: &Cell, known: &mut Vec<String>) -> char {
    let style = match (cell.fg, cell.modifier) {
        (Color::Reset, modifier) if modifier == Modifier::empty() => return ' ',
        (colour, modifier) => format!("{colour} {modifier:?}"),
    };
    let at = known.iter().position(|k| *k == style).unwrap_or_else(|| {
        known.push(style);
        known.len() - 1
    });
    char::from(b'a' + at as u8)
}

fn home(driver: &mut Driver) {
    for _ in 0..6 {
        driver.keys("<esc>");
    }
    driver.keys("<C-p><C-u>ban lam viec<ret>");
}

#[test]
fn every_screen_at_every_size() {
    let mut files: Vec<String> = vec![String::new(); SCREENS.len()];
    for fill in ALL.iter().copied() {
        let place = Place::new();
        let mut driver = Driver::open(&laptop(&place, fill));
        for (at, (name, keys, _)) in SCREENS.iter().enumerate().filter(|(_, (.., fills))| fills.contains(&fill)) {
            home(&mut driver);
            let at_work = AT_WORK.iter().find(|(working, _)| working == name).map(|(_, seen)| *seen);
            press(&place, &mut driver, keys, at_work);
            frames(&place, &mut driver, fill, at_work, &mut files[at]);
        }
    }
    for ((name, ..), frames) in SCREENS.iter().zip(files) {
        insta::assert_snapshot!(*name, frames);
    }
}

#[test]
fn the_welcome_at_every_size() {
    let place = Place::new();
    let mut driver = Driver::open(&place.bare("new"));
    let mut text = String::new();
    for keys in ["", "Lê Văn Thử<ret><right>", "<ret><ret>", "LT-07<ret>99999"] {
        driver.keys(keys);
        frames(&place, &mut driver, Fill::Empty, None, &mut text);
    }
    insta::assert_snapshot!("welcome", text);
    let mut driver = Driver::open(&place.bare("other").at(crate::place::DUE));
    let mut text = String::new();
    driver.at_work("<F5>", 120);
    frames(&place, &mut driver, Fill::Empty, Some(120), &mut text);
    insta::assert_snapshot!("welcome_demo", text);
}
