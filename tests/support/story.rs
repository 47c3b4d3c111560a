//! A form being answered as a person would, without a store.

use khuyencong::form::problem::Severity as ProblemSeverity;
use khuyencong::form::world::Nowhere;
use khuyencong::form::{Form, NodeId};
use khuyencong::interview::derive::Severity;
use khuyencong::interview::{Around, Interview, Who, entry, json};
use khuyencong::locale::Lang;
use khuyencong::workbench::library::check_bytes;
use std::path::PathBuf;
use std::sync::Arc;

pub fn forms_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("forms")
}

pub fn load(text: &str) -> Result<Arc<Form>, Vec<String>> {
    let lists = |name: &str| std::fs::read_to_string(forms_folder().join(name)).ok().map(Arc::from);
    let report = check_bytes("form.toml", text.as_bytes(), &lists);
    let errors = report.problems.iter().filter(|p| p.severity == ProblemSeverity::Error).map(|p| format!("{:?} {}", p.line_column(&report.source), p.what.en)).collect();
    report.form.map(Arc::new).ok_or(errors)
}

pub fn shipped(name: &str) -> Arc<Form> {
    load(&std::fs::read_to_string(forms_folder().join(format!("{name}.toml"))).unwrap()).unwrap()
}

pub fn around() -> Around<'static> {
    let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(9, 0, 0).unwrap();
    Around { world: &Nowhere, now, lang: Lang::En }
}

/// A form being answered as a story.
pub struct Story {
    pub interview: Interview,
    rows: u32,
}

impl Story {
    pub fn new(form: Arc<Form>) -> Self {
        Self { interview: Interview::begin(form, &Who::default(), around()), rows: 0 }
    }

    /// `energy[2]/after` as a path; `energy[]` adds a row first.
    fn path(&mut self, path: &str) -> String {
        if let Some((repeat, rest)) = path.split_once("[]/") {
            self.rows += 1;
            let key = format!("r{}", self.rows);
            self.interview.add_row(repeat, &key, around());
            return format!("{repeat}/{key}/{rest}");
        }
        json::canonical_path(self.interview.form(), self.interview.answers(), path).unwrap_or_else(|| panic!("no path {path}"))
    }

    /// Types an answer as a person would.
    pub fn answer(mut self, path: &str, typed: &str) -> Self {
        let path = self.path(path);
        let at = self.interview.derived().instance.locate(self.interview.form(), &path).unwrap_or_else(|| panic!("{path} is not there"));
        let value = entry::read(typed, self.interview.form(), self.interview.derived(), at, around()).unwrap_or_else(|e| panic!("{path} = {typed}: {}", e.en));
        self.interview.answer(&path, value, around());
        self
    }

    fn at(&mut self, path: &str) -> (khuyencong::form::instance::RowId, NodeId) {
        let path = self.path(path);
        self.interview.derived().instance.locate(self.interview.form(), &path).unwrap()
    }

    pub fn gives(mut self, path: &str, expected: &str) -> Self {
        let (row, node) = self.at(path);
        let value = self.interview.derived().value(self.interview.form(), row, node).map_or_else(String::new, |v| v.plain());
        assert_eq!(value, expected, "{path}");
        self
    }

    pub fn asks(mut self, path: &str, asked: bool) -> Self {
        let (row, node) = self.at(path);
        assert_eq!(self.interview.derived().instance.is_relevant(self.interview.form(), row, node), asked, "{path}");
        self
    }

    pub fn finds(mut self, path: &str, severity: Option<Severity>) -> Self {
        let path = self.path(path);
        let found = self.interview.findings().into_iter().find(|f| f.path == path).map(|f| f.severity);
        assert_eq!(found, severity, "{path}");
        self
    }
}
