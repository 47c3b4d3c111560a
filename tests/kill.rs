//! kill -9 at random moments, and a disk that is full, over the real binary: what it printed as saved is there, files are
//! whole. A program of its own: a child that is being started holds its parent's locks for a moment.

use khuyencong::store::Notice;
use khuyencong::workbench::Desk;
use khuyencong::workbench::merging::verify;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "crash/support.rs"]
#[allow(dead_code)]
mod support;

use support::{Dice, rounds, settings};

const SHOP: &str = include_str!("cli/forms/shop.toml");

struct Place(tempfile::TempDir);

/// What a run printed before it ended or was killed.
struct Told {
    out: String,
    took: Duration,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn laptop(&self, name: &str) {
        let made = self.run(name, &["init", "--person", "Người Thử", "--device", name], "", None);
        assert!(!made.out.is_empty());
        std::fs::create_dir_all(self.path().join(name).join("forms")).unwrap();
        std::fs::write(self.path().join(name).join("forms/shop.toml"), SHOP).unwrap();
    }

    /// Runs a command; kills it after so long, if asked to.
    fn run(&self, store: &str, args: &[&str], input: &str, kill_after: Option<Duration>) -> Told {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_khuyencong"))
            .current_dir(self.path())
            .args(["--lang", "en", "--data-dir", store])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        if let Some(after) = kill_after {
            // Not waited for as a condition: the moment is meant to be any.
            std::thread::sleep(after);
            let _ = child.kill();
        }
        let mut out = String::new();
        let _ = child.stdout.take().unwrap().read_to_string(&mut out);
        child.wait().unwrap();
        Told { out, took: begun.elapsed() }
    }

    fn add(&self, store: &str, count: usize, kill_after: Option<Duration>) -> (Vec<String>, Duration) {
        let input = r#"{"name":"Thử","workers":1}"#.to_owned() + "\n";
        let told = self.run(store, &["record", "add", "--form", "shop", "-"], &input.repeat(count), kill_after);
        let whole = told.out.rfind('\n').map_or("", |end| &told.out[..end]);
        (whole.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect(), told.took)
    }

    /// Opens a store as the program does, and looks for what it had acknowledged.
    #[track_caller]
    fn holds(&self, store: &str, ids: &[String]) {
        let dir = self.path().join(store);
        let (desk, notices) = Desk::open(settings(&dir)).unwrap_or_else(|e| panic!("{store} does not open: {e:?}"));
        let lost: Vec<_> = ids.iter().filter(|id| !desk.rows().contains_key(id)).collect();
        assert!(lost.is_empty(), "{store} lost {lost:?}; {notices:?}");
        assert!(!notices.iter().any(Notice::is_loss), "{notices:?}");
    }
}

fn moment(dice: &mut Dice, whole: Duration) -> Duration {
    whole.mul_f64(dice.below(1000) as f64 / 900.0)
}

#[test]
fn killed_while_recording() {
    let place = Place::new();
    place.laptop("lt01");
    let (mut saved, took) = place.add("lt01", 3, None);
    assert_eq!(saved.len(), 3);
    let mut dice = Dice::new(1);
    for _ in 0..rounds(20, 100) {
        let (ids, _) = place.add("lt01", 3, Some(moment(&mut dice, took)));
        saved.extend(ids);
        // Every other kill meets the start after a kill.
        if dice.below(2) == 0 {
            place.holds("lt01", &saved);
        }
    }
    place.holds("lt01", &saved);
}

#[test]
fn killed_while_syncing() {
    let place = Place::new();
    place.laptop("lt01");
    place.laptop("lt02");
    let (mut all, _) = place.add("lt01", 20, None);
    all.extend(place.add("lt02", 20, None).0);
    let took = place.run("lt01", &["sync", "central.jsonl"], "", None).took;
    let mut dice = Dice::new(2);
    for round in 0..rounds(20, 100) {
        let store = ["lt01", "lt02"][round % 2];
        all.extend(place.add(store, 1, None).0);
        place.run(store, &["sync", "central.jsonl"], "", Some(moment(&mut dice, took)));
        verify(&place.path().join("central.jsonl")).unwrap_or_else(|e| panic!("round {round}: {e:?}"));
    }
    for store in ["lt01", "lt02", "lt01"] {
        assert!(!place.run(store, &["sync", "central.jsonl"], "", None).out.is_empty());
    }
    place.holds("lt01", &all);
    place.holds("lt02", &all);
}

