//! Sync, merge, verify, backup and restore: the store and central files.

use super::library::Library;
use super::lookalikes::Lookalikes;
use super::{Desk, Settings};
use crate::disk::{AtomicFile, FileLock};
use crate::error::{Exit, Failure};
use crate::exchange::reader::Reader;
use crate::exchange::seal::SealBuilder;
use crate::exchange::union::{Line, MAX_SOURCES, Source, Tally, Teller, UnionProblem, Writer, union};
use crate::locale::{Text, say};
use crate::record::history::History;
use crate::record::{Definition, Entry};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

type Lines = Vec<(Vec<u8>, Entry)>;

/// Entries are taken into the store in parts of this many, each made durable at once.
const IMPORT_AT_ONCE: usize = 2000;

/// Opens a central file; an empty one counts as absent.
fn open_file(path: &Path, programme: Option<&str>) -> Result<Option<Reader<BufReader<File>>>, Failure> {
    let file = File::open(path).map_err(|e| Failure::io(path, &e))?;
    let metadata = file.metadata().map_err(|e| Failure::io(path, &e))?;
    if metadata.is_dir() {
        return Err(Failure::io(path, &std::io::ErrorKind::IsADirectory.into()));
    }
    if metadata.len() == 0 {
        return Ok(None);
    }
    Reader::open(BufReader::with_capacity(1 << 20, file), path, programme).map(Some).map_err(Failure::from)
}

/// Checks a file whole and gives its seal.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(path: &Path) -> Result<SealBuilder, Failure> {
    let Some(mut reader) = open_file(path, None)? else {
        return Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::not_ours(l, path.display()))).hint(Text::both(say::failure::not_ours_hint)));
    };
    let mut chains = Chains::default();
    while reader.advance()? {
        if let Some(Entry::Revision(revision)) = reader.entry() {
            chains.add(&revision);
        }
    }
    match chains.broken(reader.seal()) {
        None => Ok(reader.seal().clone()),
        Some((device, seq)) => {
            let what = Text::both(|l| say::failure::chain_broken(l, path.display(), &device, seq));
            Err(Failure::new(Exit::Damage, what).hint(Text::both(say::failure::file_damaged_hint)))
        }
    }
}

type IdStart = [u8; 8];

/// The beginnings of the ids in every device's chain: enough to see a link that does not fit.
#[derive(Default)]
struct Chains {
    /// (device, number) → (this id, the id it names as the one before).
    links: BTreeMap<(String, u64), (IdStart, Option<IdStart>)>,
}

impl Chains {
    fn add(&mut self, revision: &crate::record::Revision) {
        let start = |id: &crate::record::revision::RevisionId| [id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]];
        self.links.insert((revision.device.clone(), revision.seq), (start(&revision.id), revision.prev.as_ref().map(start)));
    }

    /// The first revision that does not name the one before it. A forked device is told apart elsewhere.
    fn broken(&self, seal: &SealBuilder) -> Option<(String, u64)> {
        let fits = |device: &String, seq: u64, prev: &Option<[u8; 8]>| match self.links.get(&(device.clone(), seq - 1)) {
            Some((before, _)) => *prev == Some(*before),
            None => prev.is_some() == (seq > 1),
        };
        let is_forked = |device: &String| seal.devices().get(device).is_some_and(|entry| !entry.forks.is_empty());
        self.links.iter().find(|((device, seq), (_, prev))| !is_forked(device) && !fits(device, *seq, prev)).map(|(key, _)| key.clone())
    }
}

/// Forms and lists stand before the records that they made.
fn learn(library: &RefCell<Library>, entry: &Entry) {
    if let Entry::Definition(definition) = entry {
        library.borrow_mut().add(definition.clone());
    }
}

