//! The real program on a real pseudo-terminal: what only a terminal can show. Everything else is in `tests/screens`.
//!
//! Nothing here sleeps: a test waits for a text to stand on the screen, woken by every byte that the program writes.
#![cfg(unix)]

#[allow(dead_code)]
#[path = "../cli/district.rs"]
mod district;

mod endings;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use serde_json::Value as Json;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_khuyencong");
const PATIENCE: Duration = Duration::from_secs(20);

// What the keys send, as xterm does.
const ENTER: &str = "\r";
const TAB: &str = "\t";
const F2: &str = "\x1bOQ";
const F9: &str = "\x1b[20~";
const F10: &str = "\x1b[21~";
const DOWN: &str = "\x1b[B";
const CTRL_F: &str = "\x06";
const CTRL_Q: &str = "\x11";
const CTRL_U: &str = "\x15";
/// How a terminal asks for the alternate screen, and how it leaves it.
const LEAVES_ALTERNATE_SCREEN: &str = "\x1b[?1049l";

/// A laptop: a folder and what its clock says.
struct Laptop {
    dir: PathBuf,
    now: String,
}

impl Laptop {
    fn new(place: &tempfile::TempDir) -> Self {
        Self { dir: place.path().join("data"), now: "2026-03-10T09:00:00+07:00".to_owned() }
    }

    fn at(&self, now: &str) -> Self {
        Self { dir: self.dir.clone(), now: now.to_owned() }
    }

