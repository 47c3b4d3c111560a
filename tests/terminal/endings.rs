//! However the program ends, the terminal is given back and what was typed is a draft.

use super::*;

#[test]
fn sigterm_and_sighup_give_the_terminal_back_and_keep_the_draft() {
    for signal in ["TERM", "HUP"] {
        let place = tempfile::tempdir().unwrap();
        let laptop = Laptop::new(&place);
        laptop.init();
        let mut tty = laptop.open();
        tty.shows("Chưa có phiếu nào");
        tty.types(F2);
        tty.shows("Tên cơ sở");
        tty.types("Cơ sở dở dang");
        tty.shows("[Cơ sở dở dang");
        tty.signal(signal);
        let (code, written) = tty.ends();
        assert_eq!(code, 0, "{signal}");
        assert!(written.contains(LEAVES_ALTERNATE_SCREEN), "{signal}");
        resumes(&laptop);
    }
}

/// A window that vanishes: whoever shows the terminal is killed, and with it all that was connected.
#[cfg(target_os = "linux")]
fn vanishes(around: &str) {
    if !Path::new("/usr/bin/script").exists() {
        println!("skipped: script(1), which shows a terminal inside a terminal, is not installed");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    laptop.init();
    let inside = format!("{around} '{PROGRAM}' --data-dir '{}'", laptop.dir.display());
    let mut tty = Tty::run(&laptop, (100, 30), &[], "/usr/bin/script", &["-q", "-c", &inside, "/dev/null"]);
    tty.shows("Chưa có phiếu nào");
    tty.types(F2);
    tty.shows("Tên cơ sở");
    tty.types("Cơ sở dở dang");
    tty.shows("[Cơ sở dở dang");
    wait_for_draft(&laptop.dir, "Cơ sở dở dang");
    tty.dies();
    // Nothing holds the store any more: the program has ended.
    let deadline = Instant::now() + PATIENCE;
    while laptop.run(&["record", "list"], "").0 != 0 {
        assert!(Instant::now() < deadline, "the program goes on without its terminal");
        std::thread::yield_now();
    }
    resumes(&laptop);
}

#[cfg(target_os = "linux")]
#[test]
fn a_vanished_terminal_ends_the_program_and_keeps_the_draft() {
    vanishes("exec");
}

/// In a session of its own no signal tells of the closed window, and reading keys gives nothing over and over.
#[cfg(target_os = "linux")]
#[test]
fn a_vanished_terminal_is_noticed_without_a_signal() {
    vanishes("exec setsid -w");
}

#[test]
fn escape_and_a_function_key_in_one_write_are_two_keys() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    laptop.init();
    let mut tty = laptop.open();
    tty.shows("Chưa có phiếu nào");
    tty.types(F2);
    tty.shows("Tên cơ sở");
    tty.types(CTRL_F);
    tty.shows("Tìm câu hỏi");
    tty.types(&format!("\x1b{F9}"));
    tty.shows("câu cần xem");
    tty.types(&format!("\x1b{F2}"));
    tty.wait("the form, with nothing typed", |screen| {
        let shown = screen.parser.screen().contents();
        shown.contains("Tên cơ sở") && !shown.contains("OQ") && !shown.contains("20~")
    });
    tty.quits();
}

/// What was typed is there next time.
fn resumes(laptop: &Laptop) {
    let mut tty = laptop.open();
    tty.shows("nháp");
    tty.types(ENTER);
    tty.shows("[Cơ sở dở dang");
    tty.quits();
}

/// Only the program that tests build can be made to fail.
#[test]
#[cfg(debug_assertions)]
fn a_failure_gives_the_terminal_back_keeps_the_draft_and_leaves_a_report_without_answers() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    laptop.init();
    let mut tty = Tty::open_with(&laptop, (120, 40), &[("KHUYENCONG_TEST_FAILURE", "mật khẩu bí mật")]);
    tty.shows("Chưa có phiếu nào");
    tty.types(F2);
    tty.shows("Tên cơ sở");
    tty.types("Cơ sở dở dang");
    tty.shows("[Cơ sở dở dang");
    tty.types("\x1b[200~mật khẩu bí mật\x1b[201~");
    let (code, written) = tty.ends();
    assert_eq!(code, 5, "{written}");
    let (_, told) = written.rsplit_once(LEAVES_ALTERNATE_SCREEN).expect("the terminal was given back");
    assert!(told.contains("Chương trình gặp lỗi") && told.contains("crash-"), "{told}");
    let reports: Vec<_> = std::fs::read_dir(&laptop.dir).unwrap().flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("crash-")).collect();
    assert_eq!(reports.len(), 1);
    let report = std::fs::read_to_string(reports[0].path()).unwrap();
    assert!(report.contains("src/tui/mod.rs:") && report.contains("screen: interview") && report.contains(env!("CARGO_PKG_VERSION")), "{report}");
    assert!(!report.contains("bí mật") && !report.contains("dở dang"), "{report}");
    resumes(&laptop);
}

#[test]
fn on_a_bare_terminal_frames_and_signs_are_ascii() {
    let place = tempfile::tempdir().unwrap();
    let laptop = Laptop::new(&place);
    laptop.init();
    let tty = Tty::open_with(&laptop, (80, 24), &[("TERM", "linux")]);
    tty.shows("Chưa có phiếu nào");
    let shown = tty.screen.0.lock().unwrap().parser.screen().contents();
    assert!(shown.contains("-----") && !shown.contains('─'), "{shown}");
    tty.quits();
}
