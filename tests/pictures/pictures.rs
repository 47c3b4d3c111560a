//! Draws `docs/screens/*.svg`: the real program on a pseudo-terminal, over synthetic records.
//!
//! `cargo build && cargo run --example pictures [-- NAME…]`. The clock and the seed are fixed, so that a picture changes only
//! when its screen does.

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const COLUMNS: u16 = 110;
const ROWS: u16 = 32;
/// A cell in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 10.0;
const NOW: &str = "2027-07-05T08:00:00+07:00";
/// So long after the last byte a screen is taken as drawn.
const QUIET: Duration = Duration::from_millis(900);

const TAB: &str = "\t";
const ENTER: &str = "\r";
const F: [&str; 11] = ["", "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~", "\x1b[21~"];
const DOWN: &str = "\x1b[B";

/// A picture: its name, its theme, and the keys that lead there from the desk, each waited for.
type Scene = (&'static str, &'static str, Vec<&'static str>);

fn scenes() -> Vec<Scene> {
    vec![
        ("desk", "dark", vec![]),
        ("desk-light", "light", vec![]),
        ("establishments", "dark", vec![TAB, "co so ba"]),
        ("establishment", "dark", vec![TAB, TAB, "theo doi hieu qua", ENTER, F[4]]),
        ("interview", "dark", vec![F[2], "Cơ sở khô Năm Én", ENTER]),
        ("records", "light", vec![TAB, TAB, F[8], F[8], F[8]]),
        ("record", "dark", vec![TAB, TAB, "theo doi hieu qua", ENTER, DOWN, DOWN, DOWN]),
        ("why", "dark", vec![TAB, TAB, "theo doi hieu qua", ENTER, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, ENTER]),
        ("duplicates", "dark", vec![F[8]]),
        ("sync", "light", vec![TAB, TAB, TAB, "\x15", "central.jsonl", ENTER]),
        ("report", "dark", vec!["\x1b[Z"]),
        ("tables", "light", vec!["\x1b[Z", F[5], F[6]]),
        ("palette", "dark", vec!["\x10", "phieu moi"]),
    ]
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = program();
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path().join("store");
    prepare(&program, &data, place.path());
    for (name, theme, keys) in scenes().into_iter().filter(|(name, ..)| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        let svg = picture(&program, &data, theme, &keys);
        let path = root.join("docs/screens").join(format!("{name}.svg"));
        std::fs::write(&path, svg).expect("a picture");
        println!("{name}");
    }
}

/// The program beside this one.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    own.ancestors().nth(2).expect("target folder").join(format!("khuyencong{}", std::env::consts::EXE_SUFFIX))
}

/// Synthetic records, two of them alike.
fn prepare(program: &Path, data: &Path, place: &Path) {
    let run = |args: &[&str]| {
        let status = Command::new(program).arg("--data-dir").arg(data).args(args).env("KHUYENCONG_NOW", NOW).env("KHUYENCONG_SEED", "pictures").status();
        assert!(status.expect("the program runs").success(), "{args:?}");
    };
    run(&["demo", "--quiet", "--records", "300"]);
    for (at, name) in ["Cơ sở mẫu Minh Phát", "DNTN mẫu Minh Phát"].into_iter().enumerate() {
        let file = place.join("shop.json");
        let phone = format!("091234567{at}");
        let answers = format!(
            r#"{{"name": "{name}", "legal_form": "household", "registration_number": "96A8001234", "tax_code_reason": "not_issued", "start_year": 2015, "commune": "32244", "address": "Ấp {at}", "in_cluster": "no", "craft_village": "no", "owner": "Nguyễn Thị Mẫu", "owner_gender": "female", "owner_ethnicity": "kinh", "phone": "{phone}", "industry": "1079", "industry_group": "agro_food"}}"#
        );
        std::fs::write(&file, answers).expect("answers");
        run(&["record", "add", "--form", "establishment", &file.display().to_string()]);
    }
}

