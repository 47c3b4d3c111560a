//! Every error ends here as a sentence with a way out: what happened, why, what to do, and the exit code.

use crate::disk::LockProblem;
use crate::exchange::union::UnionProblem;
use crate::exchange::{FileProblem, Problem};
use crate::locale::plain::{plain, short_name};
use crate::locale::{Lang, Text, say};
use crate::record::line::LineProblem;
use crate::store::StoreProblem;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// An input was refused.
    Refused = 1,
    /// Wrong usage, or no terminal.
    Usage = 2,
    /// Damage was found.
    Damage = 3,
    /// Another copy holds it.
    Locked = 4,
    /// The system refused.
    System = 5,
}

/// What a person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub what: Text,
    /// Why; may be empty.
    pub why: Text,
    /// What to do; may be empty.
    pub hint: Text,
    /// The exit code.
    pub exit: Exit,
}

impl Failure {
    /// With a sentence only.
    pub fn new(exit: Exit, what: Text) -> Self {
        Self { what, why: Text::default(), hint: Text::default(), exit }
    }

    /// With a reason.
    pub fn why(self, why: Text) -> Self {
        Self { why, ..self }
    }

    /// With a way out.
    pub fn hint(self, hint: Text) -> Self {
        Self { hint, ..self }
    }

    /// At most three lines.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        [&self.what, &self.why, &self.hint].into_iter().filter(|t| !t.is_empty()).map(|t| harmless(t.get(lang))).collect()
    }

    /// What the system refused, at a path.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        let at = &path.display();
        let (what, hint): (Text, Text) = match error.kind() {
            ErrorKind::NotFound if path.as_os_str().is_empty() => (Text::both(say::failure::no_name), Text::default()),
            ErrorKind::InvalidFilename => (Text::both(|l| say::failure::bad_name(l, at)), Text::both(say::failure::bad_name_hint)),
            ErrorKind::NotFound => (Text::both(|l| say::failure::not_found(l, at)), Text::both(say::failure::not_found_hint)),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (Text::both(|l| say::failure::not_allowed(l, at)), Text::both(say::failure::not_allowed_hint)),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                (Text::both(|l| say::failure::disk_full(l, at)), Text::both(say::failure::disk_full_hint))
            }
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists => (Text::both(|l| say::failure::not_a_folder(l, at)), Text::both(say::failure::not_a_folder_hint)),
            ErrorKind::IsADirectory => (Text::both(|l| say::failure::is_a_folder(l, at)), Text::both(say::failure::is_a_folder_hint)),
            _ => (Text::both(|l| say::failure::system(l, at, error)), Text::default()),
        };
        Self::new(Exit::System, what).hint(hint)
    }
}

