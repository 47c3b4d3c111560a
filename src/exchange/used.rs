//! Parts of memory that are used again once nobody else reads them: a new one costs the system more than what is put into it.

use std::collections::VecDeque;
use std::sync::Arc;

/// Parts that others may still read.
#[derive(Default)]
pub struct Used {
    parts: VecDeque<Arc<Vec<u8>>>,
}

/// So many are kept: as many as wait at once for all who read them.
const KEPT: usize = 24;

/// Longer ones are not kept: they were made for a line of rare length.
const LONG: usize = 1 << 20;

impl Used {
    /// Keeps a part to use it again.
    pub fn keep(&mut self, part: Arc<Vec<u8>>) {
        if part.capacity() <= LONG && self.parts.len() < KEPT {
            self.parts.push_back(part);
        }
    }

    /// An empty part with so much room.
    pub fn again(&mut self, room: usize) -> Vec<u8> {
        let free = self.parts.iter().position(|part| Arc::strong_count(part) == 1);
        let part = free.and_then(|at| self.parts.remove(at)).and_then(|part| Arc::try_unwrap(part).ok());
        let mut part = part.unwrap_or_default();
        part.clear();
        part.reserve(room);
        part
    }
}
