//! The store's records as files for other programs.

use super::Desk;
use super::related::Related;
use crate::disk::{self, AtomicFile};
use crate::error::{Exit, Failure};
use crate::export::csv::CsvTables;
use crate::export::layout::Layout;
use crate::export::row::{Entry, Head, rows};
use crate::export::xlsx::XlsxTables;
use crate::export::{Options, Problem};
use crate::form::Form;
use crate::locale::{Text, say};
use crate::record::history::State;
use crate::record::revision::Act;
use crate::store::IndexRow;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What kind of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A file for every table.
    Csv,
    /// A file for every form, a line for every record.
    Jsonl,
    /// A workbook for every form, a sheet for every table.
    Xlsx,
}

/// What to export.
#[derive(Clone, Debug)]
pub struct Request {
    /// Into which folder; it is made when it is not there.
    pub dir: PathBuf,
    /// Which form; all that have records without one.
    pub form: Option<String>,
    /// As what.
    pub format: Format,
    /// How tables are shaped.
    pub options: Options,
    /// Whether CSV files begin with a byte order mark.
    pub bom: bool,
}

/// What was exported.
#[derive(Clone, Debug, Default)]
pub struct Exported {
    /// The files, each with its number of rows.
    pub files: Vec<(PathBuf, u64)>,
    /// Records that were left out because their form is not here.
    pub without_form: usize,
    /// Records that were left out because they are void.
    pub void: usize,
}

/// Files that are not yet in their place: all come in, or none.
struct Files {
    waiting: Vec<(PathBuf, AtomicFile, u64)>,
}

impl Desk {
    /// Writes the records that were handed in, in the order in which they were begun. Drafts stay at home, and void records
    /// are left out. Files of that name are replaced, all together at the end.
    ///
    /// # Errors
    /// The form is not known, the system refuses, or a workbook cannot hold a table.
    pub fn export(&self, request: &Request) -> Result<Exported, Failure> {
        let form = request.form.as_ref().map(|id| self.form(id)).transpose();
        // A form that is not in the library any more may still have records with their own copy of it.
        let asked = request.form.as_deref();
        let ids: BTreeSet<&str> = self.rows().values().map(|row| row.form.as_str()).filter(|id| asked.is_none_or(|a| a == *id)).collect();
        let ids: BTreeSet<&str> = match (asked, form) {
            (Some(_), Err(failure)) if ids.is_empty() => return Err(failure),
            (asked, _) => ids.into_iter().chain(asked).collect(),
        };
        std::fs::create_dir_all(&request.dir).map_err(|e| no_folder(&request.dir, &e))?;
        let (mut exported, mut files) = (Exported::default(), Files { waiting: Vec::new() });
        for id in ids {
            let records: Vec<&IndexRow> = self.rows().values().filter(|row| row.form == id).collect();
            exported.void += records.iter().filter(|row| row.state == State::Void).count();
            let records: Vec<&IndexRow> = records.into_iter().filter(|row| super::refresh::is_handed_in(row.state) && !self.links().is_linked(&row.record)).collect();
            if records.is_empty() && asked.is_none() {
                continue;
            }
            exported.without_form += match request.format {
                Format::Jsonl => self.export_lines(id, &records, request, &mut files)?,
                _ => self.export_tables(id, &records, request, &mut files)?,
            };
        }
        for (path, file, rows) in files.waiting {
            file.commit(false).map_err(|e| Failure::io(&path, &e))?;
            exported.files.push((path, rows));
        }
        Ok(exported)
    }

    fn export_lines(&self, id: &str, records: &[&IndexRow], request: &Request, files: &mut Files) -> Result<usize, Failure> {
        let (path, mut file) = create(&request.dir, &format!("{}.jsonl", file_name(id)))?;
        let mut missing = 0;
        for row in records {
            match self.related(row) {
                Some(related) => writeln!(file, "{}", related.to_json()).map_err(|e| Failure::io(&path, &e))?,
                None => missing += 1,
            }
        }
        files.waiting.push((path, file, (records.len() - missing) as u64));
        Ok(missing)
    }

    fn export_tables(&self, id: &str, records: &[&IndexRow], request: &Request, files: &mut Files) -> Result<usize, Failure> {
        let layout = Layout::new(id, &self.versions(id, records), &request.options);
        let mut book = Book::new(&layout, request)?;
        let mut counts = vec![0; layout.tables.len()];
        let mut missing = 0;
        for row in records {
            let Some(related) = self.related(row) else {
                missing += 1;
                continue;
            };
            let head = self.head(&related)?;
            let entry = Entry { head: &head, form: &related.form, instance: &related.instance };
            rows(&layout, entry, |table, cells| {
                counts[table] += 1;
                book.row(table, cells)
            })
            .map_err(|problem| told(problem, &request.dir, Some(&row.record)))?;
        }
        book.finish(&layout, &counts, &request.dir, files)?;
        Ok(missing)
    }

