//! Sync, backup and restore: the store and central files.

use super::Desk;
use super::attachments::{self, Carried, Carrying};
use super::crew::{Crew, Replaced};
use super::incoming::Incoming;
use super::merging::{Runs, runs};
use super::telling::{Sides, Teller};
use crate::disk::{FileLock, remove_leftovers};
use crate::error::Failure;
use crate::exchange::seal::SealBuilder;
use crate::exchange::union::{Source, Tally, UnionProblem, union};
use crate::exchange::writer::Writer;
use crate::exchange::{FileProblem, Problem};
use crate::record::line::LineProblem;
use crate::record::revision::hex;
use crate::record::{Definition, Entry};
use crate::store::RevisionKey;
use crate::store::StoreProblem;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The store's lines, sorted, as a source. Of a revision only the beginning of the line is at hand, which tells it from all
/// others; the rest is fetched for those that the other side lacks.
struct StoreLines<'a> {
    definitions: std::vec::IntoIter<Vec<u8>>,
    desk: &'a Desk,
    keys: Box<dyn Iterator<Item = Result<RevisionKey, StoreProblem>> + 'a>,
    current: Vec<u8>,
    key: Option<RevisionKey>,
}

impl<'a> StoreLines<'a> {
    fn new(desk: &'a Desk) -> Result<Self, Failure> {
        let view = desk.store().view();
        let mut definitions: Vec<Vec<u8>> = view.definitions()?.into_iter().map(|d| d.line().into_bytes()).collect();
        definitions.sort();
        Ok(Self { definitions: definitions.into_iter(), desk, keys: Box::new(view.revision_keys()), current: Vec::new(), key: None })
    }
}

fn unreadable(problem: &StoreProblem) -> UnionProblem {
    UnionProblem::Store(format!("{problem:?}"))
}

impl Source for StoreLines<'_> {
    fn advance(&mut self) -> Result<bool, UnionProblem> {
        if let Some(line) = self.definitions.next() {
            self.current = line;
            return Ok(true);
        }
        self.key = self.keys.next().transpose().map_err(|p| unreadable(&p))?;
        self.current.clear();
        if let Some((record, at, id)) = &self.key {
            self.current.extend_from_slice(format!("{{\"record\":\"{record}\",\"at\":\"{at}\",\"id\":\"{}", hex(id)).as_bytes());
        }
        Ok(self.key.is_some())
    }

    fn line(&self) -> &[u8] {
        &self.current
    }

    fn is_partial(&self) -> bool {
        self.key.is_some()
    }

    fn whole(&mut self, out: &mut Vec<u8>) -> Result<(), UnionProblem> {
        let Some(key) = &self.key else {
            out.extend_from_slice(&self.current);
            return Ok(());
        };
        let revision = self.desk.store().view().revision(key).map_err(|p| unreadable(&p))?;
        let revision = revision.ok_or_else(|| UnionProblem::Store(hex(&key.2)))?;
        out.extend_from_slice(revision.line().as_bytes());
        Ok(())
    }

    fn refused(&self, _: u64, problem: LineProblem) -> UnionProblem {
        UnionProblem::Store(format!("{problem:?}"))
    }
}

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
    /// Numbers that are missing, device by device.
    pub missing: Runs,
    /// Numbers that two laptops gave.
    pub forks: Runs,
    /// Attached files.
    pub carried: Carried,
    /// Laptops whose clocks are wrong, by what is new of them.
    pub ahead: BTreeSet<String>,
}

/// What a backup holds, or what came of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The revisions: of a backup `known` and `sent` are in it.
    pub tally: Tally,
    /// Attached files.
    pub carried: Carried,
    /// Drafts.
    pub drafts: usize,
}

