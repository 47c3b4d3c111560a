//! A key in the interview, from the event to the drawn frame: update (parse, derive, lay out), then draw at 80×24.
//!
//! `cargo bench --bench keystroke`; the figures stand in docs/performance.md.

use crossterm::event::{KeyCode, KeyEvent};
use divan::{Bencher, black_box};
use khuyencong::form::Form;
use khuyencong::locale::Lang;
use khuyencong::tui::app::App;
use khuyencong::tui::message::{Message, Reply};
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
                "[[question.question]]\nname = \"q{at}\"\ntype = \"calculate\"\nvalue = \"decimal\"\nlabel = \"Sum {at}\"\ncalculation = \"sum(${{q{}}}, ${{q{}}}, ${{q0}})\"\n",
                at - 1,
                at - 2
            )),
            _ => text.push_str(&format!("[[question.question]]\nname = \"q{at}\"\ntype = \"decimal\"\nlabel = \"Question {at}\"\nconstraint = \". >= 0\"\n")),
        }
    }
    let form = check_bytes("many", text.as_bytes(), &|_| None).form.expect("the generated form is good");
    keys(bencher, open(Arc::new(form)));
}
