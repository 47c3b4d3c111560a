//! Backup and restore: a central file, beside it the drafts of the laptops that were backed up there, and attached files.

use super::Desk;
use super::attachments::{self, Carried, Carrying};
use super::crew::Crew;
use super::incoming::Incoming;
use super::own_lines::OwnLines;
use super::passing::pass;
use super::transfer::lock_central;
use crate::disk::{self, AtomicFile, remove_leftovers};
use crate::error::Failure;
use crate::exchange::union::{Source, Tally, union};
use crate::locale::date;
use crate::record::Revision;
use crate::store::{Copies, Draft};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What a backup holds, or what came of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The revisions: of a backup `known` and `sent` are in it.
    pub tally: Tally,
    /// Attached files.
    pub carried: Carried,
    /// This laptop's drafts.
    pub drafts: usize,
    /// The lines of the drafts' file that could not be read, and where the file is as it was.
    pub damaged: Option<(Vec<u64>, PathBuf)>,
}

/// `FILE.drafts`, as it was read before anything was changed.
struct Beside {
    path: PathBuf,
    bytes: Vec<u8>,
    copies: Copies,
}

impl Beside {
    /// Reads it; nothing there is nothing in it.
    fn of(file: &Path) -> Result<Self, Failure> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(".drafts");
        let path = file.with_file_name(name);
        let bytes = match std::fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
            // Windows calls it a want of permission.
            Err(_) if path.is_dir() => return Err(Failure::io(&path, &ErrorKind::IsADirectory.into())),
            read => read.map_err(|e| Failure::io(&path, &e))?,
        };
        Ok(Self { copies: Copies::read(&bytes), path, bytes })
    }

    /// Writes it where it changed. The one before is kept as `.bak`, a damaged one for good; tells which lines and where.
    fn write(&self) -> std::io::Result<Option<(Vec<u64>, PathBuf)>> {
        let (damaged, bytes) = (self.copies.damaged(), self.copies.bytes());
        let kept = (!damaged.is_empty()).then(|| disk::keep_aside(&self.path)).transpose()?;
        if bytes != self.bytes {
            let mut file = AtomicFile::create(&self.path)?;
            file.write_all(&bytes)?;
            file.commit(true)?;
        }
        Ok(kept.map(|kept| (damaged.to_vec(), kept)))
    }
}

impl Desk {
    /// Writes everything to a central file, and this laptop's drafts beside it into `FILE.drafts`, with the files attached to
    /// either. What a file there holds already stays in it, drafts of other laptops too; one that is not ours is refused.
    ///
    /// # Errors
    /// The system's, or why the file is refused.
    pub fn backup(&self, path: &Path) -> Result<Copied, Failure> {
        let path = &disk::followed(path);
        let mut lock = lock_central(path)?;
        let mut beside = Beside::of(path)?;
        remove_leftovers(&beside.path);
        let done = pass(&self.here(), OwnLines::new(self.store().view(), self.store().known())?, path, Some(&mut lock), &mut Incoming::nowhere(), None)?;
        let mut carrying = Carrying::new(vec![attachments::of_file(path)], vec![attachments::of_store(self.dir())]);
        self.store().draft_list().flat_map(Draft::files).for_each(|file| carrying.file(file));
        let (device, person) = (&self.identity().device, &self.identity().person);
        beside.copies.set(device, person, self.store().draft_list(), |device, draft| self.went_out(device, draft))?;
        let damaged = beside.write().map_err(|e| Failure::io(&beside.path, &e))?;
        let mut carried = done.beside.carried;
        carried.add(carrying.finish(false));
        Ok(Copied { tally: done.tally, carried, drafts: self.store().draft_list().count(), damaged })
    }

    /// Takes everything of a backup (or any central file) into the store, the files attached to it, and this laptop's drafts
    /// beside it that are not here.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing was changed then.
    pub fn restore(&mut self, path: &Path) -> Result<Copied, Failure> {
        let path = &disk::followed(path);
        let programme = self.identity().programme.clone();
        let crew = Crew::new(1);
        let mut sources: Vec<Box<dyn Source + '_>> = vec![Box::new(crew.open_whole(path, Some(&programme), 0)?), Box::new(OwnLines::new(self.store().view(), None)?)];
        let beside = Beside::of(path)?;
        let mut incoming = Incoming::new(self.dir());
        let mut carrying = Carrying::new(vec![attachments::of_store(self.dir())], vec![attachments::of_file(path)]);
        let mut tally = Tally::default();
        union(&mut sources, &crew.checkers, &mut |batch, facts| {
            for (at, _) in facts.iter().enumerate().filter(|(_, fact)| fact.is_some()) {
                match batch.holders(at) {
                    [0] => tally.new += 1,
                    [0, _] => tally.known += 1,
                    _ => {}
                }
            }
            carrying.batch(batch, facts);
            incoming.batch(batch, &|holders| holders.contains(&1))
        })
        .map_err(|p| Failure::union(p, path))?;
        drop(sources);
        incoming.seal()?;
        incoming.each(&mut |part| self.take_in(part))?;
        self.refresh_stale()?;
        let drafts = self.restore_drafts(&beside.copies, &mut carrying)?;
        tally.conflicts = self.rows().values().map(|row| u64::from(row.conflicts)).sum();
        let damaged = Some(beside.copies.damaged().to_vec()).filter(|lines| !lines.is_empty()).map(|lines| (lines, beside.path));
        Ok(Copied { tally, carried: carrying.finish(false), drafts, damaged })
    }

    /// Whether a laptop's draft was handed in, in this state or a later one. What was changed after that, on a copy of the laptop,
    /// is work of its own.
    fn went_out(&self, device: &str, draft: &Draft) -> Result<bool, Failure> {
        let mut parents = draft.parents.clone();
        parents.sort_unstable();
        let is_later = |revision: &Revision| date::moment_text(date::local(revision.at.time())) >= draft.changed;
        let history = self.store().view().history(&draft.record)?;
        Ok(history.iter().any(|r| r.parents == parents && (parents.is_empty() || r.device == device) && is_later(r)))
    }

    fn restore_drafts(&mut self, copies: &Copies, carrying: &mut Carrying) -> Result<usize, Failure> {
        let mut taken = 0;
        for (device, draft) in copies.of(&self.identity().device, &self.identity().person) {
            if self.store().draft_list().any(|here| here.record == draft.record) || self.went_out(device, draft)? {
                continue;
            }
            draft.files().for_each(|file| carrying.file(file));
            self.keep_draft(draft.clone())?;
            taken += 1;
        }
        Ok(taken)
    }
}
