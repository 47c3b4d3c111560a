//! Merging central files without a store, and checking them.

use super::Settings;
use super::attachments::{self, Carried, Carrying};
use super::crew::{Crew, MAX_SOURCES, Replaced};
use super::library::Library;
use super::telling::{Sides, Teller, Told};
use super::transfer::lock_central;
use crate::disk::{self, FileLock};
use crate::error::{Exit, Failure};
use crate::exchange::beside::{Facts, Hand, beside};
use crate::exchange::check::{Batch, Fact};
use crate::exchange::seal::SealBuilder;
use crate::exchange::tally::Seals;
use crate::exchange::union::{Source, UnionProblem, union};
use crate::exchange::writer::Writer;
use crate::exchange::{FileProblem, Problem};
use crate::locale::{Text, say};
use crate::record::{Entry, Revision};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Device and the runs of its numbers that something is said of.
pub type Runs = Vec<(String, Vec<(u64, u64)>)>;

/// What a union brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The counts.
    pub told: Told,
    /// Numbers that are missing.
    pub gaps: Runs,
    /// Numbers that two laptops gave.
    pub forks: Runs,
    /// Attached files.
    pub carried: Carried,
}

/// Device by device what a seal shows, where it shows anything.
pub fn runs(seal: &SealBuilder, of: &dyn Fn(&crate::exchange::seal::DeviceSeal) -> Vec<(u64, u64)>) -> Runs {
    seal.devices().iter().map(|(device, entry)| (device.to_string(), of(entry))).filter(|(_, runs)| !runs.is_empty()).collect()
}

/// The union of files, written to `out` unless it is only planned. What `out` holds already stays in it.
///
/// # Errors
/// The first thing that is wrong; nothing was changed then, unless what it brought could not be counted.
pub fn merge_files(out: &Path, inputs: &[PathBuf], plan: bool, settings: &Settings) -> Result<Merged, Failure> {
    let out = &disk::followed(out);
    let mut lock = if plan { None } else { Some(lock_central(out)?) };
    if inputs.len() >= MAX_SOURCES {
        return Err(Failure::new(Exit::Usage, Text::both(|l| say::exchange::too_many_files(l, MAX_SOURCES - 1))));
    }
    let crew = Crew::new(inputs.len() + 1);
    let target = Replaced::new(out);
    let (mut sources, programme, exists) = open_all(out, inputs, &crew)?;
    let target = target.holding(exists);
    let sides = Sides { had: exists.then_some(0), first: u16::from(exists), inputs: inputs.len(), sends: false };
    let folders = inputs.iter().map(|input| attachments::of_file(input)).collect();
    let mut counting = Counting { teller: Teller::new(Library::new(settings), settings.clock.now(), sides), carrying: Carrying::new(vec![attachments::of_file(out)], folders) };
    let writer = (!plan).then(|| Writer::new(&target, &programme, target.is_packed(), &crew.digester, sources.len()));
    let stop = AtomicBool::new(false);
    let mut writing = Writing { writer, sides, failed: None, stop: &stop };
    // Counting takes as long as reading: it goes on beside it, and ends while the disk writes. Writing waits for the disk now
    // and then; reading need not.
    let (united, told) = beside(&mut counting, Counting::batch, Counting::finish, |counted| {
        let read = |written: Hand<'_>| {
            let united = union(&mut sources, &crew.checkers, &mut |batch, facts| {
                lock.iter_mut().for_each(FileLock::touch);
                counted.batch(batch, facts);
                written.batch(batch, facts);
                if stop.load(Ordering::Relaxed) { Err(UnionProblem::Io(ErrorKind::Other.into())) } else { Ok(()) }
            });
            stop.fetch_or(united.is_err(), Ordering::Relaxed);
            united
        };
        let (united, ()) = beside(&mut writing, Writing::batch, |_| (), read);
        drop((counted, sources));
        writing.finish(united, &target, out)
    });
    let seal = united?;
    // The file is there now: what goes with it goes, even if the counting failed.
    let carried = counting.carrying.finish(plan);
    Ok(Merged { told: told?, gaps: runs(&seal, &|d| d.gaps()), forks: runs(&seal, &|d| d.forks()), carried })
}

/// What a union brings, as it is counted.
struct Counting {
    teller: Teller,
    carrying: Carrying,
}

