//! Whether lines are what they claim to be, looked at on threads of their own while others are still being read.

use super::lanes::{ids_of, plain_test};
use crate::record::Entry;
use crate::record::line::LineProblem;
use crate::record::revision::RevisionId;
use crate::record::scan::{Parents, Scanner};
use compact_str::CompactString;
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Lines in order, each with where it came from.
#[derive(Debug, Default)]
pub struct Batch {
    /// The lines, each with its LF.
    pub bytes: Arc<Vec<u8>>,
    /// One for every line.
    pub lines: Vec<Placed>,
    /// The sources that hold the lines, those of the first line first.
    pub holders: Vec<u16>,
}

/// Where a line of a batch ends, and where it came from.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// Behind its LF.
    pub end: u32,
    /// Behind its last holder.
    pub holders: u32,
    /// Its number in the file of its first holder.
    pub number: u64,
}

impl Batch {
    /// Where a line begins.
    pub fn start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.lines[before].end as usize)
    }

    /// A line without LF.
    pub fn line(&self, at: usize) -> &[u8] {
        &self.bytes[self.start(at)..self.lines[at].end as usize - 1]
    }

    /// The sources that hold a line.
    pub fn holders(&self, at: usize) -> &[u16] {
        let from = at.checked_sub(1).map_or(0, |before| self.lines[before].holders as usize);
        &self.holders[from..self.lines[at].holders as usize]
    }
}

/// What most readers need of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its own name, true to its content.
    pub id: RevisionId,
    /// Which laptop.
    pub device: CompactString,
    /// The laptop's number.
    pub seq: u64,
    /// The laptop's revision before.
    pub prev: Option<RevisionId>,
    /// What it was written on top of.
    pub parents: Parents,
    /// Where to find the rest; `None` where the line must be parsed for it.
    pub spans: Option<Spans>,
}

/// Where parts of a line stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    /// Form, version, hash: without quotes.
    pub of: Range<u32>,
    /// What it does: without quotes.
    pub act: Range<u32>,
    /// `[…]`
    pub wrote: Range<u32>,
    /// `{…}`
    pub answers: Range<u32>,
    /// Whether any of them is a file.
    pub files: bool,
}

/// What a line says that names itself truly, where that can be seen at a glance.
fn glance(line: &[u8], scanner: &mut Scanner) -> Option<Fact> {
    let scanned = scanner.scan(line).filter(|scanned| !scanned.device.contains('\\'))?;
    let span = |part: &[u8]| {
        let from = (part.as_ptr() as usize - line.as_ptr() as usize) as u32;
        from..from + part.len() as u32
    };
    let files = scanned.files;
    let spans = Spans { of: span(scanned.of), act: span(scanned.act), wrote: span(scanned.wrote), answers: span(scanned.answers), files };
    Some(Fact { id: scanned.id, device: scanned.device.into(), seq: scanned.seq, prev: scanned.prev, parents: scanned.parents, spans: Some(spans) })
}

/// Reads and checks a body line; `None` for a form or list.
///
/// # Errors
/// Why it is refused.
fn read(line: &[u8]) -> Result<Option<Fact>, LineProblem> {
    Ok(match Entry::parse(line)? {
        Entry::Definition(_) => None,
        Entry::Revision(revision) => {
            let parents = match revision.parents[..] {
                [] => Parents::None,
                [one] => Parents::One(one),
                _ => Parents::Many,
            };
            Some(Fact { id: revision.id, device: revision.device.into(), seq: revision.seq, prev: revision.prev, parents, spans: None })
        }
    })
}

/// What a batch says, a fact for every line; or the first line that is refused.
pub type Checked = Result<Vec<Option<Fact>>, (usize, LineProblem)>;

fn check_all(batch: &Batch, scanner: &mut Scanner) -> Checked {
    let mut facts: Vec<Option<Fact>> = Vec::with_capacity(batch.lines.len());
    let (mut glanced, mut refused) = (Vec::with_capacity(batch.lines.len()), None);
    for at in 0..batch.lines.len() {
        match glance(batch.line(at), scanner) {
            Some(fact) => {
                glanced.push(at);
                facts.push(Some(fact));
            }
            None => match read(batch.line(at)) {
                Ok(fact) => facts.push(fact),
                Err(problem) => {
                    refused = Some((at, problem));
                    break;
                }
            },
        }
    }
    // Many lines are hashed at once; of an earlier line's problem and a later one's, the earlier is told.
    let lines: Vec<&[u8]> = glanced.iter().map(|at| batch.line(*at)).collect();
    let altered = glanced.iter().zip(ids_of(&lines)).find(|(at, id)| facts[**at].as_ref().is_none_or(|fact| fact.id != *id));
    match altered.map(|(at, _)| (*at, LineProblem::Altered)).or(refused) {
        Some(problem) => Err(problem),
        None => Ok(facts),
    }
}

type Job = (Arc<Batch>, Sender<Checked>);

/// Threads that check batches.
pub struct Checkers {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Checkers {
    /// At most `count` threads.
    pub fn new(count: usize) -> Self {
        let (jobs, waiting) = sync_channel::<Job>(count);
        let waiting = Arc::new(Mutex::new(waiting));
        let threads = (0..count).filter_map(|_| {
            let waiting = waiting.clone();
            thread::Builder::new().name("check".to_owned()).spawn(move || work(&waiting)).ok()
        });
        Self { threads: threads.collect(), jobs: Some(jobs) }
    }

    /// Has a batch checked; the answer comes when it comes.
    pub fn submit(&self, batch: &Arc<Batch>) -> Receiver<Checked> {
        let (answer, answers) = channel();
        let jobs = self.jobs.as_ref().filter(|_| !self.threads.is_empty());
        if jobs.is_none_or(|jobs| jobs.send((batch.clone(), answer.clone())).is_err()) {
            // No thread was to be had: done here.
            let _ = answer.send(check_all(batch, &mut Scanner::default()));
        }
        answers
    }
}

fn work(waiting: &Mutex<Receiver<Job>>) {
    let mut scanner = Scanner::with(plain_test());
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((batch, answer)) = job else { return };
        let checked = check_all(&batch, &mut scanner);
        drop(batch);
        // Whoever asked may have given up.
        let _ = answer.send(checked);
    }
}

impl Drop for Checkers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
