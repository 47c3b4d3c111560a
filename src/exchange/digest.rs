//! SHA-256 of streams of bytes, computed on threads of their own while the bytes are being used.

use super::lanes::{Hash, update_both};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

enum Job {
    Bytes(usize, Arc<Vec<u8>>, Range<usize>),
    End(usize, Sender<[u8; 32]>),
}

/// Threads that hash. Clones share them.
#[derive(Clone)]
pub struct Digester {
    threads: Arc<Vec<SyncSender<Job>>>,
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
const WAITING: usize = 4;

impl Digester {
    /// At most `count` threads.
    pub fn new(count: usize) -> Self {
        let threads = (0..count).filter_map(|_| {
            let (jobs, waiting) = sync_channel(WAITING);
            thread::Builder::new().name("digest".to_owned()).spawn(move || work(&waiting)).ok().map(|_| jobs)
        });
        Self { threads: Arc::new(threads.collect()) }
    }

    /// Begins a stream; its number is nobody else's.
    pub fn stream(&self, number: usize) -> Stream {
        let thread = match self.threads.len() {
            0 => Way::Here(Box::default()),
            count => Way::Thread(self.threads[number % count].clone()),
        };
        Stream { number, thread }
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

    /// The hash of everything.
    pub fn end(self) -> [u8; 32] {
        match self.thread {
            Way::Here(hash) => hash.finalize(),
            Way::Thread(jobs) => {
                let (answer, answers) = channel();
                let _ = jobs.send(Job::End(self.number, answer));
                answers.recv().unwrap_or_default()
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

#[derive(Default)]
struct Working {
    streams: BTreeMap<usize, Hash>,
    held: Option<Held>,
}

impl Working {
    fn take(&mut self, stream: usize, buffer: Arc<Vec<u8>>, range: Range<usize>) {
        let mut held = self.held.take();
        if let Some(same) = held.take_if(|held| held.stream == stream) {
            self.alone(&same);
        }
        let Some(held) = held else {
            self.held = Some(Held { stream, buffer, range });
            return;
        };
        let (mut one, mut other) = (self.streams.remove(&held.stream).unwrap_or_default(), self.streams.remove(&stream).unwrap_or_default());
        let common = held.range.len().min(range.len());
        let part = |range: &Range<usize>| range.start..range.start + common;
        update_both((&mut one, &held.buffer[part(&held.range)]), (&mut other, &buffer[part(&range)]));
        self.streams.extend([(held.stream, one), (stream, other)]);
        let left = [held, Held { stream, buffer, range }].into_iter().find(|of| of.range.len() > common);
        self.held = left.map(|left| Held { range: left.range.start + common..left.range.end, ..left });
    }

    /// Hashes what was held by itself.
    fn alone(&mut self, held: &Held) {
        self.streams.entry(held.stream).or_default().update(&held.buffer[held.range.clone()]);
    }

    fn end(&mut self, stream: usize) -> [u8; 32] {
        if let Some(held) = self.held.take_if(|held| held.stream == stream) {
            self.alone(&held);
        }
        self.streams.remove(&stream).unwrap_or_default().finalize()
    }
}

fn work(waiting: &Receiver<Job>) {
    let mut working = Working::default();
    while let Ok(job) = waiting.recv() {
        match job {
            Job::Bytes(stream, buffer, range) => working.take(stream, buffer, range),
            Job::End(stream, answer) => _ = answer.send(working.end(stream)),
        }
    }
}
