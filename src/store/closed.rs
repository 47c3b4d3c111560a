//! A store that is compared with a file without opening its view: what it held at its last sync is noted (see `known`),
//! what was saved since stands at the end of the journal. Only for a store that ended cleanly and of which nothing is in
//! doubt; any other is opened whole.

use super::StoreProblem;
use super::identity::{self, Identity};
use super::journal::End;
use super::known::{Known, Noting};
use super::mark;
use super::open::{has_space, journal_end, lock};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The store, locked, its view closed.
pub struct Closed {
    dir: PathBuf,
    identity: Identity,
    end: End,
    /// The highest number of this laptop's revisions.
    seq: u64,
    lock: File,
}

impl Closed {
    /// The store in a folder, and what it holds; `None` where it has to be opened.
    pub fn open(dir: &Path) -> Option<(Self, Known)> {
        let identity = Identity::load(dir).ok().filter(|identity| identity.format == identity::FORMAT && Identity::load_copy(dir).is_ok())?;
        let lock = lock(dir).ok()?;
        let left = mark::read(dir)?;
        if !has_space(dir) || mark::of_drafts(dir).ok()? != left.drafts {
            return None;
        }
        let end = journal_end(dir, &left)?;
        let seq = left.own.1;
        let known = Known::open(dir, &end).filter(|_| left.own.0 == identity.device)?;
        Some((Self { dir: dir.to_owned(), identity, end, seq, lock }, known))
    }

    /// Who works here.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A sync that brought nothing is done: everything here is in a central file now.
    ///
    /// # Errors
    /// The system's.
    pub fn mark_synced(mut self, noting: Noting) -> Result<(), StoreProblem> {
        self.identity.synced = self.seq;
        self.identity.save(&self.dir)?;
        noting.keep(&self.end);
        Ok(())
    }

    /// The lock, for the one that opens the store.
    pub fn into_lock(self) -> File {
        self.lock
    }
}
