//! One pass over a store and a central file, and a sync that does without opening the store where it can.

use super::attachments::{self, Carrying};
use super::crew::{Crew, Replaced};
use super::incoming::Incoming;
use super::library::Library;
use super::merging::runs;
use super::own_lines::OwnLines;
use super::telling::{Sides, Teller};
use super::transfer::{Beside, Synced, lock_central};
use super::watch::{self, Watch};
use super::{Desk, Settings};
use crate::disk::{self, FileLock};
use crate::error::Failure;
use crate::exchange::check::{Batch, Fact};
use crate::exchange::union::{Source, UnionProblem, union};
use crate::exchange::writer::Writer;
use crate::locale::Lang;
use crate::record::Entry;
use crate::store::closed::Closed;
use crate::store::known::Noting;
use crate::store::{Notice, Store};
use chrono::{DateTime, Utc};
use std::cell::Cell;
use std::path::Path;

/// This side of a pass.
pub struct Here<'a> {
    /// The folder of the store.
    pub dir: &'a Path,
    /// The programme of its records.
    pub programme: &'a str,
    /// The forms at hand.
    pub library: Library,
    /// The time.
    pub now: DateTime<Utc>,
    /// Who watches.
    pub watch: &'a Watch,
}

/// A longer file is copied while it is being read, where something will be added to it.
const LONG: u64 = 32 << 20;

/// One pass over both. With a lock the file is replaced if it lacks anything, what is new here is put aside, and what will
/// be here is noted.
///
/// # Errors
/// The first thing that is wrong; nothing was changed then.
pub fn pass(
    here: &Here<'_>,
    lines: OwnLines<'_>,
    central: &Path,
    mut lock: Option<&mut FileLock>,
    incoming: &mut Incoming,
    mut noting: Option<&mut Noting>,
) -> Result<Synced, Failure> {
    let folder = central.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::io(folder, &std::io::ErrorKind::NotFound.into()));
    }
    let io = |e| Failure::io(central, &e);
    let plan = lock.is_none();
    let crew = Crew::new(1);
    let target = Replaced::new(central);
    let mut sources: Vec<Box<dyn Source + '_>> = Vec::new();
    let exists = central.exists();
    // Of a file that is gone, what it was before may still be there.
    let kept = Some(disk::beside_visible(central, "bak")).filter(|kept| !exists && kept.is_file());
    if let Some(there) = exists.then_some(central).or(kept.as_deref()) {
        sources.push(Box::new(crew.open_whole(there, Some(here.programme), 0)?));
    }
    let store = sources.len() as u16;
    let target = target.holding(exists);
    if !plan && lines.has_more() {
        target.copy_ahead(LONG);
    }
    sources.push(Box::new(lines));
    let mut writer = (!plan).then(|| Writer::new(&target, here.programme, target.is_packed(), &crew.digester, 1));
    let sides = Sides { had: Some(store), first: 0, inputs: usize::from(store), sends: true };
    let mut teller = Teller::new(here.library.clone(), here.now, sides);
    let mut carrying = Carrying::new(vec![attachments::of_store(here.dir), attachments::of_file(central)], Vec::new());
    let (mut seen, stopped) = (0, Cell::new(false));
    let seals = union(&mut sources, &crew.checkers, &mut |batch, facts| {
        seen += facts.len() as u64;
        if !here.watch.goes_on(seen) {
            stopped.set(true);
            return Err(UnionProblem::Io(std::io::ErrorKind::Interrupted.into()));
        }
        lock.iter_mut().for_each(|lock| lock.touch());
        teller.batch(batch, facts);
        carrying.batch(batch, facts);
        noting.iter_mut().for_each(|noting| note(noting, batch, facts));
        if !plan {
            incoming.batch(batch, &|holders| sides.is_had(holders))?;
        }
        writer.as_mut().map_or(Ok(()), |w| w.batch(batch, &|holders| exists && holders.contains(&0)).map_err(UnionProblem::Io))
    })
    .map_err(|p| if stopped.get() { watch::stopped() } else { Failure::union(p, central) })?;
    drop(sources);
    incoming.seal()?;
    if let Some(Some(file)) = writer.map(|writer| writer.finish(&seals.all)).transpose().map_err(io)? {
        target.put(file)?;
    }
    let missing = runs(&seals.all, &|device| device.gaps());
    let gaps = missing.iter().map(|(device, runs)| (device.clone(), runs.iter().map(|(first, last)| last - first + 1).sum())).collect();
    let told = teller.finish()?;
    let (tally, ahead) = (told.tally, told.ahead);
    let beside = Beside { kept, ahead, missing, forks: runs(&seals.all, &|device| device.forks()), carried: carrying.finish(plan) };
    Ok(Synced { tally, creates: !exists, gaps, beside: Box::new(beside) })
}

