//! A key in the list of 100,000 establishments, from the event to the drawn frame; and taking in what a store of that size
//! tells, which the list waits for.
//!
//! `cargo bench --bench filter`; the figures stand in docs/performance.md.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::{Bencher, black_box};
use khuyencong::locale::{Lang, fold};
use khuyencong::record::clock::Stamp;
use khuyencong::record::history::State;
use khuyencong::store::{Identity, IndexRow, Part, Rows};
use khuyencong::tui::app::App;
use khuyencong::tui::listing::Listing;
use khuyencong::tui::message::{Message, Overview, Reply};
use khuyencong::workbench::Settings;
use khuyencong::workbench::chance::Chance;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::sync::Arc;

const COUNT: usize = 100_000;
const TRADES: [&str; 8] = ["khô cá", "mắm", "bánh phồng tôm", "nước đá", "xay xát lúa", "rèn", "dệt chiếu", "cơ khí"];
const PERSONS: [&str; 4] = ["Lê Văn Thử", "Trần Thị Mẫu", "Nguyễn Văn Ví Dụ", "Phạm Thị An"];
const COMMUNES: [&str; 6] = ["Xã Đầm Dơi", "Xã Phan Ngọc Hiển", "Phường Tân Thành", "Xã U Minh", "Xã Hồng Dân", "Xã Đất Mũi"];

/// With `KHUYENCONG_LINES` the texts that are searched are written into that file, for a rival to search in.
fn main() {
    let Some(file) = std::env::var_os("KHUYENCONG_LINES") else { return divan::main() };
    let lines: Vec<String> = overview(false).listing.rows().values().map(|row| row.search.to_string()).collect();
    std::fs::write(file, lines.join("\n")).expect("the lines are written");
}

fn now() -> chrono::NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|d| d.and_hms_opt(9, 0, 0)).expect("a moment")
}

/// Synthetic establishments, as long as real ones: name, owner, address, phone, commune with its former names.
fn overview(of_both: bool) -> Overview {
    let at = Stamp::parse("2026-03-10T02:00:00.000Z-0000").expect("a stamp");
    let row = |number: usize| {
        let (trade, commune) = (TRADES[number % 8], COMMUNES[number / 8 % 6]);
        let summary = format!("Cơ sở mẫu {trade} số {number:06} · {commune}");
        let search = fold::fold(&format!(
            "{summary} Nguyễn Văn Mẫu {number} Ấp mẫu số {} 09{:08} mau{number}@example.vn Xã Tạ An Khương; Xã Tạ An Khương Đông; Thị trấn Đầm Dơi",
            number % 40,
            number
        ));
        // Every third is a survey of the establishment before it.
        let record = |number: usize| format!("0192f3c0-7a10-7c3e-9d52-{number:012}");
        let is_survey = number % 3 == 2;
        let subject = if is_survey { record(number - 1).into() } else { Part::default() };
        IndexRow {
            record: record(number).into(),
            form: if is_survey && of_both { "establishment_survey" } else { "establishment" }.into(),
            state: [State::Submitted, State::Approved, State::Returned][number / 7 % 3],
            references: if is_survey && of_both { Box::from([subject.clone()]) } else { Box::default() },
            subject: if of_both { subject } else { Part::default() },
            date: format!("20{}-0{}-1{}", 26 + number % 5, 1 + number % 9, number % 10).into(),
            person: PERSONS[number / 11 % 4].into(),
            device: "lt07-k3f9q2".into(),
            at: Stamp { millis: at.millis + (number * 7919 % COUNT) as i64, counter: 0 },
            summary: summary.into(),
            search: search.into(),
            ..IndexRow::default()
        }
    };
    Overview { listing: Arc::new(Listing::new(Rows::new((0..COUNT).map(row).map(Arc::new).collect()))), drafts: Vec::new(), unsynced: 0 }
}

fn open(of_both: bool) -> App {
    let settings = Settings { seed: Some("bench".to_owned()), ..Settings::default() };
    let mut app = App::new(Lang::Vi, Chance::before_store(&settings, "bench"));
    let opened = Reply::Opened { identity: Identity::default(), forms: Vec::new(), overview: overview(of_both), notices: Vec::new() };
    app.update(Message::Reply(Box::new(opened)), now());
    app
}

fn press(app: &mut App, terminal: &mut Terminal<TestBackend>, code: KeyCode) {
    black_box(app.update(Message::Key(KeyEvent::from(code)), now()));
    terminal.draw(|frame| app.view(frame)).expect("drawn");
}

