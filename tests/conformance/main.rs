//! Runs the form engine on the cases of other programs of the field, which lie beside the project, and prints a table.
//!
//! Each module has `run(shared) -> Table`; add one to [`MODULES`]. Without the cases, one line says so.
//! `cargo test --test conformance -- xlsforms --all` names every failure of one module.

mod engine;
mod expressions;
mod scenarios;
mod xlsforms;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Run = fn(&Path) -> Table;

const MODULES: [(&str, Run); 3] = [("expressions", expressions::run), ("scenarios", scenarios::run), ("xlsforms", xlsforms::run)];

/// What came of one set of cases.
#[derive(Debug, Default)]
pub struct Row {
    /// What the cases are.
    pub name: String,
    /// How many did what they should.
    pub passed: usize,
    /// Which did not, and why.
    pub failed: Vec<String>,
    /// How many do not apply, by reason.
    pub not_applicable: BTreeMap<String, usize>,
    /// The share of the applicable ones that must pass, in percent.
    pub bar: f64,
}

/// All sets of a module.
#[derive(Debug, Default)]
pub struct Table {
    /// In order.
    pub rows: Vec<Row>,
}

impl Row {
    /// An empty row.
    pub fn new(name: impl Into<String>, bar: f64) -> Self {
        Self { name: name.into(), bar, ..Self::default() }
    }

    /// Counts a case.
    pub fn count(&mut self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(why) => self.failed.push(why),
        }
    }

    /// Counts a case that does not apply.
    pub fn skip(&mut self, reason: &str) {
        *self.not_applicable.entry(reason.to_owned()).or_default() += 1;
    }

    fn share(&self) -> f64 {
        let all = self.passed + self.failed.len();
        if all == 0 { 100.0 } else { 100.0 * self.passed as f64 / all as f64 }
    }
}

fn shared() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("KHUYENCONG_SHARED").map_or_else(beside, PathBuf::from)
}

fn print(module: &str, table: &Table, all: bool) -> bool {
    let mut is_good = true;
    for row in &table.rows {
        let mark = if row.share() >= row.bar { "" } else { "  BELOW THE BAR" };
        println!("{module}: {:<58} {:>5} passed {:>4} failed  {:>6.2} % (bar {} %){mark}", row.name, row.passed, row.failed.len(), row.share(), row.bar);
        for (reason, count) in &row.not_applicable {
            println!("    {count} not applicable: {reason}");
        }
        for why in row.failed.iter().take(if all { usize::MAX } else { 5 }) {
            println!("    - {why}");
        }
        is_good &= row.share() >= row.bar;
    }
    is_good
}

fn main() -> ExitCode {
    let shared = shared();
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.iter().any(|w| w == "--list") {
        return ExitCode::SUCCESS;
    }
    if !shared.join("conformance").is_dir() {
        println!("conformance: skipped, there are no cases at {}", shared.display());
        return ExitCode::SUCCESS;
    }
    let all = wanted.iter().any(|w| w == "--all");
    let chosen: Vec<_> = wanted.iter().filter(|w| !w.starts_with('-')).collect();
    let mut is_good = true;
    for (name, run) in MODULES.iter().filter(|(name, _)| chosen.is_empty() || chosen.iter().any(|c| c == name)) {
        is_good &= print(name, &run(&shared), all);
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