impl Counting {
    fn batch(&mut self, batch: &Arc<Batch>, facts: &Facts) {
        self.teller.batch(batch, facts);
        self.carrying.batch(batch, facts);
    }

    fn finish(&mut self) -> Result<Told, Failure> {
        self.teller.finish()
    }
}

/// A union as it is written, if it is. Nothing more is written where that failed once.
struct Writing<'t> {
    writer: Option<Writer<'t, Replaced<'t>>>,
    sides: Sides,
    failed: Option<io::Error>,
    /// Reading or writing failed: the other may stop.
    stop: &'t AtomicBool,
}

impl Writing<'_> {
    fn batch(&mut self, batch: &Arc<Batch>, _: &Facts) {
        // What failed once stays so: a file with a hole in it must never be put in the place of a good one.
        if let (Some(writer), None, false) = (&mut self.writer, &self.failed, self.stop.load(Ordering::Relaxed)) {
            self.failed = writer.batch(batch, &|holders| self.sides.is_had(holders)).err();
            self.stop.fetch_or(self.failed.is_some(), Ordering::Relaxed);
        }
    }

    /// Replaces the file, if everything could be read and written; gives what it holds.
    fn finish(self, united: Result<Seals, UnionProblem>, target: &Replaced<'_>, out: &Path) -> Result<SealBuilder, Failure> {
        let io = |e| Failure::io(out, &e);
        self.failed.map_or(Ok(()), |e| Err(io(e)))?;
        let all = united.map_err(|p| Failure::union(p, out))?.all;
        if let Some(file) = self.writer.map(|writer| writer.finish(&all)).transpose().map_err(io)?.flatten() {
            target.put(file)?;
        }
        Ok(all)
    }
}

type Sources = Vec<Box<dyn Source>>;

/// What is there first, then the inputs; their programme; and whether something was there.
fn open_all(out: &Path, inputs: &[PathBuf], crew: &Crew) -> Result<(Sources, String, bool), Failure> {
    let mut sources = Sources::new();
    let mut programme: Option<String> = None;
    let present = out.exists();
    let mut exists = false;
    for (at, path) in present.then_some(out).into_iter().chain(inputs.iter().map(PathBuf::as_path)).enumerate() {
        let is_out = present && at == 0;
        let reader = match is_out {
            true => crew.open(path, programme.as_deref(), sources.len())?,
            false => Some(crew.open_whole(path, programme.as_deref(), sources.len())?),
        };
        if let Some(reader) = reader {
            exists |= is_out;
            programme.get_or_insert_with(|| reader.programme().to_owned());
            sources.push(Box::new(reader));
        }
    }
    Ok((sources, programme.unwrap_or_default(), exists))
}

/// What a good file holds, and of what it should be known.
#[derive(Clone, Default)]
pub struct Verified {
    /// Its seal.
    pub seal: SealBuilder,
    /// Devices under whose name two laptops write.
    pub forks: Vec<Fork>,
    /// Attached files that are missing or damaged beside it.
    pub carried: Carried,
}

/// Two laptops with one name: copies of one disk, or one that was set back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The name.
    pub device: String,
    /// The last number that they have in common.
    pub last_common: u64,
    /// Each from there.
    pub branches: Vec<Branch>,
}

/// What one of them wrote since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its first number of its own.
    pub first: u64,
    /// Its last.
    pub last: u64,
    /// Who wrote.
    pub persons: BTreeSet<String>,
    /// Since when.
    pub since: String,
    tip: [u8; 32],
}

/// Checks a file whole.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(path: &Path) -> Result<Verified, Failure> {
    let mut carrying = Carrying::new(vec![attachments::of_file(path)], Vec::new());
    let seal = read(path, &mut |batch, facts| carrying.batch(batch, facts))?;
    let doubtful: BTreeSet<&str> = seal.devices().iter().filter(|(_, entry)| !entry.is_chain()).map(|(device, _)| &**device).collect();
    let mut forks = Vec::new();
    if !doubtful.is_empty() {
        let mut links = Links::default();
        read(path, &mut |batch, facts| links.batch(batch, facts, &doubtful))?;
        for (device, chain) in &links.devices {
            if let Some(seq) = broken(chain) {
                let what = Text::both(|l| say::failure::chain_broken(l, path.display(), device, seq));
                return Err(Failure::new(Exit::Damage, what).hint(Failure::other_copy(path)));
            }
            forks.extend(fork(device, chain));
        }
    }
    let folder = attachments::of_file(path);
    let mut carried = carrying.finish(true);
    // Those of a wrong length are among them.
    carried.damaged = attachments::damaged(&folder, false).map_err(|e| Failure::io(&folder, &e))?;
    Ok(Verified { seal, forks, carried })
}

