//! A key in the interview, from the event to the drawn frame: update (parse, derive, lay out), then draw at 80×24.
//!
//! `cargo bench --bench keystroke`; the figures stand in docs/performance.md.

use crossterm::event::{KeyCode, KeyEvent};
use divan::{Bencher, black_box};
use khuyencong::form::Form;
use khuyencong::interview::{Around, Interview};
use khuyencong::locale::Lang;
use khuyencong::tui::app::App;
use khuyencong::tui::message::{Message, Reply};
use khuyencong::value::{Decimal, Value};
use khuyencong::workbench::Settings;
use khuyencong::workbench::chance::Chance;
use khuyencong::workbench::library::{Library, check_bytes};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::sync::Arc;

fn main() {
    divan::main();
}

fn now() -> chrono::NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|d| d.and_hms_opt(9, 0, 0)).expect("a moment")
}

fn open(form: Arc<Form>) -> App {
    let settings = Settings { seed: Some("bench".to_owned()), ..Settings::default() };
    let mut app = App::new(Lang::Vi, Chance::before_store(&settings, "bench"));
    app.screens.clear();
    let begun = Reply::Begun { record: "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d".to_owned(), form, subject: None, given: Vec::new(), gathered: Vec::new() };
    app.update(Message::Reply(Box::new(begun)), now());
    app
}

fn press(app: &mut App, code: KeyCode) {
    black_box(app.update(Message::Key(KeyEvent::from(code)), now()));
}

/// Types and erases a digit in the form's current field, drawing after each key.
fn keys(bencher: Bencher<'_, '_>, mut app: App) {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a test terminal");
    let mut typed = false;
    bencher.bench_local(|| {
        press(&mut app, if typed { KeyCode::Backspace } else { KeyCode::Char('7') });
        typed = !typed;
        terminal.draw(|frame| app.view(frame)).expect("drawn");
    });
}

#[divan::bench(sample_count = 200)]
fn full_survey_134_questions(bencher: Bencher<'_, '_>) {
    let library = Library::new(&Settings::default());
    let mut app = open(library.form("establishment_survey").expect("the shipped form"));
    // length = full, then on to a typed question
    press(&mut app, KeyCode::Char('2'));
    for _ in 0..6 {
        press(&mut app, KeyCode::Down);
    }
    keys(bencher, app);
}

#[divan::bench(sample_count = 200, args = [200, 1000, 5000])]
fn generated_questions(bencher: Bencher<'_, '_>, count: usize) {
    let mut text = String::from("form = \"many\"\nversion = 1\n");
    for at in 0..count {
        let group = at / 20;
        if at % 20 == 0 {
            text.push_str(&format!("[[question]]\nname = \"g{group}\"\ntype = \"group\"\nlabel = \"Group {group}\"\n"));
        }
        match at % 4 {
            3 => text.push_str(&format!(
                "[[question.question]]\nname = \"q{at}\"\ntype = \"calculate\"\nvalue = \"decimal\"\nlabel = \"Sum {at}\"\ncalculation = \"coalesce(${{q{}}}, 0) + coalesce(${{q{}}}, 0) + coalesce(${{q0}}, 0)\"\n",
                at - 1,
                at - 2
            )),
            _ => text.push_str(&format!("[[question.question]]\nname = \"q{at}\"\ntype = \"decimal\"\nlabel = \"Question {at}\"\nconstraint = \". >= 0\"\n")),
        }
    }
    let form = check_bytes("many", text.as_bytes(), &|_| None).form.expect("the generated form is good");
    keys(bencher, open(Arc::new(form)));
}

