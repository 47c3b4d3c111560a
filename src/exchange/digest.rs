//! SHA-256 of streams of bytes, computed on threads of their own while the bytes are being used.

use super::lanes::{Hash, MANY, are_many_faster, update_both, update_many};
use super::used::Used;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

enum Job {
    /// Of a stream, the parts that came last are to be kept.
    Keep(usize),
    Bytes(usize, Arc<Vec<u8>>, Range<usize>),
    /// A new stream begins with so many bytes of one of which parts are kept; says whether it could.
    Fork(usize, u64, usize, Sender<bool>),
    End(usize, Sender<[u8; 32]>),
}

/// Threads that hash. Clones share them.
#[derive(Clone)]
pub struct Digester {
    threads: Arc<Vec<SyncSender<Job>>>,
    used: Used,
}

/// One stream being hashed.
pub struct Stream {
    number: usize,
    thread: Way,
}

enum Way {
    Thread(SyncSender<Job>),
    Here(Box<Hash>),
}

/// So many parts of a stream may wait before its reader does.
const WAITING: usize = 8;

impl Digester {
    /// At most `count` threads, for so many streams.
    pub fn new(count: usize, streams: usize) -> Self {
        let many = streams > MANY && are_many_faster();
        Self::with(if many { (streams / MANY).min(count) } else { streams.min(count) }, many)
    }

    fn with(count: usize, many: bool) -> Self {
        let threads = (0..count).filter_map(|_| {
            let (jobs, waiting) = sync_channel(WAITING);
            thread::Builder::new().name("digest".to_owned()).spawn(move || work(&waiting, many)).ok().map(|_| jobs)
        });
        Self { threads: Arc::new(threads.collect()), used: Used::default() }
    }

    /// Parts that have been hashed, to be used again.
    pub(super) fn used(&self) -> &Used {
        &self.used
    }

    /// Begins a stream; its number is nobody else's.
    pub fn stream(&self, number: usize) -> Stream {
        self.stream_with(number, number)
    }

    fn stream_with(&self, number: usize, other: usize) -> Stream {
        let thread = match self.threads.len() {
            0 => Way::Here(Box::default()),
            count => Way::Thread(self.threads[other % count].clone()),
        };
        Stream { number, thread }
    }

    /// Begins a stream that may turn out to begin as another does, of which little has been hashed yet.
    pub fn fork_of(&self, other: usize, number: usize) -> Stream {
        let stream = self.stream_with(number, other);
        if let Way::Thread(jobs) = &stream.thread {
            let _ = jobs.send(Job::Keep(other));
        }
        stream
    }
}

impl Stream {
    /// The next bytes.
    pub fn bytes(&mut self, buffer: &Arc<Vec<u8>>, range: Range<usize>) {
        match &mut self.thread {
            Way::Here(hash) => hash.update(&buffer[range]),
            // A thread ends only when its senders do.
            Way::Thread(jobs) => _ = jobs.send(Job::Bytes(self.number, buffer.clone(), range)),
        }
    }

    /// Takes the first `bytes` of another stream, which must have come to it already, as its own first ones; only for a stream
    /// without any. False where they are no longer at hand.
    pub fn begin_as(&mut self, other: usize, bytes: u64) -> bool {
        let Way::Thread(jobs) = &self.thread else { return false };
        let (answer, answers) = channel();
        jobs.send(Job::Fork(other, bytes, self.number, answer)).is_ok() && answers.recv().unwrap_or_default()
    }

    /// The hash of everything.
    ///
    /// # Errors
    /// Its thread ended, which no file is to be judged or sealed by.
    pub fn end(self) -> io::Result<[u8; 32]> {
        match self.thread {
            Way::Here(hash) => Ok(hash.finalize()),
            Way::Thread(jobs) => {
                let (answer, answers) = channel();
                let _ = jobs.send(Job::End(self.number, answer));
                answers.recv().map_err(|_| io::Error::other("a hashing thread ended"))
            }
        }
    }
}

/// Bytes of a stream that wait for those of another: two at once take as long as one.
struct Held {
    stream: usize,
    buffer: Arc<Vec<u8>>,
    range: Range<usize>,
}

/// A stream may be forked within so many of its last bytes. Unions seldom look back further; where one does, the beginning is read again.
const KEPT: u64 = 6 << 20;

