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
