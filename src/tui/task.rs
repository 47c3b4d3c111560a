//! What the screens ask of the desk beside interviews: reviews, pairs, explanations, papers. Plain data, and how the worker
//! does it.

use super::message::Overview;
use super::worker::overview;
use crate::error::Failure;
use crate::locale::Lang;
use crate::record::Revision;
use crate::record::revision::RevisionId;
use crate::workbench::Desk;
use crate::workbench::waiting::{Alike, Waits};
use std::path::{Path, PathBuf};

/// Something to be done. Decisions are revisions that travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Approve records as they are now.
    Approve(Vec<String>),
    /// Send a record back with a question about an answer.
    SendBack {
        /// The record.
        record: String,
        /// The answer.
        path: String,
        /// What is asked.
        comment: String,
    },
    /// Answer the open questions about a record.
    Answer {
        /// The record.
        record: String,
        /// What is answered.
        comment: String,
    },
    /// Say that two records are one, or are not.
    Pair {
        /// The record; of one that is linked: the one that reads as the other.
        record: String,
        /// The other.
        other: String,
        /// Whether they are one.
        is_link: bool,
        /// Why.
        reason: String,
    },
    /// Take decisions back, the last first.
    Undo(Vec<RevisionId>),
    /// Show records that may be one.
    Duplicates,
    /// Look for what waits; with `true` also for what supervisors decide.
    Waiting(bool),
    /// Tell why an answer has its value.
    Explain {
        /// The record.
        record: String,
        /// The answer.
        path: String,
        /// In which language.
        lang: Lang,
    },
    /// Write minutes into a file.
    Minutes {
        /// The record.
        record: String,
        /// The file.
        file: PathBuf,
        /// In which language.
        lang: Lang,
        /// Whether what is being filled in is printed, as it stands.
        is_draft: bool,
    },
    /// Write a report into a file.
    SaveReport {
        /// The period; the whole programme without one.
        period: Option<String>,
        /// By what it is parted.
        by: Option<String>,
        /// The file.
        file: PathBuf,
        /// In which language.
        lang: Lang,
    },
    /// Show an attached file with the system's own program.
    ShowFile(crate::value::FileRef),
    /// Look for removable drives and central files on them.
    Drives,
}

/// What was done.
pub enum Outcome {
    /// Decisions are durable.
    Decided {
        /// The records that they are about.
        records: Vec<String>,
        /// The revisions, for taking them back.
        revisions: Vec<RevisionId>,
        /// Whether it took something back.
        is_undo: bool,
        /// The lists now.
        overview: Overview,
    },
    /// Pairs that may be one.
    Duplicates(Vec<Alike>),
    /// What waits.
    Waits(Waits),
    /// Why an answer has its value.
    Explained(Vec<String>),
    /// A file is written.
    Written(PathBuf),
    /// A file is being shown: its name.
    Shown(String),
    /// Central files on removable drives, or where one would be made.
    Drives(Vec<PathBuf>),
}

/// Does it.
///
/// # Errors
/// Why it could not be done.
pub fn carry_out(desk: &mut Desk, task: Task) -> Result<Outcome, Failure> {
    match task {
        Task::Approve(records) => {
            let approved = desk.approve(&records)?;
            Ok(decided(desk, &approved))
        }
        Task::SendBack { record, path, comment } => desk.send_back(&record, &path, &comment).map(|done| decided(desk, &[done])),
        Task::Answer { record, comment } => desk.reply(&record, &comment).map(|done| decided(desk, &[done])),
        Task::Pair { record, other, is_link: true, reason } => desk.link(&record, &other, &reason).map(|done| decided(desk, &[done])),
        Task::Pair { record, other, reason, .. } => desk.apart(&record, &other, &reason).map(|done| decided(desk, &[done])),
        Task::Undo(revisions) => {
            let undone = revisions.iter().rev().map(|revision| desk.undo(revision, None)).collect::<Result<Vec<_>, _>>()?;
            Ok(told(desk, &undone, true))
        }
        Task::Duplicates => Ok(Outcome::Duplicates(desk.alike())),
        Task::Waiting(with_decisions) => desk.waits(with_decisions).map(Outcome::Waits),
        Task::Explain { record, path, lang } => desk.explain(&record, &path, lang).map(Outcome::Explained),
        Task::Minutes { record, file, lang, is_draft } => desk.save_minutes(&record, &file, lang, is_draft).map(|()| written(&file)),
        Task::ShowFile(file) => desk.show_file(&file).map(|()| Outcome::Shown(file.name)),
        Task::SaveReport { period, by, file, lang } => {
            let report = desk.report_by(period.as_deref(), by.as_deref())?;
            desk.save_report(&report, &file, lang).map(|()| written(&file))
        }
        Task::Drives => Ok(Outcome::Drives(crate::disk::drives::central_files())),
    }
}

/// A file with its whole path: who started the program from an icon does not know its folder.
fn written(file: &Path) -> Outcome {
    Outcome::Written(std::path::absolute(file).unwrap_or_else(|_| file.to_owned()))
}

/// Decisions that are durable now.
pub fn decided(desk: &Desk, revisions: &[Revision]) -> Outcome {
    told(desk, revisions, false)
}

fn told(desk: &Desk, revisions: &[Revision], is_undo: bool) -> Outcome {
    Outcome::Decided {
        records: revisions.iter().map(|revision| revision.record.clone()).collect(),
        revisions: revisions.iter().map(|revision| revision.id).collect(),
        is_undo,
        overview: overview(desk),
    }
}