/// A part of a stream, with where it begins and the sum of what came before it.
struct KeptPart {
    from: u64,
    before: Hash,
    buffer: Arc<Vec<u8>>,
    range: Range<usize>,
}

/// The last parts of a stream.
#[derive(Default)]
struct Kept {
    parts: VecDeque<KeptPart>,
    bytes: u64,
}

impl Kept {
    fn add(&mut self, before: Hash, buffer: Arc<Vec<u8>>, range: Range<usize>) {
        let from = self.bytes;
        self.bytes += range.len() as u64;
        self.parts.push_back(KeptPart { from, before, buffer, range });
        while self.parts.get(1).is_some_and(|next| self.bytes - next.from > KEPT) {
            self.parts.pop_front();
        }
    }

    /// The sum of the first `bytes`.
    fn sum_of(&self, bytes: u64) -> Option<Hash> {
        let part = self.parts.iter().rev().find(|part| part.from <= bytes)?;
        let mut hash = part.before.clone();
        hash.update(part.buffer[part.range.clone()].get(..usize::try_from(bytes - part.from).ok()?)?);
        Some(hash)
    }
}

/// So many parts of one stream wait for another's; the files of a union come in turns.
const HELD: usize = 4;

#[derive(Default)]
struct Working {
    streams: BTreeMap<usize, Hash>,
    /// With few streams, all of one; with many, one of each.
    held: VecDeque<Held>,
    many: bool,
    kept: BTreeMap<usize, Kept>,
}

impl Working {
    fn take(&mut self, stream: usize, buffer: Arc<Vec<u8>>, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if self.kept.contains_key(&stream) {
            self.end_held(stream);
        }
        // All that came of it before is in its sum now.
        if let Some(kept) = self.kept.get_mut(&stream) {
            kept.add(self.streams.get(&stream).cloned().unwrap_or_default(), buffer.clone(), range.clone());
        }
        let part = Held { stream, buffer, range };
        match self.many {
            true => self.among_many(part),
            false => self.by_two(part),
        }
    }

    /// A part waits for one of another stream.
    fn by_two(&mut self, mut part: Held) {
        while let Some(held) = self.held.front_mut().filter(|held| held.stream != part.stream && !part.range.is_empty()) {
            both(&mut self.streams, held, &mut part);
            if held.range.is_empty() {
                self.held.pop_front();
            }
        }
        if part.range.is_empty() {
            return;
        }
        self.held.push_back(part);
        if self.held.len() > HELD {
            let first = self.held.pop_front();
            first.iter().for_each(|held| self.alone(held));
        }
    }

    /// Parts wait until there are enough, each of another stream. One that is ahead of the others does not wait for them.
    fn among_many(&mut self, part: Held) {
        self.end_held(part.stream);
        self.held.push_back(part);
        if self.held.len() < MANY {
            return;
        }
        let common = self.held.iter().map(|held| held.range.len()).min().unwrap_or_default();
        let mut sums: Vec<Hash> = self.held.iter().map(|held| self.streams.remove(&held.stream).unwrap_or_default()).collect();
        update_many(sums.iter_mut().zip(&self.held).map(|(sum, held)| (sum, &held.buffer[held.range.start..held.range.start + common])));
        self.streams.extend(self.held.iter().map(|held| held.stream).zip(sums));
        self.held.iter_mut().for_each(|held| held.range.start += common);
        self.held.retain(|held| !held.range.is_empty());
    }

    /// Hashes what was held by itself.
    fn alone(&mut self, held: &Held) {
        self.streams.entry(held.stream).or_default().update(&held.buffer[held.range.clone()]);
    }

    fn end_held(&mut self, stream: usize) {
        while let Some(held) = self.held.iter().position(|held| held.stream == stream).and_then(|at| self.held.remove(at)) {
            self.alone(&held);
        }
    }

    /// A stream of which some was hashed before it was to be kept is not kept.
    fn keep(&mut self, stream: usize) {
        if !self.streams.contains_key(&stream) && self.held.iter().all(|held| held.stream != stream) {
            self.kept.entry(stream).or_default();
        }
    }

    fn fork(&mut self, from: usize, bytes: u64, to: usize) -> bool {
        let sum = self.kept.get(&from).and_then(|kept| kept.sum_of(bytes));
        sum.map(|sum| self.streams.insert(to, sum)).is_some()
    }