fn note(noting: &mut Noting, batch: &Batch, facts: &[Option<Fact>]) {
    for (at, fact) in facts.iter().enumerate() {
        match fact {
            Some(fact) => noting.revision(batch.line(at), &fact.id),
            None => noting.definition(batch.line(at)),
        }
    }
}

/// Told when a store was opened: the person's language, and what was repaired.
pub type Opened<'o> = &'o mut dyn FnMut(Lang, &[Notice]);

/// The same as [`Desk::sync`] for a store that nobody has open. Where it ended cleanly and its last sync is noted, it is
/// opened only to take in what the file brings.
///
/// # Errors
/// As there, or why the store cannot be opened.
pub fn sync_closed(settings: &Settings, central: &Path, plan: bool, opened: Opened<'_>) -> Result<Synced, Failure> {
    let central = &disk::followed(central);
    if let Some(synced) = sync_unopened(settings, central, plan, opened)? {
        return Ok(synced);
    }
    let (mut desk, notices) = Desk::open(settings.clone())?;
    opened(desk.lang(), &notices);
    let synced = desk.sync(central, plan)?;
    desk.close()?;
    Ok(synced)
}

/// `None` where the store has to be opened first: whatever is wrong is found again then, and told.
fn sync_unopened(settings: &Settings, central: &Path, plan: bool, opened: Opened<'_>) -> Result<Option<Synced>, Failure> {
    let Some((closed, known)) = Closed::open(&settings.data_dir) else { return Ok(None) };
    let mut library = Library::new(settings);
    for line in &known.definitions {
        match Entry::parse(line) {
            Ok(Entry::Definition(definition)) => library.add(definition),
            _ => return Ok(None),
        }
    }
    let identity = closed.identity();
    let lang = settings.lang.or_else(|| Lang::from_code(&identity.language)).unwrap_or_default();
    let here = Here { dir: &settings.data_dir, programme: &identity.programme, library, now: settings.clock.now(), watch: &Watch::default() };
    let Ok(mut lock) = (!plan).then(|| lock_central(central)).transpose() else { return Ok(None) };
    let mut incoming = Incoming::new(&settings.data_dir);
    let mut noting = (!plan).then(|| Noting::begin(&settings.data_dir));
    let Ok(synced) = pass(&here, OwnLines::closed(known), central, lock.as_mut(), &mut incoming, noting.as_mut()) else { return Ok(None) };
    match noting {
        Some(noting) if !incoming.is_empty() => {
            let (store, notices) = Store::open_held(&settings.data_dir, settings.clock.now(), closed.into_lock())?;
            opened(lang, &notices);
            // Other records than those that the lines are of are touched only where forms come, or something was repaired.
            let mut desk = match notices.is_empty() && !incoming.brings_forms() {
                true => Desk::bare(settings.clone(), store)?,
                false => Desk::begin(settings.clone(), (store, notices))?.0,
            };
            desk.take_all(&mut incoming, noting)?;
            desk.close()?;
        }
        noting => {
            noting.map_or(Ok(()), |noting| closed.mark_synced(noting))?;
            opened(lang, &[]);
        }
    }
    Ok(Some(synced))
}
