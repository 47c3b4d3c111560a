//! `export --format parquet`: its figures counted a second time by an engine that we did not write.

use crate::support::Place;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has DuckDB; made once in the folder that cargo gives to tests.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("duckdb");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let runs = |program: &Path, args: &[&str]| Command::new(program).args(args).output().is_ok_and(|output| output.status.success());
    let has = || runs(&python, &["-c", "import duckdb"]);
    let system = PathBuf::from("python3");
    if runs(&system, &["-c", "import duckdb"]) {
        return Some(system);
    }
    let made = has() || (runs(&system, &["-m", "venv", folder.to_str()?]) && runs(&python, &["-m", "pip", "-q", "install", "duckdb"]) && has());
    made.then_some(python)
}

#[test]
fn duckdb_counts_the_same_figures_in_every_period() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    lt01.run(&["demo", "--records", "300", "--seed", "7"]).ok();
    let told = lt01.run(&["export", "--format", "parquet", "-o", "set"]);
    let files: Vec<&str> = told.out.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!((files, told.code), (["records", "answers", "indicators", "counted"].map(|name| format!("set/{name}.parquet")).iter().map(String::as_str).collect(), 0));
    assert!(place.names("set").iter().all(|name| place.read(&format!("set/{name}")).starts_with(b"PAR1")));
    let Some(python) = python() else {
        println!("skipped: no Python with the package duckdb can be had here");
        return;
    };
    let compare = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/compare.py");
    let output = Command::new(python).arg(compare).arg(place.path("set")).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.starts_with("equal "), "{out}{}", String::from_utf8_lossy(&output.stderr));
    let readings: usize = out.trim().trim_start_matches("equal ").parse().unwrap();
    assert!(readings >= 16 * 10, "{out}");
}

#[test]
fn drafts_void_records_and_answers_that_are_not_relevant_stay_out() {
    let place = Place::new();
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    let ids = lt01.add("shop", &[serde_json::json!({"name": "Một", "workers": 1}), serde_json::json!({"name": "Hai", "workers": 2})]);
    lt01.run(&["record", "void", &ids[0], "--reason", "thử"]).ok();
    let told = lt01.run(&["export", "--format", "parquet", "-o", "set", "--form", "shop"]);
    assert!(told.out.starts_with("set/records.parquet 1\n") && told.err.contains("Left out void records: 1."), "{told:?}");
    assert_eq!(place.names("set"), ["answers.parquet", "records.parquet"]);
}
