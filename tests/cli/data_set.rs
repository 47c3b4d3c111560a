//! `export --format parquet`: its figures counted a second time by an engine that we did not write.

use crate::support::Place;
use serde_json::Value as Json;
use std::collections::BTreeSet;
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
fn duckdb_counts_every_figure_of_the_programme_the_same_in_every_period() {
    let place = Place::new();
    let lt01 = place.laptop("lt01").at("2030-12-30T10:00:00+07:00");
    lt01.run(&["demo", "--records", "1650", "--seed", "7"]).ok();
    // Two establishments that are one: what is counted once must be counted once by both.
    let report: Json = serde_json::from_str(&lt01.run(&["report", "--format", "json"]).quiet()).unwrap();
    whole_programme(&report);
    let accepted: BTreeSet<String> = report["tables"]["B3"].as_array().unwrap().iter().map(|line| line["establishment"]["record"].as_str().unwrap().to_owned()).collect();
    let two: Vec<&str> = accepted.iter().take(2).map(String::as_str).collect();
    lt01.run(&["link", two[0], two[1], "--reason", "thử"]).ok();
    let told = lt01.run(&["export", "--format", "parquet", "-o", "set"]);
    let files: Vec<&str> = told.out.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!((files, told.code), (["records", "answers", "indicators", "counted", "lists"].map(|name| format!("set/{name}.parquet")).iter().map(String::as_str).collect(), 0));
    assert!(place.names("set").iter().all(|name| place.read(&format!("set/{name}")).starts_with(b"PAR1")));
    let Some(python) = python() else {
        println!("skipped: no Python with the package duckdb can be had here");
        return;
    };
    let compare = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/compare.py");
    let output = Command::new(python).arg(compare).arg(place.path("set")).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.starts_with("equal "), "{out}{}", String::from_utf8_lossy(&output.stderr));
    // Every reading; and of each target the plan, what was done of it in its year and in the programme, the two percentages.
    let figures: usize = targets(&report).map(|target| 1 + target["also"].as_array().unwrap().len() + 5).sum();
    // The programme, its five years, their ten halves.
    assert_eq!(out.trim(), format!("equal {}", 16 * figures));
}

fn targets(report: &Json) -> impl Iterator<Item = &Json> {
    report["targets"].as_array().unwrap().iter()
}

/// Five years of a province: every line has a figure, and the guards and marks have something to guard and mark.
fn whole_programme(report: &Json) {
    assert_eq!(targets(report).count(), 40);
    for target in targets(report) {
        assert!(target["done"].as_f64().is_some_and(|done| done > 0.0), "{target}");
        let begun = target["years"].as_array().unwrap().iter().filter(|year| !year["done"].is_null()).count();
        assert!(begun > 0, "{target}");
    }
    let any = |what: &str| targets(report).any(|target| target[what].as_array().is_some_and(|some| !some.is_empty()) || target[what].as_f64().is_some_and(|n| n > 0.0));
    for what in ["undetermined", "out_of_season", "reference_factors", "factor_versions", "overridden"] {
        assert!(any(what), "nothing is {what}");
    }
    assert_eq!(report["tables"]["B9"].as_array().unwrap().len(), 64);
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
