//! Keeping everything on this machine: the only user of sled and bincode.
//!
//! The journal (`journal.jsonl`, canonical lines, fsynced before anything is called saved) is the truth; sled is the view
//! that makes it fast to find, and is rebuilt from the journal whenever there is doubt. Drafts have a small journal of
//! their own. Folder: `identity.toml identity.copy.toml journal.jsonl definitions.sums drafts.jsonl sled/ lock clean known lines`, and
//! `*.bad.N` for what was damaged and put aside.

pub mod closed;
mod compact;
mod copies;
mod derived;
mod dictionary;
pub mod drafts;
mod envelope;
pub mod identity;
pub mod inspect;
mod journal;
pub mod known;
mod lines;
mod mark;
mod migrate;
mod open;
mod packed;
mod part;
mod recover;
mod replay;
mod rows;
mod salvage;
mod schema;
pub mod spread;
mod sums;
mod sweep;
mod trees;
pub mod trial;
pub mod view;

pub use copies::Copies;
pub use derived::{Current, IndexRow};
pub use drafts::{Change, Draft, Drafts};
pub use identity::Identity;
pub use open::Notice;
pub use packed::{Entry as KeptEntry, Part as KeptPart, Raw};
pub use part::{Packer, Part};
pub use recover::{GUARDED_THREAD, Glimpse, Glimpsed, is_guarded};
pub use rows::Rows;
pub use sweep::keep_little;
pub use trees::RevisionKey;

