//! Keeping everything on this machine: the only user of sled and bincode.
//!
//! The journal (`journal.jsonl`, canonical lines, fsynced before anything is called saved) is the truth; sled is the view
//! that makes it fast to find, and is rebuilt from the journal whenever there is doubt. Drafts have a small journal of
//! their own. Folder: `identity.toml journal.jsonl drafts.jsonl sled/ lock clean`.

pub mod drafts;
mod envelope;
pub mod identity;
mod journal;
mod open;
mod schema;
pub mod view;

pub use drafts::{Draft, Drafts};
pub use identity::Identity;
pub use open::{GUARDED_THREAD, Notice};
pub use view::{Current, IndexRow};

use crate::record::Entry;
use crate::record::clock::Stamp;
use crate::record::revision::RevisionId;
use chrono::{DateTime, Utc};
use journal::Journal;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use view::View;

/// Why the store cannot do what was asked.
#[derive(Debug)]
pub enum StoreProblem {
    /// There is no store in the folder.
    NotThere(PathBuf),
    /// There is one already.
    AlreadyThere(PathBuf),
    /// Another copy has it open.
    Locked(PathBuf),
    /// `identity.toml` cannot be read.
    Identity(PathBuf, String),
    /// Too little room on the disk to open safely.
    DiskFull(PathBuf),
    /// The system refused.
    Io(PathBuf, io::Error),
    /// The view failed while in use; the journal has everything.
    View(String),
}

/// An open store. One process, one thread at a time.
pub struct Store {
    dir: PathBuf,
    identity: Identity,
    journal: Journal,
    view: View,
    drafts: Drafts,
    /// Held while the store is open.
    _lock: File,
    /// Whether the mark of a clean end still stands.
    clean: bool,
}

impl Store {
    /// Makes a new store for a person on a laptop.
    ///
    /// # Errors
    /// [`StoreProblem::AlreadyThere`], or the system's.
    pub fn create(dir: &Path, identity: &Identity) -> Result<(), StoreProblem> {
        if dir.join(identity::FILE).exists() {
            return Err(StoreProblem::AlreadyThere(dir.to_owned()));
        }
        std::fs::create_dir_all(dir).map_err(|e| StoreProblem::Io(dir.to_owned(), e))?;
        identity.save(dir)
    }

    /// Whether the folder holds a store.
    pub fn exists(dir: &Path) -> bool {
        dir.join(identity::FILE).exists()
    }

    /// Opens a store; what had to be repaired on the way is told in notices.
    ///
    /// # Errors
    /// Why it cannot be opened. Nothing was changed then.
    pub fn open(dir: &Path, now: DateTime<Utc>) -> Result<(Self, Vec<Notice>), StoreProblem> {
        open::open(dir, now)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Who works here.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Changes who works here.
    ///
    /// # Errors
    /// The system's.
    pub fn set_identity(&mut self, identity: Identity) -> Result<(), StoreProblem> {
        identity.save(&self.dir)?;
        if identity.device != self.identity.device {
            self.unclean()?;
            self.view.own(&identity.device)?;
        }
        self.identity = identity;
        Ok(())
    }

    /// The view: everything that can be asked.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Drafts.
    pub fn drafts(&mut self) -> &mut Drafts {
        &mut self.drafts
    }

    /// Whether something was typed that is not durable yet.
    pub fn has_unsynced_drafts(&self) -> bool {
        self.drafts.is_unsynced()
    }

    /// Drafts, to read.
    pub fn draft_list(&self) -> impl Iterator<Item = &Draft> {
        self.drafts.iter()
    }

    /// The stamp, number and predecessor of this laptop's next revision.
    pub fn next(&self, now: DateTime<Utc>) -> (Stamp, u64, Option<RevisionId>) {
        let chain = self.view.chain();
        (Stamp::next(now, chain.last), chain.seq + 1, chain.prev)
    }

    /// How many bytes the journal has: changes with every save, so that it can be mixed into seeded randomness.
    pub fn journal_bytes(&self) -> u64 {
        self.journal.bytes()
    }

    /// Makes entries durable, then visible. Entries that are there already are skipped. Gives how many were new. By `now`
    /// it is decided whose clocks are believed.
    ///
    /// # Errors
    /// The system's: nothing of this call is then called saved.
    pub fn append(&mut self, entries: &[(Vec<u8>, Entry)], now: DateTime<Utc>) -> Result<usize, StoreProblem> {
        let mut new: Vec<&(Vec<u8>, Entry)> = Vec::new();
        for line in entries {
            if !self.view.contains(&line.1)? {
                new.push(line);
            }
        }
        if new.is_empty() {
            return Ok(0);
        }
        self.unclean()?;
        self.journal.append(new.iter().map(|(bytes, _)| bytes.as_slice())).map_err(|e| StoreProblem::Io(self.dir.clone(), e))?;
        // The numbers are used up from here on, even if the view should fail.
        for (_, entry) in &new {
            if let Entry::Revision(revision) = entry {
                self.view.observe(revision, &self.identity.device, now);
            }
        }
        for (_, entry) in &new {
            self.view.insert(entry, &self.identity.device, now)?;
        }
        Ok(new.len())
    }

    /// Reads the whole journal, to check it: the number of entries, and the numbers of damaged lines.
    ///
    /// # Errors
    /// The system's.
    pub fn check_journal(&self) -> Result<(u64, Vec<u64>), StoreProblem> {
        let mut entries = 0;
        let scan = journal::scan(&self.dir, &mut |_, _| entries += 1).map_err(|e| StoreProblem::Io(self.dir.clone(), e))?;
        Ok((entries, scan.damaged))
    }

    /// Takes the mark of a clean end away before anything is written.
    fn unclean(&mut self) -> Result<(), StoreProblem> {
        if std::mem::take(&mut self.clean) {
            open::remove_clean_mark(&self.dir).map_err(|e| StoreProblem::Io(self.dir.clone(), e))?;
        }
        Ok(())
    }

    /// Notes derived results of a record (see [`View::put_current`]).
    ///
    /// # Errors
    /// The view's.
    pub fn put_current(&mut self, row: &IndexRow, current: &Current) -> Result<(), StoreProblem> {
        self.unclean()?;
        self.view.put_current(row, current)
    }

    /// Closes cleanly, so that the next start need not look at everything.
    ///
    /// # Errors
    /// The system's; the journal is durable all the same.
    pub fn close(mut self) -> Result<(), StoreProblem> {
        self.drafts.sync().map_err(|e| StoreProblem::Io(self.dir.clone(), e))?;
        if self.clean {
            return Ok(());
        }
        self.view.flush(&self.dir)?;
        open::write_clean_mark(&self.dir, self.journal.bytes(), &self.view).map_err(|e| StoreProblem::Io(self.dir.clone(), e))
    }
}