fn picture(program: &Path, data: &Path, theme: &str, keys: &[&str]) -> String {
    let pty = native_pty_system().openpty(PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 }).expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(program);
    command.arg("--data-dir");
    command.arg(data);
    command.cwd(data.parent().expect("a folder"));
    for (name, value) in [("TERM", "xterm-256color"), ("KHUYENCONG_THEME", theme), ("KHUYENCONG_NOW", NOW), ("KHUYENCONG_SEED", "pictures"), ("USER", "")] {
        command.env(name, value);
    }
    let mut child = pty.slave.spawn_command(command).expect("the program starts");
    let (mut reader, mut writer) = (pty.master.try_clone_reader().expect("its output"), pty.master.take_writer().expect("its input"));
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut part = [0; 65536];
        while let Ok(read @ 1..) = reader.read(&mut part) {
            if sender.send(part[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    let size = |cells: u16| std::num::NonZeroU16::new(cells).expect("a size");
    let mut parser = vt100::Parser::new(size(ROWS), size(COLUMNS), 0);
    settle(&receiver, &mut parser);
    for key in keys {
        writer.write_all(key.as_bytes()).expect("a key");
        settle(&receiver, &mut parser);
    }
    let svg = svg(parser.screen(), theme == "light");
    writer.write_all(b"\x11").expect("Ctrl-Q");
    drop(pty.slave);
    let _ = child.wait();
    svg
}

/// Takes what is drawn until nothing more comes.
fn settle(receiver: &Receiver<Vec<u8>>, parser: &mut vt100::Parser) {
    while let Ok(bytes) = receiver.recv_timeout(QUIET) {
        parser.process(&bytes);
    }
}

/// Foreground, background, bold, underlined.
type Pen = (String, String, bool, bool);

fn svg(screen: &vt100::Screen, is_light: bool) -> String {
    let (paper, ink) = if is_light { ("#fbfaf6", "#22252b") } else { ("#1d2026", "#dfe2e8") };
    let (width, height) = (f64::from(COLUMNS) * CELL.0 + 2.0 * MARGIN, f64::from(ROWS) * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"DejaVu Sans Mono, Consolas, Menlo, monospace\" font-size=\"14\" xml:space=\"preserve\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{paper}\"/>\n"
    );
    for row in 0..ROWS {
        let mut column = 0;
        while column < COLUMNS {
            let pen = pen(screen, row, column, paper, ink);
            let (start, mut text) = (column, String::new());
            while column < COLUMNS && self::pen(screen, row, column, paper, ink) == pen {
                let cell = screen.cell(row, column).map(|cell| cell.contents().to_owned()).unwrap_or_default();
                let is_wide_half = screen.cell(row, column).is_some_and(vt100::Cell::is_wide_continuation);
                if !is_wide_half {
                    text.push_str(if cell.is_empty() { " " } else { &cell });
                }
                column += 1;
            }
            run(&mut out, (row, start, column), &text, &pen, paper);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn run(out: &mut String, (row, start, end): (u16, u16, u16), text: &str, (front, back, bold, underlined): &Pen, paper: &str) {
    let (x, y) = (MARGIN + f64::from(start) * CELL.0, MARGIN + f64::from(row) * CELL.1);
    let width = f64::from(end - start) * CELL.0;
    if back != paper {
        let _ = writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{back}\"/>", CELL.1);
    }
    if *underlined {
        let _ = writeln!(out, "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"1\" fill=\"{front}\"/>", y + CELL.1 - 2.0);
    }
    for (at, part, is_block) in parts(text) {
        let x = x + at as f64 * CELL.0;
        let length = unicode_width::UnicodeWidthStr::width(part.as_str()) as f64 * CELL.0;
        if is_block {
            let _ = writeln!(out, "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{:.1}\" fill=\"{front}\"/>", y + 3.0, CELL.1 - 6.0);
            continue;
        }
        let escaped = part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let weight = if *bold { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" fill=\"{front}\"{weight}>{escaped}</text>", y + CELL.1 - 5.0);
    }
}

/// The parts of a text that stand apart, each with its column: between two blanks, and where full blocks begin and end. Each is
/// placed by itself, so that no font can shift a column.
fn parts(text: &str) -> Vec<(usize, String, bool)> {
    let (mut found, mut column): (Vec<(usize, String, bool)>, usize) = (Vec::new(), 0);
    let mut blanks = 2;
    for c in text.chars() {
        let width = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if c == ' ' {
            blanks += 1;
        } else {
            match found.last_mut().filter(|(.., is_block)| *is_block == (c == '█') && blanks < 2 && !(blanks == 1 && *is_block)) {
                Some((_, part, _)) => {
                    part.extend(std::iter::repeat_n(' ', blanks));
                    part.push(c);
                }
                None => found.push((column, c.to_string(), c == '█')),
            }
            blanks = 0;
        }
        column += width;
    }
    found
}

fn pen(screen: &vt100::Screen, row: u16, column: u16, paper: &str, ink: &str) -> Pen {
    let Some(cell) = screen.cell(row, column) else { return (ink.to_owned(), paper.to_owned(), false, false) };
    let (front, back) = (colour(cell.fgcolor(), ink), colour(cell.bgcolor(), paper));
    let (front, back) = if cell.inverse() { (back, front) } else { (front, back) };
    let front = if cell.dim() { "#8b909b".to_owned() } else { front };
    (front, back, cell.bold(), cell.underline())
}

fn colour(colour: vt100::Color, own: &str) -> String {
    const SIXTEEN: [&str; 16] = [
        "#1d2026", "#d05f5f", "#6fb26f", "#c9a34a", "#5f8fd0", "#b070c0", "#4fb0b8", "#c8ccd4", "#70757f", "#f08080", "#90d090", "#f0d080", "#80b0f0", "#d0a0e0", "#80d8e0",
        "#ffffff",
    ];
    match colour {
        vt100::Color::Default => own.to_owned(),
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        vt100::Color::Idx(at @ 0..=15) => SIXTEEN[usize::from(at)].to_owned(),
        vt100::Color::Idx(at @ 232..) => {
            let grey = 8 + 10 * (at - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Idx(at) => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let at = at - 16;
            format!("#{:02x}{:02x}{:02x}", level(at / 36), level(at / 6 % 6), level(at % 6))
        }
    }
}