/// Reads a file whole, checking everything, and gives its seal.
fn read(path: &Path, visit: &mut dyn FnMut(&Batch, &[Option<Fact>])) -> Result<SealBuilder, Failure> {
    let crew = Crew::new(1);
    let reader = crew.open_whole(path, None, 0)?;
    let mut sources: Vec<Box<dyn Source>> = vec![Box::new(reader)];
    let seals = union(&mut sources, &crew.checkers, &mut |batch, facts| {
        visit(batch, facts);
        Ok(())
    });
    let seal = seals.map_err(|p| Failure::union(p, path))?.each.pop();
    seal.ok_or_else(|| FileProblem { file: path.to_owned(), line: 0, problem: Problem::NotOurs }.into())
}

/// A revision in its laptop's chain.
struct Link {
    id: [u8; 32],
    prev: Option<[u8; 32]>,
    person: String,
    at: String,
}

type Chain = BTreeMap<u64, Vec<Link>>;

/// The chains of laptops that are in doubt.
#[derive(Default)]
struct Links {
    devices: BTreeMap<String, Chain>,
}

impl Links {
    fn batch(&mut self, batch: &Batch, facts: &[Option<Fact>], doubtful: &BTreeSet<&str>) {
        for (at, fact) in facts.iter().enumerate() {
            if fact.as_ref().is_some_and(|fact| doubtful.contains(&*fact.device))
                && let Ok(Entry::Revision(Revision { device, seq, id, prev, person, at, .. })) = Entry::parse(batch.line(at))
            {
                self.devices.entry(device).or_default().entry(seq).or_default().push(Link { id, prev, person, at: at.to_string() });
            }
        }
    }
}

/// The first revision that names no revision with the number before its own, where there is one.
fn broken(chain: &Chain) -> Option<u64> {
    let fits = |seq: u64, link: &Link| match chain.get(&(seq - 1)) {
        Some(before) => before.iter().any(|before| link.prev == Some(before.id)),
        None => link.prev.is_some() == (seq > 1),
    };
    chain.iter().find(|(seq, links)| links.iter().any(|link| !fits(**seq, link))).map(|(seq, _)| *seq)
}

fn fork(device: &str, chain: &Chain) -> Option<Fork> {
    let (parted, _) = chain.iter().find(|(_, links)| links.len() > 1)?;
    let mut branches: Vec<Branch> = Vec::new();
    for (seq, links) in chain.range(parted..) {
        for link in links {
            match branches.iter_mut().find(|branch| link.prev == Some(branch.tip)) {
                Some(branch) => {
                    (branch.last, branch.tip) = (*seq, link.id);
                    branch.persons.insert(link.person.clone());
                }
                None => branches.push(Branch { first: *seq, last: *seq, persons: BTreeSet::from([link.person.clone()]), since: link.at.clone(), tip: link.id }),
            }
        }
    }
    Some(Fork { device: device.to_owned(), last_common: parted - 1, branches })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::check::Placed;
    use crate::exchange::digest::Digester;

    #[test]
    fn a_write_that_failed_once_is_never_forgotten_even_if_the_next_one_would_succeed() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("later").join("out.jsonl");
        let (target, digester, stop) = (Replaced::new(&out), Digester::new(1, 1), AtomicBool::new(false));
        let sides = Sides { had: None, first: 0, inputs: 1, sends: false };
        let mut writing = Writing { writer: Some(Writer::new(&target, "test", false, &digester, 0)), sides, failed: None, stop: &stop };
        let batch = Arc::new(Batch { bytes: Arc::new(b"{}\n".to_vec()), lines: vec![Placed { end: 3, holders: 1, number: 1 }], holders: vec![0] });
        let facts = Arc::new(vec![None]);
        writing.batch(&batch, &facts);
        assert!(writing.failed.is_some() && stop.load(Ordering::Relaxed), "there is no such folder");
        std::fs::create_dir(place.path().join("later")).unwrap();
        stop.store(false, Ordering::Relaxed);
        writing.batch(&batch, &facts);
        assert!(writing.finish(Ok(Seals::default()), &target, &out).is_err());
        assert!(!out.exists());
    }
}
