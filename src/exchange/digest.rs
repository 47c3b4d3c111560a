//! SHA-256 of streams of bytes, computed on threads of their own while the bytes are being used.

use sha2::{Digest, Sha256};
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
    Here(Box<Sha256>),
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
            Way::Here(hash) => hash.finalize().into(),
            Way::Thread(jobs) => {
                let (answer, answers) = channel();
                let _ = jobs.send(Job::End(self.number, answer));
                answers.recv().unwrap_or_default()
            }
        }
    }
}

fn work(waiting: &Receiver<Job>) {
    let mut streams: BTreeMap<usize, Sha256> = BTreeMap::new();
    while let Ok(job) = waiting.recv() {
        match job {
            Job::Bytes(stream, buffer, range) => streams.entry(stream).or_default().update(&buffer[range]),
            Job::End(stream, answer) => _ = answer.send(streams.remove(&stream).unwrap_or_default().finalize().into()),
        }
    }
}
