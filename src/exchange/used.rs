//! Parts of memory that are used again once nobody else reads them: a new one costs the system more than what is put into it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Parts that others may still read. Clones share them.
#[derive(Clone, Default)]
pub struct Used {
    parts: Arc<Mutex<VecDeque<Arc<Vec<u8>>>>>,
}

/// So many are kept: as many as wait at once for all who read them.
const KEPT: usize = 24;

/// Longer ones are not kept: they were made for a line of rare length.
const LONG: usize = 1 << 20;

impl Used {
    /// Keeps a part to use it again.
    pub fn keep(&self, part: Arc<Vec<u8>>) {
        let mut parts = self.parts();
        if part.capacity() <= LONG && parts.len() < KEPT {
            parts.push_back(part);
        }
    }

    fn parts(&self) -> MutexGuard<'_, VecDeque<Arc<Vec<u8>>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An empty part with so much room.
    pub fn again(&self, room: usize) -> Vec<u8> {
        let mut parts = self.parts();
        let free = parts.iter().position(|part| Arc::strong_count(part) == 1);
        let part = free.and_then(|at| parts.remove(at)).and_then(|part| Arc::try_unwrap(part).ok());
        let mut part = part.unwrap_or_default();
        part.clear();
        part.reserve(room);
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_used_again_when_nobody_reads_it_any_more() {
        let used = Used::default();
        let part = Arc::new(vec![7; 1000]);
        let place = part.as_ptr();
        used.keep(part.clone());
        let other = used.again(10);
        assert_ne!(other.as_ptr(), place, "it is being read");
        drop(part);
        let again = used.again(10);
        assert!(again.is_empty() && again.as_ptr() == place);
        used.keep(Arc::new(Vec::with_capacity(LONG + 1)));
        assert!(used.again(10).capacity() < LONG, "too long to be kept");
    }
}