    /// The form as it is now, then the versions that these records were made with; where two forms go by one version, both.
    fn versions(&self, id: &str, records: &[&IndexRow]) -> Vec<Arc<Form>> {
        let mut seen = BTreeSet::new();
        let of = |row: &IndexRow| self.store().view().current(&row.record).ok().flatten().map_or_else(String::new, |current| current.of);
        let exact = |row: &IndexRow| if self.library().is_contested(id, row.version) { of(row) } else { String::new() };
        let first: Vec<&&IndexRow> = records.iter().filter(|row| seen.insert((row.version, exact(row)))).collect();
        let mut own: Vec<Arc<Form>> = first.iter().filter_map(|row| Some(self.related(row)?.form)).collect();
        own.sort_by_key(|form| std::cmp::Reverse(form.version));
        self.form(id).into_iter().chain(own).collect()
    }

    fn head(&self, related: &Related) -> Result<Head, Failure> {
        let row = &related.row;
        let history = self.history(&row.record)?;
        let revisions = history.revisions();
        let first = revisions.iter().find(|r| r.act == Act::Submit).or(revisions.first());
        let writes = revisions.iter().filter(|r| r.is_write()).count() as u64;
        let review = match row.state {
            State::Approved => "approved",
            State::Returned => "hasIssues",
            _ => "",
        };
        Ok(Head {
            record: row.record.to_string(),
            submitted: first.map_or_else(String::new, |r| r.at.time().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
            summary: row.summary.to_string(),
            person: row.person.to_string(),
            device: row.device.to_string(),
            review: review.to_owned(),
            edits: writes.saturating_sub(1),
        })
    }
}

/// What is being written: many files or one workbook.
enum Book {
    Csv(Vec<PathBuf>, CsvTables<AtomicFile>),
    // Boxed: a workbook's settings are large, the writers of CSV files are not.
    Xlsx(Box<XlsxTables>),
}

impl Book {
    fn new(layout: &Layout, request: &Request) -> Result<Self, Failure> {
        if request.format == Format::Xlsx {
            return XlsxTables::new(layout).map(|tables| Self::Xlsx(Box::new(tables))).map_err(|problem| told(problem, &request.dir, None));
        }
        let (mut paths, mut outs) = (Vec::new(), Vec::new());
        for table in &layout.tables {
            let (path, file) = create(&request.dir, &format!("{}.csv", file_name(&table.name)))?;
            paths.push(path);
            outs.push(file);
        }
        let tables = CsvTables::new(layout, outs, request.bom).map_err(|e| Failure::io(&request.dir, &e))?;
        Ok(Self::Csv(paths, tables))
    }

    fn row(&mut self, table: usize, cells: &[crate::export::row::Cell]) -> Result<(), Problem> {
        match self {
            Self::Csv(_, tables) => Ok(tables.row(table, cells)?),
            Self::Xlsx(tables) => tables.row(table, cells),
        }
    }

    fn finish(self, layout: &Layout, counts: &[u64], dir: &Path, files: &mut Files) -> Result<(), Failure> {
        match self {
            Self::Csv(paths, tables) => {
                let outs = tables.finish().map_err(|e| Failure::io(dir, &e))?;
                files.waiting.extend(paths.into_iter().zip(outs).zip(counts).map(|((path, out), count)| (path, out, *count)));
            }
            Self::Xlsx(tables) => {
                let name = layout.tables.first().map_or("", |table| table.name.as_str());
                let (path, mut file) = create(dir, &format!("{}.xlsx", file_name(name)))?;
                tables.finish(&mut file).map_err(|problem| told(problem, &path, None))?;
                files.waiting.push((path, file, counts.iter().sum()));
            }
        }
        Ok(())
    }
}

/// A file where a folder is wanted is the likeliest slip, and the system has no plain word for it.
pub(super) fn no_folder(dir: &Path, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            Failure::new(Exit::System, Text::both(|l| say::data::not_a_folder(l, dir.display()))).hint(Text::both(say::data::not_a_folder_hint))
        }
        _ => Failure::io(dir, error),
    }
}

pub(super) fn create(dir: &Path, name: &str) -> Result<(PathBuf, AtomicFile), Failure> {
    let path = dir.join(name);
    disk::remove_older_leftovers(&path, disk::ABANDONED);
    AtomicFile::create(&path).map(|file| (path.clone(), file)).map_err(|e| Failure::io(&path, &e))
}

/// A form's id comes from outside: as a file's name it may not lead out of the folder.
fn file_name(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    if safe.starts_with('.') { format!("_{safe}") } else { safe }
}

fn told(problem: Problem, path: &Path, record: Option<&str>) -> Failure {
    match problem {
        Problem::Io(error) => Failure::io(path, &error),
        Problem::Workbook(why) => {
            let what = Text::both(|l| record.map_or_else(|| say::data::no_workbook(l), |record| say::data::no_workbook_of(l, record)));
            Failure::new(Exit::Refused, what).why(Text::plain(why)).hint(Text::both(say::data::no_workbook_hint))
        }
    }
}
