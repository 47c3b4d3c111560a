//! Looking at a store without changing anything in it: what `doctor` tells before it repairs.

use super::open::lock;
use super::{Drafts, Identity, Store, StoreProblem, identity, journal, mark};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What was found. Line numbers count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Different entries of the journal that can be read.
    pub entries: u64,
    /// Lines of the journal that cannot be read.
    pub damaged: Vec<u64>,
    /// The journal ends in the middle of a line.
    pub torn: bool,
    /// Entries that the journal had at the last clean end and lacks now.
    pub gone: u64,
    /// Lines of the drafts that cannot be read.
    pub drafts: Vec<u64>,
    /// The drafts are not as they were left.
    pub drafts_changed: bool,
    /// What is wrong with `identity.toml` or its copy.
    pub identity: Vec<PathBuf>,
    /// What was put aside earlier.
    pub aside: Vec<PathBuf>,
}

impl Findings {
    /// Whether there is something to repair.
    pub fn is_damage(&self) -> bool {
        !self.damaged.is_empty() || self.torn || self.gone > 0 || !self.drafts.is_empty() || self.drafts_changed || !self.identity.is_empty()
    }
}

/// Reads journal, drafts and identity whole, of a store that nobody has open: a line that is just being written would look
/// like damage.
///
/// # Errors
/// There is no store, another copy has it open, it is a newer program's, or the system's.
pub fn inspect(dir: &Path) -> Result<Findings, StoreProblem> {
    if !Store::exists(dir) {
        return Err(StoreProblem::NotThere(dir.to_owned()));
    }
    // Where no lock is to be had (a read-only folder), nobody else can be writing either.
    let _lock = match lock(dir) {
        Err(StoreProblem::Io(..)) => None,
        locked => Some(locked?),
    };
    look(dir)
}

/// The same for whoever has the store open.
///
/// # Errors
/// The same.
pub fn look(dir: &Path) -> Result<Findings, StoreProblem> {
    let io = |e| StoreProblem::Io(dir.to_owned(), e);
    let identity = damaged_identity(dir)?;
    let (mut there, mut lines) = (BTreeSet::new(), 0);
    let scan = journal::scan(dir, &mut |line, _| {
        lines += 1;
        there.insert(crc32fast::hash(line) as u64 | (line.len() as u64) << 32);
    })
    .map_err(io)?;
    let left = mark::read(dir);
    let drafts = Drafts::open(dir).map_err(io)?;
    Ok(Findings {
        entries: there.len() as u64,
        gone: left.as_ref().map_or(0, |mark| mark.entries.saturating_sub(lines)),
        drafts_changed: match &left {
            Some(mark) => mark::of_drafts(dir).map_err(io)? != mark.drafts,
            None => false,
        },
        torn: scan.is_torn(),
        damaged: scan.damaged,
        drafts: drafts.damaged().to_vec(),
        identity,
        aside: mark::kept_aside(dir),
    })
}

/// Which of the identity and its copy is damaged or missing. One of them has to be good.
fn damaged_identity(dir: &Path) -> Result<Vec<PathBuf>, StoreProblem> {
    match (Identity::load(dir), Identity::load_copy(dir)) {
        (Ok(identity), Err(_)) if identity.format == 1 => Ok(Vec::new()),
        (Ok(_), Ok(_)) => Ok(Vec::new()),
        (Ok(_), Err(_)) => Ok(vec![dir.join(identity::COPY)]),
        (Err(problem @ (StoreProblem::Newer(..) | StoreProblem::Io(..))), _) => Err(problem),
        (Err(_), Ok(_)) => Ok(vec![dir.join(identity::FILE)]),
        (Err(problem), Err(_)) => Err(problem),
    }
}

/// Lets the next opening look at everything, as after an unclean end.
///
/// # Errors
/// The system's.
pub fn doubt(dir: &Path) -> Result<(), StoreProblem> {
    mark::remove(dir).map_err(|e| StoreProblem::Io(dir.to_owned(), e))
}
