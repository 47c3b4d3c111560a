//! Vietnamese as input methods type it, replayed into the real program on a real pseudo-terminal, byte for byte.
//!
//! The corpus is made from the rules by which these programs emit: a key shows its letter; when a later key turns it into
//! another, Backspaces go back to where the word begins to differ (or further) and the rest is typed anew, in one burst. How
//! far back, with which Backspace, in which form of Unicode and how fast is what differs from one to the next.
#![cfg(unix)]

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

const PATIENCE: Duration = Duration::from_secs(20);
const CTRL_U: &str = "\x15";

/// What people here write: names, places, trades, with every vowel, tone and `đ`.
const INTENDED: [&str; 16] = [
    "Cơ sở khô Ba Tâm",
    "Nguyễn Thị Tuyết Nhung",
    "Lê Hoàng Ẩn",
    "Đỗ Văn Đượm",
    "xã Tân Thuận, Đầm Dơi",
    "Đất Mũi",
    "bánh phồng tôm",
    "khuyến công",
    "được người nghiêng",
    "mắm cá chốt quậy rượu",
    "Thạch Sà Phia",
    "Quách Thị Ơn",
    "lò rèn Tư Đước",
    "ruốc khô, dưa bồn bồn",
    "THỦY SẢN ĐÔNG LẠNH",
    "kỹ thuật ủ ấm, hầm gỗ",
];

#[derive(Clone, Copy, Debug)]
enum Method {
    /// A letter's own mark at once, the tone behind the word: `nguyeenx`.
    Telex,
    /// All letters first, then marks, then the tone: `nguyen64`.
    Vni,
    /// Each letter with mark and tone before the next one: `nguye64n`.
    VniAtOnce,
}

#[derive(Clone, Copy, Debug)]
enum Style {
    /// Back to the first letter that differs, the rest anew.
    Unikey,
    /// The same with the tone as a letter of its own behind its vowel (Unikey's "Unicode tổ hợp").
    UnikeyCompound,
    /// The whole word anew (EVKey's way in programs that it does not trust).
    Evkey,
    /// An empty letter first, which a completion may swallow, and one Backspace more (OpenKey).
    Openkey,
    /// Nothing until the word is done, then all of it (ibus with pre-edit, composed by the terminal).
    IbusCommit,
    /// As Unikey, with a pause between the Backspaces and the letters (ibus forwarding Backspaces).
    IbusForward,
}

const METHODS: [Method; 3] = [Method::Telex, Method::Vni, Method::VniAtOnce];
const STYLES: [Style; 6] = [Style::Unikey, Style::UnikeyCompound, Style::Evkey, Style::Openkey, Style::IbusCommit, Style::IbusForward];

/// A letter as it is typed: without marks, with its own mark, with its tone too.
struct Letter {
    plain: char,
    marked: char,
    toned: char,
}

fn letter(c: char) -> Letter {
    let is_tone = |c: char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let (mut plain, mut marked) = (None, Vec::new());
    decompose_canonical(c, |part| {
        plain.get_or_insert(part);
        if !is_tone(part) {
            marked.push(part);
        }
    });
    let plain = match plain.unwrap_or(c) {
        'đ' => 'd',
        'Đ' => 'D',
        plain => plain,
    };
    Letter { plain, marked: marked.into_iter().nfc().next().unwrap_or(c), toned: c }
}

/// What stands in the field after each key of a word.
fn states(word: &str, method: Method) -> Vec<String> {
    let letters: Vec<Letter> = word.chars().map(letter).collect();
    let mut shown: Vec<char> = Vec::new();
    let mut states = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        shown.push(letter.plain);
        states.push(shown.iter().collect());
        let steps = match method {
            Method::Telex => vec![letter.marked],
            Method::Vni => Vec::new(),
            Method::VniAtOnce => vec![letter.marked, letter.toned],
        };
        for step in steps {
            shown[at] = step;
            states.push(shown.iter().collect());
        }
    }
    for pick in [|letter: &Letter| letter.marked, |letter: &Letter| letter.toned] {
        for (at, letter) in letters.iter().enumerate() {
            shown[at] = if letter.toned == shown[at] { shown[at] } else { pick(letter) };
            states.push(shown.iter().collect());
        }
    }
    states.dedup();
    states
}

/// With the tone as a letter of its own.
fn compound(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let letter = letter(c);
            let mut parts: Vec<char> = vec![letter.marked];
            decompose_canonical(letter.toned, |part| {
                if matches!(part, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}') {
                    parts.push(part);
                }
            });
            parts
        })
        .collect()
}