    fn end(&mut self, stream: usize) -> [u8; 32] {
        self.end_held(stream);
        self.streams.remove(&stream).unwrap_or_default().finalize()
    }
}

/// Hashes as much of two streams as there is of both.
fn both(streams: &mut BTreeMap<usize, Hash>, a: &mut Held, b: &mut Held) {
    let common = a.range.len().min(b.range.len());
    let (mut one, mut other) = (streams.remove(&a.stream).unwrap_or_default(), streams.remove(&b.stream).unwrap_or_default());
    let part = |of: &Held| of.range.start..of.range.start + common;
    update_both((&mut one, &a.buffer[part(a)]), (&mut other, &b.buffer[part(b)]));
    streams.extend([(a.stream, one), (b.stream, other)]);
    (a.range.start, b.range.start) = (a.range.start + common, b.range.start + common);
}

fn work(waiting: &Receiver<Job>, many: bool) {
    let mut working = Working { many, ..Working::default() };
    while let Ok(job) = waiting.recv() {
        match job {
            Job::Keep(stream) => working.keep(stream),
            Job::Bytes(stream, buffer, range) => working.take(stream, buffer, range),
            // Whoever asked may have given up.
            Job::Fork(from, bytes, to, answer) => _ = answer.send(working.fork(from, bytes, to)),
            Job::End(stream, answer) => _ = answer.send(working.end(stream)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    proptest! {
        /// Whatever parts the streams come in, and whichever is ahead of the others.
        #[test]
        fn many_streams_have_the_sums_that_each_has_alone(parts in prop::collection::vec((0..20usize, prop_oneof![0..100usize, 1000..1500usize]), 0..300), at in any::<prop::sample::Index>()) {
            let mut working = Working { many: true, ..Working::default() };
            working.keep(0);
            let mut texts = vec![Vec::new(); 20];
            for (number, (stream, length)) in parts.into_iter().enumerate() {
                let bytes: Vec<u8> = (0..length + 9).map(|at| (number * 31 + at * 7) as u8).collect();
                texts[stream].extend_from_slice(&bytes[5..5 + length]);
                working.take(stream, Arc::new(bytes), 5..5 + length);
                prop_assert!(working.held.len() < MANY);
            }
            // What waits of the stream is not in its sum yet, and is in the sum of one that begins as it does.
            let at = at.index(texts[0].len() + 1);
            prop_assert_eq!(working.fork(0, at as u64, 20), !texts[0].is_empty());
            texts.push(texts[0][..at].to_vec());
            for (stream, text) in texts.iter().enumerate() {
                prop_assert_eq!(working.end(stream), <[u8; 32]>::from(Sha256::digest(text)));
            }
        }

        /// Wherever a stream is forked, and whatever other streams do meanwhile: the sum is that of the bytes, or it is refused.
        #[test]
        fn a_fork_has_the_sum_of_what_it_began_with(parts in prop::collection::vec((0..2usize, 0..300usize), 1..20), at in any::<prop::sample::Index>(), many: bool) {
            let digester = Digester::with(1, many);
            let (mut one, mut other) = (digester.stream(0), digester.stream(1));
            let mut fork = digester.fork_of(0, 2);
            let (mut text, mut beside) = (Vec::new(), Vec::new());
            for (number, (stream, length)) in parts.into_iter().enumerate() {
                let bytes: Vec<u8> = (0..length).map(|at| (number * 31 + at * 7) as u8).collect();
                let (stream, all) = if stream == 0 { (&mut one, &mut text) } else { (&mut other, &mut beside) };
                all.extend_from_slice(&bytes);
                stream.bytes(&Arc::new(bytes), 0..length);
            }
            let sum = |bytes: &[u8]| <[u8; 32]>::from(Sha256::digest(bytes));
            let at = at.index(text.len() + 1);
            prop_assert_eq!(fork.begin_as(0, at as u64), !text.is_empty());
            prop_assert!(!fork.begin_as(1, 0), "nothing is kept of it");
            fork.bytes(&Arc::new(b"more".to_vec()), 0..4);
            prop_assert_eq!(fork.end().unwrap(), sum(&[&text[..at], b"more"].concat()));
            prop_assert_eq!((one.end().unwrap(), other.end().unwrap()), (sum(&text), sum(&beside)));
        }
    }
}