impl Desk {
    /// The two-way union of this store and a central file, which is made if it is not there.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing was changed then, unless it is the last step that failed: what the file
    /// brings is then in neither or in both, and the next sync goes on.
    pub fn sync(&mut self, central: &Path, plan: bool) -> Result<Synced, Failure> {
        let mut lock = if plan { None } else { Some(FileLock::take(central).map_err(|p| Failure::lock(p, central))?) };
        if lock.is_some() {
            remove_leftovers(central);
        }
        let folder = central.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::io(folder, &std::io::ErrorKind::NotFound.into()));
        }
        let mut incoming = Incoming::new(self.dir());
        let synced = self.pass(central, lock.as_mut(), &mut incoming)?;
        if plan {
            return Ok(synced);
        }
        incoming.each(&mut |part| self.take_in(part))?;
        self.refresh_stale()?;
        self.mark_synced()?;
        Ok(synced)
    }

    /// One pass over both. With a lock the file is replaced if it lacks anything, and what is new here is put aside.
    fn pass(&self, central: &Path, mut lock: Option<&mut FileLock>, incoming: &mut Incoming) -> Result<Synced, Failure> {
        let io = |e| Failure::io(central, &e);
        let plan = lock.is_none();
        let programme = self.identity().programme.clone();
        let crew = Crew::new(1);
        let mut sources: Vec<Box<dyn Source + '_>> = Vec::new();
        let exists = central.exists();
        if exists {
            // An empty file is what a broken copy leaves behind, not a new beginning.
            let truncated = || FileProblem { file: central.to_owned(), line: 1, problem: Problem::Truncated };
            sources.push(Box::new(crew.open(central, Some(&programme), 0)?.ok_or_else(truncated)?));
        }
        let store = sources.len() as u16;
        sources.push(Box::new(StoreLines::new(self)?));
        let target = Replaced { path: central, exists };
        let mut writer = (!plan).then(|| Writer::new(&target, &programme, target.is_packed(), &crew.digester, 1));
        let sides = Sides { had: Some(store), first: 0, inputs: usize::from(store), sends: true };
        let mut teller = Teller::new(self.library().clone(), self.settings().clock.now(), sides);
        let mut carrying = Carrying::new(vec![attachments::of_store(self.dir()), attachments::of_file(central)], Vec::new());
        let mut seal = SealBuilder::default();
        let (mut seen, stopped) = (0, Cell::new(false));
        union(&mut sources, &crew.checkers, &mut |batch, facts| {
            seen += facts.len() as u64;
            if !self.watch.goes_on(seen) {
                stopped.set(true);
                return Err(UnionProblem::Io(std::io::ErrorKind::Interrupted.into()));
            }
            lock.iter_mut().for_each(|lock| lock.touch());
            teller.batch(batch, facts);
            carrying.batch(batch);
            facts.iter().flatten().for_each(|fact| seal.revision(fact));
            if !plan {
                incoming.batch(batch, &|holders| sides.is_had(holders))?;
            }
            writer.as_mut().map_or(Ok(()), |w| w.batch(batch, facts, &|holders| exists && holders.contains(&0)).map_err(UnionProblem::Io))
        })
        .map_err(|p| if stopped.get() { super::watch::stopped() } else { Failure::union(p, central) })?;
        drop(sources);
        incoming.seal()?;
        if let Some((Some(file), _)) = writer.map(Writer::finish).transpose().map_err(io)? {
            file.commit(true).map_err(io)?;
        }
        let missing = runs(&seal, &|device| device.gaps());
        let gaps = missing.iter().map(|(device, runs)| (device.clone(), runs.iter().map(|(first, last)| last - first + 1).sum())).collect();
        let told = teller.finish()?;
        let (tally, ahead) = (told.tally, told.ahead);
        let beside = Beside { ahead, missing, forks: runs(&seal, &|device| device.forks()), carried: carrying.finish(plan) };
        Ok(Synced { tally, creates: !exists, gaps, beside: Box::new(beside) })
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

    fn take_in(&mut self, lines: &[(Vec<u8>, Entry)]) -> Result<(), Failure> {
        let was_cloned = self.brings_own(lines)?;
        let now = self.settings().clock.now();
        self.store_mut().append(lines, now)?;
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

    /// Writes everything to a central file, and this laptop's drafts beside it as `FILE.drafts`, with the files attached to
    /// either. What a file there holds already stays in it; one that is not ours is refused.
    ///
    /// # Errors
    /// The system's, or why the file is refused.
    pub fn backup(&self, path: &Path) -> Result<Copied, Failure> {
        if path.is_dir() {
            return Err(Failure::io(path, &std::io::ErrorKind::IsADirectory.into()));
        }
        let mut lock = FileLock::take(path).map_err(|p| Failure::lock(p, path))?;
        remove_leftovers(path);
        let done = self.pass(path, Some(&mut lock), &mut Incoming::nowhere())?;
        let mut copied = Copied { tally: done.tally, carried: done.beside.carried, drafts: self.store().draft_list().count() };
        let drafts = drafts_beside(path);
        match std::fs::read(self.dir().join(crate::store::drafts::FILE)) {
            Ok(bytes) => {
                crate::disk::replace(&drafts, &bytes).map_err(|e| Failure::io(&drafts, &e))?;
                let mut carrying = Carrying::new(vec![attachments::of_file(path)], vec![attachments::of_store(self.dir())]);
                carrying.text(&bytes);
                copied.carried.add(carrying.finish(false));
                Ok(copied)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(copied),
            Err(e) => Err(Failure::io(&drafts, &e)),
        }
    }

    /// Takes everything of a backup (or any central file) into the store, the files attached to it, and the drafts beside it
    /// that are not here.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing was changed then.
    pub fn restore(&mut self, path: &Path) -> Result<Copied, Failure> {
        let programme = self.identity().programme.clone();
        let crew = Crew::new(1);
        let not_ours = || FileProblem { file: path.to_owned(), line: 0, problem: Problem::NotOurs };
        let mut sources: Vec<Box<dyn Source + '_>> = vec![Box::new(crew.open(path, Some(&programme), 0)?.ok_or_else(not_ours)?), Box::new(StoreLines::new(self)?)];
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
            carrying.batch(batch);
            incoming.batch(batch, &|holders| holders.contains(&1))
        })
        .map_err(|p| Failure::union(p, path))?;
        drop(sources);
        incoming.seal()?;
        incoming.each(&mut |part| self.take_in(part))?;
        self.refresh_stale()?;
        let drafts = self.restore_drafts(&drafts_beside(path), &mut carrying)?;
        tally.conflicts = self.rows().values().map(|row| u64::from(row.conflicts)).sum();
        Ok(Copied { tally, carried: carrying.finish(false), drafts })
    }

    fn restore_drafts(&mut self, path: &Path, carrying: &mut Carrying) -> Result<usize, Failure> {
        let io = |e| Failure::io(path, &e);
        if !path.exists() {
            return Ok(0);
        }
        let bytes = std::fs::read(path).map_err(io)?;
        carrying.text(&bytes);
        let mut taken = 0;
        for draft in crate::store::Drafts::read(&bytes).iter() {
            if !self.store().draft_list().any(|d| d.record == draft.record) {
                self.keep_draft(draft.clone())?;
                taken += 1;
            }
        }
        Ok(taken)
    }
}

/// `FILE.drafts`
fn drafts_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".drafts");
    path.with_file_name(name)
}