/// The Backspaces and letters from what stands there to what is to stand there.
fn burst(from: &str, to: &str, style: Style, backspace: char) -> String {
    let common = match style {
        Style::Evkey if from.chars().count() >= to.chars().count() => 0,
        _ => from.chars().zip(to.chars()).take_while(|(a, b)| a == b).count(),
    };
    let gone = from.chars().count() - common;
    let letters: String = to.chars().skip(common).collect();
    let back = |count: usize| backspace.to_string().repeat(count);
    match style {
        Style::Openkey if gone > 0 => format!("\u{202f}{}{letters}", back(gone + 1)),
        _ => back(gone) + &letters,
    }
}

/// What a text is typed as.
fn emitted(text: &str, method: Method, style: Style, backspace: char) -> String {
    let mut out = String::new();
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        if matches!(style, Style::IbusCommit) {
            out += word;
            continue;
        }
        let mut shown = String::new();
        for state in states(word, method) {
            let state = if matches!(style, Style::UnikeyCompound) { compound(&state) } else { state };
            out += &burst(&shown, &state, style, backspace);
            shown = state;
        }
    }
    out
}

/// What a field holds after these keys, by the plainest reading: a Backspace takes the last scalar.
fn read(keys: &str) -> String {
    let mut text = String::new();
    for c in keys.chars() {
        match c {
            '\u{7f}' | '\u{8}' => drop(text.pop()),
            c => text.push(c),
        }
    }
    text.nfc().collect()
}

#[test]
fn every_case_of_the_corpus_means_what_it_is_meant_to_mean() {
    for text in INTENDED {
        for method in METHODS {
            for style in STYLES {
                assert_eq!(read(&emitted(text, method, style, '\u{7f}')), text, "{method:?} {style:?}");
            }
        }
    }
}

struct Terminal {
    screen: Arc<(Mutex<vt100::Parser>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    /// The program trying a form with one text question.
    fn open(place: &std::path::Path) -> Self {
        let form = place.join("one.toml");
        std::fs::write(&form, "form = \"one\"\nversion = 1\n[[question]]\nname = \"text\"\ntype = \"text\"\nlabel = \"Chữ\"\n").unwrap();
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 100, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_khuyencong"));
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.cwd("/");
        command.args([std::ffi::OsStr::new("forms"), "try".as_ref(), form.as_os_str()]);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let cells = |size: u16| NonZeroU16::new(size).unwrap();
        let screen = Arc::new((Mutex::new(vt100::Parser::new(cells(24), cells(100), 0)), Condvar::new()));
        let (mut reader, shown) = (pair.master.try_clone_reader().unwrap(), screen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shown.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).process(&bytes[..count]);
                shown.1.notify_all();
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { screen, keyboard, child, _master: pair.master }
    }

    #[track_caller]
    fn shows(&self, text: &str, of: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut screen = self.screen.0.lock().unwrap();
        loop {
            let contents: String = screen.screen().contents().nfc().collect();
            if contents.contains(text) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for “{text}” of {of}; the screen:\n{contents}");
            screen = self.screen.1.wait_timeout(screen, left).unwrap().0;
        }
    }

    fn types(&mut self, keys: &str, byte_by_byte: bool) {
        let bytes = keys.as_bytes();
        for part in bytes.chunks(if byte_by_byte { 1 } else { bytes.len().max(1) }) {
            self.keyboard.write_all(part).unwrap();
            self.keyboard.flush().unwrap();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_whole_corpus_ends_with_the_intended_text_in_the_real_program() {
    let place = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(place.path());
    terminal.shows("[ ", "the empty field");
    let mut cases = 0;
    for text in INTENDED {
        for method in METHODS {
            for style in STYLES {
                for backspace in ['\u{7f}', '\u{8}'] {
                    for byte_by_byte in [true, false] {
                        // The dot behind it, different from case to case, shows that nothing is still to come.
                        cases += 1;
                        let case = format!("{text}.{cases}");
                        let keys = format!("{CTRL_U}{}.{cases}", emitted(text, method, style, backspace));
                        terminal.types(&keys, byte_by_byte);
                        terminal.shows(&format!("[{case} "), &format!("{method:?} {style:?} {backspace:?} {byte_by_byte}"));
                    }
                }
            }
        }
    }
    println!("{cases} cases");
}

#[test]
fn the_built_in_telex_and_vni_give_the_same_words_from_plain_keys() {
    let place = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(place.path());
    terminal.shows("[ ", "the empty field");
    terminal.types("\x14", false);
    terminal.shows("Telex", "the first mode");
    for byte_by_byte in [true, false] {
        terminal.types(&format!("{CTRL_U}Cow sowr khoo Ba Taam, DDaats Muxi"), byte_by_byte);
        terminal.shows("[Cơ sở khô Ba Tâm, Đất Mũi ", "Telex");
    }
    terminal.types("\x14", false);
    terminal.shows("VNI", "the second mode");
    terminal.types(&format!("{CTRL_U}Nguye6n4 Thi5 Tuye6t1 09123"), false);
    terminal.shows("[Nguyễn Thị Tuyết 09123 ", "VNI");
}