    /// Nothing of this machine's environment reaches the program.
    fn environment(&self) -> [(&'static str, &str); 4] {
        [("KHUYENCONG_NOW", &self.now), ("KHUYENCONG_SEED", "1"), ("TERM", "xterm-256color"), ("PATH", "/usr/bin:/bin")]
    }

    /// A command line run to its end: exit code, stdout, stderr.
    fn run(&self, args: &[&str], input: &str) -> (i32, String, String) {
        let mut command = Command::new(PROGRAM);
        command.env_clear().envs(self.environment()).arg("--data-dir").arg(&self.dir).args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn ok(&self, args: &[&str], input: &str) -> String {
        let (code, out, err) = self.run(args, input);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?} {out}");
        out
    }

    /// Records one record and gives its id.
    #[track_caller]
    fn add(&self, form: &str, record: &Json) -> String {
        let out = self.ok(&["record", "add", "--form", form], &record.to_string());
        out.split(' ').next().unwrap().to_owned()
    }

    /// The records as JSON lines.
    #[track_caller]
    fn records(&self, form: &str) -> Vec<Json> {
        self.ok(&["record", "list", "--form", form, "--format", "jsonl"], "").lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    #[track_caller]
    fn init(&self) {
        self.ok(&["init", "--person", "Lê Văn Thử", "--device", "LT-07"], "");
    }

    fn open(&self) -> Tty {
        Tty::open(self, (120, 40))
    }
}

struct Screen {
    parser: vt100::Parser,
    /// All bytes so far, for what is no text on the screen.
    raw: Vec<u8>,
    ended: bool,
}

/// The program in a terminal.
struct Tty {
    screen: Arc<(Mutex<Screen>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

fn cells(size: u16) -> NonZeroU16 {
    NonZeroU16::new(size).unwrap()
}

impl Tty {
    fn open(laptop: &Laptop, size: (u16, u16)) -> Self {
        Self::open_with(laptop, size, &[])
    }

    /// The same with more in its surroundings.
    fn open_with(laptop: &Laptop, size: (u16, u16), more: &[(&str, &str)]) -> Self {
        Self::run(laptop, size, more, PROGRAM, &["--data-dir", &laptop.dir.display().to_string()])
    }

    /// Any program, in a laptop's surroundings.
    fn run(laptop: &Laptop, (cols, rows): (u16, u16), more: &[(&str, &str)], program: &str, arguments: &[&str]) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        laptop.environment().iter().chain(more).for_each(|(name, value)| command.env(name, value));
        command.args(arguments);
        command.cwd("/");
        let child = pair.slave.spawn_command(command).unwrap();
        // Once this end is closed too, the reader below comes to an end with the program.
        drop(pair.slave);
        let screen = Arc::new((Mutex::new(Screen { parser: vt100::Parser::new(cells(rows), cells(cols), 0), raw: Vec::new(), ended: false }), Condvar::new()));
        let (mut reader, shown) = (pair.master.try_clone_reader().unwrap(), screen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                let count = reader.read(&mut bytes).unwrap_or(0);
                let mut screen = shown.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                screen.parser.process(&bytes[..count]);
                screen.raw.extend(&bytes[..count]);
                screen.ended |= count == 0;
                shown.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { screen, keyboard, child, master: pair.master }
    }

    /// Waits until something is so; else shows the whole screen.
    #[track_caller]
    fn wait(&self, what: &str, so: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut screen = self.screen.0.lock().unwrap();
        while !so(&screen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited {PATIENCE:?} for {what}; the screen:\n{}", screen.parser.screen().contents());
            screen = self.screen.1.wait_timeout(screen, left).unwrap().0;
        }
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        self.wait(&format!("“{text}”"), |screen| screen.parser.screen().contents().contains(text));
    }

    /// All of it in one write, as an input method or a paste without brackets does.
    fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Goes to the question with these words in its label and types there.
    fn answers(&mut self, label: &str, keys: &str) {
        self.types(&format!("{CTRL_F}{label}{ENTER}{keys}"));
    }

    fn resize(&self, cols: u16, rows: u16) {
        self.screen.0.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end; gives the exit code and all that was written.
    #[track_caller]
    fn ends(mut self) -> (u32, String) {
        self.wait("the end of the program", |screen| screen.ended);
        let code = self.child.wait().unwrap().exit_code();
        let raw = self.screen.0.lock().unwrap().raw.clone();
        (code, String::from_utf8_lossy(&raw).into_owned())
    }

    /// Nothing more is written or heard: the power is gone.
    #[track_caller]
    fn dies(self) {
        self.signal("KILL");
        self.ends();
    }

    #[track_caller]
    fn quits(mut self) {
        self.types(CTRL_Q);
        let (code, written) = self.ends();
        assert_eq!(code, 0, "{written}");
        assert!(written.contains(LEAVES_ALTERNATE_SCREEN), "the terminal was not given back");
    }
}

impl Drop for Tty {
    /// A failed test leaves no program behind.
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = self.child.kill();
        }
    }
}

/// Waits until the journal of drafts holds a text. What is on the screen is written a moment later by the worker, and a
/// test that kills in that moment would test luck.
#[track_caller]
fn wait_for_draft(dir: &Path, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(dir.join("drafts.jsonl")).is_ok_and(|drafts| drafts.contains(text)) {
        assert!(Instant::now() < deadline, "“{text}” was not kept");
        std::thread::yield_now();
    }
}

/// Answers the welcome's questions on an empty folder.
fn welcome(tty: &mut Tty) {
    tty.shows("Chào mừng đến với Khuyến công");
    // An input method: the plain letters first, then backspaces (0x7f) and the letters with their marks.
    tty.types("Le\x7fê Va\x7făn Thu\x7fư\x7fử\r");
    tty.shows("Lê Văn Thử");
    tty.types(&format!("1{ENTER}LT-07{ENTER}31843{ENTER}"));
    tty.shows("Chưa có phiếu nào");
}

fn record_establishment(tty: &mut Tty) {
    tty.types(F2);
    tty.shows("Tên cơ sở");
    tty.types("Co\x7fơ so\x7fơ\x7fở Ba Tam\x7f\x7fâm");
    tty.shows("[Cơ sở Ba Tâm");
    tty.answers("Loại hình", "ho kinh doanh\r");
    tty.answers("Số giấy chứng nhận", "85A8000001");
    tty.answers("Lý do không có mã", "1");
    tty.answers("Năm bắt đầu", "2015");
    tty.answers("Xã/phường", "hong dan\r");
    tty.answers("Ấp/khóm", "Ấp Thử");
    tty.answers("trong khu/cụm", "2");
    tty.answers("Thuộc làng nghề", "2");
    // The other backspace, 0x08, as old terminals and Windows send it.
    tty.answers("Họ và tên chủ", "Nguye\x08ên\x08\x08ễn");
    tty.shows("Nguyễn");
    tty.types(" Thu\x08ư\x08ử");
    tty.answers("Giới tính chủ", "1");
    tty.answers("Dân tộc chủ", "1");
    tty.answers("Điện thoại", "0912345678");
    tty.answers("Ngành sản xuất chính", "2593\r");
    tty.answers("Nhóm ngành nghề", "5");
    tty.types(F9);
    tty.shows("Đủ để nộp");
    tty.types(F10);
    tty.shows("Đã lưu: Cơ sở Ba Tâm");
}

/// What a follow-up rests on, by the commands.
fn prepare_follow_up(laptop: &Laptop, establishment: &str) {
    let survey = laptop.add("establishment_survey", &district::survey(establishment, "2026-03-10"));
    let project = laptop.at("2026-05-06T09:00:00+07:00").add("support_project", &district::project("KC-1", "single", "machinery", &[establishment]));
    let minutes = district::acceptance(1, &project, establishment, &survey, "machinery");
    laptop.at("2026-06-21T09:00:00+07:00").add("machinery_inspection", &minutes);
}

/// From the desk to a new follow-up form about the only establishment.
fn begin_follow_up(tty: &mut Tty) {
    tty.types(TAB);
    tty.shows("Tìm cơ sở");
    tty.types(&format!("ba tam{ENTER}"));
    tty.shows("Quá trình");
    tty.types(F2);
    tty.shows("Phiếu mới: chọn mẫu");
    tty.types(&format!("{DOWN}{DOWN}{DOWN}{ENTER}"));
    tty.shows("Phiếu theo dõi hiệu quả sau hỗ trợ · Cơ sở Ba Tâm");
}

/// The rest of the follow-up, from the half-typed number of hours on.
fn finish_follow_up(tty: &mut Tty) {
    tty.types(&format!("{CTRL_U}8{TAB}{ENTER}Dao Thử"));
    tty.shows("[Dao Thử");
    tty.answers("Mã đề án", "kc-1\r");
    tty.answers("Mốc theo dõi", "2");
    tty.answers("Căn cứ số liệu", "2");
    tty.answers("Có thay nguồn nhiên liệu", "2");
    tty.answers("Xăng dầu cho xe", "1");
    // What the survey says stands in some fields already; what is typed replaces it.
    for (label, typed) in [
        ("Số ngày chạy trong kỳ", "100"),
        ("Sản lượng kỳ trước", "1.000"),
        ("Sản lượng kỳ sau", "1.200"),
        ("Doanh thu kỳ trước", "100tr"),
        ("Doanh thu kỳ sau", "130tr"),
        ("Tổng lao động trước", "30"),
        ("nông thôn, trước", "10"),
        ("Tổng lao động sau", "30"),
        ("Trong đó nữ", "5"),
        ("Trong đó lao động nông thôn", "12"),
        ("mới thường xuyên", "2"),
        ("mới thời vụ", "0"),
        ("máy thay thế", "0"),
        ("Thu nhập BQ trước", "5tr"),
        ("Thu nhập BQ sau", "6tr"),
    ] {
        tty.answers(label, &format!("{CTRL_U}{typed}"));
    }
    tty.answers("Đánh giá chung", "1");
    tty.types(F9);
}

#[test]
fn a_visit_survives_a_kill_in_the_middle_of_a_word_and_is_handed_in() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    let mut tty = laptop.open();
    welcome(&mut tty);
    record_establishment(&mut tty);
    tty.quits();
    let establishments = laptop.records("establishment");
    assert_eq!(establishments.len(), 1);
    prepare_follow_up(&laptop, establishments[0]["record"].as_str().unwrap());

    let later = laptop.at("2027-06-25T09:00:00+07:00");
    let mut tty = later.open();
    tty.shows("12 tháng");
    begin_follow_up(&mut tty);
    tty.answers("Máy còn sử dụng", "1");
    tty.answers("Số giờ chạy", "ta\x7fám gi");
    tty.shows("[tám gi");
    wait_for_draft(&later.dir, "tám gi");
    tty.dies();

    let mut tty = later.open();
    tty.shows("nháp");
    tty.types(ENTER);
    tty.shows("[tám gi");
    finish_follow_up(&mut tty);
    tty.shows("Đủ để nộp");
    tty.types(F10);
    tty.shows("Đã lưu: 12 tháng");
    tty.quits();
    let handed_in = later.records("post_support_performance");
    assert_eq!(handed_in.len(), 1);
    assert!(later.ok(&["record", "list"], "").contains("12 tháng"), "a person finds it, too");
}

#[test]
fn a_second_copy_on_the_same_store_says_so_and_ends_with_4() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    laptop.init();
    let first = laptop.open();
    first.shows("Chưa có phiếu nào");
    let (code, written) = laptop.open().ends();
    assert_eq!(code, 4);
    let (_, told) = written.rsplit_once(LEAVES_ALTERNATE_SCREEN).expect("the sentence stands below the prompt, not on a screen that is gone");
    assert!(told.contains("đang mở ở một cửa sổ khác"), "{told}");
    let (code, out, err) = laptop.run(&["--lang", "en", "record", "list"], "");
    assert_eq!((code, out.as_str()), (4, ""), "the commands refuse, too");
    assert!(err.contains("is open in another window"), "{err}");
    first.quits();
}

#[test]
fn without_a_terminal_it_says_so_in_the_language_asked_for_and_ends_with_2() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    for (lang, sentence) in [("vi", "Chương trình cần một cửa sổ dòng lệnh (terminal)."), ("en", "The program needs a terminal.")] {
        let (code, out, err) = laptop.run(&["--lang", lang], "");
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains(sentence), "{err}");
    }
    assert!(!laptop.dir.exists(), "nothing was made");
}

#[test]
fn a_window_too_small_shows_one_sentence_until_it_is_made_larger() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    laptop.init();
    let tty = Tty::open(&laptop, (20, 5));
    tty.shows("Cửa sổ quá nhỏ");
    tty.resize(80, 24);
    tty.shows("Chưa có phiếu nào");
    tty.wait("the sentence to go", |screen| !screen.parser.screen().contents().contains("quá nhỏ"));
    tty.resize(20, 5);
    tty.shows("Cửa sổ quá nhỏ");
    tty.resize(80, 24);
    tty.shows("Chưa có phiếu nào");
    tty.quits();
}
