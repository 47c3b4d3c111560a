//! What is fuzzed: everything that reads bytes from outside. Each target takes any bytes and must neither panic nor hang;
//! what must hold beyond that is asserted in it. Shared by `fuzz_targets/` (cargo-fuzz) and `tests/fuzz.rs` (stable Rust).

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use khuyencong::form::Form;
use khuyencong::form::world::Nowhere;
use khuyencong::interview::{Around, Interview, Who};
use khuyencong::locale::Lang;
use khuyencong::record::Entry;
use khuyencong::record::revision::{ID_AT, digest_of, hex};
use khuyencong::store::{Drafts, trial};
use khuyencong::tui::burst::messages;
use khuyencong::tui::field::Field;
use khuyencong::tui::message::Message;
use khuyencong::tui::typing::{Composer, Mode};
use khuyencong::workbench::library::check_bytes;
use std::sync::Arc;

/// A target: the name of its corpus, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 9] = [
    ("form_toml", form_toml),
    ("xform", xform),
    ("xlsform", xlsform),
    ("xlsform_text", xlsform_text),
    ("expression", expression),
    ("central_line", central_line),
    ("store_value", store_value),
    ("drafts", drafts),
    ("key_bursts", key_bursts),
];

fn begin(form: Option<Form>) {
    let Some(form) = form else { return };
    let around = Around { world: &Nowhere, now: chrono::NaiveDateTime::default(), lang: Lang::Vi };
    let mut interview = Interview::begin(Arc::new(form), &Who::default(), around);
    interview.finish(around);
    let _ = interview.findings();
}

/// Reads, checks and begins a form; every problem must be sayable in both languages.
fn form(name: &str, bytes: &[u8]) {
    let report = check_bytes(name, bytes, &|_: &str| None);
    for problem in &report.problems {
        assert!(!problem.what.get(Lang::Vi).is_empty() && !problem.what.get(Lang::En).is_empty(), "a problem without a sentence");
    }
    begin(report.form);
}

pub fn form_toml(bytes: &[u8]) {
    form("a.toml", bytes);
}

pub fn xform(bytes: &[u8]) {
    form("a.xml", bytes);
}

pub fn xlsform(bytes: &[u8]) {
    form("a.xlsx", bytes);
}

/// An XLSForm as text, its sheets one after another.
pub fn xlsform_text(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok((draft, _)) = khuyencong::form::xlsform::read_text("a.md", text)
        && let Ok((form, _)) = khuyencong::form::check::check(&draft, &|_: &str| None)
    {
        begin(Some(form));
    }
}

/// Parsed, compiled and evaluated in a form with a number, a text, choices and a table.
pub fn expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let quoted = serde_json::Value::String(text.replace('\u{7f}', "")).to_string();
    let source = format!("{}\n[[question]]\nname = \"x\"\ntype = \"calculate\"\ncalculate = {quoted}\n", include_str!("around.toml"));
    form("a.toml", source.as_bytes());
}

/// As it is, and with the hash that it ought to have, so that what lies behind the hash is reached.
pub fn central_line(bytes: &[u8]) {
    line(bytes);
    if bytes.starts_with(b"{\"record\":") && bytes.len() >= ID_AT + 64 {
        let id = hex(&digest_of(bytes));
        line(&[&bytes[..ID_AT], id.as_bytes(), &bytes[ID_AT + 64..]].concat());
    }
    trial::journal(bytes).unwrap();
}

fn line(bytes: &[u8]) {
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.line().as_bytes(), bytes, "an accepted line is written as it was read");
    }
}

pub fn store_value(bytes: &[u8]) {
    trial::stored_value(bytes);
}

/// As they are, and every line with the sum that it ought to have.
pub fn drafts(bytes: &[u8]) {
    let _ = Drafts::read(bytes).damaged().len();
    let mut vouched = Vec::new();
    for line in bytes.split(|b| *b == b'\n') {
        let json = line.get(9..).unwrap_or(line);
        vouched.extend_from_slice(format!("{:08x} ", crc32fast::hash(json)).as_bytes());
        vouched.extend_from_slice(json);
        vouched.push(b'\n');
    }
    let _ = Drafts::read(&vouched).iter().count();
}

/// The key that a terminal's character is.
fn key_of(c: char) -> KeyEvent {
    match c {
        '\u{7f}' => KeyCode::Backspace.into(),
        '\u{8}' => KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL),
        '\r' | '\n' => KeyCode::Enter.into(),
        '\t' => KeyCode::Tab.into(),
        '\u{1b}' => KeyCode::Esc.into(),
        c if c < ' ' => KeyEvent::new(KeyCode::Char((c as u8 + b'`') as char), KeyModifiers::CONTROL),
        c => KeyCode::Char(c).into(),
    }
}

/// Keys as they come from a terminal, in bursts (a zero byte ends one), into a field with and without a typing mode. Letters
/// and Backspaces alone must come to what they say.
pub fn key_bursts(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let mut composer = Composer::default();
    composer.mode = [Mode::Off, Mode::Telex, Mode::Vni][usize::from(how % 3)];
    let (mut field, mut meant) = (Field::default(), Some(String::new()).filter(|_| how % 3 == 0 && how & 64 == 0));
    for burst in text.split('\0') {
        for message in messages(burst.chars().map(|c| Event::Key(key_of(c))).collect(), how & 64 != 0) {
            match message {
                Message::Key(key) if Field::takes(&key) => {
                    for key in composer.take(key) {
                        field.key(&key);
                    }
                }
                Message::Paste(text) => field.paste(&text),
                _ => composer.forget(),
            }
        }
        for c in burst.chars() {
            match (&mut meant, c) {
                (Some(meant), '\u{7f}' | '\u{8}') => drop(meant.pop()),
                (Some(meant), c) if !c.is_control() => meant.push(c),
                _ => meant = None,
            }
        }
        for width in [1, 7, 80] {
            let (shown, column) = field.window(width);
            assert!(column <= shown.len().max(width), "the cursor is out of sight");
        }
    }
    if let Some(meant) = meant {
        assert_eq!(field.text(), meant);
    }
}
