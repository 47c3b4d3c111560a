//! From starting the program to its first frame, to the list being usable, on a store of synthetic records; through a
//! real pseudo-terminal, medians of several starts. Unix only (elsewhere it says so).
//!
//! `cargo bench --bench start [-- RECORDS]`; the figures stand in docs/performance.md.

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const STARTS: usize = 9;

fn main() {
    let records: usize = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(10_000);
    if !cfg!(unix) {
        println!("start: skipped, the pseudo-terminal of this system is not measured");
        return;
    }
    let program = env!("CARGO_BIN_EXE_khuyencong");
    let folder = tempfile::tempdir().expect("a folder");
    let made = Instant::now();
    let status = Command::new(program).args(["--data-dir"]).arg(folder.path()).args(["demo", "--quiet", "--records", &records.to_string()]).status().expect("the program runs");
    assert!(status.success(), "demo records");
    println!("{records} records made in {:.1} s", made.elapsed().as_secs_f64());
    let mut first = Vec::new();
    let mut usable = Vec::new();
    let mut most = None;
    for _ in 0..STARTS {
        let (frame, list, resident) = start(program, folder.path());
        first.push(frame);
        usable.push(list);
        most = most.max(resident);
    }
    report("first frame", &mut first);
    report("desk with records", &mut usable);
    match most {
        Some(kilobytes) => println!("{:<20} at most {:>5.1} MB", "resident memory", kilobytes as f64 / 1000.0),
        None => println!("resident memory: not told by this system"),
    }
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    println!("{what:<20} median {:>7.1} ms   range {:.1}–{:.1}", ms(times[times.len() / 2]), ms(times[0]), ms(times[times.len() - 1]));
}

/// How much memory a program holds, in kB, where the system tells.
fn resident(process: Option<u32>) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process?)).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// Starts, waits for the first frame and for the desk, and quits.
fn start(program: &str, folder: &Path) -> (Duration, Duration, Option<u64>) {
    let pty = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(program);
    command.arg("--data-dir");
    command.arg(folder);
    command.env("TERM", "xterm-256color");
    let mut reader = pty.master.try_clone_reader().expect("its output");
    let mut writer = pty.master.take_writer().expect("its input");
    let begun = Instant::now();
    let mut child = pty.slave.spawn_command(command).expect("the program starts");
    let mut seen = Vec::new();
    let mut wait_for = |text: &str| {
        let mut part = [0; 65536];
        while !String::from_utf8_lossy(&seen).contains(text) {
            let read = reader.read(&mut part).expect("output");
            assert!(read > 0, "the program ended early");
            seen.extend_from_slice(&part[..read]);
        }
        begun.elapsed()
    };
    let frame = wait_for("Khuyến");
    let list = wait_for("Đang chờ");
    // With the figures of the desk counted, all that it holds is there.
    wait_for("phiếu");
    let memory = resident(child.process_id());
    writer.write_all(b"\x11").expect("Ctrl-Q");
    drop(pty.slave);
    let _ = child.wait();
    (frame, list, memory)
}