/// A form with one repeat of four questions and a result, with that many rows, opened as a draft is.
fn rows(count: usize) -> App {
    let mut text = String::from("form = \"many_rows\"\nversion = 1\n[[question]]\nname = \"first\"\ntype = \"text\"\nlabel = \"First\"\n");
    text.push_str("[[question]]\nname = \"rows\"\ntype = \"repeat\"\nlabel = \"Rows\"\n");
    text.push_str("[[question.question]]\nname = \"what\"\ntype = \"text\"\nlabel = \"What\"\nrequired = \"true()\"\n");
    text.push_str("[[question.question]]\nname = \"amount\"\ntype = \"decimal\"\nlabel = \"Amount\"\nconstraint = \". >= 0\"\n");
    text.push_str("[[question.question]]\nname = \"price\"\ntype = \"money\"\nlabel = \"Price\"\n");
    text.push_str("[[question.question]]\nname = \"day\"\ntype = \"date\"\nlabel = \"Day\"\n");
    text.push_str("[[question.question]]\nname = \"value\"\ntype = \"calculate\"\nvalue = \"decimal\"\nlabel = \"Value\"\ncalculation = \"${amount} * ${price}\"\n");
    let form = Arc::new(check_bytes("many_rows", text.as_bytes(), &|_| None).form.expect("the generated form is good"));
    let settings = Settings { seed: Some("bench".to_owned()), ..Settings::default() };
    let mut app = App::new(Lang::Vi, Chance::before_store(&settings, "bench"));
    app.screens.clear();
    let mut answers = std::collections::BTreeMap::new();
    let mut order: Option<String> = None;
    for at in 0..count {
        let key = khuyencong::interview::order::between(order.as_deref(), None);
        answers.insert(format!("rows/k{at:05}/#"), Value::text(key.clone()));
        answers.insert(format!("rows/k{at:05}/what"), Value::text(format!("Thing {at}")));
        answers.insert(format!("rows/k{at:05}/price"), Value::Number(Decimal::from_f64(1000.0).expect("a number")));
        order = Some(key);
    }
    let around = Around { world: &khuyencong::form::world::Nowhere, now: now(), lang: Lang::Vi };
    let interview = Interview::resume(form, Default::default(), answers, Default::default(), around);
    let editing = Reply::Editing {
        record: "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d".to_owned(),
        interview: Box::new(interview),
        parents: Vec::new(),
        typing: Default::default(),
        cursor: format!("rows/k{:05}/amount", count / 2),
        undo: Vec::new(),
        gathered: Vec::new(),
    };
    app.update(Message::Reply(Box::new(editing)), now());
    app
}

/// A digit typed and erased in the middle of 5,000 rows.
#[divan::bench(sample_count = 100)]
fn rows_5000_typed(bencher: Bencher<'_, '_>) {
    keys(bencher, rows(5000));
}

/// The same in the table of the rows.
#[divan::bench(sample_count = 100)]
fn rows_5000_typed_in_the_table(bencher: Bencher<'_, '_>) {
    let mut app = rows(5000);
    press(&mut app, KeyCode::F(6));
    keys(bencher, app);
}

fn scroll(bencher: Bencher<'_, '_>, mut app: App) {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a test terminal");
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        press(&mut app, if down { KeyCode::Down } else { KeyCode::Up });
        terminal.draw(|frame| app.view(frame)).expect("drawn");
    });
}

/// A step down and up in the middle of 5,000 rows, their questions opened out.
#[divan::bench(sample_count = 100)]
fn rows_5000_scrolled(bencher: Bencher<'_, '_>) {
    scroll(bencher, rows(5000));
}

/// The same in the table.
#[divan::bench(sample_count = 100)]
fn rows_5000_scrolled_in_the_table(bencher: Bencher<'_, '_>) {
    let mut app = rows(5000);
    press(&mut app, KeyCode::F(6));
    scroll(bencher, app);
}

/// A letter of a search among 10,000 choices, all of which it leaves.
#[divan::bench(sample_count = 100)]
fn choices_10000_searched(bencher: Bencher<'_, '_>) {
    let mut text = String::from("form = \"list\"\nversion = 1\n[choices]\nmany = [\n");
    for at in 0..10_000 {
        text.push_str(&format!("{{ name = \"c{at}\", label = {{ vi = \"Xã Đất Mũi số {at}\", en = \"Commune {at}\" }} }},\n"));
    }
    text.push_str("]\n[[question]]\nname = \"one\"\ntype = \"select_one\"\nchoices = \"many\"\nlabel = \"One\"\n");
    let form = check_bytes("list", text.as_bytes(), &|_| None).form.expect("the generated form is good");
    let mut app = open(Arc::new(form));
    "mui so".chars().for_each(|c| press(&mut app, KeyCode::Char(c)));
    keys(bencher, app);
}
