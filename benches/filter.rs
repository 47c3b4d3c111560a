//! A key in the list of 100,000 establishments, from the event to the drawn frame; and taking in what a store of that size
//! tells, which the list waits for.
//!
//! `cargo bench --bench filter`; the figures stand in docs/performance.md.

use crossterm::event::{KeyCode, KeyEvent};
use divan::{Bencher, black_box};
use khuyencong::locale::{Lang, collate, fold};
use khuyencong::record::clock::Stamp;
use khuyencong::record::history::State;
use khuyencong::store::{Identity, IndexRow};
use khuyencong::tui::app::App;
use khuyencong::tui::message::{Message, Overview, Reply};
use khuyencong::workbench::Settings;
use khuyencong::workbench::chance::Chance;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const COUNT: usize = 100_000;
const TRADES: [&str; 8] = ["khô cá", "mắm", "bánh phồng tôm", "nước đá", "xay xát lúa", "rèn", "dệt chiếu", "cơ khí"];
const COMMUNES: [&str; 6] = ["Xã Đầm Dơi", "Xã Phan Ngọc Hiển", "Phường Tân Thành", "Xã U Minh", "Xã Hồng Dân", "Xã Đất Mũi"];

fn main() {
    divan::main();
}

fn now() -> chrono::NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|d| d.and_hms_opt(9, 0, 0)).expect("a moment")
}

/// Synthetic establishments, as long as real ones: name, owner, address, phone, commune with its former names.
fn overview() -> Overview {
    let at = Stamp::parse("2026-03-10T02:00:00.000Z-0000").expect("a stamp");
    let row = |number: usize| {
        let (trade, commune) = (TRADES[number % 8], COMMUNES[number / 8 % 6]);
        let summary = format!("Cơ sở mẫu {trade} số {number:06} · {commune}");
        let search = fold::fold(&format!(
            "{summary} Nguyễn Văn Mẫu {number} Ấp mẫu số {} 09{:08} mau{number}@example.vn Xã Tạ An Khương; Xã Tạ An Khương Đông; Thị trấn Đầm Dơi",
            number % 40,
            number
        ));
        IndexRow {
            record: format!("0192f3c0-7a10-7c3e-9d52-{number:012}"),
            form: "establishment".to_owned(),
            version: 1,
            state: State::Submitted,
            lapsed: false,
            conflicts: 0,
            problems: 0,
            warnings: 0,
            subject: String::new(),
            references: Vec::new(),
            date: String::new(),
            person: "Lê Văn Thử".to_owned(),
            device: "lt07-k3f9q2".to_owned(),
            at,
            summary,
            search,
            identity: Vec::new(),
        }
    };
    let rows: Vec<IndexRow> = (0..COUNT).map(row).collect();
    let mut named: Vec<(Vec<u8>, usize)> = rows.iter().enumerate().map(|(at, row)| (collate::key(&row.summary), at)).collect();
    named.sort_unstable();
    let mut ranks = vec![u32::MAX; rows.len()];
    named.iter().zip(0..).for_each(|((_, at), rank)| ranks[*at] = rank);
    let by_name = named.iter().map(|(_, at)| rows[*at].record.clone()).collect();
    Overview { rows: rows.into_iter().collect(), drafts: Vec::new(), unsynced: 0, by_name, ranks }
}

fn open() -> App {
    let settings = Settings { seed: Some("bench".to_owned()), ..Settings::default() };
    let mut app = App::new(Lang::Vi, Chance::before_store(&settings, "bench"));
    let opened = Reply::Opened { identity: Identity::default(), forms: Vec::new(), overview: overview(), notices: Vec::new() };
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
    let (mut app, mut terminal) = (open(), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    press(&mut app, &mut terminal, KeyCode::Tab);
    text.chars().for_each(|c| press(&mut app, &mut terminal, KeyCode::Char(c)));
    let last = text.chars().last().unwrap_or(' ');
    let mut typed = true;
    bencher.bench_local(|| {
        press(&mut app, &mut terminal, if typed { KeyCode::Backspace } else { KeyCode::Char(last) });
        typed = !typed;
    });
}

/// The same among all records.
#[divan::bench(sample_count = 60)]
fn a_key_in_records(bencher: Bencher<'_, '_>) {
    let (mut app, mut terminal) = (open(), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    press(&mut app, &mut terminal, KeyCode::Tab);
    press(&mut app, &mut terminal, KeyCode::Tab);
    "dam doi".chars().for_each(|c| press(&mut app, &mut terminal, KeyCode::Char(c)));
    let mut typed = true;
    bencher.bench_local(|| {
        press(&mut app, &mut terminal, if typed { KeyCode::Backspace } else { KeyCode::Char('i') });
        typed = !typed;
    });
}

/// A step down in the unfiltered list.
#[divan::bench(sample_count = 200)]
fn a_step_in_establishments(bencher: Bencher<'_, '_>) {
    let (mut app, mut terminal) = (open(), Terminal::new(TestBackend::new(80, 24)).expect("a test terminal"));
    press(&mut app, &mut terminal, KeyCode::Tab);
    bencher.bench_local(|| press(&mut app, &mut terminal, KeyCode::Down));
}