/// Types and erases the last letter of a text that is searched for.
#[divan::bench(sample_count = 100, args = ["c", "co so 0991", "tam dat mui", "zzz"])]
fn a_key_in_establishments(bencher: Bencher<'_, '_>, text: &str) {
    let (mut app, mut terminal) = (open(false), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    press(&mut app, &mut terminal, KeyCode::Tab);
    text.chars().for_each(|c| press(&mut app, &mut terminal, KeyCode::Char(c)));
    let last = text.chars().last().unwrap_or(' ');
    let mut typed = true;
    bencher.bench_local(|| {
        press(&mut app, &mut terminal, if typed { KeyCode::Backspace } else { KeyCode::Char(last) });
        typed = !typed;
    });
}

/// A whole text at once, as pasted or as an input method's burst ends: nothing of it was looked for before.
#[divan::bench(sample_count = 60, args = ["c", "co so 0991", "tam dat mui", "zzz"])]
fn a_text_pasted_in_establishments(bencher: Bencher<'_, '_>, text: &str) {
    let (mut app, mut terminal) = (open(false), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    press(&mut app, &mut terminal, KeyCode::Tab);
    pasted(bencher, &mut app, &mut terminal, text);
}

fn pasted(bencher: Bencher<'_, '_>, app: &mut App, terminal: &mut Terminal<TestBackend>, text: &str) {
    let clear = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    let texts = [text.to_owned(), format!(" {text}")];
    let mut turn = 0;
    bencher.bench_local(|| {
        app.update(Message::Key(clear), now());
        turn = 1 - turn;
        black_box(app.update(Message::Paste(texts[turn].clone()), now()));
        terminal.draw(|frame| app.view(frame)).expect("drawn");
    });
}

/// Two thirds establishments, one third surveys of them; sorted and filtered by the keys before `dam doi`.
const RECORDS: [(&str, &[KeyCode]); 5] = [
    ("all", &[]),
    ("by name", &[KeyCode::F(5), KeyCode::F(5), KeyCode::F(5), KeyCode::F(5), KeyCode::F(5)]),
    ("by person, turned round", &[KeyCode::F(5), KeyCode::F(5), KeyCode::F(5), KeyCode::F(5), KeyCode::F(6)]),
    ("approved", &[KeyCode::F(4), KeyCode::Down, KeyCode::Right, KeyCode::Right, KeyCode::Enter]),
    (
        "of a commune by name",
        &[KeyCode::F(4), KeyCode::Down, KeyCode::Down, KeyCode::Down, KeyCode::Right, KeyCode::Enter, KeyCode::F(5), KeyCode::F(5), KeyCode::F(5), KeyCode::F(5), KeyCode::F(5)],
    ),
];

fn records(at: usize) -> (App, Terminal<TestBackend>) {
    let (mut app, mut terminal) = (open(true), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    [KeyCode::Tab, KeyCode::Tab].iter().chain(RECORDS[at].1).for_each(|key| press(&mut app, &mut terminal, *key));
    (app, terminal)
}

/// Types and erases the last letter of `dam doi` among all records.
#[divan::bench(sample_count = 100, args = [0, 1, 2, 3, 4])]
fn a_key_in_records(bencher: Bencher<'_, '_>, list: usize) {
    let (mut app, mut terminal) = records(list);
    "dam doi".chars().for_each(|c| press(&mut app, &mut terminal, KeyCode::Char(c)));
    let mut typed = true;
    bencher.bench_local(|| {
        press(&mut app, &mut terminal, if typed { KeyCode::Backspace } else { KeyCode::Char('i') });
        typed = !typed;
    });
}

/// The whole of it at once.
#[divan::bench(sample_count = 60, args = [0, 1, 2, 3, 4])]
fn a_text_pasted_in_records(bencher: Bencher<'_, '_>, list: usize) {
    let (mut app, mut terminal) = records(list);
    pasted(bencher, &mut app, &mut terminal, "dam doi");
}

/// The first time that an order is asked for.
#[divan::bench(sample_count = 40)]
fn a_new_order_of_records(bencher: Bencher<'_, '_>) {
    let (mut app, mut terminal) = records(0);
    let mut overview = overview(true);
    bencher.bench_local(|| {
        // Records that are others forget all orders.
        overview.unsynced += 1;
        app.shared.take(overview.clone());
        press(&mut app, &mut terminal, KeyCode::F(5));
    });
}

/// What the worker works out whenever records change.
#[divan::bench(sample_count = 20)]
fn listing(bencher: Bencher<'_, '_>) {
    let rows = overview(true).listing.rows().clone();
    bencher.bench_local(|| black_box(Listing::new(rows.clone())));
}

/// A step down in the unfiltered list.
#[divan::bench(sample_count = 200)]
fn a_step_in_establishments(bencher: Bencher<'_, '_>) {
    let (mut app, mut terminal) = (open(false), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    press(&mut app, &mut terminal, KeyCode::Tab);
    bencher.bench_local(|| press(&mut app, &mut terminal, KeyCode::Down));
}
