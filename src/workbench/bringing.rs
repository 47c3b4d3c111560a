//! Submissions of other programs → records, answered and checked like any other.

use super::attaching::Attaching;
use super::chance::Chance;
use super::{Content, Desk, Saving};
use crate::error::{Exit, Failure};
use crate::export::Options;
use crate::export::layout::{Layout, Table};
use crate::form::{Form, Kind};
use crate::intake::{self, File, Incoming, Intake, Unreadable, identity};
use crate::interview::Interview;
use crate::interview::json::InputProblem;
use crate::locale::{Text, say};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Records that can be saved.
#[derive(Default)]
pub struct Ready {
    /// Their ids and interviews.
    pub records: Vec<(String, Interview)>,
    /// Soft problems.
    pub soft: Vec<InputProblem>,
    /// Ids of submissions that are here already.
    pub known: Vec<String>,
    /// Ids of submissions that the file holds again.
    pub twice: Vec<String>,
}

/// Reads a file (`-` for standard input), up to [`intake::MAX_FILE`].
///
/// # Errors
/// The system's, or it is too large.
pub fn bytes_of(file: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = intake::MAX_FILE + 1;
    let read =
        if file == "-" { std::io::stdin().lock().take(limit).read_to_end(&mut bytes) } else { std::fs::File::open(file).and_then(|f| f.take(limit).read_to_end(&mut bytes)) };
    read.map_err(|e| Failure::io(Path::new(file), &e))?;
    if bytes.len() as u64 >= limit {
        return Err(Failure::new(Exit::Refused, Text::both(|l| say::data::file_too_large(l, file))).hint(Text::both(say::data::file_too_large_hint)));
    }
    Ok(bytes)
}

/// The tables of repeats that lie beside a CSV file: `shop.csv` → `shop-energy.csv`, or `shop-outer-inner.csv`.
pub fn repeats_beside(form: &Arc<Form>, file: &Path) -> Vec<(String, PathBuf)> {
    let Some(stem) = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else { return Vec::new() };
    let layout = Layout::new(&stem, std::slice::from_ref(form), &Options::default());
    let path = |table: &Table| {
        let repeat = table.repeat.clone()?;
        let mut outer: Vec<&str> = form.ancestors(form.find(&repeat)?).map(|id| form.node(id)).filter(|n| matches!(n.kind, Kind::Repeat(_))).map(|n| n.name.as_str()).collect();
        outer.reverse();
        outer.push(&repeat);
        let names = [table.name.clone(), format!("{stem}-{}", outer.join("-"))];
        let path = names.into_iter().map(|name| file.with_file_name(format!("{name}.csv"))).find(|path| path.is_file())?;
        Some((repeat, path))
    };
    layout.tables.iter().filter_map(path).collect()
}

impl Desk {
    /// Reads what a file holds for a form. Tables of repeats are named, or found beside the file.
    ///
    /// # Errors
    /// A file is not there, or cannot be read.
    pub fn read_submissions(&self, form: &Arc<Form>, file: &str, named: &[(String, PathBuf)]) -> Result<Intake, Failure> {
        let bytes = bytes_of(file)?;
        let mut paths = named.to_vec();
        if file != "-" {
            paths.extend(repeats_beside(form, Path::new(file)).into_iter().filter(|(repeat, _)| !named.iter().any(|(n, _)| n == repeat)));
        }
        let mut tables = Vec::new();
        for (repeat, path) in paths {
            let shown = path.display().to_string();
            tables.push((repeat, bytes_of(&shown)?, shown));
        }
        let repeats: Vec<(String, File<'_>)> = tables.iter().map(|(repeat, bytes, name)| (repeat.clone(), File { name, bytes })).collect();
        intake::read(form, File { name: file, bytes: &bytes }, &repeats).map_err(|problem| unreadable(problem, file))
    }

    /// Answers every record; those that are known are only named.
    ///
    /// # Errors
    /// All problems of all records.
    pub fn ready(&mut self, form: &Arc<Form>, incoming: Vec<Incoming>, draft: bool) -> Result<Ready, Vec<InputProblem>> {
        let mut ready = Ready::default();
        let (mut problems, mut seen) = (Vec::new(), BTreeSet::new());
        for Incoming { place, instance, answers, kept } in incoming {
            let record = instance.as_deref().map_or_else(|| self.new_record(), identity::record_of);
            if self.row(&record).is_some() || self.store().draft_list().any(|d| d.record == record) {
                ready.known.push(record);
                continue;
            }
            if !seen.insert(record.clone()) {
                ready.twice.push(record);
                continue;
            }
            let chance = Chance::of_record(self.settings(), self.store(), &format!("{record} rows"));
            let mut keys = Attaching::new(chance, self.dir());
            let placed = |p: InputProblem| if place.is_empty() { p } else { InputProblem { path: format!("{place}: {}", p.path), ..p } };
            match self.fill_with(form.clone(), &record, (&Json::Object(answers), &kept), &mut keys, draft) {
                Ok((interview, soft)) => {
                    ready.records.push((record, interview));
                    ready.soft.extend(soft.into_iter().map(|p| if place.contains(':') { placed(p) } else { p }));
                }
                Err(found) => problems.extend(found.into_iter().map(placed)),
            }
        }
        if problems.is_empty() { Ok(ready) } else { Err(problems) }
    }

    /// Hands in records that are ready: all of them, or none.
    ///
    /// # Errors
    /// Why nothing of them is saved.
    pub fn hand_in(&mut self, form: &Arc<Form>, records: Vec<(String, Interview)>) -> Result<Vec<String>, Failure> {
        let ids: Vec<String> = records.iter().map(|(record, _)| record.clone()).collect();
        let savings: Vec<Saving> = records.into_iter().map(|(record, interview)| Saving { record, form: form.clone(), content: Content::of(&interview, Vec::new()) }).collect();
        if !savings.is_empty() {
            self.submit_all(savings)?;
        }
        Ok(ids)
    }
}

fn unreadable(problem: Unreadable, file: &str) -> Failure {
    let refused = |what: Text| Failure::new(Exit::Refused, what);
    match problem {
        Unreadable::Empty => refused(Text::both(|l| say::data::empty_file(l, file))),
        Unreadable::NotText => refused(Text::both(|l| say::data::not_text_file(l, file))).hint(Text::both(say::data::not_text_file_hint)),
        Unreadable::Json(line, error) => refused(Text::both(|l| say::failure::not_json(l, line, &error))),
        Unreadable::Xml(line, error) => refused(Text::both(|l| say::data::not_xml(l, line, &error))),
        Unreadable::Csv(line) => refused(Text::both(|l| say::data::not_csv(l, file, line))),
        Unreadable::Workbook => refused(Text::both(|l| say::data::is_workbook(l, file))).hint(Text::both(say::data::is_workbook_hint)),
        Unreadable::TooLong(line) => refused(Text::both(|l| say::data::cell_too_long(l, file, line))).hint(Text::both(say::data::cell_too_long_hint)),
    }
}