/// The union of files, written to `out` unless it is only planned. What `out` holds already stays in it.
///
/// # Errors
/// The first thing that is wrong; nothing was changed then.
pub fn merge_files(out: &Path, inputs: &[PathBuf], plan: bool, settings: &Settings) -> Result<Tally, Failure> {
    let _lock = if plan { None } else { Some(FileLock::take(out).map_err(|p| Failure::lock(p, out))?) };
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mut programme: Option<String> = None;
    let existing = out.exists();
    for path in existing.then_some(out).into_iter().chain(inputs.iter().map(PathBuf::as_path)) {
        match open_file(path, programme.as_deref())? {
            Some(reader) => {
                programme.get_or_insert_with(|| reader.programme().to_owned());
                sources.push(Box::new(reader));
            }
            None if path == out => {}
            None => return Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::not_ours(l, path.display()))).hint(Text::both(say::failure::not_ours_hint))),
        }
    }
    if sources.len() > MAX_SOURCES {
        return Err(Failure::new(Exit::Usage, Text::both(|l| say::failure::too_many_files(l, MAX_SOURCES))));
    }
    let had = u64::from(existing && sources.len() > inputs.len());
    let io = |e| Failure::io(out, &e);
    let mut writer = match plan {
        true => None,
        false => Some(Writer::new(AtomicFile::create(out).map_err(io)?, &programme.unwrap_or_default()).map_err(io)?),
    };
    let library = RefCell::new(Library::new(settings));
    let merge = |history: &History| library.borrow().merge(history, settings.clock.now());
    let mut teller = Teller::new(&merge);
    let mut lookalikes = Lookalikes::default();
    let mut grew = false;
    union(&mut sources, &mut |line: Line<'_>| {
        let is_new = line.sources & had == 0;
        grew |= is_new;
        lookalikes.definition(line.entry);
        learn(&library, line.entry);
        if let Entry::Revision(revision) = line.entry {
            lookalikes.record(teller.revision(revision, is_new));
            // Every further copy of a line in the inputs was known by then.
            teller.known(u64::from((line.sources & !had).count_ones()).saturating_sub(u64::from(is_new)));
        }
        writer.as_mut().map_or(Ok(()), |w| w.line(line.bytes, line.entry).map_err(UnionProblem::Io))
    })
    .map_err(|p| Failure::union(p, out))?;
    drop(sources);
    if let Some(writer) = writer {
        let file = writer.finish().map_err(io)?;
        if grew || had == 0 {
            file.commit(true).map_err(io)?;
        }
    }
    let (tally, last) = teller.finish();
    lookalikes.record(last);
    Ok(Tally { duplicates: lookalikes.count(), ..tally })
}

/// The store's lines, sorted, as a source.
struct StoreLines<'a> {
    definitions: std::vec::IntoIter<(Vec<u8>, Entry)>,
    desk: &'a Desk,
    records: std::vec::IntoIter<String>,
    current: std::vec::IntoIter<(Vec<u8>, Entry)>,
}

impl<'a> StoreLines<'a> {
    fn new(desk: &'a Desk) -> Result<Self, Failure> {
        let mut definitions: Lines = desk.store().view().definitions()?.into_iter().map(|d| (d.line().into_bytes(), Entry::Definition(d))).collect();
        definitions.sort_by(|a, b| a.0.cmp(&b.0));
        let records: Vec<String> = desk.rows().keys().cloned().collect();
        Ok(Self { definitions: definitions.into_iter(), desk, records: records.into_iter(), current: Vec::new().into_iter() })
    }
}

impl Source for StoreLines<'_> {
    fn next(&mut self) -> Result<Option<(Vec<u8>, Entry)>, UnionProblem> {
        if let Some(line) = Iterator::next(&mut self.definitions) {
            return Ok(Some(line));
        }
        loop {
            if let Some(line) = Iterator::next(&mut self.current) {
                return Ok(Some(line));
            }
            let Some(record) = Iterator::next(&mut self.records) else { return Ok(None) };
            let revisions = self.desk.store().view().history(&record).map_err(|e| UnionProblem::Store(format!("{e:?}")))?;
            self.current = revisions.into_iter().map(|r| (r.line().into_bytes(), Entry::Revision(r))).collect::<Vec<_>>().into_iter();
        }
    }
}

const STORE: u64 = 1;
const FILE: u64 = 2;

/// What a sync brought and took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// The counts.
    pub tally: Tally,
    /// The central file was not there before.
    pub creates: bool,
    /// Devices in the result: number of revisions missing below the highest.
    pub gaps: Vec<(String, u64)>,
}