#[test]
fn killed_while_merging() {
    let place = Place::new();
    let mut inputs = Vec::new();
    for name in ["lt01", "lt02", "lt03"] {
        place.laptop(name);
        place.add(name, 10, None);
        let file = format!("{name}.jsonl");
        place.run(name, &["backup", &file], "", None);
        inputs.push(file);
    }
    let args = |out: &'static str| [vec!["merge", out], inputs.iter().map(String::as_str).collect()].concat();
    let took = place.run("lt01", &args("whole.jsonl"), "", None).took;
    let whole = std::fs::read(place.path().join("whole.jsonl")).unwrap();
    let mut dice = Dice::new(3);
    for round in 0..rounds(20, 100) {
        let out = place.path().join("out.jsonl");
        if round % 2 == 0 {
            std::fs::copy(place.path().join("lt01.jsonl"), &out).unwrap();
        }
        place.run("lt01", &args("out.jsonl"), "", Some(moment(&mut dice, took)));
        if out.exists() {
            verify(&out).unwrap_or_else(|e| panic!("round {round}: {e:?}"));
        }
    }
    place.run("lt01", &args("out.jsonl"), "", None);
    assert!(std::fs::read(place.path().join("out.jsonl")).unwrap() == whole);
}

/// A real file that cannot grow.
#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let place = Place::new();
    place.laptop("lt01");
    let (mut saved, _) = place.add("lt01", 3, None);
    for limit in [1, 2, 4, 8, 16, 64, 512, 1024] {
        // SIGXFSZ is ignored so that the write itself fails, as it does on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let mut child = Command::new("sh")
            .current_dir(place.path())
            .args(["-c", &script, env!("CARGO_BIN_EXE_khuyencong"), "--lang", "en", "--data-dir", "lt01", "record", "add", "--form", "shop", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(format!(r#"{{"name":"{}"}}"#, "khô ".repeat(200)).as_bytes());
        let told = child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
        assert!(!err.contains("panicked"), "{err}");
        assert!(told.status.success() || err.lines().next().is_some_and(|line| line.len() > 10), "limit {limit}: {:?} {err}", told.status);
        saved.extend(out.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()));
        place.holds("lt01", &saved);
    }
}

/// A system that has no more files to give, or no more memory, says nothing about the store: nothing of it is put aside.
#[test]
fn too_few_open_files_or_too_little_memory_are_told_and_nothing_is_taken_for_damage() {
    let place = Place::new();
    place.laptop("lt01");
    let (saved, _) = place.add("lt01", 3, None);
    let dir = place.path().join("lt01");
    let files = (3..32).map(|count| format!("ulimit -n {count}"));
    let memory = (1..24).map(|part| format!("ulimit -v {}", part * 20_000));
    let (mut refused, mut went) = (0, 0);
    for limit in files.chain(memory) {
        // As after a kill: everything is looked at.
        let _ = std::fs::remove_file(dir.join("clean"));
        let told = Command::new("sh")
            .current_dir(place.path())
            .args(["-c", &format!("{limit}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_khuyencong"), "--lang", "en", "--data-dir", "lt01", "record", "list"])
            .output()
            .unwrap();
        let names: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        assert!(!names.iter().any(|name| name.contains(".bad.")), "{limit}: {names:?}, {}", String::from_utf8_lossy(&told.stderr));
        *(if told.status.success() { &mut went } else { &mut refused }) += 1;
        place.holds("lt01", &saved);
    }
    assert!(refused > 5 && went > 5, "{refused} refused, {went} went well: the limits do not reach the store");
}
