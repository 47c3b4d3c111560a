//! What the README has a new user type does what it says.

use std::path::Path;
use std::process::Command;

/// Lines that name something which a reader has and the test has not, or that build.
const LEFT_OUT: [&str; 9] = ["cargo build", "K=target", "other.jsonl", "undo REVISION", "minutes ID", "the folder it prints", "survey.", "register.xlsx", "answers.json"];

#[test]
fn the_ten_minutes_of_the_readme_go_through_from_top_to_bottom() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, minutes) = text.split_once("## Ten minutes").unwrap();
    let (minutes, _) = minutes.split_once("## Keys").unwrap();
    let blocks = minutes.split("```sh\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    let lines: Vec<&str> = blocks.flat_map(str::lines).filter(|line| !LEFT_OUT.iter().any(|word| line.contains(word))).collect();
    assert!(lines.len() > 27, "most of it is run:\n{}", lines.join("\n"));
    let dir = tempfile::tempdir().unwrap();
    let script = format!("set -eu\nK={}\n{}\n", env!("CARGO_BIN_EXE_khuyencong"), lines.join("\n").replace("| less", "> /dev/null"));
    let ran = Command::new("sh").args(["-c", &script]).current_dir(dir.path()).env("HOME", dir.path()).env_remove("KHUYENCONG_NOW").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}\n{err}");
    assert!(out.contains("returned") && out.contains("ok ") && dir.path().join("2026.report").exists() && dir.path().join("tables/establishment.csv").exists(), "{out}\n{err}");
}