impl Desk {
    /// The two-way union of this store and a central file, which is made if it is not there.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing was changed then.
    pub fn sync(&mut self, central: &Path, plan: bool) -> Result<Synced, Failure> {
        let _lock = if plan { None } else { Some(FileLock::take(central).map_err(|p| Failure::lock(p, central))?) };
        let folder = central.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::io(folder, &std::io::ErrorKind::NotFound.into()));
        }
        // The plan reads and verifies the whole file, so that what follows cannot stop halfway because of it.
        let planned = self.pass(central, None)?;
        if plan {
            return Ok(planned);
        }
        let mut news = Lines::new();
        let file = AtomicFile::create(central).map_err(|e| Failure::io(central, &e))?;
        let synced = self.pass(central, Some((file, &mut news)))?;
        for part in news.chunks(IMPORT_AT_ONCE) {
            self.take_in(part)?;
        }
        self.refresh_stale()?;
        self.mark_synced()?;
        Ok(synced)
    }

    /// One pass over both. With an output it is written (only if it differs from what is there) and news are collected.
    fn pass(&self, central: &Path, output: Option<(AtomicFile, &mut Lines)>) -> Result<Synced, Failure> {
        let io = |e| Failure::io(central, &e);
        let programme = self.identity().programme.clone();
        let mut sources: Vec<Box<dyn Source + '_>> = vec![Box::new(StoreLines::new(self)?)];
        let existing = central.exists();
        if existing {
            // An empty file is what a broken copy leaves behind, not a new beginning.
            let reader = open_file(central, Some(&programme))?.ok_or_else(|| crate::exchange::FileProblem {
                file: central.to_owned(),
                line: 1,
                problem: crate::exchange::Problem::Truncated,
            })?;
            sources.push(Box::new(reader));
        }
        let has_file = sources.len() > 1;
        let (mut writer, mut news) = match output {
            Some((file, news)) => (Some(Writer::new(file, &programme).map_err(io)?), Some(news)),
            None => (None, None),
        };
        let library = RefCell::new(self.library().clone());
        let merge = |history: &History| library.borrow().merge(history, self.settings().clock.now());
        let mut teller = Teller::new(&merge);
        let mut seal = SealBuilder::default();
        let mut lookalikes = Lookalikes::default();
        let mut grew = !has_file;
        union(&mut sources, &mut |line: Line<'_>| {
            let is_new = line.sources & STORE == 0;
            let is_sent = line.sources & FILE == 0;
            grew |= is_sent;
            lookalikes.definition(line.entry);
            learn(&library, line.entry);
            if let Entry::Revision(revision) = line.entry {
                seal.revision(revision);
                lookalikes.record(teller.revision(revision, is_new));
                match (is_new, is_sent) {
                    (false, true) => teller.sent(),
                    (false, false) => teller.known(1),
                    _ => {}
                }
            }
            if is_new && let Some(news) = news.as_mut() {
                news.push((line.bytes.to_vec(), line.entry.clone()));
            }
            writer.as_mut().map_or(Ok(()), |w| w.line(line.bytes, line.entry).map_err(UnionProblem::Io))
        })
        .map_err(|p| Failure::union(p, central))?;
        drop(sources);
        if let Some(writer) = writer {
            let file = writer.finish().map_err(io)?;
            if grew {
                file.commit(true).map_err(io)?;
            }
        }
        let gaps = seal.devices().iter().map(|(d, s)| (d.clone(), s.gaps().iter().map(|(a, b)| b - a + 1).sum())).filter(|(_, n)| *n > 0).collect();
        let (tally, last) = teller.finish();
        lookalikes.record(last);
        Ok(Synced { tally: Tally { duplicates: lookalikes.count(), ..tally }, creates: !existing, gaps })
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
        let waiting: Vec<String> = self.rows().values().filter(|row| row.summary.starts_with(&start)).map(|row| row.record.clone()).collect();
        for record in waiting {
            // Should it fail, the record stays as it was and is derived with the next change.
            let _ = self.refresh(&record);
        }
    }

    /// Writes everything to a central file, and this laptop's drafts beside it as `FILE.drafts`. What a file there holds
    /// already stays in it; one that is not ours is refused.
    ///
    /// # Errors
    /// The system's, or why the file is refused.
    pub fn backup(&self, path: &Path) -> Result<u64, Failure> {
        let file = AtomicFile::create(path).map_err(|e| Failure::io(path, &e))?;
        let _lock = FileLock::take(path).map_err(|p| Failure::lock(p, path))?;
        let done = self.pass(path, Some((file, &mut Lines::new())))?;
        let count = done.tally.sent + done.tally.known;
        let drafts = drafts_beside(path);
        match std::fs::read(self.dir().join(crate::store::drafts::FILE)) {
            Ok(bytes) => crate::disk::replace(&drafts, &bytes).map(|()| count).map_err(|e| Failure::io(&drafts, &e)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(count),
            Err(e) => Err(Failure::io(&drafts, &e)),
        }
    }

    /// Takes everything of a backup (or any central file) into the store, and the drafts beside it that are not here.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing was changed then.
    pub fn restore(&mut self, path: &Path) -> Result<Tally, Failure> {
        let programme = self.identity().programme.clone();
        verify(path)?;
        let Some(mut reader) = open_file(path, Some(&programme))? else { return Ok(Tally::default()) };
        let mut tally = Tally::default();
        let mut part = Lines::new();
        let mut more = true;
        while more {
            more = reader.advance()?;
            if let Some(entry) = reader.entry().filter(|_| more) {
                part.push((reader.line().to_vec(), entry));
            }
            if part.len() == IMPORT_AT_ONCE || !more {
                for (_, entry) in &part {
                    let known = self.store().view().contains(entry)?;
                    let revision = u64::from(matches!(entry, Entry::Revision(_)));
                    *(if known { &mut tally.known } else { &mut tally.new }) += revision;
                }
                self.take_in(&part)?;
                part.clear();
            }
        }
        self.refresh_stale()?;
        self.restore_drafts(&drafts_beside(path))?;
        tally.conflicts = self.rows().values().map(|row| u64::from(row.conflicts)).sum();
        Ok(tally)
    }

    fn restore_drafts(&mut self, path: &Path) -> Result<(), Failure> {
        if !path.exists() {
            return Ok(());
        }
        let drafts = crate::store::Drafts::open_file(path).map_err(|e| Failure::io(path, &e))?;
        for draft in drafts.iter() {
            if !self.store().draft_list().any(|d| d.record == draft.record) {
                self.keep_draft(draft.clone())?;
            }
        }
        Ok(())
    }
}

/// `FILE.drafts`
fn drafts_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".drafts");
    path.with_file_name(name)
}
