//! Sync: the store and a central file.

use super::Desk;
use super::attachments::Carried;
use super::incoming::Incoming;
use super::merging::Runs;
use super::own_lines::OwnLines;
use super::passing::{Here, pass};
use crate::disk::{self, FileLock, remove_leftovers};
use crate::error::Failure;
use crate::exchange::union::Tally;
use crate::record::{Definition, Entry};
use crate::store::known::Noting;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a sync brought and took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// The counts.
    pub tally: Tally,
    /// The central file was not there before.
    pub creates: bool,
    /// Devices in the result: number of revisions missing below the highest.
    pub gaps: Vec<(String, u64)>,
    /// What else there is to be told.
    pub beside: Box<Beside>,
}

/// What a sync shows beside its counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// What was kept of a central file that is gone: it was taken in.
    pub kept: Option<PathBuf>,
    /// Numbers that are missing, device by device.
    pub missing: Runs,
    /// Numbers that two laptops gave.
    pub forks: Runs,
    /// Attached files.
    pub carried: Carried,
    /// Laptops whose clocks are wrong, by what is new of them.
    pub ahead: BTreeSet<String>,
}

/// Lines of so many bytes at once are long ones.
const HEAVY: usize = 4 << 20;

impl Desk {
    /// The two-way union of this store and a central file, which is made if it is not there.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing was changed then, unless it is the last step that failed: what the file
    /// brings is then in neither or in both, and the next sync goes on.
    pub fn sync(&mut self, central: &Path, plan: bool) -> Result<Synced, Failure> {
        let central = &disk::followed(central);
        let mut lock = if plan { None } else { Some(lock_central(central)?) };
        let mut incoming = Incoming::new(self.dir());
        let mut noting = (!plan).then(|| Noting::begin(self.dir()));
        let lines = OwnLines::new(self.store().view(), self.store().known())?;
        let synced = pass(&self.here(), lines, central, lock.as_mut(), &mut incoming, noting.as_mut())?;
        match noting {
            None => Ok(synced),
            Some(noting) => self.take_all(&mut incoming, noting).map(|()| synced),
        }
    }

    /// This side of a pass.
    pub(super) fn here(&self) -> Here<'_> {
        Here { dir: self.dir(), programme: &self.identity().programme, library: self.library().clone(), now: self.settings().clock.now(), watch: &self.watch }
    }

    /// Takes in what a pass put aside. What it noted is what is here then.
    pub(super) fn take_all(&mut self, incoming: &mut Incoming, noting: Noting) -> Result<(), Failure> {
        incoming.each(&mut |part| self.take_in(part))?;
        self.refresh_stale()?;
        self.store().keep_noted(noting);
        self.mark_synced()
    }

    /// This laptop's revisions that no sync has carried away yet.
    pub fn unsynced(&self) -> usize {
        let last = self.store().view().chain().seq;
        (last - self.identity().synced.min(last)) as usize
    }

    /// Everything here is in a central file now.
    ///
    /// # Errors
    /// The system's.
    pub fn mark_synced(&mut self) -> Result<(), Failure> {
        let mut identity = self.identity().clone();
        identity.synced = self.store().view().chain().seq;
        self.store_mut().set_identity(identity).map_err(Failure::from)
    }

    pub(super) fn take_in(&mut self, lines: &[(Vec<u8>, Entry)]) -> Result<(), Failure> {
        let was_cloned = self.brings_own(lines)?;
        let now = self.settings().clock.now();
        self.store_mut().append(lines, now)?;
        if lines.iter().map(|(line, _)| line.len()).sum::<usize>() > HEAVY {
            self.store().view().relieve();
        }
        for (_, entry) in lines {
            if let Entry::Definition(definition) = entry {
                self.library.add(definition.clone());
                self.derive_again(definition);
            }
        }
        if was_cloned { self.renew_device() } else { Ok(()) }
    }

    /// Whether lines hold revisions of this very device that it does not know: a clone of it is at work, or it was rolled back.
    fn brings_own(&self, lines: &[(Vec<u8>, Entry)]) -> Result<bool, Failure> {
        for (_, entry) in lines {
            if matches!(entry, Entry::Revision(r) if r.device == self.identity().device) && !self.store().view().contains(entry)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A new suffix, so that no number is ever given twice.
    pub(super) fn renew_device(&mut self) -> Result<(), Failure> {
        let mut identity = self.identity().clone();
        let label = identity.device.split('-').next().unwrap_or_default().to_owned();
        identity.device = format!("{label}-{}", self.chance().key(6));
        identity.synced = 0;
        self.store_mut().set_identity(identity).map_err(Failure::from)
    }

    /// Records that waited for a form can be derived now.
    fn derive_again(&mut self, definition: &Definition) {
        let Definition::Form { id, version, .. } = definition else { return };
        let start = format!("{id}@{version}@");
        let waiting: Vec<String> = self.rows().values().filter(|row| row.summary.starts_with(&start)).map(|row| row.record.to_string()).collect();
        for record in waiting {
            // Should it fail, the record stays as it was and is derived with the next change.
            let _ = self.refresh(&record);
        }
    }
}

/// The lock of a central file that is to be written, and its folder, which must be there.
pub(super) fn lock_central(central: &Path) -> Result<FileLock, Failure> {
    // Without this a lock would be left beside the folder.
    if is_folder(central) {
        return Err(Failure::io(central, &std::io::ErrorKind::IsADirectory.into()));
    }
    if disk::is_link(central) {
        return Err(Failure::io(central, &std::io::ErrorKind::NotFound.into()));
    }
    let lock = FileLock::take(central).map_err(|p| Failure::lock(p, central))?;
    remove_leftovers(central);
    Ok(lock)
}

/// Whether a path is a folder, or is written as that of one.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().last().is_some_and(|last| std::path::is_separator(char::from(*last)))
}