use crate::disk;
use crate::record::Entry;
use crate::record::clock::Stamp;
use crate::record::revision::RevisionId;
use chrono::{DateTime, Utc};
use journal::Journal;
use known::{Known, Noting};
use mark::Mark;
use std::collections::BTreeSet;
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
    /// Made by a newer program: this one must not touch it. The path, and the number that it does not know.
    Newer(PathBuf, u16),
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
        if Self::exists(dir) {
            return Err(StoreProblem::AlreadyThere(dir.to_owned()));
        }
        let made = std::fs::create_dir_all(dir).and_then(|()| disk::sync_folder(dir));
        made.map_err(|e| StoreProblem::Io(dir.to_owned(), e))?;
        identity.save(dir)
    }

    /// Whether the folder holds a store.
    pub fn exists(dir: &Path) -> bool {
        // A folder that may not be read is no empty one: opening it tells why.
        let is_there = |name| dir.join(name).try_exists().unwrap_or_else(|e| e.kind() == io::ErrorKind::PermissionDenied);
        [identity::FILE, identity::COPY].into_iter().any(is_there)
    }

    /// Opens a store; what had to be repaired on the way is told in notices.
    ///
    /// # Errors
    /// Why it cannot be opened. Nothing was changed then.
    pub fn open(dir: &Path, now: DateTime<Utc>) -> Result<(Self, Vec<Notice>), StoreProblem> {
        open::open(dir, now, None, None)
    }

    /// The same; `glimpse` takes what can be shown before: the lists as a clean end left them, or after another end what the view
    /// has while it still has to be looked through.
    ///
    /// # Errors
    /// Why it cannot be opened. Nothing was changed then.
    pub fn open_showing(dir: &Path, now: DateTime<Utc>, glimpse: Glimpse) -> Result<(Self, Vec<Notice>), StoreProblem> {
        open::open(dir, now, None, Some(glimpse))
    }

    /// The same where the caller holds its lock already.
    ///
    /// # Errors
    /// Why it cannot be opened. Nothing was changed then.
    pub fn open_held(dir: &Path, now: DateTime<Utc>, lock: File) -> Result<(Self, Vec<Notice>), StoreProblem> {
        open::open(dir, now, Some(lock), None)
    }

    /// What it held when it last synced, and what was saved since, without asking the view; `None` where that is not known.
    pub fn known(&self) -> Option<Known> {
        Known::open(&self.dir, self.journal.end())
    }

    /// What was noted as it passed is what it holds now.
    pub fn keep_noted(&self, noting: Noting) {
        noting.keep(self.journal.end());
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

    /// Changes the drafts.
    fn change_drafts(&mut self, change: impl FnOnce(&mut Drafts) -> io::Result<()>) -> Result<(), StoreProblem> {
        self.unclean()?;
        change(&mut self.drafts).map_err(|e| StoreProblem::Io(self.dir.join(drafts::FILE), e))
    }

    /// Keeps a draft whole (a field was left).
    ///
    /// # Errors
    /// The system's; the draft is kept in memory all the same.
    pub fn keep_draft(&mut self, draft: Draft) -> Result<(), StoreProblem> {
        self.change_drafts(|drafts| drafts.keep(draft))
    }

    /// Keeps what is being typed (a key was pressed).
    ///
    /// # Errors
    /// The system's.
    pub fn keep_typing(&mut self, record: &str, path: &str, text: &str) -> Result<(), StoreProblem> {
        self.change_drafts(|drafts| drafts.typing(record, path, text))
    }

    /// Forgets a draft (see [`Drafts::end`]).
    ///
    /// # Errors
    /// The system's.
    pub fn end_draft(&mut self, record: &str) -> Result<(), StoreProblem> {
        match self.drafts.get(record) {
            Some(_) => self.change_drafts(|drafts| drafts.end(record)),
            None => Ok(()),
        }
    }

    /// Makes what was typed durable.
    ///
    /// # Errors
    /// The system's.
    pub fn sync_drafts(&mut self) -> Result<(), StoreProblem> {
        self.drafts.sync().map_err(|e| StoreProblem::Io(self.dir.join(drafts::FILE), e))
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
        self.append_telling(entries, now, || ())
    }

    /// The same, and tells between both: from there on nothing can take them back.
    ///
    /// # Errors
    /// As [`Self::append`]; after it told, only what can be asked now is not up to date.
    pub fn append_telling(&mut self, entries: &[(Vec<u8>, Entry)], now: DateTime<Utc>, durable: impl FnOnce()) -> Result<usize, StoreProblem> {
        let (mut new, mut there) = (Vec::<&(Vec<u8>, Entry)>::new(), BTreeSet::new());
        for line in entries {
            if !self.view.contains(&line.1)? && there.insert(&line.0) {
                new.push(line);
            }
        }
        if new.is_empty() {
            return Ok(0);
        }
        self.unclean()?;
        self.journal.append(new.iter().map(|(bytes, _)| bytes.as_slice())).map_err(|e| StoreProblem::Io(self.dir.join(journal::FILE), e))?;
        durable();
        // The numbers are used up from here on, even if the view should fail.
        for (_, entry) in &new {
            if let Entry::Revision(revision) = entry {
                self.view.observe(&revision.into(), &self.identity.device, now);
            }
        }
        for (_, entry) in &new {
            self.view.insert(entry, &self.identity.device, now)?;
        }
        Ok(new.len())
    }

    /// Takes the mark of a clean end away before anything is written.
    fn unclean(&mut self) -> Result<(), StoreProblem> {
        if std::mem::take(&mut self.clean) {
            mark::remove(&self.dir).map_err(|e| StoreProblem::Io(self.dir.clone(), e))?;
        }
        Ok(())
    }

    /// The view, to note what is derived (see [`View::put_current`]).
    ///
    /// # Errors
    /// The system's.
    pub fn changing(&mut self) -> Result<&View, StoreProblem> {
        self.unclean()?;
        Ok(&self.view)
    }

    /// Closes cleanly, so that the next start need not look at everything.
    ///
    /// # Errors
    /// The system's; the journal is durable all the same.
    pub fn close(self) -> Result<(), StoreProblem> {
        self.close_with(&Rows::default())
    }

    /// The same with the lines of all records at hand: the next start shows them at once.
    ///
    /// # Errors
    /// As [`Self::close`].
    pub fn close_with(mut self, rows: &Rows) -> Result<(), StoreProblem> {
        let dir = self.dir.clone();
        let io = |e| StoreProblem::Io(dir.clone(), e);
        if self.clean {
            if !lines::exist(&dir) {
                // A start without them takes longer, that is all.
                let _ = mark::read(&dir).map(|mark| lines::write(&dir, &mark, rows));
            }
            return Ok(());
        }
        self.drafts.close().map_err(io)?;
        if compact::is_large(&self.view, self.journal.bytes()) {
            self.view.make_small(&self.dir, self.journal.bytes())?;
        }
        self.view.flush(&self.dir)?;
        // A journal that failed is looked at whole by the next start.
        if self.journal.is_broken() || self.view.is_doubtful() {
            return Ok(());
        }
        let end = self.journal.end();
        let (bytes, crc, entries, drafts) = (end.bytes, end.crc.clone().finalize(), end.lines, mark::of_drafts(&dir).map_err(io)?);
        let own = (self.identity.device.clone(), self.view.chain().seq);
        let view = self.view_at_rest();
        if self.view.is_doubtful() {
            return Ok(());
        }
        let mark = Mark { bytes, crc, entries, drafts, view, own };
        mark::write(&dir, &mark).map_err(io)?;
        // Behind it: a kill in between costs the next start nothing but these. Nor does a full disk.
        let _ = lines::write(&dir, &mark, rows);
        Ok(())
    }

    /// sled writes to its file even when it is only read: the mark is to know the file as it lies there now. Where it
    /// cannot be written, the next start looks at everything.
    fn note_unchanged(&mut self) {
        if let Some(left) = mark::read(&self.dir) {
            let view = self.view_at_rest();
            let _ = mark::write(&self.dir, &Mark { view, ..left });
        }
    }

    /// Lets go of the view; gives length and sum of its file.
    fn view_at_rest(&mut self) -> (u64, u32) {
        self.view.let_go();
        mark::of_view(&self.dir)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.view.is_doubtful() {
            // Where even this is refused, the view's own checks still stand between it and a wrong answer.
            let _ = mark::remove(&self.dir);
        } else if self.clean {
            self.note_unchanged();
        }
    }
}