/// Sentences name files, laptops and programmes that others named.
fn harmless(sentence: &str) -> String {
    sentence.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

impl From<StoreProblem> for Failure {
    fn from(problem: StoreProblem) -> Self {
        match problem {
            StoreProblem::NotThere(dir) => Self::new(Exit::Usage, Text::both(|l| say::failure::no_store(l, dir.display()))).hint(Text::both(say::failure::no_store_hint)),
            StoreProblem::AlreadyThere(dir) => Self::new(Exit::Usage, Text::both(|l| say::failure::store_there(l, dir.display()))).hint(Text::both(say::failure::store_there_hint)),
            StoreProblem::Locked(dir) => Self::new(Exit::Locked, Text::both(|l| say::failure::store_locked(l, dir.display()))).hint(Text::both(say::failure::store_locked_hint)),
            StoreProblem::Identity(path, why) => {
                Self::new(Exit::Damage, Text::both(|l| say::failure::bad_identity(l, path.display()))).why(Text::plain(why)).hint(Text::both(say::failure::bad_identity_hint))
            }
            StoreProblem::Newer(dir, number) => Self::new(Exit::Refused, Text::both(|l| say::store::newer(l, dir.display(), number))).hint(Text::both(say::store::newer_hint)),
            StoreProblem::DiskFull(dir) => Self::new(Exit::System, Text::both(|l| say::failure::disk_full(l, dir.display()))).hint(Text::both(say::failure::disk_full_hint)),
            StoreProblem::Io(path, error) => Self::io(&path, &error),
            StoreProblem::View(why) => Self::new(Exit::Damage, Text::both(say::failure::view_failed)).why(Text::plain(why)).hint(Text::both(say::failure::view_failed_hint)),
        }
    }
}

impl From<FileProblem> for Failure {
    fn from(FileProblem { file, line, problem }: FileProblem) -> Self {
        let name = &file.display();
        let damaged = |why: Text| Self::new(Exit::Damage, Text::both(|l| say::failure::file_damaged(l, name, line))).why(why).hint(Self::other_copy(&file));
        match problem {
            Problem::Io(error) => Self::io(&file, &error),
            Problem::NotOurs => Self::new(Exit::Refused, Text::both(|l| say::failure::not_ours(l, name))).hint(Text::both(say::failure::not_ours_hint)),
            Problem::Resaved => Self::new(Exit::Damage, Text::both(|l| say::failure::resaved(l, name))).hint(Self::other_copy(&file)),
            Problem::Newer(format) => Self::new(Exit::Refused, Text::both(|l| say::failure::newer_file(l, name, short_name(&format)))).hint(Text::both(say::failure::newer_hint)),
            Problem::OtherProgramme(other) => {
                Self::new(Exit::Refused, Text::both(|l| say::failure::other_programme(l, name, short_name(&other)))).hint(Text::both(say::failure::other_programme_hint))
            }
            Problem::Truncated => damaged(Text::both(say::failure::truncated)),
            Problem::Altered | Problem::Line(LineProblem::Altered) => damaged(Text::both(say::failure::altered)),
            Problem::AfterSeal => damaged(Text::both(say::failure::after_seal)),
            Problem::Unsorted => damaged(Text::both(say::failure::unsorted)),
            Problem::Packed => damaged(Text::both(say::exchange::packed)),
            Problem::Duplicate => damaged(Text::both(say::failure::duplicate)),
            Problem::Line(LineProblem::TooLong) => damaged(Text::both(say::failure::too_long)),
            Problem::Line(LineProblem::NotText) => damaged(Text::both(say::failure::not_text)),
            Problem::Line(LineProblem::NotALine) => damaged(Text::both(say::failure::not_a_line)),
            Problem::Line(LineProblem::NotCanonical) => damaged(Text::both(say::failure::not_canonical)),
        }
    }
}

impl Failure {
    /// Where another copy of a damaged file may be had.
    pub fn other_copy(file: &Path) -> Text {
        let has_old = crate::disk::beside_visible(file, "bak").exists();
        Text::both(if has_old { say::failure::file_damaged_hint } else { say::failure::file_damaged_hint_alone })
    }

    /// A union that was given up while writing `target`.
    pub fn union(problem: UnionProblem, target: &Path) -> Self {
        match problem {
            UnionProblem::File(problem) => (*problem).into(),
            UnionProblem::Io(error) => Self::io(target, &error),
            UnionProblem::At(path, error) => Self::io(&path, &error),
            UnionProblem::Store(why) => StoreProblem::View(why).into(),
        }
    }

    /// A file that could not be locked.
    pub fn lock(problem: LockProblem, target: &Path) -> Self {
        match problem {
            LockProblem::Held(by) => {
                let why = if by.is_empty() { Text::default() } else { Text::both(|l| say::exchange::locked_by(l, &by)) };
                Self::new(Exit::Locked, Text::both(|l| say::failure::file_locked(l, target.display()))).why(why).hint(Text::both(say::failure::file_locked_hint))
            }
            LockProblem::Io(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                let what = Text::both(|l| say::exchange::cannot_lock(l, target.display()));
                Self::new(Exit::System, what).hint(Text::both(|l| say::exchange::cannot_lock_hint(l, target.display())))
            }
            LockProblem::Io(error) => Self::io(target, &error),
        }
    }
}
