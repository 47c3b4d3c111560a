//! Reports and minutes as files: which formats there are, and their bytes.

use super::super::Desk;
use super::super::reporting::Report;
use super::printout::Printout;
use crate::error::{Exit, Failure};
use crate::export::{Problem, docx, html, paper_csv, paper_page, paper_xlsx};
use crate::locale::{Lang, Text, say};
use std::path::Path;

/// The formats of a report, by the ending of its file.
pub const REPORT_FORMATS: [&str; 4] = ["xlsx", "html", "docx", "csv"];

/// The formats of minutes.
pub const MINUTES_FORMATS: [&str; 2] = ["docx", "html"];

/// The ending of a path, in small letters.
pub fn ending(path: &Path) -> String {
    path.extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default()
}

impl Printout {
    /// A report in one of [`REPORT_FORMATS`].
    ///
    /// # Errors
    /// The workbook cannot be made.
    pub fn bytes(&self, format: &str, lang: Lang) -> Result<Vec<u8>, Problem> {
        let paper = self.paper(lang);
        Ok(match format {
            "csv" => paper_csv::bytes(&paper)?,
            "xlsx" => paper_xlsx::bytes(&paper)?,
            "docx" => docx::bytes(&self.narrative(&paper))?,
            _ => html::text(&paper_page::page(&paper)).into_bytes(),
        })
    }
}

impl Desk {
    /// Writes a report into a file, in the format of its ending.
    ///
    /// # Errors
    /// There is no such format, or the system's.
    pub fn save_report(&self, report: &Report, path: &Path, lang: Lang) -> Result<(), Failure> {
        let format = ending(path);
        if !REPORT_FORMATS.contains(&format.as_str()) {
            return Err(Failure::new(Exit::Usage, Text::both(|l| say::looking::report_kind(l, path.display(), REPORT_FORMATS.join(", ")))));
        }
        let bytes = self.printout(report.clone()).bytes(&format, lang).map_err(|problem| not_written(problem, path))?;
        crate::disk::replace(path, &bytes).map_err(|e| Failure::io(path, &e))
    }

    /// Writes the minutes of a record, or of the draft of one, into a file, in the format of its ending.
    ///
    /// # Errors
    /// There is no such format, the record has no minutes, or the system's.
    pub fn save_minutes(&self, record: &str, path: &Path, lang: Lang, is_draft: bool) -> Result<(), Failure> {
        let kind = ending(path);
        if !MINUTES_FORMATS.contains(&kind.as_str()) {
            let what = Text::both(|l| say::output::minutes_kind(l, path.display()));
            return Err(Failure::new(Exit::Usage, what).hint(Text::both(say::output::minutes_kind_hint)));
        }
        let page = if is_draft { self.minutes_of_draft(record, lang)? } else { self.minutes(record, lang)? };
        let bytes = if kind == "docx" { docx::bytes(&page) } else { Ok(html::text(&page).into_bytes()) };
        bytes.and_then(|bytes| crate::disk::replace(path, &bytes)).map_err(|e| Failure::io(path, &e))
    }
}

/// Why a file was not written.
pub fn not_written(problem: Problem, path: &Path) -> Failure {
    match problem {
        Problem::Io(error) => Failure::io(path, &error),
        Problem::Workbook(why) => Failure::new(Exit::Refused, Text::both(|l| say::output::no_workbook(l, path.display()))).why(Text::plain(why)),
    }
}
